//! Reads a log of events and prints its report: a summary to read, or the whole report as JSON, CSV or Markdown; or
//! beside that of an earlier period; or by segments of visitors; or what is behind a figure, why an order counted, or what
//! other windows and models would make of the orders.
//!
//! ```text
//! cargo run --release --example report                                # the bundled sample log
//! cargo run --release --example report -- events.ndjson --format json
//! cargo run --release --example report -- --from 2026-03-09 --through 2026-03-15 --compare previous --format markdown
//! zcat events.ndjson.gz | cargo run --release --example report -- - --zone Europe/Paris
//! cargo run --release --example report -- --explain
//! cargo run --release --example report -- --explain engage.calls.missed --scope day:2026-03-25
//! cargo run --release --example report -- --by segment
//! cargo run --release --example report -- --what-if
//! ```

mod behind;
mod summary;

use std::error::Error;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Parser, ValueEnum};
use convometrics::catalogue::Scope;
use convometrics::report::{Comparison, OrderExplanation, WhatIf};
use convometrics::time::instant_from_rfc3339;
use convometrics::{
    AgentId, Channel, Filter, FilterInitiator, GmvScope, LapsedTouch, Ledger, LoadError, Model,
    OptionError, Options, PageGrouping, Period, PositionEnds, ReadErrorKind, Report, WindowEdge,
    Zone,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use behind::Segments;

/// A fortnight of a shop in Paris, written by the example `generate`.
const SAMPLE: &[u8] = include_bytes!("../data/fortnight.ndjson");

/// Logs shorter than this are read before a progress bar would be seen.
const LONG_LOG_BYTES: u64 = 8 * 1024 * 1024;

/// Of the invalid lines that are skipped, as many are shown.
const SHOWN_INVALID: u64 = 5;

/// Conversational-commerce events in, every metric of the One-to-One and Engage glossaries out.
#[derive(Debug, Parser)]
#[command(name = "report")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
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
    #[arg(long, value_name = "INSTANT", value_parser = instant_from_rfc3339)]
    as_of: Option<DateTime<Utc>>,
    /// How old a touch may be to be credited with an order [default: 2592000, 30 days]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(0..=3_162_240_000))]
    window_seconds: Option<u64>,
    /// The same for text touches alone
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(0..=3_162_240_000))]
    text_window_seconds: Option<u64>,
    /// The same for video touches alone
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(0..=3_162_240_000))]
    video_window_seconds: Option<u64>,
    /// What a nearest touch means that is older than its channel's window: it `blocks` all credit, or is `passed_over`
    #[arg(long, value_name = "MEANING", default_value_t)]
    lapsed_touch: LapsedTouch,
    /// Whether a touch exactly a window old counts: `inclusive` or `exclusive`
    #[arg(long, value_name = "EDGE", default_value_t)]
    window_edge: WindowEdge,
    /// How credit for an order is shared: `last_touch`, `first_touch`, `linear`, `position_based` or `time_decay`
    #[arg(long, default_value_t)]
    model: Model,
    /// The age at which a touch weighs half under `time_decay` [default: 604800, 7 days]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    half_life_seconds: Option<u64>,
    /// The first candidate's share under `position_based` [default: 40]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, value_parser = clap::value_parser!(u8).range(0..=100))]
    position_first_percent: Option<u8>,
    /// The last candidate's share under `position_based` [default: 40]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, value_parser = clap::value_parser!(u8).range(0..=100))]
    position_last_percent: Option<u8>,
    /// Which orders count for attributed GMV: `video`, those with a video touch, or `any`
    #[arg(long, value_name = "SCOPE", default_value_t)]
    gmv_scope: GmvScope,
    /// Rows of the lists of pages, triggers and messages [default: 10]
    #[arg(long, value_name = "ROWS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    top: Option<u64>,
    /// The silence that ends a derived session, and closes any [default: 1800, 30 minutes]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    session_timeout_seconds: Option<u64>,
    /// Group pages by their exact text instead of the part before `?` or `#`
    #[arg(long)]
    exact_pages: bool,
    /// Report invalid lines on standard error and go on, instead of stopping at the first
    #[arg(long)]
    skip_invalid: bool,
    /// Instead of the report, what is behind a figure, by its id in the catalogue; or why an order counted, and for whom,
    /// by its id; without an id, of all orders
    #[arg(long, value_name = "ID", num_args = 0..=1, conflicts_with = "what_if")]
    #[expect(
        clippy::option_option,
        reason = "not asked, asked for all, asked for one"
    )]
    explain: Option<Option<String>>,
    /// What the figure is of: `total`, `unassigned`, `day:DATE`, `hour:9`, `agent:ID`, `agent_day:DATE:AGENT`, `page:URL`,
    /// `trigger:ID`, `auto_message:ID:LINK`, `rating:5`
    #[arg(long, requires = "explain", default_value = "total", value_parser = behind::scope)]
    scope: Scope,
    /// Only what opened on pages that start with this
    #[arg(long, value_name = "PREFIX")]
    page: Option<String>,
    /// Only what opened over this channel: `text` or `video`
    #[arg(long)]
    channel: Option<Channel>,
    /// Only what this side opened: `visitor` or `agent`
    #[arg(long, value_name = "SIDE")]
    initiator: Option<FilterInitiator>,
    /// Only what is this agent's; may be given several times
    #[arg(long)]
    agent: Vec<AgentId>,
    /// A report for each segment of visitors
    #[arg(long, value_enum, conflicts_with_all = ["explain", "what_if", "compare"])]
    by: Option<By>,
    /// Which segment each visitor is in, a line each: visitor,segment [default: by whether they came on one day or several]
    #[arg(long, value_name = "FILE", requires = "by")]
    segments: Option<PathBuf>,
    /// Instead of the report, print what agents would be credited with under windows of 1 to 90 days and every model
    #[arg(long)]
    what_if: bool,
    /// Set the report beside that of the period before, or of the same dates a year before
    #[arg(long, value_name = "BASE", conflicts_with_all = ["explain", "what_if"])]
    compare: Option<Base>,
    /// How to print; `--explain`, `--what-if` and `--by` know `summary` and `json`
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Short for `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl Arguments {
    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// How visitors are told apart.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    /// By the segments of `--segments`
    Segment,
}

/// What a report is compared with.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Base {
    /// The period before, of the same civil length
    Previous,
    /// The same dates a year before
    Year,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables to read
    #[default]
    Summary,
    /// All of it, in one object
    Json,
    /// A row for each figure
    #[cfg(feature = "csv")]
    Csv,
    /// A short document
    Markdown,
}

/// What can be printed in some of the formats.
trait Print: Serialize {
    /// Tables to read.
    fn summary(&self, out: &mut impl Write) -> io::Result<()>;

    fn json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self).map_err(io::Error::from)?;
        writeln!(out)
    }
}

impl Print for OrderExplanation {
    fn summary(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{self}")
    }
}

impl Print for WhatIf {
    fn summary(&self, out: &mut impl Write) -> io::Result<()> {
        summary::write_what_if(self, out)
    }
}

impl Print for Report {
    fn summary(&self, out: &mut impl Write) -> io::Result<()> {
        summary::write(self, out)
    }
}

impl Print for Comparison {
    fn summary(&self, out: &mut impl Write) -> io::Result<()> {
        summary::write_comparison(self, out)
    }
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
    let mut out = io::BufWriter::new(io::stdout().lock());
    let format = arguments.format();
    let is_told_of = matches!(format, Format::Summary | Format::Json);
    let is_beside = arguments.explain.is_some() || arguments.what_if || arguments.by.is_some();
    if !is_told_of && is_beside {
        return Err("--explain, --what-if and --by have the formats summary and json".into());
    }
    let filter = filter(arguments);
    let figure = arguments
        .explain
        .iter()
        .flatten()
        .find(|id| behind::is_metric(id));
    let is_of_orders = arguments.what_if || (arguments.explain.is_some() && figure.is_none());
    if is_of_orders && !filter.is_open() {
        return Err(
            "--explain of orders and --what-if look at all of the log; leave the filters out"
                .into(),
        );
    }
    let selection = ledger.only(filter);
    let printed = if let Some(id) = figure {
        let period = period(arguments, &ledger, &zone, &options)?;
        let (asked, figure) = ((&period, &options), (id.as_str(), &arguments.scope));
        let as_json = format == Format::Json;
        behind::write_evidence(&selection, asked, figure, as_json, &mut out)?;
        Ok(())
    } else if let Some(order) = &arguments.explain {
        let is_asked_for = |why: &OrderExplanation| {
            order
                .as_ref()
                .is_none_or(|order| why.order.as_str() == order)
        };
        let mut explanations = ledger
            .explanations(&options)
            .filter(is_asked_for)
            .peekable();
        if let (Some(order), None) = (order, explanations.peek()) {
            return Err(format!("there is no order and no metric {order}").into());
        }
        explanations.try_for_each(|why| print(&why, format, &mut out))
    } else {
        let period = period(arguments, &ledger, &zone, &options)?;
        if arguments.what_if {
            let what_if =
                ledger.what_if(&period, &options, &WhatIf::WINDOWS_SECONDS, &Model::ALL)?;
            print(&what_if, format, &mut out)
        } else if arguments.by.is_some() {
            let segments = Segments::read(arguments.segments.as_deref(), &ledger, &period)?;
            let reports = selection.report_by(&period, &options, |visitor| segments.of(visitor));
            if format == Format::Json {
                serde_json::to_writer(&mut out, &reports)?;
                writeln!(out)
            } else {
                let all = selection.report(&period, &options);
                behind::write_segments(&reports, &all, &mut out)
            }
        } else {
            let report = selection.report(&period, &options);
            match arguments.compare {
                None => print_report(&report, format, &mut out),
                Some(base) => {
                    let base = match base {
                        Base::Previous => period.previous()?,
                        Base::Year => period.a_year_before()?,
                    };
                    let base = selection.report(&base, &options);
                    print_comparison(&report.compared_with(&base), format, &mut out)
                }
            }
        }
    };
    let printed = printed.and_then(|()| out.flush());
    // The process ends here: its memory is handed back at once, not piece by piece.
    std::mem::forget(ledger);
    match printed {
        // Whoever reads the output may have seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

fn filter(arguments: &Arguments) -> Filter {
    let mut filter = Filter::new();
    if let Some(prefix) = &arguments.page {
        filter = filter.only_pages_under(prefix);
    }
    if let Some(channel) = arguments.channel {
        filter = filter.only_channel(channel);
    }
    if let Some(initiator) = arguments.initiator {
        filter = filter.only_initiator(initiator);
    }
    if !arguments.agent.is_empty() {
        filter = filter.only_agents(arguments.agent.clone());
    }
    filter
}

fn options(arguments: &Arguments) -> Result<Options, OptionError> {
    let mut options = Options::new()
        .with_window_edge(arguments.window_edge)
        .with_model(arguments.model)
        .with_lapsed_touch(arguments.lapsed_touch)
        .with_gmv_scope(arguments.gmv_scope);
    if arguments.exact_pages {
        options = options.with_page_grouping(PageGrouping::Exact);
    }
    if let Some(as_of) = arguments.as_of {
        options = options.with_as_of(as_of)?;
    }
    if let Some(seconds) = arguments.window_seconds {
        options = options.with_window_seconds(seconds)?;
    }
    for (channel, seconds) in [
        (Channel::Text, arguments.text_window_seconds),
        (Channel::Video, arguments.video_window_seconds),
    ] {
        if let Some(seconds) = seconds {
            options = options.with_channel_window_seconds(channel, seconds)?;
        }
    }
    let ends = PositionEnds::default();
    let ends = PositionEnds::new(
        arguments
            .position_first_percent
            .unwrap_or(ends.first_percent()),
        arguments
            .position_last_percent
            .unwrap_or(ends.last_percent()),
    )?;
    options = options.with_position_ends(ends);
    if let Some(seconds) = arguments.half_life_seconds {
        options = options.with_half_life_seconds(seconds)?;
    }
    if let Some(rows) = arguments.top {
        options = options.with_top(usize::try_from(rows).unwrap_or(usize::MAX))?;
    }
    if let Some(seconds) = arguments.session_timeout_seconds {
        options = options.with_session_timeout_seconds(seconds)?;
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
    Ok(
        match (arguments.from, arguments.through, ledger.span(options)) {
            (Some(from), Some(through), _) => Period::days(from, through, zone)?,
            (None, None, _) => ledger.whole_period(zone, options)?,
            (Some(from), None, Some((_, last))) => match zone.date(last) {
                through if through < from => {
                    return Err(format!("the last event is on {through}, before --from {from}; give --through as well").into());
                }
                through => Period::days(from, through, zone)?,
            },
            (None, Some(through), Some((first, _))) => match zone.date(first) {
                from if through < from => {
                    return Err(format!("the first event is on {from}, after --through {through}; give --from as well").into());
                }
                from => Period::days(from, through, zone)?,
            },
            (_, _, None) => {
                return Err(
                    "there is no event to take the period from; give --from and --through".into(),
                );
            }
        },
    )
}

fn read_log(arguments: &Arguments) -> Result<Ledger, Box<dyn Error>> {
    match &arguments.file {
        None => record(SAMPLE, arguments.skip_invalid),
        Some(path) if path.as_os_str() == "-" => {
            let bar = progress(None);
            record(bar.wrap_read(io::stdin()), arguments.skip_invalid)
        }
        Some(path) => {
            let named = |error| format!("{}: {error}", path.display());
            let file = File::open(path).map_err(named)?;
            let length = file.metadata().map_err(named)?.len();
            let bar = progress(Some(length));
            record(bar.wrap_read(file), arguments.skip_invalid)
                .map_err(|error| format!("{}: {error}", path.display()).into())
        }
    }
}

fn record(input: impl Read + Send, skip_invalid: bool) -> Result<Ledger, Box<dyn Error>> {
    let mut ledger = Ledger::new();
    let mut skipped = 0_u64;
    let read = ledger.read_ndjson(input, |error| {
        if !skip_invalid {
            return Err(error);
        }
        skipped += 1;
        if skipped <= SHOWN_INVALID {
            eprintln!("skipped {error}");
        }
        Ok(())
    });
    match read {
        Err(LoadError::Line(error)) if !matches!(error.kind(), ReadErrorKind::Io(_)) => {
            return Err(format!("{error} (--skip-invalid goes on)").into());
        }
        read => read?,
    };
    if skip_invalid {
        eprintln!("invalid lines skipped: {skipped}");
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

fn print_report(report: &Report, format: Format, out: &mut impl Write) -> io::Result<()> {
    match format {
        #[cfg(feature = "csv")]
        Format::Csv => report.write_csv(out),
        Format::Markdown => out.write_all(report.to_markdown().as_bytes()),
        Format::Summary | Format::Json => print(report, format, out),
    }
}

fn print_comparison(
    comparison: &Comparison,
    format: Format,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        #[cfg(feature = "csv")]
        Format::Csv => comparison.write_csv(out),
        Format::Markdown => out.write_all(comparison.to_markdown().as_bytes()),
        Format::Summary | Format::Json => print(comparison, format, out),
    }
}

/// Prints as JSON, on a line, or as it is to be read.
fn print(what: &impl Print, format: Format, out: &mut impl Write) -> io::Result<()> {
    if format == Format::Json {
        return what.json(out);
    }
    what.summary(out)
}
