//! Shards of merged visitors: copies of the events that were sent with different visitor ids.

use hashbrown::{HashMap, HashSet};

use super::{Arrived, Shard};
use crate::event::BorrowedEvent;
use crate::id::VisitorId;
use crate::ledger::columns::Columns;
use crate::ledger::interner::{Ids, Key};
use crate::ledger::shard::VisitorLog;
use crate::ledger::tables::Tables;
use crate::name::Name;

/// What a shard of merged visitors knows of the ids as sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Senders {
    ids: Vec<Key>,
    /// The number of the id of each event.
    of_events: Vec<u32>,
    /// The arrivals under the ids of events, where there was more than one.
    arrived: HashMap<u32, Arrived>,
    /// For each visitor, how many of the ids that sent events are not its name.
    linked: Vec<u64>,
}

/// The name of a merged visitor and its events as sent.
pub(in crate::ledger) struct Members<'a> {
    name: Name<'a>,
    logs: Vec<VisitorLog<'a>>,
}

impl<'a> Members<'a> {
    pub(in crate::ledger) fn new(name: &'a VisitorId, logs: Vec<VisitorLog<'a>>) -> Self {
        let name = name.as_str().into();
        Self { name, logs }
    }

    /// Returns the events in canonical order, each with the arrivals under its id and the number of its log.
    fn events(&self) -> Vec<(BorrowedEvent<'a, Name<'a>>, Arrived, usize)> {
        let logs = self.logs.iter().enumerate();
        let events = logs.flat_map(|(number, log)| {
            let arrivals = log.arrivals();
            arrivals.map(move |(event, arrived)| (event, arrived, number))
        });
        let mut events: Vec<_> = events.collect();
        events.sort_unstable_by(|(a, ..), (b, ..)| {
            let ids_as_sent = a.visitor.cmp(&b.visitor);
            a.canonical_cmp(b).then(ids_as_sent)
        });
        events
    }
}

impl Shard {
    /// Creates the shard of merged visitors. A shard holds as much of one visitor as of many; see
    /// [`LedgerFull`](crate::ledger::LedgerFull).
    pub(in crate::ledger) fn merged<'a>(all: impl Iterator<Item = Members<'a>>) -> Self {
        let (mut tables, mut visitors) = (Tables::default(), Ids::default());
        let (mut columns, mut starts) = (Columns::default(), Vec::new());
        let mut senders = Senders::default();
        for members in all {
            let key = tables.intern_key(members.name);
            visitors
                .intern(&key)
                .expect("there are fewer merged visitors than ids");
            starts.push(columns.end());
            let first = senders.ids.len();
            let names = members.logs.iter().map(VisitorLog::name);
            senders
                .ids
                .extend(names.map(|name| tables.intern_key(name)));
            let others = senders.ids[first..].iter().filter(|id| **id != key);
            senders.linked.push(others.count() as u64);
            for (event, arrived, log) in members.events() {
                let number = columns.end().event;
                if arrived != Arrived::ONCE {
                    senders.arrived.insert(number, arrived);
                }
                let sender = u32::try_from(first + log);
                senders
                    .of_events
                    .push(sender.expect("there are fewer than 2^32 ids"));
                let key = tables.intern_key(event.id);
                columns.push(&event, key, &mut tables);
            }
        }
        let shard = Self::settled(tables, visitors, columns, &starts);
        Self {
            senders: Some(senders.into()),
            ..shard
        }
    }
}

impl<'a> VisitorLog<'a> {
    /// Returns the visitor id with which an event was sent, by its position in canonical order.
    pub(crate) fn sender(&self, position: u32) -> Name<'a> {
        match &self.shard.senders {
            None => self.name(),
            Some(senders) => {
                let number = senders.of_events[self.event(position) as usize];
                self.tables().of(senders.ids[number as usize])
            }
        }
    }

    /// Returns the arrivals under the id of an event, which has this position and key.
    pub(crate) fn arrived(&self, position: u32, key: Key) -> Arrived {
        match &self.shard.senders {
            None => self.shard.arrived_at(self.visitor, key),
            Some(senders) => {
                let arrived = senders.arrived.get(&self.event(position));
                arrived.copied().unwrap_or(Arrived::ONCE)
            }
        }
    }

    /// Returns how many of the ids that sent the events are not the visitor's name.
    pub(crate) fn linked(&self) -> u64 {
        let senders = self.shard.senders.as_ref();
        senders.map_or(0, |senders| senders.linked[self.visitor as usize])
    }

    /// Returns the number of an event of a merged visitor. Their shards are settled.
    fn event(&self, position: u32) -> u32 {
        let (from, _) = self.shard.bounds_of(self.visitor);
        from.event + position
    }
}

/// Some of the visitors of a shard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    shard: &'a Shard,
    /// The visitors that are left out.
    without: Option<&'a HashSet<u32>>,
}

impl<'a> Part<'a> {
    pub(in crate::ledger) fn whole(shard: &'a Shard) -> Self {
        let without = None;
        Self { shard, without }
    }

    pub(in crate::ledger) fn without(shard: &'a Shard, visitors: &'a HashSet<u32>) -> Self {
        let without = Some(visitors).filter(|visitors| !visitors.is_empty());
        Self { shard, without }
    }

    /// Returns the number of visitors.
    pub(crate) fn len(&self) -> usize {
        self.shard.visitor_count() - self.without.map_or(0, HashSet::len)
    }

    /// Returns the events of each visitor.
    pub(crate) fn logs(self) -> impl Iterator<Item = VisitorLog<'a>> {
        let is_in = move |log: &VisitorLog<'_>| {
            self.without
                .is_none_or(|without| !without.contains(&log.visitor))
        };
        self.shard.logs().filter(is_in)
    }
}
