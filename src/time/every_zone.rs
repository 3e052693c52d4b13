//! Days and hours partition every year from 2000 to 2037 in every zone of the database.
//!
//! The expected values follow from the local clock: the day of an instant has the latest date that the clock has shown
//! so far, and its hour is the hour on the clock. The clock is read on both sides of each midnight and of each change.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use rayon::prelude::*;

use super::{Calendar, Instant, MICROS_A_SECOND, Period, Zone};

const HOUR: i64 = 3_600 * MICROS_A_SECOND;
const DAY: i64 = 24 * HOUR;
/// Longer than the time between the start of a local year and that of UTC.
const AROUND: i64 = 3 * DAY;

/// The offsets of a year and the days around it, each with its first instant.
type Clocks = Vec<(i64, i32)>;

fn new_year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap()
}

fn micros(date: NaiveDate) -> i64 {
    date.and_hms_opt(0, 0, 0)
        .unwrap()
        .and_utc()
        .timestamp_micros()
}

fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap()
}

/// Returns the first instant to check for a year, and the first one after them.
fn bounds(year: i32) -> (i64, i64) {
    (
        micros(new_year(year)) - AROUND,
        micros(new_year(year + 1)) + AROUND,
    )
}

fn clocks(rules: &TimeZone, year: i32) -> Clocks {
    let (first, end) = bounds(year);
    let changes = rules
        .following(timestamp(first))
        .map(|change| (change.timestamp().as_microsecond(), change.offset()));
    let changes = changes.take_while(|(at, _)| *at < end);
    let before = (first, rules.to_offset(timestamp(first)));
    let all = std::iter::once(before).chain(changes);
    all.map(|(at, offset)| (at, offset.seconds())).collect()
}

/// A stretch of time within one hour of the clock.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    start: i64,
    end: i64,
    /// The local time at the start: in microseconds as if it were UTC, and its day and hour.
    local: i64,
    day: i64,
    hour: usize,
    /// Whether the clock changes at its start or end.
    is_beside_change: bool,
}

/// Returns the stretches between full hours and changes of the clock, ascending and without gaps.
fn stretches(clocks: &Clocks, end: i64) -> impl Iterator<Item = Stretch> + '_ {
    let ends = clocks.iter().skip(1).map(|(at, _)| *at).chain([end]);
    let between = clocks.iter().zip(ends);
    between.flat_map(|((change, offset), next_change)| {
        let ahead = i64::from(*offset) * MICROS_A_SECOND;
        let mut start = *change;
        std::iter::from_fn(move || {
            let local = start + ahead;
            let full_hour = start + HOUR - local.rem_euclid(HOUR);
            let stretch = Stretch {
                start,
                end: full_hour.min(next_change),
                local,
                day: local.div_euclid(DAY),
                hour: usize::try_from(local.rem_euclid(DAY) / HOUR).unwrap(),
                is_beside_change: start == *change || full_hour >= next_change,
            };
            start = stretch.end;
            (stretch.start < next_change).then_some(stretch)
        })
    })
}

fn date(day: i64) -> NaiveDate {
    let days = chrono::TimeDelta::days(day);
    NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + days
}

/// Asserts that the clock agrees with a stretch at its start and at its last microsecond.
fn assert_shown(rules: &TimeZone, stretch: Stretch) {
    let shown = |at| {
        let civil = rules.to_datetime(timestamp(at));
        TimeZone::UTC.to_timestamp(civil).unwrap().as_microsecond()
    };
    let length = stretch.end - stretch.start;
    assert_eq!(shown(stretch.start), stretch.local, "{rules:?} {stretch:?}");
    assert_eq!(
        shown(stretch.end - 1),
        stretch.local + length - 1,
        "{rules:?} {stretch:?}"
    );
}

