//! Values as they stand in an object, whatever they are: what is read before it is known what may stand there, so that a
//! refusal can show it.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::{quoted, shortened};

/// A value as it stood in the object, not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw<'a> {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    /// A number by its own text, where the format has one.
    #[cfg(feature = "json")]
    Digits(&'a str),
    Text(Cow<'a, str>),
    Bytes,
    Array,
    Object(Vec<(Cow<'a, str>, Raw<'a>)>),
    /// A text that is none, by its own letters: half a surrogate pair, say.
    #[cfg(feature = "json")]
    Malformed(&'a str),
}

/// A value as it stood in the object, borrowed. What an array or an object holds is not looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Integer(&'a i128),
    Float(f64),
    #[cfg(feature = "json")]
    Digits(&'a str),
    Text(&'a str),
    Bytes,
    Array,
    Object,
    #[cfg(feature = "json")]
    Malformed(&'a str),
    /// Of a column of whole numbers; of instants, in microseconds from 1970.
    Whole(i64),
    /// Of a column of decimals.
    Decimal(Decimal),
    /// Of the column of sides.
    Author(&'a str),
}

impl Value<'_> {
    /// The value as a message shows it.
    pub(crate) fn shown(self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => shortened(&value.to_string()),
            #[cfg(feature = "json")]
            Self::Digits(text) => shortened(text),
            Self::Text(text) => quoted(text),
            Self::Bytes => "a byte string".to_owned(),
            Self::Array => "an array".to_owned(),
            Self::Object => "an object".to_owned(),
            #[cfg(feature = "json")]
            Self::Malformed(text) => format!("{}, which is no Unicode text", shortened(text)),
            Self::Whole(value) => value.to_string(),
            Self::Decimal(value) => value.to_string(),
            Self::Author(text) => quoted(text),
        }
    }
}

impl Raw<'_> {
    pub(crate) fn as_value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Integer(value) => Value::Integer(value),
            Self::Float(value) => Value::Float(*value),
            #[cfg(feature = "json")]
            Self::Digits(text) => Value::Digits(text),
            Self::Text(text) => Value::Text(text),
            Self::Bytes => Value::Bytes,
            Self::Array => Value::Array,
            Self::Object(_) => Value::Object,
            #[cfg(feature = "json")]
            Self::Malformed(text) => Value::Malformed(text),
        }
    }

    /// The value as a message shows it.
    pub(crate) fn shown(&self) -> String {
        self.as_value().shown()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw<'de>, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw<'de>, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Raw<'de>, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw<'de>, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw<'de>, E> {
        Ok(Raw::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw<'de>, E> {
        Ok(Raw::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw<'de>, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw<'de>, E> {
        Ok(Raw::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Owned(value)))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Raw<'de>, E> {
        Ok(Raw::Bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Raw::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(Name(name)) = entries.next_key()? {
            fields.push((name, entries.next_value()?));
        }
        Ok(Raw::Object(fields))
    }
}

/// A field's name, borrowed where the format allows.
pub(crate) struct Name<'a>(pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// The least name that occurs twice.
pub(crate) fn first_repeated<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Option<String> {
    if names.len() < 2 {
        return None;
    }
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names
        .windows(2)
        .find(|pair| pair.first() == pair.last())
        .and_then(|pair| pair.first())
        .map(|name| (*name).to_owned())
}
