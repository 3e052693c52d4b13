//! Event ids in 16 bytes.

use std::cmp::Ordering;
use std::fmt;

use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::interner::Symbol;

/// An event's id in one ledger: a UUID by its own bytes, any other text by its symbol.
///
/// Almost every log names its events by UUIDs, each of them once: to hold them as texts would take more than twice the
/// memory, and a search in a large table for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EventKey([u8; 16]);

impl EventKey {
    /// The key of a text that is a UUID as it is commonly written: in lower case, with hyphens and a version.
    pub(super) fn of_uuid(text: &str) -> Option<Self> {
        if text.len() != Hyphenated::LENGTH {
            return None;
        }
        let uuid = Uuid::try_parse(text).ok()?;
        // Symbols have no version.
        let is_plain = uuid.get_version_num() != 0
            && uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
        is_plain.then(|| Self(uuid.into_bytes()))
    }

    pub(super) fn of_symbol(symbol: Symbol) -> Self {
        let mut bytes = [0; 16];
        for (byte, of_symbol) in bytes.iter_mut().zip(symbol.to_bytes()) {
            *byte = of_symbol;
        }
        Self(bytes)
    }

    /// The UUID, or else the symbol of another text.
    pub(super) fn read(self) -> Result<Uuid, Option<Symbol>> {
        let uuid = Uuid::from_bytes(self.0);
        if uuid.get_version_num() != 0 {
            return Ok(uuid);
        }
        let [a, b, c, d, ..] = self.0;
        Err(Symbol::from_bytes([a, b, c, d]))
    }
}

/// An event's id as it can be compared and written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EventName<'a> {
    Uuid(Uuid),
    Text(&'a str),
}

impl Ord for EventName<'_> {
    /// By the bytes of the texts.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut mine, mut theirs) = (Uuid::encode_buffer(), Uuid::encode_buffer());
        match (self, other) {
            // The bytes of UUIDs stand in the order of their digits.
            (Self::Uuid(mine), Self::Uuid(theirs)) => mine.cmp(theirs),
            _ => self.text(&mut mine).cmp(other.text(&mut theirs)),
        }
    }
}

impl<'a> EventName<'a> {
    fn text<'b>(&self, buffer: &'b mut [u8; Uuid::encode_buffer().len()]) -> &'b str
    where
        'a: 'b,
    {
        match self {
            Self::Uuid(uuid) => uuid.hyphenated().encode_lower(buffer),
            Self::Text(text) => text,
        }
    }
}

impl PartialOrd for EventName<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for EventName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for EventName<'_> {}

impl fmt::Display for EventName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(&mut Uuid::encode_buffer()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::interner::Interner;

    const PLAIN: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

    #[test]
    fn a_plain_uuid_is_its_bytes_and_comes_back_as_it_was() {
        let key = EventKey::of_uuid(PLAIN).unwrap();
        assert_eq!(EventName::Uuid(key.read().unwrap()).to_string(), PLAIN);
        for text in [
            "0F8FAD5B-d9cb-469f-a165-70867728950e",
            "0f8fad5bd9cb469fa16570867728950e",
            "{0f8fad5b-d9cb-469f-a165-70867728950e}",
            "0f8fad5b-d9cb-069f-a165-70867728950e", // no version
            "0f8fad5b-d9cb-469f-a165-70867728950",
            "0f8fad5b-d9cb-469f-a165-70867728950g",
            "00000000-0000-0000-0000-000000000000",
            "",
        ] {
            assert!(EventKey::of_uuid(text).is_none(), "{text}");
        }
    }

    #[test]
    fn another_text_is_its_symbol() {
        let mut interner = Interner::default();
        for text in ["a", "b", "0F8FAD5B-D9CB-469F-A165-70867728950E"] {
            let symbol = interner.intern(text).unwrap();
            assert_eq!(EventKey::of_symbol(symbol).read(), Err(Some(symbol)));
        }
        // The greatest symbol there is has no version either.
        let greatest = Symbol::from_bytes([255; 4]).unwrap();
        assert_eq!(EventKey::of_symbol(greatest).read(), Err(Some(greatest)));
    }

    #[test]
    fn names_stand_in_the_order_of_their_texts() {
        let uuid = |text| EventName::Uuid(EventKey::of_uuid(text).unwrap().read().unwrap());
        let ordered = [
            EventName::Text(""),
            EventName::Text("0f"),
            uuid(PLAIN),
            EventName::Text("0f8fad5b-d9cb-469f-a165-70867728950f"),
            EventName::Text("0f9"),
            uuid("1f8fad5b-d9cb-469f-a165-70867728950e"),
            uuid("af8fad5b-d9cb-469f-a165-70867728950e"),
            EventName::Text("é"),
        ];
        assert!(ordered.is_sorted());
        assert!(ordered.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(uuid(PLAIN), EventName::Text(PLAIN));
    }
}
