//! Tests over all event types of the table.

use serde_json::{Map, Value, json};

use super::value::ValueKind;
use super::{Event, EventRow, EventType};
use crate::ledger::Ledger;

/// Returns all values to test a kind with; `null` means that the field is absent. The first value is not a default.
fn values(kind: ValueKind) -> Vec<Value> {
    match kind {
        ValueKind::OwnId => vec![json!("c-1"), json!("0f8fad5b-d9cb-469f-a165-70867728950e")],
        ValueKind::SharedId => vec![json!("ada"), json!("0f8fad5b-d9cb-469f-a165-70867728950e")],
        ValueKind::OptionalText => vec![json!("a \"text\""), Value::Null],
        ValueKind::Initiator => vec![
            json!({"side": "agent", "agent": "ada"}),
            json!({"side": "visitor"}),
        ],
        ValueKind::Author => vec![
            json!({"side": "agent", "agent": "ada"}),
            json!({"side": "visitor"}),
            json!({"side": "automation"}),
        ],
        ValueKind::Target => vec![json!("chat_notification"), Value::Null],
        ValueKind::Currency => vec![json!("EUR")],
        ValueKind::OptionalCurrency => vec![json!("EUR"), Value::Null],
        ValueKind::Amount => vec![json!("99.25")],
        ValueKind::AmountOrZero => vec![json!("0.000001"), Value::Null],
        ValueKind::OptionalRating => {
            let ratings = (1..=5).map(Value::from);
            ratings.chain([Value::Null]).collect()
        }
        ValueKind::Outcome => vec![json!("submitted"), json!("closed")],
    }
}

/// Returns an object with the first value of each field of the type.
fn full(event_type: EventType) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in [
        ("id", json!("e-1")),
        ("at", json!("2026-03-02T09:00:00.000001Z")),
        ("visitor", json!("ann")),
        ("seq", json!(7)),
        ("revision", json!(9_007_199_254_740_991_u64)),
        ("session", json!("s-1")),
        ("page", json!("/chairs")),
        ("type", json!(event_type.name())),
    ] {
        object.insert(name.to_owned(), value);
    }
    for (field, kind) in event_type.fields() {
        object.insert(field.name().to_owned(), values(*kind)[0].clone());
    }
    object
}

/// Returns objects of the type: for each field, one with each of its values.
fn objects(event_type: EventType) -> Vec<Map<String, Value>> {
    let mut objects = vec![full(event_type)];
    let common = ["seq", "session", "page"].map(|name| (name, vec![Value::Null]));
    let revisions = match event_type {
        EventType::Retracted => vec![json!(1)],
        _ => vec![json!(1), Value::Null],
    };
    let common = common.into_iter().chain([("revision", revisions)]);
    let fields = event_type.fields().iter();
    let own = fields.map(|(field, kind)| (field.name(), values(*kind)));
    for (name, values) in common.chain(own) {
        for value in values {
            let mut object = full(event_type);
            match value {
                Value::Null => object.remove(name),
                value => object.insert(name.to_owned(), value),
            };
            objects.push(object);
        }
    }
    objects
}

fn parsed(object: &Map<String, Value>) -> Event {
    Event::from_json(&Value::Object(object.clone()).to_string()).unwrap()
}

fn for_each_event(check: impl Fn(Map<String, Value>, Event)) {
    for event_type in EventType::ALL {
        for object in objects(event_type) {
            let event = parsed(&object);
            assert_eq!(event.kind().event_type(), event_type);
            check(object, event);
        }
    }
}

#[test]
fn every_event_type_round_trips_through_json() {
    for_each_event(|object, event| {
        let written = serde_json::to_value(&event).unwrap();
        assert_eq!(written, Value::Object(object));
        // Another path than `from_json`.
        assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event);
    });
}

#[test]
fn every_event_type_round_trips_through_a_row() {
    for_each_event(|_, event| assert_eq!(EventRow::of(&event).event().unwrap(), event));
}

#[test]
fn every_event_type_round_trips_through_a_ledger() {
    for_each_event(|object, event| {
        let mut ledger = Ledger::new();
        ledger.record(&event).unwrap();
        assert!(ledger.events().eq([event.clone()]));

        let mut read = Ledger::new();
        read.read_ndjson(Value::Object(object).to_string().as_bytes())
            .unwrap();
        assert!(read.events().eq([event.clone()]));

        let mut rows = Ledger::new();
        rows.record_row(&EventRow::of(&event)).unwrap();
        assert!(rows.events().eq([event]));
    });
}

#[cfg(feature = "snapshot")]
#[test]
fn every_event_type_round_trips_through_a_snapshot() {
    for_each_event(|_, event| {
        let mut ledger = Ledger::new();
        ledger.record(&event).unwrap();
        let mut bytes = Vec::new();
        ledger.write_snapshot(&mut bytes).unwrap();
        let restored = Ledger::read_snapshot(bytes.as_slice()).unwrap();
        assert!(restored.events().eq([event]));
    });
}

#[test]
fn error_names_each_required_field_that_is_missing() {
    for event_type in EventType::ALL {
        for (field, kind) in event_type.fields() {
            let mut object = full(event_type);
            object.remove(field.name());
            let text = Value::Object(object).to_string();
            match Event::from_json(&text) {
                Ok(_) => assert!(!kind.is_required(), "{text}"),
                Err(error) => {
                    assert!(kind.is_required(), "{text}");
                    let start = format!("`{}` is missing; allowed: ", field.name());
                    assert!(error.to_string().starts_with(&start), "{error}");
                }
            }
        }
    }
}

#[test]
fn error_names_each_field_that_has_a_value_of_another_type() {
    for event_type in EventType::ALL {
        for (field, _) in event_type.fields() {
            let mut object = full(event_type);
            object.insert(field.name().to_owned(), json!([]));
            let error = Event::from_json(&Value::Object(object).to_string()).unwrap_err();
            let start = format!("`{}` is an array; allowed: ", field.name());
            assert!(error.to_string().starts_with(&start), "{error}");
        }
    }
}
