//! The laws of a report: it is a function of the set of events, and it adds up.

use std::collections::BTreeSet;

use crate::queries::{query, seconds};
use convometrics::event::{Author, ChatEvent, VisitorEvent};
use convometrics::metrics::conversation_lift::ConversationLift;
use convometrics::metrics::heat_map::HeatMap;
use convometrics::metrics::request::RequestMetrics;
use convometrics::metrics::responsiveness::Responsiveness;
use convometrics::{Event, EventKind, Grain, Ledger, Model, Period};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::compare::{plus, sums};
use crate::nasty::{Case, case, json, ledger};

/// A case, and its events in another order.
fn shuffled() -> BoxedStrategy<(Case, Vec<Event>)> {
    case()
        .prop_flat_map(|case| {
            let events = Just(case.events.clone()).prop_shuffle();
            (Just(case), events)
        })
        .boxed()
}

fn value(case: &Case, ledger: &Ledger) -> serde_json::Value {
    serde_json::to_value(ledger.report(&case.period, &case.options)).unwrap()
}

/// The case with "now" fixed and lists uncut, as the parts of a whole must be asked.
fn whole(case: &Case) -> Case {
    let latest = case.report().as_of;
    let options = case.options.clone().with_top(1_000).unwrap();
    let options = options.with_csat_details(1_000_000);
    Case {
        options: latest
            .into_iter()
            .fold(options, |options, as_of| options.with_as_of(as_of).unwrap()),
        ..case.clone()
    }
}

/// The smallest visitor id that any arrival links to this one, directly or through others.
fn linked_name<'a>(events: &'a [Event], visitor: &'a str) -> &'a str {
    let mut linked = BTreeSet::from([visitor]);
    // A chain through all visitors is not longer than the log.
    for _ in events {
        for event in events {
            if let EventKind::Visitor(VisitorEvent::Linked { to }) = event.kind() {
                let pair = [event.visitor().as_str(), to.as_str()];
                if pair.iter().any(|id| linked.contains(id)) {
                    linked.extend(pair);
                }
            }
        }
    }
    linked.first().unwrap()
}

