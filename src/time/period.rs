//! The stretch of time that a report is about.

use std::fmt;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, first_instant_from};
use super::{Instant, Zone};
use crate::error::{OptionError, quoted};

/// The most local days that a period may touch.
const MAX_DAYS: usize = 3_660;

const IN_ORDER: &str = "a first instant or date that is not after the last";
const IN_RANGE: &str = "a period whose first instant, and whose first instant after it, lie in the years 0000 to 9999, of UTC and of local time";
const WHOLE_DAYS: &str = "a period of whole local days, at least one";
const NOT_TOO_LONG: &str = "a period that touches at most 3660 local days";

/// The half-open stretch `[from, to)` that a report is about, with the zone whose days and hours it is cut into.
///
/// `from` is in it, `to` is not, so that adjacent periods share nothing and leave nothing out. It touches at most 3 660
/// local days; an empty one (`from == to`) touches none. On the wire both instants carry the zone's offset there:
/// `{"from": "2026-03-01T00:00:00+01:00", "to": "2026-04-01T00:00:00+02:00", "zone": "Europe/Paris"}`. (An offset with
/// seconds, as zones once had, some until 1972, is cut to the minute, and the local time with it: the instant stays
/// exact.)
///
/// ```
/// use chrono::NaiveDate;
/// use convometrics::{Period, Zone};
///
/// let paris: Zone = "Europe/Paris".parse()?;
/// let date = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
/// // 28, 29 and 30 March, both ends included. The clocks go forward on the 29th: 24 + 23 + 24 hours.
/// let period = Period::from_dates(date(28), date(30), &paris)?;
/// assert_eq!((period.end() - period.start()).num_hours(), 71);
/// assert_eq!(period.start().to_string(), "2026-03-27 23:00:00 UTC");
/// # Ok::<(), convometrics::OptionError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "PeriodJson", try_from = "PeriodJson")]
pub struct Period {
    start: Instant,
    end: Instant,
    zone: Zone,
}

