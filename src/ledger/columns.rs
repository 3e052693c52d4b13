//! Events as the ledger holds them, in three columns: their ids, their instants and types, and what else they say.
//!
//! | column | bytes an event | holds |
//! | --- | --- | --- |
//! | keys | 16 | the event's id |
//! | heads | 12 | its instant and its type, and how many words it has |
//! | words | 4 each | `seq`, session and page where there are any, and what its type has: ids and texts by number, money |
//!
//! So what is asked of most events, when and what, is 12 bytes side by side.

use super::interner::{Id, Key, Symbol};
use super::tables::Tables;
use super::words::{MOST_WORDS, Reader, Writer, halves};
use crate::event::{EventType, Fact, Parts};
use crate::name::Name;
use crate::time::Instant;

/// An event, unpacked; its texts by symbol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    pub(crate) at: Instant,
    pub(crate) seq: u32,
    pub(crate) key: Key,
    pub(crate) session: Option<Id>,
    pub(crate) page: Option<Symbol>,
    pub(crate) fact: Fact<Id, Symbol>,
}

/// When and what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    /// Of the instant's microseconds the lower and the upper half.
    at: [u32; 2],
    tag: u32,
}

// The tag, from its lowest bit: 5 bits for the type, 3 for what words there are, 8 for details of the type, 4 for the
// number of words. It is a part of the format of snapshots.
const TYPE: u32 = 0x1f;
/// In the place of a type: the event has been replaced.
const DEAD: u32 = TYPE;
const HAS_SEQ: u32 = 1 << 5;
const HAS_SESSION: u32 = 1 << 6;
const HAS_PAGE: u32 = 1 << 7;
const DETAIL: u32 = 8;
const WORDS: u32 = 16;

/// As many events, and as many words, are held at most. Fewer in the tests of the crate, which fill a ledger.
pub(super) const MOST: usize = if cfg!(test) {
    50_000
} else {
    u32::MAX as usize
};

/// What most events have fewer of.
const USUAL_WORDS: usize = 3;

const _: () = assert!(EventType::ALL.len() <= DEAD as usize && MOST_WORDS < 16);

impl Head {
    pub(crate) fn at(self) -> Instant {
        let [low, high] = self.at.map(u64::from);
        Instant::from_micros((low | high << 32).cast_signed())
    }

    /// `None` where it has been replaced.
    pub(crate) fn event_type(self) -> Option<EventType> {
        EventType::ALL.get((self.tag & TYPE) as usize).copied()
    }

    pub(super) const fn is_dead(self) -> bool {
        self.tag & TYPE == DEAD
    }

    /// Stands where an event is to be filled in.
    const FILLER: Self = Self {
        at: [0; 2],
        tag: DEAD,
    };

    /// The event itself, and its words.
    const fn size(self) -> Spot {
        Spot {
            event: 1,
            word: self.words(),
        }
    }

    #[cfg(feature = "snapshot")]
    pub(super) const fn new(at: Instant, tag: u32) -> Self {
        let at = halves(at.micros().cast_unsigned());
        Self { at, tag }
    }

    #[cfg(feature = "snapshot")]
    pub(super) const fn tag(self) -> u32 {
        self.tag
    }

    const fn words(self) -> u32 {
        self.tag >> WORDS & 0xf
    }
}

/// Where an event stands in its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spot {
    pub(super) event: u32,
    /// Its first word.
    pub(super) word: u32,
}

impl Spot {
    pub(super) const fn plus(self, size: Self) -> Self {
        Self {
            event: self.event + size.event,
            word: self.word + size.word,
        }
    }

    /// What lies between; or the spot so far before.
    pub(super) const fn less(self, other: Self) -> Self {
        Self {
            event: self.event.saturating_sub(other.event),
            word: self.word.saturating_sub(other.word),
        }
    }
}

/// The first and the last instant of some events; `None` of none.
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
    keys: Vec<Key>,
    heads: Vec<Head>,
    words: Vec<u32>,
}

impl Columns {
    pub(super) fn heap_bytes(&self) -> usize {
        self.keys.capacity() * size_of::<Key>()
            + self.heads.capacity() * size_of::<Head>()
            + self.words.capacity() * size_of::<u32>()
    }

    /// Makes room for so many events.
    pub(super) fn reserve(&mut self, events: usize) {
        self.keys.reserve_exact(events);
        self.heads.reserve_exact(events);
        self.words.reserve_exact(events * USUAL_WORDS);
    }

    /// The ids of the events from one to another.
    #[cfg(feature = "snapshot")]
    pub(super) fn keys(&self, from: u32, to: u32) -> &[Key] {
        let keys = self.keys.get(from as usize..to as usize);
        keys.unwrap_or_default()
    }

