//! Logs in NDJSON: one event a line.

use std::io::{self, BufRead, Read};

use memchr::{memchr, memrchr};

use super::wire::{RawFields, plain};
use super::{BorrowedEvent, Event, JsonError};
use crate::error::FieldError;
use crate::name::Name;

/// The length of the longest line that is read, in bytes without the line feed: 16 MiB. A longer line is an error, and
/// is not held in memory.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Skipped at the start of a log.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The number of bytes that are read at once.
const PIECE_BYTES: usize = 512 * 1024;

/// The number of pieces that are processed together, and of their bytes, which a long line can exceed.
const BATCH: usize = 32;
const BATCH_BYTES: usize = BATCH * PIECE_BYTES;

/// Reads events from NDJSON, one JSON object a line. Blank lines and a byte order mark at the start are skipped.
///
/// This is an iterator. A line that is not an event yields an error, and the next call continues with the line after
/// it. So the caller can stop at the first error, or count errors and continue. Only an error of the underlying reader
/// ends the iteration. [`line`](Self::line) returns the number of the line of the last item, also of an event.
///
/// ```
/// use convometrics::event::NdjsonReader;
/// use convometrics::Ledger;
///
/// let log = r#"
/// {"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}
/// {"id":"2","at":"2026-03-02T09:00:05Z","visitor":"ann","type":"survey_answered","survey":"q","conversation":"c","rating":7,"outcome":"closed"}
/// {"id":"3","at":"2026-03-02T09:00:10Z","visitor":"ann","type":"widget_clicked"}
/// "#;
/// let mut ledger = Ledger::new();
/// let mut refused = Vec::new();
/// for event in NdjsonReader::new(log.as_bytes()) {
///     match event {
///         Ok(event) => drop(ledger.record(&event)?),
///         Err(error) => refused.push(error.to_string()),
///     }
/// }
/// assert_eq!(ledger.len(), 2);
/// assert_eq!(refused, ["line 3: `rating` is 7; allowed: an integer from 1 to 5"]);
/// # Ok::<(), convometrics::ledger::LedgerFull>(())
/// ```
#[derive(Debug)]
pub struct NdjsonReader<R> {
    input: R,
    line: u64,
    bytes: u64,
    buffer: Vec<u8>,
    failed: bool,
}

/// A line that is not an event, or a reader that failed.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct ReadError {
    line: u64,
    #[source]
    kind: ReadErrorKind,
}

/// The error of a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The underlying reader failed; nothing more can be read.
    #[error("cannot be read: {0}")]
    Io(#[source] io::Error),
    /// The line has more than [`MAX_LINE_BYTES`] bytes.
    #[error("longer than {MAX_LINE_BYTES} bytes; allowed: one event a line")]
    TooLong,
    /// The line is not UTF-8 from this byte on, counted from 1.
    #[error("not UTF-8 at byte {0} of the line; allowed: UTF-8 throughout")]
    Encoding(usize),
    /// The line is not an event.
    #[error(transparent)]
    Event(JsonError),
}

impl ReadError {
    pub(crate) fn new(line: u64, kind: ReadErrorKind) -> Self {
        Self { line, kind }
    }

    /// Returns the number of the line, from 1. Blank lines count.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the error of the line.
    #[must_use]
    pub fn kind(&self) -> &ReadErrorKind {
        &self.kind
    }

    /// Returns the error in a field, with the value found and what is allowed, or `None` if the line is not an object.
    #[must_use]
    pub fn field_error(&self) -> Option<&FieldError> {
        match &self.kind {
            ReadErrorKind::Event(JsonError::Field(error)) => Some(error),
            _ => None,
        }
    }
}

impl<R: BufRead> NdjsonReader<R> {
    /// Creates a reader.
    pub fn new(input: R) -> Self {
        Self {
            input,
            line: 0,
            bytes: 0,
            buffer: Vec::new(),
            failed: false,
        }
    }

