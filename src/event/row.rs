//! Events to and from rows of a table.

use std::convert::Infallible;

use rust_decimal::Decimal;

use super::field::Field;
use super::value::{FieldSink, Person};
use super::wire::RawFields;
use super::{BorrowedEvent, ClickTarget, Event, EventRow, Rating, SurveyOutcome};
use crate::error::FieldError;
use crate::json_value::FieldValue;
use crate::money::{Amount, Currency};
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

    /// Returns the row of an event. Fields that have their default value are in the row too: `seq` 0, `target`
    /// `widget`, and a discount and included tax of 0.
    #[must_use]
    pub fn of(event: &'a Event) -> Self {
        let mut row = Self {
            id: Some(event.id().as_str()),
            at: Some(event.at.micros()),
            visitor: Some(event.visitor().as_str()),
            seq: Some(event.seq().into()),
            session: event.session().map(AsRef::as_ref),
            page: event.page().map(AsRef::as_ref),
            event_type: Some(event.kind().event_type().name()),
            ..Self::default()
        };
        let Ok(()) = event.kind().data::<&str>().write(&mut row);
        row
    }

    fn put(&mut self, field: Field, value: FieldValue<'a>) {
        self.set(field, value)
            .expect("the table of fields gives each column the kind of its values");
    }
}

impl<'a> FieldSink<&'a str, &'a str> for EventRow<'a> {
    type Error = Infallible;

    fn own_id(&mut self, field: Field, id: &'a str) -> Result<(), Infallible> {
        self.put(field, FieldValue::Text(id));
        Ok(())
    }

    fn shared_id(&mut self, field: Field, id: &'a str) -> Result<(), Infallible> {
        self.put(field, FieldValue::Text(id));
        Ok(())
    }

    fn optional_text(&mut self, field: Field, text: Option<&'a str>) -> Result<(), Infallible> {
        if let Some(text) = text {
            self.put(field, FieldValue::Text(text));
        }
        Ok(())
    }

    fn initiator(&mut self, field: Field, by: Person<&'a str>) -> Result<(), Infallible> {
        self.author(field, Some(by))
    }

    fn author(&mut self, field: Field, by: Option<Person<&'a str>>) -> Result<(), Infallible> {
        let side = match by {
            Some(Person::Visitor) => "visitor",
            Some(Person::Agent(agent)) => {
                self.agent = Some(agent);
                "agent"
            }
            None => "automation",
        };
        self.put(field, FieldValue::Side(side));
        Ok(())
    }

    fn target(&mut self, field: Field, target: ClickTarget) -> Result<(), Infallible> {
        self.put(field, FieldValue::Text(target.name()));
        Ok(())
    }

    fn currency(&mut self, field: Field, currency: Currency) -> Result<(), Infallible> {
        self.put(field, FieldValue::Text(currency.code()));
        Ok(())
    }

    fn amount(&mut self, field: Field, amount: Amount) -> Result<(), Infallible> {
        self.put(field, FieldValue::Decimal(amount.to_decimal()));
        Ok(())
    }

    fn amount_or_zero(&mut self, field: Field, amount: Amount) -> Result<(), Infallible> {
        self.amount(field, amount)
    }

    fn optional_rating(&mut self, field: Field, rating: Option<Rating>) -> Result<(), Infallible> {
        if let Some(rating) = rating {
            self.put(field, FieldValue::Whole(rating.stars().into()));
        }
        Ok(())
    }

    fn outcome(&mut self, field: Field, outcome: SurveyOutcome) -> Result<(), Infallible> {
        self.put(field, FieldValue::Text(outcome.name()));
        Ok(())
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
