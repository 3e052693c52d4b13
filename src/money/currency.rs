//! Currencies of ISO 4217.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{FieldError, quoted};

pub(crate) const CURRENCY_ALLOWED: &str = "an ISO 4217 code in capitals, such as \"EUR\"";

/// A currency of ISO 4217, such as `EUR`.
///
/// The code is three capital letters. Currencies are ordered by code.
///
/// ```
/// use convometrics::Currency;
///
/// let yen: Currency = "JPY".parse()?;
/// assert_eq!((yen.code(), yen.minor_unit()), ("JPY", 0));
/// assert!("jpy".parse::<Currency>().is_err());
/// # Ok::<(), convometrics::FieldError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The decimal places of the minor unit in ISO 4217: USD 2, JPY 0, KWD 3, CLF 4. It is 2 for codes without a minor unit,
    /// such as XAU.
    #[must_use]
    pub fn minor_unit(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

impl Default for Currency {
    /// `XXX`, ISO 4217's "no currency".
    fn default() -> Self {
        Self(iso_currency::Currency::XXX)
    }
}

impl FromStr for Currency {
    type Err = FieldError;

    fn from_str(code: &str) -> Result<Self, FieldError> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or_else(|| FieldError::new("currency", quoted(code), CURRENCY_ALLOWED))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::sample::currency;

    #[test]
    fn minor_units_are_those_of_iso_4217() {
        for (code, places) in [
            ("USD", 2),
            ("JPY", 0),
            ("KWD", 3),
            ("CLF", 4),
            ("XAU", 2),
            ("XXX", 2),
        ] {
            assert_eq!(currency(code).minor_unit(), places, "{code}");
        }
        for code in ["eur", "EU", "EURO", "ZZZ", ""] {
            assert!(code.parse::<Currency>().is_err(), "{code}");
        }
    }
}
