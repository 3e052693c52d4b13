//! Events that are sent again, taken back, or sent under another visitor id.

use serde_json::json;

use super::{answer, call, expect, log, of, order, report_of_day, text};
use crate::logs::days;
use convometrics::{Event, Ledger, Options};

/// A shop edits an order upwards. Its webhook sends the order again with a later time of change, then once more as it was.
#[test]
fn an_order_that_was_edited_upwards_counts_as_it_is_now() {
    let placed = |subtotal: &str, revision: u64| {
        let mut fields = order("1001", "EUR", subtotal);
        fields["id"] = json!("o");
        fields["revision"] = json!(revision);
        ("ann", "10:00:00", "order_placed", fields)
    };
    let log = log([
        (
            "ann",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("ann", "09:00:10", "call_answered", answer("k", "ada")),
        ("ann", "09:00:12", "call_connected", of("k")),
        placed("100.00", 1_772_445_600),
        placed("120.00", 1_772_449_200),
        placed("100.00", 1_772_445_600),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("gmv.attributed_gmv", "total", "120.00 EUR"),
            ("gmv.orders", "total", "1"),
            ("data_quality.superseded", "total", "2"),
            ("data_quality.duplicates", "total", "0"),
            ("data_quality.conflicts", "total", "0"),
        ],
    );
}

/// A test order whose clock was years ahead is taken back. It no longer decides what "now" is.
#[test]
fn a_test_order_that_was_taken_back_leaves_no_trace_but_a_count() {
    let log = log([
        ("v", "10:00", "message_sent", text("c", "visitor")),
        ("v", "10:01", "message_sent", text("c", "ada")),
    ]);
    let mut ledger = log.ledger();
    let line = |event_type: &str, own: &str| {
        let head = r#""id":"o","at":"2062-11-01T10:00:00Z","visitor":"v""#;
        Event::from_json(&format!(r#"{{{head},"type":"{event_type}",{own}}}"#)).unwrap()
    };
    let placed = line(
        "order_placed",
        r#""order":"t","currency":"EUR","subtotal":"1.00""#,
    );
    let retracted = line("retracted", r#""revision":1"#);
    ledger.record_all([placed, retracted]).unwrap();
    let report = ledger.report(&days("2026-03-02", "2026-03-02", "UTC"), &Options::new());
    assert_eq!(report.as_of.unwrap().to_string(), "2026-03-02 10:01:00 UTC");
    expect(
        &report,
        &[
            ("gmv.orders", "total", "0"),
            ("data_quality.superseded", "total", "1"),
            // The retraction lies after "now".
            ("data_quality.events", "total", "2"),
            ("data_quality.retracted", "total", "0"),
        ],
    );
}

/// A visitor changes 1 star to 5. The source sends the rating again under its id.
#[test]
fn a_rating_that_was_changed_counts_as_it_is_now() {
    let rated = |rating: u8, revision: u64| {
        let fields = json!({
            "id": "r", "survey": "s", "conversation": "c", "rating": rating, "outcome": "submitted",
            "revision": revision,
        });
        ("v", "10:05", "survey_answered", fields)
    };
    let log = log([
        ("v", "10:00", "message_sent", text("c", "visitor")),
        ("v", "10:01", "message_sent", text("c", "ada")),
        rated(1, 1),
        rated(5, 2),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("csat.average_rating", "total", "5/1"),
            ("csat.distribution", "rating:1", "0"),
            ("csat.distribution", "rating:5", "1"),
            ("csat.response_rate", "total", "1/1"),
            ("data_quality.superseded", "total", "1"),
        ],
    );
}

/// A visitor chats anonymously, logs in, and orders under the account.
#[test]
fn a_visitor_who_logs_in_is_one_visitor() {
    let log = log([
        ("anon-7", "10:00", "message_sent", text("c", "visitor")),
        ("anon-7", "10:01", "message_sent", text("c", "ada")),
        (
            "customer-3",
            "10:30",
            "order_placed",
            order("o1", "EUR", "100"),
        ),
        (
            "customer-3",
            "10:20",
            "visitor_linked",
            json!({"to": "anon-7"}),
        ),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("gmv.orders", "total", "1"),
            ("gmv.conversion_rate", "total", "1/1"),
            ("leaderboard.attributed_sales", "agent:ada", "100.00 EUR"),
            ("data_quality.linked", "total", "1"),
        ],
    );
    let mut without_link = Ledger::new();
    let is_link = |event: &Event| event.kind().event_type().name() == "visitor_linked";
    let others = log
        .ledger()
        .events()
        .filter(|event| !is_link(event))
        .collect::<Vec<_>>();
    without_link.record_all(others).unwrap();
    let report = without_link.report(&days("2026-03-02", "2026-03-02", "UTC"), &Options::new());
    assert_eq!(report.gmv.orders, 0);
}

/// The row of a refund is doubled under an id of its own. A refund has no id beside the event's, so it counts twice.
#[test]
fn a_refund_that_was_doubled_under_another_id_counts_twice() {
    let refund = || json!({"order": "4001", "amount": "10.00"});
    let log = log([
        ("u", "09:00", "call_requested", call("c", "k", "visitor")),
        ("u", "09:00", "call_connected", of("k")),
        ("u", "10:00", "order_placed", order("4001", "USD", "69.99")),
        ("u", "11:00", "order_refunded", refund()),
        ("u", "11:00", "order_refunded", refund()),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("gmv.refunded_gmv", "total", "20.00 USD"),
            ("data_quality.redundant", "total", "0"),
            ("data_quality.over_refunds", "total", "0"),
        ],
    );
}
