//! Engage: live website calls and live chat conversations.
//!
//! *Proactive* calls and chats are started by an agent (the glossary's *rep*), *inbound* ones by the visitor. Each
//! family has figures per **scope**: the organization, each agent, each page, and each local day of the organization.
//! All figures count on the page and day of the opening. A period is `[from, to)`: an opening at `to` is not in it. An
//! opening without a page is on no page, but counts everywhere else.
//!
//! The glossary defines no requested, missed, cancelled or pending figure for an agent, because it is unknown who
//! missed a call. So [`AgentCalls`](calls::AgentCalls) and [`AgentChats`](chats::AgentChats) have no such fields.
//!
//! ```compile_fail,E0609
//! # fn ask(report: &convometrics::Report) -> u64 {
//! report.engage.calls.agents[0].missed // error: no field `missed` on type `AgentCalls`
//! # }
//! ```
//!
//! `agents` and `pages` have the rows with a figure other than 0, by id and by page.

pub mod calls;
pub mod chats;

use serde::{Deserialize, Serialize};

use self::calls::CallMetrics;
use self::chats::ChatMetrics;

/// The figures of Engage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EngageMetrics {
    /// *Live Website Calls Metrics*.
    pub calls: CallMetrics,
    /// *Live Chat Conversation Metrics*.
    pub chats: ChatMetrics,
}
