//! Instants at the ends of time, clocks that go back over midnight, periods of no length and of too much.

use crate::queries::seconds;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use convometrics::event::WidgetEvent;
use convometrics::query::OptionName;
use convometrics::time::PeriodError;
use convometrics::{Event, Ledger, Options, Period, Zone};

use super::{BEFORE, assert_kept, assert_refused};
use crate::logs::{Log, days, instant};

/// The least and the greatest instant of an event.
const FIRST: &str = "0000-01-01T00:00:00Z";
const LAST: &str = "9999-12-31T23:59:59.999999Z";

fn line(at: &str) -> String {
    format!(r#"{{"id":"1","at":"{at}","visitor":"ann","type":"widget_impression"}}"#)
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

#[test]
fn instants_at_the_ends_of_their_years_are_kept_and_those_beyond_refused() {
    for (written, kept) in [
        (FIRST, FIRST),
        (LAST, LAST),
        // Finer digits are cut, never rounded into the next year.
        ("9999-12-31T23:59:59.9999999999999999999Z", LAST),
        ("0000-01-01T00:00:00.0000009Z", FIRST),
        ("0000-01-01T23:59:00+23:59", FIRST),
        ("9999-12-31T00:00:59.999999-23:59", LAST),
    ] {
        let event = assert_kept(&line(written));
        assert_eq!(event.at(), instant(kept), "{written}");
    }
    for text in [
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59.999999-00:01",
        "-0001-12-31T23:59:59Z",
        "+10000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        // What chrono holds at most, and what no calendar has.
        "-262143-01-01T00:00:00Z",
        "+262142-12-31T23:59:59.999999999Z",
        "9999-02-29T00:00:00Z",
        "0000-02-30T00:00:00Z",
        "2026-03-02T24:00:00Z",
        "2016-12-31T23:59:60Z",
    ] {
        let message = format!(
            "`at` is \"{text}\"; allowed: an RFC 3339 instant with offset, such as \"2026-03-01T09:30:00.25+01:00\", no leap second, within the years 0000 to 9999 of UTC"
        );
        assert_refused(line(text).as_bytes(), &message);
    }
}

#[test]
fn instants_that_chrono_holds_and_no_log_can_write_are_refused_by_name() {
    let micro = TimeDelta::microseconds(1);
    let beyond = [
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        instant(FIRST) - TimeDelta::nanoseconds(1),
        instant(LAST) + micro,
    ];
    for at in beyond {
        let made = Event::new(
            "1".parse().unwrap(),
            at,
            "ann".parse().unwrap(),
            WidgetEvent::Impression,
        );
        assert_eq!(made.unwrap_err().field(), "at");
        assert_eq!(
            Options::new().with_as_of(at).unwrap_err().option(),
            OptionName::AsOf
        );
        for (from, to) in [(at, at), (at.min(instant(FIRST)), at.max(instant(FIRST)))] {
            let refused = Period::new(from, to, &Zone::utc()).unwrap_err();
            assert!(
                matches!(refused, PeriodError::OutOfRange { .. }),
                "{refused:?}"
            );
        }
        // The nearest there is.
        let date = if at < instant("2000-01-01T00:00:00Z") {
            "0000-01-01"
        } else {
            "9999-12-31"
        };
        assert_eq!(Zone::utc().date(at).to_string(), date);
    }
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        for name in ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"] {
            let refused = Period::from_dates(date, date, &zone(name)).unwrap_err();
            assert!(
                matches!(refused, PeriodError::OutOfRange { .. }),
                "{refused:?}"
            );
        }
    }
}

