//! Each metric, worked by hand: the arithmetic stands in a comment. The worked examples of the documentation are here too.

mod commerce;
mod conversation;
mod csat;
mod engage;
mod leaderboard;
mod reading;
mod request;
mod visitor;

use convometrics::Report;
use convometrics::money::MoneyByCurrency;
use serde_json::{Value, json};

use crate::logs::Log;

fn json_of<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

fn money(sums: &MoneyByCurrency) -> Value {
    json_of(sums)
}

/// The row of an agent on the leaderboard.
fn row<'a>(report: &'a Report, agent: &str) -> &'a convometrics::metrics::leaderboard::AgentRow {
    report
        .leaderboard
        .agents
        .iter()
        .find(|row| row.agent.as_str() == agent)
        .unwrap()
}

/// Adds an event of a survey about conversation c, with these fields.
fn survey(log: Log, at: &str, survey: &str, own: Value) -> Log {
    let mut fields = json!({"survey": survey, "conversation": "c", "outcome": "submitted"});
    for (name, value) in own.as_object().unwrap() {
        fields[name] = value.clone();
    }
    log.event("ann", at, "survey_answered", fields)
}
