//! A ledger as a file, and back: written whole or not at all, read whole or not at all.

mod block;
mod frames;
mod replacement;

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use frames::{Frame, Frames, Kind, Writer};
use replacement::Replacement;
use serde::{Deserialize, Serialize};

use super::shard::Shard;
use super::{Ledger, LedgerFull, SHARDS, shard_of};
use crate::parallel;

/// The version of the files that [`Ledger::write_snapshot`] writes; [`Ledger::read_snapshot`] reads files of this
/// version. (There is no version 1: it was never released.)
///
/// | part of the file | bytes | holds |
/// | --- | --- | --- |
/// | opening | 20 | the text `convometrics ledger` and a line feed |
/// | version | 4 | 2 |
/// | 32 blocks, none where there is no event | 20 and the content | one part of the visitors each, with all their events |
/// | end | 20 and the content | how many visitors, events, duplicates and conflicts there are |
///
/// Before each content stand 4 bytes for what it is (0 a block, 1 the end), 8 for its length, 4 for its checksum, and 4
/// for the checksum of the head, which goes on from the one before: it is that of the 4 bytes of the head's checksum
/// before (of the checksum of the version, for the first) and of these 16. Numbers are little-endian, checksums are
/// CRC-32 (IEEE 802.3), contents in the wire format of `postcard` 1. So a file that is cut off, that has a bit other than
/// was written, or blocks in another order, repeated or left out, is refused. Of the version's own bits, a changed one
/// reads as another version.
pub const SNAPSHOT_VERSION: u32 = 2;

/// How many blocks are worked on together.
const BATCH: usize = 8;

/// Why a snapshot could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The file, or what it is written to or read from, failed.
    #[error("the snapshot cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// It does not start as one.
    #[error("no snapshot of a ledger; allowed: what starts with \"convometrics ledger\" on a line")]
    NotASnapshot,
    /// It is of a version that is not known here, such as a later one.
    #[error("the snapshot's version is {found}; allowed: {SNAPSHOT_VERSION}")]
    Version {
        /// The version that it states.
        found: u32,
    },
    /// It is cut off.
    #[error("the snapshot is cut off after {blocks} whole blocks; allowed: all that was written")]
    Truncated {
        /// How many blocks are whole.
        blocks: u64,
    },
    /// It is not what was written: a checksum does not fit.
    #[error(
        "block {block} of the snapshot has another checksum than was written; allowed: what was written"
    )]
    Damaged {
        /// The number of the block, from 1.
        block: u64,
    },
    /// Its checksums fit, but it is nothing that a ledger writes.
    #[error("block {block} of the snapshot is none that a ledger writes: {found}")]
    Invalid {
        /// The number of the block, from 1.
        block: u64,
        /// What was found.
        found: String,
    },
    /// The ledger is full.
    #[error(transparent)]
    Full(#[from] LedgerFull),
}

impl SnapshotError {
    fn invalid(block: u64, found: impl Into<String>) -> Self {
        let found = found.into();
        Self::Invalid { block, found }
    }

    /// The error, with the file that it is about where the system did not name it.
    fn at(self, path: &Path) -> Self {
        match self {
            Self::Io(error) => {
                let path = path.display();
                Self::Io(io::Error::new(error.kind(), format!("{path}: {error}")))
            }
            other => other,
        }
    }
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// What all blocks add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Totals {
    visitors: u64,
    events: u64,
    duplicates: u64,
    conflicts: u64,
}

impl Ledger {
    /// Writes the ledger: its events, and how often each arrived. Ledgers that hold the same write the same bytes,
    /// whatever the order in which it arrived. A shop's log takes some 40 bytes an event.
    ///
    /// ```
    /// use convometrics::{Event, Ledger, SnapshotError, WidgetEvent};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut ledger = Ledger::new();
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// ledger.record(&Event::new("1".parse()?, at, "ann".parse()?, WidgetEvent::Impression)?)?;
    ///
    /// let mut bytes = Vec::new();
    /// ledger.write_snapshot(&mut bytes)?;
    /// let restored = Ledger::read_snapshot(bytes.as_slice())?;
    /// assert!(restored.events().eq(ledger.events()));
    ///
    /// bytes.pop();
    /// assert!(matches!(Ledger::read_snapshot(bytes.as_slice()), Err(SnapshotError::Truncated { blocks: 32 })));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`SnapshotError::Io`] where writing fails.
    pub fn write_snapshot(&self, out: impl Write) -> Result<(), SnapshotError> {
        let mut out = Writer::new(out)?;
        // A ledger that was only offered lines without an event has shards, and holds the same as one that was not.
        let shards = if self.is_empty() { &[] } else { &*self.shards };
        for batch in shards.chunks(BATCH) {
            for block in parallel::map(batch, block::encode) {
                out.write(Kind::Block, &block?)?;
            }
        }
        let totals = self.totals();
        out.write(
            Kind::End,
            &postcard::to_stdvec(&totals).map_err(io::Error::other)?,
        )?;
        out.into_inner().flush()?;
        Ok(())
    }

