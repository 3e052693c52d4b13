//! From a ledger to columns.

use std::sync::Arc;

use convometrics::event::EventRow;
use convometrics::rust_decimal::Decimal;
use convometrics::{Event, Ledger};
use datafusion::arrow::array::{
    ArrayRef, Decimal128Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt8Array,
    UInt32Array,
};
use datafusion::arrow::error::ArrowError;

use super::{Column, schema};

/// The events on record as batches of so many rows, at least one: by visitor in byte order of the ids, each visitor's in
/// canonical order. Read back they are the same ledger, but for the counters of arrivals.
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

/// One batch of events, in their order, with the columns of [`schema`].
///
/// # Errors
/// An [`ArrowError`] where Arrow cannot hold them: texts of more than 2 GiB in one column.
pub fn row_batch(events: &[Event]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<EventRow<'_>> = events.iter().map(EventRow::of).collect();
    let columns = Column::ALL.map(|column| written(column, &rows));
    RecordBatch::try_new(schema(), columns.into_iter().collect::<Result<_, _>>()?)
}

fn written(column: Column, rows: &[EventRow<'_>]) -> Result<ArrayRef, ArrowError> {
    let rows = rows.iter();
    Ok(match column {
        Column::Id => texts(rows.map(|row| row.id))?,
        Column::At => {
            let at: TimestampMicrosecondArray = rows.map(|row| row.at).collect();
            Arc::new(at.with_timezone("UTC"))
        }
        Column::Visitor => texts(rows.map(|row| row.visitor))?,
        Column::Seq => {
            let seq = rows.map(|row| row.seq.and_then(|seq| u32::try_from(seq).ok()));
            Arc::new(seq.collect::<UInt32Array>())
        }
        Column::Session => texts(rows.map(|row| row.session))?,
        Column::Page => texts(rows.map(|row| row.page))?,
        Column::Type => texts(rows.map(|row| row.event_type))?,
        Column::Target => texts(rows.map(|row| row.target))?,
        Column::Trigger => texts(rows.map(|row| row.trigger))?,
        Column::AutoMessage => texts(rows.map(|row| row.auto_message))?,
        Column::Url => texts(rows.map(|row| row.url))?,
        Column::Conversation => texts(rows.map(|row| row.conversation))?,
        Column::Call => texts(rows.map(|row| row.call))?,
        Column::By => texts(rows.map(|row| row.by))?,
        Column::Agent => texts(rows.map(|row| row.agent))?,
        Column::Order => texts(rows.map(|row| row.order))?,
        Column::Currency => texts(rows.map(|row| row.currency))?,
        Column::Subtotal => money(rows.map(|row| row.subtotal))?,
        Column::Discount => money(rows.map(|row| row.discount))?,
        Column::IncludedTax => money(rows.map(|row| row.included_tax))?,
        Column::Amount => money(rows.map(|row| row.amount))?,
        Column::Survey => texts(rows.map(|row| row.survey))?,
        Column::Rating => {
            let rating = rows.map(|row| row.rating.and_then(|stars| u8::try_from(stars).ok()));
            Arc::new(rating.collect::<UInt8Array>())
        }
        Column::Feedback => texts(rows.map(|row| row.feedback))?,
        Column::Outcome => texts(rows.map(|row| row.outcome))?,
    })
}

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
    use datafusion::arrow::error::ArrowError;

    use super::texts;

    #[test]
    fn a_column_of_too_many_bytes_is_an_error_and_takes_no_memory() {
        let mebibyte = "x".repeat(1 << 20);
        let columns = std::iter::repeat_n(Some(mebibyte.as_str()), 2048);
        let error = texts(columns).unwrap_err();
        assert!(matches!(error, ArrowError::OffsetOverflowError(bytes) if bytes == 1 << 31));
    }
}
