//! Texts by number: each distinct text is held once, and named by four bytes.

use std::num::NonZeroU32;

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// A text of one [`Interner`]. `Option<Symbol>` is four bytes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Symbol(NonZeroU32);

impl Symbol {
    fn at(index: usize) -> Option<Self> {
        u32::try_from(index + 1)
            .ok()
            .and_then(NonZeroU32::new)
            .map(Self)
    }

    pub(super) const fn to_bytes(self) -> [u8; 4] {
        self.0.get().to_le_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        NonZeroU32::new(u32::from_le_bytes(bytes)).map(Self)
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
}
