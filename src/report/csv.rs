//! Figures and comparisons as CSV: one tidy table.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use chrono::NaiveDate;
use csv::Writer;

use super::{Comparison, Report};
use crate::catalogue::{Metric, Scope, Value};
use crate::money::{Currency, Sum};

impl Report {
    /// Writes the report's [figures](Report::figures) as CSV (RFC 4180, with `\n` at the ends of lines): a header, then a
    /// row for each figure, and of money for each currency. Money without any currency has no row.
    ///
    /// | column | what it holds |
    /// | --- | --- |
    /// | `metric` | the id in the [catalogue](crate::catalogue) |
    /// | `scope` | the name of the [kind of scope](crate::catalogue::ScopeKind), such as `total` or `agent_day` |
    /// | `key` | the agent, page, trigger or automatic message; the hour, 0 to 23; the rating, 1 to 5; else empty |
    /// | `link` | the link that an automatic message carried; else empty |
    /// | `date (Europe/Paris)` | the local day, in the zone that the header names; else empty |
    /// | `value` | the figure; empty where it is over nothing |
    /// | `numerator`, `denominator` | what a ratio is made of; of a mean its sum and its count; else empty |
    /// | `unit` | the currency of money; else the [unit](crate::catalogue::Unit) of the metric |
    ///
    /// Money is decimal, exact, with the digits of the report's JSON. The value of a ratio or mean is the nearest double,
    /// in the fewest digits that read back as this double; an average order value is rounded as in the report. The sum
    /// of a mean of minutes is in **seconds**: 780.5 over 3 are 4.336… minutes.
    ///
    /// Agents, pages and other keys are outsiders' text and written as they are, in quotes where CSV asks for it. A
    /// spreadsheet may take a cell that begins with `=`, `+`, `-` or `@` for a formula and run it: open such a file as
    /// text.
    ///
    /// ```
    /// use convometrics::{Ledger, Options, Period};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let period = Period::days(day, day, &"Europe/Paris".parse()?)?;
    /// let mut file = Vec::new();
    /// Ledger::new().report(&period, &Options::new()).write_csv(&mut file)?;
    /// let text = String::from_utf8(file)?;
    /// let mut lines = text.lines();
    /// assert_eq!(lines.next(), Some("metric,scope,key,link,date (Europe/Paris),value,numerator,denominator,unit"));
    /// assert_eq!(lines.next(), Some("conversations.total,total,,,,0,,,conversations"));
    /// assert!(text.contains("\nvisitors.click_through_rate,day,,,2026-03-02,,0,0,ratio\n")); // no value, not 0
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_csv(&self, out: impl Write) -> io::Result<()> {
        let mut table = Writer::from_writer(out);
        let date = format!("date ({})", self.period.zone().name());
        table.write_record([
            "metric",
            "scope",
            "key",
            "link",
            &date,
            "value",
            "numerator",
            "denominator",
            "unit",
        ])?;
        for figure in self.figures() {
            let place = Place::of(&figure.scope);
            let date = date_text(place.date);
            for amount in Amount::all_of(&figure.value) {
                table.write_record([
                    figure.metric.id(),
                    figure.scope.kind().name(),
                    &place.key,
                    place.link,
                    &date,
                    &amount.value,
                    &amount.numerator,
                    &amount.denominator,
                    unit(figure.metric, amount.currency),
                ])?;
            }
        }
        table.flush()
    }
}

