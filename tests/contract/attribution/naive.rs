//! The engine once more, slow and obvious: for each conversion a look at every touch. Shares nothing with the library but
//! the words for its choices; money is split in whole units of the amount's own digits.

use std::collections::{BTreeMap, BTreeSet};

use convometrics::attribution::{LapsedTouch, Path, WindowEdge};
use proptest::prelude::*;
use proptest::sample::select;

/// Microseconds since some noon, and a number that orders those of one instant.
pub(crate) type Place = (i64, u8);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Touch {
    pub(crate) who: u8,
    pub(crate) when: Place,
    pub(crate) label: char,
    pub(crate) channel: u8,
}

#[derive(Debug, Clone)]
pub(crate) struct Conversion {
    pub(crate) who: u8,
    pub(crate) when: Place,
}

#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// Microseconds; `None` is no limit.
    pub(crate) window: Option<i64>,
    pub(crate) channel_windows: BTreeMap<u8, Option<i64>>,
    pub(crate) edge: WindowEdge,
    pub(crate) lapsed: LapsedTouch,
    pub(crate) channels: Option<BTreeSet<u8>>,
    pub(crate) excluded: BTreeSet<char>,
    pub(crate) path: Path,
}

impl Rules {
    /// The places of a conversion's candidates among all touches, in order.
    pub(crate) fn candidates(&self, touches: &[Touch], conversion: &Conversion) -> Vec<usize> {
        let mut standing: Vec<usize> = (0..touches.len())
            .filter(|place| {
                let touch = &touches[*place];
                touch.who == conversion.who
                    && touch.when <= conversion.when
                    && self
                        .channels
                        .as_ref()
                        .is_none_or(|channels| channels.contains(&touch.channel))
                    && !self.excluded.contains(&touch.label)
            })
            .collect();
        standing.sort_by_key(|place| {
            let touch = &touches[*place];
            (touch.when, touch.label, touch.channel, *place)
        });
        let is_in_window = |place: &usize| {
            let touch = &touches[*place];
            let own = self.channel_windows.get(&touch.channel);
            let age = conversion.when.0 - touch.when.0;
            match (own.copied().unwrap_or(self.window), self.edge) {
                (None, _) => true,
                (Some(window), WindowEdge::Inclusive) => age <= window,
                (Some(window), _) => age < window,
            }
        };
        let label = |place: &usize| touches[*place].label;
        if self.lapsed == LapsedTouch::Blocks {
            // A label whose latest touch has lapsed has no candidate.
            let all = standing.clone();
            standing.retain(|place| {
                let mut own = all.iter().filter(|other| label(other) == label(place));
                own.next_back().is_some_and(is_in_window)
            });
        }
        standing.retain(is_in_window);
        (0..standing.len())
            .filter(|index| {
                let later = &standing[index + 1..];
                let own = label(&standing[*index]);
                match self.path {
                    Path::Full => true,
                    Path::Exposure => later.first().is_none_or(|next| label(next) != own),
                    _ => later.iter().all(|later| label(later) != own),
                }
            })
            .map(|index| standing[index])
            .collect()
    }
}

/// Shares of so many units by whole weights: cut, then one unit each to the largest remainders, earlier first.
pub(crate) fn split(units: u64, weights: &[u64]) -> Vec<u64> {
    if weights.is_empty() {
        return Vec::new();
    }
    let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let product = |weight: &u64| u128::from(units) * u128::from(*weight);
    let mut shares: Vec<u64> = weights
        .iter()
        .map(|weight| u64::try_from(product(weight) / total).unwrap())
        .collect();
    let mut left = units - shares.iter().sum::<u64>();
    let mut given = vec![false; shares.len()];
    while left > 0 {
        let remainder = |index: usize| product(&weights[index]) % total;
        let waiting = (0..shares.len()).filter(|index| !given[*index]);
        // Of equal remainders the earlier: a later one must be larger.
        let best = waiting.reduce(|best, index| {
            if remainder(index) > remainder(best) {
                index
            } else {
                best
            }
        });
        let best = best.unwrap();
        given[best] = true;
        shares[best] += 1;
        left -= 1;
    }
    shares
}

const DAY: i64 = 86_400_000_000;

fn instant() -> impl Strategy<Value = Place> {
    let grid = (-12..12_i64).prop_map(|half_days| half_days * DAY / 2);
    let beside = prop_oneof![6 => Just(0_i64), 1 => Just(-1), 1 => Just(1)];
    (grid, beside, 0..2_u8).prop_map(|(at, beside, place)| (at + beside, place))
}

fn window() -> impl Strategy<Value = Option<i64>> {
    select(vec![
        Some(0),
        Some(DAY / 2),
        Some(DAY),
        Some(3 * DAY),
        Some(7 * DAY),
        None,
    ])
}

/// Touches, conversions and rules whose windows fall on the grid of the instants.
pub(crate) fn case() -> BoxedStrategy<(Vec<Touch>, Vec<Conversion>, Rules)> {
    let touch = (
        0..3_u8,
        instant(),
        select(vec!['a', 'b', 'c', 'd']),
        0..3_u8,
    )
        .prop_map(|(who, when, label, channel)| Touch {
            who,
            when,
            label,
            channel,
        });
    let conversion = (0..4_u8, instant()).prop_map(|(who, when)| Conversion { who, when });
    (
        proptest::collection::vec(touch, 0..40),
        proptest::collection::vec(conversion, 0..12),
        rules(),
    )
        .boxed()
}

fn rules() -> impl Strategy<Value = Rules> {
    let windows = proptest::collection::btree_map(0..3_u8, window(), 0..3);
    let scope = proptest::collection::btree_set(0..3_u8, 0..3);
    let excluded = proptest::collection::btree_set(select(vec!['a', 'b', 'c']), 0..2);
    (
        (window(), windows),
        select(WindowEdge::ALL.to_vec()),
        select(LapsedTouch::ALL.to_vec()),
        proptest::option::weighted(0.2, scope),
        excluded,
        select(Path::ALL.to_vec()),
    )
        .prop_map(
            |((window, channel_windows), edge, lapsed, channels, excluded, path)| Rules {
                window,
                channel_windows,
                edge,
                lapsed,
                channels,
                excluded,
                path,
            },
        )
}
