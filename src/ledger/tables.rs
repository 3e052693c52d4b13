//! The texts, ids and currencies that events refer to by number.

use super::LedgerFull;
use super::interner::{Id, Ids, Interner, Key, Symbol};
use crate::event::Person;
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

    /// Returns whether so many more texts and ids fit.
    pub(super) fn has_room_for(&self, texts: usize) -> bool {
        self.texts.has_room_for(texts) && self.ids.has_room_for(texts)
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

    /// Returns the currency with this number.
    pub(super) fn currency(&self, number: u32) -> Option<Currency> {
        self.currencies.get(number as usize).copied()
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        self.texts.resolve(symbol)
    }

    pub(crate) fn name(&self, id: Id) -> Name<'_> {
        self.of(self.ids.key(id))
    }

    /// Returns the name of a key.
    pub(crate) fn of(&self, key: Key) -> Name<'_> {
        key.name(&self.texts)
    }
}
