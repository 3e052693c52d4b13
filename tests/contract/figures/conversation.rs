//! Conversations.

use serde_json::json;

use super::{json_of, survey};
use crate::logs::{Log, side};

#[test]
fn a_conversation_has_a_message_of_each_side_or_a_connected_call() {
    let conversations = Log::new()
        // c1: text two-way (09:00 visitor, 09:01 agent).
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "a-1")
        // c2: only the visitor wrote.
        .message("ann", "09:02", "c2", "visitor")
        // c3: only automation replied.
        .message("ann", "09:03", "c3", "visitor")
        .message("ann", "09:04", "c3", "automation")
        // c4: a connected call, and no text.
        .call("ann", "09:05", "c4", "k4", "visitor")
        .then("ann", "09:06", "call_connected", "k4")
        // c1 of another visitor: both.
        .message("bob", "10:00", "c1", "a-1")
        .message("bob", "10:01", "c1", "visitor")
        .call("bob", "10:02", "c1", "k1", "a-1")
        .then("bob", "10:03", "call_connected", "k1")
        .report()
        .conversations;
    // ann c1 (text), ann c4 (video), bob c1 (both): total 3 = text 2 + video 2 − both 1.
    assert_eq!(
        (
            conversations.total,
            conversations.text,
            conversations.video,
            conversations.both
        ),
        (3, 2, 2, 1)
    );
}

#[test]
fn average_duration_is_from_first_to_last_human_message_or_call_event_in_minutes() {
    let mean = Log::new()
        // c1: the chat request and the bot do not count. 09:01:00 to 09:03:30 = 150 s.
        .event(
            "ann",
            "09:00",
            "chat_requested",
            json!({"conversation": "c1", "by": side("visitor")}),
        )
        .message("ann", "09:01:00", "c1", "visitor")
        .message("ann", "09:03:30", "c1", "a-1")
        .message("ann", "09:30", "c1", "automation")
        // c2: 10:00:00 (call requested) to 10:10:30 (call ended) = 630 s.
        .call("ann", "10:00", "c2", "k", "visitor")
        .then("ann", "10:00:30", "call_connected", "k")
        .then("ann", "10:10:30", "call_ended", "k")
        .report()
        .conversations
        .average_duration_minutes;
    // (150 + 630) / 2 = 390 s = 6.5 min.
    assert_eq!(
        json_of(&mean),
        json!({"sum_seconds": "780", "count": 2, "value": 6.5})
    );
}

#[test]
fn a_conversation_counts_on_the_day_of_its_opening() {
    let log = Log::new()
        .event(
            "ann",
            "2026-03-01T23:59:59.999999Z",
            "chat_requested",
            json!({"conversation": "c", "by": side("visitor")}),
        )
        .message("ann", "00:10", "c", "visitor")
        .message("ann", "00:20", "c", "a-1");
    let report = log.report_of("2026-03-01", "2026-03-02", "UTC");
    let totals: Vec<u64> = report
        .conversations
        .daily
        .iter()
        .map(|day| day.total)
        .collect();
    assert_eq!(totals, [1, 0]);
    assert_eq!(report.leaderboard.agents[0].daily[0].conversations, 1);
    // The day after alone has none of it.
    let after = log.report_of("2026-03-02", "2026-03-02", "UTC");
    assert_eq!(
        (after.conversations.total, after.leaderboard.agents.len()),
        (0, 0)
    );
}

#[test]
fn the_conversation_of_the_definitions() {
    let log = |survey_at: &str| {
        let log = Log::new()
            .event(
                "ann",
                "09:00",
                "chat_requested",
                json!({"conversation": "c", "by": side("visitor")}),
            )
            .message("ann", "09:01", "c", "visitor")
            .message("ann", "09:03", "c", "ada")
            .assigned("ann", "09:04", "c", "ben")
            .message("ann", "09:05", "c", "ada");
        survey(log, survey_at, "q", json!({}))
    };
    let agent = |at: &str| {
        log(at).report().csat.details[0]
            .agent
            .as_ref()
            .map(ToString::to_string)
    };
    assert_eq!(agent("09:02"), None);
    assert_eq!(agent("09:03:30").as_deref(), Some("ada"));
    assert_eq!(agent("09:06").as_deref(), Some("ben"));
    let report = log("09:06").report();
    assert_eq!(
        report.conversations.average_duration_minutes.value(),
        Some(4.0)
    );
    assert_eq!(report.leaderboard.agents.len(), 1);
}
