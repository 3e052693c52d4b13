//! Days and hours of a zone, by another implementation of the zones' rules than the library's.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use convometrics::Period;
use serde_json::{Value, json};

/// A local day that the period touches: from its first instant to that of the next date that there is.
pub(super) struct Day {
    pub(super) date: NaiveDate,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Day {
    pub(super) fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.to
    }
}

pub(super) fn zone(period: &Period) -> Tz {
    period.zone().name().parse().unwrap()
}

/// The first instant that carries a date; `None` where the zone skipped it.
fn first_instant(date: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = date.and_hms_opt(0, 0, 0).unwrap();
    (0..24 * 60).find_map(|minute| {
        let local = midnight + TimeDelta::minutes(minute);
        // A local time that comes twice came first with its earlier instant; one in a gap never came.
        let first = zone.from_local_datetime(&local).earliest()?;
        Some(first.to_utc())
    })
}

/// All days that the period touches, ascending.
pub(super) fn days(period: &Period) -> Vec<Day> {
    let (from, to, zone) = (period.start(), period.end(), zone(period));
    let mut date = from.date_naive() - Days::new(3);
    let mut starts = Vec::new();
    while date <= to.date_naive() + Days::new(4) {
        if let Some(first) = first_instant(date, zone) {
            starts.push((date, first));
        }
        date = date + Days::new(1);
    }
    let days = starts.windows(2).map(|pair| Day {
        date: pair[0].0,
        from: pair[0].1,
        to: pair[1].1,
    });
    days.filter(|day| from < to && day.from < to && from < day.to)
        .collect()
}

/// The local hour of the day; one that comes twice is one.
pub(super) fn hour(at: DateTime<Utc>, zone: Tz) -> usize {
    at.with_timezone(&zone).hour() as usize
}

/// No fraction when it is zero, else six digits.
fn fraction(at: DateTime<Utc>) -> String {
    match at.timestamp_subsec_micros() {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    }
}

/// An instant as a report writes it: UTC with `Z`.
pub(super) fn utc(at: DateTime<Utc>) -> String {
    format!("{}{}Z", at.format("%Y-%m-%dT%H:%M:%S"), fraction(at))
}

pub(super) fn echo(period: &Period) -> Value {
    let zone = zone(period);
    let local = |at: DateTime<Utc>| {
        let there = at.with_timezone(&zone);
        let (time, offset) = (there.format("%Y-%m-%dT%H:%M:%S"), there.format("%:z"));
        format!("{time}{}{offset}", fraction(at))
    };
    json!({
        "from": local(period.start()),
        "to": local(period.end()),
        "zone": period.zone().name(),
    })
}
