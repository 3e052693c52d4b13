//! A log as NDJSON: one event a line.

use std::io::{self, BufRead, Read};

use memchr::{memchr, memrchr};

use super::wire::{Slots, plain};
use super::{Event, JsonError, Parts};
use crate::error::FieldError;
use crate::name::Name;

/// The longest line that is read, in bytes, its end aside: 16 MiB. A longer one is refused without being held in memory.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Passed over at the start of a log.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// How much is read at once.
const PIECE_BYTES: usize = 512 * 1024;

/// How many pieces are worked on together, and how many bytes; a long line more.
const BATCH: usize = 32;
const BATCH_BYTES: usize = BATCH * PIECE_BYTES;

/// Reads events from NDJSON, one JSON object a line; blank lines are passed over, a byte order mark at the start too.
///
/// An iterator: a line that is no event is an error of its own, and the next call goes on with the line after it. So
/// the caller may stop at the first error, or count errors and go on; what was read before is untouched. Only an error
/// of the underlying reader ends the iteration.
///
/// ```
/// use convometrics::{Ledger, NdjsonReader};
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
/// # Ok::<(), convometrics::LedgerFull>(())
/// ```
#[derive(Debug)]
pub struct NdjsonReader<R> {
    input: R,
    line: u64,
    bytes: u64,
    buffer: Vec<u8>,
    failed: bool,
}

/// A line that is no event, or a reader that failed.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct ReadError {
    line: u64,
    #[source]
    kind: ReadErrorKind,
}

/// What is wrong with a line.
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

    /// The number of the line, from 1, blank ones counted.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// What is wrong with it.
    #[must_use]
    pub fn kind(&self) -> &ReadErrorKind {
        &self.kind
    }

    /// The field that is wrong, with the value found and what is allowed, where the line is an object.
    #[must_use]
    pub fn field_error(&self) -> Option<&FieldError> {
        match &self.kind {
            ReadErrorKind::Event(JsonError::Field(error)) => Some(error),
            _ => None,
        }
    }
}

impl<R: BufRead> NdjsonReader<R> {
    /// Reads from here on.
    pub fn new(input: R) -> Self {
        Self {
            input,
            line: 0,
            bytes: 0,
            buffer: Vec::new(),
            failed: false,
        }
    }

    /// Bytes read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Reads one line into the buffer, without its end; `false` where there is none.
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
            // Pass over the rest of the line, a piece at a time.
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
        match read {
            Ok(read) => {
                self.bytes += read as u64;
                Ok(read as u64)
            }
            Err(error) => {
                self.failed = true;
                Err(ReadErrorKind::Io(error))
            }
        }
    }
}

/// The event of a line; `None` where it is blank.
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

/// A part of a log that holds whole lines.
pub(crate) struct Piece {
    content: Content,
    /// Whether it starts with the log's first line.
    is_first: bool,
}

enum Content {
    Lines(Buffer),
    /// One line, which was not held.
    TooLong,
}

/// Cuts a log into pieces.
pub(crate) struct Pieces<R> {
    input: R,
    /// What was read and not given out.
    rest: Buffer,
    /// The first bytes of it, that hold no end of a line.
    searched: usize,
    is_first: bool,
    end: Option<io::Result<()>>,
    /// Pieces that have been read, to be filled again.
    spare: Vec<Buffer>,
}

/// Bytes that were read, and room for more that is cleared once, not each time that it is filled.
#[derive(Default)]
struct Buffer {
    room: Vec<u8>,
    len: usize,
}

impl Buffer {
    fn bytes(&self) -> &[u8] {
        self.room.get(..self.len).unwrap_or_default()
    }

