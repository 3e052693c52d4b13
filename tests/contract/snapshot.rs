//! Ledgers as files: what is written is what is read, and anything else is refused.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use convometrics::event::WidgetEvent;
use convometrics::id::VisitorId;
use convometrics::ledger::{Arrival, SNAPSHOT_VERSION, SnapshotError, Survivor};
use convometrics::{Event, Ledger};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::golden::Golden;
use crate::golden_logs::check as check_golden;
use crate::nasty::{case, json, ledger};

fn written(ledger: &Ledger) -> Vec<u8> {
    let mut bytes = Vec::new();
    ledger.write_snapshot(&mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Ledger, SnapshotError> {
    Ledger::read_snapshot(bytes)
}

/// All that can be asked of a ledger but its reports.
fn held(ledger: &Ledger) -> (Vec<Event>, [u64; 2], [usize; 2]) {
    (
        ledger.events().collect(),
        [ledger.duplicates(), ledger.conflicts()],
        [ledger.len(), ledger.visitor_count()],
    )
}

/// A golden log's ledger, small but with most types of events.
fn small() -> Ledger {
    Golden::all()[0].ledger()
}

/// An impression of a visitor.
fn seen(visitor: &str, number: u32) -> Event {
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    let (id, visitor) = (format!("e{number:06}"), visitor.parse().unwrap());
    let event = Event::new(id.parse().unwrap(), at, visitor, WidgetEvent::Impression);
    event.unwrap().with_seq(number)
}

/// A ledger of several blocks.
fn long() -> Ledger {
    let events = (0..40_000).map(|number| seen(&format!("v{}", number / 10), number));
    let mut ledger = Ledger::new();
    ledger.record_all(events).unwrap();
    ledger
}

/// Where each part of a file starts, by the lengths that stand before their contents.
fn parts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![24];
    while let Some(start) = starts.last().copied().filter(|start| *start < bytes.len()) {
        let length = bytes[start + 4..start + 12].try_into().unwrap();
        starts.push(start + 20 + usize::try_from(u64::from_le_bytes(length)).unwrap());
    }
    starts
}

proptest! {
    #[test]
    fn every_written_event_is_read_back(case in case()) {
        let ledger = case.ledger();
        let restored = read(&written(&ledger)).unwrap();
        prop_assert_eq!(held(&restored), held(&ledger));
        let report = restored.report(&case.period, &case.options);
        prop_assert_eq!(json(&report), json(&case.report()));
    }

    #[test]
    fn a_restored_ledger_goes_on_like_the_one_that_was_written(
        (case, cut) in (case(), any::<Index>()),
    ) {
        let (before, after) = case.events.split_at(cut.index(case.events.len() + 1));
        let mut restored = read(&written(&ledger(before))).unwrap();
        restored.record_all(after).unwrap();
        prop_assert_eq!(held(&restored), held(&case.ledger()));
        prop_assert_eq!(written(&restored), written(&case.ledger()));
    }

    #[test]
    fn the_order_of_arrival_does_not_show(
        (events, shuffled) in case().prop_flat_map(|case| {
            (Just(case.events.clone()), Just(case.events).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(written(&ledger(&events)), written(&ledger(&shuffled)));
    }

    #[test]
    fn any_bytes_changed_are_an_error(
        changes in proptest::collection::vec((any::<Index>(), 1..=u8::MAX), 1..4),
    ) {
        static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| written(&small()));
        let whole = &*WHOLE;
        let mut bytes = whole.clone();
        for (place, change) in changes {
            bytes[place.index(whole.len())] ^= change;
        }
        prop_assume!(bytes != *whole);
        prop_assert!(read(&bytes).is_err());
    }
}

#[test]
fn every_single_bit_changed_is_an_error() {
    let whole = written(&small());
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << bit;
            let error = read(&bytes).expect_err("a bit that does not matter");
            let is_right = match place {
                0..20 => matches!(error, SnapshotError::NotASnapshot),
                20..24 => matches!(error, SnapshotError::Version { .. }),
                _ => matches!(error, SnapshotError::Damaged { .. }),
            };
            assert!(is_right, "bit {bit} of byte {place}: {error}");
        }
    }
}

#[test]
fn every_cut_is_an_error() {
    let whole = written(&small());
    for length in 0..whole.len() {
        let error = read(&whole[..length]).expect_err("a part that is enough");
        let is_right = matches!(error, SnapshotError::Truncated { .. });
        assert!(is_right, "{length} bytes: {error}");
    }
}

#[test]
fn blocks_left_out_repeated_or_exchanged_are_an_error() {
    let whole = written(&long());
    let starts = parts(&whole);
    assert!(starts.len() > 4, "several blocks");
    assert_eq!(starts.last(), Some(&whole.len()));
    let part = |number: usize| &whole[starts[number]..starts[number + 1]];
    let (opening, end) = (&whole[..24], part(starts.len() - 2));
    for order in [
        vec![],
        vec![0],
        vec![1],
        vec![0, 0, 1],
        vec![1, 0],
        vec![0, 2],
    ] {
        let blocks = order.iter().flat_map(|number| part(*number));
        let bytes: Vec<u8> = opening.iter().chain(blocks).chain(end).copied().collect();
        let error = read(&bytes).expect_err("other blocks");
        assert!(
            matches!(error, SnapshotError::Damaged { .. }),
            "{order:?}: {error}"
        );
    }
}

#[test]
fn bytes_after_the_end_are_an_error() {
    let mut bytes = written(&small());
    bytes.push(0);
    let error = read(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "block 33 of the snapshot is invalid: bytes after the end"
    );
}

#[test]
fn a_newer_version_is_an_error_that_names_it() {
    let mut bytes = written(&small());
    bytes[20..24].copy_from_slice(&(SNAPSHOT_VERSION + 1).to_le_bytes());
    let error = read(&bytes).unwrap_err();
    assert!(matches!(error, SnapshotError::Version { found } if found == SNAPSHOT_VERSION + 1));
    assert_eq!(error.to_string(), "the snapshot's version is 6; allowed: 5");
}

#[test]
fn other_files_are_not_snapshots() {
    for bytes in [
        "{}",
        "convometrics\n",
        "convometrics ledger ",
        "convometrics ledges\n0000",
    ] {
        let error = read(bytes.as_bytes()).unwrap_err();
        assert!(
            matches!(error, SnapshotError::NotASnapshot),
            "{bytes:?}: {error}"
        );
    }
}

#[test]
fn an_empty_ledger_is_written_and_read_too() {
    let restored = read(&written(&Ledger::new())).unwrap();
    assert!(restored.is_empty());
    assert_eq!(held(&restored), held(&Ledger::new()));
}

#[test]
fn ledgers_without_an_event_are_written_alike() {
    let mut offered = Ledger::new();
    offered.read_ndjson(&b"\n\n"[..]).unwrap();
    assert_eq!(written(&offered), written(&Ledger::new()));
    assert_eq!(held(&read(&written(&offered)).unwrap()), held(&offered));
}

#[test]
fn a_restored_ledger_knows_the_ids_of_a_visitor_with_many_events() {
    let mut ledger = Ledger::new();
    ledger
        .record_all((0..100).map(|number| seen("ann", number)))
        .unwrap();
    let mut restored = read(&written(&ledger)).unwrap();
    for number in 0..100 {
        assert_eq!(
            restored.record(&seen("ann", number)).unwrap(),
            Arrival::Duplicate
        );
    }
    // The smaller `seq` comes first in canonical order, so it survives.
    let clash = seen("ann", 7).with_seq(3);
    assert_eq!(
        restored.record(&clash).unwrap(),
        Arrival::Conflict(Survivor::Arrived)
    );
    assert_eq!(restored.record(&seen("ann", 100)).unwrap(), Arrival::New);
    assert_eq!(
        (restored.len(), restored.duplicates(), restored.conflicts()),
        (101, 99, 2)
    );
    let ann: VisitorId = "ann".parse().unwrap();
    assert!(restored.events().all(|event| *event.visitor() == ann));
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.ledger");
    small().save(&path).unwrap();
    long().save(&path).unwrap();
    assert_eq!(held(&Ledger::open(&path).unwrap()), held(&long()));
    assert_eq!(fs::read(&path).unwrap(), written(&long()));
    // Nothing else is left behind.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let nowhere = folder.path().join("no folder/shop.ledger");
    for error in [
        small().save(&nowhere).unwrap_err(),
        Ledger::open(&nowhere).unwrap_err(),
    ] {
        let SnapshotError::Io(io) = &error else {
            panic!("{error}")
        };
        assert_eq!(io.kind(), io::ErrorKind::NotFound);
        assert!(
            error.to_string().contains("no folder/shop.ledger"),
            "{error}"
        );
    }
}

/// As a service would be run: what only its user may read stays so.
#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_keeps_its_permissions_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.ledger");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    fs::File::create(folder.path().join("usual")).unwrap();
    small().save(&path).unwrap();
    assert_eq!(mode(&path), mode(&folder.path().join("usual")));
    for own in [0o600, 0o664, 0o400] {
        fs::set_permissions(&path, fs::Permissions::from_mode(own)).unwrap();
        small().save(&path).unwrap();
        assert_eq!(mode(&path), own);
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("current");
    symlink(&path, &link).unwrap();
    long().save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(held(&Ledger::open(&path).unwrap()), held(&long()));
    // A link that leads to itself leads to no file: it is none to write over.
    let circle = elsewhere.path().join("circle");
    symlink(&circle, &circle).unwrap();
    assert!(matches!(small().save(&circle), Err(SnapshotError::Io(_))));
    assert!(fs::symlink_metadata(&circle).unwrap().is_symlink());
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 2);
}

