//! Rows of reports and comparisons, written as CSV and read back.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use convometrics::catalogue::{self, Kind, Scope, Unit, Value};
use convometrics::event::Rating;
use convometrics::money::{AverageByCurrency, MoneyByCurrency};
use convometrics::output::{Change, Comparison};
use convometrics::ratio::MeanMinutes;
use convometrics::{Currency, Event, Mean, Options, Period, Ratio, Report};
use csv::{Reader, StringRecord, WriterBuilder};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::golden::Golden;
use crate::logs::{Log, days};
use crate::nasty::case;

/// Writes rows as CSV, below the titles of their columns.
fn write_table(header: &[String], rows: &[impl Serialize], out: impl io::Write) -> io::Result<()> {
    let mut table = WriterBuilder::new().has_headers(false).from_writer(out);
    table.write_record(header)?;
    for row in rows {
        table.serialize(row)?;
    }
    table.flush()
}

/// The rows of a report as CSV.
pub(crate) fn written(report: &Report) -> Vec<u8> {
    let mut file = Vec::new();
    write_table(&report.row_header(), &report.rows(), &mut file).unwrap();
    file
}

fn written_comparison(comparison: &Comparison) -> Vec<u8> {
    let mut file = Vec::new();
    write_table(&comparison.row_header(), &comparison.rows(), &mut file).unwrap();
    file
}

fn records(file: &[u8]) -> (StringRecord, Vec<StringRecord>) {
    let mut reader = Reader::from_reader(file);
    let header = reader.headers().unwrap().clone();
    (header, reader.records().map(Result::unwrap).collect())
}

/// The scope of the columns `scope`, `key`, `link` and a date.
fn scope(kind: &str, key: &str, link: &str, date: &str) -> Scope {
    let day = || date.parse().unwrap();
    let scope = match kind {
        "total" => Scope::Total,
        "unassigned" => Scope::Unassigned,
        "day" => Scope::Day(day()),
        "hour" => Scope::Hour(key.parse().unwrap()),
        "agent" => Scope::Agent(key.parse().unwrap()),
        "agent_day" => Scope::AgentDay(key.parse().unwrap(), day()),
        "page" => Scope::Page(key.parse().unwrap()),
        "trigger" => Scope::Trigger(key.parse().unwrap()),
        "auto_message" => Scope::AutoMessage(key.parse().unwrap(), link.parse().unwrap()),
        "rating" => Scope::Rating(Rating::new(key.parse().unwrap()).unwrap()),
        "step" => Scope::Step(serde_json::from_value(json!(key)).unwrap()),
        other => panic!("{other}"),
    };
    // Columns that the scope does not have are empty.
    let has_key = !matches!(kind, "total" | "unassigned" | "day");
    assert_eq!(key.is_empty(), !has_key, "{kind} {key}");
    assert_eq!(link.is_empty(), kind != "auto_message", "{kind} {link}");
    assert_eq!(
        date.is_empty(),
        !matches!(kind, "day" | "agent_day"),
        "{kind} {date}"
    );
    scope
}

/// The figures that a file holds, money as JSON by currency.
fn figures(file: &[u8]) -> BTreeMap<(String, Scope), Value> {
    let mut figures = BTreeMap::new();
    let mut money: BTreeMap<(String, Scope), serde_json::Map<String, Json>> = BTreeMap::new();
    for row in records(file).1 {
        let [
            id,
            kind,
            key,
            link,
            date,
            value,
            numerator,
            denominator,
            unit,
        ] = row.iter().collect::<Vec<_>>().try_into().unwrap();
        let metric = catalogue::metric(id).unwrap();
        let place = (id.to_owned(), scope(kind, key, link, date));
        let whole = |text: &str| text.parse::<u64>().unwrap();
        let double = |text: &str| (!text.is_empty()).then(|| text.parse::<f64>().unwrap());
        if metric.unit == Unit::Money {
            let sum = if metric.kind == Kind::Mean {
                json!({"sum": numerator, "count": whole(denominator), "value": value})
            } else {
                assert_eq!((numerator, denominator), ("", ""));
                json!(value)
            };
            let known = money.entry(place).or_default().insert(unit.to_owned(), sum);
            assert_eq!(known, None);
            continue;
        }
        assert_eq!(unit, metric.unit.name());
        let figure = match (metric.kind, metric.unit) {
            (Kind::Count | Kind::Records, _) => {
                assert_eq!((numerator, denominator), ("", ""));
                Value::Count(whole(value))
            }
            (Kind::Ratio, _) => {
                let ratio = Ratio::new(whole(numerator), whole(denominator));
                assert_eq!(double(value), ratio.value());
                Value::Ratio(ratio)
            }
            (_, Unit::Minutes) => {
                let mean = MeanMinutes::new(numerator.parse().unwrap(), whole(denominator));
                assert_eq!(double(value), mean.value());
                Value::Minutes(mean)
            }
            _ => {
                let mean = Mean::new(whole(numerator), whole(denominator));
                assert_eq!(double(value), mean.value());
                Value::Mean(mean)
            }
        };
        assert_eq!(figures.insert(place, figure), None);
    }
    for (place, sums) in money {
        let json = Json::Object(sums);
        let figure = if catalogue::metric(&place.0).unwrap().kind == Kind::Mean {
            let average: AverageByCurrency = serde_json::from_value(json.clone()).unwrap();
            // The value, which is not read, is the report's.
            assert_eq!(serde_json::to_value(&average).unwrap(), json);
            Value::Average(average)
        } else {
            let sums: MoneyByCurrency = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&sums).unwrap(), json);
            Value::Money(sums)
        };
        assert_eq!(figures.insert(place, figure), None);
    }
    figures
}

