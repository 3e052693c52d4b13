//! The text of an id: a UUID as its 16 bytes, or any other text.

use std::cmp::Ordering;
use std::fmt;

use uuid::Uuid;

/// The text of an id. Most systems use UUIDs for events, visitors and sessions. Their bytes take less than half the
/// space of their text, and are compared faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    /// A text that is a UUID with a version, in lower case and with hyphens.
    Uuid(Uuid),
    /// Any other text.
    Text(&'a str),
}

impl<'a> From<&'a str> for Name<'a> {
    fn from(text: &'a str) -> Self {
        match uuid(text.as_bytes()) {
            Some(uuid) if uuid.get_version_num() != 0 => Self::Uuid(uuid),
            _ => Self::Text(text),
        }
    }
}

/// Parses a UUID in lower case with hyphens.
///
/// Every event has three or more of them, so this is faster than a parser of all forms: it converts all 32 digits at
/// once.
fn uuid(text: &[u8]) -> Option<Uuid> {
    let text: &[u8; 36] = text.try_into().ok()?;
    let mut digits = [0; 32];
    for (hyphens, group) in [0..8, 9..13, 14..18, 19..23, 24..36]
        .into_iter()
        .enumerate()
    {
        digits[group.start - hyphens..group.end - hyphens].copy_from_slice(&text[group]);
    }
    let has_others = [8, 13, 18, 23].iter().any(|hyphen| text[*hyphen] != b'-');
    // Testing all digits is faster than stopping at the first that is invalid.
    let mut others = u8::from(has_others);
    for digit in &mut digits {
        let number = digit.wrapping_sub(b'0');
        let letter = digit.wrapping_sub(b'a');
        others |= u8::from(number >= 10) & u8::from(letter >= 6);
        *digit = if number < 10 {
            number
        } else {
            letter.wrapping_add(10)
        };
    }
    let mut bytes = [0; 16];
    let (pairs, _) = digits.as_chunks();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = high << 4 | low;
    }
    (others == 0).then_some(Uuid::from_bytes(bytes))
}

impl Name<'_> {
    /// Calls `take` with the text.
    pub(crate) fn with_text<T>(&self, take: impl FnOnce(&str) -> T) -> T {
        match self {
            Self::Uuid(uuid) => take(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
            Self::Text(text) => take(text),
        }
    }
}

impl Ord for Name<'_> {
    /// Compares the bytes of the texts.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            // The bytes of UUIDs are ordered like their digits.
            (Self::Uuid(mine), Self::Uuid(theirs)) => mine.cmp(theirs),
            _ => self.with_text(|mine| other.with_text(|theirs| mine.cmp(theirs))),
        }
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

    #[test]
    fn plain_uuid_is_stored_as_bytes_and_written_unchanged() {
        assert!(matches!(Name::from(PLAIN), Name::Uuid(_)));
        for text in [
            PLAIN,
            "0F8FAD5B-d9cb-469f-a165-70867728950e",
            "0f8fad5bd9cb469fa16570867728950e",
            "{0f8fad5b-d9cb-469f-a165-70867728950e}",
            "0f8fad5b-d9cb-069f-a165-70867728950e", // no version
            "0f8fad5b-d9cb-469f-a165-70867728950",
            "0f8fad5b-d9cb-469f-a165-70867728950g",
            "0f8fad5b-d9cb-469f-a165-708677289é0",
            "00000000-0000-0000-0000-000000000000",
            "000000000000000000000000000000000000",
            "urn:uuid:0f8fad5b-d9cb-469f-a165-708",
            "{0f8fad5bd9cb469fa16570867728950e11}",
            "",
        ] {
            assert_eq!(Name::from(text).to_string(), text);
            assert_eq!(
                matches!(Name::from(text), Name::Uuid(_)),
                text == PLAIN,
                "{text}"
            );
        }
    }

    #[test]
    fn names_are_ordered_like_their_texts() {
        let ordered = [
            "",
            "0f",
            PLAIN,
            "0f8fad5b-d9cb-469f-a165-70867728950f",
            "0f9",
            "1f8fad5b-d9cb-469f-a165-70867728950E",
            "1f8fad5b-d9cb-469f-a165-70867728950e",
            "af8fad5b-d9cb-469f-a165-70867728950e",
            "é",
        ];
        assert!(ordered.is_sorted());
        let names = ordered.map(Name::from);
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
