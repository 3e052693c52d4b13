//! All families together: one journey feeds them all.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::ledger::Arrived;
use crate::metrics::family::{FamilyTally, IfAsked, Reads};
use crate::metrics::{AllTimeFigures, ReportContext, Tally, VisitorView, families};
use crate::sums::add_up_sums;

/// The tally of a family that every report has.
type Always<T> = T;

macro_rules! all_families {
    ($($(#[$doc:meta])* $if:ident $family:ident $field:ident $name:literal $title:literal $glossary:expr, $list:ty => $metrics:ty, $($path:ident).+;)*) => {
        /// The tallies of the families that a query asks for: one journey feeds them all.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub(super) struct AllFamilies {
            $($field: $if<FamilyTally<$list>>,)*
        }

        add_up_sums!(AllFamilies { $($field),* });

        /// The figures of all families.
        pub(super) struct AllMetrics {
            $(pub(super) $field: <$if<FamilyTally<$list>> as Tally>::Metrics,)*
        }

        impl Tally for AllFamilies {
            type Metrics = AllMetrics;

            const HAS_ALL_TIME: bool = true;

            fn reads(context: &ReportContext) -> Reads {
                Reads::NOTHING $(.or($if::<FamilyTally<$list>>::reads(context)))*
            }

            fn new(context: &ReportContext) -> Self {
                Self { $($field: Tally::new(context),)* }
            }

            fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>) {
                $(self.$field.add(context, visitor);)*
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
                AllMetrics { $($field: self.$field.finish(context),)* }
            }
        }

        impl AllFamilies {
            /// Returns whether these are the families that the context asks for, and each agent has all days of the
            /// period. Other cells need no check: they were added to new ones, which have all days.
            #[cfg(feature = "snapshot")]
            pub(super) fn is_of(&self, context: &ReportContext) -> bool {
                $(self.$field.is_of(context))&&*
            }

        }
    };
}
families!(all_families);

/// Adds tallies to those with the same key.
pub(super) fn merge_by_key<K: Ord, T: AddAssign>(
    mine: &mut BTreeMap<K, T>,
    theirs: BTreeMap<K, T>,
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
        let families = Scan::new(&ledger, &query).tally::<AllFamilies>();
        let context = |period| ReportContext::new(Calendar::new(period), &Options::new());
        assert!(families.is_of(&context(&one_day)));
        assert!(!families.is_of(&context(&two_days)));
    }
}
