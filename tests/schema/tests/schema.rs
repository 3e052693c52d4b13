//! JSON Schemas accept what the crate writes and refuse what its reader refuses.

#![allow(
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "literals are passed as they are written, tables are long"
)]

#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../../support/event_json.rs"]
mod event_json;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../../support/golden.rs"]
mod golden;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../../support/logs.rs"]
mod logs;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../../support/nasty.rs"]
mod nasty;

use std::time::Duration;

use boon::{Compiler, SchemaIndex, Schemas};
use convometrics::explain::{OrderExplanation, WhatIf};
use convometrics::output::Comparison;
use convometrics::query::Figure;
use convometrics::schemars::generate::SchemaSettings;
use convometrics::schemars::{JsonSchema, Schema, schema_for};
use convometrics::{Event, Ledger, Model, Options, Query, Report};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::event_json::{TYPES, own_required, with};
use crate::golden::Golden;
use crate::nasty::case;

/// A schema, ready to be asked.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn of(schema: &Schema) -> Self {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler
            .add_resource("schema.json", schema.as_value().clone())
            .unwrap();
        let mut schemas = Schemas::new();
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// By what is read of a type, and by what is written.
    fn both<T: JsonSchema>() -> [Self; 2] {
        let written = SchemaSettings::draft2020_12().for_serialize();
        [
            Self::of(&schema_for!(T)),
            Self::of(&written.into_generator().into_root_schema_for::<T>()),
        ]
    }

    fn takes(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }

    fn check(&self, value: &Value) {
        if let Err(error) = self.schemas.validate(value, self.index) {
            panic!("{error:#}\n{value:#}");
        }
    }
}

fn check(validators: &[Validator; 2], value: impl serde::Serialize) {
    let value = serde_json::to_value(value).unwrap();
    for validator in validators {
        validator.check(&value);
    }
}

#[test]
fn every_golden_line_and_report_validates() {
    let events = Validator::of(&schema_for!(Event));
    let reports = Validator::both::<Report>();
    let comparisons = Validator::both::<Comparison>();
    let figures = Validator::both::<Figure>();
    let explanations = Validator::both::<OrderExplanation>();
    let tables = Validator::both::<WhatIf>();
    for golden in Golden::all() {
        for line in golden.log().lines().filter(|line| !line.is_empty()) {
            events.check(&serde_json::from_str(line).unwrap());
        }
        let ledger = golden.ledger();
        for event in ledger.events() {
            events.check(&serde_json::to_value(event).unwrap());
        }
        let report = golden.report(&ledger);
        check(&reports, &report);
        check(
            &comparisons,
            report.compared_with(&ledger.report(&report.period, &Options::new())),
        );
        for figure in report.figures().iter().take(200) {
            check(&figures, figure);
        }
        let options = Options::of(&report);
        let view = ledger.view(Query::new(report.period.clone()).with_options(options));
        for why in view.explanations().take(20) {
            check(&explanations, why);
        }
        let table = view.what_if(&[Duration::from_secs(86_400)], &Model::ALL);
        check(&tables, table.unwrap());
    }
}

#[test]
fn the_schema_of_a_report_knows_every_field_of_it() {
    // With `additionalProperties` false where fields are listed, nothing that a report has is left.
    fn close(schema: &mut Value) {
        if let Some(fields) = schema.as_object_mut() {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
    }
    let mut schema = schema_for!(Report).to_value();
    close(&mut schema);
    let closed = Validator::of(&Schema::try_from(schema).unwrap());
    for golden in Golden::all() {
        let mut report = serde_json::to_value(golden.report(&golden.ledger())).unwrap();
        closed.check(&report);
        report["gmv"]["orderz"] = json!(0);
        assert!(!closed.takes(&report));
    }
}

#[test]
fn a_report_with_a_wrong_field_is_refused() {
    let [read, written] = Validator::both::<Report>();
    let log = crate::logs::Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "ada")
        .order("ann", "10:00", "o", "EUR", "20");
    let report = serde_json::to_value(log.report()).unwrap();
    read.check(&report);
    for (path, wrong) in [
        ("/conversations/total", json!(-1)),
        ("/conversations/total", json!("1")),
        ("/conversations/daily/0/date", json!("2026-02-30")),
        ("/requests/text_share/numerator", json!(null)),
        ("/requests/text_share/value", json!("1")),
        ("/requests/by_hour/0/hour", json!(-1)),
        ("/gmv/attributed_sales", json!({"eur": "20.00"})),
        ("/gmv/attributed_sales", json!({"ZZZ": "20.00"})),
        ("/gmv/attributed_sales/EUR", json!(20)),
        ("/gmv/attributed_sales/EUR", json!("-20.00")),
        ("/gmv/average_order_value/EUR", json!("20.00")),
        ("/gmv/average_order_value/EUR/sum", json!(20)),
        ("/csat/average_rating/sum", json!(0)),
        ("/leaderboard/agents/0/agent", json!("")),
        ("/options/attribution/model", json!("best_touch")),
        ("/options/attribution/position_first_percent", json!(101)),
        ("/options/top", json!(0)),
        ("/period/from", json!("yesterday")),
        ("/engage/chats/agents/0/held", json!(0.5)),
    ] {
        let mut bad = report.clone();
        *bad.pointer_mut(path).unwrap() = wrong;
        assert!(!read.takes(&bad), "{path}: {:?}", bad.pointer(path));
        assert!(
            serde_json::from_value::<Report>(bad).is_err()
                || path.ends_with("value")
                || path.ends_with("hour"),
            "{path}"
        );
    }
    for family in report.as_object().unwrap().keys() {
        let mut bad = report.clone();
        bad.as_object_mut().unwrap().remove(family);
        assert!(!written.takes(&bad), "{family}");
    }
    // What follows from the rest need not be there to be read.
    let mut short = report.clone();
    let share = short.pointer_mut("/requests/text_share").unwrap();
    share.as_object_mut().unwrap().remove("value");
    assert!(read.takes(&short) && !written.takes(&short));
    assert!(serde_json::from_value::<Report>(short).is_ok());
}

