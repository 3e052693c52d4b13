//! What a ledger and a report ask of the allocator, by count: a guard that no clock can disturb.
//!
//! One test, for the counts are of the whole process. Each bound is some quarter above what was found when it was set.

#[path = "../examples/generate/shop.rs"]
mod shop;

use std::alloc::System;

use chrono::NaiveDate;
use convometrics::event::NdjsonReader;
use convometrics::metrics::visitor::VisitorMetrics;
use convometrics::{Event, Ledger, Options, Query, Zone};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::shop::{Plan, write_log};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What something asked for, for each of so many.
#[derive(Debug)]
struct Asked {
    blocks: f64,
    /// Bytes that it still holds.
    held: f64,
}

fn asked<T>(of: usize, run: impl FnOnce() -> T) -> (T, Asked) {
    let before = ALLOCATOR.stats();
    let result = run();
    let change = ALLOCATOR.stats() - before;
    let for_each = |count: f64| count / f64::from(u32::try_from(of).unwrap());
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let asked = Asked {
        // Growing a block by moving it counts as a new allocation.
        blocks: for_each((change.allocations + change.reallocations) as f64),
        held: for_each(change.bytes_allocated as f64 - change.bytes_deallocated as f64),
    };
    (result, asked)
}

#[test]
fn memory_is_asked_for_seldom_and_little() {
    let plan = Plan {
        seed: 7,
        start: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
        days: 28,
        visitors_a_day: 400,
        hours_ahead: 1,
    };
    let mut log = Vec::new();
    write_log(&plan, &mut log).unwrap();
    let events: Vec<Event> = NdjsonReader::new(&log[..]).map(Result::unwrap).collect();

    let (ledger, read) = asked(events.len(), || {
        let mut ledger = Ledger::new();
        ledger.read_ndjson(&log[..]).unwrap();
        ledger
    });
    let (_, extended) = asked(events.len(), || {
        let mut ledger = Ledger::new();
        ledger.record_all(&events).unwrap();
        ledger
    });
    let period = ledger.whole_period(&Zone::utc(), &Options::new()).unwrap();
    let (_, report) = asked(ledger.visitor_count(), || {
        ledger.report(&period, &Options::new())
    });
    let (_, visitors) = asked(ledger.visitor_count(), || {
        ledger
            .view(Query::new(period.clone()))
            .family::<VisitorMetrics>()
    });
    println!(
        "{} events; read {read:?}, extended {extended:?}; by visitor: report {report:?}, visitors {visitors:?}",
        ledger.len()
    );

    assert!(read.blocks < 0.25, "{read:?}");
    assert!(read.held < 78.0, "{read:?}");
    assert!(extended.blocks < 0.25, "{extended:?}");
    assert!(report.blocks < 1.5, "{report:?}");
    assert!(visitors.blocks < 0.01, "{visitors:?}");
}
