//! A fast reader of plain objects, which almost all lines of a log are: known fields, each once, whose values are
//! strings without escapes, plain numbers, `true`, `false`, `null`, or for `by` an object of these.
//!
//! Everything else is left to the JSON parser. Only the parser reports syntax errors.

use super::raw_fields::{RawBy, RawFields, place};
use crate::event::field::Field;
use crate::json_value::FieldValue;

/// Reads a text that is one plain object. For any other text it returns `None` and leaves the fields unspecified.
pub(crate) fn read<'a>(text: &'a str, fields: &mut RawFields<'a>) -> Option<()> {
    fields.clear();
    // Testing all bytes, many at a time, is faster than stopping at the first special byte.
    let special = text.bytes().fold(0, |special, byte| {
        special | u8::from(byte < b' ') | u8::from(byte == b'\\')
    });
    if special != 0 {
        return None;
    }
    let mut cursor = Cursor { text, at: 0 };
    cursor.token(b'{')?;
    let mut last = None;
    loop {
        let (field, value) = match cursor.expected(last, fields) {
            Some((field, true)) => (field, FieldValue::Text(cursor.text_after_quote()?)),
            Some((field, false)) => (field, cursor.value(field, fields)?),
            None => {
                let field = Field::from_name(cursor.text()?)?;
                cursor.token(b':')?;
                fields.next[place(last)] = Some(field);
                (field, cursor.value(field, fields)?)
            }
        };
        last = Some(field);
        if !fields.set(field, value) {
            return None;
        }
        if cursor.ends()? {
            return cursor.next().is_none().then_some(());
        }
    }
}

/// The start of a field, in a form that is compared with 16 bytes of a text at once.
#[derive(Debug, Clone, Copy)]
struct Opening {
    bytes: u128,
    mask: u128,
    length: usize,
    /// Whether the opening includes the quote of the value.
    is_text: bool,
}

impl Opening {
    /// The start of each field.
    const ALL: [Self; Field::COUNT] = {
        let mut all = [Self::of(Field::Id); Field::COUNT];
        let mut place = 0;
        while place < Field::COUNT {
            all[place] = Self::of(Field::ALL[place]);
            place += 1;
        }
        all
    };

    const fn of(field: Field) -> Self {
        let is_text = !matches!(
            field,
            Field::By | Field::Seq | Field::Revision | Field::Rating
        );
        let opening = field.opening().as_bytes();
        let length = opening.len() - !is_text as usize;
        let mut bytes = [0; 16];
        // A longer text fails the build, as its end would be lost.
        let (start, _) = bytes.split_at_mut(length);
        start.copy_from_slice(opening.split_at(length).0);
        Self {
            bytes: u128::from_le_bytes(bytes),
            mask: u128::MAX >> (128 - 8 * length),
            length,
            is_text,
        }
    }

    /// Returns whether these bytes start with the opening.
    fn starts(self, bytes: &[u8; 16]) -> bool {
        u128::from_le_bytes(*bytes) & self.mask == self.bytes
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Skips blanks and returns the next byte.
    fn next(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.byte()
    }

    fn token(&mut self, token: u8) -> Option<()> {
        let found = self.next()? == token;
        self.at += usize::from(found);
        found.then_some(())
    }

    /// Skips the brace or comma after a value, and returns whether the object ends.
    fn ends(&mut self) -> Option<bool> {
        let found = self.next()?;
        self.at += 1;
        match found {
            b'}' => Some(true),
            b',' => Some(false),
            _ => None,
        }
    }

    /// Takes this number of bytes.
    fn take(&mut self, bytes: usize) -> Option<&'a str> {
        let taken = self.text.get(self.at..self.at + bytes)?;
        self.at += bytes;
        Some(taken)
    }

