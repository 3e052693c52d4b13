//! What is behind a figure, and what becomes of it when visitors are told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use chrono::SecondsFormat;
use convometrics::catalogue::{METRICS, Scope, Value};
use convometrics::report::{Contribution, Record, Verdict};
use convometrics::{Ledger, Options, Period, Report, Selection, VisitorId};

use super::summary;

/// Whether a text is the id of a metric.
pub(crate) fn is_metric(id: &str) -> bool {
    METRICS.iter().any(|metric| metric.id() == id)
}

/// A scope as it is given on the command line: `total`, `unassigned`, or a kind and its key, as in `agent:ada`,
/// `page:https://shop.example/a`, `day:2026-03-02`, `hour:9`, `trigger:t`, `rating:5`, `agent_day:2026-03-02:ada`,
/// `auto_message:m:https://shop.example/b`.
pub(crate) fn scope(text: &str) -> Result<Scope, String> {
    let refused = |error: &dyn std::fmt::Display| format!("{text:?}: {error}");
    let (kind, key) = text.split_once(':').unwrap_or((text, ""));
    let two = || {
        key.split_once(':')
            .ok_or_else(|| refused(&"two keys are wanted, as in agent_day:2026-03-02:ada or auto_message:m:https://shop.example/b"))
    };
    Ok(match kind {
        "total" if key.is_empty() => Scope::Total,
        "unassigned" if key.is_empty() => Scope::Unassigned,
        "day" => Scope::Day(key.parse().map_err(|error| refused(&error))?),
        "hour" => Scope::Hour(key.parse().map_err(|error| refused(&error))?),
        "agent" => Scope::Agent(key.parse().map_err(|error| refused(&error))?),
        "page" => Scope::Page(key.parse().map_err(|error| refused(&error))?),
        "trigger" => Scope::Trigger(key.parse().map_err(|error| refused(&error))?),
        "rating" => {
            let stars = key.parse().map_err(|error| refused(&error))?;
            Scope::Rating(convometrics::Rating::new(stars).map_err(|error| refused(&error))?)
        }
        "agent_day" => {
            let (day, agent) = two()?;
            let day = day.parse().map_err(|error| refused(&error))?;
            Scope::AgentDay(agent.parse().map_err(|error| refused(&error))?, day)
        }
        "auto_message" => {
            let (message, link) = two()?;
            let message = message.parse().map_err(|error| refused(&error))?;
            Scope::AutoMessage(message, link.parse().map_err(|error| refused(&error))?)
        }
        _ => {
            return Err(refused(
                &"a scope is total, unassigned, day:…, hour:…, agent:…, agent_day:…, page:…, trigger:…, auto_message:… or rating:…",
            ));
        }
    })
}

/// Prints what is behind a figure: what counts, then what does not and why; as JSON, a record a line.
pub(crate) fn write_evidence(
    selection: &Selection<'_>,
    (period, options): (&Period, &Options),
    (id, scope): (&str, &Scope),
    as_json: bool,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let evidence = selection.drill_down(period, options, id, scope)?;
    if as_json {
        for record in evidence {
            serde_json::to_writer(&mut *out, &record)?;
            writeln!(out)?;
        }
        return Ok(());
    }
    let (counted, left_out): (Vec<Contribution>, Vec<Contribution>) =
        evidence.partition(|record| record.counted().is_some());
    let values = counted.iter().filter_map(Contribution::counted);
    let sum = values.fold(None, |sum: Option<Value>, value| match sum {
        None => Some(value.clone()),
        Some(sum) => sum.plus(value),
    });
    let sum = sum.map_or("nothing".to_owned(), |sum| json(&sum));
    writeln!(out, "{id}, {}: {sum}", json(scope))?;
    writeln!(out, "counted: {}", counted.len())?;
    for record in &counted {
        let value = record.counted().map(json).unwrap_or_default();
        writeln!(out, "  {}: {value}", told(record))?;
    }
    writeln!(out, "left out: {}", left_out.len())?;
    for record in &left_out {
        let Verdict::Excluded { reason, elsewhere } = &record.verdict else {
            continue;
        };
        write!(out, "  {}: {reason}", told(record))?;
        for scope in elsewhere {
            write!(out, ", {}", json(scope))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn json(what: &impl serde::Serialize) -> String {
    serde_json::to_string(what).unwrap_or_default()
}

/// A record in words; its ids with what is no letter escaped.
fn told(evidence: &Contribution) -> String {
    let visitor = evidence.visitor.as_str().escape_debug();
    let record = match &evidence.record {
        Record::Visitor => String::new(),
        Record::Conversation(id) => format!(", conversation {}", id.as_str().escape_debug()),
        Record::TextRequest(id) => format!(", text request of {}", id.as_str().escape_debug()),
        Record::VideoRequest(id) => format!(", request of call {}", id.as_str().escape_debug()),
        Record::Call(id) => format!(", call {}", id.as_str().escape_debug()),
        Record::Session {
            session: Some(id), ..
        } => format!(", session {}", id.as_str().escape_debug()),
        Record::Session { first_message, .. } => {
            format!(
                ", session from {} on",
                first_message.as_str().escape_debug()
            )
        }
        Record::Order(id) => format!(", order {}", id.as_str().escape_debug()),
        Record::Answer(id) => format!(", survey {}", id.as_str().escape_debug()),
        Record::Event(id) => format!(", event {}", id.as_str().escape_debug()),
        _ => ", another record".to_owned(),
    };
    let at = evidence.at.map_or(String::new(), |at| {
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
