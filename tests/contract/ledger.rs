//! A ledger by what it holds, however its events came: one by one, many at once, late, again, and of one visitor.

use std::collections::BTreeMap;

use crate::queries::{query, whole_log};
use chrono::{DateTime, TimeDelta, Utc};
use convometrics::event::{ClickTarget, WidgetEvent};
use convometrics::ledger::{Arrival, Survivor};
use convometrics::metrics::csat::CsatMetrics;
use convometrics::metrics::visitor::VisitorMetrics;
use convometrics::{Event, Ledger, Options, Zone};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::nasty::{case, json};

fn start() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// An event of this visitor and id, so many seconds after the start.
fn click(visitor: &str, id: &str, second: i64) -> Event {
    let kind = WidgetEvent::Clicked {
        target: ClickTarget::Widget,
    };
    let at = start() + TimeDelta::seconds(second);
    Event::new(id.parse().unwrap(), at, visitor.parse().unwrap(), kind).unwrap()
}

/// What arrives: event ids of few, so that some come again, at one of three times, so that some conflict.
fn arrivals(visitors: usize, ids: usize) -> BoxedStrategy<Vec<(usize, usize, i64)>> {
    proptest::collection::vec((0..visitors, 0..ids, 0..3_i64), 0..600).boxed()
}

/// The ids of a visitor: some are UUIDs.
fn id(number: usize) -> String {
    if number.is_multiple_of(3) {
        format!("0f8fad5b-d9cb-469f-a165-{number:012}")
    } else {
        format!("e{number}")
    }
}

fn event((visitor, number, time): (usize, usize, i64)) -> Event {
    // Later ids are mostly later.
    let second = i64::try_from(number).unwrap() * 2 + time;
    click(&format!("v{visitor}"), &id(number), second)
}

/// The survivors by hand: of each visitor and id the earliest; further arrivals of that are duplicates, all others
/// conflicts.
fn by_hand(arrivals: &[(usize, usize, i64)]) -> (Vec<Event>, u64, u64) {
    let mut counts: BTreeMap<(usize, usize), [u64; 3]> = BTreeMap::new();
    for (visitor, number, time) in arrivals {
        counts.entry((*visitor, *number)).or_default()[usize::try_from(*time).unwrap()] += 1;
    }
    let (mut duplicates, mut conflicts) = (0, 0);
    let mut survivors = Vec::new();
    for ((visitor, number), times) in counts {
        let first = times.iter().position(|count| *count > 0).unwrap();
        duplicates += times[first] - 1;
        conflicts += times[first + 1..].iter().sum::<u64>();
        survivors.push(event((visitor, number, i64::try_from(first).unwrap())));
    }
    survivors.sort_by(|a, b| {
        a.visitor()
            .cmp(b.visitor())
            .then_with(|| a.canonical_cmp(b))
    });
    (survivors, duplicates, conflicts)
}

fn assert_holds(ledger: &Ledger, arrivals: &[(usize, usize, i64)]) -> Result<(), TestCaseError> {
    let (survivors, duplicates, conflicts) = by_hand(arrivals);
    prop_assert_eq!(ledger.len(), survivors.len());
    prop_assert_eq!(ledger.is_empty(), survivors.is_empty());
    prop_assert_eq!(
        (ledger.duplicates(), ledger.conflicts()),
        (duplicates, conflicts)
    );
    prop_assert_eq!(ledger.events().collect::<Vec<_>>(), survivors);
    Ok(())
}

/// Feeds a ledger: `cuts` says where lots end; a lot of one is recorded, others come at once.
fn fed(arrivals: &[(usize, usize, i64)], cuts: &[Index]) -> Ledger {
    let mut cuts: Vec<usize> = cuts
        .iter()
        .map(|cut| cut.index(arrivals.len() + 1))
        .collect();
    cuts.push(arrivals.len());
    cuts.sort_unstable();
    let mut ledger = Ledger::new();
    let mut from = 0;
    for to in cuts {
        match &arrivals[from..to] {
            [one] => drop(ledger.record(&event(*one)).unwrap()),
            many => drop(
                ledger
                    .record_all(many.iter().map(|one| event(*one)))
                    .unwrap(),
            ),
        }
        from = to;
    }
    ledger
}

