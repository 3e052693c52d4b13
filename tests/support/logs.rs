//! Logs written by hand, an event a line.

use chrono::{DateTime, NaiveDate, Utc};
use convometrics::{Event, Ledger, Options, Period, Report, Zone};
use serde_json::{Value, json};

/// A log of one day or several, ids numbered by place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    events: Vec<Event>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds an event of a visitor: its instant, its type, and its own fields. `at` may be a time of 2 March 2026 (UTC).
    pub(crate) fn event(mut self, visitor: &str, at: &str, event_type: &str, own: Value) -> Self {
        let at = match at.len() {
            5 => format!("2026-03-02T{at}:00Z"),
            8 => format!("2026-03-02T{at}Z"),
            _ => at.to_owned(),
        };
        let mut object = json!({
            "id": format!("e{}", self.events.len()),
            "at": at,
            "visitor": visitor,
            "session": "s",
            "type": event_type,
        });
        for (name, value) in own.as_object().unwrap() {
            object[name] = value.clone();
        }
        self.events
            .push(Event::from_json(&object.to_string()).unwrap());
        self
    }

    /// A message of the visitor or, by its id, of an agent.
    pub(crate) fn message(self, visitor: &str, at: &str, conversation: &str, by: &str) -> Self {
        self.event(
            visitor,
            at,
            "message_sent",
            json!({"conversation": conversation, "by": side(by)}),
        )
    }

    /// A call request by the visitor or an agent.
    pub(crate) fn call(
        self,
        visitor: &str,
        at: &str,
        conversation: &str,
        call: &str,
        by: &str,
    ) -> Self {
        self.event(
            visitor,
            at,
            "call_requested",
            json!({"conversation": conversation, "call": call, "by": side(by)}),
        )
    }

    /// Something that became of a call.
    pub(crate) fn then(self, visitor: &str, at: &str, event_type: &str, call: &str) -> Self {
        self.event(
            visitor,
            at,
            event_type,
            json!({"call": call, "agent": "a-1"}),
        )
    }

    pub(crate) fn order(
        self,
        visitor: &str,
        at: &str,
        order: &str,
        currency: &str,
        subtotal: &str,
    ) -> Self {
        self.event(
            visitor,
            at,
            "order_placed",
            json!({"order": order, "currency": currency, "subtotal": subtotal}),
        )
    }

    pub(crate) fn assigned(self, visitor: &str, at: &str, conversation: &str, agent: &str) -> Self {
        self.event(
            visitor,
            at,
            "agent_assigned",
            json!({"conversation": conversation, "agent": agent}),
        )
    }

    pub(crate) fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new();
        ledger.record_all(&self.events).unwrap();
        ledger
    }

    /// The report of the whole log in UTC.
    pub(crate) fn report(&self) -> Report {
        self.report_with(&Options::new())
    }

    pub(crate) fn report_with(&self, options: &Options) -> Report {
        let ledger = self.ledger();
        ledger.report(
            &ledger.whole_period(&Zone::utc(), options).unwrap(),
            options,
        )
    }

    /// The report of some local days, both ends included.
    pub(crate) fn report_of(&self, first: &str, last: &str, zone: &str) -> Report {
        self.ledger()
            .report(&days(first, last, zone), &Options::new())
    }
}

/// `visitor`, `automation`, or an agent's id.
pub(crate) fn side(by: &str) -> Value {
    match by {
        "visitor" | "automation" => json!({"side": by}),
        agent => json!({"side": "agent", "agent": agent}),
    }
}

pub(crate) fn days(first: &str, last: &str, zone: &str) -> Period {
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    Period::from_dates(date(first), date(last), &zone.parse().unwrap()).unwrap()
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