/// A conversation that is as long as can be, and an order at its end.
#[test]
fn a_log_from_the_first_instant_to_the_last_has_the_figures_of_any_other() {
    let log = Log::new()
        .message("ann", FIRST, "c", "visitor")
        .message("ann", LAST, "c", "a-1")
        .order("ann", LAST, "o", "EUR", "10");
    let ledger = log.ledger();
    // There is no period of all its days, and it says so.
    let error = ledger
        .whole_period(&Zone::utc(), &Options::new())
        .unwrap_err();
    assert!(
        matches!(
            error,
            PeriodError::TooLong { .. } | PeriodError::OutOfRange { .. }
        ),
        "{error:?}"
    );
    let options = Options::new()
        .with_session_timeout(seconds(u64::MAX))
        .and_then(|options| options.with_window(seconds(36_600 * 86_400)))
        .and_then(|options| options.with_half_life(seconds(u64::MAX)))
        .unwrap();
    let first = ledger.report(&days("0000-01-01", "0000-01-01", "UTC"), &options);
    assert_eq!((first.conversations.total, first.gmv.orders), (1, 0));
    // 3 652 425 days less a microsecond.
    let span = first.conversations.average_duration_minutes.sum_seconds;
    assert_eq!(span.to_string(), "315569519999.999999");
    // The last day has no end that an instant could be; a period within it has one.
    assert!(Period::from_dates(date("9999-12-31"), date("9999-12-31"), &Zone::utc()).is_err());
    let evening =
        Period::new(instant("9999-12-31T00:00:00Z"), instant(LAST), &Zone::utc()).unwrap();
    assert_eq!(evening.dates(), [date("9999-12-31")]);
    let last = ledger.report(&evening, &options);
    // What stands at its end lies outside.
    assert_eq!((last.conversations.total, last.gmv.orders), (0, 0));
    assert_eq!(last.as_of, Some(instant(LAST)));
    assert_eq!(last.data_quality.events, 3);
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Text requests per day and per hour of a log with one request at each of these instants.
fn requests(at: &[&str], first: &str, last: &str, zone: &str) -> (Vec<(String, u64)>, Vec<u64>) {
    let log = at.iter().enumerate().fold(Log::new(), |log, (number, at)| {
        log.message("ann", at, &format!("c{number}"), "visitor")
    });
    let requests = log.report_of(first, last, zone).requests;
    let daily = requests
        .daily
        .iter()
        .map(|row| (row.date.to_string(), row.text));
    let by_hour = requests.by_hour.iter().map(|row| row.text);
    (daily.collect(), by_hour.collect())
}

/// 24 hours, of which these have some.
fn hours(some: &[(usize, u64)]) -> Vec<u64> {
    let mut hours = vec![0; 24];
    for (hour, count) in some {
        hours[*hour] = *count;
    }
    hours
}

fn row(date: &str, requests: u64) -> (String, u64) {
    (date.to_owned(), requests)
}

#[test]
fn three_hours_repeated_over_midnight_belong_to_the_day_that_had_begun() {
    // Casey, 2010: at 02:00 on 5 March (15:00Z) it was 23:00 on the 4th again. The 5th began at 13:00Z: 27 hours.
    let at = [
        "2010-03-04T12:59:59.999999Z", // 23:59 on the 4th
        "2010-03-04T13:00:00Z",        // 00:00 on the 5th
        "2010-03-04T14:59:59.999999Z", // 01:59
        "2010-03-04T15:00:00Z",        // 23:00 on the wall, the 5th all the same
        "2010-03-04T15:59:59.999999Z", // 23:59
        "2010-03-04T16:00:00Z",        // 00:00 again
        "2010-03-05T15:59:59.999999Z", // 23:59, the last of it
        "2010-03-05T16:00:00Z",        // 00:00 on the 6th
    ];
    let (daily, by_hour) = requests(&at, "2010-03-04", "2010-03-06", "Antarctica/Casey");
    assert_eq!(
        daily,
        [
            row("2010-03-04", 1),
            row("2010-03-05", 6),
            row("2010-03-06", 1)
        ]
    );
    assert_eq!(by_hour, hours(&[(0, 3), (1, 1), (23, 4)]));
    let fifth = days("2010-03-05", "2010-03-05", "Antarctica/Casey");
    assert_eq!((fifth.end() - fifth.start()).num_hours(), 27);
}

#[test]
fn a_minute_after_midnight_is_enough_to_begin_a_day() {
    // Goose Bay, 2010: at 00:01 on 7 November (03:01Z) it was 23:01 on the 6th again. The 7th has 25 hours.
    let at = [
        "2010-11-07T02:59:59.999999Z", // 23:59 on the 6th
        "2010-11-07T03:00:00Z",        // 00:00 on the 7th
        "2010-11-07T03:00:59.999999Z",
        "2010-11-07T03:01:00Z", // 23:01 on the wall
        "2010-11-07T03:59:59Z", // 23:59
        "2010-11-07T04:00:00Z", // 00:00 again
        "2010-11-08T03:59:59Z", // 23:59 on the 7th
        "2010-11-08T04:00:00Z", // 00:00 on the 8th
    ];
    let (daily, by_hour) = requests(&at, "2010-11-06", "2010-11-08", "America/Goose_Bay");
    assert_eq!(
        daily,
        [
            row("2010-11-06", 1),
            row("2010-11-07", 6),
            row("2010-11-08", 1)
        ]
    );
    assert_eq!(by_hour, hours(&[(0, 4), (23, 4)]));
}

#[test]
fn a_day_that_came_twice_is_one_of_47_hours() {
    // Kwajalein, 1969: at the end of 30 September (13:00Z) it was 01:00 on the 30th again. An event an hour.
    let start = instant("1969-09-29T13:00:00Z");
    let at: Vec<String> = (-1..48)
        .map(|hour| (start + TimeDelta::hours(hour)).to_rfc3339())
        .collect();
    let at: Vec<&str> = at.iter().map(String::as_str).collect();
    let (daily, by_hour) = requests(&at, "1969-09-29", "1969-10-01", "Pacific/Kwajalein");
    assert_eq!(
        daily,
        [
            row("1969-09-29", 1),
            row("1969-09-30", 47),
            row("1969-10-01", 1)
        ]
    );
    // One of the 29th at 23:00, one of 1 October at 00:00; of the 30th all but its first hour come twice.
    let mut twice = hours(&[(0, 2), (23, 3)]);
    twice[1..23].fill(2);
    assert_eq!(by_hour, twice);
}

#[test]
fn a_date_of_48_hours_and_one_that_never_was() {
    // Juneau, 1867: in the afternoon of 19 October it became the 18th again; the 19th had begun a day before.
    let day = days("1867-10-19", "1867-10-19", "America/Juneau");
    assert_eq!(day.start(), instant("1867-10-18T08:57:41Z"));
    assert_eq!((day.end() - day.start()).num_hours(), 48);
    assert_eq!(day.dates(), [date("1867-10-19")]);
    // Manila went from 30 December 1844 to 1 January 1845.
    let days = days("1844-12-30", "1845-01-01", "Asia/Manila");
    assert_eq!(days.dates(), [date("1844-12-30"), date("1845-01-01")]);
    assert_eq!((days.end() - days.start()).num_hours(), 48);
}

#[test]
fn a_period_of_no_length_holds_nothing_and_has_no_day() {
    let mut ledger = Ledger::new();
    ledger
        .record_all(BEFORE.map(|line| Event::from_json(line).unwrap()))
        .unwrap();
    // At the very instant of an event, at a midnight, and at the ends of time.
    let all = [
        ("UTC", "2026-03-02T09:00:00Z"),
        ("Europe/Paris", "2026-03-01T23:00:00Z"),
        ("UTC", FIRST),
        ("UTC", LAST),
    ];
    for (name, at) in all {
        let period = Period::new(instant(at), instant(at), &zone(name)).unwrap();
        assert!(period.dates().is_empty(), "{at}");
        let report = ledger.report(&period, &Options::new());
        assert_eq!(report.requests.by_hour.len(), 24);
        let json = serde_json::to_value(&report).unwrap();
        for (family, rows) in [
            ("conversations", "daily"),
            ("requests", "daily"),
            ("visitors", "daily"),
            ("csat", "details"),
            ("leaderboard", "agents"),
        ] {
            assert_eq!(json[family][rows], serde_json::json!([]), "{family}");
        }
        assert_eq!((report.requests.total, report.gmv.orders), (0, 0), "{at}");
        // What is said of the whole log is said all the same.
        assert_eq!(report.data_quality.events, 3);
        assert_eq!(report.as_of, Some(instant("2026-03-02T09:02:00Z")));
        assert_eq!(
            serde_json::from_value::<Period>(json["period"].clone()).unwrap(),
            period
        );
    }
    let backwards = Period::new(instant(LAST), instant(FIRST), &Zone::utc()).unwrap_err();
    assert!(matches!(backwards, PeriodError::Reversed { .. }));
    assert!(
        backwards
            .to_string()
            .ends_with("allowed: a first instant or date that is not after the last")
    );
}

#[test]
fn a_period_touches_3660_days_at_most_however_it_is_given() {
    const REFUSED: &str = "allowed: a period that touches at most 3660 local days";
    let first = date("2016-02-29");
    let last = |days| first + TimeDelta::days(days);
    for name in ["UTC", "Europe/Paris", "Australia/Lord_Howe"] {
        let zone = zone(name);
        let most = Period::from_dates(first, last(3_659), &zone).unwrap();
        assert_eq!(most.dates().len(), 3_660, "{name}");
        let error = Period::from_dates(first, last(3_660), &zone).unwrap_err();
        assert!(error.to_string().ends_with(REFUSED), "{error}");
        // A microsecond of a further day is a further day, before and behind.
        let micro = TimeDelta::microseconds(1);
        for (from, to) in [
            (most.start() - micro, most.end()),
            (most.start(), most.end() + micro),
        ] {
            let error = Period::new(from, to, &zone).unwrap_err();
            assert!(error.to_string().ends_with(REFUSED), "{error}");
        }
        assert!(Period::new(most.start() + micro, most.end(), &zone).is_ok());
        // Read from JSON it is refused in the same words.
        let mut json = serde_json::to_value(&most).unwrap();
        json["to"] = "2036-01-01T00:00:00Z".into();
        let error = serde_json::from_value::<Period>(json)
            .unwrap_err()
            .to_string();
        assert!(error.ends_with(REFUSED), "{error}");
    }
    // A skipped date is no day: with it 3 661 dates are 3 660 days.
    let apia = zone("Pacific/Apia");
    let (from, to) = (
        date("2011-01-01"),
        date("2011-01-01") + TimeDelta::days(3_660),
    );
    assert_eq!(
        Period::from_dates(from, to, &apia).unwrap().dates().len(),
        3_660
    );
    assert!(Period::from_dates(from, to + TimeDelta::days(1), &apia).is_err());

    // Events ten years apart have a period of their own; a day more and one must be given.
    let log = |last: &str| {
        let log = Log::new().message("ann", "2016-02-29T12:00:00Z", "c", "visitor");
        log.message("ann", last, "c", "a-1").ledger()
    };
    let options = Options::new();
    let period = log("2026-03-07T12:00:00Z").whole_period(&Zone::utc(), &options);
    assert_eq!(period.unwrap().dates().len(), 3_660);
    let longer = log("2026-03-08T12:00:00Z");
    let error = longer.whole_period(&Zone::utc(), &options).unwrap_err();
    assert!(error.to_string().ends_with(REFUSED), "{error}");
    assert_eq!(longer.len(), 2);
}
