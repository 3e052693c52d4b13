//! Sessions, rule by rule, each over random gaps; see `definitions`.

use convometrics::metrics::engage::EngageMetrics;
use convometrics::{Ledger, Options};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::logs::{Log, days, instant, side};
use crate::nasty::case;
use crate::queries::query;

/// The session timeout, in seconds.
const TIMEOUT: i64 = 1_800;

/// An event of one visitor: seconds after the start, type, session and own fields.
type Act = (i64, &'static str, Option<&'static str>, Value);

fn text(at: i64, session: Option<&'static str>, by: &str) -> Act {
    let own = json!({"conversation": "c", "by": side(by)});
    (at, "message_sent", session, own)
}

fn look(at: i64, session: Option<&'static str>) -> Act {
    (at, "widget_impression", session, json!({}))
}

fn end(at: i64, session: Option<&'static str>) -> Act {
    (at, "session_ended", session, json!({}))
}

/// The inbound call `k` from its request to its end.
fn call(request: i64, connect: i64, ended: i64, session: Option<&'static str>) -> [Act; 3] {
    let own = json!({"conversation": "v", "call": "k", "by": side("visitor")});
    [
        (request, "call_requested", session, own),
        (connect, "call_connected", session, json!({"call": "k"})),
        (ended, "call_ended", session, json!({"call": "k"})),
    ]
}

fn ledger(acts: &[Act]) -> Ledger {
    let start = instant("2026-03-02T00:00:00Z");
    let log = acts
        .iter()
        .fold(Log::new(), |log, (at, event_type, session, own)| {
            let mut fields = own.clone();
            fields["session"] = json!(session);
            let at = start + chrono::TimeDelta::seconds(*at);
            log.event("ann", &at.to_rfc3339(), event_type, fields)
        });
    log.ledger()
}

/// The figures of Engage and the events outside of sessions, as late as a month after the start.
fn engage(acts: &[Act]) -> (EngageMetrics, u64) {
    let options = Options::new().with_as_of(instant("2026-04-02T00:00:00Z"));
    let report = ledger(acts).report(&days("2026-03-02", "2026-03-31", "UTC"), &options.unwrap());
    (report.engage, report.data_quality.outside_sessions)
}

/// Inbound chats that were requested, answered and missed, and proactive ones attempted and accepted.
fn chats(acts: &[Act]) -> [u64; 5] {
    let chats = engage(acts).0.chats.organization;
    [
        chats.requested,
        chats.answered,
        chats.missed,
        chats.attempted,
        chats.accepted,
    ]
}

/// A gap that a session survives without further ado.
fn short() -> impl Strategy<Value = i64> {
    prop_oneof![Just(TIMEOUT - 1), 1..TIMEOUT]
}

/// A gap that it does not.
fn long() -> impl Strategy<Value = i64> {
    prop_oneof![Just(TIMEOUT), TIMEOUT..100_000]
}

