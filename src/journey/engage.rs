//! Live website calls and live chat conversations, each with its opening and outcome.

use std::collections::BTreeSet;

use super::conversation::Opening;
use super::filter::InitiatorKind;
use super::{Moment, OpenedBy, ReadOptions};
use crate::id::AgentId;
use crate::ledger::Id;
use crate::time::Instant;

/// A website call. Its first `call_requested` opens it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveCall<'a> {
    pub(crate) call: Id,
    /// The index of its conversation's thread.
    pub(super) thread: usize,
    /// The index of its conversation; `None` until the request is read.
    pub(super) conversation: Option<usize>,
    /// The index of the session of a visitor's request; set after the last event.
    pub(super) session: Option<usize>,
    pub(crate) opening: Opening<'a>,
    /// The instant and the agent of the first `call_answered`.
    answered: Option<(Instant, &'a str)>,
    /// The instant of the first `call_accepted`.
    pub(super) accepted: Option<Instant>,
    /// The first `call_connected`.
    pub(super) connected: Option<Moment>,
    /// The instant of the first `call_ended` after it connected.
    pub(super) ended: Option<Instant>,
    /// The agent of the last `call_answered` at or before the first `call_connected`, or else of the first one. Set
    /// after the last event: without any, the conversation's agent at the first `call_connected`.
    pub(super) connecting: Option<&'a str>,
    /// The first `call_cancelled`, `call_missed` or `call_ended`.
    pub(super) ending: Option<Ending>,
    /// Whether the session of the request is closed. Set after the last event.
    pub(super) session_is_closed: bool,
    /// Whether a visitor who cancelled has waited long enough to count as missed.
    pub(super) waited_long: bool,
}

/// How a call that nobody took ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// A `call_cancelled`.
    Cancelled,
    /// A `call_missed` or `call_ended`.
    Over,
}

/// The outcome of a call. Each call has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallOutcome {
    /// Requested by an agent; accepted when it has a `call_accepted` or a `call_connected`.
    Proactive { accepted: bool },
    /// Requested by the visitor, with a `call_answered` or a `call_connected`, whatever follows.
    Answered,
    /// Otherwise, a call that was cancelled before it was missed or ended.
    Cancelled,
    /// Otherwise, a call that was missed or ended, or whose session is closed.
    Missed,
    /// All others.
    Pending,
}

impl<'a> LiveCall<'a> {
    /// Creates the call that a request opens, of the thread with this index.
    pub(super) fn new(call: Id, thread: usize, opening: Opening<'a>) -> Self {
        Self {
            call,
            thread,
            conversation: None,
            session: None,
            opening,
            answered: None,
            accepted: None,
            connected: None,
            ended: None,
            connecting: None,
            ending: None,
            session_is_closed: false,
            waited_long: false,
        }
    }

    /// Returns whether the call has a `call_connected`.
    pub(crate) fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// Returns whether the call has a `call_answered`.
    pub(super) fn has_answer(&self) -> bool {
        self.answered.is_some()
    }

    /// Returns whether it connected without the event that should come before that.
    pub(crate) fn is_unannounced(&self) -> bool {
        let is_announced = match self.opening.by {
            OpenedBy::Agent(_) => self.accepted.is_some(),
            OpenedBy::Visitor => self.has_answer(),
        };
        self.is_connected() && !is_announced
    }

