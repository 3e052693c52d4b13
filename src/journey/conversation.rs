//! Conversations, requests and engagements; see [`definitions`](crate::definitions#conversations).

use super::{Moment, OpenedBy, Position};
use crate::channel::Channel;
use crate::ledger::Id;
use crate::time::Instant;

/// All events with one conversation id: one conversation, or several if the option `conversation_timeout` cuts it.
#[derive(Debug)]
pub(crate) struct Thread<'a> {
    pub(super) id: Id,
    assignments: Vec<(Position, &'a str)>,
    acts: Vec<(Position, &'a str)>,
    /// The indices of its conversations, by number of the part. A part without an event has none.
    pub(super) parts: Vec<Option<usize>>,
}

impl<'a> Thread<'a> {
    /// Creates the thread of an id. It reuses the buffers of `spare`.
    pub(super) fn new(id: Id, spare: Option<Self>) -> Self {
        let spare = spare.map(|spare| (spare.assignments, spare.acts, spare.parts));
        let (mut assignments, mut acts, mut parts) = spare.unwrap_or_default();
        assignments.clear();
        acts.clear();
        parts.clear();
        Self {
            id,
            assignments,
            acts,
            parts,
        }
    }

    pub(super) fn assign(&mut self, position: Position, agent: &'a str) {
        self.assignments.push((position, agent));
    }

    /// Takes an act of an agent.
    pub(super) fn act(&mut self, position: Position, agent: &'a str) {
        self.acts.push((position, agent));
    }

    /// Returns the agent at a position: the latest assigned, otherwise the latest to act.
    pub(crate) fn agent_at(&self, position: Position) -> Option<&'a str> {
        let latest = |agents: &[(Position, &'a str)]| {
            let after = agents.partition_point(|(at, _)| *at <= position);
            after.checked_sub(1).map(|last| agents[last].1)
        };
        latest(&self.assignments).or_else(|| latest(&self.acts))
    }

    /// Returns the index of the conversation that an answer at a position is about: the last that opened before it, or
    /// else the first.
    pub(super) fn conversation_before(
        &self,
        position: Position,
        conversations: &[Conversation<'_>],
    ) -> Option<usize> {
        let parts = || self.parts.iter().copied().flatten();
        let opened = |index: usize| conversations[index].opening.map(|it| it.moment.position);
        let before = parts()
            .rev()
            .find(|part| opened(*part).is_some_and(|at| at < position));
        let first = || parts().find(|part| opened(*part).is_some());
        before.or_else(first).or_else(|| parts().next())
    }
}

/// A value for each side.
#[derive(Debug, Clone, Copy, Default)]
struct Sides<T> {
    visitor: T,
    agent: T,
}

impl<T> Sides<T> {
    fn of(&mut self, side: OpenedBy<'_>) -> &mut T {
        match side {
            OpenedBy::Visitor => &mut self.visitor,
            OpenedBy::Agent(_) => &mut self.agent,
        }
    }

    fn get(&self, side: OpenedBy<'_>) -> &T {
        match side {
            OpenedBy::Visitor => &self.visitor,
            OpenedBy::Agent(_) => &self.agent,
        }
    }

    fn other_than(&self, side: OpenedBy<'_>) -> &T {
        match side {
            OpenedBy::Visitor => &self.agent,
            OpenedBy::Agent(_) => &self.visitor,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Conversation<'a> {
    /// The index among the visitor's conversations.
    pub(crate) index: usize,
    pub(crate) id: Id,
    /// The index of its thread among the visitor's threads.
    pub(crate) thread: usize,
    pub(crate) opening: Option<Opening<'a>>,
    pub(crate) first_visitor_message: Option<Moment>,
    pub(crate) first_agent_message: Option<Moment>,
    pub(crate) first_connected: Option<Moment>,
    last_connected: Option<Position>,
    /// The instants of the first and the last human message or call event.
    pub(crate) span: Option<(Instant, Instant)>,
    /// The text request, if there is one.
    pub(crate) text_request: Option<Opening<'a>>,
    /// Whether a side has requested a chat or a call.
    has_requested: Sides<bool>,
    /// The last request of each side before the conversation was two-way.
    last_request: Sides<Option<Position>>,
    /// The last message of each side, up to the event that made the conversation two-way.
    last_message: Sides<Option<Position>>,
    /// The last message or call request of an agent.
    last_response: Option<Position>,
    /// The responding agents, each once, in byte order.
    pub(crate) responding: Vec<&'a str>,
    /// Whether an answer to a survey about it has a rating.
    pub(crate) is_rated: bool,
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
    pub(crate) outcome: RequestOutcome,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestOutcome {
    /// It turned into a conversation.
    Accepted,
    /// An agent responded to the visitor's request, and it did not turn into a conversation.
    Answered,
    /// Otherwise.
    Unanswered,
}

impl<'a> Conversation<'a> {
    /// Creates a conversation of a thread. It reuses the buffers of `spare`.
    pub(super) fn new(index: usize, thread: usize, id: Id, spare: Option<Self>) -> Self {
        let mut responding = spare.map(|spare| spare.responding).unwrap_or_default();
        responding.clear();
        Self {
            index,
            id,
            thread,
            opening: None,
            first_visitor_message: None,
            first_agent_message: None,
            first_connected: None,
            last_connected: None,
            span: None,
            text_request: None,
            has_requested: Sides::default(),
            last_request: Sides::default(),
            last_message: Sides::default(),
            last_response: None,
            responding,
            is_rated: false,
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

    /// Returns whether an event that was taken is the opening.
    pub(super) fn opens_at(&self, moment: Moment) -> bool {
        self.opening.is_some_and(|opening| opening.moment == moment)
    }

    /// Takes a `chat_requested`.
    pub(super) fn chat_requested(&mut self, request: Opening<'a>) {
        self.opening.get_or_insert(request);
        *self.has_requested.of(request.by) = true;
        if self.text_request.is_none() {
            self.request_text(request);
        }
    }

    /// Takes a `call_requested`.
    pub(super) fn call_requested(&mut self, request: Opening<'a>) {
        self.opening.get_or_insert(request);
        *self.has_requested.of(request.by) = true;
        self.request(request);
        if let OpenedBy::Agent(_) = request.by {
            self.last_response = Some(request.moment.position);
        }
        self.extend_span(request.at());
    }

    fn request_text(&mut self, request: Opening<'a>) {
        self.text_request = Some(request);
        self.request(request);
    }

    fn request(&mut self, request: Opening<'a>) {
        if self.two_way().is_none() {
            *self.last_request.of(request.by) = Some(request.moment.position);
        }
    }

    /// Extends the span to a human message or a call event.
    pub(super) fn extend_span(&mut self, at: Instant) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    /// Takes a `call_connected`.
    pub(super) fn connected(&mut self, moment: Moment) {
        self.first_connected.get_or_insert(moment);
        self.last_connected = Some(moment.position);
    }

    /// Takes a human message. Returns whether it is an engagement: the message that makes the conversation two-way, or
    /// any visitor message after that. Adds the message to the turns of its visitor, if these are read.
    pub(super) fn message(
        &mut self,
        message: Opening<'a>,
        turns: Option<&mut Vec<Turn<'a>>>,
    ) -> bool {
        let was_two_way = self.two_way().is_some();
        let is_first = self.first_visitor_message.is_none() && self.first_agent_message.is_none();
        let is_reply = *self.has_requested.other_than(message.by) || self.first_connected.is_some();
        if is_first && !is_reply && self.text_request.is_none() {
            self.request_text(message);
        }
        self.opening.get_or_insert(message);
        self.extend_span(message.at());
        if !was_two_way {
            *self.last_message.of(message.by) = Some(message.moment.position);
        }
        match message.by {
            OpenedBy::Visitor => {
                if let (Some(turns), None) = (turns, self.waiting) {
                    self.waiting = Some(turns.len());
                    turns.push(Turn {
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
                self.last_response = Some(message.moment.position);
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

    /// Returns what became of the text request at a position, after the last event.
    pub(super) fn text_outcome(&self, request: Opening<'_>) -> RequestOutcome {
        let after = |other: Option<Position>| other > Some(request.moment.position);
        if self.text_two_way().is_some() || after(self.last_connected) {
            RequestOutcome::Accepted
        } else if request.by.agent().is_none() && after(self.last_response) {
            RequestOutcome::Answered
        } else {
            RequestOutcome::Unanswered
        }
    }

    /// Returns whether a video request was accepted by the other side's messages or by another call.
    pub(super) fn turned_two_way_after(&self, request: Opening<'_>) -> bool {
        let position = Some(request.moment.position);
        let is_last = *self.last_request.get(request.by) == position;
        let is_followed = self.two_way().is_some_and(|two_way| {
            self.first_connected == Some(two_way)
                || *self.last_message.other_than(request.by) > position
        });
        is_last && is_followed
    }

    /// Finishes the conversation after its last event.
    pub(super) fn close(&mut self) {
        self.responding.sort_unstable();
        self.responding.dedup();
    }
}
