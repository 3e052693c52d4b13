//! What one visitor's events tell: sessions, conversations, calls, requests.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use convometrics::{Event, EventKind};

use super::events::{
    agent_of_answer, agent_of_assignment, agent_of_message, agent_of_request, by, call_of,
    conversation_of, is_human_message, is_visitor_message, order_of, type_of,
};
use super::set::Log;

/// Whole microseconds from one instant to another.
pub(super) fn micros(from: DateTime<Utc>, to: DateTime<Utc>) -> i128 {
    i128::from((to - from).num_microseconds().unwrap())
}

/// All events of one visitor that are read, in canonical order.
pub(super) struct Visitor<'a> {
    pub(super) events: Vec<&'a Event>,
}

pub(super) fn visitors<'a>(log: &Log<'a>) -> Vec<Visitor<'a>> {
    let names: BTreeSet<&str> = log
        .read
        .iter()
        .map(|event| event.visitor().as_str())
        .collect();
    let events_of = |name: &str| {
        let events = log.read.iter().copied();
        events
            .filter(|event| event.visitor().as_str() == name)
            .collect()
    };
    let visitor = |name| Visitor {
        events: events_of(name),
    };
    names.into_iter().map(visitor).collect()
}

pub(super) struct Session<'a> {
    pub(super) events: Vec<&'a Event>,
    pub(super) closed: bool,
}

impl<'a> Visitor<'a> {
    fn of_type(&self, name: &str) -> Vec<&'a Event> {
        let events = self.events.iter().copied();
        events.filter(|event| type_of(event) == name).collect()
    }

    pub(super) fn sessions(&self, timeout_seconds: u64, as_of: DateTime<Utc>) -> Vec<Session<'a>> {
        let timeout = i128::from(timeout_seconds) * 1_000_000;
        let named: BTreeSet<&str> = self
            .events
            .iter()
            .filter_map(|event| Some(event.session()?.as_str()))
            .collect();
        let mut sessions: Vec<Vec<&Event>> = Vec::new();
        for name in named {
            let of = |event: &&&Event| {
                event
                    .session()
                    .is_some_and(|session| session.as_str() == name)
            };
            sessions.push(self.events.iter().filter(of).copied().collect());
        }
        let mut before: Option<&Event> = None;
        for event in self
            .events
            .iter()
            .copied()
            .filter(|event| event.session().is_none())
        {
            let goes_on = before.is_some_and(|before| {
                type_of(before) != "session_ended" && micros(before.at(), event.at()) < timeout
            });
            match sessions.last_mut() {
                Some(session) if goes_on => session.push(event),
                _ => sessions.push(vec![event]),
            }
            before = Some(event);
        }
        let closed = |events: &[&Event]| {
            let last = events.iter().map(|event| event.at()).max().unwrap();
            events.iter().any(|event| type_of(event) == "session_ended")
                || micros(last, as_of) >= timeout
        };
        let session = |events: Vec<&'a Event>| Session {
            closed: closed(&events),
            events,
        };
        sessions.into_iter().map(session).collect()
    }

    pub(super) fn calls(&self) -> Vec<Call<'a>> {
        let call = |request: &'a Event| {
            let events = self.events.iter().copied();
            Call {
                request,
                events: events
                    .filter(|event| call_of(event) == call_of(request))
                    .collect(),
            }
        };
        self.of_type("call_requested")
            .into_iter()
            .map(call)
            .collect()
    }

    /// All that a conversation consists of: what names it, but for surveys, and the events of its calls.
    pub(super) fn conversation(&self, id: &'a str) -> Conversation<'a> {
        let mut calls = self.calls();
        calls.retain(|call| conversation_of(call.request) == Some(id));
        let is_of = |event: &Event| match event.kind() {
            EventKind::Chat(_) => conversation_of(event) == Some(id),
            EventKind::Call(_) => calls
                .iter()
                .any(|call| call_of(call.request) == call_of(event)),
            _ => false,
        };
        let events = self
            .events
            .iter()
            .copied()
            .filter(|event| is_of(event))
            .collect();
        Conversation { events, calls }
    }

    /// Those with an opening.
    pub(super) fn conversations(&self) -> Vec<Conversation<'a>> {
        let ids: BTreeSet<&str> = self
            .events
            .iter()
            .filter_map(|event| conversation_of(event))
            .collect();
        let conversations = ids.into_iter().map(|id| self.conversation(id));
        conversations
            .filter(|conversation| conversation.opening().is_some())
            .collect()
    }

    pub(super) fn two_way_conversations(&self) -> Vec<Conversation<'a>> {
        let mut conversations = self.conversations();
        conversations.retain(|conversation| conversation.two_way().is_some());
        conversations
    }

    pub(super) fn requests(&self) -> Vec<Request<'a>> {
        let text = self.conversations().into_iter().filter_map(|conversation| {
            Some(Request {
                event: conversation.text_request()?,
                video: false,
                accepted: conversation.text_two_way().is_some(),
            })
        });
        let video = self.calls().into_iter().map(|call| Request {
            event: call.request,
            video: true,
            accepted: call.first("call_connected").is_some(),
        });
        text.chain(video).collect()
    }

    pub(super) fn orders(&self) -> Vec<&'a Event> {
        self.of_type("order_placed")
    }

    /// What became of an order, in canonical order.
    pub(super) fn returns(&self, order: &Event) -> Vec<&'a Event> {
        let events = self.events.iter().copied();
        let of_order = events.filter(|event| order_of(event) == order_of(order));
        of_order
            .filter(|event| type_of(event) != "order_placed")
            .collect()
    }
}

