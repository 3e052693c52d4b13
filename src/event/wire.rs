//! The wire form: one flat object an event.
//!
//! Reading has two steps. First the object is taken as it comes, whatever the order of its fields, each value kept raw
//! ([`Fields`]); then the raw values are checked against what the event's `type` asks for. So every refusal can name the
//! field and the value, and fields of other types are passed over whatever they hold.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::kind::{
    CallEvent, ChatEvent, ClickTarget, EventKind, EventType, OrderEvent, Participant, SessionEvent,
    Side, SurveyEvent, WidgetEvent,
};
use super::order::{PlacedOrder, Price};
use super::survey::{RATING_ALLOWED, Rating, SurveyOutcome};
use super::{Event, Instant};
use crate::error::{FieldError, quoted, shortened};
use crate::id::{
    AgentId, AutoMessageId, CallId, ConversationId, EventId, Feedback, ID_ALLOWED, LinkUrl,
    OrderId, PageUrl, SessionId, SurveyId, TriggerId, VisitorId,
};
use crate::money::{AMOUNT_ALLOWED, Amount, Currency, Sum};
use crate::time::utc_text;

/// Significant digits that every double keeps: a JSON number with more may not be what was sent.
const EXACT_DIGITS: usize = 15;

/// A value as it stood in the object, not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw<'a> {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    /// A number by its own text, where the format has one.
    Digits(&'a str),
    Text(Cow<'a, str>),
    Bytes,
    Array,
    Object(Vec<(Cow<'a, str>, Raw<'a>)>),
    /// An object, here or within, that gave this name twice.
    Repeated(String),
}

impl Raw<'_> {
    /// The value as a message shows it.
    fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => shortened(&value.to_string()),
            Self::Digits(text) => shortened(text),
            Self::Text(text) => quoted(text),
            Self::Bytes => "a byte string".to_owned(),
            Self::Array => "an array".to_owned(),
            Self::Object(_) | Self::Repeated(_) => "an object".to_owned(),
        }
    }

    fn repeated_name(&self) -> Option<&str> {
        match self {
            Self::Repeated(name) => Some(name),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of an event's field")
    }

    fn visit_unit<E>(self) -> Result<Raw<'de>, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw<'de>, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Raw<'de>, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw<'de>, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw<'de>, E> {
        Ok(Raw::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw<'de>, E> {
        Ok(Raw::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw<'de>, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw<'de>, E> {
        Ok(Raw::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Owned(value)))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Raw<'de>, E> {
        Ok(Raw::Bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw<'de>, A::Error> {
        let mut repeated = None;
        while let Some(item) = items.next_element::<Raw<'de>>()? {
            if let Raw::Repeated(name) = item {
                repeated.get_or_insert(name);
            }
        }
        Ok(repeated.map_or(Raw::Array, Raw::Repeated))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw<'de>, A::Error> {
        let mut fields: Vec<(Cow<'de, str>, Raw<'de>)> = Vec::new();
        while let Some(Name(name)) = entries.next_key()? {
            fields.push((name, entries.next_value()?));
        }
        let within = fields
            .iter()
            .find_map(|(name, value)| Some(format!("{name}.{}", value.repeated_name()?)));
        let names = fields.iter().map(|(name, _)| name.as_ref());
        Ok(match within.or_else(|| first_repeated(names)) {
            Some(name) => Raw::Repeated(name),
            None => Raw::Object(fields),
        })
    }
}

/// A field's name, borrowed where the format allows.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// The least name that occurs twice.
fn first_repeated<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names
        .windows(2)
        .find(|pair| pair.first() == pair.last())
        .and_then(|pair| pair.first())
        .map(|name| (*name).to_owned())
}

