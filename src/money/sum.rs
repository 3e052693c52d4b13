//! Exact sums of amounts by currency.

use std::fmt;
use std::ops::AddAssign;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::{Amount, ByCurrency, Currency, PLACES, decimal_text};
use crate::error::{FieldError, quoted};
use crate::macros::text_form;
use crate::sums::{Additive, add_as_assigned};

/// An exact sum of amounts in one currency, or of numbers without a unit. It is never negative.
///
/// Addition is exact, so the order does not matter. The sum is a number of millionths below 2^128, which the greatest
/// amounts of 2^64 events do not exceed.
///
/// ```
/// use convometrics::money::ExactSum;
///
/// let sum: ExactSum = "0.10".parse::<ExactSum>()? + "0.20".parse()?;
/// assert_eq!(sum, "0.3".parse()?); // decimal, not binary
/// assert!("-1".parse::<ExactSum>().is_err());
/// # Ok::<(), convometrics::FieldError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ExactSum(u128);

impl ExactSum {
    /// The empty sum.
    pub const ZERO: Self = Self(0);

    pub(crate) const fn from_millionths(millionths: u128) -> Self {
        Self(millionths)
    }

    pub(crate) const fn millionths(self) -> u128 {
        self.0
    }

    /// Returns the decimal without final zeros, or `None` if it has more than 28 digits.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        let millionths = i128::try_from(self.0).ok()?;
        let decimal = Decimal::try_from_i128_with_scale(millionths, PLACES).ok()?;
        Some(decimal.normalize())
    }

    /// Writes the sum with at least `places` decimal places (at most 6).
    ///
    /// ```
    /// use convometrics::money::{Amount, ExactSum};
    ///
    /// let sum = ExactSum::from("120".parse::<Amount>()?);
    /// assert_eq!(sum.to_text(2), "120.00");
    /// # Ok::<(), convometrics::FieldError>(())
    /// ```
    #[must_use]
    pub fn to_text(self, places: u32) -> String {
        decimal_text(self.0, places)
    }
}

impl Additive for ExactSum {
    fn without(&self, part: &Self) -> Option<Self> {
        self.0.checked_sub(part.0).map(Self)
    }

    fn is_nothing(&self) -> bool {
        *self == Self::ZERO
    }
}

impl From<Amount> for ExactSum {
    fn from(amount: Amount) -> Self {
        Self(u128::from(amount.millionths().unsigned_abs()))
    }
}

impl AddAssign for ExactSum {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

add_as_assigned!(ExactSum);

impl FromStr for ExactSum {
    type Err = FieldError;

    /// Parses plain digits with a fraction of at most 6 places.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let mut digits = whole.bytes().chain(fraction.bytes());
        let is_plain = (1..=30).contains(&whole.len())
            && fraction.len() <= PLACES as usize
            && digits.all(|digit| digit.is_ascii_digit());
        let millionths = is_plain.then(|| format!("{whole}{fraction:0<6}").parse().ok());
        let allowed = "plain digits, at most 6 decimal places, below 10^30";
        millionths
            .flatten()
            .map(Self)
            .ok_or_else(|| FieldError::new("sum", quoted(text), allowed))
    }
}

text_form!(ExactSum(sum) => decimal_text(sum.0, 0));

/// One sum for each currency. In JSON this is an object by code: `{"EUR": "120.00", "JPY": "700"}`.
///
/// It contains every currency of a counted order, even if the sum is 0, and is empty if no order was counted. Sums of
/// different currencies are never added. The sums of two parts of a log are added by currency with `+`.
///
/// ```
/// use convometrics::money::MoneyByCurrency;
///
/// let money: MoneyByCurrency = serde_json::from_str(r#"{"JPY": "700", "EUR": "120.00"}"#)?;
/// assert_eq!(money.text("EUR".parse()?).as_deref(), Some("120.00"));
/// assert_eq!(money.text("USD".parse()?), None);
/// assert_eq!(money.to_string(), "120.00 EUR, 700 JPY");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type MoneyByCurrency = ByCurrency<ExactSum>;

impl MoneyByCurrency {
    /// Returns the sum in a currency as text, with at least the decimal places of its minor unit, or `None` if no
    /// counted order has it.
    #[must_use]
    pub fn text(&self, currency: Currency) -> Option<String> {
        self.get(currency)
            .map(|sum| sum.to_text(currency.minor_unit()))
    }

    /// Subtracts `other`, currency by currency. Returns `None` if a sum would be negative.
    pub(crate) fn minus(&self, other: &Self) -> Option<Self> {
        let mut left = self.clone();
        for (currency, sum) in other.iter() {
            let rest = left.at(currency);
            *rest = rest.without(&sum)?;
        }
        Some(left)
    }
}

impl fmt::Display for MoneyByCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |(currency, sum): (Currency, ExactSum)| {
            format!("{} {currency}", sum.to_text(currency.minor_unit()))
        };
        let texts: Vec<String> = self.iter().map(text).collect();
        f.write_str(&texts.join(", "))
    }
}

impl Serialize for MoneyByCurrency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sums = self.iter();
        serializer
            .collect_map(sums.map(|(currency, sum)| (currency, sum.to_text(currency.minor_unit()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::sample::amount;

    #[test]
    fn sums_beyond_an_amount_stay_exact() {
        let mut sum = ExactSum::ZERO;
        for _ in 0..3 {
            sum += amount("999999999999.999999").into();
        }
        assert_eq!(sum.to_text(2), "2999999999999.999997");
        assert_eq!(sum.to_string().parse::<ExactSum>().unwrap(), sum);
        assert_eq!("1.5".parse::<ExactSum>().unwrap().millionths(), 1_500_000);
        for text in [
            "-1",
            "",
            ".5",
            "1e3",
            "0.0000001",
            "1000000000000000000000000000000000",
        ] {
            assert!(text.parse::<ExactSum>().is_err(), "{text}");
        }
    }
}
