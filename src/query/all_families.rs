//! All families together: one journey feeds them all.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::families::families;
use crate::ledger::Arrived;
use crate::metric::Family;
use crate::metrics::cells::{Cells, MetricList};
use crate::metrics::family::{Family as MetricFamily, Reads};
use crate::metrics::{AllTimeFigures, ReportContext, Tally, VisitorView};
#[cfg(feature = "snapshot")]
use crate::sums::Additive;
use crate::sums::add_up_sums;

/// The figures of a family that every report has.
type Always<T> = T;

/// The figures of a family that a report has if its query asks for it.
type IfAsked<T> = Option<T>;

/// Whether a family is computed.
macro_rules! is_computed {
    (Always $family:ident $context:ident) => {
        true
    };
    (IfAsked $family:ident $context:ident) => {
        $context.families.contains(&Family::$family)
    };
}

/// The figures of a family, if it is computed.
macro_rules! finished {
    (Always $family:ident $context:ident $tally:expr) => {
        $tally.finish($context)
    };
    (IfAsked $family:ident $context:ident $tally:expr) => {
        is_computed!(IfAsked $family $context).then(|| $tally.finish($context))
    };
}

macro_rules! all_families {
    ($($(#[$doc:meta])* $if:ident $family:ident $field:ident $name:literal $title:literal $glossary:expr, $list:ty => $metrics:ty, $($path:ident).+;)*) => {
        /// The tallies of all families: one journey feeds them all. Those of families that are not computed are empty.
        #[derive(Debug, Clone, Default, Serialize, Deserialize)]
        pub(super) struct AllFamilies {
            $($field: Cells<$list>,)*
        }

        add_up_sums!(AllFamilies { $($field),* });

        /// The figures of all families.
        pub(super) struct AllMetrics {
            $(pub(super) $field: $if<<$list as MetricList>::Metrics>,)*
        }

        impl Tally for AllFamilies {
            type Metrics = AllMetrics;

            const HAS_ALL_TIME: bool = true;

            fn reads(context: &ReportContext) -> Reads {
                let mut reads = Reads::NOTHING;
                $(if is_computed!($if $family context) {
                    reads = reads.or(<$list>::READS);
                })*
                reads
            }

            fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>) {
                $(if is_computed!($if $family context) {
                    self.$field.add(context, visitor);
                })*
            }

            fn add_arrived(&mut self, arrived: Arrived) {
                $(self.$field.add_arrived(arrived);)*
            }

            fn all_time(&self, all_time: &mut AllTimeFigures) {
                $(self.$field.all_time(all_time);)*
            }

            fn set_all_time(&mut self, known: &AllTimeFigures) {
                $(self.$field.set_all_time(known);)*
            }

            fn finish(self, context: &ReportContext) -> AllMetrics {
                AllMetrics { $($field: finished!($if $family context self.$field),)* }
            }
        }

        impl AllFamilies {
            /// Returns whether the sums can be those of a report: slots are those of the period, and families that are
            /// not computed are empty.
            #[cfg(feature = "snapshot")]
            pub(super) fn fit(&self, context: &ReportContext) -> bool {
                $(self.$field.fits(context)
                    && (is_computed!($if $family context) || self.$field.is_nothing()))&&*
            }
        }
    };
}
families!(all_families);

/// Adds tallies to those with the same key.
pub(super) fn merge_by_key<K: Ord, T: Default + AddAssign>(
    mine: &mut BTreeMap<K, T>,
    theirs: BTreeMap<K, T>,
) {
    for (key, tally) in theirs {
        *mine.entry(key).or_default() += tally;
    }
}
