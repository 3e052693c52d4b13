//! Logs that tell stories, where those of `nasty` throw dice: conversations that come about, so that an order has up to
//! eight candidates; instants off any grid; orders with discounts, included tax, many digits and great amounts,
//! refunded in parts; calls that are transferred, that nobody answers or that never end; gaps within a conversation;
//! sessions that go on, end and go on; ids that bytes sort otherwise than letters or numbers.

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::event::{
    Author, CallEvent, ChatEvent, ClickTarget, Initiator, OrderEvent, PlacedOrder, Rating,
    SessionEvent, SurveyEvent, SurveyOutcome, VisitorEvent, WidgetEvent,
};
use convometrics::id::{AgentId, CallId};
use convometrics::{Event, EventKind};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rust_decimal::Decimal;

use crate::nasty::{self, Case};

/// What happened, how long after `start`, and the session that the event names.
#[derive(Debug, Clone)]
struct Act {
    after: TimeDelta,
    kind: EventKind,
    session: Option<&'static str>,
}

const VISITORS: [&str; 3] = ["v-10", "v-9", "é"];

/// A case of `nasty` with another log.
pub(super) fn case() -> BoxedStrategy<Case> {
    let known_or_not = select(&["v-10", "v-9", "é", "A", "zz"][..]);
    let link = (select(&VISITORS[..]), known_or_not, time());
    let links = proptest::option::weighted(0.2, proptest::collection::vec(link, 1..3));
    let revised = (any::<Index>(), any::<Index>(), 0..4_u64, 0..4_u8);
    let revised = proptest::option::weighted(0.3, proptest::collection::vec(revised, 1..6));
    let acts = [visitor(), visitor(), visitor()];
    (nasty::case(), acts, links, revised)
        .prop_map(|(case, mut acts, links, revised)| {
            for (from, to, after) in links.into_iter().flatten() {
                let place = VISITORS.iter().position(|name| *name == from).unwrap();
                let to = to.parse().unwrap();
                acts[place].push(Act::new(after, VisitorEvent::Linked { to }));
            }
            let start = case.period.start() - TimeDelta::days(1);
            let events = VISITORS.into_iter().zip(acts);
            let mut events: Vec<Event> = events
                .flat_map(|(name, acts)| events_of(name, start, acts))
                .collect();
            for (whose, like, revision, what) in revised.into_iter().flatten() {
                if !events.is_empty() {
                    let (event, like) = (whose.get(&events), like.get(&events));
                    events.push(nasty::revise(event, like, revision, what));
                }
            }
            Case { events, ..case }
        })
        .boxed()
}

impl Act {
    fn new(after: TimeDelta, kind: impl Into<EventKind>) -> Self {
        Self {
            after,
            kind: kind.into(),
            session: None,
        }
    }
}

