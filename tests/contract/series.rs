//! Series: a period cut into steps of the calendar, and a report of each.

use std::num::NonZeroU16;

use crate::queries::query;
use chrono::Weekday;
use convometrics::event::WidgetEvent;
use convometrics::metrics::heat_map::{HeatMap, HeatMapCell};
use convometrics::{Event, Filter, Grain, Ledger, Options, Period};
use proptest::prelude::*;
use proptest::sample::select;

use crate::logs::{Log, days, instant};
use crate::nasty::{case, json};

fn count(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

fn steps() -> Vec<Grain> {
    vec![
        Grain::Hour,
        Grain::Hours(count(5)),
        Grain::Day,
        Grain::Days(count(2)),
        Grain::Week(Weekday::Mon),
        Grain::Week(Weekday::Sun),
        Grain::Month,
        Grain::Quarter,
        Grain::Year,
        Grain::Months(count(2)),
    ]
}

/// Monday 2 March 2026 at 09:10 and 10:05, and Monday 9 March at 10:55, in Paris.
#[test]
fn a_cell_is_an_hour_of_a_day_of_the_week() {
    let log = Log::new()
        .message("ann", "2026-03-02T08:10:00Z", "c", "visitor")
        .message("ann", "2026-03-02T08:11:00Z", "c", "ada")
        .call("ann", "2026-03-02T09:05:00Z", "c", "k1", "visitor")
        .call("ann", "2026-03-09T09:55:00Z", "c", "k2", "visitor");
    let period = days("2026-03-01", "2026-03-31", "Europe/Paris");
    let map = log
        .ledger()
        .view(query(&period, &Options::new()))
        .family::<HeatMap>();
    let cell = |weekday, hour| {
        let figures = map.at(weekday, hour).unwrap();
        [
            figures.requests,
            figures.conversations,
            figures.calls,
            figures.chats,
        ]
    };
    assert_eq!(cell(Weekday::Mon, 9), [1, 1, 0, 1]);
    assert_eq!(cell(Weekday::Mon, 10), [2, 0, 2, 0]);
    assert_eq!(cell(Weekday::Sun, 9), [0; 4]);
    assert_eq!(map.at(Weekday::Mon, 24), None);
    let json = serde_json::to_value(&map).unwrap();
    assert_eq!(json["cells"][6 * 24]["weekday"], "Sun");
    assert_eq!(
        json["cells"][10],
        serde_json::json!({"weekday": "Mon", "hour": 10, "requests": 2, "conversations": 0, "calls": 2, "chats": 0})
    );
    assert_eq!(serde_json::from_value::<HeatMap>(json).unwrap(), map);
}

/// Returns the sums of requests, conversations, calls and chats of cells.
fn total<'m>(cells: impl Iterator<Item = &'m HeatMapCell>) -> [u64; 4] {
    cells.fold([0; 4], |[requests, conversations, calls, chats], cell| {
        [
            requests + cell.requests,
            conversations + cell.conversations,
            calls + cell.calls,
            chats + cell.chats,
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One pass gives what a report of each step gives, byte for byte.
    #[test]
    fn each_report_of_a_series_is_that_of_its_step(case in case(), step in select(steps()), filtered in any::<bool>()) {
        let ledger = case.ledger();
        let filter = if filtered {
            Filter::new().only_channel(convometrics::Channel::Text)
        } else {
            Filter::new()
        };
        let view = ledger.view(query(&case.period, &case.options).with_filter(filter));
        let series = view.series(step).unwrap();
        let steps = case.period.steps(step).unwrap();
        prop_assert_eq!(series.len(), steps.len());
        for (report, period) in series.iter().zip(&steps) {
            prop_assert_eq!(json(report), json(&view.with_query(view.query().clone().with_period(period.clone())).report()));
        }
    }

    /// Cells add up to the report: all of them, those of an hour, and those of a day of the week.
    #[test]
    fn the_cells_of_a_heat_map_add_up_to_the_report(case in case()) {
        let report = case.report();
        let map = case.ledger().view(query(&case.period, &case.options)).family::<HeatMap>();
        let engage = (&report.engage.calls.organization, &report.engage.chats.organization);
        prop_assert_eq!(
            total(map.cells.iter()),
            [
                report.requests.total,
                report.conversations.total,
                engage.0.attempted + engage.0.requested,
                engage.1.attempted + engage.1.requested,
            ]
        );
        for row in &report.requests.by_hour {
            let cells = map.cells.iter().filter(|cell| cell.at.hour() == row.hour);
            prop_assert_eq!(total(cells)[0], row.text + row.video);
        }
        for day in map.cells.chunks(24) {
            let [_, conversations, calls_of_day, _] = total(day.iter());
            let is_it = |date: &chrono::NaiveDate| chrono::Datelike::weekday(date) == day[0].at.weekday();
            let daily = report.conversations.daily.iter().filter(|row| is_it(&row.date));
            prop_assert_eq!(conversations, daily.map(|row| row.total).sum::<u64>());
            let calls = report.engage.calls.daily.iter().filter(|row| is_it(&row.date));
            prop_assert_eq!(calls_of_day, calls.map(|row| row.attempted + row.requested).sum::<u64>());
        }
    }

    /// Steps leave nothing out and share nothing.
    #[test]
    fn steps_are_the_period(case in case(), step in select(steps())) {
        let steps = case.period.steps(step).unwrap();
        let ends = (steps.first().map(Period::start), steps.last().map(Period::end));
        if case.period.start() < case.period.end() {
            prop_assert_eq!(ends, (Some(case.period.start()), Some(case.period.end())));
        } else {
            prop_assert_eq!(ends, (None, None));
        }
        for pair in steps.windows(2) {
            prop_assert_eq!(pair[0].end(), pair[1].start());
        }
        prop_assert!(steps.iter().all(|step| step.start() < step.end()));
    }
}

#[test]
fn a_series_over_many_visitors_counts_each() {
    // So many that they are counted in several parts.
    const VISITORS: u64 = 20_000;
    let mut ledger = Ledger::new();
    for number in 0..VISITORS {
        let (id, visitor) = ("1".parse().unwrap(), format!("v{number}"));
        let at = instant("2026-03-02T09:00:00Z");
        let seen = Event::new(id, at, visitor.parse().unwrap(), WidgetEvent::Impression);
        ledger.record(&seen.unwrap()).unwrap();
    }
    let period = days("2026-03-02", "2026-03-03", "UTC");
    let series = ledger
        .view(query(&period, &Options::new()))
        .series(Grain::Day);
    let counts = series
        .unwrap()
        .into_iter()
        .map(|day| day.visitors.with_impression);
    assert_eq!(counts.collect::<Vec<_>>(), [VISITORS, 0]);
}

#[test]
fn days_of_a_series_are_the_daily_rows() {
    let period = days("2026-03-28", "2026-03-30", "Europe/Paris");
    let steps = period.steps(Grain::Day).unwrap();
    let dates: Vec<_> = steps.iter().flat_map(Period::dates).collect();
    assert_eq!(dates, period.dates());
    let hours: Vec<_> = steps
        .iter()
        .map(|day| (day.end() - day.start()).num_hours())
        .collect();
    assert_eq!(hours, [24, 23, 24]);
}

/// How many minutes each step has.
fn minutes(period: &Period, step: Grain) -> Vec<i64> {
    let steps = period.steps(step).unwrap();
    steps
        .iter()
        .map(|step| (step.end() - step.start()).num_minutes())
        .collect()
}

#[test]
fn an_hour_that_comes_twice_is_one_step_and_one_that_is_skipped_none() {
    // Paris: the hour from 3:00 follows 1:59 on 29 March, the hour from 2:00 comes twice on 25 October.
    let spring = minutes(
        &days("2026-03-29", "2026-03-29", "Europe/Paris"),
        Grain::Hour,
    );
    assert_eq!(
        (spring.len(), spring.iter().all(|hour| *hour == 60)),
        (23, true)
    );
    let autumn = minutes(
        &days("2026-10-25", "2026-10-25", "Europe/Paris"),
        Grain::Hour,
    );
    assert_eq!(
        (autumn.len(), autumn[1], autumn[2], autumn[3]),
        (24, 60, 120, 60)
    );
    // Lord Howe goes back from 2:00 to 1:30 on 5 April: the hour from 1 has 90 minutes.
    let lord_howe = minutes(
        &days("2026-04-05", "2026-04-05", "Australia/Lord_Howe"),
        Grain::Hour,
    );
    assert_eq!(
        (lord_howe.len(), lord_howe[0], lord_howe[1], lord_howe[2]),
        (24, 60, 90, 60)
    );
    // Kathmandu is 5:45 ahead: its hours do not begin with those of UTC.
    let kathmandu = days("2026-03-02", "2026-03-02", "Asia/Kathmandu")
        .steps(Grain::Hour)
        .unwrap();
    assert_eq!(kathmandu[1].start(), instant("2026-03-01T19:15:00Z"));
    // Saint John's went from 0:01 back to 23:01 on 29 October 2006: the day that had begun goes on with the hour from 23.
    let st_johns = minutes(
        &days("2006-10-29", "2006-10-29", "America/St_Johns"),
        Grain::Hour,
    );
    assert_eq!((st_johns[0], st_johns[1], st_johns[2]), (1, 59, 60));
}

#[test]
fn hours_are_counted_from_midnight() {
    let day = days("2026-03-02", "2026-03-03", "UTC");
    assert_eq!(minutes(&day, Grain::Hours(count(8))), [480; 6]);
    // 0, 10 and 20: the last has four hours.
    assert_eq!(
        minutes(&day, Grain::Hours(count(10))),
        [600, 600, 240, 600, 600, 240]
    );
    assert_eq!(minutes(&day, Grain::Hours(count(100))), [1440; 2]);
    // A period cut within an hour cuts the first and the last.
    let cut = Period::new(
        instant("2026-03-02T09:15:00Z"),
        instant("2026-03-02T11:30:00Z"),
        &"UTC".parse().unwrap(),
    );
    assert_eq!(minutes(&cut.unwrap(), Grain::Hour), [45, 60, 30]);
}

#[test]
fn weeks_begin_with_the_day_that_is_chosen() {
    // 1 March 2026 is a Sunday.
    let month = days("2026-03-01", "2026-03-31", "UTC");
    let starts = |first| {
        let steps = month.steps(Grain::Week(first)).unwrap();
        steps
            .iter()
            .map(|week| week.dates()[0].to_string()[8..].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(starts(Weekday::Mon), ["01", "02", "09", "16", "23", "30"]);
    assert_eq!(starts(Weekday::Sun), ["01", "08", "15", "22", "29"]);
    assert_eq!(starts(Weekday::Sat), ["01", "07", "14", "21", "28"]);
}

#[test]
fn months_quarters_and_years_are_those_of_the_calendar() {
    let period = days("2025-11-15", "2027-02-03", "UTC");
    let starts = |step| {
        let steps = period.steps(step).unwrap();
        steps
            .iter()
            .map(|step| step.dates()[0].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(starts(Grain::Month).len(), 16);
    assert_eq!(starts(Grain::Month)[1], "2025-12-01");
    assert_eq!(
        starts(Grain::Quarter),
        [
            "2025-11-15",
            "2026-01-01",
            "2026-04-01",
            "2026-07-01",
            "2026-10-01",
            "2027-01-01"
        ]
    );
    assert_eq!(
        starts(Grain::Year),
        ["2025-11-15", "2026-01-01", "2027-01-01"]
    );
    assert_eq!(
        starts(Grain::Months(count(6))),
        ["2025-11-15", "2026-01-01", "2026-07-01", "2027-01-01"]
    );
    // Seven from January 2025 on: August, then March and October 2026.
    assert_eq!(
        starts(Grain::Months(count(7))),
        ["2025-11-15", "2026-03-01", "2026-10-01"]
    );
    assert_eq!(
        starts(Grain::Days(count(200))),
        ["2025-11-15", "2026-06-03", "2026-12-20"]
    );
}

#[test]
fn too_many_steps_are_an_error_that_names_them() {
    // 365 days of 24 hours and more.
    let period = days("2025-01-01", "2026-12-31", "UTC");
    let error = period.steps(Grain::Hour).unwrap_err();
    assert!(matches!(
        error,
        convometrics::time::PeriodError::TooManySteps { .. }
    ));
    assert_eq!(
        error.to_string(),
        "`grain` is Hour, which gives 17520 steps; allowed: a grain that cuts the period into at most 10000 steps"
    );
    let ledger = convometrics::Ledger::new();
    assert_eq!(
        ledger
            .view(query(&period, &Options::new()))
            .series(Grain::Hour)
            .unwrap_err(),
        error
    );
    assert_eq!(
        ledger
            .view(query(&period, &Options::new()))
            .series(Grain::Day)
            .unwrap()
            .len(),
        730
    );
}
