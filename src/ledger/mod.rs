//! The log as a set: every event once, whatever the order and number of its arrivals.
//!
//! A [`Ledger`] takes events in any order and tells what became of each. Of all arrivals with one (`visitor`, `id`) one
//! **survives**: the first in canonical order, and of two at the same place there one chosen by content alone, never by
//! order of arrival. Every further arrival of the survivor's content is a **duplicate**, every arrival of other content
//! a **conflict**. So retries and replays are safe, and merging two ledgers is the union of their events, in either
//! order.
//!
//! | figure | meaning | unit | empty |
//! | --- | --- | --- | --- |
//! | [`len`](Ledger::len) | survivors | events | 0 |
//! | [`duplicates`](Ledger::duplicates) | further arrivals of a survivor's content | arrivals | 0 |
//! | [`conflicts`](Ledger::conflicts) | arrivals of other content under a survivor's id | arrivals | 0 |
//!
//! By hand: `A`, `A`, and `A′` (the same visitor and id, a minute later) arrive. `A` survives: 1 event, 1 duplicate, 1
//! conflict, in any order of arrival.

mod interner;
mod key;
mod record;

use std::borrow::Borrow;

use hashbrown::HashMap;

pub(crate) use interner::Symbol;
pub(crate) use key::{EventKey, EventName};
pub(crate) use record::{By, Fact, Record, Tables};

use crate::event::Event;
use crate::time::Instant;

/// The log as a set of events, grouped by visitor.
///
/// ```
/// use chrono::DateTime;
/// use convometrics::{Arrival, Event, Ledger, WidgetEvent};
///
/// let at = DateTime::parse_from_rfc3339("2026-03-02T09:00:00Z")?.to_utc();
/// let seen = Event::new("1".parse()?, at, "ann".parse()?, WidgetEvent::Impression)?;
///
/// let mut ledger = Ledger::new();
/// assert_eq!(ledger.record(&seen)?, Arrival::New);
/// assert_eq!(ledger.record(&seen)?, Arrival::Duplicate);
/// // The same id with other content: the event on record stands first in canonical order, so it stays.
/// assert_eq!(ledger.record(&seen.with_seq(1))?, Arrival::Conflict);
/// assert_eq!((ledger.len(), ledger.duplicates(), ledger.conflicts()), (1, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    tables: Tables,
    visitors: Vec<VisitorLog>,
    /// The place of each visitor in `visitors`.
    places: HashMap<Symbol, u32>,
    /// How many survivors there are.
    len: usize,
    /// How often a survivor's content arrived, where that is more than once; by place of the visitor and event id.
    repeats: HashMap<(u32, EventKey), u64>,
    duplicates: u64,
    conflicts: u64,
}

/// One visitor's survivors, in order of arrival.
#[derive(Debug, Clone)]
pub(crate) struct VisitorLog {
    pub(crate) visitor: Symbol,
    pub(crate) records: Vec<Record>,
    /// Whether that happens to be the canonical order, as it is for a log written as things happened.
    pub(crate) canonical: bool,
    /// The place of each id among the records, where there are many.
    index: Option<Box<HashMap<EventKey, u32>>>,
}

impl VisitorLog {
    /// With fewer records than this, they are looked through for an id: they lie side by side.
    const MANY: usize = 32;

    fn find(&self, id: EventKey) -> Option<u32> {
        if let Some(index) = &self.index {
            return index.get(&id).copied();
        }
        let mut numbered = (0..).zip(&self.records);
        numbered.find_map(|(place, record)| (record.id == id).then_some(place))
    }

    /// Adds a record whose id is new.
    fn push(&mut self, place: u32, record: Record) {
        self.records.push(record);
        if let Some(index) = &mut self.index {
            index.insert(record.id, place);
        } else if self.records.len() >= Self::MANY {
            let ids = self.records.iter().map(|record| record.id);
            self.index = Some(Box::new(ids.zip(0..).collect()));
        }
    }
}

/// What became of an event that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Arrival {
    /// No event with its (`visitor`, `id`) was on record; now it is.
    New,
    /// The event on record has the same content.
    Duplicate,
    /// The event on record has other content. The first of the two in canonical order is now the one on record.
    Conflict,
}

