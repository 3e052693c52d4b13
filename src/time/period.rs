//! The time range of a report.

use std::fmt;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use serde::Deserialize;

use super::calendar::{Calendar, first_instant_from};
use super::{Instant, MAX_DAYS, PeriodError, Zone, instant_from_rfc3339, rfc_3339};
use crate::error::quoted;
use crate::macros::serialize_figure;

/// The half-open time range `[start, end)` of a report, with the zone of its local days and hours.
///
/// `start` is in the period and `end` is not, so adjacent periods have no overlap and no gap. A period touches at most
/// 3 660 local days; an empty one (`start == end`) touches none. In JSON both instants have the zone's offset:
/// `{"from": "2026-03-01T00:00:00+01:00", "to": "2026-04-01T00:00:00+02:00", "zone": "Europe/Paris"}`. (An offset with
/// seconds, as some zones had until 1972, is cut to the minute, and so is the local time: the instant stays exact.)
///
/// ```
/// use convometrics::chrono::NaiveDate;
/// use convometrics::{Period, Zone};
///
/// let paris: Zone = "Europe/Paris".parse()?;
/// let date = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
/// // 28, 29 and 30 March, both ends included. The clocks go forward on the 29th: 24 + 23 + 24 hours.
/// let period = Period::from_dates(date(28), date(30), &paris)?;
/// assert_eq!((period.end() - period.start()).num_hours(), 71);
/// assert_eq!(period.start().to_string(), "2026-03-27 23:00:00 UTC");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "PeriodJson")]
pub struct Period {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    zone: Zone,
}

