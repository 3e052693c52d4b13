//! What of a ledger a report speaks of.

use super::everything::{Everything, Families, QualityTally};
use super::pass::Pass;
use super::{DataQuality, Options, Report};
use crate::journey::{Filter, Quality};
use crate::ledger::{Arrived, Ledger};
use crate::metrics::Tally;
use crate::metrics::conversation::{ConversationMetrics, ConversationTally};
use crate::metrics::csat::{CsatMetrics, CsatTally};
use crate::metrics::engage::{EngageMetrics, EngageTally};
use crate::metrics::gmv::{GmvMetrics, GmvTally};
use crate::metrics::heat_map::{HeatMap, HeatMapTally};
use crate::metrics::leaderboard::{LeaderboardMetrics, LeaderboardTally};
use crate::metrics::request::{RequestMetrics, RequestTally};
use crate::metrics::visitor::{VisitorMetrics, VisitorTally};
use crate::time::{Instant, Period};

/// A ledger through a [`Filter`]: the same questions, of what passes.
///
/// ```
/// use convometrics::{Event, Filter, Ledger, Options, Period, Zone};
///
/// let mut ledger = Ledger::new();
/// for (id, page) in [("1", "/shoes/red"), ("2", "/hats")] {
///     let own = r#""type":"message_sent","by":{"side":"visitor"}"#;
///     let envelope = format!(r#""at":"2026-03-02T09:00:00Z","visitor":"v{id}","page":"{page}","conversation":"c""#);
///     ledger.record(&Event::from_json(&format!(r#"{{"id":"{id}",{envelope},{own}}}"#))?)?;
/// }
/// let day = "2026-03-02".parse()?;
/// let period = Period::from_dates(day, day, &Zone::utc())?;
/// let shoes = ledger.only(Filter::new().only_pages_under("/shoes"));
/// let report = shoes.report(&period, &Options::new());
/// assert_eq!((report.requests.total, report.engage.chats.organization.requested), (1, 1));
/// assert_eq!(report.filter.as_deref(), Some(r#"pages under "/shoes""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Selection<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) filter: Filter,
}

impl Ledger {
    /// The ledger through a filter.
    #[must_use]
    pub fn only(&self, filter: Filter) -> Selection<'_> {
        Selection {
            ledger: self,
            filter,
        }
    }

    /// All of it.
    pub(super) fn all(&self) -> Selection<'_> {
        self.only(Filter::new())
    }
}

impl<'a> Selection<'a> {
    /// What passes.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// All metrics over one period, as [`Ledger::report`], of what passes.
    #[must_use]
    pub fn report(&self, period: &Period, options: &Options) -> Report {
        let pass = self.pass(period, options);
        let families = pass.family::<Everything<'_>>();
        let quality = self.with_arrivals(families.quality);
        Report::assembled(period, options, self.words(), pass.now, families, quality)
    }

    /// Conversations alone: the report's `conversations`.
    #[must_use]
    pub fn conversations(&self, period: &Period, options: &Options) -> ConversationMetrics {
        self.family::<ConversationTally>(period, options)
    }

    /// Requests and automatic messages alone: the report's `requests`.
    #[must_use]
    pub fn requests(&self, period: &Period, options: &Options) -> RequestMetrics {
        self.family::<RequestTally<'_>>(period, options)
    }

    /// Widget impressions and clicks alone: the report's `visitors`.
    #[must_use]
    pub fn visitors(&self, period: &Period, options: &Options) -> VisitorMetrics {
        self.family::<VisitorTally>(period, options)
    }

    /// Orders, GMV and conversion alone: the report's `gmv`.
    #[must_use]
    pub fn gmv(&self, period: &Period, options: &Options) -> GmvMetrics {
        self.family::<GmvTally>(period, options)
    }

    /// Ratings and feedback alone: the report's `csat`.
    #[must_use]
    pub fn csat(&self, period: &Period, options: &Options) -> CsatMetrics {
        self.family::<CsatTally>(period, options)
    }

    /// The agents' leaderboard alone: the report's `leaderboard`.
    #[must_use]
    pub fn leaderboard(&self, period: &Period, options: &Options) -> LeaderboardMetrics {
        self.family::<LeaderboardTally<'_>>(period, options)
    }

    /// Live website calls and chats alone: the report's `engage`.
    #[must_use]
    pub fn engage(&self, period: &Period, options: &Options) -> EngageMetrics {
        self.family::<EngageTally<'_>>(period, options)
    }

    /// Requests, conversations, calls and chats by day of the week and hour.
    #[must_use]
    pub fn heat_map(&self, period: &Period, options: &Options) -> HeatMap {
        self.family::<HeatMapTally>(period, options)
    }

    /// What was read of the visitors who pass, and what was set aside, alone: the report's `data_quality`.
    #[must_use]
    pub fn data_quality(&self, options: &Options) -> DataQuality {
        self.with_arrivals(self.family::<QualityTally>(&Period::none(), options))
    }

    pub(super) fn pass(&self, period: &Period, options: &Options) -> Pass<'a> {
        Pass::new(self.ledger, self.filter.clone(), period, options)
    }

    fn family<T: Tally<'a> + Send>(&self, period: &Period, options: &Options) -> T::Metrics {
        self.pass(period, options).family::<T>()
    }

    pub(super) fn with_arrivals(&self, quality: Quality) -> DataQuality {
        if self.filter.asks_about_visitors() {
            let repeats = self.ledger.repeats();
            let mine = repeats.filter(|(visitor, _)| self.filter.keeps_visitor(*visitor));
            data_quality(quality, mine.map(|(_, arrived)| arrived))
        } else {
            DataQuality {
                duplicates: self.ledger.duplicates(),
                conflicts: self.ledger.conflicts(),
                ..data_quality(quality, [])
            }
        }
    }

    /// The filter in words; `None` where nothing is left out.
    pub(super) fn words(&self) -> Option<String> {
        (!self.filter.is_open()).then(|| self.filter.to_string())
    }
}

impl Report {
    pub(super) fn assembled(
        period: &Period,
        options: &Options,
        filter: Option<String>,
        now: Option<Instant>,
        families: Families,
        data_quality: DataQuality,
    ) -> Self {
        Self {
            period: period.clone(),
            as_of: now.map(Instant::to_utc),
            options: options.settings().clone(),
            filter,
            conversations: families.conversations,
            requests: families.requests,
            visitors: families.visitors,
            gmv: families.gmv,
            csat: families.csat,
            leaderboard: families.leaderboard,
            engage: families.engage,
            data_quality,
        }
    }
}

/// What was read, with what arrived under the ids of its events.
pub(super) fn data_quality(
    quality: Quality,
    arrived: impl IntoIterator<Item = Arrived>,
) -> DataQuality {
    let mut found = DataQuality {
        events: quality.events,
        duplicates: 0,
        conflicts: 0,
        redundant: quality.redundant,
        orphans: quality.orphans,
        over_refunds: quality.over_refunds,
    };
    for arrived in arrived {
        found.duplicates = found.duplicates.saturating_add(arrived.same - 1);
        found.conflicts = found.conflicts.saturating_add(arrived.other);
    }
    found
}
