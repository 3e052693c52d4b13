//! The figures of a report as a list, by their ids in the [catalogue](crate::catalogue).

use serde::Serialize;

use super::Report;
use crate::families::families;
use crate::metric::{Family, Metric, Scope, Value};
use crate::metrics::cells::Part;
use crate::metrics::family::Family as MetricFamily;

/// One figure of a report: metric, scope and value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Figure {
    /// The metric; in JSON its id.
    #[serde(rename = "metric", serialize_with = "id")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::catalogue::MetricId"))]
    pub metric: &'static Metric,
    /// The scope.
    pub scope: Scope,
    /// The value.
    pub value: Value,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes one")]
pub(crate) fn id<S: serde::Serializer>(
    metric: &&'static Metric,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(metric.id)
}

impl Report {
    /// Returns every figure of the report with its metric and scope, in the order of the report.
    ///
    /// All days, hours and ratings are included, even if they are 0. Agents and pages are those of the report.
    ///
    /// ```
    /// use convometrics::catalogue::{Scope, Value};
    /// use convometrics::{Ledger, Options, Period, Zone};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let period = Period::from_dates(day, day, &Zone::utc())?;
    /// let report = Ledger::new().report(&period, &Options::new());
    /// let mut figures = report.figures().into_iter();
    /// let first = figures.next().unwrap();
    /// assert_eq!((first.metric.id, first.scope, first.value), ("conversations.total", Scope::Total, Value::Count(0)));
    /// assert!(figures.any(|figure| figure.metric.id == "requests.text" && figure.scope == Scope::Hour(23)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        self.each_figure(&mut |metric, scope, value| {
            figures.push(Figure {
                metric,
                scope: scope.clone(),
                value,
            });
        });
        figures
    }

    /// Returns the figure of an id and a scope. It is `None` if there is no such metric, if the metric does not exist
    /// for such scopes (an agent's missed calls), if the query did not ask for the metric's family, or if the report has
    /// no row for the scope (an agent without any figure, a day outside the period, a page beyond the option `top`).
    #[must_use]
    pub fn figure(&self, id: &str, scope: &Scope) -> Option<Value> {
        let mut figures = self.figures().into_iter();
        let found = figures.find(|figure| figure.metric.id == id && figure.scope == *scope);
        found.map(|figure| figure.value)
    }
}

/// Work on one family.
pub(crate) trait WithFamily<'a> {
    type Output;

    fn work<F: MetricFamily>(self) -> Self::Output;
}

/// Lists the figures of a family that a report has.
macro_rules! list {
    (Always $part:expr, $add:ident) => {
        $part.list(&Scope::Total, $add)
    };
    (IfAsked $part:expr, $add:ident) => {
        $part.iter().for_each(|part| part.list(&Scope::Total, $add))
    };
}

macro_rules! of_families {
    ($($(#[$doc:meta])* $if:ident $family:ident $field:ident $name:literal $title:literal $glossary:expr, $list:ty => $metrics:ty, $($path:ident).+;)*) => {
        impl Report {
            /// Calls `add` for each figure, in the order of the report.
            fn each_figure(&self, add: &mut dyn FnMut(&'static Metric, &Scope, Value)) {
                $(list!($if self.$($path).+, add);)*
            }
        }

        /// Does work on one family.
        pub(crate) fn with_family<'a, W: WithFamily<'a>>(family: Family, work: W) -> W::Output {
            match family { $(Family::$family => work.work::<$list>(),)* }
        }
    };
}
families!(of_families);
