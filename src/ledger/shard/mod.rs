//! One part of the visitors with their events. Each shard is used by one thread at a time.
//!
//! The **main** columns hold the events of each visitor next to each other, in canonical order; an [`Extent`] says
//! where. Arrivals are appended to the **tail**, which chains the events of each visitor. When the tail reaches a
//! quarter of the length of the main columns, and after a load, it is [settled](Shard::settle): the late events of each
//! visitor are moved behind its other events, and sorted if their order requires it. So an event is moved a few times
//! in total, and a log that was written in order is never sorted.

mod arrived;
mod merged;
#[cfg(feature = "snapshot")]
mod restored;
mod tail;
mod visitor;

use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};

use super::columns::{Columns, Head, Span, Spot, widest};
use super::interner::{Ids, Key, Symbol};
use super::payload::MAX_TEXTS;
use super::tables::Tables;
use super::types::Types;
use super::{Arrival, LedgerFull, Survivor};
pub(crate) use arrived::Arrived;
pub(in crate::ledger) use merged::Members;
pub(crate) use merged::Part;
use merged::Senders;
use tail::Tail;
pub(crate) use visitor::VisitorLog;

use crate::event::{BorrowedEvent, Event, EventType};
use crate::name::Name;
use crate::time::{Instant, MICROS_A_SECOND};

/// The number of events from which a visitor is in the index. With fewer events, all its ids are compared.
const MANY: usize = 32;

/// Tails shorter than this are not settled.
const SHORT_TAIL: usize = 1024;

#[derive(Debug, Clone, Default)]
pub(crate) struct Shard {
    pub(in crate::ledger) tables: Tables,
    visitors: Ids,
    main: Columns,
    /// One extent for each visitor. Those of visitors without events in the main columns are empty or missing.
    extents: Vec<Extent>,
    /// The number of replaced events in the main columns. If there are any, `span` may be too wide and `latest` too late.
    dead: usize,
    /// The first and the last instant in the main columns, retractions excepted.
    span: Span,
    /// The latest instant in the main columns.
    latest: Option<Instant>,
    tail: Tail,
    /// The events of visitors that have many, by visitor and id.
    index: HashTable<Indexed>,
    hasher: DefaultHashBuilder,
    /// The number of survivors.
    pub(in crate::ledger) len: usize,
    /// The arrivals under the id of a survivor, by number of the visitor and event id. Survivors under whose id nothing
    /// else arrived have no entry.
    repeats: HashMap<(u32, Key), Arrived>,
    /// The visitors with whom a `visitor_linked` event has arrived.
    linkers: HashSet<u32>,
    /// Present in shards of merged visitors.
    senders: Option<Box<Senders>>,
}

/// The start of a visitor's events in the main columns, and a summary of them. They end at the start of the next
/// visitor's.
#[derive(Debug, Clone, Copy)]
struct Extent {
    start: Spot,
    /// The hours from 1970 in which the first and the last event lie.
    hours: (i32, i32),
    types: Types,
}

#[derive(Debug, Clone, Copy)]
struct Indexed {
    visitor: u32,
    place: Place,
}

/// The place of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Main(Spot),
    Tail(Spot),
}

impl Place {
    fn columns<'a>(self, main: &'a Columns, tail: &'a Tail) -> (&'a Columns, Spot) {
        match self {
            Self::Main(spot) => (main, spot),
            Self::Tail(spot) => (&tail.columns, spot),
        }
    }

    fn key(self, main: &Columns, tail: &Tail) -> Key {
        let (columns, spot) = self.columns(main, tail);
        columns.key(spot.event)
    }
}

/// Returns the hour from 1970 in which an instant lies.
fn hour(at: Instant) -> i32 {
    let hours = at.micros().div_euclid(3600 * MICROS_A_SECOND);
    i32::try_from(hours).expect("instants lie within 10 000 years, or 88 million hours")
}

/// Returns the number of a visitor.
fn number(symbol: Symbol) -> u32 {
    u32::try_from(symbol.index()).expect("there are fewer than 2^32 ids")
}

impl Shard {
    pub(in crate::ledger) fn visitor_count(&self) -> usize {
        self.visitors.len()
    }

