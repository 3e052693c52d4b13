//! Conversational-commerce events in, metrics out: exact, typed, pure.
//!
//! `convometrics` computes every metric of two published glossaries from one log of events: **One-to-One** virtual
//! shopping (conversations, requests, visitors, gross merchandise value (GMV), satisfaction, agent leaderboard) and
//! **Engage** (live website calls and chats). A report is a function of the set of events, the period and the options.
//! The crate reads no clock, and it reads only the files that the caller names. The order in which events arrive does
//! not matter, and an event that arrives twice counts once.
//!
//! # The types to know
//!
//! - [`Event`]: what happened to one visitor at one instant. Events are built in Rust from typed parts, or read from
//!   JSON. An event that exists is valid.
//! - [`Ledger`]: the log as a set. It takes events in any order, reports whether each was new, and merges with other
//!   ledgers.
//! - [`Query`]: what to compute. It owns a [`Period`] in the days of a [`Zone`], [`Options`] and a [`Filter`], and is
//!   plain data with serde both ways.
//! - [`View`]: a ledger as a query sees it. Its methods compute reports, single figures, series, segments and
//!   explanations.
//! - [`Report`]: plain structs of figures, one module of [`metrics`] per family, with serde both ways.
//!
//! The [`catalogue`] has every metric as data: id, definition, formula, unit, scopes. [`Report::figures`] lists a
//! report's figures by these ids, and [`Report::compared_with`] compares them with those of [the previous
//! period](Period::previous) or any other. Both can be [written as Markdown](Report::to_markdown) and as [rows of a
//! table](Report::rows).
//!
//! A view lists the [records behind a figure](View::drill_down), cuts a period into [steps of the
//! calendar](View::series) and visitors into [segments](View::report_by), and measures [how long people
//! waited](metrics::responsiveness). The [`guide`] leads from a table of messages to a dashboard.
//!
//! A report can be added up from [partial reports](PartialReport) of different visitors, made on different threads or
//! machines.
//!
//! [`View::explain`] shows why an order counted and for whom, and [`View::what_if`] compares other windows and models
//! for the same orders. The engine that shares credit is public, for touches and conversions of any kind:
//! [`attribution`].
//!
//! [`confidence`] has intervals for ratios and means ([`Report::estimates`]), the difference of two ratios, and a
//! leaderboard in which 1 of 1 does not beat 90 of 100
//! ([`ranked`](metrics::leaderboard::LeaderboardMetrics::ranked)).
//!
//! Each module of [`metrics`] has a table of its figures (the glossary's term, unit, definition, empty value) and an
//! example worked by hand. [`definitions`] has the terms that all families use. [`attribution`] describes how credit
//! for an order is shared, with a timeline. These pages are enough to check a figure on paper.
//!
//! # Example
//!
//! Ann chats with agent Ada, who calls her; she orders for 120.00 EUR less 20.00.
//!
//! ```
//! use convometrics::chrono::{DateTime, TimeDelta, Utc};
//! use convometrics::event::{Author, CallEvent, ChatEvent, Initiator, OrderEvent, PlacedOrder};
//! use convometrics::{Event, EventKind, FieldError, Ledger, Options, Period, Ratio};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let noon: DateTime<Utc> = "2026-03-02T12:00:00Z".parse()?;
//! let mut ids = 0;
//! let mut event = |minute: i64, kind: EventKind| -> Result<Event, FieldError> {
//!     ids += 1;
//!     let at = noon + TimeDelta::minutes(minute);
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
//! # What holds for every figure
//!
//! - **Visitors are the partition key.** Every id is scoped to its visitor, so a log split by visitor, linked visitors
//!   together, gives partial figures that add up exactly (see [`metrics`]).
//! - **Outcomes count with their opening**: an acceptance on the day of its request, an answer on the page that the
//!   call was requested from. So every acceptance rate is at most 1 in every bucket.
//! - **Money is decimal**, never summed across currencies; shares of an amount always sum to it.
//! - **Ratios keep numerator and denominator, means sum and count.** Without cases, a value is `None`, never 0.
//! - **Days and hours are local** to an IANA zone, days of 23 and 25 hours included; periods are half-open.
//! - **A metric that a glossary does not define for a scope has no field there**: no agent has missed calls.
//! - **No input makes the crate panic.** Bad input is a typed error with the field, the value found and what is
//!   allowed.
//!
//! # What is not supported
//!
//! - Clocks: `as_of` defaults to the time of the latest event that is not `retracted`.
//! - Conversion between currencies, tax and shipping rules: an event carries the amounts that its shop computed.
//! - Guessing of identities: two visitor ids are two visitors unless a `visitor_linked` event connects them.
//! - Removal of events from a ledger: `retracted` takes an event back, and the retraction stays on record.
//! - Instants outside the years 0000 to 9999, leap seconds, and times finer than a microsecond.
//!
//! # Features
//!
//! | feature | default | what it brings |
//! | --- | --- | --- |
//! | `json` | yes | [`Ledger::read_ndjson`], [`NdjsonReader`](event::NdjsonReader), [`Event::from_json`] |
//! | `parallel` | yes | logs are read and reports are made on all cores, with the same bytes as on one |
//! | `snapshot` | yes | [`Ledger::save`], [`Ledger::open`]: a ledger as a file; [`PartialReport::to_bytes`]: a partial report as bytes |
//! | `schema` | no | `schema`: JSON Schemas of events, reports and comparisons |
// The macro that declares a family takes a step for each scope of each metric.
#![recursion_limit = "512"]
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
mod channel;
pub mod confidence;
pub mod definitions;
mod error;
pub mod event;
pub mod explain;
mod families;
pub mod guide;
mod hash;
pub mod id;
mod journey;
mod json_value;
pub mod ledger;
mod macros;
mod metric;
pub mod metrics;
pub mod money;
mod name;
mod options;
pub mod output;
mod parallel;
pub mod query;
pub mod ratio;
#[cfg(feature = "schema")]
pub mod schema;
mod sums;
pub mod time;

// The crates whose types appear in signatures.
#[cfg(feature = "schema")]
pub use schemars;
pub use {chrono, rust_decimal};

#[doc(inline)]
pub use attribution::Model;
pub use channel::Channel;
pub use error::{ChoiceError, FieldError};
#[doc(inline)]
pub use event::{Event, EventKind};
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

/// The README, whose examples are run as doc tests.
#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
