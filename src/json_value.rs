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
    Integer(i128),
    Float(f64),
    /// A number as text, if the format keeps its digits.
    #[cfg(feature = "json")]
    Digits(&'a str),
    Text(Cow<'a, str>),
    Object(Entries<'a>),
    /// Any other value, as an error message shows it.
    Other(Cow<'static, str>),
}

/// The entries of an object, in the order in which they were written.
pub(crate) type Entries<'a> = Vec<(Cow<'a, str>, JsonValue<'a>)>;

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
    pub(crate) const ARRAY: Self = Self::Other(Cow::Borrowed("an array"));

    pub(crate) fn of_bool(value: bool) -> Self {
        Self::Other(Cow::Borrowed(if value { "true" } else { "false" }))
    }

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
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => shortened(&value.to_string()),
            Self::Other(shown) => shown.to_string(),
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
        Ok(JsonValue::of_bool(value))
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
        Ok(JsonValue::Other("a byte string".into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<JsonValue<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(JsonValue::ARRAY)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<JsonValue<'de>, A::Error> {
        entries(map, |_, map| map.next_value()).map(JsonValue::Object)
    }
}

/// Reads the entries of an object. `next_value` reads the value of a name.
pub(crate) fn entries<'de, A: MapAccess<'de>>(
    mut map: A,
    next_value: impl Fn(&str, &mut A) -> Result<JsonValue<'de>, A::Error>,
) -> Result<Entries<'de>, A::Error> {
    let mut entries = Vec::new();
    while let Some(FieldName(name)) = map.next_key()? {
        let value = next_value(&name, &mut map)?;
        entries.push((name, value));
    }
    Ok(entries)
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
