//! Requests: how conversations are initiated, and what came of them.

use convometrics::Event;

use super::{Conversation, Visitor};
use crate::oracle::events::{
    Side, after, agent_of_message, agent_of_request, by, is, is_human_message, place, side_of,
    type_of,
};

/// A text request or a video request.
pub(crate) struct Request<'a> {
    pub(crate) event: &'a Event,
    pub(crate) video: bool,
    pub(crate) accepted: bool,
    /// Whether an agent responded. This is of interest for a visitor's request that is not accepted.
    pub(crate) responded: bool,
}

impl<'a> Request<'a> {
    /// The agent who initiated it, or `None` if the visitor did.
    pub(crate) fn agent(&self) -> Option<&'a str> {
        agent_of_request(self.event).or(agent_of_message(self.event))
    }
}

impl<'a> Visitor<'a> {
    pub(crate) fn requests(&self) -> Vec<Request<'a>> {
        let conversations = self.conversations();
        conversations
            .iter()
            .flat_map(Conversation::requests)
            .collect()
    }
}

fn is_connected(event: &Event) -> bool {
    type_of(event) == "call_connected"
}

impl<'a> Conversation<'a> {
    fn requests(&self) -> Vec<Request<'a>> {
        let text = self.text_request().map(|event| Request {
            event,
            video: false,
            accepted: self.text_two_way().is_some() || self.has_after(event, is_connected),
            responded: self.has_after(event, |later| {
                let call = type_of(later) == "call_requested";
                agent_of_message(later).is_some() || (call && side_of(later) == Some(Side::Agent))
            }),
        });
        let video = self.calls.iter().map(|call| Request {
            event: call.request,
            video: true,
            accepted: call.has("call_connected") || self.led_to_conversation(call.request),
            responded: call.has("call_answered"),
        });
        text.into_iter().chain(video).collect()
    }

    fn has_after(&self, point: &Event, is: impl Fn(&Event) -> bool) -> bool {
        self.first(|event| after(event, point) && is(event))
            .is_some()
    }

    /// The earlier of the first `chat_requested` and the first human message. A message that is a reply is passed over.
    fn text_request(&self) -> Option<&'a Event> {
        let requested = self.first(|event| type_of(event) == "chat_requested");
        let message = self.first(is_human_message);
        let message = message.filter(|message| !self.is_reply(message));
        match (requested, message) {
            (Some(requested), Some(message)) if after(requested, message) => Some(message),
            (requested, message) => requested.or(message),
        }
    }

    /// Whether a message or request of the other side or a `call_connected` stands before the message.
    fn is_reply(&self, message: &Event) -> bool {
        let side = side_of(message).unwrap();
        let answered = |event: &Event| {
            let other_side = side_of(event).is_some_and(|other| other != side);
            other_side || is_connected(event)
        };
        self.first(|event| after(message, event) && answered(event))
            .is_some()
    }

    /// Whether a video request is its side's last request before the conversation was two-way, and after it, at or before
    /// that point, stands a message of the other side or a `call_connected`.
    fn led_to_conversation(&self, request: &Event) -> bool {
        let Some(two_way) = self.two_way() else {
            return false;
        };
        let side = side_of(request).unwrap();
        let calls = self.calls.iter().map(|call| call.request);
        let requests = calls.chain(self.text_request());
        let own = requests.filter(|event| side_of(event) == Some(side) && after(two_way, event));
        let last = own.max_by_key(|event| place(event));
        let turned = |event: &Event| {
            let other_side = side_of(event).is_some_and(|other| other != side);
            (is_human_message(event) && other_side) || is_connected(event)
        };
        last.is_some_and(|last| is(last, request))
            && self.has_after(request, |event| by(event, two_way) && turned(event))
    }
}
