//! Comparison of two reports, figure by figure.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::Serialize;

use crate::metric::parts::{Part, currencies};
use crate::metric::{Family, Metric, Scope, ScopeKind, Value};
use crate::money::Currency;
use crate::query::{Figure, Report};
use crate::ratio::change_of;
use crate::time::Period;

/// A report compared with another, its base: the result of [`Report::compared_with`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Comparison {
    /// The period of the report.
    pub period: Period,
    /// The period of the base.
    pub base: Period,
    /// One change for each figure of either report: those of the report in its order, then those that only the base
    /// has.
    pub changes: Vec<Change>,
}

/// One figure of two reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Change {
    /// The metric.
    #[serde(serialize_with = "crate::query::figures::id")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::catalogue::MetricId"))]
    pub metric: &'static Metric,
    /// The scope. A day is the report's; the base has its own, see [`base_day`](Self::base_day).
    pub scope: Scope,
    /// For a figure of a day, the day of the base with the same place in its period; `None` if there is no such day.
    pub base_day: Option<NaiveDate>,
    /// The figure of the report; `None` if it is not known, see [`Report::compared_with`].
    pub value: Option<Value>,
    /// The figure of the base; `None` if it is not known.
    pub base: Option<Value>,
    /// The differences: for money one for each currency of either figure, by code, otherwise one.
    pub differences: Vec<Difference>,
}

/// The difference of two figures.
///
/// | figures | `absolute` | `relative` |
/// | --- | --- | --- |
/// | counts 12 and 8 | 4 | 0.5 |
/// | ratios 3/8 and 1/4 | 0.125, that is 12.5 points | 0.5 |
/// | money 0.00 and 20.00 | −20 | −1 |
/// | counts 12 and 0 | 12 | `None`: the base is 0 |
/// | lifts 0.2 and 0.5 | −0.3, that is −30 points | `None`: a lift is relative already |
/// | a mean without a value, and 4.5 | `None` | `None` |
///
/// Both are computed in integers and rounded once. They are `None` for amounts so large that this would take more than
/// 38 digits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Difference {
    /// The currency, for money.
    pub currency: Option<Currency>,
    /// The figure minus its base, as the nearest double; `None` if one of them has no value or is not known.
    pub absolute: Option<f64>,
    /// The absolute difference over the base, as the nearest double: 0.5 is 50 % more. `None` also if the base is 0.
    pub relative: Option<f64>,
}

impl Report {
    /// Compares each figure of this report with that of another: of the [previous period](Period::previous), of the
    /// [same dates of the previous year](Period::previous_year), or of any other period, zone or options.
    ///
    /// Figures of an agent, a page or another name are compared with those of the same name, and figures of a day with
    /// those of the day with the same place in the other period. A name that only one report has is empty in the other:
    /// 0, no money, or a ratio with denominator 0. The value is unknown in three cases: for a day that only the longer
    /// period has, for a name that the option `top` may have cut from a list, and for a family that only one of the two
    /// reports has.
    ///
    /// By hand: Ann asks for a call on 2 March, and for two on 3 March. For 3 March compared with the day before,
    /// `engage.calls.requested` is 2 and its base is 1: absolute 1, relative 1.0, that is 100 % more.
    ///
    /// ```
    /// use convometrics::{Event, Ledger, Options, Period, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// for (id, at) in [("1", "2026-03-02T09:00:00Z"), ("2", "2026-03-03T09:00:00Z"), ("3", "2026-03-03T10:00:00Z")] {
    ///     let own = r#""type":"call_requested","conversation":"c","by":{"side":"visitor"}"#;
    ///     let text = format!(r#"{{"id":"{id}","at":"{at}","visitor":"ann","call":"k{id}",{own}}}"#);
    ///     ledger.record(&Event::from_json(&text)?)?;
    /// }
    /// let day = "2026-03-03".parse()?;
    /// let period = Period::from_dates(day, day, &Zone::utc())?;
    /// let report = ledger.report(&period, &Options::new());
    /// let base = ledger.report(&period.previous()?, &Options::new());
    /// let comparison = report.compared_with(&base);
    /// let requested = comparison.changes.iter().find(|change| change.metric.id == "engage.calls.requested").unwrap();
    /// assert_eq!(requested.differences[0].absolute, Some(1.0));
    /// assert_eq!(requested.differences[0].relative, Some(1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn compared_with(&self, base: &Self) -> Comparison {
        let (dates, base_dates) = (self.period.dates(), base.period.dates());
        let (mine, theirs) = (keyed(self, &dates), keyed(base, &base_dates));
        // Each family that a report has has figures of the total.
        let [has, base_has] = [&mine, &theirs].map(|figures| {
            let families = figures.iter().map(|(_, figure)| figure.metric.family);
            families.collect::<HashSet<Family>>()
        });
        let rows = outer_join(mine, theirs);
        let changes = rows.into_iter().map(|row| {
            let (Key { scope, day, .. }, metric) = (row.key, row.metric);
            let at = |dates: &[NaiveDate]| day.and_then(|place| dates.get(place).copied());
            let is_of_day = matches!(scope, Scope::Day(_) | Scope::AgentDay(..));
            let nothing = |report: &Self, dates: &[NaiveDate], families: &HashSet<_>| {
                let has_day = !is_of_day || at(dates).is_some();
                let is_computed = families.contains(&metric.family);
                let is_known = has_day && is_computed && report.knows_all_of(metric, scope.kind());
                let value = row.value.as_ref().or(row.base.as_ref());
                value.filter(|_| is_known).map(Value::nothing)
            };
            let value = row.value.clone().or_else(|| nothing(self, &dates, &has));
            let base_value = row.base.clone();
            let base_value = base_value.or_else(|| nothing(base, &base_dates, &base_has));
            Change {
                metric,
                scope: on_day(scope, at(&dates).or_else(|| at(&base_dates))),
                base_day: at(&base_dates),
                differences: differences(value.as_ref(), base_value.as_ref()),
                value,
                base: base_value,
            }
        });
        Comparison {
            period: self.period.clone(),
            base: base.period.clone(),
            changes: changes.collect(),
        }
    }

    /// Returns whether a name without a row has no figures, because the list was not cut.
    fn knows_all_of(&self, metric: &Metric, scope: ScopeKind) -> bool {
        let requests = &self.requests;
        let rows = match (scope, metric.family) {
            (ScopeKind::Page, Family::Requests) => requests.top_pages.len(),
            (ScopeKind::Trigger, _) => requests.auto_message_triggers.len(),
            (ScopeKind::AutoMessage, _) => requests.auto_messages.len(),
            _ => return true,
        };
        rows < self.options.top()
    }
}

