//! The report: every family's figures over one period.
//!
//! A report is a function of the set of events, the period and the options: no clock, no randomness, no order of
//! arrival. It is one pass over visitors, on as many threads as there are (feature `parallel`); the bytes are the same
//! on any number.
//!
//! Of a visitor no more is read than is asked for: nothing of one who has no event in the period or none of the types
//! that the families in question count, the instants alone of one who only looked. What holds for the whole log,
//! whatever the period (the distribution of ratings, the data quality), is found by the first report and kept until a
//! further event arrives.

mod compare;
mod estimates;
mod explain;
mod figures;
mod options;
mod what_if;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use compare::{Change, Comparison, Difference};
pub use estimates::FigureEstimate;
pub use explain::{OrderExplanation, OrderTouch, TouchCredit, TouchVerdict};
pub use figures::Figure;
pub use options::{AttributionOptions, Options, ReportOptions};

pub use what_if::{AgentCredit, WhatIf, WhatIfCell};

use crate::error::OptionError;
use crate::journey::reading::Reader;
use crate::journey::{Journey, Lens, Quality};
use crate::ledger::{Ledger, Types, VisitorLog};
use crate::metrics::conversation::{ConversationMetrics, ConversationTally};
use crate::metrics::csat::{CsatMetrics, CsatTally};
use crate::metrics::engage::{EngageMetrics, EngageTally};
use crate::metrics::gmv::{GmvMetrics, GmvTally};
use crate::metrics::leaderboard::{LeaderboardMetrics, LeaderboardTally};
use crate::metrics::request::{RequestMetrics, RequestTally};
use crate::metrics::visitor::{VisitorMetrics, VisitorTally};
use crate::metrics::{CALLS, Frame, LOOKS, ORDERS, Story, Tally, Whole, credit};
use crate::parallel;
use crate::time::{Calendar, Instant, Period, Zone};

/// All metrics of both glossaries over one period.
///
/// Serialises to one JSON object, whose field names are those of this struct and of the families' structs, and reads back
/// to an equal report. Ratios and means carry their `value`, `null` over nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The period, with the zone's offsets.
    pub period: Period,
    /// "Now": the option's, else the latest event's instant; `None` where neither is there.
    #[serde(with = "crate::time::utc::option")]
    pub as_of: Option<DateTime<Utc>>,
    /// The options that the report was made with.
    pub options: ReportOptions,
    /// Conversations.
    pub conversations: ConversationMetrics,
    /// Requests and automatic messages.
    pub requests: RequestMetrics,
    /// Widget impressions and clicks.
    pub visitors: VisitorMetrics,
    /// Orders, GMV, conversion.
    pub gmv: GmvMetrics,
    /// Ratings and feedback.
    pub csat: CsatMetrics,
    /// Agents.
    pub leaderboard: LeaderboardMetrics,
    /// Live website calls and chats.
    pub engage: EngageMetrics,
    /// What was read, and what was set aside.
    pub data_quality: DataQuality,
}

/// What was read, and what was set aside. Not cut to the period. `duplicates` and `conflicts` speak of all that
/// arrived, the others of what is visible at `as_of`.
///
/// By hand: a log of 5 arrivals: an order placed, the same again, the same id with another subtotal (later in canonical
/// order), a refund of more than the order's value, and a `call_ended` of a call never requested. `events` 3,
/// `duplicates` 1, `conflicts` 1, `redundant` 0, `orphans` 1, `over_refunds` 1. One more `order_placed` of that order,
/// under another id, would make `events` 4 and `redundant` 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataQuality {
    /// Distinct survivors at or before `as_of`, redundant events and orphans included.
    pub events: u64,
    /// Further arrivals of a survivor's content, of all that arrived.
    pub duplicates: u64,
    /// Arrivals of other content under a survivor's id, of all that arrived.
    pub conflicts: u64,
    /// Each `order_placed` of an order after its first, each `call_requested` of a call after its first.
    pub redundant: u64,
    /// Call events without a request, refunds and cancellations without an order.
    pub orphans: u64,
    /// Refunds that exceed what is left of their order, of all visible orders.
    pub over_refunds: u64,
}

