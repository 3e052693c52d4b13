//! The kinds of values that options have: how each is checked, read and written.

use std::borrow::Cow;
use std::str::FromStr;

use serde::Serialize;

use crate::json_value::JsonValue;
use crate::time::{AT_ALLOWED, Instant, utc_text};

/// A value of an option. A value that exists is allowed.
pub(super) trait OptionValue: Sized {
    /// The value in JSON.
    type Json: Serialize + ToString;

    /// Returns the allowed values, in words.
    fn allowed() -> Cow<'static, str>;

    fn from_text(text: &str) -> Option<Self>;

    /// Parses the default in the table of options. The default of an optional kind is no value, and the table describes
    /// in words what applies instead.
    fn from_default(text: &str) -> Option<Self> {
        Self::from_text(text)
    }

    fn from_json(value: &JsonValue<'_>) -> Option<Self> {
        match value {
            JsonValue::Text(text) => Self::from_text(text),
            _ => None,
        }
    }

    fn serialized(&self) -> Option<Self::Json>;

    /// Returns the value as text that [`from_text`](Self::from_text) reads.
    fn text(&self) -> Option<String> {
        self.serialized().map(|value| value.to_string())
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number<N, const MIN: u64, const MAX: u64>(N);

/// A number of seconds from `MIN` to `MAX`.
pub(super) type Seconds<const MIN: u64, const MAX: u64> = Number<u64, MIN, MAX>;

/// A share from 0 to 100.
pub(super) type Percent = Number<u8, 0, 100>;

impl<N: Copy + TryInto<u64>, const MIN: u64, const MAX: u64> Number<N, MIN, MAX> {
    pub(super) fn new(number: N) -> Option<Self> {
        let is_allowed = number
            .try_into()
            .is_ok_and(|number| (MIN..=MAX).contains(&number));
        is_allowed.then_some(Self(number))
    }

    pub(super) const fn get(self) -> N {
        self.0
    }
}

/// [`from_text`](OptionValue::from_text) takes the digits, JSON has a number.
impl<N, const MIN: u64, const MAX: u64> OptionValue for Number<N, MIN, MAX>
where
    N: Copy + FromStr + Serialize + ToString + TryFrom<i128> + TryInto<u64>,
{
    type Json = N;

    fn allowed() -> Cow<'static, str> {
        match MAX / 86_400 {
            _ if MAX == u64::MAX => format!("at least {MIN}").into(),
            0 => format!("{MIN} to {MAX}").into(),
            // Numbers of a day and more are seconds.
            days => format!("{MIN} to {MAX} ({days} days)").into(),
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().and_then(Self::new)
    }

    fn from_json(value: &JsonValue<'_>) -> Option<Self> {
        match value {
            JsonValue::Integer(number) => N::try_from(*number).ok().and_then(Self::new),
            _ => None,
        }
    }

    fn serialized(&self) -> Option<N> {
        Some(self.0)
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
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

    fn serialized(&self) -> Option<u64> {
        self.map(Seconds::get)
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["integer", "null"], "minimum": MIN, "maximum": MAX})
    }
}

/// No value unless it is set.
impl OptionValue for Option<Instant> {
    type Json = String;

    fn allowed() -> Cow<'static, str> {
        Cow::Borrowed(AT_ALLOWED)
    }

    fn from_text(text: &str) -> Option<Self> {
        Instant::parse(text).ok().map(Some)
    }

    fn from_default(_: &str) -> Option<Self> {
        Some(None)
    }

    fn serialized(&self) -> Option<String> {
        self.map(|at| utc_text(at.to_utc()))
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
