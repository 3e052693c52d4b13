//! Conversations, requests and engagements; see [`definitions`](crate::definitions#conversations).

use super::{Initiator, Moment, Position};
use crate::time::Instant;

#[derive(Debug, Default)]
pub(crate) struct Conversation<'a> {
    pub(crate) opening: Option<Moment>,
    pub(crate) first_visitor_message: Option<Moment>,
    pub(crate) first_agent_message: Option<Moment>,
    pub(crate) first_connected: Option<Moment>,
    /// The instants of the first and the last human message or call event.
    pub(crate) span: Option<(Instant, Instant)>,
    /// Whether the text request was made.
    pub(crate) text_request: Option<TextRequest<'a>>,
    assignments: Vec<(Position, &'a str)>,
    acts: Vec<(Position, &'a str)>,
    responding: Vec<&'a str>,
    visitor_messages: Vec<Moment>,
    /// Each `call_connected`, and each `call_ended` after one, in canonical order.
    video_engagements: Vec<Moment>,
}

/// The first among a conversation's `chat_requested` and human messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextRequest<'a> {
    pub(crate) at: Instant,
    pub(crate) by: Initiator<'a>,
    pub(crate) page: Option<&'a str>,
}

/// A text or video request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) at: Instant,
    pub(crate) channel: Channel,
    pub(crate) by: Initiator<'a>,
    pub(crate) page: Option<&'a str>,
    /// Text: its conversation is text two-way. Video: its call has a `call_connected`.
    pub(crate) accepted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Text,
    Video,
}

/// Which engagements make a touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TouchScope {
    Any,
    Video,
}

impl<'a> Conversation<'a> {
    pub(crate) fn text_two_way(&self) -> Option<Moment> {
        let (visitor, agent) = (self.first_visitor_message?, self.first_agent_message?);
        Some(if visitor.position > agent.position {
            visitor
        } else {
            agent
        })
    }

    pub(crate) fn video_two_way(&self) -> Option<Moment> {
        self.first_connected
    }

    pub(crate) fn two_way(&self) -> Option<Moment> {
        match (self.text_two_way(), self.video_two_way()) {
            (Some(text), Some(video)) if text.position < video.position => Some(text),
            (text, video) => video.or(text),
        }
    }

    /// Microseconds from the first to the last human message or call event.
    pub(crate) fn duration(&self) -> i64 {
        self.span.map_or(0, |(first, last)| last.since(first))
    }

    pub(crate) fn agent_at(&self, position: Position) -> Option<&'a str> {
        let latest = |agents: &[(Position, &'a str)]| {
            let after = agents.partition_point(|(at, _)| *at <= position);
            after
                .checked_sub(1)
                .and_then(|last| agents.get(last))
                .map(|(_, agent)| *agent)
        };
        latest(&self.assignments).or_else(|| latest(&self.acts))
    }

    /// The responding agents, each once, in byte order.
    pub(crate) fn responding_agents(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.responding.iter().copied()
    }

    /// The latest engagement at or before a place; `None` while it is not two-way.
    pub(crate) fn latest_engagement(
        &self,
        position: Position,
        scope: TouchScope,
    ) -> Option<Moment> {
        let latest = |engagements: &[Moment]| {
            let after = engagements.partition_point(|moment| moment.position <= position);
            after
                .checked_sub(1)
                .and_then(|last| engagements.get(last))
                .copied()
        };
        let two_way = self
            .two_way()
            .filter(|moment| moment.position <= position)?;
        let video = latest(&self.video_engagements);
        if scope == TouchScope::Video {
            return video;
        }
        // A visitor message that is not after the two-way moment is no engagement; that moment itself then is the latest.
        [Some(two_way), latest(&self.visitor_messages), video]
            .into_iter()
            .flatten()
            .max_by_key(|moment| moment.position)
    }

    pub(super) fn open(&mut self, at: Moment) {
        self.opening.get_or_insert(at);
    }

    pub(super) fn request_text(&mut self, at: Instant, by: Initiator<'a>, page: Option<&'a str>) {
        self.text_request
            .get_or_insert(TextRequest { at, by, page });
    }

    /// A human message or a call event was here.
    pub(super) fn extend_span(&mut self, at: Instant) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    pub(super) fn message(&mut self, at: Moment, by: Initiator<'a>) {
        match by {
            Initiator::Visitor => {
                self.first_visitor_message.get_or_insert(at);
                self.visitor_messages.push(at);
            }
            Initiator::Agent(agent) => {
                self.first_agent_message.get_or_insert(at);
                self.act(at, agent);
                self.respond(agent);
            }
        }
    }

    pub(super) fn assign(&mut self, at: Moment, agent: &'a str) {
        self.assignments.push((at.position, agent));
    }

    pub(super) fn act(&mut self, at: Moment, agent: &'a str) {
        self.acts.push((at.position, agent));
    }

    pub(super) fn respond(&mut self, agent: &'a str) {
        if self.responding.last() != Some(&agent) {
            self.responding.push(agent);
        }
    }

    pub(super) fn connect(&mut self, at: Moment) {
        self.first_connected.get_or_insert(at);
        self.video_engagements.push(at);
    }

    /// All events have been taken.
    pub(super) fn close(&mut self) {
        self.responding.sort_unstable();
        self.responding.dedup();
    }

    pub(super) fn end_connected_call(&mut self, at: Moment) {
        self.video_engagements.push(at);
    }
}
