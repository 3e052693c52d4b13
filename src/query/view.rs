//! Views: a ledger with a query.

use super::all_families::{AllFamilies, AllMetrics};
use super::figures::{WithFamily, with_family};
use super::scan::Scan;
use super::{Options, Query, Report};
use crate::catalogue::{MetricError, metric_in_scope};
use crate::families::families;
use crate::ledger::Ledger;
use crate::metric::{Metric, Scope, Value};
use crate::metrics::cells::{Cells, Part};
use crate::metrics::data_quality::DataQuality;
use crate::metrics::engage::EngageMetrics;
use crate::metrics::family::Family;
use crate::time::{Instant, Period};

/// A ledger with a [`Query`]: computes reports, figures and explanations for the query.
///
/// A view borrows its ledger. Creating it computes nothing; each method computes its own result.
///
/// ```
/// use convometrics::{Event, Filter, Ledger, Period, Query, Zone};
///
/// let mut ledger = Ledger::new();
/// for (id, page) in [("1", "/shoes/red"), ("2", "/hats")] {
///     let own = r#""type":"message_sent","by":{"side":"visitor"}"#;
///     let envelope = format!(r#""at":"2026-03-02T09:00:00Z","visitor":"v{id}","page":"{page}","conversation":"c""#);
///     ledger.record(&Event::from_json(&format!(r#"{{"id":"{id}",{envelope},{own}}}"#))?)?;
/// }
/// let day = "2026-03-02".parse()?;
/// let query = Query::new(Period::from_dates(day, day, &Zone::utc())?);
/// let shoes = ledger.view(query.with_filter(Filter::new().only_pages_under(["/shoes"])));
/// let report = shoes.report();
/// assert_eq!((report.requests.total, report.engage.chats.organization.requested), (1, 1));
/// assert_eq!(report.filter.as_deref(), Some(r#"pages under "/shoes""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct View<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) query: Query,
}

impl Ledger {
    /// Returns a view of the ledger for a query.
    #[must_use]
    pub fn view(&self, query: Query) -> View<'_> {
        View {
            ledger: self,
            query,
        }
    }

    /// Returns all metrics over a period. This is a shorthand for a [view](Self::view) without a filter.
    ///
    /// A service that takes events from outside should set [`as_of`](Options::with_as_of). It defaults to the time of
    /// the latest event that is not `retracted`, and a single event from a clock that is years ahead would close every session. Under a model
    /// that credits every candidate (all but `last_touch` and `first_touch`), a visitor with n touches before each of m
    /// orders takes n × m steps.
    ///
    /// ```
    /// use convometrics::chrono::{DateTime, NaiveDate};
    /// use convometrics::event::WidgetEvent;
    /// use convometrics::{Event, Ledger, Options, Period, Zone};
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
        let query = Query::new(period.clone()).with_options(options.clone());
        self.view(query).report()
    }
}

impl<'a> View<'a> {
    /// Returns the query.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Returns a view of the same ledger for another query.
    #[must_use]
    pub fn with_query(&self, query: Query) -> Self {
        self.ledger.view(query)
    }

    /// Computes all metrics.
    #[must_use]
    pub fn report(&self) -> Report {
        let scan = self.scan();
        let metrics = scan.family::<AllFamilies>();
        Report::new(&self.query, scan.now, metrics)
    }

