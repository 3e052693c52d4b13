//! Measures the report over Parquet files that the example `parquet` wrote.
//!
//! ```text
//! cargo run --release -p convometrics-datafusion --example measure -- columns FOLDER
//! cargo run --release -p convometrics-datafusion --example measure -- core FOLDER
//! cargo run --release -p convometrics-datafusion --example measure -- engine FOLDER THREADS [MEGABYTES [SHARDS [BATCH]]]
//! cargo run --release -p convometrics-datafusion --example measure -- links FOLDER THREADS
//! cargo run --release -p convometrics-datafusion --example measure -- sql FOLDER THREADS
//! cargo run --release -p convometrics-datafusion --example measure -- partials FOLDER THREADS
//! ```
//!
//! `columns` only reads the files, and `core` reads them into one ledger, without an engine. `engine` runs the plan of this
//! package, and `links` the part of it that resolves linked visitors. `sql` runs plain SQL for three of the report's
//! figures. `partials` prints the bytes of the packed events and of the partial reports. Each prints the number of events,
//! the seconds, and the peak memory of the process.

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use convometrics::{Ledger, Options, Period, Query};
use convometrics_datafusion::arrow::BatchReader;
use convometrics_datafusion::{plan, register, shard_of};
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};

const SHARDS: u32 = 256;
const BATCH: usize = 8192;
const SQL: [&str; 3] = [
    "SELECT count(DISTINCT visitor) FROM events WHERE type = 'widget_impression'",
    "SELECT date_trunc('day', at) AS day, count(*) FROM events WHERE type = 'call_requested' GROUP BY 1",
    "SELECT currency, sum(subtotal - coalesce(discount, 0)) FROM events WHERE type = 'order_placed' GROUP BY 1",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["columns", folder] => columns(folder.as_ref()),
        ["core", folder] => core(folder.as_ref()),
        [mode, folder, threads, rest @ ..] => {
            let number = |place: usize| rest.get(place).map(|number| number.parse::<usize>());
            let limits = Limits {
                megabytes: number(0).transpose()?,
                shards: number(1).transpose()?.map_or(Ok(SHARDS), u32::try_from)?,
                batch: number(2).transpose()?.unwrap_or(BATCH),
            };
            engine(mode, folder, threads.parse()?, &limits)
        }
        _ => Err(
            "columns or core FOLDER, or engine, links, sql or partials FOLDER THREADS [MEGABYTES [SHARDS [BATCH]]]".into(),
        ),
    }
}

/// Returns the period of all events, and options with their latest instant.
fn period_and_options(first: i64, last: i64) -> Result<(Period, Options), Box<dyn Error>> {
    let instant =
        |micros| convometrics::chrono::DateTime::from_timestamp_micros(micros).ok_or("no instant");
    let (first, last) = (instant(first)?, instant(last)?);
    let zone: convometrics::Zone = "Europe/Paris".parse()?;
    let period = Period::from_dates(zone.date(first), zone.date(last), &zone)?;
    Ok((period, Options::new().with_as_of(last)?))
}

fn print_measurement(what: &str, events: u64, took: Duration) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.map_or("unknown", str::trim);
    let seconds = took.as_secs_f64();
    println!("{what}: {events} events, {seconds:.2} s, at most {most}");
}

/// Calls `take` with the number of each file of a folder and each of its batches.
fn each_batch(
    folder: &Path,
    mut take: impl FnMut(usize, &RecordBatch) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    for (number, file) in fs::read_dir(folder)?.enumerate() {
        let batches = ParquetRecordBatchReaderBuilder::try_new(File::open(file?.path())?)?
            .with_batch_size(BATCH);
        for batch in batches.build()? {
            take(number, &batch?)?;
        }
    }
    Ok(())
}

fn columns(folder: &Path) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let mut rows = 0;
    each_batch(folder, |_, batch| {
        rows += batch.num_rows() as u64;
        Ok(())
    })?;
    print_measurement("columns alone", rows, started.elapsed());
    Ok(())
}

/// Prints the bytes that the partitions of the plan send to each other: the packed events of each shard in each file.
fn packed(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut groups: HashMap<(usize, u32), Ledger> = HashMap::new();
    let mut reader = BatchReader::new();
    let mut events = 0;
    each_batch(folder, |file, batch| {
        events += batch.num_rows();
        let visitors = batch.column_by_name("visitor").ok_or("no visitors")?;
        let visitors = visitors.as_string::<i32>();
        for row in 0..batch.num_rows() {
            let shard = shard_of(visitors.value(row), SHARDS);
            let group = groups.entry((file, shard)).or_default();
            reader.read(group, &batch.slice(row, 1), Err)?;
        }
        Ok(())
    })?;
    let mut bytes = Vec::new();
    for group in groups.values() {
        group.write_snapshot(&mut bytes)?;
    }
    println!(
        "{events} events packed in {} bytes, {} each",
        bytes.len(),
        (bytes.len() + events / 2) / events.max(1)
    );
    Ok(())
}

