//! Waiting times, service levels, and the lift of conversations.

use std::collections::{BTreeMap, HashSet};

use crate::options::without;
use crate::queries::query;
use chrono::{DateTime, Utc};
use convometrics::catalogue::Scope;
use convometrics::event::{Author, CallEvent, ChatEvent, Initiator, OrderEvent, VisitorEvent};
use convometrics::explain::Record;
use convometrics::id::VisitorId;
use convometrics::metrics::conversation_lift::ConversationLift;
use convometrics::metrics::responsiveness::{Responsiveness, ServiceTargets};
use convometrics::money::ExactSum;
use convometrics::query::OptionName;
use convometrics::ratio::MeanSeconds;
use convometrics::{Channel, Event, EventKind, Filter, Ledger, Options, Ratio};
use proptest::prelude::*;
use serde_json::json;

use crate::logs::{Log, days, instant};
use crate::nasty::{Case, case};
use crate::oracle::events::place;

fn seconds(text: &str) -> Option<ExactSum> {
    text.parse().ok()
}

fn waiting_times(log: &Log) -> Responsiveness {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    log.ledger().view(query(&day, &Options::new())).family()
}

/// The example of the module's documentation.
fn by_hand() -> Log {
    Log::new()
        .message("ann", "09:00:00", "c", "visitor")
        .message("ann", "09:00:20", "c", "visitor")
        .message("ann", "09:00:30", "c", "automation")
        .message("ann", "09:01:00", "c", "ada")
        .message("ann", "09:02:00", "c", "ada")
        .message("ann", "09:05:00", "c", "visitor")
        .message("ann", "09:05:30", "c", "ben")
        .call("bob", "10:00:00", "c", "k1", "visitor")
        .event(
            "bob",
            "10:00:20",
            "call_answered",
            json!({"call": "k1", "agent": "ada"}),
        )
        .call("cat", "10:30:00", "c", "k2", "visitor")
        .then("cat", "10:31:00", "call_missed", "k2")
}

#[test]
fn waiting_times_by_hand() {
    let found = waiting_times(&by_hand());
    let all = &found.organization;
    assert_eq!(
        (all.first_response_count, all.first_response_max),
        (1, seconds("60"))
    );
    assert_eq!((all.reply_count, all.reply_median), (2, seconds("30")));
    assert_eq!(
        (all.reply_mean.value(), all.reply_max),
        (Some(45.0), seconds("60"))
    );
    assert_eq!(
        (all.call_waiting_count, all.call_waiting_max),
        (1, seconds("20"))
    );
    assert_eq!(all.chat_service_level, Ratio::new(1, 1));
    assert_eq!(all.call_service_level, Ratio::new(1, 2));
    assert_eq!((all.time_to_accept_count, all.call_duration_count), (0, 0));
    assert_eq!(
        (all.call_duration_mean.value(), all.call_duration_median),
        (None, None)
    );
    let names: Vec<&str> = found.agents.iter().map(|row| row.agent.as_str()).collect();
    assert_eq!(names, ["ada", "ben"]);
    let [ada, ben] = [0, 1].map(|row: usize| &found.agents[row]);
    assert_eq!(
        (
            ada.reply_count,
            ada.first_response_count,
            ada.call_waiting_count
        ),
        (1, 1, 1)
    );
    assert_eq!(
        (
            ben.reply_count,
            ben.first_response_count,
            ben.call_waiting_count
        ),
        (1, 0, 0)
    );
    // The miss is nobody's.
    assert_eq!(
        (ada.calls_within_target, ben.calls_within_target),
        (Ratio::new(1, 1), Ratio::new(0, 0))
    );
    assert_eq!(
        (found.daily[0].reply_mean, found.daily[0].call_service_level),
        (all.reply_mean, all.call_service_level)
    );
    assert!(found.pages.is_empty());
}

