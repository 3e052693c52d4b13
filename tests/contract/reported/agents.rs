//! Who gets the conversation, and the sale.

use serde_json::json;

use super::{answer, by, call, expect, log, of, order, report_of_day, text};

/// Bob answers and transfers the caller to Carol, who talks for an hour, sells and is rated.
#[test]
fn a_transferred_call_is_a_conversation_of_both_agents_and_a_sale_of_the_second() {
    let log = log([
        (
            "cust",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("cust", "09:00:10", "call_answered", answer("k", "bob")),
        ("cust", "09:00:11", "call_connected", of("k")),
        (
            "cust",
            "09:02:00",
            "agent_assigned",
            json!({"conversation": "c", "agent": "carol"}),
        ),
        ("cust", "09:02:01", "call_answered", answer("k", "carol")),
        (
            "cust",
            "09:50:00",
            "order_placed",
            order("o", "EUR", "80.00"),
        ),
        ("cust", "10:02:00", "call_ended", of("k")),
        (
            "cust",
            "10:03:00",
            "survey_answered",
            json!({"survey": "s", "conversation": "c", "rating": 5, "outcome": "submitted"}),
        ),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("leaderboard.attributed_sales", "agent:carol", "80.00 EUR"),
            ("leaderboard.average_rating", "agent:carol", "5/1"),
            ("leaderboard.attributed_sales", "agent:bob", ""),
            ("leaderboard.conversations", "agent:bob", "1"),
            ("leaderboard.conversations", "agent:carol", "1"),
            ("engage.calls.answered", "total", "1"),
            ("engage.calls.answered", "agent:bob", "1"),
            ("engage.calls.answered", "agent:carol", "none"),
        ],
    );
}

/// The second agent is told of the transfer before or after answering; the order comes after the call.
#[test]
fn a_sale_after_a_transfer_is_of_the_agent_at_the_order() {
    for (first, second) in [
        ("agent_assigned", "call_answered"),
        ("call_answered", "agent_assigned"),
    ] {
        let fields = |event_type: &str| match event_type {
            "agent_assigned" => json!({"conversation": "c", "agent": "ben"}),
            _ => answer("k", "ben"),
        };
        let log = log([
            ("u", "12:00:00", "call_requested", call("c", "k", "visitor")),
            ("u", "12:00:30", "call_answered", answer("k", "ada")),
            ("u", "12:00:30", "call_connected", of("k")),
            ("u", "12:01:00", first, fields(first)),
            ("u", "12:01:10", second, fields(second)),
            ("u", "12:01:20", "call_ended", of("k")),
            ("u", "12:01:30", "order_placed", order("o", "EUR", "10.00")),
        ]);
        expect(
            &report_of_day(&log),
            &[
                ("engage.calls.requested", "total", "1"),
                ("engage.calls.answered", "agent:ada", "1"),
                ("engage.calls.missed", "total", "0"),
                ("requests.accepted", "total", "1"),
                ("gmv.gmv_orders", "total", "1"),
                ("leaderboard.attributed_orders", "agent:ben", "1"),
                ("leaderboard.conversations", "agent:ada", "1"),
                ("leaderboard.conversations", "agent:ben", "1"),
            ],
        );
    }
}

/// A chat counts for every agent who took part, but its duration counts once in the mean.
#[test]
fn a_chat_of_two_agents_counts_for_both_and_lasts_once() {
    let log = log([
        ("u", "09:00", "message_sent", text("c", "visitor")),
        ("u", "09:04", "message_sent", text("c", "one")),
        ("u", "09:05", "message_sent", text("c", "two")),
        ("u", "09:10", "message_sent", text("c", "visitor")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("conversations.total", "total", "1"),
            ("conversations.average_duration_minutes", "total", "600 s/1"),
            ("leaderboard.conversations", "agent:one", "1"),
            ("leaderboard.conversations", "agent:two", "1"),
            ("engage.chats.answered", "total", "1"),
            ("engage.chats.answered", "agent:one", "1"),
            ("engage.chats.answered", "agent:two", "none"),
        ],
    );
}

/// A group rings. One answers, and for the others a missed call is sent, some at once and some when the call is over.
#[test]
fn a_ring_group_misses_no_call_that_one_of_it_answers() {
    let at = "09:00:05";
    let later = |fields: serde_json::Value| {
        let mut fields = fields;
        fields["seq"] = json!(1);
        fields
    };
    let log = log([
        ("v", "09:00:00", "call_requested", call("c", "k", "visitor")),
        ("v", at, "call_missed", later(of("k"))),
        ("v", at, "call_missed", later(of("k"))),
        ("v", at, "call_answered", answer("k", "101")),
        ("v", at, "call_connected", of("k")),
        ("v", "09:05:05", "call_ended", of("k")),
        ("v", "09:05:06", "call_missed", of("k")),
        ("v", "09:05:06", "call_cancelled", of("k")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("engage.calls.requested", "total", "1"),
            ("engage.calls.answered", "total", "1"),
            ("engage.calls.missed", "total", "0"),
            ("engage.calls.cancelled", "total", "0"),
            ("requests.accepted", "total", "1"),
            ("requests.unanswered_from_visitor", "total", "0"),
        ],
    );
}

/// In a call, the agent sends a link. It is a reply, and no request.
#[test]
fn a_link_sent_in_a_call_is_no_request() {
    let log = log([
        (
            "ann",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("ann", "09:00:05", "call_answered", answer("k", "ada")),
        ("ann", "09:00:06", "call_connected", of("k")),
        (
            "ann",
            "09:02:00",
            "message_sent",
            json!({"conversation": "c", "by": by("ada")}),
        ),
        ("ann", "09:05:00", "call_ended", of("k")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("requests.total", "total", "1"),
            ("requests.by_agent", "total", "0"),
            ("requests.text", "total", "0"),
            ("leaderboard.requests", "agent:ada", "0"),
            ("leaderboard.conversations", "agent:ada", "1"),
        ],
    );
}