/// Events that are none, one for each rule.
fn bad_events() -> Vec<Value> {
    let long = "x".repeat(256);
    let mut bad = vec![json!([]), json!("x"), json!(null), json!({})];
    for revision in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("1"),
        json!(1_u64 << 53),
    ] {
        bad.push(with("retracted", json!({"revision": revision})));
    }
    for event_type in TYPES {
        // A field is missing, or of another type than it must be.
        for field in ["id", "at", "visitor", "type"]
            .iter()
            .chain(own_required(event_type))
        {
            let mut absent = with(event_type, json!({}));
            absent.as_object_mut().unwrap().remove(*field);
            bad.push(absent);
            for wrong in [
                json!(null),
                json!(true),
                json!([]),
                json!({}),
                json!(""),
                json!(long),
            ] {
                bad.push(with(event_type, json!({*field: wrong})));
            }
        }
    }
    for fields in [
        json!({"type": "widget_click"}),
        json!({"id": 7}),
        json!({"session": ""}),
        json!({"session": long}),
        json!({"session": 1}),
        json!({"page": 1}),
        json!({"seq": -1}),
        json!({"seq": 4_294_967_296_u64}),
        json!({"seq": 0.5}),
        json!({"seq": "0"}),
        json!({"at": "2026-03-02T09:00:00"}),
        json!({"at": "2026-03-02 09:00:00Z"}),
        json!({"at": "2026-03-02T24:00:00Z"}),
        json!({"at": "2026-12-31T23:59:60Z"}),
        json!({"at": "2026-03-02"}),
        json!({"at": "2026-13-02T09:00:00Z"}),
        json!({"at": "2026-03-32T09:00:00Z"}),
        json!({"at": "2026-03-02T09:00:00.Z"}),
        json!({"at": "2026-03-02T09:00Z"}),
        json!({"at": "2026-03-02T09:00:00+24:00"}),
        json!({"at": 1_772_442_000}),
    ] {
        bad.push(with("widget_impression", fields));
    }
    bad.push(with("widget_clicked", json!({"target": "chat"})));
    bad.push(with("auto_message_clicked", json!({"url": 1})));
    for by in [
        json!({"side": "automation"}),
        json!({"side": "agent"}),
        json!({"side": "agent", "agent": ""}),
        json!({"side": "agent", "agent": long}),
        json!({"side": "agent", "agent": null}),
        json!({"side": "bot"}),
        json!({"agent": "a-1"}),
        json!("visitor"),
    ] {
        bad.push(with("chat_requested", json!({"by": by})));
        if by != json!({"side": "automation"}) {
            bad.push(with("message_sent", json!({"by": by})));
        }
    }
    for amount in [
        json!("-0.01"),
        json!("1e3"),
        json!(".5"),
        json!("5."),
        json!("+5"),
        json!(" 5"),
        json!("5\n"),
        json!("1,5"),
        json!("1000000000000"),
        json!("0.0000001"),
        json!("٣"),
        json!(-1),
        json!(-0.5),
        json!(1_000_000_000_000_u64),
        json!(true),
        json!([1]),
    ] {
        bad.push(with("order_placed", json!({"subtotal": amount})));
        bad.push(with("order_placed", json!({"discount": amount})));
        bad.push(with("order_placed", json!({"included_tax": amount})));
        bad.push(with("order_refunded", json!({"amount": amount})));
    }
    for currency in ["eur", "EU", "ZZZ", "EURO"] {
        bad.push(with("order_placed", json!({"currency": currency})));
    }
    for fields in [
        json!({"rating": 0}),
        json!({"rating": 6}),
        json!({"rating": 4.5}),
        json!({"rating": "5"}),
        json!({"feedback": 1}),
        json!({"outcome": "sent"}),
    ] {
        bad.push(with("survey_answered", fields));
    }
    bad
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let schema = Validator::of(&schema_for!(Event));
    let bad = bad_events();
    println!("{} bad events", bad.len());
    for bad in bad {
        assert!(Event::from_json(&bad.to_string()).is_err(), "{bad}");
        assert!(!schema.takes(&bad), "{bad}");
    }
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let schema = Validator::of(&schema_for!(Event));
    let mut good: Vec<Value> = TYPES.iter().map(|name| with(name, json!({}))).collect();
    let long = "x".repeat(255);
    for fields in [
        json!({"seq": 0, "session": null, "page": null}),
        json!({"seq": 4_294_967_295_u64, "session": long, "page": ""}),
        json!({"seq": null, "page": "/", "id": "\u{0}", "visitor": " "}),
        json!({"revision": null}),
        json!({"revision": 9_007_199_254_740_991_u64}),
        json!({"at": "0000-01-01t00:00:00z"}),
        json!({"at": "2026-03-02T09:00:00.1234567891+23:59"}),
        json!({"at": "9999-12-31T23:59:59.999999-00:00"}),
        // Fields that the type does not have, and that none has.
        json!({"rating": "many", "target": [], "by": 1, "nonsense": {"any": 1}}),
    ] {
        good.push(with("widget_impression", fields));
    }
    for target in [json!(null), json!("widget"), json!("chat_notification")] {
        good.push(with("widget_clicked", json!({"target": target})));
    }
    for url in [json!(null), json!(""), json!("/a")] {
        good.push(with("auto_message_clicked", json!({"url": url})));
    }
    for by in [
        json!({"side": "visitor", "agent": 7}),
        json!({"side": "agent", "agent": "é", "more": null}),
        json!({"side": "automation"}),
    ] {
        good.push(with("message_sent", json!({"by": by})));
    }
    for amount in [
        json!("10"),
        json!("0"),
        json!("-0.00"),
        json!("007.50"),
        json!("1.0000000000"),
        json!("999999999999.999999"),
        json!(35.1),
        json!(0),
        json!(100_000),
        json!(0.001),
    ] {
        let price = json!({"subtotal": amount, "discount": null, "included_tax": "0"});
        good.push(with("order_placed", price));
        good.push(with("order_refunded", json!({"amount": amount})));
        let price = json!({"subtotal": "999999999999.999999", "discount": amount});
        good.push(with("order_placed", price));
    }
    for currency in ["JPY", "KWD", "CLF", "XAU", "XXX"] {
        good.push(with("order_placed", json!({"currency": currency})));
    }
    for rating in 1..=5 {
        good.push(with(
            "survey_answered",
            json!({"rating": rating, "feedback": ""}),
        ));
    }
    good.push(with(
        "survey_answered",
        json!({"rating": null, "feedback": null, "outcome": "closed"}),
    ));
    for event in good {
        if let Err(error) = Event::from_json(&event.to_string()) {
            panic!("{error}: {event}");
        }
        schema.check(&event);
    }
}