    /// Reads a text without escapes.
    fn text(&mut self) -> Option<&'a str> {
        self.token(b'"')?;
        self.text_after_quote()
    }

    fn text_after_quote(&mut self) -> Option<&'a str> {
        let length = quote(self.text.as_bytes().get(self.at..)?)?;
        let text = self.take(length)?;
        self.at += 1;
        Some(text)
    }

    /// Skips the start of the field that followed `last` in an earlier line, if the text continues with it: logs write
    /// the same fields in the same order. The flag tells whether the opening quote of a string was skipped too.
    fn expected(&mut self, last: Option<Field>, fields: &RawFields<'a>) -> Option<(Field, bool)> {
        let field = fields.next[place(last)]?;
        let opening = Opening::ALL[field as usize];
        let next = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        opening.starts(next).then(|| {
            self.at += opening.length;
            (field, opening.is_text)
        })
    }

    /// Reads the value of a field.
    fn value(&mut self, field: Field, fields: &mut RawFields<'a>) -> Option<FieldValue<'a>> {
        match self.next()? {
            b'{' if field == Field::By => {
                fields.by = self.by()?;
                Some(FieldValue::Object)
            }
            first => self.scalar(first),
        }
    }

    /// Reads a value that starts with this byte, at the cursor.
    fn scalar(&mut self, first: u8) -> Option<FieldValue<'a>> {
        match first {
            b'"' => self.text().map(FieldValue::Text),
            b'-' | b'0'..=b'9' => self.number().map(FieldValue::Digits),
            b'n' => (self.take("null".len())? == "null").then_some(FieldValue::Null),
            _ => None,
        }
    }

    /// Reads digits with an optional sign and fraction, and no exponent.
    fn number(&mut self) -> Option<&'a str> {
        let all = self.text.as_bytes().get(self.at..)?;
        let (whole, mut rest) = digits(all.strip_prefix(b"-").unwrap_or(all));
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with(b"0")) {
            return None;
        }
        if let Some(fraction) = rest.strip_prefix(b".") {
            let (fraction, further) = digits(fraction);
            if fraction.is_empty() {
                return None;
            }
            rest = further;
        }
        if matches!(rest.first(), Some(b'e' | b'E')) {
            return None;
        }
        self.take(all.len() - rest.len())
    }

    /// Reads the object of `by`.
    fn by(&mut self) -> Option<RawBy<'a>> {
        let mut by = RawBy::default();
        let (mut last, mut count) = ("", 0);
        self.token(b'{')?;
        loop {
            let name = self.text()?;
            self.token(b':')?;
            let first = self.next()?;
            let value = self.scalar(first)?;
            // There are two names, so a third entry repeats one.
            if name == last || count == 2 || !by.set(name, value) {
                return None;
            }
            (last, count) = (name, count + 1);
            if self.ends()? {
                return Some(by);
            }
        }
    }
}

/// Returns the place of the first quote. Texts are short, so comparing sixteen bytes at once is faster than calling a
/// search.
fn quote(bytes: &[u8]) -> Option<usize> {
    let is_quote = |byte: &u8| *byte == b'"';
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (number, block) in blocks.iter().enumerate() {
        if block
            .iter()
            .fold(false, |found, byte| found | is_quote(byte))
        {
            return Some(number * 16 + first_of(*block, b'"'));
        }
    }
    let place = rest.iter().position(is_quote)?;
    Some(blocks.len() * 16 + place)
}

/// Returns the place of the first byte equal to `byte` in a block that contains one.
fn first_of(block: [u8; 16], byte: u8) -> usize {
    const EACH: u128 = u128::MAX / 255;
    // A byte that is equal becomes 0. The lowest byte whose highest bit is then set is the first of them.
    let block = u128::from_le_bytes(block) ^ (EACH * u128::from(byte));
    let found = block.wrapping_sub(EACH) & !block & (EACH << 7);
    found.trailing_zeros() as usize / 8
}

