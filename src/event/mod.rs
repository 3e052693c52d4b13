//! Events: one struct for what all events have, and one enum for each family of events.
//!
//! An [`Event`] has an id, an instant and a visitor, and may have a session and a page. Its [`EventKind`] says what
//! happened. Every value is valid: ids, texts, amounts and ratings are checked when they are created, so a
//! [`Ledger`](crate::Ledger) can count every event.
//!
//! | family | events about |
//! | --- | --- |
//! | [`WidgetEvent`] | the widget and automatic messages |
//! | [`ChatEvent`] | text conversations |
//! | [`CallEvent`] | calls and their outcomes |
//! | [`OrderEvent`] | orders, refunds and cancellations |
//! | [`SurveyEvent`] | satisfaction surveys |
//! | [`SessionEvent`] | the visitor's sessions |
//! | [`VisitorEvent`] | who the visitor is |
//! | [`CorrectionEvent`] | earlier events that were mistakes |
//!
//! [`EventType`] lists all types of events with their names in JSON and their fields.
//!
//! ```
//! use convometrics::chrono::DateTime;
//! use convometrics::event::{CallEvent, Initiator};
//! use convometrics::Event;
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
//! The events of a visitor are ordered by `at`, then `seq`, then rank of the type, then `id`: [`Event::canonical_cmp`].
//! "First", "later" and "at or before" refer to this order everywhere. The rank is the position in [`EventType`].

mod data;
mod field;
mod kind;
mod order;
pub(crate) mod revision;
mod row;
mod survey;
mod table;
pub(crate) mod value;
mod wire;

#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod ndjson;
#[cfg(feature = "schema")]
mod schema;
#[cfg(all(test, feature = "json"))]
mod tests;

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

pub(crate) use data::BorrowedEvent;
pub use field::EventRow;
#[cfg(feature = "json")]
pub use json::JsonError;
pub(crate) use kind::EventFamily;
pub use kind::{
    Author, CallEvent, ChatEvent, ClickTarget, CorrectionEvent, EventKind, Initiator, OrderEvent,
    SessionEvent, SurveyEvent, VisitorEvent, WidgetEvent,
};
#[cfg(feature = "json")]
pub(crate) use ndjson::{Line, Piece, Pieces};
#[cfg(feature = "json")]
pub use ndjson::{MAX_LINE_BYTES, NdjsonReader, ReadError, ReadErrorKind};
pub use order::PlacedOrder;
pub(crate) use order::Price;
pub use survey::{Rating, SurveyOutcome};
pub use table::EventType;
pub(crate) use table::{EventData, event_types};
pub(crate) use value::{OrZero, Person};

use self::revision::Revision;
use crate::error::FieldError;
use crate::id::{EventId, PageUrl, SessionId, VisitorId};
use crate::time::{AT_ALLOWED, Instant};

/// Something that happened to one visitor at one instant.
///
/// Two events are equal if all their fields are equal. Instants are compared to the microsecond, amounts by value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    pub(crate) id: EventId,
    pub(crate) at: Instant,
    pub(crate) visitor: VisitorId,
    pub(crate) seq: u32,
    pub(crate) revision: Revision,
    pub(crate) session: Option<SessionId>,
    pub(crate) page: Option<PageUrl>,
    pub(crate) kind: EventKind,
}

impl Event {
    /// Creates an event with `seq` and `revision` 0, without session and page. `at` is truncated to microseconds.
    ///
    /// # Errors
    /// A [`FieldError`] that names `at` if it is outside the years 0000 to 9999 in UTC or within a leap second, and
    /// `revision` for a [`CorrectionEvent::Retracted`], which needs one: create it with [`Event::retraction`].
    pub fn new(
        id: EventId,
        at: DateTime<Utc>,
        visitor: VisitorId,
        kind: impl Into<EventKind>,
    ) -> Result<Self, FieldError> {
        Self::with(id, at, visitor, kind.into(), 0)
    }

    /// Creates the retraction of the event with this visitor and id: that event was a mistake and counts no more.
    /// `revision` is higher than the event's. A further arrival with a still higher revision takes the retraction back.
    ///
    /// `visitor` is the visitor id with which the event was sent, even if it is linked with another. `at` decides only
    /// when the counter `retracted` sees the retraction: use that of the event if it is known.
    ///
    /// ```
    /// use convometrics::event::WidgetEvent;
    /// use convometrics::ledger::Arrival;
    /// use convometrics::{Event, Ledger};
    ///
    /// let at = "2026-03-02T09:02:00Z".parse()?;
    /// let seen = Event::new("1".parse()?, at, "ann".parse()?, WidgetEvent::Impression)?;
    /// let retraction = Event::retraction("1".parse()?, at, "ann".parse()?, 1)?;
    /// let mut ledger = Ledger::new();
    /// assert_eq!(ledger.record(&retraction)?, Arrival::New);
    /// // The event arrives after its retraction.
    /// assert_eq!(ledger.record(&seen)?, Arrival::Superseded);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`FieldError`] that names `revision` if it is 0 or above 2^53 − 1, and `at` as for [`Event::new`].
    pub fn retraction(
        id: EventId,
        at: DateTime<Utc>,
        visitor: VisitorId,
        revision: u64,
    ) -> Result<Self, FieldError> {
        let kind = EventKind::Correction(CorrectionEvent::Retracted);
        Self::with(id, at, visitor, kind, revision)
    }

