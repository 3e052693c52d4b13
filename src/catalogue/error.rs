//! The error of a catalogue lookup.

use super::{Kind, METRICS, Metric, ScopeKind};
use crate::error::quoted;

/// A figure that the [catalogue](super) does not have.
///
/// ```
/// use convometrics::catalogue::MetricError;
/// use convometrics::{Ledger, Options, Query, Zone};
///
/// let period = "{\"from\":\"2026-03-02T00:00:00Z\",\"to\":\"2026-03-03T00:00:00Z\",\"zone\":\"UTC\"}";
/// let ledger = Ledger::new();
/// let view = ledger.view(Query::new(serde_json::from_str(period)?));
/// let error = view.figure("engage.calls.missed", &"agent:ada".parse()?).unwrap_err();
/// assert!(matches!(error, MetricError::NotInScope { .. }));
/// assert_eq!(
///     error.to_string(),
///     "`scope` of `engage.calls.missed` is agent; allowed: one of total, page, day"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// No metric has this id.
    #[error(
        "`metric` is {found}; allowed: one of the {} ids of the catalogue, such as \"engage.calls.held\"",
        METRICS.len()
    )]
    Unknown {
        /// The id found, quoted and cut after 60 characters.
        found: String,
    },
    /// The metric does not exist for scopes of this kind.
    #[error("`scope` of `{metric}` is {found}; allowed: one of {}", scopes(metric))]
    NotInScope {
        /// The metric.
        metric: &'static Metric,
        /// The kind of scope found.
        found: ScopeKind,
    },
    /// The metric is not a mean.
    #[error("`metric` is {metric}; allowed: a mean, one of {}", means())]
    NotAMean {
        /// The metric.
        metric: &'static Metric,
    },
}

impl MetricError {
    pub(crate) fn unknown(id: &str) -> Self {
        Self::Unknown { found: quoted(id) }
    }
}

fn scopes(metric: &Metric) -> String {
    let scopes: Vec<&str> = metric.scopes().map(ScopeKind::name).collect();
    scopes.join(", ")
}

fn means() -> String {
    let means = METRICS.iter().filter(|metric| metric.kind == Kind::Mean);
    let means: Vec<&str> = means.map(|metric| metric.id).collect();
    means.join(", ")
}
