//! Interned texts and ids: each distinct one is stored once and referred to by four bytes.

#[cfg(feature = "snapshot")]
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash, Hasher};
use std::num::NonZeroU32;

use hashbrown::{DefaultHashBuilder, HashTable};
use uuid::Uuid;

use crate::name::{Name, ShortText};

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

    /// Returns the position, in order of first arrival.
    pub(super) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Storage for values that are found by number.
pub(crate) trait Store: Default {
    type Item: Hash + Eq + ?Sized;

    fn len(&self) -> usize;

    fn item(&self, index: usize) -> &Self::Item;

    fn push(&mut self, item: &Self::Item);

    /// Makes room for exactly this many more values, if that saves memory.
    #[cfg(feature = "snapshot")]
    fn reserve(&mut self, _: usize) {}

    fn heap_bytes(&self) -> usize;
}

/// Distinct values, each stored once. It is referred to by its number, in order of first arrival.
///
/// The hash is seeded, so that nobody can choose texts that collide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interned<S> {
    pub(super) store: S,
    symbols: HashTable<Symbol>,
    hasher: DefaultHashBuilder,
}

/// Distinct texts.
pub(crate) type Interner = Interned<Texts>;

/// Distinct ids. Their numbers are [`Id`]s.
pub(crate) type Ids = Interned<Vec<Key>>;

impl<S: Store> Interned<S> {
    pub(crate) fn heap_bytes(&self) -> usize {
        self.store.heap_bytes() + self.symbols.allocation_size()
    }

    pub(super) fn len(&self) -> usize {
        self.store.len()
    }

    /// Returns whether `more` further values fit.
    pub(crate) fn has_room_for(&self, more: usize) -> bool {
        Symbol::at(self.len() + more).is_some()
    }

    /// Returns the value's symbol, which is new if the value is, or `None` if there are 2^32 − 1 values.
    pub(crate) fn intern(&mut self, item: &S::Item) -> Option<Symbol> {
        let hash = self.hasher.hash_one(item);
        if let Some(symbol) = self.find(hash, item) {
            return Some(symbol);
        }
        let symbol = Symbol::at(self.len())?;
        self.store.push(item);
        let Self {
            store,
            symbols,
            hasher,
        } = self;
        symbols.insert_unique(hash, symbol, |symbol| {
            hasher.hash_one(store.item(symbol.index()))
        });
        Some(symbol)
    }

    /// Interns values in this order; `None` if one occurs twice.
    #[cfg(feature = "snapshot")]
    pub(super) fn of<T: Borrow<S::Item>>(items: &[T]) -> Option<Self> {
        let mut interned = Self {
            symbols: HashTable::with_capacity(items.len()),
            ..Self::default()
        };
        interned.store.reserve(items.len());
        for item in items {
            interned.intern(item.borrow())?;
        }
        (interned.len() == items.len()).then_some(interned)
    }

    /// Returns all values, by number.
    #[cfg(feature = "snapshot")]
    pub(super) fn items(&self) -> impl Iterator<Item = &S::Item> {
        (0..self.len()).map(|index| self.store.item(index))
    }

    /// Returns the symbol of a value, or `None` if the value is not interned.
    pub(crate) fn get(&self, item: &S::Item) -> Option<Symbol> {
        self.find(self.hasher.hash_one(item), item)
    }

    fn find(&self, hash: u64, item: &S::Item) -> Option<Symbol> {
        self.symbols
            .find(hash, |symbol| self.resolve(*symbol) == item)
            .copied()
    }

    /// Returns whether a value has this symbol.
    #[cfg(feature = "snapshot")]
    pub(super) fn has(&self, symbol: Symbol) -> bool {
        symbol.index() < self.len()
    }

    pub(crate) fn resolve(&self, symbol: Symbol) -> &S::Item {
        self.store.item(symbol.index())
    }
}

/// Texts, one after the other in one buffer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    text: String,
    /// The end of each text. A text starts at the end of the one before it.
    ends: Vec<usize>,
}

impl Store for Texts {
    type Item = str;

    fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    fn item(&self, index: usize) -> &str {
        let start = match index.checked_sub(1) {
            Some(before) => self.ends[before],
            None => 0,
        };
        &self.text[start..self.ends[index]]
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}

impl Store for Vec<Key> {
    type Item = Key;

    fn len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn item(&self, index: usize) -> &Key {
        &self[index]
    }

    fn push(&mut self, key: &Key) {
        if self.len() == self.capacity() {
            // There are many ids, so doubling the capacity would waste memory.
            self.reserve_exact(self.len() / 8 + 16);
        }
        self.push(*key);
    }

    #[cfg(feature = "snapshot")]
    fn reserve(&mut self, keys: usize) {
        self.reserve_exact(keys);
    }

    fn heap_bytes(&self) -> usize {
        self.capacity() * size_of::<Key>()
    }
}

/// An id in 16 bytes: the bytes of a UUID, of a [`ShortText`], or the symbol of any other text.
///
/// Byte 6 says which: its upper half is the version of a UUID. Else it is the length of a short text, or 0 for a symbol,
/// which is in the last four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Key(pub(super) Uuid);

impl Hash for Key {
    /// Hashes one number, which is faster than hashing 16 bytes.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_u128().hash(state);
    }
}

