//! From raw values to a checked event.

use std::borrow::Cow;

use serde::de::{self, Deserialize, Deserializer};

use super::fields::{AsHandedOut, Field, Fields};
use crate::error::{FieldError, quoted, shortened};
use crate::event::survey::RATING_ALLOWED;
use crate::event::{
    CallEvent, ChatEvent, ClickTarget, Event, EventKind, EventType, OrderEvent, Participant,
    PlacedOrder, Price, Rating, SessionEvent, Side, SurveyEvent, SurveyOutcome, WidgetEvent,
};
use crate::id::{
    AgentId, AutoMessageId, CallId, ConversationId, EventId, Feedback, ID_ALLOWED, LinkUrl,
    OrderId, PageUrl, SessionId, SurveyId, TriggerId, VisitorId,
};
use crate::money::{AMOUNT_ALLOWED, Amount, Currency};
use crate::raw::{Raw, first_repeated};
use crate::time::{AT_ALLOWED, Instant};

/// Significant digits that every double keeps: a JSON number with more may not be what was sent.
const EXACT_DIGITS: usize = 15;

impl<'a> Fields<'a> {
    /// The value of a field; `null` is absent.
    fn take(&mut self, field: Field) -> Option<Raw<'a>> {
        self.values
            .get_mut(field as usize)
            .and_then(Option::take)
            .filter(|value| *value != Raw::Null)
    }

    fn text(
        &mut self,
        field: Field,
        allowed: &'static str,
    ) -> Result<Option<Cow<'a, str>>, FieldError> {
        match self.take(field) {
            None => Ok(None),
            Some(Raw::Text(text)) => Ok(Some(text)),
            Some(other) => Err(FieldError::new(field.name(), other.shown(), allowed)),
        }
    }

    fn required(
        &mut self,
        field: Field,
        allowed: &'static str,
    ) -> Result<Cow<'a, str>, FieldError> {
        self.text(field, allowed)?
            .ok_or_else(|| FieldError::missing(field.name(), allowed))
    }

    fn id<T: TryFrom<String, Error = FieldError>>(
        &mut self,
        field: Field,
    ) -> Result<T, FieldError> {
        let text = self.required(field, ID_ALLOWED)?;
        T::try_from(text.into_owned()).map_err(|error| error.named(field.name()))
    }

    fn optional_id<T: TryFrom<String, Error = FieldError>>(
        &mut self,
        field: Field,
    ) -> Result<Option<T>, FieldError> {
        self.text(field, ID_ALLOWED)?
            .map(|text| T::try_from(text.into_owned()))
            .transpose()
    }

    /// A text that is absent when it is empty.
    fn optional_text<T: TryFrom<String, Error = FieldError>>(
        &mut self,
        field: Field,
    ) -> Result<Option<T>, FieldError> {
        self.text(field, "a text, or null")?
            .filter(|text| !text.is_empty())
            .map(|text| T::try_from(text.into_owned()))
            .transpose()
    }

    fn integer(&mut self, field: Field, allowed: &'static str) -> Result<Option<i128>, FieldError> {
        let Some(value) = self.take(field) else {
            return Ok(None);
        };
        let integer = match &value {
            Raw::Integer(value) => Some(*value),
            #[cfg(feature = "json")]
            Raw::Digits(text) => text.parse().ok(),
            _ => None,
        };
        integer
            .map(Some)
            .ok_or_else(|| FieldError::new(field.name(), value.shown(), allowed))
    }

    fn side(&mut self, allowed: &'static str) -> Result<Side, FieldError> {
        let value = self
            .take(Field::By)
            .ok_or_else(|| FieldError::missing("by", allowed))?;
        let Raw::Object(entries) = value else {
            return Err(FieldError::new("by", value.shown(), allowed));
        };
        if let Some(name) = first_repeated(entries.iter().map(|(name, _)| name.as_ref())) {
            return Err(given_twice(format!("by.{name}")));
        }
        let (mut side, mut agent) = (None, None);
        for (name, value) in entries {
            match name.as_ref() {
                "side" => side = Some(value),
                "agent" => agent = Some(value),
                _ => {}
            }
        }
        match side.filter(|side| *side != Raw::Null) {
            None => Err(FieldError::missing("by.side", allowed)),
            Some(Raw::Text(text)) if text == "visitor" => Ok(Side::Visitor),
            Some(Raw::Text(text)) if text == "automation" => Ok(Side::Automation),
            Some(Raw::Text(text)) if text == "agent" => match agent {
                None | Some(Raw::Null) => Err(FieldError::missing("by.agent", ID_ALLOWED)),
                Some(Raw::Text(agent)) => AgentId::new(agent)
                    .map(Side::Agent)
                    .map_err(|error| error.named("by.agent")),
                Some(other) => Err(FieldError::new("by.agent", other.shown(), ID_ALLOWED)),
            },
            Some(other) => Err(FieldError::new("by.side", other.shown(), allowed)),
        }
    }

    fn participant(&mut self) -> Result<Participant, FieldError> {
        const ALLOWED: &str = r#"{"side":"visitor"} or {"side":"agent","agent":"…"}"#;
        match self.side(ALLOWED)? {
            Side::Visitor => Ok(Participant::Visitor),
            Side::Agent(agent) => Ok(Participant::Agent(agent)),
            Side::Automation => Err(FieldError::new("by.side", r#""automation""#, ALLOWED)),
        }
    }

    fn amount(&mut self, field: Field) -> Result<Option<Amount>, FieldError> {
        let Some(value) = self.take(field) else {
            return Ok(None);
        };
        let number = match &value {
            Raw::Text(text) => {
                return text
                    .parse()
                    .map(Some)
                    .map_err(|error: FieldError| error.named(field.name()));
            }
            #[cfg(feature = "json")]
            Raw::Digits(text) => Cow::Borrowed(*text),
            Raw::Integer(value) => Cow::Owned(value.to_string()),
            Raw::Float(value) => Cow::Owned(value.to_string()),
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

    fn required_amount(&mut self, field: Field) -> Result<Amount, FieldError> {
        self.amount(field)?
            .ok_or_else(|| FieldError::missing(field.name(), AMOUNT_ALLOWED))
    }

    /// The checked event.
    pub(in crate::event) fn into_event(mut self) -> Result<Event, FieldError> {
        if let Some(name) = self.repeated.take() {
            return Err(given_twice(name));
        }
        let id: EventId = self.id(Field::Id)?;
        let at = Instant::parse(&self.required(Field::At, AT_ALLOWED)?)?;
        let visitor: VisitorId = self.id(Field::Visitor)?;
        let seq = self.seq()?;
        let session: Option<SessionId> = self.optional_id(Field::Session)?;
        let page: Option<PageUrl> = self.optional_text(Field::Page)?;
        let kind = self.kind()?;
        Ok(Event {
            id,
            at,
            visitor,
            seq,
            session,
            page,
            kind,
        })
    }

    fn seq(&mut self) -> Result<u32, FieldError> {
        const ALLOWED: &str = "an integer from 0 to 4294967295";
        match self.integer(Field::Seq, ALLOWED)? {
            None => Ok(0),
            Some(seq) => u32::try_from(seq).map_err(|_| FieldError::new("seq", seq, ALLOWED)),
        }
    }

    fn kind(&mut self) -> Result<EventKind, FieldError> {
        let name = self.required(Field::Type, "the name of an event type")?;
        let event_type: EventType = name.parse()?;
        Ok(match event_type {
            EventType::WidgetImpression => WidgetEvent::Impression.into(),
            EventType::WidgetClicked => WidgetEvent::Clicked {
                target: self.target()?,
            }
            .into(),
            EventType::AutoMessageClicked => WidgetEvent::AutoMessageClicked {
                trigger: self.id::<TriggerId>(Field::Trigger)?,
                auto_message: self.id::<AutoMessageId>(Field::AutoMessage)?,
                url: self.optional_text::<LinkUrl>(Field::Url)?,
            }
            .into(),
            EventType::ChatRequested => ChatEvent::Requested {
                conversation: self.id(Field::Conversation)?,
                by: self.participant()?,
            }
            .into(),
            EventType::AgentAssigned => ChatEvent::AgentAssigned {
                conversation: self.id(Field::Conversation)?,
                agent: self.id(Field::Agent)?,
            }
            .into(),
            EventType::MessageSent => ChatEvent::MessageSent {
                conversation: self.id(Field::Conversation)?,
                by: self.side(
                    r#"{"side":"visitor"}, {"side":"agent","agent":"…"} or {"side":"automation"}"#,
                )?,
            }
            .into(),
            EventType::CallRequested => CallEvent::Requested {
                conversation: self.id::<ConversationId>(Field::Conversation)?,
                call: self.id(Field::Call)?,
                by: self.participant()?,
            }
            .into(),
            EventType::CallAnswered => CallEvent::Answered {
                call: self.id(Field::Call)?,
                agent: self.id(Field::Agent)?,
            }
            .into(),
            EventType::CallAccepted => self.call(|call| CallEvent::Accepted { call })?,
            EventType::CallConnected => self.call(|call| CallEvent::Connected { call })?,
            EventType::CallDeclined => self.call(|call| CallEvent::Declined { call })?,
            EventType::CallCancelled => self.call(|call| CallEvent::Cancelled { call })?,
            EventType::CallMissed => self.call(|call| CallEvent::Missed { call })?,
            EventType::CallEnded => self.call(|call| CallEvent::Ended { call })?,
            EventType::OrderPlaced => OrderEvent::Placed(self.placed_order()?).into(),
            EventType::OrderRefunded => OrderEvent::Refunded {
                order: self.id(Field::Order)?,
                amount: self.required_amount(Field::Amount)?,
            }
            .into(),
            EventType::OrderCancelled => OrderEvent::Cancelled {
                order: self.id(Field::Order)?,
            }
            .into(),
            EventType::SurveyAnswered => SurveyEvent::Answered {
                survey: self.id::<SurveyId>(Field::Survey)?,
                conversation: self.id(Field::Conversation)?,
                rating: self.rating()?,
                feedback: self.optional_text::<Feedback>(Field::Feedback)?,
                outcome: self.outcome()?,
            }
            .into(),
            EventType::SessionEnded => SessionEvent::Ended.into(),
        })
    }

    fn call(&mut self, event: impl FnOnce(CallId) -> CallEvent) -> Result<EventKind, FieldError> {
        Ok(event(self.id(Field::Call)?).into())
    }

    fn target(&mut self) -> Result<ClickTarget, FieldError> {
        const ALLOWED: &str = "\"widget\" or \"chat_notification\"";
        match self.text(Field::Target, ALLOWED)?.as_deref() {
            None | Some("widget") => Ok(ClickTarget::Widget),
            Some("chat_notification") => Ok(ClickTarget::ChatNotification),
            Some(other) => Err(FieldError::new("target", quoted(other), ALLOWED)),
        }
    }

    fn placed_order(&mut self) -> Result<PlacedOrder, FieldError> {
        let order: OrderId = self.id(Field::Order)?;
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
        Ok(PlacedOrder {
            order,
            price: price.checked()?,
        })
    }

    fn rating(&mut self) -> Result<Option<Rating>, FieldError> {
        self.integer(Field::Rating, RATING_ALLOWED)?
            .map(|stars| {
                u8::try_from(stars)
                    .ok()
                    .and_then(|stars| Rating::new(stars).ok())
                    .ok_or_else(|| FieldError::new("rating", stars, RATING_ALLOWED))
            })
            .transpose()
    }

    fn outcome(&mut self) -> Result<SurveyOutcome, FieldError> {
        const ALLOWED: &str = "\"submitted\" or \"closed\"";
        match self.required(Field::Outcome, ALLOWED)?.as_ref() {
            "submitted" => Ok(SurveyOutcome::Submitted),
            "closed" => Ok(SurveyOutcome::Closed),
            other => Err(FieldError::new("outcome", quoted(other), ALLOWED)),
        }
    }
}

fn given_twice(name: String) -> FieldError {
    FieldError::new(name, "given twice", "each name once in one object")
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
    /// A money number comes as the format hands it out. A JSON number with a fraction or exponent comes as a double: it
    /// is then read by the shortest digits that mean that double, which are the digits sent as long as those are 15 or
    /// fewer. `Event::from_json` and the NDJSON reader read the number's own text instead, and so also refuse an
    /// exponent (`1e2`) and digits past the 15th.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::read::<AsHandedOut, D>(deserializer)?
            .into_event()
            .map_err(de::Error::custom)
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
