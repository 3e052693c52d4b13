//! Logs in NDJSON: one event a line.

use std::io::{self, BufRead, BufReader, Read};

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
        self.buffer.clear();
        let read = read_line(&mut self.input, &mut self.buffer, 0);
        self.failed = read.is_err();
        if matches!(read, Ok((0, _))) {
            return Ok(false);
        }
        self.line += 1;
        let (bytes, is_too_long) = read.map_err(ReadErrorKind::Io)?;
        self.bytes += bytes;
        if is_too_long {
            return Err(ReadErrorKind::TooLong);
        }
        if self.buffer.ends_with(b"\n") {
            self.buffer.pop();
        }
        Ok(true)
    }
}

/// Reads the rest of a line, whose first bytes are in the buffer from `start` on. Returns the number of bytes read, and
/// whether the line is too long. Such a line is skipped and removed from the buffer.
fn read_line(
    input: &mut impl BufRead,
    buffer: &mut Vec<u8>,
    start: usize,
) -> io::Result<(u64, bool)> {
    let mut bytes = 0;
    let mut is_too_long = false;
    loop {
        let room = (MAX_LINE_BYTES + 1 - (buffer.len() - start)) as u64;
        let read = input.take(room).read_until(b'\n', buffer)? as u64;
        bytes += read;
        let is_at_end = read < room || buffer.ends_with(b"\n");
        is_too_long |= !is_at_end;
        if is_too_long {
            buffer.truncate(start);
        }
        if is_at_end {
            break;
        }
    }
    if is_too_long {
        buffer.shrink_to(PIECE_BYTES);
    }
    Ok((bytes, is_too_long))
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
    pub(crate) lines: Vec<u8>,
    /// Whether a further line follows, which is too long. Its content was dropped.
    has_too_long: bool,
    /// Whether it starts with the first line of the log.
    is_first: bool,
}

/// A reader that never claims more bytes than the buffer holds. A reader that does is wrong, and would make the
/// standard library panic.
struct Limited<R>(R);

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.0.read(buffer)?.min(buffer.len()))
    }
}

/// Cuts a log into pieces.
pub(crate) struct Pieces<R> {
    input: BufReader<Limited<R>>,
    is_first: bool,
    end: Option<io::Result<()>>,
    /// Buffers to read further pieces into.
    spare: Vec<Vec<u8>>,
}

impl<R: Read> Pieces<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: BufReader::new(Limited(input)),
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
            bytes += piece.lines.len();
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
        let lines = pieces.into_iter().map(|piece| piece.lines);
        self.spare
            .extend(lines.filter(|lines| lines.capacity() <= 4 * PIECE_BYTES));
    }

    /// Reads whole lines, and returns whether a line follows that is too long.
    fn read(&mut self, lines: &mut Vec<u8>) -> io::Result<bool> {
        let most = PIECE_BYTES as u64;
        let read = (&mut self.input).take(most).read_to_end(lines)?;
        if read < PIECE_BYTES {
            self.end = Some(Ok(()));
        }
        if self.end.is_some() || lines.ends_with(b"\n") {
            return Ok(false);
        }
        let (_, is_too_long) = read_line(&mut self.input, lines, whole_lines(lines))?;
        Ok(is_too_long)
    }

    fn next(&mut self) -> Option<Piece> {
        if self.end.is_some() {
            return None;
        }
        // The last line is read beyond the bytes that are read at once.
        let room = || Vec::with_capacity(PIECE_BYTES + PIECE_BYTES / 8);
        let mut lines = self.spare.pop().unwrap_or_else(room);
        lines.clear();
        let has_too_long = self.read(&mut lines).unwrap_or_else(|error| {
            // A line that could not be read to its end is dropped.
            lines.truncate(whole_lines(&lines));
            self.end = Some(Err(error));
            false
        });
        (has_too_long || !lines.is_empty()).then(|| Piece {
            lines,
            has_too_long,
            is_first: std::mem::take(&mut self.is_first),
        })
    }
}

/// Returns the length of all lines that end with a line feed.
fn whole_lines(lines: &[u8]) -> usize {
    memrchr(b'\n', lines).map_or(0, |last| last + 1)
}

/// The event of a line.
pub(crate) enum Line<'a> {
    /// Its texts are parts of the line.
    Plain(BorrowedEvent<'a, Name<'a>>),
    /// Its texts differ from the line, for example by escapes.
    Other(Box<Event>),
}

impl Piece {
    /// Calls `take` with the event or error of each line that is not blank, and with the number of the line in the
    /// piece, from 1. Returns the number of lines, including blank ones.
    pub(crate) fn read<'a>(
        &'a self,
        mut take: impl FnMut(u32, Result<Line<'a>, ReadErrorKind>),
    ) -> u32 {
        let bytes = &self.lines[..];
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
        if self.has_too_long {
            number += 1;
            take(number, Err(ReadErrorKind::TooLong));
        }
        number
    }
}
