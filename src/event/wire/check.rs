//! Checks raw fields and makes an event of them.

use std::borrow::Cow;

use chrono::DateTime;
use serde::de::{self, Deserialize, Deserializer};

use super::object::{AsHandedOut, Object};
use super::raw_fields::{RawFields, given_twice};
use crate::error::{FieldError, quoted, shortened};
use crate::event::field::Field;
use crate::event::revision::{RETRACTED_ALLOWED, REVISION_ALLOWED, Revision};
use crate::event::survey::RATING_ALLOWED;
use crate::event::value::{OrZero, Person};
use crate::event::{
    BorrowedEvent, ClickTarget, Event, EventData, EventType, Price, Rating, SurveyOutcome,
};
use crate::id::{ID_ALLOWED, check_id};
use crate::json_value::{FieldValue, JsonValue};
use crate::money::{AMOUNT_ALLOWED, Amount, CURRENCY_ALLOWED, Currency};
use crate::time::{AT_ALLOWED, Instant};

/// The significant digits that every double keeps. A JSON number with more may differ from the number that was sent.
const EXACT_DIGITS: usize = 15;

/// The allowed values of `by`, in an object and in a row.
#[derive(Clone, Copy)]
struct Sides {
    object: &'static str,
    column: &'static str,
}

const HUMAN_SIDES: Sides = Sides {
    object: r#"{"side":"visitor"} or {"side":"agent","agent":"…"}"#,
    column: r#""visitor" or "agent""#,
};
const ALL_SIDES: Sides = Sides {
    object: r#"{"side":"visitor"}, {"side":"agent","agent":"…"} or {"side":"automation"}"#,
    column: r#""visitor", "agent" or "automation""#,
};

/// Returns the text of a value.
fn text<'a>(
    field: &'static str,
    value: FieldValue<'a>,
    allowed: &'static str,
) -> Result<&'a str, FieldError> {
    match value {
        FieldValue::Null => Err(FieldError::missing(field, allowed)),
        FieldValue::Text(text) => Ok(text),
        other => Err(FieldError::new(field, other.shown(), allowed)),
    }
}

fn id<'a>(field: &'static str, value: FieldValue<'a>) -> Result<&'a str, FieldError> {
    let text = text(field, value, ID_ALLOWED)?;
    check_id(field, text).map(|()| text)
}

impl<'a> RawFields<'a> {
    fn required(&self, field: Field, allowed: &'static str) -> Result<&'a str, FieldError> {
        text(field.name(), self.get(field), allowed)
    }

    /// Returns the value that `read` returns, or `None` if the field is absent.
    fn optional<T>(
        &self,
        field: Field,
        read: impl FnOnce() -> Result<T, FieldError>,
    ) -> Result<Option<T>, FieldError> {
        match self.get(field) {
            FieldValue::Null => Ok(None),
            _ => read().map(Some),
        }
    }

    /// Returns the text of an id.
    pub(crate) fn shared_id(&self, field: Field) -> Result<&'a str, FieldError> {
        id(field.name(), self.get(field))
    }

