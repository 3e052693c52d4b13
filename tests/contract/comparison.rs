//! Periods before, and reports against reports.

use std::collections::BTreeMap;

use convometrics::catalogue::{Family, Scope, Value};
use convometrics::output::{Change, Comparison};
use convometrics::time::PeriodError;
use convometrics::{Options, Period, Query, Zone};
use proptest::prelude::*;

use crate::logs::{Log, days, instant};
use crate::nasty::case;

#[test]
fn the_period_before_has_the_same_civil_length() {
    for (first, last, before) in [
        // Whole months: as many months, however many days they have.
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-02-01", "2026-02-28", ("2026-01-01", "2026-01-31")),
        ("2024-03-01", "2024-03-31", ("2024-02-01", "2024-02-29")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
        // Else as many days: the 28 of February are whole months, the 28 to the 30th of March are not.
        ("2026-03-03", "2026-03-30", ("2026-02-03", "2026-03-02")),
        ("2026-03-02", "2026-03-08", ("2026-02-23", "2026-03-01")),
        ("2026-03-01", "2026-03-30", ("2026-01-30", "2026-02-28")),
        ("2026-03-01", "2026-03-01", ("2026-02-28", "2026-02-28")),
    ] {
        let found = days(first, last, "Europe/Paris").previous().unwrap();
        assert_eq!(
            found,
            days(before.0, before.1, "Europe/Paris"),
            "{first} {last}"
        );
    }
}

#[test]
fn a_day_of_23_hours_is_compared_with_one_of_24() {
    let spring = days("2026-03-29", "2026-03-29", "Europe/Paris");
    let before = spring.previous().unwrap();
    assert_eq!((spring.end() - spring.start()).num_hours(), 23);
    assert_eq!((before.end() - before.start()).num_hours(), 24);
    assert_eq!(before.end(), spring.start());
    // A week with the change is an hour shorter than the one before it.
    let week = days("2026-03-23", "2026-03-29", "Europe/Paris");
    assert_eq!((week.end() - week.start()).num_hours(), 167);
    let before = week.previous().unwrap();
    assert_eq!((before.end() - before.start()).num_hours(), 168);
}

#[test]
fn the_same_dates_a_year_before() {
    for (first, last, before) in [
        ("2026-03-02", "2026-03-08", ("2025-03-02", "2025-03-08")),
        ("2025-02-01", "2025-02-28", ("2024-02-01", "2024-02-29")),
        ("2024-02-01", "2024-02-29", ("2023-02-01", "2023-02-28")),
        ("2024-02-29", "2024-02-29", ("2023-02-28", "2023-02-28")),
        ("2024-02-27", "2024-03-01", ("2023-02-27", "2023-03-01")),
        ("2025-02-27", "2025-02-28", ("2024-02-27", "2024-02-28")),
    ] {
        let found = days(first, last, "UTC").previous_year().unwrap();
        assert_eq!(found, days(before.0, before.1, "UTC"), "{first} {last}");
    }
}

#[test]
fn a_period_of_partial_days_has_no_period_before() {
    let zone = Zone::utc();
    let of = |from, to| Period::new(instant(from), instant(to), &zone).unwrap();
    for period in [
        of("2026-03-02T00:00:00Z", "2026-03-02T12:00:00Z"),
        of("2026-03-02T01:00:00Z", "2026-03-03T00:00:00Z"),
        of("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
    ] {
        for error in [
            period.previous().unwrap_err(),
            period.previous_year().unwrap_err(),
        ] {
            assert!(
                matches!(error, PeriodError::NotWholeDays { .. }),
                "{error:?}"
            );
            assert!(error.to_string().contains("whole local days"), "{error}");
        }
    }
    let first = days("0000-01-02", "0000-01-03", "UTC");
    assert!(first.previous().is_err());
    assert!(first.previous_year().is_err());
}

/// Ann's and Bob's calls and orders: three days in March, and one in February.
fn log() -> Log {
    let call = |log: Log, at: &str, call: &str, agent: &str| {
        log.call("ann", at, "c", call, agent)
            .then("ann", at, "call_accepted", call)
            .then("ann", at, "call_connected", call)
    };
    let log = call(Log::new(), "2026-02-27T09:00:00Z", "k0", "ada");
    let log = log.order("ann", "2026-02-27T10:00:00Z", "o0", "EUR", "20.00");
    let log = call(log, "2026-03-01T09:00:00Z", "k1", "ada");
    let log = call(log, "2026-03-02T09:00:00Z", "k2", "ada");
    let log = call(log, "2026-03-02T09:30:00Z", "k3", "ben");
    log.order("ann", "2026-03-02T10:00:00Z", "o1", "EUR", "25.00")
        .order("ann", "2026-03-02T11:00:00Z", "o2", "USD", "7.00")
}

fn found<'a>(comparison: &'a Comparison, id: &str, scope: &Scope) -> &'a Change {
    let mut changes = comparison.changes.iter();
    let found = changes.find(|change| change.metric.id == id && change.scope == *scope);
    found.unwrap_or_else(|| panic!("{id} {scope:?}"))
}

