//! A report against another, figure by figure.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde::Serialize;

use crate::catalogue::{Metric, Scope, ScopeKind, Value};
use crate::money::Currency;
use crate::query::{Figure, Report};
use crate::ratio::{Quotient, change_of};
use crate::time::Period;

/// A report against another, its base: what [`Report::compared_with`] gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Comparison {
    /// The period that is compared.
    pub period: Period,
    /// The period that it is compared with.
    pub base: Period,
    /// One for each figure of either report: first those of the report, in its order, then those of the base alone.
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
    /// What it is of. A day is that of the report; the base has its own, see [`base_day`](Self::base_day).
    pub scope: Scope,
    /// Of a figure of a day: the day of the base that has the same place in its period; `None` where there is none.
    pub base_day: Option<NaiveDate>,
    /// The figure of the report; `None` where it is not known, see [`Report::compared_with`].
    pub value: Option<Value>,
    /// The figure of the base; `None` where it is not known.
    pub base: Option<Value>,
    /// By how much they differ: one row for each currency of either, by code, where the figure is of money, else one.
    pub differences: Vec<Difference>,
}

/// By how much two figures differ.
///
/// | figures | `absolute` | `relative` |
/// | --- | --- | --- |
/// | counts 12 and 8 | 4 | 0.5 |
/// | ratios 3/8 and 1/4 | 0.125, that is 12.5 points | 0.5 |
/// | money 0.00 and 20.00 | −20 | −1 |
/// | counts 12 and 0 | 12 | none: nothing to be measured by |
/// | a mean of none, and 4.5 | none | none |
///
/// Both are worked out in whole numbers and rounded once. Amounts so great that this would take more than 38 digits have
/// none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Difference {
    /// The currency, of money.
    pub currency: Option<Currency>,
    /// The figure less its base, as the nearest double; `None` where one of them has no value or is not known.
    pub absolute: Option<f64>,
    /// That of the base, as the nearest double, 0.5 being half as much again; `None` also where the base is 0.
    pub relative: Option<f64>,
}

impl Report {
    /// Each figure of this report beside that of another: of the [period before](Period::previous), of the
    /// [same dates a year before](Period::previous_year), or of any other period, zone or options.
    ///
    /// Figures of an agent, a page or any other name are compared with those of the same name, those of a day with those
    /// of the day that has the same place in the other period. A name without a row in one of the reports has nothing
    /// there (0, no money, a ratio over nothing). But a day without a counterpart, in the longer of two periods, is not
    /// known, and neither is what may be beyond the option `top` in a list that is cut there.
    ///
    /// By hand: Ann asks for a call on 2 March, and for two on 3 March. Of the 3rd against the day before it,
    /// `engage.calls.requested` is 2, its base 1: absolute 1, relative 1.0, that is 100 % more.
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
    /// let requested = comparison.changes.iter().find(|change| change.metric.id() == "engage.calls.requested").unwrap();
    /// assert_eq!(requested.differences[0].absolute, Some(1.0));
    /// assert_eq!(requested.differences[0].relative, Some(1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn compared_with(&self, base: &Self) -> Comparison {
        let (dates, base_dates) = (self.period.dates(), base.period.dates());
        let places: HashMap<NaiveDate, usize> = base_dates.iter().copied().zip(0..).collect();
        // The base's figures under the scopes of the report; of days that it does not have, under their own.
        let mut theirs: BTreeMap<(&str, Scope), (usize, Figure)> = BTreeMap::new();
        let mut further = Vec::new();
        for (place, figure) in base.figures().into_iter().enumerate() {
            let day = |day: &NaiveDate| dates.get(*places.get(day)?).copied();
            match at_day(&figure.scope, day) {
                Some(scope) => {
                    theirs.insert((figure.metric.id(), scope), (place, figure));
                }
                None => further.push((place, figure)),
            }
        }
        let in_base = |day: &NaiveDate| {
            let place = dates.binary_search(day).ok()?;
            base_dates.get(place).copied()
        };
        let mut changes = Vec::new();
        for figure in self.figures() {
            let found = theirs.remove(&(figure.metric.id(), figure.scope.clone()));
            let base_day = day_of(&figure.scope).and_then(|day| in_base(&day));
            let is_known = day_of(&figure.scope).is_none() || base_day.is_some();
            let without_row = || {
                let is_known = is_known && base.knows_all_of(&figure);
                is_known.then(|| figure.value.nothing())
            };
            let before = found.map_or_else(without_row, |(_, figure)| Some(figure.value));
            changes.push(change(
                figure.metric,
                figure.scope,
                base_day,
                Some(figure.value),
                before,
            ));
        }
        let mut rest: Vec<_> = theirs
            .into_iter()
            .map(|((_, scope), (place, figure))| (place, scope, figure, true))
            .chain(further.into_iter().map(|(place, figure)| {
                let scope = figure.scope.clone();
                (place, scope, figure, false)
            }))
            .collect();
        rest.sort_by_key(|(place, ..)| *place);
        for (_, scope, figure, has_day) in rest {
            let is_known = has_day && self.knows_all_of(&figure);
            let value = is_known.then(|| figure.value.nothing());
            let base_day = day_of(&figure.scope);
            changes.push(change(
                figure.metric,
                scope,
                base_day,
                value,
                Some(figure.value),
            ));
        }
        Comparison {
            period: self.period.clone(),
            base: base.period.clone(),
            changes,
        }
    }

    /// Whether a scope of this kind that has no row has nothing: not in a list that may have been cut.
    fn knows_all_of(&self, figure: &Figure) -> bool {
        let requests = &self.requests;
        let rows = match (figure.scope.kind(), figure.metric.family()) {
            (ScopeKind::Page, crate::catalogue::Family::Requests) => requests.top_pages.len(),
            (ScopeKind::Trigger, _) => requests.auto_message_triggers.len(),
            (ScopeKind::AutoMessage, _) => requests.auto_messages.len(),
            _ => return true,
        };
        rows < self.options.top()
    }
}

