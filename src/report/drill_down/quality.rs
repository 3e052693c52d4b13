//! The events behind the counters of data quality.

use super::{Reason, Record, Verdict, left_out};
use crate::catalogue::{Metric, Value};
use crate::id::{EventId, Trusted};
use crate::journey::reading::Reader;
use crate::journey::{Fault, Lens, Position};
use crate::ledger::{Record as Logged, VisitorLog};
use crate::time::Instant;

/// The visitor's events that a counter counts; those after "now" left out.
pub(super) fn units(
    metric: &Metric,
    lens: &Lens,
    log: VisitorLog<'_>,
) -> Vec<(Record, Instant, Verdict)> {
    let fault = match metric.id() {
        "data_quality.events" => None,
        "data_quality.redundant" => Some(Fault::Redundant),
        "data_quality.orphans" => Some(Fault::Orphan),
        "data_quality.over_refunds" => Some(Fault::OverRefund),
        id => return arrivals(id, log),
    };
    let Some(fault) = fault else {
        return all(lens, log);
    };
    let mut reader = Reader::default();
    let faults = logged(&reader.read(log, lens).faults, log).into_iter();
    faults
        .filter(|(_, found)| *found == fault)
        .map(|(logged, _)| counted(log, &logged, 1))
        .collect()
}

/// The events that are not as they should be.
pub(super) fn logged(faults: &[(Position, Fault)], log: VisitorLog<'_>) -> Vec<(Logged, Fault)> {
    if faults.is_empty() {
        return Vec::new();
    }
    let mut records = Vec::new();
    log.read(&mut records);
    let faults = faults.iter();
    faults
        .filter_map(|(position, fault)| Some((*records.get(*position as usize)?, *fault)))
        .collect()
}

fn all(lens: &Lens, log: VisitorLog<'_>) -> Vec<(Record, Instant, Verdict)> {
    let mut records = Vec::new();
    log.read(&mut records);
    let of = |logged: &Logged| {
        if logged.at <= lens.as_of {
            return counted(log, logged, 1);
        }
        let (record, at, _) = counted(log, logged, 1);
        (record, at, left_out(Reason::AfterAsOf, Vec::new()))
    };
    records.iter().map(of).collect()
}

/// Of all that arrived, whatever "now" is.
fn arrivals(id: &str, log: VisitorLog<'_>) -> Vec<(Record, Instant, Verdict)> {
    let mut records = Vec::new();
    log.read(&mut records);
    let further = |logged: &Logged| {
        let arrived = log.arrived(logged.key);
        match id {
            "data_quality.duplicates" => arrived.same - 1,
            _ => arrived.other,
        }
    };
    let found = records.iter().map(|logged| (logged, further(logged)));
    found
        .filter(|(_, count)| *count > 0)
        .map(|(logged, count)| counted(log, logged, count))
        .collect()
}

fn counted(log: VisitorLog<'_>, logged: &Logged, count: u64) -> (Record, Instant, Verdict) {
    let id = log.tables().of(logged.key).with_text(EventId::trusted);
    let verdict = Verdict::Counted(Value::Count(count));
    (Record::Event(id), logged.at, verdict)
}
