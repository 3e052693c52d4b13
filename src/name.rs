//! The text of an id: a UUID as its 16 bytes, a short text as 16 bytes, or any other text.

use std::cmp::Ordering;
use std::fmt;

use uuid::Uuid;

/// The text of an id. Most systems use UUIDs or short texts for events, visitors and sessions. In 16 bytes they take
/// little space, and are compared fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    /// A text that is a UUID with a version, in lower case and with hyphens.
    Uuid(Uuid),
    /// Another text of 1 to 15 bytes.
    Short(ShortText),
    /// Any other text.
    Text(&'a str),
}

impl<'a> From<&'a str> for Name<'a> {
    #[inline]
    fn from(text: &'a str) -> Self {
        if let Some(short) = ShortText::new(text) {
            return Self::Short(short);
        }
        match uuid(text.as_bytes()) {
            Some(uuid) if uuid.get_version_num() != 0 => Self::Uuid(uuid),
            _ => Self::Text(text),
        }
    }
}

/// A text of 1 to 15 bytes, in 16 bytes.
///
/// Byte 6 has the length. The bytes of the text are before and after it, followed by zeros. A UUID has its version in the
/// upper half of byte 6, which is 0 here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShortText([u8; 16]);

impl ShortText {
    const MAX_BYTES: usize = 15;
    /// The place of the length, in bits.
    const LENGTH: u32 = 48;

    #[inline]
    fn new(text: &str) -> Option<Self> {
        let length = text.len();
        if length == 0 || length > Self::MAX_BYTES {
            return None;
        }
        let mut bytes = [0; 16];
        bytes[..length].copy_from_slice(text.as_bytes());
        let text = u128::from_le_bytes(bytes);
        let before = text & ((1 << Self::LENGTH) - 1);
        let after = text >> Self::LENGTH;
        let number = before | (length as u128) << Self::LENGTH | after << (Self::LENGTH + 8);
        Some(Self(number.to_le_bytes()))
    }

    /// Returns the short text with these bytes, or `None` if no short text has them.
    #[cfg(feature = "snapshot")]
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        let (text, length) = Self(bytes).parts();
        let text = std::str::from_utf8(text.get(..length)?).ok()?;
        Self::new(text).filter(|short| short.0 == bytes)
    }

    /// Returns the short text with these bytes, which were those of a short text.
    #[inline]
    pub(crate) const fn trusted(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    #[inline]
    pub(crate) const fn into_bytes(self) -> [u8; 16] {
        self.0
    }

    /// Returns the text, followed by zeros, and its length.
    #[inline]
    fn parts(self) -> ([u8; 16], usize) {
        let number = u128::from_le_bytes(self.0);
        let before = number & ((1 << Self::LENGTH) - 1);
        let after = number >> (Self::LENGTH + 8);
        let text = before | after << Self::LENGTH;
        (text.to_le_bytes(), self.0[6].into())
    }

    /// Returns the bytes of the text.
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> {
        let (text, length) = self.parts();
        text.into_iter().take(length)
    }

    fn with_text<T>(self, take: impl FnOnce(&str) -> T) -> T {
        let (text, length) = self.parts();
        take(std::str::from_utf8(&text[..length]).expect("it was made from a text"))
    }
}

impl Ord for ShortText {
    /// Compares the bytes of the texts.
    fn cmp(&self, other: &Self) -> Ordering {
        // Texts that differ only in zeros at their ends differ in length.
        self.parts().cmp(&other.parts())
    }
}