/// How many rows a value has.
fn rows(value: &Value) -> usize {
    match value {
        Value::Money(money) => money.len(),
        Value::Average(average) => average.iter().count(),
        _ => 1,
    }
}

fn check(report: &Report) {
    let file = written(report);
    let (header, all) = records(&file);
    let zone = report.period.zone().name();
    assert_eq!(header.get(4), Some(format!("date ({zone})").as_str()));
    let expected: BTreeMap<(String, Scope), Value> = report
        .figures()
        .into_iter()
        .filter(|figure| rows(&figure.value) > 0)
        .map(|figure| ((figure.metric.id.to_owned(), figure.scope), figure.value))
        .collect();
    assert_eq!(all.len(), expected.values().map(rows).sum::<usize>());
    assert_eq!(figures(&file), expected);
}

#[test]
fn the_csv_of_every_golden_report_reads_back_as_its_figures() {
    for golden in Golden::all() {
        check(&golden.report(&golden.ledger()));
    }
}

/// Ann writes to Ada at 9:00, is answered at 9:01, and writes again at 9:02:30: a conversation of 150 s, 2.5 minutes.
/// She orders for 100.01 EUR and for 0.5 JPY.
fn log() -> Log {
    Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "ada")
        .message("ann", "09:02:30", "c", "visitor")
        .order("ann", "10:00", "o1", "EUR", "60.01")
        .order("ann", "10:01", "o2", "EUR", "40")
        .order("ann", "10:02", "o3", "JPY", "701")
}

#[test]
fn a_row_has_metric_scope_value_and_unit() {
    let report = log().report_of("2026-03-02", "2026-03-02", "Europe/Paris");
    let text = String::from_utf8(written(&report)).unwrap();
    let lines: BTreeSet<&str> = text.lines().collect();
    for line in [
        "metric,scope,key,link,date (Europe/Paris),value,numerator,denominator,unit",
        "conversations.text,total,,,,1,,,conversations",
        "conversations.text,day,,,2026-03-02,1,,,conversations",
        // Seconds over conversations; the value is in minutes.
        "conversations.average_duration_minutes,total,,,,2.5,150,1,minutes",
        "requests.visitor_acceptance_rate,total,,,,1,1,1,ratio",
        // 9:00 UTC is 10:00 in Paris.
        "requests.text,hour,10,,,1,,,requests",
        "gmv.attributed_sales,total,,,,100.01,,,EUR",
        "gmv.attributed_sales,total,,,,701,,,JPY",
        // 100.01 / 2 = 50.005, midway between two cents: the even one.
        "gmv.average_order_value,total,,,,50.00,100.01,2,EUR",
        "gmv.average_order_value,total,,,,701,701,1,JPY",
        // Nobody was asked.
        "csat.average_rating,total,,,,,0,0,stars",
        "csat.distribution,rating,5,,,0,,,answers",
        "leaderboard.conversations,agent,ada,,,1,,,conversations",
        "leaderboard.conversations,agent_day,ada,,2026-03-02,1,,,conversations",
        "leaderboard.attributed_orders,unassigned,,,,0,,,orders",
    ] {
        assert!(lines.contains(line), "{line} in\n{text}");
    }
    // No video touch, so no currency: no row.
    assert!(!text.contains("gmv.attributed_gmv"), "{text}");
}

