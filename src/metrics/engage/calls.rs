//! Live website calls: proactive and inbound, by outcome.
//!
//! A call's opening is its `call_requested`. It is proactive if an agent made it, inbound if the visitor did.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (Engage) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `attempted` | Proactive Website Calls Attempted | calls | calls that an agent requested, whatever follows | total, agent, page, day | `0` |
//! | `accepted` | Proactive Website Calls Accepted | calls | proactive calls with a `call_accepted` | total, agent, page, day | `0` |
//! | `requested` | Inbound Website Calls Requested | calls | calls that the visitor requested, even if cancelled later: `answered + cancelled + missed + pending` | total, page, day | `0` |
//! | `answered` | Inbound Website Calls Answered | calls | inbound calls with a `call_answered`, whatever follows | total, agent, page, day | `0` |
//! | `cancelled` | – | calls | inbound calls that nobody answered, with a `call_cancelled` | total, page, day | `0` |
//! | `missed` | Inbound Website Calls Missed | calls | other inbound calls that nobody answered, with a `call_missed` or `call_ended`, or in a closed session | total, page, day | `0` |
//! | `pending` | – | calls | all other inbound calls: they may still be answered | total, page, day | `0` |
//! | `held` | Website Calls Held | calls | proactive calls attempted and inbound ones answered; attempted, not accepted: the glossary says so: `attempted + answered` | total, agent, page, day | `0` |
//! | `connected` | – | calls | calls of either kind with a `call_connected` | total, agent, page, day | `0` |
//!
//! <!-- end of catalogue -->
//!
//! *Held* adds **attempted**, not accepted, calls. This follows the glossary and is not a mistake.
//! `requested = answered + cancelled + missed + pending` and `accepted ≤ attempted` always hold, in every scope that
//! has these figures and on every day. A proactive call belongs to its requester, an inbound call to the first agent
//! who answered. So the figures of all agents sum to those of the organization, except `connected` inbound calls that
//! nobody answered.
//!
//! Worked example: Ada offers two calls, and one is accepted. Visitors request three: Ben answers one, one is
//! cancelled, one is missed. `attempted` 2, `accepted` 1, `requested` 3, `answered` 1, `cancelled` 1, `missed` 1,
//! `pending` 0, `held` 2 + 1 = 3. Ada: `attempted` 2, `accepted` 1, `held` 2. Ben: `answered` 1, `held` 1. If the
//! accepted and the answered call connect, `connected` is 2: 1 for Ada, 1 for Ben. A call requested on page `/a` at
//! 23:59 and answered at 00:01 counts as `requested` and `answered` on `/a`, on the first day.
//!
//! A fourth inbound call without an outcome is `pending` while its session is open: `requested` 4, `pending` 1. Once
//! the session is closed, `missed` is 2 and `pending` 0.

use serde::{Deserialize, Serialize};

use super::super::{CALLS, ReportContext, Tally, VisitorView, counts};
use super::{AgentFigures, DayFigures, PageFigures, Scopes};
use crate::journey::engage::{CallOutcome, LiveCall};
use crate::ledger::Types;
use crate::sums::add_up_sums;

/// The figures of website calls, per scope; see [the module](self) for their definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "The figures of website calls, per scope.")
)]
#[non_exhaustive]
pub struct CallMetrics {
    /// All calls.
    pub organization: CallFigures,
    /// Per agent, by id.
    pub agents: Vec<AgentFigures<AgentCallFigures>>,
    /// Per page of the opening, by page.
    pub pages: Vec<PageFigures<CallFigures>>,
    /// Per local day of the opening.
    pub daily: Vec<DayFigures<CallFigures>>,
}

counts! {
    /// Website calls of the organization, a page or a day.
    pub struct CallFigures {
        /// *Proactive Website Calls Attempted*.
        pub attempted,
        /// *Proactive Website Calls Accepted*.
        pub accepted,
        /// *Inbound Website Calls Requested*.
        pub requested,
        /// *Inbound Website Calls Answered*.
        pub answered,
        /// *Inbound Website Calls Missed*.
        pub missed,
        /// Inbound calls with a `call_cancelled` that nobody answered.
        pub cancelled,
        /// Inbound calls that may still be answered.
        pub pending,
        /// *Website Calls Held*: attempted + answered.
        pub held,
        /// Calls of either kind that connected.
        pub connected,
    }
}

counts! {
    /// Website calls of an agent. A call that nobody answered belongs to no agent, so there is no `requested`,
    /// `missed`, `cancelled` or `pending`.
    pub struct AgentCallFigures {
        /// *Proactive Website Calls Attempted*, by this agent.
        pub attempted,
        /// *Proactive Website Calls Accepted*, of these.
        pub accepted,
        /// *Inbound Website Calls Answered*, by this agent first.
        pub answered,
        /// *Website Calls Held*: attempted + answered.
        pub held,
        /// The attempted and answered calls that connected.
        pub connected,
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CallTally<'a>(Scopes<'a, CallFigures, AgentCallFigures>);

add_up_sums!(CallTally<'a> { 0 });

impl CallTally<'_> {
    pub(super) fn into_owned(self) -> CallTally<'static> {
        CallTally(self.0.into_owned())
    }
}

/// Returns the figures of one call.
fn figures<'a>(call: &LiveCall<'a>) -> (CallFigures, Option<(&'a str, AgentCallFigures)>) {
    let connected = u64::from(call.is_connected());
    let inbound = CallFigures {
        requested: 1,
        connected,
        ..CallFigures::default()
    };
    match call.outcome {
        CallOutcome::Proactive { agent, accepted } => {
            let accepted = u64::from(accepted);
            let organization = CallFigures {
                attempted: 1,
                accepted,
                held: 1,
                connected,
                ..CallFigures::default()
            };
            let own = AgentCallFigures {
                attempted: 1,
                accepted,
                held: 1,
                connected,
                ..AgentCallFigures::default()
            };
            (organization, Some((agent, own)))
        }
        CallOutcome::Answered { agent } => {
            let own = AgentCallFigures {
                answered: 1,
                held: 1,
                connected,
                ..AgentCallFigures::default()
            };
            (
                CallFigures {
                    answered: 1,
                    held: 1,
                    ..inbound
                },
                Some((agent, own)),
            )
        }
        CallOutcome::Cancelled => (
            CallFigures {
                cancelled: 1,
                ..inbound
            },
            None,
        ),
        CallOutcome::Missed => (
            CallFigures {
                missed: 1,
                ..inbound
            },
            None,
        ),
        CallOutcome::Pending => (
            CallFigures {
                pending: 1,
                ..inbound
            },
            None,
        ),
    }
}

impl<'a> Tally<'a> for CallTally<'a> {
    type Metrics = CallMetrics;

    const READS: Types = CALLS;

    fn new(context: &ReportContext) -> Self {
        Self(Scopes::new(context))
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>) {
        for call in &visitor.journey.calls {
            let (organization, agent) = figures(call);
            self.0.add(context, call.at, call.page, organization, agent);
        }
    }

    fn finish(self, context: &ReportContext) -> CallMetrics {
        let rows = self.0.finish(context);
        CallMetrics {
            organization: rows.organization,
            agents: rows.agents,
            pages: rows.pages,
            daily: rows.daily,
        }
    }
}
