//! Reports and comparisons as short documents in Markdown.

use super::rows::place;
use super::{Change, Comparison, Difference};
use crate::catalogue::METRICS;
use crate::metric::parts::Part;
use crate::metric::{Family, Metric, Scope, ScopeKind, Unit, Value};
use crate::money::Currency;
use crate::query::{Figure, OptionName, Report};
use crate::time::{Period, utc_text};

/// The text for a missing value, which is not zero.
const NONE: &str = "–";

/// The kinds of scopes that have their own table, and the heading of its first column.
const ROWS: [(ScopeKind, &str); 7] = [
    (ScopeKind::Agent, "Agent"),
    (ScopeKind::Page, "Page"),
    (ScopeKind::Trigger, "Trigger"),
    (ScopeKind::AutoMessage, "Automatic message and link"),
    (ScopeKind::Rating, "Stars"),
    (ScopeKind::WeekHour, "Hour"),
    (ScopeKind::Step, "Step"),
];

impl Report {
    /// Writes the report as a document in GitHub Flavored Markdown: the period, the options, then each family's figures
    /// in total, by agent, by page, by trigger and message, by rating and by hour of the week. Days and hours of the day
    /// are left out. `–` stands for no value.
    ///
    /// The document is for people: ratios are percentages with numerator and denominator, and means have the number of
    /// cases. Programs should use [figures](Self::figures) or JSON.
    ///
    /// Agents, pages and other names are text from outside. Markdown syntax in them is escaped, and control characters
    /// are shown as `\n` or `\u{7}`. Blanks at the ends of a name are not visible. (A program that turns bare e-mail
    /// addresses in rendered text into links does so here too.)
    ///
    /// ```
    /// use convometrics::{Ledger, Options, Period};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let period = Period::from_dates(day, day, &"Europe/Paris".parse()?)?;
    /// let document = Ledger::new().report(&period, &Options::new()).to_markdown();
    /// assert!(document.starts_with("# Report: 2026-03-02 to 2026-03-02 (1 day, Europe/Paris)\n"));
    /// assert!(document.contains("\n| Click-through rate | – (0/0) |\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# Report: {}\n\n", period_text(&self.period));
        match self.as_of {
            Some(as_of) => paragraph(&mut text, &format!("As of {}.", utc_text(as_of))),
            None => paragraph(&mut text, "Of an empty log."),
        }
        if let Some(filter) = &self.filter {
            paragraph(&mut text, &format!("Filter: {}.", escaped(filter)));
        }
        section(&mut text, "Options");
        let options = self.options_rows().map(|(name, value)| [code(name), value]);
        table(&mut text, &["Option", "Value"], options);
        let figures = self.figures();
        for family in Family::ALL {
            let of_family: Vec<&Figure> = figures
                .iter()
                .filter(|figure| figure.metric.family == family)
                .collect();
            if of_family.is_empty() {
                continue;
            }
            section(&mut text, family.title());
            let totals = of_family.iter();
            let totals = totals.filter(|figure| figure.scope == Scope::Total);
            let totals = totals.map(|figure| [name(figure.metric), value_text(&figure.value)]);
            table(&mut text, &["Metric", "Value"], totals);
            for (kind, heading) in ROWS {
                table_of(&mut text, heading, (family, kind), &of_family);
            }
        }
        finished(&text)
    }

    /// Returns the options in force, by their names in JSON.
    fn options_rows(&self) -> impl Iterator<Item = (&'static str, String)> {
        OptionName::ALL.into_iter().filter_map(|option| {
            let value = self.options.in_force(option)?;
            let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
            let text = if is_number { value } else { code(&value) };
            Some((option.name(), text))
        })
    }
}

impl Comparison {
    /// Writes the total figures, and the credit without an agent, as a document in Markdown: each figure, its base, the
    /// change, and the change relative to the base. Money has a row for each currency of either report.
    ///
    /// Changes of ratios and lifts are in percentage points. `–` stands for no value. See [`Report::to_markdown`] for
    /// the form.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let (period, base) = (period_text(&self.period), period_text(&self.base));
        let mut text = format!("# Comparison: {period}\n\n");
        paragraph(&mut text, &format!("Compared with {base}."));
        for family in Family::ALL {
            let rows: Vec<[String; 5]> = self
                .changes
                .iter()
                .filter(|change| change.metric.family == family)
                .filter(|change| matches!(change.scope, Scope::Total | Scope::Unassigned))
                .flat_map(change_rows)
                .collect();
            if !rows.is_empty() {
                section(&mut text, family.title());
                table(
                    &mut text,
                    &["Metric", "Value", "Base", "Change", "Relative"],
                    rows,
                );
            }
        }
        finished(&text)
    }
}

