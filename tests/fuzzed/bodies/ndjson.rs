//! A log of any bytes: read line by line, read at once, and cut into lines here, it says the same.

use std::io::{self, Read};

use convometrics::event::NdjsonReader;
use convometrics::ledger::Arrivals;
use convometrics::{Event, Ledger};

/// What is found in a log: the events on record, what became of all that arrived, and what was said of other lines.
#[derive(Debug)]
struct Found {
    ledger: Ledger,
    arrivals: Arrivals,
    refused: Vec<String>,
}

impl Found {
    fn new() -> Self {
        Self {
            ledger: Ledger::new(),
            arrivals: Arrivals::default(),
            refused: Vec::new(),
        }
    }

    fn take(&mut self, event: &Event) {
        self.arrivals += self.ledger.record_all([event]).unwrap();
    }
}

fn line_by_line(log: &[u8]) -> Found {
    let mut found = Found::new();
    let mut reader = NdjsonReader::new(log);
    for event in &mut reader {
        match event {
            Ok(event) => found.take(&event),
            Err(error) => found.refused.push(error.to_string()),
        }
    }
    assert_eq!(reader.bytes_read(), log.len() as u64);
    found
}

fn at_once(log: impl Read + Send) -> Found {
    let mut found = Found::new();
    let read = found.ledger.read_ndjson_with(log, |error| {
        found.refused.push(error.to_string());
        Ok(())
    });
    found.arrivals = read.unwrap();
    found
}

/// The lines by the definition: each ends at a newline, the last may end with the log.
fn cut_here(log: &[u8]) -> Found {
    let mut found = Found::new();
    let lines = log.strip_suffix(b"\n").unwrap_or(log);
    for (number, line) in (1_u64..).zip(lines.split(|byte| *byte == b'\n')) {
        let text = match std::str::from_utf8(line) {
            Ok(text) if number == 1 => text.strip_prefix('\u{feff}').unwrap_or(text),
            Ok(text) => text,
            Err(error) => {
                let place = error.valid_up_to() + 1;
                found.refused.push(format!(
                    "line {number}: not UTF-8 at byte {place} of the line; allowed: UTF-8 throughout"
                ));
                continue;
            }
        };
        if text.chars().all(|letter| " \t\r".contains(letter)) {
            continue;
        }
        match Event::from_json(text) {
            Ok(event) => found.take(&event),
            Err(error) => found.refused.push(format!("line {number}: {error}")),
        }
    }
    found
}

/// Gives a few bytes at a time.
struct Dripping<'a> {
    log: &'a [u8],
    few: usize,
}

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let few = self.few.min(buffer.len());
        self.log.read(&mut buffer[..few])
    }
}

fn assert_same(found: &Found, expected: &Found) {
    assert_eq!(found.refused, expected.refused);
    assert_eq!(found.arrivals, expected.arrivals);
    let counts = |found: &Found| {
        let ledger = &found.ledger;
        (ledger.len(), ledger.duplicates(), ledger.conflicts())
    };
    assert_eq!(counts(found), counts(expected));
    assert!(found.ledger.events().eq(expected.ledger.events()));
}

pub(crate) fn body(log: &[u8]) {
    let expected = cut_here(log);
    assert_same(&line_by_line(log), &expected);
    assert_same(&at_once(log), &expected);
    let few = usize::from(log.first().copied().unwrap_or_default()) + 1;
    assert_same(&at_once(Dripping { log, few }), &expected);

    // Up to the first line that is refused.
    let mut before = Ledger::new();
    let read = before.read_ndjson(log);
    let first = read.err().map(|error| error.to_string());
    assert_eq!(first.as_ref(), expected.refused.first());
    assert!(before.len() <= expected.ledger.len());
}
