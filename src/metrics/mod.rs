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
//! | [`funnel`] | how far visitors got | none |
//! | [`data_quality`] | events read and set aside | none |
//! | [`responsiveness`] | waiting times, reply times, service levels | none; optional |
//! | [`conversation_lift`] | visitors with and without a conversation | none; optional |
//! | [`heat_map`] | by day of the week and hour | none; optional |
//!
//! A report has **optional** families only if its query [asks for them](crate::Query::with_families). A single family
//! or figure of a [view](crate::View) needs no such query.
//!
//! **Where outcomes count.** An outcome counts in the day, hour, page and period of its opening act. An acceptance
//! counts on the day of its request, an answer on the page that the call was requested from. So every acceptance rate
//! is at most 1 in every bucket. Impressions, clicks, orders and survey answers have no opening act and count at their
//! own time.
//!
//! **Periods** are half-open: an event at the start is inside, an event at the end is not. **Daily** series have a row
//! for every local day that the period touches, in order, also for days without events.
//!
//! **Scopes.** The report has the figures of a scope in these fields:
//!
//! | scope | field of the family | rows |
//! | --- | --- | --- |
//! | total | the figure itself; for [`engage`] and [`responsiveness`], in `organization` | one |
//! | day | `daily` | every local day that the period touches |
//! | hour | `by_hour` | 24 local hours of the day |
//! | agent | `agents` | those with a figure other than 0, by id |
//! | agent day | `agents`, each with `daily` | every local day |
//! | unassigned | `unassigned` | one: credit that belongs to no agent |
//! | page | `pages`, by page; for [`request`], `top_pages`, most first | those with a figure other than 0 |
//! | trigger, auto message | the figure itself | those with a click, most first |
//! | rating | the figure itself | 1 to 5 |
//! | step | the figure itself, in [`funnel`] | 5, in order |
//! | week hour | `cells` of [`heat_map`] | 168, from Monday 0 to Sunday 23 |
//!
//! The tables of the families, and their ids, are in the [catalogue](crate::catalogue).
//!
//! **Adding up.** With the same `as_of`, and with lists not cut at `top`, figures of different visitors add up, and so
//! do figures of adjacent periods: counts as they are, ratios, means and money by their parts, with `+`. Unique
//! visitors ([`visitor`], [`funnel`], `conversion_rate`) and figures that ignore the period (`csat.distribution`, most
//! of `data_quality`) do not add up over periods.
//!
//! The terms on these pages (*two-way*, *opening*, *session*, *human*, *touch*, *agent at a point*) are defined in
//! [`definitions`](crate::definitions).

// A tally adds one visitor's journey at a time and merges with tallies of other visitors. Its sums are whole numbers,
// so any split of the visitors over threads or machines gives the same figures.

pub(crate) mod cells;
pub mod conversation;
pub mod conversation_lift;
pub(crate) mod credit;
pub mod csat;
pub mod data_quality;
pub mod engage;
pub(crate) mod family;
pub mod funnel;
pub mod gmv;
pub mod heat_map;
pub mod leaderboard;
pub(crate) mod multiset;
pub(crate) mod registry;
pub mod request;
pub mod responsiveness;
pub(crate) mod sums;
pub mod visitor;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::AddAssign;

use self::credit::{CreditRules, OrderCredit};
use self::data_quality::DataQualityState;
use self::family::Reads;
use self::responsiveness::{Service, ServiceTargets};
use self::sums::Ratings;
use crate::event::Rating;
use crate::journey::Journey;
use crate::ledger::Arrived;
pub(crate) use crate::ledger::types::{CALLS, CORRECTIONS, LOOKS, ORDERS, TALKS};
use crate::metric::Family;
use crate::options::Options;
use crate::time::{Calendar, Instant};

/// The context of a report's tallies: the period, divided into days and hours, and the options.
#[derive(Debug)]
pub(crate) struct ReportContext {
    pub(crate) calendar: Calendar,
    pub(crate) options: Options,
    pub(crate) credit: CreditRules,
    /// The optional families to compute.
    pub(crate) families: BTreeSet<Family>,
    pub(crate) targets: ServiceTargets,
}

impl ReportContext {
    pub(crate) fn new(calendar: Calendar, options: &Options) -> Self {
        Self {
            calendar,
            options: options.clone(),
            credit: CreditRules::new(options),
            families: BTreeSet::new(),
            targets: ServiceTargets::default(),
        }
    }
}

/// One visitor, as a tally reads it.
#[derive(Debug)]
pub(crate) struct VisitorView<'a, 'r> {
    pub(crate) journey: &'r Journey<'a>,
    /// The credit of each order; empty unless a tally [reads it](Reads::credit).
    pub(crate) credit: Cow<'r, [OrderCredit<'a>]>,
    /// Empty unless a tally [reads it](Reads::activity).
    pub(crate) activity: Activity,
    pub(crate) service: Service,
}

/// What a visitor did, whatever a filter selects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Activity {
    /// The instants of the visible events, without orphans and redundant events.
    pub(crate) instants: Vec<Instant>,
    /// The openings of the two-way conversations.
    pub(crate) conversations: Vec<Instant>,
}

/// The sums of a family over visitors. `+=` adds those over other visitors.
pub(crate) trait Tally: Default + AddAssign {
    type Metrics;

    /// Returns what the tally reads of a visitor.
    fn reads(context: &ReportContext) -> Reads;

    /// Adds one visitor.
    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>);

    fn finish(self, context: &ReportContext) -> Self::Metrics;

    /// Adds the arrivals under the id of one survivor.
    fn add_arrived(&mut self, _: Arrived) {}

    /// Stores the tally's figures that do not depend on the period.
    fn all_time(&self, _: &mut AllTimeFigures) {}

    /// Replaces the tally's figures that do not depend on the period by cached ones.
    fn set_all_time(&mut self, _: &AllTimeFigures) {}

    /// Whether the tally has all [`AllTimeFigures`].
    const HAS_ALL_TIME: bool = false;
}

/// The figures of a fully visible log that depend on neither the period nor the options.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AllTimeFigures {
    pub(crate) data_quality: DataQualityState,
    pub(crate) ratings: [Ratings; Rating::ALL.len()],
}
