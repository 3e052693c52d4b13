//! The single values that a mean is of.

use std::collections::BTreeMap;

use super::units::Asked;
use crate::catalogue::{Kind, METRICS, Metric, Scope, Value, metric};
use crate::confidence::{Confidence, Estimate, Sample};
use crate::error::OptionError;
use crate::ledger::Ledger;
use crate::money::Currency;
use crate::ratio::quotient;
use crate::report::{Options, Selection};
use crate::time::Period;

/// The single values of a mean, in one scope.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MeanSample {
    /// The metric.
    pub metric: &'static Metric,
    /// What it is of.
    pub scope: Scope,
    /// Of a mean of money its currency.
    pub currency: Option<Currency>,
    /// The values, in the unit of the mean: minutes, stars, or money in its major unit.
    pub sample: Sample,
}

impl MeanSample {
    /// [Student's interval](Confidence::mean_interval) of the mean.
    #[must_use]
    pub fn estimate(&self, confidence: &Confidence) -> Estimate {
        confidence.mean_interval(self.sample)
    }
}

impl Ledger {
    /// The single values that a mean of the report of this period and these options is of, which the report itself does
    /// not keep: for an [interval](MeanSample::estimate) of it. By scope, then by currency; a scope without a value has
    /// no sample.
    ///
    /// By hand: two conversations of 2 and 6 minutes. Their mean is 4, the standard deviation 2.828, t with one degree of
    /// freedom 12.706: 4 ± 12.706 × 2.828 / √2 is from −21.4 to 29.4. Two values say next to nothing.
    ///
    /// ```
    /// use convometrics::{Confidence, Event, Ledger, Options, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// for (visitor, minute) in [("ann", 2), ("bob", 6)] {
    ///     for (id, at, by) in [(1, 0, r#"{"side":"visitor"}"#), (2, minute, r#"{"side":"agent","agent":"ada"}"#)] {
    ///         let own = format!(r#""type":"message_sent","conversation":"c","by":{by}"#);
    ///         let text = format!(r#"{{"id":"{id}","at":"2026-03-02T09:0{at}:00Z","visitor":"{visitor}",{own}}}"#);
    ///         ledger.record(&Event::from_json(&text)?)?;
    ///     }
    /// }
    /// let options = Options::new();
    /// let period = ledger.whole_period(&Zone::utc(), &options)?;
    /// let samples = ledger.samples(&period, &options, "conversations.average_duration_minutes")?;
    /// assert_eq!((samples[0].sample.count(), samples[0].sample.mean()), (2, Some(4.0)));
    /// let interval = samples[0].estimate(&Confidence::default());
    /// assert_eq!(format!("{interval:.1}"), "-21.4 to 29.4");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] that names `metric` where the id is not that of a mean.
    pub fn samples(
        &self,
        period: &Period,
        options: &Options,
        id: &str,
    ) -> Result<Vec<MeanSample>, OptionError> {
        self.all().samples(period, options, id)
    }
}

impl Selection<'_> {
    /// The single values that a mean of what passes is of, as [`Ledger::samples`].
    ///
    /// # Errors
    /// As for [`Ledger::samples`].
    pub fn samples(
        &self,
        period: &Period,
        options: &Options,
        id: &str,
    ) -> Result<Vec<MeanSample>, OptionError> {
        let is_mean = |metric: &&Metric| metric.kind() == Kind::Mean;
        let mean = metric(id).filter(is_mean).ok_or_else(|| {
            let means: Vec<&str> = METRICS.iter().filter(is_mean).map(Metric::id).collect();
            let allowed = format!("the id of a mean: one of {}", means.join(", "));
            OptionError::new("metric", format_args!("{id:?}"), allowed)
        })?;
        let pass = self.pass(period, options);
        let mut samples: BTreeMap<(Scope, Option<Currency>), Sample> = BTreeMap::new();
        // In the order of the visitors, whatever the number of threads: a sum of doubles knows in which order it was made.
        for log in self.ledger.logs_by_id() {
            if !pass.filter.keeps_visitor(log.name()) {
                continue;
            }
            let asked = Asked::new(&pass, mean, log);
            let (units, _) = asked.units(&pass.lens, None);
            for unit in units {
                for figure in unit.figures(mean, &pass.frame) {
                    for (currency, value) in values(&figure.value) {
                        let sample = samples.entry((figure.scope.clone(), currency));
                        sample.or_default().add(value);
                    }
                }
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

/// What one record adds to a mean: one value, of money in its currency.
fn values(mean: &Value) -> Vec<(Option<Currency>, f64)> {
    match mean {
        Value::Mean(mean) => mean
            .value()
            .map(|value| (None, value))
            .into_iter()
            .collect(),
        Value::Minutes(mean) => mean
            .value()
            .map(|value| (None, value))
            .into_iter()
            .collect(),
        Value::Average(average) => average
            .iter()
            .filter_map(|(currency, average)| {
                let under = u128::from(average.count) * 1_000_000;
                Some((Some(currency), quotient(average.sum.millionths(), under)?))
            })
            .collect(),
        _ => Vec::new(),
    }
}
