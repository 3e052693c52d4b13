//! Interned texts and ids: each distinct one is stored once and referred to by four bytes.

use std::hash::BuildHasher;
use std::num::NonZeroU32;

use hashbrown::{DefaultHashBuilder, HashTable};
use uuid::Uuid;

use crate::name::Name;

/// A text of one [`Interner`]. `Option<Symbol>` is four bytes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Symbol(pub(super) NonZeroU32);

/// The maximum number of texts, and of ids. It is small in unit tests, which fill a ledger.
pub(super) const MOST: usize = if cfg!(test) { 5_000 } else { u32::MAX as usize };

impl Symbol {
    fn at(index: usize) -> Option<Self> {
        let number = u32::try_from(index + 1).ok()?;
        NonZeroU32::new(number).filter(|_| index < MOST).map(Self)
    }

    const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Distinct texts, one after the other in one buffer.
///
/// The hash is seeded, so that nobody can choose texts that collide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interner {
    text: String,
    /// The end of each text. A text starts at the end of the one before it.
    ends: Vec<usize>,
    symbols: HashTable<Symbol>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    pub(crate) fn heap_bytes(&self) -> usize {
        self.text.capacity()
            + self.ends.capacity() * size_of::<usize>()
            + self.symbols.allocation_size()
    }

    /// Returns whether `more` further texts fit.
    pub(crate) fn has_room_for(&self, more: usize) -> bool {
        Symbol::at(self.ends.len() + more).is_some()
    }

    /// Returns the text's symbol, which is new if the text is, or `None` if there are 2^32 − 1 texts.
    pub(crate) fn intern(&mut self, text: &str) -> Option<Symbol> {
        let hash = self.hasher.hash_one(text);
        if let Some(symbol) = self.find(hash, text) {
            return Some(symbol);
        }
        let symbol = Symbol::at(self.ends.len())?;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let Self {
            text,
            ends,
            symbols,
            hasher,
        } = self;
        symbols.insert_unique(hash, symbol, |symbol| {
            hasher.hash_one(slice(text, ends, *symbol))
        });
        Some(symbol)
    }

    /// Interns texts in this order; `None` if one occurs twice.
    #[cfg(feature = "snapshot")]
    pub(super) fn of(texts: &[&str]) -> Option<Self> {
        let mut interner = Self::default();
        for text in texts {
            interner.intern(text)?;
        }
        (interner.ends.len() == texts.len()).then_some(interner)
    }

    /// Returns all texts, by number.
    #[cfg(feature = "snapshot")]
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.text[start..*end])
    }

    /// Returns the symbol of a text, or `None` if the text is not interned.
    pub(crate) fn get(&self, text: &str) -> Option<Symbol> {
        self.find(self.hasher.hash_one(text), text)
    }

    fn find(&self, hash: u64, text: &str) -> Option<Symbol> {
        self.symbols
            .find(hash, |symbol| self.resolve(*symbol) == text)
            .copied()
    }

    /// Returns whether the symbol is one of this interner.
    #[cfg(feature = "snapshot")]
    pub(super) fn has(&self, symbol: Symbol) -> bool {
        symbol.index() < self.ends.len()
    }

    pub(crate) fn resolve(&self, symbol: Symbol) -> &str {
        slice(&self.text, &self.ends, symbol)
    }
}

/// An id in 16 bytes: the bytes of a UUID, or the symbol of any other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Key(pub(super) Uuid);

impl Key {
    fn hash(self, hasher: &DefaultHashBuilder) -> u64 {
        hasher.hash_one(self.0.as_u128())
    }

    /// Returns the hash of an event's id. Event ids are scoped to the visitor, so the visitor is part of it.
    pub(super) fn hash_of(self, visitor: u32, hasher: &DefaultHashBuilder) -> u64 {
        hasher.hash_one((visitor, self.0.as_u128()))
    }

    /// Returns whether this is the only key of an id. Keys that were read from a file must be tested before use.
    #[cfg(feature = "snapshot")]
    pub(super) fn is_valid(self, texts: &Interner) -> bool {
        if self.0.get_version_num() != 0 {
            return true;
        }
        match self.symbol().filter(|symbol| texts.has(*symbol)) {
            Some(symbol) => Self::get(texts.resolve(symbol).into(), texts) == Some(self),
            None => false,
        }
    }

    /// Returns the symbol of a text that is not a UUID.
    fn symbol(self) -> Option<Symbol> {
        let [.., a, b, c, d] = self.0.into_bytes();
        NonZeroU32::new(u32::from_be_bytes([a, b, c, d])).map(Symbol)
    }

    fn of_symbol(symbol: Symbol) -> Self {
        // A number of 32 bits has no version, and the UUIDs of names have one.
        Self(Uuid::from_u128(symbol.0.get().into()))
    }

    /// Returns the key of an id, whose text may be new, or `None` if no further text fits.
    pub(super) fn intern(name: Name<'_>, texts: &mut Interner) -> Option<Self> {
        match name {
            Name::Uuid(uuid) => Some(Self(uuid)),
            Name::Text(text) => texts.intern(text).map(Self::of_symbol),
        }
    }

    /// Returns the key of an id, or `None` if its text is not interned.
    pub(super) fn get(name: Name<'_>, texts: &Interner) -> Option<Self> {
        match name {
            Name::Uuid(uuid) => Some(Self(uuid)),
            Name::Text(text) => texts.get(text).map(Self::of_symbol),
        }
    }

    pub(super) fn name(self, texts: &Interner) -> Name<'_> {
        if self.0.get_version_num() != 0 {
            return Name::Uuid(self.0);
        }
        let symbol = self
            .symbol()
            .expect("a key is a UUID with a version or holds a symbol");
        Name::Text(texts.resolve(symbol))
    }
}

