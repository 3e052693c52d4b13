//! The single values of a mean.

use std::collections::BTreeMap;

use super::records::observed;
use crate::catalogue::{MetricError, metric};
use crate::confidence::{Confidence, Estimate, Sample};
use crate::ledger::VisitorLog;
use crate::metric::parts::Part;
use crate::metric::{Kind, Metric, Scope};
use crate::metrics::family::Family;
use crate::money::Currency;
use crate::query::View;
use crate::query::figures::{WithFamily, with_family};
use crate::query::scan::Scan;
use crate::ratio::quotient;

/// The single values of a mean, in one scope.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MeanSample {
    /// The metric.
    pub metric: &'static Metric,
    /// The scope.
    pub scope: Scope,
    /// The currency, for a mean of money.
    pub currency: Option<Currency>,
    /// The values, in the unit of the mean: minutes, seconds, stars, or money in its major unit.
    pub sample: Sample,
}

impl MeanSample {
    /// Returns [Student's interval](Confidence::mean_interval) of the mean.
    #[must_use]
    pub fn estimate(&self, confidence: &Confidence) -> Estimate {
        confidence.mean_interval(self.sample)
    }
}

impl View<'_> {
    /// Returns the single values of a mean for an [interval](MeanSample::estimate), as a report does not store them.
    /// Samples are sorted by scope, then by currency. A scope without a value has no sample.
    ///
    /// By hand: two conversations of 2 and 6 minutes. Their mean is 4, the standard deviation 2.828, t with one degree
    /// of freedom 12.706: 4 ± 12.706 × 2.828 / √2 is from −21.4 to 29.4. Two values say next to nothing.
    ///
    /// ```
    /// use convometrics::confidence::Confidence;
    /// use convometrics::{Event, Ledger, Options, Query, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// for (visitor, minute) in [("ann", 2), ("bob", 6)] {
    ///     for (id, at, by) in [(1, 0, r#"{"side":"visitor"}"#), (2, minute, r#"{"side":"agent","agent":"ada"}"#)] {
    ///         let own = format!(r#""type":"message_sent","conversation":"c","by":{by}"#);
    ///         let text = format!(r#"{{"id":"{id}","at":"2026-03-02T09:0{at}:00Z","visitor":"{visitor}",{own}}}"#);
    ///         ledger.record(&Event::from_json(&text)?)?;
    ///     }
    /// }
    /// let view = ledger.view(Query::new(ledger.whole_period(&Zone::utc(), &Options::new())?));
    /// let samples = view.samples("conversations.average_duration_minutes")?;
    /// assert_eq!((samples[0].sample.count(), samples[0].sample.mean()), (2, Some(4.0)));
    /// let interval = samples[0].estimate(&Confidence::default());
    /// assert_eq!(format!("{interval:.1}"), "-21.4 to 29.4");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MetricError::Unknown`] if the catalogue has no such id, [`MetricError::NotAMean`] if the metric is not a mean.
    pub fn samples(&self, id: &str) -> Result<Vec<MeanSample>, MetricError> {
        let mean = metric(id).ok_or_else(|| MetricError::unknown(id))?;
        if mean.kind != Kind::Mean {
            return Err(MetricError::NotAMean { metric: mean });
        }
        let scan = self.scan();
        let mut samples = Samples::new();
        // Visitors are read in the order of their ids, as a sum of doubles depends on the order of its terms.
        for log in self.ledger.logs_by_id() {
            if scan.filter.keeps_visitor(|| log.name()) {
                let visitor = Sampled {
                    mean,
                    scan: &scan,
                    log,
                    samples: &mut samples,
                };
                with_family(mean.family, visitor);
            }
        }
        let samples = samples.into_iter();
        Ok(samples
            .map(|((scope, currency), sample)| MeanSample {
                metric: mean,
                scope,
                currency,
                sample,
            })
            .collect())
    }
}

type Samples = BTreeMap<(Scope, Option<Currency>), Sample>;

/// Adds one visitor's values to the samples.
struct Sampled<'s, 'a> {
    mean: &'static Metric,
    scan: &'s Scan<'a>,
    log: VisitorLog<'a>,
    samples: &'s mut Samples,
}

impl<'a> WithFamily<'a> for Sampled<'_, 'a> {
    type Output = ();

    fn work<F: Family>(self) {
        let (scan, kind) = (self.scan, self.mean.records);
        let records = observed::<F>(scan, kind, self.log, scan.read_options.as_of).records;
        for found in &records {
            for (scope, value) in found.counted::<F>(self.mean) {
                for part in Part::all_of(&value) {
                    let (over, under) = part.quotient;
                    if let Some(value) = quotient(over, under) {
                        let sample = self.samples.entry((scope.clone(), part.currency));
                        sample.or_default().add(value);
                    }
                }
            }
        }
    }
}
