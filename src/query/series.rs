//! Reports for the steps of a period.

use std::collections::BTreeMap;

use super::all_families::{AllFamilies, merge_by_key};
use super::{Report, View};
use crate::metrics::{AllTimeFigures, ReportContext, Tally};
use crate::time::{Grain, Instant, Period, PeriodError};

/// A tally for each step in which something happened, and one for the figures that ignore the period.
struct Tallies {
    steps: BTreeMap<usize, AllFamilies>,
    all_time: AllFamilies,
}

impl View<'_> {
    /// Computes a report for each [step](Period::steps) of the period, in order and in one scan. Each equals
    /// [`report`](Self::report) for that step, so figures that count once per step (unique visitors, conversions) count
    /// once in each.
    ///
    /// Each visitor is read once, and counted for each step in which they have an event. The work for a visitor with n
    /// events in m steps is n × m. "Now" is the same in all steps. Every report has all families and scopes; the option
    /// `top` cuts the lists of each.
    ///
    /// ```
    /// use convometrics::chrono::Weekday;
    /// use convometrics::event::WidgetEvent;
    /// use convometrics::{Event, Grain, Ledger, Period, Query, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// for (id, at) in [("1", "2026-03-02T09:00:00Z"), ("2", "2026-03-03T09:00:00Z"), ("3", "2026-03-09T09:00:00Z")] {
    ///     ledger.record(&Event::new(id.parse()?, at.parse()?, "ann".parse()?, WidgetEvent::Impression)?)?;
    /// }
    /// let period = Period::from_dates("2026-03-02".parse()?, "2026-03-15".parse()?, &Zone::utc())?;
    /// let weeks = ledger.view(Query::new(period)).series(Grain::Week(Weekday::Mon))?;
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
        let starts: Vec<Instant> = steps.iter().map(|step| step.start).collect();
        let contexts: Vec<ReportContext> =
            steps.iter().map(|step| self.query.context(step)).collect();
        let no_time = self.query.context(&Period::none());
        let reads = AllFamilies::reads(&no_time);
        let mut tallies = scan.fold(
            || Tallies {
                steps: BTreeMap::new(),
                all_time: AllFamilies::default(),
            },
            |tallies, log, reader| {
                let mut places: Vec<usize> = log
                    .instants(scan.read_options.as_of)
                    .filter(|at| scan.context.calendar.contains(*at))
                    .map(|at| {
                        let after = starts.partition_point(|start| *start <= at);
                        after
                            .checked_sub(1)
                            .expect("the first step starts with the period")
                    })
                    .collect();
                places.dedup();
                let Some(visitor) = scan.visitor(&reads, log, reader, false) else {
                    return;
                };
                tallies.all_time.add(&no_time, &visitor);
                for place in places {
                    let context = &contexts[place];
                    let tally = tallies.steps.entry(place);
                    let tally = tally.or_default();
                    tally.add(context, &visitor);
                }
            },
            |mine, theirs| {
                merge_by_key(&mut mine.steps, theirs.steps);
                mine.all_time += theirs.all_time;
            },
        );
        scan.each_arrived(|_, arrived| tallies.all_time.add_arrived(arrived));
        let mut all_time = AllTimeFigures::default();
        tallies.all_time.all_time(&mut all_time);
        let reports = steps.into_iter().zip(&contexts).enumerate();
        Ok(reports
            .map(|(place, (period, context))| {
                let tally = tallies.steps.remove(&place);
                // A step in which no visitor has an event has no tally.
                let mut tally = tally.unwrap_or_default();
                tally.set_all_time(&all_time);
                let query = self.query.clone().with_period(period);
                Report::new(&query, scan.now, tally.finish(context))
            })
            .collect())
    }
}
