//! Who is credited with an order: a visitor's conversations run through the attribution engine. What sales and
//! leaderboard both read.
//!
//! Touches are those of [`definitions`](crate::definitions#touches). The model gives candidates weight; those with
//! weight are *credited*, also of a free order. A share's agent is that conversation's agent at the order.

use crate::attribution::{Credit, HalfLife, Model, Window, split};
use crate::journey::commerce::Order;
use crate::journey::conversation::TouchScope;
use crate::journey::{Journey, Moment};
use crate::money::Money;

/// The options that credit depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CreditRules {
    pub(crate) window: Window,
    pub(crate) model: Model,
    pub(crate) half_life: HalfLife,
    pub(crate) gmv_scope: TouchScope,
}

/// A conversation that touched an order within the window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    /// Its place among the journey's conversations.
    pub(crate) conversation: usize,
    pub(crate) touch: Moment,
}

/// An order and who is credited with it.
#[derive(Debug)]
pub(crate) struct OrderCredit<'a> {
    pub(crate) order: Order,
    /// The any-channel candidates, in order of their touches.
    pub(crate) candidates: Vec<Candidate>,
    /// Whether it counts for attributed GMV.
    pub(crate) is_gmv: bool,
    /// The shares of its value.
    pub(crate) shares: Vec<Share<'a>>,
}

/// One credited candidate's part of an order's value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share<'a> {
    pub(crate) agent: Option<&'a str>,
    pub(crate) value: Money,
}

/// The credit of every order of a journey.
pub(crate) fn credit<'a>(journey: &Journey<'a>, rules: &CreditRules) -> Vec<OrderCredit<'a>> {
    let of = |order: &Order| {
        let candidates = candidates(journey, order, rules.window, TouchScope::Any);
        let is_gmv = match rules.gmv_scope {
            TouchScope::Any => !candidates.is_empty(),
            TouchScope::Video => {
                !self::candidates(journey, order, rules.window, TouchScope::Video).is_empty()
            }
        };
        OrderCredit {
            order: *order,
            is_gmv,
            shares: shares(journey, order, &candidates, rules),
            candidates,
        }
    };
    journey.orders.iter().map(of).collect()
}

fn candidates(
    journey: &Journey<'_>,
    order: &Order,
    window: Window,
    scope: TouchScope,
) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = journey
        .conversations
        .iter()
        .enumerate()
        .filter_map(|(conversation, found)| {
            let touch = found.latest_engagement(order.placed.position, scope)?;
            window
                .contains(touch.at, order.placed.at)
                .then_some(Candidate {
                    conversation,
                    touch,
                })
        })
        .collect();
    candidates.sort_unstable_by_key(|candidate| candidate.touch.position);
    candidates
}

fn shares<'a>(
    journey: &Journey<'a>,
    order: &Order,
    candidates: &[Candidate],
    rules: &CreditRules,
) -> Vec<Share<'a>> {
    let age = |candidate: Candidate| order.placed.at.since(candidate.touch.at);
    let credited = rules.model.credit(candidates, rules.half_life, age);
    let weights: Vec<u128> = credited.iter().map(|credit| credit.weight).collect();
    let share = |(credit, amount): (&Credit<Candidate>, _)| Share {
        agent: journey
            .conversations
            .get(credit.candidate.conversation)
            .and_then(|conversation| conversation.agent_at(order.placed.position)),
        value: Money::new(amount, order.value.currency),
    };
    credited
        .iter()
        .zip(split(order.value, &weights))
        .map(share)
        .collect()
}
