//! The leaderboard.

use convometrics::{Model, Options, Ratio};
use serde_json::json;

use super::{money, row, survey};
use crate::logs::{Log, instant, side};

#[test]
fn credit_and_ratings_go_to_the_agent_at_the_time_not_to_a_later_one() {
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "a-1")
        .assigned("ann", "09:02", "c", "a-2")
        .message("ann", "09:03", "c", "a-1") // an act does not outweigh the assignment
        .order("ann", "09:30", "o", "EUR", "10")
        .assigned("ann", "09:45", "c", "a-3");
    let report = survey(log, "09:40", "q", json!({"rating": 4})).report();
    assert_eq!(row(&report, "a-2").attributed_orders, 1);
    assert_eq!(row(&report, "a-2").average_rating.sum, 4);
    // a-1 responded; a-3 has nothing but an assignment: no row.
    assert_eq!(row(&report, "a-1").conversations, 1);
    assert_eq!(row(&report, "a-1").attributed_orders, 0);
    assert!(
        report
            .leaderboard
            .agents
            .iter()
            .all(|row| row.agent.as_str() != "a-3")
    );
}

#[test]
fn a_conversation_counts_for_every_agent_who_responded_and_credit_without_agent_is_unassigned() {
    let report = Log::new()
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "a-1")
        .message("ann", "09:02", "c1", "a-2")
        // An inbound call of Bob connects, unanswered by anybody: a conversation without an agent.
        .call("bob", "10:00", "c1", "k", "visitor")
        .then("bob", "10:01", "call_connected", "k")
        .order("bob", "10:02", "o", "EUR", "10")
        .report();
    assert_eq!(report.conversations.total, 2);
    assert_eq!(
        (
            row(&report, "a-1").conversations,
            row(&report, "a-2").conversations
        ),
        (1, 1)
    );
    assert_eq!(report.leaderboard.agents.len(), 2);
    assert_eq!(report.leaderboard.unassigned.attributed_orders, 1);
    assert_eq!(
        money(&report.leaderboard.unassigned.attributed_sales),
        json!({"EUR": "10.00"})
    );
}

#[test]
fn agent_requests_and_their_acceptance() {
    let report = Log::new()
        .event(
            "ann",
            "09:00",
            "chat_requested",
            json!({"conversation": "c1", "by": side("a-1")}),
        )
        .message("ann", "09:01", "c1", "visitor")
        .message("ann", "09:02", "c1", "a-2") // two-way: accepted, for who asked
        .call("ann", "09:03", "c1", "k1", "a-1")
        .then("ann", "09:04", "call_declined", "k1")
        .report();
    // a-1 made 2 requests, text and video; the text one was accepted. a-1 wrote nothing and held no call: 0 conversations.
    let row = row(&report, "a-1");
    assert_eq!(
        (row.requests, row.acceptance_rate, row.conversations),
        (2, Ratio::new(1, 2), 0)
    );
    assert_eq!(
        (row.daily[0].requests, row.daily[0].acceptance_rate),
        (2, Ratio::new(1, 2))
    );
}

#[test]
fn the_leaderboard_of_the_documentation() {
    let by = |agent: &str| json!({"conversation": "c", "by": side(agent)});
    let log = Log::new()
        .event("ann", "09:00", "chat_requested", by("ada"))
        .message("ann", "09:01", "c", "visitor")
        .call("ann", "09:02", "c", "k", "ada")
        .then("ann", "09:02:30", "call_declined", "k")
        .message("ann", "09:03", "c", "ben")
        .order("ann", "09:10", "o", "EUR", "100")
        .call("bob", "09:00", "c", "k", "visitor")
        .then("bob", "09:05", "call_connected", "k")
        .order("bob", "09:10", "o", "EUR", "20");
    let log = survey(log, "09:12", "q", json!({"rating": 4})).assigned("ann", "09:20", "c", "cy");
    let report = log.report();
    let agents: Vec<&str> = report
        .leaderboard
        .agents
        .iter()
        .map(|row| row.agent.as_str())
        .collect();
    assert_eq!(agents, ["ada", "ben"]);
    let (ada, ben) = (row(&report, "ada"), row(&report, "ben"));
    assert_eq!(
        (
            ada.requests,
            ada.acceptance_rate,
            ada.conversations,
            ada.attributed_orders
        ),
        (2, Ratio::new(1, 2), 0, 0)
    );
    assert_eq!(ada.average_rating.value(), None);
    assert_eq!(
        (ben.requests, ben.conversations, ben.attributed_orders),
        (0, 1, 1)
    );
    assert_eq!((ben.average_rating.sum, ben.average_rating.count), (4, 1));
    assert_eq!(ben.attributed_sales.to_string(), "100.00 EUR");
    assert_eq!(report.leaderboard.unassigned.attributed_orders, 1);
    assert_eq!(
        report.leaderboard.unassigned.attributed_sales.to_string(),
        "20.00 EUR"
    );
}

#[test]
fn net_sales_are_shared_like_the_sales() {
    // Three chats, of a-1, a-2 and nobody's call; an order of 100.00 of which 29.99 go back: 70.01 are left.
    let chat = |log: Log, at: &str, conversation: &str, agent: &str| {
        log.message("ann", at, conversation, "visitor")
            .message("ann", at, conversation, agent)
    };
    let log = chat(chat(Log::new(), "09:00", "c1", "a-1"), "10:00", "c2", "a-2")
        .call("ann", "10:30", "c3", "k", "visitor")
        .then("ann", "10:31", "call_connected", "k")
        .order("ann", "11:00", "o1", "EUR", "100")
        .event(
            "ann",
            "12:00",
            "order_refunded",
            json!({"order": "o1", "amount": "29.99"}),
        )
        .order("ann", "13:00", "o2", "JPY", "700")
        .event("ann", "14:00", "order_cancelled", json!({"order": "o2"}));
    let report = log.report_with(&Options::new().with_model(Model::Linear));
    let of = |agent| {
        let row = row(&report, agent);
        (
            money(&row.attributed_sales),
            money(&row.net_attributed_sales),
        )
    };
    // 100.00 in thirds: 33.34, 33.33, 33.33. 70.01 in thirds of 23.33666…: 23.34, 23.34, 23.33.
    // 700 in thirds of 233.33…: 234, 233, 233, and nothing is left of them.
    let sales = |eur, jpy| json!({"EUR": eur, "JPY": jpy});
    assert_eq!(of("a-1"), (sales("33.34", "234"), sales("23.34", "0")));
    assert_eq!(of("a-2"), (sales("33.33", "233"), sales("23.34", "0")));
    let unassigned = &report.leaderboard.unassigned;
    assert_eq!(money(&unassigned.attributed_sales), sales("33.33", "233"));
    assert_eq!(money(&unassigned.net_attributed_sales), sales("23.33", "0"));
    // As of noon less a second, nothing had gone back.
    let before = Options::new()
        .with_model(Model::Linear)
        .with_as_of(instant("2026-03-02T11:59:59Z"))
        .unwrap();
    let report = log.report_with(&before);
    assert_eq!(
        money(&row(&report, "a-1").net_attributed_sales),
        json!({"EUR": "33.34"})
    );
}
