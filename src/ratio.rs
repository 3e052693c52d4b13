//! Ratios and means.
//!
//! A [`Ratio`] has its numerator and denominator, a [`Mean`] its sum and count. So the figure of a month is the sum of
//! those of its days, not an average of averages. With a denominator or count of 0 there is no value.

mod lift;

use std::ops::{Add, AddAssign};

use serde::Deserialize;

pub use self::lift::LiftByCurrency;
use crate::macros::{from_text, serialize_figure};
use crate::money::ExactSum;
use crate::sums::{add_as_assigned, add_up_by_field};

/// A share or a rate: `{"numerator": 3, "denominator": 8, "value": 0.375}`.
///
/// ```
/// use convometrics::Ratio;
///
/// assert_eq!(Ratio::new(3, 8).value(), Some(0.375));
/// assert_eq!(Ratio::new(0, 0).value(), None); // no value, not 0
/// // Two days, re-aggregated: 3 of 8 and 1 of 2 are 4 of 10, not the mean of 0.375 and 0.5.
/// assert_eq!(Ratio::new(3, 8) + Ratio::new(1, 2), Ratio::new(4, 10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Deserialize)]
pub struct Ratio {
    /// The cases that count.
    pub numerator: u64,
    /// All cases.
    pub denominator: u64,
}

impl Ratio {
    /// Creates the ratio `numerator` of `denominator`.
    #[must_use]
    pub const fn new(numerator: u64, denominator: u64) -> Self {
        Self {
            numerator,
            denominator,
        }
    }

    /// Returns the quotient as the nearest double, or `None` if the denominator is 0.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        quotient(self.numerator.into(), self.denominator.into())
    }

    pub(crate) fn quotient(self) -> Quotient {
        (self.numerator.into(), self.denominator.into())
    }
}

serialize_figure!(Ratio(ratio) {
    numerator: ratio.numerator,
    denominator: ratio.denominator,
    value: ratio.value(),
});

/// A mean of whole numbers, such as ratings: `{"sum": "13", "count": 3, "value": 4.333333333333333}`. (In JSON,
/// `sum` is a decimal string, like every sum of money or seconds.)
///
/// ```
/// use convometrics::Mean;
///
/// assert_eq!(Mean::new(9, 2).value(), Some(4.5));
/// assert_eq!(Mean::new(0, 0).value(), None); // no value, not 0
/// // Re-aggregated: 9 over 2 and 5 over 1 are 14 over 3, not the mean of 4.5 and 5.
/// assert_eq!(Mean::new(9, 2) + Mean::of(5), Mean::new(14, 3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Deserialize)]
pub struct Mean {
    /// The sum of the values.
    #[serde(deserialize_with = "from_text")]
    pub sum: u64,
    /// The number of values.
    pub count: u64,
}

impl Mean {
    /// Creates the mean with this sum and count.
    #[must_use]
    pub const fn new(sum: u64, count: u64) -> Self {
        Self { sum, count }
    }

    /// Returns the mean as the nearest double, or `None` if the count is 0.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        quotient(self.sum.into(), self.count.into())
    }

    /// Returns the mean of one value.
    #[must_use]
    pub const fn of(value: u64) -> Self {
        Self::new(value, 1)
    }
}

serialize_figure!(Mean(mean) {
    sum: mean.sum.to_string(),
    count: mean.count,
    value: mean.value(),
});

