//! The local days and hours of a period.
//!
//! A local day starts at the first instant with its date and ends at the start of the next day. So days have no
//! overlaps and no gaps, even if clocks go back over midnight: the repeated hour of the evening before belongs to the
//! date that has begun. A date that a zone skipped has no day.

use chrono::{NaiveDate, NaiveTime};

use super::{Instant, MICROS_A_SECOND, Period, Zone};

const DAY: i64 = 86_400 * MICROS_A_SECOND;
/// Longer than any day: a zone that crosses the date line eastwards has a date of 48 hours.
const LOOKBACK: i64 = 3 * DAY;

/// The days and hours of one period.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    /// The start of the period.
    pub(crate) from: Instant,
    /// The exclusive end of the period.
    pub(crate) to: Instant,
    /// The dates of the days that the period touches, ascending.
    pub(crate) dates: Vec<NaiveDate>,
    /// The first instant of each date. That of the first date may be before the period.
    pub(crate) starts: Vec<Instant>,
    /// The stretches of constant offset, each with its first instant.
    offsets: Vec<(Instant, i32)>,
}

impl Calendar {
    pub(crate) fn new(period: &Period) -> Self {
        let (from, to) = (period.start, period.end);
        let offsets = period.zone().offsets(before(from), to);
        let mut own_days: Vec<(Instant, NaiveDate)> = days(&offsets, to).collect();
        let started = own_days.partition_point(|(start, _)| *start <= from);
        own_days.drain(..started.saturating_sub(1));
        if from == to {
            own_days.clear();
        }
        let (starts, dates) = own_days.into_iter().unzip();
        Self {
            from,
            to,
            dates,
            starts,
            offsets,
        }
    }

    /// Creates a calendar with all of time as a single day.
    pub(crate) fn always() -> Self {
        Self {
            from: Instant::MIN,
            to: Instant::from_micros(Instant::MAX.micros() + 1),
            dates: vec![NaiveDate::MIN],
            starts: vec![Instant::MIN],
            offsets: Vec::new(),
        }
    }

    /// Returns whether `[from, to)` may have at most this number of days. This cheap test precedes the listing of days.
    pub(crate) fn spans_at_most(from: Instant, to: Instant, days: usize) -> bool {
        i64::try_from(days).is_ok_and(|days| to.since(from) <= (days + 3) * DAY)
    }

    /// Returns the date of the local day of an instant.
    pub(crate) fn date_of(at: Instant, zone: &Zone) -> NaiveDate {
        let next = Instant::from_micros(at.micros() + 1);
        days(&zone.offsets(before(at), at), next)
            .last()
            .expect("every instant lies in a local day")
            .1
    }

    pub(crate) fn contains(&self, at: Instant) -> bool {
        self.from <= at && at < self.to
    }

    /// Returns the index of the local day of an instant; `None` outside the period.
    pub(crate) fn day(&self, at: Instant) -> Option<usize> {
        if !self.contains(at) {
            return None;
        }
        // The first day starts at the start of the period or before. Most days have 24 hours, so the day is found at
        // once, or a few days beside.
        let days = usize::try_from(at.since(self.starts[0]) / DAY);
        let days = days.expect("the first day starts before its instants");
        let mut day = days.min(self.starts.len() - 1);
        while at < self.starts[day] {
            day -= 1;
        }
        while self.starts.get(day + 1).is_some_and(|next| *next <= at) {
            day += 1;
        }
        Some(day)
    }

    /// Returns the local hour of an instant, 0 to 23. A repeated hour has one number.
    pub(crate) fn hour(&self, at: Instant) -> usize {
        let stretch = self.offsets.partition_point(|(start, _)| *start <= at);
        let offset = self.offsets[..stretch]
            .last()
            .map_or(0, |(_, offset)| *offset);
        let local = at.micros() + i64::from(offset) * MICROS_A_SECOND;
        let hour = local.rem_euclid(DAY) / (3_600 * MICROS_A_SECOND);
        usize::try_from(hour).expect("a remainder is not negative")
    }

    /// Returns the starts of groups of `hours` local hours within the period. The first may be before the period.
    pub(crate) fn hour_starts(&self, hours: usize) -> Vec<Instant> {
        const HOUR: i64 = 3_600 * MICROS_A_SECOND;
        let mut changes = self.starts.clone();
        let ends = self.offsets.iter().skip(1).map(|(start, _)| *start);
        for ((start, offset), end) in self.offsets.iter().zip(ends.chain([self.to])) {
            let start = (*start).max(self.starts.first().copied().unwrap_or(self.to));
            let end = end.min(self.to);
            changes.extend((start < end).then_some(start));
            let ahead = i64::from(*offset) * MICROS_A_SECOND;
            let first = (start.micros() + ahead).div_euclid(HOUR) + 1;
            let hours = (first..).map(|hour| Instant::from_micros(hour * HOUR - ahead));
            changes.extend(hours.take_while(|at| *at < end));
        }
        changes.sort_unstable();
        let day = |at: Instant| self.starts.partition_point(|start| *start <= at);
        changes.dedup_by_key(|at| (day(*at), self.hour(*at) / hours));
        // Of the groups before the period, only the last reaches into it.
        let earlier = changes.partition_point(|at| *at <= self.from);
        changes.drain(..earlier.saturating_sub(1));
        changes
    }
}

