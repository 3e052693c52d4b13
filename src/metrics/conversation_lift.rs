//! Visitors with a conversation beside those without one: how many ordered, and for how much.
//!
//! Of the visitors with an event in the period (whatever it is; orphans and redundant events are set aside), those with a two-way conversation that opened in the
//! period are **with** a conversation, those with none are **without** one.
//!
//! | figure | meaning | unit | empty |
//! | --- | --- | --- | --- |
//! | `conversion_rate` | visitors who placed an order in the period, of the visitors of the group | ratio | `null` |
//! | `orders` | orders placed in the period by visitors of the group | orders | 0 |
//! | `average_order_value` | value / count of these orders, refunds left in | money | `{}` |
//! | `conversion_lift` | the rate with a conversation over the rate without, less 1 | ratio | none where a rate has no value, or the rate without is 0 |
//! | `average_order_value_lift` | the same of the average order values of one currency | ratio | the same |
//!
//! Of a visitor with a conversation only orders at or after the opening of the first one in the period count: what was
//! ordered before did not come after a talk. No window and no model is asked: an order counts for the group that its
//! visitor is in. So `orders` here are not those of [`gmv`](super::gmv), and neither is the rate.
//!
//! A lift is a comparison of two groups that chose themselves. Visitors who talk may be those who wanted to buy anyway: the
//! lift does not say what a conversation brought about.
//!
//! By hand: of 40 visitors of March 10 had a conversation; 4 of them ordered after it began, for 120.00 EUR each, and one
//! before. Of the other 30 three ordered, for 100.00 EUR each. With: 4/10; without: 3/30; lift of the conversion 0.4 / 0.1
//! − 1 = 3 (four times as many); of the average order value 120 / 100 − 1 = 0.2.

use serde::{Deserialize, Serialize};

use super::Frame;
use crate::journey::conversation::Conversation;
use crate::journey::{Journey, Moment};
use crate::money::{AverageByCurrency, Currency};
use crate::ratio::{Ratio, change_of};
use crate::time::Period;

/// Visitors with and without a conversation; see [the module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConversationLift {
    /// The period.
    pub period: Period,
    /// Visitors with a two-way conversation that opened in the period.
    pub with_conversation: BaselineGroup,
    /// All other visitors with an event in the period.
    pub without_conversation: BaselineGroup,
}

/// What visitors of one group did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BaselineGroup {
    /// Visitors who ordered, of all of the group.
    pub conversion_rate: Ratio,
    /// Their orders.
    pub orders: u64,
    /// Value over count of these.
    pub average_order_value: AverageByCurrency,
}

impl ConversationLift {
    /// How much more often visitors with a conversation ordered, 0.5 being half as often again; negative where it is less
    /// often. `None` where one of the groups has no visitor, or nobody without a conversation ordered.
    #[must_use]
    pub fn conversion_lift(&self) -> Option<f64> {
        let rate = |group: &BaselineGroup| {
            let rate = group.conversion_rate;
            (rate.numerator.into(), rate.denominator.into())
        };
        let with = rate(&self.with_conversation);
        change_of(with, rate(&self.without_conversation)).1
    }

    /// How much more the orders of visitors with a conversation came to on average, in one currency. `None` where one of
    /// the groups has no order in it, or those without a conversation ordered for nothing.
    #[must_use]
    pub fn average_order_value_lift(&self, currency: Currency) -> Option<f64> {
        let average = |group: &BaselineGroup| {
            let average = group.average_order_value.get(currency)?;
            Some((average.sum.millionths(), u128::from(average.count)))
        };
        let with = average(&self.with_conversation)?;
        change_of(with, average(&self.without_conversation)?).1
    }
}

#[derive(Debug, Default)]
pub(crate) struct ConversationLiftTally {
    with: BaselineGroup,
    without: BaselineGroup,
}

impl ConversationLiftTally {
    /// Adds a visitor with an event in the period. `journey` has what the filter keeps; `had_any` tells whether there was
    /// a conversation before it was asked.
    pub(crate) fn add(&mut self, frame: &Frame, journey: &Journey<'_>, had_any: bool) {
        let first = first_opening(frame, journey);
        let group = match first {
            Some(_) => &mut self.with,
            // Of conversations that are not asked for: neither.
            None if had_any => return,
            None => &mut self.without,
        };
        let mut ordered = false;
        for order in &journey.orders {
            let is_after = first.is_none_or(|opening| opening < order.placed);
            if is_after && frame.calendar.contains(order.placed.at) {
                ordered = true;
                group.orders += 1;
                group.average_order_value += order.value;
            }
        }
        group.conversion_rate += Ratio::new(ordered.into(), 1);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (mine, theirs) in [
            (&mut self.with, other.with),
            (&mut self.without, other.without),
        ] {
            mine.conversion_rate += theirs.conversion_rate;
            mine.orders += theirs.orders;
            mine.average_order_value += theirs.average_order_value;
        }
    }

    pub(crate) fn finish(self, period: &Period) -> ConversationLift {
        ConversationLift {
            period: period.clone(),
            with_conversation: self.with,
            without_conversation: self.without,
        }
    }
}

/// The opening of the visitor's first two-way conversation that opened in the period.
pub(crate) fn first_opening(frame: &Frame, journey: &Journey<'_>) -> Option<Moment> {
    let of_cohort = |conversation: &Conversation<'_>| {
        conversation.two_way()?;
        let opening = conversation.opening?.moment;
        frame.calendar.contains(opening.at).then_some(opening)
    };
    journey.conversations.iter().filter_map(of_cohort).min()
}
