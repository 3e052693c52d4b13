//! A whole event, borrowed: the form that typed events, lines of a log and records of the ledger share.

use std::cmp::Ordering;

use super::Event;
use super::revision::Revision;
use super::table::EventData;
use super::value::IdText;
use crate::id::Trusted;
use crate::name::Name;
use crate::time::Instant;

/// A checked event whose texts are stored elsewhere. Its ids are of type `I`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BorrowedEvent<'a, I> {
    pub(crate) id: I,
    pub(crate) at: Instant,
    pub(crate) visitor: I,
    pub(crate) seq: u32,
    pub(crate) revision: Revision,
    pub(crate) session: Option<I>,
    pub(crate) page: Option<&'a str>,
    pub(crate) data: EventData<I, &'a str>,
}

impl<I: IdText> From<BorrowedEvent<'_, I>> for Event {
    fn from(event: BorrowedEvent<'_, I>) -> Self {
        Self {
            id: event.id.typed(),
            at: event.at,
            visitor: event.visitor.typed(),
            seq: event.seq,
            revision: event.revision,
            session: event.session.map(I::typed),
            page: event.page.map(Trusted::trusted),
            kind: event.data.into(),
        }
    }
}

impl Event {
    /// Returns the same event, borrowed.
    pub(crate) fn borrowed(&self) -> BorrowedEvent<'_, Name<'_>> {
        BorrowedEvent {
            id: self.id.as_str().into(),
            at: self.at,
            visitor: self.visitor.as_str().into(),
            seq: self.seq,
            revision: self.revision,
            session: self.session.as_ref().map(|session| session.as_str().into()),
            page: self.page.as_ref().map(AsRef::as_ref),
            data: self.kind.data(),
        }
    }
}

impl BorrowedEvent<'_, Name<'_>> {
    /// Compares two events of one visitor in canonical order.
    pub(crate) fn canonical_cmp(&self, other: &BorrowedEvent<'_, Name<'_>>) -> Ordering {
        let rank = |at, seq, event_type| (at, seq, event_type);
        rank(self.at, self.seq, self.data.event_type())
            .cmp(&rank(other.at, other.seq, other.data.event_type()))
            .then_with(|| self.id.cmp(&other.id))
    }

    /// Returns whether both events have the same content.
    pub(crate) fn is_same_as(&self, other: &BorrowedEvent<'_, Name<'_>>) -> bool {
        (self.id, self.at, self.visitor) == (other.id, other.at, other.visitor)
            && (self.seq, self.revision) == (other.seq, other.revision)
            && (self.session, self.page) == (other.session, other.page)
            // The lifetimes differ, and `EventData` cannot shorten them by itself.
            && self.data.map(|id| id, |text| text) == other.data.map(|id| id, |text| text)
    }
}
