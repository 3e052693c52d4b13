//! Each body on random bytes; those that read text on lines that are events, and a little more.

use std::collections::BTreeMap;

use arbitrary::Unstructured;
use convometrics::event::EventType;
use convometrics::{Event, Ledger};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::bodies;

const SAMPLE: &str = include_str!("../../examples/data/fortnight.ndjson");

/// What a line of an event may be made of.
const TOKENS: [&str; 40] = [
    "\"",
    "\\",
    "\n",
    "\r",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\t",
    "\0",
    "\u{feff}",
    "é",
    "💬",
    "\\u0069",
    "\\ud83d",
    "\\udcac",
    "null",
    "true",
    "-0",
    "1e2",
    "1E400",
    "0.1",
    "35.10",
    "12345678901234567890",
    "\"id\":",
    "\"at\":",
    "\"by\":{\"side\":\"visitor\"}",
    "\"seq\":1,",
    "\"subtotal\":",
    "\"rating\":5,",
    "\"agent\"",
    "2026-02-30T24:00:60Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "+14:00",
    "message_sent",
    "[[[[[[[[",
];

/// What is done to some bytes: a part is cut, doubled or moved, a token or any byte is put in.
#[derive(Debug, Clone)]
enum Change {
    Cut(Index, u8),
    Double(Index, u8),
    Put(Index, &'static str),
    Set(Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    prop_oneof![
        2 => (place(), 1..40_u8).prop_map(|(place, length)| Change::Cut(place, length)),
        1 => (place(), 1..120_u8).prop_map(|(place, length)| Change::Double(place, length)),
        4 => (place(), select(&TOKENS[..])).prop_map(|(place, token)| Change::Put(place, token)),
        2 => (place(), any::<u8>()).prop_map(|(place, byte)| Change::Set(place, byte)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let part = |place: &Index, length: u8| {
            let start = place.index(bytes.len() + 1);
            start..bytes.len().min(start + usize::from(length))
        };
        match change {
            Change::Cut(place, length) => drop(bytes.drain(part(place, *length))),
            Change::Double(place, length) => {
                let part = part(place, *length);
                bytes.extend_from_within(part);
            }
            Change::Put(place, token) => {
                let at = place.index(bytes.len() + 1);
                bytes.splice(at..at, token.bytes());
            }
            Change::Set(place, byte) => {
                let at = place.index(bytes.len().max(1));
                if let Some(slot) = bytes.get_mut(at) {
                    *slot = *byte;
                }
            }
        }
    }
    bytes
}

/// The first few lines of each type.
fn lines() -> Vec<&'static str> {
    let mut counts: BTreeMap<EventType, usize> = BTreeMap::new();
    let is_early = |line: &&str| {
        let event = Event::from_json(line).unwrap();
        let count = counts.entry(event.kind().event_type()).or_default();
        *count += 1;
        *count <= 5
    };
    SAMPLE.lines().filter(is_early).collect()
}

/// A line of an event, changed a little.
fn line() -> impl Strategy<Value = Vec<u8>> {
    (select(lines()), vec(change(), 0..4))
        .prop_map(|(line, changes)| changed(line.into(), &changes))
}

/// Some lines of events, changed a little.
fn log() -> impl Strategy<Value = Vec<u8>> {
    (vec(select(lines()), 0..12), vec(change(), 0..6))
        .prop_map(|(lines, changes)| changed(lines.join("\n").into(), &changes))
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

proptest! {
    #[test]
    fn a_log_of_any_bytes_says_the_same_however_it_is_read(bytes in prop_oneof![1 => bytes(300), 3 => log()]) {
        bodies::ndjson::body(&bytes);
    }

    #[test]
    fn a_report_depends_on_the_set_of_events_alone(bytes in bytes(600)) {
        bodies::ledger::body(&bytes);
    }
}

// Those that cost little are tried more often.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(8 * ProptestConfig::default().cases))]

    #[test]
    fn every_accepted_event_is_written_back(bytes in prop_oneof![1 => bytes(100), 9 => line()]) {
        bodies::event::body(&bytes);
    }

    #[test]
    fn shares_sum_to_the_amount_whatever_is_touched_and_when(bytes in bytes(600)) {
        bodies::attribution::body(&bytes);
    }

    #[test]
    fn a_period_of_any_ends_holds_or_is_refused_by_name(bytes in bytes(100)) {
        bodies::periods::body(&bytes);
    }

    #[test]
    #[cfg(feature = "snapshot")]
    fn a_snapshot_made_by_another_hand_is_refused_or_holds_sound_events(bytes in bytes(600)) {
        bodies::snapshot::body(&bytes);
    }
}

/// Random bytes are worth their tests only if they make logs in which something happens.
#[test]
fn random_bytes_make_logs_in_which_something_happens() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut reached: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..200 {
        let bytes = vec(any::<u8>(), 600).new_tree(&mut runner).unwrap();
        let log = bodies::generator::log(&mut Unstructured::new(&bytes.current())).unwrap();
        let mut ledger = Ledger::new();
        ledger.record_all(&log.events).unwrap();
        let report = ledger.report(&log.period, &log.options);
        let quality = report.data_quality;
        for (place, met) in [
            ("events", quality.events > 20),
            ("duplicates", quality.duplicates > 0),
            ("conflicts", quality.conflicts > 0),
            ("superseded", quality.superseded > 0),
            ("retracted", quality.retracted > 0),
            ("linked", quality.linked > 0),
            ("redundant", quality.redundant > 0),
            ("orphans", quality.orphans > 0),
            ("over-refunds", quality.over_refunds > 0),
            ("conversations", report.conversations.total > 0),
            ("text and video", report.conversations.both > 0),
            ("orders", report.gmv.orders > 0),
            ("conversions", report.gmv.conversion_rate.numerator > 0),
            ("answers", !report.csat.details.is_empty()),
            ("agents", report.leaderboard.agents.len() > 1),
            ("pages", !report.engage.calls.pages.is_empty()),
            ("chats", report.engage.chats.organization.held > 0),
        ] {
            *reached.entry(place).or_default() += u32::from(met);
        }
    }
    assert!(reached.values().all(|count| *count >= 5), "{reached:?}");
}
