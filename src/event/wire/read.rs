//! From raw values to a checked event.

use std::borrow::Cow;

use chrono::DateTime;
use serde::de::{self, Deserialize, Deserializer};

use super::fields::{AsHandedOut, Field, Fields};
use super::slots::{Slots, given_twice};
use crate::error::{FieldError, quoted, shortened};
use crate::event::fact::{By, Fact, Parts};
use crate::event::survey::RATING_ALLOWED;
use crate::event::{ClickTarget, Event, EventType, Price, Rating, SurveyOutcome};
use crate::id::{ID_ALLOWED, check_id};
use crate::money::{AMOUNT_ALLOWED, Amount, Currency};
use crate::raw::Value;
use crate::time::{AT_ALLOWED, Instant};

/// Significant digits that every double keeps: a JSON number with more may not be what was sent.
const EXACT_DIGITS: usize = 15;

/// What `by` may be, as an object and in a row.
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

impl<'a> Slots<'a> {
    fn text(&self, field: Field, allowed: &'static str) -> Result<Option<&'a str>, FieldError> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(FieldError::new(field.name(), other.shown(), allowed)),
        }
    }

    fn required(&self, field: Field, allowed: &'static str) -> Result<&'a str, FieldError> {
        self.text(field, allowed)?
            .ok_or_else(|| FieldError::missing(field.name(), allowed))
    }

    /// The text of an id.
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

    /// A text that is absent when it is empty.
    fn optional_text(&self, field: Field) -> Result<Option<&'a str>, FieldError> {
        let text = self.text(field, "a text, or null")?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    fn integer(&self, field: Field, allowed: &'static str) -> Result<Option<i128>, FieldError> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        let integer = match value {
            Value::Integer(value) => Some(*value),
            Value::Whole(value) => Some(value.into()),
            #[cfg(feature = "json")]
            Value::Digits(text) => text.parse().ok(),
            _ => None,
        };
        integer
            .map(Some)
            .ok_or_else(|| FieldError::new(field.name(), value.shown(), allowed))
    }

    /// Who did it; `None` is automation.
    fn side(&self, allowed: Sides) -> Result<Option<By<&'a str>>, FieldError> {
        let allowed = if self.is_row {
            allowed.column
        } else {
            allowed.object
        };
        let value = self
            .get(Field::By)
            .ok_or_else(|| FieldError::missing("by", allowed))?;
        match value {
            Value::Author("visitor") => return Ok(Some(By::Visitor)),
            Value::Author("agent") => {
                let agent = self.id_text(Field::Agent)?;
                return Ok(Some(By::Agent(agent)));
            }
            Value::Author("automation") => return Ok(None),
            _ => {}
        }
        if value != Value::Object {
            return Err(FieldError::new("by", value.shown(), allowed));
        }
        if let Some(name) = &self.by.repeated {
            return Err(given_twice(format!("by.{name}")));
        }
        match self.by.side {
            Value::Null => Err(FieldError::missing("by.side", allowed)),
            Value::Text("visitor") => Ok(Some(By::Visitor)),
            Value::Text("automation") => Ok(None),
            Value::Text("agent") => match self.by.agent {
                Value::Null => Err(FieldError::missing("by.agent", ID_ALLOWED)),
                Value::Text(agent) => check_id("by.agent", agent).map(|()| Some(By::Agent(agent))),
                other => Err(FieldError::new("by.agent", other.shown(), ID_ALLOWED)),
            },
            other => Err(FieldError::new("by.side", other.shown(), allowed)),
        }
    }

    fn participant(&self) -> Result<By<&'a str>, FieldError> {
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
            Value::Text(text) => {
                return text
                    .parse()
                    .map(Some)
                    .map_err(|error: FieldError| error.named(field.name()));
            }
            #[cfg(feature = "json")]
            Value::Digits(text) => Cow::Borrowed(text),
            Value::Decimal(decimal) => return Amount::of_column(field.name(), decimal).map(Some),
            Value::Integer(value) => Cow::Owned(value.to_string()),
            Value::Float(value) => Cow::Owned(value.to_string()),
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

    fn required_amount(&self, field: Field) -> Result<Amount, FieldError> {
        self.amount(field)?
            .ok_or_else(|| FieldError::missing(field.name(), AMOUNT_ALLOWED))
    }

    /// The checked event.
    pub(in crate::event) fn check<I: From<&'a str>>(&self) -> Result<Parts<'a, I>, FieldError> {
        let id = self.id(Field::Id)?;
        Ok(Parts {
            id,
            at: self.at()?,
            visitor: self.id(Field::Visitor)?,
            seq: self.seq()?,
            session: self.optional_id(Field::Session)?,
            page: self.optional_text(Field::Page)?,
            fact: self.fact()?,
        })
    }

    fn at(&self) -> Result<Instant, FieldError> {
        match self.get(Field::At) {
            Some(Value::Whole(micros)) => DateTime::from_timestamp_micros(micros)
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

    fn fact<I: From<&'a str>>(&self) -> Result<Fact<I, &'a str>, FieldError> {
        let name = self.required(Field::Type, "the name of an event type")?;
        Ok(match name.parse()? {
            EventType::WidgetImpression => Fact::WidgetImpression,
            EventType::WidgetClicked => Fact::WidgetClicked {
                target: self.target()?,
            },
            EventType::AutoMessageClicked => Fact::AutoMessageClicked {
                trigger: self.id_text(Field::Trigger)?,
                auto_message: self.id_text(Field::AutoMessage)?,
                url: self.optional_text(Field::Url)?,
            },
            EventType::ChatRequested => Fact::ChatRequested {
                conversation: self.id(Field::Conversation)?,
                by: self.participant()?,
            },
            EventType::AgentAssigned => Fact::AgentAssigned {
                conversation: self.id(Field::Conversation)?,
                agent: self.id_text(Field::Agent)?,
            },
            EventType::MessageSent => Fact::MessageSent {
                conversation: self.id(Field::Conversation)?,
                by: self.side(Sides::ANY)?,
            },
            EventType::CallRequested => Fact::CallRequested {
                conversation: self.id(Field::Conversation)?,
                call: self.id(Field::Call)?,
                by: self.participant()?,
            },
            EventType::CallAnswered => Fact::CallAnswered {
                call: self.id(Field::Call)?,
                agent: self.id_text(Field::Agent)?,
            },
            EventType::CallAccepted => Fact::CallAccepted { call: self.call()? },
            EventType::CallConnected => Fact::CallConnected { call: self.call()? },
            EventType::CallDeclined => Fact::CallDeclined { call: self.call()? },
            EventType::CallCancelled => Fact::CallCancelled { call: self.call()? },
            EventType::CallMissed => Fact::CallMissed { call: self.call()? },
            EventType::CallEnded => Fact::CallEnded { call: self.call()? },
            EventType::OrderPlaced => self.placed_order()?,
            EventType::OrderRefunded => Fact::OrderRefunded {
                order: self.id(Field::Order)?,
                amount: self.required_amount(Field::Amount)?,
            },
            EventType::OrderCancelled => Fact::OrderCancelled {
                order: self.id(Field::Order)?,
            },
            EventType::SurveyAnswered => Fact::SurveyAnswered {
                survey: self.id(Field::Survey)?,
                conversation: self.id(Field::Conversation)?,
                rating: self.rating()?,
                feedback: self.optional_text(Field::Feedback)?,
                outcome: self.outcome()?,
            },
            EventType::SessionEnded => Fact::SessionEnded,
        })
    }

    fn call<I: From<&'a str>>(&self) -> Result<I, FieldError> {
        self.id(Field::Call)
    }

    fn target(&self) -> Result<ClickTarget, FieldError> {
        const ALLOWED: &str = "\"widget\" or \"chat_notification\"";
        match self.text(Field::Target, ALLOWED)? {
            None | Some("widget") => Ok(ClickTarget::Widget),
            Some("chat_notification") => Ok(ClickTarget::ChatNotification),
            Some(other) => Err(FieldError::new("target", quoted(other), ALLOWED)),
        }
    }

    fn placed_order<I: From<&'a str>>(&self) -> Result<Fact<I, &'a str>, FieldError> {
        let order = self.id(Field::Order)?;
        let currency: Currency = self
            .required(
                Field::Currency,
                "an ISO 4217 code in capitals, such as \"EUR\"",
            )?
            .parse()?;
        let price = Price {
            currency,
            subtotal: self.required_amount(Field::Subtotal)?,
            discount: self.amount(Field::Discount)?.unwrap_or_default(),
            included_tax: self.amount(Field::IncludedTax)?.unwrap_or_default(),
        };
        Ok(Fact::OrderPlaced {
            order,
            price: price.checked()?,
        })
    }

    fn rating(&self) -> Result<Option<Rating>, FieldError> {
        self.integer(Field::Rating, RATING_ALLOWED)?
            .map(|stars| {
                u8::try_from(stars)
                    .ok()
                    .and_then(|stars| Rating::new(stars).ok())
                    .ok_or_else(|| FieldError::new("rating", stars, RATING_ALLOWED))
            })
            .transpose()
    }

    fn outcome(&self) -> Result<SurveyOutcome, FieldError> {
        const ALLOWED: &str = "\"submitted\" or \"closed\"";
        match self.required(Field::Outcome, ALLOWED)? {
            "submitted" => Ok(SurveyOutcome::Submitted),
            "closed" => Ok(SurveyOutcome::Closed),
            other => Err(FieldError::new("outcome", quoted(other), ALLOWED)),
        }
    }
}

impl Fields<'_> {
    /// The checked event.
    pub(in crate::event) fn to_event(&self) -> Result<Event, FieldError> {
        self.slots()?.check::<&str>().map(Event::from)
    }
}

/// Digits of a number from its first that is not 0, the final zeros of a fraction aside.
fn significant_digits(number: &str) -> usize {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
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
    /// Reads the flat object of any self-describing format.
    ///
    /// A number comes as the format hands it out, and stands so in the message of an error. A JSON number with a fraction
    /// or exponent comes as a double: of money it is then read by the shortest digits that mean that double, which are
    /// the digits sent as long as those are 15 or fewer. `Event::from_json` and the NDJSON reader read the number's own
    /// text instead, and so also refuse an exponent (`1e2`) and digits past the 15th. (A `seq` of `-0` is 0 to them; it
    /// comes as a double here, and is refused.)
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::read::<AsHandedOut, D>(deserializer)?;
        fields.to_event().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits_leave_out_leading_zeros_and_final_zeros_of_a_fraction() {
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
