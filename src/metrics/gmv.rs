//! Orders, attributed sales and GMV (gross merchandise value), and the conversion of conversations into orders.
//!
//! An order's value is `subtotal − discount − included_tax`: without shipping and tax, and after discounts. Each order
//! counts once, at its own `order_placed`. It has an **any-channel candidate** if a two-way conversation of its visitor
//! had an engagement at or before it and within the window (see [`attribution`](crate::attribution)). Engagements are
//! becoming two-way, a later visitor message, a call that connects, and the end of a connected call. An agent's message
//! alone is not an engagement. An order has a **video candidate** if such a call event is at or before it and within
//! the window. If text and video have windows of their own and a conversation's latest engagement is outside its window,
//! the conversation is no candidate (option `lapsed_touch`). Then a lapsed message can cost an order its any-channel
//! candidate while the call still counts for GMV: `gmv_orders` can exceed `orders`. The option `orders_window` replaces
//! all windows for `orders`, `attributed_sales`, `average_order_value` and `conversion_rate`; only for GMV does the
//! glossary name a window.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (One-to-One) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `orders` | Number of Orders | orders | Orders in the period with an any-channel candidate. | total, day | `0` |
//! | `attributed_sales` | – | money | Value of the orders in the period with an any-channel candidate. | total, day | `{}` |
//! | `average_order_value` | AOV | money | Value / count over exactly the orders in the period with an any-channel candidate, refunds left in; digits of the sum, half to even. | total | `{}` |
//! | `gmv_orders` | – | orders | Orders in the period with a video candidate (option `gmv_scope`: or any). | total, day | `0` |
//! | `attributed_gmv` | Attributed GMV | money | Value of the GMV orders. | total, day | `{}` |
//! | `gmv_average_order_value` | – | money | Value / count over exactly the GMV orders, refunds left in; digits of the sum, half to even. | total | `{}` |
//! | `refunded_gmv` | – | money | What went back of the GMV orders by `as_of`, whenever; never more than an order's value. | total | `{}` |
//! | `net_gmv` | – | money | What is left of the GMV orders: `attributed_gmv − refunded_gmv` | total | `{}` |
//! | `conversion_rate` | Conversion rate | ratio | Visitors with a two-way conversation opened in the period who placed an order that has such a conversation among its any-channel candidates / all visitors with a two-way conversation opened in the period. | total | `null` |
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
//! be 1, and `gmv_orders` 0, or 1 with `gmv_scope` `any`. `daily` has 1 order, 100.00 EUR of sales, 1 GMV order and
//! 100.00 EUR of GMV on 31 March, and zeros on the other days.
//!
//! `conversion_rate` of March: Ann, Bob and Cat had two-way conversations that opened on 5 March, and Ann ordered on 2
//! April (28 days: within the window). The rate of March is 1/3. The order counts in `orders` of April, but in no
//! conversion of April.

use serde::{Deserialize, Serialize};

use super::cells::Cell;
use super::credit::OrderCredit;
use super::family::{Excluded, Family, Keys, Reads, Sink, Unit};
use super::registry::family;
use super::{ORDERS, TALKS, VisitorView};
use crate::journey::commerce::Order;
use crate::journey::conversation::Conversation;
use crate::metric::Formula;
use crate::money::{AverageByCurrency, MoneyByCurrency, by_currency};
pub use crate::options::GmvScope;
use crate::ratio::Ratio;
use crate::sums::{add_up_sums, counts};

/// Sums of orders, and of visitors in a conversation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct GmvState {
    counts: Counts,
    /// The value of the orders with an any-channel candidate, with their number.
    #[serde(with = "by_currency")]
    sales: AverageByCurrency,
    /// The value of the GMV orders, with their number.
    #[serde(with = "by_currency")]
    gmv: AverageByCurrency,
    /// What is left of the value of the GMV orders.
    #[serde(with = "by_currency")]
    net: AverageByCurrency,
    /// What went back of it.
    #[serde(with = "by_currency")]
    refunded: AverageByCurrency,
}

add_up_sums!(GmvState {
    counts,
    sales,
    gmv,
    net,
    refunded
});

counts! {
    struct Counts { orders, gmv_orders, in_conversation, converted }
}

impl GmvState {
    fn add_sale(&mut self, order: &Order) {
        self.counts.orders += 1;
        self.sales += order.value;
    }

    fn add_gmv(&mut self, order: &Order) {
        self.counts.gmv_orders += 1;
        self.gmv += order.value;
        self.net += order.net_value();
        self.refunded += order.returned();
    }
}