proptest! {
    #[test]
    fn lots_of_any_size_in_any_order_give_the_survivors(
        arrivals in arrivals(5, 60),
        cuts in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        assert_holds(&fed(&arrivals, &cuts), &arrivals)?;
    }

    #[test]
    fn arrivals_of_one_visitor_with_many_events_give_the_survivors(
        arrivals in arrivals(1, 300),
        cuts in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        assert_holds(&fed(&arrivals, &cuts), &arrivals)?;
    }

    #[test]
    fn a_report_depends_on_neither_arrival_order_nor_earlier_reports(
        case in case(),
        cuts in proptest::collection::vec(any::<Index>(), 0..6),
        within in (0..100_i32, 0..100_i32),
        last_one_by_one: bool,
    ) {
        let expected = case.report();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(case.events.len() + 1)).collect();
        cuts.push(case.events.len());
        cuts.sort_unstable();
        let mut ledger = Ledger::new();
        let mut from = 0;
        let (start, end) = (case.period.start(), case.period.end());
        let at = |percent: i32| {
            let at = start + (end - start) * percent / 100;
            DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap()
        };
        let part = convometrics::Period::new(at(within.0.min(within.1)), at(within.0.max(within.1)), case.period.zone());
        let part = part.unwrap();
        for to in cuts {
            let lot = &case.events[from..to];
            if last_one_by_one && to == case.events.len() {
                for event in lot {
                    ledger.record(event).unwrap();
                }
            } else {
                ledger.record_all(lot).unwrap();
            }
            from = to;
            // Asked in between: what was found is let go of when more arrives.
            let _ = ledger.report(&case.period, &case.options);
        }
        let fresh = case.ledger();
        prop_assert_eq!(json(&ledger.report(&part, &case.options)), json(&fresh.report(&part, &case.options)));
        prop_assert_eq!(json(&ledger.report(&case.period, &case.options)), json(&expected));
        prop_assert_eq!(json(&fresh.report(&case.period, &case.options)), json(&expected));
        prop_assert_eq!(ledger.view(query(&part, &case.options)).family::<CsatMetrics>(), fresh.report(&part, &case.options).csat);
        prop_assert_eq!(ledger.view(query(&case.period, &case.options)).data_quality(), expected.data_quality);
    }
}

/// Each arrival under one id comes before all so far, so that it takes the place of the one on record.
#[test]
fn one_id_replaced_again_and_again_among_many_events_costs_as_any_other() {
    let mut ledger = Ledger::new();
    let many = (0..40_000).map(|number| click("ann", &format!("e{number}"), number));
    ledger.record_all(many).unwrap();
    for earlier in 1..=20_000 {
        let arrival = ledger.record(&click("ann", "e5", 5 - earlier)).unwrap();
        assert_eq!(arrival, Arrival::Conflict(Survivor::Arrived));
    }
    assert_eq!((ledger.len(), ledger.conflicts()), (40_000, 20_000));
    let first = ledger.events().next().unwrap();
    assert_eq!(
        (first.id().as_str(), first.at()),
        ("e5", start() - TimeDelta::seconds(19_995))
    );
}

/// Enough events that tails are settled on the way: of one visitor, of a few, and of many.
#[test]
fn arrivals_that_were_merged_are_counted_again_when_another_content_takes_their_place() {
    let (late, early) = (click("ann", "1", 60), click("ann", "1", 0));
    let mut thrice = Ledger::new();
    thrice.record_all([&late, &late, &late]).unwrap();
    let mut ledger = Ledger::new();
    ledger.merge(&thrice).unwrap();
    assert_eq!((ledger.duplicates(), ledger.conflicts()), (2, 0));
    // The earlier content survives: all three arrivals of the other are conflicts.
    ledger.record(&early).unwrap();
    assert_eq!((ledger.duplicates(), ledger.conflicts()), (0, 3));
}

