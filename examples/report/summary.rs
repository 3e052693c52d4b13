//! The summary to read: one table per family.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use convometrics::catalogue::{Family, Scope, Unit, Value};
use convometrics::explain::WhatIf;
use convometrics::money::{AverageByCurrency, MoneyByCurrency};
use convometrics::output::{Change, Comparison, Difference};
use convometrics::{Currency, Mean, Model, Period, Ratio, Report};

/// A line under the column names, and no other.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// What stands where there is no value: nothing is not zero.
const NONE: &str = "–";

pub(crate) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}", days_of(&report.period))?;
    match report.as_of {
        Some(as_of) => writeln!(out, ", as of {as_of}")?,
        None => writeln!(out, ", of an empty log")?,
    }
    if let Some(filter) = &report.filter {
        writeln!(out, "of {filter}")?;
    }
    totals(report, &FIRST, out)?;
    daily(report, out)?;
    top_lists(report, out)?;
    leaderboard(report, out)?;
    engage(report, out)?;
    totals(report, &[Family::DataQuality], out)?;
    totals(report, Family::OPTIONAL, out)
}

/// The families whose totals come first. Data quality and the optional families come last.
const FIRST: [Family; 5] = [
    Family::Conversations,
    Family::Requests,
    Family::Visitors,
    Family::Gmv,
    Family::Csat,
];

/// A table for each family that has figures in total, or for ratings or hours of the week: a row for each figure.
fn totals(report: &Report, families: &[Family], out: &mut impl Write) -> io::Result<()> {
    let figures = report.figures();
    for family in families {
        let of_family = figures
            .iter()
            .filter(|figure| figure.metric.family == *family);
        let rows = of_family.filter_map(|figure| {
            let name = figure.metric.name;
            let name = match figure.scope {
                Scope::Total => name.to_owned(),
                Scope::Rating(rating) => format!("{name}, {rating}"),
                Scope::Step(step) => format!("{name}, {step}"),
                Scope::WeekHour(at) if figure.value != Value::Count(0) => format!("{name}, {at}"),
                _ => return None,
            };
            Some(vec![name, text(&figure.value)])
        });
        let rows: Vec<Vec<String>> = rows.collect();
        if !rows.is_empty() {
            table(out, family.title(), &["", ""], rows)?;
        }
    }
    Ok(())
}

fn daily(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let columns = [
        "date",
        "conversations",
        "video",
        "text requests",
        "call requests",
        "acceptance",
        "CTR",
        "rating",
        "calls held",
        "chats held",
    ];
    let days = report.conversations.daily.iter();
    let days = days
        .zip(&report.requests.daily)
        .zip(&report.visitors.daily)
        .zip(&report.csat.daily)
        .zip(&report.engage.calls.daily)
        .zip(&report.engage.chats.daily);
    let rows = days.map(
        |(((((conversations, requests), visitors), csat), calls), chats)| {
            vec![
                conversations.date.to_string(),
                conversations.total.to_string(),
                conversations.video.to_string(),
                requests.text.to_string(),
                requests.video.to_string(),
                percent(requests.visitor_acceptance_rate),
                percent(visitors.click_through_rate),
                rating(csat.average_rating),
                calls.held.to_string(),
                chats.held.to_string(),
            ]
        },
    );
    table(out, "By day", &columns, rows)
}

fn top_lists(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let pages = report.requests.top_pages.iter().map(|row| {
        vec![
            row.page.to_string(),
            row.total.to_string(),
            row.text.to_string(),
            row.video.to_string(),
        ]
    });
    table(
        out,
        "Top pages by request",
        &["page", "total", "text", "video"],
        pages,
    )?;
    let messages = report.requests.auto_messages.iter().map(|row| {
        vec![
            row.auto_message.to_string(),
            row.url.to_string(),
            row.clicks.to_string(),
        ]
    });
    table(
        out,
        "Most clicked automatic messages",
        &["message", "link", "clicks"],
        messages,
    )
}

