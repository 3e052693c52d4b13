//! What is seen of a log, and what is set aside.

use crate::queries::whole_log;
use convometrics::Options;
use serde_json::{Value, json};

use super::{json_of, money};
use crate::logs::{Log, instant};

#[test]
fn data_quality_counts_what_was_set_aside() {
    let mut ledger = convometrics::Ledger::new();
    let order = |at: &str, subtotal: &str| {
        let line = json!({"id": "1", "at": at, "visitor": "ann", "type": "order_placed", "order": "o", "currency": "EUR", "subtotal": subtotal});
        convometrics::Event::from_json(&line.to_string()).unwrap()
    };
    let other = |id: &str, event_type: &str| {
        let line = json!({"id": id, "at": "2026-03-02T12:00:00Z", "visitor": "ann", "type": event_type, "order": "o", "currency": "EUR", "subtotal": 1, "amount": "11", "call": "k"});
        convometrics::Event::from_json(&line.to_string()).unwrap()
    };
    // The one at 09:00 survives, wherever it arrives; "10" and "10.00" are one value.
    for event in [
        order("2026-03-02T10:00:00Z", "10"),
        order("2026-03-02T09:00:00Z", "10"),
        order("2026-03-02T09:00:00.0000009Z", "10.00"),
    ] {
        ledger.record(&event).unwrap();
    }
    ledger.record(&other("2", "order_refunded")).unwrap(); // 11 of 10
    ledger.record(&other("3", "call_ended")).unwrap(); // of a call never requested
    ledger.record(&other("4", "order_placed")).unwrap(); // of the same order
    let quality = ledger
        .view(whole_log(&ledger, &Options::new()))
        .data_quality();
    assert_eq!(
        json_of(&quality),
        json!({
            "events": 4, "duplicates": 1, "conflicts": 1, "superseded": 0, "retracted": 0, "linked": 0, "redundant": 1,
            "orphans": 1, "over_refunds": 1, "connected_unannounced": 0, "outside_sessions": 0,
        })
    );
}

#[test]
fn events_after_as_of_are_not_seen() {
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:10", "c", "a-1");
    let at = |as_of: &str| log.report_with(&Options::new().with_as_of(instant(as_of)).unwrap());
    let (before, then) = (
        at("2026-03-02T09:09:59.999999Z"),
        at("2026-03-02T09:10:00Z"),
    );
    assert_eq!(
        (before.conversations.total, before.data_quality.events),
        (0, 1)
    );
    assert_eq!((then.conversations.total, then.data_quality.events), (1, 2));
    assert_eq!(before.engage.chats.organization.pending, 1);
}

#[test]
fn an_empty_log_has_a_report_of_zeros_for_a_given_period_and_no_period_of_its_own() {
    let ledger = convometrics::Ledger::new();
    let error = ledger
        .whole_period(&convometrics::Zone::utc(), &Options::new())
        .unwrap_err();
    assert_eq!(error, convometrics::time::PeriodError::NoEvents);
    let report = Log::new().report_of("2026-03-02", "2026-03-02", "UTC");
    assert_eq!(report.as_of, None);
    assert_eq!(json_of(&report)["as_of"], Value::Null);
    assert_eq!(report.csat.average_rating.value(), None);
    assert_eq!(report.conversations.daily.len(), 1);
    assert_eq!(money(&report.gmv.attributed_sales), json!({}));
}

#[test]
fn arrivals_are_met_one_by_one_and_counted_against_the_survivor() {
    let event = |at: &str| {
        let line = json!({"id": "1", "at": at, "visitor": "ann", "type": "widget_impression"});
        convometrics::Event::from_json(&line.to_string()).unwrap()
    };
    let (first, later) = (event("2026-03-02T09:00:00Z"), event("2026-03-02T09:01:00Z"));
    let counted = |arrivals: [&convometrics::Event; 3]| {
        let mut ledger = convometrics::Ledger::new();
        let met = ledger.record_all(arrivals).unwrap();
        assert!(ledger.events().eq([first.clone()]));
        (
            (met.new, met.duplicates, met.conflicts),
            (ledger.duplicates(), ledger.conflicts()),
        )
    };
    assert_eq!(counted([&first, &first, &later]), ((1, 1, 1), (1, 1)));
    assert_eq!(counted([&later, &first, &first]), ((1, 1, 1), (1, 1)));
    assert_eq!(counted([&later, &later, &first]), ((1, 1, 1), (0, 2)));
}
