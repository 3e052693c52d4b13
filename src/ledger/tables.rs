//! The texts, ids and currencies that events refer to by number.

use super::interner::{Id, Ids, Interner, Key, Symbol};
use super::pages::NormalizedPages;
use crate::money::Currency;
use crate::name::Name;
use crate::options::{PageGrouping, page};

#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(super) texts: Interner,
    pub(super) ids: Ids,
    pub(super) currencies: Vec<Currency>,
    pub(super) pages: NormalizedPages,
}

const HAS_ROOM: &str = "`has_room_for` is asked first";

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

    /// Returns the key of an id. The tables have room for its text.
    pub(super) fn intern_key(&mut self, name: Name<'_>) -> Key {
        Key::of(name, |text| self.texts.intern(text)).expect(HAS_ROOM)
    }

    pub(super) fn intern_id(&mut self, name: Name<'_>) -> Id {
        let key = self.intern_key(name);
        self.ids.intern(&key).map(Id).expect(HAS_ROOM)
    }

    pub(super) fn intern_text(&mut self, text: &str) -> Symbol {
        self.texts.intern(text).expect(HAS_ROOM)
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

    /// Returns the group of a page, or `None` if grouping leaves no text.
    pub(crate) fn page(&self, symbol: Symbol, grouping: PageGrouping) -> Option<&str> {
        let text = self.text(symbol);
        let group = match grouping {
            PageGrouping::Exact => text,
            PageGrouping::Path => page::path(text),
            PageGrouping::Normalized => self.pages.get(symbol, || page::normalized(text)),
        };
        Some(group).filter(|group| !group.is_empty())
    }

    pub(crate) fn name(&self, Id(symbol): Id) -> Name<'_> {
        self.of(*self.ids.resolve(symbol))
    }

    /// Returns the name of a key.
    pub(crate) fn of(&self, key: Key) -> Name<'_> {
        key.name(&self.texts)
    }
}
