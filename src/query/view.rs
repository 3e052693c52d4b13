//! Views: a ledger with a query.

use super::all_families::{AllFamilies, AllMetrics, QualityTally};
use super::figures::{FigureList, Figures, WithTally, with_tally};
use super::scan::Scan;
use super::{DataQuality, Options, Query, Report};
use crate::catalogue::{Family, Metric, MetricError, Scope, Value, metric_in_scope};
use crate::journey::Quality;
use crate::ledger::{Arrived, Ledger};
use crate::metrics::Tally;
use crate::metrics::conversation::{ConversationMetrics, ConversationTally};
use crate::metrics::conversation_lift::ConversationLift;
use crate::metrics::csat::{CsatMetrics, CsatTally};
use crate::metrics::engage::{EngageMetrics, EngageTally};
use crate::metrics::gmv::{GmvMetrics, GmvTally};
use crate::metrics::heat_map::{HeatMap, HeatMapTally};
use crate::metrics::leaderboard::{LeaderboardMetrics, LeaderboardTally};
use crate::metrics::request::{RequestMetrics, RequestTally};
use crate::metrics::visitor::{VisitorMetrics, VisitorTally};
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
    /// the latest event, and a single event from a clock that is years ahead would close every session. Under a model
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
        let metrics = scan.family::<AllFamilies<'_>>();
        let quality = self.with_arrivals(metrics.quality);
        Report::new(&self.query, scan.now, metrics, quality)
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
        let figures = match metric.family() {
            Family::DataQuality => FigureList::of(metric, &self.data_quality()),
            family => with_tally(family, LedgerFigures(metric, &self.scan())),
        };
        let mut figures = figures.into_iter().filter(|figure| figure.scope == *scope);
        Ok(figures.next().map(|figure| figure.value))
    }

    /// Computes requests, conversations, calls and chats by day of the week and hour; see [its
    /// module](crate::metrics::heat_map).
    #[must_use]
    pub fn heat_map(&self) -> HeatMap {
        self.family()
    }

    /// Computes the counters of events read and set aside for the selected visitors: the report's `data_quality`.
    #[must_use]
    pub fn data_quality(&self) -> DataQuality {
        // These figures do not depend on the period. With an empty period, nothing else is read.
        let query = self.query.clone().with_period(Period::none());
        let quality = self.with_query(query).scan().family::<QualityTally>();
        self.with_arrivals(quality)
    }

    pub(crate) fn scan(&self) -> Scan<'a> {
        Scan::new(self.ledger, &self.query)
    }

    pub(super) fn with_arrivals(&self, quality: Quality) -> DataQuality {
        let filter = self.query.filter();
        if filter.has_visitor_conditions() {
            let repeats = self.ledger.repeats();
            let mine = repeats.filter(|(visitor, _)| filter.keeps_visitor(*visitor));
            DataQuality::new(quality, mine.map(|(_, arrived)| arrived))
        } else {
            DataQuality {
                duplicates: self.ledger.duplicates(),
                conflicts: self.ledger.conflicts(),
                ..DataQuality::new(quality, [])
            }
        }
    }
}

impl Report {
    pub(super) fn new(
        query: &Query,
        now: Option<Instant>,
        metrics: AllMetrics,
        data_quality: DataQuality,
    ) -> Self {
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
            engage: metrics.engage,
            data_quality,
        }
    }
}

impl DataQuality {
    /// Combines the counters of the events read with those of repeated arrivals.
    pub(super) fn new(quality: Quality, arrived: impl IntoIterator<Item = Arrived>) -> Self {
        let mut counters = Self {
            events: quality.events,
            duplicates: 0,
            conflicts: 0,
            redundant: quality.redundant,
            orphans: quality.orphans,
            over_refunds: quality.over_refunds,
        };
        for arrived in arrived {
            counters.duplicates = counters.duplicates.saturating_add(arrived.same - 1);
            counters.conflicts = counters.conflicts.saturating_add(arrived.other);
        }
        counters
    }
}

/// The figures of a metric over all visitors.
struct LedgerFigures<'s, 'a>(&'static Metric, &'s Scan<'a>);

impl<'a> WithTally<'a> for LedgerFigures<'_, 'a> {
    fn figures<T: Tally<'a> + Send>(self) -> Vec<super::Figure>
    where
        T::Metrics: Figures,
    {
        FigureList::of(self.0, &self.1.family::<T>())
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

macro_rules! families {
    ($($metrics:ty => |$view:ident| $compute:expr,)*) => {$(
        impl sealed::OfView for $metrics {
            fn of_view($view: &View<'_>) -> Self {
                $compute
            }
        }

        impl MetricFamily for $metrics {}
    )*};
}

families! {
    ConversationMetrics => |view| view.scan().family::<ConversationTally>(),
    RequestMetrics => |view| view.scan().family::<RequestTally<'_>>(),
    VisitorMetrics => |view| view.scan().family::<VisitorTally>(),
    GmvMetrics => |view| view.scan().family::<GmvTally>(),
    CsatMetrics => |view| view.scan().family::<CsatTally>(),
    LeaderboardMetrics => |view| view.scan().family::<LeaderboardTally<'_>>(),
    EngageMetrics => |view| view.scan().family::<EngageTally<'_>>(),
    HeatMap => |view| view.scan().family::<HeatMapTally>(),
    ConversationLift => |view| view.conversation_lift(),
    DataQuality => |view| view.data_quality(),
}
