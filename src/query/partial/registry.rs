//! Fingerprints of the families' metrics. Sums that were made with other metrics cannot be read.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::families::families;
use crate::hash::fnv1a;
use crate::metric::{Family, ScopeKind};
use crate::metrics::cells::MetricList;

/// A hash of the metrics and sums of each family, in the order of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Registry(Vec<(String, u64)>);

macro_rules! hashes {
    ($($(#[$doc:meta])* $if:ident $family:ident $field:ident $name:literal $title:literal $glossary:expr, $list:ty => $metrics:ty, $($path:ident).+;)*) => {
        vec![$((Family::$family.name().to_owned(), hash::<$list>()),)*]
    };
}

impl Registry {
    pub(super) fn new() -> Self {
        Self(families!(hashes))
    }

    /// Returns the name of the first family that differs, or that only one of the two has.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let longest = self.0.len().max(other.0.len());
        let place = (0..longest).find(|place| self.0.get(*place) != other.0.get(*place))?;
        let family = other.0.get(place).or_else(|| self.0.get(place));
        family.map(|(name, _)| name.clone())
    }
}

fn hash<L: MetricList<State: Default + Serialize>>() -> u64 {
    let mut text = fields_of::<L::State>();
    for metric in L::METRICS {
        let scopes = metric.scopes().map(ScopeKind::name);
        let scopes: Vec<&str> = scopes.collect();
        let (id, kind, counted_at) = (metric.id, metric.kind, metric.counted_at);
        write!(text, "{id} {kind} {counted_at} {};", scopes.join(" "))
            .expect("a string can be written to");
    }
    fnv1a(text.bytes())
}

/// Returns the JSON of empty sums, which contains the names of their fields.
fn fields_of<S: Default + Serialize>() -> String {
    serde_json::to_string(&S::default())
        .expect("sums consist of numbers, lists and objects with text keys")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_family_is_named() {
        let here = Registry::new();
        assert_eq!(here.difference(&Registry::new()), None);

        let mut changed = here.clone();
        changed.0[3].1 ^= 1;
        assert_eq!(here.difference(&changed).as_deref(), Some("gmv"));
        let mut fewer = here.clone();
        fewer.0.pop();
        assert_eq!(here.difference(&fewer).as_deref(), Some("heat_map"));
        let mut more = here.clone();
        more.0.push(("refunds".to_owned(), 7));
        assert_eq!(here.difference(&more).as_deref(), Some("refunds"));
    }

    #[test]
    fn each_family_has_a_hash_of_its_own() {
        let Registry(families) = Registry::new();
        let mut hashes: Vec<u64> = families.iter().map(|(_, hash)| *hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), families.len());
    }

    #[test]
    fn the_fields_of_sums_are_part_of_the_hash() {
        assert_eq!(
            fields_of::<<crate::metrics::visitor::Visitors as MetricList>::State>(),
            r#"{"with_impression":0,"with_click":0,"clicked_without_impression":0}"#
        );
        assert_eq!(
            fields_of::<<crate::metrics::csat::Csat as MetricList>::State>(),
            r#"{"ratings":{"stars":0,"answers":0},"responses":{"conversations":0,"rated":0},"details":[]}"#
        );
    }
}