impl Ledger {
    /// All metrics over one period.
    ///
    /// A service that takes events from outside does well to say [when it is](Options::with_as_of): "now" is else the
    /// latest event's instant, and one event of a clock that is years ahead would close every session. Under a model
    /// that credits every candidate (all but `last_touch` and `first_touch`) a visitor with n touches before each of m
    /// orders takes n × m steps.
    ///
    /// ```
    /// use chrono::{DateTime, NaiveDate};
    /// use convometrics::{Event, Ledger, Options, Period, WidgetEvent, Zone};
    ///
    /// let mut ledger = Ledger::new();
    /// let at = DateTime::parse_from_rfc3339("2026-03-02T09:00:00Z")?.to_utc();
    /// ledger.record(&Event::new("1".parse()?, at, "ann".parse()?, WidgetEvent::Impression)?)?;
    ///
    /// let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    /// let period = Period::days(day, day, &Zone::utc())?;
    /// let report = ledger.report(&period, &Options::new());
    /// assert_eq!(report.visitors.with_impression, 1);
    /// assert_eq!(report.visitors.click_through_rate.value(), Some(0.0));
    /// assert_eq!(report.requests.text_share.value(), None); // no request: no share, not 0
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn report(&self, period: &Period, options: &Options) -> Report {
        let now = self.now(options);
        let families = self.family_at::<Everything<'_>>(period, options, now);
        Report {
            period: period.clone(),
            as_of: now.map(Instant::to_utc),
            options: options.settings().clone(),
            conversations: families.conversations,
            requests: families.requests,
            visitors: families.visitors,
            gmv: families.gmv,
            csat: families.csat,
            leaderboard: families.leaderboard,
            engage: families.engage,
            data_quality: self.with_arrivals(families.quality),
        }
    }

