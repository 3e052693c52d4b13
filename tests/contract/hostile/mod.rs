//! Hostile input: what nobody should send gets a clear error or a right answer, in bounded time and memory, and what
//! was recorded before stays as it was.

mod counters;
mod lines;
mod long;
mod many;
mod times;

use convometrics::event::NdjsonReader;
use convometrics::{Event, Ledger};

/// A few events that stand in a ledger before anything hostile comes.
const BEFORE: [&str; 3] = [
    r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"message_sent","conversation":"c","by":{"side":"visitor"}}"#,
    r#"{"id":"2","at":"2026-03-02T09:01:00Z","visitor":"ann","type":"message_sent","conversation":"c","by":{"side":"agent","agent":"a-1"}}"#,
    r#"{"id":"3","at":"2026-03-02T09:02:00Z","visitor":"ann","type":"order_placed","order":"o","currency":"EUR","subtotal":"35.10"}"#,
];

/// An event that comes after it.
const AFTER: &str =
    r#"{"id":"4","at":"2026-03-02T09:03:00Z","visitor":"bob","type":"widget_impression"}"#;

/// Asserts that this line between others is refused with these words, by both readers, and costs none of the others.
#[track_caller]
fn assert_refused(line: &[u8], message: &str) {
    let mut log = BEFORE.join("\n").into_bytes();
    log.push(b'\n');
    log.extend_from_slice(line);
    log.push(b'\n');
    log.extend_from_slice(AFTER.as_bytes());
    let expected = format!("line 4: {message}");

    let mut one_by_one = Ledger::new();
    let mut refused = Vec::new();
    for event in NdjsonReader::new(&log[..]) {
        match event {
            Ok(event) => drop(one_by_one.record(&event).unwrap()),
            Err(error) => refused.push(error.to_string()),
        }
    }
    assert_eq!(refused, [expected.as_str()]);

    let mut at_once = Ledger::new();
    let mut refused = Vec::new();
    let read = at_once.read_ndjson_with(&log[..], |error| {
        refused.push(error.to_string());
        Ok(())
    });
    assert_eq!(read.unwrap().new, 4);
    assert_eq!(refused, [expected.as_str()]);

    let lines = BEFORE.into_iter().chain([AFTER]);
    let events: Vec<Event> = lines.map(|line| Event::from_json(line).unwrap()).collect();
    assert!(one_by_one.events().eq(events.iter().cloned()));
    assert!(at_once.events().eq(events.iter().cloned()));

    // Reading that stops there has what came before.
    let mut stopped = Ledger::new();
    let read = stopped.read_ndjson(&log[..]);
    assert_eq!(read.unwrap_err().to_string(), expected);
    assert!(stopped.events().eq(events.into_iter().take(3)));
}

/// Asserts that this line is an event that both readers take and a ledger gives back; gives it.
#[track_caller]
fn assert_kept(line: &str) -> Event {
    let event = Event::from_json(line).unwrap();
    let mut one_by_one = Ledger::new();
    for event in NdjsonReader::new(line.as_bytes()) {
        one_by_one.record(&event.unwrap()).unwrap();
    }
    let mut at_once = Ledger::new();
    at_once.read_ndjson(line.as_bytes()).unwrap();
    for ledger in [one_by_one, at_once] {
        assert!(ledger.events().eq([event.clone()]));
    }
    let written = serde_json::to_string(&event).unwrap();
    assert_eq!(Event::from_json(&written).unwrap(), event);
    event
}
