//! The error of a rule's parameter.

use std::borrow::Cow;
use std::fmt::Display;

/// A parameter of a rule has a value that is not allowed.
///
/// ```
/// use convometrics::attribution::PositionEnds;
///
/// let error = PositionEnds::new(60, 50).unwrap_err();
/// assert_eq!((error.rule(), error.found()), ("position_last_percent", "50"));
/// assert_eq!(
///     error.to_string(),
///     "`position_last_percent` is 50; allowed: 0 to 40 where `position_first_percent` is 60"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{rule}` is {found}; allowed: {allowed}")]
pub struct RuleError {
    rule: &'static str,
    found: String,
    allowed: Cow<'static, str>,
}

impl RuleError {
    pub(super) fn new(
        rule: &'static str,
        found: impl Display,
        allowed: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            rule,
            found: found.to_string(),
            allowed: allowed.into(),
        }
    }

    /// The parameter: `window`, `half_life`, `position_first_percent` or `position_last_percent`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// The value found.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What the parameter may be, in words.
    #[must_use]
    pub fn allowed(&self) -> &str {
        &self.allowed
    }
}
