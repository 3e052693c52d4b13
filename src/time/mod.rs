//! Instants, zones, periods, and the local days and hours of a period.
//!
//! Instants are [`DateTime<Utc>`] to the microsecond; dates are [`NaiveDate`]. A [`Period`] is half-open and consists
//! of days and hours of a [`Zone`]. The rules of zones are bundled with the build and do not depend on the machine.

mod calendar;
mod error;
mod grain;
mod period;
mod zone;

#[cfg(test)]
mod every_zone;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeZone, Utc};

pub(crate) use calendar::Calendar;
pub use error::{PeriodError, ZoneError};
pub use grain::Grain;
pub use period::Period;
pub use zone::Zone;

use crate::error::{FieldError, quoted};

/// The maximum number of local days that a period can touch.
pub(crate) const MAX_DAYS: usize = 3_660;

pub(crate) const MICROS_A_SECOND: i64 = 1_000_000;

pub(crate) const AT_ALLOWED: &str = "an RFC 3339 instant with offset, such as \"2026-03-01T09:30:00.25+01:00\", \
     no leap second, within the years 0000 to 9999 of UTC";

/// An instant to the microsecond, by which events are ordered and compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Instant(i64);

impl Instant {
    /// 0000-01-01T00:00:00Z.
    pub(crate) const MIN: Self = Self(-62_167_219_200 * MICROS_A_SECOND);
    /// 9999-12-31T23:59:59.999999Z.
    pub(crate) const MAX: Self = Self(253_402_300_800 * MICROS_A_SECOND - 1);

    /// Truncates an instant to the microsecond. Returns `None` for a leap second, and outside the years 0000 to 9999 in
    /// UTC, which RFC 3339 cannot write.
    pub(crate) fn new(at: DateTime<Utc>) -> Option<Self> {
        let leap_second = at.timestamp_subsec_nanos() >= 1_000_000_000;
        let instant = Self(at.timestamp_micros());
        (!leap_second && (Self::MIN..=Self::MAX).contains(&instant)).then_some(instant)
    }

    /// Returns the nearest instant in range, truncated to the microsecond.
    pub(crate) fn clamped(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros()).clamp(Self::MIN, Self::MAX)
    }

    /// Parses the `at` of an event.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        if let Some(instant) = plain(text) {
            return Ok(instant);
        }
        // The parser of chrono also accepts a space for the T and a typographic minus.
        let strict = text.is_ascii() && matches!(text.as_bytes().get(10), Some(b'T' | b't'));
        strict
            .then(|| DateTime::parse_from_rfc3339(text).ok())
            .flatten()
            .and_then(|at| Self::new(at.to_utc()))
            .ok_or_else(|| FieldError::new("at", quoted(text), AT_ALLOWED))
    }

    pub(crate) const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub(crate) const fn micros(self) -> i64 {
        self.0
    }

    /// Returns the microseconds from `earlier` to this instant. They are within ±2^60, as both are within 10 000 years.
    pub(crate) const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    pub(crate) fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0)
            .expect("chrono's range contains the years 0000 to 9999")
    }
}

/// Returns the microseconds of a duration, at most `i64::MAX`. No two instants are that far apart, so a longer duration
/// has the same meaning.
pub(crate) fn saturating_micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", utc_text(self.to_utc()))
    }
}

/// Parses the most common forms: to the second, the millisecond or the microsecond, in UTC with `Z`. Returns `None` for
/// all other forms, which the parser of chrono reads.
fn plain(text: &str) -> Option<Instant> {
    let (date, rest) = text.as_bytes().split_first_chunk::<10>()?;
    let (time, rest) = rest.split_first_chunk::<9>()?;
    let [ref year @ .., b'-', m1, m2, b'-', d1, d2] = *date else {
        return None;
    };
    let [b'T', h1, h2, b':', min1, min2, b':', s1, s2] = *time else {
        return None;
    };
    let mut greatest = 0;
    let mut number = |digits: &[u8]| {
        digits.iter().fold(0_u32, |number, digit| {
            let digit = digit.wrapping_sub(b'0');
            greatest = digit.max(greatest);
            number * 10 + u32::from(digit)
        })
    };
    let (year, month, day) = (number(year), number(&[m1, m2]), number(&[d1, d2]));
    let (hour, minute, second) = (number(&[h1, h2]), number(&[min1, min2]), number(&[s1, s2]));
    let micros = match *rest {
        [b'Z'] => 0,
        [b'.', ref millis @ .., b'Z'] if millis.len() == 3 => number(millis) * 1_000,
        [b'.', ref micros @ .., b'Z'] if micros.len() == 6 => number(micros),
        _ => return None,
    };
    if greatest > 9 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let at = date.and_hms_micro_opt(hour, minute, second, micros)?;
    Instant::new(at.and_utc())
}

