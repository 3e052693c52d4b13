//! Values per currency.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::Deserialize;

use super::{Amount, Currency, Money};
use crate::sums::add_as_assigned;

/// A value for each currency, such as a [sum](super::MoneyByCurrency) or an [average](super::AverageByCurrency).
///
/// It contains every currency of a counted order, and is empty if no order was counted. Values of different currencies
/// are never added. Those of two parts of a log are added by currency with `+`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct ByCurrency<T>(pub(super) BTreeMap<Currency, T>);

impl<T: Copy> ByCurrency<T> {
    /// Returns the value in a currency, or `None` if no counted order has it.
    #[must_use]
    pub fn get(&self, currency: Currency) -> Option<T> {
        self.0.get(&currency).copied()
    }

    /// Returns the currencies and their values, in order of the codes.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, T)> + '_ {
        self.0.iter().map(|(currency, value)| (*currency, *value))
    }

    /// Returns the number of currencies.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether no order was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Default + AddAssign> FromIterator<(Currency, T)> for ByCurrency<T> {
    fn from_iter<I: IntoIterator<Item = (Currency, T)>>(values: I) -> Self {
        let mut sums = Self::default();
        for (currency, value) in values {
            *sums.0.entry(currency).or_default() += value;
        }
        sums
    }
}

impl<T: Default + AddAssign + From<Amount>> AddAssign<Money> for ByCurrency<T> {
    fn add_assign(&mut self, money: Money) {
        *self.0.entry(money.currency).or_default() += money.amount.into();
    }
}

impl<T: Default + AddAssign> AddAssign for ByCurrency<T> {
    fn add_assign(&mut self, other: Self) {
        for (currency, value) in other.0 {
            *self.0.entry(currency).or_default() += value;
        }
    }
}

add_as_assigned!(ByCurrency<T: Default, AddAssign>);
