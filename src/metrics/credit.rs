//! The credit of orders: a visitor's engagements and orders, run through the attribution engine. The families of sales
//! and of the leaderboard both read it.
//!
//! Touches are those of [`definitions`](crate::definitions#touches): the latest engagement of each conversation within
//! its window. The model assigns weights to the candidates; those with a weight are *credited*, even for a free order.
//! The agent of a share is the conversation's agent at the order.

use crate::attribution::{
    Conversion, HalfLife, Model, Path, Rules, Touch, Walk, When, Window, split,
};
use crate::channel::Channel;
use crate::journey::commerce::Order;
use crate::journey::conversation::Engagement;
use crate::journey::{Filter, Journey, Moment};
use crate::money::{Amount, Money};
use crate::options::{GmvScope, Options};
use crate::time::{Calendar, saturating_micros};

impl When for Moment {
    fn unix_micros(self) -> i64 {
        self.at.micros()
    }
}

/// An engagement of one visitor. Its conversation gets the credit.
impl Touch for Engagement {
    type Who = ();
    type When = Moment;
    type Label = usize;
    type Channel = Channel;

    fn who(&self) -> &() {
        &()
    }

    fn when(&self) -> Moment {
        self.moment
    }

    fn label(&self) -> &usize {
        &self.conversation
    }

    fn channel(&self) -> &Channel {
        &self.channel
    }
}

impl Conversion for Order {
    type Who = ();
    type When = Moment;

    fn who(&self) -> &() {
        &()
    }

    fn when(&self) -> Moment {
        self.placed
    }

    fn amount(&self) -> Money {
        self.value
    }
}

/// The attribution rules of a report, for touches of any channel.
pub(crate) type OrderRules = Rules<usize, Channel>;

/// The options that credit depends on.
#[derive(Debug, Clone)]
pub(crate) struct CreditRules {
    /// The rules by which an order with a candidate is attributed.
    pub(crate) sales: OrderRules,
    /// The rules by which an order with a candidate counts for GMV.
    pub(crate) gmv: OrderRules,
}

impl CreditRules {
    pub(crate) fn new(options: &Options) -> Self {
        let window = |length| Window(saturating_micros(length));
        let rules = OrderRules::new()
            .with_window_edge(options.window_edge())
            .with_lapsed_touch(options.lapsed_touch())
            .with_model(options.model())
            .with_position_ends(options.position_ends())
            .with_half_life(HalfLife(Some(saturating_micros(options.half_life()))))
            // Each conversation once.
            .with_path(Path::Last);
        let mut all = rules.clone().with_window(window(options.window()));
        for channel in Channel::ALL {
            if let Some(own) = options.own_window(channel) {
                all = all.with_channel_window(channel, window(own));
            }
        }
        let sales = match options.orders_window() {
            Some(orders) => rules.with_window(window(orders)),
            None => all.clone(),
        };
        let gmv = match options.gmv_scope() {
            GmvScope::Video => all.only_channels([Channel::Video]),
            GmvScope::Any => all,
        };
        Self { sales, gmv }
    }
}

/// An order and its credit.
#[derive(Debug, Clone)]
pub(crate) struct OrderCredit<'a> {
    pub(crate) order: Order,
    /// Whether it has a candidate.
    pub(crate) is_attributed: bool,
    /// Whether it counts for attributed GMV.
    pub(crate) is_gmv: bool,
    /// The indices of the conversations whose touch is a candidate of this order, but of no earlier one.
    pub(crate) reached: Vec<usize>,
    /// The shares of its value. Empty if the order is outside the period or has no candidate. The shares of an order that
    /// counts for GMV alone are not credited: they tell a filter which part of the order to keep.
    shares: Vec<Share<'a>>,
}

impl<'a> OrderCredit<'a> {
    /// Returns the shares that agents are credited with.
    pub(crate) fn credited(&self) -> &[Share<'a>] {
        if self.is_attributed {
            &self.shares
        } else {
            &[]
        }
    }
}