fn leaderboard(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let columns = [
        "agent",
        "conversations",
        "requests",
        "acceptance",
        "rating",
        "orders",
        "sales",
        "after refunds",
    ];
    let agents = report.leaderboard.agents.iter().map(|row| {
        vec![
            row.agent.to_string(),
            row.conversations.to_string(),
            row.requests.to_string(),
            percent(row.acceptance_rate),
            rating(row.average_rating),
            row.attributed_orders.to_string(),
            money(&row.attributed_sales),
            money(&row.net_attributed_sales),
        ]
    });
    let nobody = &report.leaderboard.unassigned;
    let mut unassigned = vec![NONE.to_owned(); 8];
    for (column, text) in [
        (0, "(unassigned)".to_owned()),
        (5, nobody.attributed_orders.to_string()),
        (6, money(&nobody.attributed_sales)),
        (7, money(&nobody.net_attributed_sales)),
    ] {
        unassigned[column] = text;
    }
    table(
        out,
        "Agent leaderboard",
        &columns,
        agents.chain([unassigned]),
    )
}

fn days_of(period: &Period) -> String {
    let dates = period.dates();
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else {
        return String::new();
    };
    let days = if dates.len() == 1 { "day" } else { "days" };
    format!(
        "{first} to {last} ({} {days}, {})",
        dates.len(),
        period.zone()
    )
}

/// The figures in total of both periods, and by how much they differ: of money, a row for each currency.
pub(crate) fn write_comparison(comparison: &Comparison, out: &mut impl Write) -> io::Result<()> {
    let (period, base) = (days_of(&comparison.period), days_of(&comparison.base));
    writeln!(out, "{period}, compared with {base}")?;
    let totals = comparison
        .changes
        .iter()
        .filter(|change| change.scope == Scope::Total);
    let rows = totals.flat_map(|change| {
        change.differences.iter().map(|difference| {
            let currency = difference.currency;
            let (absolute, relative) = changed_by(change, difference);
            vec![
                change.metric.name.to_owned(),
                value(change.value.as_ref(), currency),
                value(change.base.as_ref(), currency),
                absolute,
                relative,
            ]
        })
    });
    let columns = ["figure", "value", "before", "change", "relative"];
    table(out, "In total", &columns, rows)
}

/// The figures in total of several reports, a column each.
pub(crate) fn write_side_by_side(
    reports: &[(&str, &Report)],
    out: &mut impl Write,
) -> io::Result<()> {
    let [.., (_, last)] = reports else {
        return Ok(());
    };
    writeln!(out, "{}", days_of(&last.period))?;
    if let Some(filter) = &last.filter {
        writeln!(out, "of {filter}")?;
    }
    let figures = last.figures().into_iter();
    let totals = figures.filter(|figure| figure.scope == Scope::Total);
    let rows = totals.flat_map(|figure| {
        let currencies: Vec<Option<Currency>> = match &figure.value {
            Value::Money(sums) => sums.iter().map(|(currency, _)| Some(currency)).collect(),
            Value::Average(averages) => averages
                .iter()
                .map(|(currency, _)| Some(currency))
                .collect(),
            _ => vec![None],
        };
        currencies.into_iter().map(move |currency| {
            let of = |report: &Report| {
                let found = report.figure(figure.metric.id, &Scope::Total);
                value(found.as_ref(), currency)
            };
            let values = reports.iter().map(|(_, report)| of(report));
            [figure.metric.name.to_owned()]
                .into_iter()
                .chain(values)
                .collect()
        })
    });
    let columns: Vec<&str> = ["figure"]
        .into_iter()
        .chain(reports.iter().map(|(name, _)| *name))
        .collect();
    table(out, "In total", &columns, rows)
}

fn value(value: Option<&Value>, currency: Option<Currency>) -> String {
    match (value, currency) {
        (Some(Value::Money(sums)), Some(currency)) => {
            let sum = sums.get(currency).unwrap_or_default();
            format!("{} {currency}", sum.to_text(currency.minor_unit()))
        }
        (Some(Value::Average(averages)), Some(currency)) => averages
            .get(currency)
            .and_then(|average| average.value_text(currency))
            .map_or(NONE.to_owned(), |average| format!("{average} {currency}")),
        (Some(value), None) => text(value),
        _ => NONE.to_owned(),
    }
}