    /// The instants of the first and of the last event at or before the option's `as_of`; `None` where there is none.
    #[must_use]
    pub fn span(&self, options: &Options) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (first, last) = self.bounds(options.as_of_instant())?;
        Some((first.to_utc(), last.to_utc()))
    }

    /// The period of a report that names none: the local days from the first to the last event at or before the
    /// option's `as_of`.
    ///
    /// # Errors
    /// An [`OptionError`] that names `period`: where no event is visible, where the events span more than 3 660 local
    /// days, and where the days leave the years 0000 to 9999 (31 December 9999 has no end there). Then the period must
    /// be given.
    pub fn whole_period(&self, zone: &Zone, options: &Options) -> Result<Period, OptionError> {
        let (first, last) = self.bounds(options.as_of_instant()).ok_or_else(|| {
            OptionError::new(
                "period",
                "not given, and there is no event to take it from",
                "a period, such as the days 2026-03-01 to 2026-03-31",
            )
        })?;
        Period::holding(first, last, zone)
    }

    /// Conversations alone: `report(period, options).conversations`, without the work for the other families.
    ///
    /// ```
    /// # use convometrics::{Ledger, Options, Zone, Period};
    /// # let ledger = Ledger::new();
    /// # let day = "2026-03-02".parse()?;
    /// # let period = Period::days(day, day, &Zone::utc())?;
    /// # let options = Options::new();
    /// assert_eq!(ledger.conversations(&period, &options), ledger.report(&period, &options).conversations);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn conversations(&self, period: &Period, options: &Options) -> ConversationMetrics {
        self.family::<ConversationTally>(period, options)
    }

    /// Requests and automatic messages alone: the report's `requests`.
    #[must_use]
    pub fn requests(&self, period: &Period, options: &Options) -> RequestMetrics {
        self.family::<RequestTally<'_>>(period, options)
    }

    /// Widget impressions and clicks alone: the report's `visitors`.
    #[must_use]
    pub fn visitors(&self, period: &Period, options: &Options) -> VisitorMetrics {
        self.family::<VisitorTally>(period, options)
    }

    /// Orders, GMV and conversion alone: the report's `gmv`.
    #[must_use]
    pub fn gmv(&self, period: &Period, options: &Options) -> GmvMetrics {
        self.family::<GmvTally>(period, options)
    }

    /// Ratings and feedback alone: the report's `csat`.
    #[must_use]
    pub fn csat(&self, period: &Period, options: &Options) -> CsatMetrics {
        self.family::<CsatTally<'_>>(period, options)
    }

    /// The agents' leaderboard alone: the report's `leaderboard`.
    #[must_use]
    pub fn leaderboard(&self, period: &Period, options: &Options) -> LeaderboardMetrics {
        self.family::<LeaderboardTally<'_>>(period, options)
    }

    /// Live website calls and chats alone: the report's `engage`.
    #[must_use]
    pub fn engage(&self, period: &Period, options: &Options) -> EngageMetrics {
        self.family::<EngageTally<'_>>(period, options)
    }

    /// What was read, and what was set aside, alone: the report's `data_quality`.
    #[must_use]
    pub fn data_quality(&self, options: &Options) -> DataQuality {
        self.with_arrivals(self.family::<QualityTally>(&Period::none(), options))
    }

    /// "Now": the option's, else the latest survivor's instant.
    fn now(&self, options: &Options) -> Option<Instant> {
        options
            .as_of_instant()
            .or_else(|| self.bounds(None).map(|(_, latest)| latest))
    }

    fn family<'a, T: Tally<'a> + Send>(&'a self, period: &Period, options: &Options) -> T::Metrics {
        self.family_at::<T>(period, options, self.now(options))
    }

    /// One pass over visitors.
    fn family_at<'a, T: Tally<'a> + Send>(
        &'a self,
        period: &Period,
        options: &Options,
        now: Option<Instant>,
    ) -> T::Metrics {
        let frame = Frame::new(period, options);
        let lens = Lens::new(options, now);
        let latest = self.bounds(None).map(|(_, latest)| latest);
        let all_is_visible = latest <= now;
        let known = self.kept::<Whole>().filter(|_| all_is_visible);
        let add = |tally: &mut T, log, reader: &mut Reader<'a>| {
            let Some(journey) = asked::<T>(log, reader, &lens, &frame, known.is_some()) else {
                return;
            };
            let credit = if T::READS_CREDIT {
                let rules = &frame.credit;
                let models = [rules.model];
                credit::credit(journey, rules, rules.window, &models, &frame.calendar)
            } else {
                Vec::new()
            };
            tally.add(&frame, &Story { journey, credit });
        };
        let mut tally = self.fold(|| T::new(&frame), add, T::merge);
        match known {
            Some(known) => tally.set_whole(known),
            None if all_is_visible => tally.whole().into_iter().for_each(|whole| self.keep(whole)),
            None => {}
        }
        tally.finish(&frame)
    }

    /// Adds up all visitors.
    fn fold<'a, T: Send>(
        &'a self,
        new: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, VisitorLog<'a>, &mut Reader<'a>) + Sync + Send,
        merge: impl Fn(&mut T, T) + Sync + Send,
    ) -> T {
        const VISITORS_A_TALLY: usize = 4096;

        let shards = self.shards();
        let at_least = VISITORS_A_TALLY * shards.len() / self.visitor_count().max(1);
        let (sum, _) = parallel::fold(
            shards,
            at_least.clamp(1, shards.len().max(1)),
            || (new(), Reader::default()),
            |(mut sum, mut reader), shard| {
                for log in shard.logs() {
                    add(&mut sum, log, &mut reader);
                }
                (sum, reader)
            },
            |(mine, _), (theirs, _)| merge(mine, theirs),
        );
        sum
    }

    fn with_arrivals(&self, quality: Quality) -> DataQuality {
        DataQuality {
            events: quality.events,
            duplicates: self.duplicates(),
            conflicts: self.conflicts(),
            redundant: quality.redundant,
            orphans: quality.orphans,
            over_refunds: quality.over_refunds,
        }
    }
}

impl Frame {
    fn new(period: &Period, options: &Options) -> Self {
        Self {
            calendar: Calendar::new(period),
            top: options.rows(),
            credit: options.credit_rules(),
        }
    }
}

impl Lens {
    fn new(options: &Options, now: Option<Instant>) -> Self {
        Self {
            // An empty ledger has nothing to see, whenever that is.
            as_of: now.unwrap_or(Instant::MIN),
            session_timeout: options.session_timeout(),
            pages: options.pages(),
        }
    }
}

/// As much of a visitor's journey as a tally asks for; `None` where that is nothing. Where the [`Whole`] log is known,
/// nothing is asked for outside the period.
fn asked<'a, 'r, 't, T: Tally<'t>>(
    log: VisitorLog<'a>,
    reader: &'r mut Reader<'a>,
    lens: &Lens,
    frame: &Frame,
    whole_is_known: bool,
) -> Option<&'r Journey<'a>> {
    let (from, to) = frame.calendar.bounds();
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
    if types.without(LOOKS).is_empty() && log.heads().is_some() {
        return reader.read_looks(log, lens);
    }
    Some(reader.read(log, lens))
}

