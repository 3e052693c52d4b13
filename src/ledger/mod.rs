//! The log as a set of events. Neither the order of arrival nor repeated arrivals matter.
//!
//! A [`Ledger`] records events in any order and returns what became of each. Of all arrivals with the same (`visitor`,
//! `id`), one **survives**: among those with the highest `revision`, a `retracted` if there is one, else the first in
//! canonical order. If two are equal in that order, their content decides, never the order of arrival. Every other
//! arrival is one of three: a **duplicate** has the survivor's revision and content, a **conflict** has the survivor's
//! revision and other content, and a **superseded** arrival has a lower revision. So retries, replays and corrections
//! are safe in any order, and merging two ledgers is the union of their events, in either order.
//!
//! | figure | meaning | unit | empty |
//! | --- | --- | --- | --- |
//! | [`len`](Ledger::len) | survivors | events | 0 |
//! | [`duplicates`](Ledger::duplicates) | further arrivals of a survivor's revision and content | arrivals | 0 |
//! | [`conflicts`](Ledger::conflicts) | arrivals of a survivor's revision with other content | arrivals | 0 |
//! | [`superseded`](Ledger::superseded) | arrivals of a lower revision than the survivor's | arrivals | 0 |
//!
//! Visitors are distributed over 32 shards by their ids. Shards share no data, so [`read_ndjson`](Ledger::read_ndjson)
//! uses all cores. An event takes 16 bytes for its id, 12 for its instant and type, and 4 for each id or text that it
//! refers to. Each distinct id and text is stored once per shard; an id takes 16 bytes if it is a UUID or has at most 15
//! bytes, and more otherwise. The log of a shop takes about 60 bytes an event in
//! total.
//!
//! With the feature `snapshot`, a ledger can be [saved](Ledger::save) to a file and [opened](Ledger::open) again.
//!
//! Example: `A`, `A` and `A′` arrive, where `A′` has the same visitor and id and is a minute later. `A` survives. The
//! ledger has 1 event, 1 duplicate and 1 conflict, in any order of arrival. If the same event with revision 1 arrives
//! too, it survives: the ledger then has 1 event and 3 superseded arrivals.

mod columns;
mod interner;
mod links;
#[cfg(feature = "json")]
mod load;
mod pages;
mod payload;
mod record;
mod shard;
#[cfg(feature = "snapshot")]
mod snapshot;
mod tables;
pub(crate) mod types;

use links::Links;

use std::any::Any;
use std::borrow::Borrow;
use std::fmt;
use std::sync::{Arc, OnceLock};

pub(crate) use columns::Head;
pub(crate) use interner::{Id, Symbol};
#[cfg(feature = "json")]
pub use load::LoadError;
pub(crate) use record::Record;
use shard::Shard;
pub(crate) use shard::{Arrived, Part, VisitorLog};
#[cfg(feature = "snapshot")]
pub use snapshot::{SNAPSHOT_VERSION, SnapshotError};
pub(crate) use types::Types;

use crate::error::FieldError;
use crate::event::{BorrowedEvent, Event, EventRow};
use crate::hash::fnv1a;
use crate::name::Name;
use crate::time::Instant;

/// A log as a set of events, grouped by visitor.
///
/// ```
/// use convometrics::chrono::DateTime;
/// use convometrics::event::WidgetEvent;
/// use convometrics::ledger::{Arrival, Survivor};
/// use convometrics::{Event, Ledger};
///
/// let at = DateTime::parse_from_rfc3339("2026-03-02T09:00:00Z")?.to_utc();
/// let seen = Event::new("1".parse()?, at, "ann".parse()?, WidgetEvent::Impression)?;
///
/// let mut ledger = Ledger::new();
/// assert_eq!(ledger.record(&seen)?, Arrival::New);
/// assert_eq!(ledger.record(&seen)?, Arrival::Duplicate);
/// // The same id with other content: the event on record is first in canonical order, so it survives.
/// let later = seen.with_seq(1);
/// assert_eq!(ledger.record(&later)?, Arrival::Conflict(Survivor::OnRecord));
/// assert_eq!((ledger.len(), ledger.duplicates(), ledger.conflicts()), (1, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Ledger {
    /// Empty until the first event, then [`SHARDS`].
    shards: Vec<Shard>,
    cache: Cache,
    /// The links between visitors, once they have been resolved; `None` in it if there has never been one. Dropped when
    /// a further event arrives.
    links: OnceLock<Option<Arc<Links>>>,
}