    /// Columns of these; `None` where they do not fit together.
    #[cfg(feature = "snapshot")]
    pub(super) fn new(keys: Vec<Key>, heads: Vec<Head>, words: Vec<u32>) -> Option<Self> {
        let needed: u64 = heads.iter().map(|head| u64::from(head.words())).sum();
        let fits = keys.len() == heads.len()
            && words.len() as u64 == needed
            && heads.iter().all(|head| !head.is_dead());
        let columns = Self { keys, heads, words };
        (fits && columns.has_room_beside(&Self::default())).then_some(columns)
    }

    /// What they hold.
    #[cfg(feature = "snapshot")]
    pub(super) fn raw(&self) -> (&[Key], &[Head], &[u32]) {
        (&self.keys, &self.heads, &self.words)
    }

    /// The spot so many events after another; `None` where there are fewer.
    #[cfg(feature = "snapshot")]
    pub(super) fn skip(&self, from: Spot, events: u32) -> Option<Spot> {
        let to = from.event.checked_add(events)?;
        let heads = self.heads.get(from.event as usize..to as usize)?;
        Some(heads.iter().fold(from, |spot, head| spot.plus(head.size())))
    }

    /// Becomes longer, by events that are to be filled in.
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

    /// Whether these events, those of other columns and one more fit into one.
    pub(super) fn has_room_beside(&self, other: &Self) -> bool {
        let words = self.words.len() + other.words.len() + MOST_WORDS;
        // The greatest number stands for none.
        let events = self.heads.len() + other.heads.len() + 2;
        words.max(events) <= MOST
    }

    /// The spot after the last event.
    pub(super) fn end(&self) -> Spot {
        // There is room: it is asked for before an event is taken.
        Spot {
            event: u32::try_from(self.heads.len()).unwrap_or(u32::MAX),
            word: u32::try_from(self.words.len()).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn head(&self, event: u32) -> Option<Head> {
        self.heads.get(event as usize).copied()
    }

    pub(super) fn key(&self, event: u32) -> Option<Key> {
        self.keys.get(event as usize).copied()
    }

    pub(super) fn heads(&self, from: u32, to: u32) -> &[Head] {
        self.heads
            .get(from as usize..to as usize)
            .unwrap_or_default()
    }

    /// The spot of the event of this key among those from `from` to `to`.
    pub(super) fn find(&self, from: Spot, to: Spot, key: Key) -> Option<Spot> {
        let keys = self.keys.get(from.event as usize..to.event as usize)?;
        let heads = self.heads(from.event, to.event);
        let mut at = from;
        keys.iter().zip(heads).find_map(|(found, head)| {
            let here = at;
            at = at.plus(head.size());
            (*found == key && !head.is_dead()).then_some(here)
        })
    }

    /// Marks an event as replaced.
    pub(super) fn kill(&mut self, event: u32) {
        if let Some(head) = self.heads.get_mut(event as usize) {
            head.tag |= DEAD;
        }
    }

    /// Takes over an event with its words from other columns.
    fn copy(&mut self, from: &Self, spot: Spot) {
        if let (Some(head), Some(key)) = (from.head(spot.event), from.key(spot.event)) {
            self.keys.push(key);
            self.heads.push(head);
            self.words.extend_from_slice(from.words_at(spot, head));
        }
    }

    /// Moves the events between two spots to another place.
    pub(super) fn shift(&mut self, from: Spot, to: Spot, start: Spot) {
        fn shift<T: Copy>(column: &mut [T], from: u32, to: u32, start: u32) {
            let (from, to, start) = (from as usize, to as usize, start as usize);
            if from != start && from <= to && to.max(start + (to - from)) <= column.len() {
                column.copy_within(from..to, start);
            }
        }
        shift(&mut self.keys, from.event, to.event, start.event);
        shift(&mut self.heads, from.event, to.event, start.event);
        shift(&mut self.words, from.word, to.word, start.word);
    }

    /// Fills in an event of other columns so that it ends at a spot; gives the spot where it starts.
    pub(super) fn put_before(&mut self, end: Spot, other: &Self, spot: Spot) -> Spot {
        let (Some(head), Some(key)) = (other.head(spot.event), other.key(spot.event)) else {
            return end;
        };
        let words = other.words_at(spot, head);
        let start = end.less(head.size());
        if let Some(slot) = self.keys.get_mut(start.event as usize) {
            *slot = key;
        }
        if let Some(slot) = self.heads.get_mut(start.event as usize) {
            *slot = head;
        }
        let slots = self.words.get_mut(start.word as usize..end.word as usize);
        for (slot, word) in slots.into_iter().flatten().zip(words) {
            *slot = *word;
        }
        start
    }

    /// Puts the events between two spots into canonical order; those before `in_order` are.
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
            .filter_map(|spot| Some((self.record(spot, tables)?, spot)))
            .collect();
        events.sort_unstable_by(|(a, _), (b, _)| tables.canonical_cmp(a, b));
        let mut sorted = Self::default();
        for (_, spot) in events {
            sorted.copy(self, spot);
        }
        let spots: Vec<Spot> = sorted.spots(Spot::default(), sorted.end()).collect();
        for spot in spots.into_iter().rev() {
            end = self.put_before(end, &sorted, spot);
        }
    }

    /// The first and the last instant of the events at or before `as_of`.
    pub(super) fn span(&self, as_of: Option<Instant>) -> Span {
        let live = self.heads.iter().filter(|head| !head.is_dead());
        let visible = live
            .map(|head| head.at())
            .filter(|at| as_of.is_none_or(|as_of| *at <= as_of));
        visible.fold(None, |span, at| widest(span, Some((at, at))))
    }

    /// How many events there are that have not been replaced, and how many words they have.
    pub(super) fn live(&self) -> Spot {
        let live = self.heads.iter().filter(|head| !head.is_dead());
        live.fold(Spot::default(), |sum, head| sum.plus(head.size()))
    }

    /// The spot after an event.
    pub(super) fn after(&self, spot: Spot) -> Spot {
        self.head(spot.event)
            .map_or(spot, |head| spot.plus(head.size()))
    }

    /// Lets go of all from this spot on.
    pub(super) fn truncate(&mut self, end: Spot) {
        self.keys.truncate(end.event as usize);
        self.heads.truncate(end.event as usize);
        self.words.truncate(end.word as usize);
    }

    fn words_at(&self, spot: Spot, head: Head) -> &[u32] {
        let start = spot.word as usize;
        self.words
            .get(start..start + head.words() as usize)
            .unwrap_or_default()
    }

    /// The event at a spot; `None` where it has been replaced.
    pub(super) fn record(&self, spot: Spot, tables: &Tables) -> Option<Record> {
        let head = self.head(spot.event)?;
        let key = self.key(spot.event)?;
        read(head, key, self.words_at(spot, head), tables)
    }

    /// Unpacks the events between two spots, those that have been replaced aside.
    pub(super) fn read(&self, from: Spot, to: Spot, tables: &Tables, records: &mut Vec<Record>) {
        let mut at = from;
        for head in self.heads(from.event, to.event) {
            records.extend(self.record(at, tables));
            at = at.plus(head.size());
        }
    }

    /// The spots of the events between two, those that have been replaced aside.
    pub(super) fn spots(&self, from: Spot, to: Spot) -> impl Iterator<Item = Spot> + '_ {
        let mut at = from;
        let heads = self.heads(from.event, to.event).iter();
        heads.filter_map(move |head| {
            let here = at;
            at = at.plus(head.size());
            (!head.is_dead()).then_some(here)
        })
    }