    /// Computes one family of metrics, without the work for the others.
    ///
    /// ```
    /// use convometrics::metrics::conversation::ConversationMetrics;
    /// use convometrics::{Ledger, Period, Query, Zone};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let ledger = Ledger::new();
    /// let view = ledger.view(Query::new(Period::from_dates(day, day, &Zone::utc())?));
    /// assert_eq!(view.family::<ConversationMetrics>(), view.report().conversations);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn family<T: MetricFamily>(&self) -> T {
        T::of_view(self)
    }

    /// Computes one figure, by its id in the [catalogue](crate::catalogue) and its scope. Only the family of the metric
    /// is computed. Returns `None` if the report has no row for the scope: an agent without any figure, a day outside
    /// the period, a page of requests beyond the option `top`.
    ///
    /// ```
    /// use convometrics::catalogue::{Scope, Value};
    /// use convometrics::{Ledger, Period, Query, Zone};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let ledger = Ledger::new();
    /// let view = ledger.view(Query::new(Period::from_dates(day, day, &Zone::utc())?));
    /// assert_eq!(view.figure("engage.calls.held", &Scope::Total)?, Some(Value::Count(0)));
    /// assert_eq!(view.figure("engage.calls.held", &"agent:ada".parse()?)?, None);
    /// assert!(view.figure("engage.calls.helt", &Scope::Total).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MetricError::Unknown`] if the catalogue has no such id, [`MetricError::NotInScope`] if the metric does not
    /// exist for such scopes (an agent's missed calls).
    pub fn figure(&self, id: &str, scope: &Scope) -> Result<Option<Value>, MetricError> {
        let metric = metric_in_scope(id, scope)?;
        let scan = self.scan();
        let work = ScanFigure {
            scan: &scan,
            metric,
            scope,
        };
        Ok(with_family(metric.family, work))
    }

    /// Computes the counters of events read and set aside for the selected visitors: the report's `data_quality`.
    #[must_use]
    pub fn data_quality(&self) -> DataQuality {
        self.family()
    }

    pub(crate) fn scan(&self) -> Scan<'a> {
        Scan::new(self.ledger, &self.query)
    }
}

impl Report {
    pub(super) fn new(query: &Query, now: Option<Instant>, metrics: AllMetrics) -> Self {
        Self {
            period: query.period().clone(),
            as_of: now.map(Instant::to_utc),
            options: query.options().clone().at(None),
            filter: query.filter_text(),
            conversations: metrics.conversations,
            requests: metrics.requests,
            visitors: metrics.visitors,
            gmv: metrics.gmv,
            csat: metrics.csat,
            leaderboard: metrics.leaderboard,
            engage: EngageMetrics {
                calls: metrics.calls,
                chats: metrics.chats,
            },
            funnel: metrics.funnel,
            data_quality: metrics.data_quality,
            responsiveness: metrics.responsiveness,
            conversation_lift: metrics.conversation_lift,
            heat_map: metrics.heat_map,
        }
    }
}

/// One figure of a scan.
struct ScanFigure<'s, 'a> {
    scan: &'s Scan<'a>,
    metric: &'static Metric,
    scope: &'s Scope,
}

impl<'a> WithFamily<'a> for ScanFigure<'_, 'a> {
    type Output = Option<Value>;

    fn work<F: Family>(self) -> Option<Value> {
        let mut found = None;
        let metrics = self.scan.family::<Cells<F>>();
        metrics.list(&Scope::Total, &mut |metric, scope, value| {
            if metric == self.metric && scope == self.scope {
                found = Some(value);
            }
        });
        found
    }
}

/// A family of metrics that [`View::family`] computes.
pub trait MetricFamily: sealed::OfView {}

mod sealed {
    /// A value that is computed for a view.
    pub trait OfView: Sized {
        fn of_view(view: &super::View<'_>) -> Self;
    }
}

macro_rules! of_view {
    ($($metrics:ty => |$view:ident| $compute:expr,)*) => {$(
        impl sealed::OfView for $metrics {
            fn of_view($view: &View<'_>) -> Self {
                $compute
            }
        }

        impl MetricFamily for $metrics {}
    )*};
}

macro_rules! families_of_view {
    ($($(#[$doc:meta])* $if:ident $family:ident $field:ident $name:literal $title:literal $glossary:expr, $list:ty => $metrics:ty, $($path:ident).+;)*) => {
        of_view! { $(
            $metrics => |view| view.scan().family::<Cells<$list>>(),
        )* }
    };
}
families!(families_of_view);

of_view! {
    EngageMetrics => |view| EngageMetrics { calls: view.family(), chats: view.family() },
}
