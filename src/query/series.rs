//! Reports for the steps of a period.

use std::collections::BTreeMap;

use super::all_families::{AllFamilies, merge_by_key};
use super::optional::OptionalTallies;
use super::scan::Scan;
use super::{Report, View};
use crate::journey::reader::Reader;
use crate::ledger::VisitorLog;
use crate::metrics::{AllTimeFigures, ReportContext, Tally};
use crate::time::{Grain, Instant, Period, PeriodError};

/// A tally for each step in which something happened, and one for the figures that ignore the period.
struct Tallies<T> {
    steps: BTreeMap<usize, T>,
    all_time: T,
}

/// The steps of a period, each with its context.
struct Steps {
    starts: Vec<Instant>,
    contexts: Vec<ReportContext>,
    /// The context of no time.
    none: ReportContext,
}

impl Steps {
    /// Counts each visitor for each step in which they have an event.
    fn tallies<'a, T: Tally<'a> + Send>(&self, scan: &Scan<'a>) -> Tallies<T> {
        let add = |tallies: &mut Tallies<T>, log: VisitorLog<'a>, reader: &mut Reader<'a>| {
            let mut places: Vec<usize> = log
                .instants(scan.read_options.as_of)
                .filter(|at| scan.context.calendar.contains(*at))
                .map(|at| {
                    let after = self.starts.partition_point(|start| *start <= at);
                    after
                        .checked_sub(1)
                        .expect("the first step starts with the period")
                })
                .collect();
            places.dedup();
            let Some(visitor) = scan.visitor::<T>(log, reader, false) else {
                return;
            };
            tallies.all_time.add(&self.none, &visitor);
            for place in places {
                let context = &self.contexts[place];
                let tally = tallies.steps.entry(place);
                let tally = tally.or_insert_with(|| T::new(context));
                tally.add(context, &visitor);
            }
        };
        let new = || Tallies {
            steps: BTreeMap::new(),
            all_time: T::new(&self.none),
        };
        scan.fold(new, add, |mine, theirs| {
            merge_by_key(&mut mine.steps, theirs.steps);
            mine.all_time += theirs.all_time;
        })
    }
}

impl<'a> View<'a> {
    /// Computes a report for each [step](Period::steps) of the period, in order and in one scan. Each equals
    /// [`report`](Self::report) for that step, so figures that count once a step (unique visitors, conversions) count
    /// once in each.
    ///
    /// Each visitor is read once, and counted for each step in which they have an event. The work for a visitor with n
    /// events in m steps is n × m. "Now" is the same in all steps. Every report has all families and scopes; the option
    /// `top` cuts the lists of each.
    ///
    /// ```
    /// use convometrics::event::WidgetEvent;
    /// use convometrics::{Event, Grain, Ledger, Period, Query, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// for (id, at) in [("1", "2026-03-02T09:00:00Z"), ("2", "2026-03-03T09:00:00Z"), ("3", "2026-03-09T09:00:00Z")] {
    ///     ledger.record(&Event::new(id.parse()?, at.parse()?, "ann".parse()?, WidgetEvent::Impression)?)?;
    /// }
    /// let period = Period::from_dates("2026-03-02".parse()?, "2026-03-15".parse()?, &Zone::utc())?;
    /// let weeks = ledger.view(Query::new(period)).series(Grain::Week(chrono::Weekday::Mon))?;
    /// // Ann, once in each week; on two days of the first.
    /// let visitors: Vec<u64> = weeks.iter().map(|week| week.visitors.with_impression).collect();
    /// assert_eq!(visitors, [1, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PeriodError::TooManySteps`] if the period has more than 10 000 steps.
    pub fn series(&self, grain: Grain) -> Result<Vec<Report>, PeriodError> {
        let steps = self.query.period().steps(grain)?;
        let scan = self.scan();
        let contexts = Steps {
            starts: steps.iter().map(Period::start_instant).collect(),
            contexts: steps.iter().map(|step| self.query.context(step)).collect(),
            none: self.query.context(&Period::none()),
        };
        let mut tallies = contexts.tallies::<AllFamilies<'_>>(&scan);
        scan.each_arrived(|_, arrived| tallies.all_time.add_arrived(arrived));
        let mut all_time = AllTimeFigures::default();
        tallies.all_time.all_time(&mut all_time);
        let is_asked = self.query.families().next().is_some();
        let mut optional = is_asked.then(|| contexts.tallies::<OptionalTallies<'_>>(&scan));
        let reports = steps.into_iter().zip(&contexts.contexts).enumerate();
        Ok(reports
            .map(|(place, (period, context))| {
                let tally = tallies.steps.remove(&place);
                let mut tally = tally.unwrap_or_else(|| AllFamilies::new(context));
                tally.set_all_time(&all_time);
                let optional = optional.as_mut().map(|optional| {
                    let tally = optional.steps.remove(&place);
                    let tally = tally.unwrap_or_else(|| OptionalTallies::new(context));
                    tally.finish(context)
                });
                let query = self.query.clone().with_period(period);
                let metrics = tally.finish(context);
                Report::new(&query, scan.now, metrics, optional.unwrap_or_default())
            })
            .collect())
    }
}
