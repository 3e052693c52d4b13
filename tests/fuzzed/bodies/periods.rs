//! Periods, zones and options of any dates, instants and texts: a value that holds, or an error that names the option.

use std::error::Error;

use arbitrary::{Result, Unstructured};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use convometrics::attribution::Fraction;
use convometrics::event::WidgetEvent;
use convometrics::metrics::conversation::ConversationMetrics;
use convometrics::money::{Amount, ExactSum};
use convometrics::{Currency, Event, Ledger, Options, Period, Query, Zone};

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Paris",
    "Pacific/Apia",
    "America/St_Johns",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "Africa/Monrovia",
    "Antarctica/Troll",
];

/// The ends of what chrono holds, of what an instant may be, and a change of the clock.
const SECONDS: [i64; 6] = [
    -8_334_601_228_800,
    8_210_266_876_799,
    -62_167_219_200,
    253_402_300_799,
    0,
    1_325_239_200,
];

fn zone(u: &mut Unstructured<'_>) -> Result<Zone> {
    if u.ratio(1_u8, 4)? {
        let text = u.arbitrary::<&str>()?;
        return Ok(match text.parse::<Zone>() {
            Ok(zone) => {
                assert_eq!(zone.name(), text);
                zone
            }
            Err(error) => {
                assert!(!error.found().is_empty());
                Zone::utc()
            }
        });
    }
    Ok(u.choose(&ZONES)?.parse().unwrap())
}

fn instant(u: &mut Unstructured<'_>) -> Result<DateTime<Utc>> {
    let seconds = match u.int_in_range(0..=3_u8)? {
        0 => u.arbitrary()?,
        1 => *u.choose(&SECONDS)?,
        2 => u
            .choose(&SECONDS)?
            .saturating_add(u.arbitrary::<i32>()?.into()),
        _ => u.arbitrary::<i32>()?.into(),
    };
    // From a full second on up to a leap second.
    let nanos = *u.choose(&[0, 1, 999, 1_000, 999_999_999, 1_000_000_000, 1_999_999_999])?;
    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    let or = *u.choose(&ends)?;
    Ok(DateTime::from_timestamp(seconds, nanos).unwrap_or(or))
}

fn date(u: &mut Unstructured<'_>) -> Result<NaiveDate> {
    let years = [
        -262_143, -1, 0, 1, 1582, 1970, 2011, 2026, 9999, 10_000, 262_142,
    ];
    let year = *u.choose(&years)?;
    let day = u.int_in_range(1..=366)?;
    let ends = [NaiveDate::MIN, NaiveDate::MAX];
    let or = *u.choose(&ends)?;
    Ok(NaiveDate::from_yo_opt(year, day).unwrap_or(or))
}

fn assert_holds(period: &Period) {
    assert!(period.start() <= period.end());
    let dates = period.dates();
    assert!(dates.len() <= 3_660);
    assert!(dates.is_sorted_by(|a, b| a < b));
    assert_eq!(dates.is_empty(), period.start() == period.end());
    let last = period.end() - TimeDelta::microseconds(1);
    if let (Some(first_date), Some(last_date)) = (dates.first(), dates.last()) {
        assert_eq!(period.zone().date(period.start()), *first_date);
        assert_eq!(period.zone().date(last), *last_date);
    }
    let json = serde_json::to_string(period).unwrap();
    assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), *period);
    // A report of it has its days.
    let query = Query::new(period.clone());
    let report = Ledger::new().view(query).family::<ConversationMetrics>();
    assert!(report.daily.iter().map(|row| row.date).eq(dates));
}

fn assert_names(name: &str, error: &dyn Error) {
    let text = error.to_string();
    assert!(text.contains(&format!("`{name}` is ")), "{text}");
    assert!(text.contains("allowed: ") && text.len() < 1_000, "{text}");
}

fn assert_instant(at: DateTime<Utc>, zone: &Zone) {
    let date = zone.date(at);
    if let Err(error) = Options::new().with_as_of(at) {
        assert_names("as_of", &error);
        let id = "1".parse().unwrap();
        let refused = Event::new(id, at, "ann".parse().unwrap(), WidgetEvent::Impression);
        assert_eq!(refused.unwrap_err().field(), "at");
        return;
    }
    // The day that holds an instant holds it, where there is room for a whole day.
    match Period::from_dates(date, date, zone) {
        Ok(day) => assert!(day.start() <= at && at < day.end(), "{at:?} in {day:?}"),
        Err(error) => assert_names("period", &error),
    }
}

/// What is read from a text is written as a text that reads back to it.
fn assert_texts(text: &str) {
    macro_rules! comes_back {
        ($($type:ty),*) => {$(
            if let Ok(value) = text.parse::<$type>() {
                assert_eq!(value.to_string().parse::<$type>().unwrap(), value);
            }
        )*};
    }
    comes_back!(Amount, Currency, Fraction, ExactSum, Zone);
    if let Ok(period) = serde_json::from_str::<Period>(text) {
        assert_holds(&period);
    }
    if let Ok(options) = serde_json::from_str::<Options>(text) {
        let json = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<Options>(&json).unwrap(), options);
    }
}

fn read(u: &mut Unstructured<'_>) -> Result<()> {
    let zone = zone(u)?;
    let (a, b) = (instant(u)?, instant(u)?);
    assert_instant(a, &zone);
    assert_instant(b, &zone);
    for (from, to) in [(a, b), (b, a), (a, a)] {
        match Period::new(from, to, &zone) {
            Ok(period) => assert_holds(&period),
            Err(error) => assert_names("period", &error),
        }
    }
    let first = date(u)?;
    let more = TimeDelta::days(u.int_in_range(-1..=3_700)?);
    let last = if u.arbitrary()? {
        date(u)?
    } else {
        first.checked_add_signed(more).unwrap_or(first)
    };
    match Period::from_dates(first, last, &zone) {
        Ok(period) => {
            assert_holds(&period);
            let dates = period.dates();
            assert!(dates.iter().all(|date| (first..=last).contains(date)));
        }
        Err(error) => assert_names("period", &error),
    }
    Ok(())
}

pub(crate) fn body(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        assert_texts(text);
    }
    // Bytes that do not suffice are no finding.
    let _ = read(&mut Unstructured::new(data));
}