    fn with(
        id: EventId,
        at: DateTime<Utc>,
        visitor: VisitorId,
        kind: EventKind,
        revision: u64,
    ) -> Result<Self, FieldError> {
        let event = Self {
            id,
            at: Instant::new(at)
                .ok_or_else(|| FieldError::new("at", format_args!("{at:?}"), AT_ALLOWED))?,
            visitor,
            seq: 0,
            revision: Revision::default(),
            session: None,
            page: None,
            kind,
        };
        event.with_revision(revision)
    }

    /// Sets the revision. Of several arrivals with the same visitor and id, the highest revision counts: to correct an
    /// event, send it again under its id with a higher revision, such as the source's own time of change in
    /// milliseconds.
    ///
    /// ```
    /// use convometrics::event::{OrderEvent, PlacedOrder};
    /// use convometrics::ledger::Arrival;
    /// use convometrics::{Event, Ledger};
    ///
    /// let at = "2026-03-02T09:02:00Z".parse()?;
    /// let placed = |subtotal: &str, revision| {
    ///     let order = PlacedOrder::new("o1".parse()?, "EUR".parse()?, subtotal.parse()?);
    ///     Event::new("1".parse()?, at, "ann".parse()?, OrderEvent::Placed(order))?.with_revision(revision)
    /// };
    /// let mut ledger = Ledger::new();
    /// assert_eq!(ledger.record(&placed("100.00", 0)?)?, Arrival::New);
    /// // An item was added to the order.
    /// assert_eq!(ledger.record(&placed("130.00", 1)?)?, Arrival::Replaced);
    /// assert_eq!((ledger.len(), ledger.superseded()), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`FieldError`] that names `revision` if it is above 2^53 − 1, or 0 for a
    /// [`Retracted`](CorrectionEvent::Retracted) event.
    pub fn with_revision(mut self, revision: u64) -> Result<Self, FieldError> {
        self.revision = Revision::new(revision)?;
        self.revision.check(self.kind.event_type())?;
        Ok(self)
    }

    /// Sets the position among the visitor's events of the same instant.
    #[must_use]
    pub fn with_seq(mut self, seq: u32) -> Self {
        self.seq = seq;
        self
    }

    /// Sets the visitor. Together with the id, it identifies the event.
    ///
    /// ```
    /// use convometrics::event::WidgetEvent;
    /// use convometrics::Event;
    ///
    /// let seen = Event::new("1".parse()?, "2026-03-02T09:02:00Z".parse()?, "cookie-7".parse()?, WidgetEvent::Impression)?;
    /// // The shop knows by now whose cookie it is.
    /// let seen = seen.with_visitor("ann".parse()?);
    /// assert_eq!(seen.visitor().as_str(), "ann");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_visitor(mut self, visitor: VisitorId) -> Self {
        self.visitor = visitor;
        self
    }

    /// Sets the session. An event that names no session belongs to the running one, or to a derived one.
    #[must_use]
    pub fn with_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// Sets the page.
    #[must_use]
    pub fn with_page(mut self, page: PageUrl) -> Self {
        self.page = Some(page);
        self
    }

    /// Returns the id. Together with the visitor, it identifies the event.
    #[must_use]
    pub fn id(&self) -> &EventId {
        &self.id
    }

    /// Returns the instant, to the microsecond.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at.to_utc()
    }

    /// Returns the visitor.
    #[must_use]
    pub fn visitor(&self) -> &VisitorId {
        &self.visitor
    }

    /// Returns the position among the visitor's events of the same instant; 0 by default.
    #[must_use]
    pub fn seq(&self) -> u32 {
        self.seq
    }

    /// Returns the revision; 0 by default.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.get()
    }

    /// Returns the visitor session, or `None` if the event names none.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    /// Returns the URL that the visitor was on.
    #[must_use]
    pub fn page(&self) -> Option<&PageUrl> {
        self.page.as_ref()
    }

    /// Returns what happened.
    #[must_use]
    pub fn kind(&self) -> &EventKind {
        &self.kind
    }

    /// Compares two events of one visitor in canonical order: by `at`, then `seq`, then rank of the type, then `id`.
    #[must_use]
    pub fn canonical_cmp(&self, other: &Self) -> Ordering {
        self.borrowed().canonical_cmp(&other.borrowed())
    }

    /// Orders arrivals with the same (`visitor`, `id`); the least survives. The highest revision comes first, then
    /// retractions, then the canonical order, then the order of the contents. This order is total, so the order of
    /// arrival has no influence.
    pub(crate) fn survival_cmp(&self, other: &Self) -> Ordering {
        let is_retracted = |event: &Self| {
            matches!(
                event.kind,
                EventKind::Correction(CorrectionEvent::Retracted)
            )
        };
        other
            .revision
            .cmp(&self.revision)
            .then_with(|| is_retracted(other).cmp(&is_retracted(self)))
            .then_with(|| self.canonical_cmp(other))
            .then_with(|| self.session.cmp(&other.session))
            .then_with(|| self.page.cmp(&other.page))
            .then_with(|| self.kind.cmp(&other.kind))
    }
}
