//! The kinds of values that options have: how each is checked, read and written.

use std::borrow::Cow;
use std::str::FromStr;

use serde::Serialize;

use crate::json_value::JsonValue;
use crate::time::{AT_ALLOWED, Instant, utc_text};

/// A value of an option. A value that exists is allowed.
pub(super) trait OptionValue: Sized {
    /// The value in JSON.
    type Json: Serialize;

    /// Whether JSON leaves the option out if it has no value, instead of writing `null`.
    const IS_SKIPPED_WITHOUT_VALUE: bool = false;

    /// Returns the allowed values, in words.
    fn allowed() -> Cow<'static, str>;

    fn from_text(text: &str) -> Option<Self>;

    /// Parses the default in the table of options. The default of an optional kind is no value, and the table describes
    /// in words what applies instead.
    fn from_default(text: &str) -> Option<Self> {
        Self::from_text(text)
    }

    fn from_json(value: &JsonValue<'_>) -> Option<Self>;

    /// Returns the value as text that [`from_text`](Self::from_text) reads.
    fn text(&self) -> Option<String>;

    fn serialized(&self) -> Option<Self::Json>;

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// A number of seconds from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seconds<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Seconds<MIN, MAX> {
    pub(super) fn new(seconds: u64) -> Option<Self> {
        (MIN..=MAX).contains(&seconds).then_some(Self(seconds))
    }

    pub(super) const fn get(self) -> u64 {
        self.0
    }
}

/// A number of rows, `MIN` or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AtLeast<const MIN: usize>(usize);

impl<const MIN: usize> AtLeast<MIN> {
    pub(super) fn new(number: usize) -> Option<Self> {
        (number >= MIN).then_some(Self(number))
    }

    pub(super) const fn get(self) -> usize {
        self.0
    }
}

/// A share from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Percent(u8);

impl Percent {
    pub(super) fn new(percent: u8) -> Option<Self> {
        (percent <= 100).then_some(Self(percent))
    }

    pub(super) const fn get(self) -> u8 {
        self.0
    }
}

/// Implements a kind that is a whole number: [`OptionValue::from_text`] takes the digits, JSON has a number.
macro_rules! whole_number {
    ([$($generics:tt)*] $kind:ty, $number:ty, $allowed:expr, $min:expr, $max:expr) => {
        impl<$($generics)*> OptionValue for $kind {
            type Json = $number;

            fn allowed() -> Cow<'static, str> {
                $allowed
            }

            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok().and_then(Self::new)
            }

            fn from_json(value: &JsonValue<'_>) -> Option<Self> {
                match value {
                    JsonValue::Integer(number) => <$number>::try_from(*number).ok().and_then(Self::new),
                    _ => None,
                }
            }

            fn text(&self) -> Option<String> {
                Some(self.0.to_string())
            }

            fn serialized(&self) -> Option<$number> {
                Some(self.0)
            }

            #[cfg(feature = "schema")]
            fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "integer", "minimum": $min, "maximum": $max})
            }
        }
    };
}

whole_number! {
    [const MIN: u64, const MAX: u64] Seconds<MIN, MAX>, u64,
    if MAX == u64::MAX {
        format!("at least {MIN}").into()
    } else {
        format!("{MIN} to {MAX} ({} days)", MAX / 86_400).into()
    },
    MIN, MAX
}

whole_number! {
    [const MIN: usize] AtLeast<MIN>, usize, format!("at least {MIN}").into(), MIN, u64::MAX
}

whole_number! {
    [] Percent, u8, Cow::Borrowed("0 to 100"), 0, 100
}

/// No value unless it is set. Written as `null`.
impl<const MIN: u64, const MAX: u64> OptionValue for Option<Seconds<MIN, MAX>> {
    type Json = u64;

    fn allowed() -> Cow<'static, str> {
        Seconds::<MIN, MAX>::allowed()
    }

    fn from_text(text: &str) -> Option<Self> {
        Seconds::from_text(text).map(Some)
    }

    fn from_default(_: &str) -> Option<Self> {
        Some(None)
    }

    fn from_json(value: &JsonValue<'_>) -> Option<Self> {
        Seconds::from_json(value).map(Some)
    }

    fn text(&self) -> Option<String> {
        self.as_ref().and_then(Seconds::text)
    }

    fn serialized(&self) -> Option<u64> {
        self.map(Seconds::get)
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["integer", "null"], "minimum": MIN, "maximum": MAX})
    }
}

/// No value unless it is set. Left out of JSON, as a report has "now" in a field of its own.
impl OptionValue for Option<Instant> {
    type Json = String;

    const IS_SKIPPED_WITHOUT_VALUE: bool = true;

    fn allowed() -> Cow<'static, str> {
        Cow::Borrowed(AT_ALLOWED)
    }

    fn from_text(text: &str) -> Option<Self> {
        Instant::parse(text).ok().map(Some)
    }

    fn from_default(_: &str) -> Option<Self> {
        Some(None)
    }

    fn from_json(value: &JsonValue<'_>) -> Option<Self> {
        match value {
            JsonValue::Text(text) => Self::from_text(text),
            _ => None,
        }
    }

    fn text(&self) -> Option<String> {
        self.map(|at| utc_text(at.to_utc()))
    }

    fn serialized(&self) -> Option<String> {
        self.text()
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["string", "null"], "format": "date-time"})
    }
}

/// Implements a kind that is one of several names.
macro_rules! choice {
    ($($kind:ty),*) => {$(
        impl OptionValue for $kind {
            type Json = &'static str;

            fn allowed() -> Cow<'static, str> {
                format!("one of {}", Self::ALL.map(Self::name).join(", ")).into()
            }

            fn from_text(text: &str) -> Option<Self> {
                Self::from_str(text).ok()
            }

            fn from_json(value: &JsonValue<'_>) -> Option<Self> {
                match value {
                    JsonValue::Text(text) => Self::from_text(text),
                    _ => None,
                }
            }

            fn text(&self) -> Option<String> {
                Some(self.name().to_owned())
            }

            fn serialized(&self) -> Option<&'static str> {
                Some(self.name())
            }

            #[cfg(feature = "schema")]
            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }
        }
    )*};
}

choice! {
    crate::attribution::LapsedTouch, crate::attribution::Model, crate::attribution::WindowEdge,
    super::GmvScope, super::PageGrouping
}
