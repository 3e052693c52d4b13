//! All families together: one journey feeds them all.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::journey::Quality;
use crate::ledger::Types;
use crate::metrics::conversation::{ConversationMetrics, ConversationTally};
use crate::metrics::csat::{CsatMetrics, CsatTally};
use crate::metrics::engage::{EngageMetrics, EngageTally};
use crate::metrics::gmv::{GmvMetrics, GmvTally};
use crate::metrics::leaderboard::{LeaderboardMetrics, LeaderboardTally};
use crate::metrics::request::{RequestMetrics, RequestTally};
use crate::metrics::visitor::{VisitorMetrics, VisitorTally};
use crate::metrics::{CALLS, Frame, ORDERS, Story, Tally, Whole};

/// The counters of what was read.
pub(super) struct QualityTally(Quality);

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
        pub(super) struct Everything<'a> {
            $($family: $tally,)*
        }

        /// The figures of all families.
        pub(super) struct Families {
            $(pub(super) $family: $metrics,)*
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

/// Adds tallies to those of the same key.
pub(super) fn merge_by_key<'a, K: Ord>(
    mine: &mut BTreeMap<K, Everything<'a>>,
    theirs: BTreeMap<K, Everything<'a>>,
) {
    for (key, tally) in theirs {
        match mine.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(tally);
            }
            Entry::Occupied(mut entry) => entry.get_mut().merge(tally),
        }
    }
}