/// Checks a year of a zone and returns its dates.
fn assert_year(name: &str, year: i32, clocks: &Clocks) -> Vec<NaiveDate> {
    let rules = TimeZoneDatabase::bundled().get(name).unwrap();
    let zone = Zone::new(name).unwrap();
    let (first, last) = (new_year(year), new_year(year + 1).pred_opt().unwrap());
    let period = Period::from_dates(first, last, &zone).unwrap();
    let calendar = Calendar::new(&period);

    // The days found, each with its first instant, and the lengths of all days and hours.
    let mut days: Vec<(i64, i64)> = Vec::new();
    let (mut day_lengths, mut hour_lengths) = (0, [0_i64; 24]);
    let (mut latest, mut place, mut end) = (i64::MIN, None, None);
    for stretch in stretches(clocks, bounds(year).1) {
        let (start, last, hour) = (stretch.start, stretch.end - 1, stretch.hour);
        if stretch.is_beside_change || hour == 0 || hour == 23 {
            assert_shown(&rules, stretch);
        }
        if stretch.day > latest {
            latest = stretch.day;
            place = (date(latest).year() == year).then_some(days.len());
            match place {
                Some(_) => days.push((latest, start)),
                None if date(latest).year() > year => end = end.or(Some(start)),
                None => {}
            }
        }
        for at in [start, start + 1, last] {
            let at = Instant::from_micros(at);
            assert_eq!(calendar.day(at), place, "{name} {at:?}");
            assert!(
                place.is_none() || calendar.hour(at) == hour,
                "{name} {at:?}"
            );
        }
        if place.is_some() {
            day_lengths += stretch.end - start;
            hour_lengths[hour] += stretch.end - start;
        }
    }

    let dates: Vec<NaiveDate> = days.iter().map(|(day, _)| date(*day)).collect();
    assert_eq!(calendar.dates, dates, "{name} {year}");
    let end = end.unwrap();
    assert_eq!(
        (period.start.micros(), period.end.micros()),
        (days[0].1, end),
        "{name} {year}"
    );
    assert_eq!(day_lengths, end - days[0].1, "{name} {year}");
    assert_eq!(hour_lengths.iter().sum::<i64>(), day_lengths);
    let after = Period::from_dates(new_year(year + 1), new_year(year + 1), &zone).unwrap();
    assert_eq!(after.start, period.end, "{name} {year}");
    assert_days_by_themselves(&zone, &days, end, clocks);
    dates
}

/// Asserts that each day near a change of the clock is the same alone as in the year.
fn assert_days_by_themselves(zone: &Zone, days: &[(i64, i64)], end: i64, clocks: &Clocks) {
    let ends = days.iter().skip(1).map(|(_, start)| *start).chain([end]);
    for ((day, start), end) in days.iter().zip(ends) {
        let mut changes = clocks.iter().map(|(change, _)| *change);
        if !changes.any(|change| start - 2 * DAY < change && change < end + 2 * DAY) {
            continue;
        }
        let day = date(*day);
        let alone = Period::from_dates(day, day, zone).unwrap();
        let found = (alone.start.micros(), alone.end.micros());
        assert_eq!(found, (*start, end), "{zone} {day}");
        for at in [*start, start + 1, end - 1] {
            assert_eq!(Calendar::date_of(Instant::from_micros(at), zone), day);
        }
        let before = Calendar::date_of(Instant::from_micros(start - 1), zone);
        assert!(before < day, "{zone} {day}");
    }
}

#[test]
fn days_and_hours_partition_every_year_of_every_zone() {
    let database = TimeZoneDatabase::bundled();
    let names: Vec<String> = database.available().map(|name| name.to_string()).collect();
    assert!(names.len() > 590);
    // Zones with the same clock changes in a year, links among them, are checked once for that year.
    let mut alike: BTreeMap<(i32, Clocks), Vec<&str>> = BTreeMap::new();
    for name in &names {
        let rules = database.get(name).unwrap();
        for year in 2000..=2037 {
            let key = (year, clocks(&rules, year));
            alike.entry(key).or_default().push(name);
        }
    }
    let skipped = alike.par_iter().flat_map_iter(|((year, clocks), names)| {
        let dates = assert_year(names[0], *year, clocks);
        let all = new_year(*year)
            .iter_days()
            .take_while(|date| date.year() == *year);
        let mut dates = dates.into_iter().peekable();
        // Both are ascending.
        let skipped: Vec<NaiveDate> = all
            .filter(|date| dates.next_if_eq(date).is_none())
            .collect();
        names.iter().flat_map(move |name| {
            let skipped = skipped.clone().into_iter();
            skipped.map(move |date| format!("{name} {date}"))
        })
    });
    let mut skipped: Vec<String> = skipped.collect();
    skipped.sort();
    // Two zones crossed the date line.
    assert_eq!(
        skipped,
        ["Pacific/Apia 2011-12-30", "Pacific/Fakaofo 2011-12-30"]
    );
}
