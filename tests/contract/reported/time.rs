//! Days that are longer or shorter, and years with a day more.

use std::time::Duration;

use convometrics::Options;

use super::{answer, call, expect, log, of, order};
use crate::logs::{Log, days, instant};

/// A window of a day is 24 hours, also on the day that has 23.
#[test]
fn a_window_of_a_day_is_elapsed_time_over_a_change_of_clocks() {
    // Clocks in Berlin go forward on 29 March 2026 at 02:00.
    let orders = [
        ("in", "2026-03-29T12:30:00+02:00"),
        ("edge", "2026-03-29T13:00:00+02:00"),
        ("out", "2026-03-29T13:00:01+02:00"),
    ];
    let log = orders
        .into_iter()
        .fold(Log::new(), |log, (visitor, ordered)| {
            let at = "2026-03-28T12:00:00+01:00";
            log.event(visitor, at, "call_requested", call("c", "k", "visitor"))
                .event(
                    visitor,
                    at,
                    "call_answered",
                    answer("k", &format!("a-{visitor}")),
                )
                .event(visitor, at, "call_connected", of("k"))
                .event(visitor, ordered, "order_placed", order("o", "EUR", "1.00"))
        });
    let options = Options::new()
        .with_window(Duration::from_secs(86_400))
        .unwrap();
    let period = days("2026-03-29", "2026-03-29", "Europe/Berlin");
    expect(
        &log.ledger().report(&period, &options),
        &[
            ("gmv.gmv_orders", "total", "2"),
            ("leaderboard.attributed_orders", "agent:a-in", "1"),
            ("leaderboard.attributed_orders", "agent:a-edge", "1"),
            ("leaderboard.attributed_orders", "agent:a-out", "none"),
        ],
    );
}

/// A day of 25 hours has one row, and its repeated hour one row of the hours.
#[test]
fn a_day_of_25_hours_has_one_row() {
    let instants = [
        "2019-11-03T03:59:59Z",
        "2019-11-03T04:00:00Z",
        "2019-11-03T05:30:00Z",
        "2019-11-03T06:30:00Z",
        "2019-11-04T04:30:00Z",
        "2019-11-04T05:00:00Z",
    ];
    let visitors = ["v1", "v2", "v3", "v4", "v5", "v6"];
    let events = visitors.into_iter().zip(instants);
    let log =
        log(events.map(|(visitor, at)| (visitor, at, "call_requested", call("c", "k", "visitor"))));
    let report = log.report_of("2019-11-01", "2019-11-05", "America/New_York");
    assert_eq!(report.requests.daily.len(), 5);
    expect(
        &report,
        &[
            ("requests.video", "day:2019-11-02", "1"),
            ("requests.video", "day:2019-11-03", "4"),
            ("requests.video", "day:2019-11-04", "1"),
            ("requests.video", "hour:1", "2"),
        ],
    );
}

/// The last seven days beside the same dates of a year with a leap day in between.
#[test]
fn a_week_is_compared_with_the_same_dates_of_the_year_before() {
    let period = days("2025-01-01", "2025-01-07", "UTC");
    let before = period.previous_year().unwrap();
    assert_eq!(before.start(), instant("2024-01-01T00:00:00Z"));
    assert_eq!(before.end(), instant("2024-01-08T00:00:00Z"));
    let requested = |visitor, at| (visitor, at, "call_requested", call("c", "k", "visitor"));
    let ledger = log([
        requested("a", "2025-01-06T12:00:00Z"),
        requested("b", "2024-01-06T12:00:00Z"),
        requested("d", "2024-01-07T12:00:00Z"),
    ])
    .ledger();
    let report = |period| ledger.report(period, &Options::new());
    let comparison = report(&period).compared_with(&report(&before));
    let day = "day:2025-01-06".parse().unwrap();
    let mut changes = comparison.changes.iter();
    let change = changes.find(|it| it.metric.id == "engage.calls.requested" && it.scope == day);
    let change = change.unwrap();
    assert_eq!(change.base_day, Some("2024-01-06".parse().unwrap()));
    assert_eq!(
        (change.value.clone(), change.base.clone()),
        (Some(1.into()), Some(1.into()))
    );
}
