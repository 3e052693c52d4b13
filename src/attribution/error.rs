//! The error of a rule's parameter.

use crate::error::refusal;

refusal! {
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
    #[error("`{rule}` is {found}; allowed: {allowed}")]
    pub struct RuleError {
        /// Returns the parameter: `window`, `half_life`, `position_first_percent` or `position_last_percent`.
        rule: &'static str,
    }
}
