//! Durations of which each is kept, so that quantiles are exact.

use crate::metrics::multiset::{Element, Multiset};
use crate::money::ExactSum;
use crate::ratio::MeanSeconds;

/// Durations in microseconds.
pub(super) type Durations = Multiset<u64>;

impl Element for u64 {
    fn place(&self) -> impl Ord {
        *self
    }
}

impl Durations {
    pub(super) fn count(&self) -> u64 {
        self.len() as u64
    }

    pub(super) fn mean(&self) -> MeanSeconds {
        let sum = self.iter().copied().map(u128::from).sum();
        MeanSeconds::new(ExactSum::from_millionths(sum), self.count())
    }

    /// Returns the nearest rank: the least duration that at least `part / whole` of the durations do not exceed.
    pub(super) fn quantile(&self, part: usize, whole: usize) -> Option<ExactSum> {
        // Counted from 1.
        let rank = (self.len() * part).div_ceil(whole);
        let place = rank.checked_sub(1)?;
        let mut micros: Vec<u64> = self.iter().copied().collect();
        let (_, found, _) = micros.select_nth_unstable(place);
        Some(ExactSum::from_millionths((*found).into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sums::Additive;

    fn durations(values: &[u64]) -> Durations {
        {
            let mut durations = Durations::default();
            for value in values {
                durations.add(*value);
            }
            durations
        }
    }

    fn seconds(text: &str) -> Option<ExactSum> {
        text.parse().ok()
    }

    #[test]
    fn quantile_is_the_nearest_rank() {
        // 4, 8, 15 and 16 seconds.
        let found = durations(&[16_000_000, 4_000_000, 15_000_000, 8_000_000]);
        assert_eq!(found.mean(), MeanSeconds::new("43".parse().unwrap(), 4));
        assert_eq!(found.quantile(1, 2), seconds("8"));
        assert_eq!(found.quantile(9, 10), seconds("16"));
        assert_eq!(found.quantile(19, 20), seconds("16"));
        // 1 to 20 microseconds: half is 10, 90 % is 18, 95 % is 19.
        let twenty = durations(&(1..=20).rev().collect::<Vec<u64>>());
        assert_eq!(twenty.quantile(1, 2), seconds("0.00001"));
        assert_eq!(twenty.quantile(9, 10), seconds("0.000018"));
        assert_eq!(twenty.quantile(19, 20), seconds("0.000019"));
        assert_eq!(twenty.quantile(1, 1), seconds("0.00002"));
        assert_eq!(Durations::default().quantile(1, 2), None);
    }

    #[test]
    fn quantiles_of_many_durations_are_exact() {
        // 1 s to 100 001 s: ranks 50 001, 90 001 and 95 001.
        let values: Vec<u64> = (1..=100_001).map(|second| second * 1_000_000).collect();
        let found = durations(&values);
        assert_eq!(found.quantile(1, 2), seconds("50001"));
        assert_eq!(found.quantile(9, 10), seconds("90001"));
        assert_eq!(found.quantile(19, 20), seconds("95001"));
    }

    #[cfg(feature = "snapshot")]
    #[test]
    fn durations_are_written_in_order() {
        let written = postcard::to_stdvec(&durations(&[100, 5, 100])).unwrap();
        assert_eq!(written, [3, 5, 100, 100]);
        let read: Durations = postcard::from_bytes(&written).unwrap();
        assert_eq!(read.sorted(), [5, 100, 100]);
        // One byte for the number of durations.
        let bytes = |seconds: u64| {
            let durations = durations(&[seconds * 1_000_000]);
            postcard::to_stdvec(&durations).unwrap().len() - 1
        };
        assert_eq!(
            [bytes(268), bytes(269), bytes(34_359), bytes(34_360)],
            [4, 5, 5, 6]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Any split gives the same durations, and either part can be subtracted again.
        #[test]
        fn parts_add_up_and_can_be_subtracted(
            values in proptest::collection::vec(0..100_u64, 0..50),
            cut in any::<proptest::sample::Index>(),
        ) {
            let all = durations(&values);
            let cut = if values.is_empty() { 0 } else { cut.index(values.len()) };
            let (one, other) = values.split_at(cut);
            let (one, other) = (durations(one), durations(other));
            let mut sum = other.clone();
            sum += one.clone();
            prop_assert_eq!(sum.sorted(), all.sorted());
            let left = sum.without(&other).unwrap();
            prop_assert_eq!(left.sorted(), one.sorted());
            prop_assert!(one.without(&durations(&[100])).is_none());
        }
    }
}
