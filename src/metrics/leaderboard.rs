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
//! | `average_rating` | Average Rating | stars | mean over the answers in the period that have a rating and whose agent this is | agent, agent day (*Average Rating Trend*) | `null` |
//! | `requests` | Agent Initiated Request | requests | text and video requests in the period that the agent made | agent, agent day (*Agent Initiated Request Trend*) | `0` |
//! | `acceptance_rate` | Agent Initiated Request Acceptance Rate | ratio | accepted requests of those in the period that the agent made | agent, agent day (*Agent Initiated Request Acceptance Rate Trend*) | `null` |
//! | `conversations` | Total Conversation | conversations | two-way conversations that opened in the period and in which the agent responded; one of two agents counts for both | agent, agent day (*Total Conversation Trend*) | `0` |
//! | `attributed_sales` | Attributed Sales | money | the agent's shares of the orders in the period with an any-channel candidate | agent, unassigned | `{}` |
//! | `attributed_orders` | Attributed Orders | orders | orders in the period that the agent is credited with, each once | agent, unassigned | `0` |
//! | `net_attributed_sales` | – | money | the agent's shares of what is left of the orders in the period with an any-channel candidate, after refunds and cancellations by `as_of`, whenever they were | agent, unassigned | `{}` |
//!
//! <!-- end of catalogue -->
//!
//! An agent **responded** in a conversation if they wrote a message in it, or if a call in it connected that they
//! answered first or offered. The agent of a share is the conversation's agent **at the order**: that of the latest
//! assignment at or before it, otherwise of the latest agent act. A later assignment moves no credit. The
//! `attributed_sales` of all rows and `unassigned` sum exactly to those of [`gmv`](super::gmv); under `last_touch`, the
//! `attributed_orders` sum to its `orders`. The value left of an order is split by the same weights as its value. The
//! shares sum to the value left: to `net_gmv` under `gmv_scope` `any`. [`View::explain`](crate::View::explain) explains
//! the credit of each order.
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
//! has the first four of these figures on the day of the request, the opening or the answer.
//!
//! Under `linear`, an order of 100.00 EUR has two candidates, whose agents are Ada and Ben. Each row has
//! `attributed_sales` 50.00 EUR and `attributed_orders` 1, although it is one order: under a model that shares, an
//! order counts once for every credited agent. If 29.99 are refunded, 70.01 are left, and `net_attributed_sales` are
//! 35.01 for Ada, whose touch is earlier, and 35.00 for Ben. If both conversations were Ada's, her row would have
//! 100.00 EUR, 1 order and 70.01 EUR.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::credit::Share;
use super::sums::{ByName, Ratings, Slots, named};
use super::{ReportContext, TALKS, Tally, VisitorView};
use crate::id::{AgentId, Trusted};
use crate::journey::OpenedBy;
use crate::ledger::Types;
use crate::money::{AverageByCurrency, MoneyByCurrency, by_currency};
use crate::ratio::{Mean, Ratio};
use crate::sums::{add_up_by_field, add_up_sums};

/// The leaderboard; see [the module](self) for the definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "The leaderboard.")
)]
#[non_exhaustive]
pub struct LeaderboardMetrics {
    /// A row per agent, by id.
    pub agents: Vec<AgentRow>,
    /// Credit of conversations that had no agent.
    pub unassigned: CreditSum,
}

/// One agent's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AgentRow {
    /// The agent.
    pub agent: AgentId,
    /// *Average Rating*.
    pub average_rating: Mean,
    /// *Agent Initiated Request*.
    pub requests: u64,
    /// *Agent Initiated Request Acceptance Rate*.
    pub acceptance_rate: Ratio,
    /// *Total Conversation*.
    pub conversations: u64,
    /// *Attributed Sales*.
    pub attributed_sales: MoneyByCurrency,
    /// *Attributed Orders*.
    pub attributed_orders: u64,
    /// The shares of the value left of these orders after refunds and cancellations.
    pub net_attributed_sales: MoneyByCurrency,
    /// *Performance Trends*.
    pub daily: Vec<AgentDay>,
}

/// The figures of one agent on one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AgentDay {
    /// The local date.
    pub date: NaiveDate,
    /// *Average Rating Trend*.
    pub average_rating: Mean,
    /// *Agent Initiated Request Trend*.
    pub requests: u64,
    /// *Agent Initiated Request Acceptance Rate Trend*.
    pub acceptance_rate: Ratio,
    /// *Total Conversation Trend*.
    pub conversations: u64,
}

/// The credit of one agent, or of no agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CreditSum {
    /// *Attributed Orders*: orders with credit for the agent, each counted once.
    pub attributed_orders: u64,
    /// *Attributed Sales*: the shares of their value.
    pub attributed_sales: MoneyByCurrency,
    /// The shares of the value left after refunds and cancellations.
    pub net_attributed_sales: MoneyByCurrency,
}

/// The number of credited orders.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Credited {
    orders: u64,
}

add_up_by_field!(Credited { orders });

/// Sums of credit. Each sum of money has its number of shares.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Credits {
    credited: Credited,
    #[serde(with = "by_currency")]
    sales: AverageByCurrency,
    #[serde(with = "by_currency")]
    left: AverageByCurrency,
}

add_up_sums!(Credits {
    credited,
    sales,
    left
});

impl From<Credits> for CreditSum {
    fn from(credits: Credits) -> Self {
        Self {
            attributed_orders: credits.credited.orders,
            attributed_sales: credits.sales.sums(),
            net_attributed_sales: credits.left.sums(),
        }
    }
}

/// The credit of each agent, and of no agent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CreditTally<'a> {
    #[serde(deserialize_with = "named::<AgentId, _, _>")]
    agents: ByName<'a, Credits>,
    unassigned: Credits,
}

