//! Orders with what went back of them, survey answers, and clicks on automatic messages.

use super::{Moment, Position};
use crate::event::{Rating, SurveyOutcome};
use crate::ledger::{Id, Key};
use crate::money::{Amount, Money};
use crate::name::Name;
use crate::time::Instant;

/// An order, by its first `order_placed`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) id: Id,
    pub(crate) placed: Moment,
    /// Subtotal − discount − included tax; 0 for a free order.
    pub(crate) value: Money,
    /// What is left of the value after the refunds and cancellations that are visible, never below 0.
    pub(crate) left: Amount,
}

impl Order {
    /// What went back.
    pub(crate) fn returned(&self) -> Money {
        let back = self.value.amount.millionths() - self.left.millionths();
        Money::new(Amount::from_millionths(back), self.value.currency)
    }

    /// Takes a refund, in canonical order; tells whether it is more than what is left.
    pub(super) fn refund(&mut self, amount: Amount) -> bool {
        let over = amount > self.left;
        let left = self.left.millionths() - amount.millionths();
        self.left = Amount::from_millionths(left.max(0));
        over
    }

    pub(super) fn cancel(&mut self) {
        self.left = Amount::ZERO;
    }
}

/// The one answer of a survey: the last rating and the last feedback given, the rest of its last event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) visitor: Name<'a>,
    pub(crate) at: Instant,
    pub(crate) position: Position,
    pub(crate) survey: Id,
    /// `seq` and id of the last event: with its instant, its place among the answers of all visitors.
    pub(crate) seq: u32,
    pub(crate) id: Name<'a>,
    pub(crate) conversation: Name<'a>,
    /// The conversation's place among its visitor's, where another event names it.
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
    pub(crate) event: Key,
    pub(crate) at: Instant,
    pub(crate) page: Option<&'a str>,
    pub(crate) trigger: &'a str,
    pub(crate) auto_message: &'a str,
    pub(crate) url: Option<&'a str>,
}
