//! Events in Parquet, and the report over them.
//!
//! ```text
//! cargo run --release -p convometrics-datafusion --example parquet -- write LOG.ndjson FOLDER [FILES]
//! cargo run --release -p convometrics-datafusion --example parquet -- report FOLDER FIRST LAST ZONE [THREADS] [MEGABYTES]
//! ```
//!
//! Without arguments it does both with the sample log of the core, in a temporary folder.

use std::error::Error;
use std::fs::{self, File};
use std::io::BufReader;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use convometrics::event::NdjsonReader;
use convometrics::{Event, Options, Period, Query};
use convometrics_datafusion::arrow::{row_batch, schema};
use convometrics_datafusion::{plan, register};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};

/// Events of a batch.
const ROWS: usize = 8192;
/// The number of shards of the visitors.
const SHARDS: u32 = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => {
            let log =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/fortnight.ndjson");
            let folder = std::env::temp_dir().join("convometrics-parquet");
            write(&log, &folder, 2)?;
            report(
                &folder,
                ["2026-03-20", "2026-04-02", "Europe/Paris"],
                2,
                None,
            )?;
            Ok(fs::remove_dir_all(folder)?)
        }
        ["write", log, folder] => write(log.as_ref(), folder.as_ref(), 1),
        ["write", log, folder, files] => {
            let files: NonZeroUsize = files.parse()?;
            write(log.as_ref(), folder.as_ref(), files.get())
        }
        ["report", folder, first, last, zone, rest @ ..] => {
            let threads = rest.first().map_or(Ok(2), |threads| threads.parse())?;
            let megabytes = rest.get(1).map(|megabytes| megabytes.parse()).transpose()?;
            report(folder.as_ref(), [first, last, zone], threads, megabytes)
        }
        _ => Err(
            "write LOG FOLDER [FILES], or report FOLDER FIRST LAST ZONE [THREADS] [MEGABYTES]"
                .into(),
        ),
    }
}

/// Writes a log as several files, event by event in turn, so that each has events of every visitor.
fn write(log: &Path, folder: &Path, files: usize) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let properties = || {
        WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(16 * ROWS))
            .build()
    };
    let mut writers = Vec::new();
    for number in 0..files {
        let file = File::create(folder.join(format!("events-{number}.parquet")))?;
        writers.push(ArrowWriter::try_new(file, schema(), Some(properties()))?);
    }
    let mut waiting: Vec<Vec<Event>> = vec![Vec::new(); files];
    let mut events = 0;
    for (event, file) in NdjsonReader::new(BufReader::new(File::open(log)?)).zip((0..files).cycle())
    {
        waiting[file].push(event?);
        events += 1;
        if waiting[file].len() == ROWS {
            writers[file].write(&row_batch(&waiting[file])?)?;
            waiting[file].clear();
        }
    }
    for (mut writer, waiting) in writers.into_iter().zip(waiting) {
        writer.write(&row_batch(&waiting)?)?;
        writer.close()?;
    }
    eprintln!("{events} events in {files} files");
    Ok(())
}

/// Prints the report over all files of a folder.
fn report(
    folder: &Path,
    [first, last, zone]: [&str; 3],
    threads: usize,
    megabytes: Option<usize>,
) -> Result<(), Box<dyn Error>> {
    let period = Period::from_dates(first.parse()?, last.parse()?, &zone.parse()?)?;
    let options = Options::new().with_as_of(period.end())?;
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(megabytes) = megabytes {
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(megabytes << 20)));
    }
    let config = SessionConfig::new()
        .with_target_partitions(threads)
        .with_batch_size(ROWS);
    let mut context = SessionContext::new_with_config_rt(config, runtime.build_arc()?);
    register(&mut context)?;

    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .build()?;
    let started = Instant::now();
    let report = threads.block_on(async {
        let path = folder.to_str().ok_or("the folder's name is no text")?;
        let events = context
            .read_parquet(path, ParquetReadOptions::default())
            .await?;
        let report = plan::report(
            events,
            &Query::new(period.clone()).with_options(options.clone()),
            SHARDS,
        )
        .await?;
        Ok::<_, Box<dyn Error>>(report)
    })?;
    let took = started.elapsed();
    println!("{}", serde_json::to_string(&report)?);
    let events = report.data_quality.events;
    eprintln!("{events} events in {:.2} s", took.as_secs_f64());
    Ok(())
}
