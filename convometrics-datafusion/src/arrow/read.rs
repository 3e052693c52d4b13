//! From columns to a ledger.

use std::fmt;

use convometrics::event::EventRow;
use convometrics::ledger::{Arrival, Arrivals, LedgerFull, RowError};
use convometrics::rust_decimal::Decimal;
use convometrics::{FieldError, Ledger};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Int64Array, PrimitiveArray, RecordBatch,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};

use super::texts::{Texts, is_text};
use super::{Column, Kind};

/// Why a batch could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// A column is not there, or of a type that cannot be read. Nothing of the batch is recorded.
    #[error("column `{column}` is {found}; allowed: {allowed}")]
    Column {
        /// Its name.
        column: &'static str,
        /// Its type, or that there is none.
        found: String,
        /// The types that can be read.
        allowed: &'static str,
    },
    /// What the caller said of a row that is no event. The rows before it are recorded, none after it.
    #[error(transparent)]
    Row(#[from] Box<Refused>),
    /// The ledger is full; the rows before are recorded.
    #[error(transparent)]
    Full(#[from] LedgerFull),
}

/// A row that is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}{}: {error}", self.named())]
#[non_exhaustive]
pub struct Refused {
    /// Its number among all rows that were read, from 1.
    pub row: u64,
    /// Its event's id, where it has one.
    pub id: Option<String>,
    /// Its visitor, where it has one.
    pub visitor: Option<String>,
    /// What is wrong with it.
    pub error: RefusedValue,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusedValue {
    /// A value is missing or none of those that are allowed.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A decimal has more digits than any amount.
    #[error(
        "`{column}` is {found}; allowed: a decimal from 0 to below 1000000000000 with at most 6 decimal places"
    )]
    Decimal {
        /// The column.
        column: &'static str,
        /// The number.
        found: String,
    },
}

impl Refused {
    /// Which event it is, cut short.
    fn named(&self) -> String {
        let short = |text: &String| -> String { text.chars().take(60).collect() };
        let id = self
            .id
            .as_ref()
            .map(|id| format!(", event {:?}", short(id)));
        let visitor = self.visitor.as_ref();
        let visitor = visitor.map(|visitor| format!(" of visitor {:?}", short(visitor)));
        [id, visitor].into_iter().flatten().collect()
    }
}

/// Reads batches of events into ledgers, with the core's own checks, and counts the rows.
///
/// ```
/// use convometrics::Ledger;
/// use convometrics_datafusion::arrow::{BatchReader, batches};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let log = r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}"#;
/// let mut ledger = Ledger::new();
/// ledger.read_ndjson(log.as_bytes())?;
///
/// let mut copy = Ledger::new();
/// let mut reader = BatchReader::new();
/// for batch in batches(&ledger, 8192) {
///     reader.read(&mut copy, &batch?, Err)?;
/// }
/// assert!(copy.events().eq(ledger.events()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct BatchReader {
    rows: u64,
}

impl BatchReader {
    /// A reader that has read nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records every row of a batch and tells what became of them. A row that is no event is given to `refused`; what
    /// that returns decides: `Ok` passes over the row, an error ends the reading. So `Err` itself stands for "stop at
    /// the first".
    ///
    /// # Errors
    /// A [`BatchError`]: for a column, nothing of the batch is recorded; else the rows before.
    pub fn read(
        &mut self,
        ledger: &mut Ledger,
        batch: &RecordBatch,
        mut refused: impl FnMut(Box<Refused>) -> Result<(), Box<Refused>>,
    ) -> Result<Arrivals, BatchError> {
        let columns = Columns::new(batch.num_rows(), |column| {
            batch.column_by_name(column.name())
        })?;
        let mut arrivals = Arrivals::default();
        for row in 0..columns.rows {
            match self.record(ledger, &columns, row)? {
                Ok(Arrival::New) => arrivals.new += 1,
                Ok(Arrival::Duplicate) => arrivals.duplicates += 1,
                Ok(_) => arrivals.conflicts += 1,
                Err(row) => refused(row)?,
            }
        }
        Ok(arrivals)
    }