/// Returns one row, or for money one for each currency, if it has any.
fn change_rows(change: &Change) -> Vec<[String; 5]> {
    let of = |value: &Option<Value>, currency: Option<Currency>| match (value, currency) {
        (Some(value), Some(_)) => part_text(value, &Part::of(value, currency)),
        (Some(value), None) => value_text(value),
        (None, _) => NONE.to_owned(),
    };
    let mut metric = name(change.metric);
    if change.scope == Scope::Unassigned {
        metric.push_str(", no agent");
    }
    let row = |difference: &Difference| {
        let currency = difference.currency;
        let (value, base) = (of(&change.value, currency), of(&change.base, currency));
        let absolute = difference.absolute;
        let absolute = absolute.map(|it| absolute_text(it, currency, change.metric.unit));
        let relative = difference.relative;
        let relative = relative.map(|it| format!("{:+.1} %", it * 100.0));
        [
            metric.clone(),
            value,
            base,
            or_none(absolute),
            or_none(relative),
        ]
    };
    change.differences.iter().map(row).collect()
}

fn absolute_text(absolute: f64, currency: Option<Currency>, unit: Unit) -> String {
    match (currency, unit) {
        (None, Unit::Share) => format!("{:+.1} points", absolute * 100.0),
        (Some(currency), Unit::Share) => format!("{:+.1} points {currency}", absolute * 100.0),
        (Some(currency), _) => {
            let places = currency.minor_unit() as usize;
            format!("{absolute:+.places$} {currency}")
        }
        (None, Unit::Minutes | Unit::Seconds) => format!("{absolute:+.1}"),
        (None, Unit::Stars) => format!("{absolute:+.2}"),
        _ => format!("{absolute:+}"),
    }
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| NONE.to_owned())
}

fn period_text(period: &Period) -> String {
    let (dates, zone) = (period.dates(), escaped(period.zone().name()));
    match (dates.first(), dates.last()) {
        (Some(first), Some(last)) => {
            let days = if dates.len() == 1 { "day" } else { "days" };
            format!("{first} to {last} ({} {days}, {zone})", dates.len())
        }
        _ => format!("no day ({zone})"),
    }
}

/// Ends a document with one line end.
fn finished(text: &str) -> String {
    text.trim_end().to_owned() + "\n"
}

fn section(text: &mut String, title: &str) {
    text.push_str("## ");
    paragraph(text, title);
}

fn paragraph(text: &mut String, line: &str) {
    text.push_str(line);
    text.push_str("\n\n");
}

/// Writes the figures of a kind of scope: a row for each scope, a column for each metric. The credit without an agent
/// is below the agents.
fn table_of(
    text: &mut String,
    heading: &str,
    (family, kind): (Family, ScopeKind),
    figures: &[&Figure],
) {
    let is_row = |scope: ScopeKind| {
        scope == kind || (kind, scope) == (ScopeKind::Agent, ScopeKind::Unassigned)
    };
    let own: Vec<&Figure> = figures
        .iter()
        .copied()
        .filter(|figure| is_row(figure.scope.kind()))
        .collect();
    let metrics = METRICS.iter();
    let metrics = metrics.filter(|metric| metric.family == family && metric.has(kind));
    let titles = metrics.clone().map(name);
    let columns: Vec<String> = std::iter::once(heading.to_owned()).chain(titles).collect();
    // The figures of a scope are adjacent.
    let rows = own
        .chunk_by(|one, next| one.scope == next.scope)
        .map(|figures| {
            let cells = metrics.clone().map(|metric| {
                let found = figures.iter().find(|figure| figure.metric == metric);
                or_none(found.map(|figure| value_text(&figure.value)))
            });
            let scope = scope_text(&figures[0].scope); // chunks are not empty
            std::iter::once(scope).chain(cells).collect::<Vec<String>>()
        });
    table(text, &columns, rows);
}

