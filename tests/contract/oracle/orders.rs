//! What an order is worth, and what is left of it.

use convometrics::event::OrderEvent;
use convometrics::{Event, EventKind};
use rust_decimal::Decimal;

use super::journeys::Visitor;

#[derive(Clone)]
pub(super) struct Order<'a> {
    pub(super) placed: &'a Event,
    pub(super) currency: &'static str,
    pub(super) value: Decimal,
    /// After all that went back of it.
    pub(super) left: Decimal,
    /// Refunds that exceed what is left of it at their place.
    pub(super) over_refunds: usize,
}

pub(super) fn orders<'a>(visitor: &Visitor<'a>) -> Vec<Order<'a>> {
    let orders = visitor.orders().into_iter();
    orders.map(|placed| order(visitor, placed)).collect()
}

fn order<'a>(visitor: &Visitor<'a>, placed: &'a Event) -> Order<'a> {
    let EventKind::Order(OrderEvent::Placed(price)) = placed.kind() else {
        panic!("no order: {placed:?}");
    };
    let (subtotal, discount) = (price.subtotal().to_decimal(), price.discount().to_decimal());
    let value = subtotal - discount - price.included_tax().to_decimal();
    let (mut left, mut over_refunds) = (value, 0);
    for event in visitor.returns(placed) {
        match event.kind() {
            EventKind::Order(OrderEvent::Refunded { amount, .. }) => {
                let amount = amount.to_decimal();
                over_refunds += usize::from(amount > left);
                left -= amount.min(left);
            }
            _ => left = Decimal::ZERO,
        }
    }
    Order {
        placed,
        currency: price.currency().code(),
        value,
        left,
        over_refunds,
    }
}
