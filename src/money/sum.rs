//! What a report adds up: exact sums, per currency.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Amount, Currency, Money, PLACES, decimal_text};
use crate::error::{FieldError, quoted};

/// An exact sum of amounts, in one currency or of no unit.
///
/// An integer of millionths inside: adding is exact, and the same in any order. 10^19 events of the greatest amount would
/// be needed to leave its range, more than a counter of events holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sum(i128);

impl Sum {
    /// Nothing added yet.
    pub const ZERO: Self = Self(0);

    pub(crate) const fn from_millionths(millionths: i128) -> Self {
        Self(millionths)
    }

    pub(crate) const fn millionths(self) -> i128 {
        self.0
    }

    pub(crate) fn add(&mut self, amount: Amount) {
        self.0 = self.0.saturating_add(i128::from(amount.millionths()));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// As a [`Decimal`], without final zeros; `None` beyond its 28 digits.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.0, PLACES)
            .ok()
            .map(|decimal| decimal.normalize())
    }

    /// Written with as many digits as it needs, at least `places` decimal places.
    ///
    /// ```
    /// use convometrics::{Amount, Sum};
    ///
    /// let sum = Sum::from("120".parse::<Amount>()?);
    /// assert_eq!(sum.to_text(2), "120.00");
    /// # Ok::<(), convometrics::FieldError>(())
    /// ```
    #[must_use]
    pub fn to_text(self, places: u32) -> String {
        decimal_text(self.0, places)
    }
}

impl From<Amount> for Sum {
    fn from(amount: Amount) -> Self {
        Self(i128::from(amount.millionths()))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal_text(self.0, 0))
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sum({self})")
    }
}

impl FromStr for Sum {
    type Err = FieldError;

    /// Reads plain digits with an optional `-` and a fraction of at most 6 places.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let refused = || {
            FieldError::new(
                "sum",
                quoted(text),
                "plain digits, at most 6 decimal places",
            )
        };
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        if whole.is_empty()
            || fraction.len() > PLACES as usize
            || !whole
                .bytes()
                .chain(fraction.bytes())
                .all(|b| b.is_ascii_digit())
        {
            return Err(refused());
        }
        let padded = format!("{whole}{fraction:0<6}");
        let millionths: i128 = padded.parse().map_err(|_| refused())?;
        Ok(Self(if digits.len() < text.len() {
            -millionths
        } else {
            millionths
        }))
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A sum per currency, by code: the JSON object `{"EUR": "120.00", "JPY": "700"}`.
///
/// A currency is there when an order that was counted has it, be its sum 0; empty where nothing was counted.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct MoneyByCurrency(pub(super) BTreeMap<Currency, Sum>);

impl MoneyByCurrency {
    /// The sum in a currency; `None` where no counted order has it.
    #[must_use]
    pub fn get(&self, currency: Currency) -> Option<Sum> {
        self.0.get(&currency).copied()
    }

    /// The currencies and their sums, by code.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, Sum)> + '_ {
        self.0.iter().map(|(currency, sum)| (*currency, *sum))
    }

    /// How many currencies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, money: Money) {
        self.0.entry(money.currency).or_default().add(money.amount);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (currency, sum) in other.0 {
            self.0.entry(currency).or_default().merge(sum);
        }
    }

    /// What is left of these sums after `other`, currency by currency.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        Self(
            self.iter()
                .map(|(currency, sum)| {
                    (currency, sum.minus(other.get(currency).unwrap_or_default()))
                })
                .collect(),
        )
    }
}

impl Serialize for MoneyByCurrency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (currency, sum) in self.iter() {
            map.serialize_entry(&currency, &sum.to_text(currency.minor_unit()))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for MoneyByCurrency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn sums_beyond_an_amount_stay_exact() {
        let mut sum = Sum::ZERO;
        for _ in 0..3 {
            sum.add(amount("999999999999.999999"));
        }
        assert_eq!(sum.to_text(2), "2999999999999.999997");
        assert_eq!(sum.to_string().parse::<Sum>().unwrap(), sum);
        assert_eq!("-1.5".parse::<Sum>().unwrap().millionths(), -1_500_000);
    }
}
