//! Reads one event from one JSON text.

use serde::de::MapAccess;
use serde_json::value::RawValue;

use super::Event;
use super::wire::{Object, RawFields, Source, plain};
use crate::error::{FieldError, shortened};
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
    fn next_value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<JsonValue<'de>, A::Error> {
        map.next_value::<&RawValue>().map(|value| raw(value.get()))
    }
}

/// Reads values as written, without the contents of arrays and objects: no field of an event nests deeper than `by`.
struct Leaves;

impl Source for Leaves {
    const ONLY_FIELDS: bool = false;

    fn next_value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<JsonValue<'de>, A::Error> {
        map.next_value::<&RawValue>().map(|value| leaf(value.get()))
    }
}

/// Returns the value of a text that matches the JSON grammar.
fn raw(text: &str) -> JsonValue<'_> {
    if !text.starts_with('{') {
        return leaf(text);
    }
    match Object::read::<Leaves, _>(&mut serde_json::Deserializer::from_str(text)) {
        Ok(Object(entries)) => JsonValue::Object(entries),
        Err(_) => malformed(text),
    }
}

/// Returns a value without its contents.
fn leaf(text: &str) -> JsonValue<'_> {
    match text.as_bytes().first() {
        Some(b'"') => match serde_json::from_str(text) {
            Ok(FieldName(text)) => JsonValue::Text(text),
            Err(_) => malformed(text),
        },
        Some(b'{') => JsonValue::Object(Vec::new()),
        Some(b'[') => JsonValue::ARRAY,
        Some(b't') => JsonValue::of_bool(true),
        Some(b'f') => JsonValue::of_bool(false),
        Some(b'n') => JsonValue::Null,
        _ => JsonValue::Digits(text),
    }
}

/// Returns the value of a JSON string that is not Unicode text, such as half a surrogate pair.
fn malformed(text: &str) -> JsonValue<'_> {
    JsonValue::Other(format!("{}, which is no Unicode text", shortened(text)).into())
}
