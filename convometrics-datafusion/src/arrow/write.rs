//! From a ledger to columns.

use std::sync::Arc;

use convometrics::event::EventRow;
use convometrics::rust_decimal::Decimal;
use convometrics::{Event, Ledger};
use datafusion::arrow::array::{
    ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt8Array, UInt32Array,
};
use datafusion::arrow::error::ArrowError;

use super::{Column, event_columns, schema};

/// Writes the events on record as batches of at most `rows` rows (at least one), in the order of [`Ledger::events`].
/// They read back to the same ledger except for the counters of arrivals.
pub fn batches(
    ledger: &Ledger,
    rows: usize,
) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> {
    let mut events = ledger.events();
    std::iter::from_fn(move || {
        let some: Vec<Event> = events.by_ref().take(rows.max(1)).collect();
        (!some.is_empty()).then(|| row_batch(&some))
    })
}

/// Writes events as one batch, in their order, with the columns of [`schema`].
///
/// # Errors
/// An [`ArrowError`] if the texts of one column have more than 2 GiB, which Arrow cannot hold.
pub fn row_batch(events: &[Event]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<EventRow<'_>> = events.iter().map(EventRow::of).collect();
    let columns = Column::ALL.map(|column| written(column, &rows));
    RecordBatch::try_new(schema(), columns.into_iter().collect::<Result<_, _>>()?)
}

/// Writes the values of one kind of column.
macro_rules! array {
    (Text: $values:expr) => {
        texts($values)?
    };
    (Instant: $values:expr) => {{
        let micros: TimestampMicrosecondArray = $values.collect();
        Arc::new(micros.with_timezone("UTC"))
    }};
    (Whole8: $values:expr) => {{
        let small = |rating| u8::try_from(rating).expect("a rating is at most 5");
        Arc::new(
            $values
                .map(|number| number.map(small))
                .collect::<UInt8Array>(),
        )
    }};
    (Whole32: $values:expr) => {{
        let small = |seq| u32::try_from(seq).expect("`seq` has 32 bits");
        Arc::new(
            $values
                .map(|number| number.map(small))
                .collect::<UInt32Array>(),
        )
    }};
    (Whole64: $values:expr) => {
        Arc::new($values.collect::<Int64Array>())
    };
    (Money: $values:expr) => {
        money($values)?
    };
}

macro_rules! columns {
    ($($name:ident = $text:literal { $field:ident: $kind:ident, $required:literal })*) => {
        fn written(column: Column, rows: &[EventRow<'_>]) -> Result<ArrayRef, ArrowError> {
            Ok(match column {
                $(Column::$name => array!($kind: rows.iter().map(|row| row.$field)),)*
            })
        }
    };
}

event_columns!(columns);

/// Offsets have 31 bits.
fn texts<'a>(texts: impl Iterator<Item = Option<&'a str>> + Clone) -> Result<ArrayRef, ArrowError> {
    let bytes: usize = texts.clone().flatten().map(str::len).sum();
    if i32::try_from(bytes).is_err() {
        return Err(ArrowError::OffsetOverflowError(bytes));
    }
    Ok(Arc::new(texts.collect::<StringArray>()))
}

/// Amounts have at most 6 decimal places, as many as the column.
fn money(amounts: impl Iterator<Item = Option<Decimal>>) -> Result<ArrayRef, ArrowError> {
    let millionths = amounts.map(|amount| {
        let mut amount = amount?;
        amount.rescale(6);
        Some(amount.mantissa())
    });
    let column: Decimal128Array = millionths.collect();
    Ok(Arc::new(column.with_precision_and_scale(18, 6)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_too_many_bytes_is_an_error_and_takes_no_memory() {
        let mebibyte = "x".repeat(1 << 20);
        let columns = std::iter::repeat_n(Some(mebibyte.as_str()), 2048);
        let error = texts(columns).unwrap_err();
        assert!(matches!(error, ArrowError::OffsetOverflowError(bytes) if bytes == 1 << 31));
    }
}
