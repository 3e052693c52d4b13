//! Shards restored from a snapshot.

use super::{Arrived, MANY, Place, Shard};
use crate::ledger::columns::{Columns, Spot};
use crate::ledger::interner::Ids;
use crate::ledger::tables::Tables;

impl Shard {
    /// Creates the shard with these contents, or returns `None` if a visitor has an event id twice. `starts` has the
    /// start of each visitor's events, which are in canonical order.
    pub(in crate::ledger) fn restored(
        tables: Tables,
        visitors: Ids,
        main: Columns,
        starts: &[Spot],
    ) -> Option<Self> {
        let mut shard = Self::settled(tables, visitors, main, starts);
        (0..)
            .take(starts.len())
            .all(|visitor| shard.has_each_id_once(visitor))
            .then_some(shard)
    }

    /// Returns whether a visitor has each event id once. Adds its events to the index if there are many.
    fn has_each_id_once(&mut self, visitor: u32) -> bool {
        let (from, to) = self.bounds_of(visitor);
        let keys = &self.main.keys[from.event as usize..to.event as usize];
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

    /// Sets the arrivals under the id of an event; `false` if there is no such event.
    pub(in crate::ledger) fn arrived(&mut self, event: u32, arrived: Arrived) -> bool {
        if event >= self.main.end().event {
            return false;
        }
        // The last visitor whose events start here or before.
        let after = self
            .extents
            .partition_point(|extent| extent.start.event <= event);
        let visitor = u32::try_from(after - 1).expect("there are fewer than 2^32 visitors");
        let key = self.main.key(event);
        self.set_arrived(visitor, key, arrived);
        true
    }
}
