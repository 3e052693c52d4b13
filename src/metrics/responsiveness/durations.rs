//! Durations of which each is kept, so that quantiles are exact.

use std::borrow::Cow;
use std::ops::AddAssign;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::money::ExactSum;
use crate::ratio::MeanSeconds;
use crate::sums::Additive;

/// A multiset of durations in microseconds, in any order.
#[derive(Debug, Clone, Default)]
pub(super) struct Durations(Vec<u64>);

impl Durations {
    pub(super) fn add(&mut self, microseconds: u64) {
        self.0.push(microseconds);
    }

    pub(super) fn sort(&mut self) {
        self.0.sort_unstable();
    }

    fn sorted(&self) -> Cow<'_, [u64]> {
        if self.0.is_sorted() {
            return Cow::Borrowed(&self.0);
        }
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        Cow::Owned(sorted)
    }

    pub(super) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn mean(&self) -> MeanSeconds {
        let sum = self.0.iter().copied().map(u128::from).sum();
        MeanSeconds::new(ExactSum::from_millionths(sum), self.count())
    }

    /// Returns the nearest rank: the least duration that at least `part / whole` of all durations does not exceed, in
    /// seconds. `None` if there are no durations.
    pub(super) fn quantile(&self, part: usize, whole: usize) -> Option<ExactSum> {
        // Counted from 1.
        let rank = (self.0.len() * part).div_ceil(whole);
        let place = rank.checked_sub(1)?;
        Some(ExactSum::from_millionths(self.sorted()[place].into()))
    }
}

impl AddAssign for Durations {
    fn add_assign(&mut self, other: Self) {
        if self.0.is_empty() {
            *self = other;
        } else {
            self.0.extend(other.0);
        }
    }
}

impl Additive for Durations {
    fn without(&self, part: &Self) -> Option<Self> {
        let (all, part) = (self.sorted(), part.sorted());
        let mut part = part.iter().peekable();
        let left = all
            .iter()
            .filter(|duration| part.next_if_eq(duration).is_none());
        let left = Self(left.copied().collect());
        part.next().is_none().then_some(left)
    }

    fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    fn heap_bytes(&self) -> usize {
        self.0.capacity() * size_of::<u64>()
    }

    fn shape(shape: &mut String) {
        shape.push_str("durations ");
    }
}

/// Serialises the shortest duration, and the difference of each from the next shorter one.
impl Serialize for Durations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sorted = self.sorted();
        let shorter = std::iter::once(0).chain(sorted.iter().copied());
        let steps: Vec<u64> = sorted
            .iter()
            .zip(shorter)
            .map(|(it, shorter)| it - shorter)
            .collect();
        steps.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Durations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let steps: Vec<u64> = Deserialize::deserialize(deserializer)?;
        let mut duration = 0_u64;
        let durations = steps.into_iter().map(|step| {
            duration = duration.checked_add(step)?;
            Some(duration)
        });
        let durations: Option<Vec<u64>> = durations.collect();
        let too_long = || serde::de::Error::custom("a duration of more than 64 bits");
        durations.map(Self).ok_or_else(too_long)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn durations(values: &[u64]) -> Durations {
        Durations(values.to_vec())
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
    fn durations_are_read_as_they_were_written() {
        let written = postcard::to_stdvec(&durations(&[130, 5, 130])).unwrap();
        // Three of them: 5, 125 more, 0 more.
        assert_eq!(written, [3, 5, 125, 0]);
        let read: Durations = postcard::from_bytes(&written).unwrap();
        assert_eq!(read.0, [5, 130, 130]);
        let too_long = postcard::to_stdvec(&[u64::MAX, 1].as_slice()).unwrap();
        assert!(postcard::from_bytes::<Durations>(&too_long).is_err());
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
