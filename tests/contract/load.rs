//! Reading a log at once is reading it line by line.

use std::fmt::Write;
use std::io::{self, Read};

use convometrics::Ledger;
use convometrics::event::{MAX_LINE_BYTES, NdjsonReader, ReadErrorKind};
use convometrics::ledger::{Arrivals, LoadError};
use proptest::prelude::*;
use proptest::sample::select;

use crate::nasty::{Case, case, json};

/// A ledger, what became of the lines that are events, and what was said of the others.
type Found = (Ledger, Arrivals, Vec<String>);

fn line_by_line(log: &[u8]) -> Found {
    let mut ledger = Ledger::new();
    let (mut arrivals, mut refused) = (Arrivals::default(), Vec::new());
    for event in NdjsonReader::new(log) {
        match event {
            Ok(event) => arrivals += ledger.record_all([event]).unwrap(),
            Err(error) => refused.push(error.to_string()),
        }
    }
    (ledger, arrivals, refused)
}

fn at_once(log: impl Read + Send) -> Found {
    let mut ledger = Ledger::new();
    let mut refused = Vec::new();
    let arrivals = ledger.read_ndjson_with(log, |error| {
        refused.push(error.to_string());
        Ok(())
    });
    (ledger, arrivals.unwrap(), refused)
}

/// Gives a few bytes at a time.
struct Dripping<'a>(&'a [u8], usize);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let few = self.1.min(buffer.len());
        self.0.read(&mut buffer[..few])
    }
}

/// The events of a case as lines, some of them written otherwise, with lines between them that are none.
fn log() -> BoxedStrategy<(Case, Vec<u8>)> {
    let other = select(vec![
        "",
        "",
        "",
        "",
        "\n",
        " \t \n",
        "nonsense\n",
        "{\"id\":\"1\"}\n",
        "{\"id\":\"\\ud800\"}\n",
        "{\"id\":1,\"id\":2}\n",
        "\u{feff}\n",
    ]);
    let others = proptest::collection::vec((other, 0..6_u8), 60);
    (case(), others, any::<bool>(), 0..40_usize)
        .prop_map(|(case, others, mark, garbled)| {
            let mut log = Vec::new();
            if mark {
                log.extend("\u{feff}".as_bytes());
            }
            for (number, event) in case.events.iter().enumerate() {
                let (other, way) = others[number % others.len()];
                log.extend(other.as_bytes());
                let line = serde_json::to_string(event).unwrap();
                let line = match way {
                    0 => line.replacen('{', " {\t", 1),
                    1 => line.replacen("\"id\":\"", "\"id\":\"\\u0065", 1),
                    2 => line.replacen('{', "{\"extra\":[{\"id\":null}],", 1),
                    3 => line + "\r",
                    _ => line,
                };
                log.extend(line.as_bytes());
                log.push(b'\n');
                if number == garbled {
                    log.extend(b"{\"id\":\"\xff\"}\n");
                }
            }
            if mark {
                log.pop();
            }
            (case, log)
        })
        .boxed()
}

fn assert_same(case: &Case, found: &Found, expected: &Found) -> Result<(), TestCaseError> {
    prop_assert_eq!(&found.2, &expected.2);
    prop_assert_eq!(found.1, expected.1);
    prop_assert!(found.0.events().eq(expected.0.events()));
    let report = |ledger: &Ledger| json(&ledger.report(&case.period, &case.options));
    prop_assert_eq!(report(&found.0), report(&expected.0));
    Ok(())
}

proptest! {
    #[test]
    fn a_log_read_at_once_is_the_log_read_line_by_line((case, log) in log(), few in 1..200_usize) {
        let expected = line_by_line(&log);
        assert_same(&case, &at_once(&log[..]), &expected)?;
        assert_same(&case, &at_once(Dripping(&log, few)), &expected)?;
    }

    #[test]
    fn reading_stops_at_the_first_line_that_is_not_let_pass((case, log) in log()) {
        let mut before = Ledger::new();
        let mut first = None;
        for event in NdjsonReader::new(&log[..]) {
            match event {
                Ok(event) => drop(before.record(&event).unwrap()),
                Err(error) => {
                    first = Some(error.to_string());
                    break;
                }
            }
        }
        let mut ledger = Ledger::new();
        let read = ledger.read_ndjson(&log[..]);
        prop_assert_eq!(read.err().map(|error| error.to_string()), first);
        prop_assert!(ledger.events().eq(before.events()));
        prop_assert_eq!(
            json(&ledger.report(&case.period, &case.options)),
            json(&before.report(&case.period, &case.options))
        );
    }

    #[test]
    fn no_bytes_make_the_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (_, _, refused) = at_once(&bytes[..]);
        prop_assert_eq!(refused, line_by_line(&bytes).2);
    }
}