/// Shows the numbers of visitors and events, not the events.
impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("visitors", &self.visitor_count())
            .field("events", &self.len())
            .field("duplicates", &self.duplicates())
            .field("conflicts", &self.conflicts())
            .field("superseded", &self.superseded())
            .finish_non_exhaustive()
    }
}

/// A value computed from all events. It is dropped when a further event arrives.
#[derive(Debug, Clone, Default)]
struct Cache(OnceLock<Arc<dyn Any + Send + Sync>>);

/// The number of shards: enough to give all cores equal work, and few enough that each shard gets many events of a
/// batch of lines.
const SHARDS: u8 = 32;

/// The result of recording an event, compared with the event on record under its (`visitor`, `id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Arrival {
    /// No event was on record. This one is now.
    New,
    /// The event on record has the same revision and content.
    Duplicate,
    /// The event on record has the same revision and other content.
    Conflict(Survivor),
    /// The event on record has a higher revision, and stays on record.
    Superseded,
    /// The event on record had a lower revision. This event has replaced it.
    Replaced,
}

/// Which of two conflicting events is on record now: a `retracted` event if only one of the two is, else the first in
/// canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Survivor {
    /// The event that was on record before.
    OnRecord,
    /// The event that arrived.
    Arrived,
}

/// How many of some arrivals were new, duplicates and so on, each compared with the event on record when it arrived.
///
/// [`Ledger::duplicates`], [`Ledger::conflicts`] and [`Ledger::superseded`] compare with the event that survives in the
/// end, so they do not depend on the order of arrival and can differ. If A′, A′ and A arrive and A survives, the
/// arrivals had 1 duplicate and 1 conflict, and the ledger has 0 duplicates and 2 conflicts. A replaced event is
/// superseded in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Arrivals {
    /// See [`Arrival::New`].
    pub new: u64,
    /// See [`Arrival::Duplicate`].
    pub duplicates: u64,
    /// See [`Arrival::Conflict`].
    pub conflicts: u64,
    /// See [`Arrival::Superseded`].
    pub superseded: u64,
    /// See [`Arrival::Replaced`].
    pub replaced: u64,
}

/// The ledger has no room for an event, which was not recorded; all events before it were.
///
/// A ledger has its visitors in 32 parts. One part holds at most 2^32 − 1 distinct ids, as many other texts, and about
/// 16 GiB of events. Split a larger log by visitor over several ledgers, linked visitors together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the ledger is full: one of its 32 parts holds 2^32 - 1 texts, ids or fields of events; split the log by visitor"
)]
pub struct LedgerFull;

/// A row that could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The row is not an event.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The ledger is full.
    #[error(transparent)]
    Full(#[from] LedgerFull),
}

impl Ledger {
    /// Creates an empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records one arrival and returns what became of it.
    ///
    /// # Errors
    /// [`LedgerFull`] if the event does not fit. The ledger is then unchanged.
    pub fn record(&mut self, event: &Event) -> Result<Arrival, LedgerFull> {
        self.record_arrived(&event.borrowed(), Arrived::ONCE)
    }

    /// Records one arrival from a row of a table and returns what became of it.
    ///
    /// # Errors
    /// [`RowError::Field`] if the row is not an event, [`RowError::Full`] if it does not fit. The ledger is then
    /// unchanged.
    pub fn record_row(&mut self, row: &EventRow<'_>) -> Result<Arrival, RowError> {
        Ok(self.record_arrived(&row.borrowed()?, Arrived::ONCE)?)
    }

    /// Records every event of an iterator and returns what became of them.
    ///
    /// # Errors
    /// [`LedgerFull`] at the first event that does not fit; those before it are recorded.
    pub fn record_all(
        &mut self,
        events: impl IntoIterator<Item = impl Borrow<Event>>,
    ) -> Result<Arrivals, LedgerFull> {
        let mut arrivals = Arrivals::default();
        for event in events {
            arrivals.add(self.record(event.borrow())?);
        }
        self.shards.iter_mut().for_each(Shard::settle_much);
        Ok(arrivals)
    }