impl Key {
    /// Returns whether this is the only key of an id. Keys that were read from a file must be tested before use.
    #[cfg(feature = "snapshot")]
    pub(super) fn is_valid(self, texts: &Interner) -> bool {
        let bytes = self.0.into_bytes();
        match bytes[6] {
            0 => {
                let symbol = self.symbol().filter(|symbol| texts.has(*symbol));
                let text = symbol.map(|symbol| texts.resolve(symbol));
                text.and_then(|text| Self::of(text.into(), |text| texts.get(text))) == Some(self)
            }
            1..16 => ShortText::from_bytes(bytes).is_some(),
            16.. => true,
        }
    }

    /// Returns the symbol of a text that is neither short nor a UUID.
    fn symbol(self) -> Option<Symbol> {
        let [.., a, b, c, d] = self.0.into_bytes();
        NonZeroU32::new(u32::from_be_bytes([a, b, c, d])).map(Symbol)
    }

    fn of_symbol(symbol: Symbol) -> Self {
        // Byte 6 is 0.
        Self(Uuid::from_u128(symbol.0.get().into()))
    }

    /// Returns the key of an id. `symbol` returns the symbol of a text, if there is one.
    #[inline]
    pub(super) fn of(name: Name<'_>, symbol: impl FnOnce(&str) -> Option<Symbol>) -> Option<Self> {
        match name {
            Name::Uuid(uuid) => Some(Self(uuid)),
            Name::Short(short) => Some(Self(Uuid::from_bytes(short.into_bytes()))),
            Name::Text(text) => symbol(text).map(Self::of_symbol),
        }
    }

    pub(super) fn name(self, texts: &Interner) -> Name<'_> {
        let bytes = self.0.into_bytes();
        match bytes[6] {
            0 => {
                let symbol = self.symbol();
                Name::Text(texts.resolve(symbol.expect("a key without a length is a symbol")))
            }
            1..16 => Name::Short(ShortText::trusted(bytes)),
            16.. => Name::Uuid(self.0),
        }
    }
}

/// An id of one [`Ids`]. `Option<Id>` is four bytes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id(pub(super) Symbol);

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
        assert_eq!(interner.len(), 4);
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
        let ids = Ids::of(&[Key::default()]).unwrap();
        assert!(ids.has(first) && !ids.has(second));
    }

    #[test]
    fn id_is_a_uuid_or_a_short_text_or_the_symbol_of_another_text() {
        let (mut texts, mut ids) = (Interner::default(), Ids::default());
        let all = [
            "a",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "fifteen bytes !",
            "sixteen bytes !!",
            "0F8FAD5B-D9CB-469F-A165-70867728950E",
        ];
        for text in all.into_iter().chain(all) {
            let key = Key::of(text.into(), |text| texts.intern(text)).unwrap();
            assert_eq!(key.name(&texts), Name::from(text));
            assert_eq!(Key::of(text.into(), |text| texts.get(text)), Some(key));
            let id = ids.intern(&key).unwrap();
            assert_eq!(*ids.resolve(id), key);
        }
        assert_eq!((texts.len(), ids.len()), (2, 5));
        assert_eq!(
            Key::of("a text of 21 bytes !!".into(), |text| texts.get(text)),
            None
        );
        assert_eq!(size_of::<Option<Id>>(), 4);
    }

    #[cfg(feature = "snapshot")]
    #[test]
    fn only_the_key_that_an_id_has_is_valid() {
        let mut texts = Interner::default();
        let mut bytes = |text: &str| {
            let key = Key::of(text.into(), |text| texts.intern(text)).unwrap();
            key.0.into_bytes()
        };
        let [long, short, full] = [
            bytes("sixteen bytes !!"),
            bytes("short"),
            bytes("fifteen bytes !"),
        ];
        // A text that is in the table although it is a short id.
        bytes("also sixteen ...");
        texts.intern("in the table").unwrap();
        let is_valid = |bytes| Key(Uuid::from_bytes(bytes)).is_valid(&texts);
        let changed = |mut bytes: [u8; 16], place: usize, value: u8| {
            bytes[place] = value;
            bytes
        };
        for bytes in [long, short, full, changed(full, 6, 0x40)] {
            assert!(is_valid(bytes), "{bytes:?}");
        }
        for bytes in [
            // No symbol, an unknown one, that of a short text, and a symbol with other bytes before it.
            [0; 16],
            changed(long, 15, 4),
            changed(long, 15, 3),
            changed(long, 0, 1),
            // Bytes after the end of a text, a length that is too great, and a text that is not UTF-8.
            changed(short, 5, b'x'),
            changed(short, 15, b'x'),
            changed(short, 6, 6).map(|byte| if byte == b's' { 0xff } else { byte }),
            changed(full, 0, 0xff),
            changed(full, 6, 14),
        ] {
            assert!(!is_valid(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn greatest_symbol_is_neither_a_uuid_nor_a_short_text() {
        let greatest = Key::of_symbol(Symbol(NonZeroU32::MAX));
        assert_eq!(greatest.0.get_version_num(), 0);
        assert_eq!(greatest.0.into_bytes()[6], 0);
    }

    #[test]
    fn different_keys_have_different_hashes() {
        let hasher = DefaultHashBuilder::default();
        let mut texts = Interner::default();
        let names = [
            "a",
            "b",
            "a long text, number 1",
            "a long text, number 2",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
        ];
        let keys = names.map(|name| Key::of(Name::from(name), |text| texts.intern(text)).unwrap());
        let mut sorted = keys.map(|key| hasher.hash_one(key));
        sorted.sort_unstable();
        assert!(sorted.is_sorted_by(|a, b| a < b));
        // The hash of an event's id depends on the visitor.
        let [key, ..] = keys;
        assert_ne!(hasher.hash_one((1, key)), hasher.hash_one((2, key)));
    }
}
