//! The plain object that almost every line of a log is, taken without a parser of all of JSON: known fields, each once,
//! whose values are texts without escapes, plain numbers, `true`, `false`, `null`, or for `by` an object of these.
//!
//! What is anything else is left to the parser, which alone says what is wrong with a text.

use super::fields::{Field, Opening};
use super::slots::{BySlots, Slots};
use crate::raw::Value;

/// Fills the slots with the fields of a text that is one plain object; `None` of any other, the slots then hold anything.
pub(in crate::event) fn read<'a>(text: &'a str, slots: &mut Slots<'a>) -> Option<()> {
    slots.clear();
    // All bytes are looked at, many at a time, which is faster than to stop at one.
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
        let (field, value) = match cursor.expected(last, slots) {
            Some((field, true)) => (field, Value::Text(cursor.text_after_quote()?)),
            Some((field, false)) => (field, cursor.value(field, slots)?),
            None => {
                let field = Field::from_name(cursor.text()?)?;
                cursor.token(b':')?;
                slots.set_field_after(last, field);
                (field, cursor.value(field, slots)?)
            }
        };
        last = Some(field);
        if !slots.set(field, value) {
            return None;
        }
        if cursor.ends()? {
            return cursor.next().is_none().then_some(());
        }
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

    fn pass_blanks(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    /// The next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        self.pass_blanks();
        self.byte()
    }

    fn token(&mut self, token: u8) -> Option<()> {
        let found = self.next()? == token;
        self.at += usize::from(found);
        found.then_some(())
    }

    /// Whether an object ends here; else a comma is passed.
    fn ends(&mut self) -> Option<bool> {
        let found = self.next()?;
        self.at += 1;
        match found {
            b'}' => Some(true),
            b',' => Some(false),
            _ => None,
        }
    }

    /// Takes so many bytes.
    fn take(&mut self, bytes: usize) -> Option<&'a str> {
        let taken = self.text.get(self.at..self.at + bytes)?;
        self.at += bytes;
        Some(taken)
    }

    /// A text without escapes.
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

    /// Logs write the same fields in the same order. So where a field stands that came after the last one in a line
    /// before, it is passed, with the quote that opens its text; tells whether that is passed too.
    fn expected(&mut self, last: Option<Field>, slots: &Slots<'a>) -> Option<(Field, bool)> {
        let field = slots.field_after(last)?;
        let opening = Opening::ALL.get(field as usize)?;
        let next = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        opening.starts(next).then(|| {
            self.at += opening.length;
            (field, opening.is_text)
        })
    }

    /// The value of a field.
    fn value(&mut self, field: Field, slots: &mut Slots<'a>) -> Option<Value<'a>> {
        match self.next()? {
            b'{' if field == Field::By => {
                slots.by = self.by()?;
                Some(Value::Object)
            }
            first => self.scalar(first),
        }
    }

    /// A value of this first byte, on which the cursor stands.
    fn scalar(&mut self, first: u8) -> Option<Value<'a>> {
        match first {
            b'"' => self.text().map(Value::Text),
            b'-' | b'0'..=b'9' => self.number().map(Value::Digits),
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            _ => None,
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Option<Value<'a>> {
        (self.take(word.len())? == word).then_some(value)
    }

    /// Digits with an optional sign and fraction, and no exponent.
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

    /// The object of `by`.
    fn by(&mut self) -> Option<BySlots<'a>> {
        let mut by = BySlots::default();
        let (mut last, mut count) = ("", 0);
        self.token(b'{')?;
        loop {
            let name = self.text()?;
            self.token(b':')?;
            let first = self.next()?;
            let value = self.scalar(first)?;
            // Of two names, a third entry repeats one.
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

/// Where the first quote stands. Texts are short: to look at sixteen bytes at once is sooner done than to call a search.
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

/// The place of the first byte of this value in a block that has one.
fn first_of(block: [u8; 16], byte: u8) -> usize {
    const EACH: u128 = u128::MAX / 255;
    // Such a byte becomes 0; of those whose highest bit is then set, the lowest is one.
    let block = u128::from_le_bytes(block) ^ (EACH * u128::from(byte));
    let found = block.wrapping_sub(EACH) & !block & (EACH << 7);
    found.trailing_zeros() as usize / 8
}

/// The digits that bytes begin with, and what comes after them.
fn digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let length = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    bytes.split_at_checked(length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::event::json::parsed;

    /// The slots of a text that is one plain object.
    fn plain(text: &str) -> Option<Slots<'_>> {
        let mut slots = Slots::default();
        read(text, &mut slots).map(|()| slots)
    }

    #[test]
    fn what_logs_are_made_of_is_plain() {
        for text in [
            r#"{"id":"1","at":"2026-03-02T12:00:00Z","visitor":"ann","type":"widget_impression"}"#,
            r#" { "seq" : 3 , "page" : null , "id" : "é 💬" } "#,
            r#"{"by":{"side":"agent","agent":"a-1"},"subtotal":-35.10,"rating":0}"#,
        ] {
            let (slots, fields) = (plain(text).unwrap(), parsed(text).unwrap());
            assert_eq!(Ok(slots), fields.slots(), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_parser() {
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

    /// Pieces of objects, sound and broken.
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
        fn what_is_plain_is_what_the_parser_finds(text in text()) {
            if let Some(slots) = plain(&text) {
                let parsed = parsed(&text);
                prop_assert!(parsed.is_ok(), "{}", text);
                let fields = parsed.unwrap();
                prop_assert_eq!(Ok(slots), fields.slots());
            }
        }
    }
}