macro_rules! fields {
    ($($name:ident: $text:literal),* $(,)?) => {
        /// The known fields of all events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Field { $($name),* }

        impl Field {
            const COUNT: usize = [$($text),*].len();

            const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

fields! {
    Id: "id", At: "at", Visitor: "visitor", Seq: "seq", Session: "session", Page: "page", Type: "type",
    Target: "target", Trigger: "trigger", AutoMessage: "auto_message", Url: "url",
    Conversation: "conversation", By: "by", Call: "call", Agent: "agent", Order: "order",
    Currency: "currency", Subtotal: "subtotal", Discount: "discount", IncludedTax: "included_tax",
    Amount: "amount", Survey: "survey", Rating: "rating", Feedback: "feedback", Outcome: "outcome",
}

impl Field {
    const fn is_money(self) -> bool {
        matches!(
            self,
            Self::Subtotal | Self::Discount | Self::IncludedTax | Self::Amount
        )
    }
}

/// How a money field is taken from a format: by the number it hands out, or by the number's own text.
pub(super) trait MoneyText {
    fn next_money<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Raw<'de>, A::Error>;
}

/// The number that the format hands out: for JSON through serde, a double.
pub(super) struct AsNumber;

impl MoneyText for AsNumber {
    fn next_money<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Raw<'de>, A::Error> {
        entries.next_value()
    }
}

/// One event's object, taken but not checked.
pub(super) struct Fields<'a, M> {
    values: [Option<Raw<'a>>; Field::COUNT],
    repeated: Option<String>,
    money: PhantomData<M>,
}

impl<'de, M: MoneyText> Deserialize<'de> for Fields<'de, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor<M>(PhantomData<M>);

        impl<'de, M: MoneyText> Visitor<'de> for FieldsVisitor<M> {
            type Value = Fields<'de, M>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event: one flat object with `id`, `at`, `visitor` and `type`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut fields = Fields {
                    values: [const { None }; Field::COUNT],
                    repeated: None,
                    money: PhantomData,
                };
                let mut unknown = Vec::new();
                while let Some(Name(name)) = entries.next_key()? {
                    let field = Field::from_name(&name);
                    let value = match field {
                        Some(field) if field.is_money() => M::next_money(&mut entries)?,
                        _ => entries.next_value()?,
                    };
                    if let Some(within) = value.repeated_name() {
                        fields.repeated.get_or_insert(format!("{name}.{within}"));
                    }
                    let slot = field.and_then(|field| fields.values.get_mut(field as usize));
                    match slot {
                        Some(Some(_)) => {
                            fields.repeated.get_or_insert(name.into_owned());
                        }
                        Some(slot) => *slot = Some(value),
                        None => unknown.push(name),
                    }
                }
                if fields.repeated.is_none() && unknown.len() > 1 {
                    fields.repeated = first_repeated(unknown.iter().map(AsRef::as_ref));
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(FieldsVisitor(PhantomData))
    }
}

impl<'a, M> Fields<'a, M> {
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
        match self.take(field) {
            None => Ok(None),
            Some(Raw::Integer(value)) => Ok(Some(value)),
            Some(other) => Err(FieldError::new(field.name(), other.shown(), allowed)),
        }
    }

    fn side(&mut self, allowed: &'static str) -> Result<Side, FieldError> {
        let value = self
            .take(Field::By)
            .ok_or_else(|| FieldError::missing("by", allowed))?;
        let Raw::Object(entries) = value else {
            return Err(FieldError::new("by", value.shown(), allowed));
        };
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
    pub(super) fn into_event(mut self) -> Result<Event, FieldError> {
        if let Some(name) = self.repeated.take() {
            return Err(FieldError::new(
                name,
                "given twice",
                "each name once in one object",
            ));
        }
        let id: EventId = self.id(Field::Id)?;
        let at = Instant::parse(&self.required(Field::At, "an RFC 3339 instant with offset")?)?;
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
        const ALLOWED: &str = "one of the 19 event types, such as \"message_sent\"";
        let name = self.required(Field::Type, ALLOWED)?;
        let event_type = EventType::from_name(&name)
            .ok_or_else(|| FieldError::new("type", quoted(&name), ALLOWED))?;
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
    /// A money number comes as the format hands it out, for JSON as a double: it is then read by the shortest digits
    /// that mean that double, which are the digits sent as long as those are 15 or fewer. `Event::from_json` and the
    /// NDJSON reader read the number's own text instead, and so also refuse an exponent (`1e2`) and digits past the 15th.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::<AsNumber>::deserialize(deserializer)?
            .into_event()
            .map_err(de::Error::custom)
    }
}

impl Serialize for Event {
    /// Writes the flat object: absent and default fields left out, instants in UTC, money as strings.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("at", &utc_text(self.at.to_utc()))?;
        map.serialize_entry("visitor", &self.visitor)?;
        if self.seq != 0 {
            map.serialize_entry("seq", &self.seq)?;
        }
        optional(&mut map, "session", self.session.as_ref())?;
        optional(&mut map, "page", self.page.as_ref())?;
        map.serialize_entry("type", self.kind.event_type().name())?;
        match &self.kind {
            EventKind::Widget(event) => widget(&mut map, event)?,
            EventKind::Chat(event) => chat(&mut map, event)?,
            EventKind::Call(event) => call(&mut map, event)?,
            EventKind::Order(event) => order(&mut map, event)?,
            EventKind::Survey(SurveyEvent::Answered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            }) => {
                map.serialize_entry("survey", survey)?;
                map.serialize_entry("conversation", conversation)?;
                optional(&mut map, "rating", rating.as_ref())?;
                optional(&mut map, "feedback", feedback.as_ref())?;
                map.serialize_entry("outcome", outcome)?;
            }
            EventKind::Session(SessionEvent::Ended) => {}
        }
        map.end()
    }
}

