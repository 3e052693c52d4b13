//! Samples of values, and Student's t interval for their mean.

use std::ops::AddAssign;

use super::{Confidence, Estimate, double, quantile};

/// The count, mean and standard deviation of a sample of values: durations, amounts, ratings.
///
/// Values are added [one by one](Self::add) or [with their counts](Self::of_counts), and `+=` merges samples. The
/// values are not stored. The sum of squared deviations from the mean is stored instead of squared values, so that a
/// small spread around a large mean keeps its precision. The order of values can affect the last digits. If a value is
/// not finite, the sample has no mean and no standard deviation.
///
/// ```
/// use convometrics::confidence::Sample;
///
/// let minutes: Sample = [2.0, 4.0, 6.0].into_iter().collect();
/// assert_eq!((minutes.count(), minutes.mean()), (3, Some(4.0)));
/// assert_eq!(minutes.std_dev(), Some(2.0)); // the root of (4 + 0 + 4) / 2
/// assert_eq!(Sample::default().mean(), None); // no value, not 0
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    count: u64,
    mean: f64,
    /// The sum of squared deviations from the mean.
    squares: f64,
}

impl Sample {
    /// Creates an empty sample.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a sample from values and their counts.
    ///
    /// ```
    /// use convometrics::confidence::Sample;
    ///
    /// // Ratings: two of 3 stars, one of 4, two of 5.
    /// let stars = Sample::of_counts([(3.0, 2), (4.0, 1), (5.0, 2)]);
    /// assert_eq!((stars.count(), stars.mean()), (5, Some(4.0)));
    /// assert!((stars.std_dev().unwrap() - 1.0).abs() < 1e-12); // the root of (2 + 0 + 2) / 4
    /// ```
    #[must_use]
    pub fn of_counts(counts: impl IntoIterator<Item = (f64, u64)>) -> Self {
        let mut sample = Self::new();
        for (value, count) in counts {
            sample += Self {
                count,
                mean: value,
                squares: 0.0,
            };
        }
        sample
    }

    /// Adds a value.
    pub fn add(&mut self, value: f64) {
        self.count = self.count.saturating_add(1);
        let before = value - self.mean;
        self.mean += before / double(self.count);
        self.squares += before * (value - self.mean);
    }

    /// Returns the number of values.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Returns the mean; `None` if there are no values or if it is not finite.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        Some(self.mean).filter(|mean| self.count > 0 && mean.is_finite())
    }

    /// Returns the sample standard deviation, with divisor n − 1; `None` if there are fewer than two values or if it is
    /// not finite.
    #[must_use]
    pub fn std_dev(&self) -> Option<f64> {
        let freedom = self.count.checked_sub(1).filter(|freedom| *freedom > 0)?;
        Some((self.squares / double(freedom)).sqrt()).filter(|spread| spread.is_finite())
    }
}

impl AddAssign for Sample {
    fn add_assign(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = other;
            return;
        }
        let count = self.count.saturating_add(other.count);
        let part = double(other.count) / double(count);
        let apart = other.mean - self.mean;
        self.squares += other.squares + apart * apart * (double(self.count) * part);
        self.mean += apart * part;
        self.count = count;
    }
}

impl Extend<f64> for Sample {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, values: I) {
        for value in values {
            self.add(value);
        }
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sample = Self::new();
        sample.extend(values);
        sample
    }
}

impl Confidence {
    /// Returns Student's t interval for the mean of a sample, in the unit of its values.
    ///
    /// Returns [`Estimate::TooFew`] if there are fewer than two values or fewer than the
    /// [minimum](Self::with_min_cases), and if all values are equal, because their spread is then unknown. Returns
    /// [`Estimate::NotFinite`] if a value is not finite.
    ///
    /// Worked example: 2, 4 and 6 have mean 4 and standard deviation 2, and t with 2 degrees of freedom is 4.303 at
    /// 95 %. The interval is 4 ± 4.303 × 2 / √3: from −0.968 to 8.968. Three values are weak evidence.
    ///
    /// ```
    /// use convometrics::confidence::Confidence;
    /// use convometrics::confidence::{Estimate, Sample};
    ///
    /// let sure = Confidence::default();
    /// let interval = sure.mean_interval([2.0, 4.0, 6.0].into_iter().collect()).interval().unwrap();
    /// assert!((interval.low - -0.968).abs() < 0.001 && (interval.high - 8.968).abs() < 0.001);
    /// assert_eq!(sure.mean_interval(Sample::of_counts([(5.0, 100)])), Estimate::TooFew);
    /// ```
    #[must_use]
    pub fn mean_interval(&self, sample: Sample) -> Estimate {
        if self.is_too_few(sample.count) || sample.count < 2 {
            return Estimate::TooFew;
        }
        let Some((mean, std_dev)) = sample.mean().zip(sample.std_dev()) else {
            return Estimate::NotFinite;
        };
        if std_dev == 0.0 {
            return Estimate::TooFew;
        }
        let count = double(sample.count);
        let reach = quantile::student(self.level, count - 1.0) * (std_dev / count.sqrt());
        Estimate::around(mean, mean - reach, mean + reach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_spread_about_a_great_mean_is_kept() {
        // 10^9 + 4, 7, 13, 16: the mean is 10^9 + 10, the squares 36 + 9 + 9 + 36 = 90, over 3.
        let sample: Sample = [4.0, 7.0, 13.0, 16.0]
            .map(|step| 1e9 + step)
            .into_iter()
            .collect();
        assert_eq!(sample.mean(), Some(1e9 + 10.0));
        assert!((sample.std_dev().unwrap() - 30.0_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn values_that_are_all_the_same_have_a_spread_of_exactly_0() {
        let mut sample = Sample::new();
        for _ in 0..1000 {
            sample.add(0.1);
        }
        assert_eq!((sample.mean(), sample.std_dev()), (Some(0.1), Some(0.0)));
        sample += Sample::of_counts([(0.1, 7), (0.1, 0), (0.1, u64::MAX)]);
        assert_eq!((sample.count(), sample.std_dev()), (u64::MAX, Some(0.0)));
    }
}
