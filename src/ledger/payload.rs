//! The payload of an event: `seq`, revision, session, page and the fields of its type, as 32-bit words and flag bits.
//!
//! The table of event types says which fields a type has, and in which order. [`Codec`] says how each value is written
//! and read. Snapshots contain payloads as they are, so a change of either is another
//! [`SNAPSHOT_VERSION`](super::SNAPSHOT_VERSION).

use std::cell::RefCell;
use std::num::NonZeroU32;

use super::interner::{Id, Key, Symbol};
use super::record::Record;
use super::tables::Tables;
use crate::event::revision::Revision;
use crate::event::value::{self, Kind};
use crate::event::{
    BorrowedEvent, ClickTarget, EventData, EventType, OrZero, Person, Rating, SurveyOutcome,
    event_types,
};
use crate::money::{Amount, Currency};
use crate::name::Name;
use crate::time::Instant;

/// A payload that no ledger writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Corrupt;

/// The maximum size of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Flag bits.
    pub(super) bits: usize,
    /// Words.
    pub(super) words: usize,
    /// Texts and ids that may be new.
    pub(super) texts: usize,
}

impl Size {
    const fn new(bits: usize, words: usize, texts: usize) -> Self {
        Self { bits, words, texts }
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            bits: self.bits + other.bits,
            words: self.words + other.words,
            texts: self.texts + other.texts,
        }
    }

    const fn max(self, other: Self) -> Self {
        const fn greater(a: usize, b: usize) -> usize {
            if a > b { a } else { b }
        }
        Self {
            bits: greater(self.bits, other.bits),
            words: greater(self.words, other.words),
            texts: greater(self.texts, other.texts),
        }
    }

    /// The size of `seq`, revision, session and page.
    const COMMON: Self = Option::<NonZeroU32>::SIZE
        .plus(Revision::SIZE)
        .plus(Option::<Id>::SIZE)
        .plus(Option::<Symbol>::SIZE);
}

/// The maximum number of texts that one event adds: those of its payload, the visitor and its own id.
pub(super) const MAX_TEXTS: usize = Size::MAX.texts + 2;

/// The form of a kind of value in the ledger.
type Stored<K> = <K as Kind>::Value<Id, Symbol>;

/// Generates the codec of the fields of each event type from the table of event types.
macro_rules! payloads {
    ($(
        $type:ident = $name:literal: $family:ident($($typed:tt)*) { $($field:ident: $kind:ident),* $(,)? }
    )*) => {
        impl Size {
            /// The size of any payload.
            pub(super) const MAX: Self = Self::COMMON
                $(.max(Self::COMMON$(.plus(Stored::<value::$kind>::SIZE))*))*;
        }

        impl EventData<Id, Symbol> {
            #[inline]
            fn encode(self, out: &mut PayloadWriter<'_>) {
                match self {
                    $(Self::$type { $($field),* } => {
                        $($field.encode(out);)*
                    })*
                }
            }

            #[inline]
            fn decode(event_type: EventType, from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
                Ok(match event_type {
                    $(EventType::$type => Self::$type { $($field: Codec::decode(from)?),* },)*
                })
            }
        }
    };
}

event_types!(payloads);

/// Returns the lower and the upper half of a number.
pub(super) const fn halves(number: u64) -> [u32; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "each half is kept")]
    [number as u32, (number >> 32) as u32]
}

/// Returns the number with these halves.
pub(super) fn joined([low, high]: [u32; 2]) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// A value that payloads contain. `decode` reads what `encode` wrote.
trait Codec: Sized {
    const SIZE: Size;

