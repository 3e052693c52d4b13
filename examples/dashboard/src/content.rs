//! What the page shows: a report, its figures by id and scope, their trends, and the records behind them.

use std::collections::HashMap;

use convometrics::catalogue::MetricError;
use convometrics::catalogue::{Scope, Value};
use convometrics::explain::Contribution;
use convometrics::query::Figure;
use convometrics::time::PeriodError;
use convometrics::{Grain, Report, View};

use crate::trend::Trend;

/// Of the records behind a figure, as many are shown.
pub(crate) const RECORDS: usize = 8;

/// So many days are shown one by one, of the organization and of each agent; of longer periods months.
const DAYS: usize = 400;
const DAYS_OF_AGENTS: usize = 62;

pub(crate) struct Content<'a> {
    view: &'a View<'a>,
    /// The arguments of the command line, quoted for a shell; the `report` example takes the same.
    pub(crate) arguments: &'a str,
    pub(crate) report: Report,
    /// How the organization went.
    pub(crate) trend: Trend,
    /// How agents went, where that is by other steps.
    trend_of_agents: Option<Trend>,
    figures: HashMap<(&'static str, Scope), Value>,
}

impl<'a> Content<'a> {
    pub(crate) fn new(view: &'a View<'a>, arguments: &'a str) -> Result<Self, PeriodError> {
        let report = view.report();
        let months = || Trend::new(view, Grain::Month, "month");
        let days = report.period.dates().len();
        let trend = if days <= DAYS {
            Trend::new(view, Grain::Day, "day")?
        } else {
            months()?
        };
        let is_another = days > DAYS_OF_AGENTS && days <= DAYS;
        let trend_of_agents = is_another.then(months).transpose()?;
        let figure = |figure: Figure| ((figure.metric.id, figure.scope), figure.value);
        Ok(Self {
            view,
            arguments,
            trend,
            trend_of_agents,
            figures: report.figures().into_iter().map(figure).collect(),
            report,
        })
    }

    /// How agents went.
    pub(crate) fn trend_of_agents(&self) -> &Trend {
        self.trend_of_agents.as_ref().unwrap_or(&self.trend)
    }

    /// The figure of a metric, if there is one of this scope.
    pub(crate) fn figure(&self, id: &'static str, scope: Scope) -> Option<&Value> {
        self.figures.get(&(id, scope))
    }

    /// The first records that count for a figure of the whole period, and whether there are more.
    pub(crate) fn records(
        &self,
        id: &'static str,
    ) -> Result<(Vec<Contribution>, bool), MetricError> {
        // Of a count as many are looked for as there are.
        let most = match self.figure(id, Scope::Total) {
            Some(Value::Count(count)) => usize::try_from(*count).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let records = self.view.drill_down(id, &Scope::Total)?;
        let mut counted = records.filter(|record| record.counted().is_some());
        let first = counted.by_ref().take(most.min(RECORDS)).collect();
        let has_more = match most {
            usize::MAX => counted.next().is_some(),
            most => most > RECORDS,
        };
        Ok((first, has_more))
    }
}