/// Declares a mean of durations with a value in one unit.
macro_rules! mean_of_durations {
    ($(#[$doc:meta])* $mean:ident $unit:literal $micros:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Deserialize)]
        pub struct $mean {
            /// The sum of the durations, in seconds, exact to the microsecond.
            pub sum_seconds: ExactSum,
            /// The number of durations.
            pub count: u64,
        }

        impl $mean {
            /// Creates the mean with this sum of seconds and count.
            #[must_use]
            pub const fn new(sum_seconds: ExactSum, count: u64) -> Self {
                Self { sum_seconds, count }
            }

            #[doc = concat!("Returns the mean in ", $unit, " as the nearest double, or `None` if the count is 0.")]
            #[must_use]
            pub fn value(self) -> Option<f64> {
                let (over, under) = self.quotient();
                quotient(over, under)
            }

            /// Returns the mean as a quotient.
            pub(crate) fn quotient(self) -> Quotient {
                let under = u128::from(self.count) * $micros;
                (self.sum_seconds.millionths(), under)
            }
        }

        serialize_figure!($mean(mean) {
            sum_seconds: mean.sum_seconds,
            count: mean.count,
            value: mean.value(),
        });

        impl AddAssign for $mean {
            fn add_assign(&mut self, other: Self) {
                self.sum_seconds += other.sum_seconds;
                self.count = self.count.saturating_add(other.count);
            }
        }

        add_as_assigned!($mean);
    };
}

mean_of_durations! {
    /// A mean of durations. The value is in **minutes**:
    /// `{"sum_seconds": "780.5", "count": 3, "value": 4.336111111111111}`.
    ///
    /// 780.5 s over 3 are 260.1666… s, and those are 4.3361… minutes.
    MeanMinutes "minutes" 60_000_000
}

mean_of_durations! {
    /// A mean of durations. The value is in **seconds**: `{"sum_seconds": "90", "count": 2, "value": 45.0}`.
    MeanSeconds "seconds" 1_000_000
}

/// How much greater a rate is in one group than in another, relative to the other:
/// `{"value": 3.0, "with": {"numerator": 4, …}, "without": {"numerator": 3, …}}`.
///
/// ```
/// use convometrics::Ratio;
/// use convometrics::ratio::Lift;
///
/// // 4 of 10 with, 3 of 30 without: 0.4 / 0.1 − 1.
/// assert_eq!(Lift::new(Ratio::new(4, 10), Ratio::new(3, 30)).value(), Some(3.0));
/// // No value without a case, or if the rate without is 0.
/// assert_eq!(Lift::new(Ratio::new(4, 10), Ratio::new(0, 30)).value(), None);
/// ```
pub type Lift = LiftOf<Ratio>;

/// How much greater a figure is in one group than in another: a [`Lift`] of rates, or a
/// [`LiftByCurrency`] of averages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Deserialize)]
pub struct LiftOf<T> {
    /// The figure of the group.
    pub with: T,
    /// The figure of the other group.
    pub without: T,
}

impl<T> LiftOf<T> {
    /// Creates the lift of a figure over another.
    #[must_use]
    pub const fn new(with: T, without: T) -> Self {
        Self { with, without }
    }
}

impl Lift {
    /// Returns the lift, negative if the rate is less than the other's. `None` if a rate has no value, or if the other
    /// is 0.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        change_of(self.with.quotient(), self.without.quotient()).1
    }

    /// Returns the quotient of the two rates, which is 1 more than the lift.
    pub(crate) fn quotient(self) -> Quotient {
        quotient_of(self.with.quotient(), self.without.quotient())
    }
}

impl<T: Add<Output = T>> Add for LiftOf<T> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.with + other.with, self.without + other.without)
    }
}

serialize_figure!(Lift(lift) {
    value: lift.value(),
    with: lift.with,
    without: lift.without,
});

add_up_by_field!(Ratio {
    numerator,
    denominator
});
add_up_by_field!(Mean { sum, count });

/// Returns the double nearest to `numerator / denominator`, or `None` if the denominator is 0.
///
/// Integers above 2^53 are not all doubles, so dividing two rounded integers can miss the nearest double. The division
/// is therefore done in integers, with at least 55 significant bits and a sticky bit for the rest. The only rounding is
/// the final conversion.
pub(crate) fn quotient(numerator: u128, denominator: u128) -> Option<f64> {
    const EXACT: u128 = 1 << 53;
    if denominator == 0 {
        return None;
    }
    if numerator <= EXACT && denominator <= EXACT {
        #[expect(
            clippy::cast_precision_loss,
            reason = "both are whole numbers that a double holds"
        )]
        return Some(numerator as f64 / denominator as f64);
    }
    if numerator == 0 {
        return Some(0.0);
    }
    // Every denominator is below 2^127, so `rest << 1` does not overflow: a count times microseconds a minute is below
    // 2^90, and `change_of` checks its products.
    let mut shift = numerator.leading_zeros();
    let scaled = numerator << shift;
    let (mut whole, mut rest) = (scaled / denominator, scaled % denominator);
    while whole < 1 << 55 {
        rest <<= 1;
        whole = (whole << 1) | u128::from(rest >= denominator);
        rest %= denominator;
        shift += 1;
    }
    let sticky = whole | u128::from(rest != 0);
    #[expect(
        clippy::cast_precision_loss,
        reason = "the one rounding, to the nearest"
    )]
    let rounded = sticky as f64;
    let scale = i32::try_from(shift).expect("the shift is below 300");
    Some(rounded * 0.5_f64.powi(scale))
}