/// Some 6 MB, of 60 000 lines, that are read in several batches of pieces.
fn long_log(bad: &[usize]) -> String {
    let mut log = String::new();
    for number in 1..=60_000 {
        if bad.contains(&number) {
            log += "{}\n";
            continue;
        }
        let (visitor, second) = (number % 7_001, number % 60);
        writeln!(
            log,
            r#"{{"id":"{number}","at":"2026-03-02T09:00:{second:02}Z","visitor":"v{visitor}","type":"widget_impression"}}"#
        )
        .unwrap();
    }
    log
}

#[test]
fn lines_are_numbered_through_all_pieces() {
    let bad = [1, 9_000, 30_000, 59_999];
    let log = long_log(&bad);
    let (ledger, arrivals, refused) = at_once(log.as_bytes());
    assert_eq!((ledger.len(), arrivals.new), (59_996, 59_996));
    let said =
        bad.map(|line| format!("line {line}: `id` is missing; allowed: text of 1 to 255 bytes"));
    assert_eq!(refused, said);
    assert_eq!(refused, line_by_line(log.as_bytes()).2);
}

#[test]
fn nothing_after_the_line_that_ends_the_reading_is_recorded() {
    for line in [1, 20_000, 45_000] {
        let mut ledger = Ledger::new();
        let read = ledger.read_ndjson(long_log(&[line, 50_000]).as_bytes());
        let Err(LoadError::Line(error)) = read else {
            panic!("{read:?}");
        };
        assert_eq!(error.line(), line as u64);
        let recorded: Vec<usize> = ledger
            .events()
            .map(|event| event.id().as_str().parse().unwrap())
            .collect();
        assert_eq!(recorded.len(), line - 1);
        assert!(recorded.iter().all(|id| *id < line));
    }
}

#[test]
fn a_line_beyond_the_limit_is_refused_and_those_after_it_are_read() {
    let good = long_log(&[]);
    let (first, rest) = good.split_at(good.find('\n').unwrap() + 1);
    let fitting = format!(
        "{}{}\n",
        first.trim_end(),
        " ".repeat(MAX_LINE_BYTES + 1 - first.len())
    );
    let log = format!("{fitting}{}\n{rest}", "x".repeat(MAX_LINE_BYTES + 1));
    let (ledger, _, refused) = at_once(log.as_bytes());
    assert_eq!(ledger.len(), 60_000);
    assert_eq!(
        refused,
        ["line 2: longer than 16777216 bytes; allowed: one event a line"]
    );
    // The last of all, without an end.
    let log = format!("{first}{}", "x".repeat(2 * MAX_LINE_BYTES));
    let (ledger, _, refused) = at_once(log.as_bytes());
    assert_eq!((ledger.len(), refused.len()), (1, 1));
}

#[test]
fn a_reader_that_fails_ends_the_reading_after_the_lines_before() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    let log = long_log(&[7]);
    for cut in [0, 1, log.len() / 2, log.len()] {
        let whole = log[..cut].matches('\n').count();
        let mut ledger = Ledger::new();
        let read = ledger.read_ndjson_with(log.as_bytes()[..cut].chain(Broken), |_| Ok(()));
        let Err(LoadError::Line(error)) = read else {
            panic!("{read:?}");
        };
        assert!(matches!(error.kind(), ReadErrorKind::Io(_)));
        assert_eq!(error.line(), whole as u64 + 1);
        assert_eq!(ledger.len(), whole - usize::from(whole >= 7));
    }
}

/// Claims to have read more than there was room for.
struct Boasting<'a>(&'a [u8]);

impl Read for Boasting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        Ok(if read == 0 { 0 } else { usize::MAX })
    }
}

#[test]
fn a_reader_that_claims_too_much_does_not_make_the_library_panic() {
    let line = b"nonsense\n";
    let (ledger, arrivals, refused) = at_once(Boasting(line));
    assert_eq!((ledger.len(), arrivals), (0, Arrivals::default()));
    // The room after the line is zeros.
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused[0].starts_with("line 1: "), "{refused:?}");
}
