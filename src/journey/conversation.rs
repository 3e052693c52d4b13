//! Conversations, requests and engagements; see [`definitions`](crate::definitions#conversations).

use super::{Moment, OpenedBy, Position};
use crate::channel::Channel;
use crate::ledger::{Id, Key};
use crate::time::Instant;

#[derive(Debug)]
pub(crate) struct Conversation<'a> {
    /// The index among the visitor's conversations.
    pub(crate) index: usize,
    pub(crate) id: Id,
    pub(crate) opening: Option<Opening<'a>>,
    pub(crate) first_visitor_message: Option<Moment>,
    pub(crate) first_agent_message: Option<Moment>,
    pub(crate) first_connected: Option<Moment>,
    /// The instants of the first and the last human message or call event.
    pub(crate) span: Option<(Instant, Instant)>,
    /// The first `chat_requested` or human message, which is the text request.
    pub(crate) text_request: Option<Opening<'a>>,
    pub(super) assignments: Vec<(Position, &'a str)>,
    pub(super) acts: Vec<(Position, &'a str)>,
    /// The responding agents, each once, in byte order.
    pub(crate) responding: Vec<&'a str>,
    /// The index of the turn that waits for a reply, among the journey's turns.
    waiting: Option<usize>,
}

/// The first among a conversation's `chat_requested`, `call_requested` and human messages, or any other of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening<'a> {
    pub(crate) moment: Moment,
    pub(crate) channel: Channel,
    pub(crate) by: OpenedBy<'a>,
    pub(crate) page: Option<&'a str>,
}

impl Opening<'_> {
    pub(crate) fn at(&self) -> Instant {
        self.moment.at
    }
}

/// An event that renews the touch of a two-way conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Engagement {
    /// The conversation's [index](Conversation::index).
    pub(crate) conversation: usize,
    pub(crate) moment: Moment,
    pub(crate) channel: Channel,
}

/// The messages of a visitor up to the next message of an agent. The visitor waits for a reply from the first of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn<'a> {
    /// The first message.
    pub(crate) event: Key,
    pub(crate) opening: Opening<'a>,
    /// Whether no human message of the conversation precedes it.
    pub(crate) is_first: bool,
    /// The instant and the agent of the next agent message.
    pub(crate) reply: Option<(Instant, &'a str)>,
}

/// A text or video request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) conversation: Id,
    /// The call of a video request.
    pub(crate) call: Option<Id>,
    pub(crate) opening: Opening<'a>,
    /// Text: its conversation is text two-way. Video: its call has a `call_connected`.
    pub(crate) accepted: bool,
}

impl<'a> Conversation<'a> {
    /// Creates the conversation of an id. It reuses the buffers of `spare`.
    pub(super) fn new(index: usize, id: Id, spare: Option<Self>) -> Self {
        let spare = spare.map(|spare| (spare.assignments, spare.acts, spare.responding));
        let (mut assignments, mut acts, mut responding) = spare.unwrap_or_default();
        assignments.clear();
        acts.clear();
        responding.clear();
        Self {
            index,
            id,
            opening: None,
            first_visitor_message: None,
            first_agent_message: None,
            first_connected: None,
            span: None,
            text_request: None,
            assignments,
            acts,
            responding,
            waiting: None,
        }
    }

    pub(crate) fn text_two_way(&self) -> Option<Moment> {
        Some(self.first_visitor_message?.max(self.first_agent_message?))
    }

    pub(crate) fn video_two_way(&self) -> Option<Moment> {
        self.first_connected
    }

    pub(crate) fn two_way(&self) -> Option<Moment> {
        let each = [self.text_two_way(), self.video_two_way()];
        each.into_iter().flatten().min()
    }

    /// Returns the microseconds from the first to the last human message or call event.
    pub(crate) fn duration(&self) -> i64 {
        self.span.map_or(0, |(first, last)| last.since(first))
    }

    pub(crate) fn agent_at(&self, position: Position) -> Option<&'a str> {
        let latest = |agents: &[(Position, &'a str)]| {
            let after = agents.partition_point(|(at, _)| *at <= position);
            after.checked_sub(1).map(|last| agents[last].1)
        };
        latest(&self.assignments).or_else(|| latest(&self.acts))
    }

    /// Takes a request or a human message.
    pub(super) fn open(&mut self, opening: Opening<'a>) {
        self.opening.get_or_insert(opening);
        if opening.channel == Channel::Text {
            self.text_request.get_or_insert(opening);
        }
        if let OpenedBy::Agent(agent) = opening.by {
            self.acts.push((opening.moment.position, agent));
        }
    }

    /// Extends the span to a human message or a call event.
    pub(super) fn extend_span(&mut self, at: Instant) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    /// Takes a human message. Returns whether it is an engagement: the message that makes the conversation two-way, or
    /// any visitor message after that. Adds the message to the turns of its visitor, if these are read.
    pub(super) fn message(
        &mut self,
        event: Key,
        message: Opening<'a>,
        turns: Option<&mut Vec<Turn<'a>>>,
    ) -> bool {
        let was_two_way = self.two_way().is_some();
        self.open(message);
        self.extend_span(message.at());
        match message.by {
            OpenedBy::Visitor => {
                if let (Some(turns), None) = (turns, self.waiting) {
                    self.waiting = Some(turns.len());
                    turns.push(Turn {
                        event,
                        opening: message,
                        is_first: self.first_agent_message.is_none(),
                        reply: None,
                    });
                }
                self.first_visitor_message.get_or_insert(message.moment);
                self.two_way().is_some()
            }
            OpenedBy::Agent(agent) => {
                if let Some((turns, turn)) = turns.zip(self.waiting.take()) {
                    turns[turn].reply = Some((message.at(), agent));
                }
                self.first_agent_message.get_or_insert(message.moment);
                self.respond(agent);
                !was_two_way && self.two_way().is_some()
            }
        }
    }

    pub(super) fn respond(&mut self, agent: &'a str) {
        if self.responding.last() != Some(&agent) {
            self.responding.push(agent);
        }
    }

    /// Finishes the conversation after its last event.
    pub(super) fn close(&mut self) {
        self.responding.sort_unstable();
        self.responding.dedup();
    }
}