/// Splits bytes after their leading digits.
fn digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let length = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    bytes.split_at(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::event::json::parsed;

    /// Returns the fields of a text that is one plain object.
    fn plain(text: &str) -> Option<RawFields<'_>> {
        let mut fields = RawFields::default();
        read(text, &mut fields).map(|()| fields)
    }

    #[test]
    fn ordinary_lines_are_plain() {
        for text in [
            r#"{"id":"1","at":"2026-03-02T12:00:00Z","visitor":"ann","type":"widget_impression"}"#,
            r#" { "seq" : 3 , "page" : null , "id" : "é 💬" } "#,
            r#"{"by":{"side":"agent","agent":"a-1"},"subtotal":-35.10,"rating":0}"#,
        ] {
            let (fields, object) = (plain(text).unwrap(), parsed(text).unwrap());
            assert_eq!(Ok(fields), object.raw_fields(), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_plain() {
        for text in [
            "",
            "{}",
            "[]",
            r#"{"id":"1"} x"#,
            r#"{"id":"1""#,
            r#"{"id":"1",}"#,
            r#"{"id":"\n"}"#,
            "{\"id\":\"\n\"}",
            r#"{"id":"1","id":"1"}"#,
            r#"{"id":"1","other":1}"#,
            r#"{"id":{}}"#,
            r#"{"by":{}}"#,
            r#"{"by":{"side":{}}}"#,
            r#"{"by":{"side":"agent","agent":"a","side":"agent"}}"#,
            r#"{"by":{"agent":"a","agent":"a"}}"#,
            "{\t\"id\":\"1\"}",
            r#"{"id":{"a":"b"}}"#,
            "{\"id\":\n\"1\"}",
            r#"{"seq":1e3}"#,
            r#"{"seq":01}"#,
            r#"{"seq":1.}"#,
            r#"{"seq":-}"#,
            r#"{"seq":nul}"#,
        ] {
            assert!(plain(text).is_none(), "{text}");
        }
    }

    /// Returns objects put together from valid and invalid pieces.
    fn text() -> impl Strategy<Value = String> {
        let name = select(vec![
            "id", "at", "by", "seq", "subtotal", "page", "other", "i\\u0064",
        ]);
        let scalar = select(vec![
            r#""""#,
            r#""a""#,
            r#""\n""#,
            r#""é💬""#,
            "\"\u{1}\"",
            "0",
            "-0",
            "01",
            "1.",
            "1.50",
            "-3.1",
            "1e5",
            "1E+2",
            "12345678901234567890123",
            "-",
            ".5",
            "null",
            "true",
            "false",
            "nulls",
            "[]",
            "[1]",
            "{}",
            "",
        ]);
        let by = (scalar.clone(), scalar.clone())
            .prop_map(|(side, agent)| format!(r#"{{"side":{side},"agent":{agent}}}"#));
        let value = prop_oneof![4 => scalar.prop_map(str::to_owned), 1 => by];
        let blank = || select(vec!["", "", "", " ", "\t", "\r\n", "\u{a0}"]);
        let entry = (blank(), name, blank(), blank(), value, blank())
            .prop_map(|(a, name, b, c, value, d)| format!("{a}\"{name}\"{b}:{c}{value}{d}"));
        let entries = proptest::collection::vec(entry, 0..5);
        let broken = proptest::option::weighted(0.2, any::<prop::sample::Index>());
        (entries, select(vec!["", "", "", ",", "}", " x"]), broken).prop_map(
            |(entries, end, broken)| {
                let mut text = format!("{{{}}}{end}", entries.join(","));
                if let Some(index) = broken {
                    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
                    text.remove(*index.get(&places));
                }
                text
            },
        )
    }

    proptest! {
        #[test]
        fn plain_objects_read_as_the_parser_reads_them(text in text()) {
            if let Some(fields) = plain(&text) {
                let parsed = parsed(&text);
                prop_assert!(parsed.is_ok(), "{}", text);
                let object = parsed.unwrap();
                prop_assert_eq!(Ok(fields), object.raw_fields());
            }
        }
    }
}
