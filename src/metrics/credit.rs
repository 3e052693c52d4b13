//! Who is credited with an order: a visitor's engagements and orders run through the attribution engine. What sales and
//! leaderboard both read.
//!
//! Touches are those of [`definitions`](crate::definitions#touches): of each conversation the latest engagement within
//! its window stands. The model gives candidates weight; those with weight are *credited*, also of a free order. A
//! share's agent is that conversation's agent at the order.

use crate::attribution::{Conversion, Model, Path, Rules, Touch, Walk, When, Window, split};
use crate::journey::commerce::Order;
use crate::journey::conversation::Engagement;
use crate::journey::filter::{Act, Filter};
use crate::journey::{Channel, Journey, Moment};
use crate::money::{Amount, Money};
use crate::time::Calendar;

impl When for Moment {
    fn unix_micros(self) -> i64 {
        self.at.micros()
    }
}

/// One visitor's engagement, which is credited to its conversation.
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

/// The rules of a report's credit, of touches over any channel.
pub(crate) type OrderRules = Rules<usize, Channel>;

/// The options that credit depends on.
#[derive(Debug, Clone)]
pub(crate) struct CreditRules {
    /// The window of channels without one of their own.
    pub(crate) window: Window,
    pub(crate) model: Model,
    /// What an order must have a candidate by to be an attributed one.
    pub(crate) sales: OrderRules,
    /// What it must have one by as well, to count for GMV.
    pub(crate) gmv: OrderRules,
}

impl CreditRules {
    /// From rules of any channel: each conversation once. `gmv_channel` is `None` where any will do for GMV.
    pub(crate) fn new(
        rules: OrderRules,
        window: Window,
        model: Model,
        gmv_channel: Option<Channel>,
    ) -> Self {
        let sales = rules
            .with_window(window)
            .with_model(model)
            .with_path(Path::Last);
        let gmv = match gmv_channel {
            Some(channel) => sales.clone().only_channels([channel]),
            None => sales.clone(),
        };
        Self {
            window,
            model,
            sales,
            gmv,
        }
    }
}

/// An order and who is credited with it.
#[derive(Debug, Clone)]
pub(crate) struct OrderCredit<'a> {
    pub(crate) order: Order,
    /// Whether it has a candidate.
    pub(crate) is_attributed: bool,
    /// Whether it counts for attributed GMV.
    pub(crate) is_gmv: bool,
    /// The conversations among its candidates, by index, that were none of an earlier order.
    pub(crate) reached: Vec<usize>,
    /// The shares of its value. Empty outside the period, and without a candidate.
    pub(crate) shares: Vec<Share<'a>>,
}

/// One credited candidate's part of an order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share<'a> {
    /// The conversation's index.
    pub(crate) conversation: usize,
    pub(crate) agent: Option<&'a str>,
    /// Of its value.
    pub(crate) value: Money,
    /// Of what is left of it after refunds and cancellations.
    pub(crate) left: Money,
}

/// The credit of every order of a journey, in canonical order, under one window and one model.
pub(crate) fn credit<'a>(
    journey: &Journey<'a>,
    rules: &CreditRules,
    window: Window,
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
    let mut sales = Walk::new(&rules.sales, window, &journey.engagements);
    let mut gmv = Walk::new(&rules.gmv, window, &journey.engagements);
    for order in &journey.orders {
        let mut candidates = sales.go_to(order.placed);
        let is_attributed = !candidates.is_empty();
        let reached = candidates.fresh().into_iter().copied().collect();
        let shares = if period.contains(order.placed.at) {
            let credited = candidates.credited(&rules.sales.weigher(model));
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
            is_gmv: is_attributed && !gmv.go_to(order.placed).is_empty(),
            reached,
            shares,
        });
    }
    credit
}

/// The shares of an order by the weights of the engagements that are credited with it.
pub(crate) fn shares<'a, 'e>(
    journey: &Journey<'a>,
    order: &Order,
    credited: impl Iterator<Item = (&'e Engagement, u128)>,
) -> Vec<Share<'a>> {
    let (engagements, weights): (Vec<&Engagement>, Vec<u128>) = credited.unzip();
    let values = split(order.value, &weights);
    let lefts = if order.left == order.value.amount {
        values.clone()
    } else {
        split(Money::new(order.left, order.value.currency), &weights)
    };
    let amounts = values.into_iter().zip(lefts);
    let share = |(engagement, (value, left)): (&Engagement, _)| Share {
        conversation: engagement.conversation,
        agent: journey.conversations[engagement.conversation].agent_at(order.placed.position),
        value: Money::new(value, order.value.currency),
        left: Money::new(left, order.value.currency),
    };
    engagements.into_iter().zip(amounts).map(share).collect()
}

/// Leaves out the shares of conversations that a filter does not keep: an order is then what is left of it. The journey
/// must still hold all openings.
pub(crate) fn keep(credit: &mut [OrderCredit<'_>], journey: &Journey<'_>, filter: &Filter) {
    if !filter.has_opening_conditions() {
        return;
    }
    for order in credit {
        order.shares.retain(|share| {
            let opening = journey.conversations[share.conversation].opening.as_ref();
            filter.keeps(&Act::following(opening, share.agent.as_ref()))
        });
        let (mut value, mut left) = (0, 0);
        for share in &order.shares {
            value += share.value.amount.millionths();
            left += share.left.amount.millionths();
        }
        order.is_attributed = !order.shares.is_empty();
        order.is_gmv &= order.is_attributed;
        order.order.value.amount = Amount::from_millionths(value);
        // A share of what is left may be a unit more than that of the value: no less than nothing went back.
        order.order.left = Amount::from_millionths(left.min(value));
    }
}
