//! The records of a ledger: its events, with texts and ids by number.

use std::cmp::Ordering;

use super::interner::{Id, Key, Symbol};
use super::tables::Tables;
use crate::event::revision::Revision;
use crate::event::{BorrowedEvent, EventData};
use crate::name::Name;
use crate::time::Instant;

/// One event of a ledger, with texts by symbol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    pub(crate) at: Instant,
    pub(crate) seq: u32,
    pub(crate) revision: Revision,
    pub(crate) key: Key,
    pub(crate) session: Option<Id>,
    pub(crate) page: Option<Symbol>,
    pub(crate) data: EventData<Id, Symbol>,
}

impl Record {
    /// Compares two records of one visitor in canonical order.
    pub(super) fn canonical_cmp(&self, other: &Self, tables: &Tables) -> Ordering {
        let rank = |record: &Self| (record.at, record.seq, record.data.event_type());
        rank(self)
            .cmp(&rank(other))
            .then_with(|| tables.of(self.key).cmp(&tables.of(other.key)))
    }

    /// Returns the event, which borrows its texts.
    pub(super) fn borrowed<'a>(
        &self,
        visitor: Name<'a>,
        tables: &'a Tables,
    ) -> BorrowedEvent<'a, Name<'a>> {
        BorrowedEvent {
            id: tables.of(self.key),
            at: self.at,
            visitor,
            seq: self.seq,
            revision: self.revision,
            session: self.session.map(|session| tables.name(session)),
            page: self.page.map(|page| tables.text(page)),
            data: (self.data).map(|id| tables.name(id), |text| tables.text(text)),
        }
    }
}
