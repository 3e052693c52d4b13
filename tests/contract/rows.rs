//! Events as rows of a table: the same events, the same refusals.

use convometrics::event::EventRow;
use convometrics::ledger::RowError;
use convometrics::rust_decimal::Decimal;
use convometrics::{Event, FieldError, Ledger};
use proptest::prelude::*;
use serde_json::json;

use crate::event_json::{TYPES, own_required, with};
use crate::nasty::{case, json as text, ledger};

/// An event of each type, with all of its fields.
fn full(event_type: &str) -> Event {
    let value = with(event_type, json!({"session": "s", "page": "/p", "seq": 7}));
    Event::from_json(&value.to_string()).unwrap()
}

fn without<'a>(row: &EventRow<'a>, column: &str) -> EventRow<'a> {
    let mut row = *row;
    match column {
        "id" => row.id = None,
        "at" => row.at = None,
        "visitor" => row.visitor = None,
        "type" => row.event_type = None,
        "conversation" => row.conversation = None,
        "call" => row.call = None,
        "by" => row.by = None,
        "agent" => row.agent = None,
        "trigger" => row.trigger = None,
        "auto_message" => row.auto_message = None,
        "order" => row.order = None,
        "currency" => row.currency = None,
        "subtotal" => row.subtotal = None,
        "amount" => row.amount = None,
        "survey" => row.survey = None,
        "outcome" => row.outcome = None,
        "to" => row.to = None,
        "revision" => row.revision = None,
        other => panic!("no column {other}"),
    }
    row
}

/// The row after a change.
fn changed<'a>(mut row: EventRow<'a>, change: impl FnOnce(&mut EventRow<'a>)) -> EventRow<'a> {
    change(&mut row);
    row
}

fn refused(row: &EventRow<'_>) -> FieldError {
    let error = row.event().unwrap_err();
    let mut ledger = Ledger::new();
    assert_eq!(ledger.record_row(row), Err(RowError::Field(error.clone())));
    assert!(ledger.is_empty());
    error
}

proptest! {
    #[test]
    fn an_event_comes_back_from_its_row(case in case()) {
        let mut rows = Ledger::new();
        for event in &case.events {
            let row = EventRow::of(event);
            let back = row.event().unwrap();
            prop_assert_eq!(EventRow::of(&back), row);
            prop_assert_eq!(&back, event);
            rows.record_row(&row).unwrap();
        }
        let events = ledger(&case.events);
        prop_assert!(rows.events().eq(events.events()));
        let report = |ledger: &Ledger| text(&ledger.report(&case.period, &case.options));
        prop_assert_eq!(report(&rows), report(&events));
    }
}

#[test]
fn a_missing_required_column_is_named() {
    for event_type in TYPES {
        let event = full(event_type);
        let row = EventRow::of(&event);
        let envelope = ["id", "at", "visitor", "type"];
        for column in envelope.iter().chain(own_required(event_type)) {
            let error = refused(&without(&row, column));
            assert_eq!(
                (error.field(), error.found()),
                (*column, None),
                "{event_type}"
            );
        }
    }
}

#[test]
fn columns_of_other_types_are_passed_over() {
    let event = full("widget_impression");
    let row = changed(EventRow::of(&event), |row| {
        row.by = Some("robot");
        row.rating = Some(99);
        row.amount = Some(Decimal::NEGATIVE_ONE);
        row.currency = Some("none");
        row.conversation = Some("");
    });
    assert_eq!(row.event().unwrap(), event);
}

#[test]
fn column_errors_name_the_column() {
    let message = full("message_sent");
    let message = EventRow::of(&message);
    let call = full("call_requested");
    let call = EventRow::of(&call);
    let order = full("order_placed");
    let order = EventRow::of(&order);
    let survey = full("survey_answered");
    let survey = EventRow::of(&survey);
    let long = "x".repeat(256);
    let cases = [
        (
            changed(message, |row| {
                row.by = Some("robot");
            }),
            r#"`by` is "robot"; allowed: "visitor", "agent" or "automation""#,
        ),
        (
            changed(call, |row| {
                row.by = None;
            }),
            r#"`by` is missing; allowed: "visitor" or "agent""#,
        ),
        (
            changed(call, |row| {
                row.by = Some("automation");
            }),
            r#"`by` is "automation"; allowed: "visitor" or "agent""#,
        ),
        (
            changed(call, |row| {
                row.by = Some("agent");
                row.agent = None;
            }),
            "`agent` is missing; allowed: text of 1 to 255 bytes",
        ),
        (
            changed(message, |row| {
                row.at = Some(i64::MAX);
            }),
            "`at` is 9223372036854775807 microseconds from 1970; allowed: an instant within the years 0000 to 9999 of UTC",
        ),
        (
            changed(message, |row| {
                row.at = None;
            }),
            "`at` is missing; allowed: an instant",
        ),
        (
            changed(message, |row| {
                row.seq = Some(-1);
            }),
            "`seq` is -1; allowed: an integer from 0 to 4294967295",
        ),
        (
            changed(message, |row| {
                row.seq = Some(1 << 32);
            }),
            "`seq` is 4294967296; allowed: an integer from 0 to 4294967295",
        ),
        (
            changed(survey, |row| {
                row.rating = Some(6);
            }),
            "`rating` is 6; allowed: an integer from 1 to 5",
        ),
        (
            changed(order, |row| {
                row.subtotal = Some(Decimal::new(-1, 2));
            }),
            "`subtotal` is -0.01; allowed: a decimal from 0 to below 1000000000000 with at most 6 decimal places",
        ),
        (
            changed(order, |row| {
                row.discount = Some(Decimal::new(1, 7));
            }),
            "`discount` is 0.0000001; allowed: a decimal from 0 to below 1000000000000 with at most 6 decimal places",
        ),
    ];
    for (row, said) in cases {
        assert_eq!(refused(&row).to_string(), said);
    }
    let error = refused(&changed(message, |row| {
        row.event_type = Some("chat");
    }));
    assert_eq!((error.field(), error.found()), ("type", Some("\"chat\"")));
    let error = refused(&changed(message, |row| {
        row.visitor = Some(&long);
    }));
    assert_eq!(error.field(), "visitor");
    assert!(error.found().unwrap().ends_with("(256 bytes)"));
}

#[test]
fn an_empty_page_is_none() {
    let event = full("widget_clicked");
    let row = changed(EventRow::of(&event), |row| {
        row.page = Some("");
    });
    assert_eq!(row.event().unwrap().page(), None);
}

#[test]
fn a_ledger_reports_its_memory() {
    let mut ledger = Ledger::new();
    assert_eq!(ledger.heap_bytes(), 0);
    let template = full("message_sent");
    for number in 0..10_000 {
        let (id, visitor) = (format!("e{number}"), format!("v{}", number / 10));
        let row = changed(EventRow::of(&template), |row| {
            row.id = Some(&id);
            row.visitor = Some(&visitor);
        });
        ledger.record_row(&row).unwrap();
    }
    let each = ledger.heap_bytes() / 10_000;
    // 16 bytes an id, 16 a head and some words, with room for as many again.
    assert!((40..400).contains(&each), "{each}");
}
