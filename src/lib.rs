//! Conversational-commerce events in, metrics out: exact, typed, pure.
//!
//! `convometrics` computes every metric of two published glossaries from one log of events: **One-to-One** virtual
//! shopping (conversations, requests, visitors, gross merchandise value (GMV), satisfaction, agent leaderboard) and
//! **Engage** (live website calls and chats). A report is a function of the set of events, the period and the options.
//! It asks no clock, reads no file, throws no dice; the order in which events arrive cannot matter, and one that arrives
//! twice counts once.
//!
//! # The types to know
//!
//! - [`Event`]: what happened to one visitor at one instant. Built in Rust from typed parts, or read from JSON; an
//!   event that exists is valid.
//! - [`Ledger`]: the log as a set. It takes events in any order, tells what became of each, and merges with other
//!   ledgers.
//! - [`Period`] and [`Options`]: which stretch of time, in the days of which [`Zone`], and by which rules.
//! - [`Report`]: plain structs of figures, one module of [`metrics`] per family, with serde both ways.
//!
//! The [`catalogue`] has every metric as data: id, definition, formula, unit, scopes. [`Report::figures`] lists a report's
//! figures under these ids, [`Report::compared_with`] sets them beside those of [the period before](Period::previous) or
//! any other. Both are [written as Markdown](Report::to_markdown) and give the [rows](Report::rows) of a table.
//!
//! A figure can be asked for the records behind it ([`Ledger::drill_down`]), cut into any steps of the calendar
//! ([`Ledger::series`], [`Ledger::heat_map`]), and asked of a part alone ([`Ledger::only`] with a [`Filter`],
//! [`Ledger::report_by`] for segments of visitors). [`Ledger::responsiveness`] says how long people waited, and
//! [`Ledger::conversation_lift`] how visitors fare who never talked. The [`guide`] leads from a table of messages to a dashboard.
//!
//! A report can be added up from [partials](PartialReport) of different visitors, made on different threads, machines or days.
//!
//! Beside the report, [`Ledger::explain`] says of an order why it counted and for whom, and [`Ledger::what_if`] what
//! other windows and models would make of the same orders. The engine that shares credit is a tool in its own right,
//! for touches and conversions of any kind: [`attribution`].
//!
//! How much chance may be in a figure is said by [`confidence`]: intervals of ratios and means ([`Report::estimates`]),
//! the difference of two ratios, and a leaderboard in which 1 of 1 does not beat 90 of 100
//! ([`ranked`](metrics::leaderboard::LeaderboardMetrics::ranked)).
//!
//! Each module of [`metrics`] has a table of its figures (the glossary's term, unit, definition, empty value) and an
//! example worked by hand; [`definitions`] has the terms that all of them use, [`attribution`] how credit for an order
//! is shared, with a drawn timeline. A figure can be checked on paper from these pages alone.
//!
//! # Example
//!
//! Ann chats with agent Ada, who calls her; she orders for 120.00 EUR less 20.00.
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use convometrics::event::{Author, CallEvent, ChatEvent, Initiator, OrderEvent, PlacedOrder};
//! use convometrics::{Event, EventKind, FieldError, Ledger, Options, Period, Ratio};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let noon: DateTime<Utc> = "2026-03-02T12:00:00Z".parse()?;
//! let mut ids = 0;
//! let mut event = |minute: i64, kind: EventKind| -> Result<Event, FieldError> {
//!     ids += 1;
//!     let at = noon + chrono::TimeDelta::minutes(minute);
//!     Event::new(ids.to_string().parse()?, at, "ann".parse()?, kind)
//! };
//! let order = PlacedOrder::new("o1".parse()?, "EUR".parse()?, "120.00".parse()?).with_discount("20.00".parse()?)?;
//! let events = [
//!     event(0, ChatEvent::MessageSent { conversation: "c1".parse()?, by: Author::Visitor }.into())?,
//!     event(1, ChatEvent::MessageSent { conversation: "c1".parse()?, by: Author::Agent("ada".parse()?) }.into())?,
//!     event(2, CallEvent::Requested {
//!         conversation: "c1".parse()?,
//!         call: "k1".parse()?,
//!         by: Initiator::Agent("ada".parse()?),
//!     }.into())?,
//!     event(3, CallEvent::Accepted { call: "k1".parse()? }.into())?,
//!     event(3, CallEvent::Connected { call: "k1".parse()? }.into())?,
//!     event(12, CallEvent::Ended { call: "k1".parse()? }.into())?,
//!     event(30, OrderEvent::Placed(order).into())?,
//! ];
//!
//! let mut ledger = Ledger::new();
//! ledger.record_all(&events)?;
//!
//! let day = "2026-03-02".parse()?;
//! let period = Period::from_dates(day, day, &"Europe/Paris".parse()?)?;
//! let report = ledger.report(&period, &Options::new());
//!
//! // One conversation, text and video, from 12:00 to 12:12.
//! assert_eq!((report.conversations.total, report.conversations.both), (1, 1));
//! assert_eq!(report.conversations.average_duration_minutes.value(), Some(12.0));
//! // The call led to the order, and the credit is Ada's: 120.00 − 20.00.
//! let eur = "EUR".parse()?;
//! assert_eq!(report.gmv.attributed_gmv.text(eur).as_deref(), Some("100.00"));
//! assert_eq!(report.gmv.conversion_rate, Ratio::new(1, 1));
//! let ada = &report.leaderboard.agents[0];
//! assert_eq!((ada.agent.as_str(), ada.attributed_orders, ada.acceptance_rate), ("ada", 1, Ratio::new(1, 1)));
//! // Held = attempted + answered.
//! let calls = report.engage.calls.organization;
//! assert_eq!((calls.held, calls.attempted, calls.answered), (1, 1, 0));
//! # Ok(())
//! # }
//! ```
//!
//! # What the figures keep
//!
//! - **Visitors are the partition key.** Every id is scoped to its visitor, so a log split by visitor gives partial
//!   figures that add up exactly (see [`metrics`]).
//! - **Outcomes count with their opening**: an acceptance on the day of its request, an answer on the page that the
//!   call was requested from. So every acceptance rate is at most 1 in every bucket.
//! - **Money is decimal**, never summed across currencies; shares of an amount always sum to it.
//! - **Ratios keep numerator and denominator, means sum and count.** A value over nothing is `None`, never 0.
//! - **Days and hours are local** to an IANA zone, days of 23 and 25 hours included; periods are half-open.
//! - **What a scope does not have does not exist on its type**: no agent has missed calls.
//!
//! # What is not supported
//!
//! - No clock: "now" is the option `as_of`, or else the latest event's instant.
//! - No conversion between currencies, and no tax or shipping rules: an event carries the amounts that its shop computed.
//! - No identity resolution: two visitor ids are two visitors.
//! - No deletion of events from a ledger, and no estimate in a report: its figures are exact, intervals stand beside it.
//! - No instants outside the years 0000 to 9999, no leap seconds, nothing finer than a microsecond.
//!
//! # Features
//!
//! | feature | default | what it brings |
//! | --- | --- | --- |
//! | `json` | yes | [`Ledger::read_ndjson`], [`NdjsonReader`], [`Event::from_json`] |
//! | `parallel` | yes | logs are read and reports made on all cores; the same bytes as on one |
//! | `snapshot` | yes | [`Ledger::save`], [`Ledger::open`]: a ledger as a file |
//! | `schema` | no | `schema`: JSON Schemas of events, reports and comparisons |
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented
    )
)]
#![allow(
    clippy::missing_panics_doc,
    reason = "no input makes the library panic; `expect` states why an invariant holds"
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attribution;
pub mod catalogue;
pub mod confidence;
pub mod definitions;
mod error;
pub mod event;
pub mod explain;
pub mod guide;
mod hash;
pub mod id;
mod journey;
mod json_value;
pub mod ledger;
#[cfg(feature = "schema")]
mod macros;
pub mod metrics;
pub mod money;
mod name;
pub mod output;
mod parallel;
pub mod query;
pub mod ratio;
#[cfg(feature = "schema")]
pub mod schema;
mod sums;
pub mod time;

// The types of other crates that stand in signatures here.
#[cfg(feature = "schema")]
pub use schemars;
pub use {chrono, rust_decimal};

#[doc(inline)]
pub use attribution::Model;
pub use error::{ChoiceError, FieldError};
#[doc(inline)]
pub use event::{Event, EventKind};
pub use journey::Channel;
#[doc(inline)]
pub use ledger::Ledger;
#[doc(inline)]
pub use money::{Currency, Money};
#[doc(inline)]
pub use query::{Filter, OptionError, Options, PartialReport, Query, Report, View};
#[doc(inline)]
pub use ratio::{Mean, Ratio};
#[doc(inline)]
pub use time::{Grain, Period, Zone};

/// The README's examples, kept true by the doc tests.
#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