/// The counters of what was read.
struct QualityTally(Quality);

impl Tally<'_> for QualityTally {
    type Metrics = Quality;

    const READS: Types = CALLS.or(ORDERS);
    const READS_OUTSIDE: Types = Self::READS;
    const COUNTS_EVENTS: bool = true;

    fn new(_: &Frame) -> Self {
        Self(Quality::default())
    }

    fn add(&mut self, _: &Frame, story: &Story<'_, '_>) {
        self.0 += story.journey.quality;
    }

    fn merge(&mut self, other: Self) {
        self.0 += other.0;
    }

    fn set_whole(&mut self, whole: &Whole) {
        self.0 = whole.quality;
    }

    fn finish(self, _: &Frame) -> Quality {
        self.0
    }
}

macro_rules! everything {
    ($($family:ident: $tally:ty => $metrics:ty,)*) => {
        /// The tallies of all families: one journey feeds them all.
        struct Everything<'a> {
            $($family: $tally,)*
        }

        /// The figures of all families.
        struct Families {
            $($family: $metrics,)*
        }

        impl<'a> Tally<'a> for Everything<'a> {
            type Metrics = Families;

            const READS: Types = Types::of([])$(.or(<$tally as Tally<'a>>::READS))*;
            const READS_OUTSIDE: Types =
                Types::of([])$(.or(<$tally as Tally<'a>>::READS_OUTSIDE))*;
            const COUNTS_EVENTS: bool = false $(|| <$tally as Tally<'a>>::COUNTS_EVENTS)*;
            const READS_CREDIT: bool = false $(|| <$tally as Tally<'a>>::READS_CREDIT)*;

            fn new(frame: &Frame) -> Self {
                Self { $($family: <$tally>::new(frame),)* }
            }

            fn add(&mut self, frame: &Frame, story: &Story<'a, '_>) {
                $(self.$family.add(frame, story);)*
            }

            fn merge(&mut self, other: Self) {
                $(self.$family.merge(other.$family);)*
            }

            fn finish(self, frame: &Frame) -> Families {
                Families { $($family: self.$family.finish(frame),)* }
            }

            fn whole(&self) -> Option<Whole> {
                Some(Whole {
                    quality: self.quality.0,
                    distribution: self.csat.distribution(),
                })
            }

            fn set_whole(&mut self, whole: &Whole) {
                $(self.$family.set_whole(whole);)*
            }
        }
    };
}

everything! {
    conversations: ConversationTally => ConversationMetrics,
    requests: RequestTally<'a> => RequestMetrics,
    visitors: VisitorTally => VisitorMetrics,
    gmv: GmvTally => GmvMetrics,
    csat: CsatTally<'a> => CsatMetrics,
    leaderboard: LeaderboardTally<'a> => LeaderboardMetrics,
    engage: EngageTally<'a> => EngageMetrics,
    quality: QualityTally => Quality,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, WidgetEvent};

    #[test]
    fn what_holds_whatever_the_period_is_kept_until_a_further_event_arrives() {
        let look = |id: &str| {
            let at = "2026-03-02T09:00:00Z".parse().unwrap();
            let (id, visitor) = (id.parse().unwrap(), "ann".parse().unwrap());
            Event::new(id, at, visitor, WidgetEvent::Impression).unwrap()
        };
        let mut ledger = Ledger::new();
        ledger.record(&look("1")).unwrap();
        let kept = |ledger: &Ledger| ledger.kept::<Whole>().map(|whole| whole.quality.events);
        assert_eq!(kept(&ledger), None);
        let day = "2026-03-02".parse().unwrap();
        let period = Period::days(day, day, &Zone::utc()).unwrap();
        let report = ledger.report(&period, &Options::new());
        assert_eq!((kept(&ledger), report.data_quality.events), (Some(1), 1));
        ledger.record(&look("2")).unwrap();
        assert_eq!(kept(&ledger), None);
        // What is seen of a part is not kept for the whole.
        let before = Options::new().with_as_of("2026-03-01T00:00:00Z".parse().unwrap());
        assert_eq!(
            ledger.report(&period, &before.unwrap()).data_quality.events,
            0
        );
        assert_eq!(kept(&ledger), None);
    }
}
