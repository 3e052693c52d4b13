//! Orders, attributed sales, GMV and conversion.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Context;
use super::attribution::{Figures, candidates};
use super::figures::{Purse, ratio};
use super::journeys::Visitor;
use super::orders::{Order, orders};

fn purse<'o>(
    orders: impl Iterator<Item = &'o Order<'o>>,
    amount: impl Fn(&Order<'_>) -> Decimal,
) -> Purse {
    let mut purse = Purse::default();
    for order in orders {
        purse.add(order.currency, amount(order));
    }
    purse
}

/// The orders of the period with a candidate for such figures.
pub(super) fn attributed<'a>(context: &Context<'a>, figures: Figures) -> Vec<Order<'a>> {
    let mut attributed = Vec::new();
    for visitor in &context.visitors {
        let conversations = visitor.two_way_conversations();
        let mut orders = orders(visitor);
        orders.retain(|order| context.in_period(order.placed));
        orders.retain(|order| {
            !candidates(&conversations, order.placed, figures, context.options).is_empty()
        });
        attributed.extend(orders);
    }
    attributed
}

pub(super) fn metrics(context: &Context<'_>) -> Value {
    let attributed_orders = attributed(context, Figures::Orders);
    let gmv = attributed(context, Figures::Gmv);
    let sales = purse(attributed_orders.iter(), |order| order.value);
    let value = purse(gmv.iter(), |order| order.value);
    let daily = context.daily(|day| {
        let of_day = |orders: &[Order<'_>]| {
            let mut orders = orders.to_vec();
            orders.retain(|order| day.holds(order.placed.at()));
            let value = purse(orders.iter(), |order| order.value);
            (orders.len(), value.money())
        };
        let ((orders, sales), (gmv_orders, value)) = (of_day(&attributed_orders), of_day(&gmv));
        json!({
            "orders": orders,
            "attributed_sales": sales,
            "gmv_orders": gmv_orders,
            "attributed_gmv": value,
        })
    });
    json!({
        "orders": attributed_orders.len(),
        "attributed_sales": sales.money(),
        "average_order_value": sales.averages(),
        "gmv_orders": gmv.len(),
        "attributed_gmv": value.money(),
        "gmv_average_order_value": value.averages(),
        "refunded_gmv": purse(gmv.iter(), |order| order.value - order.left).money(),
        "net_gmv": purse(gmv.iter(), |order| order.left).money(),
        "conversion_rate": conversion_rate(context),
        "daily": daily,
    })
}

/// Visitors who ordered of visitors in a conversation that opened in the period.
fn conversion_rate(context: &Context<'_>) -> Value {
    let rules = context.options;
    let in_conversation = |visitor: &&Visitor<'_>| {
        let conversations = visitor.two_way_conversations();
        conversations
            .iter()
            .any(|conversation| context.in_period(conversation.opening()))
    };
    // The order may fall after the period, or before it for that matter.
    let ordered = |visitor: &&Visitor<'_>| {
        let conversations = visitor.two_way_conversations();
        visitor.orders().into_iter().any(|order| {
            let candidates = candidates(&conversations, order, Figures::Orders, rules);
            let mut openings = candidates
                .iter()
                .map(|candidate| candidate.conversation.opening());
            openings.any(|opening| context.in_period(opening))
        })
    };
    let those = context.visitors.iter().filter(in_conversation);
    ratio(those.clone().filter(ordered).count(), those.count())
}

pub(super) fn over_refunds(context: &Context<'_>) -> usize {
    let all = context.visitors.iter().flat_map(orders);
    all.map(|order| order.over_refunds).sum()
}