/// An id of one [`Ids`]. `Option<Id>` is four bytes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id(pub(super) Symbol);

impl Id {
    /// Returns the position of the id, in order of first arrival.
    pub(super) const fn index(self) -> usize {
        self.0.index()
    }
}

/// Distinct ids.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids {
    keys: Vec<Key>,
    table: HashTable<Id>,
    hasher: DefaultHashBuilder,
}

impl Ids {
    pub(crate) fn heap_bytes(&self) -> usize {
        self.keys.capacity() * size_of::<Key>() + self.table.allocation_size()
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn has_room_for(&self, more: usize) -> bool {
        Symbol::at(self.keys.len() + more).is_some()
    }

    pub(super) fn get(&self, key: Key) -> Option<Id> {
        let hash = key.hash(&self.hasher);
        self.table
            .find(hash, |id| self.keys[id.index()] == key)
            .copied()
    }

    /// Returns the id of a key, which is new if the key is, or `None` if there are 2^32 − 1 ids.
    pub(super) fn intern(&mut self, key: Key) -> Option<Id> {
        if let Some(id) = self.get(key) {
            return Some(id);
        }
        let id = Id(Symbol::at(self.keys.len())?);
        if self.keys.len() == self.keys.capacity() {
            // There are many ids, so doubling the capacity would waste memory.
            self.keys.reserve_exact(self.keys.len() / 8 + 16);
        }
        self.keys.push(key);
        let Self {
            keys,
            table,
            hasher,
        } = self;
        let hash = key.hash(hasher);
        table.insert_unique(hash, id, |id| keys[id.index()].hash(hasher));
        Some(id)
    }

    /// Interns keys in this order; `None` if one occurs twice.
    #[cfg(feature = "snapshot")]
    pub(super) fn of(keys: Vec<Key>) -> Option<Self> {
        let mut ids = Self::default();
        let many = keys.len();
        ids.table = HashTable::with_capacity(many);
        ids.keys.reserve_exact(many);
        for key in keys {
            ids.intern(key)?;
        }
        (ids.len() == many).then_some(ids)
    }

    /// Returns all keys, by number.
    #[cfg(feature = "snapshot")]
    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Returns whether the id is one of these.
    #[cfg(feature = "snapshot")]
    pub(super) fn has(&self, id: Id) -> bool {
        id.index() < self.keys.len()
    }

    pub(super) fn key(&self, id: Id) -> Key {
        self.key_at(id.index())
    }

    pub(super) fn key_at(&self, index: usize) -> Key {
        self.keys[index]
    }
}

#[inline]
fn slice<'a>(text: &'a str, ends: &[usize], symbol: Symbol) -> &'a str {
    let index = symbol.index();
    let start = match index.checked_sub(1) {
        Some(before) => ends[before],
        None => 0,
    };
    &text[start..ends[index]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_stored_once_and_resolved() {
        let mut interner = Interner::default();
        let symbols: Vec<_> = ["a", "", "é", "a", "ab"]
            .map(|text| interner.intern(text).unwrap())
            .to_vec();
        assert_eq!(symbols[0], symbols[3]);
        assert_eq!(
            symbols
                .iter()
                .map(|s| interner.resolve(*s))
                .collect::<Vec<_>>(),
            ["a", "", "é", "a", "ab"]
        );
        assert_eq!(interner.ends.len(), 4);
        assert_eq!(interner.get("ab"), Some(symbols[4]));
        assert_eq!(interner.get("abc"), None);
        assert_eq!(size_of::<Option<Symbol>>(), 4);
    }

    #[cfg(feature = "snapshot")]
    #[test]
    fn symbols_and_ids_beyond_the_last_are_unknown() {
        let texts = Interner::of(&["a"]).unwrap();
        let [first, second] = [0, 1].map(|index| Symbol::at(index).unwrap());
        assert!(texts.has(first) && !texts.has(second));
        let ids = Ids::of(vec![Key::default()]).unwrap();
        assert!(ids.has(Id(first)) && !ids.has(Id(second)));
    }

    #[test]
    fn id_is_a_uuid_or_the_symbol_of_another_text() {
        let (mut texts, mut ids) = (Interner::default(), Ids::default());
        let all = [
            "a",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "b",
            "0F8FAD5B-D9CB-469F-A165-70867728950E",
        ];
        for text in all.into_iter().chain(all) {
            let key = Key::intern(text.into(), &mut texts).unwrap();
            assert_eq!(key.name(&texts), Name::from(text));
            assert_eq!(Key::get(text.into(), &texts), Some(key));
            let id = ids.intern(key).unwrap();
            assert_eq!(ids.key(id), key);
        }
        assert_eq!((texts.ends.len(), ids.len()), (3, 4));
        assert_eq!(Key::get("c".into(), &texts), None);
        assert_eq!(size_of::<Option<Id>>(), 4);
    }

    #[test]
    fn greatest_symbol_is_not_a_uuid() {
        let greatest = Key::of_symbol(Symbol(NonZeroU32::MAX));
        assert_eq!(greatest.0.get_version_num(), 0);
    }

    #[test]
    fn different_keys_have_different_hashes() {
        let hasher = DefaultHashBuilder::default();
        let mut texts = Interner::default();
        let names = ["a", "b", "0f8fad5b-d9cb-469f-a165-70867728950e"];
        let keys = names.map(|name| Key::intern(Name::from(name), &mut texts).unwrap());
        let [a, b, uuid] = keys.map(|key| key.hash(&hasher));
        assert!(a != b && b != uuid && uuid != a);
        // The hash of an event's id depends on the visitor.
        let [key, ..] = keys;
        assert_ne!(key.hash_of(1, &hasher), key.hash_of(2, &hasher));
    }
}
