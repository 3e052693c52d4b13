//! Values of any JSON type, read before it is known which values a field allows, so that an error can show the value
//! found.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::{quoted, shortened};

/// A value of any type, not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum JsonValue<'a> {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    /// A number as text, if the format keeps its digits.
    #[cfg(feature = "json")]
    Digits(&'a str),
    Text(Cow<'a, str>),
    Bytes,
    Array,
    Object(Vec<(Cow<'a, str>, JsonValue<'a>)>),
    /// A JSON string that is not Unicode text, such as half a surrogate pair, as written.
    #[cfg(feature = "json")]
    Malformed(&'a str),
}

/// The borrowed value of a field of a JSON object or of a row, without the contents of arrays and objects.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum FieldValue<'a> {
    #[default]
    Null,
    #[cfg(feature = "json")]
    Digits(&'a str),
    Text(&'a str),
    Object,
    /// Any other JSON value.
    Other(&'a JsonValue<'a>),
    /// A whole number in a row. For an instant, the microseconds from 1970.
    Whole(i64),
    /// A decimal in a row.
    Decimal(Decimal),
}

impl FieldValue<'_> {
    /// Returns the value as an error message shows it.
    pub(crate) fn shown(self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            #[cfg(feature = "json")]
            Self::Digits(text) => shortened(text),
            Self::Text(text) => quoted(text),
            Self::Object => "an object".to_owned(),
            Self::Other(value) => value.shown(),
            Self::Whole(value) => value.to_string(),
            Self::Decimal(value) => value.to_string(),
        }
    }
}

impl JsonValue<'_> {
    pub(crate) fn as_value(&self) -> FieldValue<'_> {
        match self {
            Self::Null => FieldValue::Null,
            #[cfg(feature = "json")]
            Self::Digits(text) => FieldValue::Digits(text),
            Self::Text(text) => FieldValue::Text(text),
            Self::Object(_) => FieldValue::Object,
            other => FieldValue::Other(other),
        }
    }

    /// Returns the value as an error message shows it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => shortened(&value.to_string()),
            Self::Bytes => "a byte string".to_owned(),
            Self::Array => "an array".to_owned(),
            #[cfg(feature = "json")]
            Self::Malformed(text) => format!("{}, which is no Unicode text", shortened(text)),
            field => field.as_value().shown(),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = JsonValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Null)
    }

    fn visit_none<E>(self) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsonValue<'de>, D::Error> {
        JsonValue::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<JsonValue<'de>, D::Error> {
        JsonValue::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Integer(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Text(Cow::Owned(value)))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<JsonValue<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(JsonValue::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<JsonValue<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(FieldName(name)) = entries.next_key()? {
            fields.push((name, entries.next_value()?));
        }
        Ok(JsonValue::Object(fields))
    }
}

/// The name of a field, borrowed if the format allows it.
pub(crate) struct FieldName<'a>(pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for FieldName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldNameVisitor;
        impl<'de> Visitor<'de> for FieldNameVisitor {
            type Value = FieldName<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<FieldName<'de>, E> {
                Ok(FieldName(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<FieldName<'de>, E> {
                Ok(FieldName(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(FieldNameVisitor)
    }
}

/// Returns the least name that occurs twice.
pub(crate) fn first_repeated<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Option<String> {
    if names.len() < 2 {
        return None;
    }
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names
        .windows(2)
        .find(|pair| pair[0] == pair[1])
        .map(|pair| pair[0].to_owned())
}
