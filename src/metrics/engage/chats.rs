//! Live chat conversations: proactive and inbound, by outcome.
//!
//! Chats are counted per **visitor session**, over its **chat acts** in all conversations: the visitor's messages and
//! chat requests, and agents' messages. The first chat act opens the chat, so a session counts at most once, as
//! proactive or as inbound. Automatic messages are ignored. So is a message that belongs to no
//! [session](crate::definitions#sessions): a reply after the visit answers no live chat, as the glossary counts a
//! response *during the visitor session*. Messages from a `call_connected` of the visitor to the next `call_ended` of
//! the same call are part of the call; a call without a later `call_ended` covers none. A `chat_requested` is never part
//! of a call. An agent's `chat_requested` is no chat act, and a visitor's accepts nothing.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (Engage) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `attempted` | Proactive Live Chat Conversations Attempted | sessions | Sessions whose first chat act is an agent's. | total, agent, page, day | `0` |
//! | `accepted` | Proactive Live Chat Conversations Accepted | sessions | Proactive chats in which a visitor message follows. | total, agent, page, day | `0` |
//! | `requested` | Inbound Live Chat Conversations Requested | sessions | Sessions whose first chat act is the visitor's: `answered + missed + pending` | total, page, day | `0` |
//! | `answered` | Inbound Live Chat Conversations Answered | sessions | Inbound chats in which an agent's message or a connected call follows. | total, agent, page, day | `0` |
//! | `missed` | Inbound Live Chat Conversations Missed | sessions | Other inbound chats whose session is closed. | total, page, day | `0` |
//! | `pending` | – | sessions | All other inbound chats: they may still be answered. | total, page, day | `0` |
//! | `held` | Live Chat Conversations Held | sessions | Proactive chats accepted and inbound ones answered; accepted, where calls add attempted: the glossary says so: `accepted + answered` | total, agent, page, day | `0` |
//!
//! <!-- end of catalogue -->
//!
//! *Held* adds **accepted** chats, whereas calls add attempted ones. `requested = answered + missed + pending` and
//! `accepted ≤ attempted` always hold, in every scope that has these figures and on every day. A proactive chat belongs
//! to the agent who opened it, an answered chat to the first agent who replied or connected. So the figures of all
//! agents sum to those of the organization, except chats answered by a call without a known agent.
//!
//! Worked example: in session 1, Ada writes and the visitor replies (attempted, accepted). In session 2, the visitor
//! writes, a bot replies, and the session ends (requested, missed). In session 3, the visitor writes and Ben replies
//! (requested, answered). `attempted` 1, `accepted` 1, `requested` 2, `answered` 1, `missed` 1, `pending` 0, `held` 1 +
//! 1 = 2. Ada: `attempted` 1, `accepted` 1, `held` 1. Ben: `answered` 1, `held` 1. Each chat counts on the page and the
//! day of its opening.
//!
//! With a fourth session that is still open, in which the visitor wrote and nobody replied, `requested` is 3 and
//! `pending` 1.

use super::super::family::{Family, Keys, Reads, Sink, Unit};
use super::super::registry::family;
use super::super::{TALKS, VisitorView};
use crate::journey::Extras;
use crate::journey::engage::{ChatOutcome, LiveChat};
use crate::metric::Formula;
use crate::sums::counts;

counts! {
    /// Sums of chats, by kind and outcome.
    pub(crate) struct ChatState { attempted, accepted, answered, missed, pending }
}

impl ChatState {
    fn requested(&self) -> u64 {
        self.answered
            .saturating_add(self.missed)
            .saturating_add(self.pending)
    }

    fn add(&mut self, chat: &LiveChat<'_>) {
        match chat.outcome() {
            ChatOutcome::Proactive { accepted } => {
                self.attempted += 1;
                self.accepted += u64::from(accepted);
            }
            ChatOutcome::Answered => self.answered += 1,
            ChatOutcome::Missed => self.missed += 1,
            ChatOutcome::Pending => self.pending += 1,
        }
    }
}

