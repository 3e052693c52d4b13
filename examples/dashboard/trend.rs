//! How figures went over the period: a report for each of its days, or of its months where there are many days.

use convometrics::chrono::{Datelike, NaiveDate};
use convometrics::{Ledger, OptionError, Options, Period, Report, Step};

pub(crate) struct Trend {
    /// What one of the steps is: `day` or `month`.
    pub(crate) step: &'static str,
    /// The report of each step; unique visitors are those of the step.
    pub(crate) reports: Vec<Report>,
}

impl Trend {
    /// By day where the period has at most so many, else by month.
    pub(crate) fn new(
        ledger: &Ledger,
        period: &Period,
        options: &Options,
        most_days: usize,
    ) -> Result<Self, OptionError> {
        let (step, name) = if period.dates().len() > most_days {
            (Step::Month, "month")
        } else {
            (Step::Day, "day")
        };
        Ok(Self {
            step: name,
            reports: ledger.series(period, options, step)?,
        })
    }

    /// The steps, as labels of an axis and as names of a table's rows. Of a month of which the period has not all days that
    /// is said.
    pub(crate) fn labels(&self) -> Vec<String> {
        let label = |report: &Report| {
            let dates = report.period.dates();
            let first = report.period.zone().date(report.period.from());
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

    /// What each step has of something.
    pub(crate) fn values<T>(&self, of: impl Fn(&Report) -> T) -> Vec<T> {
        self.reports.iter().map(of).collect()
    }
}
