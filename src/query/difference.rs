//! The first value in which two queries differ. Partial reports can only be combined if their queries are equal.

use super::{OptionName, Query};
#[cfg(feature = "snapshot")]
use crate::hash::fnv1a;
use crate::metric::Family;
#[cfg(feature = "snapshot")]
use crate::time::{Calendar, Period};
use crate::time::{Instant, utc_text};

/// A term of two queries that differs: its name, and its text in each.
pub(super) struct Difference {
    pub(super) term: &'static str,
    pub(super) here: String,
    pub(super) there: String,
}

impl Difference {
    /// Returns the first term that differs. A term without a value is `none`.
    pub(super) fn of(here: &Query, there: &Query) -> Option<Self> {
        let terms = terms(here).into_iter().zip(terms(there));
        let mut differing = terms.filter(|((_, here), (_, there))| here != there);
        let ((term, here), (_, there)) = differing.next()?;
        let [here, there] = [here, there].map(|text| text.unwrap_or_else(|| "none".to_owned()));
        Some(Self { term, here, there })
    }
}

/// Returns the terms of a query with their values, the same terms of every query.
fn terms(query: &Query) -> Vec<(&'static str, Option<String>)> {
    let (period, filter, targets) = (query.period(), query.filter(), query.service_targets());
    let instant = |at: Instant| Some(utc_text(at.to_utc()));
    let families: Vec<&str> = query.families().map(Family::name).collect();
    let targets = format!(
        "chat {} s, call {} s",
        targets.chat_seconds, targets.call_seconds
    );
    let mut terms = vec![
        ("start", instant(period.start)),
        ("end", instant(period.end)),
        ("zone", Some(period.zone().to_string())),
    ];
    let options = OptionName::ALL.into_iter();
    terms.extend(options.map(|option| (option.name(), query.options().get(option))));
    terms.extend([
        ("filter", (!filter.is_open()).then(|| format!("{filter:#}"))),
        (
            "families",
            (!families.is_empty()).then(|| families.join(", ")),
        ),
        ("service_targets", Some(targets)),
        // Any difference that the texts above do not show.
        ("query", Some(format!("{query:?}"))),
    ]);
    terms
}

/// Returns the number of days of the period and a hash of their starts. Both change if another release of the time zone
/// database has other rules for the zone.
#[cfg(feature = "snapshot")]
pub(super) fn days(period: &Period) -> String {
    let calendar = Calendar::new(period);
    let starts = calendar.starts;
    let bytes = starts.iter().flat_map(|at| at.micros().to_le_bytes());
    format!("{} ({:016x})", starts.len(), fnv1a(bytes))
}

#[cfg(all(test, feature = "snapshot"))]
mod tests {
    use super::*;
    use crate::Zone;

    #[test]
    fn days_differ_by_their_number_and_starts() {
        // Two days in UTC; in Paris and Lima parts of three.
        let days_in = |zone: &str| {
            let zone: Zone = zone.parse().unwrap();
            let at = |text: &str| text.parse().unwrap();
            let (start, end) = (at("2026-03-02T00:00:00Z"), at("2026-03-04T00:00:00Z"));
            days(&Period::new(start, end, &zone).unwrap())
        };
        let [utc, paris, lima] = ["UTC", "Europe/Paris", "America/Lima"].map(days_in);
        assert!(utc.starts_with("2 ("), "{utc}");
        assert!(paris.starts_with("3 ("), "{paris}");
        assert!(lima.starts_with("3 ("), "{lima}");
        assert_ne!(paris, lima);
        // Zones with the same offset.
        assert_eq!(utc, days_in("Africa/Abidjan"));
        assert_eq!(paris, days_in("Africa/Lagos"));
    }
}
