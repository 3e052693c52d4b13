//! How credit is shared among candidates.

use chrono::TimeDelta;
use serde::Serialize;

use super::RuleError;
use super::decay::decay;
use super::window::Window;
use crate::error::choices;

choices! {
    "model",
    /// How the credit for a conversion is shared among its candidates, which stand in order (option `model`).
    ///
    /// See [the module](crate::attribution) for how each splits 100.00 over three touches, [`CreditModel`] for one of
    /// your own.
    #[derive(Default)]
    pub enum Model {
        /// All to the last.
        #[default]
        LastTouch => "last_touch",
        /// All to the first.
        FirstTouch => "first_touch",
        /// Equal shares.
        Linear => "linear",
        /// Fixed shares to the first and to the last, the rest shared equally by those between; see [`PositionEnds`].
        PositionBased => "position_based",
        /// Weight 2^(−age / half-life); see [`HalfLife`].
        TimeDecay => "time_decay",
    }
}

/// The shares of the first and of the last candidate under [`Model::PositionBased`], in percent; 40 and 40 unless set.
///
/// Of three or more candidates, those between share the rest equally. Of two, both shares are scaled to make up the
/// whole: 40 and 40 are halves, 30 and 60 are 1/3 and 2/3. One candidate gets all. A share of 0 is no credit.
///
/// ```
/// use convometrics::attribution::PositionEnds;
///
/// let ends = PositionEnds::new(30, 60)?;
/// assert_eq!((ends.first_percent(), ends.last_percent()), (30, 60)); // 10 % for those between
/// assert!(PositionEnds::new(60, 50).is_err()); // more than the whole
/// # Ok::<(), convometrics::attribution::RuleError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PositionEnds {
    #[serde(rename = "position_first_percent")]
    first: u8,
    #[serde(rename = "position_last_percent")]
    last: u8,
}

impl PositionEnds {
    /// Takes the shares of the first and of the last.
    ///
    /// # Errors
    /// A [`RuleError`] that names `position_first_percent` above 100, and `position_last_percent` where both together
    /// are 0 or above 100.
    pub fn new(first_percent: u8, last_percent: u8) -> Result<Self, RuleError> {
        let refused = || RuleError::new("position_first_percent", first_percent, "0 to 100");
        let most = 100_u8.checked_sub(first_percent).ok_or_else(refused)?;
        let least = u8::from(first_percent == 0);
        if !(least..=most).contains(&last_percent) {
            let rule = "position_last_percent";
            let allowed =
                format!("{least} to {most} where `position_first_percent` is {first_percent}");
            return Err(RuleError::new(rule, last_percent, allowed));
        }
        Ok(Self {
            first: first_percent,
            last: last_percent,
        })
    }

    /// The share of the first of three or more.
    #[must_use]
    pub fn first_percent(self) -> u8 {
        self.first
    }

    /// The share of the last of three or more.
    #[must_use]
    pub fn last_percent(self) -> u8 {
        self.last
    }

    /// The weights of so many candidates.
    fn weights(self, candidates: usize) -> Vec<Weight> {
        let share = |percent: u128| Weight((percent > 0).then_some(percent));
        let (first, last) = (u128::from(self.first), u128::from(self.last));
        if candidates == 1 {
            return vec![share(1)];
        }
        // In percent of an n-th for n between, so that the weights of all are whole numbers.
        let n = candidates.saturating_sub(2).max(1) as u128;
        let mut weights = vec![share(100 - first - last); candidates];
        if let [head, .., tail] = weights.as_mut_slice() {
            (*head, *tail) = (share(first * n), share(last * n));
        }
        weights
    }
}

impl Default for PositionEnds {
    fn default() -> Self {
        Self::new(40, 40).expect("80 % leave a rest for those between")
    }
}

/// The age at which a candidate weighs half under [`Model::TimeDecay`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct HalfLife(
    /// In microseconds, at least 1; `None` by the rule.
    pub(crate) Option<i64>,
);

impl HalfLife {
    /// By the rule, which is the default: a quarter of the window, at least a day. Where channels have windows of their
    /// own, each touch decays by that of its channel; over a channel without a limit nothing decays.
    pub const BY_WINDOW: Self = Self(None);

    /// The same, whatever the window; what is finer than a microsecond is cut.
    ///
    /// ```
    /// use convometrics::chrono::TimeDelta;
    /// use convometrics::attribution::HalfLife;
    ///
    /// assert!(HalfLife::new(TimeDelta::days(7)).is_ok());
    /// assert!(HalfLife::new(TimeDelta::zero()).is_err());
    /// ```
    ///
    /// # Errors
    /// A [`RuleError`] that names `half_life` below a microsecond.
    pub fn new(half_life: TimeDelta) -> Result<Self, RuleError> {
        if half_life < TimeDelta::microseconds(1) {
            let allowed = "at least 1 microsecond";
            return Err(RuleError::new("half_life", half_life, allowed));
        }
        Ok(Self(half_life.num_microseconds().or(Some(i64::MAX))))
    }

