//! The lift of an average order value.

use std::collections::BTreeMap;

use super::{LiftOf, Quotient, change_of, quotient_of};
use crate::macros::serialize_figure;
use crate::money::{AverageByCurrency, Currency};

/// How much greater an average is in one group than in another, relative to the other, per currency:
/// `{"value": {"EUR": 0.2}, "with": {"EUR": {"sum": "480.00", …}}, "without": {"EUR": {"sum": "300.00", …}}}`.
///
/// By hand: 480.00 EUR over 4 orders are 120, 300.00 EUR over 3 are 100: the lift is 120 / 100 − 1 = 0.2.
pub type LiftByCurrency = LiftOf<AverageByCurrency>;

impl LiftByCurrency {
    /// Returns the lift in a currency, negative if the average is less than the other's. `None` if a group has no
    /// average in the currency, or if the other is 0.
    #[must_use]
    pub fn value(&self, currency: Currency) -> Option<f64> {
        let (with, without) = self.both(currency)?;
        change_of(with, without).1
    }

    /// Returns the averages of both groups in millionths.
    fn both(&self, currency: Currency) -> Option<(Quotient, Quotient)> {
        let quotient = |averages: &AverageByCurrency| -> Option<Quotient> {
            let average = averages.get(currency)?;
            Some((average.sum.millionths(), average.count.into()))
        };
        Some((quotient(&self.with)?, quotient(&self.without)?))
    }

    /// Returns the quotient of the two averages in each currency that both groups have, which is 1 more than the lift.
    pub(crate) fn quotients(&self) -> impl Iterator<Item = (Currency, Quotient)> + '_ {
        let currencies = self.with.iter().map(|(currency, _)| currency);
        currencies.filter_map(|currency| {
            let (with, without) = self.both(currency)?;
            Some((currency, quotient_of(with, without)))
        })
    }

    /// Returns the currencies that have a lift, with their lifts, by code.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, f64)> + '_ {
        let currencies = self.with.iter().map(|(currency, _)| currency);
        currencies.filter_map(|currency| Some((currency, self.value(currency)?)))
    }
}

serialize_figure!(LiftByCurrency(lift) {
    value: lift.iter().collect::<BTreeMap<_, _>>(),
    with: lift.with,
    without: lift.without,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lift_by_hand() {
        let json = r#"{"with":{"EUR":{"sum":"480.00","count":4},"JPY":{"sum":"5","count":1}},"without":{"EUR":{"sum":"300.00","count":3}}}"#;
        let lift: LiftByCurrency = serde_json::from_str(json).unwrap();
        let [eur, jpy] = ["EUR", "JPY"].map(|code| code.parse::<Currency>().unwrap());
        let found = lift.value(eur).unwrap();
        assert!((found - 0.2).abs() < 1e-12, "{found}");
        // Nobody ordered in yen without a conversation.
        assert_eq!(lift.value(jpy), None);
        let written = serde_json::to_value(&lift).unwrap();
        assert_eq!(written["value"], serde_json::json!({"EUR": found}));
        assert_eq!(
            serde_json::from_value::<LiftByCurrency>(written).unwrap(),
            lift
        );
        let doubled = lift.clone() + lift.clone();
        assert_eq!(doubled.value(eur), Some(found));
        assert_eq!(doubled.with.get(eur).unwrap().count, 8);
    }
}
