//! A text of any letters as the JSON of an event: what is accepted writes back, reads back and is held as it is.

use convometrics::event::JsonError;
use convometrics::{Event, Ledger};

pub(crate) fn body(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let read = Event::from_json(text);
    let generic = serde_json::from_str::<Event>(text);
    match (&read, generic) {
        (Ok(event), Ok(generic)) => assert_eq!(*event, generic),
        // The generic form has depths and half letters that JSON's own text passes over where nobody looks.
        (Ok(_), Err(error)) => assert!(!error.to_string().is_empty()),
        (Err(error), Ok(_)) => assert_is_about_a_number(error),
        (Err(_), Err(_)) => {}
    }
    match read {
        Ok(event) => assert_comes_back(&event),
        Err(JsonError::Field(error)) => {
            assert!(!error.allowed().is_empty());
            assert_is_short(&error.to_string());
        }
        Err(other) => assert_is_short(&other.to_string()),
    }
}

/// A message is one line, whatever stands in the text.
fn assert_is_short(message: &str) {
    assert!(!message.is_empty() && !message.contains('\n'), "{message}");
    assert!(message.chars().count() < 1_000, "{message}");
}

/// Doubles are read by the shortest digits, where `from_json` has the number's own: more digits, or an exponent.
fn assert_is_about_a_number(error: &JsonError) {
    let JsonError::Field(error) = error else {
        panic!("{error}");
    };
    let money = ["subtotal", "discount", "included_tax", "amount"];
    assert!(money.contains(&error.field()), "{error}");
}

fn assert_comes_back(event: &Event) {
    let written = serde_json::to_string(event).unwrap();
    assert_eq!(Event::from_json(&written).unwrap(), *event);
    assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), *event);
    let value = serde_json::to_value(event).unwrap();
    assert_eq!(serde_json::from_value::<Event>(value).unwrap(), *event);
    let mut ledger = Ledger::new();
    ledger.record(event).unwrap();
    assert!(ledger.events().eq([event.clone()]));
    // An event is one line.
    assert!(!written.contains('\n'));
}
