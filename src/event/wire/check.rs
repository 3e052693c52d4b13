//! Checks raw fields and makes an event of them.

use std::borrow::Cow;
use std::marker::PhantomData;

use chrono::DateTime;
use serde::de::{self, Deserialize, Deserializer};

use super::object::{AsHandedOut, Object};
use super::raw_fields::{RawFields, given_twice};
use crate::error::{FieldError, quoted, shortened};
use crate::event::field::Field;
use crate::event::survey::RATING_ALLOWED;
use crate::event::value::{FieldSource, Person};
use crate::event::{BorrowedEvent, ClickTarget, Event, EventData, Rating, SurveyOutcome};
use crate::id::{ID_ALLOWED, check_id};
use crate::json_value::FieldValue;
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

impl Sides {
    const HUMAN: Self = Self {
        object: r#"{"side":"visitor"} or {"side":"agent","agent":"…"}"#,
        column: r#""visitor" or "agent""#,
    };
    const ANY: Self = Self {
        object: r#"{"side":"visitor"}, {"side":"agent","agent":"…"} or {"side":"automation"}"#,
        column: r#""visitor", "agent" or "automation""#,
    };
}

impl<'a> RawFields<'a> {
    fn text(&self, field: Field, allowed: &'static str) -> Result<Option<&'a str>, FieldError> {
        match self.get(field) {
            None => Ok(None),
            Some(FieldValue::Text(text)) => Ok(Some(text)),
            Some(other) => Err(FieldError::new(field.name(), other.shown(), allowed)),
        }
    }

    fn required(&self, field: Field, allowed: &'static str) -> Result<&'a str, FieldError> {
        self.text(field, allowed)?
            .ok_or_else(|| FieldError::missing(field.name(), allowed))
    }

    /// Returns the text of an id.
    fn id_text(&self, field: Field) -> Result<&'a str, FieldError> {
        let text = self.required(field, ID_ALLOWED)?;
        check_id(field.name(), text).map(|()| text)
    }

    fn id<I: From<&'a str>>(&self, field: Field) -> Result<I, FieldError> {
        self.id_text(field).map(I::from)
    }

    fn optional_id<I: From<&'a str>>(&self, field: Field) -> Result<Option<I>, FieldError> {
        match self.text(field, ID_ALLOWED)? {
            None => Ok(None),
            Some(text) => check_id(field.name(), text).map(|()| Some(text.into())),
        }
    }

    /// Returns a text, or `None` if it is absent or empty.
    fn optional_text(&self, field: Field) -> Result<Option<&'a str>, FieldError> {
        let text = self.text(field, "a text, or null")?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    fn integer(&self, field: Field, allowed: &'static str) -> Result<Option<i128>, FieldError> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        let integer = match value {
            FieldValue::Integer(value) => Some(*value),
            FieldValue::Whole(value) => Some(value.into()),
            #[cfg(feature = "json")]
            FieldValue::Digits(text) => text.parse().ok(),
            _ => None,
        };
        integer
            .map(Some)
            .ok_or_else(|| FieldError::new(field.name(), value.shown(), allowed))
    }

    /// Returns the side; `None` is automation.
    fn side(&self, allowed: Sides) -> Result<Option<Person<&'a str>>, FieldError> {
        let allowed = if self.is_row {
            allowed.column
        } else {
            allowed.object
        };
        let value = self
            .get(Field::By)
            .ok_or_else(|| FieldError::missing("by", allowed))?;
        match value {
            FieldValue::Side("visitor") => return Ok(Some(Person::Visitor)),
            FieldValue::Side("agent") => {
                let agent = self.id_text(Field::Agent)?;
                return Ok(Some(Person::Agent(agent)));
            }
            FieldValue::Side("automation") => return Ok(None),
            _ => {}
        }
        if value != FieldValue::Object {
            return Err(FieldError::new("by", value.shown(), allowed));
        }
        if let Some(name) = &self.by.repeated {
            return Err(given_twice(format!("by.{name}")));
        }
        match self.by.side {
            FieldValue::Null => Err(FieldError::missing("by.side", allowed)),
            FieldValue::Text("visitor") => Ok(Some(Person::Visitor)),
            FieldValue::Text("automation") => Ok(None),
            FieldValue::Text("agent") => match self.by.agent {
                FieldValue::Null => Err(FieldError::missing("by.agent", ID_ALLOWED)),
                FieldValue::Text(agent) => {
                    check_id("by.agent", agent).map(|()| Some(Person::Agent(agent)))
                }
                other => Err(FieldError::new("by.agent", other.shown(), ID_ALLOWED)),
            },
            other => Err(FieldError::new("by.side", other.shown(), allowed)),
        }
    }

    fn human_side(&self) -> Result<Person<&'a str>, FieldError> {
        self.side(Sides::HUMAN)?.ok_or_else(|| {
            let (name, allowed) = if self.is_row {
                ("by", Sides::HUMAN.column)
            } else {
                ("by.side", Sides::HUMAN.object)
            };
            FieldError::new(name, r#""automation""#, allowed)
        })
    }

    fn amount(&self, field: Field) -> Result<Option<Amount>, FieldError> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        let number = match value {
            FieldValue::Text(text) => {
                return text
                    .parse()
                    .map(Some)
                    .map_err(|error: FieldError| error.named(field.name()));
            }
            #[cfg(feature = "json")]
            FieldValue::Digits(text) => Cow::Borrowed(text),
            FieldValue::Decimal(decimal) => {
                return Amount::of_column(field.name(), decimal).map(Some);
            }
            FieldValue::Integer(value) => Cow::Owned(value.to_string()),
            FieldValue::Float(value) => Cow::Owned(value.to_string()),
            other => return Err(FieldError::new(field.name(), other.shown(), AMOUNT_ALLOWED)),
        };
        if significant_digits(&number) > EXACT_DIGITS {
            return Err(FieldError::new(
                field.name(),
                format_args!("the number {}", shortened(&number)),
                "a JSON number of at most 15 significant digits; send a longer one as a string",
            ));
        }
        number
            .parse()
            .map(Some)
            .map_err(|_| FieldError::new(field.name(), shortened(&number), AMOUNT_ALLOWED))
    }

    /// Returns the checked event.
    pub(in crate::event) fn check<I: From<&'a str>>(
        &self,
    ) -> Result<BorrowedEvent<'a, I>, FieldError> {
        Ok(BorrowedEvent {
            id: self.id(Field::Id)?,
            at: self.at()?,
            visitor: self.id(Field::Visitor)?,
            seq: self.seq()?,
            session: self.optional_id(Field::Session)?,
            page: self.optional_text(Field::Page)?,
            data: self.data()?,
        })
    }

    fn data<I: From<&'a str>>(&self) -> Result<EventData<I, &'a str>, FieldError> {
        let name = self.required(Field::Type, "the name of an event type")?;
        let mut source = CheckedFields {
            fields: self,
            id: PhantomData,
        };
        EventData::read(name.parse()?, &mut source)?.checked()
    }

    fn at(&self) -> Result<Instant, FieldError> {
        match self.get(Field::At) {
            Some(FieldValue::Whole(micros)) => DateTime::from_timestamp_micros(micros)
                .and_then(Instant::new)
                .ok_or_else(|| {
                    let found = format_args!("{micros} microseconds from 1970");
                    FieldError::new(
                        "at",
                        found,
                        "an instant within the years 0000 to 9999 of UTC",
                    )
                }),
            None if self.is_row => Err(FieldError::missing("at", "an instant")),
            _ => Instant::parse(self.required(Field::At, AT_ALLOWED)?),
        }
    }

    fn seq(&self) -> Result<u32, FieldError> {
        const ALLOWED: &str = "an integer from 0 to 4294967295";
        match self.integer(Field::Seq, ALLOWED)? {
            None => Ok(0),
            Some(seq) => u32::try_from(seq).map_err(|_| FieldError::new("seq", seq, ALLOWED)),
        }
    }
}

