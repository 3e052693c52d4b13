//! From a file to its report, at any size, with one thread and with two.
//!
//! ```text
//! cargo bench --bench scale -- --events 10000000
//! ```
//!
//! Prints a table of medians of five. What it showed stands in `benches/README.md`.

#[path = "../examples/generate/shop.rs"]
mod shop;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{Days, Months, NaiveDate, NaiveTime, TimeDelta};
use clap::Parser;
use convometrics::event::{Author, ChatEvent, NdjsonReader};
use convometrics::id::{AgentId, VisitorId};
use convometrics::metrics::csat::CsatMetrics;
use convometrics::metrics::engage::EngageMetrics;
use convometrics::metrics::gmv::GmvMetrics;
use convometrics::metrics::visitor::VisitorMetrics;
use convometrics::{Event, Ledger, Options, Period, Query, Zone};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::shop::{Ids, Plan, write_log};

const DAYS: u32 = 365;
const RUNS: usize = 5;
/// What the ledger takes, or a little less.
const BYTES_AN_EVENT: u64 = 60;

#[derive(Debug, Parser)]
struct Arguments {
    /// About how many events
    #[arg(long, default_value_t = 1_000_000)]
    events: u32,
    /// Each step once, over few events, to see that it runs
    #[arg(long)]
    test: bool,
    /// What `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
    /// Reads this log, says what memory it took, and nothing else: in a process that has done nothing before
    #[arg(long, hide = true)]
    memory: Option<PathBuf>,
}

fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
}

fn period(from: NaiveDate, to: NaiveDate) -> Period {
    let zone: Zone = "Europe/Paris".parse().unwrap();
    Period::from_dates(from, to - Days::new(1), &zone).unwrap()
}

fn year() -> Period {
    period(start(), start() + Months::new(12))
}

fn months() -> impl Iterator<Item = Period> {
    let month = |number| start() + Months::new(number);
    (0..12).map(move |number| period(month(number), month(number + 1)))
}

/// Writes the log of a year, in which some events fewer or more happen; gives how many.
fn write(path: &Path, events: u32) -> u64 {
    let plan = Plan {
        seed: 7,
        start: start(),
        days: DAYS,
        // Some four events each.
        visitors_a_day: (events / DAYS / 4).max(1),
        hours_ahead: 1,
        ids: Ids::Uuid,
    };
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    write_log(&plan, &mut out).unwrap();
    drop(out);
    let mut reader = NdjsonReader::new(BufReader::new(File::open(path).unwrap()));
    reader.by_ref().map(Result::unwrap).count() as u64
}

fn read(path: &Path) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.read_ndjson(File::open(path).unwrap()).unwrap();
    ledger
}

fn typed(path: &Path) -> impl Iterator<Item = Event> {
    let input = BufReader::with_capacity(1 << 20, File::open(path).unwrap());
    NdjsonReader::new(input).map(Result::unwrap)
}

/// Bytes of this process: now, and at most until now.
fn resident() -> (u64, u64) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bytes = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|number| number.parse().ok()).unwrap_or(0) * 1024
    };
    (bytes("VmRSS:"), bytes("VmHWM:"))
}

fn say_memory(path: &Path) {
    let (before, _) = resident();
    let ledger = read(path);
    let (after, most) = resident();
    let events = ledger.len() as u64;
    println!(
        "{events} events, {} visitors: {} bytes an event resident with the ledger, {} at most on the way\n",
        ledger.visitor_count(),
        (after - before) / events,
        (most - before) / events,
    );
}

/// As many events of one visitor over a year: in conversations of ten messages, from either side in turn.
fn of_one_visitor(events: u64) -> Vec<Event> {
    let second = TimeDelta::days(DAYS.into()) / i32::try_from(events).unwrap();
    let start = start().and_time(NaiveTime::MIN).and_utc();
    let visitor: VisitorId = "ann".parse().unwrap();
    let agent: AgentId = "ada".parse().unwrap();
    let event = |number: u64| {
        let conversation = format!("c{}", number / 10).parse().unwrap();
        let by = match number % 2 {
            0 => Author::Visitor,
            _ => Author::Agent(agent.clone()),
        };
        let at = start + second * i32::try_from(number).unwrap();
        let id = format!("e{number}").parse().unwrap();
        let message = ChatEvent::MessageSent { conversation, by };
        Event::new(id, at, visitor.clone(), message).unwrap()
    };
    (0..events).map(event).collect()
}

struct Table {
    events: u64,
    runs: usize,
}

