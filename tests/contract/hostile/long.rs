//! Lines that no memory should hold: their bytes are made up while they are read.

use std::io::{self, BufReader, Read};

use convometrics::Ledger;
use convometrics::event::{MAX_LINE_BYTES, NdjsonReader};

use super::{AFTER, BEFORE};

const LONG: u64 = 100_000_000;

const TOO_LONG: &str = "longer than 16777216 bytes; allowed: one event a line";

/// Lines, then one of 100 MB that starts like this, then a line.
fn log(start: &'static str) -> impl Read + Send {
    let before = BEFORE.map(|line| format!("{line}\n")).concat();
    io::Cursor::new(before)
        .chain(start.as_bytes())
        .chain(io::repeat(b'x').take(LONG))
        .chain(&b"\n"[..])
        .chain(AFTER.as_bytes())
}

/// Some 100 MB that begin in different ways.
const STARTS: [&str; 2] = ["", "{\"id\":\""];

#[test]
fn a_line_of_100_mb_is_refused_by_its_number_and_the_next_is_read() {
    for start in STARTS {
        let mut events = Vec::new();
        let mut refused = Vec::new();
        let mut reader = NdjsonReader::new(BufReader::new(log(start)));
        for event in &mut reader {
            match event {
                Ok(event) => events.push(event),
                Err(error) => refused.push(error.to_string()),
            }
        }
        assert_eq!(refused, [format!("line 4: {TOO_LONG}")]);
        assert!(reader.bytes_read() > LONG);

        let mut ledger = Ledger::new();
        let mut refused = Vec::new();
        let read = ledger.read_ndjson_with(log(start), |error| {
            refused.push(error.to_string());
            Ok(())
        });
        assert_eq!(read.unwrap().new, 4);
        assert_eq!(refused, [format!("line 4: {TOO_LONG}")]);
        assert!(ledger.events().eq(events));
    }
}

#[test]
fn a_line_of_100_mb_that_ends_the_reading_leaves_what_came_before() {
    let mut ledger = Ledger::new();
    let error = ledger.read_ndjson(log(STARTS[1])).unwrap_err();
    assert_eq!(error.to_string(), format!("line 4: {TOO_LONG}"));
    assert_eq!((ledger.len(), ledger.visitor_count()), (3, 1));
}

#[test]
fn a_text_as_long_as_a_line_may_be_is_kept() {
    let short = r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"session_ended","page":"?"}"#;
    let (before, after) = short.split_once('?').unwrap();
    let page = "x".repeat(MAX_LINE_BYTES - before.len() - after.len());
    let line = format!("{before}{page}{after}");
    let mut ledger = Ledger::new();
    ledger.read_ndjson(line.as_bytes()).unwrap();
    let event = ledger.events().next().unwrap();
    assert_eq!(event.page().unwrap().as_str().len(), page.len());
}

/// How much `read_ndjson` reads at once; lines and letters of several bytes are cut there.
const READ_AT_ONCE: usize = 512 * 1024;

#[test]
fn lines_and_letters_that_are_cut_where_a_read_ends_are_whole_again() {
    let event = |id: &str, page: &str| {
        format!(
            r#"{{"id":"{id}","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"session_ended","page":"{page}"}}"#
        )
    };
    // The page of the first event ends with letters of 2, 3 and 4 bytes; its line ends just before, at or after the end
    // of the first read, or a few letters later.
    let letters = "é€💬".repeat(3);
    let shortest = event("1", &letters).len();
    for beyond in -2..22_isize {
        let length = READ_AT_ONCE.checked_add_signed(beyond).unwrap();
        let page = "x".repeat(length - shortest) + &letters;
        let first = event("1", &page);
        assert_eq!(first.len(), length);
        let log = [
            first.as_bytes(),
            b"\r\n\n\xff\n{}\n",
            event("2", "/é").as_bytes(),
            b"\r",
        ]
        .concat();
        let mut ledger = Ledger::new();
        let mut refused = Vec::new();
        let read = ledger.read_ndjson_with(&log[..], |error| {
            refused.push(error.to_string());
            Ok(())
        });
        assert_eq!(read.unwrap().new, 2, "{beyond}");
        let pages: Vec<String> = ledger
            .events()
            .map(|event| event.page().unwrap().to_string())
            .collect();
        assert_eq!(pages, [page.as_str(), "/é"], "{beyond}");
        let refused_here: Vec<String> = NdjsonReader::new(&log[..])
            .filter_map(|event| event.err().map(|error| error.to_string()))
            .collect();
        assert_eq!(refused, refused_here, "{beyond}");
        assert_eq!(refused.len(), 2, "{beyond}");
        assert!(
            refused[0].starts_with("line 3: not UTF-8 at byte 1 "),
            "{refused:?}"
        );
        assert!(
            refused[1].starts_with("line 4: `id` is missing"),
            "{refused:?}"
        );
    }
}
