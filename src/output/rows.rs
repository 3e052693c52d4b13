//! Figures and changes as the rows of one tidy table.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::{Change, Comparison};
use crate::catalogue::{Metric, Scope, ScopeKind, Value};
use crate::money::{Currency, ExactSum};
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
    /// The agent, page, trigger or automatic message; the hour, 0 to 23; the rating, 1 to 5.
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
    /// The currency of money, otherwise the [unit](crate::catalogue::Unit) of the metric.
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
    /// The agent, page, trigger or automatic message; the hour, 0 to 23; the rating, 1 to 5.
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
    /// The currency of money, otherwise the [unit](crate::catalogue::Unit) of the metric.
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
    /// assert_eq!((rows[0].metric.id(), rows[0].value.as_deref()), ("conversations.total", Some("0")));
    /// let rate = rows.iter().find(|row| row.metric.id() == "visitors.click_through_rate").unwrap();
    /// assert_eq!((rate.value.as_deref(), rate.denominator), (None, Some(0))); // no value, not 0
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rows(&self) -> Vec<FigureRow> {
        let mut rows = Vec::new();
        for figure in self.figures() {
            let place = Place::of(&figure.scope);
            rows.extend(
                Amount::all_of(&figure.value)
                    .into_iter()
                    .map(|amount| FigureRow {
                        metric: figure.metric,
                        scope: figure.scope.kind(),
                        key: place.key.as_deref().map(ToOwned::to_owned),
                        link: place.link.map(ToOwned::to_owned),
                        date: place.date,
                        unit: unit(figure.metric, amount.currency),
                        value: amount.value,
                        numerator: amount.numerator,
                        denominator: amount.denominator,
                    }),
            );
        }
        rows
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
    let place = Place::of(&change.scope);
    let values = change.value.as_ref().map(Known::new);
    let bases = change.base.as_ref().map(Known::new);
    let currencies: BTreeSet<Option<Currency>> = values
        .iter()
        .chain(&bases)
        .flat_map(|known| known.amounts.iter().map(|amount| amount.currency))
        .collect();
    let row = |currency: Option<Currency>| {
        let mut differences = change.differences.iter();
        let difference = differences.find(|difference| difference.currency == currency);
        let text = |known: &Option<Known<'_>>| known.as_ref()?.text(currency);
        ChangeRow {
            metric: change.metric,
            scope: change.scope.kind(),
            key: place.key.as_deref().map(ToOwned::to_owned),
            link: place.link.map(ToOwned::to_owned),
            // A day that only the base has is in `base_date` alone.
            date: place.date.filter(|_| change.value.is_some()),
            base_date: change.base_day,
            value: text(&values),
            base: text(&bases),
            absolute: double_text(difference.and_then(|difference| difference.absolute)),
            relative: double_text(difference.and_then(|difference| difference.relative)),
            unit: unit(change.metric, currency),
        }
    };
    currencies.into_iter().map(row).collect()
}

/// A known value of a comparison.
struct Known<'a> {
    value: &'a Value,
    amounts: Vec<Amount>,
}

impl<'a> Known<'a> {
    fn new(value: &'a Value) -> Self {
        Self {
            value,
            amounts: Amount::all_of(value),
        }
    }

    fn text(&self, currency: Option<Currency>) -> Option<String> {
        let mut amounts = self.amounts.iter();
        if let Some(amount) = amounts.find(|amount| amount.currency == currency) {
            return amount.value.clone();
        }
        match (self.value, currency) {
            (Value::Money(_), Some(currency)) => {
                Some(ExactSum::ZERO.to_text(currency.minor_unit()))
            }
            _ => None,
        }
    }
}

/// The columns that identify the scope of a row.
#[derive(Default)]
struct Place<'a> {
    key: Option<Cow<'a, str>>,
    link: Option<&'a str>,
    date: Option<NaiveDate>,
}

impl<'a> Place<'a> {
    fn of(scope: &'a Scope) -> Self {
        let mut place = Self::default();
        match scope {
            Scope::Total | Scope::Unassigned => {}
            Scope::Day(day) => place.date = Some(*day),
            Scope::Hour(hour) => place.key = Some(hour.to_string().into()),
            Scope::Agent(agent) => place.key = Some(agent.as_str().into()),
            Scope::AgentDay(agent, day) => {
                place.key = Some(agent.as_str().into());
                place.date = Some(*day);
            }
            Scope::Page(page) => place.key = Some(page.as_str().into()),
            Scope::Trigger(trigger) => place.key = Some(trigger.as_str().into()),
            Scope::AutoMessage(message, link) => {
                place.key = Some(message.as_str().into());
                place.link = Some(link.as_str());
            }
            Scope::Rating(rating) => place.key = Some(rating.to_string().into()),
            Scope::WeekHour(at) => place.key = Some(at.to_string().into()),
        }
        place
    }
}

/// A figure in one currency, or without a currency, as text.
#[derive(Default)]
struct Amount {
    currency: Option<Currency>,
    value: Option<String>,
    numerator: Option<String>,
    denominator: Option<u64>,
}

impl Amount {
    /// Returns one amount for each currency of money, or one for any other value.
    fn all_of(value: &Value) -> Vec<Self> {
        let quotient = |value: Option<f64>, numerator: String, denominator: u64| {
            vec![Self {
                currency: None,
                value: double_text(value),
                numerator: Some(numerator),
                denominator: Some(denominator),
            }]
        };
        match value {
            Value::Count(count) => vec![Self {
                value: Some(count.to_string()),
                ..Self::default()
            }],
            Value::Ratio(ratio) => quotient(
                ratio.value(),
                ratio.numerator.to_string(),
                ratio.denominator,
            ),
            Value::Mean(mean) => quotient(mean.value(), mean.sum.to_string(), mean.count),
            Value::Minutes(mean) => {
                quotient(mean.value(), mean.sum_seconds.to_string(), mean.count)
            }
            Value::Seconds(mean) => {
                quotient(mean.value(), mean.sum_seconds.to_string(), mean.count)
            }
            Value::Quantile(seconds) => vec![Self {
                value: seconds.map(|seconds| seconds.to_string()),
                ..Self::default()
            }],
            Value::Lift(lift) => vec![Self {
                value: double_text(lift.value()),
                ..Self::default()
            }],
            Value::AverageLift(lift) => lift
                .iter()
                .map(|(currency, lift)| Self {
                    currency: Some(currency),
                    value: double_text(Some(lift)),
                    ..Self::default()
                })
                .collect(),
            Value::Money(money) => money
                .iter()
                .map(|(currency, sum)| Self {
                    currency: Some(currency),
                    value: Some(sum.to_text(currency.minor_unit())),
                    ..Self::default()
                })
                .collect(),
            Value::Average(average) => average
                .iter()
                .map(|(currency, average)| Self {
                    currency: Some(currency),
                    value: average.value_text(currency),
                    numerator: Some(average.sum.to_text(currency.minor_unit())),
                    denominator: Some(average.count),
                })
                .collect(),
        }
    }
}

fn unit(metric: &'static Metric, currency: Option<Currency>) -> &'static str {
    currency.map_or_else(|| metric.unit().name(), Currency::code)
}

/// Writes a double in the fewest digits that read back as the same double.
fn double_text(value: Option<f64>) -> Option<String> {
    value.map(|value| value.to_string())
}
