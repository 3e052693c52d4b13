//! How figures went over the period: a report for each of its days, or of its months where there are many days.

use convometrics::catalogue::Value;
use convometrics::chrono::{Datelike, NaiveDate};
use convometrics::time::PeriodError;
use convometrics::{Grain, Report, View};

use crate::chart::{Chart, Scale, Series, Table};

pub(crate) struct Trend {
    /// What one of the steps is: `day` or `month`.
    pub(crate) step: &'static str,
    /// The report of each step; unique visitors are those of the step.
    pub(crate) reports: Vec<Report>,
}

impl Trend {
    /// The trend by a grain, whose steps are called `step`.
    pub(crate) fn new(
        view: &View<'_>,
        grain: Grain,
        step: &'static str,
    ) -> Result<Self, PeriodError> {
        Ok(Self {
            step,
            reports: view.series(grain)?,
        })
    }

    /// The steps, as labels of an axis and as names of a table's rows. Of a month of which the period has not all days that
    /// is said.
    pub(crate) fn labels(&self) -> Vec<String> {
        let label = |report: &Report| {
            let dates = report.period.dates();
            let first = report.period.zone().date(report.period.start());
            if self.step != "month" {
                return first.to_string();
            }
            let after = dates.last().and_then(NaiveDate::succ_opt);
            let is_whole = first.day() == 1 && after.is_some_and(|after| after.day() == 1);
            let part = if is_whole { "" } else { " (part)" };
            format!("{}{part}", first.format("%Y-%m"))
        };
        self.reports.iter().map(label).collect()
    }

    /// A chart over the steps.
    pub(crate) fn chart(
        &self,
        title: &str,
        unit: &'static str,
        scale: Scale,
        series: Vec<Series>,
    ) -> Chart {
        Chart {
            title: match self.step {
                "day" => title.to_owned(),
                step => format!("{}, by {step}", title.replace("daily trend", "trend")),
            },
            along: self.step,
            unit,
            scale,
            labels: self.labels(),
            series,
            table: Table::Own,
        }
    }

    /// So many of each step.
    pub(crate) fn counts(&self, name: &'static str, of: impl Fn(&Report) -> u64) -> Series {
        Series::of_counts(name, self.reports.iter().map(of))
    }

    /// A figure of each step.
    pub(crate) fn figures(&self, name: &'static str, of: impl Fn(&Report) -> Value) -> Series {
        Series::of(name, self.reports.iter().map(of))
    }
}
