//! The kinds of values that options have: how each is checked, read and written.

use std::borrow::Cow;
use std::str::FromStr;

use crate::time::{AT_ALLOWED, Instant, utc_text};

/// A value of an option. A value that exists is allowed.
pub(super) trait OptionValue: Sized {
    /// Returns the allowed values, in words.
    fn allowed() -> Cow<'static, str>;

    fn from_text(text: &str) -> Option<Self>;

    /// Parses the default in the table of options. The default of an optional kind is no value, and the table describes
    /// in words what applies instead.
    fn from_default(text: &str) -> Option<Self> {
        Self::from_text(text)
    }

    /// Returns the value as text that [`from_text`](Self::from_text) reads. In JSON, digits are a number, and any other
    /// text is a string.
    fn text(&self) -> Option<String>;

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

impl<N, const MIN: u64, const MAX: u64> OptionValue for Number<N, MIN, MAX>
where
    N: Copy + FromStr + ToString + TryInto<u64>,
{
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

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

impl OptionValue for Instant {
    fn allowed() -> Cow<'static, str> {
        Cow::Borrowed(AT_ALLOWED)
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }

    fn text(&self) -> Option<String> {
        Some(utc_text(self.to_utc()))
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

/// No value unless it is set. Written as `null`.
impl<T: OptionValue> OptionValue for Option<T> {
    fn allowed() -> Cow<'static, str> {
        T::allowed()
    }

    fn from_text(text: &str) -> Option<Self> {
        T::from_text(text).map(Some)
    }

    fn from_default(_: &str) -> Option<Self> {
        Some(None)
    }

    fn text(&self) -> Option<String> {
        self.as_ref()?.text()
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = T::schema(generator);
        let kind = schema.remove("type");
        let kind = kind.expect("a number and an instant have a type in their schema");
        schema.insert("type".to_owned(), vec![kind, "null".into()].into());
        schema
    }
}

/// Implements a kind that is one of several names.
macro_rules! choice {
    ($($kind:ty),*) => {$(
        impl OptionValue for $kind {
            fn allowed() -> Cow<'static, str> {
                format!("one of {}", Self::ALL.map(Self::name).join(", ")).into()
            }

            fn from_text(text: &str) -> Option<Self> {
                Self::from_str(text).ok()
            }

            fn text(&self) -> Option<String> {
                Some(self.name().to_owned())
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
