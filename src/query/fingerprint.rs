//! Fingerprints of queries: all values that decide what a report adds up, as named texts. Partial reports can only be
//! merged if they are equal.

#[cfg(feature = "snapshot")]
use super::Options;
use super::{OptionName, Query};
use crate::catalogue::Family;
use crate::hash::fnv1a;
use crate::metrics::responsiveness::ServiceTargets;
use crate::time::{Calendar, Instant, Period, utc_text};

const START: &str = "start";
const END: &str = "end";
const ZONE: &str = "zone";
const DAYS: &str = "days";
const FILTER: &str = "filter";
const FAMILIES: &str = "families";
const SERVICE_TARGETS: &str = "service_targets";

/// The terms of a query in a fixed order. An option without a value has no term.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Fingerprint(Vec<(String, String)>);

/// A term that differs: its name, and its text in each fingerprint.
pub(super) struct Difference {
    pub(super) term: String,
    pub(super) here: String,
    pub(super) there: String,
}

impl Fingerprint {
    pub(super) fn new(query: &Query) -> Self {
        let period = query.period();
        let instant = |at: Instant| utc_text(at.to_utc());
        let mut terms = vec![
            (START.to_owned(), instant(period.start)),
            (END.to_owned(), instant(period.end)),
            (ZONE.to_owned(), period.zone().to_string()),
            (DAYS.to_owned(), days(period)),
        ];
        for option in OptionName::ALL {
            let value = query.options().get(option);
            terms.extend(value.map(|value| (option.name().to_owned(), value)));
        }
        if !query.filter().is_open() {
            terms.push((FILTER.to_owned(), format!("{:#}", query.filter())));
        }
        let families: Vec<&str> = query.families().map(Family::name).collect();
        if !families.is_empty() {
            terms.push((FAMILIES.to_owned(), families.join(", ")));
        }
        let targets = query.service_targets();
        if targets != ServiceTargets::default() {
            let text = format!(
                "chat {} s, call {} s",
                targets.chat_seconds, targets.call_seconds
            );
            terms.push((SERVICE_TARGETS.to_owned(), text));
        }
        Self(terms)
    }

    /// Returns the first term that differs. A term that only one fingerprint has is `none` in the other.
    pub(super) fn difference(&self, other: &Self) -> Option<Difference> {
        let mine = self.0.iter().map(|(term, _)| term);
        let theirs = other.0.iter().map(|(term, _)| term);
        let text =
            |fingerprint: &Self, term: &str| fingerprint.text(term).unwrap_or("none").to_owned();
        mine.chain(theirs).find_map(|term| {
            let (here, there) = (text(self, term), text(other, term));
            (here != there).then(|| Difference {
                term: term.clone(),
                here,
                there,
            })
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        let (_, text) = self.0.iter().find(|(term, _)| term == name)?;
        Some(text)
    }
}

#[cfg(feature = "snapshot")]
impl Fingerprint {
    /// Returns the period of the terms, or an error in words if they have none.
    pub(super) fn period(&self) -> Result<Period, String> {
        let instant = |term| {
            let text = self.required(term)?;
            let instant = Instant::parse(text).map_err(|error| error.to_string())?;
            Ok::<_, String>(instant.to_utc())
        };
        let zone = self.required(ZONE)?.parse();
        let zone = zone.map_err(|error: crate::time::ZoneError| error.to_string())?;
        Period::new(instant(START)?, instant(END)?, &zone).map_err(|error| error.to_string())
    }

    /// Returns the options of the terms, or an error in words if a value is not allowed.
    pub(super) fn options(&self) -> Result<Options, String> {
        let texts = OptionName::ALL
            .into_iter()
            .filter_map(|option| Some((option, self.text(option.name())?)));
        let options = Options::new().with_all(texts);
        options.map_err(|error| error.to_string())
    }

    fn required(&self, term: &str) -> Result<&str, String> {
        self.text(term)
            .ok_or_else(|| format!("`{term}` is missing"))
    }
}

/// Returns the number of days of the period and a hash of their starts. Both change if another release of the time zone
/// database has other rules for the zone.
fn days(period: &Period) -> String {
    let calendar = Calendar::new(period);
    let starts = calendar.starts;
    let bytes = starts.iter().flat_map(|at| at.micros().to_le_bytes());
    format!("{} ({:016x})", starts.len(), fnv1a(bytes))
}

#[cfg(test)]
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
