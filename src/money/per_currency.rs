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
#[serde(
    from = "BTreeMap<Currency, T>",
    bound(deserialize = "T: Deserialize<'de>")
)]
pub struct ByCurrency<T>(
    /// In order of the codes. Most have one entry, for which a tree would take far more memory.
    pub(super) Vec<(Currency, T)>,
);

impl<T> From<BTreeMap<Currency, T>> for ByCurrency<T> {
    fn from(values: BTreeMap<Currency, T>) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T> ByCurrency<T> {
    fn place(&self, currency: Currency) -> Result<usize, usize> {
        self.0.binary_search_by_key(&currency, |(known, _)| *known)
    }

    pub(super) fn get_mut(&mut self, currency: Currency) -> Option<&mut T> {
        let place = self.place(currency).ok()?;
        Some(&mut self.0[place].1)
    }

    /// Returns the number of bytes allocated on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.0.capacity() * size_of::<(Currency, T)>()
    }
}

impl<T: Default> ByCurrency<T> {
    /// Returns the value in a currency, and inserts the default if there is none.
    pub(super) fn at(&mut self, currency: Currency) -> &mut T {
        let place = self.place(currency).unwrap_or_else(|place| {
            self.0.reserve_exact(1);
            self.0.insert(place, (currency, T::default()));
            place
        });
        &mut self.0[place].1
    }
}

impl<T: Copy> ByCurrency<T> {
    /// Returns the value in a currency, or `None` if no counted order has it.
    #[must_use]
    pub fn get(&self, currency: Currency) -> Option<T> {
        self.place(currency).ok().map(|place| self.0[place].1)
    }

    /// Returns the currencies and their values, in order of the codes.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, T)> + '_ {
        self.0.iter().copied()
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
            *sums.at(currency) += value;
        }
        sums
    }
}

impl<T: Default + AddAssign + From<Amount>> AddAssign<Money> for ByCurrency<T> {
    fn add_assign(&mut self, money: Money) {
        *self.at(money.currency) += money.amount.into();
    }
}

impl<T: Default + AddAssign> AddAssign for ByCurrency<T> {
    fn add_assign(&mut self, other: Self) {
        for (currency, value) in other.0 {
            *self.at(currency) += value;
        }
    }
}

add_as_assigned!(ByCurrency<T: Default, AddAssign>);