fn changed_by(change: &Change, difference: &Difference) -> (String, String) {
    let absolute =
        difference
            .absolute
            .map(|absolute| match (difference.currency, change.metric.unit) {
                (Some(currency), _) => {
                    format!("{absolute:+.*} {currency}", currency.minor_unit() as usize)
                }
                (None, Unit::Share) => format!("{:+.1} points", absolute * 100.0),
                (None, Unit::Minutes) => format!("{absolute:+.1} min"),
                (None, Unit::Stars) => format!("{absolute:+.2}"),
                (None, _) => format!("{absolute:+}"),
            });
    let relative = difference
        .relative
        .map(|relative| format!("{:+.1} %", relative * 100.0));
    (
        absolute.unwrap_or(NONE.to_owned()),
        relative.unwrap_or(NONE.to_owned()),
    )
}

/// What each window makes of the orders; then, for each currency, attributed sales by agent, window and model.
pub(crate) fn write_what_if(what_if: &WhatIf, out: &mut impl Write) -> io::Result<()> {
    let columns = [
        "window",
        "orders",
        "sales",
        "GMV orders",
        "GMV",
        "conversion",
    ];
    let rows = what_if.cells.iter().step_by(Model::ALL.len()).map(|cell| {
        vec![
            days(cell.window_seconds),
            cell.gmv.orders.to_string(),
            money(&cell.gmv.attributed_sales),
            cell.gmv.gmv_orders.to_string(),
            money(&cell.gmv.attributed_gmv),
            percent(cell.gmv.conversion_rate),
        ]
    });
    table(out, "Orders by window", &columns, rows)?;
    let sales = what_if
        .cells
        .iter()
        .flat_map(|cell| cell.gmv.attributed_sales.iter());
    let currencies: BTreeSet<Currency> = sales.map(|(currency, _)| currency).collect();
    for currency in currencies {
        // By agent, nobody last, then by window: a cell a model.
        let mut rows: BTreeMap<(bool, &str, u64), Vec<String>> = BTreeMap::new();
        for (place, cell) in what_if.cells.iter().enumerate() {
            let agents = cell
                .agents
                .iter()
                .map(|row| (false, row.agent.as_str(), &row.credit));
            for (nobody, agent, credit) in agents.chain([(true, "(unassigned)", &cell.unassigned)])
            {
                if let Some(sales) = credit.attributed_sales.text(currency) {
                    let empty = || vec![NONE.to_owned(); Model::ALL.len()];
                    let row = rows
                        .entry((nobody, agent, cell.window_seconds))
                        .or_insert_with(empty);
                    row[place % Model::ALL.len()] = sales;
                }
            }
        }
        let rows = rows.into_iter().map(|((_, agent, window), sales)| {
            [agent.to_owned(), days(window)]
                .into_iter()
                .chain(sales)
                .collect()
        });
        let columns: Vec<&str> = ["agent", "window"]
            .into_iter()
            .chain(Model::ALL.map(Model::name))
            .collect();
        let title = format!("Attributed sales in {currency} by window and model");
        table(out, &title, &columns, rows)?;
    }
    Ok(())
}

fn days(seconds: u64) -> String {
    format!("{} d", seconds / 86_400)
}

