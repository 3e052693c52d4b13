//! Every zone of the database, every year from 2000 to 2037: days and hours partition each year.
//!
//! What is expected follows from what the clocks show: the day of an instant has the latest date that they have shown
//! so far, its hour is the one on the clock. They are asked at both sides of each midnight and of each change.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use rayon::prelude::*;

use super::{Calendar, Instant, MICROS_A_SECOND, Period, Zone};

const HOUR: i64 = 3_600 * MICROS_A_SECOND;
const DAY: i64 = 24 * HOUR;
/// No local year starts so long before or after that of UTC.
const AROUND: i64 = 3 * DAY;

/// The offsets of a year and the days around it, each with the instant from which it holds.
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

/// The first instant that is looked at for a year, and the one after the last.
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
    /// What the clock shows at the start: microseconds as if it were that of UTC, the day they lie in, the hour of it.
    local: i64,
    day: i64,
    hour: usize,
    /// Whether it starts or ends with a change of the clock.
    is_beside_change: bool,
}

/// The stretches from each full hour of the clock and each change to the next, ascending and without a gap.
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

/// Asserts that the clock shows what the stretch says, at its start and at its last microsecond.
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

/// Walks through a year of a zone; gives the dates that it has.
fn assert_year(name: &str, year: i32, clocks: &Clocks) -> Vec<NaiveDate> {
    let rules = TimeZoneDatabase::bundled().get(name).unwrap();
    let zone = Zone::new(name).unwrap();
    let (first, last) = (new_year(year), new_year(year + 1).pred_opt().unwrap());
    let period = Period::from_dates(first, last, &zone).unwrap();
    let calendar = Calendar::new(&period);

    // The days that were met, each with its first instant; lengths of all days and hours.
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
    assert_eq!(calendar.dates(), dates, "{name} {year}");
    let end = end.unwrap();
    assert_eq!(
        (
            period.start_instant().micros(),
            period.end_instant().micros()
        ),
        (days[0].1, end),
        "{name} {year}"
    );
    assert_eq!(day_lengths, end - days[0].1, "{name} {year}");
    assert_eq!(hour_lengths.iter().sum::<i64>(), day_lengths);
    let after = Period::from_dates(new_year(year + 1), new_year(year + 1), &zone).unwrap();
    assert_eq!(after.start_instant(), period.end_instant(), "{name} {year}");
    assert_days_by_themselves(&zone, &days, end, clocks);
    dates
}

/// Asserts that each day around a change of the clocks is, asked for alone, what it is in the year.
fn assert_days_by_themselves(zone: &Zone, days: &[(i64, i64)], end: i64, clocks: &Clocks) {
    let ends = days.iter().skip(1).map(|(_, start)| *start).chain([end]);
    for ((day, start), end) in days.iter().zip(ends) {
        let mut changes = clocks.iter().map(|(change, _)| *change);
        if !changes.any(|change| start - 2 * DAY < change && change < end + 2 * DAY) {
            continue;
        }
        let day = date(*day);
        let alone = Period::from_dates(day, day, zone).unwrap();
        let found = (alone.start_instant().micros(), alone.end_instant().micros());
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
    // Zones whose clocks change alike in a year, links among them, are walked through once for that year.
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
        // Both ascend.
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
