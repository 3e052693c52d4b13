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

#[path = "../asked/mod.rs"]
mod asked;
mod behind;
mod summary;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use convometrics::catalogue::Scope;
use convometrics::report::{Comparison, OrderExplanation, WhatIf};
use convometrics::{AgentId, Channel, Filter, InitiatorKind, Model, Report};
use serde::Serialize;

use asked::Asked;
use behind::Segments;

/// Conversational-commerce events in, every metric of the One-to-One and Engage glossaries out.
#[derive(Debug, Parser)]
#[command(name = "report")]
struct Arguments {
    #[command(flatten)]
    asked: Asked,
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
    initiator: Option<InitiatorKind>,
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
    let asked = &arguments.asked;
    let options = asked.options()?;
    let ledger = asked.read_log()?;
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
        let period = asked.period(&ledger, &options)?;
        let (of, figure) = ((&period, &options), (id.as_str(), &arguments.scope));
        let as_json = format == Format::Json;
        behind::write_evidence(&selection, of, figure, as_json, &mut out)?;
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
        let period = asked.period(&ledger, &options)?;
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
                        Base::Year => period.previous_year()?,
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

fn print_report(report: &Report, format: Format, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Csv => print_table(&report.row_header(), &report.rows(), out),
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
        Format::Csv => print_table(&comparison.row_header(), &comparison.rows(), out),
        Format::Markdown => out.write_all(comparison.to_markdown().as_bytes()),
        Format::Summary | Format::Json => print(comparison, format, out),
    }
}

/// Prints rows as CSV, below the titles of their columns.
fn print_table(header: &[String], rows: &[impl Serialize], out: &mut impl Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(Vec::new());
    table.write_record(header)?;
    for row in rows {
        table.serialize(row)?;
    }
    out.write_all(&table.into_inner().map_err(io::Error::other)?)
}

/// Prints as JSON, on a line, or as it is to be read.
fn print(what: &impl Print, format: Format, out: &mut impl Write) -> io::Result<()> {
    if format == Format::Json {
        return what.json(out);
    }
    what.summary(out)
}
