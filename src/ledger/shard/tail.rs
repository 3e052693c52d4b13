//! The events that arrived at a shard since its main columns were last settled.

use crate::ledger::columns::{Columns, Spot};

/// Events in order of arrival, with a chain for each visitor.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail {
    pub(super) columns: Columns,
    /// One link for each event.
    links: Vec<Link>,
    /// One chain for each visitor. Visitors without late events may have none.
    latest: Vec<Chain>,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    /// The first word of the event.
    word: u32,
    /// The visitor's event before this one, or [`NONE`].
    previous: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    /// The last event, or [`NONE`].
    last: u32,
    pub(super) len: u32,
}

/// No event has this number.
const NONE: u32 = u32::MAX;

impl Chain {
    const EMPTY: Self = Self { last: NONE, len: 0 };
}

impl Tail {
    pub(super) fn heap_bytes(&self) -> usize {
        self.columns.heap_bytes()
            + self.links.capacity() * size_of::<Link>()
            + self.latest.capacity() * size_of::<Chain>()
    }

    pub(super) fn chain(&self, visitor: usize) -> Chain {
        self.latest.get(visitor).copied().unwrap_or(Chain::EMPTY)
    }

    /// Returns the spots of a visitor's events from the latest arrival to the first, without replaced events.
    pub(super) fn spots(&self, visitor: usize) -> impl Iterator<Item = Spot> + '_ {
        let mut next = self.chain(visitor).last;
        std::iter::from_fn(move || {
            if next == NONE {
                return None;
            }
            let link = self.links[next as usize];
            let event = std::mem::replace(&mut next, link.previous);
            let word = link.word;
            Some(Spot { event, word })
        })
        .filter(|spot| !self.columns.head(spot.event).is_dead())
    }

    /// Returns the number of events, including replaced ones.
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    /// Reserves room for this number of events.
    pub(super) fn reserve(&mut self, events: usize) {
        self.columns.reserve(events);
        self.links.reserve_exact(events);
    }

    pub(super) fn clear(&mut self) {
        self.columns.truncate(Spot::default());
        self.links.clear();
        self.latest.clear();
    }

    /// Adds the last event of the columns, at this spot, to its visitor's chain.
    pub(super) fn link(&mut self, visitor: u32, spot: Spot) {
        let place = visitor as usize;
        if self.latest.len() <= place {
            self.latest.resize(place + 1, Chain::EMPTY);
        }
        let chain = &mut self.latest[place];
        self.links.push(Link {
            word: spot.word,
            previous: std::mem::replace(&mut chain.last, spot.event),
        });
        chain.len += 1;
    }
}
