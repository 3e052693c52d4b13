//! Engage: live website calls and live chat conversations.
//!
//! *Proactive* calls and chats are started by an agent (the glossary's *rep*), *inbound* ones by the visitor. Each
//! family has figures per **scope**: the organization, each agent, each page, and each local day of the organization.
//! All figures count on the page and day of the opening. A period is `[from, to)`: an opening at `to` is not in it. An
//! opening without a page is on no page, but counts everywhere else.
//!
//! The glossary defines no requested, missed, cancelled or pending figure for an agent, because it is unknown who
//! missed a call. So [`AgentCallFigures`](calls::AgentCallFigures) and [`AgentChatFigures`](chats::AgentChatFigures)
//! have no such fields.
//!
//! ```compile_fail,E0609
//! # fn ask(report: &convometrics::Report) -> u64 {
//! report.engage.calls.agents[0].figures.missed // error: no field `missed` on type `AgentCallFigures`
//! # }
//! ```
//!
//! `agents` and `pages` have the rows with a figure other than 0, by id and by page.

pub mod calls;
pub mod chats;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use self::calls::{CallMetrics, CallTally};
use self::chats::{ChatMetrics, ChatTally};
use super::sums::{ByName, Figures, Slots, named};
use super::{ReportContext, TALKS, Tally, VisitorView};
use crate::id::{AgentId, PageUrl, Trusted};
use crate::ledger::Types;
use crate::sums::add_up_sums;
use crate::time::Instant;

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

/// The figures of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "AgentFigures_{T}")
)]
#[non_exhaustive]
pub struct AgentFigures<T> {
    /// The agent.
    pub agent: AgentId,
    /// The agent's figures.
    #[serde(flatten)]
    pub figures: T,
}

/// The figures of one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "PageFigures_{T}")
)]
#[non_exhaustive]
pub struct PageFigures<T> {
    /// The page, as grouped.
    pub page: PageUrl,
    /// The figures of the page.
    #[serde(flatten)]
    pub figures: T,
}

/// The figures of the organization on one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "DayFigures_{T}")
)]
#[non_exhaustive]
pub struct DayFigures<T> {
    /// The local date.
    pub date: NaiveDate,
    /// The figures of the day.
    #[serde(flatten)]
    pub figures: T,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EngageTally<'a> {
    calls: CallTally<'a>,
    chats: ChatTally<'a>,
}

add_up_sums!(EngageTally<'a> { calls, chats });

impl EngageTally<'_> {
    /// Converts to a tally that does not borrow from the log.
    pub(crate) fn into_owned(self) -> EngageTally<'static> {
        EngageTally {
            calls: self.calls.into_owned(),
            chats: self.chats.into_owned(),
        }
    }
}

impl<'a> Tally<'a> for EngageTally<'a> {
    type Metrics = EngageMetrics;

    const READS: Types = TALKS;

    fn new(context: &ReportContext) -> Self {
        Self {
            calls: CallTally::new(context),
            chats: ChatTally::new(context),
        }
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>) {
        self.calls.add(context, visitor);
        self.chats.add(context, visitor);
    }

    fn finish(self, context: &ReportContext) -> EngageMetrics {
        EngageMetrics {
            calls: self.calls.finish(context),
            chats: self.chats.finish(context),
        }
    }
}

/// Figures per scope: `O` of the organization, `A` of an agent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(
    serialize = "O: Figures + Serialize, A: Serialize",
    deserialize = "O: Figures + Deserialize<'de>, A: Deserialize<'de>"
))]
struct Scopes<'a, O, A> {
    days: Slots<O>,
    #[serde(deserialize_with = "named::<PageUrl, _, _>")]
    pages: ByName<'a, O>,
    #[serde(deserialize_with = "named::<AgentId, _, _>")]
    agents: ByName<'a, A>,
}

add_up_sums!(Scopes<'a, O: Figures, A: Figures> { days, pages, agents });

/// The rows of a family: organization, agents, pages and days.
struct ScopeRows<O, A> {
    organization: O,
    agents: Vec<AgentFigures<A>>,
    pages: Vec<PageFigures<O>>,
    daily: Vec<DayFigures<O>>,
}

impl<'a, O: Figures + Copy, A: Figures> Scopes<'a, O, A> {
    fn new(context: &ReportContext) -> Self {
        Self {
            days: Slots::days(context),
            pages: ByName::default(),
            agents: ByName::default(),
        }
    }

    /// Adds the figures of one opening to the organization, to its page, and to an agent.
    fn add(
        &mut self,
        context: &ReportContext,
        at: Instant,
        page: Option<&'a str>,
        figures: O,
        agent: Option<(&'a str, A)>,
    ) {
        let Some(day) = context.calendar.day(at) else {
            return;
        };
        self.days.at(day, |sums| *sums += figures);
        if let Some(page) = page {
            *self.pages.at(page) += figures;
        }
        if let Some((agent, figures)) = agent {
            *self.agents.at(agent) += figures;
        }
    }

    fn into_owned(self) -> Scopes<'static, O, A> {
        Scopes {
            days: self.days,
            pages: self.pages.into_owned(),
            agents: self.agents.into_owned(),
        }
    }

    fn finish(self, context: &ReportContext) -> ScopeRows<O, A> {
        let organization = self.days.total();
        let agents = self.agents.by_name().into_iter();
        let pages = self.pages.by_name().into_iter();
        ScopeRows {
            organization,
            agents: agents
                .map(|(agent, figures)| AgentFigures {
                    agent: AgentId::trusted(&agent),
                    figures,
                })
                .collect(),
            pages: pages
                .map(|(page, figures)| PageFigures {
                    page: PageUrl::trusted(&page),
                    figures,
                })
                .collect(),
            daily: self
                .days
                .rows(context, |date, figures| DayFigures { date, figures }),
        }
    }
}
