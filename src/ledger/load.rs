//! Reads a log of lines into a ledger, on all cores.
//!
//! The log is read in pieces. While one batch of pieces is read, the pieces of the batch before it are parsed in
//! parallel, and then recorded in parallel by shard. Most lines are recorded without creating a typed event.

use std::io::Read;

use hashbrown::HashSet;

use super::{Arrivals, Arrived, Ledger, LedgerFull, SHARDS, Shard, shard_of};
use crate::event::{Line, Piece, Pieces, ReadError, ReadErrorKind};
use crate::parallel;

/// A log that could not be read to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A line that is not an event, or a reader that failed.
    #[error(transparent)]
    Line(#[from] ReadError),
    /// The ledger is full.
    #[error(transparent)]
    Full(#[from] LedgerFull),
}

/// The events of a piece by shard, each with the number of its line.
struct Sorted<'a> {
    shards: Vec<Vec<(u32, Line<'a>)>>,
    refused: Vec<(u32, ReadErrorKind)>,
    /// The number of lines, including blank ones.
    lines: u32,
}

impl Ledger {
    /// Records every event of an NDJSON log, on all cores (feature `parallel`), and returns what became of them.
    /// Reading stops at the first line that is not a valid event.
    ///
    /// The ledger is the same as after [`record`](Self::record) of every event that an
    /// [`NdjsonReader`](crate::event::NdjsonReader) yields. About 16 MiB of lines are held in memory while the next 16
    /// MiB are read.
    ///
    /// ```
    /// use convometrics::Ledger;
    ///
    /// let log = r#"
    /// {"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}
    /// {"id":"2","at":"2026-03-02T09:00:05Z","visitor":"ann"}
    /// "#;
    /// let mut ledger = Ledger::new();
    /// let error = ledger.read_ndjson(log.as_bytes()).unwrap_err();
    /// assert_eq!(error.to_string(), "line 3: `type` is missing; allowed: the name of an event type");
    /// assert_eq!(ledger.len(), 1); // the lines before the error are recorded
    /// ```
    ///
    /// # Errors
    /// [`LoadError::Line`] at the first line that is not a valid event, and if the reader fails: the events of the
    /// lines before are recorded, none after. [`LoadError::Full`] if an event does not fit: the events before it are
    /// recorded, and some of those that follow within the next 16 MiB.
    pub fn read_ndjson<R: Read + Send>(&mut self, input: R) -> Result<Arrivals, LoadError> {
        self.read_ndjson_with(input, Err)
    }

    /// Records every event of an NDJSON log as [`read_ndjson`](Self::read_ndjson) does, and calls `on_error` for each
    /// line that is not a valid event. `Ok` from `on_error` skips the line; an error stops the reading.
    ///
    /// ```
    /// use convometrics::Ledger;
    ///
    /// let log = r#"
    /// {"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}
    /// {"id":"2","at":"2026-03-02T09:00:05Z","visitor":"ann"}
    /// {"id":"3","at":"2026-03-02T09:00:10Z","visitor":"ann","type":"widget_clicked"}
    /// "#;
    /// let mut ledger = Ledger::new();
    /// let mut refused = Vec::new();
    /// let arrivals = ledger.read_ndjson_with(log.as_bytes(), |error| {
    ///     refused.push(error.to_string());
    ///     Ok(())
    /// })?;
    /// assert_eq!((arrivals.new, ledger.len()), (2, 2));
    /// assert_eq!(refused, ["line 3: `type` is missing; allowed: the name of an event type"]);
    /// # Ok::<(), convometrics::ledger::LoadError>(())
    /// ```
    ///
    /// # Errors
    /// [`LoadError::Line`] with the error that `on_error` returned, and if the reader fails (`on_error` is not called
    /// for that): the events of the lines before are recorded. [`LoadError::Full`] as for
    /// [`read_ndjson`](Self::read_ndjson).
    pub fn read_ndjson_with<R: Read + Send>(
        &mut self,
        mut input: R,
        mut on_error: impl FnMut(ReadError) -> Result<(), ReadError> + Send,
    ) -> Result<Arrivals, LoadError> {
        self.read_pieces(Pieces::new(&mut input), &mut on_error)
    }

    /// Reads all pieces. It is not generic, so that it is compiled once and not in each crate that calls it.
    fn read_pieces(
        &mut self,
        mut pieces: Pieces<&mut (dyn Read + Send)>,
        on_error: &mut OnError<'_>,
    ) -> Result<Arrivals, LoadError> {
        let mut arrivals = Arrivals::default();
        let mut lines = 0;
        let mut batch = pieces.batch();
        let mut result = Ok(());
        while !batch.is_empty() && result.is_ok() {
            let (done, next) = parallel::both(
                || self.record_batch(&batch, &mut lines, &mut arrivals, on_error),
                || pieces.batch(),
            );
            result = done;
            pieces.recycle(std::mem::replace(&mut batch, next));
        }
        parallel::map(&mut self.shards, Shard::settle_much);
        result?;
        let failed = |error| ReadError::new(lines + 1, ReadErrorKind::Io(error));
        pieces.into_result().map_err(failed)?;
        Ok(arrivals)
    }

    fn record_batch(
        &mut self,
        batch: &[Piece],
        lines: &mut u64,
        arrivals: &mut Arrivals,
        on_error: &mut OnError<'_>,
    ) -> Result<(), LoadError> {
        let mut pieces = parallel::map(batch, sorted);
        let mut result = Ok(());
        // The first line that is not recorded: its piece and number.
        let mut end = (pieces.len(), 0);
        'pieces: for (number, piece) in pieces.iter_mut().enumerate() {
            for (line, kind) in piece.refused.drain(..) {
                if let Err(error) = on_error(ReadError::new(*lines + u64::from(line), kind)) {
                    result = Err(LoadError::Line(error));
                    end = (number, line);
                    break 'pieces;
                }
            }
            *lines += u64::from(piece.lines);
        }
        let shards = self.shards_mut().iter_mut().enumerate();
        let recorded = parallel::map(shards, |(shard_number, shard)| {
            let mut arrivals = Arrivals::default();
            for (number, piece) in pieces.iter().enumerate() {
                for (line, event) in &piece.shards[shard_number] {
                    if (number, *line) >= end {
                        return Ok(arrivals);
                    }
                    arrivals.add(match event {
                        Line::Plain(event) => shard.record(event, Arrived::ONCE)?,
                        Line::Other(event) => shard.record(&event.borrowed(), Arrived::ONCE)?,
                    });
                }
            }
            Ok(arrivals)
        });
        for shard in recorded {
            match shard {
                Ok(more) => *arrivals += more,
                Err(full) => result = result.and(Err(LoadError::Full(full))),
            }
        }
        result
    }
}

