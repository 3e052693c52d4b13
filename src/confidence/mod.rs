//! How sure a figure is: intervals for ratios and means, the difference of two ratios, and a ranking that knows chance.
//!
//! 1 accepted request of 1 is a rate of 100 %, 90 of 100 one of 90 %. The first says next to nothing, the second much.
//! An **interval** at a level of 95 % is made so that, of many such intervals, some 95 in 100 hold what they are after: the
//! rate that many more cases of the same kind would come to. A figure of too few cases has none, and says so:
//! [`Estimate::TooFew`] is a value.
//!
//! | of | method | formula |
//! | --- | --- | --- |
//! | [a ratio](Confidence::ratio_interval), x of n | Wilson's score interval, without a correction | (2x + z² ± z √(z² + 4x(n − x)/n)) / (2(n + z²)) |
//! | [the difference of two ratios](Confidence::of_difference), p₁ − p₂ | Newcombe's hybrid score interval (his method 10) | from d − √((p₁ − l₁)² + (u₂ − p₂)²) to d + √((u₁ − p₁)² + (p₂ − l₂)²) |
//! | [a mean of values](Confidence::mean_interval) | Student's t interval | m ± t s / √n |
//! | [a mean of ratings](Confidence::rating_interval), m of n | Wilson's interval w of the share (m − 1)/4, on the scale of 1 to 5 | 1 + 4w |
//!
//! z is the quantile of the normal distribution and t that of Student's with n − 1 degrees of freedom that leave out as
//! much on either side: 1.959964 and, of 10 values, 2.262 at 95 %. l and u are the ends of Wilson's intervals of the
//! two ratios, d is p₁ − p₂, s the standard deviation with n − 1 under it. Wilson's interval never leaves 0 to 1, and
//! says something of 0 of 20 too.
//!
//! By hand: an agent's requests were accepted 8 times of 10. z² is 3.8415, the root that of 3.8415 + 4 × 8 × 2 / 10,
//! which is 3.2002, and z times it 6.2723. So the interval is (19.8415 ± 6.2723) / 27.6829: from 0.4902 to 0.9433.
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
//! # What it does not say
//!
//! - **A report counts all there was.** For what happened in its period nothing is uncertain: 8 of 10 is 8 of 10. An
//!   interval takes these cases for a sample of what the same people would do, time and again, in the same way.
//! - **Cases are taken to be independent of each other.** An agent's are not quite: one visitor makes several requests,
//!   a bad day has many. Then the interval is too narrow.
//! - **It knows of chance alone**: not of a change of season, of lost events, of whom an agent was given to serve.
//! - **95 % is for one interval.** Of the intervals of 20 agents, about one misses. Two intervals that overlap may
//!   still belong to ratios that differ: ask for [their difference](Confidence::of_difference).
//! - **The t interval** wants values that are not too skewed, or many of them. Times and amounts are skewed.
//! - **A rate that is no share has no interval**: `visitors.click_through_rate`, where more clicked than have an
//!   impression, is [`Estimate::NotAShare`]. Below 1 its interval holds as far as each click has its impression.
//!
//! Up to a level of 0.999999, quantiles of t are right to 2 in 100 000; those of the normal distribution are right to the
//! last digits at any.

mod interval;
mod quantile;
mod ranking;
mod ratio;
mod sample;

pub use interval::{Estimate, Interval};
pub use ranking::{RankedAgent, RankedBy, RankedFigure};
pub use ratio::RatioDifference;
pub use sample::Sample;

/// How sure to be, and of how many cases at least.
///
/// By default at a level of 95 %, of any number of cases but none.
///
/// ```
/// use convometrics::confidence::Confidence;
/// use convometrics::Ratio;
///
/// let ratio = Ratio::new(8, 10);
/// let width = |level: f64| Some(Confidence::new(level).ok()?.ratio_interval(ratio).interval()?.width());
/// assert!(width(0.99) > width(0.95)); // who would be surer must say less
/// assert!(Confidence::new(95.0).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    level: f64,
    min_cases: u64,
    /// The quantile of the normal distribution: it is asked for with every ratio.
    z: f64,
}

/// A level of confidence that is not between 0 and 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`confidence` is {found}; allowed: a number above 0 and below 1, such as 0.95")]
pub struct ConfidenceError {
    found: f64,
}

impl ConfidenceError {
    /// The level found.
    #[must_use]
    pub fn found(&self) -> f64 {
        self.found
    }
}

impl Confidence {
    /// At a level between 0 and 1, both excluded: 0.95 is 95 %.
    ///
    /// # Errors
    /// A [`ConfidenceError`] for any other number.
    pub fn new(level: f64) -> Result<Self, ConfidenceError> {
        if level > 0.0 && level < 1.0 {
            Ok(Self::at(level))
        } else {
            Err(ConfidenceError { found: level })
        }
    }

    fn at(level: f64) -> Self {
        Self {
            level,
            min_cases: 1,
            z: quantile::normal(level),
        }
    }

    /// Of so many cases at least: fewer are [too few to say](Estimate::TooFew). By default 1. None at all are always
    /// too few, and of the values of a [`Sample`] so is one.
    #[must_use]
    pub const fn with_min_cases(self, cases: u64) -> Self {
        Self {
            min_cases: cases,
            ..self
        }
    }

    /// The level, between 0 and 1.
    #[must_use]
    pub const fn level(&self) -> f64 {
        self.level
    }

    /// How many cases there must be at least.
    #[must_use]
    pub const fn min_cases(&self) -> u64 {
        self.min_cases
    }

    /// Whether so many cases are too few.
    const fn is_too_few(&self, cases: u64) -> bool {
        cases == 0 || cases < self.min_cases
    }
}

impl Default for Confidence {
    /// At 95 %.
    fn default() -> Self {
        Self::at(0.95)
    }
}

/// The nearest double; whole numbers past 2^53 are rounded, which no interval shows.
#[expect(
    clippy::cast_precision_loss,
    reason = "an interval's ends are not exact"
)]
const fn double(whole: u64) -> f64 {
    whole as f64
}