proptest! {
    /// Rule 1: a session with an id runs through the last visitor act that names it, whatever the gaps.
    #[test]
    fn a_named_session_runs_through_its_last_visitor_act(gap in long(), before in 1..100_i64) {
        let s = Some("s");
        let acts = [text(0, s, "visitor"), text(gap - before.min(gap - 1), s, "ada"), look(gap, s)];
        prop_assert_eq!(chats(&acts), [1, 1, 0, 0, 0]);
        // Without that act, the reply comes after the timeout, or in time.
        let reply = gap - before.min(gap - 1);
        let in_time = u64::from(reply < TIMEOUT);
        prop_assert_eq!(chats(&acts[..2]), [1, in_time, 1 - in_time, 0, 0]);
    }

    /// Rule 1: after its last visitor act, a session with an id runs until the timeout has passed since its latest live
    /// event, which an agent's message can be.
    #[test]
    fn a_named_session_times_out_after_its_latest_live_event(first in short(), second in short(), late in long()) {
        let s = Some("s");
        let replies = [text(0, s, "visitor"), text(first, s, "ada"), text(first + second, s, "ben")];
        prop_assert_eq!(engage(&replies).1, 0);
        let late = [text(0, s, "visitor"), text(first, s, "ada"), text(first + late, s, "ben")];
        prop_assert_eq!(engage(&late).1, 1);
    }

    /// Rule 1: a `session_ended` ends a session with an id, but not before its last visitor act.
    #[test]
    fn a_named_session_ends_once_the_visitor_is_gone(ended in 1..1_000_i64, later in 1..700_i64) {
        let s = Some("s");
        let over = [text(0, s, "visitor"), end(ended, s), text(ended + later, s, "ada")];
        prop_assert_eq!(chats(&over), [1, 0, 1, 0, 0]);
        let goes_on = [text(0, s, "visitor"), end(ended, s), text(ended + later, s, "ada"), look(ended + later + 1, s)];
        prop_assert_eq!(chats(&goes_on), [1, 1, 0, 0, 0]);
    }

    /// Rule 2: an event that names a session that is over belongs to none, also if another one runs.
    #[test]
    fn an_event_that_names_a_session_that_is_over_belongs_to_none(gap in long(), later in 1..TIMEOUT) {
        let acts = [
            text(0, Some("s"), "visitor"),
            look(gap, Some("t")),
            text(gap + later, Some("s"), "ada"),
        ];
        prop_assert_eq!(chats(&acts), [1, 0, 1, 0, 0]);
        prop_assert_eq!(engage(&acts).1, 1);
    }

    /// Rule 3: an event without a session joins the running one; of several, that whose latest live event is latest.
    #[test]
    fn an_event_without_a_session_joins_the_latest(first in 1..800_i64, second in 1..800_i64) {
        // Both sessions run. The reply answers the chat of the second, then that of the first.
        let two = [text(0, Some("s"), "visitor"), text(first, Some("t"), "visitor")];
        let at = first + second;
        let reply = [&two[..], &[text(at, None, "ada")]].concat();
        prop_assert_eq!(chats(&reply), [2, 1, 1, 0, 0]);
        let renewed = [&two[..], &[look(at, Some("s")), text(at, None, "ada")]].concat();
        let both = [&renewed[..], &[text(at + 1, Some("t"), "ben")]].concat();
        prop_assert_eq!(chats(&both), [2, 2, 0, 0, 0]);
        // The derived session that runs is joined as well.
        let derived = [text(0, None, "visitor"), text(first, None, "ada")];
        prop_assert_eq!(chats(&derived), [1, 1, 0, 0, 0]);
    }

    /// Rule 4: a derived session begins with a visitor act and ends with the timeout.
    #[test]
    fn derived_sessions_are_gaps_between_live_events(gaps in proptest::collection::vec(prop_oneof![short(), long()], 0..6)) {
        let mut at = 0;
        let mut acts = vec![text(0, None, "visitor")];
        for gap in &gaps {
            at += gap;
            acts.push(text(at, None, "visitor"));
        }
        let sessions = 1 + gaps.iter().filter(|gap| **gap >= TIMEOUT).count() as u64;
        prop_assert_eq!(chats(&acts), [sessions, 0, sessions, 0, 0]);
    }

    /// Rule 4: an agent begins a derived session only by opening a conversation.
    #[test]
    fn an_agent_begins_a_session_only_by_opening_a_conversation(gap in long(), later in short()) {
        let opens = [text(0, None, "ada"), text(later, None, "visitor")];
        prop_assert_eq!(chats(&opens), [0, 0, 0, 1, 1]);
        // The conversation is opened already: the reply belongs to no session.
        let replies = [text(0, None, "visitor"), text(gap, None, "ada")];
        prop_assert_eq!(chats(&replies), [1, 0, 1, 0, 0]);
        prop_assert_eq!(engage(&replies).1, 1);
    }

    /// Rule 4: a `session_ended` without a session ends the running one.
    #[test]
    fn an_end_without_a_session_ends_the_running_one(ended in 1..800_i64, later in 1..800_i64) {
        let acts = [text(0, None, "visitor"), end(ended, None), text(ended + later, None, "visitor")];
        prop_assert_eq!(chats(&acts), [2, 0, 2, 0, 0]);
    }

    /// Rule 5: a connected call keeps its session running up to its end, whatever the gap.
    #[test]
    fn a_call_keeps_its_session_running(gap in long(), later in short(), named in any::<bool>()) {
        let s = named.then_some("s");
        let talk = call(10, 20, 20 + gap, s);
        let acts = |talk: &[Act]| {
            let rest = [text(20 + gap + later, s, "ada")];
            [&[text(0, s, "visitor")][..], talk, &rest].concat()
        };
        prop_assert_eq!(engage(&acts(&talk)).1, 0);
        // A call whose end is lost keeps nothing running.
        prop_assert_eq!(engage(&acts(&talk[..2])).1, 1);
        // Nor does one that is ended in between, unless the visitor acts again under its id.
        let ended = [&talk[..2], &[end(30, s)], &talk[2..]].concat();
        prop_assert_eq!(engage(&acts(&ended)).1, 1);
    }

    /// Messages while a call is connected open and answer no chat.
    #[test]
    fn messages_within_a_call_are_part_of_it(connect in 20..1_000_i64, length in 2..10_000_i64, within in any::<prop::sample::Index>()) {
        let at = connect + 1 + i64::try_from(within.index(usize::try_from(length - 1).unwrap())).unwrap();
        let talk = call(10, connect, connect + length, None);
        for by in ["visitor", "ada"] {
            let acts = [&talk[..], &[text(at, None, by)]].concat();
            prop_assert_eq!(chats(&acts), [0; 5]);
        }
        // Once the call is over, they are chat acts again.
        let after = [&talk[..], &[text(connect + length + 1, None, "visitor")]].concat();
        prop_assert_eq!(chats(&after), [1, 0, 1, 0, 0]);
        // A request for a chat is one in any case.
        let request = (at, "chat_requested", None, json!({"conversation": "c", "by": side("visitor")}));
        prop_assert_eq!(chats(&[&talk[..], &[request]].concat())[0], 1);
    }

    /// A connected call answers the chat of its session.
    #[test]
    fn a_call_answers_a_chat(wait in 1..TIMEOUT, own_session in any::<bool>()) {
        let other = own_session.then_some("other");
        let acts = [&[text(0, None, "visitor")][..], &call(wait, wait, wait + 60, other)].concat();
        let answered = u64::from(!own_session);
        prop_assert_eq!(chats(&acts), [1, answered, 1 - answered, 0, 0]);
    }

    /// What needs nobody's presence changes no figure of Engage.
    #[test]
    fn what_is_not_live_changes_no_figure_of_engage(
        case in case(), at in 0..20_000_i64, what in 0..5_usize, place in any::<prop::sample::Index>(),
        session in select(vec![None, Some("s-0"), Some("s-1"), Some("s-2")]),
    ) {
        let ledger = case.ledger();
        let visitors: Vec<_> = ledger.events().map(|event| event.visitor().clone()).collect();
        prop_assume!(!visitors.is_empty());
        let visitor = &visitors[place.index(visitors.len())];
        let (event_type, own) = [
            ("order_refunded", json!({"order": "o-0", "amount": "1"})),
            ("order_cancelled", json!({"order": "o-0"})),
            ("message_sent", json!({"conversation": "c-0", "by": side("automation")})),
            ("agent_assigned", json!({"conversation": "c-new", "agent": "a-new"})),
            ("survey_answered", json!({"survey": "q-0", "conversation": "c-0", "outcome": "closed"})),
        ][what]
        .clone();
        let Some((first, last)) = ledger.span(&Options::new()) else {
            return Ok(());
        };
        let at = (first + chrono::TimeDelta::seconds(at)).min(last);
        let mut fields = json!({
            "id": "further", "at": at.to_rfc3339(), "visitor": visitor.as_str(), "session": session, "type": event_type,
        });
        for (name, value) in own.as_object().unwrap() {
            fields[name] = value.clone();
        }
        let mut more = ledger.clone();
        more.record(&serde_json::from_value(fields).unwrap()).unwrap();
        let of = |ledger: &Ledger| {
            let options = case.options.clone().with_as_of(last).unwrap();
            ledger.view(query(&case.period, &options)).family::<EngageMetrics>()
        };
        prop_assert_eq!(of(&more), of(&ledger));
    }
}
