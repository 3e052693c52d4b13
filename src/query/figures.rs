//! The figures of a report as a list, by their ids in the [catalogue](crate::catalogue).

use serde::Serialize;

use super::{DataQuality, Report};
use crate::catalogue::{Family, Metric, Scope, Value, metric};
use crate::event::Rating;
use crate::metrics::Tally;
use crate::metrics::conversation::{ConversationMetrics, ConversationTally};
use crate::metrics::csat::{CsatMetrics, CsatTally};
use crate::metrics::engage::calls::{AgentCallFigures, CallFigures, CallMetrics, CallTally};
use crate::metrics::engage::chats::{AgentChatFigures, ChatFigures, ChatMetrics, ChatTally};
use crate::metrics::engage::{AgentFigures, DayFigures, PageFigures};
use crate::metrics::gmv::{GmvMetrics, GmvTally};
use crate::metrics::leaderboard::{LeaderboardMetrics, LeaderboardTally};
use crate::metrics::registry::Row;
use crate::metrics::request::{RequestMetrics, RequestTally};
use crate::metrics::visitor::{VisitorMetrics, VisitorTally};

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

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference to the field"
)]
pub(crate) fn id<S: serde::Serializer>(
    metric: &&'static Metric,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(metric.id())
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
    /// assert_eq!((first.metric.id(), first.scope, first.value), ("conversations.total", Scope::Total, Value::Count(0)));
    /// assert!(figures.any(|figure| figure.metric.id() == "requests.text" && figure.scope == Scope::Hour(23)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        let mut list = FigureList::default();
        self.conversations.figures(&mut list);
        self.requests.figures(&mut list);
        self.visitors.figures(&mut list);
        self.gmv.figures(&mut list);
        self.csat.figures(&mut list);
        self.leaderboard.figures(&mut list);
        self.engage.calls.figures(&mut list);
        self.engage.chats.figures(&mut list);
        self.data_quality.figures(&mut list);
        list.figures
    }

    /// Returns the figure of an id and a scope. It is `None` if there is no such metric, if the metric does not exist
    /// for such scopes (an agent's missed calls), or if the report has no row for the scope (an agent without any
    /// figure, a day outside the period, a page beyond the option `top`).
    #[must_use]
    pub fn figure(&self, id: &str, scope: &Scope) -> Option<Value> {
        let mut figures = self.figures().into_iter();
        let list = figures.find(|figure| figure.metric.id() == id && figure.scope == *scope)?;
        Some(list.value)
    }
}

/// The metrics of a family as figures.
pub(crate) trait Figures {
    fn figures(&self, list: &mut FigureList);
}

/// Work on the tally of one family.
pub(crate) trait WithTally<'a> {
    fn figures<T: Tally<'a> + Send>(self) -> Vec<Figure>
    where
        T::Metrics: Figures;
}

/// Does work on the tally of a family. There are no figures for [`Family::DataQuality`], which has only a total and is
/// counted from faults and arrivals.
pub(crate) fn with_tally<'a>(family: Family, work: impl WithTally<'a>) -> Vec<Figure> {
    match family {
        Family::Conversations => work.figures::<ConversationTally>(),
        Family::Requests => work.figures::<RequestTally<'_>>(),
        Family::Visitors => work.figures::<VisitorTally>(),
        Family::Gmv => work.figures::<GmvTally>(),
        Family::Csat => work.figures::<CsatTally>(),
        Family::Leaderboard => work.figures::<LeaderboardTally<'_>>(),
        Family::Calls => work.figures::<CallTally<'_>>(),
        Family::Chats => work.figures::<ChatTally<'_>>(),
        Family::DataQuality => Vec::new(),
    }
}

/// A list of figures, of all metrics or of one.
#[derive(Default)]
pub(crate) struct FigureList {
    figures: Vec<Figure>,
    only: Option<&'static Metric>,
}

impl FigureList {
    /// Returns the figures of one metric of a family.
    pub(crate) fn of(metric: &'static Metric, family: &impl Figures) -> Vec<Figure> {
        let mut list = Self {
            figures: Vec::new(),
            only: Some(metric),
        };
        family.figures(&mut list);
        list.figures
    }

