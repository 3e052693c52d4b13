//! Every metric as data: its name, its definition and its place in a report.
//!
//! [`METRICS`] lists all figures of a [`Report`](crate::Report) by **id**: the name of the family in the report and the
//! name of the figure, as in `engage.calls.held`. An id never changes its meaning. Each [`Metric`] has a definition in
//! words, a [`Formula`] if it is computed from other figures, a unit and a kind, the [scopes](ScopeKind) for which it
//! exists, its place in the report for each of them, the dimensions over which it adds up, and its empty value.
//!
//! [`Report::figures`](crate::Report::figures) lists a report's figures under these ids, one by one.
//!
//! ```
//! use convometrics::catalogue::{self, Kind, Scope, ScopeKind};
//!
//! let held = catalogue::metric("engage.calls.held").unwrap();
//! assert_eq!(held.term(ScopeKind::Total), Some("Website Calls Held"));
//! assert_eq!(held.kind, Kind::Count);
//! assert_eq!(held.formula.unwrap().to_string(), "engage.calls.attempted + engage.calls.answered");
//! assert!(held.has(ScopeKind::Agent));
//! // Nobody knows whose miss it was.
//! let missed = catalogue::metric("engage.calls.missed").unwrap();
//! assert!(!missed.has(ScopeKind::Agent));
//! // Where it stands, as a JSON path (RFC 9535).
//! let scope = Scope::Agent("ada".parse()?);
//! assert_eq!(held.json_path(&scope).as_deref(), Some("$.engage.calls.agents[?@.agent == 'ada'].held"));
//! # Ok::<(), convometrics::FieldError>(())
//! ```
//!
//! # Adding up
//!
//! A metric is **additive** over days, agents, pages or visitors if the figures of disjoint parts add up to the figure
//! of the whole: counts as they are, money by currency, ratios and means by their parts. A record without a page (or
//! without an agent) is in none of the parts, so the parts can add up to less than the total. Lists that are cut at the
//! option `top` add up only if they are not cut.

mod entries;
mod error;

pub use self::entries::METRICS;
pub use self::error::MetricError;
pub use crate::metric::{
    CountedAt, Dimension, Family, Formula, FunnelStep, Glossary, Kind, Metric, Scope, ScopeError,
    ScopeKind, Unit, Value, WeekHour,
};

/// Returns the metric with this id; `None` if there is none.
#[must_use]
pub fn metric(id: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.id == id)
}

/// Returns the metric with this id, which must exist for scopes of this kind.
pub(crate) fn metric_in_scope(id: &str, scope: &Scope) -> Result<&'static Metric, MetricError> {
    let found = metric(id).ok_or_else(|| MetricError::unknown(id))?;
    if found.has(scope.kind()) {
        return Ok(found);
    }
    Err(MetricError::NotInScope {
        metric: found,
        found: scope.kind(),
    })
}

/// The JSON Schema of a metric's id.
#[cfg(feature = "schema")]
pub(crate) struct MetricId;

#[cfg(feature = "schema")]
crate::macros::json_schema! {
    MetricId => |_| {
        let ids: Vec<&str> = METRICS.iter().map(|metric| metric.id).collect();
        schemars::json_schema!({
            "type": "string", "enum": ids, "description": "The id of a metric in the catalogue.",
        })
    }
}
