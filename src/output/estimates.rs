//! Confidence intervals for the figures of a report.

use serde::Serialize;

use crate::confidence::{Confidence, Estimate};
use crate::metric::{Metric, Scope, Unit, Value};
use crate::query::Report;

/// A figure of a report with its confidence interval, or the reason why it has no interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FigureEstimate {
    /// The metric; in JSON its id.
    #[serde(serialize_with = "crate::query::figures::id")]
    pub metric: &'static Metric,
    /// The scope of the figure.
    pub scope: Scope,
    /// The value of the figure.
    pub value: Value,
    /// The interval, or the reason it cannot be computed.
    pub estimate: Estimate,
}

impl Report {
    /// Returns the confidence intervals of all ratios and mean ratings of the report, in the order of
    /// [`figures`](Self::figures).
    ///
    /// Ratios have [Wilson's interval](Confidence::ratio_interval); `csat.average_rating` and
    /// `leaderboard.average_rating` have [the interval for ratings](Confidence::rating_interval). Counts and money have
    /// no interval. Intervals for mean times and amounts need the single values, which a report does not store: see
    /// [`View::samples`](crate::View::samples). The limits of intervals are described in
    /// [`confidence`](crate::confidence#what-it-does-not-say).
    ///
    /// By hand: Ann asks for a call, which is answered. `requests.visitor_acceptance_rate` is 1 of 1, from 1 / (1 +
    /// 3.8415) = 0.2065 to 1. Without any rating, the average rating has no interval.
    ///
    /// ```
    /// use convometrics::confidence::{Confidence, Estimate};
    /// use convometrics::{Event, Ledger, Options, Period, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// for (id, own) in [
    ///     ("1", r#""type":"call_requested","conversation":"c","by":{"side":"visitor"}"#),
    ///     ("2", r#""type":"call_answered","agent":"ada""#),
    ///     ("3", r#""type":"call_connected""#),
    /// ] {
    ///     let text = format!(r#"{{"id":"{id}","at":"2026-03-02T09:00:0{id}Z","visitor":"ann","call":"k",{own}}}"#);
    ///     ledger.record(&Event::from_json(&text)?)?;
    /// }
    /// let day = "2026-03-02".parse()?;
    /// let report = ledger.report(&Period::from_dates(day, day, &Zone::utc())?, &Options::new());
    /// let estimates = report.estimates(&Confidence::default());
    /// let of = |id| estimates.iter().find(|found| found.metric.id == id).unwrap().estimate;
    /// assert_eq!(format!("{:.4}", of("requests.visitor_acceptance_rate")), "0.2065 to 1.0000");
    /// assert_eq!(of("csat.average_rating"), Estimate::TooFew);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn estimates(&self, confidence: &Confidence) -> Vec<FigureEstimate> {
        let figures = self.figures().into_iter();
        let found = figures.filter_map(|figure| {
            let estimate = match (&figure.value, figure.metric.unit) {
                (Value::Ratio(ratio), _) => confidence.ratio_interval(*ratio),
                (Value::Mean(mean), Unit::Stars) => confidence.rating_interval(*mean),
                _ => return None,
            };
            Some(FigureEstimate {
                metric: figure.metric,
                scope: figure.scope,
                value: figure.value,
                estimate,
            })
        });
        found.collect()
    }
}
