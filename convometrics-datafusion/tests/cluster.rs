//! The report of a cluster of processes has the bytes of the core's report, even if one of them is killed.

use std::error::Error;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use convometrics::event::{EventRow, NdjsonReader, VisitorEvent};
use convometrics::id::VisitorId;
use convometrics::{Event, Ledger, Options, Period, Query, Zone};
use convometrics_datafusion::arrow::{row_batch, schema};
use convometrics_datafusion::cluster::Client;
use convometrics_datafusion::plan;
use datafusion::arrow::array::{Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::prelude::ParquetReadOptions;

use crate::shop::{Ids, Plan, write_log};

/// The core's made-up shop.
#[path = "../../examples/generate/shop.rs"]
mod shop;

const FILES: usize = 8;
const ROWS: usize = 8192;
/// A log of a little more than a million events.
const PLAN: Plan = Plan {
    seed: 11,
    start: chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
    days: 31,
    visitors_a_day: 8_300,
    hours_ahead: 1,
    ids: Ids::Uuid,
};

/// A process that ends with its test, and shows the end of its log if the test fails.
struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    fn start(folder: &Path, name: &str, arguments: &[&str]) -> Self {
        let log = folder.join(format!("{name}.log"));
        let child = Command::new(env!("CARGO_BIN_EXE_convometrics-cluster"))
            .args(arguments)
            .args(["--heartbeat", "1"])
            .env("RUST_LOG", "info")
            .stdin(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self { child, log }
    }

    /// Kills the process without a warning.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<&str> = said.lines().collect();
            let last = &lines[lines.len().saturating_sub(20)..];
            eprintln!("{}:\n{}", self.log.display(), last.join("\n"));
        }
    }
}

/// Returns a port that is free, as is the next.
fn free_port() -> u16 {
    let free = |port| TcpListener::bind(("127.0.0.1", port));
    (0..100)
        .find_map(|_| {
            let first = free(0).ok()?.local_addr().ok()?.port();
            free(first.checked_add(1)?).ok().map(|_| first)
        })
        .expect("two free ports in a row")
}

/// A scheduler and executors, each with a folder of its own.
struct Cluster {
    client: Client,
    executors: Vec<(Process, PathBuf)>,
    _scheduler: Process,
}

impl Cluster {
    fn start(folder: &Path, executors: usize) -> Self {
        let at = || format!("127.0.0.1:{}", free_port());
        let address = at();
        let scheduler = Process::start(folder, "scheduler", &["scheduler", "--listen", &address]);
        let executors = (0..executors).map(|number| {
            let name = format!("executor-{number}");
            let own = folder.join(&name);
            let (listen, own_text) = (at(), own.to_str().unwrap().to_owned());
            let arguments = [
                "executor",
                "--scheduler",
                &address,
                "--listen",
                &listen,
                "--folder",
                &own_text,
                "--tasks",
                "1",
                "--memory",
                "1024",
            ];
            (Process::start(folder, &name, &arguments), own)
        });
        Self {
            executors: executors.collect(),
            client: Client::new(address.parse().unwrap())
                .with_partitions(FILES)
                .with_patience(Duration::from_mins(2)),
            _scheduler: scheduler,
        }
    }
}

/// Returns the report over a folder's files, in JSON.
async fn report(
    client: &Client,
    folder: &str,
    period: &Period,
    options: &Options,
) -> datafusion::error::Result<String> {
    let report = client.run(async |session| {
        let events = session
            .read_parquet(folder, ParquetReadOptions::default())
            .await?;
        plan::report(
            events,
            &Query::new(period.clone()).with_options(options.clone()),
            32,
        )
        .await
    });
    Ok(serde_json::to_string(&report.await?).unwrap())
}

/// Writes batches of events as files, in turn.
struct Files(Vec<ArrowWriter<File>>);

impl Files {
    fn create(folder: &Path, files: usize) -> Self {
        fs::create_dir_all(folder).unwrap();
        let file = |number| File::create(folder.join(format!("events-{number}.parquet"))).unwrap();
        let writer = |number| ArrowWriter::try_new(file(number), schema(), None).unwrap();
        Self((0..files).map(writer).collect())
    }

    fn write(&mut self, batch: &RecordBatch) {
        self.0.rotate_left(1);
        self.0[0].write(batch).unwrap();
    }

    fn close(self) {
        for writer in self.0 {
            writer.close().unwrap();
        }
    }
}

/// Links between some of the visitors of a log: chains of three, and pairs whose link is retracted.
fn links(ledger: &Ledger) -> Vec<Event> {
    let mut visitors: Vec<VisitorId> = ledger
        .events()
        .map(|event| event.visitor().clone())
        .collect();
    visitors.dedup();
    let at = "2026-03-15T12:00:00Z".parse().unwrap();
    let id = || "link".parse().unwrap();
    let link = |from: &VisitorId, to: &VisitorId| {
        Event::new(
            id(),
            at,
            from.clone(),
            VisitorEvent::Linked { to: to.clone() },
        )
        .unwrap()
    };
    let mut links = Vec::new();
    for some in visitors.chunks_exact(50) {
        links.extend([link(&some[0], &some[1]), link(&some[2], &some[1])]);
        links.push(link(&some[3], &some[4]));
        links.push(Event::retraction(id(), at, some[3].clone(), 1).unwrap());
    }
    links
}

