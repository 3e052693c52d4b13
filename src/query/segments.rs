//! Reports for segments of visitors.

use std::collections::BTreeMap;

use super::all_families::{AllFamilies, merge_by_key};
use super::optional::OptionalTallies;
use super::scan::Scan;
use super::{Report, View};
use crate::id::{Trusted, VisitorId};
use crate::journey::reader::Reader;
use crate::ledger::VisitorLog;
use crate::metrics::Tally;
use crate::name::Name;

impl<'a> View<'a> {
    /// Computes a report for each segment of visitors, in one scan. `segment` returns the segment of a visitor. Every
    /// figure of a segment is that of a log of its visitors alone with the same `as_of`, so that additive figures add
    /// up to those of [`report`](Self::report). A segment without visitors has no report.
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
    pub fn report_by<S: Ord + Clone + Send>(
        &self,
        segment: impl Fn(&VisitorId) -> S + Sync + Send,
    ) -> BTreeMap<S, Report> {
        let scan = self.scan();
        let context = &scan.context;
        let segment = |visitor: Name<'_>| segment(&visitor.with_text(VisitorId::trusted));
        let mut tallies = by_segment::<AllFamilies<'_>, S>(&scan, segment);
        scan.each_arrived(|visitor, arrived| {
            if let Some(tally) = tallies.get_mut(&segment(visitor)) {
                tally.add_arrived(arrived);
            }
        });
        let is_asked = self.query.families().next().is_some();
        let mut optional = is_asked.then(|| by_segment::<OptionalTallies<'_>, S>(&scan, segment));
        let tallies = tallies.into_iter();
        let reports = tallies.map(|(segment, tally)| {
            let optional = optional.as_mut().map(|optional| {
                let tally = optional.remove(&segment);
                let tally = tally.unwrap_or_else(|| OptionalTallies::new(context));
                tally.finish(context)
            });
            let (metrics, optional) = (tally.finish(context), optional.unwrap_or_default());
            let report = Report::new(&self.query, scan.now, metrics, optional);
            (segment, report)
        });
        reports.collect()
    }
}

/// Returns a tally for each segment with a visitor.
fn by_segment<'a, T: Tally<'a> + Send, S: Ord + Send>(
    scan: &Scan<'a>,
    segment: impl Fn(Name<'_>) -> S + Sync + Send,
) -> BTreeMap<S, T> {
    let context = &scan.context;
    let add = |tallies: &mut BTreeMap<S, T>, log: VisitorLog<'a>, reader: &mut Reader<'a>| {
        if let Some(visitor) = scan.visitor::<T>(log, reader, false) {
            let tally = tallies.entry(segment(log.name()));
            tally
                .or_insert_with(|| T::new(context))
                .add(context, &visitor);
        }
    };
    scan.fold(BTreeMap::new, add, merge_by_key)
}
