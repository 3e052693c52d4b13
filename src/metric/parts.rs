//! The parts of a figure's value: one for each currency of money, or one for any other value.

use std::collections::BTreeSet;

use super::Value;
use crate::money::{Currency, ExactSum};
use crate::ratio::Quotient;

/// The number of millionths in 1.
const MILLION: u128 = 1_000_000;

/// A value in one currency, or without a currency.
#[derive(Clone, Default)]
pub(crate) struct Part {
    pub(crate) currency: Option<Currency>,
    /// The value without rounding. For a lift, which can be negative, the quotient of the two rates, which is 1 more.
    pub(crate) quotient: Quotient,
    /// The value as the nearest double, if it is written as one.
    pub(crate) double: Option<f64>,
    /// The value in plain digits; `None` if there is no value.
    pub(crate) value: Option<String>,
    /// The numerator of a ratio, or the sum of a mean.
    pub(crate) numerator: Option<String>,
    pub(crate) denominator: Option<u64>,
}

impl Part {
    fn exact(currency: Option<Currency>, quotient: Quotient, value: Option<String>) -> Self {
        Self {
            currency,
            quotient,
            value,
            ..Self::default()
        }
    }

    fn rounded(currency: Option<Currency>, quotient: Quotient, double: Option<f64>) -> Self {
        Self {
            double,
            ..Self::exact(currency, quotient, double_text(double))
        }
    }

    fn over(self, numerator: &impl ToString, denominator: u64) -> Self {
        Self {
            numerator: Some(numerator.to_string()),
            denominator: Some(denominator),
            ..self
        }
    }

    fn sum(currency: Currency, sum: ExactSum) -> Self {
        let text = sum.to_text(currency.minor_unit());
        Self::exact(Some(currency), (sum.millionths(), MILLION), Some(text))
    }

    /// Returns the parts of a value, by currency.
    pub(crate) fn all_of(value: &Value) -> Vec<Self> {
        vec![match value {
            Value::Count(count) => {
                Self::exact(None, (u128::from(*count), 1), Some(count.to_string()))
            }
            Value::Quantile(None) => Self::default(),
            Value::Quantile(Some(seconds)) => {
                let quotient = (seconds.millionths(), MILLION);
                Self::exact(None, quotient, Some(seconds.to_string()))
            }
            Value::Ratio(ratio) => Self::rounded(None, ratio.quotient(), ratio.value())
                .over(&ratio.numerator, ratio.denominator),
            Value::Mean(mean) => {
                let quotient = (mean.sum.into(), mean.count.into());
                Self::rounded(None, quotient, mean.value()).over(&mean.sum, mean.count)
            }
            Value::Minutes(mean) => Self::rounded(None, mean.quotient(), mean.value())
                .over(&mean.sum_seconds, mean.count),
            Value::Seconds(mean) => Self::rounded(None, mean.quotient(), mean.value())
                .over(&mean.sum_seconds, mean.count),
            Value::Lift(lift) => Self::rounded(None, lift.quotient(), lift.value()),
            Value::AverageLift(lift) => {
                let parts = lift.quotients().map(|(currency, quotient)| {
                    Self::rounded(Some(currency), quotient, lift.value(currency))
                });
                return parts.collect();
            }
            Value::Money(money) => {
                let sums = money.iter();
                return sums
                    .map(|(currency, sum)| Self::sum(currency, sum))
                    .collect();
            }
            Value::Average(averages) => {
                let parts = averages.iter().map(|(currency, average)| {
                    let under = u128::from(average.count) * MILLION;
                    let quotient = (average.sum.millionths(), under);
                    Self::exact(Some(currency), quotient, average.value_text(currency))
                        .over(&average.sum.to_text(currency.minor_unit()), average.count)
                });
                return parts.collect();
            }
        }]
    }

    /// Returns the parts that are listed: a lift is listed only in the currencies in which it has a value.
    pub(crate) fn listed(value: &Value) -> Vec<Self> {
        let mut parts = Self::all_of(value);
        parts.retain(|part| !matches!(value, Value::AverageLift(_)) || part.value.is_some());
        parts
    }

    /// Returns the part in a currency that at least one of two compared values has. If the value does not have it, the
    /// part is no money, or a mean over nothing.
    pub(crate) fn of(value: &Value, currency: Option<Currency>) -> Self {
        let found = Self::all_of(value).into_iter();
        let mut found = found.filter(|part| part.currency == currency);
        found.next().unwrap_or_else(|| match (value, currency) {
            (Value::Money(_), Some(currency)) => Self {
                quotient: (0, 1),
                ..Self::sum(currency, ExactSum::ZERO)
            },
            _ => Self::default(),
        })
    }
}

/// Returns the currencies of the parts of two values, by code.
pub(crate) fn currencies<'a>(
    values: impl IntoIterator<Item = &'a Value>,
    parts: fn(&Value) -> Vec<Part>,
) -> BTreeSet<Option<Currency>> {
    let parts = values.into_iter().flat_map(parts);
    parts.map(|part| part.currency).collect()
}

/// Writes a double in the fewest digits that read back as the same double.
pub(crate) fn double_text(value: Option<f64>) -> Option<String> {
    value.map(|value| value.to_string())
}
