//! The payload of an event: `seq`, session, page and the fields of its type, as 32-bit words and flag bits.
//!
//! The table of event types says which fields a type has, and in which order. [`Encoded`] says how each value is
//! written and read. Snapshots contain payloads as they are, so a change of either is another
//! [`SNAPSHOT_VERSION`](super::SNAPSHOT_VERSION).

use std::num::NonZeroU32;

use super::LedgerFull;
use super::interner::{Id, Symbol};
use super::tables::Tables;
use crate::event::{
    BorrowedEvent, ClickTarget, EventData, EventType, Field, FieldSink, FieldSource, Person,
    Rating, SurveyOutcome, ValueKind,
};
use crate::money::{Amount, Currency};
use crate::name::Name;

/// A payload that no ledger writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Corrupt;

/// The maximum size of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Flag bits.
    pub(super) bits: u32,
    /// Words.
    pub(super) words: usize,
    /// Texts and ids that may be new.
    pub(super) texts: usize,
}

impl Size {
    const fn new(bits: u32, words: usize, texts: usize) -> Self {
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
        Self {
            bits: if self.bits > other.bits {
                self.bits
            } else {
                other.bits
            },
            words: if self.words > other.words {
                self.words
            } else {
                other.words
            },
            texts: if self.texts > other.texts {
                self.texts
            } else {
                other.texts
            },
        }
    }

    /// The size of any payload.
    pub(super) const MAX: Self = {
        let mut max = Self::new(0, 0, 0);
        let mut types: &[EventType] = &EventType::ALL;
        while let [event_type, other_types @ ..] = types {
            let mut size = SEQ.plus(Option::<Id>::SIZE).plus(Option::<Symbol>::SIZE);
            let mut fields = event_type.fields();
            while let [(_, kind), other_fields @ ..] = fields {
                size = size.plus(size_of_kind(*kind));
                fields = other_fields;
            }
            max = max.max(size);
            types = other_types;
        }
        max
    };
}

const SEQ: Size = Option::<NonZeroU32>::SIZE;

/// The maximum number of texts that one event adds: those of its payload, the visitor and its own id.
pub(super) const MAX_TEXTS: usize = Size::MAX.texts + 2;

const fn size_of_kind(kind: ValueKind) -> Size {
    match kind {
        ValueKind::OwnId => Id::SIZE,
        ValueKind::SharedId => Symbol::SIZE,
        ValueKind::OptionalText => Option::<Symbol>::SIZE,
        ValueKind::Initiator => Person::<Symbol>::SIZE,
        ValueKind::Author => Option::<Person<Symbol>>::SIZE,
        ValueKind::Target => ClickTarget::SIZE,
        ValueKind::Currency => Currency::SIZE,
        ValueKind::Amount => Amount::SIZE,
        ValueKind::AmountOrZero => Option::<Amount>::SIZE,
        ValueKind::OptionalRating => Option::<Rating>::SIZE,
        ValueKind::Outcome => SurveyOutcome::SIZE,
    }
}

/// Returns the lower and the upper half of a number.
pub(super) const fn halves(number: u64) -> [u32; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "each half is kept")]
    [number as u32, (number >> 32) as u32]
}

/// Returns the number with these halves.
pub(super) fn joined([low, high]: [u32; 2]) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// A value in a payload. `decode` reads what `encode` wrote.
trait Encoded: Sized {
    const SIZE: Size;

    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull>;

    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt>;
}

impl Encoded for bool {
    const SIZE: Size = Size::new(1, 0, 0);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        out.bits(1, self.into());
        Ok(())
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        Ok(from.bits(1) != 0)
    }
}

impl Encoded for NonZeroU32 {
    const SIZE: Size = Size::new(0, 1, 0);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        out.words.push(self.get());
        Ok(())
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        Self::new(from.word()?).ok_or(Corrupt)
    }
}

impl Encoded for Id {
    const SIZE: Size = Size::new(0, 1, 1);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        self.number().encode(out)
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        NonZeroU32::decode(from).map(Self::from_number)
    }
}

impl Encoded for Symbol {
    const SIZE: Size = Size::new(0, 1, 1);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        self.number().encode(out)
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        NonZeroU32::decode(from).map(Self::from_number)
    }
}

