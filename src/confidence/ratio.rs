//! Wilson's interval for a ratio and for a mean on a bounded scale, and Newcombe's for the difference of two ratios.

use serde::Serialize;

use super::{Confidence, Estimate, double};
use crate::ratio::{Mean, Ratio};

/// The fewest and the most stars of a rating.
const FEWEST: u128 = 1;
const MOST: u128 = 5;

/// The difference of two ratios.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RatioDifference {
    /// The first ratio minus the second, from −1 to 1 if both are shares; `None` if a denominator is 0.
    pub value: Option<f64>,
    /// The interval of the difference.
    pub estimate: Estimate,
}

impl Confidence {
    /// Returns Wilson's score interval for a share.
    ///
    /// The bounds are between 0 and 1. The lower bound of 0 of n is exactly 0, and the upper bound of n of n is
    /// exactly 1. Returns [`Estimate::TooFew`] if the denominator is 0 or less than the
    /// [minimum](Self::with_min_cases), otherwise [`Estimate::NotAShare`] if the numerator exceeds it.
    ///
    /// Worked example: the interval of 1 of 1 is from 1 / (1 + z²) to 1, and that of 0 of 20 is from 0 to z² / (20 +
    /// z²). At 95 %, z² is 3.8415, and these bounds are 0.2065 and 0.1611.
    ///
    /// ```
    /// use convometrics::confidence::Confidence;
    /// use convometrics::Ratio;
    ///
    /// let sure = Confidence::default();
    /// let all = sure.ratio_interval(Ratio::new(1, 1)).interval().unwrap();
    /// assert!((all.low - 0.2065).abs() < 0.0001 && all.high == 1.0);
    /// let none = sure.ratio_interval(Ratio::new(0, 20)).interval().unwrap();
    /// assert!(none.low == 0.0 && (none.high - 0.1611).abs() < 0.0001);
    /// ```
    #[must_use]
    pub fn ratio_interval(&self, ratio: Ratio) -> Estimate {
        let Some(value) = ratio
            .value()
            .filter(|_| !self.is_too_few(ratio.denominator))
        else {
            return Estimate::TooFew;
        };
        let Some(others) = ratio.denominator.checked_sub(ratio.numerator) else {
            return Estimate::NotAShare;
        };
        let (low, high) = wilson(double(ratio.numerator), double(others), self.z);
        Estimate::around(value, low, high)
    }

    /// Returns Newcombe's hybrid score interval for the difference of two shares, `first − second`.
    ///
    /// The shares must be independent, with different cases: compare two agents, pages or periods, but not a part with
    /// its whole. The bounds are between −1 and 1. If the interval does not [contain](super::Interval::contains) 0, the
    /// two differ significantly. The estimate is [`Estimate::TooFew`] if one of the shares has too few cases, otherwise
    /// [`Estimate::NotAShare`] if a numerator exceeds its denominator.
    ///
    /// Worked example: 1 of 1 minus 0 of 1 is 1. With z² = 3.8415, Wilson's intervals are 0.2065 to 1 and 0 to 0.7935,
    /// so the lower bound is 1 − √(0.7935² + 0.7935²) = −0.1221, and the upper bound is 1.
    ///
    /// ```
    /// use convometrics::confidence::Confidence;
    /// use convometrics::Ratio;
    ///
    /// let sure = Confidence::default();
    /// let found = sure.of_difference(Ratio::new(1, 1), Ratio::new(0, 1));
    /// let interval = found.estimate.interval().unwrap();
    /// assert_eq!((found.value, interval.high), (Some(1.0), 1.0));
    /// assert!((interval.low - -0.1221).abs() < 0.0001);
    /// assert!(interval.contains(0.0)); // two cases do not show that they differ
    /// let many = sure.of_difference(Ratio::new(90, 100), Ratio::new(70, 100));
    /// assert!(!many.estimate.interval().unwrap().contains(0.0));
    /// ```
    #[must_use]
    pub fn of_difference(&self, first: Ratio, second: Ratio) -> RatioDifference {
        let values = first.value().zip(second.value());
        let value = values.map(|(first, second)| first - second);
        let ends = (self.ratio_interval(first), self.ratio_interval(second));
        let estimate = match (values, ends) {
            (Some((p1, p2)), (Estimate::Interval(first), Estimate::Interval(second))) => {
                let difference = p1 - p2;
                let low = difference - apart(p1 - first.low, second.high - p2);
                let high = difference + apart(first.high - p1, p2 - second.low);
                Estimate::around(difference, low.max(-1.0), high.min(1.0))
            }
            (None, _) | (_, (Estimate::TooFew, _) | (_, Estimate::TooFew)) => Estimate::TooFew,
            _ => Estimate::NotAShare,
        };
        RatioDifference { value, estimate }
    }

