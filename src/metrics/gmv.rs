//! Orders, attributed sales and GMV (gross merchandise value), and the conversion of conversations into orders.
//!
//! An order's value is `subtotal − discount − included_tax`: without shipping, without tax, discounts deducted. It
//! counts at its own `order_placed`, each order once. It has an **any-channel candidate** when a two-way conversation
//! of its visitor engaged at or before it and within the window (see [`attribution`](crate::attribution)): by becoming
//! two-way, by a later visitor message, or by a call that connected or, once connected, ended. An agent's message alone
//! renews nothing. It has a **video candidate** when such a call event lies at or before it and within the window. Where
//! text and video have windows of their own, a nearest engagement that is out of its window leaves the order without any
//! candidate (option `lapsed_touch`). So an order that counts for GMV is always among `orders`.
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
//! A period is `[from, to)`: an order at `to` is not in it. The order of a conversion may fall after the period (it is
//! counted with the conversation that led to it), not after `as_of`. Free orders are orders, and so are orders that
//! were refunded or cancelled: what went back shows in `refunded_gmv` and `net_gmv` alone. Money of two currencies is
//! never added.
//!
//! By hand, with a window of 30 days: a call connects on 1 March at 12:00:00 UTC; its visitor orders for 120.00 EUR
//! less 20.00 on 31 March at 12:00:00 UTC exactly (30 days: in, edge inclusive), and again for 50.00 EUR one
//! microsecond later (out). `orders` 1, `attributed_sales` and `attributed_gmv` 100.00 EUR, AOV 100.00 / 1. If 30.00 go
//! back in May, a report with an `as_of` then says `refunded_gmv` 30.00, `net_gmv` 70.00. Had she only chatted, on 1
//! March at 12:00:00 UTC, `orders` would be 1 all the same and `gmv_orders` 0, or 1 with `gmv_scope` `any`.
//!
//! `conversion_rate` of March: Ann, Bob and Cat had two-way conversations that opened on 5 March, and Ann ordered on 2
//! April (28 days: within the window). It is 1/3 in March. The order counts in April's `orders`, and in no conversion
//! of April's.

use serde::{Deserialize, Serialize};

use super::credit::OrderCredit;
use super::{ORDERS, ReportContext, TALKS, Tally, VisitorView};
use crate::error::choices;
use crate::journey::Journey;
use crate::journey::conversation::Conversation;
use crate::ledger::Types;
use crate::money::{AverageByCurrency, MoneyByCurrency, by_currency};
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
    /// *Number of Orders*: those that a conversation of any channel led to.
    pub orders: u64,
    /// Their value.
    pub attributed_sales: MoneyByCurrency,
    /// *AOV*: value over count of exactly these orders.
    pub average_order_value: AverageByCurrency,
    /// Orders with a video candidate; under `gmv_scope` `any`, the same as `orders`.
    pub gmv_orders: u64,
    /// *Attributed GMV*: their value.
    pub attributed_gmv: MoneyByCurrency,
    /// What went back of these orders by `as_of`; 0 in a currency where nothing did.
    pub refunded_gmv: MoneyByCurrency,
    /// `attributed_gmv − refunded_gmv`.
    pub net_gmv: MoneyByCurrency,
    /// *Conversion rate*: visitors who ordered of visitors in a conversation.
    pub conversion_rate: Ratio,
}

/// Which orders count for attributed GMV (option `gmv_scope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum GmvScope {
    /// Those with a video candidate, as the glossary has it.
    #[default]
    Video,
    /// Those with a candidate of any channel.
    Any,
}

choices! {
    "gmv_scope", GmvScope {
        Video => "video",
        Any => "any",
    }
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

/// Money with how many orders it is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct GmvTally {
    counts: Counts,
    #[serde(with = "by_currency")]
    sales: AverageByCurrency,
    #[serde(with = "by_currency")]
    gmv: AverageByCurrency,
    #[serde(with = "by_currency")]
    refunded: AverageByCurrency,
}

add_up_sums!(GmvTally {
    counts,
    sales,
    gmv,
    refunded
});

impl GmvTally {
    /// Adds one visitor, by the credit of all their orders.
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
                self.gmv += credit.order.value;
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
            gmv: AverageByCurrency::default(),
            refunded: AverageByCurrency::default(),
        }
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>) {
        self.add_credit(context, visitor.journey, &visitor.credit);
    }

    fn finish(self, _: &ReportContext) -> GmvMetrics {
        let counts = self.counts;
        let (attributed_gmv, refunded_gmv) = (self.gmv.sums(), self.refunded.sums());
        GmvMetrics {
            orders: counts.orders,
            attributed_sales: self.sales.sums(),
            average_order_value: self.sales,
            gmv_orders: counts.gmv_orders,
            net_gmv: attributed_gmv.minus(&refunded_gmv),
            attributed_gmv,
            refunded_gmv,
            conversion_rate: Ratio::new(counts.converted, counts.in_conversation),
        }
    }
}