/// The fields of an event's type, each checked as it is read.
struct CheckedFields<'f, 'a, I> {
    fields: &'f RawFields<'a>,
    id: PhantomData<I>,
}

impl<'a, I: From<&'a str>> FieldSource for CheckedFields<'_, 'a, I> {
    type Id = I;
    type Text = &'a str;
    type Error = FieldError;

    fn own_id(&mut self, field: Field) -> Result<I, FieldError> {
        self.fields.id(field)
    }

    fn shared_id(&mut self, field: Field) -> Result<&'a str, FieldError> {
        self.fields.id_text(field)
    }

    fn optional_text(&mut self, field: Field) -> Result<Option<&'a str>, FieldError> {
        self.fields.optional_text(field)
    }

    fn initiator(&mut self, _: Field) -> Result<Person<&'a str>, FieldError> {
        self.fields.human_side()
    }

    fn author(&mut self, _: Field) -> Result<Option<Person<&'a str>>, FieldError> {
        self.fields.side(Sides::ANY)
    }

    fn target(&mut self, field: Field) -> Result<ClickTarget, FieldError> {
        const ALLOWED: &str = "\"widget\" or \"chat_notification\"";
        match self.fields.text(field, ALLOWED)? {
            None => Ok(ClickTarget::default()),
            Some(name) => ClickTarget::from_name(name)
                .ok_or_else(|| FieldError::new(field.name(), quoted(name), ALLOWED)),
        }
    }

    fn currency(&mut self, field: Field) -> Result<Currency, FieldError> {
        let code = self.fields.required(field, CURRENCY_ALLOWED)?;
        code.parse()
            .map_err(|error: FieldError| error.named(field.name()))
    }

    fn amount(&mut self, field: Field) -> Result<Amount, FieldError> {
        self.fields
            .amount(field)?
            .ok_or_else(|| FieldError::missing(field.name(), AMOUNT_ALLOWED))
    }

    fn amount_or_zero(&mut self, field: Field) -> Result<Amount, FieldError> {
        Ok(self.fields.amount(field)?.unwrap_or(Amount::ZERO))
    }

    fn optional_rating(&mut self, field: Field) -> Result<Option<Rating>, FieldError> {
        let Some(stars) = self.fields.integer(field, RATING_ALLOWED)? else {
            return Ok(None);
        };
        let rating = u8::try_from(stars)
            .ok()
            .and_then(|stars| Rating::new(stars).ok());
        rating
            .map(Some)
            .ok_or_else(|| FieldError::new(field.name(), stars, RATING_ALLOWED))
    }

    fn outcome(&mut self, field: Field) -> Result<SurveyOutcome, FieldError> {
        const ALLOWED: &str = "\"submitted\" or \"closed\"";
        let name = self.fields.required(field, ALLOWED)?;
        SurveyOutcome::from_name(name)
            .ok_or_else(|| FieldError::new(field.name(), quoted(name), ALLOWED))
    }
}

impl Object<'_> {
    /// Returns the checked event.
    pub(in crate::event) fn to_event(&self) -> Result<Event, FieldError> {
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
