//! Calls.

use convometrics::Event;

use super::Visitor;
use crate::oracle::events::{
    after, agent_of_answer, agent_of_request, by, conversation_of, place, type_of,
};

pub(crate) struct Call<'a> {
    pub(crate) request: &'a Event,
    /// All its events in canonical order. Its request is one of them, wherever it stands.
    pub(crate) events: Vec<&'a Event>,
}

impl<'a> Call<'a> {
    pub(crate) fn first(&self, name: &str) -> Option<&'a Event> {
        self.all(name).into_iter().next()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&'a Event> {
        let mut events = self.events.clone();
        events.retain(|event| type_of(event) == name);
        events
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    pub(crate) fn conversation(&self) -> &'a str {
        conversation_of(self.request).unwrap()
    }

    /// The agent who requested it. Then the call is proactive, else it is inbound.
    pub(crate) fn requester(&self) -> Option<&'a str> {
        agent_of_request(self.request)
    }

    /// Whether an event lies from the first `call_connected` to the last `call_ended`, inclusive.
    pub(super) fn connected_around(&self, event: &Event) -> bool {
        let ends = (
            self.first("call_connected"),
            self.all("call_ended").into_iter().next_back(),
        );
        match ends {
            (Some(connected), Some(ended)) => by(connected, event) && by(event, ended),
            _ => false,
        }
    }

    /// Whether an event stands between a `call_connected` and the next `call_ended`. Without a later `call_ended` none
    /// does.
    pub(crate) fn covers(&self, event: &Event) -> bool {
        self.all("call_connected").into_iter().any(|connected| {
            let ended = self.next_ended(connected);
            ended.is_some_and(|ended| after(event, connected) && after(ended, event))
        })
    }

    /// The next `call_ended` after an event.
    pub(super) fn next_ended(&self, point: &Event) -> Option<&'a Event> {
        let ended = self.all("call_ended").into_iter();
        ended
            .filter(|event| after(event, point))
            .min_by_key(|event| place(event))
    }

    /// The agents of a connected call. The first is the one who connected.
    pub(crate) fn agents(&self, visitor: &Visitor<'a>) -> Vec<&'a str> {
        let connected = self.first("call_connected").expect("the call connected");
        if let Some(requester) = self.requester() {
            return vec![requester];
        }
        let answers = self.all("call_answered");
        if answers.is_empty() {
            let agent = visitor.agent_at(self.conversation(), connected);
            return agent.into_iter().collect();
        }
        // The last answer at or before the connection, if there is one, and all later answers.
        let before = answers
            .iter()
            .copied()
            .filter(|answer| by(answer, connected));
        let later = answers
            .iter()
            .copied()
            .filter(|answer| after(answer, connected));
        let agents = before
            .max_by_key(|answer| place(answer))
            .into_iter()
            .chain(later);
        agents.filter_map(agent_of_answer).collect()
    }
}
