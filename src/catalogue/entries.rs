//! The metrics of all families.

use super::Metric;
use crate::families::families;
use crate::metrics::cells::MetricList;

/// Every metric, in the order of the report. Those of [optional families](super::Family::OPTIONAL) come last.
pub const METRICS: &[Metric] = &joined();

macro_rules! lists {
    ($($(#[$doc:meta])* $if:ident $family:ident $field:ident $name:literal $title:literal $glossary:expr, $list:ty => $metrics:ty, $($path:ident).+;)*) => {
        const LISTS: &[&[Metric]] = &[$(<$list as MetricList>::METRICS),*];
    };
}
families!(lists);

const COUNT: usize = {
    let (mut count, mut list) = (0, 0);
    while list < LISTS.len() {
        count += LISTS[list].len();
        list += 1;
    }
    count
};

#[expect(clippy::large_stack_arrays, reason = "it is a constant")]
const fn joined() -> [Metric; COUNT] {
    let mut all = [LISTS[0][0]; COUNT];
    let (mut at, mut list) = (0, 0);
    while list < LISTS.len() {
        let mut metric = 0;
        while metric < LISTS[list].len() {
            all[at] = LISTS[list][metric];
            at += 1;
            metric += 1;
        }
        list += 1;
    }
    all
}