/// How many of the events that arrived were new, duplicates and conflicts, each against what was on record when it
/// arrived.
///
/// [`Ledger::duplicates`] and [`Ledger::conflicts`] count against the event that survives in the end, whatever the
/// order of arrival, and may differ: where A′, A′ and A arrive and A survives, 1 duplicate and 1 conflict were met on
/// the way, and the ledger has 0 duplicates and 2 conflicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Arrivals {
    /// See [`Arrival::New`].
    pub new: u64,
    /// See [`Arrival::Duplicate`].
    pub duplicates: u64,
    /// See [`Arrival::Conflict`].
    pub conflicts: u64,
}

/// The ledger has no room for an event. It holds 2^32 − 1 distinct texts (ids, pages, …), as many visitors, and as many
/// events of one visitor; the event that did not fit was not recorded, all before it are. Split the log by visitor over
/// several ledgers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the ledger is full: it holds 2^32 - 1 distinct texts, visitors or events of one visitor; split the log by visitor"
)]
pub struct LedgerFull;

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records one arrival and tells what became of it.
    ///
    /// # Errors
    /// [`LedgerFull`] when it does not fit; the ledger is then as it was.
    pub fn record(&mut self, event: &Event) -> Result<Arrival, LedgerFull> {
        self.record_times(event, 1)
    }

    /// Records every event of an iterator and tells what became of them.
    ///
    /// # Errors
    /// [`LedgerFull`] at the first event that does not fit; those before it are recorded.
    pub fn extend(
        &mut self,
        events: impl IntoIterator<Item = impl Borrow<Event>>,
    ) -> Result<Arrivals, LedgerFull> {
        let mut arrivals = Arrivals::default();
        for event in events {
            match self.record(event.borrow())? {
                Arrival::New => arrivals.new += 1,
                Arrival::Duplicate => arrivals.duplicates += 1,
                Arrival::Conflict => arrivals.conflicts += 1,
            }
        }
        Ok(arrivals)
    }

    /// Records all that arrived at another ledger, as if it had arrived here: the union of both sets of events, in either
    /// order. An event that both hold is a duplicate, so that the counters speak of all arrivals; merging a ledger with a
    /// copy of itself changes no other figure.
    ///
    /// ```
    /// use convometrics::{Event, Ledger, WidgetEvent};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// let event = |id: &str| Event::new(id.parse()?, at, "ann".parse()?, WidgetEvent::Impression);
    /// let (mut paris, mut lyon) = (Ledger::new(), Ledger::new());
    /// paris.extend([event("1")?, event("2")?])?;
    /// lyon.extend([event("2")?, event("3")?])?;
    /// paris.merge(&lyon)?;
    /// assert_eq!((paris.len(), paris.duplicates()), (3, 1)); // 1, 2 and 3; 2 arrived twice
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`LedgerFull`] at the first event that does not fit; those before it are recorded.
    pub fn merge(&mut self, other: &Self) -> Result<(), LedgerFull> {
        for (place, log) in (0..).zip(&other.visitors) {
            for record in &log.records {
                let times = other.repeats.get(&(place, record.id)).copied().unwrap_or(1);
                self.record_times(&other.tables.event(log.visitor, record), times)?;
            }
        }
        self.conflicts = self.conflicts.saturating_add(other.conflicts);
        Ok(())
    }

    /// The events on record: by visitor (in byte order of the ids), each visitor's in canonical order. Written out one
    /// a line they are a log that reads back to the same ledger, but for the counters of arrivals.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.logs_by_id().into_iter().flat_map(move |log| {
            let mut records = log.records.clone();
            self.sort(log, &mut records);
            let visitor = log.visitor;
            records
                .into_iter()
                .map(move |record| self.tables.event(visitor, &record))
        })
    }

    /// How many events are on record.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no event is on record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many visitors have an event on record.
    #[must_use]
    pub fn visitor_count(&self) -> usize {
        self.visitors.len()
    }

    /// Further arrivals of the content of an event on record.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Arrivals whose (`visitor`, `id`) is on record with other content.
    #[must_use]
    pub fn conflicts(&self) -> u64 {
        self.conflicts
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    pub(crate) fn logs(&self) -> &[VisitorLog] {
        &self.visitors
    }

    /// The visitors in the order of their ids.
    pub(crate) fn logs_by_id(&self) -> Vec<&VisitorLog> {
        let mut visitors: Vec<&VisitorLog> = self.visitors.iter().collect();
        visitors.sort_unstable_by_key(|log| self.tables.text(log.visitor));
        visitors
    }

    /// What is on record of a visitor.
    pub(crate) fn log_of(&self, visitor: &str) -> Option<&VisitorLog> {
        let place = self.places.get(&self.tables.texts.get(visitor)?)?;
        self.visitors.get(*place as usize)
    }

    /// The first and the last instant of the survivors that lie at or before `as_of`.
    pub(crate) fn bounds(&self, as_of: Option<Instant>) -> Option<(Instant, Instant)> {
        let visible = self
            .visitors
            .iter()
            .flat_map(|log| &log.records)
            .map(|record| record.at)
            .filter(|at| as_of.is_none_or(|as_of| *at <= as_of));
        visible.fold(None, |bounds, at| match bounds {
            None => Some((at, at)),
            Some((first, last)) => Some((at.min(first), at.max(last))),
        })
    }

    /// Puts records of this visitor into canonical order.
    pub(crate) fn sort(&self, log: &VisitorLog, records: &mut [Record]) {
        if !log.canonical {
            records.sort_unstable_by(|a, b| self.tables.canonical_cmp(a, b));
        }
    }

    /// Records `times` arrivals of one event.
    fn record_times(&mut self, event: &Event, times: u64) -> Result<Arrival, LedgerFull> {
        if !self.tables.has_room() {
            return Err(LedgerFull);
        }
        let place = self.place(event.visitor.as_str())?;
        let known = self.tables.key(event.id.as_str());
        let log = self.visitors.get(place as usize).ok_or(LedgerFull)?;
        let survivor = known.and_then(|id| Some((id, log.find(id)?)));
        match survivor {
            None => self.add(place, event, times),
            Some((id, index)) => self.compare(place, id, index, event, times),
        }
    }

    /// The place of a visitor, a new one where it is new.
    fn place(&mut self, visitor: &str) -> Result<u32, LedgerFull> {
        let visitor = self.tables.texts.intern(visitor).ok_or(LedgerFull)?;
        if let Some(place) = self.places.get(&visitor) {
            return Ok(*place);
        }
        let place = u32::try_from(self.visitors.len()).map_err(|_| LedgerFull)?;
        self.visitors.push(VisitorLog {
            visitor,
            records: Vec::new(),
            canonical: true,
            index: None,
        });
        self.places.insert(visitor, place);
        Ok(place)
    }

    fn add(&mut self, place: u32, event: &Event, times: u64) -> Result<Arrival, LedgerFull> {
        let log = self.visitors.get_mut(place as usize).ok_or(LedgerFull)?;
        let index = u32::try_from(log.records.len()).map_err(|_| LedgerFull)?;
        let record = self.tables.record(event).ok_or(LedgerFull)?;
        log.canonical &= log
            .records
            .last()
            .is_none_or(|last| self.tables.canonical_cmp(last, &record).is_lt());
        log.push(index, record);
        self.len += 1;
        self.count(place, record.id, times);
        self.duplicates = self.duplicates.saturating_add(times - 1);
        Ok(Arrival::New)
    }

    /// An arrival whose id is on record: of two contents the first in canonical order stays.
    fn compare(
        &mut self,
        place: u32,
        id: EventKey,
        index: u32,
        event: &Event,
        times: u64,
    ) -> Result<Arrival, LedgerFull> {
        let log = self.visitors.get_mut(place as usize).ok_or(LedgerFull)?;
        let slot = log.records.get_mut(index as usize).ok_or(LedgerFull)?;
        let standing = self.tables.event(log.visitor, slot);
        let before = self.repeats.get(&(place, id)).copied().unwrap_or(1);
        match event.survival_cmp(&standing) {
            std::cmp::Ordering::Equal => {
                self.count(place, id, before.saturating_add(times));
                self.duplicates = self.duplicates.saturating_add(times);
                Ok(Arrival::Duplicate)
            }
            std::cmp::Ordering::Greater => {
                self.conflicts = self.conflicts.saturating_add(times);
                Ok(Arrival::Conflict)
            }
            std::cmp::Ordering::Less => {
                *slot = self.tables.record(event).ok_or(LedgerFull)?;
                log.canonical &= log.records.len() == 1;
                self.count(place, id, times);
                self.duplicates = (self.duplicates - (before - 1)).saturating_add(times - 1);
                self.conflicts = self.conflicts.saturating_add(before);
                Ok(Arrival::Conflict)
            }
        }
    }

    fn count(&mut self, place: u32, id: EventKey, times: u64) {
        if times > 1 {
            self.repeats.insert((place, id), times);
        } else {
            self.repeats.remove(&(place, id));
        }
    }
}
