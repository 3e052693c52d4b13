//! Visitors with a conversation compared to visitors without one: how many ordered, and for how much.
//!
//! All visitors with an event in the period are compared, whatever its type; orphans and redundant events are ignored.
//! Visitors with a two-way conversation that opened in the period are **with** a conversation, all others **without**.
//! Under a filter, the first group has the visitors with a selected conversation and the second those without any
//! conversation. Visitors whose conversations are all excluded are in neither group.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (–) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `conversion_rate_with` | – | ratio | Visitors with a conversation who placed an order in the period after it opened / visitors with a conversation. | total | `null` |
//! | `conversion_rate_without` | – | ratio | Visitors without a conversation who placed an order in the period / visitors without a conversation. | total | `null` |
//! | `conversion_lift` | – | ratio | The rate with a conversation / the rate without one − 1. | total | `null` |
//! | `orders_with` | – | orders | Orders placed in the period by visitors with a conversation, after it opened. | total | `0` |
//! | `orders_without` | – | orders | Orders placed in the period by visitors without a conversation. | total | `0` |
//! | `average_order_value_with` | – | money | Value / count of the orders with a conversation, refunds not deducted. | total | `{}` |
//! | `average_order_value_without` | – | money | Value / count of the orders without a conversation, refunds not deducted. | total | `{}` |
//! | `average_order_value_lift` | – | ratio | The average with a conversation / the average without one − 1, per currency. | total | `{}` |
//!
//! <!-- end of catalogue -->
//!
//! For a visitor with a conversation, only orders at or after the opening of the first one in the period count: an
//! earlier order did not follow a conversation. Windows and models do not apply: an order counts for the group of its
//! visitor. So orders and rates differ from those of [`gmv`](super::gmv).
//!
//! A lift compares two self-selected groups. Visitors who talk may be visitors who wanted to buy anyway: a lift is not
//! the effect of a conversation.
//!
//! Worked example: of 40 visitors in March, 10 had a conversation; 4 of them ordered after it opened, for 120.00 EUR
//! each, and one before. Of the other 30, three ordered, for 100.00 EUR each. With: 4/10; without: 3/30. The conversion
//! lift is 0.4 / 0.1 − 1 = 3 (four times the rate), and the lift of the average order value is 120 / 100 − 1 = 0.2.

use serde::{Deserialize, Serialize};

use super::VisitorView;
use super::cells::Cell;
use super::family::{Excluded, Family, Reads, Sink, Unit};
use super::registry::family;
use crate::journey::Moment;
use crate::journey::commerce::Order;
use crate::ledger::Types;
use crate::money::{AverageByCurrency, by_currency};
use crate::ratio::{Lift, LiftByCurrency, Ratio};
use crate::sums::{add_up_sums, counts};

/// The sums of both groups.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct LiftState {
    with: GroupState,
    without: GroupState,
}

add_up_sums!(LiftState { with, without });

impl LiftState {
    fn group(&mut self, with_conversation: bool) -> &mut GroupState {
        if with_conversation {
            &mut self.with
        } else {
            &mut self.without
        }
    }
}

/// The sums of one group of visitors.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct GroupState {
    counts: Counts,
    /// The value of the orders, with their number.
    #[serde(with = "by_currency")]
    sales: AverageByCurrency,
}

add_up_sums!(GroupState { counts, sales });

counts! {
    struct Counts { visitors, ordered, orders }
}

impl GroupState {
    fn rate(&self) -> Ratio {
        Ratio::new(self.counts.ordered, self.counts.visitors)
    }

    fn add_visitor(&mut self, ordered: bool) {
        self.counts.visitors += 1;
        self.counts.ordered += u64::from(ordered);
    }

    fn add_order(&mut self, order: &Order) {
        self.counts.orders += 1;
        self.sales += order.value;
    }
}

