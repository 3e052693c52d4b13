//! The leaderboard: what each agent did, and the results.
//!
//! There is a row for each agent with a figure other than 0 in the period, by agent id. Credit that belongs to no agent
//! is in `unassigned`. A period is `[from, to)`. Each figure counts at its opening, ratings and orders at their own
//! time.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (One-to-One) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `average_rating` | Average Rating | stars | Mean over the answers in the period that have a rating and whose agent this is. | agent, agent day (*Average Rating Trend*) | `null` |
//! | `requests` | Agent Initiated Request | requests | Text and video requests in the period that the agent made. | agent, agent day (*Agent Initiated Request Trend*) | `0` |
//! | `acceptance_rate` | Agent Initiated Request Acceptance Rate | ratio | Accepted requests of those in the period that the agent made. | agent, agent day (*Agent Initiated Request Acceptance Rate Trend*) | `null` |
//! | `conversations` | Total Conversation | conversations | Two-way conversations that opened in the period and in which the agent responded; one of two agents counts for both. | agent, agent day (*Total Conversation Trend*) | `0` |
//! | `attributed_sales` | Attributed Sales | money | The agent's shares of the orders in the period with an any-channel candidate. | agent, agent day, unassigned | `{}` |
//! | `attributed_orders` | Attributed Orders | orders | Orders in the period that the agent is credited with, each once. | agent, agent day, unassigned | `0` |
//! | `net_attributed_sales` | – | money | The agent's shares of what is left of the orders in the period with an any-channel candidate, after refunds and cancellations by `as_of`, whenever they were. | agent, unassigned | `{}` |
//!
//! <!-- end of catalogue -->
//!
//! An agent **responded** in a conversation if they wrote a message in it, or if they are among the
//! [agents](crate::definitions#conversations) of a connected call: who offered it, who connected, and to whom it was
//! transferred. The agent of a share is the conversation's agent **at the order**: that of the latest
//! assignment at or before it, otherwise of the latest agent act. A later assignment moves no credit. The
//! `attributed_sales` of all rows and `unassigned` sum exactly to those of [`gmv`](super::gmv); under `last_touch`, the
//! `attributed_orders` sum to its `orders`. The value left of an order is split by the same weights as its value. The
//! shares sum to what is left of these orders. Under `gmv_scope` `any` and without windows of their own for orders and
//! channels, this is `net_gmv`. [`View::explain`](crate::View::explain) explains the credit of each order.
//!
//! Worked example: Ada opens a chat with Ann at 09:00 and offers her a call at 09:02, which Ann declines. Ann writes at
//! 09:01, and Ben replies at 09:03. Ann orders for 100.00 EUR at 09:10 and gives 4 stars at 09:12. At 09:20 the
//! conversation is assigned to Cy. Bob requests a call that connects without a `call_answered`, and orders for
//! 20.00 EUR.
//!
//! | row | `requests` | `acceptance_rate` | `conversations` | `average_rating` | `attributed_orders` | `attributed_sales` |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | Ada | 2: chat, call | 1/2: the chat is two-way | 0: she neither wrote nor was in a call | – | 0 | `{}` |
//! | Ben | 0 | – | 1 | 4 / 1 | 1: the latest act before 09:10 is his | 100.00 EUR |
//! | unassigned | | | | | 1: nobody acted for Bob | 20.00 EUR |
//!
//! Cy has no row: an assignment alone is not a figure, and it came after the order and the answer. In `daily`, each row
//! has these figures on the day of the request, the opening, the answer or the order.
//!
//! Under `linear`, an order of 100.00 EUR has two candidates, whose agents are Ada and Ben. Each row has
//! `attributed_sales` 50.00 EUR and `attributed_orders` 1, although it is one order: under a model that shares, an
//! order counts once for every credited agent. If 29.99 are refunded, 70.01 are left, and `net_attributed_sales` are
//! 35.01 for Ada, whose touch is earlier, and 35.00 for Ben. If both conversations were Ada's, her row would have
//! 100.00 EUR, 1 order and 70.01 EUR.

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::cells::{Cell, Cells, Row};
use super::credit::Share;
use super::family::{Excluded, Family, Keys, Reads, Sink, Unit};
use super::registry::family;
use super::sums::Ratings;
use super::{ReportContext, TALKS, VisitorView};
use crate::id::AgentId;
use crate::journey::OpenedBy;
use crate::journey::conversation::RequestOutcome;
use crate::metric::Scope;
use crate::money::{AverageByCurrency, Money, MoneyByCurrency, by_currency};
use crate::ratio::{Mean, Ratio};
use crate::sums::{add_up_sums, counts};