family! {
    /// The family of chats.
    Chats "engage.chats" from ChatState => ChatMetrics;
    rows {
        /// The figures of live chats, per scope; see [the module](self) for their definitions.
        Whole => ChatMetrics {
            /// All chats.
            organization: ChatFigures,
            /// Per agent, by id.
            agents: Vec<AgentChats>,
            /// Per page of the opening, by page.
            pages: Vec<PageChats>,
            /// Per local day of the opening.
            daily: Vec<ChatDay>,
        }
        /// Live chats of the organization.
        Total => ChatFigures {}
        /// Live chats of one agent. A chat that nobody answered belongs to no agent, so there is no `requested`,
        /// `missed` or `pending`.
        Agent => AgentChats {}
        /// Live chats of one page.
        Page => PageChats {}
        /// Live chats of one local day.
        Day => ChatDay {}
    }
    metrics {
        /// Sessions whose first chat act is an agent's.
        attempted: u64 = |state| state.attempted, "Proactive chats attempted", Sessions at FirstChatAct,
        for [
            Total: "Proactive Live Chat Conversations Attempted",
            Agent: "Proactive Live Chat Conversations Attempted",
            Page: "Proactive Live Chat Conversations Attempted",
            Day,
        ] over [Days, Agents, Pages, Visitors];

        /// Proactive chats in which a visitor message follows.
        accepted: u64 = |state| state.accepted, "Proactive chats accepted", Sessions at FirstChatAct,
        for [
            Total: "Proactive Live Chat Conversations Accepted",
            Agent: "Proactive Live Chat Conversations Accepted",
            Page: "Proactive Live Chat Conversations Accepted",
            Day,
        ] over [Days, Agents, Pages, Visitors];

        /// Sessions whose first chat act is the visitor's.
        requested: u64 = |state| state.requested(), "Inbound chats requested", Sessions at FirstChatAct,
        is Formula::sum(&["engage.chats.answered", "engage.chats.missed", "engage.chats.pending"]),
        for [
            Total: "Inbound Live Chat Conversations Requested",
            Page: "Inbound Live Chat Conversations Requested",
            Day,
        ] over [Days, Pages, Visitors];

        /// Inbound chats in which an agent's message or a connected call follows.
        answered: u64 = |state| state.answered, "Inbound chats answered", Sessions at FirstChatAct,
        for [
            Total: "Inbound Live Chat Conversations Answered",
            Agent: "Inbound Live Chat Conversations Answered",
            Page: "Inbound Live Chat Conversations Answered",
            Day,
        ] over [Days, Agents, Pages, Visitors];

        /// Other inbound chats whose session is closed.
        missed: u64 = |state| state.missed, "Inbound chats missed", Sessions at FirstChatAct,
        for [
            Total: "Inbound Live Chat Conversations Missed",
            Page: "Inbound Live Chat Conversations Missed",
            Day,
        ] over [Days, Pages, Visitors];

        /// All other inbound chats: they may still be answered.
        pending: u64 = |state| state.pending, "Inbound chats pending", Sessions at FirstChatAct,
        for [Total, Page, Day] over [Days, Pages, Visitors];

        /// Proactive chats accepted and inbound ones answered; accepted, where calls add attempted: the glossary says
        /// so.
        held: u64 = |state| state.accepted.saturating_add(state.answered), "Live chats held", Sessions at FirstChatAct,
        is Formula::sum(&["engage.chats.accepted", "engage.chats.answered"]),
        for [
            Total: "Live Chat Conversations Held",
            Agent: "Live Chat Conversations Held",
            Page: "Live Chat Conversations Held",
            Day,
        ] over [Days, Agents, Pages, Visitors];
    }
}

impl Family for Chats {
    const READS: Reads = Reads {
        extras: Extras::SESSIONS,
        ..Reads::of(TALKS)
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        for chat in &visitor.journey.chats {
            sink.record(Unit::Chat(chat));
            let (at, page, agent) = (chat.opening.at(), chat.opening.page, chat.agent());
            sink.count(at, Keys { page, agent }, |state| state.add(chat));
        }
    }
}
