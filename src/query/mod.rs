//! The input of a report: a [`Query`] over a ledger, and the [`View`] that computes its results.
//!
//! A [`Query`] owns a period, [options](Options) and a [filter](Filter). It is plain data with serde both ways: the
//! same query can be used for a report, for a partial report on another machine ([`View::partial`]), for a column in a
//! query engine or for a page of a web service.
//!
//! ```
//! use convometrics::{Filter, Ledger, Options, Period, Query, Zone};
//!
//! let day = "2026-03-02".parse()?;
//! let query = Query::new(Period::from_dates(day, day, &Zone::utc())?)
//!     .with_options(Options::new().with_top(3)?)
//!     .with_filter(Filter::new().except_agents(["bot".parse()?]));
//! let ledger = Ledger::new();
//! let report = ledger.view(query.clone()).report();
//! assert_eq!(report.conversations.total, 0);
//!
//! let json = serde_json::to_string(&query)?;
//! assert_eq!(serde_json::from_str::<Query>(&json)?, query);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a report is made
//!
//! A report is a function of the set of events and the query: it reads no clock, and the order in which events arrived
//! does not matter. One scan reads each visitor once, on all cores (feature `parallel`). The bytes are the same on any
//! number of threads. The scan reads only the events that the figures need. It skips a visitor without an event in the
//! period or without an event of a type that counts. Figures that ignore the period (the distribution of ratings, the
//! data quality) are computed by the first report and cached until another event arrives.

mod all_families;
mod difference;
pub(crate) mod figures;
mod partial;
mod report;
pub(crate) mod scan;
mod segments;
mod series;
mod view;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::figures::Figure;
#[cfg(feature = "snapshot")]
#[cfg_attr(docsrs, doc(cfg(feature = "snapshot")))]
pub use self::partial::{PARTIAL_VERSION, PartialBytesError};
pub use self::partial::{PartialError, PartialReport};
pub use self::report::Report;
pub use self::view::{MetricFamily, View};
pub use crate::journey::{Filter, InitiatorKind, PagePattern};
use crate::metric::Family;
use crate::metrics::ReportContext;
use crate::metrics::responsiveness::ServiceTargets;
pub use crate::options::{OptionError, OptionName, Options, PageGrouping};
use crate::time::{Calendar, Period};

/// A description of what to compute: a period, options and a filter.
///
/// In JSON it is `{"period": …, "options": …, "filter": …}`; `options` and `filter` may be left out or `null`. See
/// [the module](self) for an example. A query with optional families also has
/// `"optional": {"families": ["heat_map"], "service_targets": {"chat_seconds": 60, "call_seconds": 20}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    period: Period,
    #[serde(default, deserialize_with = "default_if_null")]
    options: Options,
    #[serde(default, deserialize_with = "default_if_null")]
    filter: Filter,
    #[serde(default, skip_serializing_if = "OptionalFamilies::is_default")]
    optional: OptionalFamilies,
}

/// The optional families of a query, and what they need.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OptionalFamilies {
    #[serde(deserialize_with = "read_optional")]
    families: BTreeSet<Family>,
    service_targets: ServiceTargets,
}

impl OptionalFamilies {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Returns the families without those that every report has.
fn optional(mut families: BTreeSet<Family>) -> BTreeSet<Family> {
    families.retain(|family| Family::OPTIONAL.contains(family));
    families
}

/// Reads families, and ignores those that every report has.
fn read_optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Family>, D::Error> {
    BTreeSet::deserialize(deserializer).map(optional)
}

/// Reads a value; a `null` is the default.
fn default_if_null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Query {
    /// Creates a query for a period, with default options and without a filter.
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self {
            period,
            options: Options::new(),
            filter: Filter::new(),
            optional: OptionalFamilies::default(),
        }
    }

    /// Sets the period.
    #[must_use]
    pub fn with_period(mut self, period: Period) -> Self {
        self.period = period;
        self
    }

    /// Sets the options.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Sets the filter.
    #[must_use]
    pub fn with_filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Asks for optional families, such as waiting times: the report has them in addition. Without this, it has none.
    ///
    /// ```
    /// use convometrics::catalogue::Family;
    /// use convometrics::{Ledger, Period, Query, Zone};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let query = Query::new(Period::from_dates(day, day, &Zone::utc())?);
    /// let ledger = Ledger::new();
    /// assert!(ledger.view(query.clone()).report().heat_map.is_none());
    /// let report = ledger.view(query.with_families([Family::HeatMap])).report();
    /// assert_eq!(report.heat_map.unwrap().cells.len(), 168);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Families that every report has are ignored.
    #[must_use]
    pub fn with_families(mut self, families: impl IntoIterator<Item = Family>) -> Self {
        self.optional.families = optional(families.into_iter().collect());
        self
    }

    /// Sets the targets of the service levels in [`responsiveness`](crate::metrics::responsiveness).
    #[must_use]
    pub fn with_service_targets(mut self, targets: ServiceTargets) -> Self {
        self.optional.service_targets = targets;
        self
    }

    /// Returns the optional families, in the order of the report.
    pub fn families(&self) -> impl Iterator<Item = Family> + '_ {
        self.optional.families.iter().copied()
    }

    /// Returns the targets of the service levels.
    #[must_use]
    pub fn service_targets(&self) -> ServiceTargets {
        self.optional.service_targets
    }

    /// Returns the period.
    #[must_use]
    pub fn period(&self) -> &Period {
        &self.period
    }

    /// Returns the options.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Returns the filter.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Returns the context of the query's tallies over a period.
    pub(crate) fn context(&self, period: &Period) -> ReportContext {
        ReportContext {
            families: self.optional.families.clone(),
            targets: self.optional.service_targets,
            ..ReportContext::new(Calendar::new(period), &self.options)
        }
    }

    /// Returns the conditions of the filter in words, or `None` without conditions.
    pub(crate) fn filter_text(&self) -> Option<String> {
        (!self.filter.is_open()).then(|| self.filter.to_string())
    }
}

impl From<Period> for Query {
    fn from(period: Period) -> Self {
        Self::new(period)
    }
}
