//! The errors of zones and periods.

use super::MAX_DAYS;
use super::grain::MAX_STEPS;
use crate::error::refusal;

refusal! {
    /// A name that is not in the IANA time zone database.
    ///
    /// ```
    /// use convometrics::Zone;
    ///
    /// let error = "Europe/Pariss".parse::<Zone>().unwrap_err();
    /// assert_eq!(error.found(), "\"Europe/Pariss\"");
    /// ```
    #[error("`zone` is {found}; allowed: {allowed}")]
    pub struct ZoneError {}
}

/// A period that is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// The start is after the end.
    #[error("`period` is {found}; allowed: a first instant or date that is not after the last")]
    Reversed {
        /// The period found.
        found: String,
    },
    /// The period leaves the years 0000 to 9999, or its start or end is in a leap second.
    #[error(
        "`period` is {found}; allowed: a start and an end in the years 0000 to 9999, of UTC and of local time, outside leap seconds"
    )]
    OutOfRange {
        /// The period found.
        found: String,
    },
    /// The period touches too many local days.
    #[error("`period` is {found}; allowed: a period that touches at most {MAX_DAYS} local days")]
    TooLong {
        /// The period found.
        found: String,
    },
    /// The period does not consist of whole local days, so it has no previous period.
    #[error("`period` is {found}; allowed: a period of whole local days, at least one")]
    NotWholeDays {
        /// The period found.
        found: String,
    },
    /// A text is not an instant.
    #[error("`period` has the instant {found}; allowed: an instant in RFC 3339")]
    NotAnInstant {
        /// The text found.
        found: String,
    },
    /// No period is given, and no event is visible to derive one from.
    #[error(
        "`period` is not given and no event is visible; allowed: a period, such as the days 2026-03-01 to 2026-03-31"
    )]
    NoEvents,
    /// The period has too many steps of a grain.
    #[error(
        "`grain` is {found}; allowed: a grain that cuts the period into at most {MAX_STEPS} steps"
    )]
    TooManySteps {
        /// The grain, and the number of steps of the period.
        found: String,
    },
}