impl<T: Encoded> Encoded for Option<T> {
    const SIZE: Size = bool::SIZE.plus(T::SIZE);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        self.is_some().encode(out)?;
        self.map_or(Ok(()), |value| value.encode(out))
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        if bool::decode(from)? {
            T::decode(from).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl Encoded for Person<Symbol> {
    const SIZE: Size = Option::<Symbol>::SIZE;

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        match self {
            Self::Visitor => None,
            Self::Agent(agent) => Some(agent),
        }
        .encode(out)
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        Ok(match Option::decode(from)? {
            None => Self::Visitor,
            Some(agent) => Self::Agent(agent),
        })
    }
}

impl Encoded for ClickTarget {
    const SIZE: Size = bool::SIZE;

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        (self == Self::ChatNotification).encode(out)
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        Ok(if bool::decode(from)? {
            Self::ChatNotification
        } else {
            Self::Widget
        })
    }
}

impl Encoded for Currency {
    const SIZE: Size = Size::new(0, 1, 0);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        let number = out.tables.intern_currency(self);
        out.words.push(number);
        Ok(())
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        let number = from.word()?;
        from.tables.currency(number).ok_or(Corrupt)
    }
}

impl Encoded for Amount {
    const SIZE: Size = Size::new(0, 2, 0);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        let millionths = self.millionths().cast_unsigned();
        out.words.extend(halves(millionths));
        Ok(())
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        let millionths = joined([from.word()?, from.word()?]);
        Ok(Self::from_millionths(millionths.cast_signed()))
    }
}

impl Encoded for Rating {
    const SIZE: Size = Size::new(3, 0, 0);

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        out.bits(3, self.stars().into());
        Ok(())
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        let stars = u8::try_from(from.bits(3)).map_err(|_| Corrupt)?;
        Self::new(stars).map_err(|_| Corrupt)
    }
}

impl Encoded for SurveyOutcome {
    const SIZE: Size = bool::SIZE;

    #[inline]
    fn encode(self, out: &mut PayloadWriter<'_>) -> Result<(), LedgerFull> {
        (self == Self::Closed).encode(out)
    }

    #[inline]
    fn decode(from: &mut PayloadReader<'_>) -> Result<Self, Corrupt> {
        Ok(if bool::decode(from)? {
            Self::Closed
        } else {
            Self::Submitted
        })
    }
}

/// Writes the payload of one event, and interns its texts.
pub(super) struct PayloadWriter<'a> {
    words: &'a mut Vec<u32>,
    tables: &'a mut Tables,
    bits: u32,
    used_bits: u32,
}

impl<'a> PayloadWriter<'a> {
    pub(super) const fn new(words: &'a mut Vec<u32>, tables: &'a mut Tables) -> Self {
        Self {
            words,
            tables,
            bits: 0,
            used_bits: 0,
        }
    }

    /// Writes all words and returns the flag bits.
    pub(super) fn write(mut self, event: &BorrowedEvent<'_, Name<'_>>) -> Result<u32, LedgerFull> {
        NonZeroU32::new(event.seq).encode(&mut self)?;
        let session = event.session.map(|session| self.tables.intern_id(session));
        session.transpose()?.encode(&mut self)?;
        let page = event.page.map(|page| self.tables.intern_text(page));
        page.transpose()?.encode(&mut self)?;
        event.data.write(&mut self)?;
        Ok(self.bits)
    }

    #[inline]
    fn bits(&mut self, count: u32, bits: u32) {
        self.bits |= bits << self.used_bits;
        self.used_bits += count;
    }
}

