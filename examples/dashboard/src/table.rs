//! Tables: short ones, long ones that are cut, and those that can be sorted.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use convometrics::Currency;
use convometrics::catalogue::{Scope, Value};
use maud::{Markup, html};

use crate::content::Content;
use crate::text::{self, NONE, shown};

/// Of a table of the page, so many rows are shown, and how many there are is said.
pub(crate) const ROWS: usize = 100;

/// So many bytes of a row's scope are written.
const SCOPE: usize = 300;

/// A table of texts that are the page's own.
pub(crate) fn plain(caption: &str, columns: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table {
                caption { (caption) }
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (place, cell) in row.iter().enumerate() {
                                @if place == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A column of figures.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    /// The metric.
    pub(crate) id: &'static str,
    /// What stands above.
    pub(crate) head: &'static str,
    /// Of money, one currency: those of several cannot be sorted.
    pub(crate) currency: Option<Currency>,
}

/// Columns of metrics, each with what stands above it.
pub(crate) fn columns(columns: &[(&'static str, &'static str)]) -> Vec<Column> {
    let column = |(id, head): &(&'static str, &'static str)| Column {
        id,
        head,
        currency: None,
    };
    columns.iter().map(column).collect()
}

/// A row of figures: what it is of, as it is called, and with what beside it.
pub(crate) struct Row {
    pub(crate) scope: Scope,
    pub(crate) name: Name,
}

/// The name of a row.
pub(crate) enum Name {
    /// A text of the page itself.
    Own(&'static str),
    /// A text from the log.
    Text(String),
    /// A text from the log, in two parts.
    Parts(String, String),
    /// A text from the log, with a link to a section of the page.
    Linked(String, String),
}

/// A table with a row for each agent, page or the like, which can be sortable.
pub(crate) struct Figures {
    pub(crate) caption: &'static str,
    /// What the rows are: `Agent`, `Page`.
    pub(crate) of: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// What stands beneath all others.
    pub(crate) last: Option<Row>,
    pub(crate) can_be_sorted: bool,
}

impl Figures {
    pub(crate) fn show(&self, content: &Content<'_>) -> Markup {
        if self.rows.is_empty() {
            return html! {
                h4 { (self.caption) }
                p.empty { "Nothing in this period" }
            };
        }
        html! {
            div.scroll tabindex="0" {
                table.figures.sortable[self.can_be_sorted] {
                    caption { (self.caption) }
                    thead {
                        tr {
                            th scope="col" { (head(self.of, self.can_be_sorted)) }
                            @for column in &self.columns {
                                th.number scope="col" data-metric=(column.id) data-currency=[column.currency] {
                                    (head(&column.head(), self.can_be_sorted))
                                }
                            }
                        }
                    }
                    tbody { @for row in self.first(content) { (self.row(row, content)) } }
                    @if let Some(row) = &self.last { tfoot { (self.row(row, content)) } }
                }
            }
            @if self.rows.len() > ROWS && self.can_be_sorted {
                p.note { (ROWS) " of " (count(self.rows.len())) ": those with the most in each column, then as they come." }
            } @else {
                (cut(self.rows.len(), ROWS))
            }
        }
    }

    /// The rows that are shown, as they come. Where there are more, those with the most in each column are among them, so
    /// that a column that is sorted begins with its greatest.
    fn first(&self, content: &Content<'_>) -> Vec<&Row> {
        if self.rows.len() <= ROWS || !self.can_be_sorted {
            return self.rows.iter().take(ROWS).collect();
        }
        let mut places = BTreeSet::new();
        for column in &self.columns {
            let sorts_by = |(place, row): (usize, &Row)| {
                let value = content.figure(column.id, row.scope.clone());
                (column.shown(value).1, place)
            };
            let mut by_value: Vec<_> = self.rows.iter().enumerate().map(sorts_by).collect();
            by_value
                .sort_by(|(one, _), (other, _)| other.partial_cmp(one).unwrap_or(Ordering::Equal));
            let most = by_value.iter().take(ROWS / self.columns.len().max(1));
            places.extend(most.map(|(_, place)| *place));
        }
        for place in 0..self.rows.len() {
            if places.len() == ROWS {
                break;
            }
            places.insert(place);
        }
        places
            .iter()
            .filter_map(|place| self.rows.get(*place))
            .collect()
    }

    fn row(&self, row: &Row, content: &Content<'_>) -> Markup {
        // For whoever reads the page by program; of a name that is long it is left out.
        let scope = serde_json::to_string(&row.scope).ok();
        let scope = scope.filter(|scope| scope.len() <= SCOPE);
        html! {
            tr data-scope=[scope] {
                th scope="row" { (name(&row.name)) }
                @for column in &self.columns {
                    (column.cell(content.figure(column.id, row.scope.clone())))
                }
            }
        }
    }
}

/// That a list is longer than what is shown of it.
pub(crate) fn cut(all: usize, shown: usize) -> Markup {
    html! {
        @if all > shown {
            p.note { "The first " (count(shown)) " of " (count(all)) "." }
        }
    }
}

fn count(number: usize) -> String {
    text::count(u64::try_from(number).unwrap_or(u64::MAX))
}

/// `held` as `Held`.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn head(name: &str, can_be_sorted: bool) -> Markup {
    html! {
        @if can_be_sorted { button type="button" { (name) } } @else { (name) }
    }
}

fn name(name: &Name) -> Markup {
    html! {
        @match name {
            Name::Own(name) => { (name) },
            Name::Text(name) => { bdi { (shown(name)) } },
            Name::Parts(one, other) => { bdi { (shown(one)) } br; bdi { (shown(other)) } },
            Name::Linked(name, place) => { a href=(format!("#{place}")) { bdi { (shown(name)) } } },
        }
    }
}

impl Column {
    /// A figure as it is shown, of money that of one currency, and by what it is sorted.
    fn shown(&self, value: Option<&Value>) -> (Option<String>, Option<f64>) {
        match (value, self.currency) {
            (Some(Value::Money(sums)), Some(currency)) => {
                let text = sums.text(currency);
                let amount = text.as_deref().and_then(|text| text.parse().ok());
                (text.map(|text| text::grouped(&text)), amount)
            }
            (Some(value), _) => (Some(text::value(value).join(", ")), text::sorts_by(value)),
            (None, _) => (None, None),
        }
    }

    fn cell(&self, value: Option<&Value>) -> Markup {
        let (text, sorts_by) = self.shown(value);
        html! {
            td data-sort=[sorts_by] { (text.as_deref().unwrap_or(NONE)) }
        }
    }

    fn head(&self) -> String {
        match self.currency {
            Some(currency) => format!("{}, {currency}", self.head),
            None => capital(self.head),
        }
    }
}
