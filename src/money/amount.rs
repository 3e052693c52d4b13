//! The amounts of events.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::{MILLIONTHS, PLACES, decimal_text};
use crate::error::{FieldError, quoted};
use crate::macros::text_form;

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
        let exact = decimal.normalize();
        let millionths = PLACES
            .checked_sub(exact.scale())
            .and_then(|places| exact.mantissa().checked_mul(10_i128.pow(places)))
            .and_then(|millionths| i64::try_from(millionths).ok());
        millionths
            .map(Self)
            .filter(|amount| amount.is_valid())
            .ok_or_else(|| FieldError::new("amount", decimal, AMOUNT_ALLOWED))
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
}

impl FromStr for Amount {
    type Err = FieldError;

    /// Parses plain digits with an optional fraction. Final zeros of the fraction do not count. `-0` is 0; other negative
    /// numbers are refused.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let millionths = unsigned_millionths(digits)
            .filter(|millionths| *millionths == 0 || digits.len() == text.len());
        millionths
            .map(Self)
            .ok_or_else(|| FieldError::new("amount", quoted(text), AMOUNT_ALLOWED))
    }
}

/// Parses plain digits with an optional fraction. Returns `None` at 10^12 and above, and if more than 6 places are needed.
fn unsigned_millionths(digits: &str) -> Option<i64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_plain(whole) || !is_plain(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let padding = (PLACES as usize).checked_sub(fraction.len())?;
    let padding = std::iter::repeat_n(b'0', padding);
    let digits = whole.bytes().chain(fraction.bytes()).chain(padding);
    let add = |sum, digit| sum * 10 + i64::from(digit - b'0');
    (whole.len() <= 12).then(|| digits.fold(0, add))
}

text_form!(Amount(amount) => decimal_text(amount.0.unsigned_abs().into(), 0));

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