/// Parses an instant like the `at` of an event: RFC 3339 with offset, without leap seconds and `24:00`, truncated to
/// the microsecond.
///
/// # Errors
/// Returns a [`FieldError`] that names `at` for any other text, and for an instant outside the years 0000 to 9999 in
/// UTC.
///
/// ```
/// use convometrics::time::instant_from_rfc3339;
///
/// let at = instant_from_rfc3339("2026-03-02T10:00:00.1234567+01:00")?;
/// assert_eq!(at.to_string(), "2026-03-02 09:00:00.123456 UTC");
/// assert!(instant_from_rfc3339("2026-03-02 09:00:00Z").is_err());
/// # Ok::<(), convometrics::FieldError>(())
/// ```
pub fn instant_from_rfc3339(text: &str) -> Result<DateTime<Utc>, FieldError> {
    Instant::parse(text).map(Instant::to_utc)
}

/// Writes an instant for reports and events: in UTC with `Z`, and with a six-digit fraction if it is not zero.
pub(crate) fn utc_text(at: DateTime<Utc>) -> String {
    rfc_3339(&at, true)
}

/// Writes an instant, with a six-digit fraction if it is not zero, and with `Z` for an offset of zero if `use_z`.
fn rfc_3339<T: TimeZone<Offset: fmt::Display>>(at: &DateTime<T>, use_z: bool) -> String {
    let digits = if at.timestamp_subsec_micros() == 0 {
        SecondsFormat::Secs
    } else {
        SecondsFormat::Micros
    };
    at.to_rfc3339_opts(digits, use_z)
}

/// `serde(with)` for instants as [`utc_text`] writes them.
pub(crate) mod utc {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::{instant_from_rfc3339, utc_text};

    pub(crate) fn serialize<S: Serializer>(
        at: &DateTime<Utc>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&utc_text(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        instant_from_rfc3339(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }

    pub(crate) mod option {
        use serde::Serialize;

        use super::{
            DateTime, Deserialize, Deserializer, Serializer, Utc, de, instant_from_rfc3339,
            utc_text,
        };

        #[expect(clippy::ref_option, reason = "the shape that serde's `with` calls")]
        pub(crate) fn serialize<S: Serializer>(
            at: &Option<DateTime<Utc>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            at.map(utc_text).serialize(serializer)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<DateTime<Utc>>, D::Error> {
            let text = Option::<String>::deserialize(deserializer)?;
            let at = text.map(|text| instant_from_rfc3339(&text)).transpose();
            at.map_err(de::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finer_digits_are_cut_not_rounded_also_before_1970() {
        for (text, written) in [
            ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"),
            (
                "2026-03-02t10:00:00.1234567890123+01:00",
                "2026-03-02T09:00:00.123456Z",
            ),
            (
                "1969-12-31T23:59:59.9999999Z",
                "1969-12-31T23:59:59.999999Z",
            ),
            (
                "2026-03-02T09:00:00.000000999-00:00",
                "2026-03-02T09:00:00Z",
            ),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(utc_text(Instant::parse(text).unwrap().to_utc()), written);
        }
    }

    #[test]
    fn texts_outside_rfc_3339_are_refused() {
        for text in [
            "2026-03-02T09:00:00",
            "2026-03-02 09:00:00Z",
            "2026-03-02T23:59:60Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02T09:00:00\u{2212}01:00",
            "2026-03-02T09:00:00+0100",
            "2026-03-02T09:00Z",
            "2026-02-30T09:00:00Z",
            "2026-03-02T09:00:00.Z",
            "9999-12-31T23:59:59-23:59",
            "0000-01-01T00:00:00+01:00",
            "yesterday",
            "",
        ] {
            let error = Instant::parse(text).unwrap_err();
            assert_eq!(error.field(), "at", "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn plain_instants_are_read_as_chrono_reads_them(
            text in "[0-9]{2}(0[0-9]|9[0-9])-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,7})?(Z|z|\\+00:00)?",
        ) {
            if let Some(instant) = plain(&text) {
                let read = DateTime::parse_from_rfc3339(&text).unwrap().to_utc();
                proptest::prop_assert_eq!(Some(instant), Instant::new(read));
            }
        }
    }

    #[test]
    fn common_forms_are_plain() {
        for text in [
            "2026-03-19T23:00:03Z",
            "2026-03-19T23:00:03.816Z",
            "2026-03-19T23:00:03.816000Z",
        ] {
            let read = DateTime::parse_from_rfc3339(text).unwrap().to_utc();
            assert_eq!(plain(text), Instant::new(read));
        }
        for text in [
            "2026-03-19T23:00:03.Z",
            "2026-03-19T23:00:03.5Z",
            "2026-03-19T23:00:03.81a000Z",
            "2026-03-1/T23:00:03Z",
            "2026-03-19T23:00:03.1234567Z",
            "2026-03-19T23:00:60Z",
            "2026-03-19T24:00:00Z",
            "2026-02-29T23:00:00Z",
            "2026-03-19T23:00:03z",
            "2026-03-19T23:00:03+00:00",
            "2026-03-19T23:00:03",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }
}