    /// Records all arrivals of another ledger, as if they had arrived here. The result is the union of both sets of
    /// events. An event that both ledgers have is a duplicate, so the counters cover all arrivals. Merging a ledger
    /// with a copy of itself changes no other figure.
    ///
    /// ```
    /// use convometrics::event::WidgetEvent;
    /// use convometrics::{Event, Ledger};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// let event = |id: &str| Event::new(id.parse()?, at, "ann".parse()?, WidgetEvent::Impression);
    /// let (mut paris, mut lyon) = (Ledger::new(), Ledger::new());
    /// paris.record_all([event("1")?, event("2")?])?;
    /// lyon.record_all([event("2")?, event("3")?])?;
    /// paris.merge(&lyon)?;
    /// assert_eq!((paris.len(), paris.duplicates()), (3, 1)); // 1, 2 and 3; 2 arrived twice
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`LedgerFull`] at the first event that does not fit; those before it are recorded.
    pub fn merge(&mut self, other: &Self) -> Result<(), LedgerFull> {
        for log in other.shards.iter().flat_map(Shard::logs) {
            for (event, arrived) in log.arrivals() {
                self.record_arrived(&event, arrived)?;
            }
        }
        self.shards.iter_mut().for_each(Shard::settle_much);
        Ok(())
    }

    /// Returns the events on record by visitor id as sent, in byte order of the ids, and for each id in canonical order.
    ///
    /// Written one a line, they are a log that reads back to the same ledger except for the counters of arrivals. (A
    /// page, a link or a feedback of many megabytes makes a line that is [too long](crate::event::MAX_LINE_BYTES) to
    /// read back.)
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        let logs = by_id(self.shards.iter().flat_map(Shard::logs)).into_iter();
        logs.flat_map(|log| log.arrivals().map(|(event, _)| Event::from(event)))
    }

    /// Returns the number of events on record.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.len).sum()
    }

    /// Returns whether no event is on record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of visitors that have an event on record. Visitors who are linked count once.
    #[must_use]
    pub fn visitor_count(&self) -> usize {
        self.parts().iter().map(Part::len).sum()
    }

    /// Returns the number of further arrivals of the revision and content of an event on record.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.arrivals(Arrived::duplicates)
    }

    /// Returns the number of arrivals whose (`visitor`, `id`) is on record with the same revision and other content.
    #[must_use]
    pub fn conflicts(&self) -> u64 {
        self.arrivals(|arrived| arrived.other)
    }

    /// Returns the number of arrivals whose (`visitor`, `id`) is on record with a higher revision.
    #[must_use]
    pub fn superseded(&self) -> u64 {
        self.arrivals(|arrived| arrived.superseded)
    }

    /// Adds up a number of each of the ids under which more than one event arrived.
    fn arrivals(&self, number: impl Fn(Arrived) -> u64) -> u64 {
        let numbers = self.repeats().map(|(_, arrived)| number(arrived));
        numbers.fold(0, u64::saturating_add)
    }

    /// Returns the number of bytes that the ledger has allocated, without the overhead of the allocator.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let shards = self.shards.capacity() * size_of::<Shard>();
        let links = self.links.get().and_then(Option::as_ref);
        let merged = links.map_or(0, |links| links.heap_bytes());
        shards + merged + self.shards.iter().map(Shard::heap_bytes).sum::<usize>()
    }

    /// Returns the arrivals under ids under which more than one event arrived, each with the visitor, in no order.
    pub(crate) fn repeats(&self) -> impl Iterator<Item = (Name<'_>, Arrived)> {
        let links = self.links();
        let repeats = self.shards.iter().flat_map(Shard::repeats);
        repeats.map(move |(id, arrived)| {
            let visitor = links.map_or(id, |links| links.name_of(id));
            (visitor, arrived)
        })
    }

    /// Returns the events of all visitors, in the order of the visitors' names.
    pub(crate) fn logs_by_id(&self) -> Vec<VisitorLog<'_>> {
        by_id(self.parts().into_iter().flat_map(Part::logs))
    }

    /// Returns the latest instant of the survivors.
    pub(crate) fn latest(&self) -> Option<Instant> {
        self.shards.iter().filter_map(Shard::latest).max()
    }

    /// Returns the first and the last instant of the survivors at or before `as_of`, retractions excepted.
    pub(crate) fn bounds(&self, as_of: Option<Instant>) -> Option<(Instant, Instant)> {
        let spans = self.shards.iter().map(|shard| shard.span(as_of));
        spans.fold(None, columns::widest)
    }

    /// Returns the cached value of this type, if one was cached since the last arrival.
    pub(crate) fn cached<T: Any>(&self) -> Option<&T> {
        self.cache.0.get()?.downcast_ref()
    }

    /// Caches a value that was computed from all events, until the next arrival.
    pub(crate) fn cache<T: Any + Send + Sync>(&self, value: T) {
        self.cache.0.get_or_init(|| Arc::new(value));
    }

    /// Returns the shards for an arrival. They are created if there are none.
    fn shards_mut(&mut self) -> &mut [Shard] {
        self.cache = Cache::default();
        self.links = OnceLock::new();
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS.into(), Shard::default);
        }
        &mut self.shards
    }

    /// Records all arrivals under the id of an event that survives among them.
    fn record_arrived(
        &mut self,
        event: &BorrowedEvent<'_, Name<'_>>,
        arrived: Arrived,
    ) -> Result<Arrival, LedgerFull> {
        self.shards_mut()[shard_of(event.visitor)].record(event, arrived)
    }
}