impl Period {
    /// Creates the period from `start` up to, but not including, `end`.
    ///
    /// # Errors
    /// [`PeriodError::Reversed`] if `start` is after `end`, [`PeriodError::TooLong`] if the period touches more than
    /// 3 660 local days, [`PeriodError::OutOfRange`] if `start` or `end` is outside the years 0000 to 9999, in UTC or
    /// in local time, or in a leap second.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>, zone: &Zone) -> Result<Self, PeriodError> {
        let ends = Instant::new(start).zip(Instant::new(end));
        Self::between(ends, zone, format_args!("{start:?} to {end:?}"))
    }

    /// Creates the period of whole local days from `first` to `last`, both included. A date that the zone skipped has
    /// no instant: a period of that date alone is empty.
    ///
    /// # Errors
    /// As for [`Period::new`]; `first` must not be after `last`.
    pub fn from_dates(first: NaiveDate, last: NaiveDate, zone: &Zone) -> Result<Self, PeriodError> {
        let shown = format_args!("{first} to {last}");
        if first > last {
            let found = shown.to_string();
            return Err(PeriodError::Reversed { found });
        }
        let next = last.succ_opt();
        let end = next.and_then(|next| first_instant_from(next, zone));
        Self::between(first_instant_from(first, zone).zip(end), zone, shown)
    }

    /// Creates the period between two instants. `ends` is `None` if one of them is out of range. `shown` is the period in
    /// the text of an error.
    fn between(
        ends: Option<(Instant, Instant)>,
        zone: &Zone,
        shown: fmt::Arguments<'_>,
    ) -> Result<Self, PeriodError> {
        let found = || shown.to_string();
        let has_a_local_year = |at: Instant| (0..=9999).contains(&zone.local(at.to_utc()).year());
        let (start, end) = ends.ok_or_else(|| PeriodError::OutOfRange { found: found() })?;
        if start > end {
            return Err(PeriodError::Reversed { found: found() });
        }
        if !has_a_local_year(start) || !has_a_local_year(end) {
            return Err(PeriodError::OutOfRange { found: found() });
        }
        let zone = zone.clone();
        let period = Self { start, end, zone };
        if !Calendar::spans_at_most(start, end, MAX_DAYS)
            || Calendar::new(&period).dates.len() > MAX_DAYS
        {
            return Err(PeriodError::TooLong { found: found() });
        }
        Ok(period)
    }

    /// Returns the part of the period from `start` to `end`.
    pub(crate) fn part(&self, start: Instant, end: Instant) -> Self {
        let zone = self.zone.clone();
        Self { start, end, zone }
    }

    /// Returns an empty period, for figures that do not depend on one.
    pub(crate) fn none() -> Self {
        Self {
            start: Instant::MIN,
            end: Instant::MIN,
            zone: Zone::utc(),
        }
    }

    /// Creates the period of local days from that of `first` to that of `last`.
    pub(crate) fn holding(first: Instant, last: Instant, zone: &Zone) -> Result<Self, PeriodError> {
        let date = |at| Calendar::date_of(at, zone);
        Self::from_dates(date(first), date(last), zone)
    }

    /// Returns the first instant of the period.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        self.start.to_utc()
    }

    /// Returns the first instant after the period.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        self.end.to_utc()
    }

    /// Returns the zone of the period's days and hours.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Returns the local dates that the period touches, in ascending order, without dates that the zone skipped.
    #[must_use]
    pub fn dates(&self) -> Vec<NaiveDate> {
        Calendar::new(self).dates
    }

    /// Returns the period of the same civil length that ends where this one starts: the same number of months if this
    /// one consists of whole months, otherwise the same number of dates. The number of hours can differ because of clock
    /// changes, and that of local days if the zone skipped a date.
    ///
    /// | period | previous period |
    /// | --- | --- |
    /// | 1 to 31 March | 1 to 28 February |
    /// | 1 January to 31 March | 1 October to 31 December |
    /// | 2 to 8 March, a week | 23 February to 1 March |
    ///
    /// ```
    /// use convometrics::{Period, Zone};
    ///
    /// let days = |first: &str, last: &str| Period::from_dates(first.parse().unwrap(), last.parse().unwrap(), &Zone::utc());
    /// assert_eq!(days("2026-03-01", "2026-03-31")?.previous()?, days("2026-02-01", "2026-02-28")?);
    /// assert_eq!(days("2026-03-02", "2026-03-08")?.previous()?, days("2026-02-23", "2026-03-01")?);
    /// # Ok::<(), convometrics::time::PeriodError>(())
    /// ```
    ///
    /// # Errors
    /// [`PeriodError::NotWholeDays`] if the period does not consist of whole local days, [`PeriodError::OutOfRange`] if
    /// the previous one leaves the years 0000 to 9999.
    pub fn previous(&self) -> Result<Self, PeriodError> {
        let (first, last) = self.whole_days()?;
        let before = first.pred_opt().ok_or_else(|| self.out_of_range())?;
        let start = if is_whole_months(first, last) {
            let months = Months::new(months(last).abs_diff(months(first)));
            let start = before.with_day(1);
            start.and_then(|start| start.checked_sub_months(months))
        } else {
            before.checked_sub_signed(last - first)
        };
        let start = start.ok_or_else(|| self.out_of_range())?;
        Self::from_dates(start, before, &self.zone)
    }

    /// Returns the same dates of the previous year, with 28 February for the 29th. Whole months stay whole months.
    ///
    /// ```
    /// use convometrics::{Period, Zone};
    ///
    /// let days = |first: &str, last: &str| Period::from_dates(first.parse().unwrap(), last.parse().unwrap(), &Zone::utc());
    /// assert_eq!(days("2025-02-01", "2025-02-28")?.previous_year()?, days("2024-02-01", "2024-02-29")?);
    /// assert_eq!(days("2024-02-26", "2024-02-29")?.previous_year()?, days("2023-02-26", "2023-02-28")?);
    /// # Ok::<(), convometrics::time::PeriodError>(())
    /// ```
    ///
    /// # Errors
    /// As for [`previous`](Self::previous).
    pub fn previous_year(&self) -> Result<Self, PeriodError> {
        let (first, last) = self.whole_days()?;
        let earlier = |date: NaiveDate| date.checked_sub_months(Months::new(12));
        let end = if is_whole_months(first, last) {
            // The last day of the month, which can differ in February.
            last.succ_opt()
                .and_then(earlier)
                .and_then(|next| next.pred_opt())
        } else {
            earlier(last)
        };
        let dates = earlier(first).zip(end);
        let (start, end) = dates.ok_or_else(|| self.out_of_range())?;
        Self::from_dates(start, end, &self.zone)
    }

    /// Returns the first and the last date of a period of whole local days.
    fn whole_days(&self) -> Result<(NaiveDate, NaiveDate), PeriodError> {
        let dates = self.dates();
        let ends = dates.first().copied().zip(dates.last().copied());
        let whole = ends.filter(|(first, last)| {
            let period = Self::from_dates(*first, *last, &self.zone);
            period.as_ref() == Ok(self)
        });
        let found = format!("{self:?}");
        whole.ok_or(PeriodError::NotWholeDays { found })
    }

    fn out_of_range(&self) -> PeriodError {
        let found = format!("{self:?}");
        PeriodError::OutOfRange { found }
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, end, zone } = self;
        write!(f, "Period({start:?} to {end:?}, {zone})")
    }
}

/// Returns the number of months since the year 0.
pub(super) fn months(date: NaiveDate) -> i32 {
    date.year() * 12 + date.month0().cast_signed()
}

fn is_whole_months(first: NaiveDate, last: NaiveDate) -> bool {
    let next = last.succ_opt();
    first.day() == 1 && next.is_some_and(|next| next.day() == 1)
}

serialize_figure!(Period(period) {
    from: rfc_3339(&period.zone.local(period.start()), false),
    to: rfc_3339(&period.zone.local(period.end()), false),
    zone: period.zone,
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodJson {
    from: String,
    to: String,
    zone: Zone,
}

impl TryFrom<PeriodJson> for Period {
    type Error = PeriodError;

    fn try_from(json: PeriodJson) -> Result<Self, PeriodError> {
        let parse = |text: &str| {
            let found = quoted(text);
            instant_from_rfc3339(text).map_err(|_| PeriodError::NotAnInstant { found })
        };
        Self::new(parse(&json.from)?, parse(&json.to)?, &json.zone)
    }
}