/// Fails after so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = bytes.len().min(self.0);
        self.0 -= written;
        if written == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gives a byte at a time, and fails at the end.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let (Some(slot), Some((first, rest))) = (bytes.first_mut(), self.0.split_first()) else {
            return Err(io::ErrorKind::TimedOut.into());
        };
        (*slot, self.0) = (*first, rest);
        Ok(1)
    }
}

#[test]
fn read_and_write_errors_are_passed_on() {
    let ledger = small();
    let whole = written(&ledger);
    for room in 0..whole.len() {
        let error = ledger.write_snapshot(Full(room)).unwrap_err();
        assert!(
            matches!(&error, SnapshotError::Io(error) if error.kind() == io::ErrorKind::StorageFull)
        );
        let error = Ledger::read_snapshot(Slow(&whole[..room])).unwrap_err();
        assert!(
            matches!(&error, SnapshotError::Io(error) if error.kind() == io::ErrorKind::TimedOut),
            "{error}"
        );
    }
}

/// Where the files of this version are.
fn folder() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join(format!("tests/snapshots/v{SNAPSHOT_VERSION}"))
}

#[test]
fn files_that_this_version_wrote_are_read() {
    for golden in Golden::all() {
        let restored = Ledger::open(folder().join(golden.name())).unwrap();
        assert_eq!(held(&restored), held(&golden.ledger()), "{}", golden.name());
        let report = serde_json::to_value(golden.report(&restored)).unwrap();
        check_golden(&golden, &report);
    }
}

/// For a new version, whose files are then committed: `cargo test --test contract -- --ignored files_of_this_version`.
#[test]
#[ignore = "writes into the source tree"]
fn files_of_this_version_are_written() {
    let folder = folder();
    fs::create_dir_all(&folder).unwrap();
    for golden in Golden::all() {
        golden.ledger().save(folder.join(golden.name())).unwrap();
    }
}