#[test]
fn a_page_without_a_duration_or_a_service_level_has_no_row() {
    let on = |page: &str, by: &str| {
        let by = crate::logs::side(by);
        json!({"conversation": "c", "by": by, "page": page})
    };
    // What nobody replied to is no first message: Ada's came before.
    let log = Log::new()
        .event("ann", "09:00", "message_sent", on("/a", "ada"))
        .event("ann", "09:10", "message_sent", on("/b", "visitor"))
        // This one is, and nobody replied within a minute.
        .event("bob", "09:00", "message_sent", on("/c", "visitor"))
        .event("bob", "09:30", "widget_impression", json!({}));
    let found = waiting_times(&log);
    let pages: Vec<&str> = found.pages.iter().map(|row| row.page.as_str()).collect();
    assert_eq!(pages, ["/c"]);
    assert_eq!(found.pages[0].chat_service_level, Ratio::new(0, 1));
    assert!(found.agents.is_empty());
}

#[test]
fn targets_are_those_that_are_set() {
    let seconds = |targets: ServiceTargets| (targets.chat_seconds, targets.call_seconds);
    let usual = ServiceTargets::default();
    assert_eq!(seconds(usual), (60, 20));
    assert_eq!(seconds(usual.with_chat_seconds(30)), (30, 20));
    assert_eq!(seconds(usual.with_call_seconds(10)), (60, 10));
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let strict = usual.with_chat_seconds(59).with_call_seconds(19);
    let found = by_hand()
        .ledger()
        .view(query(&day, &Options::new()).with_service_targets(strict))
        .family::<Responsiveness>();
    assert_eq!(found.targets, strict);
    assert_eq!(found.organization.chat_service_level, Ratio::new(0, 1));
    assert_eq!(found.organization.call_service_level, Ratio::new(0, 2));
    // One that no wait is longer than.
    let never = usual
        .with_chat_seconds(u64::MAX)
        .with_call_seconds(u64::MAX);
    let found = by_hand()
        .ledger()
        .view(query(&day, &Options::new()).with_service_targets(never))
        .family::<Responsiveness>();
    assert_eq!(found.organization.chat_service_level, Ratio::new(1, 1));
}

#[test]
fn a_target_includes_its_last_second_and_not_a_microsecond_more() {
    for (answered, chat, within) in [
        ("2026-03-02T10:00:20Z", "2026-03-02T10:01:00Z", 1),
        (
            "2026-03-02T10:00:20.000001Z",
            "2026-03-02T10:01:00.000001Z",
            0,
        ),
    ] {
        let log = Log::new()
            .call("bob", "10:00", "c", "k", "visitor")
            .event(
                "bob",
                answered,
                "call_answered",
                json!({"call": "k", "agent": "ada"}),
            )
            .message("ann", "10:00", "c", "visitor")
            .message("ann", chat, "c", "ada");
        let found = waiting_times(&log).organization;
        assert_eq!(found.call_service_level, Ratio::new(within, 1));
        assert_eq!(found.chat_service_level, Ratio::new(within, 1));
    }
}

#[test]
fn openings_still_within_the_target_count_in_no_service_level() {
    let log = Log::new()
        .message("ann", "10:00", "c", "visitor")
        .call("bob", "10:00", "c", "k", "visitor");
    let level = |now: &str| {
        let options = Options::new().with_as_of(instant(now)).unwrap();
        let day = days("2026-03-02", "2026-03-02", "UTC");
        let found = log
            .ledger()
            .view(query(&day, &options))
            .family::<Responsiveness>();
        (
            found.organization.chat_service_level,
            found.organization.call_service_level,
        )
    };
    let (waits, late) = (Ratio::new(0, 0), Ratio::new(0, 1));
    assert_eq!(level("2026-03-02T10:00:20Z"), (waits, waits));
    assert_eq!(level("2026-03-02T10:00:20.000001Z"), (waits, late));
    assert_eq!(level("2026-03-02T10:01:00Z"), (waits, late));
    assert_eq!(level("2026-03-02T10:01:00.000001Z"), (late, late));
    // One that was withdrawn waits no more.
    let log = log.then("bob", "10:00:05", "call_cancelled", "k");
    let found = waiting_times(&log).organization;
    assert_eq!(found.call_service_level, late);
}

