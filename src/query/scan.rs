//! One scan over the visitors of a ledger. Each visitor is read once, and only as far as the tallies need it.

use super::Query;
use crate::journey::reader::Reader;
use crate::journey::{Filter, Journey, Position, ReadOptions};
use crate::ledger::{Arrived, Ledger, Part, VisitorLog};
use crate::metrics::family::Reads;
use crate::metrics::responsiveness::Service;
use crate::metrics::{Activity, AllTimeFigures, LOOKS, ReportContext, Tally, VisitorView, credit};
use crate::name::Name;
use crate::parallel;
use crate::time::{Calendar, Instant};

/// A query over a ledger, resolved once.
pub(crate) struct Scan<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) filter: Filter,
    pub(crate) context: ReportContext,
    pub(crate) read_options: ReadOptions,
    pub(crate) service: Service,
    pub(crate) now: Option<Instant>,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(ledger: &'a Ledger, query: &Query) -> Self {
        let options = query.options();
        let now = ledger.now(options);
        let read_options = ReadOptions::new(options, now);
        Self {
            ledger,
            filter: query.filter().by_visitors_of(ledger),
            context: query.context(query.period()),
            service: Service::new(query.service_targets(), read_options.as_of),
            read_options,
            now,
        }
    }

    /// Computes the figures of a tally.
    pub(crate) fn family<T: Tally + Send>(&self) -> T::Metrics {
        self.tally::<T>().finish(&self.context)
    }

    /// Computes the tally over all selected visitors.
    pub(crate) fn tally<T: Tally + Send>(&self) -> T {
        let reads = T::reads(&self.context);
        let all_is_visible = self.filter.is_open() && self.ledger.latest() <= self.now;
        let known = self
            .ledger
            .cached::<AllTimeFigures>()
            .filter(|_| all_is_visible);
        let mut tally = self.fold(
            T::default,
            |tally: &mut T, log, reader| {
                if let Some(visitor) = self.visitor(&reads, log, reader, known.is_some()) {
                    tally.add(&self.context, &visitor);
                }
            },
            T::add_assign,
        );
        if let Some(known) = known {
            tally.set_all_time(known);
        } else if all_is_visible && T::HAS_ALL_TIME {
            let mut all_time = AllTimeFigures::default();
            tally.all_time(&mut all_time);
            self.ledger.cache(all_time);
        }
        self.each_arrived(|_, arrived| tally.add_arrived(arrived));
        tally
    }

    /// Calls `add` for each survivor of a selected visitor under whose id something arrived again.
    pub(crate) fn each_arrived(&self, mut add: impl FnMut(Name<'_>, Arrived)) {
        for (visitor, arrived) in self.ledger.repeats() {
            if self.filter.keeps_visitor(|| visitor) {
                add(visitor, arrived);
            }
        }
    }

    /// Folds all selected visitors.
    pub(crate) fn fold<T: Send>(
        &self,
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, VisitorLog<'a>, &mut Reader<'a>) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        const VISITORS_A_TALLY: usize = 4096;

        let parts = self.ledger.parts();
        let visitors: usize = parts.iter().map(Part::len).sum();
        let at_least = VISITORS_A_TALLY * parts.len() / visitors.max(1);
        let (sum, _) = parallel::fold(
            &parts,
            at_least.clamp(1, parts.len().max(1)),
            || (new(), Reader::default()),
            |(mut sum, mut reader), part| {
                for log in part.logs() {
                    if self.filter.keeps_visitor(|| log.name()) {
                        add(&mut sum, log, &mut reader);
                    }
                }
                (sum, reader)
            },
            |(mine, _), (theirs, _)| merge(mine, theirs),
        );
        sum
    }

    /// Returns the part of a visitor that a tally reads and the filter selects, or `None` if it is empty. Visitors
    /// without an event in the period are not read if the [`AllTimeFigures`] are known.
    pub(crate) fn visitor<'r>(
        &self,
        reads: &Reads,
        log: VisitorLog<'a>,
        reader: &'r mut Reader<'a>,
        all_time_is_known: bool,
    ) -> Option<VisitorView<'a, 'r>> {
        let journey = self.journey(reads, log, reader, all_time_is_known)?;
        let (as_of, period) = (self.read_options.as_of, &self.context.calendar);
        Some(self.viewed(reads, log, journey, as_of, period))
    }

    /// Returns a visitor's journey with what else is read of it, without the records that the filter does not select.
    /// Orders in `credited` have shares.
    pub(crate) fn viewed<'r>(
        &self,
        reads: &Reads,
        log: VisitorLog<'a>,
        journey: &'r mut Journey<'a>,
        as_of: Instant,
        credited: &Calendar,
    ) -> VisitorView<'a, 'r> {
        let mut credit = Vec::new();
        if reads.credit {
            let rules = &self.context.credit;
            let windows = (rules.sales.window, rules.gmv.window);
            let model = rules.sales.weigher.model;
            credit = credit::credit(journey, rules, windows, model, credited);
            credit::keep(&mut credit, journey, &self.filter);
        }
        let mut activity = Activity::default();
        if reads.activity {
            activity = activity_of(log, journey, as_of);
        }
        self.keep(log, journey);
        VisitorView {
            journey,
            credit: credit.into(),
            activity,
            service: self.service,
        }
    }

    /// Removes the records that the filter does not select.
    pub(crate) fn keep(&self, log: VisitorLog<'a>, journey: &mut Journey<'a>) {
        let tables = log.tables();
        journey.keep(&self.filter, |page| {
            tables.page(page, self.read_options.options.page_grouping())
        });
    }

    /// Reads the part of a visitor's journey that a tally needs.
    pub(crate) fn journey<'r>(
        &self,
        reads: &Reads,
        log: VisitorLog<'a>,
        reader: &'r mut Reader<'a>,
        all_time_is_known: bool,
    ) -> Option<&'r mut Journey<'a>> {
        let read_options = &self.read_options;
        let (from, to) = (self.context.calendar.from, self.context.calendar.to);
        let types = match (log.may_lie_in(from, to), all_time_is_known) {
            (true, _) => reads.types,
            (false, false) => reads.outside,
            (false, true) => return None,
        };
        let types = log.types().and(types);
        if types.is_empty() {
            if all_time_is_known || !reads.event_count {
                return None;
            }
            if let Some(events) = log.count_until(read_options.as_of) {
                return Some(reader.read_count(log, events));
            }
        }
        // `read_looks` does not read the pages that a filter may need.
        let is_looks = types.without(LOOKS).is_empty() && !self.filter.has_opening_conditions();
        if let (true, Some(heads)) = (is_looks, log.heads()) {
            return Some(reader.read_looks(log, heads, read_options));
        }
        Some(reader.read(log, read_options, reads.extras))
    }
}

/// Returns the activity of a visitor. The journey must not be filtered yet.
fn activity_of(log: VisitorLog<'_>, journey: &Journey<'_>, as_of: Instant) -> Activity {
    // Faults are in the order of the events.
    let is_set_aside = |position: Position| {
        let remarks = &journey.remarks;
        let found = remarks.binary_search_by_key(&position, |(at, _)| *at);
        found.is_ok_and(|place| remarks[place].1.is_set_aside())
    };
    let instants = (0..).zip(log.instants(as_of));
    let instants = instants.filter(|(position, _)| !is_set_aside(*position));
    let conversations = journey.conversations.iter().filter_map(|conversation| {
        conversation.two_way()?;
        Some(conversation.opening?.at())
    });
    Activity {
        instants: instants.map(|(_, at)| at).collect(),
        conversations: conversations.collect(),
    }
}