/// What an agent did, or what no agent is credited with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AgentState {
    ratings: Ratings,
    counts: Counts,
    /// The shares of the orders' value, with their number.
    #[serde(with = "by_currency")]
    sales: AverageByCurrency,
    /// The shares of what is left of it.
    #[serde(with = "by_currency")]
    left: AverageByCurrency,
}

add_up_sums!(AgentState {
    ratings,
    counts,
    sales,
    left
});

counts! {
    struct Counts { requests, accepted, conversations, orders }
}

impl AgentState {
    /// Adds a share of an order, which is counted if the share is the first of its agent.
    fn add(&mut self, value: Money, left: Money, is_first: bool) {
        self.sales += value;
        self.left += left;
        self.counts.orders += u64::from(is_first);
    }
}

family! {
    /// The family of the leaderboard.
    Leaderboard "leaderboard" from AgentState => LeaderboardMetrics;
    rows {
        /// The leaderboard; see [the module](self) for the definitions.
        Total => LeaderboardMetrics {
            /// A row per agent, by id.
            agents: Vec<AgentRow>,
            /// Credit of conversations that had no agent.
            unassigned: CreditSum,
        }
        /// One agent's row.
        Agent => AgentRow {
            /// *Performance Trends*: every local day of the period.
            daily: Vec<AgentDay>,
        }
        /// The figures of one agent on one local day.
        AgentDay => AgentDay {}
        /// The credit of no agent.
        Unassigned => CreditSum {}
    }
    metrics {
        /// Mean over the answers in the period that have a rating and whose agent this is.
        average_rating: Mean = |state| state.ratings.mean(), "Agent's average rating", Stars of Answers at Answer,
        for [Agent: "Average Rating", AgentDay: "Average Rating Trend"] over [Days, Agents, Visitors];

        /// Text and video requests in the period that the agent made.
        requests: u64 = |state| state.counts.requests, "Agent's requests", Requests at Request,
        for [Agent: "Agent Initiated Request", AgentDay: "Agent Initiated Request Trend"] over [Days, Agents, Visitors];

        /// Accepted requests of those in the period that the agent made.
        acceptance_rate: Ratio = |state| Ratio::new(state.counts.accepted, state.counts.requests),
        "Acceptance rate of the agent's requests", Share of Requests at Request,
        for [
            Agent: "Agent Initiated Request Acceptance Rate",
            AgentDay: "Agent Initiated Request Acceptance Rate Trend",
        ] over [Days, Agents, Visitors];

        /// Two-way conversations that opened in the period and in which the agent responded; one of two agents counts
        /// for both.
        conversations: u64 = |state| state.counts.conversations, "Agent's conversations", Conversations at Opening,
        for [Agent: "Total Conversation", AgentDay: "Total Conversation Trend"] over [Days, Visitors];

        /// The agent's shares of the orders in the period with an any-channel candidate.
        attributed_sales: MoneyByCurrency = |state| state.sales.sums(), "Agent's attributed sales", Money of Orders at Order,
        for [Agent: "Attributed Sales", AgentDay, Unassigned] over [Days, Agents, Visitors];

        /// Orders in the period that the agent is credited with, each once.
        attributed_orders: u64 = |state| state.counts.orders, "Agent's attributed orders", Orders at Order,
        for [Agent: "Attributed Orders", AgentDay, Unassigned] over [Days, Visitors];

        /// The agent's shares of what is left of the orders in the period with an any-channel candidate, after refunds
        /// and cancellations by `as_of`, whenever they were.
        net_attributed_sales: MoneyByCurrency = |state| state.left.sums(), "Agent's net attributed sales", Money of Orders at Order,
        for [Agent, Unassigned] over [Days, Agents, Visitors];
    }
}

