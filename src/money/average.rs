//! The average order value.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize, Serializer};

use super::{
    Amount, ByCurrency, Currency, ExactSum, MoneyByCurrency, PLACES, decimal_text, places,
};
use crate::sums::{Additive, add_as_assigned};

/// The average `sum / count` in one currency, as in the average order value: with the digits of the sum, rounded half
/// to even.
///
/// ```
/// use convometrics::money::{Amount, AverageAmount};
/// use convometrics::Currency;
///
/// let eur: Currency = "EUR".parse()?;
/// // 100.01 / 2 = 50.005, which lies midway between 50.00 and 50.01: the even one is 50.00.
/// let average = AverageAmount::new("100.01".parse::<Amount>()?.into(), 2);
/// assert_eq!(average.value_text(eur).as_deref(), Some("50.00"));
/// # Ok::<(), convometrics::FieldError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
pub struct AverageAmount {
    /// The sum of the amounts.
    pub sum: ExactSum,
    /// The number of amounts.
    pub count: u64,
}

impl AverageAmount {
    /// Creates the average of a sum over a count.
    #[must_use]
    pub const fn new(sum: ExactSum, count: u64) -> Self {
        Self { sum, count }
    }

    /// Returns the average in plain digits, as many as the sum has in that currency, rounded half to even, or `None` if
    /// the count is 0.
    #[must_use]
    pub fn value_text(self, currency: Currency) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let shown = places(self.sum.millionths(), currency.minor_unit());
        let unit = 10_u128.pow(PLACES - shown);
        let rounded = half_to_even(self.sum.millionths() / unit, u128::from(self.count));
        Some(decimal_text(rounded.saturating_mul(unit), shown))
    }
}

impl From<Amount> for AverageAmount {
    /// Returns the average of one amount.
    fn from(amount: Amount) -> Self {
        Self::new(amount.into(), 1)
    }
}

impl AddAssign for AverageAmount {
    fn add_assign(&mut self, other: Self) {
        self.sum += other.sum;
        self.count = self.count.saturating_add(other.count);
    }
}

add_as_assigned!(AverageAmount);

/// An average per currency, by code: `{"EUR": {"sum": "120.00", "count": 3, "value": "40.00"}}`.
///
/// It contains every currency of a counted order. The averages of two parts of a log add up with `+`, sums with sums
/// and counts with counts.
///
/// ```
/// use convometrics::money::AverageByCurrency;
///
/// let json = r#"{"EUR": {"sum": "100.00", "count": 3, "value": "33.33"}, "JPY": {"sum": "701", "count": 2, "value": "350"}}"#;
/// let average: AverageByCurrency = serde_json::from_str(json)?;
/// // 100.00 / 3 = 33.33…; 701 / 2 = 350.5, midway between 350 and 351: the even one.
/// assert_eq!(average.get("JPY".parse()?).and_then(|yen| yen.value_text("JPY".parse().ok()?)).as_deref(), Some("350"));
/// assert_eq!(serde_json::to_string(&average)?, json.replace(": ", ":").replace(", ", ","));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type AverageByCurrency = ByCurrency<AverageAmount>;

impl AverageByCurrency {
    /// Returns the sums alone.
    #[must_use]
    pub fn sums(&self) -> MoneyByCurrency {
        self.iter()
            .map(|(currency, average)| (currency, average.sum))
            .collect()
    }
}

/// A currency without any amount left is removed.
impl Additive for AverageByCurrency {
    fn without(&self, part: &Self) -> Option<Self> {
        let mut left = self.clone();
        for (currency, part) in &part.0 {
            let average = left.get_mut(*currency)?;
            average.sum = average.sum.without(&part.sum)?;
            average.count = average.count.checked_sub(part.count)?;
            if average.count == 0 && average.sum != ExactSum::ZERO {
                return None;
            }
        }
        left.0.retain(|(_, average)| average.count > 0);
        Some(left)
    }

    fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    fn heap_bytes(&self) -> usize {
        self.heap_bytes()
    }
}

/// Serialises averages as numbers: the currency, the millionths and the count.
pub(crate) mod by_currency {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{AverageAmount, AverageByCurrency, Currency, ExactSum};

    pub(crate) fn serialize<S: Serializer>(
        averages: &AverageByCurrency,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let averages = averages.iter();
        serializer.collect_seq(
            averages.map(|(currency, average)| (currency, average.sum.millionths(), average.count)),
        )
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<AverageByCurrency, D::Error> {
        let rows: Vec<(Currency, u128, u64)> = Deserialize::deserialize(deserializer)?;
        let averages = rows.into_iter().map(|(currency, millionths, count)| {
            let sum = ExactSum::from_millionths(millionths);
            (currency, AverageAmount::new(sum, count))
        });
        Ok(averages.collect::<BTreeMap<_, _>>().into())
    }
}

impl Serialize for AverageByCurrency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row {
            sum: String,
            count: u64,
            value: Option<String>,
        }
        serializer.collect_map(self.iter().map(|(currency, average)| {
            let row = Row {
                sum: average.sum.to_text(currency.minor_unit()),
                count: average.count,
                value: average.value_text(currency),
            };
            (currency, row)
        }))
    }
}

/// Returns the integer nearest to `numerator / denominator`, or the even one of two equally near.
fn half_to_even(numerator: u128, denominator: u128) -> u128 {
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    match (rest * 2).cmp(&denominator) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient % 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::sample::{amount, currency};

    #[test]
    fn an_average_has_the_digits_of_its_sum_half_to_even() {
        for (sum, count, code, value) in [
            ("120.00", 3, "EUR", "40.00"),
            ("100.00", 3, "EUR", "33.33"),
            ("0.05", 2, "EUR", "0.02"),   // 0.025 → the even cent, 0.02
            ("0.15", 2, "EUR", "0.08"),   // 0.075 → 0.08
            ("100", 3, "JPY", "33"),      // yen have no decimals
            ("5", 2, "JPY", "2"),         // 2.5 → 2
            ("0.125", 2, "USD", "0.062"), // 0.0625 → 0.062: three digits, as the sum
        ] {
            let average = AverageAmount::new(amount(sum).into(), count);
            assert_eq!(
                average.value_text(currency(code)).as_deref(),
                Some(value),
                "{sum}/{count}"
            );
        }
        assert_eq!(AverageAmount::default().value_text(currency("EUR")), None);
    }
}
