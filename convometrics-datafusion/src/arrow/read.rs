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
use super::{Column, Kind, event_columns};

/// A batch that could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// A column is missing, or its type cannot be read. Nothing of the batch is recorded.
    #[error("column `{column}` is {found}; allowed: {allowed}")]
    Column {
        /// The name of the column.
        column: &'static str,
        /// Its type, or that it is missing.
        found: String,
        /// The types that can be read.
        allowed: &'static str,
    },
    /// The caller's error for a row that is not an event. The rows before it are recorded.
    #[error(transparent)]
    Row(#[from] Box<Refused>),
    /// The ledger is full. The rows before are recorded.
    #[error(transparent)]
    Full(#[from] LedgerFull),
}

/// A row that is not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}{}: {error}", self.event())]
#[non_exhaustive]
pub struct Refused {
    /// The number of the row among all rows that were read, from 1.
    pub row: u64,
    /// The id of its event, if it has one.
    pub id: Option<String>,
    /// Its visitor, if it has one.
    pub visitor: Option<String>,
    /// The error.
    pub error: RefusedValue,
}

/// The error of a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusedValue {
    /// A value is missing or not allowed.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A decimal has more digits than any amount.
    #[error(
        "`{column}` is {found}; allowed: a decimal from 0 to below 1000000000000 with at most 6 decimal places"
    )]
    Decimal {
        /// The name of the column.
        column: &'static str,
        /// The number.
        found: String,
    },
}

impl Refused {
    /// Returns the id and the visitor of the event, shortened.
    fn event(&self) -> String {
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

/// Reads batches of events into ledgers, checked like the core's own rows, and counts the rows.
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
    /// Creates a reader that has read nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records every row of a batch and returns what became of them. Calls `refused` with each row that is not an
    /// event: if it returns `Ok`, the row is skipped, otherwise reading stops. Pass `Err` to stop at the first such
    /// row.
    ///
    /// # Errors
    /// A [`BatchError`]. For a column, nothing of the batch is recorded, otherwise the rows before.
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
                Ok(arrival) => arrivals.add(arrival),
                Err(row) => refused(row)?,
            }
        }
        Ok(arrivals)
    }

    /// Records one row. The inner error is that of a row that is not an event.
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

/// The values of one column.
trait Values<'a>: Sized {
    type Value;

    /// Reads a column, or `None` if a column of this name has values of a type that cannot be read.
    fn of(array: &'a ArrayRef) -> Option<Self>;

    /// The values of a column that is missing or of the type of nulls.
    fn none() -> Self;

    fn get(&self, column: Column, row: usize) -> Result<Option<Self::Value>, RefusedValue>;
}

fn values<'a, V: Values<'a>>(column: Column, array: Option<&'a ArrayRef>) -> Result<V, BatchError> {
    let Some(array) = array else {
        let missing = column.is_required().then(|| absent(column));
        return missing.map_or_else(|| Ok(V::none()), Err);
    };
    column.check(array.data_type())?;
    match array.data_type() {
        DataType::Null => Ok(V::none()),
        other => V::of(array).ok_or_else(|| unreadable(column, other)),
    }
}

impl<'a> Values<'a> for Texts<'a> {
    type Value = &'a str;

    fn of(array: &'a ArrayRef) -> Option<Self> {
        Self::new(array)
    }

    fn none() -> Self {
        Self::None
    }

    fn get(&self, _: Column, row: usize) -> Result<Option<&'a str>, RefusedValue> {
        Ok(self.at(row))
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

impl Values<'_> for Wholes {
    type Value = i64;

    fn of(array: &ArrayRef) -> Option<Self> {
        let wide = cast(array, &DataType::Int64).ok()?;
        wide.as_primitive_opt().cloned().map(Self::Some)
    }

    fn none() -> Self {
        Self::None
    }

    fn get(&self, _: Column, row: usize) -> Result<Option<i64>, RefusedValue> {
        Ok(self.at(row))
    }
}

/// A column of instants, in microseconds from 1970.
pub(crate) struct Instants(Wholes);

impl Values<'_> for Instants {
    type Value = i64;

    /// Instants that microseconds cannot hold become the nearest one that they hold, which the core refuses.
    fn of(array: &ArrayRef) -> Option<Self> {
        let DataType::Timestamp(unit, _) = array.data_type() else {
            return None;
        };
        let times = |number: i64| move |at: i64| at.saturating_mul(number);
        let micros: Int64Array = match unit {
            TimeUnit::Second => array
                .as_primitive_opt::<TimestampSecondType>()?
                .unary(times(1_000_000)),
            TimeUnit::Millisecond => array
                .as_primitive_opt::<TimestampMillisecondType>()?
                .unary(times(1_000)),
            TimeUnit::Microsecond => array
                .as_primitive_opt::<TimestampMicrosecondType>()
                .map(PrimitiveArray::reinterpret_cast)?,
            TimeUnit::Nanosecond => array
                .as_primitive_opt::<TimestampNanosecondType>()?
                .unary(|at: i64| at.div_euclid(1_000)),
        };
        Some(Self(Wholes::Some(micros)))
    }

    fn none() -> Self {
        Self(Wholes::None)
    }

    fn get(&self, column: Column, row: usize) -> Result<Option<i64>, RefusedValue> {
        self.0.get(column, row)
    }
}

