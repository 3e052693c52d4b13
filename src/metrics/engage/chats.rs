//! Live chat conversations: proactive and inbound, by outcome.
//!
//! Chats are counted per **visitor session**, over its human messages in all conversations; automatic messages are
//! ignored. The opening is the first human message, so a session counts at most once, as proactive or as inbound.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (Engage) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `attempted` | Proactive Live Chat Conversations Attempted | sessions | sessions whose first human message is an agent's | total, agent, page, day | `0` |
//! | `accepted` | Proactive Live Chat Conversations Accepted | sessions | proactive chats in which a visitor message follows | total, agent, page, day | `0` |
//! | `requested` | Inbound Live Chat Conversations Requested | sessions | sessions whose first human message is the visitor's: `answered + missed + pending` | total, page, day | `0` |
//! | `answered` | Inbound Live Chat Conversations Answered | sessions | inbound chats in which an agent's message follows | total, agent, page, day | `0` |
//! | `missed` | Inbound Live Chat Conversations Missed | sessions | other inbound chats whose session is closed | total, page, day | `0` |
//! | `pending` | – | sessions | all other inbound chats: they may still be answered | total, page, day | `0` |
//! | `held` | Live Chat Conversations Held | sessions | proactive chats accepted and inbound ones answered; accepted, where calls add attempted: the glossary says so: `accepted + answered` | total, agent, page, day | `0` |
//!
//! <!-- end of catalogue -->
//!
//! *Held* adds **accepted** chats, whereas calls add attempted ones. `requested = answered + missed + pending` and
//! `accepted ≤ attempted` always hold, in every scope that has these figures and on every day. A proactive chat belongs
//! to the agent of its first message, an answered chat to the first agent who replies. So the figures of all agents sum
//! to those of the organization.
//!
//! Worked example: in session 1, Ada writes and the visitor replies (attempted, accepted). In session 2, the visitor
//! writes, a bot replies, and the session ends (requested, missed). In session 3, the visitor writes and Ben replies
//! (requested, answered). `attempted` 1, `accepted` 1, `requested` 2, `answered` 1, `missed` 1, `pending` 0, `held` 1 +
//! 1 = 2. Ada: `attempted` 1, `accepted` 1, `held` 1. Ben: `answered` 1, `held` 1. Each chat counts on the page and the
//! day of its session's first human message.
//!
//! With a fourth session that is still open, in which the visitor wrote and nobody replied, `requested` is 3 and
//! `pending` 1.

use serde::{Deserialize, Serialize};

use super::super::{ReportContext, TALKS, Tally, VisitorView, counts};
use super::{AgentFigures, DayFigures, PageFigures, Scopes};
use crate::journey::engage::{ChatOutcome, LiveChat};
use crate::ledger::Types;
use crate::sums::add_up_sums;

/// The figures of live chats, per scope; see [the module](self) for their definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "The figures of live chats, per scope.")
)]
#[non_exhaustive]
pub struct ChatMetrics {
    /// All chats.
    pub organization: ChatFigures,
    /// Per agent, by id.
    pub agents: Vec<AgentFigures<AgentChatFigures>>,
    /// Per page of the opening, by page.
    pub pages: Vec<PageFigures<ChatFigures>>,
    /// Per local day of the opening.
    pub daily: Vec<DayFigures<ChatFigures>>,
}

counts! {
    /// Live chats of the organization, a page or a day.
    pub struct ChatFigures {
        /// *Proactive Live Chat Conversations Attempted*.
        pub attempted,
        /// *Proactive Live Chat Conversations Accepted*.
        pub accepted,
        /// *Inbound Live Chat Conversations Requested*.
        pub requested,
        /// *Inbound Live Chat Conversations Answered*.
        pub answered,
        /// *Inbound Live Chat Conversations Missed*.
        pub missed,
        /// Inbound chats that may still be answered.
        pub pending,
        /// *Live Chat Conversations Held*: accepted + answered.
        pub held,
    }
}

counts! {
    /// Live chats of an agent. A chat that nobody answered belongs to no agent, so there is no `requested`, `missed` or
    /// `pending`.
    pub struct AgentChatFigures {
        /// *Proactive Live Chat Conversations Attempted*, by this agent.
        pub attempted,
        /// *Proactive Live Chat Conversations Accepted*, of these.
        pub accepted,
        /// *Inbound Live Chat Conversations Answered*, by this agent first.
        pub answered,
        /// *Live Chat Conversations Held*: accepted + answered.
        pub held,
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ChatTally<'a>(Scopes<'a, ChatFigures, AgentChatFigures>);

add_up_sums!(ChatTally<'a> { 0 });

impl ChatTally<'_> {
    pub(super) fn into_owned(self) -> ChatTally<'static> {
        ChatTally(self.0.into_owned())
    }
}

/// Returns the figures of one session's chat.
fn figures<'a>(chat: &LiveChat<'a>) -> (ChatFigures, Option<(&'a str, AgentChatFigures)>) {
    let inbound = ChatFigures {
        requested: 1,
        ..ChatFigures::default()
    };
    match chat.outcome {
        ChatOutcome::Proactive { agent, accepted } => {
            let accepted = u64::from(accepted);
            let organization = ChatFigures {
                attempted: 1,
                accepted,
                held: accepted,
                ..ChatFigures::default()
            };
            let own = AgentChatFigures {
                attempted: 1,
                accepted,
                held: accepted,
                ..AgentChatFigures::default()
            };
            (organization, Some((agent, own)))
        }
        ChatOutcome::Answered { agent } => {
            let own = AgentChatFigures {
                answered: 1,
                held: 1,
                ..AgentChatFigures::default()
            };
            (
                ChatFigures {
                    answered: 1,
                    held: 1,
                    ..inbound
                },
                Some((agent, own)),
            )
        }
        ChatOutcome::Missed => (
            ChatFigures {
                missed: 1,
                ..inbound
            },
            None,
        ),
        ChatOutcome::Pending => (
            ChatFigures {
                pending: 1,
                ..inbound
            },
            None,
        ),
    }
}

impl<'a> Tally<'a> for ChatTally<'a> {
    type Metrics = ChatMetrics;

    const READS: Types = TALKS;

    fn new(context: &ReportContext) -> Self {
        Self(Scopes::new(context))
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>) {
        for chat in &visitor.journey.chats {
            let (organization, agent) = figures(chat);
            self.0.add(context, chat.at, chat.page, organization, agent);
        }
    }

    fn finish(self, context: &ReportContext) -> ChatMetrics {
        let rows = self.0.finish(context);
        ChatMetrics {
            organization: rows.organization,
            agents: rows.agents,
            pages: rows.pages,
            daily: rows.daily,
        }
    }
}