fn rows(change: &Change) -> Vec<(Option<String>, Option<f64>, Option<f64>)> {
    let rows = change.differences.iter().map(|difference| {
        let currency = difference.currency.map(|currency| currency.to_string());
        (currency, difference.absolute, difference.relative)
    });
    rows.collect()
}

#[test]
fn a_report_is_compared_with_the_period_before() {
    let ledger = log().ledger();
    let march = days("2026-03-01", "2026-03-03", "UTC");
    let report = ledger.report(&march, &Options::new());
    let before = march.previous().unwrap();
    assert_eq!(before, days("2026-02-26", "2026-02-28", "UTC"));
    let comparison = report.compared_with(&ledger.report(&before, &Options::new()));
    assert_eq!((&comparison.period, &comparison.base), (&march, &before));

    let row = |id: &str, scope: &Scope| rows(found(&comparison, id, scope));
    // 3 calls, 1 before.
    assert_eq!(
        row("engage.calls.held", &Scope::Total),
        [(None, Some(2.0), Some(2.0))]
    );
    // 25.00 EUR, 20.00 before; 7.00 USD, none before: nothing to be measured by.
    let eur = (Some("EUR".to_owned()), Some(5.0), Some(0.25));
    let usd = (Some("USD".to_owned()), Some(7.0), None);
    assert_eq!(row("gmv.attributed_gmv", &Scope::Total), [eur.clone(), usd]);
    // A mean of no order is none.
    let usd = (Some("USD".to_owned()), None, None);
    assert_eq!(row("gmv.average_order_value", &Scope::Total), [eur, usd]);
    // 1/1 both times.
    assert_eq!(
        row(
            "leaderboard.acceptance_rate",
            &Scope::Agent("ada".parse().unwrap())
        ),
        [(None, Some(0.0), Some(0.0))]
    );
    // Ben had no row before, which is nothing.
    let ben = Scope::Agent("ben".parse().unwrap());
    assert_eq!(
        row("engage.calls.attempted", &ben),
        [(None, Some(1.0), None)]
    );
    assert_eq!(
        row("leaderboard.acceptance_rate", &ben),
        [(None, None, None)]
    );
    // No ratings in either.
    assert_eq!(
        row("csat.average_rating", &Scope::Total),
        [(None, None, None)]
    );
    // The second day of each: 2 calls and 1.
    let second = Scope::Day("2026-03-02".parse().unwrap());
    let change = found(&comparison, "engage.calls.held", &second);
    assert_eq!(change.base_day, Some("2026-02-27".parse().unwrap()));
    assert_eq!(rows(change), [(None, Some(1.0), Some(1.0))]);
}