/// Reads a column of `at`.
pub(crate) fn instants(array: &ArrayRef) -> Result<Wholes, BatchError> {
    values::<Instants>(Column::At, Some(array)).map(|instants| instants.0)
}

/// A column of decimals, with their scale.
enum Decimals<'a> {
    None,
    Some(&'a Decimal128Array, i8),
}

impl<'a> Values<'a> for Decimals<'a> {
    type Value = Decimal;

    fn of(array: &'a ArrayRef) -> Option<Self> {
        let DataType::Decimal128(_, scale) = array.data_type() else {
            return None;
        };
        let decimals = array.as_primitive_opt()?;
        Some(Self::Some(decimals, *scale))
    }

    fn none() -> Self {
        Self::None
    }

    fn get(&self, column: Column, row: usize) -> Result<Option<Decimal>, RefusedValue> {
        let Self::Some(array, scale) = self else {
            return Ok(None);
        };
        if array.is_null(row) {
            return Ok(None);
        }
        let decimal = decimal(array.value(row), *scale);
        decimal.map(Some).ok_or_else(|| RefusedValue::Decimal {
            column: column.name(),
            found: array.value_as_string(row),
        })
    }
}

/// Returns the number with these digits, of which the last `scale` are the fraction. A negative scale is a number of
/// zeros that follow the digits.
fn decimal(mut digits: i128, scale: i8) -> Option<Decimal> {
    let mut places = u32::try_from(scale).unwrap_or(0);
    if scale < 0 {
        let zeros = 10_i128.checked_pow(scale.unsigned_abs().into())?;
        digits = digits.checked_mul(zeros)?;
    }
    // Final zeros of the fraction are not significant, and may be more than a `Decimal` holds.
    while places > 6 && digits % 10 == 0 {
        digits /= 10;
        places -= 1;
    }
    Decimal::try_from_i128_with_scale(digits, places).ok()
}

/// The values of each kind of column.
mod kind {
    pub(super) type Text<'a> = super::Texts<'a>;
    pub(super) type Instant<'a> = super::Instants;
    pub(super) type Whole8<'a> = super::Wholes;
    pub(super) type Whole32<'a> = super::Wholes;
    pub(super) type Whole64<'a> = super::Wholes;
    pub(super) type Money<'a> = super::Decimals<'a>;
}

macro_rules! columns {
    ($($name:ident = $text:literal { $field:ident: $kind:ident, $required:literal })*) => {
        /// The columns of a batch of events.
        pub(crate) struct Columns<'a> {
            rows: usize,
            $($field: kind::$kind<'a>,)*
        }

        impl<'a> Columns<'a> {
            /// Reads the columns. `column` returns a column, if the batch has it.
            pub(crate) fn new(
                rows: usize,
                column: impl Fn(Column) -> Option<&'a ArrayRef>,
            ) -> Result<Self, BatchError> {
                Ok(Self {
                    rows,
                    $($field: values(Column::$name, column(Column::$name))?,)*
                })
            }

            fn row(&self, row: usize) -> Result<EventRow<'a>, RefusedValue> {
                let mut event = EventRow::new();
                $(event.$field = self.$field.get(Column::$name, row)?;)*
                Ok(event)
            }
        }
    };
}

event_columns!(columns);

impl<'a> Columns<'a> {
    pub(crate) fn visitor(&self, row: usize) -> Option<&'a str> {
        self.visitor.at(row)
    }

    fn refused(&self, row: usize, number: u64, error: RefusedValue) -> Refused {
        Refused {
            row: number,
            id: self.id.at(row).map(ToOwned::to_owned),
            visitor: self.visitor.at(row).map(ToOwned::to_owned),
            error,
        }
    }
}

/// The error of a required column that is missing.
pub(crate) fn absent(column: Column) -> BatchError {
    unreadable(column, &"not there")
}

fn unreadable(column: Column, found: &dyn fmt::Display) -> BatchError {
    BatchError::Column {
        column: column.name(),
        found: found.to_string(),
        allowed: column.allowed(),
    }
}

impl Column {
    /// Checks that a column of this type can be read.
    pub(crate) fn check(self, data_type: &DataType) -> Result<(), BatchError> {
        let is_readable = match self.kind() {
            _ if *data_type == DataType::Null => !self.is_required(),
            Kind::Text => is_text(data_type),
            Kind::Instant => matches!(data_type, DataType::Timestamp(_, Some(_))),
            Kind::Whole8 | Kind::Whole32 | Kind::Whole64 => {
                data_type.is_integer() && *data_type != DataType::UInt64
            }
            Kind::Money => matches!(data_type, DataType::Decimal128(_, _)),
        };
        if is_readable {
            Ok(())
        } else {
            Err(unreadable(self, data_type))
        }
    }
}
