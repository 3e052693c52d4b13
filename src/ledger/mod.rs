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
//! Visitors are spread over 32 shards by their ids. Shards share nothing; [`read_ndjson`](Ledger::read_ndjson) works on
//! them on all cores. An event takes 16 bytes for its id, 12 for its instant and type, and 4 for each id or text that it
//! names; each distinct id and text is held once a shard. A shop's log takes some 60 bytes an event in all.
//!
//! With the feature `snapshot` a ledger is [saved](Ledger::save) to a file and [opened](Ledger::open) again, whole or not
//! at all.
//!
//! By hand: `A`, `A`, and `A′` (the same visitor and id, a minute later) arrive. `A` survives: 1 event, 1 duplicate, 1
//! conflict, in any order of arrival.

mod columns;
mod interner;
#[cfg(feature = "json")]
mod load;
mod payload;
mod shard;
#[cfg(feature = "snapshot")]
mod snapshot;
mod tables;
mod types;

use std::any::Any;
use std::borrow::Borrow;
use std::fmt;
use std::sync::{Arc, OnceLock};

pub(crate) use columns::Record;
pub(crate) use interner::{Id, Key, Symbol};
#[cfg(feature = "json")]
pub use load::LoadError;
pub(crate) use shard::{Arrived, Shard, VisitorLog};
#[cfg(feature = "snapshot")]
pub use snapshot::{SNAPSHOT_VERSION, SnapshotError};
pub(crate) use tables::Tables;
pub(crate) use types::Types;

use crate::error::FieldError;
use crate::event::{BorrowedEvent, Event, EventRow};
use crate::hash::fnv1a;
use crate::id::VisitorId;
use crate::name::Name;
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
#[derive(Clone, Default)]
pub struct Ledger {
    /// None until the first event, else [`SHARDS`].
    shards: Vec<Shard>,
    kept: Kept,
}

/// What it holds by number, not the events themselves.
impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("visitors", &self.visitor_count())
            .field("events", &self.len())
            .field("duplicates", &self.duplicates())
            .field("conflicts", &self.conflicts())
            .finish_non_exhaustive()
    }
}

/// What was found of all events together, by whoever reads them, until a further one arrives.
#[derive(Debug, Clone, Default)]
struct Kept(OnceLock<Arc<dyn Any + Send + Sync>>);

/// Into how many parts the visitors are split: enough that cores find work of equal size, few enough that a part finds
/// many events in each batch of lines.
const SHARDS: u8 = 32;

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

/// The ledger has no room for an event. It keeps its visitors in 32 parts, and one part holds at most 2^32 − 1 distinct
/// ids, as many other texts, and events that take some 16 GiB; the event that did not fit was not recorded, all before
/// it are. Split the log by visitor over several ledgers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the ledger is full: one of its 32 parts holds 2^32 - 1 texts, ids or fields of events; split the log by visitor"
)]
pub struct LedgerFull;