/// Decides whether a line that is not a valid event is skipped.
type OnError<'f> = dyn FnMut(ReadError) -> Result<(), ReadError> + Send + 'f;

/// Sorts the lines of a piece by shard.
fn sorted(piece: &Piece) -> Sorted<'_> {
    // A line has about 250 bytes, and shards get different numbers of lines.
    let lines_or_so = piece.lines.len() / 150 / usize::from(SHARDS);
    let mut shards: Vec<Vec<_>> = std::iter::repeat_with(|| Vec::with_capacity(lines_or_so))
        .take(SHARDS.into())
        .collect();
    let mut refused = Vec::new();
    // The texts of pages, each where it occurs first: few pages occur in many lines, and one copy of each stays in the
    // processor's cache.
    let mut pages = HashSet::new();
    let lines = piece.read(|number, line| match line {
        Ok(mut line) => {
            let visitor = match &mut line {
                Line::Plain(event) => {
                    event.page = event.page.map(|page| *pages.get_or_insert(page));
                    event.visitor
                }
                Line::Other(event) => event.visitor().as_str().into(),
            };
            shards[shard_of(visitor)].push((number, line));
        }
        Err(kind) => refused.push((number, kind)),
    });
    Sorted {
        shards,
        refused,
        lines,
    }
}
