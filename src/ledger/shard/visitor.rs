//! The events of one visitor in a shard.

use super::{Arrived, Extent, Shard, hour};
use crate::event::BorrowedEvent;
use crate::ledger::columns::Head;
use crate::ledger::record::Record;
use crate::ledger::tables::Tables;
use crate::ledger::types::Types;
use crate::name::Name;
use crate::time::Instant;

/// The survivors of one visitor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VisitorLog<'a> {
    pub(super) shard: &'a Shard,
    pub(super) visitor: u32,
}

impl<'a> VisitorLog<'a> {
    pub(crate) fn tables(&self) -> &'a Tables {
        &self.shard.tables
    }

    /// Returns the visitor's number in its shard.
    pub(in crate::ledger) fn number(&self) -> u32 {
        self.visitor
    }

    /// Returns the visitor's id.
    pub(crate) fn name(&self) -> Name<'a> {
        self.shard.name_of(self.visitor)
    }

    /// Returns the summary of the visitor's events, if it covers all of them.
    fn extent(&self) -> Option<&'a Extent> {
        let extent = self.shard.extents.get(self.visitor as usize);
        extent.filter(|_| self.is_settled())
    }

    /// Returns the instants and types of the events in canonical order, if they are stored that way.
    pub(crate) fn heads(&self) -> Option<&'a [Head]> {
        self.extent()?;
        let (from, to) = self.shard.bounds_of(self.visitor);
        Some(self.shard.main.heads(from.event, to.event))
    }

    /// Returns the number of events at or before an instant, if the summary of the visitor contains it.
    pub(crate) fn count_until(&self, as_of: Instant) -> Option<u64> {
        // An event that replaced another is a late event, so a settled visitor has no replaced events.
        let extent = self.extent()?;
        let (from, to) = self.shard.bounds_of(self.visitor);
        (extent.hours.1 < hour(as_of)).then(|| u64::from(to.event - from.event))
    }

    /// Returns the types that the events may have.
    pub(crate) fn types(&self) -> Types {
        self.extent().map_or(Types::ALL, |extent| extent.types)
    }

    /// Returns whether an event may lie in `[from, to)`.
    pub(crate) fn may_lie_in(&self, from: Instant, to: Instant) -> bool {
        self.extent()
            .is_none_or(|extent| extent.hours.0 <= hour(to) && hour(from) <= extent.hours.1)
    }

    /// Returns the instants of the events up to one, in order.
    pub(crate) fn instants(&self, until: Instant) -> impl Iterator<Item = Instant> + use<'a> {
        let heads = self.heads();
        let settled = heads.into_iter().flatten();
        let settled = settled.filter(|head| head.event_type().is_some());
        let late = heads.map_or_else(|| self.records(), |_| Vec::new());
        settled
            .map(|head| head.at())
            .chain(late.into_iter().map(|record| record.at))
            .take_while(move |at| *at <= until)
    }

    /// Returns the events in canonical order.
    pub(crate) fn read(&self, records: &mut Vec<Record>) {
        let shard = self.shard;
        records.clear();
        let (from, to) = shard.bounds_of(self.visitor);
        let settled = shard.main.spots(from, to);
        records.extend(settled.map(|spot| shard.main.record(spot, &shard.tables)));
        if !self.is_settled() {
            let late = shard.tail.spots(self.visitor as usize);
            records.extend(late.map(|spot| shard.tail.columns.record(spot, &shard.tables)));
            records.sort_unstable_by(|a, b| a.canonical_cmp(b, &shard.tables));
        }
    }

    /// Returns the events in canonical order.
    pub(crate) fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        self.read(&mut records);
        records
    }

    /// Returns the events in canonical order, borrowed, each with the arrivals under its id.
    pub(in crate::ledger) fn arrivals(
        self,
    ) -> impl Iterator<Item = (BorrowedEvent<'a, Name<'a>>, Arrived)> {
        let name = self.name();
        let tables = self.tables();
        (0..).zip(self.records()).map(move |(position, record)| {
            let arrived = self.arrived(position, record.key);
            (record.borrowed(name, tables), arrived)
        })
    }

    fn is_settled(&self) -> bool {
        self.shard.tail.chain(self.visitor as usize).len == 0
    }
}