/// A shop's log in a folder's files, each with events of all days and most visitors, and in a ledger. Some visitors are
/// linked.
fn written(folder: &Path) -> Result<Ledger, Box<dyn Error>> {
    let mut log = Vec::new();
    write_log(&PLAN, &mut log)?;
    let mut ledger = Ledger::new();
    ledger.read_ndjson(log.as_slice())?;
    let links = links(&ledger);
    ledger.record_all(&links)?;
    let mut files = Files::create(folder, FILES);
    let mut waiting: Vec<Vec<Event>> = vec![Vec::new(); FILES];
    let events = NdjsonReader::new(log.as_slice()).chain(links.into_iter().map(Ok));
    for (event, place) in events.zip((0..FILES).cycle()) {
        waiting[place].push(event?);
        if waiting[place].len() == ROWS {
            files.write(&row_batch(&std::mem::take(&mut waiting[place]))?);
        }
    }
    for rest in waiting {
        files.write(&row_batch(&rest)?);
    }
    files.close();
    Ok(ledger)
}

fn march() -> (Period, Options) {
    let zone: Zone = "Europe/Paris".parse().unwrap();
    let day = |text: &str| text.parse().unwrap();
    let period = Period::from_dates(day("2026-03-01"), day("2026-03-31"), &zone).unwrap();
    let options = Options::new().with_as_of(period.end()).unwrap();
    (period, options)
}

/// Returns the size of all files in a folder, in any depth.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(data) if data.is_file() => data.len(),
        _ => size_of(&entry.path()),
    });
    sizes.sum()
}

fn wait(what: &str, mut is_done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_done() {
        assert!(started.elapsed() < Duration::from_mins(2), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

#[test]
fn report_has_the_cores_bytes_even_if_an_executor_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("events");
    let ledger = written(&data).unwrap();
    assert!(ledger.len() >= 1_000_000, "{} events", ledger.len());
    let (period, options) = march();
    let expected = ledger.report(&period, &options);
    assert!(expected.data_quality.linked > 1_000);
    let expected = serde_json::to_string(&expected).unwrap();
    let data = data.to_str().unwrap();

    let mut cluster = Cluster::start(folder.path(), 2);
    let client = cluster.client.clone();
    run(async {
        let first = report(&client, data, &period, &options).await.unwrap();
        assert!(first == expected, "with all executors");

        // The next job's results of the executor are lost with it, and tasks wait for it.
        let (executor, own) = &mut cluster.executors[0];
        fs::remove_dir_all(&*own).unwrap();
        fs::create_dir(&*own).unwrap();
        let killed = std::thread::scope(|threads| {
            let killer = threads.spawn(|| {
                // Packed events. The jobs that look for links have smaller results.
                wait("the executor has results of the report", || {
                    size_of(own) > 4 << 20
                });
                executor.kill();
            });
            let asked = tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(report(&client, data, &period, &options))
            });
            assert!(killer.is_finished(), "it was killed on the way");
            asked
        });
        assert!(killed.unwrap() == expected, "with one that was killed");

        let left = report(&client, data, &period, &options).await.unwrap();
        assert!(left == expected, "with the one that is left");
    });
}

/// A message by a robot, which is not an event.
#[test]
fn row_that_is_not_an_event_is_tried_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("events");
    let ledger = {
        let line = r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"message_sent","conversation":"c","by":{"side":"visitor"}}"#;
        let mut ledger = Ledger::new();
        ledger.read_ndjson(line.as_bytes()).unwrap();
        ledger
    };
    let events: Vec<Event> = ledger.events().collect();
    let good = row_batch(&events).unwrap();
    let schema = good.schema();
    let columns = schema.fields().iter().zip(good.columns());
    let columns = columns.map(|(field, column)| match field.name().as_str() {
        "by" => Arc::new(StringArray::from(vec!["robot"])) as Arc<dyn Array>,
        _ => Arc::clone(column),
    });
    let bad = RecordBatch::try_new(Arc::clone(&schema), columns.collect()).unwrap();
    let mut files = Files::create(&data, 1);
    files.write(&bad);
    files.close();

    let (period, options) = march();
    let cluster = Cluster::start(folder.path(), 1);
    let asked = report(&cluster.client, data.to_str().unwrap(), &period, &options);
    let error = run(asked).unwrap_err().to_string();
    let mut refused = EventRow::of(&events[0]);
    refused.by = Some("robot");
    let refused = refused.event().unwrap_err();
    let expected =
        format!("convometrics_partial: row 1, event \"1\" of visitor \"ann\": {refused}");
    // The engine prints errors of its executors as Rust texts.
    assert!(error.contains(&format!("{expected:?}")), "{error}");
    // One try: a job that looks for links, and one for the report.
    let said = fs::read_to_string(folder.path().join("scheduler.log")).unwrap();
    assert_eq!(said.matches("Job queued").count(), 2, "{said}");
}