impl Comparison {
    /// Writes the changes as CSV, as [`Report::write_csv`] writes figures: a row for each change, and of money for each
    /// currency of either report. Money without any currency in both has no row.
    ///
    /// The columns are `metric`, `scope`, `key`, `link`, `date (Europe/Paris)`, `base date (Europe/Paris)`, each in its
    /// report's zone, `value`, `base`, `absolute`, `relative` and `unit`. `value` and `base` are empty where the figure is
    /// over nothing or not known, `absolute` and `relative` where there is no such [difference](super::Difference), the
    /// dates where the report has no such day. Money that is known to be none is 0.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_csv(&self, out: impl Write) -> io::Result<()> {
        let mut table = Writer::from_writer(out);
        let date = format!("date ({})", self.period.zone().name());
        let base_date = format!("base date ({})", self.base.zone().name());
        table.write_record([
            "metric", "scope", "key", "link", &date, &base_date, "value", "base", "absolute",
            "relative", "unit",
        ])?;
        for change in &self.changes {
            let place = Place::of(&change.scope);
            // A day of the base that the report does not have stands under its own date.
            let date = date_text(place.date.filter(|_| change.value.is_some()));
            let base_date = date_text(change.base_day);
            let values = change.value.as_ref().map(Known::new);
            let bases = change.base.as_ref().map(Known::new);
            let known = values.iter().chain(&bases);
            let currencies: BTreeSet<Option<Currency>> = known
                .flat_map(|known| known.amounts.iter().map(|amount| amount.currency))
                .collect();
            for currency in currencies {
                let mut differences = change.differences.iter();
                let difference = differences.find(|difference| difference.currency == currency);
                let (absolute, relative) = difference.map_or((None, None), |difference| {
                    (difference.absolute, difference.relative)
                });
                let text = |known: &Option<Known<'_>>| {
                    known
                        .as_ref()
                        .map_or_else(String::new, |known| known.text(currency))
                };
                table.write_record([
                    change.metric.id(),
                    change.scope.kind().name(),
                    &place.key,
                    place.link,
                    &date,
                    &base_date,
                    &text(&values),
                    &text(&bases),
                    &double_text(absolute),
                    &double_text(relative),
                    unit(change.metric, currency),
                ])?;
            }
        }
        table.flush()
    }
}

/// What a row is of.
struct Place<'a> {
    key: Cow<'a, str>,
    link: &'a str,
    date: Option<NaiveDate>,
}

impl<'a> Place<'a> {
    fn of(scope: &'a Scope) -> Self {
        let mut place = Self {
            key: Cow::Borrowed(""),
            link: "",
            date: None,
        };
        match scope {
            Scope::Total | Scope::Unassigned => {}
            Scope::Day(day) => place.date = Some(*day),
            Scope::Hour(hour) => place.key = hour.to_string().into(),
            Scope::Agent(agent) => place.key = agent.as_str().into(),
            Scope::AgentDay(agent, day) => {
                place.key = agent.as_str().into();
                place.date = Some(*day);
            }
            Scope::Page(page) => place.key = page.as_str().into(),
            Scope::Trigger(trigger) => place.key = trigger.as_str().into(),
            Scope::AutoMessage(message, link) => {
                place.key = message.as_str().into();
                place.link = link.as_str();
            }
            Scope::Rating(rating) => place.key = rating.to_string().into(),
        }
        place
    }
}

/// A figure in one currency, or in none, as texts; empty where there is none.
#[derive(Default)]
struct Amount {
    currency: Option<Currency>,
    value: String,
    numerator: String,
    denominator: String,
}

impl Amount {
    /// One where the value is no money, else one for each currency.
    fn all_of(value: &Value) -> Vec<Self> {
        let quotient = |value: Option<f64>, numerator: String, denominator: u64| {
            vec![Self {
                currency: None,
                value: double_text(value),
                numerator,
                denominator: denominator.to_string(),
            }]
        };
        match value {
            Value::Count(count) => vec![Self {
                value: count.to_string(),
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
            Value::Money(money) => money
                .iter()
                .map(|(currency, sum)| Self {
                    currency: Some(currency),
                    value: sum.to_text(currency.minor_unit()),
                    ..Self::default()
                })
                .collect(),
            Value::Average(average) => average
                .iter()
                .map(|(currency, average)| Self {
                    currency: Some(currency),
                    value: average.value_text(currency).unwrap_or_default(),
                    numerator: average.sum.to_text(currency.minor_unit()),
                    denominator: average.count.to_string(),
                })
                .collect(),
        }
    }
}

/// A value of a comparison that is known.
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

    fn text(&self, currency: Option<Currency>) -> String {
        let mut amounts = self.amounts.iter();
        if let Some(amount) = amounts.find(|amount| amount.currency == currency) {
            return amount.value.clone();
        }
        match (self.value, currency) {
            (Value::Money(_), Some(currency)) => Sum::ZERO.to_text(currency.minor_unit()),
            _ => String::new(),
        }
    }
}

fn unit(metric: &'static Metric, currency: Option<Currency>) -> &'static str {
    currency.map_or_else(|| metric.unit().name(), Currency::code)
}

fn date_text(date: Option<NaiveDate>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}

/// The fewest digits that read back as this double.
fn double_text(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
