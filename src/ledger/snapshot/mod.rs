//! Ledgers saved to files and opened again, in each case completely or not at all.

mod block;
mod frames;
mod replacement;

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use frames::{Frames, Kind, Writer};
use replacement::Replacement;
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerFull, SHARDS, Shard};
use crate::parallel;

/// The version of the files that [`Ledger::write_snapshot`] writes and [`Ledger::read_snapshot`] reads.
///
/// | part of the file | bytes | holds |
/// | --- | --- | --- |
/// | opening | 20 | the text `convometrics ledger` and a line feed |
/// | version | 4 | 5 |
/// | 32 blocks, or none if there is no event | 20 and the content | one part of the visitors each, with all their events |
/// | end | 20 and the content | the numbers of visitors and events, and of duplicate, conflicting and superseded arrivals |
///
/// Each block and the end is a frame: a head of 20 bytes and the content. The head has 4 bytes for the kind (0 for a
/// block, 1 for the end), 8 for the length of the content, 4 for the checksum of the content, and 4 for the checksum of
/// the frame's number (8 bytes, from 1) and the other 16 bytes of the head. Numbers are little-endian, checksums are
/// CRC-32 (IEEE 802.3), and contents are in the wire format of `postcard` 1.
///
/// So a file that is cut off, that has a changed bit, or whose frames are exchanged, repeated or missing is refused. A
/// changed bit of the version reads as another version.
pub const SNAPSHOT_VERSION: u32 = 5;

/// The number of blocks that are processed together.
const BATCH: usize = 8;

/// The error of writing or reading a snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// Reading or writing failed.
    #[error("the snapshot cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// The input does not start like a snapshot.
    #[error("no snapshot of a ledger; allowed: what starts with \"convometrics ledger\" on a line")]
    NotASnapshot,
    /// The snapshot has another version, such as a later one.
    #[error("the snapshot's version is {found}; allowed: {SNAPSHOT_VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// The snapshot is cut off.
    #[error("the snapshot is cut off after {blocks} whole blocks; allowed: all that was written")]
    Truncated {
        /// The number of complete blocks.
        blocks: u64,
    },
    /// A checksum does not match: the snapshot has been changed.
    #[error(
        "block {block} of the snapshot has another checksum than was written; allowed: what was written"
    )]
    Damaged {
        /// The number of the block, from 1.
        block: u64,
    },
    /// All checksums match, but no ledger writes this content.
    #[error("block {block} of the snapshot is invalid: {found}")]
    Invalid {
        /// The number of the block, from 1.
        block: u64,
        /// The invalid content.
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

    /// Adds the path of the file to an I/O error.
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

/// Returns the folder of a file.
fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// The totals of all blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Totals {
    visitors: u64,
    events: u64,
    duplicates: u64,
    conflicts: u64,
    superseded: u64,
}

impl Ledger {
    /// Writes the events of the ledger and how often each arrived. The bytes do not depend on the order of arrival. The
    /// log of a shop takes about 40 bytes an event.
    ///
    /// ```
    /// use convometrics::event::WidgetEvent;
    /// use convometrics::ledger::SnapshotError;
    /// use convometrics::{Event, Ledger};
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
    /// [`SnapshotError::Io`] if writing fails.
    pub fn write_snapshot(&self, out: impl Write) -> Result<(), SnapshotError> {
        let mut writer = Writer::new(out)?;
        // A ledger that has read lines without any event has empty shards. It is equal to an empty ledger.
        let shards = if self.is_empty() { &[] } else { &*self.shards };
        for batch in shards.chunks(BATCH) {
            for block in parallel::map(batch, block::encode) {
                writer.write(Kind::Block, &block?)?;
            }
        }
        let totals = self.totals();
        writer.write(
            Kind::End,
            &postcard::to_stdvec(&totals).map_err(io::Error::other)?,
        )?;
        writer.out.flush()?;
        Ok(())
    }

    /// Reads a snapshot that [`write_snapshot`](Self::write_snapshot) wrote, on all cores (feature `parallel`). This is
    /// several times as fast as reading the same events as NDJSON. The ledger reports the same figures, including the
    /// counters of arrivals.
    ///
    /// # Errors
    /// A [`SnapshotError`] if the input is not one complete snapshot.
    pub fn read_snapshot(input: impl Read + Send) -> Result<Self, SnapshotError> {
        let mut frames = Frames::new(input)?;
        let mut ledger = Self::new();
        let mut batch = frames.batch(BATCH)?;
        while !batch.is_empty() {
            let (shards, next) = parallel::both(
                || parallel::map(&batch, block::decode),
                || frames.batch(BATCH),
            );
            for shard in shards {
                ledger.shards.push(shard?);
            }
            batch = next?;
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

    /// Writes a snapshot to a file. After a crash at any time, the file is either complete or as it was before: the
    /// snapshot is written to a temporary file in the same folder, which is then renamed. The new file keeps the
    /// permissions of the old one. A symbolic link stays, and the file that it points to is replaced.
    ///
    /// A crash can leave the temporary file behind, named `.convometrics-` and some letters. Nothing reads it. If two
    /// callers save to one path at the same time, the last to finish wins.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] if writing fails. The old file is then unchanged, unless the folder could not be
    /// synchronised after the renaming.
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
        // The folder is opened first: if this fails, nothing has been changed.
        #[cfg(unix)]
        let names = File::open(folder)?;
        let replacement = Replacement::create_in(folder, before.is_some())?;
        self.write_snapshot(BufWriter::new(&replacement.file))?;
        if let Some((permissions, _)) = before {
            replacement.file.set_permissions(permissions)?;
        }
        replacement.file.sync_all()?;
        replacement.rename_to(&target)?;
        // This makes the renaming durable. Windows has no such call.
        #[cfg(unix)]
        names.sync_all()?;
        Ok(())
    }

    /// Opens a snapshot file. At the start of a service:
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use std::path::Path;
    ///
    /// use convometrics::ledger::SnapshotError;
    /// use convometrics::Ledger;
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
    /// A [`SnapshotError`] if the file is not one complete snapshot; [`SnapshotError::Io`] with
    /// [`NotFound`](io::ErrorKind::NotFound) if there is no file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SnapshotError> {
        let path = path.as_ref();
        let opened = File::open(path).map_err(SnapshotError::from);
        opened
            .and_then(Self::read_snapshot)
            .map_err(|error| error.at(path))
    }

    fn totals(&self) -> Totals {
        let visitors = self.shards.iter().map(Shard::visitor_count);
        Totals {
            visitors: visitors.sum::<usize>() as u64,
            events: self.len() as u64,
            duplicates: self.duplicates(),
            conflicts: self.conflicts(),
            superseded: self.superseded(),
        }
    }
}

#[cfg(all(test, feature = "json"))]
mod tests;
