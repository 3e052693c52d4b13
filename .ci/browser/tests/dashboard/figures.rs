//! What the cards and tables say is what the report says.

use convometrics::catalogue::{Family, METRICS, Scope, ScopeKind, metric};
use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::browser::{DESKTOP, open};
use crate::made::{Made, made, project};

#[derive(Deserialize)]
struct Card {
    metric: String,
    lines: Vec<String>,
}

/// A figure of a table.
#[derive(Deserialize)]
struct Cell {
    metric: String,
    currency: Option<String>,
    scope: String,
    text: String,
}

const CARDS: &str = "[...document.querySelectorAll('.card')].map((card) => ({
    metric: card.dataset.metric,
    lines: [...card.querySelectorAll('.value span')].map((line) => line.innerText),
}))";

const CELLS: &str = "[...document.querySelectorAll('table.figures')].flatMap((table) => {
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows, ...(table.tFoot ? table.tFoot.rows : [])];
    return rows.flatMap((row) => [...row.cells].slice(1).map((cell, place) => ({
        metric: heads[place + 1].dataset.metric,
        currency: heads[place + 1].dataset.currency ?? null,
        scope: row.dataset.scope,
        text: cell.innerText,
    })));
})";

/// The figure of the report, where it has one.
fn figure(report: &Value, id: &str, scope: &Scope) -> Option<Value> {
    let path = metric(id).unwrap().json_path(scope)?;
    let path = JsonPath::parse(&path).unwrap();
    path.query(report).at_most_one().unwrap().cloned()
}

/// Whether what is shown is the figure: a number to the last of its digits, or all amounts.
fn assert_shows(lines: &[String], figure: Option<&Value>, said: &str) {
    let numbers: Vec<String> = lines.iter().map(|line| line.replace(',', "")).collect();
    let none = ["–".to_owned()];
    match figure {
        None => assert_eq!(lines, none, "{said}"),
        Some(Value::Number(count)) => assert_eq!(numbers, [count.to_string()], "{said}"),
        Some(Value::Array(records)) => assert_eq!(numbers, [records.len().to_string()], "{said}"),
        Some(Value::Object(parts))
            if parts.contains_key("count") || parts.contains_key("numerator") =>
        {
            let Some(value) = parts["value"].as_f64() else {
                return assert_eq!(lines, none, "{said}");
            };
            let (value, unit, digits) = if parts.contains_key("numerator") {
                (value * 100.0, " %", 1)
            } else if parts.contains_key("sum_seconds") {
                (value, " min", 1)
            } else {
                (value, "", 2)
            };
            let [number] = numbers.as_slice() else {
                panic!("{said}: {lines:?}")
            };
            let number = number
                .strip_suffix(unit)
                .unwrap_or_else(|| panic!("{said}: {lines:?}"));
            assert_eq!(number.split_once('.').unwrap().1.len(), digits, "{said}");
            let off = (number.parse::<f64>().unwrap() - value).abs();
            assert!(
                off <= 0.5 / 10_f64.powi(digits.try_into().unwrap()) + 1e-9,
                "{said}: {lines:?} and {value}"
            );
        }
        Some(Value::Object(amounts)) if amounts.is_empty() => assert_eq!(lines, none, "{said}"),
        Some(Value::Object(amounts)) => {
            let text = |(currency, amount): (&String, &Value)| {
                let amount = amount.as_str().or(amount["value"].as_str()).unwrap();
                format!("{amount} {currency}")
            };
            assert_eq!(
                numbers,
                amounts.iter().map(text).collect::<Vec<_>>(),
                "{said}"
            );
        }
        Some(other) => panic!("{said}: {other}"),
    }
}

fn assert_all_equal(made: &Made) -> (usize, usize) {
    let page = open(&made.page, DESKTOP);
    let cards: Vec<Card> = page.ask(CARDS);
    for card in &cards {
        let figure = figure(&made.report, &card.metric, &Scope::Total);
        assert!(figure.is_some(), "{} is in the report", card.metric);
        assert_shows(&card.lines, figure.as_ref(), &card.metric);
    }
    let cells: Vec<Cell> = page.ask(CELLS);
    for cell in &cells {
        let scope: Scope = serde_json::from_str(&cell.scope).unwrap();
        let said = format!("{} of {}", cell.metric, cell.scope);
        let found = figure(&made.report, &cell.metric, &scope);
        match &cell.currency {
            None => assert_shows(std::slice::from_ref(&cell.text), found.as_ref(), &said),
            Some(currency) => {
                let amount = found
                    .as_ref()
                    .and_then(|amounts| amounts[currency].as_str());
                assert_eq!(
                    cell.text.replace(',', ""),
                    amount.unwrap_or("–"),
                    "{said}, {currency}"
                );
            }
        }
    }
    (cards.len(), cells.len())
}

