//! The report: every family's figures over one period.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Options;
use crate::ledger::Ledger;
use crate::metrics::conversation::ConversationMetrics;
use crate::metrics::csat::CsatMetrics;
use crate::metrics::engage::EngageMetrics;
use crate::metrics::gmv::GmvMetrics;
use crate::metrics::leaderboard::LeaderboardMetrics;
use crate::metrics::request::RequestMetrics;
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
    /// "Now": the option `as_of`, or the time of the latest event; `None` if the option is not set and there is no
    /// event.
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
    /// The counters of events read and set aside.
    pub data_quality: DataQuality,
}

/// The counters of events read and set aside. They do not depend on the period. `duplicates` and `conflicts` count all
/// arrivals; the other counters count the events visible at `as_of`.
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
    /// Further arrivals of a survivor's content, among all arrivals.
    pub duplicates: u64,
    /// Arrivals of other content under a survivor's id, among all arrivals.
    pub conflicts: u64,
    /// Each `order_placed` of an order after its first, each `call_requested` of a call after its first.
    pub redundant: u64,
    /// Call events without a request, refunds and cancellations without an order.
    pub orphans: u64,
    /// Refunds that exceed the rest of their order's value, among all visible orders.
    pub over_refunds: u64,
}

impl Options {
    /// Returns the options that reproduce a report without a filter: the report's own, with its `as_of`.
    ///
    /// Until another event arrives, `ledger.report(&report.period, &Options::of(&report))` equals the report. An event
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

    /// Returns "now": the option's value, or the time of the latest event.
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
        let cached = |ledger: &Ledger| {
            ledger
                .cached::<AllTimeFigures>()
                .map(|all_time| all_time.quality.events)
        };
        assert_eq!(cached(&ledger), None);
        let day = "2026-03-02".parse().unwrap();
        let period = Period::from_dates(day, day, &Zone::utc()).unwrap();
        let report = ledger.report(&period, &Options::new());
        assert_eq!((cached(&ledger), report.data_quality.events), (Some(1), 1));
        ledger.record(&look("2")).unwrap();
        assert_eq!(cached(&ledger), None);
        // Figures of a part of the log are not cached as all-time figures.
        let before = Options::new().with_as_of("2026-03-01T00:00:00Z".parse().unwrap());
        assert_eq!(
            ledger.report(&period, &before.unwrap()).data_quality.events,
            0
        );
        assert_eq!(cached(&ledger), None);
    }
}
