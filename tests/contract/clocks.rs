//! Days and hours where clocks change: the figures follow the civil calendar, not 24 hours.

use convometrics::Period;

use crate::logs::{Log, days, instant};

/// Text requests per local day of a log with one request at each of these instants.
fn requests(at: &[&str], first: &str, last: &str, zone: &str) -> Vec<(String, u64)> {
    let log = at.iter().enumerate().fold(Log::new(), |log, (number, at)| {
        log.message("ann", at, &format!("c{number}"), "visitor")
    });
    let daily = log.report_of(first, last, zone).requests.daily;
    daily
        .iter()
        .map(|day| (day.date.to_string(), day.text))
        .collect()
}

fn hours(period: &Period) -> f64 {
    (period.end() - period.start()).as_seconds_f64() / 3600.0
}

fn row(date: &str, requests: u64) -> (String, u64) {
    (date.to_owned(), requests)
}

#[test]
fn a_day_of_23_hours_and_one_of_25() {
    let spring = days("2026-03-29", "2026-03-29", "Europe/Paris");
    let autumn = days("2026-10-25", "2026-10-25", "Europe/Paris");
    assert_eq!((hours(&spring), hours(&autumn)), (23.0, 25.0));
    // 29 March in Paris is 28th 23:00Z to 29th 22:00Z: the last microsecond is in, the next is the 30th.
    let edges = [
        "2026-03-28T22:59:59.999999Z",
        "2026-03-28T23:00:00Z",
        "2026-03-29T21:59:59.999999Z",
        "2026-03-29T22:00:00Z",
    ];
    assert_eq!(
        requests(&edges, "2026-03-28", "2026-03-30", "Europe/Paris"),
        [
            row("2026-03-28", 1),
            row("2026-03-29", 2),
            row("2026-03-30", 1)
        ]
    );
}

#[test]
fn the_period_carries_the_offsets_of_its_zone() {
    let json = serde_json::to_value(days("2026-03-28", "2026-03-30", "Europe/Paris")).unwrap();
    assert_eq!(json["from"], "2026-03-28T00:00:00+01:00");
    assert_eq!(json["to"], "2026-03-31T00:00:00+02:00");
    let back: Period = serde_json::from_value(json).unwrap();
    assert_eq!(back, days("2026-03-28", "2026-03-30", "Europe/Paris"));
    // Paris was 9 min 21 s ahead of Greenwich in 1900: cut to the minute on paper, exact all the same.
    let old = days("1900-01-01", "1900-01-01", "Europe/Paris");
    let json = serde_json::to_value(&old).unwrap();
    assert_eq!(json["from"], "1899-12-31T23:59:39+00:09");
    assert_eq!(serde_json::from_value::<Period>(json).unwrap(), old);
}

#[test]
fn a_period_with_a_name_that_is_none_of_its_own_is_refused() {
    let mut json = serde_json::to_value(days("2026-03-28", "2026-03-30", "UTC")).unwrap();
    json["until"] = json["to"].clone();
    let error = serde_json::from_value::<Period>(json).unwrap_err();
    assert!(
        error.to_string().starts_with("unknown field `until`"),
        "{error}"
    );
}

#[test]
fn a_midnight_that_does_not_exist() {
    // São Paulo, 4 November 2018: 00:00 became 01:00 at 03:00Z.
    let day = days("2018-11-04", "2018-11-04", "America/Sao_Paulo");
    assert_eq!(day.start(), instant("2018-11-04T03:00:00Z"));
    assert_eq!(hours(&day), 23.0);
    assert_eq!(
        requests(
            &["2018-11-04T02:59:59Z", "2018-11-04T03:00:00Z"],
            "2018-11-03",
            "2018-11-04",
            "America/Sao_Paulo"
        ),
        [row("2018-11-03", 1), row("2018-11-04", 1)]
    );
}

