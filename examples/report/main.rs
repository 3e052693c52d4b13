//! Reads a log of events and prints its report: a summary to read, or with `--json` the whole report.
//!
//! ```text
//! cargo run --release --example report                                # the bundled sample log
//! cargo run --release --example report -- events.ndjson --json
//! zcat events.ndjson.gz | cargo run --release --example report -- - --zone Europe/Paris
//! ```

mod summary;

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Parser, ValueEnum};
use convometrics::{
    GmvScope, Ledger, Model, NdjsonReader, Options, PageGrouping, Period, ReadError, ReadErrorKind,
    Report, WindowEdge, Zone,
};
use indicatif::{ProgressBar, ProgressStyle};

/// A fortnight of a shop in Paris, written by the example `generate`.
const SAMPLE: &[u8] = include_bytes!("../data/fortnight.ndjson");

/// Logs shorter than this are read before a progress bar would be seen.
const LONG_LOG_BYTES: u64 = 8 * 1024 * 1024;

/// Conversational-commerce events in, every metric of the One-to-One and Engage glossaries out.
#[derive(Debug, Parser)]
#[command(name = "report")]
struct Arguments {
    /// The log, one JSON event a line; `-` is standard input [default: the bundled sample log]
    file: Option<PathBuf>,
    /// First local date of the period [default: that of the first event]
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last local date of the period, included [default: that of the last event]
    #[arg(long, value_name = "DATE")]
    through: Option<NaiveDate>,
    /// IANA time zone of days and hours
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// "Now", in RFC 3339: later events are not seen [default: the last event's instant]
    #[arg(long, value_name = "INSTANT")]
    as_of: Option<DateTime<Utc>>,
    /// How old a touch may be to be credited with an order [default: 2592000, 30 days]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    window_seconds: Option<u64>,
    /// Whether a touch exactly that old counts
    #[arg(long, value_enum, default_value_t)]
    window_edge: Edge,
    /// How credit for an order is shared
    #[arg(long, value_enum, default_value_t)]
    model: CreditModel,
    /// The age at which a touch weighs half under `time_decay` [default: 604800, 7 days]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    half_life_seconds: Option<u64>,
    /// Which orders count for attributed GMV
    #[arg(long, value_enum, default_value_t)]
    gmv_scope: Scope,
    /// Rows of the lists of pages, triggers and messages [default: 10]
    #[arg(long, value_name = "ROWS", allow_negative_numbers = true)]
    top: Option<usize>,
    /// The gap that ends a session [default: 1800, 30 minutes]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    session_timeout_seconds: Option<u64>,
    /// Group pages by their exact text instead of the part before `?` or `#`
    #[arg(long)]
    exact_pages: bool,
    /// Count invalid lines to standard error and go on, instead of stopping at the first
    #[arg(long)]
    skip_invalid: bool,
    /// Print the whole report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Edge {
    #[default]
    Inclusive,
    Exclusive,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
#[value(rename_all = "snake_case")]
enum CreditModel {
    #[default]
    LastTouch,
    FirstTouch,
    Linear,
    PositionBased,
    TimeDecay,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Scope {
    #[default]
    Video,
    Any,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let options = options(arguments)?;
    let zone: Zone = arguments.zone.parse()?;
    let ledger = read_log(arguments)?;
    let period = period(arguments, &ledger, &zone, &options)?;
    let report = ledger.report(&period, &options);
    match print(&report, arguments.json) {
        // Whoever reads the output may have seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

fn options(arguments: &Arguments) -> Result<Options, Box<dyn Error>> {
    let mut options = Options::new()
        .window_edge(match arguments.window_edge {
            Edge::Inclusive => WindowEdge::Inclusive,
            Edge::Exclusive => WindowEdge::Exclusive,
        })
        .model(match arguments.model {
            CreditModel::LastTouch => Model::LastTouch,
            CreditModel::FirstTouch => Model::FirstTouch,
            CreditModel::Linear => Model::Linear,
            CreditModel::PositionBased => Model::PositionBased,
            CreditModel::TimeDecay => Model::TimeDecay,
        })
        .gmv_scope(match arguments.gmv_scope {
            Scope::Video => GmvScope::Video,
            Scope::Any => GmvScope::Any,
        })
        .page_grouping(if arguments.exact_pages {
            PageGrouping::Exact
        } else {
            PageGrouping::Path
        });
    if let Some(as_of) = arguments.as_of {
        options = options.as_of(as_of)?;
    }
    if let Some(seconds) = arguments.window_seconds {
        options = options.window_seconds(seconds)?;
    }
    if let Some(seconds) = arguments.half_life_seconds {
        options = options.half_life_seconds(seconds)?;
    }
    if let Some(rows) = arguments.top {
        options = options.top(rows)?;
    }
    if let Some(seconds) = arguments.session_timeout_seconds {
        options = options.session_timeout_seconds(seconds)?;
    }
    Ok(options)
}

/// The local dates asked for; where one is left out, that of the first or the last event.
fn period(
    arguments: &Arguments,
    ledger: &Ledger,
    zone: &Zone,
    options: &Options,
) -> Result<Period, Box<dyn Error>> {
    Ok(match (arguments.from, arguments.through) {
        (Some(from), Some(through)) => Period::days(from, through, zone)?,
        (None, None) => ledger.whole_period(zone, options)?,
        (from, through) => {
            let whole = ledger.whole_period(zone, options)?.dates();
            let first = from.or(whole.first().copied()).unwrap_or_default();
            let last = through.or(whole.last().copied()).unwrap_or_default();
            Period::days(first, last, zone)?
        }
    })
}

fn read_log(arguments: &Arguments) -> Result<Ledger, Box<dyn Error>> {
    match &arguments.file {
        None => record(SAMPLE, arguments.skip_invalid),
        Some(path) if path.as_os_str() == "-" => {
            let bar = progress(None);
            record(
                BufReader::new(bar.wrap_read(io::stdin().lock())),
                arguments.skip_invalid,
            )
        }
        Some(path) => {
            let named = |error| format!("{}: {error}", path.display());
            let file = File::open(path).map_err(named)?;
            let length = file.metadata().map_err(named)?.len();
            let bar = progress(Some(length));
            let input = BufReader::with_capacity(1 << 20, bar.wrap_read(file));
            record(input, arguments.skip_invalid)
                .map_err(|error| format!("{}: {error}", path.display()).into())
        }
    }
}

fn record(input: impl BufRead, skip_invalid: bool) -> Result<Ledger, Box<dyn Error>> {
    let mut ledger = Ledger::new();
    let mut skipped = 0_u64;
    let mut first: Option<ReadError> = None;
    for event in NdjsonReader::new(input) {
        match event {
            Ok(event) => {
                ledger.record(&event)?;
            }
            Err(error) if skip_invalid && !matches!(error.kind(), ReadErrorKind::Io(_)) => {
                skipped += 1;
                first.get_or_insert(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(first) = first {
        eprintln!("skipped {skipped} invalid lines; the first: {first}");
    }
    Ok(ledger)
}

/// A bar on standard error while a long log is read; hidden where that is no terminal.
fn progress(length: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() || length.is_some_and(|length| length < LONG_LOG_BYTES) {
        return ProgressBar::hidden();
    }
    let (bar, template) = match length {
        Some(length) => (
            ProgressBar::new(length),
            "reading {bar:40} {bytes}/{total_bytes} ({bytes_per_sec}, {eta} left)",
        ),
        None => (
            ProgressBar::new_spinner(),
            "reading {spinner} {bytes} ({bytes_per_sec})",
        ),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

fn print(report: &Report, json: bool) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        serde_json::to_writer(&mut out, report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        summary::write(report, &mut out)?;
    }
    out.flush()
}