impl<'i, 't> FieldSink<Name<'i>, &'t str> for PayloadWriter<'_> {
    type Error = LedgerFull;

    #[inline]
    fn own_id(&mut self, _: Field, id: Name<'i>) -> Result<(), LedgerFull> {
        self.tables.intern_id(id)?.encode(self)
    }

    #[inline]
    fn shared_id(&mut self, _: Field, id: &'t str) -> Result<(), LedgerFull> {
        self.tables.intern_text(id)?.encode(self)
    }

    #[inline]
    fn optional_text(&mut self, _: Field, text: Option<&'t str>) -> Result<(), LedgerFull> {
        let text = text.map(|text| self.tables.intern_text(text));
        text.transpose()?.encode(self)
    }

    #[inline]
    fn initiator(&mut self, _: Field, by: Person<&'t str>) -> Result<(), LedgerFull> {
        self.tables.intern_person(by)?.encode(self)
    }

    #[inline]
    fn author(&mut self, _: Field, by: Option<Person<&'t str>>) -> Result<(), LedgerFull> {
        let by = by.map(|by| self.tables.intern_person(by));
        by.transpose()?.encode(self)
    }

    #[inline]
    fn target(&mut self, _: Field, target: ClickTarget) -> Result<(), LedgerFull> {
        target.encode(self)
    }

    #[inline]
    fn currency(&mut self, _: Field, currency: Currency) -> Result<(), LedgerFull> {
        currency.encode(self)
    }

    #[inline]
    fn amount(&mut self, _: Field, amount: Amount) -> Result<(), LedgerFull> {
        amount.encode(self)
    }

    #[inline]
    fn amount_or_zero(&mut self, _: Field, amount: Amount) -> Result<(), LedgerFull> {
        Some(amount).filter(|amount| !amount.is_zero()).encode(self)
    }

    #[inline]
    fn optional_rating(&mut self, _: Field, rating: Option<Rating>) -> Result<(), LedgerFull> {
        rating.encode(self)
    }

    #[inline]
    fn outcome(&mut self, _: Field, outcome: SurveyOutcome) -> Result<(), LedgerFull> {
        outcome.encode(self)
    }
}

/// The values of one payload.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payload {
    pub(super) seq: u32,
    pub(super) session: Option<Id>,
    pub(super) page: Option<Symbol>,
    pub(super) data: EventData<Id, Symbol>,
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

    #[inline]
    pub(super) fn read(&mut self, event_type: EventType) -> Result<Payload, Corrupt> {
        Ok(Payload {
            seq: Option::<NonZeroU32>::decode(self)?.map_or(0, NonZeroU32::get),
            session: Option::decode(self)?,
            page: Option::decode(self)?,
            data: EventData::read(event_type, self)?,
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

impl FieldSource for PayloadReader<'_> {
    type Id = Id;
    type Text = Symbol;
    type Error = Corrupt;

    #[inline]
    fn own_id(&mut self, _: Field) -> Result<Id, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn shared_id(&mut self, _: Field) -> Result<Symbol, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn optional_text(&mut self, _: Field) -> Result<Option<Symbol>, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn initiator(&mut self, _: Field) -> Result<Person<Symbol>, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn author(&mut self, _: Field) -> Result<Option<Person<Symbol>>, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn target(&mut self, _: Field) -> Result<ClickTarget, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn currency(&mut self, _: Field) -> Result<Currency, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn amount(&mut self, _: Field) -> Result<Amount, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn amount_or_zero(&mut self, _: Field) -> Result<Amount, Corrupt> {
        match Option::<Amount>::decode(self)? {
            None => Ok(Amount::ZERO),
            // An amount of 0 is not written.
            Some(amount) if amount.is_zero() => Err(Corrupt),
            Some(amount) => Ok(amount),
        }
    }

    #[inline]
    fn optional_rating(&mut self, _: Field) -> Result<Option<Rating>, Corrupt> {
        Encoded::decode(self)
    }

    #[inline]
    fn outcome(&mut self, _: Field) -> Result<SurveyOutcome, Corrupt> {
        Encoded::decode(self)
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
        // Flags for `seq`, session and page, as in each event, and in `survey_answered` one for an optional rating,
        // three for its stars, one for feedback and one for the outcome.
        assert_eq!(Size::MAX.bits, 3 + 6);
        // `seq`, session and page, and in `order_placed` the order, the currency and three amounts.
        assert_eq!(Size::MAX.words, 3 + 1 + 1 + 3 * 2);
        // The session and the page, and in `call_requested` the conversation, the call and the agent.
        assert_eq!(Size::MAX.texts, 2 + 3);
        // With the id of the event, and the visitor.
        assert_eq!(MAX_TEXTS, 2 + 5);
    }

    #[test]
    fn an_amount_of_zero_has_one_form() {
        let tables = Tables::default();
        let read = |words: &[u32], bits| {
            PayloadReader::new(words, bits, &tables).amount_or_zero(Field::Discount)
        };
        assert_eq!(read(&[], 0), Ok(Amount::ZERO));
        assert_eq!(read(&[1, 0], 1), Ok(Amount::from_millionths(1)));
        assert_eq!(read(&[0, 0], 1), Err(Corrupt));
    }
}
