//! Live website calls and live chat conversations, each with its opening and outcome.

use super::conversation::Opening;
use super::session::{Session, SessionIndex};
use super::{OpenedBy, ReadOptions};
use crate::ledger::{Id, Key};
use crate::time::Instant;

/// A website call. Its first `call_requested` opens it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveCall<'a> {
    pub(crate) call: Id,
    pub(crate) at: Instant,
    pub(crate) page: Option<&'a str>,
    pub(crate) outcome: CallOutcome<'a>,
    pub(crate) progress: Progress,
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

impl LiveCall<'_> {
    /// Returns whether the call has a `call_connected`.
    pub(crate) fn is_connected(&self) -> bool {
        self.progress.connected.is_some()
    }
}

/// The outcome of a call. Each call has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallOutcome<'a> {
    /// Requested by an agent; accepted when it has a `call_accepted`.
    Proactive { agent: &'a str, accepted: bool },
    /// Requested by the visitor, with a `call_answered`, whatever follows. The agent is that of the first one.
    Answered { agent: &'a str },
    /// Otherwise, a call with a `call_cancelled`.
    Cancelled,
    /// Otherwise, a call with a `call_missed` or `call_ended`, or in a closed session.
    Missed,
    /// All others.
    Pending,
}

impl<'a> CallOutcome<'a> {
    /// Returns the agent to whom the call belongs.
    pub(crate) fn agent(self) -> Option<&'a str> {
        match self {
            Self::Proactive { agent, .. } | Self::Answered { agent } => Some(agent),
            Self::Cancelled | Self::Missed | Self::Pending => None,
        }
    }
}

/// A call that is being read.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) id: Id,
    pub(super) conversation: Id,
    /// The request.
    pub(super) opening: Opening<'a>,
    /// The session of the request, once it is known.
    pub(super) session: Option<SessionIndex>,
    pub(super) first_answer: Option<&'a str>,
    pub(super) progress: Progress,
    pub(super) cancelled: bool,
    pub(super) missed_or_ended: bool,
}

impl<'a> Call<'a> {
    /// Returns the agent of a connected call: the first who answered it, or the one who offered it.
    pub(super) fn agent(&self) -> Option<&'a str> {
        self.opening.by.agent().or(self.first_answer)
    }

    pub(super) fn outcome(&self, session_is_closed: bool) -> CallOutcome<'a> {
        match (self.opening.by, self.first_answer) {
            (OpenedBy::Agent(agent), _) => CallOutcome::Proactive {
                agent,
                accepted: self.progress.accepted.is_some(),
            },
            (OpenedBy::Visitor, Some(agent)) => CallOutcome::Answered { agent },
            (OpenedBy::Visitor, None) if self.cancelled => CallOutcome::Cancelled,
            (OpenedBy::Visitor, None) if self.missed_or_ended || session_is_closed => {
                CallOutcome::Missed
            }
            (OpenedBy::Visitor, None) => CallOutcome::Pending,
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
    pub(crate) at: Instant,
    pub(crate) page: Option<&'a str>,
    pub(crate) outcome: ChatOutcome<'a>,
}

/// The outcome of a live chat. Each has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatOutcome<'a> {
    /// The first message is an agent's; accepted when a visitor message follows in the session.
    Proactive { agent: &'a str, accepted: bool },
    /// The first message is the visitor's, and an agent's message follows in the session. The agent is that of the
    /// first one.
    Answered { agent: &'a str },
    /// Otherwise, a chat in a closed session.
    Missed,
    /// All others.
    Pending,
}

impl<'a> ChatOutcome<'a> {
    /// Returns the agent to whom the chat belongs.
    pub(crate) fn agent(self) -> Option<&'a str> {
        match self {
            Self::Proactive { agent, .. } | Self::Answered { agent } => Some(agent),
            Self::Missed | Self::Pending => None,
        }
    }
}

impl<'a> LiveChat<'a> {
    /// Returns the chat of a session, or `None` if the session has no human message.
    pub(super) fn of(session: &Session<'a>, read_options: &ReadOptions) -> Option<Self> {
        let chat = session.chat.as_ref()?;
        let outcome = match (chat.opening.by, chat.response) {
            (OpenedBy::Agent(agent), response) => ChatOutcome::Proactive {
                agent,
                accepted: response.is_some(),
            },
            (OpenedBy::Visitor, Some(OpenedBy::Agent(agent))) => ChatOutcome::Answered { agent },
            (OpenedBy::Visitor, _) if session.is_closed(read_options) => ChatOutcome::Missed,
            (OpenedBy::Visitor, _) => ChatOutcome::Pending,
        };
        Some(Self {
            session: session.name,
            event: chat.event,
            at: chat.opening.at(),
            page: chat.opening.page,
            outcome,
        })
    }
}
