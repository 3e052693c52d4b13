//! A series of reports: a period cut into steps of the calendar.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use chrono::{Datelike, NaiveDate, Weekday};

use super::everything::{Everything, merge_by_key};
use super::{Options, Report, Selection};
use crate::error::OptionError;
use crate::journey::reading::Reader;
use crate::ledger::{Ledger, VisitorLog};
use crate::metrics::{Frame, Tally};
use crate::time::{Calendar, Instant, Period};

/// The most steps that a period may be cut into.
const MOST_STEPS: usize = 10_000;

/// The steps that a period is cut into, of local time. A step that the period begins or ends within is cut there.
///
/// | step | begins | in Europe/Paris |
/// | --- | --- | --- |
/// | `Hour` | where the local hour of the day changes | on the day that clocks go back, the hour from 2 has 120 minutes |
/// | `Hours(n)` | every n local hours from midnight, and at midnight | `Hours(8)`: at 0, 8 and 16; of 24 and more: each day |
/// | `Day` | with each local date | 23, 24 or 25 hours |
/// | `Days(n)` | every n dates from the first of the period | |
/// | `Week(day)` | with that day of the week | `Week(Weekday::Mon)`: ISO 8601's weeks |
/// | `Month` | with the first of a month | |
/// | `Quarter` | on 1 January, April, July and October | |
/// | `Year` | on 1 January | |
/// | `Months(n)` | every n months from January of the year that the period begins in | `Months(6)`: halves of a year |
///
/// An hour that comes twice in a row is one step; where clocks go back by more than an hour, or across midnight, an hour may
/// come again after others, and each time is a step. A date that a zone skipped has no step of its own, but is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grain {
    /// A local hour.
    Hour,
    /// So many local hours of a day.
    Hours(NonZeroU16),
    /// A local day.
    Day,
    /// So many local days.
    Days(NonZeroU16),
    /// Seven days, of which this is the first.
    Week(Weekday),
    /// A month of the calendar.
    Month,
    /// Three months, from January on.
    Quarter,
    /// A year of the calendar.
    Year,
    /// So many months.
    Months(NonZeroU16),
}

impl Grain {
    /// What two dates have in common that are in one step; for steps within a day, the date.
    fn group(self, date: NaiveDate, first: NaiveDate) -> i64 {
        let days = i64::from(date.num_days_from_ce());
        let month = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
        let months = |count: i64| {
            let january = i64::from(first.year()) * 12;
            (month(date) - january).div_euclid(count)
        };
        match self {
            Self::Hour | Self::Hours(_) | Self::Day => days,
            Self::Days(count) => {
                (days - i64::from(first.num_days_from_ce())).div_euclid(i64::from(count.get()))
            }
            // 1 January of the year 1, whose number is 1, is a Monday.
            Self::Week(first) => (days - 1 - i64::from(first.num_days_from_monday())).div_euclid(7),
            Self::Month => month(date),
            Self::Quarter => months(3),
            Self::Year => i64::from(date.year()),
            Self::Months(count) => months(count.get().into()),
        }
    }

    /// Where steps of days begin; the first may lie before the period.
    fn day_starts(self, calendar: &Calendar) -> Vec<Instant> {
        let dates = calendar.dates();
        let first = dates.first().copied().unwrap_or_default();
        let mut before = None;
        let days = dates.iter().zip(calendar.day_starts());
        let starts = days.filter_map(|(date, start)| {
            let group = Some(self.group(*date, first));
            (std::mem::replace(&mut before, group) != group).then_some(*start)
        });
        starts.collect()
    }

    /// How many hours a step within a day has; `None` of those of days.
    fn hours(self) -> Option<usize> {
        match self {
            Self::Hour => Some(1),
            Self::Hours(count) => Some(count.get().into()),
            _ => None,
        }
    }
}

impl Period {
    /// The period cut into steps, in order; together they are the period. An empty one has none.
    ///
    /// ```
    /// use convometrics::{Period, Grain, Zone};
    ///
    /// let days = |first: &str, last: &str| Period::from_dates(first.parse().unwrap(), last.parse().unwrap(), &Zone::utc());
    /// // A quarter from 10 January on, by month: 10 to 31 January, February, March.
    /// let months = days("2026-01-10", "2026-03-31")?.steps(Grain::Month)?;
    /// assert_eq!(months, [
    ///     days("2026-01-10", "2026-01-31")?,
    ///     days("2026-02-01", "2026-02-28")?,
    ///     days("2026-03-01", "2026-03-31")?,
    /// ]);
    /// # Ok::<(), convometrics::OptionError>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] that names `step` where there would be more than 10 000 of them.
    pub fn steps(&self, step: Grain) -> Result<Vec<Self>, OptionError> {
        let calendar = Calendar::new(self);
        let mut starts = match step.hours() {
            Some(hours) => calendar.hour_starts(hours),
            None => step.day_starts(&calendar),
        };
        if starts.len() > MOST_STEPS {
            return Err(OptionError::new(
                "step",
                format_args!("{step:?}, of which the period has {}", starts.len()),
                "a step of which the period has at most 10000",
            ));
        }
        let (from, to) = calendar.bounds();
        if let Some(first) = starts.first_mut() {
            *first = from;
        }
        let ends = starts.iter().skip(1).copied().chain([to]);
        Ok(starts
            .iter()
            .zip(ends)
            .map(|(start, end)| self.part(*start, end))
            .collect())
    }
}