/// Returns the first instant whose local date is `date` or later; `None` outside the range of instants.
pub(crate) fn first_instant_from(date: NaiveDate, zone: &Zone) -> Option<Instant> {
    let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    // No rules can be looked up outside the range of instants. A day of slack keeps the dates at both ends.
    if !(Instant::MIN.micros() - DAY..=Instant::MAX.micros() + DAY).contains(&midnight) {
        return None;
    }
    let from = before(Instant::from_micros(midnight));
    let to = Instant::from_micros(midnight + LOOKBACK);
    days(&zone.offsets(from, to), to)
        .find(|(_, found)| *found >= date)
        .map(|(start, _)| start)
        .filter(|start| (Instant::MIN..=Instant::MAX).contains(start))
}

fn before(at: Instant) -> Instant {
    Instant::from_micros(at.micros() - LOOKBACK)
}

/// Returns the days that start before `to`, each with its first instant, in ascending order. The first day may have
/// started before the first stretch.
fn days(offsets: &[(Instant, i32)], to: Instant) -> impl Iterator<Item = (Instant, NaiveDate)> {
    let ends = offsets.iter().skip(1).map(|(start, _)| *start).chain([to]);
    let mut latest: Option<NaiveDate> = None;
    offsets
        .iter()
        .zip(ends)
        .flat_map(move |((start, offset), end)| {
            let ahead = i64::from(*offset) * MICROS_A_SECOND;
            let first = (start.micros() + ahead).div_euclid(DAY);
            let last = (end.micros().min(to.micros()) - 1 + ahead).div_euclid(DAY);
            let start = *start;
            (first..=last).map(move |day| {
                let begins = Instant::from_micros(day * DAY - ahead).max(start);
                (begins, day)
            })
        })
        .filter_map(move |(begins, day)| {
            let date = NaiveDate::from_epoch_days(i32::try_from(day).ok()?)?;
            if begins >= to || latest.is_some_and(|latest| date <= latest) {
                return None;
            }
            latest = Some(date);
            Some((begins, date))
        })
}

#[cfg(test)]
mod tests {
    use crate::time::PeriodError;
    use chrono::Days;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn hours(first: &str, last: &str, name: &str) -> Vec<(String, i64)> {
        let zone = zone(name);
        let period = Period::from_dates(date(first), date(last), &zone).unwrap();
        let calendar = Calendar::new(&period);
        let ends = calendar.starts.iter().skip(1).copied().chain([period.end]);
        calendar
            .dates
            .iter()
            .zip(calendar.starts.iter().zip(ends))
            .map(|(date, (start, end))| {
                (date.to_string(), end.since(*start) / (60 * MICROS_A_SECOND))
            })
            .collect()
    }

    fn minutes(first: &str, last: &str, name: &str) -> Vec<i64> {
        hours(first, last, name)
            .into_iter()
            .map(|(_, minutes)| minutes)
            .collect()
    }

    #[test]
    fn days_have_23_24_25_and_half_hours_where_clocks_change() {
        assert_eq!(
            minutes("2026-03-28", "2026-03-30", "Europe/Paris"),
            [1440, 1380, 1440]
        );
        assert_eq!(
            minutes("2026-10-24", "2026-10-26", "Europe/Paris"),
            [1440, 1500, 1440]
        );
        // Lord Howe moves by half an hour: forward on 4 October 2026, back on 5 April 2026.
        assert_eq!(
            minutes("2026-10-04", "2026-10-04", "Australia/Lord_Howe"),
            [1410]
        );
        assert_eq!(
            minutes("2026-04-05", "2026-04-05", "Australia/Lord_Howe"),
            [1470]
        );
    }

    #[test]
    fn day_without_midnight_starts_at_one() {
        // São Paulo went from 00:00 to 01:00 on 4 November 2018: the day starts at 03:00 UTC and has 23 hours.
        let zone = zone("America/Sao_Paulo");
        let period = Period::from_dates(date("2018-11-04"), date("2018-11-04"), &zone).unwrap();
        assert_eq!(period.start, at("2018-11-04T03:00:00Z"));
        assert_eq!(
            minutes("2018-11-03", "2018-11-05", "America/Sao_Paulo"),
            [1440, 1380, 1440]
        );
        assert_eq!(Calendar::new(&period).hour(at("2018-11-04T03:00:00Z")), 1);
    }