const HOSTILE: [&str; 12] = [
    "=1+1",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "@SUM(A1)",
    "\"",
    "a,b",
    "a\nb",
    "a\r\nb",
    "\r",
    "\u{0}",
    " ",
    "#",
    "a\"\",\"\n\"=2",
];

#[test]
fn hostile_names_come_back_byte_by_byte() {
    let mut log = Log::new();
    for (place, name) in HOSTILE.iter().enumerate() {
        let visitor = format!("v{place}");
        let click = json!({"trigger": name, "auto_message": name, "url": name});
        log = log
            .message(&visitor, "09:00", "c", "visitor")
            .message(&visitor, "09:01", "c", name)
            .event(&visitor, "09:02", "auto_message_clicked", click)
            .event(
                &visitor,
                "09:03",
                "call_requested",
                json!({"conversation": "c", "call": "k", "by": {"side": "visitor"}, "page": name}),
            );
    }
    let ledger = log.ledger();
    let options = Options::new().with_top(100).unwrap();
    let report = ledger.report(&days("2026-03-02", "2026-03-02", "UTC"), &options);
    check(&report);
    let figures = figures(&written(&report));
    for name in HOSTILE {
        let agent = Scope::Agent(name.parse().unwrap());
        let place = ("leaderboard.conversations".to_owned(), agent);
        assert_eq!(figures.get(&place), Some(&Value::Count(1)), "{name:?}");
        let message = Scope::AutoMessage(name.parse().unwrap(), name.parse().unwrap());
        let place = ("requests.auto_messages".to_owned(), message);
        assert_eq!(figures.get(&place), Some(&Value::Count(1)), "{name:?}");
    }
}

/// A disk that fills up.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_write_error_is_reported() {
    let report = log().report();
    let (header, rows) = (report.row_header(), report.rows());
    let length = written(&report).len();
    for room in [0, 10, length - 1] {
        let error = write_table(&header, &rows, Full(room)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{room}");
        let comparison = report.compared_with(&report);
        let (header, rows) = (comparison.row_header(), comparison.rows());
        assert!(write_table(&header, &rows, Full(room)).is_err());
    }
    write_table(&header, &rows, Full(length)).unwrap();
}

fn compared(comparison: &Comparison) -> (StringRecord, Vec<StringRecord>) {
    records(&written_comparison(comparison))
}

