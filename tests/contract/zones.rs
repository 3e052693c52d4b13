//! An event an hour through a whole year of zones with hard clocks: each counts in one day and in one hour.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use convometrics::event::{Author, ChatEvent};
use convometrics::{Event, Ledger, Options, Period, Zone};
use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;

/// The quarters of the hours of 370 days, each with the local date and hour that a clock of the zone shows. All
/// midnights here lie at a quarter of an hour.
fn quarters(
    zone: &str,
    start: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, (NaiveDate, usize))> {
    let rules = TimeZoneDatabase::bundled().get(zone).unwrap();
    (0..370 * 24 * 4).map(move |quarter| {
        let at = start + TimeDelta::minutes(15 * quarter);
        let shown = rules.to_datetime(Timestamp::from_second(at.timestamp()).unwrap());
        let (year, month, day) = (shown.year().into(), shown.month(), shown.day());
        let unsigned = |number: i8| u32::try_from(number).unwrap();
        let date = NaiveDate::from_ymd_opt(year, unsigned(month), unsigned(day)).unwrap();
        (at, (date, usize::try_from(shown.hour()).unwrap()))
    })
}

fn request(number: i64, at: DateTime<Utc>) -> Event {
    let id = number.to_string();
    let conversation = id.parse().unwrap();
    let by = Author::Visitor;
    let kind = ChatEvent::MessageSent { conversation, by };
    Event::new(id.parse().unwrap(), at, "ann".parse().unwrap(), kind).unwrap()
}

#[test]
fn hourly_events_count_in_their_local_day_and_hour() {
    for (zone, year, hours) in [
        // Clocks go back over midnight, from 00:01 to 23:01, and forward at 00:01.
        ("America/St_Johns", 2006, 8_760),
        // Half an hour forward and back.
        ("Australia/Lord_Howe", 2026, 8_760),
        // A date that is skipped: the year has 364 days.
        ("Pacific/Apia", 2011, 8_736),
        // Midnights that come twice, and that do not exist.
        ("America/Havana", 2026, 8_760),
        // 45 minutes beside the full hour.
        ("Pacific/Chatham", 2027, 8_760),
        // Four changes of the clock: summer time pauses for Ramadan.
        ("Africa/Cairo", 2014, 8_760),
        // Back by half an hour for good.
        ("Asia/Pyongyang", 2015, 8_760 + 1),
    ] {
        let start: DateTime<Utc> = format!("{}-12-30T00:00:00Z", year - 1).parse().unwrap();
        let mut ledger = Ledger::new();
        let mut daily: BTreeMap<NaiveDate, u64> = BTreeMap::new();
        let mut by_hour = [0; 24];
        // Once a date has begun, an hour that repeats the evening before belongs to it.
        let mut latest = NaiveDate::MIN;
        for (number, (at, (date, hour))) in (0..).zip(quarters(zone, start)) {
            latest = latest.max(date);
            if at.minute() == 0 {
                ledger.record(&request(number, at)).unwrap();
                if latest.year() == year {
                    *daily.entry(latest).or_default() += 1;
                    by_hour[hour] += 1;
                }
            }
        }

        let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let period =
            Period::from_dates(day(1, 1), day(12, 31), &zone.parse::<Zone>().unwrap()).unwrap();
        let requests = ledger.report(&period, &Options::new()).requests;
        assert_eq!(requests.daily.len(), daily.len(), "{zone}");
        for row in &requests.daily {
            assert_eq!(daily.get(&row.date), Some(&row.text), "{zone} {}", row.date);
        }
        let found: Vec<u64> = requests.by_hour.iter().map(|row| row.text).collect();
        assert_eq!(found, by_hour, "{zone}");
        assert_eq!(requests.total, hours, "{zone}");
        assert_eq!(found.iter().sum::<u64>(), hours, "{zone}");
    }
}