    /// What candidates, which stand in order, weigh.
    fn weights<T: ?Sized>(self, candidates: &[Candidate<'_, T>]) -> Vec<Weight> {
        let weight = |candidate: &Candidate<'_, T>| match self.0 {
            // Relative to the latest candidate: the same shares, and the greatest weight is 1 however old they all are.
            Some(half_life) => {
                let youngest = candidates.last().map_or(0, |last| last.age);
                decay(candidate.age - youngest, half_life)
            }
            None if candidate.window == Window::UNLIMITED => decay(0, 1),
            // Within its window a touch is at most four half-lives old.
            None => decay(candidate.age, by_window(candidate.window)),
        };
        let weights = candidates.iter().map(weight);
        weights.map(|weight| Weight(Some(weight))).collect()
    }
}

/// A quarter of a window, at least a day; in microseconds.
fn by_window(window: Window) -> i64 {
    const DAY: i64 = 86_400_000_000;
    (window.0 / 4).max(DAY)
}

/// A candidate as a model sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Candidate<'a, T: ?Sized> {
    /// The caller's touch.
    pub touch: &'a T,
    /// Its place among the touches that were looked at.
    pub(super) place: usize,
    pub(super) age: i64,
    pub(super) window: Window,
}

impl<T: ?Sized> Clone for Candidate<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Candidate<'_, T> {}

impl<T: ?Sized> Candidate<'_, T> {
    /// How long before the conversion it was: 0 or more, to the microsecond.
    #[must_use]
    pub fn age(&self) -> TimeDelta {
        TimeDelta::microseconds(self.age)
    }

    /// How old it may be: the window of its channel.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }
}

/// What a model gives a candidate: a whole number, whose share is that of all weights' sum; or no credit.
///
/// ```
/// use convometrics::attribution::Weight;
///
/// let weights = [Weight::from(3), Weight::from(1), Weight::NONE]; // three quarters, one quarter, not credited
/// assert_ne!(Weight::from(0), Weight::NONE); // credited, with a share of nothing
/// # let _ = weights;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Weight(
    /// At most 2^67, so that no product with an amount leaves 128 bits.
    pub(super) Option<u128>,
);

impl Weight {
    /// Not credited.
    pub const NONE: Self = Self(None);
}

impl From<u64> for Weight {
    fn from(weight: u64) -> Self {
        Self(Some(weight.into()))
    }
}

/// Which candidates a model looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reach {
    /// All of them.
    All,
    /// The first alone; it is found without a look at the others.
    First,
    /// The last alone; it is found without a look at the others.
    Last,
}