add_up_sums!(CreditTally<'a> { agents, unassigned });

impl<'a> CreditTally<'a> {
    /// Adds the shares of one order.
    pub(crate) fn add(&mut self, shares: &[Share<'a>]) {
        let mut counted = HashSet::new();
        for share in shares {
            let sum = match share.agent {
                Some(agent) => self.agents.at(agent),
                None => &mut self.unassigned,
            };
            sum.sales += share.value;
            sum.left += share.left;
            sum.credited.orders += u64::from(counted.insert(share.agent));
        }
    }

    /// Returns the credit of no agent, and that of each agent by id.
    pub(crate) fn finish(self) -> (CreditSum, Vec<(Cow<'a, str>, CreditSum)>) {
        let agents = self.agents.by_name().into_iter();
        let agents = agents.map(|(agent, credits)| (agent, credits.into()));
        (self.unassigned.into(), agents.collect())
    }

    fn into_owned(self) -> CreditTally<'static> {
        CreditTally {
            agents: self.agents.into_owned(),
            unassigned: self.unassigned,
        }
    }
}

/// An agent's counts, of one day or of the period.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Counts {
    requests: u64,
    accepted: u64,
    conversations: u64,
}

add_up_by_field!(Counts {
    requests,
    accepted,
    conversations
});

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Sums {
    ratings: Ratings,
    counts: Counts,
}

add_up_sums!(Sums { ratings, counts });

impl Sums {
    fn acceptance_rate(self) -> Ratio {
        Ratio::new(self.counts.accepted, self.counts.requests)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LeaderboardTally<'a> {
    #[serde(deserialize_with = "named::<AgentId, _, _>")]
    agents: ByName<'a, Slots<Sums>>,
    credit: CreditTally<'a>,
}

add_up_sums!(LeaderboardTally<'a> { agents, credit });

impl LeaderboardTally<'_> {
    /// Returns whether each agent has all days of the period.
    #[cfg(feature = "snapshot")]
    pub(crate) fn is_of(&self, context: &ReportContext) -> bool {
        let days = context.calendar.dates().len();
        self.agents.values().all(|agent| agent.len() == days)
    }

    /// Converts to a tally that does not borrow from the log.
    pub(crate) fn into_owned(self) -> LeaderboardTally<'static> {
        LeaderboardTally {
            agents: self.agents.into_owned(),
            credit: self.credit.into_owned(),
        }
    }
}

impl<'a> LeaderboardTally<'a> {
    /// Changes an agent's sums on the day of an instant, if the period contains it.
    fn at(
        &mut self,
        context: &ReportContext,
        agent: &'a str,
        at: crate::time::Instant,
        change: impl FnOnce(&mut Sums),
    ) {
        if let Some(day) = context.calendar.day(at) {
            let days = self.agents.at_or(agent, || Slots::days(context));
            days.at(day, change);
        }
    }
}

impl<'a> Tally<'a> for LeaderboardTally<'a> {
    type Metrics = LeaderboardMetrics;

    const READS: Types = TALKS;

    const READS_CREDIT: bool = true;

    fn new(_: &ReportContext) -> Self {
        Self {
            agents: ByName::default(),
            credit: CreditTally::default(),
        }
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>) {
        for answer in &visitor.journey.answers {
            if let (Some(agent), Some(rating)) = (answer.agent, answer.rating) {
                self.at(context, agent, answer.at, |sums| {
                    sums.ratings += Ratings::of(rating);
                });
            }
        }
        for request in &visitor.journey.requests {
            if let OpenedBy::Agent(agent) = request.by {
                self.at(context, agent, request.at, |sums| {
                    sums.counts.requests += 1;
                    sums.counts.accepted += u64::from(request.accepted);
                });
            }
        }
        for conversation in &visitor.journey.conversations {
            if let (Some(opening), Some(_)) = (conversation.opening, conversation.two_way()) {
                for agent in conversation.responding_agents() {
                    self.at(context, agent, opening.at(), |sums| {
                        sums.counts.conversations += 1;
                    });
                }
            }
        }
        for credit in visitor.credit.iter() {
            if context.calendar.contains(credit.order.placed.at) {
                self.credit.add(&credit.shares);
            }
        }
    }

    fn finish(self, context: &ReportContext) -> LeaderboardMetrics {
        let (unassigned, credit) = self.credit.finish();
        let mut rows = BTreeMap::new();
        for (agent, days) in self.agents.by_name() {
            rows.insert(agent, (days, CreditSum::default()));
        }
        for (agent, credit) in credit {
            let row = rows.entry(agent);
            row.or_insert_with(|| (Slots::days(context), CreditSum::default()))
                .1 = credit;
        }
        let row = |(agent, (days, credit)): (Cow<'_, str>, (Slots<Sums>, CreditSum))| {
            let all = days.total();
            AgentRow {
                agent: AgentId::trusted(&agent),
                average_rating: all.ratings.mean(),
                requests: all.counts.requests,
                acceptance_rate: all.acceptance_rate(),
                conversations: all.counts.conversations,
                attributed_sales: credit.attributed_sales,
                attributed_orders: credit.attributed_orders,
                net_attributed_sales: credit.net_attributed_sales,
                daily: days.rows(context, |date, day| AgentDay {
                    date,
                    average_rating: day.ratings.mean(),
                    requests: day.counts.requests,
                    acceptance_rate: day.acceptance_rate(),
                    conversations: day.counts.conversations,
                }),
            }
        };
        LeaderboardMetrics {
            agents: rows.into_iter().map(row).collect(),
            unassigned,
        }
    }
}
