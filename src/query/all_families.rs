//! All families together: one journey feeds them all.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use crate::journey::Quality;
use crate::ledger::Types;
use crate::metrics::conversation::{ConversationMetrics, ConversationTally};
use crate::metrics::csat::{CsatMetrics, CsatTally};
use crate::metrics::engage::{EngageMetrics, EngageTally};
use crate::metrics::gmv::{GmvMetrics, GmvTally};
use crate::metrics::leaderboard::{LeaderboardMetrics, LeaderboardTally};
use crate::metrics::request::{RequestMetrics, RequestTally};
use crate::metrics::visitor::{VisitorMetrics, VisitorTally};
use crate::metrics::{AllTimeFigures, CALLS, ORDERS, ReportContext, Tally, VisitorView};
use crate::sums::add_up_sums;

/// The counters of the events read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct QualityTally(Quality);

add_up_sums!(QualityTally { 0 });

impl Tally<'_> for QualityTally {
    type Metrics = Quality;

    const READS: Types = CALLS.or(ORDERS);
    const READS_OUTSIDE: Types = Self::READS;
    const COUNTS_EVENTS: bool = true;

    fn new(_: &ReportContext) -> Self {
        Self(Quality::default())
    }

    fn add(&mut self, _: &ReportContext, visitor: &VisitorView<'_, '_>) {
        self.0 += visitor.journey.quality;
    }

    fn set_all_time(&mut self, known: &AllTimeFigures) {
        self.0 = known.quality;
    }

    fn finish(self, _: &ReportContext) -> Quality {
        self.0
    }
}

macro_rules! all_families {
    ($($family:ident: $tally:ty => $metrics:ty,)*) => {
        /// The tallies of all families: one journey feeds them all.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub(super) struct AllFamilies<'a> {
            $($family: $tally,)*
        }

        add_up_sums!(AllFamilies<'a> { $($family),* });

        /// The figures of all families.
        pub(super) struct AllMetrics {
            $(pub(super) $family: $metrics,)*
        }

        impl<'a> Tally<'a> for AllFamilies<'a> {
            type Metrics = AllMetrics;

            const READS: Types = Types::of([])$(.or(<$tally as Tally<'a>>::READS))*;
            const READS_OUTSIDE: Types =
                Types::of([])$(.or(<$tally as Tally<'a>>::READS_OUTSIDE))*;
            const COUNTS_EVENTS: bool = false $(|| <$tally as Tally<'a>>::COUNTS_EVENTS)*;
            const READS_CREDIT: bool = false $(|| <$tally as Tally<'a>>::READS_CREDIT)*;

            fn new(context: &ReportContext) -> Self {
                Self { $($family: <$tally>::new(context),)* }
            }

            fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>) {
                $(self.$family.add(context, visitor);)*
            }

            fn finish(self, context: &ReportContext) -> AllMetrics {
                AllMetrics { $($family: self.$family.finish(context),)* }
            }

            fn all_time(&self) -> Option<AllTimeFigures> {
                Some(AllTimeFigures {
                    quality: self.quality.0,
                    distribution: self.csat.distribution(),
                })
            }

            fn set_all_time(&mut self, known: &AllTimeFigures) {
                $(self.$family.set_all_time(known);)*
            }
        }
    };
}

all_families! {
    conversations: ConversationTally => ConversationMetrics,
    requests: RequestTally<'a> => RequestMetrics,
    visitors: VisitorTally => VisitorMetrics,
    gmv: GmvTally => GmvMetrics,
    csat: CsatTally => CsatMetrics,
    leaderboard: LeaderboardTally<'a> => LeaderboardMetrics,
    engage: EngageTally<'a> => EngageMetrics,
    quality: QualityTally => Quality,
}

impl AllFamilies<'_> {
    /// Returns whether each agent has all days of the period. Other tallies need no check: they were added to new
    /// tallies, which have all days.
    #[cfg(feature = "snapshot")]
    pub(super) fn is_of(&self, context: &ReportContext) -> bool {
        self.leaderboard.is_of(context)
    }

    /// Returns the same tallies, without borrows from the ledger.
    pub(super) fn into_owned(self) -> AllFamilies<'static> {
        AllFamilies {
            conversations: self.conversations,
            requests: self.requests.into_owned(),
            visitors: self.visitors,
            gmv: self.gmv,
            csat: self.csat,
            leaderboard: self.leaderboard.into_owned(),
            engage: self.engage.into_owned(),
            quality: self.quality,
        }
    }
}

/// Adds tallies to those with the same key.
pub(super) fn merge_by_key<'a, K: Ord>(
    mine: &mut BTreeMap<K, AllFamilies<'a>>,
    theirs: BTreeMap<K, AllFamilies<'a>>,
) {
    for (key, tally) in theirs {
        match mine.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(tally);
            }
            Entry::Occupied(mut entry) => *entry.get_mut() += tally,
        }
    }
}

#[cfg(all(test, feature = "snapshot"))]
mod tests {
    use super::*;
    use crate::event::{CallEvent, Event, Initiator};
    use crate::ledger::Ledger;
    use crate::query::scan::Scan;
    use crate::query::{Options, Query};
    use crate::time::{Calendar, Period, Zone};

    #[test]
    fn each_agent_has_all_days_of_the_period() {
        let at = "2026-03-02T09:00:00Z".parse().unwrap();
        let request = CallEvent::Requested {
            conversation: "k".parse().unwrap(),
            call: "c".parse().unwrap(),
            by: Initiator::Agent("bob".parse().unwrap()),
        };
        let (id, visitor) = ("1".parse().unwrap(), "ann".parse().unwrap());
        let mut ledger = Ledger::new();
        let event = Event::new(id, at, visitor, request).unwrap();
        ledger.record(&event).unwrap();

        let first = "2026-03-02".parse().unwrap();
        let period =
            |last: &str| Period::from_dates(first, last.parse().unwrap(), &Zone::utc()).unwrap();
        let (one_day, two_days) = (period("2026-03-02"), period("2026-03-03"));
        let query = Query::new(one_day.clone());
        let families = Scan::new(&ledger, &query).tally::<AllFamilies<'_>>();
        let context = |period| ReportContext::new(Calendar::new(period), &Options::new());
        assert!(families.is_of(&context(&one_day)));
        assert!(!families.is_of(&context(&two_days)));
    }
}