fn core(folder: &Path) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let mut ledger = Ledger::new();
    let mut reader = BatchReader::new();
    each_batch(folder, |_, batch| {
        reader.read(&mut ledger, batch, Err)?;
        Ok(())
    })?;
    let read = started.elapsed();
    let (first, last) = ledger.span(&Options::new()).ok_or("no events")?;
    let (period, options) = period_and_options(first.timestamp_micros(), last.timestamp_micros())?;
    let report = ledger.report(&period, &options);
    print_measurement("core, reading", report.data_quality.events, read);
    print_measurement(
        "core, report included",
        report.data_quality.events,
        started.elapsed(),
    );
    Ok(())
}

/// The limits of the engine.
struct Limits {
    megabytes: Option<usize>,
    shards: u32,
    batch: usize,
}

fn engine(mode: &str, folder: &str, threads: usize, limits: &Limits) -> Result<(), Box<dyn Error>> {
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(megabytes) = limits.megabytes {
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(megabytes << 20)));
    }
    let config = SessionConfig::new()
        .with_target_partitions(threads)
        .with_batch_size(limits.batch);
    let mut context = SessionContext::new_with_config_rt(config, runtime.build_arc()?);
    register(&mut context)?;
    let workers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .build()?;
    workers.block_on(async {
        context
            .register_parquet("events", folder, ParquetReadOptions::default())
            .await?;
        let events = context.table("events").await?;
        match mode {
            "engine" => report(&context, events, threads, limits.shards).await,
            "partials" => {
                packed(folder.as_ref())?;
                partials(&context, events).await
            }
            "links" => links(events, threads).await,
            "sql" => sql(&context, threads).await,
            other => Err(format!("no mode {other}").into()),
        }
    })
}

/// Returns the period and options from the first and the last instant.
async fn span(context: &SessionContext) -> Result<(Period, Options), Box<dyn Error>> {
    let sql = "SELECT CAST(min(at) AS BIGINT), CAST(max(at) AS BIGINT) FROM events";
    let batches = context.sql(sql).await?.collect().await?;
    let number = |column: usize| {
        batches[0]
            .column(column)
            .as_primitive::<Int64Type>()
            .value(0)
    };
    period_and_options(number(0), number(1))
}

async fn report(
    context: &SessionContext,
    events: DataFrame,
    threads: usize,
    shards: u32,
) -> Result<(), Box<dyn Error>> {
    let (period, options) = span(context).await?;
    let started = Instant::now();
    let report = plan::report(
        events,
        &Query::new(period.clone()).with_options(options.clone()),
        shards,
    )
    .await?;
    print_measurement(
        &format!("engine, {threads} threads"),
        report.data_quality.events,
        started.elapsed(),
    );
    Ok(())
}

async fn links(events: DataFrame, threads: usize) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let links = plan::links(events).await?;
    print_measurement(
        &format!("{} linked ids, {threads} threads", links.iter().count()),
        0,
        started.elapsed(),
    );
    Ok(())
}

async fn partials(context: &SessionContext, events: DataFrame) -> Result<(), Box<dyn Error>> {
    let (period, options) = span(context).await?;
    let links = plan::links(events.clone()).await?;
    let query = Query::new(period).with_options(options);
    let started = Instant::now();
    let batches = plan::partials(events, &query, &links, SHARDS)?
        .collect()
        .await?;
    let took = started.elapsed();
    let partials = batches
        .iter()
        .flat_map(|batch| batch.column(1).as_binary::<i64>().iter().flatten());
    let sizes: Vec<usize> = partials.map(<[u8]>::len).collect();
    let all: usize = sizes.iter().sum();
    println!(
        "{} partials of {all} bytes in all, {} each",
        sizes.len(),
        all / sizes.len().max(1)
    );
    print_measurement("partials", 0, took);
    Ok(())
}

async fn sql(context: &SessionContext, threads: usize) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    for query in SQL {
        context.sql(query).await?.collect().await?;
    }
    print_measurement(
        &format!("plain SQL for three figures, {threads} threads"),
        0,
        started.elapsed(),
    );
    Ok(())
}