    fn encode(self, out: &mut PayloadWriter<'_>);

    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt>;
}

/// Implements [`Codec`]: how many bits and words a value takes, how it is written and how it is read.
macro_rules! codecs {
    ($($type:ident: $size:expr, |$value:pat_param, $out:ident| $encode:expr, |$from:ident| $decode:expr;)*) => {$(
        impl Codec for $type {
            const SIZE: Size = $size;

            #[inline]
            fn encode(self, $out: &mut PayloadWriter<'_>) {
                let $value = self;
                $encode;
            }

            #[inline]
            fn decode($from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
                $decode
            }
        }
    )*};
}

codecs! {
    bool: Size::new(1, 0, 0),
        |flag, out| out.bits(1, flag.into()),
        |from| Ok(from.bits(1) != 0);
    NonZeroU32: Size::new(0, 1, 0),
        |number, out| out.words.push(number.get()),
        |from| Self::new(from.word()?).ok_or(Corrupt);
    Revision: Size::new(1, 2, 0),
        |revision, out| {
            let is_corrected = revision != Self::default();
            is_corrected.encode(out);
            if is_corrected {
                out.words.extend(halves(revision.get()));
            }
        },
        |from| {
            if !bool::decode(from)? {
                return Ok(Self::default());
            }
            let number = joined([from.word()?, from.word()?]);
            let revision = Self::new(number).map_err(|_| Corrupt)?;
            // The default revision is not written.
            (revision != Self::default()).then_some(revision).ok_or(Corrupt)
        };
    Symbol: Size::new(0, 1, 1),
        |Self(number), out| number.encode(out),
        |from| Codec::decode(from).map(Self);
    Id: Symbol::SIZE,
        |Self(symbol), out| symbol.encode(out),
        |from| Codec::decode(from).map(Self);
    ClickTarget: bool::SIZE,
        |target, out| (target == Self::ChatNotification).encode(out),
        |from| Ok(if bool::decode(from)? { Self::ChatNotification } else { Self::Widget });
    Currency: Size::new(0, 1, 0),
        |currency, out| {
            let number = out.tables.intern_currency(currency);
            out.words.push(number);
        },
        |from| {
            let number = from.word()?;
            from.tables.currency(number).ok_or(Corrupt)
        };
    Amount: Size::new(0, 2, 0),
        |amount, out| out.words.extend(halves(amount.millionths().cast_unsigned())),
        |from| {
            let millionths = joined([from.word()?, from.word()?]);
            Ok(Self::from_millionths(millionths.cast_signed()))
        };
    OrZero: Option::<Amount>::SIZE,
        |Self(amount), out| Some(amount).filter(|amount| !amount.is_zero()).encode(out),
        |from| match Option::decode(from)? {
            None => Ok(Self(Amount::ZERO)),
            // An amount of 0 is not written.
            Some(Amount::ZERO) => Err(Corrupt),
            Some(amount) => Ok(Self(amount)),
        };
    Rating: Size::new(3, 0, 0),
        |rating, out| out.bits(3, rating.stars().into()),
        |from| {
            let stars = u8::try_from(from.bits(3)).map_err(|_| Corrupt)?;
            Self::new(stars).map_err(|_| Corrupt)
        };
    SurveyOutcome: bool::SIZE,
        |outcome, out| (outcome == Self::Closed).encode(out),
        |from| Ok(if bool::decode(from)? { Self::Closed } else { Self::Submitted });
}

impl<T: Codec> Codec for Option<T> {
    const SIZE: Size = bool::SIZE.plus(T::SIZE);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) {
        self.is_some().encode(out);
        if let Some(value) = self {
            value.encode(out);
        }
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        bool::decode(from)?.then(|| T::decode(from)).transpose()
    }
}

impl<T: Codec> Codec for Person<T> {
    const SIZE: Size = Option::<T>::SIZE;

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) {
        match self {
            Self::Visitor => None,
            Self::Agent(agent) => Some(agent),
        }
        .encode(out);
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        Ok(Option::decode(from)?.map_or(Self::Visitor, Self::Agent))
    }
}

/// Writes the payload of one event.
pub(super) struct PayloadWriter<'a> {
    words: &'a mut Vec<u32>,
    tables: &'a mut Tables,
    bits: u32,
    used_bits: u32,
}

