//! Conversations, and their parts under `conversation_timeout`.

use std::collections::BTreeSet;

use convometrics::Event;

use super::{Call, Visitor, micros};
use crate::oracle::events::{
    after, agent_of_message, by, call_of, conversation_of, is, is_human_message,
    is_visitor_message, type_of,
};

/// A conversation with an opening. Under `conversation_timeout` it is one part of those with its id.
pub(crate) struct Conversation<'a> {
    pub(crate) id: &'a str,
    /// Its human messages, `chat_requested` and call events, in canonical order.
    pub(crate) events: Vec<&'a Event>,
    pub(crate) calls: Vec<Call<'a>>,
}

impl<'a> Visitor<'a> {
    /// All conversations, by id. The parts of one id are in order.
    pub(crate) fn conversations(&self) -> Vec<Conversation<'a>> {
        let ids: BTreeSet<&str> = self
            .events
            .iter()
            .filter_map(|event| conversation_of(event))
            .collect();
        ids.into_iter().flat_map(|id| self.parts(id)).collect()
    }

    pub(crate) fn two_way_conversations(&self) -> Vec<Conversation<'a>> {
        let mut conversations = self.conversations();
        conversations.retain(|conversation| conversation.two_way().is_some());
        conversations
    }

    /// The conversation of an id, or its parts.
    fn parts(&self, id: &'a str) -> Vec<Conversation<'a>> {
        let mut calls = self.calls();
        calls.retain(|call| call.conversation() == id);
        let mut events = self.events.clone();
        events.retain(|event| {
            let own_call = calls
                .iter()
                .any(|call| call_of(call.request) == call_of(event));
            let chat = is_human_message(event) || type_of(event) == "chat_requested";
            match call_of(event) {
                Some(_) => own_call,
                None => chat && conversation_of(event) == Some(id),
            }
        });
        let mut cut: Vec<Vec<&Event>> = Vec::new();
        for event in &events {
            match cut.last_mut() {
                Some(part) if !self.is_cut(part[part.len() - 1], event, &calls) => part.push(event),
                _ => cut.push(vec![event]),
            }
        }
        let part = |own: &Vec<&'a Event>| {
            // A call event moves to the part that holds its `call_requested`.
            let holds = |event: &Event| own.iter().any(|other| is(other, event));
            let is_of_part = |event: &Event| match call_of(event) {
                Some(_) => holds(self.call(event).request),
                None => holds(event),
            };
            let mut events = events.clone();
            events.retain(|event| is_of_part(event));
            let mut calls = self.calls();
            calls.retain(|call| call.conversation() == id && holds(call.request));
            Conversation { id, events, calls }
        };
        let mut parts: Vec<_> = cut.iter().map(part).collect();
        parts.retain(|part| part.first(opens).is_some());
        parts
    }

    /// Whether `conversation_timeout` cuts between two neighbours of a conversation.
    fn is_cut(&self, one: &Event, next: &Event, calls: &[Call<'_>]) -> bool {
        let Some(timeout) = self.options.conversation_timeout() else {
            return false;
        };
        let timeout = i128::from(timeout.as_secs()) * 1_000_000;
        let within_one_call = calls
            .iter()
            .any(|call| call.connected_around(one) && call.connected_around(next));
        micros(one.at(), next.at()) >= timeout && !within_one_call
    }

    /// Whether an event is the opening of its conversation.
    pub(super) fn is_opening(&self, event: &Event) -> bool {
        let conversations = self.conversations();
        conversations
            .iter()
            .any(|conversation| is(conversation.opening(), event))
    }

    /// The part that a survey answer belongs to: the last one whose opening stands before the answer's event, or the
    /// first part if none does. `None` if no conversation has this id.
    pub(crate) fn conversation_of_answer(
        &self,
        id: &'a str,
        answer: &Event,
    ) -> Option<Conversation<'a>> {
        let mut parts = self.parts(id);
        let before = |part: &Conversation<'_>| after(answer, part.opening());
        match parts.iter().rposition(before) {
            Some(last) => Some(parts.remove(last)),
            None => parts.into_iter().next(),
        }
    }
}

fn opens(event: &Event) -> bool {
    matches!(type_of(event), "chat_requested" | "call_requested") || is_human_message(event)
}

impl<'a> Conversation<'a> {
    pub(super) fn first(&self, is: impl Fn(&Event) -> bool) -> Option<&'a Event> {
        self.events.iter().copied().find(|event| is(event))
    }

    pub(crate) fn opening(&self) -> &'a Event {
        self.first(opens)
            .expect("without an opening there is no conversation")
    }

    /// The later of the first message of each side.
    pub(crate) fn text_two_way(&self) -> Option<&'a Event> {
        let visitor = self.first(is_visitor_message)?;
        let agent = self.first(|event| agent_of_message(event).is_some())?;
        Some(if by(visitor, agent) { agent } else { visitor })
    }

    pub(crate) fn video_two_way(&self) -> Option<&'a Event> {
        self.first(|event| type_of(event) == "call_connected")
    }

    /// The earlier of the two.
    pub(crate) fn two_way(&self) -> Option<&'a Event> {
        match (self.text_two_way(), self.video_two_way()) {
            (Some(text), Some(video)) => Some(if by(text, video) { text } else { video }),
            (text, video) => text.or(video),
        }
    }

    /// The microseconds from its first to its last human message or call event.
    pub(crate) fn span(&self) -> u64 {
        let counts = |event: &&&Event| is_human_message(event) || call_of(event).is_some();
        let at: Vec<_> = self
            .events
            .iter()
            .filter(counts)
            .map(|event| event.at())
            .collect();
        u64::try_from(micros(at[0], at[at.len() - 1])).unwrap()
    }

    /// The agents with a message in the conversation, and the agents of each of its connected calls.
    pub(crate) fn responding_agents(&self, visitor: &Visitor<'a>) -> BTreeSet<&'a str> {
        let writers = self
            .events
            .iter()
            .filter_map(|event| agent_of_message(event));
        let connected = self.calls.iter().filter(|call| call.has("call_connected"));
        let callers = connected.flat_map(|call| call.agents(visitor));
        writers.chain(callers).collect()
    }
}
