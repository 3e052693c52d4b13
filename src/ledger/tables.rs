//! The texts, ids and currencies that events refer to by number.

use super::LedgerFull;
use super::columns::Record;
use super::interner::{Id, Ids, Interner, Key, Symbol};
use super::payload::MAX_TEXTS;
use crate::event::{BorrowedEvent, Person};
use crate::money::Currency;
use crate::name::Name;

#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(super) texts: Interner,
    pub(super) ids: Ids,
    pub(super) currencies: Vec<Currency>,
}

impl Tables {
    pub(super) fn heap_bytes(&self) -> usize {
        self.texts.heap_bytes()
            + self.ids.heap_bytes()
            + self.currencies.capacity() * size_of::<Currency>()
    }

    /// Whether one more event fits, even if all its texts and ids are new.
    pub(super) fn has_room(&self) -> bool {
        self.texts.has_room_for(MAX_TEXTS) && self.ids.has_room_for(MAX_TEXTS)
    }

    pub(super) fn intern_id(&mut self, name: Name<'_>) -> Result<Id, LedgerFull> {
        let key = Key::intern(name, &mut self.texts).ok_or(LedgerFull)?;
        self.ids.intern(key).ok_or(LedgerFull)
    }

    pub(super) fn intern_text(&mut self, text: &str) -> Result<Symbol, LedgerFull> {
        self.texts.intern(text).ok_or(LedgerFull)
    }

    pub(super) fn intern_person(
        &mut self,
        person: Person<&str>,
    ) -> Result<Person<Symbol>, LedgerFull> {
        Ok(match person {
            Person::Visitor => Person::Visitor,
            Person::Agent(agent) => Person::Agent(self.intern_text(agent)?),
        })
    }

    pub(super) fn intern_currency(&mut self, currency: Currency) -> u32 {
        let mut known = self.currencies.iter();
        let place = known.position(|known| *known == currency);
        let place = place.unwrap_or_else(|| {
            self.currencies.push(currency);
            self.currencies.len() - 1
        });
        u32::try_from(place).expect("ISO 4217 has fewer than 2^32 currencies")
    }

    /// The currency with this number.
    pub(super) fn currency(&self, number: u32) -> Option<Currency> {
        self.currencies.get(number as usize).copied()
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        self.texts.resolve(symbol)
    }

    pub(crate) fn name(&self, id: Id) -> Name<'_> {
        self.of(self.ids.key(id))
    }

    /// The name of a key.
    pub(crate) fn of(&self, key: Key) -> Name<'_> {
        key.name(&self.texts)
    }

    /// The canonical order of two records of one visitor.
    pub(super) fn canonical_cmp(&self, a: &Record, b: &Record) -> std::cmp::Ordering {
        let rank = |record: &Record| (record.at, record.seq, record.data.event_type());
        rank(a)
            .cmp(&rank(b))
            .then_with(|| self.of(a.key).cmp(&self.of(b.key)))
    }

    /// An event of this visitor, borrowed.
    pub(super) fn borrowed<'a>(
        &'a self,
        visitor: Name<'a>,
        record: &Record,
    ) -> BorrowedEvent<'a, Name<'a>> {
        BorrowedEvent {
            id: self.of(record.key),
            at: record.at,
            visitor,
            seq: record.seq,
            session: record.session.map(|session| self.name(session)),
            page: record.page.map(|page| self.text(page)),
            data: (record.data).map(|id| self.name(id), |text| self.text(text)),
        }
    }
}
