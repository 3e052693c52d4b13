//! The amounts of events.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{MILLIONTHS, PLACES, decimal_text, places};
use crate::error::{FieldError, quoted};

/// The limit of amounts in millionths: 10^12.
const LIMIT: i64 = 1_000_000_000_000 * MILLIONTHS;

pub(crate) const AMOUNT_ALLOWED: &str = "a decimal from 0 to below 1000000000000 with at most 6 decimal places, \
     plain digits in a string (\"35.10\") or a JSON number of at most 15 significant digits";

/// An amount of one event: an exact decimal from 0 to below 10^12 with at most 6 decimal places. In JSON it is a string
/// of plain digits.
///
/// ```
/// use convometrics::money::Amount;
///
/// assert_eq!("35.10".parse::<Amount>()?, "35.1".parse()?); // by value
/// assert!("0.0000001".parse::<Amount>().is_err()); // a seventh decimal
/// assert!("-1".parse::<Amount>().is_err());
/// assert!("1e3".parse::<Amount>().is_err()); // plain digits only
/// # Ok::<(), convometrics::FieldError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i64);

impl Amount {
    /// The amount 0.
    pub const ZERO: Self = Self(0);

    /// Creates an amount from a decimal.
    ///
    /// # Errors
    /// A [`FieldError`] that names `amount` if the decimal is negative, 10^12 or more, or finer than a millionth.
    pub fn new(decimal: Decimal) -> Result<Self, FieldError> {
        let refused = || FieldError::new("amount", decimal, AMOUNT_ALLOWED);
        let exact = decimal.normalize();
        if exact.is_sign_negative() && !exact.is_zero() {
            return Err(refused());
        }
        let scale = exact.scale();
        let fine = PLACES.checked_sub(scale).ok_or_else(refused)?;
        let millionths = exact
            .mantissa()
            .checked_mul(10_i128.pow(fine))
            .filter(|millionths| *millionths < i128::from(LIMIT))
            .ok_or_else(refused)?;
        i64::try_from(millionths).map(Self).map_err(|_| refused())
    }

    /// Returns the decimal of at most 6 places, without final zeros.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, PLACES).normalize()
    }

    pub(crate) const fn millionths(self) -> i64 {
        self.0
    }

    /// Returns whether `Amount::new` can return this amount.
    #[cfg(feature = "snapshot")]
    pub(crate) fn is_valid(self) -> bool {
        (0..LIMIT).contains(&self.0)
    }

    /// Returns the amount with these millionths, such as a part or a remainder of an amount.
    pub(crate) const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// Returns whether the amount is 0.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Returns the decimal places that are needed to write the amount: 1 for 35.1, 0 for 120.
    pub(crate) fn places(self) -> u32 {
        places(u128::from(self.0.unsigned_abs()))
    }
}

impl FromStr for Amount {
    type Err = FieldError;

    /// Parses plain digits with an optional fraction. Final zeros of the fraction do not count. `-0` is 0; other negative
    /// numbers are refused.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let refused = || FieldError::new("amount", quoted(text), AMOUNT_ALLOWED);
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(refused()),
            Some(parts) => parts,
            None => (digits, ""),
        };
        if whole.is_empty()
            || !whole
                .bytes()
                .chain(fraction.bytes())
                .all(|b| b.is_ascii_digit())
        {
            return Err(refused());
        }
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        if whole.len() > 12 || fraction.len() > PLACES as usize {
            return Err(refused());
        }
        let padding = PLACES as usize - fraction.len();
        let millionths = whole
            .bytes()
            .chain(fraction.bytes())
            .chain(std::iter::repeat_n(b'0', padding))
            .fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        if negative && millionths != 0 {
            return Err(refused());
        }
        Ok(Self(millionths))
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = FieldError;

    fn try_from(decimal: Decimal) -> Result<Self, FieldError> {
        Self::new(decimal)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal_text(u128::from(self.0.unsigned_abs()), 0))
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::sample::amount;

    #[test]
    fn amounts_are_read_exactly_or_refused() {
        for (text, millionths) in [
            ("0", 0),
            ("-0.00", 0),
            ("0.000001", 1),
            ("35.10", 35_100_000),
            ("007.5", 7_500_000),
            ("1.0000000000", 1_000_000),
            ("999999999999.999999", 999_999_999_999_999_999),
        ] {
            assert_eq!(amount(text).millionths(), millionths, "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            ".5",
            "5.",
            "+5",
            " 5",
            "5 ",
            "1e3",
            "1_000",
            "1,5",
            "0x1",
            "٣",
            "NaN",
            "-0.01",
            "1000000000000",
            "0.0000001",
            "--5",
            "5.5.5",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn valid_decimal_is_an_amount() {
        assert_eq!(Amount::new(Decimal::new(3510, 2)).unwrap(), amount("35.1"));
        assert_eq!(Amount::new(Decimal::new(-0, 2)).unwrap(), Amount::ZERO);
        assert_eq!(amount("35.10").to_decimal(), Decimal::new(351, 1));
        assert!(Amount::new(Decimal::new(-1, 6)).is_err());
        assert!(Amount::new(Decimal::new(1, 7)).is_err());
        assert!(Amount::new(Decimal::new(10, 7)).is_ok()); // 0.0000010, final zeros aside
        assert!(Amount::new(Decimal::MAX).is_err());
        assert!(Amount::new(Decimal::from(1_000_000_000_000_i64)).is_err());
        assert_eq!(Amount::new("0.1".parse().unwrap()).unwrap(), amount("0.1"));
    }
}