#[test]
fn a_proactive_message_is_answered_by_the_visitor_not_waited_for() {
    let log = Log::new()
        .message("ann", "09:00", "c", "ada")
        .message("ann", "09:10", "c", "visitor")
        .message("ann", "09:11", "c", "ada");
    let found = waiting_times(&log).organization;
    assert_eq!((found.first_response_count, found.reply_count), (0, 1));
    assert_eq!(found.reply_max, seconds("60"));
    assert_eq!(found.chat_service_level, Ratio::new(0, 0));
}

#[test]
fn a_call_counts_on_the_day_and_page_of_its_request() {
    let request = json!({"conversation": "c", "call": "k", "by": {"side": "agent", "agent": "ada"}, "page": "/a?b"});
    let log = Log::new()
        .event("ann", "2026-03-02T23:59:30Z", "call_requested", request)
        .then("ann", "2026-03-03T00:00:30Z", "call_accepted", "k")
        .then("ann", "2026-03-03T00:00:40Z", "call_ended", "k")
        .then("ann", "2026-03-03T00:01:00Z", "call_connected", "k")
        .then("ann", "2026-03-03T00:06:30Z", "call_ended", "k")
        .then("ann", "2026-03-03T00:07:30Z", "call_ended", "k");
    let found = waiting_times(&log);
    let all = &found.organization;
    assert_eq!(all.time_to_accept_max, seconds("60"));
    // The end before the connection is none of it, and the first after it is.
    assert_eq!(
        (all.call_duration_count, all.call_duration_max),
        (1, seconds("330"))
    );
    let page = &found.pages[0];
    assert_eq!(
        (
            page.page.as_str(),
            page.call_duration_max,
            page.time_to_accept_mean
        ),
        ("/a", seconds("330"), all.time_to_accept_mean)
    );
    assert_eq!(found.agents[0].call_duration_mean, all.call_duration_mean);
    // A proactive call is not waited for by a visitor.
    assert_eq!(all.call_service_level, Ratio::new(0, 0));
    let json = serde_json::to_value(&found).unwrap();
    let organization = &json["organization"];
    assert_eq!(
        organization["call_duration_mean"],
        json!({"sum_seconds": "330", "count": 1, "value": 330.0})
    );
    assert_eq!(organization["call_duration_median"], "330");
    assert_eq!(organization["reply_median"], json!(null));
    assert_eq!(
        serde_json::from_value::<Responsiveness>(json).unwrap(),
        found
    );
}

#[test]
fn a_wait_that_ends_before_it_begins_is_0() {
    let log = Log::new()
        .event(
            "bob",
            "09:59",
            "call_answered",
            json!({"call": "k", "agent": "ada"}),
        )
        .call("bob", "10:00", "c", "k", "visitor");
    let found = waiting_times(&log).organization;
    assert_eq!(
        (found.call_waiting_count, found.call_waiting_max),
        (1, seconds("0"))
    );
    assert_eq!(found.call_service_level, Ratio::new(1, 1));
}

/// What is found by a look at all events, one visitor's after the other's.
#[derive(Debug, Default, PartialEq)]
struct Naive {
    first: Vec<u128>,
    reply: Vec<u128>,
    waiting: Vec<u128>,
    accept: Vec<u128>,
    duration: Vec<u128>,
    chat_level: (u64, u64),
    call_level: (u64, u64),
}

fn wait(from: DateTime<Utc>, to: DateTime<Utc>) -> u128 {
    (to - from)
        .num_microseconds()
        .unwrap()
        .max(0)
        .unsigned_abs()
        .into()
}