#[test]
fn a_comparison_has_a_row_for_each_change_and_currency() {
    let event = |id: &str, at: &str, own: &str| {
        Event::from_json(&format!(
            r#"{{"id":"{id}","at":"{at}","visitor":"ann",{own}}}"#
        ))
        .unwrap()
    };
    let message = |id: &str, at: &str, by: &str| {
        event(
            id,
            at,
            &format!(r#""type":"message_sent","conversation":"c","by":{by}"#),
        )
    };
    let order = |id: &str, at: &str, price: &str| {
        event(
            id,
            at,
            &format!(r#""type":"order_placed","order":"{id}",{price}"#),
        )
    };
    let ledger = crate::nasty::ledger(&[
        message("1", "2026-03-01T09:00:00Z", r#"{"side":"visitor"}"#),
        message(
            "2",
            "2026-03-01T09:01:00Z",
            r#"{"side":"agent","agent":"ada"}"#,
        ),
        order(
            "3",
            "2026-03-01T10:00:00Z",
            r#""currency":"EUR","subtotal":"20.00""#,
        ),
        order(
            "4",
            "2026-03-02T10:00:00Z",
            r#""currency":"EUR","subtotal":"30.00""#,
        ),
        order(
            "5",
            "2026-03-02T11:00:00Z",
            r#""currency":"JPY","subtotal":"700""#,
        ),
    ]);
    let second = days("2026-03-02", "2026-03-02", "Europe/Paris");
    let report = ledger.report(&second, &Options::new());
    let base = ledger.report(&second.previous().unwrap(), &Options::new());
    let (header, all) = compared(&report.compared_with(&base));
    assert_eq!(
        header.iter().collect::<Vec<_>>().join(";"),
        "metric;scope;key;link;date (Europe/Paris);base date (Europe/Paris);value;base;absolute;relative;unit"
    );
    let lines: Vec<String> = all
        .iter()
        .map(|row| row.iter().collect::<Vec<_>>().join(";"))
        .collect();
    for line in [
        // 30 − 20 = 10, half of 20.
        "gmv.attributed_sales;total;;;;;30.00;20.00;10;0.5;EUR",
        // No yen the day before: nothing to be measured by.
        "gmv.attributed_sales;total;;;;;700;0;700;;JPY",
        // The mean of no order is none.
        "gmv.average_order_value;total;;;;;700;;;;JPY",
        "gmv.orders;total;;;;;2;1;1;1;orders",
        "conversations.total;day;;;2026-03-02;2026-03-01;0;1;-1;-1;conversations",
        "conversations.average_duration_minutes;total;;;;;;1;;;minutes",
    ] {
        assert!(
            lines.iter().any(|found| found == line),
            "{line} in\n{}",
            lines.join("\n")
        );
    }
    // A day without a counterpart is empty on the side that does not have it.
    let both = days("2026-03-01", "2026-03-02", "Europe/Paris");
    let longer = ledger.report(&both, &Options::new());
    let lines = |comparison: &Comparison| {
        let rows = compared(comparison).1;
        rows.iter()
            .map(|row| row.iter().collect::<Vec<_>>().join(";"))
            .collect::<Vec<_>>()
    };
    let known = "conversations.total;day;;;2026-03-02;;0;;;;conversations".to_owned();
    assert!(lines(&longer.compared_with(&base)).contains(&known));
    let unknown = "conversations.total;day;;;;2026-03-02;;0;;;conversations".to_owned();
    assert!(lines(&base.compared_with(&longer)).contains(&unknown));
}

fn currencies(value: Option<&Value>) -> BTreeSet<Option<Currency>> {
    match value {
        None => BTreeSet::new(),
        Some(Value::Money(money)) => money.iter().map(|(currency, _)| Some(currency)).collect(),
        Some(Value::Average(average)) => {
            average.iter().map(|(currency, _)| Some(currency)).collect()
        }
        Some(_) => BTreeSet::from([None]),
    }
}

fn check_change(change: &Change, rows: &[StringRecord]) {
    for row in rows {
        let [
            id,
            kind,
            key,
            link,
            date,
            base_date,
            value,
            base,
            absolute,
            relative,
            unit,
        ] = row.iter().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(id, change.metric.id);
        let day = if date.is_empty() { base_date } else { date };
        assert_eq!(scope(kind, key, link, day), change.scope);
        assert_eq!(
            base_date,
            change
                .base_day
                .map_or_else(String::new, |day| day.to_string())
        );
        let of_unit = change.differences.iter().find(|difference| {
            let currency = difference.currency.map(Currency::code);
            currency.unwrap_or(change.metric.unit.name()) == unit
        });
        let double = |text: &str| (!text.is_empty()).then(|| text.parse::<f64>().unwrap());
        assert_eq!(
            double(absolute),
            of_unit.and_then(|difference| difference.absolute)
        );
        assert_eq!(
            double(relative),
            of_unit.and_then(|difference| difference.relative)
        );
        // A difference is of two values.
        if !absolute.is_empty() {
            let apart = double(value).unwrap() - double(base).unwrap();
            let of = double(absolute).unwrap();
            let is_rounded = matches!(change.value, Some(Value::Average(_)));
            assert!(
                (apart - of).abs() <= 1e-9 * (1.0 + of.abs()) || is_rounded,
                "{row:?}"
            );
        }
    }
}

proptest! {
    /// Any report comes back whole, and any comparison change by change.
    #[test]
    fn the_csv_of_random_reports_reads_back_as_their_figures(case in case()) {
        let report = case.report();
        check(&report);
        let middle = case.period.start() + (case.period.end() - case.period.start()) / 2;
        let half = Period::new(case.period.start(), middle, case.period.zone()).unwrap();
        let comparison = report.compared_with(&case.ledger().report(&half, &case.options));
        let rows = compared(&comparison).1;
        let mut rows = rows.as_slice();
        for change in &comparison.changes {
            let found = currencies(change.value.as_ref()).union(&currencies(change.base.as_ref())).count();
            let (own, others) = rows.split_at(found);
            check_change(change, own);
            rows = others;
        }
        prop_assert!(rows.is_empty());
    }
}
