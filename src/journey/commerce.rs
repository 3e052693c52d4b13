//! Orders with their refunds, survey answers, and clicks on automatic messages.

use super::{Moment, Position};
use crate::event::{Rating, SurveyOutcome};
use crate::ledger::Id;
use crate::money::{Amount, Money};
use crate::name::Name;
use crate::time::Instant;

/// An order. Its first `order_placed` counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) id: Id,
    pub(crate) placed: Moment,
    /// Subtotal − discount − included tax; 0 for a free order.
    pub(crate) value: Money,
    /// The value less the visible refunds and cancellations, never below 0.
    pub(crate) left: Amount,
}

impl Order {
    /// Returns what is left of the value, as money.
    pub(crate) fn net_value(&self) -> Money {
        Money::new(self.left, self.value.currency)
    }

    /// Returns the refunded part of the value.
    pub(crate) fn returned(&self) -> Money {
        let back = self.value.amount.millionths() - self.left.millionths();
        Money::new(Amount::from_millionths(back), self.value.currency)
    }

    /// Applies the next refund in canonical order. Returns whether it exceeds the rest of the value.
    pub(super) fn refund(&mut self, amount: Amount) -> bool {
        let over = amount > self.left;
        let left = self.left.millionths() - amount.millionths();
        self.left = Amount::from_millionths(left.max(0));
        over
    }
}

/// The answer to a survey: the last rating and the last feedback given, and the other values of its last event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) visitor: Name<'a>,
    /// The visitor id with which the last event was sent.
    pub(crate) sender: Name<'a>,
    pub(crate) at: Instant,
    pub(crate) position: Position,
    pub(crate) survey: Id,
    /// The `seq` and id of the last event. With its instant, they order the answers of all visitors.
    pub(crate) seq: u32,
    pub(crate) id: Name<'a>,
    pub(crate) conversation: Name<'a>,
    pub(super) conversation_id: Id,
    /// The index of the conversation among its visitor's, if another event names it.
    pub(crate) about: Option<usize>,
    /// The conversation's agent at that event.
    pub(crate) agent: Option<&'a str>,
    pub(crate) rating: Option<Rating>,
    pub(crate) feedback: Option<&'a str>,
    pub(crate) outcome: SurveyOutcome,
}

/// A click on an automatically sent message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AutoMessageClick<'a> {
    pub(crate) moment: Moment,
    pub(crate) page: Option<&'a str>,
    pub(crate) trigger: &'a str,
    pub(crate) auto_message: &'a str,
    pub(crate) url: Option<&'a str>,
}
