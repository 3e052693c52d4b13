//! The funnel: unique visitors by how far they came within the period.

use convometrics::Event;
use serde_json::{Value, json};

use super::Context;
use super::attribution::{Figures, candidates};
use super::events::type_of;
use super::journeys::{Conversation, Visitor};

const STEPS: [&str; 5] = ["impression", "click", "request", "conversation", "order"];

fn has(context: &Context<'_>, visitor: &Visitor<'_>, step: &str) -> bool {
    let in_period = |event: &Event| context.in_period(event);
    let has_event = |name: &str| {
        let mut events = visitor.events.iter();
        events.any(|event| type_of(event) == name && in_period(event))
    };
    let conversations = visitor.two_way_conversations();
    match step {
        "impression" => has_event("widget_impression"),
        "click" => has_event("widget_clicked"),
        "request" => {
            let requests = visitor.requests();
            let mut own = requests.iter().filter(|request| request.agent().is_none());
            own.any(|request| in_period(request.event))
        }
        "conversation" => {
            let mut two_way = conversations.iter().filter_map(Conversation::two_way);
            two_way.any(in_period)
        }
        "order" => visitor.orders().into_iter().any(|order| {
            let candidates = candidates(&conversations, order, Figures::Orders, context.options);
            in_period(order) && !candidates.is_empty()
        }),
        other => panic!("{other}"),
    }
}

/// A visitor counts at a step if it has this and all earlier steps, in whatever order.
pub(super) fn metrics(context: &Context<'_>) -> Value {
    let row = |place: usize| {
        let came = |visitor: &&Visitor<'_>| {
            let mut steps = STEPS[..=place].iter();
            steps.all(|step| has(context, visitor, step))
        };
        json!({
            "step": STEPS[place],
            "visitors": context.visitors.iter().filter(came).count(),
        })
    };
    (0..STEPS.len()).map(row).collect()
}
