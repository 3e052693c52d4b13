//! The JSON Schema of an event: one flat object, whose further fields depend on its type.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::revision::Revision;
use super::value::ValueKind;
use super::{Event, EventType, Rating};
use crate::id::MAX_ID_BYTES;
use crate::money::Currency;

/// RFC 3339 with offset, without leap seconds and `24:00`. The pattern does not know how many days a month has.
const INSTANT: &str = concat!(
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?",
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
);

/// From 0 to below 10^12 with at most 6 decimal places; zeros at either end do not count.
const AMOUNT: &str = r"^(-0+(\.0+)?|0*[0-9]{1,12}(\.[0-9]{1,6}0*)?)$";

fn amount(types: &[&str]) -> Schema {
    json_schema!({
        "type": types, "pattern": AMOUNT, "minimum": 0, "exclusiveMaximum": 1_000_000_000_000_u64,
    })
}

impl ValueKind {
    fn schema(self, generator: &mut SchemaGenerator) -> Schema {
        match self {
            Self::OwnId | Self::SharedId => id(),
            Self::OptionalText => json_schema!({"type": ["string", "null"]}),
            Self::Initiator => json_schema!({"oneOf": [side("visitor"), agent()]}),
            Self::Author => json_schema!({"oneOf": [side("visitor"), agent(), side("automation")]}),
            Self::Target => json_schema!({"enum": ["widget", "chat_notification", null]}),
            Self::Currency => generator.subschema_for::<Currency>(),
            Self::OptionalCurrency => generator.subschema_for::<Option<Currency>>(),
            Self::Amount => amount(&["string", "number"]),
            Self::AmountOrZero => amount(&["string", "number", "null"]),
            Self::OptionalRating => generator.subschema_for::<Option<Rating>>(),
            Self::Outcome => json_schema!({"type": "string", "enum": ["submitted", "closed"]}),
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

/// Returns the schema of one event type, without the fields of all events.
fn variant(event_type: EventType, generator: &mut SchemaGenerator) -> Schema {
    let mut properties = json_schema!({"type": {"const": event_type.name()}});
    let mut required = vec!["type"];
    for (field, kind) in event_type.fields() {
        let schema = kind.schema(generator).to_value();
        properties.insert(field.name().to_owned(), schema);
        if kind.is_required() {
            required.push(field.name());
        }
    }
    // A retraction replaces an event, so it has a higher revision than the default.
    if event_type == EventType::Retracted {
        let revision = json_schema!({"type": "integer", "minimum": 1}).to_value();
        properties.insert("revision".to_owned(), revision);
        required.push("revision");
    }
    json_schema!({"title": event_type.name(), "properties": properties, "required": required})
}

crate::macros::json_schema! {
    Event => |generator| {
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
                "revision": {
                    "type": ["integer", "null"], "minimum": 0, "maximum": Revision::MAX, "default": 0,
                    "description": "Of the arrivals with one visitor and id, those with the highest revision count.",
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
