//! Reads one event from one JSON text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Event;
use super::wire::{Object, RawFields, Source, plain};
use crate::error::FieldError;
use crate::json_value::{FieldName, JsonValue};

/// The error of a JSON text that is not an event.
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

/// The longest part of a parser's message that is repeated, in characters.
const SHOWN: usize = 200;

/// Returns the message of the parser without the number of the line, as the text of one event usually has one line. The
/// message can repeat the whole text, so a long message is cut.
fn without_line(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let (what, place) = match message.strip_suffix(&place) {
        Some(what) if error.line() == 1 => (what, format!(" at column {}", error.column())),
        Some(what) => (what, place),
        None => (message.as_str(), String::new()),
    };
    match what.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…{place}", &what[..end]),
        None => what.to_owned() + &place,
    }
}

impl Event {
    /// Reads an event from a JSON text of any length.
    ///
    /// Numbers are read by their digits as written. Fields that the event's type does not have are ignored, whatever
    /// they hold. A field given twice is refused, even if the type does not have it. `null` is the same as absent, and
    /// so is an empty `page`, `url` or `feedback`.
    ///
    /// # Errors
    /// [`JsonError::Syntax`] if the text is not a JSON object; [`JsonError::Field`] with the field, the value found and
    /// what is allowed if the object is not an event.
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
        let mut fields = RawFields::default();
        if plain::read(text, &mut fields).is_some() {
            return Ok(fields.check::<&str>()?.into());
        }
        Ok(parsed(text).map_err(JsonError::Syntax)?.to_event()?)
    }
}

/// Parses any JSON object.
pub(super) fn parsed(text: &str) -> Result<Object<'_>, serde_json::Error> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let object = Object::read::<AsWritten, _>(&mut parser)?;
    parser.end()?;
    Ok(object)
}

/// Reads values as written.
struct AsWritten;

impl Source for AsWritten {
    fn next_value<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<JsonValue<'de>, A::Error> {
        entries
            .next_value::<&'de RawValue>()
            .map(|value| raw(value.get()))
    }
}

/// Returns the value of a text that matches the JSON grammar.
fn raw(text: &str) -> JsonValue<'_> {
    if !text.starts_with('{') {
        return leaf(text);
    }
    match serde_json::from_str(text) {
        Ok(Entries(entries)) => JsonValue::Object(entries),
        Err(_) => JsonValue::Malformed(text),
    }
}

/// Returns a value without its contents: no field of an event nests deeper than `by`.
fn leaf(text: &str) -> JsonValue<'_> {
    match text.as_bytes().first() {
        Some(b'"') => match unescaped(text).map_or_else(|| serde_json::from_str(text), Ok) {
            Ok(FieldName(text)) => JsonValue::Text(text),
            Err(_) => JsonValue::Malformed(text),
        },
        Some(b'{') => JsonValue::Object(Vec::new()),
        Some(b'[') => JsonValue::Array,
        Some(b't') => JsonValue::Bool(true),
        Some(b'f') => JsonValue::Bool(false),
        Some(b'n') => JsonValue::Null,
        _ => JsonValue::Digits(text),
    }
}

/// Returns the text between the quotes, if it has no escapes.
fn unescaped(text: &str) -> Option<FieldName<'_>> {
    let between = text.strip_prefix('"')?.strip_suffix('"')?;
    (!between.contains('\\')).then_some(FieldName(Cow::Borrowed(between)))
}

/// The entries of an object, with values as written.
struct Entries<'a>(Vec<(Cow<'a, str>, JsonValue<'a>)>);

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
                while let Some(FieldName(name)) = entries.next_key()? {
                    all.push((name, leaf(entries.next_value::<&'de RawValue>()?.get())));
                }
                Ok(Entries(all))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}