/// What the documentation of the module names as beyond a schema.
#[test]
fn what_a_schema_cannot_say_is_refused_by_the_reader_alone() {
    let schema = Validator::of(&schema_for!(Event));
    let text = |event_type, fields| with(event_type, fields).to_string();
    let placed = |fields| text("order_placed", fields);
    let answered = text("survey_answered", json!({"rating": 5}));
    for event in [
        text("widget_impression", json!({"visitor": "é".repeat(128)})),
        text(
            "widget_impression",
            json!({"at": "0000-01-01T00:00:00+01:00"}),
        ),
        placed(json!({"subtotal": "10", "discount": "11"})),
        placed(json!({"subtotal": 0.000_000_1})),
        placed(json!({"subtotal": 1})).replace("\"subtotal\":1", "\"subtotal\":1e2"),
        placed(json!({"subtotal": 1})).replace("\"subtotal\":1", "\"subtotal\":0.1234561234567891"),
        answered.replace("\"rating\":5", "\"rating\":5.0"),
        answered.replace("\"rating\":5", "\"rating\":5,\"rating\":4"),
    ] {
        assert!(Event::from_json(&event).is_err(), "{event}");
        schema.check(&serde_json::from_str(&event).unwrap());
    }
    // Whoever checks formats knows the calendar; by the pattern alone this day is one.
    let day = text("widget_impression", json!({"at": "2026-02-30T09:00:00Z"}));
    assert!(Event::from_json(&day).is_err());
    assert!(!schema.takes(&serde_json::from_str(&day).unwrap()));
}

#[test]
fn the_report_of_an_empty_log_validates() {
    let period = crate::logs::days("2026-03-02", "2026-03-02", "Europe/Paris");
    let report = Ledger::new().report(&period, &Options::new());
    check(&Validator::both::<Report>(), report);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 64 } else { 256 }))]

    /// What the crate writes validates, of any log.
    #[test]
    fn whatever_is_written_validates(case in case()) {
        thread_local! {
            static EVENT: Validator = Validator::of(&schema_for!(Event));
            static REPORT: [Validator; 2] = Validator::both::<Report>();
            static COMPARISON: [Validator; 2] = Validator::both::<Comparison>();
        }
        EVENT.with(|events| {
            for event in &case.events {
                events.check(&serde_json::to_value(event).unwrap());
            }
        });
        let report = case.report();
        REPORT.with(|reports| check(reports, &report));
        let base = case.ledger().report(&report.period, &Options::new());
        COMPARISON.with(|comparisons| check(comparisons, report.compared_with(&base)));
    }
}
