//! One module per metric family, each with its definitions and its figures.
//!
//! | module | family | glossary |
//! | --- | --- | --- |
//! | [`conversation`] | conversations | One-to-One, *Conversation Metrics* |
//! | [`request`] | requests and automatic messages | One-to-One, *Request Metrics* and *Request Acceptance Rate* |
//! | [`visitor`] | widget impressions and clicks | One-to-One, *Visitor Metrics* |
//! | [`gmv`] | orders, GMV, conversion | One-to-One, *GMV and Purchase Metrics* |
//! | [`csat`] | ratings and feedback | One-to-One, *Customer Satisfaction* |
//! | [`leaderboard`] | agents | One-to-One, *Agent Leaderboard* and *Performance Trends* |
//! | [`engage`] | live website calls and chats | Engage |
//! | [`responsiveness`] | waiting times, reply times, service levels | ours, beside the report |
//! | [`conversation_lift`] | visitors with and without a conversation | ours, beside the report |
//! | [`heat_map`] | by day of the week and hour | ours, beside the report |
//!
//! **Where outcomes count.** An outcome is counted where its opening act stands: in the opening's day, hour, page and period. An
//! acceptance is counted on the day of its request, an answer on the page that the call was requested from. So every
//! acceptance rate is at most 1 in every bucket. What has no opening act of its own (impressions, clicks, orders, answers
//! of surveys) counts at its own time.
//!
//! **Periods** are half-open: an event at the start is inside, an event at the end is not. **Daily** series have a row
//! for every local day that the period touches, in order, also for days without events.
//!
//! **Scopes.** A figure of a scope stands in the report as
//!
//! | scope | field of the family | rows |
//! | --- | --- | --- |
//! | total | the figure itself; of [`engage`] in `organization` | one |
//! | day | `daily` | every local day that the period touches |
//! | hour | `by_hour` | 24 local hours of the day |
//! | agent | `agents` | those with a figure other than 0, by id |
//! | agent day | `agents`, each with `daily` | every local day |
//! | unassigned | `unassigned` | one: what no agent is credited with |
//! | page | `pages`, by page; of [`request`] `top_pages`, most first | those with a figure other than 0 |
//! | trigger, auto message | the figure itself | those with a click, most first |
//! | rating | the figure itself | 1 to 5 |
//!
//! The tables of the families, and their ids, are in the [catalogue](crate::catalogue).
//!
//! **Adding up.** With one `as_of`, and lists not cut at `top`, figures over different visitors add up, and so do
//! figures over adjacent periods: counts by themselves, ratios, means and money by their parts, with `+`. Over periods
//! these do not: unique visitors ([`visitor`], `conversion_rate`), and what ignores the period (`csat.distribution`,
//! `data_quality`).
//!
//! The terms that these pages use (*two-way*, *opening*, *session*, *human*, *touch*, *agent at a point*) are in
//! [`definitions`](crate::definitions).

// A tally sees one visitor's journey at a time, adds it, and merges with any other tally of other visitors: sums of whole
// numbers, so that any split of the visitors over threads or machines gives the same figures.

pub mod conversation;
pub mod conversation_lift;
pub(crate) mod credit;
pub mod csat;
pub mod engage;
pub mod gmv;
pub mod heat_map;
pub mod leaderboard;
pub mod request;
pub mod responsiveness;
pub(crate) mod sums;
pub mod visitor;

use std::borrow::Cow;
use std::ops::AddAssign;

use self::credit::{CreditRules, OrderCredit};
use self::csat::RatingDistribution;
use self::responsiveness::Service;
use crate::event::EventType;
use crate::journey::{Journey, Quality};
use crate::ledger::Types;
use crate::time::Calendar;

/// The event types of looks, which can be read without the rest of the journey.
pub(crate) const LOOKS: Types = Types::of([EventType::WidgetImpression, EventType::WidgetClicked]);

/// What conversations, requests, calls and chats come from.
pub(crate) const TALKS: Types = Types::of([
    EventType::ChatRequested,
    EventType::AgentAssigned,
    EventType::MessageSent,
])
.or(CALLS);

/// All that is said of calls.
pub(crate) const CALLS: Types = Types::of([
    EventType::CallRequested,
    EventType::CallAnswered,
    EventType::CallAccepted,
    EventType::CallConnected,
    EventType::CallDeclined,
    EventType::CallCancelled,
    EventType::CallMissed,
    EventType::CallEnded,
]);

/// All that is said of orders.
pub(crate) const ORDERS: Types = Types::of([
    EventType::OrderPlaced,
    EventType::OrderRefunded,
    EventType::OrderCancelled,
]);

/// What a report asks of its tallies: the period, cut into days and hours, and the rules of the options.
#[derive(Debug)]
pub(crate) struct ReportContext {
    pub(crate) calendar: Calendar,
    pub(crate) top: usize,
    pub(crate) credit: CreditRules,
    /// Of [`responsiveness`] alone.
    pub(crate) service: Service,
}

/// What a tally sees of one visitor.
#[derive(Debug)]
pub(crate) struct VisitorView<'a, 'r> {
    pub(crate) journey: &'r Journey<'a>,
    /// Who is credited with each order; empty unless a tally [reads it](Tally::READS_CREDIT).
    pub(crate) credit: Cow<'r, [OrderCredit<'a>]>,
}

/// A family's sums over visitors: those over other visitors are added with `+=`.
pub(crate) trait Tally<'a>: Sized + AddAssign {
    type Metrics;

    /// The types of events without any of which a visitor adds nothing.
    const READS: Types;

    /// The same of a visitor without an event in the period.
    const READS_OUTSIDE: Types = Types::of([]);

    /// Whether it counts all events, whatever the period.
    const COUNTS_EVENTS: bool = false;

    /// Whether it needs to know who is credited with orders.
    const READS_CREDIT: bool = false;

    fn new(context: &ReportContext) -> Self;

    /// Adds one visitor.
    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>);

    fn finish(self, context: &ReportContext) -> Self::Metrics;

    /// The all-time figures of the log, if the tally computes all of them.
    fn all_time(&self) -> Option<AllTimeFigures> {
        None
    }

    /// Replaces the tally's all-time figures by those that are cached.
    fn set_all_time(&mut self, _: &AllTimeFigures) {}
}

/// The figures of a log, all of it visible, that depend on no period and no option.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AllTimeFigures {
    pub(crate) quality: Quality,
    pub(crate) distribution: RatingDistribution,
}

/// Figures that are counts alone: a struct whose values add up field by field.
macro_rules! counts {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: u64,)*
        }

        $crate::sums::add_up_by_field!($name { $($field),* });
    };
}
pub(crate) use counts;