#[test]
fn the_latest_event_is_not_the_latest_once_an_earlier_content_took_its_place() {
    let mut ledger = Ledger::new();
    let (first, last) = (click("ann", "1", 0), click("ann", "2", 7_200));
    ledger.record_all([&first, &last]).unwrap();
    let day = crate::logs::days("2026-03-01", "2026-03-01", "UTC");
    let as_of = |ledger: &Ledger| ledger.report(&day, &Options::new()).as_of;
    assert_eq!(as_of(&ledger), Some(last.at()));
    let earlier = click("ann", "2", 3_600);
    ledger.record(&earlier).unwrap();
    assert_eq!(as_of(&ledger), Some(earlier.at()));
    // And what lies after a "now" is not the latest either.
    ledger.record_all([&click("ann", "3", 3 * 86_400)]).unwrap();
    let dates = |options: &Options| {
        let period = ledger.whole_period(&Zone::utc(), options).unwrap();
        period.dates().len()
    };
    let now = Options::new().with_as_of(first.at()).unwrap();
    assert_eq!((dates(&now), dates(&Options::new())), (1, 4));
}

#[test]
fn events_are_counted_until_now_within_its_hour() {
    let mut ledger = Ledger::new();
    let events =
        [0, 600, 1_200, 3_600, 3_601].map(|second| click("ann", &second.to_string(), second));
    ledger.record_all(&events).unwrap();
    for (now, expected) in [
        (0, 1),
        (599, 1),
        (600, 2),
        (1_199, 2),
        (3_599, 3),
        (3_600, 4),
        (3_601, 5),
    ] {
        let now = start() + TimeDelta::seconds(now);
        let options = Options::new().with_as_of(now).unwrap();
        assert_eq!(
            ledger
                .view(whole_log(&ledger, &options))
                .data_quality()
                .events,
            expected,
            "{now}"
        );
    }
}

#[test]
fn nine_thousand_visitors_who_only_clicked_are_nine_thousand() {
    let mut ledger = Ledger::new();
    let visitors = (0..9_000).map(|number| click(&format!("v{number}"), "1", 0));
    ledger.record_all(visitors).unwrap();
    let day = crate::logs::days("2026-03-02", "2026-03-02", "UTC");
    let found = ledger
        .view(query(&day, &Options::new()))
        .family::<VisitorMetrics>();
    assert_eq!(
        (found.with_click, found.clicked_without_impression),
        (9_000, 9_000)
    );
    assert_eq!(
        (found.with_impression, found.daily[0].with_click),
        (0, 9_000)
    );
}

#[test]
fn the_debug_output_of_a_ledger_has_counts_only() {
    let mut ledger = Ledger::new();
    ledger
        .record_all([
            click("ann", "1", 0),
            click("ann", "1", 0),
            click("bob", "1", 5),
        ])
        .unwrap();
    ledger.record(&click("bob", "1", 6)).unwrap();
    assert_eq!(
        format!("{ledger:?}"),
        "Ledger { visitors: 2, events: 2, duplicates: 1, conflicts: 1, superseded: 0, .. }"
    );
}

#[test]
fn many_events_backwards_and_again_are_held_once_and_in_order() {
    for visitors in [1, 3, 5_000] {
        let all: Vec<(usize, usize, i64)> = (0..20_000)
            .map(|number| (number % visitors, number / visitors, 0))
            .collect();
        let mut ledger = Ledger::new();
        for one in all.iter().rev() {
            assert_eq!(ledger.record(&event(*one)).unwrap(), Arrival::New);
        }
        for one in all.iter().step_by(7) {
            assert_eq!(ledger.record(&event(*one)).unwrap(), Arrival::Duplicate);
        }
        // Earlier content under a known id takes its place.
        for (visitor, number, _) in all.iter().step_by(100) {
            let second = i64::try_from(*number).unwrap() * 2 - 1;
            let earlier = click(&format!("v{visitor}"), &id(*number), second);
            assert_eq!(
                ledger.record(&earlier).unwrap(),
                Arrival::Conflict(Survivor::Arrived)
            );
            assert_eq!(ledger.record(&earlier).unwrap(), Arrival::Duplicate);
        }
        assert_eq!(ledger.len(), 20_000);
        let mut again = Ledger::new();
        again.merge(&ledger).unwrap();
        assert!(again.events().eq(ledger.events()));
        let in_order = |pair: &[Event]| {
            let [one, next] = pair else { return true };
            one.visitor() < next.visitor()
                || (one.visitor() == next.visitor() && one.canonical_cmp(next).is_lt())
        };
        let events: Vec<Event> = ledger.events().collect();
        assert!(events.windows(2).all(in_order));
        let replaced = events
            .iter()
            .filter(|event| (event.at() - start()).num_seconds() % 2 != 0);
        assert_eq!(replaced.count(), 200);
    }
}
