//! The report: every family's figures over one period.
//!
//! A report is a function of the set of events, the period and the options: no clock, no randomness, no order of
//! arrival. It is one pass over visitors, on as many threads as there are (feature `parallel`); the bytes are the same
//! on any number.
//!
//! Of a visitor no more is read than is asked for: nothing of one who has no event in the period or none of the types
//! that the families in question count, the instants alone of one who only looked. What holds for the whole log,
//! whatever the period (the distribution of ratings, the data quality), is found by the first report and kept until a
//! further event arrives.

mod beside;
mod compare;
#[cfg(feature = "csv")]
mod csv;
mod drill_down;
mod estimates;
mod everything;
mod explain;
mod figures;
mod markdown;
mod options;
mod partial;
mod pass;
mod rows;
mod segments;
mod selection;
mod series;
mod what_if;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use compare::{Change, Comparison, Difference};
pub use drill_down::{Contribution, MeanSample, Reason, Record, Verdict};
pub use estimates::FigureEstimate;
pub use explain::{OrderExplanation, OrderTouch, TouchCredit, TouchVerdict};
pub use figures::Figure;
pub use options::{AttributionOptions, Options, ReportOptions};
#[cfg(feature = "snapshot")]
#[cfg_attr(docsrs, doc(cfg(feature = "snapshot")))]
pub use partial::{PARTIAL_VERSION, PartialBytesError};
pub use partial::{PartialError, PartialReport};
pub use rows::FigureRow;
pub use selection::Selection;
pub use series::Grain;
pub use what_if::{AgentCredit, WhatIf, WhatIfCell};

use crate::error::OptionError;
use crate::ledger::Ledger;
use crate::metrics::conversation::ConversationMetrics;
use crate::metrics::csat::CsatMetrics;
use crate::metrics::engage::EngageMetrics;
use crate::metrics::gmv::GmvMetrics;
use crate::metrics::heat_map::HeatMap;
use crate::metrics::leaderboard::LeaderboardMetrics;
use crate::metrics::request::RequestMetrics;
use crate::metrics::visitor::VisitorMetrics;
use crate::time::{Instant, Period, Zone};

/// All metrics of both glossaries over one period.
///
/// Serialises to one JSON object, whose field names are those of this struct and of the families' structs, and reads back
/// to an equal report. Ratios and means carry their `value`, `null` over nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Report {
    /// The period, with the zone's offsets.
    pub period: Period,
    /// "Now": the option's, else the latest event's instant; `None` where neither is there.
    #[serde(with = "crate::time::utc::option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<DateTime<Utc>>"))]
    pub as_of: Option<DateTime<Utc>>,
    /// The options that the report was made with.
    pub options: ReportOptions,
    /// The conditions of the [filter](crate::Filter) that it was made with, in words; `None`, and no field in JSON, where
    /// nothing was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Conversations.
    pub conversations: ConversationMetrics,
    /// Requests and automatic messages.
    pub requests: RequestMetrics,
    /// Widget impressions and clicks.
    pub visitors: VisitorMetrics,
    /// Orders, GMV, conversion.
    pub gmv: GmvMetrics,
    /// Ratings and feedback.
    pub csat: CsatMetrics,
    /// Agents.
    pub leaderboard: LeaderboardMetrics,
    /// Live website calls and chats.
    pub engage: EngageMetrics,
    /// What was read, and what was set aside.
    pub data_quality: DataQuality,
}

/// What was read, and what was set aside. Not cut to the period. `duplicates` and `conflicts` speak of all that
/// arrived, the others of what is visible at `as_of`.
///
/// By hand: a log of 5 arrivals: an order placed, the same again, the same id with another subtotal (later in canonical
/// order), a refund of more than the order's value, and a `call_ended` of a call never requested. `events` 3,
/// `duplicates` 1, `conflicts` 1, `redundant` 0, `orphans` 1, `over_refunds` 1. One more `order_placed` of that order,
/// under another id, would make `events` 4 and `redundant` 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DataQuality {
    /// Distinct survivors at or before `as_of`, redundant events and orphans included.
    pub events: u64,
    /// Further arrivals of a survivor's content, of all that arrived.
    pub duplicates: u64,
    /// Arrivals of other content under a survivor's id, of all that arrived.
    pub conflicts: u64,
    /// Each `order_placed` of an order after its first, each `call_requested` of a call after its first.
    pub redundant: u64,
    /// Call events without a request, refunds and cancellations without an order.
    pub orphans: u64,
    /// Refunds that exceed what is left of their order, of all visible orders.
    pub over_refunds: u64,
}

impl Ledger {
    /// All metrics over one period.
    ///
    /// A service that takes events from outside does well to say [when it is](Options::with_as_of): "now" is else the
    /// latest event's instant, and one event of a clock that is years ahead would close every session. Under a model
    /// that credits every candidate (all but `last_touch` and `first_touch`) a visitor with n touches before each of m
    /// orders takes n × m steps.
    ///
    /// ```
    /// use chrono::{DateTime, NaiveDate};
    /// use convometrics::{Event, Ledger, Options, Period, WidgetEvent, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// let at = DateTime::parse_from_rfc3339("2026-03-02T09:00:00Z")?.to_utc();
    /// ledger.record(&Event::new("1".parse()?, at, "ann".parse()?, WidgetEvent::Impression)?)?;
    ///
    /// let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    /// let period = Period::from_dates(day, day, &Zone::utc())?;
    /// let report = ledger.report(&period, &Options::new());
    /// assert_eq!(report.visitors.with_impression, 1);
    /// assert_eq!(report.visitors.click_through_rate.value(), Some(0.0));
    /// assert_eq!(report.requests.text_share.value(), None); // no request: no share, not 0
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn report(&self, period: &Period, options: &Options) -> Report {
        self.all().report(period, options)
    }

