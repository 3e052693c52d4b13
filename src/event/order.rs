//! Placed orders and their value.

use crate::error::FieldError;
use crate::id::OrderId;
use crate::money::{Amount, Currency, ExactSum, Money};

/// An order as it was placed. Its **value = subtotal − discount − included tax** is never negative.
///
/// - `subtotal` is the merchandise before discounts and without shipping. If the subtotal is already discounted, the
///   discount is 0.
/// - `discount` is all discounts together.
/// - `included_tax` is the tax contained in `subtotal`, if prices include tax.
///
/// ```
/// use convometrics::event::PlacedOrder;
///
/// // 120.00 − 20.00 − 16.67 = 83.33
/// let order = PlacedOrder::new("o1".parse()?, "EUR".parse()?, "120.00".parse()?)
///     .with_discount("20.00".parse()?)?
///     .with_included_tax("16.67".parse()?)?;
/// assert_eq!(order.value().to_string(), "83.33 EUR");
/// # Ok::<(), convometrics::FieldError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlacedOrder {
    pub(crate) order: OrderId,
    pub(crate) price: Price,
}

/// The price of an order. Its value is at least 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Price {
    pub(crate) currency: Currency,
    pub(crate) subtotal: Amount,
    pub(crate) discount: Amount,
    pub(crate) included_tax: Amount,
}

impl Price {
    pub(crate) fn value(self) -> Amount {
        Amount::from_millionths(self.value_millionths())
    }

    fn value_millionths(self) -> i64 {
        // Each amount is below 10^18 millionths, so two subtractions stay within 64 bits.
        self.subtotal.millionths() - self.discount.millionths() - self.included_tax.millionths()
    }

    /// Checks that the value is not negative.
    pub(crate) fn check(self) -> Result<(), FieldError> {
        if self.value_millionths() >= 0 {
            return Ok(());
        }
        let deductions = ExactSum::from(self.discount) + self.included_tax.into();
        let written = |sum: ExactSum| sum.to_text(self.currency.minor_unit());
        Err(FieldError::new(
            "subtotal",
            written(self.subtotal.into()),
            format!(
                "at least discount + included_tax = {}, so that the value is not negative",
                written(deductions)
            ),
        ))
    }
}

impl PlacedOrder {
    /// Creates an order without discount and included tax.
    #[must_use]
    pub fn new(order: OrderId, currency: Currency, subtotal: Amount) -> Self {
        Self {
            order,
            price: Price {
                currency,
                subtotal,
                ..Price::default()
            },
        }
    }

    /// Sets the discounts, all together.
    ///
    /// # Errors
    /// A [`FieldError`] that names `subtotal` when the value would be negative.
    pub fn with_discount(mut self, discount: Amount) -> Result<Self, FieldError> {
        self.price.discount = discount;
        self.price.check()?;
        Ok(self)
    }

    /// Sets the tax contained in the subtotal.
    ///
    /// # Errors
    /// A [`FieldError`] that names `subtotal` when the value would be negative.
    pub fn with_included_tax(mut self, included_tax: Amount) -> Result<Self, FieldError> {
        self.price.included_tax = included_tax;
        self.price.check()?;
        Ok(self)
    }

    /// Returns the order's id.
    #[must_use]
    pub fn order(&self) -> &OrderId {
        &self.order
    }

    /// Returns the currency of all amounts.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.price.currency
    }

    /// Returns the merchandise before discounts and without shipping.
    #[must_use]
    pub fn subtotal(&self) -> Amount {
        self.price.subtotal
    }

    /// Returns all discounts together.
    #[must_use]
    pub fn discount(&self) -> Amount {
        self.price.discount
    }

    /// Returns the tax contained in the subtotal.
    #[must_use]
    pub fn included_tax(&self) -> Amount {
        self.price.included_tax
    }

    /// Returns subtotal − discount − included tax.
    #[must_use]
    pub fn value(&self) -> Money {
        Money::new(self.price.value(), self.price.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_value_is_an_error_that_names_the_subtotal() {
        let order = PlacedOrder::new(
            "o".parse().unwrap(),
            "EUR".parse().unwrap(),
            "10".parse().unwrap(),
        );
        let order = order.with_discount("10".parse().unwrap()).unwrap(); // an order of value 0 is allowed
        assert!(order.value().amount.is_zero());
        let error = order
            .with_included_tax("0.000001".parse().unwrap())
            .unwrap_err();
        assert_eq!((error.field(), error.found()), ("subtotal", Some("10.00")));
        assert!(error.allowed().contains("10.000001"));
    }
}
