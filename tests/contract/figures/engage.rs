//! Live website calls and chats.

use convometrics::Options;
use serde_json::json;

use super::json_of;
use crate::logs::{Log, instant, side};

#[test]
fn each_inbound_call_has_one_outcome() {
    let calls = Log::new()
        .call("ann", "09:00", "c", "k1", "visitor") // answered, though cancelled after
        .then("ann", "09:01", "call_answered", "k1")
        .then("ann", "09:02", "call_cancelled", "k1")
        .call("ann", "09:03", "c", "k2", "visitor") // cancelled before it was missed
        .then("ann", "09:04", "call_cancelled", "k2")
        .then("ann", "09:05", "call_missed", "k2")
        .call("ann", "09:06", "c", "k3", "visitor") // missed
        .then("ann", "09:07", "call_missed", "k3")
        .call("ann", "09:08", "c", "k4", "visitor") // ended: missed
        .then("ann", "09:09", "call_ended", "k4")
        .call("ann", "09:10", "c", "k5", "visitor") // nothing, session open as of 09:20: pending
        .call("bob", "09:10", "c", "k1", "visitor") // nothing, session ended: missed
        .event("bob", "09:11", "session_ended", json!({}))
        .call("ann", "09:12", "c", "k6", "a-2") // proactive
        .then("ann", "09:13", "call_accepted", "k6")
        .then("ann", "09:14", "call_connected", "k6")
        .call("ann", "09:15", "c", "k7", "a-2") // proactive, declined
        .then("ann", "09:16", "call_declined", "k7")
        .event(
            "bob",
            "09:20",
            "widget_impression",
            json!({"session": "later"}),
        )
        .report()
        .engage
        .calls;
    // requested 6 = answered 1 + cancelled 1 + missed 3 + pending 1; held = attempted 2 + answered 1 = 3.
    assert_eq!(
        json_of(&calls.organization),
        json!({"attempted": 2, "accepted": 1, "requested": 6, "answered": 1, "missed": 3, "cancelled": 1, "pending": 1, "held": 3, "connected": 1})
    );
    assert_eq!(
        json_of(&calls.agents),
        json!([
            {"agent": "a-1", "attempted": 0, "accepted": 0, "answered": 1, "held": 1, "connected": 0},
            {"agent": "a-2", "attempted": 2, "accepted": 1, "answered": 0, "held": 2, "connected": 1}
        ])
    );
}

#[test]
fn a_pending_call_is_missed_once_the_session_timeout_has_passed() {
    let log = |last: &str| {
        Log::new()
            .call("ann", "09:00", "c", "k", "visitor")
            .event("bob", last, "widget_impression", json!({}))
            .report()
            .engage
            .calls
            .organization
    };
    // As of 09:29:59 the session is 29 min 59 s silent: open. As of 09:30 it is 30 min: closed.
    assert_eq!((log("09:29:59").pending, log("09:29:59").missed), (1, 0));
    assert_eq!((log("09:30").pending, log("09:30").missed), (0, 1));
}

#[test]
fn each_session_has_at_most_one_chat_on_one_side() {
    let in_session = |log: Log, at: &str, session: &str, conversation: &str, by: &str| {
        log.event("ann", at, "message_sent", json!({"conversation": conversation, "by": side(by), "session": session, "page": format!("/{session}?x")}))
    };
    let mut log = Log::new();
    log = in_session(log, "09:00", "s1", "c1", "automation"); // transparent
    log = in_session(log, "09:01", "s1", "c1", "a-1"); // proactive, a-1's
    log = in_session(log, "09:02", "s1", "c1", "a-2");
    log = in_session(log, "09:03", "s1", "c2", "visitor"); // accepted, also from another conversation
    log = in_session(log, "10:00", "s2", "c2", "visitor"); // inbound
    log = in_session(log, "10:01", "s2", "c2", "automation"); // no answer
    log = in_session(log, "10:02", "s2", "c3", "a-3"); // answered by a-3
    log = in_session(log, "11:00", "s3", "c4", "visitor"); // inbound, unanswered, session closed by 12:00
    log = in_session(log, "12:00", "s4", "c5", "visitor"); // inbound, unanswered, session open
    log = in_session(log, "12:00", "s5", "c6", "a-1"); // proactive, not accepted
    let chats = log.report().engage.chats;
    // attempted 2, accepted 1; requested 3 = answered 1 + missed 1 + pending 1; held = accepted 1 + answered 1 = 2.
    assert_eq!(
        json_of(&chats.organization),
        json!({"attempted": 2, "accepted": 1, "requested": 3, "answered": 1, "missed": 1, "pending": 1, "held": 2})
    );
    assert_eq!(
        json_of(&chats.agents),
        json!([
            {"agent": "a-1", "attempted": 2, "accepted": 1, "answered": 0, "held": 1},
            {"agent": "a-3", "attempted": 0, "accepted": 0, "answered": 1, "held": 1}
        ])
    );
    let pages: Vec<_> = chats
        .pages
        .iter()
        .map(|row| (row.page.as_str(), row.held))
        .collect();
    assert_eq!(
        pages,
        [("/s1", 1), ("/s2", 1), ("/s3", 0), ("/s4", 0), ("/s5", 0)]
    );
}