fn by_id<'a>(logs: impl Iterator<Item = VisitorLog<'a>>) -> Vec<VisitorLog<'a>> {
    let mut logs: Vec<VisitorLog<'a>> = logs.collect();
    logs.sort_by_cached_key(VisitorLog::name);
    logs
}

/// Returns the shard of a visitor. It is the same on every machine, as snapshots depend on it. So visitor ids can be
/// chosen that all fall into one shard; this only costs the use of the other cores.
fn shard_of(visitor: Name<'_>) -> usize {
    let folded = match visitor {
        Name::Uuid(uuid) => {
            let (high, low) = uuid.as_u64_pair();
            high ^ low
        }
        Name::Short(short) => fnv1a(short.bytes()),
        Name::Text(text) => fnv1a(text.bytes()),
    };
    // The upper bits depend on all bits.
    let mixed = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % usize::from(SHARDS)
}

impl Arrivals {
    /// Counts one arrival.
    pub fn add(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::New => self.new += 1,
            Arrival::Duplicate => self.duplicates += 1,
            Arrival::Conflict(_) => self.conflicts += 1,
            Arrival::Superseded => self.superseded += 1,
            Arrival::Replaced => self.replaced += 1,
        }
    }
}

crate::sums::add_up_by_field!(Arrivals {
    new,
    duplicates,
    conflicts,
    superseded,
    replaced
});

#[cfg(test)]
mod full;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shard_of_a_visitor_is_the_same_everywhere() {
        // Computed by another program from the definition.
        for (visitor, shard) in [
            ("ann", 31),
            ("ben", 4),
            ("é💬", 28),
            ("0f8fad5b-d9cb-469f-a165-70867728950e", 30),
            ("ffffffff-ffff-4fff-bfff-ffffffffffff", 3),
        ] {
            assert_eq!(shard_of(visitor.into()), shard, "{visitor}");
        }
    }

    #[test]
    fn visitors_are_distributed_over_all_shards() {
        let forms: [fn(u64) -> String; 3] = [
            |number| number.to_string(),
            |number| format!("visitor-{number:08}@shop.example"),
            |number| format!("0f8fad5b-d9cb-469f-a165-{number:012x}"),
        ];
        for form in forms {
            let mut counts = [0; SHARDS as usize];
            for number in 0..6_400 {
                counts[shard_of(form(number).as_str().into())] += 1;
            }
            assert!(
                counts.iter().all(|count| (100..400).contains(count)),
                "{counts:?}"
            );
        }
    }
}