    /// Adds an event; `None` where a table is full, and nothing is added.
    pub(super) fn push(
        &mut self,
        parts: &Parts<'_, Name<'_>>,
        key: Key,
        tables: &mut Tables,
    ) -> Option<()> {
        let start = self.words.len();
        let mut writer = Writer {
            words: &mut self.words,
            tables,
        };
        let Some(detail) = writer.write(parts) else {
            self.words.truncate(start);
            return None;
        };
        let has = |there: bool, bit: u32| if there { bit } else { 0 };
        let words = u32::try_from(self.words.len() - start).ok()?;
        let tag = parts.fact.event_type() as u32
            | has(parts.seq != 0, HAS_SEQ)
            | has(parts.session.is_some(), HAS_SESSION)
            | has(parts.page.is_some(), HAS_PAGE)
            | detail << DETAIL
            | words << WORDS;
        let micros = parts.at.micros().cast_unsigned();
        self.heads.push(Head {
            at: halves(micros),
            tag,
        });
        self.keys.push(key);
        Some(())
    }
}

/// Unpacks an event; `None` where it has been replaced.
fn read(head: Head, key: Key, words: &[u32], tables: &Tables) -> Option<Record> {
    let event_type = head.event_type()?;
    let mut reader = Reader {
        words: words.iter(),
        detail: head.tag >> DETAIL & 0xff,
    };
    let has = |bit| head.tag & bit != 0;
    Some(Record {
        at: head.at(),
        key,
        seq: if has(HAS_SEQ) { reader.word() } else { 0 },
        session: has(HAS_SESSION).then(|| reader.id()),
        page: has(HAS_PAGE).then(|| reader.text()),
        fact: reader.fact(event_type, tables),
    })
}
