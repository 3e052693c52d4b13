//! Live website calls and live chat conversations, each with its opening and outcome.

use super::session::Session;
use super::{Initiator, Lens};
use crate::time::Instant;

/// A website call, by its `call_requested`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveCall<'a> {
    pub(crate) at: Instant,
    pub(crate) page: Option<&'a str>,
    pub(crate) outcome: CallOutcome<'a>,
    /// Whether it has a `call_connected`.
    pub(crate) connected: bool,
}

/// What became of a call; each has exactly one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallOutcome<'a> {
    /// Requested by an agent; accepted when it has a `call_accepted`.
    Proactive { agent: &'a str, accepted: bool },
    /// Requested by the visitor, and it has a `call_answered`, whatever follows; the agent is the first one's.
    Answered { agent: &'a str },
    /// Else, it has a `call_cancelled`.
    Cancelled,
    /// Else, it has a `call_missed` or `call_ended`, or its session is closed.
    Missed,
    /// Else.
    Pending,
}

/// The live chat conversation of a session, by its first human message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveChat<'a> {
    pub(crate) at: Instant,
    pub(crate) page: Option<&'a str>,
    pub(crate) outcome: ChatOutcome<'a>,
}

/// What became of a session's chat; each has exactly one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatOutcome<'a> {
    /// The first message is an agent's; accepted when a visitor message follows in the session.
    Proactive { agent: &'a str, accepted: bool },
    /// The first message is the visitor's, and an agent's message follows in the session; the agent is the first that
    /// does.
    Answered { agent: &'a str },
    /// Else, the session is closed.
    Missed,
    /// Else.
    Pending,
}

impl<'a> LiveChat<'a> {
    /// The chat of a session that holds a human message.
    pub(super) fn of(session: &Session<'a>, lens: &Lens) -> Option<Self> {
        let chat = session.chat.as_ref()?;
        let outcome = match (chat.by, chat.response) {
            (Initiator::Agent(agent), response) => ChatOutcome::Proactive {
                agent,
                accepted: response.is_some(),
            },
            (Initiator::Visitor, Some(Initiator::Agent(agent))) => ChatOutcome::Answered { agent },
            (Initiator::Visitor, _) if session.is_closed(lens) => ChatOutcome::Missed,
            (Initiator::Visitor, _) => ChatOutcome::Pending,
        };
        Some(Self {
            at: chat.opening.at,
            page: chat.page,
            outcome,
        })
    }
}
