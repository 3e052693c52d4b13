//! Short logs of one visitor within a few hours: nearly every event bears on the sessions, the calls and the parts of a
//! conversation, and gaps are often exactly a timeout. A difference shrinks to a log that a reader can follow.

use chrono::TimeDelta;
use convometrics::event::{
    Author, CallEvent, ChatEvent, Initiator, OrderEvent, PlacedOrder, Rating, SessionEvent,
    SurveyEvent, SurveyOutcome, WidgetEvent,
};
use convometrics::{Event, EventKind};
use proptest::prelude::*;
use proptest::sample::select;

use crate::nasty::{self, Case};

/// A case of `nasty` with another log.
pub(super) fn case() -> BoxedStrategy<Case> {
    let session = proptest::option::weighted(0.5, select(&["x", "x", "y"][..]));
    let event = (quarter(), session, kind(), proptest::bool::weighted(0.1));
    let events = proptest::collection::vec(event, 0..18);
    (nasty::case(), events)
        .prop_map(|(case, events)| {
            let start = case.period.start();
            let event = |(number, (quarter, session, kind, beside))| {
                let (id, visitor) = (format!("e{number}"), "v".parse().unwrap());
                let at = start + TimeDelta::minutes(15 * quarter);
                let at = at + TimeDelta::microseconds(i64::from(beside));
                let event = Event::new(id.parse().unwrap(), at, visitor, kind).unwrap();
                match session {
                    Some(session) => event.with_session(str::parse(session).unwrap()),
                    None => event,
                }
            };
            let events: Vec<Event> = events.into_iter().enumerate().map(event).collect();
            Case { events, ..case }
        })
        .boxed()
}

/// A place on a grid of quarters of an hour.
fn quarter() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0..10_i64, 1 => 0..40_i64]
}

fn agent() -> impl Strategy<Value = &'static str> {
    select(&["a-1", "a-2"][..])
}

fn side() -> impl Strategy<Value = Initiator> {
    prop_oneof![
        Just(Initiator::Visitor),
        agent().prop_map(|agent| Initiator::Agent(agent.parse().unwrap())),
    ]
}

fn kind() -> BoxedStrategy<EventKind> {
    prop_oneof![
        5 => chat(),
        6 => call(),
        1 => Just(SessionEvent::Ended.into()),
        1 => Just(WidgetEvent::Impression.into()),
        1 => order(),
        1 => select(&["c", "d"][..]).prop_map(|conversation| {
            SurveyEvent::Answered {
                survey: "q".parse().unwrap(),
                conversation: conversation.parse().unwrap(),
                rating: Some(Rating::new(4).unwrap()),
                feedback: None,
                outcome: SurveyOutcome::Submitted,
            }
            .into()
        }),
    ]
    .boxed()
}

fn chat() -> impl Strategy<Value = EventKind> {
    let conversation = select(&["c", "c", "d"][..]);
    (conversation, side(), 0..7_u8).prop_map(|(conversation, by, what)| {
        let conversation = conversation.parse().unwrap();
        let event = match (what, by) {
            (0, by) => ChatEvent::Requested { conversation, by },
            (1, Initiator::Agent(agent)) => ChatEvent::AgentAssigned {
                conversation,
                agent,
            },
            (2, _) => ChatEvent::MessageSent {
                conversation,
                by: Author::Automation,
            },
            (_, by) => ChatEvent::MessageSent {
                conversation,
                by: by.into(),
            },
        };
        event.into()
    })
}

fn call() -> impl Strategy<Value = EventKind> {
    let call = select(&["k", "k", "l"][..]);
    let conversation = select(&["c", "c", "d"][..]);
    (0..14_u8, call, conversation, side(), agent()).prop_map(
        |(what, call, conversation, by, agent)| {
            let call = call.parse().unwrap();
            let event = match what {
                0..=3 => CallEvent::Requested {
                    conversation: conversation.parse().unwrap(),
                    call,
                    by,
                },
                4..=5 => CallEvent::Answered {
                    call,
                    agent: agent.parse().unwrap(),
                },
                6 => CallEvent::Accepted { call },
                7..=8 => CallEvent::Connected { call },
                9 => CallEvent::Declined { call },
                10 => CallEvent::Cancelled { call },
                11 => CallEvent::Missed { call },
                _ => CallEvent::Ended { call },
            };
            event.into()
        },
    )
}

fn order() -> impl Strategy<Value = EventKind> {
    select(&["10", "0", "35.10"][..]).prop_map(|subtotal| {
        let subtotal = subtotal.parse().unwrap();
        let order = PlacedOrder::new("o".parse().unwrap(), "EUR".parse().unwrap(), subtotal);
        OrderEvent::Placed(order).into()
    })
}