/// Writes a table, with names aligned left and figures right, and an empty line; nothing if there are no rows.
fn table<C: AsRef<str>, R: AsRef<[String]>>(
    text: &mut String,
    columns: &[C],
    rows: impl IntoIterator<Item = R>,
) {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return;
    }
    line(text, columns);
    let right = columns.iter().skip(1).map(|_| "---:");
    line(text, std::iter::once("---").chain(right));
    for row in rows {
        line(text, row.as_ref());
    }
    text.push('\n');
}

fn line<C: AsRef<str>>(text: &mut String, cells: impl IntoIterator<Item = C>) {
    for cell in cells {
        text.push_str("| ");
        text.push_str(cell.as_ref());
        text.push(' ');
    }
    text.push_str("|\n");
}

fn name(metric: &'static Metric) -> String {
    match metric.unit {
        Unit::Minutes | Unit::Seconds => format!("{} ({})", metric.name, metric.unit),
        _ => metric.name.to_owned(),
    }
}

fn scope_text(scope: &Scope) -> String {
    match scope {
        Scope::WeekHour(at) => format!("{} {}", at.weekday(), at.hour()),
        Scope::Unassigned => "(no agent)".to_owned(),
        _ => {
            let (key, link, _) = place(scope);
            let texts = key.iter().chain(&link).map(|text| escaped(text));
            texts.collect::<Vec<String>>().join(", ")
        }
    }
}

/// Writes a figure with the number of its cases.
fn value_text(value: &Value) -> String {
    let parts = Part::listed(value);
    let texts = parts.iter().map(|part| {
        let text = part_text(value, part);
        match (value, part.denominator) {
            (Value::Ratio(ratio), Some(cases)) => format!("{text} ({}/{cases})", ratio.numerator),
            (_, Some(cases)) => format!("{text} (of {cases})"),
            (_, None) => text,
        }
    });
    let texts: Vec<String> = texts.collect();
    if texts.is_empty() {
        return NONE.to_owned();
    }
    texts.join(", ")
}

/// Writes a part of a figure, rounded for people.
fn part_text(value: &Value, part: &Part) -> String {
    let text = match (value, part.double) {
        (Value::Ratio(_), Some(share)) => Some(format!("{:.1} %", share * 100.0)),
        (Value::Lift(_) | Value::AverageLift(_), Some(lift)) => {
            Some(format!("{:+.1} %", lift * 100.0))
        }
        (Value::Mean(_), Some(mean)) => Some(format!("{mean:.2}")),
        (_, Some(mean)) => Some(format!("{mean:.1}")),
        (_, None) => part.value.clone(),
    };
    match (text, part.currency) {
        (Some(text), Some(currency)) => format!("{text} {currency}"),
        (text, _) => or_none(text),
    }
}

/// Writes a fixed word as code.
fn code(word: &str) -> String {
    format!("`{word}`")
}

/// Escapes all Markdown syntax in a text.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' | ':' | '@'
            | '!' | '#' | '^' | '=' | '{' | '}' => safe.extend(['\\', character]),
            // Some programs would turn it into a link.
            '.' if ends_with_www(&safe) => safe.push_str("\\."),
            character if is_unseen(character) => {
                for character in character.escape_default() {
                    if matches!(character, '\\' | '{' | '}') {
                        safe.push('\\');
                    }
                    safe.push(character);
                }
            }
            character => safe.push(character),
        }
    }
    safe
}

fn ends_with_www(text: &str) -> bool {
    let last = text.len().saturating_sub(3);
    text.get(last..)
        .is_some_and(|last| last.eq_ignore_ascii_case("www"))
}

/// Returns whether a character is a control character, such as a line end, or changes the direction of text.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        for (name, safe) in [
            ("ada", "ada"),
            ("a-7.b (c)", "a-7.b (c)"),
            ("a|b", r"a\|b"),
            (r"a\|b", r"a\\\|b"),
            ("`x`", r"\`x\`"),
            ("<b>&amp;", r"\<b\>\&amp;"),
            ("a\nb\u{7}", r"a\\nb\\u\{7\}"),
            ("\u{202e}", r"\\u\{202e\}"),
            ("it's \"été\"", "it's \"été\""),
            ("www.x", r"www\.x"),
            ("xwWw.y.z", r"xwWw\.y.z"),
            ("https://x", r"https\://x"),
        ] {
            assert_eq!(escaped(name), safe, "{name:?}");
        }
    }
}