    /// Records one row; or says what is wrong with it.
    pub(crate) fn record(
        &mut self,
        ledger: &mut Ledger,
        columns: &Columns<'_>,
        row: usize,
    ) -> Result<Result<Arrival, Box<Refused>>, LedgerFull> {
        self.rows += 1;
        let recorded = columns
            .row(row)
            .and_then(|row| match ledger.record_row(&row) {
                Ok(arrival) => Ok(Ok(arrival)),
                Err(RowError::Field(error)) => Err(RefusedValue::Field(error)),
                Err(_) => Ok(Err(LedgerFull)),
            });
        match recorded {
            Ok(arrival) => arrival.map(Ok),
            Err(error) => Ok(Err(Box::new(columns.refused(row, self.rows, error)))),
        }
    }
}

/// A column of whole numbers.
pub(crate) enum Wholes {
    None,
    Some(Int64Array),
}

impl Wholes {
    pub(crate) fn at(&self, row: usize) -> Option<i64> {
        match self {
            Self::None => None,
            Self::Some(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

/// A column of decimals, and where the point stands.
enum Decimals<'a> {
    None,
    Some(&'a Decimal128Array, i8),
}

impl Decimals<'_> {
    fn at(&self, column: Column, row: usize) -> Result<Option<Decimal>, RefusedValue> {
        let Self::Some(array, scale) = self else {
            return Ok(None);
        };
        if array.is_null(row) {
            return Ok(None);
        }
        let decimal = of_digits(array.value(row), *scale);
        decimal.map(Some).ok_or_else(|| RefusedValue::Decimal {
            column: column.name(),
            found: array.value_as_string(row),
        })
    }
}

/// The number of so many digits, of which `scale` are of the fraction. Its final zeros are not significant; a negative scale
/// says how many zeros are not written.
fn of_digits(mut digits: i128, scale: i8) -> Option<Decimal> {
    let mut places = u32::try_from(scale).unwrap_or(0);
    if scale < 0 {
        let zeros = 10_i128.checked_pow(scale.unsigned_abs().into())?;
        digits = digits.checked_mul(zeros)?;
    }
    // So many that it need not be cut, for most.
    while places > 6 && digits % 10 == 0 {
        digits /= 10;
        places -= 1;
    }
    Decimal::try_from_i128_with_scale(digits, places).ok()
}

/// A batch of events, column by column, read where it lies.
pub(crate) struct Columns<'a> {
    rows: usize,
    texts: Vec<Texts<'a>>,
    at: Wholes,
    seq: Wholes,
    rating: Wholes,
    subtotal: Decimals<'a>,
    discount: Decimals<'a>,
    included_tax: Decimals<'a>,
    amount: Decimals<'a>,
}

impl<'a> Columns<'a> {
    /// The columns, each asked for.
    pub(crate) fn new(
        rows: usize,
        column: impl Fn(Column) -> Option<&'a ArrayRef>,
    ) -> Result<Self, BatchError> {
        let texts = Column::ALL.map(|name| match (name.kind(), column(name)) {
            (Kind::Text, None) if name.is_required() => Err(absent(name)),
            (Kind::Text, Some(array)) => Texts::new(array).ok_or_else(|| unreadable(name, array)),
            _ => Ok(Texts::None),
        });
        let wholes = |name| match column(name) {
            Some(array) => whole(name, array),
            None => Ok(Wholes::None),
        };
        let decimals = |name| match column(name) {
            Some(array) => decimal(name, array),
            None => Ok(Decimals::None),
        };
        let at = column(Column::At).ok_or_else(|| absent(Column::At))?;
        Ok(Self {
            rows,
            texts: texts.into_iter().collect::<Result<_, _>>()?,
            at: instants(at)?,
            seq: wholes(Column::Seq)?,
            rating: wholes(Column::Rating)?,
            subtotal: decimals(Column::Subtotal)?,
            discount: decimals(Column::Discount)?,
            included_tax: decimals(Column::IncludedTax)?,
            amount: decimals(Column::Amount)?,
        })
    }

    fn text(&self, column: Column, row: usize) -> Option<&'a str> {
        self.texts.get(column as usize)?.at(row)
    }

    pub(crate) fn row(&self, row: usize) -> Result<EventRow<'a>, RefusedValue> {
        let text = |column| self.text(column, row);
        let mut event = EventRow::new();
        event.id = text(Column::Id);
        event.at = self.at.at(row);
        event.visitor = text(Column::Visitor);
        event.seq = self.seq.at(row);
        event.session = text(Column::Session);
        event.page = text(Column::Page);
        event.event_type = text(Column::Type);
        event.target = text(Column::Target);
        event.trigger = text(Column::Trigger);
        event.auto_message = text(Column::AutoMessage);
        event.url = text(Column::Url);
        event.conversation = text(Column::Conversation);
        event.call = text(Column::Call);
        event.by = text(Column::By);
        event.agent = text(Column::Agent);
        event.order = text(Column::Order);
        event.currency = text(Column::Currency);
        event.subtotal = self.subtotal.at(Column::Subtotal, row)?;
        event.discount = self.discount.at(Column::Discount, row)?;
        event.included_tax = self.included_tax.at(Column::IncludedTax, row)?;
        event.amount = self.amount.at(Column::Amount, row)?;
        event.survey = text(Column::Survey);
        event.rating = self.rating.at(row);
        event.feedback = text(Column::Feedback);
        event.outcome = text(Column::Outcome);
        Ok(event)
    }

