//! What happened: one envelope, one enum per family of events.
//!
//! An [`Event`] has an id, an instant, a visitor, and perhaps a session and a page; its [`EventKind`] says what happened.
//! A value that exists is valid: ids, texts, amounts and ratings are checked where they are made, so that whatever a
//! [`Ledger`](crate::Ledger) takes can be counted.
//!
//! | family | `type` on the wire | meaning |
//! | --- | --- | --- |
//! | [`WidgetEvent`] | `widget_impression`, `widget_clicked`, `auto_message_clicked` | the visitor saw or clicked |
//! | [`ChatEvent`] | `chat_requested`, `agent_assigned`, `message_sent` | a text conversation |
//! | [`CallEvent`] | `call_requested` to `call_ended` | one call invitation and what became of it |
//! | [`OrderEvent`] | `order_placed`, `order_refunded`, `order_cancelled` | money came, or went back |
//! | [`SurveyEvent`] | `survey_answered` | stars, a text, or both |
//! | [`SessionEvent`] | `session_ended` | the visit is over |
//!
//! ```
//! use chrono::DateTime;
//! use convometrics::{CallEvent, Event, Initiator};
//!
//! let at = DateTime::parse_from_rfc3339("2026-03-02T09:02:00Z")?.to_utc();
//! let event = Event::new("9".parse()?, at, "ann".parse()?, CallEvent::Requested {
//!     conversation: "c1".parse()?,
//!     call: "k1".parse()?,
//!     by: Initiator::Agent("a-1".parse()?), // proactive; by the visitor it would be inbound
//! })?
//! .with_page("https://shop.example/chairs".parse()?);
//! assert_eq!(event.kind().event_type().name(), "call_requested");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Canonical order
//!
//! Within a visitor, events stand in ascending order of (`at`, `seq`, rank of the type, `id`): [`Event::canonical_cmp`].
//! "First", "later" and "at or before" mean this order everywhere. The rank is the place in [`EventType`].

mod data;
mod field;
mod kind;
mod order;
mod row;
mod survey;
mod table;
mod value;
mod wire;

#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod ndjson;
#[cfg(feature = "schema")]
mod schema;

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

pub(crate) use data::BorrowedEvent;
pub use field::EventRow;
pub(crate) use field::Field;
#[cfg(feature = "json")]
pub use json::JsonError;
pub use kind::{
    Author, CallEvent, ChatEvent, ClickTarget, EventKind, Initiator, OrderEvent, SessionEvent,
    SurveyEvent, WidgetEvent,
};
#[cfg(feature = "json")]
pub(crate) use ndjson::{Line, Piece, Pieces, Take};
#[cfg(feature = "json")]
pub use ndjson::{MAX_LINE_BYTES, NdjsonReader, ReadError, ReadErrorKind};
pub use order::PlacedOrder;
pub(crate) use order::Price;
pub use survey::{Rating, SurveyOutcome};
pub(crate) use table::EventData;
pub use table::EventType;
pub(crate) use value::{FieldSink, FieldSource, Person, ValueKind};

use crate::error::FieldError;
use crate::id::{EventId, PageUrl, SessionId, VisitorId};
use crate::time::Instant;

/// Something that happened to one visitor at one instant.
///
/// Two events are equal when their **content** is: all fields, instants to the microsecond, money by value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    pub(crate) id: EventId,
    pub(crate) at: Instant,
    pub(crate) visitor: VisitorId,
    pub(crate) seq: u32,
    pub(crate) session: Option<SessionId>,
    pub(crate) page: Option<PageUrl>,
    pub(crate) kind: EventKind,
}

impl Event {
    /// An event with `seq` 0, no session and no page. Digits of `at` finer than a microsecond are cut.
    ///
    /// # Errors
    /// A [`FieldError`] that names `at` when it lies outside the years 0000 to 9999 of UTC or within a leap second.
    pub fn new(
        id: EventId,
        at: DateTime<Utc>,
        visitor: VisitorId,
        kind: impl Into<EventKind>,
    ) -> Result<Self, FieldError> {
        Ok(Self {
            id,
            at: Instant::new(at).ok_or_else(|| Instant::out_of_range(at))?,
            visitor,
            seq: 0,
            session: None,
            page: None,
            kind: kind.into(),
        })
    }

    /// The same event, with its place among the events of one instant.
    #[must_use]
    pub fn with_seq(mut self, seq: u32) -> Self {
        self.seq = seq;
        self
    }

    /// The same event, in a session. Without one, sessions are derived from the gaps between a visitor's events.
    #[must_use]
    pub fn with_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// The same event, on a page.
    #[must_use]
    pub fn with_page(mut self, page: PageUrl) -> Self {
        self.page = Some(page);
        self
    }

    /// With the visitor, the idempotency key.
    #[must_use]
    pub fn id(&self) -> &EventId {
        &self.id
    }

    /// When it happened, to the microsecond.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at.to_utc()
    }

    /// Whom it happened to.
    #[must_use]
    pub fn visitor(&self) -> &VisitorId {
        &self.visitor
    }

    /// Its place among the events of one instant; 0 unless given.
    #[must_use]
    pub fn seq(&self) -> u32 {
        self.seq
    }

    /// The visitor session that it names; without one it belongs to a derived session.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    /// The URL that the visitor was on.
    #[must_use]
    pub fn page(&self) -> Option<&PageUrl> {
        self.page.as_ref()
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &EventKind {
        &self.kind
    }

    /// The canonical order of one visitor's events: by `at`, then `seq`, then rank of the type, then `id`.
    #[must_use]
    pub fn canonical_cmp(&self, other: &Self) -> Ordering {
        let key = |event: &Self| (event.at, event.seq, event.kind.event_type());
        key(self)
            .cmp(&key(other))
            .then_with(|| self.id.cmp(&other.id))
    }

    /// Which of two arrivals with one (`visitor`, `id`) survives: the first in canonical order, and of two that stand at
    /// the same place there the lesser content. That is a total order, so that the order of arrival cannot decide.
    pub(crate) fn survival_cmp(&self, other: &Self) -> Ordering {
        self.canonical_cmp(other)
            .then_with(|| self.session.cmp(&other.session))
            .then_with(|| self.page.cmp(&other.page))
            .then_with(|| self.kind.cmp(&other.kind))
    }
}