impl Family for Leaderboard {
    const READS: Reads = Reads {
        credit: true,
        ..Reads::of(TALKS)
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        for answer in &visitor.journey.answers {
            sink.record(Unit::Answer(answer));
            if let (Some(agent), Some(rating)) = (answer.agent, answer.rating) {
                sink.count(answer.at, Keys::agent(agent), |state| {
                    state.ratings += Ratings::of(rating);
                });
            }
        }
        for request in &visitor.journey.requests {
            sink.record(Unit::Request(request));
            if let OpenedBy::Agent(agent) = request.opening.by {
                sink.count(request.opening.at(), Keys::agent(agent), |state| {
                    state.counts.requests += 1;
                    state.counts.accepted += u64::from(request.outcome == RequestOutcome::Accepted);
                });
            }
        }
        for conversation in &visitor.journey.conversations {
            sink.record(Unit::Conversation(conversation));
            let add = |state: &mut AgentState| state.counts.conversations += 1;
            match (conversation.opening, conversation.two_way()) {
                (None, _) => sink.exclude(Excluded::NoOpening, add),
                (Some(_), None) => sink.exclude(Excluded::OneSided, add),
                (Some(opening), Some(_)) => {
                    for agent in &conversation.responding {
                        sink.count(opening.at(), Keys::agent(agent), add);
                    }
                }
            }
        }
        for credit in visitor.credit.iter() {
            sink.record(Unit::Order(&credit.order));
            let order = &credit.order;
            if !credit.is_attributed {
                sink.exclude(Excluded::NoCandidate, |state| {
                    state.add(order.value, order.net_value(), true);
                });
            } else if let Some(day) = sink.day(order.placed.at) {
                each_share(credit.credited(), Some(day), |cell, add| {
                    sink.change(cell, add);
                });
            }
        }
    }
}

/// Calls `change` for each share of an order of a day, with the share's cell and a function that adds the share to a
/// state.
fn each_share(
    shares: &[Share<'_>],
    day: Option<usize>,
    mut change: impl FnMut(Cell<'_>, &dyn Fn(&mut AgentState)),
) {
    let mut counted = HashSet::new();
    for share in shares {
        let is_first = counted.insert(share.agent);
        let cell = share
            .agent
            .map_or(Cell::Unassigned, |agent| Cell::Agent(agent, day));
        change(cell, &|state: &mut AgentState| {
            state.add(share.value, share.left, is_first);
        });
    }
}

/// The credit of each agent, and of no agent.
pub(crate) type CreditTally = Cells<Leaderboard>;

impl CreditTally {
    /// Adds the shares of one order.
    pub(crate) fn add_shares(&mut self, shares: &[Share<'_>]) {
        each_share(shares, None, |cell, add| self.change(cell, add));
    }

    /// Returns the credit of no agent, and that of each agent by id.
    pub(crate) fn credit(
        self,
        context: &ReportContext,
    ) -> (CreditSum, impl Iterator<Item = (AgentId, CreditSum)>) {
        let sum = |state| {
            let sum = CreditSum::new(Scope::Unassigned, &mut Cells::of(state), context);
            sum.expect("`CreditSum` is the row of `Unassigned`")
        };
        let agents = self.agents.by_name();
        let agents = agents.map(move |(agent, cells)| (agent, sum(cells.total)));
        (sum(self.unassigned), agents)
    }
}
