//! Shards as they come from a snapshot.

use super::{Arrived, Extent, MANY, Place, Shard};
use crate::ledger::columns::{Columns, Spot, widest};
use crate::ledger::interner::Ids;
use crate::ledger::tables::Tables;

impl Shard {
    /// A shard of these, each visitor's events, in canonical order, where those of the one before end; `None` where a
    /// visitor has one id twice.
    pub(in crate::ledger) fn restored(
        tables: Tables,
        visitors: Ids,
        main: Columns,
        starts: &[Spot],
    ) -> Option<Self> {
        let mut shard = Self {
            len: main.len(),
            tables,
            visitors,
            ..Self::default()
        };
        let ends = starts.iter().skip(1).copied().chain([main.end()]);
        shard.extents.reserve_exact(starts.len());
        for (start, end) in starts.iter().zip(ends) {
            let heads = main.heads(start.event, end.event);
            let mut extent = Extent {
                start: *start,
                ..Extent::default()
            };
            extent.take_in(heads, true);
            shard.extents.push(extent);
            if let (Some(first), Some(last)) = (heads.first(), heads.last()) {
                shard.span = widest(shard.span, Some((first.at(), last.at())));
            }
        }
        shard.main = main;
        (0..)
            .take(starts.len())
            .all(|visitor| shard.has_each_id_once(visitor))
            .then_some(shard)
    }

    /// Whether a visitor has each id once; puts the events of one with many into the index.
    fn has_each_id_once(&mut self, visitor: u32) -> bool {
        let (from, to) = self.bounds_of(visitor);
        let keys = self.main.keys(from.event, to.event);
        if keys.len() < MANY {
            let mut before = keys.iter().enumerate();
            return before.all(|(place, key)| !keys.iter().take(place).any(|other| other == key));
        }
        let events: Vec<_> = self.main.spots(from, to).zip(keys.to_vec()).collect();
        events.into_iter().all(|(spot, key)| {
            let is_new = self.find_indexed(visitor, key).is_none();
            self.index_one(visitor, key, Place::Main(spot));
            is_new
        })
    }

    /// Counts what arrived under the id of an event, by its place; `false` where there is no such event.
    pub(in crate::ledger) fn arrived(&mut self, event: u32, arrived: Arrived) -> bool {
        // The last of the visitors whose events start here or before.
        let after = self
            .extents
            .partition_point(|extent| extent.start.event <= event);
        let visitor = after
            .checked_sub(1)
            .and_then(|visitor| u32::try_from(visitor).ok());
        let Some((key, visitor)) = self.main.key(event).zip(visitor) else {
            return false;
        };
        self.count(visitor, key, |found| *found = arrived);
        self.duplicates = self.duplicates.saturating_add(arrived.same - 1);
        self.conflicts = self.conflicts.saturating_add(arrived.other);
        true
    }
}
