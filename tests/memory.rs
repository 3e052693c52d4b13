//! What is held of lines that no memory should hold.
//!
//! One test, for the allocator counts for the whole process.

use std::io::{self, BufReader, Read};

use convometrics::Ledger;
use convometrics::event::NdjsonReader;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const EVENT: &str =
    r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}"#;

/// So many lines of as many bytes, which are made up while they are read, between two events.
fn log(lines: usize, bytes: u64) -> Box<dyn Read + Send> {
    let event = || io::Cursor::new(format!("{EVENT}\n"));
    let start: Box<dyn Read + Send> = Box::new(event());
    let long = (0..lines).fold(start, |log, _| {
        let line = io::repeat(b'x').take(bytes);
        Box::new(log.chain(line).chain(&b"\n"[..]))
    });
    Box::new(long.chain(event()))
}

/// The most bytes that something holds at once.
fn most(run: impl FnOnce()) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    run();
    ALLOCATOR.peak_usage() - before
}

fn one_by_one(lines: usize, bytes: u64) -> usize {
    most(|| {
        let reader = NdjsonReader::new(BufReader::new(log(lines, bytes)));
        let refused = reader.filter(Result::is_err).count();
        assert_eq!(refused, lines);
    })
}

fn at_once(lines: usize, bytes: u64) -> usize {
    most(|| {
        let mut refused = 0;
        let read = Ledger::new().read_ndjson_with(log(lines, bytes), |_| {
            refused += 1;
            Ok(())
        });
        assert_eq!((read.unwrap().duplicates, refused), (1, lines));
    })
}

#[test]
fn long_lines_are_held_a_few_at_a_time_and_those_beyond_the_limit_not_at_all() {
    let megabytes = |bytes: usize| bytes / 1_000_000;
    // The limit is 16 MiB. A buffer of 32 MiB stands beside the one of 16 MiB that it replaces: 50.3 MB.
    let held = [one_by_one(1, 100_000_000), at_once(1, 100_000_000)].map(megabytes);
    println!("of a line of 100 MB at most {held:?} MB");
    assert!(held.iter().all(|held| *held < 55), "{held:?}");
    // Within the limit: one by one one of them is held, at once those of two batches.
    let held = [one_by_one(8, 16_000_000), at_once(8, 16_000_000)].map(megabytes);
    println!("of 8 lines of 16 MB at most {held:?} MB");
    assert!(held[0] < 50 && held[1] < 180, "{held:?}");
}
