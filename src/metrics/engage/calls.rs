//! Live website calls: proactive and inbound, by outcome.
//!
//! A call's opening is its `call_requested`. It is proactive if an agent made it, inbound if the visitor did.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (Engage) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `attempted` | Proactive Website Calls Attempted | calls | Calls that an agent requested, whatever follows. | total, agent, page, day | `0` |
//! | `accepted` | Proactive Website Calls Accepted | calls | Proactive calls with a `call_accepted` or a `call_connected`. | total, agent, page, day | `0` |
//! | `requested` | Inbound Website Calls Requested | calls | Calls that the visitor requested, even if cancelled later: `answered + cancelled + missed + pending` | total, page, day | `0` |
//! | `answered` | Inbound Website Calls Answered | calls | Inbound calls with a `call_answered` or a `call_connected`, whatever follows. | total, agent, page, day | `0` |
//! | `cancelled` | – | calls | Inbound calls that nobody answered and that were cancelled before they were missed or ended. | total, page, day | `0` |
//! | `missed` | Inbound Website Calls Missed | calls | Other inbound calls that nobody answered: missed, ended, or in a closed session. | total, page, day | `0` |
//! | `pending` | – | calls | All other inbound calls: they may still be answered. | total, page, day | `0` |
//! | `held` | Website Calls Held | calls | Proactive calls attempted and inbound ones answered; attempted, not accepted: the glossary says so: `attempted + answered` | total, agent, page, day | `0` |
//! | `connected` | – | calls | Calls of either kind with a `call_connected`. | total, agent, page, day | `0` |
//!
//! <!-- end of catalogue -->
//!
//! *Held* adds **attempted**, not accepted, calls. This follows the glossary and is not a mistake.
//! `requested = answered + cancelled + missed + pending` and `accepted ≤ attempted` always hold, in every scope that
//! has these figures and on every day. A proactive call belongs to its requester, an answered one to the first agent who
//! answered, or else to the conversation's agent when it connected. `connected` belongs to the agent who connected: the
//! last who answered before it connected. So the figures of all agents sum to those of the organization, except inbound
//! calls that connected without a known agent.
//!
//! A call that connected was answered or accepted, even if the source does not send these steps; `data_quality` counts
//! such calls as `connected_unannounced`. Of a call that nobody took, the first of its `call_cancelled`, `call_missed`
//! and `call_ended` decides whether it was cancelled or missed. The glossary counts a request *even if later canceled*,
//! and a miss if *a visitor waits and no rep answers*. With the option `cancelled_is_missed_after`, a call
//! that the visitor cancels at or after that time counts as missed.
//!
//! Worked example: Ada offers two calls, and one is accepted. Visitors request three: Ben answers one, one is
//! cancelled, one is missed. `attempted` 2, `accepted` 1, `requested` 3, `answered` 1, `cancelled` 1, `missed` 1,
//! `pending` 0, `held` 2 + 1 = 3. Ada: `attempted` 2, `accepted` 1, `held` 2. Ben: `answered` 1, `held` 1. If the
//! accepted and the answered call connect, `connected` is 2: 1 for Ada, 1 for Ben. A call requested on page `/a` at
//! 23:59 and answered at 00:01 counts as `requested` and `answered` on `/a`, on the first day.
//!
//! A fourth inbound call without an outcome is `pending` while its session is open: `requested` 4, `pending` 1. Once
//! the session is closed, `missed` is 2 and `pending` 0.

use super::super::family::{Family, Keys, Reads, Sink, Unit};
use super::super::registry::family;
use super::super::{CALLS, VisitorView};
use crate::journey::Extras;
use crate::journey::engage::{CallOutcome, LiveCall};
use crate::metric::Formula;
use crate::sums::counts;

counts! {
    /// Sums of calls, by kind and outcome.
    pub(crate) struct CallState { attempted, accepted, answered, cancelled, missed, pending, connected }
}

impl CallState {
    fn requested(&self) -> u64 {
        let answered = self.answered.saturating_add(self.cancelled);
        answered
            .saturating_add(self.missed)
            .saturating_add(self.pending)
    }

    fn add(&mut self, call: &LiveCall<'_>) {
        match call.outcome() {
            CallOutcome::Proactive { accepted } => {
                self.attempted += 1;
                self.accepted += u64::from(accepted);
            }
            CallOutcome::Answered => self.answered += 1,
            CallOutcome::Cancelled => self.cancelled += 1,
            CallOutcome::Missed => self.missed += 1,
            CallOutcome::Pending => self.pending += 1,
        }
    }
}

