//! Limits on the allocations of a ledger and a report, and the sizes that they report. Unlike times, counts are the same
//! on every machine.
//!
//! There is a single test, because the allocator counts for the whole process. Each limit is a quarter above the count
//! at the time it was set.

#[path = "../examples/generate/shop.rs"]
mod shop;

use std::alloc::System;

use chrono::NaiveDate;
use convometrics::event::{ChatEvent, NdjsonReader, SurveyEvent, SurveyOutcome, WidgetEvent};
use convometrics::id::ConversationId;
use convometrics::metrics::visitor::VisitorMetrics;
use convometrics::{Event, EventKind, Ledger, Options, PartialReport, Query, Zone};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::shop::{Ids, Plan, write_log};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocations of a run for each of its items.
#[derive(Debug)]
struct Allocations {
    blocks: f64,
    /// The bytes that are still allocated.
    held: f64,
}

/// Returns the result of a run, and its allocations for each of `items`.
fn counted<T>(items: usize, run: impl FnOnce() -> T) -> (T, Allocations) {
    let before = ALLOCATOR.stats();
    let result = run();
    let change = ALLOCATOR.stats() - before;
    let for_each = |count: f64| count / to_f64(items);
    let allocations = Allocations {
        // Growing a block by moving it counts as a new allocation.
        blocks: for_each(to_f64(change.allocations + change.reallocations)),
        held: for_each(to_f64(change.bytes_allocated) - to_f64(change.bytes_deallocated)),
    };
    (result, allocations)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn to_f64(count: usize) -> f64 {
    count as f64
}

/// A visitor's click on an automatic message with ids of their own.
fn click(visitor: usize) -> Event {
    let text = |length: usize| format!("{visitor:0length$}");
    let click = WidgetEvent::AutoMessageClicked {
        trigger: text(50).parse().unwrap(),
        auto_message: text(100).parse().unwrap(),
        url: Some(text(300).parse().unwrap()),
    };
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    Event::new("1".parse().unwrap(), at, text(5).parse().unwrap(), click).unwrap()
}

/// A visitor's conversation, and the answer to its survey, with an agent and feedback of their own.
fn answer(visitor: usize) -> [Event; 2] {
    let text = |length: usize| format!("{visitor:0length$}");
    let conversation: ConversationId = "c".parse().unwrap();
    let assigned = ChatEvent::AgentAssigned {
        conversation: conversation.clone(),
        agent: text(100).parse().unwrap(),
    };
    let answered = SurveyEvent::Answered {
        survey: "q".parse().unwrap(),
        conversation,
        rating: None,
        feedback: Some(text(300).parse().unwrap()),
        outcome: SurveyOutcome::Submitted,
    };
    let event = |id: &str, kind: EventKind| {
        let at = "2026-03-02T09:00:00Z".parse().unwrap();
        Event::new(id.parse().unwrap(), at, text(5).parse().unwrap(), kind).unwrap()
    };
    [event("2", assigned.into()), event("3", answered.into())]
}

#[test]
fn allocations_are_few_and_small() {
    let plan = Plan {
        seed: 7,
        start: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
        days: 28,
        visitors_a_day: 400,
        hours_ahead: 1,
        ids: Ids::Uuid,
    };
    let mut log = Vec::new();
    write_log(&plan, &mut log).unwrap();
    let events: Vec<Event> = NdjsonReader::new(&log[..]).map(Result::unwrap).collect();

    let (ledger, read) = counted(events.len(), || {
        let mut ledger = Ledger::new();
        ledger.read_ndjson(&log[..]).unwrap();
        ledger
    });
    let (_, extended) = counted(events.len(), || {
        let mut ledger = Ledger::new();
        ledger.record_all(&events).unwrap();
        ledger
    });
    let period = ledger.whole_period(&Zone::utc(), &Options::new()).unwrap();
    let (_, report) = counted(ledger.visitor_count(), || {
        ledger.report(&period, &Options::new())
    });
    let (_, visitors) = counted(ledger.visitor_count(), || {
        ledger
            .view(Query::new(period.clone()))
            .family::<VisitorMetrics>()
    });
    // The second part arrives late, and the third repeats events of both.
    let mut parts = Ledger::new();
    let third = events.len() / 3;
    for part in [&events[third..], &events[..third], &events[..2 * third]] {
        let before = parts.heap_bytes();
        let (_, allocations) = counted(1, || parts.record_all(part).unwrap());
        let reported = to_f64(parts.heap_bytes() - before);
        assert!(
            (reported - allocations.held).abs() < 1.0,
            "{reported}, {allocations:?}"
        );
    }
    assert!(parts.duplicates() > 0);

    let (_, now) = ledger.span(&Options::new()).unwrap();
    let options = Options::new().with_as_of(now).unwrap();
    let query = Query::new(period.clone()).with_options(options);
    // The sums of the other logs are mostly texts: triggers, messages and links; agents and feedback.
    let (mut clicks, mut answers) = (Ledger::new(), Ledger::new());
    clicks.record_all((0..500).map(click)).unwrap();
    answers.record_all((0..500).flat_map(answer)).unwrap();
    let (empty, of_query) = counted(1, || PartialReport::new(query.clone()).unwrap());
    for ledger in [&ledger, &clicks, &answers] {
        let view = ledger.view(query.clone());
        let (partial, allocations) = counted(1, || view.partial().unwrap());
        let reported = to_f64(partial.heap_bytes()) - to_f64(empty.heap_bytes());
        let share = reported / (allocations.held - of_query.held);
        assert!((0.95..1.01).contains(&share), "{share}");
    }

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
