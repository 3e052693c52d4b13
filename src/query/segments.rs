//! Reports for segments of visitors.

use std::collections::BTreeMap;

use super::all_families::{AllFamilies, merge_by_key};
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
        let add = |tallies: &mut BTreeMap<S, AllFamilies<'a>>,
                   log: VisitorLog<'a>,
                   reader: &mut Reader<'a>| {
            if let Some(visitor) = scan.visitor::<AllFamilies<'_>>(log, reader, false) {
                let tally = tallies.entry(segment(log.name()));
                let tally = tally.or_insert_with(|| AllFamilies::new(context));
                tally.add(context, &visitor);
            }
        };
        let mut tallies = scan.fold(BTreeMap::new, add, merge_by_key);
        scan.each_arrived(|visitor, arrived| {
            if let Some(tally) = tallies.get_mut(&segment(visitor)) {
                tally.add_arrived(arrived);
            }
        });
        let tallies = tallies.into_iter();
        let reports = tallies.map(|(segment, tally)| {
            let report = Report::new(&self.query, scan.now, tally.finish(context));
            (segment, report)
        });
        reports.collect()
    }
}