fn day_of(scope: &Scope) -> Option<NaiveDate> {
    match scope {
        Scope::Day(day) | Scope::AgentDay(_, day) => Some(*day),
        _ => None,
    }
}

/// The scope at another day; `None` where it is of a day that has no other.
fn at_day(scope: &Scope, other: impl Fn(&NaiveDate) -> Option<NaiveDate>) -> Option<Scope> {
    Some(match scope {
        Scope::Day(day) => Scope::Day(other(day)?),
        Scope::AgentDay(agent, day) => Scope::AgentDay(agent.clone(), other(day)?),
        scope => scope.clone(),
    })
}

fn change(
    metric: &'static Metric,
    scope: Scope,
    base_day: Option<NaiveDate>,
    value: Option<Value>,
    base: Option<Value>,
) -> Change {
    let differences = match (&value, &base) {
        (Some(value), Some(base)) => differences(value, base),
        _ => Vec::new(),
    };
    Change {
        metric,
        scope,
        base_day,
        value,
        base,
        differences,
    }
}

/// What a value comes to, in each of its currencies; without one where it is no money.
fn quotients(value: &Value) -> BTreeMap<Option<Currency>, Quotient> {
    const MILLION: u128 = 1_000_000;
    match value {
        Value::Count(count) => BTreeMap::from([(None, (u128::from(*count), 1))]),
        Value::Ratio(ratio) => {
            let quotient = (ratio.numerator.into(), ratio.denominator.into());
            BTreeMap::from([(None, quotient)])
        }
        Value::Mean(mean) => BTreeMap::from([(None, (mean.sum.into(), mean.count.into()))]),
        Value::Minutes(mean) => {
            let under = u128::from(mean.count) * 60 * MILLION;
            BTreeMap::from([(None, (mean.sum_seconds.millionths(), under))])
        }
        Value::Money(money) => money
            .iter()
            .map(|(currency, sum)| (Some(currency), (sum.millionths(), MILLION)))
            .collect(),
        Value::Average(average) => average
            .iter()
            .map(|(currency, average)| {
                let under = u128::from(average.count) * MILLION;
                (Some(currency), (average.sum.millionths(), under))
            })
            .collect(),
    }
}

fn differences(value: &Value, base: &Value) -> Vec<Difference> {
    let (values, bases) = (quotients(value), quotients(base));
    // A currency that one of them does not have: no money, or a mean of none.
    let nothing = match value {
        Value::Money(_) => (0, 1),
        _ => (0, 0),
    };
    let mut currencies: Vec<_> = values.keys().chain(bases.keys()).copied().collect();
    currencies.sort_unstable();
    currencies.dedup();
    currencies
        .into_iter()
        .map(|currency| {
            let of = |all: &BTreeMap<_, _>| all.get(&currency).copied().unwrap_or(nothing);
            difference(currency, of(&values), of(&bases))
        })
        .collect()
}

fn difference(currency: Option<Currency>, value: Quotient, base: Quotient) -> Difference {
    let (absolute, relative) = change_of(value, base);
    Difference {
        currency,
        absolute,
        relative,
    }
}