fn optional<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

fn widget<M: SerializeMap>(map: &mut M, event: &WidgetEvent) -> Result<(), M::Error> {
    match event {
        WidgetEvent::Impression
        | WidgetEvent::Clicked {
            target: ClickTarget::Widget,
        } => Ok(()),
        WidgetEvent::Clicked {
            target: ClickTarget::ChatNotification,
        } => map.serialize_entry("target", "chat_notification"),
        WidgetEvent::AutoMessageClicked {
            trigger,
            auto_message,
            url,
        } => {
            map.serialize_entry("trigger", trigger)?;
            map.serialize_entry("auto_message", auto_message)?;
            optional(map, "url", url.as_ref())
        }
    }
}

fn chat<M: SerializeMap>(map: &mut M, event: &ChatEvent) -> Result<(), M::Error> {
    match event {
        ChatEvent::Requested { conversation, by } => {
            map.serialize_entry("conversation", conversation)?;
            map.serialize_entry("by", &SideJson::from(by))
        }
        ChatEvent::AgentAssigned {
            conversation,
            agent,
        } => {
            map.serialize_entry("conversation", conversation)?;
            map.serialize_entry("agent", agent)
        }
        ChatEvent::MessageSent { conversation, by } => {
            map.serialize_entry("conversation", conversation)?;
            map.serialize_entry("by", &SideJson::from(by))
        }
    }
}

fn call<M: SerializeMap>(map: &mut M, event: &CallEvent) -> Result<(), M::Error> {
    match event {
        CallEvent::Requested {
            conversation,
            call,
            by,
        } => {
            map.serialize_entry("conversation", conversation)?;
            map.serialize_entry("call", call)?;
            map.serialize_entry("by", &SideJson::from(by))
        }
        CallEvent::Answered { call, agent } => {
            map.serialize_entry("call", call)?;
            map.serialize_entry("agent", agent)
        }
        CallEvent::Accepted { call }
        | CallEvent::Connected { call }
        | CallEvent::Declined { call }
        | CallEvent::Cancelled { call }
        | CallEvent::Missed { call }
        | CallEvent::Ended { call } => map.serialize_entry("call", call),
    }
}

fn order<M: SerializeMap>(map: &mut M, event: &OrderEvent) -> Result<(), M::Error> {
    match event {
        OrderEvent::Placed(PlacedOrder { order, price }) => {
            let text = |amount: Amount| Sum::from(amount).to_text(price.currency.minor_unit());
            map.serialize_entry("order", order)?;
            map.serialize_entry("currency", &price.currency)?;
            map.serialize_entry("subtotal", &text(price.subtotal))?;
            for (name, amount) in [
                ("discount", price.discount),
                ("included_tax", price.included_tax),
            ] {
                if !amount.is_zero() {
                    map.serialize_entry(name, &text(amount))?;
                }
            }
            Ok(())
        }
        OrderEvent::Refunded { order, amount } => {
            map.serialize_entry("order", order)?;
            map.serialize_entry("amount", &amount.to_string())
        }
        OrderEvent::Cancelled { order } => map.serialize_entry("order", order),
    }
}

/// A side as the wire has it.
#[derive(serde::Serialize)]
#[serde(tag = "side", rename_all = "snake_case")]
enum SideJson<'a> {
    Visitor,
    Agent { agent: &'a AgentId },
    Automation,
}

impl<'a> From<&'a Side> for SideJson<'a> {
    fn from(side: &'a Side) -> Self {
        match side {
            Side::Visitor => Self::Visitor,
            Side::Agent(agent) => Self::Agent { agent },
            Side::Automation => Self::Automation,
        }
    }
}

impl<'a> From<&'a Participant> for SideJson<'a> {
    fn from(participant: &'a Participant) -> Self {
        match participant {
            Participant::Visitor => Self::Visitor,
            Participant::Agent(agent) => Self::Agent { agent },
        }
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