    pub(crate) fn own_id<I: From<&'a str>>(&self, field: Field) -> Result<I, FieldError> {
        self.shared_id(field).map(I::from)
    }

    /// Returns a text, or `None` if it is absent or empty.
    pub(crate) fn optional_text(&self, field: Field) -> Result<Option<&'a str>, FieldError> {
        let text = self.optional(field, || self.required(field, "a text, or null"));
        Ok(text?.filter(|text| !text.is_empty()))
    }

    fn integer(&self, field: Field, allowed: &'static str) -> Result<i128, FieldError> {
        let value = self.get(field);
        let integer = match value {
            FieldValue::Other(JsonValue::Integer(value)) => Some(*value),
            FieldValue::Whole(value) => Some(value.into()),
            #[cfg(feature = "json")]
            FieldValue::Digits(text) => text.parse().ok(),
            _ => None,
        };
        integer.ok_or_else(|| FieldError::new(field.name(), value.shown(), allowed))
    }

    pub(crate) fn initiator(&self, _: Field) -> Result<Person<&'a str>, FieldError> {
        self.side(HUMAN_SIDES, |person| person, None)
    }

    pub(crate) fn author(&self, _: Field) -> Result<Option<Person<&'a str>>, FieldError> {
        self.side(ALL_SIDES, Some, Some(None))
    }

    /// Returns the side. `automation` is its value for automation, if that is allowed.
    fn side<T>(
        &self,
        allowed: Sides,
        person: impl FnOnce(Person<&'a str>) -> T,
        automation: Option<T>,
    ) -> Result<T, FieldError> {
        let by = self.get(Field::By);
        let (side_name, agent_name, allowed) = if self.is_row {
            ("by", "agent", allowed.column)
        } else {
            ("by.side", "by.agent", allowed.object)
        };
        let (side, agent) = match by {
            FieldValue::Object => (self.by.side, self.by.agent),
            FieldValue::Text(_) if self.is_row => (by, self.get(Field::Agent)),
            FieldValue::Null => return Err(FieldError::missing("by", allowed)),
            other => return Err(FieldError::new("by", other.shown(), allowed)),
        };
        if let Some(name) = &self.by.repeated {
            return Err(given_twice(format!("by.{name}")));
        }
        match (text(side_name, side, allowed)?, automation) {
            ("visitor", _) => Ok(person(Person::Visitor)),
            ("agent", _) => id(agent_name, agent).map(|agent| person(Person::Agent(agent))),
            ("automation", Some(automation)) => Ok(automation),
            (other, _) => Err(FieldError::new(side_name, quoted(other), allowed)),
        }
    }

    pub(crate) fn target(&self, field: Field) -> Result<ClickTarget, FieldError> {
        const ALLOWED: &str = "\"widget\" or \"chat_notification\"";
        let target = self.optional(field, || match self.required(field, ALLOWED)? {
            "widget" => Ok(ClickTarget::Widget),
            "chat_notification" => Ok(ClickTarget::ChatNotification),
            other => Err(FieldError::new(field.name(), quoted(other), ALLOWED)),
        });
        Ok(target?.unwrap_or(ClickTarget::Widget))
    }

    pub(crate) fn currency(&self, field: Field) -> Result<Currency, FieldError> {
        let code = self.required(field, CURRENCY_ALLOWED)?;
        code.parse()
            .map_err(|error: FieldError| error.named(field.name()))
    }

    pub(crate) fn optional_currency(&self, field: Field) -> Result<Option<Currency>, FieldError> {
        self.optional(field, || self.currency(field))
    }

    pub(crate) fn amount_or_zero(&self, field: Field) -> Result<OrZero, FieldError> {
        let amount = self.optional(field, || self.required_amount(field))?;
        Ok(OrZero(amount.unwrap_or(Amount::ZERO)))
    }

    pub(crate) fn required_amount(&self, field: Field) -> Result<Amount, FieldError> {
        let name = field.name();
        let number = match self.get(field) {
            FieldValue::Null => return Err(FieldError::missing(name, AMOUNT_ALLOWED)),
            FieldValue::Text(text) => {
                return text.parse().map_err(|error: FieldError| error.named(name));
            }
            #[cfg(feature = "json")]
            FieldValue::Digits(text) => Cow::Borrowed(text),
            FieldValue::Decimal(decimal) => return Amount::of_column(name, decimal),
            FieldValue::Other(JsonValue::Integer(value)) => Cow::Owned(value.to_string()),
            FieldValue::Other(JsonValue::Float(value)) => Cow::Owned(value.to_string()),
            other => return Err(FieldError::new(name, other.shown(), AMOUNT_ALLOWED)),
        };
        if significant_digits(&number) > EXACT_DIGITS {
            return Err(FieldError::new(
                name,
                format_args!("the number {}", shortened(&number)),
                "a JSON number of at most 15 significant digits; send a longer one as a string",
            ));
        }
        number
            .parse()
            .map_err(|_| FieldError::new(name, shortened(&number), AMOUNT_ALLOWED))
    }

    pub(crate) fn rating(&self, field: Field) -> Result<Option<Rating>, FieldError> {
        self.optional(field, || {
            let stars = self.integer(field, RATING_ALLOWED)?;
            let rating = u8::try_from(stars)
                .ok()
                .and_then(|stars| Rating::new(stars).ok());
            rating.ok_or_else(|| FieldError::new(field.name(), stars, RATING_ALLOWED))
        })
    }

    pub(crate) fn outcome(&self, field: Field) -> Result<SurveyOutcome, FieldError> {
        const ALLOWED: &str = "\"submitted\" or \"closed\"";
        match self.required(field, ALLOWED)? {
            "submitted" => Ok(SurveyOutcome::Submitted),
            "closed" => Ok(SurveyOutcome::Closed),
            other => Err(FieldError::new(field.name(), quoted(other), ALLOWED)),
        }
    }

    /// Returns the checked event.
    pub(crate) fn check<I: From<&'a str>>(&self) -> Result<BorrowedEvent<'a, I>, FieldError> {
        let event_type = self.required(Field::Type, "the name of an event type");
        let event = BorrowedEvent {
            id: self.own_id(Field::Id)?,
            at: self.at()?,
            visitor: self.own_id(Field::Visitor)?,
            seq: self.optional(Field::Seq, || self.seq())?.unwrap_or(0),
            revision: self
                .optional(Field::Revision, || self.revision())?
                .unwrap_or_default(),
            session: self.optional(Field::Session, || self.own_id(Field::Session))?,
            page: self.optional_text(Field::Page)?,
            data: EventData::check(event_type?.parse()?, self)?,
        };
        event.data.price().map_or(Ok(()), Price::check)?;
        let event_type = event.data.event_type();
        match self.get(Field::Revision) {
            FieldValue::Null if event_type == EventType::Retracted => {
                return Err(FieldError::missing("revision", RETRACTED_ALLOWED));
            }
            _ => event.revision.check(event_type)?,
        }
        Ok(event)
    }

    fn at(&self) -> Result<Instant, FieldError> {
        match self.get(Field::At) {
            FieldValue::Whole(micros) => DateTime::from_timestamp_micros(micros)
                .and_then(Instant::new)
                .ok_or_else(|| {
                    let found = format_args!("{micros} microseconds from 1970");
                    FieldError::new(
                        "at",
                        found,
                        "an instant within the years 0000 to 9999 of UTC",
                    )
                }),
            FieldValue::Null if self.is_row => Err(FieldError::missing("at", "an instant")),
            _ => Instant::parse(self.required(Field::At, AT_ALLOWED)?),
        }
    }

    fn seq(&self) -> Result<u32, FieldError> {
        const ALLOWED: &str = "an integer from 0 to 4294967295";
        let seq = self.integer(Field::Seq, ALLOWED)?;
        u32::try_from(seq).map_err(|_| FieldError::new("seq", seq, ALLOWED))
    }

    fn revision(&self) -> Result<Revision, FieldError> {
        let number = self.integer(Field::Revision, REVISION_ALLOWED)?;
        u64::try_from(number)
            .ok()
            .and_then(|number| Revision::new(number).ok())
            .ok_or_else(|| FieldError::new("revision", number, REVISION_ALLOWED))
    }
}

