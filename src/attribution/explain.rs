//! Explanations of the credit for a conversion.

use chrono::TimeDelta;

use super::credit::{credits, order};
use super::fraction::Fraction;
use super::model::CreditModel;
use super::rules::Rules;
use super::touch::{Conversion, Touch};
use super::walk::{Walk, age};
use crate::error::choices;
use crate::money::{Amount, Money};

choices! {
    "reason",
    /// The reason why a touch is not a candidate for a conversion. If there are several, it is the first of these.
    pub enum Reason {
        /// The touch is after the conversion.
        AfterConversion => "after_conversion",
        /// The channel is not in scope.
        ChannelOutOfScope => "channel_out_of_scope",
        /// The label is excluded.
        LabelExcluded => "label_excluded",
        /// The touch is older than the window of its channel.
        OutOfWindow => "out_of_window",
        /// The touch is within its window, but the latest touch of its label is outside its own; see
        /// [`LapsedTouch`](super::LapsedTouch).
        LatestLapsed => "latest_lapsed",
        /// A later touch of the same label replaces it; see [`Path`](super::Path).
        Repeat => "repeat",
    }
}

/// A conversion with all touches of its person, and the verdict on each.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation<'a, T, K> {
    /// The caller's conversion.
    pub conversion: &'a K,
    /// The touches of the person, in order.
    pub touches: Vec<ExplainedTouch<'a, T>>,
}

impl<'a, T, K> Explanation<'a, T, K> {
    /// Whether a touch is credited with the conversion.
    #[must_use]
    pub fn is_attributed(&self) -> bool {
        self.candidates().any(|(_, credit)| credit.weight.is_some())
    }

    /// The candidates, in order.
    pub fn candidates(&self) -> impl Iterator<Item = (&'a T, CandidateCredit)> + '_ {
        let candidate = |touch: &ExplainedTouch<'a, T>| Some((touch.touch, touch.verdict.ok()?));
        self.touches.iter().filter_map(candidate)
    }

    /// The touches that are not candidates, in order, with the reason.
    pub fn others(&self) -> impl Iterator<Item = (&'a T, Reason)> + '_ {
        let other = |touch: &ExplainedTouch<'a, T>| Some((touch.touch, touch.verdict.err()?));
        self.touches.iter().filter_map(other)
    }
}

/// A touch and the verdict on it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExplainedTouch<'a, T> {
    /// The caller's touch.
    pub touch: &'a T,
    /// The credit of a candidate, or the reason why the touch is not one.
    pub verdict: Result<CandidateCredit, Reason>,
}

/// The credit of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CandidateCredit {
    /// The time from the touch to the conversion.
    pub age: TimeDelta,
    /// The exact share of the conversion; `None` if the model does not credit the candidate.
    pub weight: Option<Fraction>,
    /// The share of the amount.
    pub amount: Money,
}

impl<L: Ord, C: Ord> Rules<L, C> {
    /// Explains the credit for a conversion: every touch of its person, with age, weight and amount if it is a candidate, and
    /// with the reason if it is not.
    ///
    /// ```
    /// use convometrics::chrono::{DateTime, Utc};
    /// use convometrics::attribution::{Reason, Rules, Window};
    /// use convometrics::Money;
    ///
    /// let at = |text: &str| text.parse::<DateTime<Utc>>();
    /// let touches = [
    ///     ("ann", at("2026-03-01T12:00:00Z")?, "c1", "video"),
    ///     ("ann", at("2026-03-08T12:00:00Z")?, "c2", "text"),
    ///     ("ann", at("2026-03-12T12:00:00Z")?, "c3", "text"),
    /// ];
    /// let order = ("ann", at("2026-03-10T12:00:00Z")?, Money::new("100".parse()?, "EUR".parse()?));
    /// let why = Rules::new().with_window(Window::days(7)).explain(&touches, &order);
    ///
    /// let candidates: Vec<_> = why.candidates().map(|(touch, credit)| (touch.2, credit.age.num_days())).collect();
    /// assert_eq!(candidates, [("c2", 2)]);
    /// let others: Vec<_> = why.others().map(|(touch, reason)| (touch.2, reason)).collect();
    /// assert_eq!(others, [("c1", Reason::OutOfWindow), ("c3", Reason::AfterConversion)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain<'a, T, K>(&self, touches: &'a [T], conversion: &'a K) -> Explanation<'a, T, K>
    where
        L: 'a,
        T: Touch<Label = L, Channel = C>,
        K: Conversion<Who = T::Who, When = T::When>,
    {
        self.explain_by(&self.weigher, touches, conversion)
    }

    /// Like [`explain`](Self::explain), by a model of your own instead of the rules' model.
    #[must_use]
    pub fn explain_by<'a, T, K>(
        &self,
        model: &(impl CreditModel<T> + ?Sized),
        touches: &'a [T],
        conversion: &'a K,
    ) -> Explanation<'a, T, K>
    where
        L: 'a,
        T: Touch<Label = L, Channel = C>,
        K: Conversion<Who = T::Who, When = T::When>,
    {
        let own = touches.iter();
        let own = own.filter(|touch| touch.who() == conversion.who());
        let mut own: Vec<&T> = own.collect();
        own.sort_by_key(|touch| order(*touch));
        let (when, money) = (conversion.when(), conversion.amount());
        let mut walk = Walk::new(self, self.window, own.iter().copied());
        let candidates = walk.go_to(when);
        let other = |touch: &'a T| {
            let is_blocked = candidates.is_blocked(touch.label());
            let verdict = Err(self.reason(touch, when, is_blocked));
            ExplainedTouch { touch, verdict }
        };
        let mut touches: Vec<_> = own.iter().copied().map(other).collect();
        for candidate in candidates.all() {
            touches[candidate.place].verdict = Ok(CandidateCredit {
                age: candidate.age(),
                weight: None,
                amount: Money::new(Amount::ZERO, money.currency),
            });
        }
        for (place, credit) in credits(money, &candidates, model) {
            touches[place].verdict = Ok(CandidateCredit {
                age: credit.age,
                weight: Some(credit.weight()),
                amount: credit.amount,
            });
        }
        Explanation {
            conversion,
            touches,
        }
    }

    /// Returns the reason why a touch is not a candidate.
    fn reason<T>(&self, touch: &T, when: T::When, is_blocked: bool) -> Reason
    where
        T: Touch<Label = L, Channel = C>,
    {
        let window = self.window_of(touch.channel(), self.window);
        if touch.when() > when {
            Reason::AfterConversion
        } else if !self.is_in_scope(touch.channel()) {
            Reason::ChannelOutOfScope
        } else if self.excluded.contains(touch.label()) {
            Reason::LabelExcluded
        } else if !window.contains(age(when, touch.when()), self.edge) {
            Reason::OutOfWindow
        } else if is_blocked {
            Reason::LatestLapsed
        } else {
            Reason::Repeat
        }
    }
}
