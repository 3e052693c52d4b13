//! The error of an option.

use std::borrow::Cow;
use std::fmt::Display;

use super::OptionName;

/// An option has a value that is not allowed.
///
/// ```
/// use convometrics::Options;
/// use convometrics::query::OptionName;
///
/// let error = Options::new().with_top(0).unwrap_err();
/// assert_eq!((error.option(), error.found()), (OptionName::Top, "0"));
/// assert_eq!(error.to_string(), "option `top` is 0; allowed: at least 1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("option `{option}` is {found}; allowed: {allowed}")]
pub struct OptionError {
    option: OptionName,
    found: String,
    allowed: Cow<'static, str>,
}

impl OptionError {
    pub(crate) fn new(
        option: OptionName,
        found: impl Display,
        allowed: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            option,
            found: found.to_string(),
            allowed: allowed.into(),
        }
    }

    /// Returns the option.
    #[must_use]
    pub fn option(&self) -> OptionName {
        self.option
    }

    /// Returns the value found.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// Returns the allowed values, in words.
    #[must_use]
    pub fn allowed(&self) -> &str {
        &self.allowed
    }
}
