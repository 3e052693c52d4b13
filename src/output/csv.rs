//! Figures and comparisons as CSV: one tidy table.

use std::collections::BTreeSet;
use std::io::{self, Write};

use chrono::NaiveDate;
use csv::Writer;

use super::rows::{Amount, Place, double_text, unit};
use super::Comparison;
use crate::query::Report;
use crate::catalogue::Value;
use crate::money::{Currency, ExactSum};

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
    /// let period = Period::from_dates(day, day, &"Europe/Paris".parse()?)?;
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
        for row in self.rows() {
            table.write_record([
                row.metric.id(),
                row.scope.name(),
                row.key.as_deref().unwrap_or_default(),
                row.link.as_deref().unwrap_or_default(),
                &date_text(row.date),
                row.value.as_deref().unwrap_or_default(),
                row.numerator.as_deref().unwrap_or_default(),
                &row.denominator
                    .map_or_else(String::new, |number| number.to_string()),
                row.unit,
            ])?;
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
                    place.key.as_deref().unwrap_or_default(),
                    place.link.unwrap_or_default(),
                    &date,
                    &base_date,
                    &text(&values),
                    &text(&bases),
                    &double_text(absolute).unwrap_or_default(),
                    &double_text(relative).unwrap_or_default(),
                    unit(change.metric, currency),
                ])?;
            }
        }
        table.flush()
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
            return amount.value.clone().unwrap_or_default();
        }
        match (self.value, currency) {
            (Value::Money(_), Some(currency)) => ExactSum::ZERO.to_text(currency.minor_unit()),
            _ => String::new(),
        }
    }
}

fn date_text(date: Option<NaiveDate>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}