proptest! {
    #[test]
    fn any_permutation_of_arrival_gives_the_same_bytes((case, events) in shuffled()) {
        let report = ledger(&events).report(&case.period, &case.options);
        prop_assert_eq!(json(&report), json(&case.report()));
    }

    #[test]
    fn any_event_doubled_changes_only_duplicates(case in case(), which in any::<Index>()) {
        // Of what survives, for a second arrival of what does not is a second conflict.
        let survivors: Vec<Event> = case.ledger().events().collect();
        prop_assume!(!survivors.is_empty());
        let mut doubled = case.ledger();
        doubled.record(which.get(&survivors)).unwrap();
        let mut expected = case.report();
        expected.data_quality.duplicates += 1;
        prop_assert_eq!(doubled.report(&case.period, &case.options), expected);
    }

    #[test]
    fn parts_of_a_log_split_by_visitor_add_up_to_the_whole(case in case(), part in 0..8_u8) {
        let case = whole(&case);
        // Linked visitors stay together.
        let (mine, theirs): (Vec<Event>, Vec<Event>) = case.events.iter().cloned().partition(|event| {
            let name = linked_name(&case.events, event.visitor().as_str());
            let bit = name.bytes().last().unwrap() % 3;
            part & (1 << bit) == 0
        });
        let parts = plus(sums(&value(&case, &ledger(&mine))), sums(&value(&case, &ledger(&theirs))));
        prop_assert_eq!(parts, sums(&value(&case, &case.ledger())));
    }

    #[test]
    fn two_adjacent_periods_add_up_to_the_one_of_both(case in case(), cut in 0..=100_i32) {
        let case = whole(&case);
        let (from, to, zone) = (case.period.start(), case.period.end(), case.period.zone());
        let middle = from + (to - from) * cut / 100;
        let middle = chrono::DateTime::from_timestamp_micros(middle.timestamp_micros()).unwrap();
        let of = |period: Period| {
            let report = case.ledger().report(&period, &case.options);
            let mut sums = sums(&serde_json::to_value(report).unwrap());
            // Visitors are counted once a period; the all-time figures do not depend on it.
            sums.retain(|path, _| {
                !["visitors.", "gmv.conversion_rate", "csat.distribution", "data_quality"].iter().any(|family| path.starts_with(family))
            });
            sums
        };
        let parts = plus(
            of(Period::new(from, middle, zone).unwrap()),
            of(Period::new(middle, to, zone).unwrap()),
        );
        prop_assert_eq!(parts, of(case.period.clone()));
    }

    #[test]
    fn merging_two_ledgers_is_one_ledger_of_both_in_either_order((case, events) in shuffled(), at in any::<Index>()) {
        let (mine, theirs) = events.split_at(at.index(events.len() + 1));
        let (mine, theirs) = (ledger(mine), ledger(theirs));
        let (mut forth, mut back) = (mine.clone(), theirs.clone());
        forth.merge(&theirs).unwrap();
        back.merge(&mine).unwrap();
        let expected = json(&case.report());
        prop_assert_eq!(json(&forth.report(&case.period, &case.options)), expected.clone());
        prop_assert_eq!(json(&back.report(&case.period, &case.options)), expected);
        prop_assert!(forth.events().eq(back.events()));
    }

    #[test]
    fn a_ledger_merged_with_itself_has_the_same_events(case in case()) {
        let once = case.ledger();
        let mut twice = once.clone();
        twice.merge(&once).unwrap();
        prop_assert!(twice.events().eq(once.events()));
        prop_assert_eq!(twice.duplicates(), 2 * once.duplicates() + once.len() as u64);
        prop_assert_eq!(twice.conflicts(), 2 * once.conflicts());
    }

    #[test]
    fn automation_messages_within_a_session_change_no_metric(case in case(), whose in proptest::collection::vec(any::<Index>(), 1..5)) {
        // Beside an event that stands in any case, at its instant and in its session.
        let standing: Vec<Event> = case
            .ledger()
            .events()
            .filter(|event| {
                !matches!(
                    event.kind(),
                    EventKind::Call(_) | EventKind::Order(_) | EventKind::Correction(_)
                )
            })
            .collect();
        prop_assume!(!standing.is_empty());
        let mut ledger = case.ledger();
        for (number, index) in whose.iter().enumerate() {
            let beside = index.get(&standing);
            let message = ChatEvent::MessageSent { conversation: "c-0".parse().unwrap(), by: Author::Automation };
            let id = format!("bot-{number}").parse().unwrap();
            let mut message = Event::new(id, beside.at(), beside.visitor().clone(), message).unwrap().with_seq(beside.seq());
            if let Some(session) = beside.session() {
                message = message.with_session(session.clone());
            }
            ledger.record(&message).unwrap();
        }
        let found = ledger.report(&case.period, &case.options);
        let mut expected = case.report();
        let visible = whose.iter().filter(|index| Some(index.get(&standing).at()) <= expected.as_of).count();
        expected.data_quality.events += visible as u64;
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn orphans_change_nothing_but_their_counter_and_heal(case in case()) {
        use convometrics::event::{CallEvent, OrderEvent};
        let case = whole(&case);
        let at = |event: &Event| event.at();
        prop_assume!(!case.events.is_empty());
        let beside = case.events.iter().min_by_key(|event| at(event)).unwrap().clone();
        prop_assume!(Some(beside.at()) <= case.report().as_of);
        let mut ledger = case.ledger();
        let kinds: [EventKind; 3] = [
            CallEvent::Connected { call: "k-none".parse().unwrap() }.into(),
            OrderEvent::Refunded { order: "o-none".parse().unwrap(), currency: None, amount: "5".parse().unwrap() }.into(),
            OrderEvent::Cancelled { order: "o-none".parse().unwrap() }.into(),
        ];
        for (number, kind) in kinds.into_iter().enumerate() {
            let id = format!("orphan-{number}").parse().unwrap();
            ledger.record(&Event::new(id, beside.at(), beside.visitor().clone(), kind).unwrap()).unwrap();
        }
        let mut expected = case.report();
        expected.data_quality.events += 3;
        expected.data_quality.orphans += 3;
        prop_assert_eq!(ledger.report(&case.period, &case.options), expected.clone());
        // A request that arrives later heals the call; what was an orphan before counts now.
        let request = CallEvent::Requested {
            conversation: "c-new".parse().unwrap(),
            call: "k-none".parse().unwrap(),
            by: convometrics::event::Initiator::Visitor,
        };
        let request = Event::new("healer".parse().unwrap(), beside.at(), beside.visitor().clone(), request).unwrap();
        ledger.record(&request).unwrap();
        let healed = ledger.report(&case.period, &case.options);
        prop_assert_eq!(healed.data_quality.orphans, expected.data_quality.orphans - 1);
        let in_period = case.period.start() <= beside.at() && beside.at() < case.period.end();
        prop_assert_eq!(
            healed.engage.calls.organization.connected,
            expected.engage.calls.organization.connected + u64::from(in_period)
        );
        // And an order heals its refund and its cancellation.
        let order = convometrics::event::PlacedOrder::new("o-none".parse().unwrap(), "EUR".parse().unwrap(), "5".parse().unwrap());
        let order = Event::new("order".parse().unwrap(), beside.at(), beside.visitor().clone(), OrderEvent::Placed(order)).unwrap();
        ledger.record(&order).unwrap();
        let healed = ledger.report(&case.period, &case.options);
        prop_assert_eq!(healed.data_quality.orphans, expected.data_quality.orphans - 3);
    }
}

/// Three logs with their copies for other visitors: more visitors than two tallies take, for fewer are not split, and
/// nothing is merged.
fn copied(check: impl Fn(&Case, &Ledger, usize)) {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    for _ in 0..3 {
        let case = whole(&case().new_tree(&mut runner).unwrap().current());
        let times = 9_000 / case.ledger().visitor_count().max(1);
        let mut many = Ledger::new();
        for copy in 0..times {
            for event in case.ledger().events() {
                let mut copied = serde_json::to_value(&event).unwrap();
                copied["visitor"] = format!("{} {copy}", event.visitor()).into();
                if let Some(to) = copied["to"].as_str() {
                    copied["to"] = format!("{to} {copy}").into();
                }
                many.record(&serde_json::from_value(copied).unwrap())
                    .unwrap();
            }
        }
        assert!(many.visitor_count() > 8_192);
        check(&case, &many, times);
    }
}

#[test]
fn many_visitors_add_up_whatever_the_parts_that_a_report_is_made_of() {
    copied(|case, many, times| {
        let of = |ledger: &Ledger| {
            let mut sums = sums(&value(case, ledger));
            // The rows of details name their visitors; arrivals were not copied.
            sums.retain(|path, _| {
                !path.contains("details")
                    && !path.ends_with("duplicates")
                    && !path.ends_with("conflicts")
                    && !path.ends_with("superseded")
            });
            sums
        };
        // Asked for before the report, which would know it of the whole log.
        let quality = many.view(query(&case.period, &case.options)).data_quality();
        let report = many.report(&case.period, &case.options);
        assert_eq!(quality, report.data_quality);
        crate::attribution::what_if::check(
            many,
            &report,
            &[seconds(900), seconds(86_400)],
            &[Model::Linear],
        )
        .unwrap();
        let mut expected = of(&case.ledger());
        for sum in expected.values_mut() {
            *sum *= rust_decimal::Decimal::from(times);
        }
        assert_eq!(of(many), expected);
        let details = report.csat.details;
        let row = |row: &convometrics::metrics::csat::CsatDetail| (row.at, row.visitor.clone());
        assert_eq!(details.len(), times * case.report().csat.details.len());
        assert!(details.is_sorted_by_key(|detail| row(detail).0));
    });
}

#[test]
fn many_visitors_add_up_outside_the_report_too() {
    copied(|case, many, times| {
        let one = case.ledger();
        let (period, options) = (&case.period, &case.options);
        let times = times as u64;
        let cells = |ledger: &Ledger, times: u64| {
            let map = ledger.view(query(period, options)).family::<HeatMap>();
            let counts = map.cells.iter().map(|it| {
                [it.requests, it.conversations, it.calls, it.chats].map(|count| count * times)
            });
            counts.collect::<Vec<_>>()
        };
        assert_eq!(cells(many, 1), cells(&one, times));
        let groups = |ledger: &Ledger, times: u64| {
            let found = ledger
                .view(query(period, options))
                .family::<ConversationLift>();
            let with = (
                found.conversion_rate_with,
                found.orders_with,
                found.average_order_value_with,
            );
            let without = (
                found.conversion_rate_without,
                found.orders_without,
                found.average_order_value_without,
            );
            [with, without].map(|(rate, orders, value)| {
                let value = value.iter().map(|(currency, average)| {
                    let sum: rust_decimal::Decimal = average.sum.to_text(6).parse().unwrap();
                    (
                        currency,
                        sum * rust_decimal::Decimal::from(times),
                        average.count * times,
                    )
                });
                let counts = [rate.numerator, rate.denominator, orders].map(|count| count * times);
                (counts, value.collect::<Vec<_>>())
            })
        };
        assert_eq!(groups(many, 1), groups(&one, times));
        let waits = |ledger: &Ledger, times: u64| {
            let found = ledger
                .view(query(period, options))
                .family::<Responsiveness>()
                .organization;
            let counts = [
                found.first_response_count,
                found.reply_count,
                found.call_waiting_count,
                found.time_to_accept_count,
                found.call_duration_count,
            ];
            // So many copies of each duration have the same quantiles.
            let quantiles = [
                found.first_response_max,
                found.reply_median,
                found.call_waiting_p90,
                found.time_to_accept_p95,
                found.call_duration_median,
            ];
            let levels = [found.chat_service_level, found.call_service_level];
            let levels = levels.map(|level| [level.numerator * times, level.denominator * times]);
            (counts.map(|count| count * times), quantiles, levels)
        };
        assert_eq!(waits(many, 1), waits(&one, times));
        let agents = |ledger: &Ledger| {
            let found = ledger
                .view(query(period, options))
                .family::<Responsiveness>();
            let pages = found
                .pages
                .into_iter()
                .map(|row| row.page.as_str().to_owned());
            let agents = found
                .agents
                .into_iter()
                .map(|row| row.agent.as_str().to_owned());
            (pages.collect::<Vec<_>>(), agents.collect::<Vec<_>>())
        };
        assert_eq!(agents(many), agents(&one));
        // In one pass as each by itself, and all of one segment as the whole.
        for (report, step) in many
            .view(query(period, options))
            .series(Grain::Day)
            .unwrap()
            .iter()
            .zip(period.steps(Grain::Day).unwrap())
        {
            assert_eq!(json(report), json(&many.report(&step, options)));
        }
        let segments = many.view(query(period, options)).report_by(|_| "all");
        assert_eq!(json(&segments["all"]), json(&many.report(period, options)));
        let halves = many
            .view(query(period, options))
            .report_by(|visitor| visitor.as_str().len() % 2);
        let sum: u64 = halves.values().map(|report| report.requests.total).sum();
        assert_eq!(
            sum,
            one.view(query(period, options))
                .family::<RequestMetrics>()
                .total
                * times
        );
    });
}