/// A value as a numerator and a denominator. If the denominator is 0, there is no value.
pub(crate) type Quotient = (u128, u128);

/// Returns a value divided by another, without a value if this would take more than 38 digits.
pub(crate) fn quotient_of((over, under): Quotient, (by_over, by_under): Quotient) -> Quotient {
    let products = product(over, by_under).zip(product(under, by_over));
    products.unwrap_or((0, 0))
}

/// Returns a product of at most 38 digits.
fn product(one: u128, other: u128) -> Option<u128> {
    one.checked_mul(other).filter(|product| product >> 127 == 0)
}

/// Returns the difference of a value from its base, and the difference relative to the base, each rounded once. Both
/// are `None` if one of the two has no value, or if this would take more than 38 digits. The second is also `None` if
/// the base is 0.
pub(crate) fn change_of(
    (over, under): Quotient,
    (base_over, base_under): Quotient,
) -> (Option<f64>, Option<f64>) {
    // a / b − c / d = (a d − c b) / (b d). Divided by c / d, this is (a d − c b) / (c b). If the denominator is 0,
    // there is no value.
    let products = product(over, base_under).zip(product(base_over, under));
    let products = products.zip(product(under, base_under));
    let Some(((mine, theirs), both)) = products else {
        return (None, None);
    };
    let signed = |size: f64| if mine < theirs { -size } else { size };
    let apart = mine.abs_diff(theirs);
    (
        quotient(apart, both).map(signed),
        quotient(apart, theirs).map(signed),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotient_is_the_nearest_double_also_above_2_to_the_53() {
        // Small enough to be exact in doubles: the hardware's division is the nearest.
        assert_eq!(quotient(1, 3), Some(1.0 / 3.0));
        assert_eq!(quotient(0, 5), Some(0.0));
        assert_eq!(quotient(5, 0), None);
        // (2^53 + 1) * 3 / 3 = 2^53 + 1, midway between two doubles: the even one is 2^53.
        let odd = (1_u128 << 53) + 1;
        assert_eq!(quotient(odd * 3, 3), Some(9_007_199_254_740_992.0));
        // A hair above midway is rounded up.
        assert_eq!(quotient(odd * 3 + 1, 3), Some(9_007_199_254_740_994.0));
        // 10^20 / (3 * 10^20) = 1/3.
        let great = 100_000_000_000_000_000_000_u128;
        assert_eq!(quotient(great, 3 * great), Some(1.0 / 3.0));
        assert_eq!(quotient(0, great), Some(0.0));
        assert_eq!(quotient(1, great), Some(1e-20));
    }

    #[test]
    fn minutes_are_seconds_over_60() {
        let mean = MeanMinutes::new("780.5".parse().unwrap(), 3);
        assert_eq!(mean.value(), Some(780.5 / 180.0));
        assert_eq!(MeanMinutes::default().value(), None);
    }

    #[test]
    fn products_of_39_digits_have_no_difference_and_lesser_ones_do() {
        const HALF: u128 = 1 << 126;
        let absolute = |value, base| change_of(value, base).0;
        for (value, base) in [
            ((HALF, 1), (0, 2)),
            ((0, 2), (HALF, 1)),
            ((0, HALF), (0, 2)),
            ((HALF, 2), (HALF, 2)),
            ((2, 2), (0, HALF)),
            ((0, HALF), (2, 2)),
            ((u128::MAX, 2), (1, 2)),
        ] {
            assert_eq!(absolute(value, base), None, "{value:?} {base:?}");
        }
        // 2^126 / 1 − 0 / 1.
        assert_eq!(absolute((HALF, 1), (0, 1)), Some(2.0_f64.powi(126)));
        assert_eq!(absolute((0, 1), (HALF, 1)), Some(-(2.0_f64.powi(126))));
    }

    #[test]
    fn a_ratio_over_zero_has_no_difference() {
        for (value, base) in [((0, 0), (1, 2)), ((1, 2), (0, 0)), ((0, 0), (0, 0))] {
            assert_eq!(change_of(value, base), (None, None));
        }
    }
}
