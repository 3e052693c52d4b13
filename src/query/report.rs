//! The report: every family's figures over one period.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Options;
use crate::ledger::Ledger;
use crate::metrics::conversation::ConversationMetrics;
use crate::metrics::conversation_lift::ConversationLift;
use crate::metrics::csat::CsatMetrics;
use crate::metrics::data_quality::DataQuality;
use crate::metrics::engage::EngageMetrics;
use crate::metrics::funnel::FunnelRow;
use crate::metrics::gmv::GmvMetrics;
use crate::metrics::heat_map::HeatMap;
use crate::metrics::leaderboard::LeaderboardMetrics;
use crate::metrics::request::RequestMetrics;
use crate::metrics::responsiveness::Responsiveness;
use crate::metrics::visitor::VisitorMetrics;
use crate::time::{Instant, Period, PeriodError, Zone};

/// All metrics of both glossaries over one period.
///
/// A report serialises to one JSON object, whose field names are those of this struct and of the families' structs, and
/// reads back to an equal report. Ratios and means have a `value`, which is `null` if the denominator or count is 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Report {
    /// The period, with the zone's offsets.
    pub period: Period,
    /// "Now": the option `as_of`, or the time of the latest event that is not `retracted`; `None` if the option is not
    /// set and there is no such event.
    #[serde(with = "crate::time::utc::option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<DateTime<Utc>>"))]
    pub as_of: Option<DateTime<Utc>>,
    /// The options of the report, without `as_of`.
    pub options: Options,
    /// The conditions of the [filter](crate::Filter) in words; `None`, and no field in JSON, without conditions.
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
    /// Visitors by how far they came: a row for each step.
    pub funnel: Vec<FunnelRow>,
    /// The counters of events read and set aside.
    pub data_quality: DataQuality,
    /// Waiting times and service levels; `None`, and no field in JSON, unless the query asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsiveness: Option<Responsiveness>,
    /// Visitors with and without a conversation; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_lift: Option<ConversationLift>,
    /// Activity by day of the week and hour; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heat_map: Option<HeatMap>,
}

impl Options {
    /// Returns the options that reproduce a report without a filter and without optional families: the report's own, with
    /// its `as_of`.
    ///
    /// Until another event arrives, `ledger.report(&report.period, &Options::of(&report))` equals such a report. An event
    /// that arrives later with a time after `as_of` changes only `duplicates` and `conflicts`.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let as_of = report.as_of.map(Instant::clamped);
        report.options.clone().at(as_of)
    }
}

impl Ledger {
    /// Returns the times of the first and the last event at or before `as_of`, or `None` if there is no such event.
    #[must_use]
    pub fn span(&self, options: &Options) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (first, last) = self.bounds(options.as_of_instant())?;
        Some((first.to_utc(), last.to_utc()))
    }

    /// Returns the local days from the first to the last event at or before `as_of`: the default period of a report.
    ///
    /// # Errors
    /// [`PeriodError::NoEvents`] if no event is visible, [`PeriodError::TooLong`] if the events span more than 3 660
    /// local days, [`PeriodError::OutOfRange`] if the days leave the years 0000 to 9999 (31 December 9999 has no end
    /// there).
    pub fn whole_period(&self, zone: &Zone, options: &Options) -> Result<Period, PeriodError> {
        let bounds = self.bounds(options.as_of_instant());
        let (first, last) = bounds.ok_or(PeriodError::NoEvents)?;
        Period::holding(first, last, zone)
    }

    /// Returns "now": the option's value, or the time of the latest event that is not `retracted`.
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
    use crate::metrics::AllTimeFigures;

    #[test]
    fn all_time_figures_are_cached_until_an_event_arrives() {
        let look = |id: &str| {
            let at = "2026-03-02T09:00:00Z".parse().unwrap();
            let (id, visitor) = (id.parse().unwrap(), "ann".parse().unwrap());
            Event::new(id, at, visitor, WidgetEvent::Impression).unwrap()
        };
        let mut ledger = Ledger::new();
        ledger.record(&look("1")).unwrap();
        let cached = |ledger: &Ledger| ledger.cached::<AllTimeFigures>().is_some();
        assert!(!cached(&ledger));
        let day = "2026-03-02".parse().unwrap();
        let period = Period::from_dates(day, day, &Zone::utc()).unwrap();
        let report = ledger.report(&period, &Options::new());
        assert_eq!((cached(&ledger), report.data_quality.events), (true, 1));
        ledger.record(&look("2")).unwrap();
        assert!(!cached(&ledger));
        // Figures of a part of the log are not cached as all-time figures.
        let before = Options::new().with_as_of("2026-03-01T00:00:00Z".parse().unwrap());
        assert_eq!(
            ledger.report(&period, &before.unwrap()).data_quality.events,
            0
        );
        assert!(!cached(&ledger));
    }
}
