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
#[path = "../query_arguments/mod.rs"]
mod query_arguments;
mod summary;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use convometrics::catalogue::{Scope, metric};
use convometrics::explain::{OrderExplanation, WhatIf};
use convometrics::output::Comparison;
use convometrics::{Ledger, Model, Report, View};
use serde::Serialize;

use behind::Segments;
use query_arguments::QueryArguments;

/// Conversational-commerce events in, every metric of the One-to-One and Engage glossaries out.
#[derive(Debug, Parser)]
#[command(name = "report")]
struct Arguments {
    #[command(flatten)]
    query: QueryArguments,
    /// Instead of the report, what is behind a figure, by its id in the catalogue; or why an order counted, and for whom,
    /// by its id; without an id, of all orders
    #[arg(long, value_name = "ID", num_args = 0..=1, conflicts_with = "what_if")]
    #[expect(
        clippy::option_option,
        reason = "no flag, the flag for all orders, the flag with an id"
    )]
    explain: Option<Option<String>>,
    /// What the figure is of: `total`, `unassigned`, `day:DATE`, `hour:9`, `agent:ID`, `agent_day:DATE:AGENT`, `page:URL`,
    /// `trigger:ID`, `auto_message:ID:LINK`, `rating:5`
    #[arg(
        long,
        requires = "explain",
        default_value = "total",
        value_name = "SCOPE"
    )]
    scope: Scope,
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
    let ledger = arguments.query.read_log()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let format = arguments.format();
    let is_table = matches!(format, Format::Csv | Format::Markdown);
    let is_beside = arguments.explain.is_some() || arguments.what_if || arguments.by.is_some();
    if is_table && is_beside {
        return Err("--explain, --what-if and --by have the formats summary and json".into());
    }
    let query = match arguments.query.query(&ledger) {
        // Without an event there is no order to explain.
        Err(_)
            if ledger.is_empty()
                && arguments.query.has_no_dates()
                && arguments.explain == Some(None) =>
        {
            return Ok(());
        }
        query => query?,
    };
    let view = ledger.view(query);
    let printed = if let Some(id) = &arguments.explain {
        explain(&view, id.as_deref(), arguments, &mut out)?
    } else if arguments.what_if {
        print(
            &view.what_if(&WhatIf::WINDOWS, &Model::ALL)?,
            format,
            &mut out,
        )
    } else if arguments.by.is_some() {
        print_segments(&view, &ledger, arguments, &mut out)?
    } else if let Some(base) = arguments.compare {
        let period = view.query().period();
        let base = match base {
            Base::Previous => period.previous()?,
            Base::Year => period.previous_year()?,
        };
        let base = view
            .with_query(view.query().clone().with_period(base))
            .report();
        print_comparison(&view.report().compared_with(&base), format, &mut out)
    } else {
        print_report(&view.report(), format, &mut out)
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

/// Prints the records behind a figure, or why orders counted: one order, or all where there is no id.
fn explain(
    view: &View<'_>,
    id: Option<&str>,
    arguments: &Arguments,
    out: &mut impl Write,
) -> Result<io::Result<()>, Box<dyn Error>> {
    let format = arguments.format();
    if let Some(id) = id.filter(|id| metric(id).is_some()) {
        let as_json = format == Format::Json;
        return behind::write_records(view, id, &arguments.scope, as_json, out);
    }
    let is_wanted = |why: &OrderExplanation| id.is_none_or(|id| why.order.as_str() == id);
    let mut explanations = view.explanations().filter(is_wanted).peekable();
    if let (Some(id), None) = (id, explanations.peek()) {
        return Err(format!("{id} is neither an order nor a metric").into());
    }
    Ok(explanations.try_for_each(|why| print(&why, format, out)))
}

fn print_segments(
    view: &View<'_>,
    ledger: &Ledger,
    arguments: &Arguments,
    out: &mut impl Write,
) -> Result<io::Result<()>, Box<dyn Error>> {
    let file = arguments.segments.as_deref();
    let segments = Segments::read(file, ledger, view.query().period())?;
    let reports = view.report_by(|visitor| segments.of(visitor));
    if arguments.format() == Format::Json {
        serde_json::to_writer(&mut *out, &reports)?;
        return Ok(writeln!(out));
    }
    Ok(behind::write_segments(&reports, &view.report(), out))
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
