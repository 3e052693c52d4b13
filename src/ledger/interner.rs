//! Texts and ids by number: each distinct one is held once, and named by four bytes.

use std::num::NonZeroU32;

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use uuid::Uuid;

use crate::name::Name;

/// A text of one [`Interner`]. `Option<Symbol>` is four bytes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Symbol(NonZeroU32);

/// As many texts, and as many ids, are held at most. Fewer in the tests of the crate, which fill a ledger.
pub(super) const MOST: usize = if cfg!(test) { 5_000 } else { u32::MAX as usize };

impl Symbol {
    fn at(index: usize) -> Option<Self> {
        let number = u32::try_from(index + 1).ok()?;
        NonZeroU32::new(number).filter(|_| index < MOST).map(Self)
    }

    pub(super) const fn to_word(self) -> u32 {
        self.0.get()
    }

    /// A word that a symbol gave.
    pub(super) fn from_word(word: u32) -> Self {
        Self(NonZeroU32::new(word).unwrap_or(NonZeroU32::MIN))
    }

    const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// The distinct texts of one ledger, one after the other in one buffer.
///
/// The hash is seeded: the texts come from outside, and none may be chosen to collide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interner {
    text: String,
    /// Where each text ends; it starts where the one before ends.
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

    /// Whether `more` further texts fit.
    pub(crate) fn has_room_for(&self, more: usize) -> bool {
        Symbol::at(self.ends.len() + more).is_some()
    }

    /// The text's symbol, a new one where it is new; `None` when 2^32 − 1 texts are held.
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

    /// Texts by number; `None` where one is given twice.
    #[cfg(feature = "snapshot")]
    pub(super) fn of(texts: &[&str]) -> Option<Self> {
        let mut interner = Self::default();
        for text in texts {
            interner.intern(text)?;
        }
        (interner.ends.len() == texts.len()).then_some(interner)
    }

    /// All texts, by number.
    #[cfg(feature = "snapshot")]
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let symbols = (0..self.ends.len()).filter_map(Symbol::at);
        symbols.map(|symbol| self.resolve(symbol))
    }

    /// The symbol of a text that is held.
    pub(crate) fn get(&self, text: &str) -> Option<Symbol> {
        self.find(self.hasher.hash_one(text), text)
    }

    fn find(&self, hash: u64, text: &str) -> Option<Symbol> {
        self.symbols
            .find(hash, |symbol| self.resolve(*symbol) == text)
            .copied()
    }

    pub(crate) fn resolve(&self, symbol: Symbol) -> &str {
        slice(&self.text, &self.ends, symbol)
    }
}

/// An id in 16 bytes: a UUID by its own, any other text by its symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Key(Uuid);

impl Key {
    fn hash(self, hasher: &DefaultHashBuilder) -> u64 {
        hasher.hash_one(self.0.as_u128())
    }

    /// The hash of an event's id, which is its visitor's own: that of another visitor may be the same.
    pub(super) fn hash_of(self, visitor: u32, hasher: &DefaultHashBuilder) -> u64 {
        hasher.hash_one((visitor, self.0.as_u128()))
    }

    #[cfg(feature = "snapshot")]
    pub(super) const fn to_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// Of bytes that a key gave.
    #[cfg(feature = "snapshot")]
    pub(super) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Whether this is the key of an id, its only one.
    #[cfg(feature = "snapshot")]
    pub(super) fn is_sound(self, texts: &Interner) -> bool {
        match self.name(texts) {
            Name::Uuid(_) => true,
            Name::Text(text) => Self::get(text.into(), texts) == Some(self),
        }
    }

    fn of_symbol(symbol: Symbol) -> Self {
        // A number of 32 bits has no version, and the UUIDs of names have one.
        Self(Uuid::from_u128(symbol.to_word().into()))
    }

    /// The key of an id, whose text may be new; `None` when no further text fits.
    pub(super) fn intern(name: Name<'_>, texts: &mut Interner) -> Option<Self> {
        match name {
            Name::Uuid(uuid) => Some(Self(uuid)),
            Name::Text(text) => texts.intern(text).map(Self::of_symbol),
        }
    }

    /// The key of an id; `None` where its text is not held.
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
        let [.., a, b, c, d] = self.0.into_bytes();
        let symbol = Symbol::from_word(u32::from_be_bytes([a, b, c, d]));
        Name::Text(texts.resolve(symbol))
    }
}

/// An id of one [`Ids`]. `Option<Id>` is four bytes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id(Symbol);

impl Id {
    pub(super) const fn to_word(self) -> u32 {
        self.0.to_word()
    }

    /// A word that an id gave.
    pub(super) fn from_word(word: u32) -> Self {
        Self(Symbol::from_word(word))
    }

    /// Its place among all, in the order in which they came.
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
            .find(hash, |id| self.keys.get(id.index()) == Some(&key))
            .copied()
    }

    /// The id of a key, a new one where it is new; `None` when 2^32 − 1 are held.
    pub(super) fn intern(&mut self, key: Key) -> Option<Id> {
        if let Some(id) = self.get(key) {
            return Some(id);
        }
        let id = Id(Symbol::at(self.keys.len())?);
        if self.keys.len() == self.keys.capacity() {
            // There are many: twice as much room would be too much.
            self.keys.reserve_exact(self.keys.len() / 8 + 16);
        }
        self.keys.push(key);
        let Self {
            keys,
            table,
            hasher,
        } = self;
        let hash = key.hash(hasher);
        table.insert_unique(hash, id, |id| {
            keys.get(id.index()).map_or(hash, |key| key.hash(hasher))
        });
        Some(id)
    }

    /// Ids by number; `None` where one is given twice.
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

    /// All of them, by number.
    #[cfg(feature = "snapshot")]
    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    pub(super) fn key(&self, id: Id) -> Option<Key> {
        self.key_at(id.index())
    }

    pub(super) fn key_at(&self, index: usize) -> Option<Key> {
        self.keys.get(index).copied()
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], symbol: Symbol) -> &'a str {
    let index = symbol.index();
    let end = ends.get(index).copied().unwrap_or_default();
    let start = match index.checked_sub(1) {
        Some(before) => ends.get(before).copied().unwrap_or_default(),
        None => 0,
    };
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_held_once_and_given_back() {
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

    #[test]
    fn an_id_is_a_uuid_or_the_symbol_of_another_text() {
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
            assert_eq!(ids.key(id), Some(key));
            assert_eq!(Id::from_word(id.to_word()), id);
        }
        assert_eq!((texts.ends.len(), ids.len()), (3, 4));
        assert_eq!(Key::get("c".into(), &texts), None);
        assert_eq!(size_of::<Option<Id>>(), 4);
    }

    #[test]
    fn the_greatest_symbol_is_no_uuid() {
        let greatest = Key::of_symbol(Symbol::from_word(u32::MAX));
        assert_eq!(greatest.0.get_version_num(), 0);
    }

    #[test]
    fn keys_have_hashes_of_their_own() {
        let hasher = DefaultHashBuilder::default();
        let mut texts = Interner::default();
        let names = ["a", "b", "0f8fad5b-d9cb-469f-a165-70867728950e"];
        let keys = names.map(|name| Key::intern(Name::from(name), &mut texts).unwrap());
        let [a, b, uuid] = keys.map(|key| key.hash(&hasher));
        assert!(a != b && b != uuid && uuid != a);
        // An event's is its visitor's own.
        let [key, ..] = keys;
        assert_ne!(key.hash_of(1, &hasher), key.hash_of(2, &hasher));
    }
}
