//! The parts of a snapshot's file, each with its checksum, and the checksums in a chain.

use std::io::{self, Read, Write};

use super::{SNAPSHOT_VERSION, SnapshotError};

const OPENING: &[u8; 20] = b"convometrics ledger\n";

/// What a part of the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Block,
    End,
}

/// As many bytes has a head.
const HEAD_BYTES: usize = 20;

/// What stands before a content.
#[derive(Debug, Clone, Copy)]
struct Head {
    kind: u32,
    length: u64,
    checksum: u32,
}

impl Head {
    /// Its bytes, and the checksum that the next head goes on from.
    fn to_bytes(self, before: u32) -> ([u8; HEAD_BYTES], u32) {
        let mut bytes = [0; HEAD_BYTES];
        let parts = (self.kind.to_le_bytes().into_iter())
            .chain(self.length.to_le_bytes())
            .chain(self.checksum.to_le_bytes());
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&before.to_le_bytes());
        bytes
            .iter_mut()
            .zip(parts)
            .for_each(|(slot, byte)| *slot = byte);
        let (said, check) = bytes.split_at_mut(16);
        hasher.update(said);
        let sum = hasher.finalize();
        check.copy_from_slice(&sum.to_le_bytes());
        (bytes, sum)
    }

    /// `None` where it is not what was written.
    fn from_bytes(bytes: [u8; HEAD_BYTES], before: u32) -> Option<(Self, u32)> {
        let (kind, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (checksum, _) = rest.split_first_chunk()?;
        let head = Self {
            kind: u32::from_le_bytes(*kind),
            length: u64::from_le_bytes(*length),
            checksum: u32::from_le_bytes(*checksum),
        };
        let (written, sum) = head.to_bytes(before);
        (written == bytes).then_some((head, sum))
    }
}

/// Writes a snapshot's file, part by part.
pub(super) struct Writer<W> {
    out: W,
    before: u32,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(mut out: W) -> io::Result<Self> {
        let version = SNAPSHOT_VERSION.to_le_bytes();
        out.write_all(OPENING)?;
        out.write_all(&version)?;
        let before = crc32fast::hash(&version);
        Ok(Self { out, before })
    }

    pub(super) fn write(&mut self, kind: Kind, content: &[u8]) -> io::Result<()> {
        let head = Head {
            kind: kind as u32,
            length: content.len() as u64,
            checksum: crc32fast::hash(content),
        };
        let (bytes, sum) = head.to_bytes(self.before);
        self.before = sum;
        self.out.write_all(&bytes)?;
        self.out.write_all(content)
    }

    pub(super) fn into_inner(self) -> W {
        self.out
    }
}

/// A content as it was read, its checksum not compared yet.
pub(super) struct Frame {
    /// From 1.
    pub(super) number: u64,
    content: Vec<u8>,
    checksum: u32,
}

impl Frame {
    /// The content, as it was written.
    pub(super) fn content(&self) -> Result<&[u8], SnapshotError> {
        let block = self.number;
        if crc32fast::hash(&self.content) == self.checksum {
            Ok(&self.content)
        } else {
            Err(SnapshotError::Damaged { block })
        }
    }
}

/// Reads a snapshot's file, part by part.
pub(super) struct Frames<R> {
    input: R,
    before: u32,
    blocks: u64,
    end: Option<Frame>,
    spare: Vec<Vec<u8>>,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(mut input: R) -> Result<Self, SnapshotError> {
        let mut opening = Vec::new();
        (&mut input)
            .take(OPENING.len() as u64)
            .read_to_end(&mut opening)?;
        if !OPENING.starts_with(&opening) {
            return Err(SnapshotError::NotASnapshot);
        }
        if opening.len() < OPENING.len() {
            return Err(SnapshotError::Truncated { blocks: 0 });
        }
        let mut version = [0; 4];
        let mut frames = Self {
            input,
            before: 0,
            blocks: 0,
            end: None,
            spare: Vec::new(),
        };
        frames.read_exact(&mut version)?;
        frames.before = crc32fast::hash(&version);
        match u32::from_le_bytes(version) {
            SNAPSHOT_VERSION => Ok(frames),
            found => Err(SnapshotError::Version { found }),
        }
    }

    fn read_exact(&mut self, bytes: &mut [u8]) -> Result<(), SnapshotError> {
        let blocks = self.blocks;
        self.input
            .read_exact(bytes)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => SnapshotError::Truncated { blocks },
                _ => SnapshotError::Io(error),
            })
    }

    /// The next blocks, at most so many; none where there are no more.
    pub(super) fn batch(&mut self, most: usize) -> Result<Vec<Frame>, SnapshotError> {
        let mut batch = Vec::new();
        while batch.len() < most && self.end.is_none() {
            batch.extend(self.next()?);
        }
        Ok(batch)
    }

    /// The next block; `None` at the end, which is kept.
    fn next(&mut self) -> Result<Option<Frame>, SnapshotError> {
        let number = self.blocks + 1;
        let mut head = [0; HEAD_BYTES];
        self.read_exact(&mut head)?;
        let (head, sum) =
            Head::from_bytes(head, self.before).ok_or(SnapshotError::Damaged { block: number })?;
        self.before = sum;
        let mut content = self.spare.pop().unwrap_or_default();
        content.clear();
        let read = (&mut self.input)
            .take(head.length)
            .read_to_end(&mut content)?;
        if (read as u64) < head.length {
            let blocks = self.blocks;
            return Err(SnapshotError::Truncated { blocks });
        }
        let frame = Frame {
            number,
            content,
            checksum: head.checksum,
        };
        if head.kind == Kind::Block as u32 {
            self.blocks = number;
            return Ok(Some(frame));
        }
        if head.kind != Kind::End as u32 {
            let found = format!("a part of kind {}", head.kind);
            return Err(SnapshotError::invalid(number, found));
        }
        self.end = Some(frame);
        Ok(None)
    }

    /// Takes back what is no longer needed.
    pub(super) fn recycle(&mut self, frames: Vec<Frame>) {
        self.spare
            .extend(frames.into_iter().map(|frame| frame.content));
    }

    /// The content of the end, with its number, where nothing comes after it.
    pub(super) fn into_end(mut self) -> Result<(u64, Vec<u8>), SnapshotError> {
        let blocks = self.blocks;
        let end = self.end.take().ok_or(SnapshotError::Truncated { blocks })?;
        end.content()?;
        let mut further = Vec::new();
        if (&mut self.input).take(1).read_to_end(&mut further)? > 0 {
            return Err(SnapshotError::invalid(end.number, "bytes after the end"));
        }
        Ok((end.number, end.content))
    }
}
