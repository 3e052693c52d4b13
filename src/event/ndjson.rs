//! A log as NDJSON: one event a line.

use std::io::{self, BufRead, Read};

use super::{Event, JsonError};
use crate::error::FieldError;

/// The longest line that is read, in bytes, its end aside: 16 MiB. A longer one is refused without being held in memory.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

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
        let mut read = self.read_until_newline(limit)?;
        if read == 0 {
            return Ok(false);
        }
        self.line += 1;
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
                self.line += 1;
                Err(ReadErrorKind::Io(error))
            }
        }
    }

    /// The event of the line in the buffer; `None` where it is blank.
    fn event(&self) -> Option<Result<Event, ReadErrorKind>> {
        let text = match std::str::from_utf8(&self.buffer) {
            Ok(text) if self.line == 1 => text.strip_prefix('\u{feff}').unwrap_or(text),
            Ok(text) => text,
            Err(error) => return Some(Err(ReadErrorKind::Encoding(error.valid_up_to() + 1))),
        };
        if text.bytes().all(|byte| b" \t\r".contains(&byte)) {
            return None;
        }
        Some(Event::from_json(text).map_err(ReadErrorKind::Event))
    }
}

impl<R: BufRead> Iterator for NdjsonReader<R> {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let event = match self.next_line() {
                Ok(false) => return None,
                Ok(true) => self.event(),
                Err(kind) => Some(Err(kind)),
            };
            if let Some(event) = event {
                let line = self.line;
                return Some(event.map_err(|kind| ReadError { line, kind }));
            }
        }
        None
    }
}
