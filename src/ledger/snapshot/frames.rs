//! The frames of a snapshot file: numbered blocks and the end, each with checksums.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::{SNAPSHOT_VERSION, SnapshotError};

const OPENING: &[u8; 20] = b"convometrics ledger\n";

/// The kind of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Block,
    End,
}

/// The length of a head.
const HEAD_BYTES: usize = 20;

/// The head of a frame, which is written before its content.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Head {
    #[serde(with = "postcard::fixint::le")]
    kind: u32,
    #[serde(with = "postcard::fixint::le")]
    length: u64,
    #[serde(with = "postcard::fixint::le")]
    checksum: u32,
}

impl Head {
    /// Returns the bytes of the head of this frame. Their last four are a checksum of the frame's number and of the
    /// other bytes, so that a frame is valid in its place only.
    fn to_bytes(self, number: u64) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        postcard::to_slice(&self, &mut bytes).expect("three numbers have 16 bytes");
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&number.to_le_bytes());
        hasher.update(&bytes[..16]);
        bytes[16..].copy_from_slice(&hasher.finalize().to_le_bytes());
        bytes
    }

    /// Returns the head in these bytes, or `None` if they are not the head of this frame.
    fn from_bytes(bytes: [u8; HEAD_BYTES], number: u64) -> Option<Self> {
        let head: Self = postcard::from_bytes(&bytes).ok()?;
        (head.to_bytes(number) == bytes).then_some(head)
    }
}

/// Writes a snapshot file frame by frame.
pub(super) struct Writer<W> {
    pub(super) out: W,
    /// The number of frames written.
    frames: u64,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(mut out: W) -> io::Result<Self> {
        out.write_all(OPENING)?;
        out.write_all(&SNAPSHOT_VERSION.to_le_bytes())?;
        Ok(Self { out, frames: 0 })
    }

    pub(super) fn write(&mut self, kind: Kind, content: &[u8]) -> io::Result<()> {
        let head = Head {
            kind: kind as u32,
            length: content.len() as u64,
            checksum: crc32fast::hash(content),
        };
        self.frames += 1;
        self.out.write_all(&head.to_bytes(self.frames))?;
        self.out.write_all(content)
    }
}

/// A frame that was read. The checksum of its content has not been compared yet.
pub(super) struct Frame {
    /// From 1.
    pub(super) number: u64,
    content: Vec<u8>,
    checksum: u32,
}

impl Frame {
    /// Returns the content, after comparing its checksum.
    pub(super) fn content(&self) -> Result<&[u8], SnapshotError> {
        let block = self.number;
        if crc32fast::hash(&self.content) == self.checksum {
            Ok(&self.content)
        } else {
            Err(SnapshotError::Damaged { block })
        }
    }
}

/// Reads a snapshot file frame by frame.
pub(super) struct Frames<R> {
    input: R,
    /// The number of blocks read.
    blocks: u64,
    end: Option<Frame>,
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
            blocks: 0,
            end: None,
        };
        frames.read_exact(&mut version)?;
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

    /// Reads the next blocks, at most `most`. The batch is empty at the end.
    pub(super) fn batch(&mut self, most: usize) -> Result<Vec<Frame>, SnapshotError> {
        let mut batch = Vec::new();
        while batch.len() < most && self.end.is_none() {
            batch.extend(self.next()?);
        }
        Ok(batch)
    }

    /// Reads the next block, or stores the end and returns `None`.
    fn next(&mut self) -> Result<Option<Frame>, SnapshotError> {
        let number = self.blocks + 1;
        let mut head = [0; HEAD_BYTES];
        self.read_exact(&mut head)?;
        let head =
            Head::from_bytes(head, number).ok_or(SnapshotError::Damaged { block: number })?;
        let mut content = Vec::new();
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
            let found = format!("a frame of kind {}", head.kind);
            return Err(SnapshotError::invalid(number, found));
        }
        self.end = Some(frame);
        Ok(None)
    }

    /// Returns the number and the content of the end. Bytes after it are an error.
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
