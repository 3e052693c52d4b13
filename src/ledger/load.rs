//! A log of lines into a ledger, on all cores.
//!
//! Lines are taken in pieces; while one batch of pieces is read, the one before it is parsed, each piece by itself, and
//! then recorded, each shard by itself. No typed event is made on the way.

use std::io::Read;

use super::{Arrivals, Ledger, LedgerFull, SHARDS};
use crate::event::{Line, Lines, Piece, Pieces, ReadError, ReadErrorKind};
use crate::parallel;

/// How many pieces are worked on together.
const BATCH: usize = 16;

/// Why a log was not read to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A line that is no event, or a reader that failed.
    #[error(transparent)]
    Line(#[from] ReadError),
    /// The ledger is full.
    #[error(transparent)]
    Full(#[from] LedgerFull),
}

/// The lines of a piece, sorted by shard.
struct Sorted<'a> {
    lines: Lines<'a>,
    /// The numbers of the events in `lines`, those of a shard together, in order.
    order: Vec<u32>,
    /// Where each shard's numbers end.
    ends: Vec<usize>,
}

impl Sorted<'_> {
    /// The numbers of the events of a shard.
    fn of(&self, shard: usize) -> &[u32] {
        let end = |shard: usize| self.ends.get(shard).copied().unwrap_or_default();
        let start = shard.checked_sub(1).map(end).unwrap_or_default();
        self.order.get(start..end(shard)).unwrap_or_default()
    }
}

impl Ledger {
    /// Records every event of an NDJSON log, on all cores (feature `parallel`), and tells what became of them: the way
    /// to read a long log. The ledger is then the same as after [`record`](Self::record) of every event that an
    /// [`NdjsonReader`](crate::NdjsonReader) finds.
    ///
    /// A line that is no event is given to `refused`, with its number. What that returns decides: `Ok` passes over the
    /// line, an error ends the reading, with the events of the lines before it recorded and none after it. So `Err`
    /// itself stands for "stop at the first".
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
    /// let arrivals = ledger.read_ndjson(log.as_bytes(), |error| {
    ///     refused.push(error.to_string());
    ///     Ok(())
    /// })?;
    /// assert_eq!((arrivals.new, ledger.len()), (2, 2));
    /// assert_eq!(refused, ["line 3: `type` is missing; allowed: the name of an event type"]);
    ///
    /// let mut ledger = Ledger::new();
    /// let error = ledger.read_ndjson(log.as_bytes(), Err).unwrap_err();
    /// assert_eq!(error.to_string(), "line 3: `type` is missing; allowed: the name of an event type");
    /// assert_eq!(ledger.len(), 1);
    /// # Ok::<(), convometrics::LoadError>(())
    /// ```
    ///
    /// # Errors
    /// [`LoadError::Line`] with what `refused` returned, and where the reader fails, which `refused` is not asked about:
    /// the events of the lines before are recorded. [`LoadError::Full`] where an event does not fit: those before it
    /// are recorded, and some of those that follow within a few mebibytes.
    pub fn read_ndjson<R: Read + Send>(
        &mut self,
        input: R,
        mut refused: impl FnMut(ReadError) -> Result<(), ReadError> + Send,
    ) -> Result<Arrivals, LoadError> {
        let mut pieces = Pieces::new(input);
        let mut arrivals = Arrivals::default();
        let mut lines = 0;
        let mut batch = next_batch(&mut pieces);
        let mut result = Ok(());
        while !batch.is_empty() && result.is_ok() {
            let (done, next) = parallel::both(
                || self.record_batch(&batch, &mut lines, &mut arrivals, &mut refused),
                || next_batch(&mut pieces),
            );
            (result, batch) = (done, next);
        }
        parallel::change(&mut self.shards, |_, shard| shard.settle_much());
        result?;
        let failed = |error| ReadError::new(lines + 1, ReadErrorKind::Io(error));
        pieces.into_result().map_err(failed)?;
        Ok(arrivals)
    }

    fn record_batch(
        &mut self,
        batch: &[Piece],
        line: &mut u64,
        arrivals: &mut Arrivals,
        refused: &mut impl FnMut(ReadError) -> Result<(), ReadError>,
    ) -> Result<(), LoadError> {
        let mut pieces = parallel::map(batch, |piece| self.sorted(piece.lines()));
        let mut result = Ok(());
        let mut end = (pieces.len(), usize::MAX);
        'pieces: for (number, piece) in pieces.iter_mut().enumerate() {
            for refusal in piece.lines.refused.drain(..) {
                let error = ReadError::new(*line + refusal.line, refusal.kind);
                if let Err(error) = refused(error) {
                    result = Err(LoadError::Line(error));
                    end = (number, refusal.events_before);
                    break 'pieces;
                }
            }
            *line += piece.lines.count;
        }
        let recorded = parallel::change(self.shards_mut(), |shard_number, shard| {
            let mut arrivals = Arrivals::default();
            for (number, piece) in pieces.iter().enumerate() {
                for &event in piece.of(shard_number) {
                    if (number, event as usize) >= end {
                        return Ok(arrivals);
                    }
                    if let Some(event) = piece.lines.events.get(event as usize) {
                        arrivals.add(shard.record(&event.parts(), 1)?);
                    }
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

    fn sorted<'a>(&self, lines: Lines<'a>) -> Sorted<'a> {
        let shard_of = |event: &Line<'_>| self.shard_of(event.visitor());
        let shards: Vec<u8> = lines
            .events
            .iter()
            .map(|event| u8::try_from(shard_of(event)).unwrap_or_default())
            .collect();
        let mut order: Vec<u32> = (0..).take(lines.events.len()).collect();
        let shard = |event: &u32| shards.get(*event as usize).copied().unwrap_or_default();
        order.sort_by_key(shard);
        let ends = (0..SHARDS)
            .map(|number| order.partition_point(|event| shard(event) <= number))
            .collect();
        Sorted { lines, order, ends }
    }
}

fn next_batch<R: Read>(pieces: &mut Pieces<R>) -> Vec<Piece> {
    pieces.take(BATCH).collect()
}