#[test]
fn means_of_several_are_compared_by_what_they_come_to() {
    let chat = |log: Log, visitor: &str, day: &str, minutes: u32| {
        log.message(visitor, &format!("{day}T09:00:00Z"), "c", "visitor")
            .message(visitor, &format!("{day}T09:{minutes:02}:00Z"), "c", "ada")
    };
    let rated = |log: Log, visitor: &str, day: &str, rating: u8| {
        let own = serde_json::json!({"survey": "q", "conversation": "c", "rating": rating, "outcome": "submitted"});
        log.event(visitor, &format!("{day}T10:00:00Z"), "survey_answered", own)
    };
    // 12 and 18 minutes, 5 and 4 stars, 10.00 and 20.00 EUR; the day before 10 minutes, 3 stars, 12.00 EUR.
    let (first, second) = ("2026-03-01", "2026-03-02");
    let log = rated(chat(Log::new(), "ann", first, 10), "ann", first, 3);
    let log = log.order("ann", "2026-03-01T11:00:00Z", "o", "EUR", "12.00");
    let log = rated(chat(log, "bob", second, 12), "bob", second, 5);
    let log = rated(chat(log, "cat", second, 18), "cat", second, 4);
    let log = log.order("bob", "2026-03-02T11:00:00Z", "o", "EUR", "10.00");
    let log = log.order("cat", "2026-03-02T11:00:00Z", "o", "EUR", "20.00");
    let day = |date| log.report_of(date, date, "UTC");
    let comparison = day(second).compared_with(&day(first));
    let row = |id: &str| rows(found(&comparison, id, &Scope::Total)).remove(0);
    // 15 − 10 minutes, 4.5 − 3 stars, 15.00 − 12.00 EUR.
    assert_eq!(
        row("conversations.average_duration_minutes"),
        (None, Some(5.0), Some(0.5))
    );
    assert_eq!(row("csat.average_rating"), (None, Some(1.5), Some(0.5)));
    let eur = Some("EUR".to_owned());
    assert_eq!(row("gmv.average_order_value"), (eur, Some(3.0), Some(0.25)));
}

#[test]
fn a_day_without_a_counterpart_is_compared_with_none() {
    let ledger = log().ledger();
    let march = days("2026-03-01", "2026-03-31", "UTC");
    let of = |period: &Period| ledger.report(period, &Options::new());
    let (report, base) = (of(&march), of(&march.previous().unwrap()));
    let last = Scope::Day("2026-03-31".parse().unwrap());
    let longer = report.compared_with(&base);
    let change = found(&longer, "requests.video", &last);
    assert_eq!((change.base_day, &change.base), (None, &None));
    assert_eq!(
        (&change.value, change.differences.len()),
        (&Some(Value::Count(0)), 0)
    );
    // The other way round the day is the base's alone.
    let shorter = base.compared_with(&report);
    let change = found(&shorter, "requests.video", &last);
    assert_eq!(change.base_day, Some("2026-03-31".parse().unwrap()));
    assert_eq!(
        (&change.value, &change.base),
        (&None, &Some(Value::Count(0)))
    );
    assert_eq!(longer.changes.len(), shorter.changes.len());
}

#[test]
fn a_page_beyond_the_top_is_not_known_and_one_within_has_nothing() {
    let request = |log: Log, visitor: &str, at: &str, page: &str| {
        let own = serde_json::json!({"conversation": "c", "by": {"side": "visitor"}, "page": page});
        log.event(visitor, at, "chat_requested", own)
    };
    let log = request(Log::new(), "ann", "2026-03-01T09:00:00Z", "/a");
    let log = request(log, "bob", "2026-03-02T09:00:00Z", "/b");
    let compared = |top| {
        let options = Options::new().with_top(top).unwrap();
        let ledger = log.ledger();
        let second = days("2026-03-02", "2026-03-02", "UTC");
        let report = ledger.report(&second, &options);
        report.compared_with(&ledger.report(&second.previous().unwrap(), &options))
    };
    let page = |page: &str| Scope::Page(page.parse().unwrap());
    let all = compared(2);
    assert_eq!(
        rows(found(&all, "requests.text", &page("/a"))),
        [(None, Some(-1.0), Some(-1.0))]
    );
    assert_eq!(
        rows(found(&all, "requests.text", &page("/b"))),
        [(None, Some(1.0), None)]
    );
    // Clicks on automatic messages are lists that are cut as well.
    let click = |log: Log, visitor: &str, at: &str, name: &str| {
        let own = serde_json::json!({"trigger": name, "auto_message": name, "url": name});
        log.event(visitor, at, "auto_message_clicked", own)
    };
    let log = click(Log::new(), "ann", "2026-03-01T09:00:00Z", "a");
    let clicks = click(log, "bob", "2026-03-02T09:00:00Z", "b").ledger();
    let clicked = |top, id: &str, scope: &Scope| {
        let options = Options::new().with_top(top).unwrap();
        let second = days("2026-03-02", "2026-03-02", "UTC");
        let report = clicks.report(&second, &options);
        let base = clicks.report(&second.previous().unwrap(), &options);
        found(&report.compared_with(&base), id, scope).value.clone()
    };
    let trigger = Scope::Trigger("a".parse().unwrap());
    let message = Scope::AutoMessage("a".parse().unwrap(), "a".parse().unwrap());
    for (id, scope) in [
        ("requests.auto_message_triggers", trigger),
        ("requests.auto_messages", message),
    ] {
        assert_eq!(clicked(2, id, &scope), Some(Value::Count(0)));
        assert_eq!(clicked(1, id, &scope), None);
    }
    let cut = compared(1);
    assert_eq!(found(&cut, "requests.text", &page("/a")).value, None);
    assert_eq!(found(&cut, "requests.text", &page("/b")).base, None);
}

