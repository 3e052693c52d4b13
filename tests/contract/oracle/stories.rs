//! Logs that tell stories, where those of `nasty` throw dice: conversations that come about, so that an order has up to
//! eight candidates; instants off any grid; orders with discounts, included tax, many digits and great amounts,
//! refunded in parts; ids that bytes sort otherwise than letters or numbers.

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::event::{
    Author, CallEvent, ChatEvent, Initiator, OrderEvent, PlacedOrder, Rating, SurveyEvent,
    SurveyOutcome,
};
use convometrics::{Event, EventKind};
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use crate::nasty::{self, Case};

/// What happened, how long after `start`.
type Act = (TimeDelta, EventKind);

/// A case of `nasty` with another log.
pub(super) fn case() -> BoxedStrategy<Case> {
    (nasty::case(), visitor(), visitor(), visitor())
        .prop_map(|(case, ann, bob, cat)| {
            let start = case.period.start() - TimeDelta::days(1);
            let events = [("v-10", ann), ("v-9", bob), ("é", cat)];
            let events = events
                .into_iter()
                .flat_map(|(name, acts)| events_of(name, start, acts));
            Case {
                events: events.collect(),
                ..case
            }
        })
        .boxed()
}

fn events_of(visitor: &str, start: DateTime<Utc>, acts: Vec<Act>) -> Vec<Event> {
    let pages = ["/é?a", "/é", "/a#b", "/a/", "/A", "", "/10", "/9"];
    let event = |(number, (after, kind)): (usize, Act)| {
        let id = number.to_string().parse().unwrap();
        let event = Event::new(id, start + after, visitor.parse().unwrap(), kind).unwrap();
        match pages[number % pages.len()] {
            "" => event,
            page => event.with_page(page.parse().unwrap()),
        }
    };
    acts.into_iter().enumerate().map(event).collect()
}

/// All acts of one visitor over some days.
fn visitor() -> BoxedStrategy<Vec<Act>> {
    let talks = (0..8_usize).prop_flat_map(|count| {
        let talks: Vec<_> = (0..count).map(talk).collect();
        talks.prop_map(|talks| talks.concat())
    });
    let orders = (0..5_usize).prop_flat_map(|count| {
        let orders: Vec<_> = (0..count).map(order).collect();
        orders.prop_map(|orders| orders.concat())
    });
    (talks, orders)
        .prop_map(|(talks, orders)| [talks, orders].concat())
        .boxed()
}

/// A time within four days: off any grid, or on one of half days.
fn time() -> impl Strategy<Value = TimeDelta> {
    const DAY: i64 = 86_400_000_000;
    prop_oneof![
        3 => (0..4 * DAY).prop_map(TimeDelta::microseconds),
        1 => (0..8_i64).prop_map(|halves| TimeDelta::hours(12 * halves)),
    ]
}

fn agent() -> impl Strategy<Value = &'static str> {
    select(&["a-10", "a-9", "A", "é"][..])
}

/// One conversation: a few things that come one after the other, some at once.
fn talk(number: usize) -> BoxedStrategy<Vec<Act>> {
    let gap =
        prop_oneof![1 => Just(0), 4 => 1..1_200_000_000_i64].prop_map(TimeDelta::microseconds);
    let steps = proptest::collection::vec((gap, 0..10_u8, agent()), 2..9);
    (time(), steps)
        .prop_map(move |(start, steps)| {
            let mut at = start;
            let mut acts = Vec::new();
            for (place, (gap, what, agent)) in steps.into_iter().enumerate() {
                for kind in step(number, place, what, agent) {
                    at += gap;
                    acts.push((at, kind));
                }
            }
            acts
        })
        .boxed()
}

