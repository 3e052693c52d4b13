//! One event from one JSON text, money numbers by their own digits.

use serde::de::{Error as _, MapAccess};
use serde_json::value::RawValue;

use super::Event;
use super::wire::{Fields, MoneyText, Raw};
use crate::error::FieldError;

/// Why a JSON text is not an event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is not one JSON object: cut short, followed by more, nested deeper than 128 levels, not an object.
    #[error("not a JSON object of an event: {0}")]
    Syntax(#[source] serde_json::Error),
    /// A field is missing, ill-typed, out of range, or given twice.
    #[error(transparent)]
    Field(#[from] FieldError),
}

impl Event {
    /// Reads the wire form from a JSON text. Money numbers are read by their own digits, so that what is taken is exactly
    /// what was written.
    ///
    /// # Errors
    /// [`JsonError::Syntax`] where the text is not a JSON object, else [`JsonError::Field`] with the field, the value found
    /// and what is allowed.
    ///
    /// ```
    /// use convometrics::{Event, JsonError};
    ///
    /// let error = Event::from_json(
    ///     r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"","type":"widget_impression"}"#,
    /// ).unwrap_err();
    /// assert_eq!(error.to_string(), "`visitor` is an empty text; allowed: text of 1 to 255 bytes");
    /// ```
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        let fields: Fields<'_, AsWritten> =
            serde_json::from_str(text).map_err(JsonError::Syntax)?;
        Ok(fields.into_event()?)
    }
}

/// The number's own text.
struct AsWritten;

impl MoneyText for AsWritten {
    fn next_money<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Raw<'de>, A::Error> {
        let text = entries.next_value::<&'de RawValue>()?.get();
        if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return Ok(Raw::Digits(text));
        }
        serde_json::from_str(text).map_err(A::Error::custom)
    }
}
