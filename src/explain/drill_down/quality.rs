//! The events behind the counters of data quality.

use super::{Reason, Record, Verdict, excluded};
use crate::catalogue::{Metric, Value};
use crate::id::{EventId, Trusted};
use crate::journey::reader::Reader;
use crate::journey::{Fault, Position, ReadOptions};
use crate::ledger::{Arrived, Record as Logged, VisitorLog};
use crate::time::Instant;

/// Returns the visitor's events that a counter counts. Those after "now" are excluded.
pub(super) fn units(
    metric: &Metric,
    read_options: &ReadOptions,
    log: VisitorLog<'_>,
) -> Vec<(Record, Instant, Verdict)> {
    match metric.id() {
        "data_quality.events" => return all(read_options, log),
        "data_quality.duplicates" => return arrivals(log, |arrived| arrived.same - 1),
        "data_quality.conflicts" => return arrivals(log, |arrived| arrived.other),
        _ => {}
    }
    let faults = [
        ("data_quality.redundant", Fault::Redundant),
        ("data_quality.orphans", Fault::Orphan),
        ("data_quality.over_refunds", Fault::OverRefund),
    ];
    let mut faults = faults.into_iter();
    let (_, fault) = faults
        .find(|(id, _)| *id == metric.id())
        .expect("every counter of data quality has its events");
    let mut reader = Reader::default();
    let faults = logged(&reader.read(log, read_options).faults, log).into_iter();
    faults
        .filter(|(_, found)| *found == fault)
        .map(|(logged, _)| counted(log, &logged, 1))
        .collect()
}

/// Returns the events with a fault.
pub(super) fn logged(faults: &[(Position, Fault)], log: VisitorLog<'_>) -> Vec<(Logged, Fault)> {
    if faults.is_empty() {
        return Vec::new();
    }
    let records = log.records();
    let faults = faults.iter();
    faults
        .map(|(position, fault)| (records[*position as usize], *fault))
        .collect()
}

fn all(read_options: &ReadOptions, log: VisitorLog<'_>) -> Vec<(Record, Instant, Verdict)> {
    let unit = |logged: &Logged| {
        let (record, at, counted) = counted(log, logged, 1);
        let verdict = if at <= read_options.as_of {
            counted
        } else {
            excluded(Reason::AfterAsOf, Vec::new())
        };
        (record, at, verdict)
    };
    log.records().iter().map(unit).collect()
}

/// Returns the events that arrived more than once, whatever "now" is.
fn arrivals(
    log: VisitorLog<'_>,
    further: impl Fn(Arrived) -> u64,
) -> Vec<(Record, Instant, Verdict)> {
    let records = log.records();
    let found = records
        .iter()
        .map(|logged| (logged, further(log.arrived(logged.key))));
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