#[test]
fn a_family_that_one_query_did_not_ask_for_is_not_known() {
    let ledger = log().ledger();
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let plain = ledger.report(&day, &Options::new());
    let query = Query::new(day.clone()).with_families([Family::HeatMap]);
    let with_heat_map = ledger.view(query).report();
    let hour = "week_hour:mon:9".parse().unwrap();
    for (report, base) in [(&plain, &with_heat_map), (&with_heat_map, &plain)] {
        let comparison = report.compared_with(base);
        let change = found(&comparison, "heat_map.requests", &hour);
        assert_eq!(change.value.is_some(), report.heat_map.is_some());
        assert_eq!(change.base.is_some(), base.heat_map.is_some());
        assert_eq!(change.differences, []);
    }
    let both = with_heat_map.compared_with(&with_heat_map);
    assert_eq!(
        rows(found(&both, "heat_map.requests", &hour)).len(),
        1,
        "both reports have the family"
    );
}

proptest! {
    /// A comparison says the same either way round, and all that both reports have.
    #[test]
    fn the_reverse_comparison_has_opposite_signs(case in case()) {
        let report = case.report();
        let ledger = case.ledger();
        let middle = case.period.start() + (case.period.end() - case.period.start()) / 2;
        let half = Period::new(case.period.start(), middle, case.period.zone()).unwrap();
        let base = ledger.report(&half, &case.options);
        let there = report.compared_with(&base);
        let back = base.compared_with(&report);
        let figures = report.figures();
        prop_assert_eq!(
            there.changes.iter().take(figures.len()).map(|change| (change.metric.id, &change.scope, change.value.clone())).collect::<Vec<_>>(),
            figures.iter().map(|figure| (figure.metric.id, &figure.scope, Some(figure.value.clone()))).collect::<Vec<_>>()
        );
        let mut opposite: BTreeMap<_, _> = back
            .changes
            .iter()
            .map(|change| ((change.metric.id, change.scope.clone()), change))
            .collect();
        prop_assert_eq!(opposite.len(), there.changes.len());
        for change in &there.changes {
            let other = opposite.remove(&(change.metric.id, change.scope.clone()));
            let Some(other) = other else {
                return Err(TestCaseError::fail(format!("{} {:?}", change.metric, change.scope)));
            };
            prop_assert_eq!((&change.value, &change.base), (&other.base, &other.value));
            for (one, two) in change.differences.iter().zip(&other.differences) {
                prop_assert_eq!(one.absolute.map(|value| value + 0.0), two.absolute.map(|value| -value + 0.0));
                prop_assert_eq!(one.currency, two.currency);
            }
        }
        // With itself nothing changes.
        for change in report.compared_with(&report).changes {
            prop_assert_eq!(&change.value, &change.base);
            for difference in change.differences {
                // 0, and not −0.
                prop_assert!(difference.absolute.is_none_or(|value| value.to_bits() == 0));
                prop_assert!(difference.relative.is_none_or(|value| value.to_bits() == 0));
            }
        }
    }
}
