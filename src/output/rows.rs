//! Figures as the rows of one tidy table.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::query::Report;
use crate::catalogue::{Metric, Scope, ScopeKind, Value};
use crate::money::Currency;

/// A figure as a row of a table, and of money one for each currency: to be joined, filtered and drawn elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FigureRow {
    /// The metric.
    pub metric: &'static Metric,
    /// The kind of what it is of.
    pub scope: ScopeKind,
    /// The agent, page, trigger or automatic message; the hour, 0 to 23; the rating, 1 to 5.
    pub key: Option<String>,
    /// The link that an automatic message carried.
    pub link: Option<String>,
    /// The local day.
    pub date: Option<NaiveDate>,
    /// How much it is; `None` over nothing. Counts and money are exact, money with the digits of the report's JSON. A
    /// ratio or mean is the nearest double, in the fewest digits that read back as this double; an average order value
    /// is rounded as in the report.
    pub value: Option<String>,
    /// Of a ratio its numerator, of a mean its sum, exactly. (Of a mean of minutes it is in **seconds**.)
    pub numerator: Option<String>,
    /// Of a ratio its denominator, of a mean its count.
    pub denominator: Option<u64>,
    /// The currency of money, else the [unit](crate::catalogue::Unit) of the metric.
    pub unit: &'static str,
}

impl Report {
    /// The report's [figures](Report::figures) as rows, in their order. Money without any currency has no row.
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
}

/// What a row is of.
#[derive(Default)]
pub(super) struct Place<'a> {
    pub(super) key: Option<Cow<'a, str>>,
    pub(super) link: Option<&'a str>,
    pub(super) date: Option<NaiveDate>,
}

impl<'a> Place<'a> {
    pub(super) fn of(scope: &'a Scope) -> Self {
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
        }
        place
    }
}

/// A figure in one currency, or in none, as texts.
#[derive(Default)]
pub(super) struct Amount {
    pub(super) currency: Option<Currency>,
    pub(super) value: Option<String>,
    pub(super) numerator: Option<String>,
    pub(super) denominator: Option<u64>,
}

impl Amount {
    /// One where the value is no money, else one for each currency.
    pub(super) fn all_of(value: &Value) -> Vec<Self> {
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

pub(super) fn unit(metric: &'static Metric, currency: Option<Currency>) -> &'static str {
    currency.map_or_else(|| metric.unit().name(), Currency::code)
}

/// The fewest digits that read back as this double.
pub(super) fn double_text(value: Option<f64>) -> Option<String> {
    value.map(|value| value.to_string())
}
