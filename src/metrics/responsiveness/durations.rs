//! Summaries of durations.

use std::ops::AddAssign;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::money::ExactSum;
use crate::ratio::quotient;

/// The maximum number of durations that are kept individually.
const EXACT: usize = 10_000;

/// The number of significant digits of the quantiles of more durations.
const DIGITS: u8 = 3;

/// A summary of durations. Serialises with `mean_seconds`, the nearest double:
/// `{"count": 3, "sum_seconds": "61.5", "mean_seconds": 20.5, "median_seconds": "20", "p90_seconds": "40", …}`.
///
/// A quantile is the **nearest rank**: the least duration that at least this share of all durations does not exceed.
/// For 4, 8, 15 and 16 seconds, the median is 8 (half of four is two) and `p90` is 16 (90 % of four is 3.6: the
/// fourth).
///
/// For up to 10 000 durations, all figures are exact to the microsecond. For more, the quantiles come from a histogram
/// with three significant digits: too large by less than 0.1 %, never too small. The count, sum, mean and maximum stay
/// exact. The method depends on the count alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "DurationsJson", from = "DurationsJson")]
#[non_exhaustive]
pub struct Durations {
    /// The number of durations.
    pub count: u64,
    /// The sum of all durations.
    pub sum_seconds: ExactSum,
    /// The median; `None` if there are none.
    pub median_seconds: Option<ExactSum>,
    /// The 90th percentile.
    pub p90_seconds: Option<ExactSum>,
    /// The 95th percentile.
    pub p95_seconds: Option<ExactSum>,
    /// The longest duration.
    pub max_seconds: Option<ExactSum>,
    /// Whether the quantiles are exact.
    pub is_exact: bool,
}

impl Durations {
    /// Returns the mean in seconds, as the nearest double; `None` if there are none.
    #[must_use]
    pub fn mean_seconds(&self) -> Option<f64> {
        let microseconds = u128::from(self.count) * 1_000_000;
        quotient(self.sum_seconds.millionths(), microseconds)
    }
}

#[derive(Serialize, Deserialize)]
struct DurationsJson {
    count: u64,
    sum_seconds: ExactSum,
    #[serde(default, deserialize_with = "crate::ratio::derived")]
    mean_seconds: Option<f64>,
    median_seconds: Option<ExactSum>,
    p90_seconds: Option<ExactSum>,
    p95_seconds: Option<ExactSum>,
    max_seconds: Option<ExactSum>,
    is_exact: bool,
}

impl From<Durations> for DurationsJson {
    fn from(of: Durations) -> Self {
        Self {
            count: of.count,
            sum_seconds: of.sum_seconds,
            mean_seconds: of.mean_seconds(),
            median_seconds: of.median_seconds,
            p90_seconds: of.p90_seconds,
            p95_seconds: of.p95_seconds,
            max_seconds: of.max_seconds,
            is_exact: of.is_exact,
        }
    }
}

impl From<DurationsJson> for Durations {
    fn from(json: DurationsJson) -> Self {
        Self {
            count: json.count,
            sum_seconds: json.sum_seconds,
            median_seconds: json.median_seconds,
            p90_seconds: json.p90_seconds,
            p95_seconds: json.p95_seconds,
            max_seconds: json.max_seconds,
            is_exact: json.is_exact,
        }
    }
}

/// The durations collected so far, in microseconds.
#[derive(Debug, Clone)]
pub(super) struct Collected {
    sum: u128,
    max: u64,
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    Few(Vec<u64>),
    Many(Box<Histogram<u64>>),
}

impl Default for Collected {
    fn default() -> Self {
        Self {
            sum: 0,
            max: 0,
            values: Values::Few(Vec::new()),
        }
    }
}

impl Collected {
    pub(super) fn add(&mut self, microseconds: u64) {
        self.sum += u128::from(microseconds);
        self.max = self.max.max(microseconds);
        self.values.extend(&[microseconds]);
    }

    pub(super) fn finish(self) -> Durations {
        let count = self.values.count();
        let seconds = |microseconds: u64| ExactSum::from_millionths(microseconds.into());
        let mut durations = Durations {
            count,
            sum_seconds: ExactSum::from_millionths(self.sum),
            max_seconds: (count > 0).then(|| seconds(self.max)),
            is_exact: true,
            ..Durations::default()
        };
        let quantiles = [(1, 2), (9, 10), (19, 20)];
        let quantiles = match self.values {
            Values::Few(mut values) => {
                values.sort_unstable();
                quantiles.map(|(part, whole)| {
                    // The nearest rank, counted from 1.
                    let rank = (values.len() * part).div_ceil(whole);
                    // Without values, there is no rank.
                    rank.checked_sub(1).map(|place| values[place])
                })
            }
            Values::Many(histogram) => {
                durations.is_exact = false;
                quantiles.map(|(part, whole)| {
                    let rank = u128::from(count) * part as u128;
                    let rank = u64::try_from(rank.div_ceil(whole as u128))
                        .expect("a rank is at most the count");
                    Some(value_at_rank(&histogram, rank).min(self.max))
                })
            }
        };
        let [median, p90, p95] = quantiles.map(|value| value.map(seconds));
        durations.median_seconds = median;
        durations.p90_seconds = p90;
        durations.p95_seconds = p95;
        durations
    }
}

