//! The families that a report has only if its query asks for them.

use serde::{Deserialize, Serialize};

use crate::catalogue::Family;
use crate::ledger::Types;
use crate::metrics::family::FamilyTally;
use crate::metrics::{ReportContext, Tally, VisitorView, optional_families};
use crate::sums::{IfAsked, add_up_sums};

macro_rules! optional {
    ($($(#[$doc:meta])* $family:ident $field:ident $name:literal $glossary:expr, $list:ty => $metrics:ty, $($path:ident).+;)*) => {
        /// The tallies of the optional families that a query asks for.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub(super) struct OptionalTallies<'a> {
            $($field: IfAsked<FamilyTally<'a, $list>>,)*
        }

        add_up_sums!(OptionalTallies<'a> { $($field),* });

        /// The figures of the optional families that a query asks for.
        #[derive(Default)]
        pub(super) struct OptionalMetrics {
            $(pub(super) $field: Option<$metrics>,)*
        }

        impl<'a> Tally<'a> for OptionalTallies<'a> {
            type Metrics = OptionalMetrics;

            const READS: Types = Types::of([])$(.or(FamilyTally::<$list>::READS))*;
            const READS_OUTSIDE: Types = Types::of([])$(.or(FamilyTally::<$list>::READS_OUTSIDE))*;
            const READS_CREDIT: bool = false $(|| FamilyTally::<$list>::READS_CREDIT)*;
            const READS_REPLIES: bool = false $(|| FamilyTally::<$list>::READS_REPLIES)*;
            const READS_ACTIVITY: bool = false $(|| FamilyTally::<$list>::READS_ACTIVITY)*;

            fn new(context: &ReportContext) -> Self {
                let asked = |family| context.families.contains(&family);
                Self { $($field: IfAsked(asked(Family::$family).then(|| FamilyTally::new(context))),)* }
            }

            fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>) {
                $(if let Some(tally) = &mut self.$field.0 {
                    tally.add(context, visitor);
                })*
            }

            fn finish(self, context: &ReportContext) -> OptionalMetrics {
                OptionalMetrics { $($field: self.$field.0.map(|tally| tally.finish(context)),)* }
            }
        }

        impl OptionalTallies<'_> {
            /// Returns whether these are the tallies of the query.
            #[cfg(feature = "snapshot")]
            pub(super) fn is_of(&self, context: &ReportContext) -> bool {
                $(
                    self.$field.0.is_some() == context.families.contains(&Family::$family)
                        && self.$field.0.as_ref().is_none_or(|tally| tally.is_of(context))
                )&&*
            }

            /// Returns the same tallies, without borrows from the ledger.
            pub(super) fn into_owned(self) -> OptionalTallies<'static> {
                OptionalTallies { $($field: IfAsked(self.$field.0.map(FamilyTally::into_owned)),)* }
            }
        }
    };
}
optional_families!(optional);
