//! Errors of values: the field or option, the value found and what is allowed.

use std::borrow::Cow;
use std::fmt;

/// The longest part of a value that an error message repeats, in characters.
const SHOWN: usize = 60;

/// An invalid or missing field of an event.
///
/// The error has the name of the field in JSON (`rating`, `by.agent`), the value found and what is allowed.
///
/// ```
/// use convometrics::Rating;
///
/// let error = Rating::new(7).unwrap_err();
/// assert_eq!(error.field(), "rating");
/// assert_eq!(error.found(), Some("7"));
/// assert_eq!(error.to_string(), "`rating` is 7; allowed: an integer from 1 to 5");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FieldError {
    field: Cow<'static, str>,
    found: Option<String>,
    allowed: Cow<'static, str>,
}

impl FieldError {
    /// The field has the value `found`.
    pub(crate) fn new(
        field: impl Into<Cow<'static, str>>,
        found: impl fmt::Display,
        allowed: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: field.into(),
            found: Some(found.to_string()),
            allowed: allowed.into(),
        }
    }

    /// The field is missing.
    pub(crate) fn missing(
        field: impl Into<Cow<'static, str>>,
        allowed: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: field.into(),
            found: None,
            allowed: allowed.into(),
        }
    }

    /// The name of the field in JSON; of a nested field the path, as in `by.side`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The value found, cut after 60 characters if it is a text; `None` if the field is missing.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// What the field may hold, in words.
    #[must_use]
    pub fn allowed(&self) -> &str {
        &self.allowed
    }

    /// The same error for another field. The type of a value knows what is allowed, its owner knows the field.
    pub(crate) fn named(mut self, field: &'static str) -> Self {
        self.field = Cow::Borrowed(field);
        self
    }
}

impl fmt::Display for FieldError {
    /// Writes one line. The name of an unknown field is escaped, and cut if it is long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = shortened(&self.field);
        let (field, allowed) = (field.escape_debug(), &self.allowed);
        match &self.found {
            Some(found) => write!(f, "`{field}` is {found}; allowed: {allowed}"),
            None => write!(f, "`{field}` is missing; allowed: {allowed}"),
        }
    }
}

/// An option or a period that a report cannot be made with.
///
/// Names the option as the report's JSON does, the value found and what is allowed.
///
/// ```
/// use convometrics::Options;
///
/// let error = Options::new().with_top(0).unwrap_err();
/// assert_eq!(error.option(), "top");
/// assert_eq!(error.to_string(), "option `top` is 0; allowed: at least 1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("option `{option}` is {found}; allowed: {allowed}")]
pub struct OptionError {
    option: &'static str,
    found: String,
    allowed: Cow<'static, str>,
}

impl OptionError {
    pub(crate) fn new(
        option: &'static str,
        found: impl fmt::Display,
        allowed: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            option,
            found: found.to_string(),
            allowed: allowed.into(),
        }
    }

    /// The option's name, as in a report's `options`; besides these `period`, `zone`, `as_of`, `step`, `metric`,
    /// `scope` and `confidence`, of the attribution engine `window`, `half_life` and `path`, and for a choice's name that is
    /// none `channel`, `initiator`, `reason`, `verdict`, `ranked_figure` and `ranked_by`.
    #[must_use]
    pub fn option(&self) -> &str {
        self.option
    }

    /// The value found.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What the option may be, in words.
    #[must_use]
    pub fn allowed(&self) -> &str {
        &self.allowed
    }
}

/// A text for an error message: quoted, and cut if it is long.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", shortened(text))
}

/// A text for an error message: cut if it is long.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Implements `name`, `Display`, `FromStr` and serde for an option with named choices.
macro_rules! choices {
    ($option:literal, $type:ident { $($variant:ident => $name:literal,)* }) => {
        impl $type {
            /// Every choice.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The name in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::error::OptionError;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                let choice = Self::ALL.into_iter().find(|choice| choice.name() == name);
                choice.ok_or_else(|| {
                    let names = Self::ALL.map(Self::name).join(", ");
                    $crate::error::OptionError::new($option, $crate::error::quoted(name), format!("one of {names}"))
                })
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        #[cfg(feature = "schema")]
        $crate::macros::json_schema! {
            $type => |_| schemars::json_schema!({"type": "string", "enum": $type::ALL.map($type::name)})
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use choices;
