//! Confidence intervals for ratios, means and differences of ratios, and a ranking of agents by lower bound.
//!
//! One accepted request out of 1 is a rate of 100 %, 90 out of 100 a rate of 90 %. The first is weak evidence, the
//! second strong. Of many **intervals** at a level of 95 %, about 95 in 100 contain the true rate: the rate of many
//! more cases of the same kind. A figure with too few cases has no interval: [`Estimate::TooFew`] is a value.
//!
//! | figure | method | formula |
//! | --- | --- | --- |
//! | [a ratio](Confidence::ratio_interval), x of n | Wilson's score interval, without continuity correction | (2x + z² ± z √(z² + 4x(n − x)/n)) / (2(n + z²)) |
//! | [the difference of two ratios](Confidence::of_difference), p₁ − p₂ | Newcombe's hybrid score interval (his method 10) | from d − √((p₁ − l₁)² + (u₂ − p₂)²) to d + √((u₁ − p₁)² + (p₂ − l₂)²) |
//! | [a mean of values](Confidence::mean_interval) | Student's t interval | m ± t s / √n |
//! | [a mean of ratings](Confidence::rating_interval), m of n | Wilson's interval w of the share (m − 1)/4, mapped to the scale of 1 to 5 | 1 + 4w |
//!
//! z is the two-sided quantile of the normal distribution, and t that of Student's t distribution with n − 1 degrees of
//! freedom: at 95 %, z is 1.959964, and t is 2.262 for 10 values. l and u are the bounds of Wilson's intervals of the
//! two ratios, d is p₁ − p₂, and s is the sample standard deviation, with divisor n − 1. Wilson's interval stays within
//! 0 to 1, and is informative even for 0 of 20.
//!
//! Worked example: 8 of an agent's 10 requests were accepted. z² is 3.8415. The root of 3.8415 + 4 × 8 × 2 / 10 is
//! 3.2002, and z times this is 6.2723. The interval is (19.8415 ± 6.2723) / 27.6829: from 0.4902 to 0.9433.
//!
//! ```
//! use convometrics::confidence::{Confidence, Estimate};
//! use convometrics::Ratio;
//!
//! let sure = Confidence::default(); // at 95 %
//! let Estimate::Interval(interval) = sure.ratio_interval(Ratio::new(8, 10)) else { panic!("an interval") };
//! assert!((interval.low - 0.4902).abs() < 0.0001 && (interval.high - 0.9433).abs() < 0.0001);
//! assert_eq!(sure.ratio_interval(Ratio::new(0, 0)), Estimate::TooFew);
//! assert_eq!(sure.with_min_cases(30).ratio_interval(Ratio::new(8, 10)), Estimate::TooFew);
//! ```
//!
//! # Limitations
//!
//! - **A report counts all cases.** Its figures for the period are certain: 8 of 10 is 8 of 10. An interval treats the
//!   cases as a sample of what the same people would do, again and again, in the same way.
//! - **Cases are assumed to be independent.** An agent's cases are not quite: one visitor makes several requests, and a
//!   bad day affects many. The interval is then too narrow.
//! - **Only chance is covered**, not a change of season, lost events, or which visitors an agent was assigned.
//! - **95 % applies to one interval.** Of the intervals of 20 agents, about one misses. Two ratios can differ
//!   significantly even if their intervals overlap: use [their difference](Confidence::of_difference).
//! - **The t interval** needs values that are not too skewed, or many values. Times and amounts are skewed.
//! - **A rate above 1 has no interval**: `visitors.click_through_rate` is [`Estimate::NotAShare`] if more visitors have
//!   a click than an impression. Below 1, its interval is valid only as far as each click has its impression.
//!
//! Quantiles of t are accurate to 2 in 100 000 up to a level of 0.999999. Quantiles of the normal distribution are
//! accurate to the last digits at any level.

mod interval;
mod quantile;
mod ranking;
mod ratio;
mod sample;

pub use interval::{Estimate, Interval};
pub use ranking::{RankedAgent, RankedBy, RankedFigure};
pub use ratio::RatioDifference;
pub use sample::Sample;

/// A confidence level, and a minimum number of cases.
///
/// The defaults are a level of 95 % and a minimum of one case.
///
/// ```
/// use convometrics::confidence::Confidence;
/// use convometrics::Ratio;
///
/// let ratio = Ratio::new(8, 10);
/// let width = |level: f64| Some(Confidence::new(level).ok()?.ratio_interval(ratio).interval()?.width());
/// assert!(width(0.99) > width(0.95)); // a higher level needs a wider interval
/// assert!(Confidence::new(95.0).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    level: f64,
    min_cases: u64,
    /// The quantile of the normal distribution, which every ratio needs.
    z: f64,
}

/// A confidence level that is not between 0 and 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`confidence` is {found}; allowed: a number above 0 and below 1, such as 0.95")]
pub struct ConfidenceError {
    found: f64,
}

impl ConfidenceError {
    /// Returns the level found.
    #[must_use]
    pub fn found(&self) -> f64 {
        self.found
    }
}

impl Confidence {
    /// Creates a confidence with a level between 0 and 1, both excluded: 0.95 is 95 %.
    ///
    /// # Errors
    /// Returns a [`ConfidenceError`] for any other number.
    pub fn new(level: f64) -> Result<Self, ConfidenceError> {
        if level > 0.0 && level < 1.0 {
            Ok(Self {
                level,
                min_cases: 1,
                z: quantile::normal(level),
            })
        } else {
            Err(ConfidenceError { found: level })
        }
    }

    /// Sets the minimum number of cases, by default 1. Fewer cases give [`Estimate::TooFew`]. Zero cases are always too
    /// few, and so is a [`Sample`] of one value.
    #[must_use]
    pub const fn with_min_cases(self, cases: u64) -> Self {
        Self {
            min_cases: cases,
            ..self
        }
    }

    /// Returns the level, between 0 and 1.
    #[must_use]
    pub const fn level(&self) -> f64 {
        self.level
    }

    /// Returns the minimum number of cases.
    #[must_use]
    pub const fn min_cases(&self) -> u64 {
        self.min_cases
    }

    /// Returns whether this number of cases is too small.
    const fn is_too_few(&self, cases: u64) -> bool {
        cases == 0 || cases < self.min_cases
    }
}

impl Default for Confidence {
    /// Creates a confidence with a level of 95 %.
    fn default() -> Self {
        Self::new(0.95).expect("0.95 is between 0 and 1")
    }
}

/// Converts to the nearest double. Rounding above 2^53 does not show in an interval.
#[expect(
    clippy::cast_precision_loss,
    reason = "an interval's ends are not exact"
)]
const fn double(whole: u64) -> f64 {
    whole as f64
}