/// The key by which figures are compared.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    metric: &'static str,
    /// The scope. A day is replaced by `day`.
    scope: Scope,
    /// The place of the scope's day among the days of its period.
    day: Option<usize>,
}

/// A row of an outer join, with the values of the reports that have the figure.
struct Row {
    key: Key,
    metric: &'static Metric,
    value: Option<Value>,
    base: Option<Value>,
}

/// Returns the figures of a report whose period has these dates, each with its key.
fn keyed(report: &Report, dates: &[NaiveDate]) -> Vec<(Key, Figure)> {
    let keyed = report.figures().into_iter().map(|figure| {
        let day = match &figure.scope {
            // A report that was read back can have days that its zone no longer gives its period. They are not paired.
            Scope::Day(day) | Scope::AgentDay(_, day) => dates.binary_search(day).ok(),
            _ => None,
        };
        let key = Key {
            metric: figure.metric.id,
            scope: on_day(figure.scope.clone(), day.map(|_| NaiveDate::MIN)),
            day,
        };
        (key, figure)
    });
    keyed.collect()
}

/// Returns the scope with another day, if it has a day.
fn on_day(scope: Scope, day: Option<NaiveDate>) -> Scope {
    match (scope, day) {
        (Scope::Day(_), Some(day)) => Scope::Day(day),
        (Scope::AgentDay(agent, _), Some(day)) => Scope::AgentDay(agent, day),
        (scope, _) => scope,
    }
}

/// Pairs figures by their keys: those of `mine` in their order, then the rest of `theirs` in theirs.
fn outer_join(mine: Vec<(Key, Figure)>, theirs: Vec<(Key, Figure)>) -> Vec<Row> {
    let row = |(key, figure): (Key, Figure)| Row {
        key,
        metric: figure.metric,
        value: Some(figure.value),
        base: None,
    };
    let mut rows: Vec<Row> = mine.into_iter().map(row).collect();
    let keys = rows.iter().map(|row| row.key.clone());
    let places: HashMap<Key, usize> = keys.zip(0..).collect();
    for (key, figure) in theirs {
        let (metric, value, base) = (figure.metric, None, Some(figure.value));
        match places.get(&key) {
            Some(place) => rows[*place].base = base,
            None => rows.push(Row {
                key,
                metric,
                value,
                base,
            }),
        }
    }
    rows
}

/// Returns the differences of two known values, by currency.
fn differences(value: Option<&Value>, base: Option<&Value>) -> Vec<Difference> {
    let (Some(value), Some(base)) = (value, base) else {
        return Vec::new();
    };
    let difference = |currency| {
        let of = |value| Part::of(value, currency).quotient;
        let (absolute, relative) = change_of(of(value), of(base));
        // A lift is relative already.
        let is_lift = matches!(value, Value::Lift(_) | Value::AverageLift(_));
        Difference {
            currency,
            absolute,
            relative: relative.filter(|_| !is_lift),
        }
    };
    let currencies = currencies([value, base], Part::all_of).into_iter();
    currencies.map(difference).collect()
}
