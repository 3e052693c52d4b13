//! Call events of a browser or a call SDK: who dialled, who took it, how it ended.
//!
//! A call has one id from the first ring to the end. Which event an "accept" is depends on who dialled: an agent takes an
//! **inbound** call (the visitor dialled), a visitor takes a **proactive** one (an agent dialled).
//!
//! | SDK | inbound call | proactive call |
//! | --- | --- | --- |
//! | dial start | `call_requested` by the visitor | `call_requested` by the agent |
//! | accept | `call_answered`, with the agent | `call_accepted` |
//! | both in the call ("media flows", "joined") | `call_connected` | `call_connected` |
//! | reject | – (an agent who turns a call away: it goes on ringing for others) | `call_declined` |
//! | cancel, hang up before the call is accepted | `call_cancelled` | `call_cancelled` |
//! | miss, time out | `call_missed` | `call_missed` |
//! | end | `call_ended` | `call_ended` |
//!
//! Some SDKs have no event for "both in the call": an accept then connects too. Without a `call_connected` no call makes a
//! conversation, and none leads to GMV. A transfer to another agent is a `call_answered` by that agent. Send an `agent_assigned`
//! too if the conversation now belongs to that agent. The conversation that a call belongs to is the chat that it was started from; a call of its own is a conversation of its own.
//!
//! By hand: Ann dials and Ada accepts (connected, ended after 5 minutes); Bob dials and gives up; Ben dials Cat, who accepts
//! (connected). Inbound: requested 2, answered 1, cancelled 1. Proactive: attempted 1, accepted 1. Held 1 + 1 = 2.
//!
//! ```
//! use std::error::Error;
//!
//! use convometrics::chrono::DateTime;
//! use convometrics::{Event, Ledger, Options, Zone};
//! use serde_json::{Value, json};
//!
//! /// The events of one of the SDK's, in which an accept connects.
//! fn events(sdk: &Value) -> Result<Vec<Event>, Box<dyn Error>> {
//!     let instant = DateTime::from_timestamp_millis(sdk["ts"].as_i64().ok_or("no instant")?);
//!     let at = instant.ok_or("an instant out of range")?.to_rfc3339();
//!     let call = sdk["call"].as_str().ok_or("no call")?;
//!     let is_inbound = sdk["direction"] == "inbound";
//!     let types: &[&str] = match (sdk["event"].as_str(), is_inbound) {
//!         (Some("dial_start"), _) => &["call_requested"],
//!         (Some("accept"), true) => &["call_answered", "call_connected"],
//!         (Some("accept"), false) => &["call_accepted", "call_connected"],
//!         (Some("reject"), false) => &["call_declined"],
//!         (Some("cancel"), _) => &["call_cancelled"],
//!         (Some("miss"), _) => &["call_missed"],
//!         (Some("end"), _) => &["call_ended"],
//!         _ => &[],
//!     };
//!     let by = if is_inbound { json!({"side": "visitor"}) } else { json!({"side": "agent", "agent": sdk["agent"]}) };
//!     let event = |event_type: &&str| {
//!         // Fields that a type does not have are passed over.
//!         let event = json!({
//!             "id": format!("{call}/{event_type}"), "at": at, "visitor": sdk["visitor"], "page": sdk["page"],
//!             "type": event_type, "conversation": call, "call": call, "by": by, "agent": sdk["agent"],
//!         });
//!         Ok(serde_json::from_value(event)?)
//!     };
//!     types.iter().map(event).collect()
//! }
//!
//! let (inbound, proactive) = ("inbound", "outbound");
//! let log = [
//!     json!({"event": "dial_start", "ts": 1_772_442_000_000_i64, "call": "k1", "visitor": "ann", "direction": inbound}),
//!     json!({"event": "accept", "ts": 1_772_442_012_000_i64, "call": "k1", "visitor": "ann", "direction": inbound, "agent": "ada"}),
//!     json!({"event": "end", "ts": 1_772_442_300_000_i64, "call": "k1", "visitor": "ann", "direction": inbound}),
//!     json!({"event": "dial_start", "ts": 1_772_442_000_000_i64, "call": "k2", "visitor": "bob", "direction": inbound}),
//!     json!({"event": "cancel", "ts": 1_772_442_030_000_i64, "call": "k2", "visitor": "bob", "direction": inbound}),
//!     json!({"event": "miss", "ts": 1_772_442_030_500_i64, "call": "k2", "visitor": "bob", "direction": inbound}),
//!     json!({"event": "dial_start", "ts": 1_772_443_000_000_i64, "call": "k3", "visitor": "cat", "direction": proactive, "agent": "ben"}),
//!     json!({"event": "accept", "ts": 1_772_443_008_000_i64, "call": "k3", "visitor": "cat", "direction": proactive, "agent": "ben"}),
//! ];
//! let mut ledger = Ledger::new();
//! for sdk in &log {
//!     ledger.record_all(events(sdk)?)?;
//! }
//! let options = Options::new();
//! let report = ledger.report(&ledger.whole_period(&Zone::utc(), &options)?, &options);
//! let calls = report.engage.calls.organization;
//! assert_eq!((calls.requested, calls.answered, calls.cancelled, calls.missed), (2, 1, 1, 0));
//! assert_eq!((calls.attempted, calls.accepted, calls.held, calls.connected), (1, 1, 2, 2));
//! assert_eq!(report.conversations.video, 2);
//! # Ok::<(), Box<dyn Error>>(())
//! ```