/// A message, an assignment, a whole call, or an answer of a survey.
fn step(talk: usize, place: usize, what: u8, agent: &str) -> Vec<EventKind> {
    let conversation = || format!("c-{talk}").parse().unwrap();
    let call = || format!("k-{talk}-{place}").parse().unwrap();
    let agent = || agent.parse().unwrap();
    let message = |by| {
        vec![
            ChatEvent::MessageSent {
                conversation: conversation(),
                by,
            }
            .into(),
        ]
    };
    let request = |by| {
        CallEvent::Requested {
            conversation: conversation(),
            call: call(),
            by,
        }
        .into()
    };
    match what {
        0..=2 => message(Author::Visitor),
        3..=4 => message(Author::Agent(agent())),
        5 => vec![
            ChatEvent::AgentAssigned {
                conversation: conversation(),
                agent: agent(),
            }
            .into(),
        ],
        6 => vec![
            request(Initiator::Visitor),
            CallEvent::Answered {
                call: call(),
                agent: agent(),
            }
            .into(),
            CallEvent::Connected { call: call() }.into(),
            CallEvent::Ended { call: call() }.into(),
        ],
        7 => vec![
            request(Initiator::Agent(agent())),
            CallEvent::Accepted { call: call() }.into(),
            CallEvent::Connected { call: call() }.into(),
            CallEvent::Ended { call: call() }.into(),
        ],
        8 => vec![
            request(Initiator::Visitor),
            CallEvent::Ended { call: call() }.into(),
        ],
        _ => vec![
            SurveyEvent::Answered {
                survey: format!("q-{}", place % 2).parse().unwrap(),
                conversation: conversation(),
                rating: Some(Rating::new(1 + u8::try_from(place % 5).unwrap()).unwrap()),
                feedback: None,
                outcome: SurveyOutcome::Submitted,
            }
            .into(),
        ],
    }
}

/// An order with what is taken off, and what goes back of it.
fn order(number: usize) -> impl Strategy<Value = Vec<Act>> {
    let units = prop_oneof![4 => 0_i64..100_000, 1 => 999_999_999_999_999_000_i64..1_000_000_000_000_000_000];
    let currency = select(&["EUR", "EUR", "EUR", "JPY", "BHD", "UYW", "XAU"][..]);
    let refund = (time(), 0..70_i64, 0..6_u8);
    let back = proptest::collection::vec(refund, 0..3);
    (
        time(),
        units,
        0..7_u32,
        currency,
        (0..60_i64, 0..41_i64),
        back,
    )
        .prop_map(move |(at, units, scale, currency, (off, tax), back)| {
            let id = || format!("o-{number}").parse().unwrap();
            // A great amount has six places, so that it stays below 10^12.
            let scale = if units > 100_000 { 6 } else { scale };
            let subtotal = Decimal::new(units, scale);
            let percent = |part| (subtotal * Decimal::new(part, 2)).trunc_with_scale(6);
            let amount = |decimal| convometrics::money::Amount::new(decimal).unwrap();
            let placed = PlacedOrder::new(id(), currency.parse().unwrap(), amount(subtotal));
            let placed = placed.with_discount(amount(percent(off))).unwrap();
            let placed = placed.with_included_tax(amount(percent(tax))).unwrap();
            let mut acts = vec![(at, OrderEvent::Placed(placed).into())];
            for (later, part, what) in back {
                let refunded = OrderEvent::Refunded {
                    order: id(),
                    amount: amount(percent(part)),
                };
                let event = if what == 0 {
                    OrderEvent::Cancelled { order: id() }
                } else {
                    refunded
                };
                // Now and then before the order itself.
                acts.push((at + later - TimeDelta::hours(6), event.into()));
            }
            acts
        })
}

/// The generator is worth its property only if it gets there.
#[test]
fn the_stories_reach_what_they_are_for() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut credited, mut many, mut digits, mut left) = (0, 0, 0, 0);
    for _ in 0..100 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let report = serde_json::to_value(case.report()).unwrap();
        let text = report["gmv"]["attributed_sales"].to_string();
        credited += u32::from(report["gmv"]["orders"] != 0);
        digits += u32::from(text.contains("999999"));
        left += u32::from(report["gmv"]["net_gmv"] != report["gmv"]["attributed_gmv"]);
        many += u32::from(report["conversations"]["total"].as_u64().unwrap() > 6);
    }
    assert!(
        [credited, many, digits, left]
            .iter()
            .all(|count| *count >= 5),
        "{credited} {many} {digits} {left}"
    );
}
