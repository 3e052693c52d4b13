//! The events of a ledger in three columns.
//!
//! | column | bytes an event | holds |
//! | --- | --- | --- |
//! | keys | 16 | the event's id |
//! | heads | 12 | the instant, the type, the flag bits and the length of the payload |
//! | words | 4 a word | the payload: `seq`, revision, session and page if present, and the fields of the type |
//!
//! Most readers only need the instant and the type, which are 12 adjacent bytes.

use super::interner::Key;
#[cfg(feature = "snapshot")]
use super::payload::Corrupt;
use super::payload::{PayloadReader, PayloadWriter, Size, halves, joined};
use super::record::Record;
use super::tables::Tables;
use crate::event::{BorrowedEvent, EventType};
use crate::name::Name;
use crate::time::Instant;

/// The instant, the type and the layout of the payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    /// The lower and the upper half of the instant's microseconds.
    at: [u32; 2],
    pub(super) tag: u32,
}

// The tag, from its lowest bit: 5 bits for the type, 11 for the flag bits of the payload, 4 for the number of its
// words. It is part of the snapshot format.
const TYPE: u32 = 0x1f;
/// Marks an event that has been replaced, in place of a type.
const DEAD: u32 = TYPE;
const FLAGS: u32 = 5;
const WORDS: u32 = 16;
#[cfg(feature = "snapshot")]
const END: u32 = 20;

/// The maximum number of events, and of words. It is small in the unit tests, which fill a ledger.
pub(super) const MOST: usize = if cfg!(test) {
    50_000
} else {
    u32::MAX as usize
};

/// The number of words to reserve for an event. Most events have fewer.
const USUAL_WORDS: usize = 3;

const _: () = assert!(
    EventType::ALL.len() <= DEAD as usize
        && Size::MAX.bits <= (WORDS - FLAGS) as usize
        && Size::MAX.words < 16
);

impl Head {
    pub(crate) fn at(self) -> Instant {
        Instant::from_micros(joined(self.at).cast_signed())
    }

    /// Returns the type, or `None` if the event has been replaced.
    pub(crate) fn event_type(self) -> Option<EventType> {
        (!self.is_dead()).then(|| EventType::ALL[(self.tag & TYPE) as usize])
    }

    pub(super) const fn is_dead(self) -> bool {
        self.tag & TYPE == DEAD
    }

    /// Returns whether it is an event that says something: neither replaced nor a retraction.
    fn stands(self) -> bool {
        self.event_type()
            .is_some_and(|of| of != EventType::Retracted)
    }

    /// The head of an event that is still to be filled in.
    const FILLER: Self = Self {
        at: [0; 2],
        tag: DEAD,
    };

    /// Returns the size of the event and its words.
    pub(super) const fn size(self) -> Spot {
        Spot {
            event: 1,
            word: self.tag >> WORDS,
        }
    }

    /// Returns the head with this tag, or `None` if no event has such a tag.
    #[cfg(feature = "snapshot")]
    pub(super) fn new(at: Instant, tag: u32) -> Option<Self> {
        let at = halves(at.micros().cast_unsigned());
        let is_type = ((tag & TYPE) as usize) < EventType::ALL.len();
        (is_type && tag >> END == 0).then_some(Self { at, tag })
    }

    /// Returns the flag bits of the payload.
    const fn flags(self) -> u32 {
        self.tag >> FLAGS & ((1 << (WORDS - FLAGS)) - 1)
    }
}

/// The place of an event in the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spot {
    pub(super) event: u32,
    /// The first word.
    pub(super) word: u32,
}

impl Spot {
    pub(super) const fn plus(self, size: Self) -> Self {
        Self {
            event: self.event + size.event,
            word: self.word + size.word,
        }
    }

    /// Returns the distance from an earlier spot, or the spot at a distance before this one.
    pub(super) const fn less(self, other: Self) -> Self {
        const REASON: &str = "the other spot is not after this one";
        Self {
            event: self.event.checked_sub(other.event).expect(REASON),
            word: self.word.checked_sub(other.word).expect(REASON),
        }
    }
}

/// The first and the last instant of some events; `None` if there are none.
pub(super) type Span = Option<(Instant, Instant)>;

