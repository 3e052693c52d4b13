//! The calendar steps that a period is divided into.

use std::num::NonZeroU16;

use chrono::{Datelike, NaiveDate, Weekday};

use super::period::months;
use super::{Calendar, Instant, Period, PeriodError};

/// The maximum number of steps of a period.
pub(super) const MAX_STEPS: usize = 10_000;

/// The length of the steps that a period is divided into, in local time. The first and the last step are cut at the
/// start and the end of the period.
///
/// | grain | a step starts | notes |
/// | --- | --- | --- |
/// | `Hour` | when the local hour of the day changes | in Europe/Paris, when clocks go back, the hour from 2 has 120 minutes |
/// | `Hours(n)` | every n local hours from midnight, and at midnight | `Hours(8)`: at 0, 8 and 16; `Hours(24)` and more: each day |
/// | `Day` | with each local date | 23, 24 or 25 hours in Europe/Paris |
/// | `Days(n)` | every n dates from the first of the period | |
/// | `Week(day)` | on that day of the week | `Week(Weekday::Mon)`: the weeks of ISO 8601 |
/// | `Month` | on the first of each month | |
/// | `Quarter` | on 1 January, April, July and October | |
/// | `Year` | on 1 January | |
/// | `Months(n)` | every n months from January of the year in which the period starts | `Months(6)`: half years |
///
/// An hour that is repeated at once is one step. If clocks go back by more than an hour or across midnight, an hour can
/// recur after other hours; each occurrence is a step. A date that a zone skipped has no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grain {
    /// A local hour.
    Hour,
    /// A number of local hours within a day.
    Hours(NonZeroU16),
    /// A local day.
    Day,
    /// A number of local days.
    Days(NonZeroU16),
    /// Seven days that start with this day of the week.
    Week(Weekday),
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
    /// A number of months.
    Months(NonZeroU16),
}

impl Grain {
    /// Returns a number that two dates share if and only if they are in one step. For steps within a day, it is the
    /// number of the date.
    fn group(self, date: NaiveDate, first: NaiveDate) -> i64 {
        let days = i64::from(date.num_days_from_ce());
        let since_january = i64::from(months(date) - first.year() * 12);
        match self {
            Self::Hour | Self::Hours(_) | Self::Day => days,
            Self::Days(count) => {
                (days - i64::from(first.num_days_from_ce())).div_euclid(i64::from(count.get()))
            }
            // 1 January of the year 1, whose number is 1, is a Monday.
            Self::Week(first) => (days - 1 - i64::from(first.num_days_from_monday())).div_euclid(7),
            Self::Month => since_january,
            Self::Quarter => since_january.div_euclid(3),
            Self::Year => since_january.div_euclid(12),
            Self::Months(count) => since_january.div_euclid(count.get().into()),
        }
    }

    /// Returns the starts of steps of whole days. The first can be before the period.
    fn day_starts(self, calendar: &Calendar) -> Vec<Instant> {
        let days = calendar.dates.iter().zip(&calendar.starts);
        let group =
            |(date, start): (&NaiveDate, &Instant)| (self.group(*date, calendar.dates[0]), *start);
        let mut starts: Vec<_> = days.map(group).collect();
        starts.dedup_by_key(|(group, _)| *group);
        starts.into_iter().map(|(_, start)| start).collect()
    }
}

impl Period {
    /// Returns the steps of the period, in order. Together they make up the period; an empty period has none.
    ///
    /// ```
    /// use convometrics::{Grain, Period, Zone};
    ///
    /// let days = |first: &str, last: &str| Period::from_dates(first.parse().unwrap(), last.parse().unwrap(), &Zone::utc());
    /// // A quarter from 10 January on, by month: 10 to 31 January, February, March.
    /// let months = days("2026-01-10", "2026-03-31")?.steps(Grain::Month)?;
    /// assert_eq!(months, [
    ///     days("2026-01-10", "2026-01-31")?,
    ///     days("2026-02-01", "2026-02-28")?,
    ///     days("2026-03-01", "2026-03-31")?,
    /// ]);
    /// # Ok::<(), convometrics::time::PeriodError>(())
    /// ```
    ///
    /// # Errors
    /// [`PeriodError::TooManySteps`] if there would be more than 10 000 steps.
    pub fn steps(&self, grain: Grain) -> Result<Vec<Self>, PeriodError> {
        let calendar = Calendar::new(self);
        let mut starts = match grain {
            Grain::Hour => calendar.hour_starts(1),
            Grain::Hours(count) => calendar.hour_starts(count.get().into()),
            _ => grain.day_starts(&calendar),
        };
        if starts.len() > MAX_STEPS {
            let found = format!("{grain:?}, which gives {} steps", starts.len());
            return Err(PeriodError::TooManySteps { found });
        }
        if let Some(first) = starts.first_mut() {
            *first = calendar.from;
        }
        let ends = starts.iter().skip(1).copied().chain([calendar.to]);
        Ok(starts
            .iter()
            .zip(ends)
            .map(|(start, end)| self.part(*start, end))
            .collect())
    }
}
