//! A report for each segment of visitors.

use std::collections::BTreeMap;

use super::everything::{Everything, merge_by_key};
use super::selection::data_quality;
use super::{Options, Report, Selection};
use crate::id::{Trusted, VisitorId};
use crate::journey::reading::Reader;
use crate::ledger::{Arrived, Ledger, VisitorLog};
use crate::metrics::Tally;
use crate::name::Name;
use crate::time::Period;

impl Ledger {
    /// A report for each segment of visitors, in one pass: `segment` says which one a visitor is in. Every figure of a
    /// segment is that of a log of its visitors alone at the same "now", so that additive figures add up to those of
    /// [`report`](Self::report). A segment without visitors has no report.
    ///
    /// ```
    /// use convometrics::{Event, Ledger, Options, Period, VisitorId, WidgetEvent, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// for visitor in ["fr-1", "fr-2", "it-1"] {
    ///     ledger.record(&Event::new("1".parse()?, at, visitor.parse()?, WidgetEvent::Impression)?)?;
    /// }
    /// let day = "2026-03-02".parse()?;
    /// let period = Period::from_dates(day, day, &Zone::utc())?;
    /// let country = |visitor: &VisitorId| visitor.as_str()[..2].to_owned();
    /// let reports = ledger.report_by(&period, &Options::new(), country);
    /// assert_eq!(reports["fr"].visitors.with_impression, 2);
    /// assert_eq!(reports["it"].visitors.with_impression, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn report_by<S: Ord + Clone + Send>(
        &self,
        period: &Period,
        options: &Options,
        segment: impl Fn(&VisitorId) -> S + Sync + Send,
    ) -> BTreeMap<S, Report> {
        self.all().report_by(period, options, segment)
    }
}

impl<'a> Selection<'a> {
    /// A report for each segment of the visitors who pass, as [`Ledger::report_by`].
    #[must_use]
    pub fn report_by<S: Ord + Clone + Send>(
        &self,
        period: &Period,
        options: &Options,
        segment: impl Fn(&VisitorId) -> S + Sync + Send,
    ) -> BTreeMap<S, Report> {
        let pass = self.pass(period, options);
        let frame = &pass.frame;
        let segment = |visitor: Name<'_>| segment(&visitor.with_text(VisitorId::trusted));
        let add = |tallies: &mut BTreeMap<S, Everything<'a>>,
                   log: VisitorLog<'a>,
                   reader: &mut Reader<'a>| {
            if let Some(story) = pass.story::<Everything<'_>>(log, reader, false) {
                let tally = tallies.entry(segment(log.name()));
                let tally = tally.or_insert_with(|| Everything::new(frame));
                tally.add(frame, &story);
            }
        };
        let tallies = pass.fold(BTreeMap::new, add, merge_by_key);
        let mut arrived: BTreeMap<S, Vec<Arrived>> = BTreeMap::new();
        for (visitor, found) in self.ledger.repeats() {
            if self.filter.keeps_visitor(visitor) {
                arrived.entry(segment(visitor)).or_default().push(found);
            }
        }
        let reports = tallies.into_iter().map(|(segment, tally)| {
            let families = tally.finish(frame);
            let arrived = arrived.remove(&segment).unwrap_or_default();
            let quality = data_quality(families.quality, arrived);
            let report =
                Report::assembled(period, options, self.words(), pass.now, families, quality);
            (segment, report)
        });
        reports.collect()
    }
}
