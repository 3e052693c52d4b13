//! Writes an event as its flat object.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::event::revision::Revision;
use crate::event::value::{OrZero, Value, side};
use crate::event::{ClickTarget, Event};
use crate::money::{Amount, ExactSum};
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
        if self.revision != Revision::default() {
            map.serialize_entry("revision", &self.revision.get())?;
        }
        if let Some(session) = &self.session {
            map.serialize_entry("session", session)?;
        }
        if let Some(page) = &self.page {
            map.serialize_entry("page", page)?;
        }
        map.serialize_entry("type", self.kind.event_type().name())?;
        // The currency of the event. Amounts without one are written by value.
        let mut currency = None;
        self.kind.data::<&str>().try_for_each(|field, value| {
            let name = field.name();
            match value {
                Value::OwnId(text) | Value::SharedId(text) | Value::OptionalText(Some(text)) => {
                    map.serialize_entry(name, text)
                }
                Value::Initiator(by) => map.serialize_entry(name, &side(Some(by))),
                Value::Author(by) => map.serialize_entry(name, &side(by)),
                Value::Currency(code) | Value::OptionalCurrency(Some(code)) => {
                    currency = Some(code);
                    map.serialize_entry(name, &code)
                }
                Value::AmountOrZero(OrZero(Amount::ZERO))
                | Value::Target(ClickTarget::Widget)
                | Value::OptionalText(None)
                | Value::OptionalCurrency(None)
                | Value::OptionalRating(None) => Ok(()),
                Value::Amount(amount) | Value::AmountOrZero(OrZero(amount)) => match currency {
                    Some(currency) => {
                        let text = ExactSum::from(amount).to_text(currency.minor_unit());
                        map.serialize_entry(name, &text)
                    }
                    None => map.serialize_entry(name, &amount),
                },
                Value::Target(target) => map.serialize_entry(name, target.name()),
                Value::OptionalRating(Some(rating)) => map.serialize_entry(name, &rating),
                Value::Outcome(outcome) => map.serialize_entry(name, &outcome),
            }
        })?;
        map.end()
    }
}
