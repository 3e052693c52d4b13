//! What arrived at a shard since its main columns were last settled.

use crate::ledger::columns::{Columns, Spot};
use crate::ledger::interner::Key;

/// The events in order of arrival, each visitor's chained.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail {
    pub(super) columns: Columns,
    /// Of each event: its first word, and the visitor's event before it.
    links: Vec<Link>,
    /// Of each visitor: its last event, and how many it has.
    latest: Vec<Chain>,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    word: u32,
    /// [`NONE`] of the first.
    previous: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    /// [`NONE`] where it has no event.
    last: u32,
    pub(super) len: u32,
}

/// No event has this number.
const NONE: u32 = u32::MAX;

impl Default for Chain {
    fn default() -> Self {
        Self { last: NONE, len: 0 }
    }
}

impl Tail {
    pub(super) fn heap_bytes(&self) -> usize {
        self.columns.heap_bytes()
            + self.links.capacity() * size_of::<Link>()
            + self.latest.capacity() * size_of::<Chain>()
    }

    pub(super) fn chain(&self, visitor: usize) -> Chain {
        self.latest.get(visitor).copied().unwrap_or_default()
    }

    /// The spots of a visitor's events, the latest arrival first.
    pub(super) fn spots(&self, visitor: usize) -> impl Iterator<Item = Spot> + '_ {
        let mut next = self.chain(visitor).last;
        std::iter::from_fn(move || {
            let link = self.links.get(next as usize)?;
            let event = std::mem::replace(&mut next, link.previous);
            let word = link.word;
            Some(Spot { event, word })
        })
        .filter(|spot| {
            self.columns
                .head(spot.event)
                .is_some_and(|head| !head.is_dead())
        })
    }

    /// How many events there are, with those replaced.
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    /// Makes room for so many events.
    pub(super) fn reserve(&mut self, events: usize) {
        self.columns.reserve(events);
        self.links.reserve_exact(events);
    }

    pub(super) fn clear(&mut self) {
        self.columns.truncate(Spot::default());
        self.links.clear();
        self.latest.clear();
    }

    pub(super) fn find(&self, visitor: u32, key: Key) -> Option<Spot> {
        self.spots(visitor as usize)
            .find(|spot| self.columns.key(spot.event) == Some(key))
    }

    /// Links the event at this spot, the last of the columns, to its visitor's others.
    pub(super) fn link(&mut self, visitor: u32, spot: Spot) {
        let place = visitor as usize;
        if self.latest.len() <= place {
            self.latest.resize(place + 1, Chain::default());
        }
        let Some(chain) = self.latest.get_mut(place) else {
            return;
        };
        self.links.push(Link {
            word: spot.word,
            previous: std::mem::replace(&mut chain.last, spot.event),
        });
        chain.len += 1;
    }
}
