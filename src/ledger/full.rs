//! Full ledgers. In the unit tests, a ledger holds fewer texts, ids and events.

use super::*;
use crate::event::{Author, ChatEvent, EventKind, WidgetEvent};
use crate::ledger::payload::{MAX_TEXTS, Size};
use crate::ledger::{columns, interner};

fn event(id: &str, visitor: &str, kind: impl Into<EventKind>) -> Event {
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    Event::new(id.parse().unwrap(), at, visitor.parse().unwrap(), kind).unwrap()
}

fn uuid(number: usize) -> String {
    format!("0f8fad5b-d9cb-469f-a165-{number:012}")
}

/// Returns an id that is neither a UUID nor a short text.
fn long(number: usize) -> String {
    format!("event number {number:07}")
}

/// Records events until one does not fit, and returns the number of recorded events. Further attempts change nothing.
fn filled(ledger: &mut Ledger, events: impl Iterator<Item = Event>) -> usize {
    let mut recorded = 0;
    for event in events.take(2 * columns::MOST) {
        let before = (ledger.len(), ledger.visitor_count());
        if ledger.record(&event).is_err() {
            assert_eq!((ledger.len(), ledger.visitor_count()), before);
            assert_eq!(ledger.record(&event), Err(LedgerFull));
            assert_eq!((ledger.len(), ledger.visitor_count()), before);
            assert_eq!(ledger.events().count(), before.0);
            return recorded;
        }
        recorded += 1;
    }
    panic!("{recorded} events fit");
}

#[test]
fn texts_fit_up_to_the_limit() {
    let mut ledger = Ledger::new();
    let looks = |visitor: &'static str| {
        (0..).map(move |number: usize| event(&long(number), visitor, WidgetEvent::Impression))
    };
    // Each event id is a text. The last event had room beside the events before it: (n − 1) + MAX_TEXTS < MOST.
    let most = interner::MOST - MAX_TEXTS;
    assert_eq!(filled(&mut ledger, looks("ann")), most);
    // Another visitor of the same part does not fit either. A visitor of another part does.
    let of_part = |is_same: bool| {
        let mut visitors = (0..).map(|number| format!("v{number}"));
        let ann = shard_of("ann".into());
        let is_it = |visitor: &String| (shard_of(visitor.as_str().into()) == ann) == is_same;
        visitors.find(is_it).unwrap()
    };
    let look = |visitor: &str| event(&long(0), visitor, WidgetEvent::Impression);
    assert_eq!(ledger.record(&look(&of_part(true))), Err(LedgerFull));
    assert_eq!(ledger.record(&look(&of_part(false))), Ok(Arrival::New));
    assert_eq!((ledger.len(), ledger.visitor_count()), (most + 1, 2));

    let mut again = Ledger::new();
    assert_eq!(
        again.record_all(looks("ann").take(most + 1)),
        Err(LedgerFull)
    );
    assert_eq!(again.len(), most);
    let mut merged = Ledger::new();
    merged
        .record(&event(
            "an id of more than 15 bytes",
            "ann",
            WidgetEvent::Impression,
        ))
        .unwrap();
    assert_eq!(merged.merge(&again), Err(LedgerFull));
    assert_eq!(merged.len(), most);
}

#[test]
fn ids_fit_up_to_the_limit() {
    let mut ledger = Ledger::new();
    let in_sessions = (0..).map(|number| {
        let look = event(&uuid(number), "ann", WidgetEvent::Impression);
        look.with_session(uuid(number).parse().unwrap())
    });
    // (n − 1) + MAX_TEXTS < MOST.
    assert_eq!(filled(&mut ledger, in_sessions), interner::MOST - MAX_TEXTS);
}

#[test]
fn visitors_fit_up_to_the_limit() {
    let mut ledger = Ledger::new();
    let visitors = (0..)
        .map(uuid)
        .filter(|visitor| shard_of(visitor.as_str().into()) == 0);
    let looks = visitors.map(|visitor| event(&uuid(1), &visitor, WidgetEvent::Impression));
    // (n − 1) + 1 < MOST.
    assert_eq!(filled(&mut ledger, looks), interner::MOST - 1);
}

#[test]
fn events_fit_up_to_the_limit() {
    let mut ledger = Ledger::new();
    let looks = (0..).map(|number| event(&uuid(number), "ann", WidgetEvent::Impression));
    // (n − 1) + 2 ≤ MOST.
    assert_eq!(filled(&mut ledger, looks), columns::MOST - 1);
}

#[test]
fn words_fit_up_to_the_limit() {
    let mut ledger = Ledger::new();
    let messages = (0..).map(|number| {
        let sent = ChatEvent::MessageSent {
            conversation: "c".parse().unwrap(),
            by: Author::Agent("ada".parse().unwrap()),
        };
        let message = event(&uuid(number), "ann", sent).with_seq(1);
        let message = message.with_session("s".parse().unwrap());
        message.with_page("/a".parse().unwrap())
    });
    // Each message has 5 words: seq, session, page, conversation and agent. 5 (n − 1) + Size::MAX.words ≤ MOST.
    assert_eq!(
        filled(&mut ledger, messages),
        (columns::MOST - Size::MAX.words) / 5 + 1
    );
}

#[cfg(feature = "json")]
#[test]
fn log_that_does_not_fit_is_recorded_up_to_the_limit() {
    let line = |number: usize| {
        let look = event(&long(number), "ann", WidgetEvent::Impression);
        serde_json::to_string(&look).unwrap() + "\n"
    };
    let log: String = (0..interner::MOST).map(line).collect();
    let mut ledger = Ledger::new();
    let error = ledger.read_ndjson(log.as_bytes()).unwrap_err();
    assert!(matches!(error, LoadError::Full(LedgerFull)), "{error}");
    assert_eq!(ledger.len(), interner::MOST - MAX_TEXTS);
}
