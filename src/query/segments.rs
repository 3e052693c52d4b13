//! Reports for segments of visitors.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::all_families::{AllFamilies, merge_by_key};
use super::{Report, View};
use crate::id::{Trusted, VisitorId};
use crate::metrics::Tally;
use crate::name::Name;

impl View<'_> {
    /// Computes a report for each segment of visitors, in one scan. `segment` returns the segment of a
    /// visitor. Its argument is the visitor's [name](crate::Ledger::visitor_of), never another linked id. Every figure of
    /// a segment is that of a log of its visitors alone with the same `as_of`, so that additive figures add up to those of
    /// [`report`](Self::report). A segment without visitors has no report.
    ///
    /// ```
    /// use convometrics::event::WidgetEvent;
    /// use convometrics::id::VisitorId;
    /// use convometrics::{Event, Ledger, Period, Query, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// for visitor in ["fr-1", "fr-2", "it-1"] {
    ///     ledger.record(&Event::new("1".parse()?, at, visitor.parse()?, WidgetEvent::Impression)?)?;
    /// }
    /// let day = "2026-03-02".parse()?;
    /// let view = ledger.view(Query::new(Period::from_dates(day, day, &Zone::utc())?));
    /// let reports = view.report_by(|visitor: &VisitorId| visitor.as_str()[..2].to_owned());
    /// assert_eq!(reports["fr"].visitors.with_impression, 2);
    /// assert_eq!(reports["it"].visitors.with_impression, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn report_by<S: Ord + Send>(
        &self,
        segment: impl Fn(&VisitorId) -> S + Sync,
    ) -> BTreeMap<S, Report> {
        let numbers = Mutex::new(BTreeMap::new());
        let number = |visitor: Name<'_>| {
            let segment = segment(&visitor.with_text(VisitorId::trusted));
            let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
            let next = numbers.len();
            *numbers.entry(segment).or_insert(next)
        };
        let mut reports = self.report_by_number(&number);
        let numbers = numbers.into_inner();
        let numbers = numbers.unwrap_or_else(PoisonError::into_inner).into_iter();
        numbers
            .filter_map(|(segment, number)| Some((segment, reports.remove(&number)?)))
            .collect()
    }

    /// Computes a report for each number of visitors. It is not generic, so that it is compiled once and not in each
    /// crate that calls it.
    fn report_by_number(&self, number: Numbered<'_>) -> BTreeMap<usize, Report> {
        let scan = self.scan();
        let context = &scan.context;
        let reads = AllFamilies::reads(context);
        let mut tallies: BTreeMap<usize, AllFamilies> = scan.fold(
            BTreeMap::new,
            |tallies, log, reader| {
                if let Some(visitor) = scan.visitor(&reads, log, reader, false) {
                    let tally = tallies.entry(number(log.name()));
                    let tally: &mut AllFamilies = tally.or_default();
                    tally.add(context, &visitor);
                }
            },
            merge_by_key,
        );
        scan.each_arrived(|visitor, arrived| {
            if let Some(tally) = tallies.get_mut(&number(visitor)) {
                tally.add_arrived(arrived);
            }
        });
        let reports = tallies.into_iter().map(|(number, tally)| {
            let report = Report::new(&self.query, scan.now, tally.finish(context));
            (number, report)
        });
        reports.collect()
    }
}

/// Returns the number of a visitor's segment.
type Numbered<'f> = &'f (dyn Fn(Name<'_>) -> usize + Sync);
