//! Orders, attributed sales and GMV (gross merchandise value), and the conversion of conversations into orders.
//!
//! An order's value is `subtotal − discount − included_tax`: without shipping and tax, and after discounts. Each order
//! counts once, at its own `order_placed`. It has an **any-channel candidate** if a two-way conversation of its visitor
//! had an engagement at or before it and within the window (see [`attribution`](crate::attribution)). Engagements are
//! becoming two-way, a later visitor message, a call that connects, and the end of a connected call. An agent's message
//! alone is not an engagement. An order has a **video candidate** if such a call event is at or before it and within
//! the window. If text and video have windows of their own and the nearest engagement is outside its window, the order
//! has no candidate (option `lapsed_touch`). So an order that counts for GMV is always among `orders`.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (One-to-One) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `orders` | Number of Orders | orders | orders in the period with an any-channel candidate | total | `0` |
//! | `attributed_sales` | – | money | value of the orders in the period with an any-channel candidate | total | `{}` |
//! | `average_order_value` | AOV | money | value / count over exactly the orders in the period with an any-channel candidate, refunds left in; digits of the sum, half to even | total | `{}` |
//! | `gmv_orders` | – | orders | orders in the period with a video candidate (option `gmv_scope`: or any) | total | `0` |
//! | `attributed_gmv` | Attributed GMV | money | value of the GMV orders | total | `{}` |
//! | `refunded_gmv` | – | money | what went back of the GMV orders by `as_of`, whenever; never more than an order's value | total | `{}` |
//! | `net_gmv` | – | money | what is left of the GMV orders: `attributed_gmv − refunded_gmv` | total | `{}` |
//! | `conversion_rate` | Conversion rate | ratio | visitors with a two-way conversation opened in the period who placed an order that has such a conversation among its any-channel candidates / all visitors with a two-way conversation opened in the period | total | `null` |
//!
//! <!-- end of catalogue -->
//!
//! A period is `[from, to)`: an order at `to` is not in it. The order of a conversion can be after the period, because
//! it counts with the conversation that led to it, but not after `as_of`. Free, refunded and cancelled orders are
//! orders: refunds and cancellations affect only `refunded_gmv` and `net_gmv`. Money of different currencies is never
//! added.
//!
//! Worked example, with a window of 30 days: a call connects on 1 March at 12:00:00 UTC. Its visitor orders for
//! 120.00 EUR less 20.00 on 31 March at exactly 12:00:00 UTC (30 days: inside, because the edge is inclusive), and
//! again for 50.00 EUR one microsecond later (outside). `orders` is 1, `attributed_sales` and `attributed_gmv` are
//! 100.00 EUR, and AOV is 100.00 / 1. If 30.00 are refunded in May, a report with an `as_of` after that has
//! `refunded_gmv` 30.00 and `net_gmv` 70.00. If she had only chatted on 1 March at 12:00:00 UTC, `orders` would still
//! be 1, and `gmv_orders` 0, or 1 with `gmv_scope` `any`.
//!
//! `conversion_rate` of March: Ann, Bob and Cat had two-way conversations that opened on 5 March, and Ann ordered on 2
//! April (28 days: within the window). The rate of March is 1/3. The order counts in `orders` of April, but in no
//! conversion of April.

use serde::{Deserialize, Serialize};

use super::credit::OrderCredit;
use super::{ORDERS, ReportContext, TALKS, Tally, VisitorView};
use crate::journey::Journey;
use crate::journey::conversation::Conversation;
use crate::ledger::Types;
use crate::money::{AverageByCurrency, MoneyByCurrency, by_currency};
pub use crate::options::GmvScope;
use crate::ratio::Ratio;
use crate::sums::{add_up_by_field, add_up_sums};

/// The figures of sales; see [the module](self) for their definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "The figures of sales.")
)]
#[non_exhaustive]
pub struct GmvMetrics {
    /// *Number of Orders*: orders with an any-channel candidate.
    pub orders: u64,
    /// The value of these orders.
    pub attributed_sales: MoneyByCurrency,
    /// *AOV*: value / count of exactly these orders.
    pub average_order_value: AverageByCurrency,
    /// Orders with a video candidate; under `gmv_scope` `any`, the same as `orders`.
    pub gmv_orders: u64,
    /// *Attributed GMV*: the value of the GMV orders.
    pub attributed_gmv: MoneyByCurrency,
    /// The part of this value refunded or cancelled by `as_of`; 0 in a currency without refunds.
    pub refunded_gmv: MoneyByCurrency,
    /// `attributed_gmv − refunded_gmv`.
    pub net_gmv: MoneyByCurrency,
    /// *Conversion rate*: visitors who ordered / visitors in a conversation.
    pub conversion_rate: Ratio,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Counts {
    orders: u64,
    gmv_orders: u64,
    in_conversation: u64,
    converted: u64,
}

add_up_by_field!(Counts {
    orders,
    gmv_orders,
    in_conversation,
    converted
});

/// Sums of money, each with its number of orders.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct GmvTally {
    counts: Counts,
    #[serde(with = "by_currency")]
    sales: AverageByCurrency,
    #[serde(with = "by_currency")]
    net: AverageByCurrency,
    #[serde(with = "by_currency")]
    refunded: AverageByCurrency,
}

add_up_sums!(GmvTally {
    counts,
    sales,
    net,
    refunded
});

impl GmvTally {
    /// Adds one visitor, from the credit of all their orders.
    pub(crate) fn add_credit(
        &mut self,
        context: &ReportContext,
        journey: &Journey<'_>,
        credit: &[OrderCredit<'_>],
    ) {
        for credit in credit {
            if !context.calendar.contains(credit.order.placed.at) {
                continue;
            }
            if credit.is_attributed {
                self.counts.orders += 1;
                self.sales += credit.order.value;
            }
            if credit.is_gmv {
                self.counts.gmv_orders += 1;
                self.net += credit.order.net_value();
                self.refunded += credit.order.returned();
            }
        }
        // The two-way conversations that opened in the period.
        let is_of_cohort = |conversation: &Conversation<'_>| {
            let opened = conversation
                .opening
                .is_some_and(|opening| context.calendar.contains(opening.at()));
            opened && conversation.two_way().is_some()
        };
        let in_conversation = journey.conversations.iter().any(is_of_cohort);
        let converted = credit
            .iter()
            .flat_map(|credit| &credit.reached)
            .map(|conversation| &journey.conversations[*conversation])
            .any(is_of_cohort);
        self.counts.in_conversation += u64::from(in_conversation);
        self.counts.converted += u64::from(converted);
    }
}

impl Tally<'_> for GmvTally {
    type Metrics = GmvMetrics;

    const READS: Types = TALKS.or(ORDERS);

    const READS_CREDIT: bool = true;

    fn new(_: &ReportContext) -> Self {
        Self {
            counts: Counts::default(),
            sales: AverageByCurrency::default(),
            net: AverageByCurrency::default(),
            refunded: AverageByCurrency::default(),
        }
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>) {
        self.add_credit(context, visitor.journey, &visitor.credit);
    }

    fn finish(self, _: &ReportContext) -> GmvMetrics {
        let counts = self.counts;
        let (net_gmv, refunded_gmv) = (self.net.sums(), self.refunded.sums());
        GmvMetrics {
            orders: counts.orders,
            attributed_sales: self.sales.sums(),
            average_order_value: self.sales,
            gmv_orders: counts.gmv_orders,
            attributed_gmv: net_gmv.clone() + refunded_gmv.clone(),
            net_gmv,
            refunded_gmv,
            conversion_rate: Ratio::new(counts.converted, counts.in_conversation),
        }
    }
}