impl Period {
    /// The period from one instant up to, not including, another.
    ///
    /// # Errors
    /// An [`OptionError`] that names `period` when `from` is after `to`, when it touches more than 3 660 local days, or
    /// when an end lies outside the years 0000 to 9999, of UTC or of local time, or within a leap second.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>, zone: &Zone) -> Result<Self, OptionError> {
        let refused =
            |allowed| OptionError::new("period", format_args!("{start:?} to {end:?}"), allowed);
        let ends = (Instant::new(start), Instant::new(end));
        let (Some(first), Some(after)) = ends else {
            return Err(refused(IN_RANGE));
        };
        Self::between(first, after, zone).map_err(refused)
    }

    /// The period of whole local days, the last one included. A date that the zone skipped has no instant: a period of
    /// it alone is empty.
    ///
    /// # Errors
    /// As for [`Period::new`], `first` after `last` included.
    pub fn from_dates(first: NaiveDate, last: NaiveDate, zone: &Zone) -> Result<Self, OptionError> {
        let refused =
            |allowed| OptionError::new("period", format_args!("{first} to {last}"), allowed);
        if first > last {
            return Err(refused(IN_ORDER));
        }
        let start = first_instant_from(first, zone);
        let end = last
            .succ_opt()
            .and_then(|next| first_instant_from(next, zone));
        let (Some(start), Some(end)) = (start, end) else {
            return Err(refused(IN_RANGE));
        };
        Self::between(start, end, zone).map_err(refused)
    }

    /// The period, or what it would have to be.
    fn between(start: Instant, end: Instant, zone: &Zone) -> Result<Self, &'static str> {
        if start > end {
            return Err(IN_ORDER);
        }
        let has_a_local_year = |at: Instant| (0..=9999).contains(&zone.local(at.to_utc()).year());
        if !has_a_local_year(start) || !has_a_local_year(end) {
            return Err(IN_RANGE);
        }
        if !Calendar::spans_at_most(start, end, MAX_DAYS) {
            return Err(NOT_TOO_LONG);
        }
        let zone = zone.clone();
        let period = Self { start, end, zone };
        if Calendar::new(&period).dates().len() > MAX_DAYS {
            return Err(NOT_TOO_LONG);
        }
        Ok(period)
    }

    /// A part of it.
    pub(crate) fn part(&self, start: Instant, end: Instant) -> Self {
        let zone = self.zone.clone();
        Self { start, end, zone }
    }

    /// An empty period, for what is not cut to one.
    pub(crate) fn none() -> Self {
        Self {
            start: Instant::MIN,
            end: Instant::MIN,
            zone: Zone::utc(),
        }
    }

    /// The local days that hold these two instants, and all between.
    pub(crate) fn holding(first: Instant, last: Instant, zone: &Zone) -> Result<Self, OptionError> {
        let date = |at| Calendar::date_of(at, zone);
        Self::from_dates(date(first), date(last), zone)
    }

    /// The first instant of it.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        self.start.to_utc()
    }

    /// The first instant after it.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        self.end.to_utc()
    }

    /// The zone of its days and hours.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The local dates that it touches, ascending; a date that the zone skipped is not among them.
    #[must_use]
    pub fn dates(&self) -> Vec<NaiveDate> {
        Calendar::new(self).dates().to_vec()
    }

    /// The period of the same civil length that ends where this one starts: of whole months as many months, else as many
    /// local days. The hours may differ, where clocks change, and the days of months do.
    ///
    /// | period | the one before |
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
    /// # Ok::<(), convometrics::OptionError>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] that names `period` when it is not of whole local days, or when the one before is outside the
    /// years 0000 to 9999.
    pub fn previous(&self) -> Result<Self, OptionError> {
        let (first, last) = self.whole_days()?;
        let before = first.pred_opt().ok_or_else(|| self.refused(IN_RANGE))?;
        let start = if is_whole_months(first, last) {
            let months = months(last) - months(first);
            u32::try_from(months)
                .ok()
                .and_then(|months| before.with_day(1)?.checked_sub_months(Months::new(months)))
        } else {
            before.checked_sub_signed(last - first)
        };
        let start = start.ok_or_else(|| self.refused(IN_RANGE))?;
        Self::from_dates(start, before, &self.zone)
    }

    /// The same dates a year before; of 29 February the 28th. Whole months stay whole months.
    ///
    /// ```
    /// use convometrics::{Period, Zone};
    ///
    /// let days = |first: &str, last: &str| Period::from_dates(first.parse().unwrap(), last.parse().unwrap(), &Zone::utc());
    /// assert_eq!(days("2025-02-01", "2025-02-28")?.previous_year()?, days("2024-02-01", "2024-02-29")?);
    /// assert_eq!(days("2024-02-26", "2024-02-29")?.previous_year()?, days("2023-02-26", "2023-02-28")?);
    /// # Ok::<(), convometrics::OptionError>(())
    /// ```
    ///
    /// # Errors
    /// As for [`previous`](Self::previous).
    pub fn previous_year(&self) -> Result<Self, OptionError> {
        let (first, last) = self.whole_days()?;
        let earlier = |date: NaiveDate| date.checked_sub_months(Months::new(12));
        let end = if is_whole_months(first, last) {
            // The last day of the month, which in February may be another.
            last.succ_opt()
                .and_then(earlier)
                .and_then(|next| next.pred_opt())
        } else {
            earlier(last)
        };
        match (earlier(first), end) {
            (Some(start), Some(end)) => Self::from_dates(start, end, &self.zone),
            _ => Err(self.refused(IN_RANGE)),
        }
    }

    /// The first and the last date, where it is of whole local days.
    fn whole_days(&self) -> Result<(NaiveDate, NaiveDate), OptionError> {
        let dates = self.dates();
        let ends = dates.first().copied().zip(dates.last().copied());
        ends.filter(|(first, last)| {
            Self::from_dates(*first, *last, &self.zone).as_ref() == Ok(self)
        })
        .ok_or_else(|| self.refused(WHOLE_DAYS))
    }

    fn refused(&self, allowed: &'static str) -> OptionError {
        OptionError::new("period", format_args!("{self:?}"), allowed)
    }

    pub(crate) const fn start_instant(&self) -> Instant {
        self.start
    }

    pub(crate) const fn end_instant(&self) -> Instant {
        self.end
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Period({:?} to {:?}, {})",
            self.start, self.end, self.zone
        )
    }
}

/// Months since the year 0.
fn months(date: NaiveDate) -> i32 {
    date.year() * 12 + date.month0().cast_signed()
}

fn is_whole_months(first: NaiveDate, last: NaiveDate) -> bool {
    let next = last.succ_opt();
    first.day() == 1 && next.is_some_and(|next| next.day() == 1)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodJson {
    from: String,
    to: String,
    zone: Zone,
}

impl From<Period> for PeriodJson {
    fn from(period: Period) -> Self {
        Self {
            from: local_text(period.start, &period.zone),
            to: local_text(period.end, &period.zone),
            zone: period.zone,
        }
    }
}

impl TryFrom<PeriodJson> for Period {
    type Error = OptionError;

    fn try_from(json: PeriodJson) -> Result<Self, OptionError> {
        let parse = |text: &str| {
            DateTime::parse_from_rfc3339(text)
                .map(|at| at.to_utc())
                .map_err(|_| OptionError::new("period", quoted(text), "RFC 3339 instants"))
        };
        Self::new(parse(&json.from)?, parse(&json.to)?, &json.zone)
    }
}

fn local_text(at: Instant, zone: &Zone) -> String {
    let local = zone.local(at.to_utc());
    let format = if local.timestamp_subsec_micros() == 0 {
        "%Y-%m-%dT%H:%M:%S%:z"
    } else {
        "%Y-%m-%dT%H:%M:%S%.6f%:z"
    };
    local.format(format).to_string()
}
