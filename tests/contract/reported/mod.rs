//! Situations from public bug reports of other systems, and from trying the library as a new user would, each as a small
//! log with the figures worked by hand.

mod agents;
mod corrections;
mod missed;
mod money;
mod satisfaction;
mod sessions;
mod time;

use convometrics::catalogue::{Scope, Value};
use convometrics::{Options, Report};
use serde_json::{Value as Json, json};

use crate::logs::{Log, days};

/// Returns a log of events without sessions: visitor, instant, type and own fields of each.
fn log<'a>(events: impl IntoIterator<Item = (&'a str, &'a str, &'a str, Json)>) -> Log {
    let events = events.into_iter();
    events.fold(Log::new(), |log, (visitor, at, event_type, own)| {
        let mut fields = json!({"session": null});
        for (name, value) in own.as_object().unwrap() {
            fields[name] = value.clone();
        }
        log.event(visitor, at, event_type, fields)
    })
}

fn by(side: &str) -> Json {
    crate::logs::side(side)
}

/// The fields of a message.
fn text(conversation: &str, author: &str) -> Json {
    json!({"conversation": conversation, "by": by(author)})
}

/// The fields of a request for a call.
fn call(conversation: &str, call: &str, side: &str) -> Json {
    json!({"conversation": conversation, "call": call, "by": by(side)})
}

/// The fields of what becomes of a call.
fn of(call: &str) -> Json {
    json!({"call": call})
}

fn answer(call: &str, agent: &str) -> Json {
    json!({"call": call, "agent": agent})
}

fn order(order: &str, currency: &str, subtotal: &str) -> Json {
    json!({"order": order, "currency": currency, "subtotal": subtotal})
}

/// A day of a log, as late as three weeks after it.
fn report_of_day(log: &Log) -> Report {
    let options = Options::new();
    let options = options.with_as_of("2026-03-20T00:00:00Z".parse().unwrap());
    let period = days("2026-03-02", "2026-03-02", "UTC");
    log.ledger().report(&period, &options.unwrap())
}

/// Writes a value briefly: `3`, `1/4`, `80.00 EUR`.
fn brief(value: &Value) -> String {
    let of = |json: &Json, name: &str| json[name].to_string().trim_matches('"').to_owned();
    let json = serde_json::to_value(value).unwrap();
    match value {
        Value::Ratio(_) => format!("{}/{}", of(&json, "numerator"), of(&json, "denominator")),
        Value::Mean(_) => format!("{}/{}", of(&json, "sum"), of(&json, "count")),
        Value::Minutes(_) => format!("{} s/{}", of(&json, "sum_seconds"), of(&json, "count")),
        Value::Money(money) => {
            let sums = money
                .iter()
                .map(|(currency, _)| format!("{} {currency}", money.text(currency).unwrap()));
            sums.collect::<Vec<_>>().join(", ")
        }
        other => serde_json::to_string(other).unwrap(),
    }
}

/// Checks figures: the id, the scope and the value, written briefly. A scope without a row has `none`.
fn expect(report: &Report, figures: &[(&str, &str, &str)]) {
    for (id, scope, expected) in figures {
        let found = report.figure(id, &scope.parse::<Scope>().unwrap());
        let found = found.as_ref().map_or("none".to_owned(), brief);
        assert_eq!(found, *expected, "{id}, {scope}");
    }
}