/// Why a row was not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// It is no event.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The ledger is full.
    #[error(transparent)]
    Full(#[from] LedgerFull),
}

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
        self.record_times(&event.borrowed(), 1)
    }

    /// Records one arrival, given as a row of a table, and tells what became of it.
    ///
    /// # Errors
    /// [`RowError::Field`] where the row is no event, [`RowError::Full`] when it does not fit; the ledger is then as it
    /// was.
    pub fn record_row(&mut self, row: &EventRow<'_>) -> Result<Arrival, RowError> {
        Ok(self.record_times(&row.borrowed()?, 1)?)
    }

    /// Records every event of an iterator and tells what became of them.
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
        for shard in &mut self.shards {
            shard.settle_much();
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
                self.record_times(&event, arrived.same)?;
                if arrived.other > 0 {
                    let shard = &mut self.shards[shard_of(event.visitor)];
                    shard.conflicted_elsewhere(event.visitor, event.id, arrived.other);
                }
            }
        }
        for shard in &mut self.shards {
            shard.settle_much();
        }
        Ok(())
    }

    /// The events on record: by visitor (in byte order of the ids), each visitor's in canonical order. Written out one
    /// a line they are a log that reads back to the same ledger, but for the counters of arrivals. (An event with a text
    /// of many megabytes, which a page, a link or a feedback may have, makes a line that is
    /// [too long](crate::MAX_LINE_BYTES) to be read back.)
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        let logs = self.logs_by_id().into_iter();
        logs.flat_map(|log| log.borrowed().map(Event::from))
    }

    /// How many events are on record.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.len).sum()
    }

    /// Whether no event is on record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many visitors have an event on record.
    #[must_use]
    pub fn visitor_count(&self) -> usize {
        self.shards.iter().map(Shard::visitor_count).sum()
    }

    /// Further arrivals of the content of an event on record.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        total(self.shards.iter().map(|shard| shard.duplicates))
    }

    /// Arrivals whose (`visitor`, `id`) is on record with other content.
    #[must_use]
    pub fn conflicts(&self) -> u64 {
        total(self.shards.iter().map(|shard| shard.conflicts))
    }

    /// How many bytes of memory it takes, as far as it has asked for them: for those who have to share out memory. (The
    /// allocator's own needs are not in it.)
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let shards = self.shards.capacity() * size_of::<Shard>();
        shards + self.shards.iter().map(Shard::heap_bytes).sum::<usize>()
    }

    /// The visitor of each event under whose id more arrived than the event once, and what that was, in no order.
    pub(crate) fn repeats(&self) -> impl Iterator<Item = (Name<'_>, Arrived)> {
        self.shards.iter().flat_map(Shard::repeats)
    }

    pub(crate) fn shards(&self) -> &[Shard] {
        &self.shards
    }

    /// The visitors in the order of their ids.
    pub(crate) fn logs_by_id(&self) -> Vec<VisitorLog<'_>> {
        let mut logs: Vec<VisitorLog<'_>> = self.shards.iter().flat_map(Shard::logs).collect();
        logs.sort_by_cached_key(VisitorLog::name);
        logs
    }

    /// What is on record of a visitor.
    pub(crate) fn log_of(&self, visitor: &VisitorId) -> Option<VisitorLog<'_>> {
        let name = visitor.as_str().into();
        self.shards.get(shard_of(name))?.log_of(name)
    }

    /// The first and the last instant of the survivors that lie at or before `as_of`.
    pub(crate) fn bounds(&self, as_of: Option<Instant>) -> Option<(Instant, Instant)> {
        let spans = self.shards.iter().filter_map(|shard| shard.span(as_of));
        spans.reduce(|(first, last), (earlier, later)| (first.min(earlier), last.max(later)))
    }

    /// What was kept of this type since the last arrival.
    pub(crate) fn kept<T: Any>(&self) -> Option<&T> {
        self.kept.0.get()?.downcast_ref()
    }

    /// Keeps something that holds for all events together, whatever is asked about them.
    pub(crate) fn keep<T: Any + Send + Sync>(&self, found: T) {
        self.kept.0.get_or_init(|| Arc::new(found));
    }

    /// The shards, which are made where there are none, for an arrival.
    fn shards_mut(&mut self) -> &mut [Shard] {
        self.kept = Kept::default();
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS.into(), Shard::default);
        }
        &mut self.shards
    }

    /// Records `times` arrivals of one event.
    fn record_times(
        &mut self,
        event: &BorrowedEvent<'_, Name<'_>>,
        times: u64,
    ) -> Result<Arrival, LedgerFull> {
        self.shards_mut()[shard_of(event.visitor)].record(event, times)
    }
}

/// Which shard a visitor belongs to: the same everywhere, as ledgers are kept in files. So who chooses the visitors' ids
/// can have them all in one, which costs the use of the other cores, and no more.
fn shard_of(visitor: Name<'_>) -> usize {
    let folded = match visitor {
        Name::Uuid(uuid) => {
            let (high, low) = uuid.as_u64_pair();
            high ^ low
        }
        Name::Text(text) => fnv1a(text.bytes()),
    };
    // The upper bits depend on all of these.
    let mixed = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % usize::from(SHARDS)
}

fn total(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

impl Arrivals {
    fn add(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::New => self.new += 1,
            Arrival::Duplicate => self.duplicates += 1,
            Arrival::Conflict => self.conflicts += 1,
        }
    }
}

crate::sums::add_up_by_field!(Arrivals {
    new,
    duplicates,
    conflicts
});

#[cfg(test)]
mod full;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_belongs_to_the_same_shard_everywhere() {
        // Worked out by another program, from the definition.
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
    fn visitors_are_spread_over_all_shards() {
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