    /// Returns the allocated bytes.
    pub(in crate::ledger) fn heap_bytes(&self) -> usize {
        self.tables.heap_bytes()
            + self.visitors.heap_bytes()
            + self.main.heap_bytes()
            + self.extents.capacity() * size_of::<Extent>()
            + self.tail.heap_bytes()
            + self.index.allocation_size()
            + self.repeats.allocation_size()
            + self.linkers.allocation_size()
    }

    pub(crate) fn logs(&self) -> impl Iterator<Item = VisitorLog<'_>> {
        (0..).take(self.visitors.len()).map(|visitor| VisitorLog {
            shard: self,
            visitor,
        })
    }

    pub(in crate::ledger) fn log_of(&self, visitor: Name<'_>) -> Option<VisitorLog<'_>> {
        let key = Key::of(visitor, |text| self.tables.texts.get(text))?;
        Some(VisitorLog {
            shard: self,
            visitor: number(self.visitors.get(&key)?),
        })
    }

    /// Returns whether a `visitor_linked` event has arrived.
    pub(in crate::ledger) fn has_linkers(&self) -> bool {
        !self.linkers.is_empty()
    }

    /// Returns the visitors with whom a `visitor_linked` event has arrived.
    pub(in crate::ledger) fn linkers(&self) -> impl Iterator<Item = VisitorLog<'_>> {
        let linkers = self.linkers.iter().copied();
        linkers.map(|visitor| VisitorLog {
            shard: self,
            visitor,
        })
    }

    fn name_of(&self, visitor: u32) -> Name<'_> {
        self.tables.of(self.visitors.store[visitor as usize])
    }

    /// Returns the latest instant of the survivors.
    pub(in crate::ledger) fn latest(&self) -> Option<Instant> {
        let main = if self.dead == 0 {
            self.latest
        } else {
            self.main.latest()
        };
        main.max(self.tail.columns.latest())
    }

    /// Returns the first and the last instant of the survivors at or before `as_of`, retractions excepted.
    pub(in crate::ledger) fn span(&self, as_of: Option<Instant>) -> Option<(Instant, Instant)> {
        let is_known = self.dead == 0
            && self
                .span
                .is_none_or(|(_, last)| as_of.is_none_or(|as_of| last <= as_of));
        let main = if is_known {
            self.span
        } else {
            self.main.span(as_of)
        };
        widest(main, self.tail.columns.span(as_of))
    }

    /// Records all arrivals under the id of an event that survives among them.
    pub(in crate::ledger) fn record(
        &mut self,
        event: &BorrowedEvent<'_, Name<'_>>,
        arrived: Arrived,
    ) -> Result<Arrival, LedgerFull> {
        let has_room = self.tables.has_room_for(MAX_TEXTS)
            && self.visitors.has_room_for(1)
            && self.main.has_room_beside(&self.tail.columns);
        if !has_room {
            return Err(LedgerFull);
        }
        let visitor = self.tables.intern_key(event.visitor);
        let visitor = number(self.visitors.intern(&visitor).ok_or(LedgerFull)?);
        let key = self.tables.intern_key(event.id);
        let Some(place) = self.find(visitor, key) else {
            self.push(visitor, key, event);
            self.len += 1;
            // Most events arrive once. Nothing is recorded for them, and a new key has nothing to remove.
            if arrived != Arrived::ONCE {
                self.set_arrived(visitor, key, arrived);
            }
            return Ok(Arrival::New);
        };
        let arrival = self.compare(event, place);
        let before = self.arrived_at(visitor, key);
        self.set_arrived(visitor, key, before.with(arrived, arrival));
        if let Arrival::Conflict(Survivor::Arrived) | Arrival::Replaced = arrival {
            self.kill(visitor, key, place);
            self.push(visitor, key, event);
        }
        Ok(arrival)
    }

    /// Returns the start and the end of a visitor's events in the main columns.
    fn bounds_of(&self, visitor: u32) -> (Spot, Spot) {
        let start = |visitor: usize| self.extents.get(visitor).map(|extent| extent.start);
        let visitor = visitor as usize;
        match start(visitor) {
            Some(from) => (from, start(visitor + 1).unwrap_or_else(|| self.main.end())),
            None => (self.main.end(), self.main.end()),
        }
    }

    /// Returns the number of events of a visitor, including those replaced since the tail was settled.
    fn count_of(&self, visitor: u32) -> usize {
        let (from, to) = self.bounds_of(visitor);
        (to.event - from.event + self.tail.chain(visitor as usize).len) as usize
    }

    fn find(&self, visitor: u32, key: Key) -> Option<Place> {
        if self.count_of(visitor) >= MANY {
            return self.find_indexed(visitor, key);
        }
        self.places(visitor)
            .find(|place| place.key(&self.main, &self.tail) == key)
    }

    /// Returns the places of a visitor's events, without those that have been replaced.
    fn places(&self, visitor: u32) -> impl Iterator<Item = Place> + '_ {
        let (from, to) = self.bounds_of(visitor);
        let main = self.main.spots(from, to).map(Place::Main);
        let tail = self.tail.spots(visitor as usize).map(Place::Tail);
        main.chain(tail)
    }

    fn find_indexed(&self, visitor: u32, key: Key) -> Option<Place> {
        let is_it = |indexed: &Indexed| {
            indexed.visitor == visitor && indexed.place.key(&self.main, &self.tail) == key
        };
        let hash = self.hasher.hash_one((visitor, key));
        let indexed = self.index.find(hash, is_it)?;
        Some(indexed.place)
    }

    /// Adds an event to the tail, and to the index if its visitor has many.
    fn push(&mut self, visitor: u32, key: Key, event: &BorrowedEvent<'_, Name<'_>>) {
        let spot = self.tail.columns.end();
        self.tail.columns.push(event, key, &mut self.tables);
        self.tail.link(visitor, spot);
        if event.data.event_type() == EventType::VisitorLinked {
            self.linkers.insert(visitor);
        }
        match self.count_of(visitor).cmp(&MANY) {
            Ordering::Less => {}
            Ordering::Equal => self.index_all(visitor),
            Ordering::Greater => self.index_one(visitor, key, Place::Tail(spot)),
        }
        if self.tail.len() >= self.tail_limit() {
            self.settle();
        }
    }

    fn index_one(&mut self, visitor: u32, key: Key, place: Place) {
        let Self {
            index,
            hasher,
            main,
            tail,
            ..
        } = self;
        let hash = hasher.hash_one((visitor, key));
        let indexed = Indexed { visitor, place };
        index.insert_unique(hash, indexed, |indexed| {
            hasher.hash_one((indexed.visitor, indexed.place.key(main, tail)))
        });
    }

    /// Adds all events of a visitor to the index.
    fn index_all(&mut self, visitor: u32) {
        let places: Vec<Place> = self.places(visitor).collect();
        for place in places {
            let key = place.key(&self.main, &self.tail);
            self.index_one(visitor, key, place);
        }
    }

    /// Compares an arrival with the event on record at a place.
    fn compare(&self, event: &BorrowedEvent<'_, Name<'_>>, place: Place) -> Arrival {
        let (columns, spot) = place.columns(&self.main, &self.tail);
        let record = columns.record(spot, &self.tables);
        let on_record = record.borrowed(event.visitor, &self.tables);
        match event.revision.cmp(&record.revision) {
            Ordering::Less => Arrival::Superseded,
            Ordering::Greater => Arrival::Replaced,
            Ordering::Equal if event.is_same_as(&on_record) => Arrival::Duplicate,
            Ordering::Equal => {
                let order = Event::from(*event).survival_cmp(&Event::from(on_record));
                Arrival::Conflict(if order.is_lt() {
                    Survivor::Arrived
                } else {
                    Survivor::OnRecord
                })
            }
        }
    }

    /// Marks an event as replaced and removes it from the index.
    fn kill(&mut self, visitor: u32, key: Key, place: Place) {
        let hash = self.hasher.hash_one((visitor, key));
        let is_it = |indexed: &Indexed| indexed.visitor == visitor && indexed.place == place;
        if let Ok(indexed) = self.index.find_entry(hash, is_it) {
            indexed.remove();
        }
        match place {
            Place::Main(spot) => {
                self.main.kill(spot.event);
                self.dead += 1;
            }
            Place::Tail(spot) => self.tail.columns.kill(spot.event),
        }
    }

    fn arrived_at(&self, visitor: u32, key: Key) -> Arrived {
        let arrived = self.repeats.get(&(visitor, key));
        arrived.copied().unwrap_or(Arrived::ONCE)
    }

    fn set_arrived(&mut self, visitor: u32, key: Key, arrived: Arrived) {
        if arrived == Arrived::ONCE {
            self.repeats.remove(&(visitor, key));
        } else {
            self.repeats.insert((visitor, key), arrived);
        }
    }

    /// Returns the arrivals under ids under which more than one event arrived, each with the visitor.
    pub(in crate::ledger) fn repeats(&self) -> impl Iterator<Item = (Name<'_>, Arrived)> {
        let repeats = self.repeats.iter();
        repeats.map(|((visitor, _), arrived)| (self.name_of(*visitor), *arrived))
    }

    /// Settles the tail after a load if it is long enough, and frees its memory.
    pub(in crate::ledger) fn settle_much(&mut self) {
        if self.tail.len() > self.main.len() / 16 {
            self.settle();
            self.tail = Tail::default();
        }
    }

    /// Returns the length at which the tail is settled.
    fn tail_limit(&self) -> usize {
        SHORT_TAIL.max(self.main.len() / 4)
    }

    /// Moves the events of the tail to their places in the main columns.
    ///
    /// This needs no second copy: the columns are extended first and then filled from the end. The events of each
    /// visitor move up to make room for the late events of the visitors before it.
    fn settle(&mut self) {
        self.remove_dead();
        self.span = widest(self.span, self.tail.columns.span(None));
        self.latest = self.latest.max(self.tail.columns.latest());
        let visitors = self.visitors.len();
        let mut from_end = self.main.end();
        self.extents.reserve_exact(visitors - self.extents.len());
        self.extents.resize(visitors, Extent::at(from_end));
        self.main.grow(self.tail.columns.live());
        let mut end = self.main.end();
        let mut late = Vec::new();
        for (place, extent) in self.extents.iter_mut().enumerate().rev() {
            if from_end == end {
                // There are no further late events, so all earlier events stay in place.
                break;
            }
            late.clear();
            late.extend(self.tail.spots(place));
            let mut in_order = end;
            // The iterator starts with the latest arrival.
            for spot in &late {
                in_order = self.main.put_before(in_order, &self.tail.columns, *spot);
            }
            let start = in_order.less(from_end.less(extent.start));
            self.main.shift(extent.start, from_end, start);
            (from_end, extent.start) = (extent.start, start);
            if !late.is_empty() {
                extent.take_in(self.main.heads(in_order.event, end.event));
                self.main.put_in_order(start, in_order, end, &self.tables);
            }
            end = start;
        }
        self.tail.clear();
        self.tail.reserve(self.tail_limit());
        self.index.clear();
        for visitor in (0..).take(visitors) {
            if self.count_of(visitor) >= MANY {
                self.index_all(visitor);
            }
        }
    }

    /// Removes the events that have been replaced.
    fn remove_dead(&mut self) {
        if self.dead == 0 {
            return;
        }
        let mut end = Spot::default();
        for visitor in (0..).take(self.extents.len()) {
            let (from, to) = self.bounds_of(visitor);
            let start = end;
            let live: Vec<Spot> = self.main.spots(from, to).collect();
            for spot in live {
                let size = self.main.head(spot.event).size();
                self.main.shift(spot, spot.plus(size), end);
                end = end.plus(size);
            }
            // The start of the next visitor has not moved yet.
            self.extents[visitor as usize].start = start;
        }
        self.main.truncate(end);
        self.dead = 0;
        self.span = self.main.span(None);
        self.latest = self.main.latest();
    }
}

