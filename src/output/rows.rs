//! Figures and changes as the rows of one tidy table.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Change, Comparison};
use crate::metric::parts::{Part, currencies, double_text};
use crate::metric::{Metric, Scope, ScopeKind, Value};
use crate::money::Currency;
use crate::query::Report;
use crate::time::Period;

/// A figure as a row of a tidy table. A figure of money has one row for each currency.
///
/// A row serialises flat: each field is a column, the metric by its id and the scope by its name. Any writer of tables
/// takes it. [`Report::rows`] has an example that writes CSV.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FigureRow {
    /// The metric. Serialised as its id in the [catalogue](crate::catalogue).
    #[serde(serialize_with = "crate::query::figures::id")]
    pub metric: &'static Metric,
    /// The kind of scope, such as `total` or `agent_day`.
    pub scope: ScopeKind,
    /// The agent, page, trigger or automatic message; the hour, 0 to 23; the rating, 1 to 5; the hour of the week, as in
    /// `mon:9`.
    pub key: Option<String>,
    /// The link of an automatic message.
    pub link: Option<String>,
    /// The local day.
    pub date: Option<NaiveDate>,
    /// The value; `None` if the denominator is 0. Counts and money are exact, money with the digits of the report's
    /// JSON. A ratio or mean is the nearest double, in the fewest digits that read back as this double. An average
    /// order value is rounded as in the report.
    pub value: Option<String>,
    /// The numerator of a ratio, or the exact sum of a mean. The sum of a mean of minutes is in **seconds**: 780.5 over
    /// 3 are 4.336… minutes.
    pub numerator: Option<String>,
    /// The denominator of a ratio, or the count of a mean.
    pub denominator: Option<u64>,
    /// The currency of a value per currency, otherwise the [unit](crate::catalogue::Unit) of the metric.
    pub unit: &'static str,
}

/// A change as a row of a tidy table. A change of money has one row for each currency of either report.
///
/// A row serialises flat, as a [`FigureRow`] does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangeRow {
    /// The metric. Serialised as its id in the [catalogue](crate::catalogue).
    #[serde(serialize_with = "crate::query::figures::id")]
    pub metric: &'static Metric,
    /// The kind of scope, such as `total` or `agent_day`.
    pub scope: ScopeKind,
    /// The agent, page, trigger or automatic message; the hour, 0 to 23; the rating, 1 to 5; the hour of the week, as in
    /// `mon:9`.
    pub key: Option<String>,
    /// The link of an automatic message.
    pub link: Option<String>,
    /// The local day of the report; `None` if the report does not have the day.
    pub date: Option<NaiveDate>,
    /// The local day of the base; `None` if the base does not have the day.
    pub base_date: Option<NaiveDate>,
    /// The value of the report, written as in [`FigureRow::value`]; `None` if the denominator is 0 or the figure is
    /// unknown. Money that is known to be none is 0.
    pub value: Option<String>,
    /// The value of the base, likewise.
    pub base: Option<String>,
    /// The value less its base, see [`Difference::absolute`](super::Difference::absolute).
    pub absolute: Option<String>,
    /// The difference relative to the base, see [`Difference::relative`](super::Difference::relative).
    pub relative: Option<String>,
    /// The currency of a value per currency, otherwise the [unit](crate::catalogue::Unit) of the metric.
    pub unit: &'static str,
}

impl Report {
    /// Returns the report's [figures](Report::figures) as rows, in their order. Money without any currency has no row.
    ///
    /// With the crate `csv` the rows are a CSV file. `row_header` names the zone of the dates; without it the header
    /// would be the names of the fields.
    ///
    /// ```
    /// use convometrics::{Ledger, Options, Period};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let period = Period::from_dates(day, day, &"Europe/Paris".parse()?)?;
    /// let report = Ledger::new().report(&period, &Options::new());
    /// let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    /// table.serialize(report.row_header())?;
    /// for row in report.rows() {
    ///     table.serialize(row)?;
    /// }
    /// let text = String::from_utf8(table.into_inner()?)?;
    /// let mut lines = text.lines();
    /// assert_eq!(lines.next(), Some("metric,scope,key,link,date (Europe/Paris),value,numerator,denominator,unit"));
    /// assert_eq!(lines.next(), Some("conversations.total,total,,,,0,,,conversations"));
    /// assert!(text.contains("\nvisitors.click_through_rate,day,,,2026-03-02,,0,0,ratio\n")); // no value, not 0
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Agents, pages and other keys are text from outside and stay as they are. A spreadsheet may take a cell that
    /// begins with `=`, `+`, `-` or `@` for a formula and run it: open such a file as text.
    ///
    /// ```
    /// use convometrics::{Ledger, Options, Period, Zone};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let period = Period::from_dates(day, day, &Zone::utc())?;
    /// let rows = Ledger::new().report(&period, &Options::new()).rows();
    /// assert_eq!((rows[0].metric.id, rows[0].value.as_deref()), ("conversations.total", Some("0")));
    /// let rate = rows.iter().find(|row| row.metric.id == "visitors.click_through_rate").unwrap();
    /// assert_eq!((rate.value.as_deref(), rate.denominator), (None, Some(0))); // no value, not 0
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rows(&self) -> Vec<FigureRow> {
        let rows = self.figures().into_iter().flat_map(|figure| {
            let (key, link, date) = place(&figure.scope);
            let parts = Part::listed(&figure.value).into_iter();
            parts.map(move |part| FigureRow {
                metric: figure.metric,
                scope: figure.scope.kind(),
                key: key.clone(),
                link: link.clone(),
                date,
                value: part.value,
                numerator: part.numerator,
                denominator: part.denominator,
                unit: unit(figure.metric, part.currency),
            })
        });
        rows.collect()
    }