/// A way of sharing credit, for any touch.
///
/// [`Model`] has the usual ones; this is for one of your own. It must be a function of its arguments, so that figures are
/// the same whenever they are asked for.
///
/// ```
/// use convometrics::chrono::{DateTime, Utc};
/// use convometrics::attribution::{Candidate, CreditModel, Rules, Touch, Weight};
/// use convometrics::Money;
///
/// /// Video weighs three times as much as anything else.
/// struct VideoFirst;
///
/// impl<T: Touch<Channel = &'static str>> CreditModel<T> for VideoFirst {
///     fn weigh(&self, candidates: &[Candidate<'_, T>]) -> Vec<Weight> {
///         let weight = |candidate: &Candidate<'_, T>| match *candidate.touch.channel() {
///             "video" => Weight::from(3),
///             _ => Weight::from(1),
///         };
///         candidates.iter().map(weight).collect()
///     }
/// }
///
/// let at = |text: &str| text.parse::<DateTime<Utc>>();
/// let touches = [("ann", at("2026-03-01T09:00:00Z")?, "c1", "video"), ("ann", at("2026-03-02T09:00:00Z")?, "c2", "text")];
/// let order = ("ann", at("2026-03-03T09:00:00Z")?, Money::new("100".parse()?, "EUR".parse()?));
/// let rules = Rules::new();
/// let found = rules.attribute_by(&VideoFirst, &touches, std::slice::from_ref(&order));
/// let shares: Vec<String> = found[0].credits.iter().map(|credit| credit.amount.to_string()).collect();
/// assert_eq!(shares, ["75.00 EUR", "25.00 EUR"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait CreditModel<T: ?Sized> {
    /// Which candidates it looks at: all, unless it says otherwise.
    fn reach(&self) -> Reach {
        Reach::All
    }

    /// A weight for each candidate, in their order: at least one of them, only the one of its [`reach`](Self::reach)
    /// where that is an end. Where a weight is left out, the candidate is not credited; weights too many are passed over.
    /// Where all of them are 0 or none, the conversion is unattributed.
    fn weigh(&self, candidates: &[Candidate<'_, T>]) -> Vec<Weight>;
}

/// The usual models, with the parameters that rules have by default; [`Rules`](super::Rules) set others.
impl<T: ?Sized> CreditModel<T> for Model {
    fn reach(&self) -> Reach {
        match self {
            Self::LastTouch => Reach::Last,
            Self::FirstTouch => Reach::First,
            Self::Linear | Self::PositionBased | Self::TimeDecay => Reach::All,
        }
    }

    fn weigh(&self, candidates: &[Candidate<'_, T>]) -> Vec<Weight> {
        Weigher {
            model: *self,
            ..Weigher::default()
        }
        .weigh(candidates)
    }
}

/// A [`Model`] with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Weigher {
    pub(crate) model: Model,
    pub(super) ends: PositionEnds,
    pub(super) half_life: HalfLife,
}

impl<T: ?Sized> CreditModel<T> for Weigher {
    fn reach(&self) -> Reach {
        CreditModel::<T>::reach(&self.model)
    }

    fn weigh(&self, candidates: &[Candidate<'_, T>]) -> Vec<Weight> {
        match self.model {
            Model::PositionBased => self.ends.weights(candidates.len()),
            Model::TimeDecay => self.half_life.weights(candidates),
            Model::LastTouch | Model::FirstTouch | Model::Linear => {
                vec![Weight(Some(1)); candidates.len()]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;
    const WEEK: HalfLife = HalfLife(Some(7 * DAY));

    fn weights(
        model: Model,
        ends: PositionEnds,
        half_life: HalfLife,
        ages: &[i64],
    ) -> Vec<Option<u128>> {
        let weigher = Weigher {
            model,
            ends,
            half_life,
        };
        let candidates: Vec<Candidate<'_, ()>> = ages
            .iter()
            .map(|age| Candidate {
                touch: &(),
                place: 0,
                age: *age,
                window: Window::default(),
            })
            .collect();
        let weights = weigher.weigh(&candidates);
        weights.into_iter().map(|weight| weight.0).collect()
    }

    fn position(first: u8, last: u8, candidates: usize) -> Vec<Option<u128>> {
        let ends = PositionEnds::new(first, last).unwrap();
        weights(Model::PositionBased, ends, WEEK, &vec![0; candidates])
    }

    #[test]
    fn no_candidate_no_weight_and_one_gets_all() {
        for model in Model::ALL {
            assert!(weights(model, PositionEnds::default(), WEEK, &[]).is_empty());
            let all = weights(model, PositionEnds::default(), WEEK, &[3 * DAY]);
            assert!(matches!(all[..], [Some(weight)] if weight > 0), "{model}");
        }
        assert_eq!(position(0, 40, 1), [Some(1)]);
    }

    #[test]
    fn position_based_is_halves_of_two_and_40_20_40_of_more() {
        assert_eq!(position(40, 40, 2), [Some(40), Some(40)]);
        assert_eq!(position(40, 40, 3), [Some(40), Some(20), Some(40)]); // of 100
        assert_eq!(
            position(40, 40, 4),
            [Some(80), Some(20), Some(20), Some(80)]
        ); // of 200
    }

    #[test]
    fn other_ends_are_renormalised_for_two_and_a_share_of_0_is_no_credit() {
        assert_eq!(position(30, 60, 2), [Some(30), Some(60)]);
        assert_eq!(position(30, 60, 3), [Some(30), Some(10), Some(60)]);
        assert_eq!(position(0, 40, 2), [None, Some(40)]);
        assert_eq!(position(0, 40, 3), [None, Some(60), Some(40)]);
        assert_eq!(position(50, 50, 3), [Some(50), None, Some(50)]);
        assert_eq!(position(100, 0, 3), [Some(100), None, None]);
    }

    #[test]
    fn ends_are_at_most_the_whole_and_not_nothing() {
        for (first, last, named) in [
            (101, 0, "position_first_percent"),
            (0, 0, "position_last_percent"),
            (41, 60, "position_last_percent"),
            (0, 101, "position_last_percent"),
        ] {
            let error = PositionEnds::new(first, last).unwrap_err();
            assert_eq!(error.rule(), named);
        }
    }

    #[test]
    fn decay_halves_with_each_half_life() {
        let one = 1 << crate::attribution::decay::PLACES;
        let decayed = |ages: &[i64]| weights(Model::TimeDecay, PositionEnds::default(), WEEK, ages);
        assert_eq!(
            decayed(&[14 * DAY, 7 * DAY, 0]),
            [Some(one / 4), Some(one / 2), Some(one)]
        );
        // The same shares when all are a year older, and credit for what is too old to weigh anything.
        assert_eq!(
            decayed(&[379 * DAY, 372 * DAY, 365 * DAY]),
            [Some(one / 4), Some(one / 2), Some(one)]
        );
        assert_eq!(decayed(&[36_600 * DAY, 0]), [Some(0), Some(one)]);
    }

    #[test]
    fn the_half_life_by_rule_is_a_quarter_of_the_window_at_least_a_day() {
        assert_eq!(by_window(Window::days(30)), 15 * DAY / 2);
        assert_eq!(by_window(Window::days(4)), DAY);
        assert_eq!(by_window(Window::days(3)), DAY);
        assert_eq!(by_window(Window::ZERO), DAY);
    }
}