/// A text request or a video request.
pub(super) struct Request<'a> {
    pub(super) event: &'a Event,
    pub(super) video: bool,
    pub(super) accepted: bool,
}

impl<'a> Request<'a> {
    /// The agent who initiated it; `None` where the visitor did.
    pub(super) fn agent(&self) -> Option<&'a str> {
        agent_of_request(self.event).or(agent_of_message(self.event))
    }
}

pub(super) struct Call<'a> {
    pub(super) request: &'a Event,
    /// Its request included, wherever it stands among them.
    pub(super) events: Vec<&'a Event>,
}

impl<'a> Call<'a> {
    pub(super) fn first(&self, name: &str) -> Option<&'a Event> {
        self.events
            .iter()
            .copied()
            .find(|event| type_of(event) == name)
    }

    /// The agent who requested it: then it is proactive, else inbound.
    pub(super) fn requester(&self) -> Option<&'a str> {
        agent_of_request(self.request)
    }

    /// The requester of a proactive one, the first to answer an inbound one.
    pub(super) fn agent(&self) -> Option<&'a str> {
        self.requester()
            .or_else(|| agent_of_answer(self.first("call_answered")?))
    }
}

pub(super) struct Conversation<'a> {
    pub(super) events: Vec<&'a Event>,
    pub(super) calls: Vec<Call<'a>>,
}

impl<'a> Conversation<'a> {
    fn first(&self, is: impl Fn(&Event) -> bool) -> Option<&'a Event> {
        self.events.iter().copied().find(|event| is(event))
    }

    pub(super) fn opening(&self) -> Option<&'a Event> {
        self.first(|event| {
            matches!(type_of(event), "chat_requested" | "call_requested") || is_human_message(event)
        })
    }

    fn text_request(&self) -> Option<&'a Event> {
        self.first(|event| type_of(event) == "chat_requested" || is_human_message(event))
    }

    /// The later of the first message of each side.
    pub(super) fn text_two_way(&self) -> Option<&'a Event> {
        let visitor = self.first(is_visitor_message)?;
        let agent = self.first(|event| agent_of_message(event).is_some())?;
        Some(if by(visitor, agent) { agent } else { visitor })
    }

    pub(super) fn video_two_way(&self) -> Option<&'a Event> {
        self.first(|event| type_of(event) == "call_connected")
    }

    /// The earlier of the two.
    pub(super) fn two_way(&self) -> Option<&'a Event> {
        match (self.text_two_way(), self.video_two_way()) {
            (Some(text), Some(video)) => Some(if by(text, video) { text } else { video }),
            (text, video) => text.or(video),
        }
    }

    /// From its first to its last human message or call event.
    pub(super) fn span(&self) -> u64 {
        let counts = |event: &&&Event| is_human_message(event) || call_of(event).is_some();
        let at: Vec<_> = self
            .events
            .iter()
            .filter(counts)
            .map(|event| event.at())
            .collect();
        u64::try_from(micros(at[0], at[at.len() - 1])).unwrap()
    }

    /// Of the latest assignment at or before a point; with none, of the latest agent act at or before it.
    pub(super) fn agent_at(&self, point: &Event) -> Option<&'a str> {
        let until = self.events.iter().copied().filter(|event| by(event, point));
        let latest_first: Vec<&Event> = until.rev().collect();
        let acting = |event| {
            agent_of_message(event)
                .or(agent_of_request(event))
                .or(agent_of_answer(event))
        };
        let assigned = latest_first
            .iter()
            .find_map(|event| agent_of_assignment(event));
        assigned.or_else(|| latest_first.iter().find_map(|event| acting(event)))
    }

    pub(super) fn responding_agents(&self) -> BTreeSet<&'a str> {
        let writers = self
            .events
            .iter()
            .filter_map(|event| agent_of_message(event));
        let connected = self
            .calls
            .iter()
            .filter(|call| call.first("call_connected").is_some());
        writers.chain(connected.filter_map(Call::agent)).collect()
    }
}
