//! What is behind a figure, and what becomes of it when visitors are told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use chrono::SecondsFormat;
use convometrics::catalogue::{Scope, Value};
use convometrics::explain::{Contribution, Record, Verdict};
use convometrics::id::VisitorId;
use convometrics::{Ledger, Period, Report, View};

use super::summary;

/// Prints the records behind a figure: those that count, then the excluded ones with their reasons. As JSON, a record a
/// line.
pub(crate) fn write_records(
    view: &View<'_>,
    id: &str,
    scope: &Scope,
    as_json: bool,
    out: &mut impl Write,
) -> Result<io::Result<()>, Box<dyn Error>> {
    let records = view.drill_down(id, scope)?;
    if as_json {
        for record in records {
            serde_json::to_writer(&mut *out, &record)?;
            writeln!(out)?;
        }
        return Ok(Ok(()));
    }
    let (counted, excluded): (Vec<Contribution>, Vec<Contribution>) =
        records.partition(|record| record.counted().is_some());
    let mut values = counted.iter().filter_map(Contribution::counted);
    let figure = match values.next() {
        None => "nothing".to_owned(),
        // A quantile is no sum of the values.
        Some(Value::Quantile(_)) => json(&view.figure(id, scope)?),
        Some(first) => {
            let sum = values.try_fold(first.clone(), |sum, value| sum.plus(value));
            json(&sum.expect("the values of one metric have one kind"))
        }
    };
    writeln!(out, "{id}, {}: {figure}", scope_text(scope))?;
    writeln!(out, "counted: {}", counted.len())?;
    for record in &counted {
        let value = record.counted().map_or(String::new(), json);
        writeln!(out, "  {}: {value}", text(record))?;
    }
    writeln!(out, "excluded: {}", excluded.len())?;
    for record in &excluded {
        let Verdict::Excluded { reason, elsewhere } = &record.verdict else {
            continue;
        };
        write!(out, "  {}: {reason}", text(record))?;
        for scope in elsewhere {
            write!(out, ", {}", scope_text(scope))?;
        }
        writeln!(out)?;
    }
    Ok(Ok(()))
}

/// A scope as on the command line, with control characters of its names escaped.
fn scope_text(scope: &Scope) -> String {
    scope.to_string().escape_debug().to_string()
}

fn json(what: &impl serde::Serialize) -> String {
    serde_json::to_string(what).expect("values are JSON")
}

/// A record in words, with control characters of its ids escaped.
fn text(contribution: &Contribution) -> String {
    let visitor = contribution.visitor.as_str().escape_debug();
    let record = match &contribution.record {
        Record::Visitor => String::new(),
        Record::Conversation(id) => format!(", conversation {}", id.as_str().escape_debug()),
        Record::TextRequest(id) => format!(", text request of {}", id.as_str().escape_debug()),
        Record::VideoRequest(id) => format!(", request of call {}", id.as_str().escape_debug()),
        Record::Call(id) => format!(", call {}", id.as_str().escape_debug()),
        Record::Session {
            session: Some(id), ..
        } => format!(", session {}", id.as_str().escape_debug()),
        Record::Session { opening, .. } => {
            format!(", session from {} on", opening.as_str().escape_debug())
        }
        Record::Order(id) => format!(", order {}", id.as_str().escape_debug()),
        Record::Answer(id) => format!(", survey {}", id.as_str().escape_debug()),
        Record::Event { sender, id } if *sender == contribution.visitor => {
            format!(", event {}", id.as_str().escape_debug())
        }
        Record::Event { sender, id } => format!(
            ", event {}, sent as {}",
            id.as_str().escape_debug(),
            sender.as_str().escape_debug()
        ),
        _ => ", another record".to_owned(),
    };
    let at = contribution.at.map_or(String::new(), |at| {
        format!(", {}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    });
    format!("{visitor}{record}{at}")
}

/// Which segment each visitor is in: as a file of `visitor,segment` lines says; without one, by whether they were there
/// on one day or on several.
pub(crate) struct Segments(BTreeMap<String, String>);

impl Segments {
    pub(crate) fn read(
        file: Option<&Path>,
        ledger: &Ledger,
        period: &Period,
    ) -> Result<Self, Box<dyn Error>> {
        let mut segments = BTreeMap::new();
        if let Some(file) = file {
            let text = std::fs::read_to_string(file)
                .map_err(|error| format!("{}: {error}", file.display()))?;
            for (number, line) in text
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim().is_empty())
            {
                let (visitor, segment) = line.rsplit_once(',').ok_or_else(|| {
                    format!(
                        "{}: line {}: no comma; allowed: visitor,segment",
                        file.display(),
                        number + 1
                    )
                })?;
                segments.insert(visitor.trim().to_owned(), segment.trim().to_owned());
            }
            return Ok(Self(segments));
        }
        let mut days: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
        for event in ledger.events() {
            let visitor = days.entry(event.visitor().as_str().to_owned()).or_default();
            visitor.insert(period.zone().date(event.at()));
        }
        let name = |days: usize| if days > 1 { "several days" } else { "one day" };
        let named = days
            .into_iter()
            .map(|(visitor, days)| (visitor, name(days.len()).to_owned()));
        Ok(Self(named.collect()))
    }

    pub(crate) fn of(&self, visitor: &VisitorId) -> String {
        let segment = self.0.get(visitor.as_str());
        segment.map_or("no segment", String::as_str).to_owned()
    }
}

/// The totals of each segment side by side, and of all.
pub(crate) fn write_segments(
    reports: &BTreeMap<String, Report>,
    all: &Report,
    out: &mut impl Write,
) -> io::Result<()> {
    let columns: Vec<(&str, &Report)> = reports
        .iter()
        .map(|(segment, report)| (segment.as_str(), report))
        .chain([("all", all)])
        .collect();
    summary::write_side_by_side(&columns, out)
}