impl Object<'_> {
    /// Returns the checked event.
    pub(crate) fn to_event(&self) -> Result<Event, FieldError> {
        self.raw_fields()?.check::<&str>().map(Event::from)
    }
}

/// Counts the digits of a number from its first that is not 0, without the final zeros of a fraction.
fn significant_digits(number: &str) -> usize {
    let mantissa = match number.find(['e', 'E']) {
        Some(exponent) => &number[..exponent],
        None => number,
    };
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0')
    } else {
        mantissa
    };
    mantissa
        .trim_start_matches(['-', '0', '.'])
        .bytes()
        .filter(u8::is_ascii_digit)
        .count()
}

impl<'de> Deserialize<'de> for Event {
    /// Reads the flat object from any self-describing format.
    ///
    /// Numbers are read as the format hands them out, and errors show them that way. A JSON number with a fraction or
    /// an exponent is handed out as a double. An amount is then read from the shortest digits that mean this double;
    /// these are the digits that were sent if there were 15 or fewer. `Event::from_json` and the NDJSON reader read the
    /// text of the number instead, and so also refuse an exponent (`1e2`) and digits after the 15th. They read a `seq`
    /// of `-0` as 0, which is a double here and is refused.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Object::read::<AsHandedOut, D>(deserializer)?;
        object.to_event().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits_exclude_leading_zeros_and_final_fraction_zeros() {
        for (number, digits) in [
            ("0", 0),
            ("35.10", 3),
            ("-0.000123", 3),
            ("100", 3),
            ("999999999.999999", 15),
            ("1234567890123456", 16),
            ("1e2", 1),
        ] {
            assert_eq!(significant_digits(number), digits, "{number}");
        }
    }
}