family! {
    /// The family of conversation lift.
    Lifts of ConversationLift "conversation_lift" from LiftState => ConversationLift;
    rows {
        /// Visitors with and without a conversation; see [the module](self).
        Total => ConversationLift {}
    }
    metrics {
        /// Visitors with a conversation who placed an order in the period after it opened / visitors with a
        /// conversation.
        conversion_rate_with: Ratio = |state| state.with.rate(),
        "Conversion rate with a conversation", Share of Visitors at Event,
        for [Total] over [Visitors];

        /// Visitors without a conversation who placed an order in the period / visitors without a conversation.
        conversion_rate_without: Ratio = |state| state.without.rate(),
        "Conversion rate without a conversation", Share of Visitors at Event,
        for [Total] over [Visitors];

        /// The rate with a conversation / the rate without one − 1.
        conversion_lift: Lift = |state| Lift::new(state.with.rate(), state.without.rate()),
        "Conversion lift", Share of Visitors at Event,
        for [Total] over [Visitors];

        /// Orders placed in the period by visitors with a conversation, after it opened.
        orders_with: u64 = |state| state.with.counts.orders, "Orders with a conversation", Orders at Order,
        for [Total] over [Visitors];

        /// Orders placed in the period by visitors without a conversation.
        orders_without: u64 = |state| state.without.counts.orders,
        "Orders without a conversation", Orders at Order,
        for [Total] over [Visitors];

        /// Value / count of the orders with a conversation, refunds not deducted.
        average_order_value_with: AverageByCurrency = |state| state.with.sales.clone(),
        "Average order value with a conversation", Money of Orders at Order,
        for [Total] over [Visitors];

        /// Value / count of the orders without a conversation, refunds not deducted.
        average_order_value_without: AverageByCurrency = |state| state.without.sales.clone(),
        "Average order value without a conversation", Money of Orders at Order,
        for [Total] over [Visitors];

        /// The average with a conversation / the average without one − 1, per currency.
        average_order_value_lift: LiftByCurrency =
            |state| LiftByCurrency::new(state.with.sales.clone(), state.without.sales.clone()),
        "Lift of the average order value", Share of Orders at Order,
        for [Total] over [Visitors];
    }
}

impl Family for Lifts {
    const READS: Reads = Reads {
        activity: true,
        ..Reads::of(Types::ALL)
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        sink.record(Unit::Visitor);
        let (journey, activity) = (visitor.journey, &visitor.activity);
        let mut is_active = false;
        for at in &activity.instants {
            is_active |= sink.day(*at).is_some();
        }
        let openings = journey.conversations.iter().filter_map(|conversation| {
            conversation.two_way()?;
            let opening = conversation.opening?.moment;
            sink.day(opening.at).map(|_| opening)
        });
        let first: Option<Moment> = openings.min();
        let mut had_any = activity.conversations.iter().map(|at| sink.day(*at));
        // All conversations were filtered out: neither group.
        let is_in_neither = first.is_none() && had_any.any(|day| day.is_some());
        let is_compared = is_active && !is_in_neither;
        let mut counts = |order: &Order| {
            let follows = first.is_none_or(|opening| opening < order.placed);
            is_compared && follows && sink.day(order.placed.at).is_some()
        };
        let ordered: Vec<bool> = journey.orders.iter().map(&mut counts).collect();
        let mut openings = journey.conversations.iter().filter_map(|it| it.opening);
        let is_one_sided = first.is_none() && openings.any(|it| sink.day(it.at()).is_some());
        if is_compared {
            let has_ordered = ordered.contains(&true);
            sink.change(Cell::Total, |state| {
                state.group(first.is_some()).add_visitor(has_ordered);
            });
        }
        if is_one_sided {
            sink.exclude(Excluded::OneSided, |state| {
                state.group(true).add_visitor(true);
            });
        }
        for (order, counts) in journey.orders.iter().zip(ordered) {
            sink.record(Unit::Order(order));
            if counts {
                sink.change(Cell::Total, |state| {
                    state.group(first.is_some()).add_order(order);
                });
            }
            let reason = match first {
                Some(_) => Excluded::BeforeConversation,
                None if is_one_sided => Excluded::OneSided,
                None => Excluded::NoConversation,
            };
            sink.exclude(reason, |state| state.group(true).add_order(order));
        }
    }
}
