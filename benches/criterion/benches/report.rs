//! From a log to its report, step by step, over the log of a made-up shop with about 10^5 and 10^6 events.
//!
//! ```text
//! cargo bench --package convometrics-benches --bench report
//! ```
//!
//! What it showed stands in `benches/README.md`.

#[path = "../../../examples/generate/shop.rs"]
mod shop;

use std::hint::black_box;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use convometrics::event::NdjsonReader;
use convometrics::metrics::visitor::VisitorMetrics;
use convometrics::{Event, Ledger, Options, Period, Query, Zone};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use crate::shop::{Ids, Plan, write_log};

const DAYS: u32 = 28;

fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

/// A log with this many events, or some more or less.
fn log(events: u32) -> Vec<u8> {
    let plan = Plan {
        seed: 7,
        start: start(),
        days: DAYS,
        // Some four events each.
        visitors_a_day: events / DAYS / 4,
        hours_ahead: 1,
        ids: Ids::Uuid,
    };
    let mut log = Vec::new();
    write_log(&plan, &mut log).unwrap();
    log
}

fn events(log: &[u8]) -> Vec<Event> {
    NdjsonReader::new(log).map(Result::unwrap).collect()
}

fn ledger(log: &[u8]) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.read_ndjson(log).unwrap();
    ledger
}

fn period(first: u64, days: u64) -> Period {
    let from = start() + Days::new(first);
    let zone: Zone = "Europe/Paris".parse().unwrap();
    Period::from_dates(from, from + Days::new(days - 1), &zone).unwrap()
}

fn steps(criterion: &mut Criterion) {
    for events_or_so in [100_000, 1_000_000] {
        let log = log(events_or_so);
        let filled = ledger(&log);
        let mut group = criterion.benchmark_group("step");
        group.throughput(Throughput::Elements(filled.len() as u64));
        let mut bench = |step: &str, run: &mut dyn FnMut()| {
            group.bench_function(BenchmarkId::new(step, events_or_so), |bencher| {
                bencher.iter(&mut *run);
            });
        };
        bench("parse", &mut || {
            for event in NdjsonReader::new(&log[..]) {
                black_box(event.unwrap());
            }
        });
        let typed = events(&log);
        bench("ingest", &mut || {
            let mut ledger = Ledger::new();
            black_box(ledger.record_all(&typed)).unwrap();
        });
        drop(typed);
        bench("read", &mut || {
            black_box(ledger(&log));
        });
        let (all, options) = (period(0, DAYS.into()), Options::new());
        bench("report", &mut || {
            black_box(filled.report(&all, &options));
        });
        bench("report_of_one_day", &mut || {
            black_box(filled.report(&period(14, 1), &options));
        });
        bench("visitors_alone", &mut || {
            black_box(
                filled
                    .view(Query::new(all.clone()))
                    .family::<VisitorMetrics>(),
            );
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = steps
}
criterion_main!(benches);
