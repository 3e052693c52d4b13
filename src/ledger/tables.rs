//! What events refer to by number: texts, ids, currencies.

use super::columns::Record;
use super::interner::{Id, Ids, Interner, Key, Symbol};
use super::words::MOST_TEXTS;
use crate::event::Parts;
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

    /// Whether one more event fits, whatever it brings.
    pub(super) fn has_room(&self) -> bool {
        self.texts.has_room_for(MOST_TEXTS) && self.ids.has_room_for(MOST_TEXTS)
    }

    pub(super) fn intern_id(&mut self, name: Name<'_>) -> Option<Id> {
        self.ids.intern(Key::intern(name, &mut self.texts)?)
    }

    pub(super) fn intern_currency(&mut self, currency: Currency) -> Option<u32> {
        let mut known = self.currencies.iter();
        let place = known.position(|known| *known == currency);
        let place = place.unwrap_or_else(|| {
            self.currencies.push(currency);
            self.currencies.len() - 1
        });
        u32::try_from(place).ok()
    }

    /// The currency of that number; of a number that none has, no currency.
    pub(super) fn currency(&self, number: u32) -> Currency {
        let currency = self.currencies.get(number as usize);
        currency.copied().unwrap_or_default()
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        self.texts.resolve(symbol)
    }

    pub(crate) fn name(&self, id: Id) -> Name<'_> {
        self.ids.key(id).map_or(Name::Text(""), |key| self.of(key))
    }

    /// The name of a key.
    pub(crate) fn of(&self, key: Key) -> Name<'_> {
        key.name(&self.texts)
    }

    /// The canonical order of two records of one visitor.
    pub(super) fn canonical_cmp(&self, a: &Record, b: &Record) -> std::cmp::Ordering {
        let place = |record: &Record| (record.at, record.seq, record.fact.event_type());
        place(a)
            .cmp(&place(b))
            .then_with(|| self.of(a.key).cmp(&self.of(b.key)))
    }

    /// An event of this visitor, borrowed.
    pub(super) fn parts<'a>(&'a self, visitor: Name<'a>, record: &Record) -> Parts<'a, Name<'a>> {
        Parts {
            id: self.of(record.key),
            at: record.at,
            visitor,
            seq: record.seq,
            session: record.session.map(|session| self.name(session)),
            page: record.page.map(|page| self.text(page)),
            fact: (record.fact).map(|id| self.name(id), |text| self.text(text)),
        }
    }
}
