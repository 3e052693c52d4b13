//! Events to and from rows of a table.

use std::convert::Infallible;

use rust_decimal::Decimal;

use super::value::{OrZero, Person, Side, Value, side};
use super::wire::RawFields;
use super::{BorrowedEvent, Event, EventRow};
use crate::error::FieldError;
use crate::json_value::FieldValue;
use crate::money::Amount;
use crate::name::Name;

impl<'a> EventRow<'a> {
    /// Returns a row without any value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the row and returns its event.
    ///
    /// # Errors
    /// A [`FieldError`] with the column, the value found and what is allowed.
    pub fn event(&self) -> Result<Event, FieldError> {
        RawFields::of_row(self).check::<&str>().map(Event::from)
    }

    pub(crate) fn borrowed(&self) -> Result<BorrowedEvent<'a, Name<'a>>, FieldError> {
        RawFields::of_row(self).check()
    }

    /// Returns the row of an event. Fields that have their default value are in the row too: `seq` and `revision` 0,
    /// `target` `widget`, and a discount and included tax of 0.
    #[must_use]
    pub fn of(event: &'a Event) -> Self {
        let mut row = Self {
            id: Some(event.id().as_str()),
            at: Some(event.at.micros()),
            visitor: Some(event.visitor().as_str()),
            seq: Some(event.seq().into()),
            revision: Some(event.revision.get().cast_signed()),
            session: event.session().map(AsRef::as_ref),
            page: event.page().map(AsRef::as_ref),
            event_type: Some(event.kind().event_type().name()),
            ..Self::default()
        };
        let Ok(()) = event.kind().data::<&str>().try_for_each(|field, value| {
            let value = match value {
                Value::OwnId(text) | Value::SharedId(text) | Value::OptionalText(Some(text)) => {
                    FieldValue::Text(text)
                }
                Value::Initiator(by) => row.side(Some(by)),
                Value::Author(by) => row.side(by),
                Value::Target(target) => FieldValue::Text(target.name()),
                Value::Currency(currency) | Value::OptionalCurrency(Some(currency)) => {
                    FieldValue::Text(currency.code())
                }
                Value::Amount(amount) | Value::AmountOrZero(OrZero(amount)) => {
                    FieldValue::Decimal(amount.to_decimal())
                }
                Value::OptionalRating(Some(rating)) => FieldValue::Whole(rating.stars().into()),
                Value::Outcome(outcome) => FieldValue::Text(outcome.name()),
                Value::OptionalText(None)
                | Value::OptionalCurrency(None)
                | Value::OptionalRating(None) => return Ok(()),
            };
            row.set(field, value)
                .expect("the table of fields gives each column the kind of its values");
            Ok::<(), Infallible>(())
        });
        row
    }

    /// Returns the side and sets the agent, if there is one.
    fn side(&mut self, by: Option<Person<&'a str>>) -> FieldValue<'a> {
        let Side { side, agent } = side(by);
        self.agent = agent;
        FieldValue::Text(side)
    }
}

impl Amount {
    /// Checks the amount of a column.
    pub(super) fn of_column(name: &'static str, decimal: Decimal) -> Result<Self, FieldError> {
        Self::new(decimal).map_err(|_| {
            let allowed = "a decimal from 0 to below 1000000000000 with at most 6 decimal places";
            FieldError::new(name, decimal, allowed)
        })
    }
}
