//! The forms that figures have: ratios, means, money, all with exact parts.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

/// A double of whole numbers small enough to be one: then one division gives the nearest double.
#[allow(clippy::cast_precision_loss, reason = "they are below 2^53")]
fn quotient(numerator: u64, denominator: u64) -> Value {
    assert!(numerator < 1 << 53 && denominator < 1 << 53);
    match denominator {
        0 => Value::Null,
        _ => json!(numerator as f64 / denominator as f64),
    }
}

pub(super) fn ratio(numerator: usize, denominator: usize) -> Value {
    json!({
        "numerator": numerator,
        "denominator": denominator,
        "value": quotient(numerator as u64, denominator as u64),
    })
}

/// The mean of ratings.
pub(super) fn mean(ratings: &[u8]) -> Value {
    let sum: u64 = ratings.iter().map(|stars| u64::from(*stars)).sum();
    json!({
        "sum": sum.to_string(),
        "count": ratings.len(),
        "value": quotient(sum, ratings.len() as u64),
    })
}

/// The mean of spans of microseconds, in minutes.
pub(super) fn mean_minutes(spans: &[u64]) -> Value {
    let micros: u64 = spans.iter().sum();
    let seconds = Decimal::from(micros) / Decimal::from(1_000_000);
    json!({
        "sum_seconds": seconds.normalize().to_string(),
        "count": spans.len(),
        "value": quotient(micros, 60_000_000 * spans.len() as u64),
    })
}

/// Digits of ISO 4217's minor unit.
pub(super) fn minor_unit(currency: &str) -> u32 {
    const NONE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";
    const FOUR: &str = "CLF UYW";
    match currency {
        _ if NONE.contains(currency) => 0,
        _ if THREE.contains(currency) => 3,
        _ if FOUR.contains(currency) => 4,
        _ => 2,
    }
}

/// The digits that an amount needs, final zeros aside, or its currency's minor unit: whichever is finer.
pub(super) fn digits(amount: Decimal, currency: &str) -> u32 {
    amount.normalize().scale().max(minor_unit(currency))
}

fn text(amount: Decimal, digits: u32) -> String {
    format!("{amount:.*}", digits as usize)
}

/// Sums per currency; a currency is there when an order counted there has it, be the amount 0.
#[derive(Default)]
pub(super) struct Purse {
    orders: BTreeMap<String, Vec<Decimal>>,
}

impl Purse {
    pub(super) fn add(&mut self, currency: &str, amount: Decimal) {
        let amounts = self.orders.entry(currency.to_owned()).or_default();
        amounts.push(amount);
    }

    pub(super) fn is_zero(&self) -> bool {
        self.orders.values().flatten().all(Decimal::is_zero)
    }

    pub(super) fn money(&self) -> Value {
        let sums = self.orders.iter().map(|(currency, amounts)| {
            let sum: Decimal = amounts.iter().sum();
            (currency.clone(), json!(text(sum, digits(sum, currency))))
        });
        Value::Object(sums.collect())
    }

    /// `ExactSum` over count, with the digits of the sum, half to even.
    pub(super) fn averages(&self) -> Value {
        let averages = self.orders.iter().map(|(currency, amounts)| {
            let sum: Decimal = amounts.iter().sum();
            let (digits, count) = (digits(sum, currency), amounts.len() as u128);
            let units = units(sum, digits);
            let (down, rest) = (units / count, units % count);
            let up = 2 * rest > count || (2 * rest == count && down % 2 == 1);
            let average = amount(down + u128::from(up), digits);
            let average = json!({
                "sum": text(sum, digits),
                "count": count,
                "value": text(average, digits),
            });
            (currency.clone(), average)
        });
        Value::Object(averages.collect())
    }
}

/// An amount in whole units of so many digits.
pub(super) fn units(amount: Decimal, digits: u32) -> u128 {
    let units = amount * Decimal::from(10_u64.pow(digits));
    assert!(units.fract().is_zero());
    units.normalize().to_string().parse().unwrap()
}

pub(super) fn amount(units: u128, digits: u32) -> Decimal {
    Decimal::from(units) / Decimal::from(10_u64.pow(digits))
}