fn engage(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let calls = &report.engage.calls;
    let all = &calls.organization;
    let columns = [
        ("attempted", all.attempted),
        ("accepted", all.accepted),
        ("requested", all.requested),
        ("answered", all.answered),
        ("missed", all.missed),
        ("cancelled", all.cancelled),
        ("pending", all.pending),
        ("held", all.held),
        ("connected", all.connected),
    ];
    let agents = calls.agents.iter().map(|own| {
        let (attempted, accepted, answered) =
            (Some(own.attempted), Some(own.accepted), Some(own.answered));
        let (held, connected) = (Some(own.held), Some(own.connected));
        let figures = [
            attempted, accepted, None, answered, None, None, None, held, connected,
        ];
        (own.agent.to_string(), figures)
    });
    scopes(out, "Engage: live website calls", columns, agents)?;

    let chats = &report.engage.chats;
    let all = &chats.organization;
    let columns = [
        ("attempted", all.attempted),
        ("accepted", all.accepted),
        ("requested", all.requested),
        ("answered", all.answered),
        ("missed", all.missed),
        ("pending", all.pending),
        ("held", all.held),
    ];
    let agents = chats.agents.iter().map(|own| {
        let (attempted, accepted, answered) =
            (Some(own.attempted), Some(own.accepted), Some(own.answered));
        let figures = [
            attempted,
            accepted,
            None,
            answered,
            None,
            None,
            Some(own.held),
        ];
        (own.agent.to_string(), figures)
    });
    scopes(out, "Engage: live chat conversations", columns, agents)
}

/// A table of the organization's figures and, below, of those that agents have.
fn scopes<const N: usize>(
    out: &mut impl Write,
    title: &str,
    organization: [(&str, u64); N],
    agents: impl Iterator<Item = (String, [Option<u64>; N])>,
) -> io::Result<()> {
    let columns: Vec<&str> = std::iter::once("")
        .chain(organization.map(|(name, _)| name))
        .collect();
    let all = (
        "all".to_owned(),
        organization.map(|(_, figure)| Some(figure)),
    );
    let rows = std::iter::once(all).chain(agents).map(|(name, figures)| {
        let figures =
            figures.map(|figure| figure.map_or(NONE.to_owned(), |figure| figure.to_string()));
        std::iter::once(name).chain(figures).collect()
    });
    table(out, title, &columns, rows)
}

/// A titled table: names to the left, figures to the right.
fn table(
    out: &mut impl Write,
    title: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(columns.to_vec());
    let mut named = false;
    for row in rows {
        named |= row
            .first()
            .is_some_and(|cell| cell.parse::<f64>().is_err() && !cell.contains('%'));
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if index > 0 || !named {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(out, "\n{title}\n{table}")
}

/// A value, in all its currencies.
fn text(value: &Value) -> String {
    let lift = |lift: f64| format!("{:+.1} %", lift * 100.0);
    match value {
        Value::Count(count) => count.to_string(),
        Value::Ratio(ratio) => percent(*ratio),
        Value::Mean(mean) => rating(*mean),
        Value::Minutes(mean) => mean
            .value()
            .map_or(NONE.to_owned(), |minutes| format!("{minutes:.1} min")),
        Value::Seconds(mean) => mean
            .value()
            .map_or(NONE.to_owned(), |seconds| format!("{seconds:.1} s")),
        Value::Quantile(seconds) => {
            seconds.map_or(NONE.to_owned(), |seconds| format!("{seconds} s"))
        }
        Value::Money(sums) => money(sums),
        Value::Average(averages) => average(averages),
        Value::Lift(of) => of.value().map_or(NONE.to_owned(), lift),
        Value::AverageLift(of) => joined(
            of.iter()
                .map(|(currency, of)| format!("{} {currency}", lift(of))),
        ),
        _ => NONE.to_owned(),
    }
}

fn percent(ratio: Ratio) -> String {
    ratio
        .value()
        .map_or(NONE.to_owned(), |value| format!("{:.1} %", value * 100.0))
}

fn rating(mean: Mean) -> String {
    mean.value()
        .map_or(NONE.to_owned(), |value| format!("{value:.2}"))
}

fn money(sums: &MoneyByCurrency) -> String {
    if sums.is_empty() {
        return NONE.to_owned();
    }
    sums.to_string()
}

fn average(averages: &AverageByCurrency) -> String {
    let averages = averages.iter().filter_map(|(currency, average)| {
        Some(format!("{} {currency}", average.value_text(currency)?))
    });
    joined(averages)
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.collect();
    if texts.is_empty() {
        return NONE.to_owned();
    }
    texts.join(", ")
}
