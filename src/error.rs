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
/// use convometrics::event::Rating;
///
/// let error = Rating::new(7).unwrap_err();
/// assert_eq!(error.field(), "rating");
/// assert_eq!(error.found(), Some("7"));
/// assert_eq!(error.to_string(), "`rating` is 7; allowed: an integer from 1 to 5");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
// The name of an unknown field is escaped, and cut if it is long.
#[error(
    "`{}` is {}; allowed: {allowed}",
    shortened(.field).escape_debug(),
    .found.as_deref().unwrap_or("missing")
)]
pub struct FieldError {
    field: Cow<'static, str>,
    found: Option<String>,
    allowed: Cow<'static, str>,
}

impl FieldError {
    /// Creates the error of a field with the value `found`.
    pub(crate) fn new(
        field: impl Into<Cow<'static, str>>,
        found: impl fmt::Display,
        allowed: impl Into<Cow<'static, str>>,
    ) -> Self {
        let found = Some(found.to_string());
        Self {
            found,
            ..Self::missing(field, allowed)
        }
    }

    /// Creates the error of a missing field.
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

    /// Returns the name of the field in JSON, or the path of a nested field, as in `by.side`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns the value found, cut after 60 characters if it is a text, or `None` if the field is missing.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// Returns the allowed values, in words.
    #[must_use]
    pub fn allowed(&self) -> &str {
        &self.allowed
    }

    /// Returns the same error for another field: the type of a value knows what is allowed, its owner knows the field.
    pub(crate) fn named(mut self, field: &'static str) -> Self {
        self.field = Cow::Borrowed(field);
        self
    }
}

/// Declares the error of a value that is not allowed: whose value it is, the value found, and what is allowed.
macro_rules! refusal {
    (
        $(#[$attribute:meta])*
        pub struct $error:ident {
            $($(#[$owner_doc:meta])* $owner:ident: $Owner:ty,)?
        }
    ) => {
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        $(#[$attribute])*
        pub struct $error {
            $($owner: $Owner,)?
            found: String,
            allowed: std::borrow::Cow<'static, str>,
        }

        impl $error {
            pub(crate) fn new(
                $($owner: $Owner,)?
                found: impl std::fmt::Display,
                allowed: impl Into<std::borrow::Cow<'static, str>>,
            ) -> Self {
                Self {
                    $($owner,)?
                    found: found.to_string(),
                    allowed: allowed.into(),
                }
            }

            $($(#[$owner_doc])*
            #[must_use]
            pub fn $owner(&self) -> $Owner {
                self.$owner
            })?

            /// Returns the value found. A text is quoted, and cut after 60 characters.
            #[must_use]
            pub fn found(&self) -> &str {
                &self.found
            }

            /// Returns what is allowed, in words.
            #[must_use]
            pub fn allowed(&self) -> &str {
                &self.allowed
            }
        }
    };
}
pub(crate) use refusal;

refusal! {
    /// A name that is not one of the choices: the error of `FromStr` for [`Model`](crate::Model),
    /// [`Channel`](crate::Channel) and similar enums.
    ///
    /// ```
    /// use convometrics::Model;
    ///
    /// let error = "newest".parse::<Model>().unwrap_err();
    /// assert_eq!((error.choice(), error.found()), ("model", "\"newest\""));
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`model` is \"newest\"; allowed: one of last_touch, first_touch, linear, position_based, time_decay"
    /// );
    /// ```
    #[error("`{choice}` is {found}; allowed: {allowed}")]
    pub struct ChoiceError {
        /// Returns the name of the choice, such as `model` or `channel`.
        choice: &'static str,
    }
}

/// Quotes a text for an error message, and cuts it if it is long.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", shortened(text))
}

/// Cuts a text for an error message if it is long.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Declares an enum whose variants have names: with `ALL`, `name`, `Display`, `FromStr` and serde, in the order listed.
macro_rules! choices {
    ($option:literal, $(#[$attribute:meta])* pub enum $type:ident {
        $($(#[$variant_attribute:meta])* $variant:ident => $name:literal,)*
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $type {
            $($(#[$variant_attribute])* $variant,)*
        }

        impl $type {
            /// Every choice.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// Returns the name in JSON.
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
            type Err = $crate::error::ChoiceError;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                let choice = Self::ALL.into_iter().find(|choice| choice.name() == name);
                choice.ok_or_else(|| {
                    let allowed = format!("one of {}", Self::ALL.map(Self::name).join(", "));
                    $crate::error::ChoiceError::new($option, $crate::error::quoted(name), allowed)
                })
            }
        }

        $crate::macros::serde_as_text!($type);

        #[cfg(feature = "schema")]
        $crate::macros::json_schema! {
            $type => |_| schemars::json_schema!({"type": "string", "enum": $type::ALL.map($type::name)})
        }
    };
}
pub(crate) use choices;