/// The share of one credited candidate in an order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share<'a> {
    /// The index of the conversation.
    pub(crate) conversation: usize,
    pub(crate) agent: Option<&'a str>,
    /// The share of the order's value.
    pub(crate) value: Money,
    /// The share of the value left after refunds and cancellations.
    pub(crate) left: Money,
}

/// Returns the credit of every order of a journey, in canonical order, for one model and one window of all channels for
/// sales and GMV each.
pub(crate) fn credit<'a>(
    journey: &Journey<'a>,
    rules: &CreditRules,
    (sales_window, gmv_window): (Window, Window),
    model: Model,
    period: &Calendar,
) -> Vec<OrderCredit<'a>> {
    if journey.engagements.is_empty() {
        let uncredited = |order: &Order| OrderCredit {
            order: *order,
            is_attributed: false,
            is_gmv: false,
            reached: Vec::new(),
            shares: Vec::new(),
        };
        return journey.orders.iter().map(uncredited).collect();
    }
    let mut credit = Vec::with_capacity(journey.orders.len());
    if journey.orders.is_empty() {
        return credit;
    }
    let mut sales = Walk::new(&rules.sales, sales_window, &journey.engagements);
    let mut gmv = Walk::new(&rules.gmv, gmv_window, &journey.engagements);
    for order in &journey.orders {
        let mut candidates = sales.go_to(order.placed);
        let gmv_candidates = gmv.go_to(order.placed);
        let is_attributed = !candidates.is_empty();
        let is_gmv = !gmv_candidates.is_empty();
        let reached = candidates.fresh().into_iter().copied().collect();
        let shares = if period.contains(order.placed.at) {
            let weigher = rules.sales.weigher(model);
            let credited = if is_attributed {
                candidates.credited(&weigher)
            } else {
                gmv_candidates.credited(&weigher)
            };
            let credited = credited
                .iter()
                .map(|(candidate, weight)| (candidate.touch, *weight));
            shares(journey, order, credited)
        } else {
            Vec::new()
        };
        credit.push(OrderCredit {
            order: *order,
            is_attributed,
            is_gmv,
            reached,
            shares,
        });
    }
    credit
}

/// Splits an order by the weights of the engagements that are credited with it.
fn shares<'a, 'e>(
    journey: &Journey<'a>,
    order: &Order,
    credited: impl Iterator<Item = (&'e Engagement, u128)>,
) -> Vec<Share<'a>> {
    let (engagements, weights): (Vec<&Engagement>, Vec<u128>) = credited.unzip();
    let values = split(order.value, &weights);
    let lefts = if order.left == order.value.amount {
        values.clone()
    } else {
        split(order.net_value(), &weights)
    };
    let amounts = values.into_iter().zip(lefts);
    let share = |(engagement, (value, left)): (&Engagement, _)| Share {
        conversation: engagement.conversation,
        agent: journey.agent_at(engagement.conversation, order.placed.position),
        value: Money::new(value, order.value.currency),
        left: Money::new(left, order.value.currency),
    };
    engagements.into_iter().zip(amounts).map(share).collect()
}

/// Removes the shares of conversations that a filter does not keep, and reduces each order to its remaining shares. The
/// journey must still have all openings.
pub(crate) fn keep(credit: &mut [OrderCredit<'_>], journey: &Journey<'_>, filter: &Filter) {
    if !filter.has_opening_conditions() {
        return;
    }
    for order in credit {
        order.shares.retain(|share| {
            let opening = journey.conversations[share.conversation].opening.as_ref();
            filter.keeps(opening, share.agent.as_slice())
        });
        let (mut value, mut left) = (0, 0);
        for share in &order.shares {
            value += share.value.amount.millionths();
            left += share.left.amount.millionths();
        }
        order.is_attributed &= !order.shares.is_empty();
        order.is_gmv &= !order.shares.is_empty();
        order.order.value.amount = Amount::from_millionths(value);
        // A share of the value left can be one unit above the share of the value, but a refund is never negative.
        order.order.left = Amount::from_millionths(left.min(value));
    }
}
