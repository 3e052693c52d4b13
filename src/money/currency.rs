//! Currencies of ISO 4217.

use std::num::NonZeroU8;
use std::str::FromStr;

use super::iso_4217::CODES;
use crate::error::{FieldError, quoted};
use crate::macros::text_form;

pub(crate) const CURRENCY_ALLOWED: &str = "an ISO 4217 code in capitals, such as \"EUR\"";

/// A currency of ISO 4217, such as `EUR`.
///
/// Active codes are accepted, and those that were withdrawn in 2000 or later. The lists are those that the maintenance
/// agency of ISO 4217 published on 2026-01-01.
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(
    /// The place in the table of codes, from 1.
    NonZeroU8,
);

impl Currency {
    /// Returns the three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// Returns the decimal places of the minor unit in ISO 4217: USD 2, JPY 0, KWD 3, CLF 4. It is 2 for codes without
    /// a minor unit, such as XAU, and for withdrawn codes, such as ITL.
    #[must_use]
    pub fn minor_unit(self) -> u32 {
        self.row().1.unwrap_or(2)
    }

    fn row(self) -> (&'static str, Option<u32>) {
        CODES[usize::from(self.0.get() - 1)]
    }

    /// Returns all currencies, by code.
    #[cfg(any(test, feature = "schema"))]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let numbers = (1..).take(CODES.len());
        numbers.filter_map(NonZeroU8::new).map(Self)
    }
}

impl Default for Currency {
    /// `XXX`, ISO 4217's "no currency".
    fn default() -> Self {
        "XXX".parse().expect("`XXX` is in the table of codes")
    }
}

impl FromStr for Currency {
    type Err = FieldError;

    fn from_str(code: &str) -> Result<Self, FieldError> {
        let place = CODES.binary_search_by_key(&code, |(known, _)| known);
        let place =
            place.map_err(|_| FieldError::new("currency", quoted(code), CURRENCY_ALLOWED))?;
        let number = u8::try_from(place + 1).ok().and_then(NonZeroU8::new);
        Ok(Self(number.expect("the table has fewer than 255 codes")))
    }
}

text_form!(Currency(currency) => currency.code());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::sample::currency;

    #[test]
    fn every_code_of_the_table_reads_back_as_itself() {
        assert!(CODES.is_sorted());
        for known in Currency::all() {
            assert_eq!(currency(known.code()), known);
        }
        // 178 active codes and 62 withdrawn since 2000.
        assert_eq!(Currency::all().count(), 240);
    }

    #[test]
    fn withdrawn_codes_are_accepted_from_the_year_2000_on() {
        for (code, places) in [
            ("BGN", 2), // 2026
            ("HRK", 2), // 2023
            ("DEM", 2), // 2002
            ("ITL", 2), // 2002
            ("TRL", 2), // 2005
            ("ROL", 2), // 2005
            ("AON", 2), // February 2000
            ("XFO", 2), // 2006
        ] {
            assert_eq!(currency(code).minor_unit(), places, "{code}");
        }
        // Withdrawn in 1989, 1990 and 1999.
        for code in ["ALK", "DDM", "BGK"] {
            assert!(code.parse::<Currency>().is_err(), "{code}");
        }
    }

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