    /// Returns the agent to whom the call belongs: who requested it, or else the first who answered it, or else the
    /// conversation's agent when it connected.
    pub(crate) fn agent(&self) -> Option<&'a str> {
        let answerer = self.answered.map(|(_, agent)| agent);
        self.opening.by.agent().or(answerer).or(self.connecting)
    }

    /// Returns the agent who connected, the first of the agents of the call.
    pub(crate) fn connected_agent(&self) -> Option<&'a str> {
        self.opening.by.agent().or(self.connecting)
    }

    /// Removes the agent who connected, if it is one of these.
    pub(super) fn hide(&mut self, agents: &BTreeSet<AgentId>) {
        self.connecting = self.connecting.filter(|agent| !agents.contains(*agent));
    }

    /// Returns when an inbound call was answered.
    pub(crate) fn answered_at(&self) -> Option<Instant> {
        self.answered.map(|(at, _)| at).or(self.connected_at())
    }

    /// Returns when a proactive call was accepted.
    pub(crate) fn accepted_at(&self) -> Option<Instant> {
        self.accepted.or(self.connected_at())
    }

    fn connected_at(&self) -> Option<Instant> {
        self.connected.map(|moment| moment.at)
    }

    /// Returns when a call connected and ended, if it did both.
    pub(crate) fn talked(&self) -> Option<(Instant, Instant)> {
        self.connected_at().zip(self.ended)
    }

    pub(crate) fn outcome(&self) -> CallOutcome {
        match (self.opening.by, self.ending) {
            (OpenedBy::Agent(_), _) => CallOutcome::Proactive {
                accepted: self.accepted_at().is_some(),
            },
            (OpenedBy::Visitor, _) if self.answered_at().is_some() => CallOutcome::Answered,
            (OpenedBy::Visitor, Some(Ending::Cancelled)) if !self.waited_long => {
                CallOutcome::Cancelled
            }
            (OpenedBy::Visitor, Some(_)) => CallOutcome::Missed,
            (OpenedBy::Visitor, None) if self.session_is_closed => CallOutcome::Missed,
            (OpenedBy::Visitor, None) => CallOutcome::Pending,
        }
    }

    /// Takes a `call_answered`.
    pub(super) fn answer(&mut self, at: Instant, agent: &'a str) {
        self.answered.get_or_insert((at, agent));
        if !self.is_connected() || self.connecting.is_none() {
            self.connecting = Some(agent);
        }
    }

    /// Takes the first event that ends the call.
    pub(super) fn end(&mut self, at: Instant, ending: Ending, read_options: &ReadOptions) {
        if self.ending.is_none() {
            self.ending = Some(ending);
            let waited = at.since(self.opening.at());
            let limit = read_options.options.cancelled_is_missed_after_micros();
            self.waited_long = limit.is_some_and(|limit| waited >= limit);
        }
    }
}

/// The live chat of a session. Its first chat act opens it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveChat<'a> {
    /// The session; `None` if it is derived.
    pub(crate) session: Option<Id>,
    pub(crate) opening: Opening<'a>,
    /// Whether the other side has answered.
    pub(super) has_response: bool,
    /// The agent who answered the visitor, if known.
    pub(super) responder: Option<&'a str>,
    /// Set after the last event.
    pub(super) session_is_closed: bool,
}

/// The outcome of a live chat. Each has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatOutcome {
    /// An agent opened it; accepted when a visitor's message follows in the session.
    Proactive { accepted: bool },
    /// The visitor opened it, and an agent's message or a connected call follows in the session.
    Answered,
    /// Otherwise, a chat in a closed session.
    Missed,
    /// All others.
    Pending,
}

impl<'a> LiveChat<'a> {
    /// Returns the agent to whom the chat belongs: who opened it, or else the first who answered.
    pub(crate) fn agent(&self) -> Option<&'a str> {
        self.opening.by.agent().or(self.responder)
    }

    /// Takes a message or a connection of a side, by its agent if it is known. The first of the other side responds.
    pub(super) fn respond(&mut self, side: InitiatorKind, agent: Option<&'a str>) {
        if self.opening.by.side() != side && !self.has_response {
            self.has_response = true;
            self.responder = agent;
        }
    }

    pub(crate) fn outcome(&self) -> ChatOutcome {
        match self.opening.by {
            OpenedBy::Agent(_) => ChatOutcome::Proactive {
                accepted: self.has_response,
            },
            OpenedBy::Visitor if self.has_response => ChatOutcome::Answered,
            OpenedBy::Visitor if self.session_is_closed => ChatOutcome::Missed,
            OpenedBy::Visitor => ChatOutcome::Pending,
        }
    }
}