/// Reads the contract in another way: looks up everything anew for every request.
fn naive(case: &Case, ledger: &Ledger, targets: ServiceTargets) -> Naive {
    let now = case.options.as_of().or(ledger
        .view(query(&case.period, &case.options))
        .report()
        .as_of);
    let Some(now) = now else {
        return Naive::default();
    };
    let mut visitors: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    let events: Vec<Event> = ledger.events().filter(|event| event.at() <= now).collect();
    for event in &events {
        let visitor = ledger.visitor_of(event.visitor()).as_str();
        visitors.entry(visitor).or_default().push(event);
    }
    for events in visitors.values_mut() {
        events.sort_by_key(|event| place(event));
    }
    let is_in = |at: DateTime<Utc>| case.period.start() <= at && at < case.period.end();
    let late = |at: DateTime<Utc>, target: u64| wait(at, now) > u128::from(target) * 1_000_000;
    let mut found = Naive::default();
    for events in visitors.values() {
        let messages: Vec<(DateTime<Utc>, &str, bool)> = events
            .iter()
            .filter_map(|event| match event.kind() {
                EventKind::Chat(ChatEvent::MessageSent { conversation, by }) => match by {
                    Author::Visitor => Some((event.at(), conversation.as_str(), true)),
                    Author::Agent(_) => Some((event.at(), conversation.as_str(), false)),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        for (place, (at, conversation, by_visitor)) in messages.iter().enumerate() {
            let before: Vec<_> = messages[..place]
                .iter()
                .filter(|it| it.1 == *conversation)
                .collect();
            let begins = *by_visitor && before.last().is_none_or(|it| !it.2);
            if !begins || !is_in(*at) {
                continue;
            }
            let mut after = messages[place + 1..]
                .iter()
                .filter(|it| it.1 == *conversation);
            let reply = after.find(|it| !it.2).map(|it| wait(*at, it.0));
            found.reply.extend(reply);
            if !before.is_empty() {
                continue;
            }
            found.first.extend(reply);
            match reply {
                Some(reply) => {
                    found.chat_level.1 += 1;
                    found.chat_level.0 +=
                        u64::from(reply <= u128::from(targets.chat_seconds) * 1_000_000);
                }
                None => found.chat_level.1 += u64::from(late(*at, targets.chat_seconds)),
            }
        }
        let calls = events.iter().filter_map(|event| match event.kind() {
            EventKind::Call(CallEvent::Requested { call, by, .. }) => Some((event, call, by)),
            _ => None,
        });
        let mut known = HashSet::new();
        for (request, call, by) in calls {
            if !known.insert(call.as_str()) || !is_in(request.at()) {
                continue;
            }
            let mut of_call = events.iter().filter_map(|event| match event.kind() {
                EventKind::Call(kind) => Some((event.at(), kind)),
                _ => None,
            });
            let all: Vec<(DateTime<Utc>, &CallEvent)> = of_call
                .by_ref()
                .filter(|(_, kind)| match kind {
                    CallEvent::Answered { call: other, .. }
                    | CallEvent::Accepted { call: other }
                    | CallEvent::Connected { call: other }
                    | CallEvent::Cancelled { call: other }
                    | CallEvent::Missed { call: other }
                    | CallEvent::Ended { call: other } => other == call,
                    _ => false,
                })
                .collect();
            let first = |is: fn(&CallEvent) -> bool| all.iter().position(|(_, kind)| is(kind));
            let connected = first(|kind| matches!(kind, CallEvent::Connected { .. }));
            // A connected call was answered and accepted.
            let answered = first(|kind| matches!(kind, CallEvent::Answered { .. })).or(connected);
            let accepted = first(|kind| matches!(kind, CallEvent::Accepted { .. })).or(connected);
            if let Some(place) = connected {
                let mut after = all[place + 1..].iter();
                let end = after.find(|(_, kind)| matches!(kind, CallEvent::Ended { .. }));
                found
                    .duration
                    .extend(end.map(|end| wait(all[place].0, end.0)));
            }
            if matches!(by, Initiator::Agent(_)) {
                found
                    .accept
                    .extend(accepted.map(|place| wait(request.at(), all[place].0)));
                continue;
            }
            let waited = answered.map(|place| wait(request.at(), all[place].0));
            found.waiting.extend(waited);
            let target = u128::from(targets.call_seconds) * 1_000_000;
            let is_within = waited.is_some_and(|waited| waited <= target);
            // Whether it is missed by the end of its session is the report's to say.
            let counts =
                waited.is_some() || late(request.at(), targets.call_seconds) || is_over(&all);
            found.call_level.0 += u64::from(is_within);
            found.call_level.1 += u64::from(counts);
        }
    }
    found
}

fn is_over(events: &[(DateTime<Utc>, &CallEvent)]) -> bool {
    events.iter().any(|(_, kind)| {
        matches!(
            kind,
            CallEvent::Cancelled { .. } | CallEvent::Missed { .. } | CallEvent::Ended { .. }
        )
    })
}

/// Checks the figures of a list of microseconds.
fn check(
    (count, mean): (u64, MeanSeconds),
    quantiles: [Option<ExactSum>; 4],
    mut expected: Vec<u128>,
) -> Result<(), TestCaseError> {
    expected.sort_unstable();
    prop_assert_eq!(
        (count, mean.count),
        (expected.len() as u64, expected.len() as u64)
    );
    prop_assert_eq!(
        micros(Some(mean.sum_seconds)),
        Some(expected.iter().sum::<u128>())
    );
    // At least so many of 100 are no longer.
    for (quantile, percent) in quantiles.into_iter().zip([50, 90, 95, 100]) {
        let is_enough = |value: &&u128| {
            let no_longer = expected.iter().filter(|other| other <= value);
            no_longer.count() * 100 >= percent * expected.len()
        };
        prop_assert_eq!(micros(quantile), expected.iter().find(is_enough).copied());
    }
    Ok(())
}

/// The figures of one kind of duration in a row.
macro_rules! durations {
    ($row:expr, $count:ident $mean:ident $($quantile:ident)*, $expected:expr) => {
        check(($row.$count, $row.$mean), [$($row.$quantile),*], $expected)
    };
}

fn micros(seconds: Option<ExactSum>) -> Option<u128> {
    let text = seconds?.to_text(6);
    Some(text.replace('.', "").parse().unwrap())
}

proptest! {
    #[test]
    fn waiting_times_are_those_of_a_look_at_all_events(mut case in case(), chat in 0..90_u64, call in 0..30_u64) {
        // The naive reading does not cut conversations.
        case.options = without(&case.options, OptionName::ConversationTimeout);
        let ledger = case.ledger();
        let targets = ServiceTargets::default().with_chat_seconds(chat * 60).with_call_seconds(call * 60);
        let found = ledger.view(query(&case.period, &case.options).with_service_targets(targets)).family::<Responsiveness>();
        let expected = naive(&case, &ledger, targets);
        let all = &found.organization;
        durations!(all, first_response_count first_response_mean first_response_median first_response_p90 first_response_p95 first_response_max, expected.first)?;
        durations!(all, reply_count reply_mean reply_median reply_p90 reply_p95 reply_max, expected.reply)?;
        durations!(all, call_waiting_count call_waiting_mean call_waiting_median call_waiting_p90 call_waiting_p95 call_waiting_max, expected.waiting)?;
        durations!(all, time_to_accept_count time_to_accept_mean time_to_accept_median time_to_accept_p90 time_to_accept_p95 time_to_accept_max, expected.accept)?;
        durations!(all, call_duration_count call_duration_mean call_duration_median call_duration_p90 call_duration_p95 call_duration_max, expected.duration)?;
        let level = |(within, all)| Ratio::new(within, all);
        prop_assert_eq!(all.chat_service_level, level(expected.chat_level));
        // A call may also be over because its session is.
        prop_assert_eq!(all.call_service_level.numerator, expected.call_level.0);
        prop_assert!(all.call_service_level.denominator >= expected.call_level.1);
        let calls = case.report().engage.calls.organization;
        let waits = calls.requested - all.call_service_level.denominator;
        prop_assert!(waits <= calls.pending);
        // Rows add up: every duration on one day, every reply is an agent's.
        let count = |counts: &mut dyn Iterator<Item = u64>| counts.sum::<u64>();
        prop_assert_eq!(count(&mut found.daily.iter().map(|day| day.reply_count)), all.reply_count);
        prop_assert_eq!(count(&mut found.agents.iter().map(|row| row.reply_count)), all.reply_count);
        // A call that connected without a `call_answered` may be no agent's.
        let waited = count(&mut found.agents.iter().map(|row| row.call_waiting_count));
        let unannounced = ledger.view(query(&case.period, &case.options)).data_quality().connected_unannounced;
        prop_assert!(waited <= all.call_waiting_count && waited + unannounced >= all.call_waiting_count);
        prop_assert!(count(&mut found.pages.iter().map(|row| row.reply_count)) <= all.reply_count);
        let within = found.agents.iter().map(|row| row.calls_within_target);
        let within = within.fold(Ratio::default(), |sum, one| sum + one);
        prop_assert_eq!(within.denominator, waited);
        let others = all.call_waiting_count - waited;
        prop_assert!(within.numerator <= all.call_service_level.numerator);
        prop_assert!(within.numerator + others >= all.call_service_level.numerator);
    }

    /// The two groups are all visitors with an event in the period, and what they ordered in it.
    #[test]
    fn the_groups_of_a_lift_share_no_visitor(case in case()) {
        let ledger = case.ledger();
        let found = ledger.view(query(&case.period, &case.options)).family::<ConversationLift>();
        let report = case.report();
        let is_in = |at: DateTime<Utc>| case.period.start() <= at && at < case.period.end();
        let now = report.as_of;
        let visible: Vec<Event> = ledger.events().filter(|event| Some(event.at()) <= now && is_in(event.at())).collect();
        // Links, retracted events, orphans and redundant events are set aside.
        let mut set_aside = HashSet::new();
        for id in ["data_quality.orphans", "data_quality.redundant"] {
            let evidence = ledger.view(query(&case.period, &case.options)).drill_down(id, &Scope::Total).unwrap();
            set_aside.extend(evidence.map(|it| it.record));
        }
        let stands = |event: &&Event| {
            let record = Record::Event { sender: event.visitor().clone(), id: event.id().clone() };
            let says_nothing = matches!(
                event.kind(),
                EventKind::Visitor(VisitorEvent::Linked { .. }) | EventKind::Correction(_)
            );
            !says_nothing && !set_aside.contains(&record)
        };
        let stand = visible.iter().filter(stands);
        let visitors: HashSet<&VisitorId> = stand.map(|event| ledger.visitor_of(event.visitor())).collect();
        let groups = [
            (found.conversion_rate_with, found.orders_with, &found.average_order_value_with),
            (found.conversion_rate_without, found.orders_without, &found.average_order_value_without),
        ];
        let all: u64 = groups.iter().map(|(rate, ..)| rate.denominator).sum();
        prop_assert_eq!(all, visitors.len() as u64);
        prop_assert_eq!(found.conversion_rate_with.denominator, report.gmv.conversion_rate.denominator);
        let placed = visible.iter().filter(|event| matches!(event.kind(), EventKind::Order(OrderEvent::Placed(_))));
        let orders: u64 = groups.iter().map(|(_, orders, _)| orders).sum();
        prop_assert!(orders <= placed.count() as u64);
        for (rate, orders, value) in groups {
            let counted: u64 = value.iter().map(|(_, average)| average.count).sum();
            prop_assert_eq!(counted, orders);
            prop_assert!(rate.numerator <= orders);
        }
        // Of a filter that nothing passes nobody is left with a conversation, and those without stay.
        let none = ledger.view(query(&case.period, &case.options).with_filter(Filter::new().only_agents([]))).family::<ConversationLift>();
        prop_assert_eq!((none.orders_with, none.conversion_rate_with.denominator), (0, 0));
        prop_assert_eq!(none.conversion_rate_without, found.conversion_rate_without);
        prop_assert_eq!(none.average_order_value_without, found.average_order_value_without);
    }
}

/// 2 of 4 with a conversation ordered for 120.00 each, one of them had ordered before; 1 of 10 without, for 100.00.
fn shop() -> Log {
    let mut log = Log::new();
    for visitor in ["w1", "w2", "w3", "w4"] {
        if visitor == "w1" || visitor == "w3" {
            log = log.order(visitor, "09:59", "before", "EUR", "999.00");
        }
        log = log
            .message(visitor, "10:00", "c", "visitor")
            .message(visitor, "10:01", "c", "ada");
        if visitor < "w3" {
            log = log.order(visitor, "11:00", "o", "EUR", "120.00");
        }
    }
    for number in 0..10 {
        log = log.event(
            &format!("o{number}"),
            "10:00",
            "widget_impression",
            json!({}),
        );
    }
    log.order("o1", "11:00", "o", "EUR", "100.00")
        // Of another day.
        .order("o2", "2026-03-01T11:00:00Z", "o", "EUR", "100.00")
}

fn conversation_lift(filter: Filter) -> ConversationLift {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    shop()
        .ledger()
        .view(query(&day, &Options::new()).with_filter(filter))
        .family()
}

#[test]
fn conversation_lift_by_hand() {
    let found = conversation_lift(Filter::new());
    assert_eq!(found.conversion_rate_with, Ratio::new(2, 4));
    assert_eq!(found.conversion_rate_without, Ratio::new(1, 10));
    assert_eq!((found.orders_with, found.orders_without), (2, 1));
    // 0.5 / 0.1 − 1, and 120 / 100 − 1.
    assert_eq!(found.conversion_lift.value(), Some(4.0));
    let eur = "EUR".parse().unwrap();
    assert_eq!(found.average_order_value_lift.value(eur), Some(0.2));
    assert_eq!(
        found.average_order_value_lift.value("USD".parse().unwrap()),
        None
    );
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(
        serde_json::from_str::<ConversationLift>(&json).unwrap(),
        found
    );
    // Nobody had a conversation that opened with a call; those who had others are no baseline either.
    let found = conversation_lift(Filter::new().only_channel(Channel::Video));
    assert_eq!(found.conversion_rate_with, Ratio::new(0, 0));
    assert_eq!(found.conversion_rate_without, Ratio::new(1, 10));
    assert_eq!(found.conversion_lift.value(), None);
    // A lift may be negative: half as often.
    let found = conversation_lift(
        Filter::new().only_visitors(["w3", "w1", "o1"].map(|visitor| visitor.parse().unwrap())),
    );
    assert_eq!(found.conversion_lift.value(), Some(-0.5));
}

#[test]
fn events_that_are_set_aside_add_no_visitor() {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let log = Log::new()
        .event("ann", "09:00", "widget_impression", json!({}))
        .then("bob", "09:00", "call_missed", "never-requested")
        .event(
            "cat",
            "09:00",
            "order_refunded",
            json!({"order": "o", "amount": "1"}),
        )
        .order("dan", "2026-03-01T09:00:00Z", "o", "EUR", "5.00")
        .order("dan", "09:00", "o", "EUR", "5.00")
        // More than is left of it went back, but something did.
        .order("eve", "2026-03-01T09:00:00Z", "o", "EUR", "5.00")
        .event(
            "eve",
            "09:00",
            "order_refunded",
            json!({"order": "o", "amount": "9.00"}),
        );
    let found = log
        .ledger()
        .view(query(&day, &Options::new()))
        .family::<ConversationLift>();
    assert_eq!(found.conversion_rate_without, Ratio::new(0, 2));
}
