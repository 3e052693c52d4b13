//! Partial reports as bytes, to be sent or stored.

use postcard::{from_bytes, take_from_bytes, to_stdvec};

use super::registry::Registry;
use super::{AllFamilies, PartialReport, Query};
use crate::error::shortened;
use crate::query::difference::days;

const OPENING: &[u8; 21] = b"convometrics partial\n";

/// The version of the bytes that [`PartialReport::to_bytes`] writes and [`PartialReport::from_bytes`] reads.
///
/// | part | bytes | holds |
/// | --- | --- | --- |
/// | opening | 21 | the text `convometrics partial` and a line feed |
/// | version | 4 | 4 |
/// | checksum | 4 | of the content: CRC-32 (IEEE 802.3) |
/// | content | the rest | a hash of each family's metrics, the query as JSON, the number of its days with a hash of their starts, and the sums, in the wire format of `postcard` 1 |
///
/// Numbers are little-endian. Any change to the layout of the content, or to what is counted, gets a new version. A
/// change of a family's metrics or of the fields of its sums changes the family's hash.
pub const PARTIAL_VERSION: u32 = 4;

/// Bytes that are not a partial report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartialBytesError {
    /// The bytes do not start like a partial report.
    #[error(
        "not a partial report; allowed: bytes that start with \"convometrics partial\" on a line"
    )]
    NotAPartial,
    /// The version is not the one that this release reads.
    #[error("the version of the partial report is {found}; allowed: {PARTIAL_VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// Another release wrote the sums, with other metrics.
    #[error("the partial report has other metrics of `{family}`; allowed: those of this release")]
    Metrics {
        /// The family whose metrics differ.
        family: String,
    },
    /// The bytes are cut off or changed.
    #[error(
        "the checksum of the partial report does not match; allowed: the bytes as they were written"
    )]
    Damaged,
    /// The checksum matches, but this release writes no such bytes. It may have other rules for the time zone, so that
    /// a day starts at another time.
    #[error("the partial report is invalid: {found}")]
    Invalid {
        /// The invalid content.
        found: String,
    },
}

impl From<String> for PartialBytesError {
    fn from(found: String) -> Self {
        Self::Invalid { found }
    }
}

impl PartialReport {
    /// Writes the partial report as bytes. Equal sums of equal queries are equal bytes.
    ///
    /// ```
    /// use convometrics::{Ledger, Options, PartialReport, Period, Query, Zone};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let day = "2026-03-02".parse()?;
    /// let query = Query::new(Period::from_dates(day, day, &Zone::utc())?)
    ///     .with_options(Options::new().with_as_of("2026-03-03T00:00:00Z".parse()?)?);
    /// let ledger = Ledger::new();
    /// let bytes = ledger.view(query.clone()).partial()?.to_bytes();
    /// let read = PartialReport::from_bytes(&bytes)?;
    /// assert_eq!(read.report(), ledger.view(query).report());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let query = serde_json::to_string(&self.query)
            .expect("a query consists of texts, numbers and objects with text keys");
        let days = days(self.query.period());
        let sums = (&self.tally, self.settles_at, self.visitors);
        let content = (Registry::new(), query, days, sums);
        let content = to_stdvec(&content)
            .expect("texts, numbers and lists of known lengths can be written to memory");
        let mut bytes = OPENING.to_vec();
        bytes.extend(PARTIAL_VERSION.to_le_bytes());
        bytes.extend(crc32fast::hash(&content).to_le_bytes());
        bytes.extend(content);
        bytes
    }

    /// Reads bytes that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// A [`PartialBytesError`] for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartialBytesError> {
        let rest = bytes.strip_prefix(OPENING);
        let rest = rest.ok_or(PartialBytesError::NotAPartial)?;
        let (version, rest) = number(rest)?;
        if version != PARTIAL_VERSION {
            return Err(PartialBytesError::Version { found: version });
        }
        let (checksum, rest) = number(rest)?;
        if checksum != crc32fast::hash(rest) {
            return Err(PartialBytesError::Damaged);
        }
        let (registry, rest): (Registry, &[u8]) =
            take_from_bytes(rest).map_err(|error| error.to_string())?;
        if let Some(family) = Registry::new().difference(&registry) {
            let family = shortened(&family);
            return Err(PartialBytesError::Metrics { family });
        }
        let (query, found, sums): (String, String, (AllFamilies, Option<i64>, u64)) =
            from_bytes(rest).map_err(|error| error.to_string())?;
        let query: Query = serde_json::from_str(&query).map_err(|error| error.to_string())?;
        let expected = days(query.period());
        if found != expected {
            return Err(format!("its `days` is {found}, here {expected}").into());
        }
        let context = query.context(query.period());
        let (tally, settles_at, visitors) = sums;
        let partial = Self {
            tally,
            settles_at,
            visitors,
            ..Self::new(query).map_err(|error| error.to_string())?
        };
        if !partial.tally.fit(&context) || partial.to_bytes() != bytes {
            return Err("its sums are in another form".to_owned().into());
        }
        Ok(partial)
    }
}

fn number(bytes: &[u8]) -> Result<(u32, &[u8]), PartialBytesError> {
    let (number, rest) = bytes
        .split_first_chunk()
        .ok_or(PartialBytesError::Damaged)?;
    Ok((u32::from_le_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;
    use crate::options::Options;
    use crate::time::{Period, Zone};

    #[test]
    fn sums_that_do_not_fit_the_query_are_refused() {
        let query = |last: &str| {
            let days = ["2026-03-02", last].map(|date| date.parse().unwrap());
            let period = Period::from_dates(days[0], days[1], &Zone::utc()).unwrap();
            let now = "2026-03-05T00:00:00Z".parse().unwrap();
            Query::new(period).with_options(Options::new().with_as_of(now).unwrap())
        };
        // Requested on the third day of three.
        let line = r#"{"id":"1","at":"2026-03-04T09:00:00Z","visitor":"ann","type":"call_requested",
            "conversation":"c","call":"k","by":{"side":"visitor"}}"#;
        let mut ledger = Ledger::new();
        ledger.record(&serde_json::from_str(line).unwrap()).unwrap();
        let partial = ledger.view(query("2026-03-04")).partial().unwrap();
        assert!(PartialReport::from_bytes(&partial.to_bytes()).is_ok());
        let with_one_day = PartialReport {
            query: query("2026-03-02"),
            ..partial
        };
        assert!(matches!(
            PartialReport::from_bytes(&with_one_day.to_bytes()),
            Err(PartialBytesError::Invalid { .. })
        ));
    }
}
