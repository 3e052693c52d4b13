//! How credit is shared among candidates.

use super::decay::decay;
use crate::error::choices;

/// How the credit for a conversion is shared among its candidates, which stand in order (option `model`).
///
/// See [the module](crate::attribution) for how each splits 100.00 over three touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Model {
    /// All to the last.
    #[default]
    LastTouch,
    /// All to the first.
    FirstTouch,
    /// Equal shares.
    Linear,
    /// 40 % to the first, 40 % to the last, 20 % shared equally by those between; of two, halves; of one, all.
    PositionBased,
    /// Weight 2^(−age / half-life).
    TimeDecay,
}

choices! {
    "model", Model {
        LastTouch => "last_touch",
        FirstTouch => "first_touch",
        Linear => "linear",
        PositionBased => "position_based",
        TimeDecay => "time_decay",
    }
}

/// The age at which a touch weighs half, in microseconds: 1 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HalfLife(pub(crate) i64);

/// A candidate that the model gives weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Credit<T> {
    pub(crate) candidate: T,
    /// Of the sum of all weights. It may be cut to 0 under `time_decay`, where a touch is very old beside the latest one.
    pub(crate) weight: u128,
}

impl Model {
    /// The candidates that get weight, in order. `age` is in microseconds.
    pub(crate) fn credit<T: Copy>(
        self,
        candidates: &[T],
        half_life: HalfLife,
        age: impl Fn(T) -> i64,
    ) -> Vec<Credit<T>> {
        let all = |candidate: Option<&T>| {
            candidate
                .map(|candidate| Credit {
                    candidate: *candidate,
                    weight: 1,
                })
                .into_iter()
                .collect()
        };
        match self {
            Self::LastTouch => all(candidates.last()),
            Self::FirstTouch => all(candidates.first()),
            Self::Linear => weighed(candidates, |_, _| 1),
            Self::PositionBased => {
                // Of n ≥ 3: two fifths to each end, one fifth to the n − 2 between; in fifths of an (n − 2)th, whole numbers.
                let between = candidates.len().saturating_sub(2) as u128;
                let end = candidates.len().saturating_sub(1);
                weighed(candidates, |place, _| match place {
                    _ if between == 0 => 1,
                    place if place == 0 || place == end => 2 * between,
                    _ => 1,
                })
            }
            Self::TimeDecay => {
                // Relative to the latest candidate: the same shares, and the greatest weight is 1 however old they all are.
                let youngest = candidates.last().map_or(0, |last| age(*last));
                weighed(candidates, |_, candidate| {
                    decay(age(candidate) - youngest, half_life.0)
                })
            }
        }
    }
}

fn weighed<T: Copy>(candidates: &[T], weight: impl Fn(usize, T) -> u128) -> Vec<Credit<T>> {
    candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| Credit {
            candidate: *candidate,
            weight: weight(place, *candidate),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn weights(model: Model, ages: &[i64]) -> Vec<(usize, u128)> {
        let candidates: Vec<usize> = (0..ages.len()).collect();
        model
            .credit(&candidates, HalfLife(7 * DAY), |candidate| ages[candidate])
            .into_iter()
            .map(|credit| (credit.candidate, credit.weight))
            .collect()
    }

    #[test]
    fn no_candidate_no_credit() {
        for model in [
            Model::LastTouch,
            Model::FirstTouch,
            Model::Linear,
            Model::PositionBased,
            Model::TimeDecay,
        ] {
            assert!(weights(model, &[]).is_empty());
        }
    }

    #[test]
    fn one_candidate_gets_all() {
        for model in [
            Model::LastTouch,
            Model::FirstTouch,
            Model::Linear,
            Model::PositionBased,
            Model::TimeDecay,
        ] {
            let credit = weights(model, &[3 * DAY]);
            assert!(matches!(credit[..], [(0, weight)] if weight > 0));
        }
    }

    #[test]
    fn position_based_is_halves_of_two_and_40_20_40_of_more() {
        assert_eq!(weights(Model::PositionBased, &[2, 1]), [(0, 1), (1, 1)]);
        assert_eq!(
            weights(Model::PositionBased, &[3, 2, 1]),
            [(0, 2), (1, 1), (2, 2)]
        ); // of 5
        assert_eq!(
            weights(Model::PositionBased, &[4, 3, 2, 1]),
            [(0, 4), (1, 1), (2, 1), (3, 4)]
        ); // of 10
    }

    #[test]
    fn decay_halves_with_each_half_life() {
        let one = 1 << crate::attribution::decay::PLACES;
        assert_eq!(
            weights(Model::TimeDecay, &[14 * DAY, 7 * DAY, 0]),
            [(0, one / 4), (1, one / 2), (2, one)]
        );
        // The same shares when all are a year older, and credit for what is too old to weigh anything.
        assert_eq!(
            weights(Model::TimeDecay, &[379 * DAY, 372 * DAY, 365 * DAY]),
            [(0, one / 4), (1, one / 2), (2, one)]
        );
        assert_eq!(
            weights(Model::TimeDecay, &[36_600 * DAY, 0]),
            [(0, 0), (1, one)]
        );
    }
}