impl Table {
    fn row<T>(&self, step: &str, threads: usize, mut run: impl FnMut() -> T) {
        let mut times: Vec<Duration> = (0..self.runs)
            .map(|_| {
                let start = Instant::now();
                let result = black_box(run());
                let time = start.elapsed();
                drop(result);
                time
            })
            .collect();
        times.sort_unstable();
        let median = times[self.runs / 2];
        #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
        let each = median.as_nanos() as f64 / self.events as f64;
        println!(
            "| {step} | {threads} | {:.1} ms | {each:.1} ns |",
            median.as_secs_f64() * 1e3
        );
    }
}

fn steps(path: &Path, table: &Table, threads: usize) {
    let options = Options::new();
    let row = |step: &str, run: &mut dyn FnMut()| table.row(step, threads, run);
    row("file to report, as JSON", &mut || {
        let report = read(path).report(&year(), &options);
        black_box(serde_json::to_string(&report).unwrap());
    });
    row("file to ledger", &mut || drop(black_box(read(path))));
    let ledger = read(path);
    let saved = path.with_extension("ledger");
    row("ledger to snapshot file", &mut || {
        ledger.save(&saved).unwrap();
    });
    row("snapshot file to ledger", &mut || {
        drop(black_box(Ledger::open(&saved).unwrap()));
    });
    let bytes = fs::metadata(&saved).unwrap().len();
    let each = bytes / table.events;
    println!("| snapshot file | {threads} | {bytes} bytes | {each} bytes |");
    fs::remove_file(&saved).unwrap();
    row("report of the year", &mut || {
        black_box(ledger.report(&year(), &options));
    });
    let as_many_bytes: Vec<u64> = (0..table.events * BYTES_AN_EVENT / 8).collect();
    row("a sum over as many bytes", &mut || {
        let parts = as_many_bytes.par_chunks(1 << 16);
        let sum = |part: &[u64]| part.iter().fold(0_u64, |sum, word| sum.wrapping_add(*word));
        black_box(parts.map(sum).reduce(|| 0, u64::wrapping_add));
    });
    row("12 reports of its months", &mut || {
        for month in months() {
            black_box(ledger.report(&month, &options));
        }
    });
    let day = start() + Days::new(200);
    row("report of one day", &mut || {
        black_box(ledger.report(&period(day, day + Days::new(1)), &options));
    });
    let year = year();
    row("visitors alone", &mut || {
        drop(black_box(
            ledger
                .view(Query::new(year.clone()))
                .family::<VisitorMetrics>(),
        ));
    });
    row("satisfaction alone", &mut || {
        drop(black_box(
            ledger
                .view(Query::new(year.clone()))
                .family::<CsatMetrics>(),
        ));
    });
    row("orders alone", &mut || {
        drop(black_box(
            ledger.view(Query::new(year.clone())).family::<GmvMetrics>(),
        ));
    });
    row("calls and chats alone", &mut || {
        drop(black_box(
            ledger
                .view(Query::new(year.clone()))
                .family::<EngageMetrics>(),
        ));
    });
}

fn main() {
    let arguments = Arguments::parse();
    if let Some(path) = arguments.memory {
        say_memory(&path);
        return;
    }
    let (events, runs) = if arguments.test {
        (20_000, 1)
    } else {
        (arguments.events, RUNS)
    };
    let path: PathBuf =
        std::env::temp_dir().join(format!("convometrics-{}.ndjson", std::process::id()));
    let events = write(&path, events);
    let memory = Command::new(std::env::current_exe().unwrap())
        .arg("--memory")
        .arg(&path)
        .status();
    assert!(memory.unwrap().success());
    let table = Table { events, runs };
    println!("| step | threads | median of {runs} | an event |\n| --- | --- | --- | --- |");
    table.row("file to typed events", 1, || typed(&path).count());
    let all: Vec<Event> = typed(&path).collect();
    table.row("typed events to ledger", 1, || {
        let mut ledger = Ledger::new();
        ledger.record_all(&all).unwrap();
        ledger
    });
    drop(all);
    // However many others there are.
    let of_one = Table {
        events: events.min(1_000_000),
        runs,
    };
    let all = of_one_visitor(of_one.events);
    of_one.row("typed events of one visitor to ledger", 1, || {
        let mut ledger = Ledger::new();
        ledger.record_all(&all).unwrap();
        ledger
    });
    let mut ledger = Ledger::new();
    ledger.record_all(&all).unwrap();
    of_one.row("report of one visitor", 1, || {
        ledger.report(&year(), &Options::new())
    });
    of_one.row("the same events again", 1, || {
        let mut ledger = ledger.clone();
        ledger.record_all(&all).unwrap();
        ledger
    });
    drop((all, ledger));
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| steps(&path, &table, threads));
    }
    fs::remove_file(&path).unwrap();
}
