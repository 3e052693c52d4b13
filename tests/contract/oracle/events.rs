//! What one event says, and where it stands.

use chrono::{DateTime, Utc};
use convometrics::event::{
    Author, CallEvent, ChatEvent, Initiator, OrderEvent, SurveyEvent, VisitorEvent,
};
use convometrics::{Event, EventKind};

use crate::event_json::TYPES;

/// The place of an event in the canonical order of its visitor: by instant, `seq`, rank and id. Linked visitors may send
/// events that are equal in all four. The visitor id as sent comes last for them.
pub(crate) type Place<'a> = (DateTime<Utc>, u32, usize, &'a str, &'a str);

pub(crate) fn place(event: &Event) -> Place<'_> {
    let rank = TYPES.iter().position(|name| *name == type_of(event));
    let (id, visitor) = (event.id().as_str(), event.visitor().as_str());
    (event.at(), event.seq(), rank.unwrap(), id, visitor)
}

/// Whether two references are to one event of a visitor.
pub(super) fn is(event: &Event, other: &Event) -> bool {
    place(event) == place(other)
}

pub(super) fn type_of(event: &Event) -> &'static str {
    event.kind().event_type().name()
}

/// The session that an event names.
pub(super) fn session_of(event: &Event) -> Option<&str> {
    Some(event.session()?.as_str())
}

/// The conversation that an event names.
pub(super) fn conversation_of(event: &Event) -> Option<&str> {
    match event.kind() {
        EventKind::Chat(
            ChatEvent::Requested { conversation, .. }
            | ChatEvent::AgentAssigned { conversation, .. }
            | ChatEvent::MessageSent { conversation, .. },
        )
        | EventKind::Call(CallEvent::Requested { conversation, .. })
        | EventKind::Survey(SurveyEvent::Answered { conversation, .. }) => {
            Some(conversation.as_str())
        }
        _ => None,
    }
}

/// The call that an event names.
pub(super) fn call_of(event: &Event) -> Option<&str> {
    match event.kind() {
        EventKind::Call(
            CallEvent::Requested { call, .. }
            | CallEvent::Answered { call, .. }
            | CallEvent::Accepted { call }
            | CallEvent::Connected { call }
            | CallEvent::Declined { call }
            | CallEvent::Cancelled { call }
            | CallEvent::Missed { call }
            | CallEvent::Ended { call },
        ) => Some(call.as_str()),
        _ => None,
    }
}

/// The order that an event names.
pub(super) fn order_of(event: &Event) -> Option<&str> {
    match event.kind() {
        EventKind::Order(OrderEvent::Placed(placed)) => Some(placed.order().as_str()),
        EventKind::Order(OrderEvent::Refunded { order, .. } | OrderEvent::Cancelled { order }) => {
            Some(order.as_str())
        }
        _ => None,
    }
}

/// The visitor that an event links its own to.
pub(super) fn linked_to(event: &Event) -> Option<&str> {
    match event.kind() {
        EventKind::Visitor(VisitorEvent::Linked { to }) => Some(to.as_str()),
        _ => None,
    }
}

/// Whether an event stands at or before another of its visitor.
pub(super) fn by(event: &Event, point: &Event) -> bool {
    place(event) <= place(point)
}

/// Whether an event stands after another of its visitor.
pub(super) fn after(event: &Event, point: &Event) -> bool {
    place(event) > place(point)
}

fn message_side(event: &Event) -> Option<&Author> {
    match event.kind() {
        EventKind::Chat(ChatEvent::MessageSent { by, .. }) => Some(by),
        _ => None,
    }
}

pub(super) fn is_visitor_message(event: &Event) -> bool {
    message_side(event) == Some(&Author::Visitor)
}

pub(super) fn agent_of_message(event: &Event) -> Option<&str> {
    match message_side(event) {
        Some(Author::Agent(agent)) => Some(agent.as_str()),
        _ => None,
    }
}

pub(super) fn is_human_message(event: &Event) -> bool {
    is_visitor_message(event) || agent_of_message(event).is_some()
}

/// The agent who requested a chat or a call.
pub(super) fn agent_of_request(event: &Event) -> Option<&str> {
    match event.kind() {
        EventKind::Chat(ChatEvent::Requested {
            by: Initiator::Agent(agent),
            ..
        })
        | EventKind::Call(CallEvent::Requested {
            by: Initiator::Agent(agent),
            ..
        }) => Some(agent.as_str()),
        _ => None,
    }
}

/// A side of a conversation. All agents are one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Visitor,
    Agent,
}

/// The side that sent a message, or requested a chat or a call. Automation is no side.
pub(super) fn side_of(event: &Event) -> Option<Side> {
    let agent = agent_of_message(event).or(agent_of_request(event));
    match type_of(event) {
        "chat_requested" | "call_requested" if agent.is_none() => Some(Side::Visitor),
        _ if agent.is_some() => Some(Side::Agent),
        _ if is_visitor_message(event) => Some(Side::Visitor),
        _ => None,
    }
}

pub(super) fn agent_of_answer(event: &Event) -> Option<&str> {
    match event.kind() {
        EventKind::Call(CallEvent::Answered { agent, .. }) => Some(agent.as_str()),
        _ => None,
    }
}

pub(super) fn agent_of_assignment(event: &Event) -> Option<&str> {
    match event.kind() {
        EventKind::Chat(ChatEvent::AgentAssigned { agent, .. }) => Some(agent.as_str()),
        _ => None,
    }
}
