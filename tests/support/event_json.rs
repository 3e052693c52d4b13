//! Events of every type as JSON.

use serde_json::{Value, json};

/// A valid event of this type, with these fields replaced.
pub(crate) fn with(event_type: &str, fields: Value) -> Value {
    let mut event = json!({
        "id": "1", "at": "2026-03-02T09:00:00Z", "visitor": "ann", "type": event_type,
        "conversation": "c", "call": "k", "by": {"side": "visitor"}, "agent": "a-1",
        "trigger": "t", "auto_message": "m", "order": "o", "currency": "EUR", "subtotal": "10",
        "amount": "1", "survey": "q", "outcome": "submitted", "to": "bob", "revision": 1,
    });
    for (name, value) in fields.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

/// The names of all types, by rank.
pub(crate) const TYPES: [&str; 21] = [
    "widget_impression",
    "widget_clicked",
    "auto_message_clicked",
    "chat_requested",
    "call_requested",
    "agent_assigned",
    "message_sent",
    "call_answered",
    "call_accepted",
    "call_connected",
    "call_declined",
    "call_cancelled",
    "call_missed",
    "call_ended",
    "order_placed",
    "order_refunded",
    "order_cancelled",
    "survey_answered",
    "session_ended",
    "visitor_linked",
    "retracted",
];

/// The fields that an event of this type must have beside the common ones.
pub(crate) fn own_required(event_type: &str) -> &'static [&'static str] {
    match event_type {
        "widget_impression" | "widget_clicked" | "session_ended" => &[],
        "auto_message_clicked" => &["trigger", "auto_message"],
        "chat_requested" | "message_sent" => &["conversation", "by"],
        "call_requested" => &["conversation", "call", "by"],
        "agent_assigned" => &["conversation", "agent"],
        "call_answered" => &["call", "agent"],
        "order_placed" => &["order", "currency", "subtotal"],
        "order_refunded" => &["order", "amount"],
        "order_cancelled" => &["order"],
        "visitor_linked" => &["to"],
        "retracted" => &["revision"],
        "survey_answered" => &["survey", "conversation", "outcome"],
        _ => &["call"],
    }
}