pub(super) fn widest(a: Span, b: Span) -> Span {
    match (a, b) {
        (Some((first, last)), Some((earlier, later))) => {
            Some((first.min(earlier), last.max(later)))
        }
        (a, b) => a.or(b),
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub(super) keys: Vec<Key>,
    pub(super) heads: Vec<Head>,
    pub(super) words: Vec<u32>,
}

impl Columns {
    pub(super) fn heap_bytes(&self) -> usize {
        self.keys.capacity() * size_of::<Key>()
            + self.heads.capacity() * size_of::<Head>()
            + self.words.capacity() * size_of::<u32>()
    }

    /// Reserves room for this number of events.
    pub(super) fn reserve(&mut self, events: usize) {
        self.keys.reserve_exact(events);
        self.heads.reserve_exact(events);
        self.words.reserve_exact(events * USUAL_WORDS);
    }

    /// Grows by events that are to be filled in.
    pub(super) fn grow(&mut self, by: Spot) {
        fn grow<T: Clone>(column: &mut Vec<T>, by: u32, filler: T) {
            column.reserve_exact(by as usize);
            column.resize(column.len() + by as usize, filler);
        }
        grow(&mut self.keys, by.event, Key::default());
        grow(&mut self.heads, by.event, Head::FILLER);
        grow(&mut self.words, by.word, 0);
    }

    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    /// Returns whether these events, those of other columns and one more fit together.
    pub(super) fn has_room_beside(&self, other: &Self) -> bool {
        let words = self.words.len() + other.words.len() + Size::MAX.words;
        // The greatest number stands for no event.
        let events = self.heads.len() + other.heads.len() + 2;
        words.max(events) <= MOST
    }

    /// Returns the spot after the last event.
    pub(super) fn end(&self) -> Spot {
        const REASON: &str = "`has_room_beside` limits the columns to 2^32 - 1";
        Spot {
            event: u32::try_from(self.heads.len()).expect(REASON),
            word: u32::try_from(self.words.len()).expect(REASON),
        }
    }

    pub(super) fn head(&self, event: u32) -> Head {
        self.heads[event as usize]
    }

    pub(super) fn key(&self, event: u32) -> Key {
        self.keys[event as usize]
    }

    pub(super) fn heads(&self, from: u32, to: u32) -> &[Head] {
        &self.heads[from as usize..to as usize]
    }

    /// Marks an event as replaced.
    pub(super) fn kill(&mut self, event: u32) {
        self.heads[event as usize].tag |= DEAD;
    }

    /// Appends an event of other columns.
    fn copy(&mut self, from: &Self, spot: Spot) {
        let head = from.head(spot.event);
        self.keys.push(from.key(spot.event));
        self.heads.push(head);
        self.words.extend_from_slice(from.words_at(spot, head));
    }

    /// Moves the events between two spots to another spot.
    pub(super) fn shift(&mut self, from: Spot, to: Spot, start: Spot) {
        fn shift<T: Copy>(column: &mut [T], from: u32, to: u32, start: u32) {
            if from != start {
                column.copy_within(from as usize..to as usize, start as usize);
            }
        }
        shift(&mut self.keys, from.event, to.event, start.event);
        shift(&mut self.heads, from.event, to.event, start.event);
        shift(&mut self.words, from.word, to.word, start.word);
    }

    /// Fills in an event of other columns so that it ends at a spot, and returns the spot where it starts.
    pub(super) fn put_before(&mut self, end: Spot, other: &Self, spot: Spot) -> Spot {
        let head = other.head(spot.event);
        let start = end.less(head.size());
        self.keys[start.event as usize] = other.key(spot.event);
        self.heads[start.event as usize] = head;
        self.words[start.word as usize..end.word as usize]
            .copy_from_slice(other.words_at(spot, head));
        start
    }

    /// Sorts the events between two spots into canonical order. Those before `in_order` are sorted already.
    pub(super) fn put_in_order(
        &mut self,
        start: Spot,
        in_order: Spot,
        mut end: Spot,
        tables: &Tables,
    ) {
        let last_in_order = in_order.event.saturating_sub(1).max(start.event);
        let late = self.heads(last_in_order, end.event);
        if late.is_sorted_by(|a, b| a.at() < b.at()) {
            return;
        }
        let mut events: Vec<(Record, Spot)> = self
            .spots(start, end)
            .map(|spot| (self.record(spot, tables), spot))
            .collect();
        events.sort_unstable_by(|(a, _), (b, _)| a.canonical_cmp(b, tables));
        let mut sorted = Self::default();
        for (_, spot) in events {
            sorted.copy(self, spot);
        }
        let spots: Vec<Spot> = sorted.spots(Spot::default(), sorted.end()).collect();
        for spot in spots.into_iter().rev() {
            end = self.put_before(end, &sorted, spot);
        }
    }

    /// Returns the first and the last instant of the events at or before `as_of`, retractions excepted.
    pub(super) fn span(&self, as_of: Option<Instant>) -> Span {
        let standing = self.heads.iter().filter(|head| head.stands());
        let visible = standing
            .map(|head| head.at())
            .filter(|at| as_of.is_none_or(|as_of| *at <= as_of));
        visible.fold(None, |span, at| widest(span, Some((at, at))))
    }

    /// Returns the latest instant of the events.
    pub(super) fn latest(&self) -> Option<Instant> {
        let live = self.heads.iter().filter(|head| !head.is_dead());
        live.map(|head| head.at()).max()
    }

    /// Returns the number of events that have not been replaced, and of their words.
    pub(super) fn live(&self) -> Spot {
        let live = self.heads.iter().filter(|head| !head.is_dead());
        live.fold(Spot::default(), |sum, head| sum.plus(head.size()))
    }

    /// Removes everything from this spot on.
    pub(super) fn truncate(&mut self, end: Spot) {
        self.keys.truncate(end.event as usize);
        self.heads.truncate(end.event as usize);
        self.words.truncate(end.word as usize);
    }

    fn words_at(&self, spot: Spot, head: Head) -> &[u32] {
        let start = spot.word as usize;
        &self.words[start..start + head.size().word as usize]
    }

    /// Reads an event that has not been replaced.
    pub(super) fn record(&self, spot: Spot, tables: &Tables) -> Record {
        let head = self.head(spot.event);
        self.payload(spot, head, tables)
            .read(head.at(), head.event_type(), self.key(spot.event))
            .expect(
                "`push` writes and `checked_record` checks payloads; `spots` returns live events",
            )
    }

    /// Returns the event at a spot, whose payload was read from a file.
    #[cfg(feature = "snapshot")]
    pub(super) fn checked_record(&self, spot: Spot, tables: &Tables) -> Result<Record, Corrupt> {
        let head = self.head(spot.event);
        let mut reader = self.payload(spot, head, tables);
        let record = reader.read(head.at(), head.event_type(), self.key(spot.event))?;
        reader.is_at_end().then_some(record).ok_or(Corrupt)
    }

    fn payload<'a>(&'a self, spot: Spot, head: Head, tables: &'a Tables) -> PayloadReader<'a> {
        PayloadReader::new(self.words_at(spot, head), head.flags(), tables)
    }

    /// Returns the spots of the events between two spots, without those that have been replaced.
    pub(super) fn spots(&self, from: Spot, to: Spot) -> impl Iterator<Item = Spot> + '_ {
        let mut at = from;
        let heads = self.heads(from.event, to.event).iter();
        heads.filter_map(move |head| {
            let here = at;
            at = at.plus(head.size());
            (!head.is_dead()).then_some(here)
        })
    }

    /// Appends an event. The tables have room for its texts.
    pub(super) fn push(
        &mut self,
        event: &BorrowedEvent<'_, Name<'_>>,
        key: Key,
        tables: &mut Tables,
    ) {
        let start = self.words.len();
        let flags = PayloadWriter::write(event, &mut self.words, tables);
        let words =
            u32::try_from(self.words.len() - start).expect("a payload has fewer than 16 words");
        let tag = event.data.event_type() as u32 | flags << FLAGS | words << WORDS;
        self.heads.push(Head {
            at: halves(event.at.micros().cast_unsigned()),
            tag,
        });
        self.keys.push(key);
    }
}
