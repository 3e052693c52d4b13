//! Confidence intervals, and the reasons why a figure has none.

use std::fmt;

use serde::Serialize;

/// A closed interval in the unit of the figure: `{"low": 0.25, "high": 0.37}`.
///
/// Displays as `0.25 to 0.37`, with the precision of the format string for both bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound, at least `low`.
    pub high: f64,
}

impl Interval {
    /// Returns whether the interval contains a value. The bounds are included.
    ///
    /// If the interval of a difference does not contain 0, the two ratios differ significantly.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Returns the distance between the bounds.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.low.fmt(f)?;
        f.write_str(" to ")?;
        self.high.fmt(f)
    }
}

/// A confidence interval, or the reason it cannot be computed.
///
/// The JSON is `{"interval": {"low": 0.25, "high": 0.37}}`, `"too_few"`, `"not_a_share"` or `"not_finite"`.
///
/// ```
/// use convometrics::confidence::Confidence;
/// use convometrics::Ratio;
///
/// let sure = Confidence::default();
/// assert_eq!(format!("{:.2}", sure.ratio_interval(Ratio::new(81, 263))), "0.26 to 0.37");
/// assert_eq!(sure.ratio_interval(Ratio::new(0, 0)).to_string(), "too few to say");
/// assert_eq!(sure.ratio_interval(Ratio::new(2, 1)).to_string(), "not a share");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Estimate {
    /// The interval.
    Interval(Interval),
    /// There are too few cases: none, or fewer than the [minimum](super::Confidence::with_min_cases). A
    /// [`Sample`](super::Sample) also needs two values that differ, because equal values say nothing about their
    /// spread.
    TooFew,
    /// The numerator exceeds the denominator, or the mean rating is outside the scale.
    NotAShare,
    /// A bound is not finite: a value is not finite, values have some 150 digits, or the level is the last double
    /// below 1.
    NotFinite,
}

impl Estimate {
    /// Creates the interval around `value`; `NotFinite` if a number is not finite. It contains `value`, even if
    /// rounding moved a bound past it.
    pub(super) fn around(value: f64, low: f64, high: f64) -> Self {
        if [value, low, high].into_iter().all(f64::is_finite) {
            Self::Interval(Interval {
                low: low.min(value),
                high: high.max(value),
            })
        } else {
            Self::NotFinite
        }
    }

    /// Returns the interval; `None` if there is none.
    #[must_use]
    pub const fn interval(self) -> Option<Interval> {
        match self {
            Self::Interval(interval) => Some(interval),
            Self::TooFew | Self::NotAShare | Self::NotFinite => None,
        }
    }

    /// Returns the lower bound; `None` if there is none.
    #[must_use]
    pub fn low(self) -> Option<f64> {
        self.interval().map(|interval| interval.low)
    }

    /// Returns the upper bound; `None` if there is none.
    #[must_use]
    pub fn high(self) -> Option<f64> {
        self.interval().map(|interval| interval.high)
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interval(interval) => interval.fmt(f),
            Self::TooFew => f.write_str("too few to say"),
            Self::NotAShare => f.write_str("not a share"),
            Self::NotFinite => f.write_str("not finite"),
        }
    }
}