impl PartialOrd for ShortText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Parses a UUID in lower case with hyphens.
///
/// Every event has three or more of them, so this is faster than a parser of all forms: it converts eight digits at
/// once.
fn uuid(text: &[u8]) -> Option<Uuid> {
    let text: &[u8; 36] = text.try_into().ok()?;
    let four = |place: usize| {
        let digits = text[place..].first_chunk().expect("there are 36 bytes");
        u64::from(u32::from_le_bytes(*digits))
    };
    let eight = |first: usize, second: usize| eight_digits(four(first) | four(second) << 32);
    let parts = [eight(0, 4), eight(9, 14), eight(19, 24), eight(28, 32)];
    let has_hyphens = [8, 13, 18, 23].iter().all(|place| text[*place] == b'-');
    let is_valid = has_hyphens && parts.iter().all(|(_, is_valid)| *is_valid);
    let number = parts
        .iter()
        .rev()
        .fold(0, |number, part| number << 32 | u128::from(part.0));
    is_valid.then_some(Uuid::from_bytes(number.to_le_bytes()))
}

/// Converts eight hexadecimal digits in lower case, the first in the lowest byte, to four bytes in the same order.
/// Returns also whether they are digits.
fn eight_digits(digits: u64) -> (u32, bool) {
    const EACH: u64 = u64::MAX / 255;
    // Of the digits, only letters have this bit.
    let letters = (digits >> 6) & EACH;
    let values = (digits & (EACH * 0x0f)) + letters * 9;
    let tens = ((values + EACH * 6) >> 4) & EACH;
    let as_digits = values + EACH * u64::from(b'0') + tens * u64::from(b'a' - b'0' - 10);
    let is_valid = as_digits == digits && values & (EACH * 0xf0) == 0;
    let pairs = ((values << 4) | (values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let pairs = (pairs | (pairs >> 8)) & 0x0000_ffff_0000_ffff;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the four bytes are in the lower half"
    )]
    let bytes = (pairs | (pairs >> 16)) as u32;
    (bytes, is_valid)
}

impl Name<'_> {
    /// Calls `take` with the text.
    pub(crate) fn with_text<T>(&self, take: impl FnOnce(&str) -> T) -> T {
        match self {
            Self::Uuid(uuid) => take(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
            Self::Short(short) => short.with_text(take),
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
            (Self::Short(mine), Self::Short(theirs)) => mine.cmp(theirs),
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
        let Name::Uuid(plain) = Name::from(PLAIN) else {
            panic!("{PLAIN} is a UUID");
        };
        assert_eq!(plain, Uuid::parse_str(PLAIN).unwrap());
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
    fn digits_are_those_of_lower_case_hexadecimal_numbers() {
        for place in 0..8 {
            for byte in 0..=u8::MAX {
                let mut digits = *b"01abcdef";
                digits[place] = byte;
                let expected = match byte {
                    b'A'..=b'F' => None,
                    _ => std::str::from_utf8(&digits).ok(),
                };
                let expected = expected.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let (bytes, is_valid) = eight_digits(u64::from_le_bytes(digits));
                let found = is_valid.then(|| u32::from_be_bytes(bytes.to_le_bytes()));
                assert_eq!(found, expected.filter(|_| byte != b'+'), "{digits:?}");
            }
        }
    }

    #[test]
    fn short_texts_have_1_to_15_bytes() {
        for text in [
            "a",
            "é",
            "abc",
            "abcd",
            "v123456",
            "\0",
            "a\0",
            "12345678",
            "1234567 9ab💬",
        ] {
            let Name::Short(short) = Name::from(text) else {
                panic!("{text:?} is short");
            };
            assert_eq!(Name::Short(short).to_string(), text);
            assert_eq!(short.bytes().collect::<Vec<_>>(), text.as_bytes());
            assert_eq!(usize::from(short.into_bytes()[6]), text.len());
        }
        for text in ["", "sixteen bytes..."] {
            assert_eq!(Name::from(text), Name::Text(text));
        }
    }

    #[test]
    fn names_are_ordered_like_their_texts() {
        let ordered = [
            "",
            "\0",
            "\0\0",
            "0",
            "0\0",
            "0\0a",
            "00000000000000",
            "00000000000000\0",
            "00000000000000\0\0",
            "0000000000000a",
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