family! {
    /// The family of sales.
    Gmv "gmv" from GmvState => GmvMetrics;
    rows {
        /// The figures of sales; see [the module](self) for their definitions.
        Total => GmvMetrics {
            /// Every local day of the period.
            daily: Vec<GmvDay>,
        }
        /// The orders of one local day.
        Day => GmvDay {}
    }
    metrics {
        /// Orders in the period with an any-channel candidate.
        orders: u64 = |state| state.counts.orders, "Orders", Orders at Order,
        for [Total: "Number of Orders", Day] over [Days, Visitors];

        /// Value of the orders in the period with an any-channel candidate.
        attributed_sales: MoneyByCurrency = |state| state.sales.sums(), "Attributed sales", Money of Orders at Order,
        for [Total, Day] over [Days, Visitors];

        /// Value / count over exactly the orders in the period with an any-channel candidate, refunds left in; digits
        /// of the sum, half to even.
        average_order_value: AverageByCurrency = |state| state.sales.clone(),
        "Average order value", Money of Orders at Order,
        for [Total: "AOV"] over [Days, Visitors];

        /// Orders in the period with a video candidate (option `gmv_scope`: or any).
        gmv_orders: u64 = |state| state.counts.gmv_orders, "GMV orders", Orders at Order,
        for [Total, Day] over [Days, Visitors];

        /// Value of the GMV orders.
        attributed_gmv: MoneyByCurrency = |state| state.gmv.sums(), "Attributed GMV", Money of Orders at Order,
        for [Total: "Attributed GMV", Day] over [Days, Visitors];

        /// Value / count over exactly the GMV orders, refunds left in; digits of the sum, half to even.
        gmv_average_order_value: AverageByCurrency = |state| state.gmv.clone(),
        "Average value of GMV orders", Money of Orders at Order,
        for [Total] over [Days, Visitors];

        /// What went back of the GMV orders by `as_of`, whenever; never more than an order's value.
        refunded_gmv: MoneyByCurrency = |state| state.refunded.sums(), "Refunded GMV", Money of Orders at Order,
        for [Total] over [Days, Visitors];

        /// What is left of the GMV orders.
        net_gmv: MoneyByCurrency = |state| state.net.sums(), "Net GMV", Money of Orders at Order,
        is Formula::difference(&["gmv.attributed_gmv"], &["gmv.refunded_gmv"]),
        for [Total] over [Days, Visitors];

        /// Visitors with a two-way conversation opened in the period who placed an order that has such a conversation
        /// among its any-channel candidates / all visitors with a two-way conversation opened in the period.
        conversion_rate: Ratio = |state| Ratio::new(state.counts.converted, state.counts.in_conversation),
        "Conversion rate", Share of Visitors at Opening,
        for [Total: "Conversion rate"] over [Visitors];
    }
}

impl Family for Gmv {
    const READS: Reads = Reads {
        credit: true,
        ..Reads::of(TALKS.or(ORDERS))
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        for credit in visitor.credit.iter() {
            let order = &credit.order;
            sink.record(Unit::Order(&credit.order));
            let (at, keys) = (order.placed.at, Keys::default());
            if credit.is_attributed {
                sink.count(at, keys, |state| state.add_sale(order));
            } else {
                sink.exclude(Excluded::NoCandidate, |state| state.add_sale(order));
            }
            if credit.is_gmv {
                sink.count(at, keys, |state| state.add_gmv(order));
            } else {
                sink.exclude(Excluded::NoGmvCandidate, |state| state.add_gmv(order));
            }
        }
        observe_conversion(visitor, sink);
    }
}

/// Counts the visitor if they have a two-way conversation that opened in the period.
fn observe_conversion(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Gmv>) {
    sink.record(Unit::Visitor);
    let conversations = &visitor.journey.conversations;
    let (mut one_sided, mut in_conversation) = (false, false);
    for conversation in conversations {
        if opens_inside(conversation, sink) {
            in_conversation |= conversation.two_way().is_some();
            one_sided |= conversation.two_way().is_none();
        }
    }
    if in_conversation {
        let reached = visitor
            .credit
            .iter()
            .flat_map(|credit: &OrderCredit<'_>| &credit.reached);
        let mut reached = reached.map(|conversation| &conversations[*conversation]);
        let converted = reached.any(|conversation| {
            conversation.two_way().is_some() && opens_inside(conversation, sink)
        });
        sink.change(Cell::Total, |state| {
            state.counts.in_conversation += 1;
            state.counts.converted += u64::from(converted);
        });
    } else if one_sided {
        sink.exclude(Excluded::OneSided, |state| {
            state.counts.in_conversation += 1;
        });
    }
}

fn opens_inside(conversation: &Conversation<'_>, sink: &mut impl Sink<Gmv>) -> bool {
    let opening = conversation.opening;
    opening.is_some_and(|opening| sink.day(opening.at()).is_some())
}