#[test]
fn a_period_that_ends_at_a_midnight_that_does_not_exist_has_no_row_for_the_day_after() {
    // Havana skips midnight of 8 March 2026: the 7th ends where the 8th starts, at 01:00.
    let log = Log::new().message("ann", "2026-03-07T12:00:00Z", "c", "visitor");
    let havana = "America/Havana".parse().unwrap();
    let period = log
        .ledger()
        .whole_period(&havana, &convometrics::Options::new())
        .unwrap();
    assert_eq!(period.end(), instant("2026-03-08T05:00:00Z"));
    let report = log.report_of("2026-03-07", "2026-03-07", "America/Havana");
    assert_eq!(report.period, period);
    assert_eq!(report.requests.daily.len(), 1);
}

#[test]
fn a_midnight_that_comes_twice() {
    // Havana, 1 November 2026: midnight at 04:00Z, and at 05:00Z once more.
    let day = days("2026-11-01", "2026-11-01", "America/Havana");
    assert_eq!(
        (day.start(), hours(&day)),
        (instant("2026-11-01T04:00:00Z"), 25.0)
    );
    assert_eq!(
        requests(
            &[
                "2026-11-01T03:59:59Z",
                "2026-11-01T04:00:00Z",
                "2026-11-01T05:00:00Z"
            ],
            "2026-10-31",
            "2026-11-01",
            "America/Havana"
        ),
        [row("2026-10-31", 1), row("2026-11-01", 2)]
    );
    let log = Log::new()
        .message("ann", "2026-11-01T04:30:00Z", "c1", "visitor")
        .message("ann", "2026-11-01T05:30:00Z", "c2", "visitor");
    // The hour that comes twice shares one row.
    assert_eq!(
        log.report_of("2026-11-01", "2026-11-01", "America/Havana")
            .requests
            .by_hour[0]
            .text,
        2
    );
}

#[test]
fn shifts_of_half_an_hour() {
    // Lord Howe: back by 30 minutes on 5 April 2026 (24.5 hours), forward on 4 October (23.5 hours).
    assert_eq!(
        hours(&days("2026-04-05", "2026-04-05", "Australia/Lord_Howe")),
        24.5
    );
    assert_eq!(
        hours(&days("2026-10-04", "2026-10-04", "Australia/Lord_Howe")),
        23.5
    );
    let log = Log::new().message("ann", "2026-04-04T15:15:00Z", "c", "visitor"); // 15:00Z is 02:00, put back to 01:30
    let report = log.report_of("2026-04-05", "2026-04-05", "Australia/Lord_Howe");
    assert_eq!(report.requests.by_hour[1].text, 1);
}

#[test]
fn the_rules_of_december_2026() {
    // British Columbia and Alberta stay on summer time, Morocco went back to UTC all year.
    for (zone, midnight) in [
        ("America/Edmonton", "2026-12-01T06:00:00Z"),
        ("America/Vancouver", "2026-12-01T07:00:00Z"),
        ("Africa/Casablanca", "2026-12-01T00:00:00Z"),
    ] {
        assert_eq!(
            days("2026-12-01", "2026-12-01", zone).start(),
            instant(midnight),
            "{zone}"
        );
    }
}

#[test]
fn a_date_that_was_skipped_has_no_row() {
    // Samoa had no 30 December 2011.
    assert_eq!(
        requests(
            &["2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"],
            "2011-12-29",
            "2011-12-31",
            "Pacific/Apia"
        ),
        [row("2011-12-29", 1), row("2011-12-31", 1)]
    );
}

#[test]
fn the_whole_period_is_the_local_days_of_the_events() {
    let log = Log::new()
        .message("ann", "2026-03-28T23:30:00Z", "c", "visitor")
        .message("ann", "2026-03-29T21:30:00Z", "c", "a-1");
    let paris = "Europe/Paris".parse().unwrap();
    let period = log
        .ledger()
        .whole_period(&paris, &convometrics::Options::new())
        .unwrap();
    assert_eq!(period, days("2026-03-29", "2026-03-29", "Europe/Paris"));
}