fn events_of(visitor: &str, start: DateTime<Utc>, acts: Vec<Act>) -> Vec<Event> {
    let pages = ["/é?a", "/é", "/a#b", "/a/", "/A", "", "/10", "/9"];
    let event = |(number, act): (usize, Act)| {
        let id = number.to_string().parse().unwrap();
        let visitor = visitor.parse().unwrap();
        let mut event = Event::new(id, start + act.after, visitor, act.kind).unwrap();
        if let Some(session) = act.session {
            event = event.with_session(session.parse().unwrap());
        }
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

/// One conversation: a few things that come one after the other, some at once, some after a timeout or a day.
fn talk(number: usize) -> BoxedStrategy<Vec<Act>> {
    const MINUTE: i64 = 60_000_000;
    let gap = prop_oneof![
        4 => Just(0),
        16 => 1..20 * MINUTE,
        3 => select(&[15 * MINUTE, 30 * MINUTE, 60 * MINUTE][..]),
        1 => 60 * MINUTE..2_000 * MINUTE,
    ];
    let gap = gap.prop_map(TimeDelta::microseconds);
    let step = (gap, 0..21_u8, agent(), proptest::bool::weighted(0.8));
    let steps = proptest::collection::vec(step, 2..9);
    let session = proptest::option::weighted(0.6, select(&["x", "y", "é"][..]));
    (time(), steps, session)
        .prop_map(move |(start, steps, session)| {
            let mut at = start;
            let mut acts = Vec::new();
            for (place, (gap, what, agent, names_session)) in steps.into_iter().enumerate() {
                for kind in step_of(number, place, what, agent) {
                    at += gap;
                    acts.push(Act {
                        session: session.filter(|_| names_session),
                        ..Act::new(at, kind)
                    });
                }
            }
            acts
        })
        .boxed()
}

/// A message, a request, an assignment, a whole call, an answer of a survey, a visit of the widget, or the end of a
/// session.
fn step_of(talk: usize, place: usize, what: u8, agent: &str) -> Vec<EventKind> {
    let conversation = || format!("c-{talk}").parse().unwrap();
    let message = |by| {
        EventKind::from(ChatEvent::MessageSent {
            conversation: conversation(),
            by,
        })
    };
    let requested = |by| {
        EventKind::from(ChatEvent::Requested {
            conversation: conversation(),
            by,
        })
    };
    let agent = || agent.parse().unwrap();
    match what {
        0..=2 => vec![message(Author::Visitor)],
        3..=4 => vec![message(Author::Agent(agent()))],
        5 => vec![
            ChatEvent::AgentAssigned {
                conversation: conversation(),
                agent: agent(),
            }
            .into(),
        ],
        6 => vec![requested(Initiator::Visitor)],
        7 => vec![requested(Initiator::Agent(agent()))],
        8 => vec![
            SurveyEvent::Answered {
                survey: format!("q-{}", place % 2).parse().unwrap(),
                conversation: conversation(),
                rating: Some(Rating::new(1 + u8::try_from(place % 5).unwrap()).unwrap()),
                feedback: None,
                outcome: SurveyOutcome::Submitted,
            }
            .into(),
        ],
        9 => vec![
            WidgetEvent::Impression.into(),
            WidgetEvent::Clicked {
                target: ClickTarget::Widget,
            }
            .into(),
        ],
        10 => vec![SessionEvent::Ended.into()],
        _ => {
            let call: CallId = format!("k-{talk}-{place}").parse().unwrap();
            call_of(&call, what, agent(), message, |by| {
                EventKind::from(CallEvent::Requested {
                    conversation: conversation(),
                    call: call.clone(),
                    by,
                })
            })
        }
    }
}

/// All that happens in a call.
fn call_of(
    call: &CallId,
    what: u8,
    agent: AgentId,
    message: impl Fn(Author) -> EventKind,
    request: impl Fn(Initiator) -> EventKind,
) -> Vec<EventKind> {
    let call = || call.clone();
    let answered = |agent| {
        EventKind::from(CallEvent::Answered {
            call: call(),
            agent,
        })
    };
    let connected = || EventKind::from(CallEvent::Connected { call: call() });
    let ended = || EventKind::from(CallEvent::Ended { call: call() });
    let inbound = || request(Initiator::Visitor);
    let proactive = || request(Initiator::Agent(agent.clone()));
    match what {
        11 => vec![inbound(), answered(agent), connected(), ended()],
        12 => vec![
            proactive(),
            CallEvent::Accepted { call: call() }.into(),
            connected(),
            ended(),
        ],
        13 => vec![inbound(), ended()],
        // Nobody tells who answered.
        14 => vec![inbound(), connected(), ended()],
        // The call is transferred.
        15 => vec![
            inbound(),
            answered("a-1".parse().unwrap()),
            connected(),
            message(Author::Visitor),
            answered(agent.clone()),
            message(Author::Agent(agent)),
            ended(),
        ],
        16 => vec![inbound(), CallEvent::Cancelled { call: call() }.into()],
        17 => vec![inbound(), CallEvent::Missed { call: call() }.into()],
        18 => vec![inbound(), answered(agent), connected()],
        19 => vec![proactive(), CallEvent::Declined { call: call() }.into()],
        _ => vec![inbound(), answered(agent), ended()],
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
            let mut acts = vec![Act::new(at, OrderEvent::Placed(placed))];
            for (later, part, what) in back {
                let refunded = OrderEvent::Refunded {
                    order: id(),
                    currency: None,
                    amount: amount(percent(part)),
                };
                let event = if what == 0 {
                    OrderEvent::Cancelled { order: id() }
                } else {
                    refunded
                };
                // Now and then before the order itself.
                acts.push(Act::new(at + later - TimeDelta::hours(6), event));
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
