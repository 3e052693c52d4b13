//! Live website calls and live chat conversations, each with its opening and outcome.

use super::OpenedBy;
use super::conversation::Opening;
use crate::ledger::{Id, Key};
use crate::time::Instant;

/// A website call. Its first `call_requested` opens it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveCall<'a> {
    pub(crate) call: Id,
    pub(super) conversation: Id,
    pub(crate) opening: Opening<'a>,
    /// The index of the request's session; `None` until the request is read.
    pub(super) session: Option<usize>,
    pub(super) first_answer: Option<&'a str>,
    pub(crate) progress: Progress,
    pub(super) is_cancelled: bool,
    /// Whether it has a `call_missed` or `call_ended`, or its session is closed.
    pub(super) is_over: bool,
}

/// The steps of a call, each by the first event of its kind.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    pub(crate) answered: Option<Instant>,
    pub(crate) accepted: Option<Instant>,
    pub(crate) connected: Option<Instant>,
    /// The first `call_ended` after it connected.
    pub(crate) ended: Option<Instant>,
}

/// The outcome of a call. Each call has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallOutcome {
    /// Requested by an agent; accepted when it has a `call_accepted`.
    Proactive { accepted: bool },
    /// Requested by the visitor, with a `call_answered`, whatever follows.
    Answered,
    /// Otherwise, a call with a `call_cancelled`.
    Cancelled,
    /// Otherwise, a call with a `call_missed` or `call_ended`, or in a closed session.
    Missed,
    /// All others.
    Pending,
}

impl<'a> LiveCall<'a> {
    /// Returns whether the call has a `call_connected`.
    pub(crate) fn is_connected(&self) -> bool {
        self.progress.connected.is_some()
    }

    /// Returns the agent to whom the call belongs: who requested it, or else the first who answered it.
    pub(crate) fn agent(&self) -> Option<&'a str> {
        self.opening.by.agent().or(self.first_answer)
    }

    pub(crate) fn outcome(&self) -> CallOutcome {
        match self.opening.by {
            OpenedBy::Agent(_) => CallOutcome::Proactive {
                accepted: self.progress.accepted.is_some(),
            },
            OpenedBy::Visitor if self.first_answer.is_some() => CallOutcome::Answered,
            OpenedBy::Visitor if self.is_cancelled => CallOutcome::Cancelled,
            OpenedBy::Visitor if self.is_over => CallOutcome::Missed,
            OpenedBy::Visitor => CallOutcome::Pending,
        }
    }
}

/// The live chat of a session. Its first human message opens it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveChat<'a> {
    /// The session; `None` if it is derived.
    pub(crate) session: Option<Id>,
    /// The id of the first message.
    pub(crate) event: Key,
    pub(crate) opening: Opening<'a>,
    /// The author of the other side's first message after the opening.
    pub(super) response: Option<OpenedBy<'a>>,
    /// Set after the last event.
    pub(super) session_is_closed: bool,
}

/// The outcome of a live chat. Each has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatOutcome {
    /// The first message is an agent's; accepted when a visitor message follows in the session.
    Proactive { accepted: bool },
    /// The first message is the visitor's, and an agent's message follows in the session.
    Answered,
    /// Otherwise, a chat in a closed session.
    Missed,
    /// All others.
    Pending,
}

impl<'a> LiveChat<'a> {
    /// Returns the agent to whom the chat belongs: who wrote first, or else the first who answered.
    pub(crate) fn agent(&self) -> Option<&'a str> {
        let response = self.response.and_then(OpenedBy::agent);
        self.opening.by.agent().or(response)
    }

    pub(crate) fn outcome(&self) -> ChatOutcome {
        match self.opening.by {
            OpenedBy::Agent(_) => ChatOutcome::Proactive {
                accepted: self.response.is_some(),
            },
            OpenedBy::Visitor if self.response.is_some() => ChatOutcome::Answered,
            OpenedBy::Visitor if self.session_is_closed => ChatOutcome::Missed,
            OpenedBy::Visitor => ChatOutcome::Pending,
        }
    }
}