    /// Returns the interval of a mean rating of 1 to 5 stars, from its sum and count alone.
    ///
    /// The mean is mapped to the share (mean − 1)/4, and Wilson's interval of this share of n is mapped back to 1 to 5.
    /// The interval is **conservative**: values from 0 to 1 with mean p have a variance of at most p (1 − p), reached
    /// if each value is 0 or 1. So it is wider than necessary if there are ratings between 1 and 5 stars. It stays
    /// within the scale, and its width is not 0 if all ratings are equal. With many single ratings, [the t
    /// interval](Self::mean_interval) is narrower.
    ///
    /// Returns [`Estimate::TooFew`] if there are no ratings or fewer than the [minimum](Self::with_min_cases),
    /// otherwise [`Estimate::NotAShare`] if the mean is not between 1 and 5.
    ///
    /// Worked example: three ratings of 5 stars are a share of 3 of 3. Its lower bound at 95 % is 3 / (3 + 3.8415) =
    /// 0.4385, and 1 + 4 × 0.4385 = 2.754. The upper bound is 5.
    ///
    /// ```
    /// use convometrics::confidence::Confidence;
    /// use convometrics::Mean;
    ///
    /// let interval = Confidence::default().rating_interval(Mean::new(15, 3)).interval().unwrap();
    /// assert!((interval.low - 2.754).abs() < 0.001 && interval.high == 5.0);
    /// ```
    #[must_use]
    pub fn rating_interval(&self, mean: Mean) -> Estimate {
        let Some(value) = mean.value().filter(|_| !self.is_too_few(mean.count)) else {
            return Estimate::TooFew;
        };
        let (sum, count) = (u128::from(mean.sum), u128::from(mean.count));
        let above = sum.checked_sub(FEWEST * count);
        let below = (MOST * count).checked_sub(sum);
        let Some((above, below)) = above.zip(below) else {
            return Estimate::NotAShare;
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "an interval's ends are not exact"
        )]
        let (steps, above, below) = ((MOST - FEWEST) as f64, above as f64, below as f64);
        let (low, high) = wilson(above / steps, below / steps, self.z);
        Estimate::around(value, 1.0 + steps * low, 1.0 + steps * high)
    }
}

/// Returns Wilson's bounds for `counted` cases of `counted + others`, which is above 0.
///
/// The lower bound is the product of both roots divided by the upper one, because a difference of large numbers loses
/// precision.
fn wilson(counted: f64, others: f64, z: f64) -> (f64, f64) {
    let all = counted + others;
    let squared = z * z;
    let sum = 2.0 * counted + squared + z * (squared + 4.0 * counted * (others / all)).sqrt();
    let low = if counted > 0.0 {
        2.0 * counted * (counted / all) / sum
    } else {
        0.0
    };
    let high = if others > 0.0 {
        sum / (2.0 * (all + squared))
    } else {
        1.0
    };
    (low, high.min(1.0))
}

/// Returns the square root of the sum of two squares.
fn apart(one: f64, other: f64) -> f64 {
    (one * one + other * other).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_bound_near_0_keeps_its_digits() {
        // 1 of n, for a large n: (2 + z² − z √(z² + 4)) / (2n), with z = 2 (4 + 2 − 2 √8) / 2n = 0.171572875 / n.
        let n = 1e15;
        let (low, high) = wilson(1.0, n - 1.0, 2.0);
        assert!((low * n - 0.171_572_875).abs() < 1e-9, "{low}");
        // And (6 + 2 √8) / 2 = 5.828427125.
        assert!((high * n - 5.828_427_125).abs() < 1e-9, "{high}");
    }

    #[test]
    fn an_interval_without_width_is_the_share() {
        assert_eq!(wilson(0.0, 4.0, 0.0), (0.0, 0.0));
        assert_eq!(wilson(1.0, 3.0, 0.0), (0.25, 0.25));
        assert_eq!(wilson(4.0, 0.0, 0.0), (1.0, 1.0));
    }
}