    /// Returns the column titles of [`rows`](Self::rows): the names of the fields, with the zone of the period beside
    /// `date`, as in `date (Europe/Paris)`.
    #[must_use]
    pub fn row_header(&self) -> [String; 9] {
        [
            "metric".to_owned(),
            "scope".to_owned(),
            "key".to_owned(),
            "link".to_owned(),
            in_zone("date", &self.period),
            "value".to_owned(),
            "numerator".to_owned(),
            "denominator".to_owned(),
            "unit".to_owned(),
        ]
    }
}

impl Comparison {
    /// Returns the changes as rows, in their order. Money without any currency in both reports has no row.
    #[must_use]
    pub fn rows(&self) -> Vec<ChangeRow> {
        self.changes.iter().flat_map(change_rows).collect()
    }

    /// Returns the column titles of [`rows`](Self::rows): the names of the fields, with the zone of each period beside
    /// its dates, as in `date (Europe/Paris)` and `base date (Europe/Paris)`.
    #[must_use]
    pub fn row_header(&self) -> [String; 11] {
        [
            "metric".to_owned(),
            "scope".to_owned(),
            "key".to_owned(),
            "link".to_owned(),
            in_zone("date", &self.period),
            in_zone("base date", &self.base),
            "value".to_owned(),
            "base".to_owned(),
            "absolute".to_owned(),
            "relative".to_owned(),
            "unit".to_owned(),
        ]
    }
}

fn in_zone(column: &str, period: &Period) -> String {
    format!("{column} ({})", period.zone().name())
}

/// Returns the rows of one change, by currency.
fn change_rows(change: &Change) -> Vec<ChangeRow> {
    let (key, link, date) = place(&change.scope);
    let text = |value: &Option<Value>, currency| Part::of(value.as_ref()?, currency).value;
    let row = |currency| {
        let mut differences = change.differences.iter();
        let difference = differences.find(|difference| difference.currency == currency);
        ChangeRow {
            metric: change.metric,
            scope: change.scope.kind(),
            key: key.clone(),
            link: link.clone(),
            // A day that only the base has is in `base_date` alone.
            date: date.filter(|_| change.value.is_some()),
            base_date: change.base_day,
            value: text(&change.value, currency),
            base: text(&change.base, currency),
            absolute: double_text(difference.and_then(|difference| difference.absolute)),
            relative: double_text(difference.and_then(|difference| difference.relative)),
            unit: unit(change.metric, currency),
        }
    };
    let values = change.value.iter().chain(&change.base);
    let currencies = currencies(values, Part::listed).into_iter();
    currencies.map(row).collect()
}

/// Returns the columns that identify a scope: the key, the link and the date.
pub(super) fn place(scope: &Scope) -> (Option<String>, Option<String>, Option<NaiveDate>) {
    let key = |key: &dyn ToString| Some(key.to_string());
    match scope {
        Scope::Total | Scope::Unassigned => (None, None, None),
        Scope::Day(day) => (None, None, Some(*day)),
        Scope::Hour(hour) => (key(hour), None, None),
        Scope::Agent(agent) => (key(agent), None, None),
        Scope::AgentDay(agent, day) => (key(agent), None, Some(*day)),
        Scope::Page(page) => (key(page), None, None),
        Scope::Trigger(trigger) => (key(trigger), None, None),
        Scope::AutoMessage(message, link) => (key(message), key(link), None),
        Scope::Rating(rating) => (key(rating), None, None),
        Scope::WeekHour(at) => (key(at), None, None),
        Scope::Step(step) => (key(step), None, None),
    }
}

fn unit(metric: &'static Metric, currency: Option<Currency>) -> &'static str {
    currency.map_or_else(|| metric.unit.name(), Currency::code)
}
