//! The plain object that almost every line of a log is, taken without a parser of all of JSON: known fields, each once,
//! whose values are texts without escapes, plain numbers, `true`, `false`, `null`, or objects of these.
//!
//! What is anything else is left to the parser, which alone says what is wrong with a text.

use std::borrow::Cow;

use super::fields::{Field, Fields};
use crate::raw::Raw;

/// The fields of a plain object; `None` of any other text.
pub(in crate::event) fn plain(text: &str) -> Option<Fields<'_>> {
    let mut rest = Rest(text);
    let mut values = [const { None }; Field::COUNT];
    rest.token('{')?;
    loop {
        let field = Field::from_name(rest.text()?)?;
        rest.token(':')?;
        let value = match rest.peek()? {
            b'{' => rest.object()?,
            _ => rest.scalar()?,
        };
        if values.get_mut(field as usize)?.replace(value).is_some() {
            return None;
        }
        if rest.ends('}')? {
            break;
        }
    }
    rest.is_blank().then_some(Fields {
        values,
        repeated: None,
    })
}

/// What is left of a text.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn pass_blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn is_blank(&mut self) -> bool {
        self.pass_blanks();
        self.0.is_empty()
    }

    fn peek(&mut self) -> Option<u8> {
        self.pass_blanks();
        self.0.bytes().next()
    }

    fn token(&mut self, token: char) -> Option<()> {
        self.pass_blanks();
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    /// Whether an object ends here; else a comma is passed.
    fn ends(&mut self, end: char) -> Option<bool> {
        self.pass_blanks();
        if let Some(rest) = self.0.strip_prefix(end) {
            self.0 = rest;
            return Some(true);
        }
        self.token(',').map(|()| false)
    }

    /// Takes so many bytes.
    fn take(&mut self, bytes: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    /// A text without escapes.
    fn text(&mut self) -> Option<&'a str> {
        self.token('"')?;
        let is_end = |byte| byte == b'"' || byte == b'\\' || byte < b' ';
        let length = self.0.bytes().position(is_end)?;
        let text = self.take(length)?;
        self.0 = self.0.strip_prefix('"')?;
        Some(text)
    }

    fn scalar(&mut self) -> Option<Raw<'a>> {
        match self.peek()? {
            b'"' => self.text().map(|text| Raw::Text(Cow::Borrowed(text))),
            b'-' | b'0'..=b'9' => self.number().map(Raw::Digits),
            _ => [
                ("null", Raw::Null),
                ("true", Raw::Bool(true)),
                ("false", Raw::Bool(false)),
            ]
            .into_iter()
            .find_map(|(word, value)| {
                self.0 = self.0.strip_prefix(word)?;
                Some(value)
            }),
        }
    }

    /// Digits with an optional sign and fraction, and no exponent.
    fn number(&mut self) -> Option<&'a str> {
        let all = self.0.as_bytes();
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

    fn object(&mut self) -> Option<Raw<'a>> {
        let mut entries = Vec::with_capacity(2);
        self.token('{')?;
        loop {
            let name = self.text()?;
            self.token(':')?;
            entries.push((Cow::Borrowed(name), self.scalar()?));
            if self.ends('}')? {
                return Some(Raw::Object(entries));
            }
        }
    }
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

    #[test]
    fn what_logs_are_made_of_is_plain() {
        for text in [
            r#"{"id":"1","at":"2026-03-02T12:00:00Z","visitor":"ann","type":"widget_impression"}"#,
            r#" { "seq" : 3 , "page" : null , "id" : "é 💬" } "#,
            r#"{"id":{"a":"b"}}"#,
            r#"{"by":{"side":"agent","agent":"a-1"},"subtotal":-35.10,"rating":0}"#,
        ] {
            let fields = plain(text).unwrap();
            assert_eq!(fields, parsed(text).unwrap(), "{text}");
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
            if let Some(fields) = plain(&text) {
                let parsed = parsed(&text);
                prop_assert!(parsed.is_ok(), "{}", text);
                prop_assert_eq!(fields, parsed.unwrap());
            }
        }
    }
}
