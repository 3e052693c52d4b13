//! Money: exact decimals, never summed across currencies.
//!
//! An [`Amount`] is the amount of one event: 0 or more, below 10^12, with at most 6 decimal places. An [`ExactSum`] is
//! the exact sum of a report, so the order of events does not matter. Both are plain numbers. [`Money`] is an amount
//! with its [`Currency`], and [`MoneyByCurrency`] has one sum for each currency.
//!
//! **Digits.** Money is written with as many digits as it needs, at least the currency's minor unit: 120 EUR is
//! `120.00`, 700 JPY is `700`, 0.125 USD is `0.125`.

mod amount;
mod average;
mod currency;
mod iso_4217;
mod per_currency;
mod sum;

use std::fmt;

use crate::macros::serialize_figure;

pub(crate) use amount::AMOUNT_ALLOWED;
pub use amount::Amount;
pub(crate) use average::by_currency;
pub use average::{AverageAmount, AverageByCurrency};
pub(crate) use currency::CURRENCY_ALLOWED;
pub use currency::Currency;
pub use per_currency::ByCurrency;
pub use sum::{ExactSum, MoneyByCurrency};

/// The maximum number of decimal places of an amount.
pub(crate) const PLACES: u32 = 6;
/// The number of millionths in 1.
const MILLIONTHS: i64 = 1_000_000;

/// An amount in a currency: the JSON object `{"currency": "EUR", "amount": "120.00"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
pub struct Money {
    /// The currency; money of two currencies is never added.
    pub currency: Currency,
    /// The amount.
    pub amount: Amount,
}

impl Money {
    /// Creates an amount in a currency.
    #[must_use]
    pub const fn new(amount: Amount, currency: Currency) -> Self {
        Self { currency, amount }
    }

    /// Returns the amount with as many digits as it needs, at least the currency's minor unit.
    fn amount_text(&self) -> String {
        ExactSum::from(self.amount).to_text(self.currency.minor_unit())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount_text(), self.currency)
    }
}

serialize_figure!(Money(money) {
    currency: money.currency,
    amount: money.amount_text(),
});

/// Returns the number of decimal places to write millionths with: as many as needed and at least `at_least` (at most 6).
pub(crate) fn places(millionths: u128, at_least: u32) -> u32 {
    let mut places = PLACES;
    let mut rest = millionths;
    while places > at_least && rest.is_multiple_of(10) {
        rest /= 10;
        places -= 1;
    }
    places
}

/// Writes millionths as plain digits, with as many places as needed and at least `at_least` (at most 6).
fn decimal_text(millionths: u128, at_least: u32) -> String {
    let shown = places(millionths, at_least);
    let unit = 10_u128.pow(shown);
    let units = millionths / 10_u128.pow(PLACES - shown);
    if shown == 0 {
        return units.to_string();
    }
    let width = shown as usize;
    format!("{}.{:0width$}", units / unit, units % unit)
}

/// Amounts and currencies for the tests of this folder.
#[cfg(test)]
mod sample {
    use super::{Amount, Currency};

    pub(super) fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    pub(super) fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::sample::{amount, currency};

    #[test]
    fn money_is_written_with_the_digits_it_needs() {
        for (text, code, written) in [
            ("120", "EUR", "120.00 EUR"),
            ("700", "JPY", "700 JPY"),
            ("0.5", "JPY", "0.5 JPY"),
            ("0.125", "USD", "0.125 USD"),
            ("1.5", "KWD", "1.500 KWD"),
            ("0", "EUR", "0.00 EUR"),
        ] {
            let money = Money::new(amount(text), currency(code));
            assert_eq!(money.to_string(), written);
            let json = serde_json::to_value(money).unwrap();
            let parts = written.split_once(' ').unwrap();
            assert_eq!(
                json,
                serde_json::json!({"currency": parts.1, "amount": parts.0})
            );
            assert_eq!(serde_json::from_value::<Money>(json).unwrap(), money);
        }
    }
}