impl Shard {
    /// Creates a settled shard. `starts` has the start of each visitor's events, which are in canonical order.
    fn settled(tables: Tables, visitors: Ids, main: Columns, starts: &[Spot]) -> Self {
        let ends = starts.iter().skip(1).copied().chain([main.end()]);
        let extents = starts.iter().zip(ends).map(|(start, end)| {
            let mut extent = Extent::at(*start);
            extent.take_in(main.heads(start.event, end.event));
            extent
        });
        let extents: Vec<Extent> = extents.collect();
        let has_link = |extent: &Extent| extent.types.holds(EventType::VisitorLinked);
        let linkers = (0..).zip(&extents).filter(|(_, extent)| has_link(extent));
        Self {
            len: main.len(),
            span: main.span(None),
            latest: main.latest(),
            linkers: linkers.map(|(visitor, _)| visitor).collect(),
            extents,
            tables,
            visitors,
            main,
            ..Self::default()
        }
    }
}

impl Extent {
    /// Creates the summary of no events.
    fn at(start: Spot) -> Self {
        Self {
            start,
            hours: (i32::MAX, i32::MIN),
            types: Types::default(),
        }
    }

    /// Adds the hours and types of events.
    fn take_in(&mut self, events: &[Head]) {
        for head in events {
            let hour = hour(head.at());
            self.hours = (self.hours.0.min(hour), self.hours.1.max(hour));
            head.event_type()
                .into_iter()
                .for_each(|of| self.types.add(of));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Author, ChatEvent, Event, EventType, WidgetEvent};
    use crate::ledger::Ledger;

    /// Returns a settled ledger with Ann's look at 09:00 and her message at 11:30.
    fn settled() -> Ledger {
        let sent = ChatEvent::MessageSent {
            conversation: "c".parse().unwrap(),
            by: Author::Visitor,
        };
        let event = |id: &str, at: &str, kind: crate::event::EventKind| {
            let at = at.parse().unwrap();
            Event::new(id.parse().unwrap(), at, "ann".parse().unwrap(), kind).unwrap()
        };
        let look = WidgetEvent::Impression.into();
        let mut ledger = Ledger::new();
        let events = [
            event("1", "2026-03-02T09:00:00Z", look),
            event("2", "2026-03-02T11:30:00Z", sent.into()),
        ];
        ledger.record_all(&events).unwrap();
        ledger
    }

    fn at(text: &str) -> Instant {
        Instant::new(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn summary_of_a_settled_visitor_needs_no_events() {
        let ledger = settled();
        let log = ledger.log_of(&"ann".parse().unwrap()).unwrap();
        assert_eq!(log.heads().map(<[_]>::len), Some(2));
        assert_eq!(
            log.types(),
            Types::of([EventType::WidgetImpression, EventType::MessageSent])
        );
        // Known by the hour.
        assert_eq!(log.count_until(at("2026-03-02T12:00:00Z")), Some(2));
        assert_eq!(log.count_until(at("2026-03-02T11:59:59Z")), None);
        let may_lie = |from: &str, to: &str| log.may_lie_in(at(from), at(to));
        assert!(may_lie("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"));
        assert!(may_lie("2026-03-02T11:59:59Z", "2026-03-03T00:00:00Z"));
        assert!(!may_lie("2026-03-02T12:00:00Z", "2026-03-03T00:00:00Z"));
        assert!(may_lie("2026-03-01T00:00:00Z", "2026-03-02T09:00:00Z"));
        assert!(!may_lie("2026-03-01T00:00:00Z", "2026-03-02T08:59:59Z"));
    }

    #[test]
    fn visitor_with_a_late_event_has_no_summary() {
        let mut ledger = settled();
        let at_ten = "2026-03-02T10:00:00Z".parse().unwrap();
        let late = Event::new(
            "3".parse().unwrap(),
            at_ten,
            "ann".parse().unwrap(),
            WidgetEvent::Impression,
        );
        ledger.record(&late.unwrap()).unwrap();
        let log = ledger.log_of(&"ann".parse().unwrap()).unwrap();
        assert!(log.heads().is_none());
        assert_eq!(log.types(), Types::ALL);
        assert_eq!(log.count_until(at("2026-03-03T00:00:00Z")), None);
        assert!(log.may_lie_in(at("2020-01-01T00:00:00Z"), at("2020-01-02T00:00:00Z")));
    }

    #[test]
    fn hours_are_counted_from_1970_in_both_directions() {
        const HOUR: i64 = 3_600_000_000;
        for (micros, expected) in [
            (0, 0),
            (HOUR - 1, 0),
            (HOUR, 1),
            (-1, -1),
            (-HOUR, -1),
            (-HOUR - 1, -2),
            // 2026-03-02T12:00:00Z: 20 514 days and 12 hours.
            ((20_514 * 24 + 12) * HOUR, 492_348),
        ] {
            assert_eq!(hour(Instant::from_micros(micros)), expected, "{micros}");
        }
    }
}
