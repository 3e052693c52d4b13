//! Writes an event as its flat object.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::event::field::Field;
use crate::event::value::{FieldSink, Person};
use crate::event::{ClickTarget, Event, Rating, SurveyOutcome};
use crate::money::{Amount, Currency, ExactSum};
use crate::time::utc_text;

impl Serialize for Event {
    /// Writes the flat object without absent fields and defaults. Instants are in UTC, amounts are strings.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("at", &utc_text(self.at.to_utc()))?;
        map.serialize_entry("visitor", &self.visitor)?;
        if self.seq != 0 {
            map.serialize_entry("seq", &self.seq)?;
        }
        if let Some(session) = &self.session {
            map.serialize_entry("session", session)?;
        }
        if let Some(page) = &self.page {
            map.serialize_entry("page", page)?;
        }
        map.serialize_entry("type", self.kind.event_type().name())?;
        self.kind.data::<&str>().write(&mut ObjectWriter {
            map: &mut map,
            currency: None,
        })?;
        map.end()
    }
}

/// Adds the fields of an event's type to an object.
struct ObjectWriter<'m, M> {
    map: &'m mut M,
    /// The currency of the event. Amounts without one are written by value.
    currency: Option<Currency>,
}

impl<M: SerializeMap> ObjectWriter<'_, M> {
    fn entry(&mut self, field: Field, value: &(impl Serialize + ?Sized)) -> Result<(), M::Error> {
        self.map.serialize_entry(field.name(), value)
    }
}

impl<'a, M: SerializeMap> FieldSink<&'a str, &'a str> for ObjectWriter<'_, M> {
    type Error = M::Error;

    fn own_id(&mut self, field: Field, id: &'a str) -> Result<(), M::Error> {
        self.entry(field, id)
    }

    fn shared_id(&mut self, field: Field, id: &'a str) -> Result<(), M::Error> {
        self.entry(field, id)
    }

    fn optional_text(&mut self, field: Field, text: Option<&'a str>) -> Result<(), M::Error> {
        text.map_or(Ok(()), |text| self.entry(field, text))
    }

    fn initiator(&mut self, field: Field, by: Person<&'a str>) -> Result<(), M::Error> {
        self.author(field, Some(by))
    }

    fn author(&mut self, field: Field, by: Option<Person<&'a str>>) -> Result<(), M::Error> {
        let by = match by {
            Some(Person::Visitor) => SideJson::Visitor,
            Some(Person::Agent(agent)) => SideJson::Agent { agent },
            None => SideJson::Automation,
        };
        self.entry(field, &by)
    }

    fn target(&mut self, field: Field, target: ClickTarget) -> Result<(), M::Error> {
        if target == ClickTarget::default() {
            return Ok(());
        }
        self.entry(field, target.name())
    }

    fn currency(&mut self, field: Field, currency: Currency) -> Result<(), M::Error> {
        self.currency = Some(currency);
        self.entry(field, &currency)
    }

    fn amount(&mut self, field: Field, amount: Amount) -> Result<(), M::Error> {
        match self.currency {
            Some(currency) => {
                let text = ExactSum::from(amount).to_text(currency.minor_unit());
                self.entry(field, &text)
            }
            None => self.entry(field, &amount),
        }
    }

    fn amount_or_zero(&mut self, field: Field, amount: Amount) -> Result<(), M::Error> {
        if amount.is_zero() {
            return Ok(());
        }
        self.amount(field, amount)
    }

    fn optional_rating(&mut self, field: Field, rating: Option<Rating>) -> Result<(), M::Error> {
        rating.map_or(Ok(()), |rating| self.entry(field, &rating))
    }

    fn outcome(&mut self, field: Field, outcome: SurveyOutcome) -> Result<(), M::Error> {
        self.entry(field, &outcome)
    }
}

/// The object of `by`.
#[derive(serde::Serialize)]
#[serde(tag = "side", rename_all = "snake_case")]
enum SideJson<'a> {
    Visitor,
    Agent { agent: &'a str },
    Automation,
}