family! {
    /// The family of calls.
    Calls "engage.calls" from CallState => CallMetrics;
    rows {
        /// The figures of website calls, per scope; see [the module](self) for their definitions.
        Whole => CallMetrics {
            /// All calls.
            organization: CallFigures,
            /// Per agent, by id.
            agents: Vec<AgentCalls>,
            /// Per page of the opening, by page.
            pages: Vec<PageCalls>,
            /// Per local day of the opening.
            daily: Vec<CallDay>,
        }
        /// Website calls of the organization.
        Total => CallFigures {}
        /// Website calls of one agent. A call that nobody answered belongs to no agent, so there is no `requested`,
        /// `missed`, `cancelled` or `pending`.
        Agent => AgentCalls {}
        /// Website calls of one page.
        Page => PageCalls {}
        /// Website calls of one local day.
        Day => CallDay {}
    }
    metrics {
        /// Calls that an agent requested, whatever follows.
        attempted: u64 = |state| state.attempted, "Proactive calls attempted", Calls at CallRequest,
        for [
            Total: "Proactive Website Calls Attempted",
            Agent: "Proactive Website Calls Attempted",
            Page: "Proactive Website Calls Attempted",
            Day,
        ] over [Days, Agents, Pages, Visitors];

        /// Proactive calls with a `call_accepted` or a `call_connected`.
        accepted: u64 = |state| state.accepted, "Proactive calls accepted", Calls at CallRequest,
        for [
            Total: "Proactive Website Calls Accepted",
            Agent: "Proactive Website Calls Accepted",
            Page: "Proactive Website Calls Accepted",
            Day,
        ] over [Days, Agents, Pages, Visitors];

        /// Calls that the visitor requested, even if cancelled later.
        requested: u64 = |state| state.requested(), "Inbound calls requested", Calls at CallRequest,
        is Formula::sum(&[
            "engage.calls.answered", "engage.calls.cancelled", "engage.calls.missed", "engage.calls.pending",
        ]),
        for [Total: "Inbound Website Calls Requested", Page: "Inbound Website Calls Requested", Day]
        over [Days, Pages, Visitors];

        /// Inbound calls with a `call_answered` or a `call_connected`, whatever follows.
        answered: u64 = |state| state.answered, "Inbound calls answered", Calls at CallRequest,
        for [
            Total: "Inbound Website Calls Answered",
            Agent: "Inbound Website Calls Answered",
            Page: "Inbound Website Calls Answered",
            Day,
        ] over [Days, Agents, Pages, Visitors];

        /// Inbound calls that nobody answered and that were cancelled before they were missed or ended.
        cancelled: u64 = |state| state.cancelled, "Inbound calls cancelled", Calls at CallRequest,
        for [Total, Page, Day] over [Days, Pages, Visitors];

        /// Other inbound calls that nobody answered: missed, ended, or in a closed session.
        missed: u64 = |state| state.missed, "Inbound calls missed", Calls at CallRequest,
        for [Total: "Inbound Website Calls Missed", Page: "Inbound Website Calls Missed", Day]
        over [Days, Pages, Visitors];

        /// All other inbound calls: they may still be answered.
        pending: u64 = |state| state.pending, "Inbound calls pending", Calls at CallRequest,
        for [Total, Page, Day] over [Days, Pages, Visitors];

        /// Proactive calls attempted and inbound ones answered; attempted, not accepted: the glossary says so.
        held: u64 = |state| state.attempted.saturating_add(state.answered), "Website calls held", Calls at CallRequest,
        is Formula::sum(&["engage.calls.attempted", "engage.calls.answered"]),
        for [
            Total: "Website Calls Held",
            Agent: "Website Calls Held",
            Page: "Website Calls Held",
            Day,
        ] over [Days, Agents, Pages, Visitors];

        /// Calls of either kind with a `call_connected`.
        connected: u64 = |state| state.connected, "Website calls connected", Calls at CallRequest,
        for [Total, Agent, Page, Day] over [Days, Agents, Pages, Visitors];
    }
}

impl Family for Calls {
    const READS: Reads = Reads {
        extras: Extras::SESSIONS,
        ..Reads::of(CALLS)
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        for call in &visitor.journey.calls {
            sink.record(Unit::Call(call));
            let (at, page, agent) = (call.opening.at(), call.opening.page, call.agent());
            let is_connected = u64::from(call.is_connected());
            let connected_agent = call.connected_agent();
            if is_connected == 0 || agent == connected_agent {
                sink.count(at, Keys { page, agent }, |state| {
                    state.add(call);
                    state.connected += is_connected;
                });
                continue;
            }
            sink.count(at, Keys { page, agent }, |state| state.add(call));
            let agent = connected_agent;
            sink.count(at, Keys { page, agent }, |state| state.connected += 1);
        }
    }
}
