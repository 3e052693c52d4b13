//! The leaderboard: a row per agent with any figure, and what is credited to nobody.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use convometrics::Event;
use serde_json::{Value, json};

use super::Context;
use super::attribution::{Figures, Share, candidates, shares};
use super::csat::{Answer, answers};
use super::figures::{Purse, mean, ratio};
use super::journeys::{Request, Visitor};
use super::orders::{Order, orders};

/// An order of the period with the shares of it.
struct Credited<'a> {
    order: Order<'a>,
    shares: Vec<Share<'a>>,
}

/// A two-way conversation of the period.
struct Responded<'a> {
    opening: &'a Event,
    agents: BTreeSet<&'a str>,
}

/// All that rows are made of, in the period.
struct Board<'a> {
    answers: Vec<Answer<'a>>,
    requests: Vec<Request<'a>>,
    conversations: Vec<Responded<'a>>,
    orders: Vec<Credited<'a>>,
}

fn board<'a>(context: &Context<'a>) -> Board<'a> {
    let visitors = || context.visitors.iter();
    let answers = visitors().flat_map(answers);
    let requests = visitors().flat_map(Visitor::requests);
    let conversations = visitors().flat_map(|visitor| {
        let conversations = visitor.two_way_conversations().into_iter();
        let responded = conversations.map(|conversation| Responded {
            opening: conversation.opening(),
            agents: conversation.responding_agents(visitor),
        });
        responded.collect::<Vec<_>>()
    });
    let credited = visitors().flat_map(|visitor| {
        let conversations = visitor.two_way_conversations();
        let mut orders = orders(visitor);
        orders.retain(|order| context.in_period(order.placed));
        let rules = context.options;
        let credited = orders.into_iter().map(|order| {
            let candidates = candidates(&conversations, order.placed, Figures::Orders, rules);
            Credited {
                shares: shares(visitor, &candidates, &order, rules),
                order,
            }
        });
        credited.collect::<Vec<_>>()
    });
    Board {
        answers: answers
            .filter(|answer| context.in_period(answer.last))
            .collect(),
        requests: requests
            .filter(|request| context.in_period(request.event))
            .collect(),
        conversations: conversations
            .filter(|conversation| context.in_period(conversation.opening))
            .collect(),
        orders: credited.collect(),
    }
}

pub(super) fn metrics(context: &Context<'_>) -> Value {
    let board = board(context);
    let mut agents: BTreeSet<&str> = BTreeSet::new();
    agents.extend(board.answers.iter().filter_map(|answer| answer.agent));
    agents.extend(board.requests.iter().filter_map(Request::agent));
    agents.extend(
        board
            .conversations
            .iter()
            .flat_map(|conversation| conversation.agents.iter().copied()),
    );
    let shares = board.orders.iter().flat_map(|credited| &credited.shares);
    agents.extend(shares.filter_map(|share| share.agent));
    let rows: Vec<Value> = agents
        .into_iter()
        .filter_map(|agent| row(context, &board, agent))
        .collect();
    json!({"agents": rows, "unassigned": credit(&board, None, |_| true).0})
}

/// `None` where an agent has no figure but zeros: such as the agent of an answer without a rating.
fn row(context: &Context<'_>, board: &Board<'_>, agent: &str) -> Option<Value> {
    let mut row = acts(board, agent, |_| true);
    let acted =
        row["average_rating"]["count"] != 0 || row["requests"] != 0 || row["conversations"] != 0;
    let (credit, credited) = credit(board, Some(agent), |_| true);
    row["agent"] = json!(agent);
    for (name, value) in credit.as_object().unwrap() {
        row[name] = value.clone();
    }
    row["daily"] = context.daily(|day| {
        let mut row = acts(board, agent, |at| day.holds(at));
        let (credit, _) = self::credit(board, Some(agent), |at| day.holds(at));
        for name in ["attributed_orders", "attributed_sales"] {
            row[name] = credit[name].clone();
        }
        row
    });
    (acted || credited).then_some(row)
}

/// What an agent did, where the opening or the answer is of such a time.
fn acts(board: &Board<'_>, agent: &str, when: impl Fn(DateTime<Utc>) -> bool) -> Value {
    let answers = board
        .answers
        .iter()
        .filter(|answer| answer.agent == Some(agent));
    let answers = answers.filter(|answer| when(answer.last.at()));
    let ratings: Vec<u8> = answers.filter_map(|answer| answer.rating).collect();
    let requests = board
        .requests
        .iter()
        .filter(|request| request.agent() == Some(agent));
    let requests = requests.filter(|request| when(request.event.at()));
    let accepted = requests.clone().filter(|request| request.accepted).count();
    let requests = requests.count();
    let responded = board.conversations.iter().filter(|conversation| {
        conversation.agents.contains(agent) && when(conversation.opening.at())
    });
    json!({
        "average_rating": mean(&ratings),
        "requests": requests,
        "acceptance_rate": ratio(accepted, requests),
        "conversations": responded.count(),
    })
}

/// What an agent, or nobody, is credited with of the orders of such a time, and whether that is anything.
fn credit(
    board: &Board<'_>,
    agent: Option<&str>,
    when: impl Fn(DateTime<Utc>) -> bool,
) -> (Value, bool) {
    let (mut attributed, mut net, mut orders) = (Purse::default(), Purse::default(), 0);
    let of_time = |credited: &&Credited<'_>| when(credited.order.placed.at());
    for credited in board.orders.iter().filter(of_time) {
        let own = || credited.shares.iter().filter(|share| share.agent == agent);
        // An order counts once, however many of its shares are one agent's.
        orders += usize::from(own().count() > 0);
        for share in own() {
            attributed.add(credited.order.currency, share.of_value);
            net.add(credited.order.currency, share.of_left);
        }
    }
    let figures = json!({
        "attributed_orders": orders,
        "attributed_sales": attributed.money(),
        "net_attributed_sales": net.money(),
    });
    (figures, orders > 0 || !attributed.is_zero())
}