    /// Returns the number of the line of the last item, event or error, from 1. Blank lines count. It is 0 before the
    /// first item, and after the last item the number of lines.
    ///
    /// ```
    /// use convometrics::event::NdjsonReader;
    ///
    /// let log = r#"
    /// {"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}
    ///
    /// {"id":"2","at":"2026-03-02T09:00:10Z","visitor":"ann","type":"widget_clicked"}
    /// "#;
    /// let mut reader = NdjsonReader::new(log.as_bytes());
    /// let mut lines = Vec::new();
    /// while let Some(event) = reader.next() {
    ///     lines.push((reader.line(), event?.id().to_string()));
    /// }
    /// assert_eq!(lines, [(2, "1".to_owned()), (4, "2".to_owned())]);
    /// # Ok::<(), convometrics::event::ReadError>(())
    /// ```
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the number of bytes read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Reads one line into the buffer, without the line feed; `false` at the end.
    fn next_line(&mut self) -> Result<bool, ReadErrorKind> {
        let limit = MAX_LINE_BYTES as u64 + 1;
        self.buffer.clear();
        let first = self.read_until_newline(limit);
        if matches!(first, Ok(0)) {
            return Ok(false);
        }
        self.line += 1;
        let mut read = first?;
        if read == limit && !self.buffer.ends_with(b"\n") {
            // Skip the rest of the line, a piece at a time.
            while read == limit && !self.buffer.ends_with(b"\n") {
                self.buffer.clear();
                read = self.read_until_newline(limit)?;
            }
            self.buffer = Vec::new();
            return Err(ReadErrorKind::TooLong);
        }
        if self.buffer.ends_with(b"\n") {
            self.buffer.pop();
        }
        Ok(true)
    }

    fn read_until_newline(&mut self, limit: u64) -> Result<u64, ReadErrorKind> {
        let read = (&mut self.input)
            .take(limit)
            .read_until(b'\n', &mut self.buffer);
        self.failed = read.is_err();
        let read = read.map_err(ReadErrorKind::Io)? as u64;
        self.bytes += read;
        Ok(read)
    }
}

/// Returns the event of a line, or `None` if the line is blank.
fn event(line: &[u8], is_first: bool) -> Option<Result<Event, ReadErrorKind>> {
    let text = match std::str::from_utf8(line) {
        Ok(text) if is_first => text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text),
        Ok(text) => text,
        Err(error) => return Some(Err(ReadErrorKind::Encoding(error.valid_up_to() + 1))),
    };
    if text.bytes().all(|byte| b" \t\r".contains(&byte)) {
        return None;
    }
    Some(Event::from_json(text).map_err(ReadErrorKind::Event))
}

impl<R: BufRead> Iterator for NdjsonReader<R> {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let event = match self.next_line() {
                Ok(false) => return None,
                Ok(true) => event(&self.buffer, self.line == 1),
                Err(kind) => Some(Err(kind)),
            };
            if let Some(event) = event {
                let line = self.line;
                return Some(event.map_err(|kind| ReadError::new(line, kind)));
            }
        }
        None
    }
}

/// A part of a log with complete lines.
pub(crate) struct Piece {
    content: Content,
    /// Whether it starts with the first line of the log.
    is_first: bool,
}

enum Content {
    Lines(Buffer),
    /// One line, whose content was dropped.
    TooLong,
}

/// Cuts a log into pieces.
pub(crate) struct Pieces<R> {
    input: R,
    /// The bytes that were read and are not in a piece yet.
    rest: Buffer,
    /// The number of bytes of `rest` that are known to have no line feed.
    searched: usize,
    is_first: bool,
    end: Option<io::Result<()>>,
    /// Buffers to read further pieces into.
    spare: Vec<Buffer>,
}

/// Bytes that were read, and initialised room for more, which is reused.
#[derive(Default)]
struct Buffer {
    room: Vec<u8>,
    len: usize,
}

impl Buffer {
    fn bytes(&self) -> &[u8] {
        &self.room[..self.len]
    }

    fn set(&mut self, bytes: &[u8]) {
        self.len = 0;
        self.make_room(bytes.len());
        self.room[..bytes.len()].copy_from_slice(bytes);
        self.len = bytes.len();
    }

    fn make_room(&mut self, bytes: usize) {
        let needed = self.len + bytes;
        if self.room.len() < needed {
            self.room.resize(needed, 0);
        }
    }

