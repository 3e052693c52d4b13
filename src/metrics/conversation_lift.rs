//! Visitors with a conversation compared to visitors without one: how many ordered, and for how much.
//!
//! All visitors with an event in the period are compared, whatever its type; orphans and redundant events are ignored.
//! Visitors with a two-way conversation that opened in the period are **with** a conversation, all others **without**.
//!
//! | figure | meaning | unit | empty |
//! | --- | --- | --- | --- |
//! | `conversion_rate` | visitors of the group who placed an order in the period / visitors of the group | ratio | `null` |
//! | `orders` | orders placed in the period by visitors of the group | orders | 0 |
//! | `average_order_value` | value / count of these orders, refunds not deducted | money | `{}` |
//! | `conversion_lift` | rate with a conversation / rate without − 1 | ratio | none if a rate has no value, or the rate without is 0 |
//! | `average_order_value_lift` | the same for the average order values in one currency | ratio | the same |
//!
//! For a visitor with a conversation, only orders at or after the opening of the first one in the period count: an
//! earlier order did not follow a conversation. Windows and models do not apply: an order counts for the group of its
//! visitor. So `orders` and the rate differ from those of [`gmv`](super::gmv).
//!
//! A lift compares two self-selected groups. Visitors who talk may be visitors who wanted to buy anyway: a lift is not
//! the effect of a conversation.
//!
//! Worked example: of 40 visitors in March, 10 had a conversation; 4 of them ordered after it opened, for 120.00 EUR
//! each, and one before. Of the other 30, three ordered, for 100.00 EUR each. With: 4/10; without: 3/30. The conversion
//! lift is 0.4 / 0.1 − 1 = 3 (four times the rate), and the lift of the average order value is 120 / 100 − 1 = 0.2.

use serde::{Deserialize, Serialize};

use super::ReportContext;
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
    pub with_conversation: LiftGroup,
    /// All other visitors with an event in the period.
    pub without_conversation: LiftGroup,
}

/// The figures of one group of visitors.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LiftGroup {
    /// Visitors who ordered / visitors of the group.
    pub conversion_rate: Ratio,
    /// Their orders.
    pub orders: u64,
    /// The value / count of these orders.
    pub average_order_value: AverageByCurrency,
}

impl ConversationLift {
    /// Returns the lift of the conversion rate: 0.5 if visitors with a conversation ordered half as often again,
    /// negative if they ordered less often. `None` if a group has no visitors, or if nobody without a conversation
    /// ordered.
    #[must_use]
    pub fn conversion_lift(&self) -> Option<f64> {
        let rate = |group: &LiftGroup| {
            let rate = group.conversion_rate;
            (rate.numerator.into(), rate.denominator.into())
        };
        let with = rate(&self.with_conversation);
        change_of(with, rate(&self.without_conversation)).1
    }

    /// Returns the lift of the average order value in one currency. `None` if a group has no order in it, or if the
    /// average without a conversation is 0.
    #[must_use]
    pub fn average_order_value_lift(&self, currency: Currency) -> Option<f64> {
        let average = |group: &LiftGroup| {
            let average = group.average_order_value.get(currency)?;
            Some((average.sum.millionths(), u128::from(average.count)))
        };
        let with = average(&self.with_conversation)?;
        change_of(with, average(&self.without_conversation)?).1
    }
}

#[derive(Debug, Default)]
pub(crate) struct ConversationLiftTally {
    with: LiftGroup,
    without: LiftGroup,
}

impl ConversationLiftTally {
    /// Adds a visitor with an event in the period. `journey` is filtered; `had_any` is whether it had a conversation
    /// before it was filtered.
    pub(crate) fn add(&mut self, context: &ReportContext, journey: &Journey<'_>, had_any: bool) {
        let first = first_opening(context, journey);
        let group = match first {
            Some(_) => &mut self.with,
            // All conversations were filtered out: neither group.
            None if had_any => return,
            None => &mut self.without,
        };
        let mut ordered = false;
        for order in &journey.orders {
            let is_after = first.is_none_or(|opening| opening < order.placed);
            if is_after && context.calendar.contains(order.placed.at) {
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

/// Returns the opening of the visitor's first two-way conversation that opened in the period.
pub(crate) fn first_opening(context: &ReportContext, journey: &Journey<'_>) -> Option<Moment> {
    let of_cohort = |conversation: &Conversation<'_>| {
        conversation.two_way()?;
        let opening = conversation.opening?.moment;
        context.calendar.contains(opening.at).then_some(opening)
    };
    journey.conversations.iter().filter_map(of_cohort).min()
}
