//! JSON Schemas (draft 2020-12) of input and output, with [`schemars`].
//!
//! [`Event`](crate::Event), [`Report`](crate::Report) and its parts, [`Comparison`](crate::output::Comparison),
//! [`WhatIf`](crate::explain::WhatIf), [`OrderExplanation`](crate::explain::OrderExplanation) and
//! [`Figure`](crate::query::Figure) implement [`schemars::JsonSchema`]: `schema_for!` creates the schema of one, and a
//! struct with such a field includes its schema.
//!
//! ```
//! use convometrics::schemars::schema_for;
//! use convometrics::{Event, Report};
//!
//! let event = schema_for!(Event);
//! assert_eq!(event.pointer("/properties/seq/maximum").and_then(|max| max.as_u64()), Some(4_294_967_295));
//! let report = schema_for!(Report);
//! assert!(report.pointer("/$defs/GmvMetrics/properties/attributed_gmv").is_some());
//! ```
//!
//! # Events
//!
//! The schema accepts and refuses the same objects as [`Event::from_json`](crate::Event), except where JSON Schema
//! cannot express a rule. Only the reader refuses:
//!
//! - an id of 255 characters or fewer that has more than 255 **bytes**;
//! - an `at` that is not a date, such as 30 February (a validator that checks formats refuses it too), or that lies
//!   outside the years 0000 to 9999 of UTC;
//! - an order whose value, `subtotal − discount − included_tax`, is below 0;
//! - an amount as a JSON number with more than 15 significant digits or 6 decimal places, or with an exponent;
//! - a `rating` or `seq` with a fraction or an exponent, such as `5.0`, which is the integer 5 for a schema;
//! - a field given twice: a schema sees one of them.
//!
//! Unknown fields, and fields that the event's type does not have, may hold anything.
//!
//! # Reports
//!
//! Schemas describe reports as they are written. Input may leave out the `value` of a ratio or mean, as it follows from
//! the other fields, so a schema requires it only if it is made `for_serialize`. Schemas do not say that sums are those
//! of their parts.
//!
//! ```
//! use convometrics::Report;
//! use convometrics::schemars::generate::SchemaSettings;
//!
//! let settings = SchemaSettings::draft2020_12().for_serialize();
//! let schema = settings.into_generator().into_root_schema_for::<Report>();
//! assert_eq!(schema.get("title").and_then(|title| title.as_str()), Some("Report"));
//! ```

use schemars::{Schema, SchemaGenerator, json_schema as schema};

use crate::attribution::Fraction;
use crate::event::Rating;
use crate::macros::json_schema;
use crate::money::{AverageByCurrency, Currency, ExactSum, Money, MoneyByCurrency};
use crate::ratio::{Lift, LiftByCurrency, Mean, MeanMinutes, MeanSeconds, Ratio};
use crate::time::{Period, Zone};

/// An amount as reports write it.
const PLAIN_DECIMAL: &str = r"^[0-9]+(\.[0-9]{1,6})?$";

/// Returns the schema of an object with these fields. The field `derived` follows from the others, so input may leave
/// it out.
fn object(
    generator: &SchemaGenerator,
    fields: &Schema,
    required: &[&str],
    derived: &str,
) -> Schema {
    let derived = Some(derived).filter(|_| generator.contract().is_serialize());
    let required: Vec<&str> = required.iter().copied().chain(derived).collect();
    schema!({"type": "object", "properties": fields, "required": required})
}

fn decimal() -> Schema {
    schema!({"type": "string", "pattern": PLAIN_DECIMAL})
}

fn count() -> Schema {
    schema!({"type": "integer", "minimum": 0, "maximum": u64::MAX})
}

/// Returns the schema of a quotient, which is `null` if there is no value.
fn quotient() -> Schema {
    schema!({"type": ["number", "null"], "minimum": 0})
}

fn mean_of_durations(generator: &mut SchemaGenerator) -> Schema {
    let fields = schema!({"sum_seconds": decimal(), "count": count(), "value": quotient()});
    object(generator, &fields, &["sum_seconds", "count"], "value")
}

/// Returns the schema of an object with such a value for each currency.
fn by_currency(generator: &mut SchemaGenerator, value: &Schema) -> Schema {
    schema!({
        "type": "object",
        "propertyNames": generator.subschema_for::<Currency>(),
        "additionalProperties": value,
    })
}

json_schema! {
    Ratio => |generator| {
        let fields = schema!({"numerator": count(), "denominator": count(), "value": quotient()});
        object(generator, &fields, &["numerator", "denominator"], "value")
    },
    Mean => |generator| {
        let sum = schema!({"type": "string", "pattern": "^[0-9]+$"});
        let fields = schema!({"sum": sum, "count": count(), "value": quotient()});
        object(generator, &fields, &["sum", "count"], "value")
    },
    MeanMinutes => |generator| mean_of_durations(generator),
    MeanSeconds => |generator| mean_of_durations(generator),
    Lift => |generator| {
        let ratio = generator.subschema_for::<Ratio>();
        let value = schema!({"type": ["number", "null"], "minimum": -1});
        let fields = schema!({"value": value, "with": ratio, "without": ratio});
        object(generator, &fields, &["with", "without"], "value")
    },
    ExactSum => |_| decimal(),
    Fraction => |_| schema!({"type": "string", "pattern": "^[0-9]+/[1-9][0-9]*$"}),
    Currency => |_| schema!({
        "type": "string", "enum": Currency::all().collect::<Vec<_>>(), "description": "A currency of ISO 4217.",
    }),
    Money => |generator| schema!({
        "type": "object",
        "properties": {"currency": generator.subschema_for::<Currency>(), "amount": decimal()},
        "required": ["currency", "amount"],
    }),
    MoneyByCurrency => |generator| by_currency(generator, &decimal()),
    AverageByCurrency => |generator| {
        let value = schema!({"type": ["string", "null"], "pattern": PLAIN_DECIMAL});
        let fields = schema!({"sum": decimal(), "count": count(), "value": value});
        let average = object(generator, &fields, &["sum", "count"], "value");
        by_currency(generator, &average)
    },
    LiftByCurrency => |generator| {
        let value = by_currency(generator, &schema!({"type": "number", "minimum": -1}));
        let averages = generator.subschema_for::<AverageByCurrency>();
        let fields = schema!({"value": value, "with": averages, "without": averages});
        object(generator, &fields, &["with", "without"], "value")
    },
    Zone => |_| schema!({
        "type": "string", "minLength": 1, "description": "A name of the IANA time zone database.",
    }),
    Period => |generator| schema!({
        "type": "object",
        "properties": {
            "from": {"type": "string", "format": "date-time", "description": "The first instant of it."},
            "to": {"type": "string", "format": "date-time", "description": "The first instant after it."},
            "zone": generator.subschema_for::<Zone>(),
        },
        "required": ["from", "to", "zone"],
    }),
    Rating => |_| schema!({"type": "integer", "minimum": 1, "maximum": 5}),
}