impl Ledger {
    /// A report for each step of a period, in order, in one pass: the same as [`report`](Self::report) of each of
    /// [`Period::steps`], so that what is counted once a step (unique visitors, conversions) is counted once in each.
    ///
    /// A visitor's story is read once and looked through for each step in which there is an event of theirs: one visitor
    /// with n events in m steps takes n × m. "Now" is the same in all of them. Every report has all families and scopes;
    /// lists cut at `top` are cut in each.
    ///
    /// ```
    /// use convometrics::{Event, Ledger, Options, Period, Grain, WidgetEvent, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// for (id, at) in [("1", "2026-03-02T09:00:00Z"), ("2", "2026-03-03T09:00:00Z"), ("3", "2026-03-09T09:00:00Z")] {
    ///     ledger.record(&Event::new(id.parse()?, at.parse()?, "ann".parse()?, WidgetEvent::Impression)?)?;
    /// }
    /// let period = Period::from_dates("2026-03-02".parse()?, "2026-03-15".parse()?, &Zone::utc())?;
    /// let weeks = ledger.series(&period, &Options::new(), Grain::Week(chrono::Weekday::Mon))?;
    /// // Ann, once in each week; on two days of the first.
    /// let visitors: Vec<u64> = weeks.iter().map(|week| week.visitors.with_impression).collect();
    /// assert_eq!(visitors, [1, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] that names `step` where the period has more than 10 000 of them.
    pub fn series(
        &self,
        period: &Period,
        options: &Options,
        step: Grain,
    ) -> Result<Vec<Report>, OptionError> {
        self.all().series(period, options, step)
    }
}

/// A tally for each step in which something happened, and one of what holds whatever the step.
struct Tallies<'a> {
    steps: BTreeMap<usize, Everything<'a>>,
    whole: Everything<'a>,
}

impl<'a> Selection<'a> {
    /// A report for each step of a period, as [`Ledger::series`], of what passes.
    ///
    /// # Errors
    /// An [`OptionError`] that names `step` where the period has more than 10 000 of them.
    pub fn series(
        &self,
        period: &Period,
        options: &Options,
        step: Grain,
    ) -> Result<Vec<Report>, OptionError> {
        let steps = period.steps(step)?;
        let pass = self.pass(period, options);
        let frame = |period: &Period| Frame::new(Calendar::new(period), options);
        let frames: Vec<Frame> = steps.iter().map(frame).collect();
        let none = frame(&Period::none());
        let starts: Vec<Instant> = steps.iter().map(Period::start_instant).collect();
        let add = |tallies: &mut Tallies<'a>, log: VisitorLog<'a>, reader: &mut Reader<'a>| {
            let mut places: Vec<usize> = log
                .instants(pass.lens.as_of)
                .filter(|at| pass.frame.calendar.contains(*at))
                .map(|at| {
                    starts
                        .partition_point(|start| *start <= at)
                        .saturating_sub(1)
                })
                .collect();
            places.dedup();
            let Some(story) = pass.story::<Everything<'_>>(log, reader, false) else {
                return;
            };
            tallies.whole.add(&none, &story);
            for place in places {
                if let Some(frame) = frames.get(place) {
                    let tally = tallies.steps.entry(place);
                    let tally = tally.or_insert_with(|| Everything::new(frame));
                    tally.add(frame, &story);
                }
            }
        };
        let new = || Tallies {
            steps: BTreeMap::new(),
            whole: Everything::new(&none),
        };
        let mut tallies = pass.fold(new, add, |mine, theirs| {
            merge_by_key(&mut mine.steps, theirs.steps);
            mine.whole += theirs.whole;
        });
        let whole = tallies.whole.whole();
        let quality = self.with_arrivals(tallies.whole.finish(&none).quality);
        let reports = steps.iter().zip(&frames).enumerate();
        Ok(reports
            .map(|(place, (period, frame))| {
                let tally = tallies.steps.remove(&place);
                let mut tally = tally.unwrap_or_else(|| Everything::new(frame));
                if let Some(whole) = &whole {
                    tally.set_whole(whole);
                }
                let families = tally.finish(frame);
                Report::assembled(period, options, self.words(), pass.now, families, quality)
            })
            .collect())
    }
}