    /// The instants of the first and of the last event at or before the option's `as_of`; `None` where there is none.
    #[must_use]
    pub fn span(&self, options: &Options) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (first, last) = self.bounds(options.as_of_instant())?;
        Some((first.to_utc(), last.to_utc()))
    }

    /// The period of a report that names none: the local days from the first to the last event at or before the
    /// option's `as_of`.
    ///
    /// # Errors
    /// An [`OptionError`] that names `period`: where no event is visible, where the events span more than 3 660 local
    /// days, and where the days leave the years 0000 to 9999 (31 December 9999 has no end there). Then the period must
    /// be given.
    pub fn whole_period(&self, zone: &Zone, options: &Options) -> Result<Period, OptionError> {
        let (first, last) = self.bounds(options.as_of_instant()).ok_or_else(|| {
            OptionError::new(
                "period",
                "not given, and there is no event to take it from",
                "a period, such as the days 2026-03-01 to 2026-03-31",
            )
        })?;
        Period::holding(first, last, zone)
    }

    /// Conversations alone: `report(period, options).conversations`, without the work for the other families.
    ///
    /// ```
    /// # use convometrics::{Ledger, Options, Zone, Period};
    /// # let ledger = Ledger::new();
    /// # let day = "2026-03-02".parse()?;
    /// # let period = Period::from_dates(day, day, &Zone::utc())?;
    /// # let options = Options::new();
    /// assert_eq!(ledger.conversations(&period, &options), ledger.report(&period, &options).conversations);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn conversations(&self, period: &Period, options: &Options) -> ConversationMetrics {
        self.all().conversations(period, options)
    }

    /// Requests and automatic messages alone: the report's `requests`.
    #[must_use]
    pub fn requests(&self, period: &Period, options: &Options) -> RequestMetrics {
        self.all().requests(period, options)
    }

    /// Widget impressions and clicks alone: the report's `visitors`.
    #[must_use]
    pub fn visitors(&self, period: &Period, options: &Options) -> VisitorMetrics {
        self.all().visitors(period, options)
    }

    /// Orders, GMV and conversion alone: the report's `gmv`.
    #[must_use]
    pub fn gmv(&self, period: &Period, options: &Options) -> GmvMetrics {
        self.all().gmv(period, options)
    }

    /// Ratings and feedback alone: the report's `csat`.
    #[must_use]
    pub fn csat(&self, period: &Period, options: &Options) -> CsatMetrics {
        self.all().csat(period, options)
    }

    /// The agents' leaderboard alone: the report's `leaderboard`.
    #[must_use]
    pub fn leaderboard(&self, period: &Period, options: &Options) -> LeaderboardMetrics {
        self.all().leaderboard(period, options)
    }

    /// Live website calls and chats alone: the report's `engage`.
    #[must_use]
    pub fn engage(&self, period: &Period, options: &Options) -> EngageMetrics {
        self.all().engage(period, options)
    }

    /// Requests, conversations, calls and chats by day of the week and hour: beside the report, not in it.
    #[must_use]
    pub fn heat_map(&self, period: &Period, options: &Options) -> HeatMap {
        self.all().heat_map(period, options)
    }

    /// What was read, and what was set aside, alone: the report's `data_quality`.
    #[must_use]
    pub fn data_quality(&self, options: &Options) -> DataQuality {
        self.all().data_quality(options)
    }

    /// "Now": the option's, else the latest survivor's instant.
    pub(crate) fn now(&self, options: &Options) -> Option<Instant> {
        options
            .as_of_instant()
            .or_else(|| self.bounds(None).map(|(_, latest)| latest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, WidgetEvent};
    use crate::metrics::Whole;

    #[test]
    fn what_holds_whatever_the_period_is_kept_until_a_further_event_arrives() {
        let look = |id: &str| {
            let at = "2026-03-02T09:00:00Z".parse().unwrap();
            let (id, visitor) = (id.parse().unwrap(), "ann".parse().unwrap());
            Event::new(id, at, visitor, WidgetEvent::Impression).unwrap()
        };
        let mut ledger = Ledger::new();
        ledger.record(&look("1")).unwrap();
        let kept = |ledger: &Ledger| ledger.cached::<Whole>().map(|whole| whole.quality.events);
        assert_eq!(kept(&ledger), None);
        let day = "2026-03-02".parse().unwrap();
        let period = Period::from_dates(day, day, &Zone::utc()).unwrap();
        let report = ledger.report(&period, &Options::new());
        assert_eq!((kept(&ledger), report.data_quality.events), (Some(1), 1));
        ledger.record(&look("2")).unwrap();
        assert_eq!(kept(&ledger), None);
        // What is seen of a part is not kept for the whole.
        let before = Options::new().with_as_of("2026-03-01T00:00:00Z".parse().unwrap());
        assert_eq!(
            ledger.report(&period, &before.unwrap()).data_quality.events,
            0
        );
        assert_eq!(kept(&ledger), None);
    }
}