#[test]
fn derived_sessions_end_with_a_gap_of_the_timeout_or_a_session_end() {
    let visitor = |log: Log, at: &str| {
        log.event(
            "ann",
            at,
            "message_sent",
            json!({"conversation": "c", "by": side("visitor"), "session": null}),
        )
    };
    let agent = |log: Log, at: &str| {
        log.event(
            "ann",
            at,
            "message_sent",
            json!({"conversation": "c", "by": side("a-1"), "session": null}),
        )
    };
    let answered = |log: Log| {
        let chats = log.report().engage.chats.organization;
        (chats.requested, chats.attempted, chats.answered)
    };
    // 29:59.999999 apart: one session, answered. 30:00 apart: the reply belongs to no session.
    assert_eq!(
        answered(agent(
            visitor(Log::new(), "09:00"),
            "2026-03-02T09:29:59.999999Z"
        )),
        (1, 0, 1)
    );
    assert_eq!(
        answered(agent(visitor(Log::new(), "09:00"), "09:30")),
        (1, 0, 0)
    );
    // A widget impression between them bridges the gap, an orphan does not. The reply opens no conversation, so it begins
    // no session.
    let bridged = visitor(Log::new(), "09:00").event(
        "ann",
        "09:15",
        "widget_impression",
        json!({"session": null}),
    );
    assert_eq!(answered(agent(bridged, "09:30")), (1, 0, 1));
    let orphaned = visitor(Log::new(), "09:00").event(
        "ann",
        "09:15",
        "call_missed",
        json!({"session": null, "call": "none"}),
    );
    assert_eq!(answered(agent(orphaned, "09:30")), (1, 0, 0));
    // A `session_ended` between them ends it.
    let ended = visitor(Log::new(), "09:00").event(
        "ann",
        "09:10",
        "session_ended",
        json!({"session": null}),
    );
    assert_eq!(answered(agent(ended, "09:11")), (1, 0, 0));
}

#[test]
fn the_sessions_of_the_documentation() {
    let message = |log: Log, at: &str| {
        log.event(
            "ann",
            at,
            "message_sent",
            json!({"conversation": "c", "by": side("visitor"), "session": null}),
        )
    };
    let log = ["09:00:00", "09:29:59", "09:59:59"]
        .into_iter()
        .fold(Log::new(), message);
    let chats = log
        .report_with(
            &Options::new()
                .with_as_of(instant("2026-03-02T10:10:00Z"))
                .unwrap(),
        )
        .engage
        .chats
        .organization;
    assert_eq!((chats.requested, chats.missed, chats.pending), (2, 1, 1));
}

#[test]
fn the_calls_of_the_documentation() {
    let log = Log::new()
        .call("ann", "09:00", "c", "k1", "ada")
        .then("ann", "09:01", "call_accepted", "k1")
        .then("ann", "09:02", "call_connected", "k1")
        .call("ann", "09:03", "c", "k2", "ada")
        .then("ann", "09:04", "call_declined", "k2")
        .call("bob", "09:00", "c", "k1", "visitor")
        .event(
            "bob",
            "09:01",
            "call_answered",
            json!({"call": "k1", "agent": "ben"}),
        )
        .then("bob", "09:02", "call_connected", "k1")
        .call("cat", "09:00", "c", "k1", "visitor")
        .then("cat", "09:01", "call_cancelled", "k1")
        .call("dan", "09:00", "c", "k1", "visitor")
        .then("dan", "09:01", "call_missed", "k1");
    let calls = log.report().engage.calls;
    assert_eq!(
        json_of(&calls.organization),
        json!({"attempted": 2, "accepted": 1, "requested": 3, "answered": 1, "missed": 1, "cancelled": 1, "pending": 0, "held": 3, "connected": 2})
    );
    assert_eq!(
        json_of(&calls.agents),
        json!([
            {"agent": "ada", "attempted": 2, "accepted": 1, "answered": 0, "held": 2, "connected": 1},
            {"agent": "ben", "attempted": 0, "accepted": 0, "answered": 1, "held": 1, "connected": 1}
        ])
    );
    let fourth = log.call("eve", "09:10", "c", "k1", "visitor");
    let organization = |as_of: &str| {
        let options = Options::new().with_as_of(instant(as_of)).unwrap();
        fourth.report_with(&options).engage.calls.organization
    };
    let (open, closed) = (
        organization("2026-03-02T09:39:59Z"),
        organization("2026-03-02T09:40:00Z"),
    );
    assert_eq!((open.requested, open.pending, open.missed), (4, 1, 1));
    assert_eq!((closed.requested, closed.pending, closed.missed), (4, 0, 2));
}

#[test]
fn the_chats_of_the_documentation() {
    let said = |log: Log, at: &str, session: &str, by: &str| {
        log.event(
            "ann",
            at,
            "message_sent",
            json!({"conversation": "c", "by": side(by), "session": session}),
        )
    };
    let mut log = said(Log::new(), "09:00", "1", "ada");
    log = said(log, "09:01", "1", "visitor");
    log = said(log, "09:02", "2", "visitor");
    log = said(log, "09:03", "2", "automation");
    log = log.event("ann", "09:04", "session_ended", json!({"session": "2"}));
    log = said(log, "09:05", "3", "visitor");
    log = said(log, "09:06", "3", "ben");
    let chats = log.report().engage.chats;
    assert_eq!(
        json_of(&chats.organization),
        json!({"attempted": 1, "accepted": 1, "requested": 2, "answered": 1, "missed": 1, "pending": 0, "held": 2})
    );
    assert_eq!(
        json_of(&chats.agents),
        json!([
            {"agent": "ada", "attempted": 1, "accepted": 1, "answered": 0, "held": 1},
            {"agent": "ben", "attempted": 0, "accepted": 0, "answered": 1, "held": 1}
        ])
    );
    let fourth = said(log, "09:07", "4", "visitor")
        .report()
        .engage
        .chats
        .organization;
    assert_eq!((fourth.requested, fourth.pending), (3, 1));
}
