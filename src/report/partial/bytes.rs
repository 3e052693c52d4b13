//! Partials as bytes, to be sent or kept.

use std::fmt::Display;

use postcard::{from_bytes, to_stdvec};

use super::{PartialReport, Sums, Terms};

const OPENING: &[u8; 21] = b"convometrics partial\n";

/// The version of the bytes that [`PartialReport::to_bytes`] writes; [`PartialReport::from_bytes`] reads this version.
///
/// | part | bytes | holds |
/// | --- | --- | --- |
/// | opening | 21 | the text `convometrics partial` and a line feed |
/// | version | 4 | 1 |
/// | checksum | 4 | of the content: CRC-32 (IEEE 802.3) |
/// | content | the rest | the period, the options and the filter as pairs of texts, and the sums, in the wire format of `postcard` 1 |
///
/// Numbers are little-endian. Any change of the content's layout, or of what is counted, is a new version.
pub const PARTIAL_VERSION: u32 = 1;

/// Why bytes are no partial.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartialBytesError {
    /// They do not start as one.
    #[error("no partial; allowed: what starts with \"convometrics partial\" on a line")]
    NotAPartial,
    /// They are of a version that is not known here, such as a later one.
    #[error("the partial's version is {found}; allowed: {PARTIAL_VERSION}")]
    Version {
        /// The version that they state.
        found: u32,
    },
    /// They are cut off, or not what was written.
    #[error("the partial has another checksum than was written; allowed: all of what was written")]
    Damaged,
    /// The checksum fits, but they are nothing that is written for a partial here: by the rules of the zone as they are
    /// known here, a day may start elsewhere.
    #[error("the partial is none that is written here: {found}")]
    Invalid {
        /// What was found.
        found: String,
    },
}

impl PartialBytesError {
    fn invalid(found: &dyn Display) -> Self {
        let found = found.to_string();
        Self::Invalid { found }
    }
}

impl PartialReport {
    /// It as bytes: equal sums of equal terms are equal bytes.
    ///
    /// ```
    /// use convometrics::{Ledger, Options, PartialReport, Period, Zone};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let day = "2026-03-02".parse()?;
    /// let period = Period::from_dates(day, day, &Zone::utc())?;
    /// let options = Options::new().with_as_of("2026-03-03T00:00:00Z".parse()?)?;
    /// let bytes = Ledger::new().partial(&period, &options)?.to_bytes();
    /// let read = PartialReport::from_bytes(&bytes)?;
    /// assert_eq!(read.report(), Ledger::new().report(&period, &options));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Nothing that is in it can fail to be written to memory.
        let content = to_stdvec(&(self.terms(), &self.sums)).unwrap_or_default();
        let mut bytes = OPENING.to_vec();
        bytes.extend(PARTIAL_VERSION.to_le_bytes());
        bytes.extend(crc32fast::hash(&content).to_le_bytes());
        bytes.extend(content);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// A [`PartialBytesError`] where they are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartialBytesError> {
        let rest = bytes.strip_prefix(OPENING);
        let rest = rest.ok_or(PartialBytesError::NotAPartial)?;
        let (version, rest) = number(rest)?;
        if version != PARTIAL_VERSION {
            return Err(PartialBytesError::Version { found: version });
        }
        let (checksum, content) = number(rest)?;
        if checksum != crc32fast::hash(content) {
            return Err(PartialBytesError::Damaged);
        }
        let (terms, sums): (Terms, Sums) =
            from_bytes(content).map_err(|error| PartialBytesError::invalid(&error))?;
        let period = terms
            .period()
            .map_err(|error| PartialBytesError::invalid(&error))?;
        let options = terms
            .options()
            .map_err(|error| PartialBytesError::invalid(&error))?;
        let mut partial =
            Self::new(&period, &options).map_err(|error| PartialBytesError::invalid(&error))?;
        partial.filter = terms.filter().map(ToOwned::to_owned);
        if let Some((term, here, there)) = partial.terms().difference(&terms) {
            let found = format!("its `{term}` is {there}, here {here}");
            return Err(PartialBytesError::Invalid { found });
        }
        // Added to nothing, it is as long as the period, in order, and each name is there once.
        partial.sums += sums;
        let is_whole = partial.sums.tally.is_of(&super::frame(&period, &options));
        if !is_whole || partial.to_bytes() != bytes {
            return Err(PartialBytesError::invalid(&"its sums are in another form"));
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