#[test]
fn cards_and_tables_of_the_sample_equal_the_json_report() {
    let made = made(&["--zone", "Europe/Paris"]);
    let (cards, cells) = assert_all_equal(&made);
    // All metrics that every report has in total are on cards.
    let in_total = METRICS.iter().filter(|metric| {
        metric.has(ScopeKind::Total) && !Family::OPTIONAL.contains(&metric.family)
    });
    assert_eq!(cards, in_total.count());
    assert!(cells > 200, "{cells}");
}

#[test]
fn cards_and_tables_of_every_golden_log_equal_the_json_report() {
    let mut logs = 0;
    for entry in std::fs::read_dir(project().join("tests/golden")).unwrap() {
        let folder = entry.unwrap().path();
        let log = folder.join("log.ndjson");
        let arguments = std::fs::read_to_string(folder.join("args")).unwrap();
        let given = [log.to_str().unwrap()]
            .into_iter()
            .chain(arguments.split_whitespace());
        assert_all_equal(&made(&given.collect::<Vec<_>>()));
        logs += 1;
    }
    assert_eq!(logs, 17);
}

#[test]
fn a_chart_has_a_title_units_a_picture_and_a_table() {
    #[derive(Deserialize)]
    struct Chart {
        title: String,
        described: Option<String>,
        texts: Vec<String>,
        rows: usize,
    }
    let made = made(&["--zone", "Europe/Paris"]);
    let page = open(&made.page, DESKTOP);
    let charts: Vec<Chart> = page.ask(
        "[...document.querySelectorAll('.chart')].map((chart) => ({
            title: chart.querySelector('figcaption').textContent,
            described: chart.querySelector('[role=img]')?.getAttribute('aria-label') ?? null,
            texts: [...chart.querySelectorAll('svg text')].map((text) => text.textContent),
            rows: (chart.querySelector('table') ?? chart.closest('.agent').querySelector('table')).tBodies[0].rows.length,
        }))",
    );
    assert!(charts.len() > 30, "{}", charts.len());
    let mut units = 0;
    for chart in &charts {
        let described = chart.described.as_ref();
        let described = described.unwrap_or_else(|| panic!("{} has a picture", chart.title));
        assert!(described.starts_with(&chart.title), "{described}");
        assert!(chart.rows > 0, "{}", chart.title);
        // "TITLE: a chart of UNIT by ALONG".
        let (unit, along) = described
            .rsplit_once(" a chart of ")
            .unwrap()
            .1
            .rsplit_once(" by ")
            .unwrap();
        if along != "stage" {
            assert!(
                chart.texts.iter().any(|text| text == unit),
                "{} in {:?}",
                unit,
                chart.texts
            );
            units += 1;
        }
        if along == "day" {
            assert_eq!(chart.rows, 15, "{}", chart.title);
            assert!(
                chart.texts.iter().any(|text| text == "day"),
                "{:?}",
                chart.texts
            );
        }
    }
    assert!(units > 30, "{units}");
}

#[test]
fn a_table_behind_a_chart_has_the_days_of_the_report() {
    let made = made(&["--zone", "Europe/Paris"]);
    let page = open(&made.page, DESKTOP);
    let table = |section: &str, place: usize| -> Vec<Vec<String>> {
        page.ask(&format!(
            "[...document.querySelectorAll('#{section} .chart')[{place}].querySelector('table').tBodies[0].rows]
                .map((row) => [...row.cells].map((cell) => cell.textContent))"
        ))
    };
    let days = |path: &str, of: fn(&Value) -> Vec<String>| -> Vec<Vec<String>> {
        let rows = made.report.pointer(path).unwrap().as_array().unwrap();
        rows.iter().map(of).collect()
    };
    let conversations = |day: &Value| {
        ["date", "total", "video"]
            .map(|name| text_of(&day[name]))
            .to_vec()
    };
    assert_eq!(
        table("conversations", 0),
        days("/conversations/daily", conversations)
    );
    let hours = |hour: &Value| {
        ["hour", "text", "video"]
            .map(|name| text_of(&hour[name]))
            .to_vec()
    };
    assert_eq!(table("requests", 5), days("/requests/by_hour", hours));
    let distribution = made.report["csat"]["distribution"].as_object().unwrap();
    let stars = distribution
        .iter()
        .map(|(stars, count)| vec![stars.clone(), text_of(count)]);
    assert_eq!(table("csat", 1), stars.collect::<Vec<_>>());
    let ratings = |day: &Value| {
        let mean = &day["average_rating"];
        let answers = if mean["count"] == 1 {
            "answer"
        } else {
            "answers"
        };
        let value = mean["value"]
            .as_f64()
            .map_or("–".to_owned(), |value| format!("{value:.2}"));
        vec![
            text_of(&day["date"]),
            format!("{value} (of {} {answers})", mean["count"]),
        ]
    };
    assert_eq!(table("csat", 0), days("/csat/daily", ratings));
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
