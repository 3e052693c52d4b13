//! Session ids that are missing, late, or never renewed.

use serde_json::{Value, json};

use super::{expect, log, report_of_day, text};

fn in_session(session: &str, mut fields: Value) -> Value {
    fields["session"] = json!(session);
    fields
}

/// The visitor's message is stored 15 seconds late, after the agent's answer. The request for the chat is in its place.
#[test]
fn a_late_clock_does_not_turn_a_request_around() {
    let log = log([
        ("u", "01:24:40", "chat_requested", text("c", "visitor")),
        ("u", "01:24:57", "message_sent", text("c", "visitor")),
        ("u", "01:24:50", "message_sent", text("c", "ada")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("requests.by_visitor", "total", "1"),
            ("requests.accepted", "total", "1"),
            ("engage.chats.requested", "total", "1"),
            ("engage.chats.attempted", "total", "0"),
        ],
    );
}

/// An agent writes, a bot reminds, and the visitor replies the next day, all under the chat's id as their session.
#[test]
fn a_reply_on_the_next_day_is_in_the_session_that_it_names() {
    let log = log([
        (
            "tg",
            "2026-03-02T11:56:00Z",
            "message_sent",
            in_session("chat9", text("c", "op")),
        ),
        (
            "tg",
            "2026-03-03T11:56:00Z",
            "message_sent",
            in_session("chat9", text("c", "automation")),
        ),
        (
            "tg",
            "2026-03-03T11:57:00Z",
            "message_sent",
            in_session("chat9", text("c", "visitor")),
        ),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("engage.chats.attempted", "total", "1"),
            ("engage.chats.accepted", "total", "1"),
            ("engage.chats.requested", "total", "0"),
            ("engage.chats.held", "agent:op", "1"),
        ],
    );
}

/// The browser sends its session id. The server, which stores the agent's messages, has none.
#[test]
fn a_server_without_session_ids_answers_the_browsers_chat() {
    let log = log([
        (
            "u",
            "09:00:00",
            "message_sent",
            in_session("web-1", text("c", "visitor")),
        ),
        ("u", "09:00:30", "message_sent", text("c", "ada")),
        (
            "u",
            "09:01:00",
            "message_sent",
            in_session("web-1", text("c", "visitor")),
        ),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("requests.accepted", "total", "1"),
            ("conversations.total", "total", "1"),
            ("engage.chats.requested", "total", "1"),
            ("engage.chats.answered", "total", "1"),
            ("engage.chats.missed", "total", "0"),
            ("engage.chats.attempted", "total", "0"),
            ("engage.chats.held", "agent:ada", "1"),
        ],
    );
}

/// One session id for all visitors, and never a new one. Visitors stay apart, and a return is the same session.
#[test]
fn a_session_id_that_is_never_renewed_is_one_session_for_each_visitor() {
    let of = |by: &str, conversation: &str| in_session("1234", text(conversation, by));
    let log = log([
        ("x", "12:00", "message_sent", of("visitor", "c1")),
        ("x", "12:15", "message_sent", of("ada", "c1")),
        ("y", "12:00", "message_sent", of("visitor", "c1")),
        ("y", "12:15", "message_sent", of("ada", "c1")),
        ("x", "13:00", "message_sent", of("visitor", "c2")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("engage.chats.requested", "total", "2"),
            ("engage.chats.answered", "total", "2"),
            ("engage.chats.missed", "total", "0"),
        ],
    );
}

/// The visit ends. An agent writes three days later under the old session id.
#[test]
fn a_reply_after_the_visit_answers_no_chat() {
    let log = log([
        (
            "ann",
            "2026-03-02T09:00:00Z",
            "message_sent",
            in_session("s1", text("c", "visitor")),
        ),
        (
            "ann",
            "2026-03-02T09:05:00Z",
            "session_ended",
            in_session("s1", json!({})),
        ),
        (
            "ann",
            "2026-03-05T09:00:00Z",
            "message_sent",
            in_session("s1", text("c", "ada")),
        ),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("engage.chats.requested", "total", "1"),
            ("engage.chats.missed", "total", "1"),
            ("engage.chats.answered", "total", "0"),
            ("engage.chats.attempted", "total", "0"),
            // The reply is not in the period.
            ("data_quality.outside_sessions", "total", "0"),
            ("conversations.total", "total", "1"),
        ],
    );
    let report = log.report_of("2026-03-02", "2026-03-05", "UTC");
    expect(&report, &[("data_quality.outside_sessions", "total", "1")]);
}
