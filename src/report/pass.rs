//! One pass over visitors: each one's story is read once, as much of it as is asked for.

use super::Options;
use crate::journey::reading::Reader;
use crate::journey::{Filter, Journey, Lens};
use crate::ledger::{Ledger, VisitorLog};
use crate::metrics::responsiveness::Service;
use crate::metrics::{Frame, LOOKS, Story, Tally, Whole, credit};
use crate::parallel;
use crate::time::{Calendar, Instant, Period};

/// What a pass is asked with.
pub(super) struct Pass<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) filter: Filter,
    pub(super) frame: Frame,
    pub(super) lens: Lens,
    pub(super) now: Option<Instant>,
}

impl<'a> Pass<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        filter: Filter,
        period: &Period,
        options: &Options,
    ) -> Self {
        let now = ledger.now(options);
        Self {
            ledger,
            filter,
            frame: Frame::new(Calendar::new(period), options),
            lens: Lens::new(options, now),
            now,
        }
    }

    /// The figures of a tally.
    pub(super) fn family<T: Tally<'a> + Send>(&self) -> T::Metrics {
        self.tally::<T>().finish(&self.frame)
    }

    /// A tally of all visitors who pass.
    pub(super) fn tally<T: Tally<'a> + Send>(&self) -> T {
        let all_is_visible = self.sees_all();
        let known = self.ledger.cached::<Whole>().filter(|_| all_is_visible);
        let mut tally = self.fold(
            || T::new(&self.frame),
            |tally: &mut T, log, reader| {
                if let Some(story) = self.story::<T>(log, reader, known.is_some()) {
                    tally.add(&self.frame, &story);
                }
            },
            T::add_assign,
        );
        match known {
            Some(known) => tally.set_whole(known),
            None if all_is_visible => tally
                .whole()
                .into_iter()
                .for_each(|whole| self.ledger.cache(whole)),
            None => {}
        }
        tally
    }

    /// Whether every event of the ledger is visible and passes.
    fn sees_all(&self) -> bool {
        let latest = self.ledger.bounds(None).map(|(_, latest)| latest);
        latest <= self.now && self.filter.is_open()
    }

    /// Adds up all visitors who pass.
    pub(super) fn fold<T: Send>(
        &self,
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, VisitorLog<'a>, &mut Reader<'a>) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        const VISITORS_A_TALLY: usize = 4096;

        let shards = self.ledger.shards();
        let at_least = VISITORS_A_TALLY * shards.len() / self.ledger.visitor_count().max(1);
        let (sum, _) = parallel::fold(
            shards,
            at_least.clamp(1, shards.len().max(1)),
            || (new(), Reader::default()),
            |(mut sum, mut reader), shard| {
                for log in shard.logs() {
                    if self.filter.keeps_visitor(log.name()) {
                        add(&mut sum, log, &mut reader);
                    }
                }
                (sum, reader)
            },
            |(mine, _), (theirs, _)| merge(mine, theirs),
        );
        sum
    }

    /// As much of a visitor's story as a tally asks for, without what the filter leaves out; `None` where that is
    /// nothing. Where the [`Whole`] log is known, nothing is asked for outside the period.
    pub(super) fn story<'r, T: Tally<'a>>(
        &self,
        log: VisitorLog<'a>,
        reader: &'r mut Reader<'a>,
        whole_is_known: bool,
    ) -> Option<Story<'a, 'r>> {
        let journey = self.asked::<T>(log, reader, whole_is_known)?;
        let mut credit = if T::READS_CREDIT {
            let rules = &self.frame.credit;
            let models = [rules.model];
            credit::credit(journey, rules, rules.window, &models, &self.frame.calendar)
        } else {
            Vec::new()
        };
        credit::keep(&mut credit, journey, &self.filter);
        self.keep(log, journey);
        Some(Story {
            journey,
            credit: credit.into(),
        })
    }

    /// Leaves out what the filter does not keep.
    pub(super) fn keep(&self, log: VisitorLog<'a>, journey: &mut Journey<'a>) {
        let (tables, pages) = (log.tables(), self.lens.pages);
        journey.keep(&self.filter, |page| pages.group(tables.text(page)));
    }

    /// As much of a visitor's journey as a tally asks for.
    pub(super) fn asked<'r, T: Tally<'a>>(
        &self,
        log: VisitorLog<'a>,
        reader: &'r mut Reader<'a>,
        whole_is_known: bool,
    ) -> Option<&'r mut Journey<'a>> {
        let lens = &self.lens;
        let (from, to) = self.frame.calendar.bounds();
        let reads = match (log.may_lie_in(from, to), whole_is_known) {
            (true, _) => T::READS,
            (false, false) => T::READS_OUTSIDE,
            (false, true) => return None,
        };
        let types = log.types().and(reads);
        if types.is_empty() {
            if whole_is_known || !T::COUNTS_EVENTS {
                return None;
            }
            if let Some(events) = log.count_until(lens.as_of) {
                return Some(reader.read_count(events));
            }
        }
        // Looks that are read alone are without their pages.
        let is_looks = types.without(LOOKS).is_empty() && !self.filter.asks_about_openings();
        if is_looks && log.heads().is_some() {
            return reader.read_looks(log, lens);
        }
        Some(reader.read(log, lens))
    }
}

impl Frame {
    pub(super) fn new(calendar: Calendar, options: &Options) -> Self {
        Self {
            calendar,
            top: options.rows(),
            credit: options.credit_rules(),
            service: Service::default(),
        }
    }
}

impl Lens {
    pub(super) fn new(options: &Options, now: Option<Instant>) -> Self {
        Self {
            // An empty ledger has nothing to see, whenever that is.
            as_of: now.unwrap_or(Instant::MIN),
            session_timeout: options.session_timeout(),
            pages: options.pages(),
            replies: false,
        }
    }
}