    /// What is wrong with a row, with its event's name.
    pub(crate) fn refused(&self, row: usize, number: u64, error: RefusedValue) -> Refused {
        let text = |column| self.text(column, row).map(ToOwned::to_owned);
        Refused {
            row: number,
            id: text(Column::Id),
            visitor: text(Column::Visitor),
            error,
        }
    }
}

/// That a column is not there.
pub(crate) fn absent(column: Column) -> BatchError {
    BatchError::Column {
        column: column.name(),
        found: "not there".to_owned(),
        allowed: column.allowed(),
    }
}

fn unreadable(column: Column, array: &dyn Array) -> BatchError {
    unreadable_type(column, array.data_type())
}

fn unreadable_type(column: Column, data_type: &dyn fmt::Display) -> BatchError {
    BatchError::Column {
        column: column.name(),
        found: data_type.to_string(),
        allowed: column.allowed(),
    }
}

impl Column {
    /// # Errors
    /// Where a column of this type cannot be read.
    pub(crate) fn check(self, data_type: &DataType) -> Result<(), BatchError> {
        let is_readable = match self.kind() {
            _ if *data_type == DataType::Null => !self.is_required(),
            Kind::Text => is_text(data_type),
            Kind::Instant => matches!(data_type, DataType::Timestamp(_, Some(_))),
            Kind::Whole => data_type.is_integer() && *data_type != DataType::UInt64,
            Kind::Money => matches!(data_type, DataType::Decimal128(_, _)),
        };
        if is_readable {
            Ok(())
        } else {
            Err(unreadable_type(self, data_type))
        }
    }
}

fn whole(column: Column, array: &ArrayRef) -> Result<Wholes, BatchError> {
    column.check(array.data_type())?;
    if *array.data_type() == DataType::Null {
        return Ok(Wholes::None);
    }
    let wide = cast(array, &DataType::Int64).map_err(|_| unreadable(column, array))?;
    let wide = wide.as_primitive_opt().cloned();
    wide.map(Wholes::Some)
        .ok_or_else(|| unreadable(column, array))
}

fn decimal(column: Column, array: &ArrayRef) -> Result<Decimals<'_>, BatchError> {
    column.check(array.data_type())?;
    match (array.data_type(), array.as_primitive_opt()) {
        (DataType::Null, _) => Ok(Decimals::None),
        (DataType::Decimal128(_, scale), Some(decimals)) => Ok(Decimals::Some(decimals, *scale)),
        _ => Err(unreadable(column, array)),
    }
}

/// Microseconds from 1970. Instants that those do not hold are no longer any, which the core then asks for.
pub(crate) fn instants(array: &ArrayRef) -> Result<Wholes, BatchError> {
    Column::At.check(array.data_type())?;
    let DataType::Timestamp(unit, _) = array.data_type() else {
        return Err(unreadable(Column::At, array));
    };
    let from = |read: Option<Int64Array>| {
        read.map(Wholes::Some)
            .ok_or_else(|| unreadable(Column::At, array))
    };
    let times = |number: i64| move |at: i64| at.saturating_mul(number);
    match unit {
        TimeUnit::Second => from(
            array
                .as_primitive_opt::<TimestampSecondType>()
                .map(|at| at.unary(times(1_000_000))),
        ),
        TimeUnit::Millisecond => from(
            array
                .as_primitive_opt::<TimestampMillisecondType>()
                .map(|at| at.unary(times(1_000))),
        ),
        TimeUnit::Microsecond => from(
            array
                .as_primitive_opt::<TimestampMicrosecondType>()
                .map(PrimitiveArray::reinterpret_cast),
        ),
        TimeUnit::Nanosecond => from(
            array
                .as_primitive_opt::<TimestampNanosecondType>()
                .map(|at| at.unary(|at: i64| at.div_euclid(1_000))),
        ),
    }
}
