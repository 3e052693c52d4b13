//! The error of an option.

use super::OptionName;
use crate::error::refusal;

refusal! {
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
    #[error("option `{option}` is {found}; allowed: {allowed}")]
    pub struct OptionError {
        /// Returns the option.
        option: OptionName,
    }
}
