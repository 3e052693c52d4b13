//! What was missed, and what was not.

use convometrics::Options;
use serde_json::json;

use super::{answer, call, expect, log, of, report_of_day, text};
use crate::logs::days;

/// One of two missed calls is called back: the miss stays, and the call back is an offer of its own.
#[test]
fn a_missed_call_that_is_called_back_stays_missed() {
    let log = log([
        (
            "m",
            "09:00:00",
            "call_requested",
            call("c1", "k1", "visitor"),
        ),
        ("m", "09:00:30", "call_missed", of("k1")),
        ("m", "09:20:00", "call_requested", call("c2", "k2", "op")),
        ("m", "09:20:10", "call_accepted", of("k2")),
        ("m", "09:20:11", "call_connected", of("k2")),
        (
            "n",
            "10:00:00",
            "call_requested",
            call("c1", "k1", "visitor"),
        ),
        ("n", "10:00:30", "call_missed", of("k1")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("engage.calls.missed", "total", "2"),
            ("engage.calls.attempted", "total", "1"),
            ("engage.calls.accepted", "total", "1"),
            ("requests.unanswered_from_visitor", "total", "2"),
        ],
    );
}

/// One hangs up, one waits until it has rung out, and one hangs up after that.
#[test]
fn a_caller_who_hangs_up_cancels_unless_the_call_was_missed_before() {
    let log = log([
        (
            "hang",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("hang", "09:00:08", "call_cancelled", of("k")),
        (
            "wait",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("wait", "09:00:30", "call_missed", of("k")),
        (
            "both",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("both", "09:00:30", "call_missed", of("k")),
        ("both", "09:00:31", "call_cancelled", of("k")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("engage.calls.requested", "total", "3"),
            ("engage.calls.cancelled", "total", "1"),
            ("engage.calls.missed", "total", "2"),
            ("requests.unanswered_from_visitor", "total", "3"),
        ],
    );
}

/// One visitor waits two minutes and cancels, another two seconds, a third exactly as long as the option says.
#[test]
fn a_visitor_who_gives_up_waiting_was_missed_if_an_option_says_so() {
    let log = log([
        (
            "ann",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("ann", "09:02:00", "call_cancelled", of("k")),
        (
            "bob",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("bob", "09:00:02", "call_cancelled", of("k")),
        (
            "cat",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("cat", "09:00:30", "call_cancelled", of("k")),
    ]);
    let wait = std::time::Duration::from_secs(30);
    let options = Options::new().with_cancelled_is_missed_after(wait).unwrap();
    let report = log
        .ledger()
        .report(&days("2026-03-02", "2026-03-02", "UTC"), &options);
    expect(
        &report,
        &[
            ("engage.calls.missed", "total", "2"),
            ("engage.calls.cancelled", "total", "1"),
            ("engage.calls.requested", "total", "3"),
        ],
    );
    expect(
        &report_of_day(&log),
        &[("engage.calls.cancelled", "total", "3")],
    );
}

/// The agent clicks Answer, and the visitor is gone before the connection.
#[test]
fn a_call_that_was_answered_too_late_is_answered_without_a_conversation() {
    let log = log([
        (
            "ann",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("ann", "09:00:05", "call_answered", answer("k", "ada")),
        ("ann", "09:00:20", "call_ended", of("k")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("requests.unanswered_from_visitor", "total", "0"),
            ("requests.answered_without_conversation", "total", "1"),
            ("requests.unsuccessful", "total", "1"),
            ("engage.calls.answered", "total", "1"),
        ],
    );
}

/// A visitor asks for a chat, waits without writing and leaves. Another is greeted by the agent first.
#[test]
fn a_visitor_who_leaves_while_queueing_was_missed() {
    let log = log([
        ("q1", "09:00", "chat_requested", text("c", "visitor")),
        ("q1", "09:06", "session_ended", json!({})),
        ("q2", "09:00", "chat_requested", text("c", "visitor")),
        ("q2", "09:01", "message_sent", text("c", "ada")),
        ("q2", "09:02", "message_sent", text("c", "visitor")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("requests.total", "total", "2"),
            ("requests.unanswered_from_visitor", "total", "1"),
            ("requests.visitor_acceptance_rate", "total", "1/2"),
            ("engage.chats.requested", "total", "2"),
            ("engage.chats.missed", "total", "1"),
            ("engage.chats.attempted", "total", "0"),
        ],
    );
}

/// A welcome message and the answers of a bot are no answers.
#[test]
fn a_chat_with_a_bot_alone_was_missed() {
    let bot = || text("c", "automation");
    let visitor = || text("c", "visitor");
    let log = log([
        ("greeted", "09:00", "message_sent", bot()),
        ("greeted", "09:01", "message_sent", visitor()),
        ("answered", "09:00", "message_sent", bot()),
        ("answered", "09:01", "message_sent", visitor()),
        ("answered", "09:02", "message_sent", text("c", "ada")),
        ("helped", "09:01", "message_sent", visitor()),
        ("helped", "09:02", "message_sent", bot()),
        ("helped", "09:03", "message_sent", visitor()),
        ("silent", "09:00", "message_sent", bot()),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("engage.chats.requested", "total", "3"),
            ("engage.chats.answered", "total", "1"),
            ("engage.chats.missed", "total", "2"),
            ("engage.chats.attempted", "total", "0"),
            ("requests.total", "total", "3"),
            ("requests.visitor_acceptance_rate", "total", "1/3"),
            ("conversations.total", "total", "1"),
        ],
    );
}

/// A visitor writes, and the agent calls back instead of writing.
#[test]
fn a_message_can_be_answered_by_a_call() {
    let log = log([
        ("ann", "09:00:00", "message_sent", text("c", "visitor")),
        ("ann", "09:01:00", "call_requested", call("c", "k", "ada")),
        ("ann", "09:01:10", "call_accepted", of("k")),
        ("ann", "09:01:12", "call_connected", of("k")),
        ("ann", "09:05:00", "call_ended", of("k")),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("requests.visitor_acceptance_rate", "total", "1/1"),
            ("requests.unanswered_from_visitor", "total", "0"),
            ("requests.unsuccessful", "total", "0"),
            ("conversations.total", "total", "1"),
            ("engage.chats.answered", "agent:ada", "1"),
        ],
    );
}

/// One conversation id forever: a week after the answer, the visitor writes again, and nobody answers.
#[test]
fn a_thread_that_is_kept_forever_is_cut_if_an_option_says_so() {
    let log = log([
        (
            "v",
            "2026-03-02T10:00:00Z",
            "message_sent",
            text("c", "visitor"),
        ),
        (
            "v",
            "2026-03-02T10:01:00Z",
            "message_sent",
            text("c", "ada"),
        ),
        (
            "v",
            "2026-03-09T10:00:00Z",
            "message_sent",
            text("c", "visitor"),
        ),
    ]);
    let day = std::time::Duration::from_secs(86_400);
    let options = Options::new().with_conversation_timeout(day).unwrap();
    let period = days("2026-03-01", "2026-03-10", "UTC");
    expect(
        &log.ledger().report(&period, &options),
        &[
            ("conversations.opened", "total", "2"),
            ("conversations.total", "total", "1"),
            ("conversations.one_sided", "total", "1"),
            ("requests.total", "total", "2"),
            ("requests.unanswered_from_visitor", "total", "1"),
            ("conversations.average_duration_minutes", "total", "60 s/1"),
        ],
    );
    expect(
        &log.ledger().report(&period, &Options::new()),
        &[
            ("conversations.opened", "total", "1"),
            ("requests.total", "total", "1"),
        ],
    );
}
