//! One event from one JSON text, every value as it was written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Event;
use super::wire::{Fields, Slots, Source, plain};
use crate::error::FieldError;
use crate::raw::{Name, Raw};

/// Why a JSON text is not an event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is not one JSON object: cut short, followed by more, not an object.
    #[error("not one JSON object of an event: {}", without_line(.0))]
    Syntax(#[source] serde_json::Error),
    /// A field is missing, ill-typed, out of range, or given twice.
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// The longest part of the parser's message that is repeated, in characters.
const SHOWN: usize = 200;

/// The message of the parser, but for its count of lines: a text of one event has one. A text that is no object can
/// stand in it, whole; then it is cut.
fn without_line(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let (what, place) = match message.strip_suffix(&place) {
        Some(what) if error.line() == 1 => (what, format!(" at column {}", error.column())),
        Some(what) => (what, place),
        None => (message.as_str(), String::new()),
    };
    match what.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…{place}", what.get(..end).unwrap_or_default()),
        None => what.to_owned() + &place,
    }
}

impl Event {
    /// Reads the wire form from a JSON text of any length. Every value is taken as it was written, numbers by their own
    /// digits; fields that the event's type does not have are passed over, whatever they hold. A field given twice is
    /// refused, whether or not the type has it; `null` is as good as absent, and so is an empty `page`, `url` or
    /// `feedback`.
    ///
    /// # Errors
    /// [`JsonError::Syntax`] where the text is not a JSON object, else [`JsonError::Field`] with the field, the value
    /// found and what is allowed.
    ///
    /// ```
    /// use convometrics::Event;
    ///
    /// let error = Event::from_json(
    ///     r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"","type":"widget_impression"}"#,
    /// ).unwrap_err();
    /// assert_eq!(error.to_string(), "`visitor` is an empty text; allowed: text of 1 to 255 bytes");
    /// ```
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        let mut slots = Slots::default();
        if plain::read(text, &mut slots).is_some() {
            return Ok(slots.check::<&str>()?.into());
        }
        Ok(parsed(text).map_err(JsonError::Syntax)?.to_event()?)
    }
}

/// The fields of any object.
pub(super) fn parsed(text: &str) -> Result<Fields<'_>, serde_json::Error> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let fields = Fields::read::<AsWritten, _>(&mut parser)?;
    parser.end()?;
    Ok(fields)
}

/// The value's own text.
struct AsWritten;

impl Source for AsWritten {
    fn next_value<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Raw<'de>, A::Error> {
        entries
            .next_value::<&'de RawValue>()
            .map(|value| raw(value.get()))
    }
}

/// A value by its text, which is valid JSON as far as its grammar goes.
fn raw(text: &str) -> Raw<'_> {
    if !text.starts_with('{') {
        return leaf(text);
    }
    match serde_json::from_str(text) {
        Ok(Entries(entries)) => Raw::Object(entries),
        Err(_) => Raw::Malformed(text),
    }
}

/// A value that is not looked into: no field of an event nests deeper than `by`.
fn leaf(text: &str) -> Raw<'_> {
    match text.as_bytes().first() {
        Some(b'"') => match unescaped(text).map_or_else(|| serde_json::from_str(text), Ok) {
            Ok(Name(text)) => Raw::Text(text),
            Err(_) => Raw::Malformed(text),
        },
        Some(b'{') => Raw::Object(Vec::new()),
        Some(b'[') => Raw::Array,
        Some(b't') => Raw::Bool(true),
        Some(b'f') => Raw::Bool(false),
        Some(b'n') => Raw::Null,
        _ => Raw::Digits(text),
    }
}

/// The text between the quotes, where no escape is in it.
fn unescaped(text: &str) -> Option<Name<'_>> {
    let between = text.strip_prefix('"')?.strip_suffix('"')?;
    (!between.contains('\\')).then_some(Name(Cow::Borrowed(between)))
}

/// An object's entries, each value as it was written.
struct Entries<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut entries: A,
            ) -> Result<Entries<'de>, A::Error> {
                let mut all = Vec::new();
                while let Some(Name(name)) = entries.next_key()? {
                    all.push((name, leaf(entries.next_value::<&'de RawValue>()?.get())));
                }
                Ok(Entries(all))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}