    fn add<const N: usize>(&mut self, scope: &Scope, figures: [(&'static str, Value); N]) {
        for (id, value) in figures {
            let metric = match self.only {
                None => metric(id).expect("every id in the lists of figures is in the catalogue"),
                Some(only) if only.id() == id => only,
                Some(_) => continue,
            };
            self.figures.push(Figure {
                metric,
                scope: scope.clone(),
                value,
            });
        }
    }
}

impl FigureList {
    /// Adds the figures of a row and of its lists.
    fn add_row(&mut self, row: &impl Row) {
        row.list(&Scope::Total, &mut |metric, scope, value| {
            if self.only.is_none_or(|only| only == metric) {
                self.figures.push(Figure {
                    metric,
                    scope: scope.clone(),
                    value,
                });
            }
        });
    }

    /// Adds the rows of calls or of chats.
    fn add_engage<A, O, const N: usize, const M: usize>(
        &mut self,
        (agents, of_agent): (
            &[AgentFigures<A>],
            impl Fn(&A) -> [(&'static str, Value); N],
        ),
        (pages, days, of_all): (
            &[PageFigures<O>],
            &[DayFigures<O>],
            impl Fn(&O) -> [(&'static str, Value); M],
        ),
    ) {
        for row in agents {
            self.add(&Scope::Agent(row.agent.clone()), of_agent(&row.figures));
        }
        for row in pages {
            self.add(&Scope::Page(row.page.clone()), of_all(&row.figures));
        }
        for row in days {
            self.add(&Scope::Day(row.date), of_all(&row.figures));
        }
    }
}

/// Lists pairs of an id and the value of a field.
macro_rules! figures {
    ($family:literal of $from:expr => $($field:ident),* $(,)?) => {
        [$((concat!($family, ".", stringify!($field)), Value::from(&$from.$field)),)*]
    };
}

impl Figures for ConversationMetrics {
    fn figures(&self, list: &mut FigureList) {
        list.add(
            &Scope::Total,
            figures!("conversations" of self => total, text, video, both, average_duration_minutes),
        );
        for day in &self.daily {
            list.add(
                &Scope::Day(day.date),
                figures!("conversations" of day => total, text, video, both),
            );
        }
    }
}

impl Figures for RequestMetrics {
    fn figures(&self, list: &mut FigureList) {
        list.add_row(self);
    }
}

impl Figures for VisitorMetrics {
    fn figures(&self, list: &mut FigureList) {
        list.add(
            &Scope::Total,
            figures!("visitors" of self =>
                with_impression, with_click, click_through_rate, clicked_without_impression,
            ),
        );
        for day in &self.daily {
            list.add(
                &Scope::Day(day.date),
                figures!("visitors" of day => with_impression, with_click, click_through_rate),
            );
        }
    }
}

impl Figures for GmvMetrics {
    fn figures(&self, list: &mut FigureList) {
        list.add(
            &Scope::Total,
            figures!("gmv" of self =>
                orders, attributed_sales, average_order_value, gmv_orders, attributed_gmv, refunded_gmv, net_gmv,
                conversion_rate,
            ),
        );
    }
}

impl Figures for CsatMetrics {
    fn figures(&self, list: &mut FigureList) {
        list.add(&Scope::Total, figures!("csat" of self => average_rating));
        for day in &self.daily {
            list.add(
                &Scope::Day(day.date),
                figures!("csat" of day => average_rating),
            );
        }
        for rating in Rating::ALL {
            list.add(
                &Scope::Rating(rating),
                [("csat.distribution", self.distribution.count(rating).into())],
            );
        }
        let details = self.details.len() as u64;
        list.add(&Scope::Total, [("csat.details", details.into())]);
    }
}

impl Figures for LeaderboardMetrics {
    fn figures(&self, list: &mut FigureList) {
        list.add_row(self);
    }
}

impl Figures for CallMetrics {
    fn figures(&self, list: &mut FigureList) {
        let all = |of: &CallFigures| {
            figures!("engage.calls" of of =>
                attempted, accepted, requested, answered, cancelled, missed, pending, held, connected,
            )
        };
        let agents = |of: &AgentCallFigures| figures!("engage.calls" of of => attempted, accepted, answered, held, connected);
        list.add(&Scope::Total, all(&self.organization));
        list.add_engage((&self.agents, agents), (&self.pages, &self.daily, all));
    }
}

impl Figures for ChatMetrics {
    fn figures(&self, list: &mut FigureList) {
        let all = |of: &ChatFigures| figures!("engage.chats" of of => attempted, accepted, requested, answered, missed, pending, held);
        let agents = |of: &AgentChatFigures| figures!("engage.chats" of of => attempted, accepted, answered, held);
        list.add(&Scope::Total, all(&self.organization));
        list.add_engage((&self.agents, agents), (&self.pages, &self.daily, all));
    }
}

impl Figures for DataQuality {
    fn figures(&self, list: &mut FigureList) {
        list.add(
            &Scope::Total,
            figures!("data_quality" of self => events, duplicates, conflicts, redundant, orphans, over_refunds),
        );
    }
}
