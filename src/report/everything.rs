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
use crate::metrics::{CALLS, Frame, ORDERS, Story, Tally, Whole};
use crate::sums::add_up_sums;

/// The counters of what was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct QualityTally(Quality);

add_up_sums!(QualityTally { 0 });

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
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub(super) struct Everything<'a> {
            $($family: $tally,)*
        }

        add_up_sums!(Everything<'a> { $($family),* });

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
    csat: CsatTally => CsatMetrics,
    leaderboard: LeaderboardTally<'a> => LeaderboardMetrics,
    engage: EngageTally<'a> => EngageMetrics,
    quality: QualityTally => Quality,
}

impl Everything<'_> {
    /// Whether each agent has all days of the period; whatever else has days was added to such as have.
    #[cfg(feature = "snapshot")]
    pub(super) fn is_of(&self, frame: &Frame) -> bool {
        self.leaderboard.is_of(frame)
    }

    /// The same, kept without the log.
    pub(super) fn into_owned(self) -> Everything<'static> {
        Everything {
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
            Entry::Occupied(mut entry) => *entry.get_mut() += tally,
        }
    }
}