    #[test]
    fn day_that_starts_at_the_end_of_the_period_is_not_included() {
        // The next day starts at 01:00. Its midnight, which does not exist, would be the end of the period.
        for (last, name) in [
            ("2026-03-07", "America/Havana"),
            ("2018-11-03", "America/Sao_Paulo"),
        ] {
            assert_eq!(minutes(last, last, name), [1440], "{name}");
        }
        let ten_years = Period::from_dates(
            date("2016-02-29"),
            date("2026-03-07"),
            &zone("America/Havana"),
        );
        assert_eq!(ten_years.unwrap().dates().len(), 3660);
    }

    #[test]
    fn day_with_two_midnights_starts_at_the_first() {
        // Havana goes from 01:00 back to 00:00 on 1 November 2026: midnight at 04:00 UTC, and again at 05:00 UTC.
        let zone = zone("America/Havana");
        let period = Period::from_dates(date("2026-11-01"), date("2026-11-01"), &zone).unwrap();
        assert_eq!(period.start, at("2026-11-01T04:00:00Z"));
        let calendar = Calendar::new(&period);
        assert_eq!(calendar.day(at("2026-11-01T05:00:00Z")), Some(0));
        assert_eq!(calendar.hour(at("2026-11-01T04:30:00Z")), 0);
        assert_eq!(calendar.hour(at("2026-11-01T05:30:00Z")), 0); // a repeated hour has one number
        assert_eq!(
            minutes("2026-10-31", "2026-11-02", "America/Havana"),
            [1440, 1500, 1440]
        );
    }

    #[test]
    fn evening_repeated_after_midnight_belongs_to_the_day_that_has_begun() {
        // St John's went back from 00:01 to 23:01 in the night to 29 October 2006. The 29th started at 02:30 UTC.
        let zone = zone("America/St_Johns");
        let period = Period::from_dates(date("2006-10-28"), date("2006-10-29"), &zone).unwrap();
        let calendar = Calendar::new(&period);
        let repeated = at("2006-10-29T02:45:00Z"); // 23:15 local time, on the evening of the 28th
        assert_eq!(calendar.hour(repeated), 23);
        assert_eq!(calendar.day(repeated), Some(1));
        assert_eq!(Calendar::date_of(repeated, &zone), date("2006-10-29"));
        assert_eq!(
            minutes("2006-10-28", "2006-10-29", "America/St_Johns"),
            [1440, 1500]
        );
    }

    #[test]
    fn skipped_date_has_no_day() {
        // Samoa crossed the date line at the end of 29 December 2011.
        let days = hours("2011-12-29", "2011-12-31", "Pacific/Apia");
        assert_eq!(
            days,
            [("2011-12-29".into(), 1440), ("2011-12-31".into(), 1440)]
        );
        let zone = zone("Pacific/Apia");
        let skipped = Period::from_dates(date("2011-12-30"), date("2011-12-30"), &zone).unwrap();
        assert_eq!(skipped.start(), skipped.end());
        assert!(skipped.dates().is_empty());
    }

    #[test]
    fn rules_of_zones_are_current() {
        for (name, offset) in [
            ("America/Edmonton", -6),
            ("America/Vancouver", -7),
            ("Africa/Casablanca", 0),
        ] {
            assert_eq!(
                zone(name).offset_at(at("2026-12-01T12:00:00Z")),
                offset * 3600,
                "{name}"
            );
        }
    }

    #[test]
    fn period_that_starts_within_a_day_includes_that_day() {
        let utc = Zone::utc();
        let period = Period::new(
            at("2026-03-01T23:59:59.999999Z").to_utc(),
            at("2026-03-02T00:00:00.000001Z").to_utc(),
            &utc,
        )
        .unwrap();
        let calendar = Calendar::new(&period);
        assert_eq!(calendar.dates, [date("2026-03-01"), date("2026-03-02")]);
        assert_eq!(calendar.day(at("2026-03-01T23:59:59.999999Z")), Some(0));
        assert_eq!(calendar.day(at("2026-03-02T00:00:00Z")), Some(1));
        assert_eq!(calendar.day(at("2026-03-02T00:00:00.000001Z")), None); // half-open
    }

    #[test]
    fn period_has_at_most_3660_days() {
        let first = date("2020-01-01");
        let last = |days| first.checked_add_days(Days::new(days)).unwrap();
        for name in ["UTC", "Europe/Paris", "Pacific/Apia"] {
            assert!(
                Period::from_dates(first, last(3_659), &zone(name)).is_ok(),
                "{name}"
            );
            let error = Period::from_dates(first, last(3_660), &zone(name)).unwrap_err();
            assert!(matches!(error, PeriodError::TooLong { .. }), "{error:?}");
        }
        assert!(Period::from_dates(last(1), first, &Zone::utc()).is_err());
        assert!(Period::from_dates(NaiveDate::MIN, NaiveDate::MAX, &Zone::utc()).is_err());
        assert!(Period::from_dates(NaiveDate::MAX, NaiveDate::MAX, &Zone::utc()).is_err());
        assert!(Period::from_dates(date("9999-12-30"), date("9999-12-30"), &Zone::utc()).is_ok());
        assert!(Period::from_dates(date("0000-01-01"), date("0000-01-02"), &Zone::utc()).is_ok());
    }
}