    /// Reads what [`write_snapshot`](Self::write_snapshot) wrote, on all cores (feature `parallel`): several times as
    /// fast as the same events as NDJSON. The ledger then reports the same figures, counters of arrivals among them.
    ///
    /// # Errors
    /// A [`SnapshotError`] where what is read is anything else than a whole snapshot.
    pub fn read_snapshot(input: impl Read + Send) -> Result<Self, SnapshotError> {
        let mut frames = Frames::new(input)?;
        let mut ledger = Self::new();
        let mut batch = frames.batch(BATCH)?;
        while !batch.is_empty() {
            let (shards, next) =
                parallel::both(|| parallel::map(&batch, shard), || frames.batch(BATCH));
            for shard in shards {
                ledger.shards.push(shard?);
            }
            let read = std::mem::replace(&mut batch, next?);
            frames.recycle(read);
        }
        let (number, end) = frames.into_end()?;
        let totals: Totals = postcard::from_bytes(&end)
            .map_err(|error| SnapshotError::invalid(number, error.to_string()))?;
        let blocks = ledger.shards.len();
        if ![0, SHARDS.into()].contains(&blocks) {
            let found = format!("{blocks} blocks, where there are none or {SHARDS}");
            return Err(SnapshotError::invalid(number, found));
        }
        let found = ledger.totals();
        if found != totals {
            return Err(SnapshotError::invalid(
                number,
                format!("{totals:?}, where the blocks have {found:?}"),
            ));
        }
        Ok(ledger)
    }

    /// Writes a snapshot to a file, so that after a crash at any time the file is the one from before or the new one,
    /// whole: all is written to another file of the same folder first, which then takes the name. A file that is
    /// replaced leaves its permissions to the new one; a symbolic link stays, and what it leads to is replaced.
    ///
    /// A crash may leave the other file behind: `.convometrics-` and some letters, which nothing reads. Two that save to
    /// one name at a time do not disturb each other: the last to end stays.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] where writing fails; the file from before is then still there. (Only where the new file has
    /// the name and the disk then fails to keep it is the new one there.)
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SnapshotError> {
        let path = path.as_ref();
        self.replace(path).map_err(|error| error.at(path))
    }

    fn replace(&self, path: &Path) -> Result<(), SnapshotError> {
        let before = match fs::canonicalize(path) {
            Ok(file) => Some((fs::metadata(&file)?.permissions(), file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let target = before
            .as_ref()
            .map_or_else(|| path.to_owned(), |(_, file)| file.clone());
        let folder = folder_of(&target);
        // Opened before anything is changed: what cannot be opened cannot be made to last.
        #[cfg(unix)]
        let names = File::open(&folder)?;
        let replacement = Replacement::create_in(&folder, before.is_some())?;
        self.write_snapshot(BufWriter::new(replacement.file()))?;
        if let Some((permissions, _)) = before {
            replacement.file().set_permissions(permissions)?;
        }
        replacement.file().sync_all()?;
        replacement.rename_to(&target)?;
        // The name, too, is then on the disk. Windows has no such call.
        #[cfg(unix)]
        names.sync_all()?;
        Ok(())
    }

    /// Reads the snapshot that a file is. At the start of a service:
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use std::path::Path;
    ///
    /// use convometrics::{Ledger, SnapshotError};
    ///
    /// fn at_start(path: &Path) -> Result<Ledger, SnapshotError> {
    ///     match Ledger::open(path) {
    ///         // The first start: there is nothing yet.
    ///         Err(SnapshotError::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(Ledger::new()),
    ///         // Torn or damaged: the log, or a copy of the file, has to be read again.
    ///         Err(SnapshotError::Truncated { .. } | SnapshotError::Damaged { .. }) => {
    ///             Ledger::open(path.with_extension("before"))
    ///         }
    ///         // A later version, no rights, a folder: somebody has to look. Above all it is not saved over.
    ///         opened => opened,
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("shop.ledger");
    /// let ledger = at_start(&path)?;
    /// assert!(ledger.is_empty());
    /// ledger.save(&path)?;
    /// assert!(at_start(&path).is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A [`SnapshotError`] where the file is anything else than a whole snapshot; [`SnapshotError::Io`] where there is
    /// none, with [`NotFound`](io::ErrorKind::NotFound).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SnapshotError> {
        let path = path.as_ref();
        let opened = File::open(path).map_err(SnapshotError::from);
        opened
            .and_then(Self::read_snapshot)
            .map_err(|error| error.at(path))
    }

    fn totals(&self) -> Totals {
        Totals {
            visitors: self.visitor_count() as u64,
            events: self.len() as u64,
            duplicates: self.duplicates(),
            conflicts: self.conflicts(),
        }
    }
}

/// The shard that a block is.
fn shard(frame: &Frame) -> Result<Shard, SnapshotError> {
    let place = frame.number - 1;
    block::decode(frame, |name| shard_of(name) as u64 == place)
}

#[cfg(all(test, feature = "json"))]
mod tests;