/// Returns the value of a rank, counted from 1. The rank is an integer, whereas the histogram's own method takes a
/// double.
fn value_at_rank(histogram: &Histogram<u64>, rank: u64) -> u64 {
    let mut seen = 0;
    for bucket in histogram.iter_recorded() {
        seen += bucket.count_at_value();
        if seen >= rank {
            return histogram.highest_equivalent(bucket.value_iterated_to());
        }
    }
    histogram.max()
}

impl AddAssign for Collected {
    fn add_assign(&mut self, other: Self) {
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        match other.values {
            Values::Few(values) => self.values.extend(&values),
            Values::Many(theirs) => {
                self.values.gather();
                if let Values::Many(mine) = &mut self.values {
                    mine.add(&*theirs).expect("the histogram resizes itself");
                }
            }
        }
    }
}

impl Values {
    fn count(&self) -> u64 {
        match self {
            Self::Few(values) => values.len() as u64,
            Self::Many(histogram) => histogram.len(),
        }
    }

    fn extend(&mut self, further: &[u64]) {
        if self.count() + further.len() as u64 > EXACT as u64 {
            self.gather();
        }
        match self {
            Self::Few(values) => values.extend_from_slice(further),
            Self::Many(histogram) => record(histogram, further),
        }
    }

    /// Moves the values into a histogram, unless they are in one.
    fn gather(&mut self) {
        if let Self::Few(values) = self {
            let mut histogram =
                Histogram::new(DIGITS).expect("a histogram has up to 5 significant digits");
            record(&mut histogram, values);
            *self = Self::Many(Box::new(histogram));
        }
    }
}

fn record(histogram: &mut Histogram<u64>, values: &[u64]) {
    for value in values {
        let recorded = histogram.record(*value);
        recorded.expect("the histogram resizes itself");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn collected(values: &[u64]) -> Collected {
        let mut all = Collected::default();
        for value in values {
            all.add(*value);
        }
        all
    }

    fn seconds(text: &str) -> Option<ExactSum> {
        text.parse().ok()
    }

    #[test]
    fn a_quantile_is_the_nearest_rank() {
        // 4, 8, 15 and 16 seconds.
        let found = collected(&[16_000_000, 4_000_000, 15_000_000, 8_000_000]).finish();
        assert_eq!((found.count, found.sum_seconds), (4, "43".parse().unwrap()));
        assert_eq!(found.mean_seconds(), Some(10.75));
        assert_eq!(found.median_seconds, seconds("8"));
        assert_eq!(
            (found.p90_seconds, found.p95_seconds),
            (seconds("16"), seconds("16"))
        );
        assert_eq!((found.max_seconds, found.is_exact), (seconds("16"), true));
        // 1 to 20 microseconds: half is 10, 90 % is 18, 95 % is 19.
        let twenty: Vec<u64> = (1..=20).rev().collect();
        let found = collected(&twenty).finish();
        assert_eq!(found.median_seconds, seconds("0.00001"));
        assert_eq!(found.p90_seconds, seconds("0.000018"));
        assert_eq!(found.p95_seconds, seconds("0.000019"));
        // Without durations, there are no figures.
        let found = Collected::default().finish();
        assert_eq!(
            (
                found.median_seconds,
                found.max_seconds,
                found.mean_seconds()
            ),
            (None, None, None)
        );
    }

    #[test]
    fn quantiles_of_more_than_ten_thousand_are_within_a_thousandth() {
        // 1 s to 10 000 s, and one of 20 000 s.
        let mut values: Vec<u64> = (1..=10_000).map(|second| second * 1_000_000).collect();
        let exact = collected(&values).finish();
        assert!(exact.is_exact);
        assert_eq!(
            (exact.median_seconds, exact.p90_seconds),
            (seconds("5000"), seconds("9000"))
        );
        values.push(20_000_000_000);
        let found = collected(&values).finish();
        assert!(!found.is_exact);
        // The sum and the maximum are exact: 50 005 000 + 20 000.
        assert_eq!((found.count, found.max_seconds), (10_001, seconds("20000")));
        assert_eq!(found.sum_seconds, "50025000".parse().unwrap());
        // Ranks of 10 001 values: half is 5 001, 90 % is 9 001, 95 % is 9 501.
        for (quantile, exact) in [
            (found.median_seconds, 5_001),
            (found.p90_seconds, 9_001),
            (found.p95_seconds, 9_501),
        ] {
            let (found, exact) = (quantile.unwrap().millionths(), exact * 1_000_000);
            assert!(
                (exact..=exact + exact / 1_000).contains(&found),
                "{found} {exact}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Any split in any order gives the same summary, added one by one or merged.
        #[test]
        fn parts_come_to_the_same(
            few in proptest::collection::vec(0..5_000_000_000_u64, 0..50),
            copies in prop_oneof![Just(1_usize), Just(400)],
            cut in any::<proptest::sample::Index>(),
        ) {
            let values: Vec<u64> = few.iter().copied().cycle().take(few.len() * copies).collect();
            let whole = collected(&values).finish();
            prop_assert_eq!(whole.is_exact, values.len() <= EXACT);
            let (one, other) = values.split_at(if values.is_empty() { 0 } else { cut.index(values.len()) });
            for (one, other) in [(one, other), (other, one)] {
                let mut sum = collected(one);
                sum += collected(other);
                prop_assert_eq!(sum.finish(), whole.clone());
            }
        }
    }
}
