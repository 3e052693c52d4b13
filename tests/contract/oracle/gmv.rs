//! Orders, attributed sales, GMV and conversion.

use convometrics::metrics::gmv::GmvScope;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Context;
use super::attribution::candidates;
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

pub(super) fn metrics(context: &Context<'_>) -> Value {
    let rules = context.options;
    let video_alone = rules.gmv_scope() == GmvScope::Video;
    let (mut attributed, mut gmv) = (Vec::new(), Vec::new());
    for visitor in &context.visitors {
        let conversations = visitor.two_way_conversations();
        for order in orders(visitor) {
            let has_candidate = |video_alone| {
                !candidates(&conversations, order.placed, video_alone, rules).is_empty()
            };
            if !context.in_period(order.placed) {
                continue;
            }
            if has_candidate(video_alone) {
                gmv.push(order.clone());
            }
            if has_candidate(false) {
                attributed.push(order);
            }
        }
    }
    let sales = purse(attributed.iter(), |order| order.value);
    json!({
        "orders": attributed.len(),
        "attributed_sales": sales.money(),
        "average_order_value": sales.averages(),
        "gmv_orders": gmv.len(),
        "attributed_gmv": purse(gmv.iter(), |order| order.value).money(),
        "refunded_gmv": purse(gmv.iter(), |order| order.value - order.left).money(),
        "net_gmv": purse(gmv.iter(), |order| order.left).money(),
        "conversion_rate": conversion_rate(context),
    })
}

/// Visitors who ordered of visitors in a conversation that opened in the period.
fn conversion_rate(context: &Context<'_>) -> Value {
    let rules = context.options;
    let in_conversation = |visitor: &&Visitor<'_>| {
        let conversations = visitor.two_way_conversations();
        conversations
            .iter()
            .any(|conversation| context.in_period(conversation.opening().unwrap()))
    };
    // The order may fall after the period, or before it for that matter.
    let ordered = |visitor: &&Visitor<'_>| {
        let conversations = visitor.two_way_conversations();
        visitor.orders().into_iter().any(|order| {
            let candidates = candidates(&conversations, order, false, rules);
            let mut openings = candidates
                .iter()
                .map(|candidate| candidate.conversation.opening().unwrap());
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