    fn set(&mut self, bytes: &[u8]) {
        self.len = 0;
        self.make_room(bytes.len());
        if let Some(room) = self.room.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            self.len = bytes.len();
        }
    }

    fn make_room(&mut self, bytes: usize) {
        let needed = self.len + bytes;
        if self.room.len() < needed {
            self.room.resize(needed, 0);
        }
    }

    /// Reads so many bytes, fewer where there are no more.
    fn read(&mut self, input: &mut impl Read, bytes: usize) -> io::Result<()> {
        self.make_room(bytes);
        let end = self.len + bytes;
        while let Some(room) = self
            .room
            .get_mut(self.len..end)
            .filter(|room| !room.is_empty())
        {
            match input.read(room) {
                Ok(0) => break,
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

    /// The next pieces to work on together; none after the last. Pieces are long where lines are.
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

    /// How the reading ended, after the last piece.
    pub(crate) fn into_result(self) -> io::Result<()> {
        self.end.unwrap_or(Ok(()))
    }

    /// Takes back pieces that are no longer needed.
    pub(crate) fn recycle(&mut self, pieces: Vec<Piece>) {
        let content = pieces.into_iter().map(|piece| piece.content);
        self.spare
            .extend(content.filter_map(|content| match content {
                Content::Lines(lines) if lines.room.len() <= 4 * PIECE_BYTES => Some(lines),
                _ => None,
            }));
    }

    /// Takes what was read up to here.
    fn take(&mut self, end: usize) -> Buffer {
        let mut rest = self.spare.pop().unwrap_or_default();
        rest.set(self.rest.bytes().get(end..).unwrap_or_default());
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
            let new = read.get(searched..).unwrap_or_default();
            let first_end = memchr(b'\n', new).map(|end| searched + end);
            let last_end = memrchr(b'\n', new).map(|end| searched + end);
            is_too_long |= first_end.unwrap_or(self.rest.len) > MAX_LINE_BYTES;
            let is_whole = match (first_end.zip(last_end), is_too_long, &self.end) {
                (Some((end, _)), true, _) => {
                    self.take(end + 1);
                    self.searched = 0;
                    return Some(Content::TooLong);
                }
                (Some((_, end)), false, _) => {
                    let lines = self.take(end + 1);
                    self.searched = self.rest.len;
                    return Some(Content::Lines(lines));
                }
                (None, false, None) => continue,
                (None, true, None) => false,
                (None, _, Some(end)) => end.is_ok(),
            };
            let line = std::mem::take(&mut self.rest);
            self.searched = 0;
            match (is_whole, is_too_long) {
                (true, true) => return Some(Content::TooLong),
                (true, false) => return (line.len > 0).then_some(Content::Lines(line)),
                // Nothing is kept of a line that is too long, or that could not be read to its end.
                (false, _) if self.end.is_some() => return None,
                (false, _) => {}
            }
        }
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

/// What the lines of a piece say is given to this, with the number of the line in the piece, from 1.
pub(crate) trait Take<'a> {
    fn event(&mut self, line: u32, event: Line<'a>);
    fn refused(&mut self, line: u32, kind: ReadErrorKind);
}

/// A line that is an event.
pub(crate) enum Line<'a> {
    /// Its texts stand in the line as they are.
    Plain(Parts<'a, Name<'a>>),
    /// One with escapes, say.
    Other(Box<Event>),
}

impl Piece {
    pub(crate) fn bytes(&self) -> usize {
        match &self.content {
            Content::Lines(lines) => lines.len,
            Content::TooLong => 0,
        }
    }

    /// Reads all lines; gives how many there are, blank ones counted.
    pub(crate) fn read<'a>(&'a self, take: &mut impl Take<'a>) -> u32 {
        match &self.content {
            Content::Lines(lines) => match std::str::from_utf8(lines.bytes()) {
                Ok(text) => read_text(text, self.is_first, take),
                Err(_) => read_bytes(lines.bytes(), self.is_first, take),
            },
            Content::TooLong => {
                take.refused(1, ReadErrorKind::TooLong);
                1
            }
        }
    }
}

/// Reads lines that need not be UTF-8.
fn read_bytes<'a>(bytes: &'a [u8], is_first: bool, take: &mut impl Take<'a>) -> u32 {
    let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let mut number = 0;
    for line in lines.split(|byte| *byte == b'\n') {
        number += 1;
        read_line(line, number, is_first && number == 1, take);
    }
    number
}

fn read_line<'a>(line: &[u8], number: u32, is_first: bool, take: &mut impl Take<'a>) {
    match event(line, is_first) {
        Some(Err(kind)) => take.refused(number, kind),
        Some(Ok(event)) => take.event(number, Line::Other(Box::new(event))),
        None => {}
    }
}

fn read_text<'a>(text: &'a str, is_first: bool, take: &mut impl Take<'a>) -> u32 {
    let text = match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) if is_first => rest,
        _ => text,
    };
    let mut slots = Slots::default();
    let (mut number, mut start) = (0, 0);
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        number += 1;
        let length = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        start += length + 1;
        let plain_line = line.strip_suffix('\r').unwrap_or(line);
        if plain::read(plain_line, &mut slots).is_none() {
            read_line(line.as_bytes(), number, false, take);
            continue;
        }
        match slots.check() {
            Ok(parts) => take.event(number, Line::Plain(parts)),
            Err(error) => take.refused(number, ReadErrorKind::Event(error.into())),
        }
    }
    number
}