    /// Reads this number of bytes, or all if there are fewer.
    fn read(&mut self, input: &mut impl Read, bytes: usize) -> io::Result<()> {
        self.make_room(bytes);
        let end = self.len + bytes;
        while self.len < end {
            match input.read(&mut self.room[self.len..end]) {
                Ok(0) => break,
                // A reader that claims more than the room is wrong, and must not make this panic.
                Ok(read) => self.len = end.min(self.len + read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<R: Read> Pieces<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            rest: Buffer::default(),
            searched: 0,
            is_first: true,
            end: None,
            spare: Vec::new(),
        }
    }

    /// Reads the next pieces to process together. The batch is empty at the end. Long lines make long pieces.
    pub(crate) fn batch(&mut self) -> Vec<Piece> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut bytes = 0;
        while batch.len() < BATCH
            && bytes < BATCH_BYTES
            && let Some(piece) = self.next()
        {
            bytes += piece.bytes();
            batch.push(piece);
        }
        batch
    }

    /// Returns the result of reading, after the last piece.
    pub(crate) fn into_result(self) -> io::Result<()> {
        self.end.expect("the batches end when the reader has ended")
    }

    /// Returns the buffers of pieces that are no longer needed.
    pub(crate) fn recycle(&mut self, pieces: Vec<Piece>) {
        let content = pieces.into_iter().map(|piece| piece.content);
        self.spare
            .extend(content.filter_map(|content| match content {
                Content::Lines(lines) if lines.room.len() <= 4 * PIECE_BYTES => Some(lines),
                _ => None,
            }));
    }

    /// Takes the bytes before `end`.
    fn take(&mut self, end: usize) -> Buffer {
        let mut rest = self.spare.pop().unwrap_or_default();
        rest.set(&self.rest.bytes()[end..]);
        self.rest.len = end;
        std::mem::replace(&mut self.rest, rest)
    }

    fn read_more(&mut self) {
        let before = self.rest.len;
        match self.rest.read(&mut self.input, PIECE_BYTES) {
            Ok(()) if self.rest.len > before => {}
            Ok(()) => self.end = Some(Ok(())),
            Err(error) => self.end = Some(Err(error)),
        }
    }

    fn content(&mut self) -> Option<Content> {
        let mut is_too_long = false;
        loop {
            if self.end.is_none() {
                self.read_more();
            }
            let read = self.rest.bytes();
            let searched = std::mem::replace(&mut self.searched, read.len());
            let new = &read[searched..];
            let ends = memchr(b'\n', new).zip(memrchr(b'\n', new));
            let first_end = ends.map_or(read.len(), |(first, _)| searched + first);
            is_too_long |= first_end > MAX_LINE_BYTES;
            match (ends, &self.end) {
                (Some(_), _) if is_too_long => {
                    self.take(first_end + 1);
                    self.searched = 0;
                    return Some(Content::TooLong);
                }
                (Some((_, last)), _) => {
                    let lines = self.take(searched + last + 1);
                    self.searched = self.rest.len;
                    return Some(Content::Lines(lines));
                }
                // A line that could not be read to its end is dropped.
                (None, Some(Err(_))) => return None,
                (None, Some(Ok(()))) => {
                    let line = self.take_all();
                    return if is_too_long {
                        Some(Content::TooLong)
                    } else {
                        (line.len > 0).then_some(Content::Lines(line))
                    };
                }
                // The start of a line that is too long is dropped.
                (None, None) if is_too_long => drop(self.take_all()),
                (None, None) => {}
            }
        }
    }

    fn take_all(&mut self) -> Buffer {
        self.searched = 0;
        std::mem::take(&mut self.rest)
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let content = self.content()?;
        Some(Piece {
            content,
            is_first: std::mem::take(&mut self.is_first),
        })
    }
}

/// The event of a line.
pub(crate) enum Line<'a> {
    /// Its texts are parts of the line.
    Plain(BorrowedEvent<'a, Name<'a>>),
    /// Its texts differ from the line, for example by escapes.
    Other(Box<Event>),
}

impl Piece {
    pub(crate) fn bytes(&self) -> usize {
        match &self.content {
            Content::Lines(lines) => lines.len,
            Content::TooLong => 0,
        }
    }

    /// Calls `take` with the event or error of each line that is not blank, and with the number of the line in the
    /// piece, from 1. Returns the number of lines, including blank ones.
    pub(crate) fn read<'a>(
        &'a self,
        mut take: impl FnMut(u32, Result<Line<'a>, ReadErrorKind>),
    ) -> u32 {
        let Content::Lines(lines) = &self.content else {
            take(1, Err(ReadErrorKind::TooLong));
            return 1;
        };
        let bytes = lines.bytes();
        // A line that is not UTF-8 makes all lines of the piece read one by one, which is slower.
        let text = std::str::from_utf8(bytes).ok();
        let mut fields = RawFields::default();
        let (mut number, mut start) = (0, 0);
        while start < bytes.len() {
            number += 1;
            let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length);
            let line = start..end;
            start = end + 1;
            let plain_line = text.map(|text| &text[line.clone()]);
            let plain_line = plain_line.map(|line| line.strip_suffix('\r').unwrap_or(line));
            match plain_line.and_then(|line| plain::read(line, &mut fields)) {
                Some(()) => {
                    let event = fields.check().map(Line::Plain);
                    take(
                        number,
                        event.map_err(|error| ReadErrorKind::Event(error.into())),
                    );
                }
                None => {
                    if let Some(event) = event(&bytes[line], self.is_first && number == 1) {
                        take(number, event.map(|event| Line::Other(Box::new(event))));
                    }
                }
            }
        }
        number
    }
}