impl<'a> PayloadWriter<'a> {
    /// Interns the texts, writes all words and returns the flag bits.
    pub(super) fn write(
        event: &BorrowedEvent<'_, Name<'_>>,
        words: &'a mut Vec<u32>,
        tables: &'a mut Tables,
    ) -> u32 {
        let tables = RefCell::new(tables);
        let id = |name| tables.borrow_mut().intern_id(name);
        let text = |text| tables.borrow_mut().intern_text(text);
        let (session, page) = (event.session.map(id), event.page.map(text));
        let data = event.data.map(id, text);
        let mut out = Self {
            words,
            tables: tables.into_inner(),
            bits: 0,
            used_bits: 0,
        };
        NonZeroU32::new(event.seq).encode(&mut out);
        event.revision.encode(&mut out);
        session.encode(&mut out);
        page.encode(&mut out);
        data.encode(&mut out);
        out.bits
    }

    #[inline]
    fn bits(&mut self, count: u32, bits: u32) {
        self.bits |= bits << self.used_bits;
        self.used_bits += count;
    }
}

/// Reads the payload of one event.
pub(super) struct PayloadReader<'a> {
    words: std::slice::Iter<'a, u32>,
    bits: u32,
    tables: &'a Tables,
}

impl<'a> PayloadReader<'a> {
    pub(super) fn new(words: &'a [u32], bits: u32, tables: &'a Tables) -> Self {
        Self {
            words: words.iter(),
            bits,
            tables,
        }
    }

    /// Reads the event with this instant, type and key.
    #[inline]
    pub(super) fn read(
        &mut self,
        at: Instant,
        event_type: Option<EventType>,
        key: Key,
    ) -> Result<Record, Corrupt> {
        Ok(Record {
            at,
            key,
            seq: Option::<NonZeroU32>::decode(self)?.map_or(0, NonZeroU32::get),
            revision: Codec::decode(self)?,
            session: Option::decode(self)?,
            page: Option::decode(self)?,
            data: EventData::decode(event_type.ok_or(Corrupt)?, self)?,
        })
    }

    /// Returns whether all words and flag bits have been read.
    #[cfg(feature = "snapshot")]
    pub(super) fn is_at_end(&self) -> bool {
        self.words.as_slice().is_empty() && self.bits == 0
    }

    #[inline]
    fn word(&mut self) -> Result<u32, Corrupt> {
        self.words.next().copied().ok_or(Corrupt)
    }

    #[inline]
    fn bits(&mut self, count: u32) -> u32 {
        let bits = self.bits & ((1 << count) - 1);
        self.bits >>= count;
        bits
    }
}

#[cfg(all(test, feature = "snapshot"))]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_to_its_end() {
        let tables = Tables::default();
        let is_read = |words: &[u32], bits| {
            let mut reader = PayloadReader::new(words, bits, &tables);
            assert_eq!(reader.word(), Ok(7));
            assert_eq!(reader.bits(1), 1);
            reader.is_at_end()
        };
        assert!(is_read(&[7], 0b1));
        assert!(!is_read(&[7, 0], 0b1));
        assert!(!is_read(&[7], 0b11));
        assert!(!is_read(&[7, 0], 0b11));
    }

    #[test]
    fn the_maximum_size_is_that_of_the_largest_events() {
        // Flags for `seq`, revision, session and page, as in each event, and in `survey_answered` one for an optional rating,
        // three for its stars, one for feedback and one for the outcome.
        assert_eq!(Size::MAX.bits, 4 + 6);
        // `seq`, revision, session and page, and in `order_placed` the order, the currency and three amounts.
        assert_eq!(Size::MAX.words, 1 + 2 + 1 + 1 + 1 + 1 + 3 * 2);
        // The session and the page, and in `call_requested` the conversation, the call and the agent.
        assert_eq!(Size::MAX.texts, 2 + 3);
        // With the id of the event, and the visitor.
        assert_eq!(MAX_TEXTS, 2 + 5);
    }

    #[test]
    fn an_amount_of_zero_has_one_form() {
        let tables = Tables::default();
        let read =
            |words: &[u32], bits| OrZero::decode(&mut PayloadReader::new(words, bits, &tables));
        assert_eq!(read(&[], 0), Ok(OrZero(Amount::ZERO)));
        assert_eq!(read(&[1, 0], 1), Ok(OrZero(Amount::from_millionths(1))));
        assert_eq!(read(&[0, 0], 1), Err(Corrupt));
    }
}
