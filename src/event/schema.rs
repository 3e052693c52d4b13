//! The JSON Schema of an event: one flat object, whose own fields depend on its type.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Event, EventType, Rating};
use crate::id::MAX_ID_BYTES;
use crate::money::Currency;

/// RFC 3339 with offset: no leap second, no `24:00`. Which days a month has a pattern does not know.
const INSTANT: &str = concat!(
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?",
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
);

/// From 0 to below 10^12 with at most 6 decimal places, zeros at either end aside.
const AMOUNT: &str = r"^(-0+(\.0+)?|0*[0-9]{1,12}(\.[0-9]{1,6}0*)?)$";

/// A field of its own that a type of events has.
enum Own {
    Id(&'static str),
    Amount(&'static str),
    OptionalAmount(&'static str),
    Currency,
    /// By a visitor or an agent.
    Initiator,
    /// By any side.
    Author,
    Outcome,
    OptionalText(&'static str),
    OptionalRating,
    Target,
}

impl Own {
    fn all_of(event_type: EventType) -> Vec<Self> {
        use Own::{
            Amount, Author, Currency, Id, Initiator, OptionalAmount, OptionalRating, OptionalText,
            Outcome, Target,
        };
        match event_type {
            EventType::WidgetImpression | EventType::SessionEnded => vec![],
            EventType::WidgetClicked => vec![Target],
            EventType::AutoMessageClicked => {
                vec![Id("trigger"), Id("auto_message"), OptionalText("url")]
            }
            EventType::ChatRequested => vec![Id("conversation"), Initiator],
            EventType::CallRequested => vec![Id("conversation"), Id("call"), Initiator],
            EventType::AgentAssigned => vec![Id("conversation"), Id("agent")],
            EventType::MessageSent => vec![Id("conversation"), Author],
            EventType::CallAnswered => vec![Id("call"), Id("agent")],
            EventType::CallAccepted
            | EventType::CallConnected
            | EventType::CallDeclined
            | EventType::CallCancelled
            | EventType::CallMissed
            | EventType::CallEnded => vec![Id("call")],
            EventType::OrderPlaced => vec![
                Id("order"),
                Currency,
                Amount("subtotal"),
                OptionalAmount("discount"),
                OptionalAmount("included_tax"),
            ],
            EventType::OrderRefunded => vec![Id("order"), Amount("amount")],
            EventType::OrderCancelled => vec![Id("order")],
            EventType::SurveyAnswered => vec![
                Id("survey"),
                Id("conversation"),
                OptionalRating,
                OptionalText("feedback"),
                Outcome,
            ],
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Id(name)
            | Self::Amount(name)
            | Self::OptionalAmount(name)
            | Self::OptionalText(name) => name,
            Self::Currency => "currency",
            Self::Initiator | Self::Author => "by",
            Self::Outcome => "outcome",
            Self::OptionalRating => "rating",
            Self::Target => "target",
        }
    }

    const fn is_required(&self) -> bool {
        !matches!(
            self,
            Self::OptionalAmount(_) | Self::OptionalText(_) | Self::OptionalRating | Self::Target
        )
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        match self {
            Self::Id(_) => id(),
            Self::Amount(_) => json_schema!({
                "type": ["string", "number"], "pattern": AMOUNT, "minimum": 0, "exclusiveMaximum": 1_000_000_000_000_u64,
            }),
            Self::OptionalAmount(_) => json_schema!({
                "type": ["string", "number", "null"], "pattern": AMOUNT, "minimum": 0,
                "exclusiveMaximum": 1_000_000_000_000_u64,
            }),
            Self::Currency => generator.subschema_for::<Currency>(),
            Self::Initiator => json_schema!({"oneOf": [side("visitor"), agent()]}),
            Self::Author => json_schema!({"oneOf": [side("visitor"), agent(), side("automation")]}),
            Self::Outcome => json_schema!({"type": "string", "enum": ["submitted", "closed"]}),
            Self::OptionalText(_) => json_schema!({"type": ["string", "null"]}),
            Self::OptionalRating => generator.subschema_for::<Option<Rating>>(),
            Self::Target => json_schema!({"enum": ["widget", "chat_notification", null]}),
        }
    }
}

fn id() -> Schema {
    json_schema!({"type": "string", "minLength": 1, "maxLength": MAX_ID_BYTES})
}

fn side(name: &str) -> Schema {
    json_schema!({"type": "object", "properties": {"side": {"const": name}}, "required": ["side"]})
}

fn agent() -> Schema {
    json_schema!({
        "type": "object",
        "properties": {"side": {"const": "agent"}, "agent": id()},
        "required": ["side", "agent"],
    })
}

/// An event of one type, without what all events have.
fn variant(event_type: EventType, generator: &mut SchemaGenerator) -> Schema {
    let mut properties = json_schema!({"type": {"const": event_type.name()}});
    let mut required = vec!["type"];
    for own in Own::all_of(event_type) {
        properties.insert(own.name().to_owned(), own.schema(generator).to_value());
        if own.is_required() {
            required.push(own.name());
        }
    }
    json_schema!({"title": event_type.name(), "properties": properties, "required": required})
}

impl JsonSchema for Event {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Event")
    }

    fn schema_id() -> Cow<'static, str> {
        Cow::Borrowed(concat!(module_path!(), "::Event"))
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let variants: Vec<Schema> = EventType::ALL
            .into_iter()
            .map(|event_type| variant(event_type, generator))
            .collect();
        json_schema!({
            "description": "Something that happened to one visitor at one instant.",
            "type": "object",
            "properties": {
                "id": {
                    "type": "string", "minLength": 1, "maxLength": MAX_ID_BYTES,
                    "description": "With the visitor, the idempotency key: 1 to 255 bytes of UTF-8, as every id.",
                },
                "at": {
                    "type": "string", "format": "date-time", "pattern": INSTANT,
                    "description": "When it happened: RFC 3339 with offset, kept to the microsecond.",
                },
                "visitor": {
                    "type": "string", "minLength": 1, "maxLength": MAX_ID_BYTES,
                    "description": "Whom it happened to; every other id is scoped to it.",
                },
                "seq": {
                    "type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX, "default": 0,
                    "description": "Its place among the events of one instant.",
                },
                "session": {
                    "type": ["string", "null"], "minLength": 1, "maxLength": MAX_ID_BYTES,
                    "description": "The visitor session; without one it is derived.",
                },
                "page": {"type": ["string", "null"], "description": "The URL that the visitor was on."},
                "type": {"type": "string", "enum": EventType::ALL.map(EventType::name)},
            },
            "required": ["id", "at", "visitor", "type"],
            "oneOf": variants,
        })
    }
}
