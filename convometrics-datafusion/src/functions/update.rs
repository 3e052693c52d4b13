//! The functions that update stored partial reports.

use std::fmt::Display;
use std::sync::Arc;

use convometrics::PartialReport;
use convometrics::chrono::DateTime;
use convometrics::time::instant_from_rfc3339;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, LargeBinaryArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::{DataFusionError, Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::arrow::{Column, is_text};
use crate::query::failed;

/// A change of a partial report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Update {
    /// Another partial report is subtracted.
    Subtract,
    /// Its "now" advances.
    AdvanceTo,
}

/// `convometrics_subtract` and `convometrics_advance_to`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct UpdateFunction {
    signature: Signature,
    change: Update,
}

impl UpdateFunction {
    pub(super) fn new(change: Update) -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
            change,
        }
    }
}

fn is_binary(data_type: &DataType) -> bool {
    use DataType::{Binary, BinaryView, LargeBinary, Null};
    matches!(data_type, Null | Binary | LargeBinary | BinaryView)
}

impl ScalarUDFImpl for UpdateFunction {
    fn name(&self) -> &str {
        match self.change {
            Update::Subtract => "convometrics_subtract",
            Update::AdvanceTo => "convometrics_advance_to",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::LargeBinary)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let name = self.name();
        let [partial, other] = types else {
            return plan_err!("{name} takes two arguments");
        };
        if !is_binary(partial) {
            return plan_err!(
                "{name}: `partial` is {partial}; allowed: a partial report, as binary"
            );
        }
        match self.change {
            Update::Subtract if is_binary(other) => Ok(vec![DataType::LargeBinary; 2]),
            Update::Subtract => {
                plan_err!("{name}: `part` is {other}; allowed: a partial report, as binary")
            }
            Update::AdvanceTo if is_text(other) => Ok(vec![DataType::LargeBinary, DataType::Utf8]),
            Update::AdvanceTo if matches!(other, DataType::Timestamp(_, Some(_))) => {
                Ok(vec![DataType::LargeBinary, Column::At.data_type()])
            }
            Update::AdvanceTo => plan_err!(
                "{name}: `as_of` is {other}; allowed: a text in RFC 3339, or a Timestamp with a time zone"
            ),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [partial, other] = args.args.as_slice() else {
            return plan_err!("{} takes two arguments", self.name());
        };
        let partials = partial.to_array(args.number_rows)?;
        let others = other.to_array(args.number_rows)?;
        let partials: &LargeBinaryArray = partials.as_binary();
        let change = |(row, partial): (usize, Option<&[u8]>)| {
            let failed = |error: &dyn Display| failed(self.name(), error);
            let Some(partial) = partial else {
                return match self.change {
                    Update::Subtract => subtract_from_nothing(&others, row, &failed),
                    Update::AdvanceTo => Ok(None),
                };
            };
            let mut partial = PartialReport::from_bytes(partial).map_err(|error| failed(&error))?;
            match self.change {
                Update::Subtract => subtract(&mut partial, &others, row, &failed)?,
                Update::AdvanceTo => advance_to(&mut partial, &others, row, &failed)?,
            }
            Ok(Some(partial.to_bytes()))
        };
        let changed: Result<Vec<Option<Vec<u8>>>> =
            partials.iter().enumerate().map(change).collect();
        let changed: LargeBinaryArray = changed?.into_iter().collect();
        Ok(ColumnarValue::Array(Arc::new(changed)))
    }
}

/// Only a part without visitors can be subtracted from a missing sum, which may have been lost.
fn subtract_from_nothing(
    parts: &ArrayRef,
    row: usize,
    failed: &impl Fn(&dyn Display) -> DataFusionError,
) -> Result<Option<Vec<u8>>> {
    match part(parts, row, failed)? {
        Some(part) if part.visitor_fingerprint() != 0 => Err(failed(
            &"`partial` is NULL; allowed: the sum that `part`, which has visitors, was added to",
        )),
        _ => Ok(None),
    }
}

fn part(
    parts: &ArrayRef,
    row: usize,
    failed: &impl Fn(&dyn Display) -> DataFusionError,
) -> Result<Option<PartialReport>> {
    let parts: &LargeBinaryArray = parts.as_binary();
    let part = parts
        .is_valid(row)
        .then(|| PartialReport::from_bytes(parts.value(row)));
    part.transpose().map_err(|error| failed(&error))
}

/// Subtracts the part of a row, if there is one.
fn subtract(
    partial: &mut PartialReport,
    parts: &ArrayRef,
    row: usize,
    failed: &impl Fn(&dyn Display) -> DataFusionError,
) -> Result<()> {
    match part(parts, row, failed)? {
        Some(part) => partial.subtract(&part).map_err(|error| failed(&error)),
        None => Ok(()),
    }
}

fn advance_to(
    partial: &mut PartialReport,
    instants: &ArrayRef,
    row: usize,
    failed: &impl Fn(&dyn Display) -> DataFusionError,
) -> Result<()> {
    if instants.is_null(row) {
        return Err(failed(&"`as_of` is NULL; allowed: an instant"));
    }
    let as_of = if let Some(texts) = instants.as_string_opt::<i32>() {
        let text = texts.value(row);
        instant_from_rfc3339(text).map_err(|_| {
            failed(&format!(
                "`as_of` is {text:?}; allowed: an instant in RFC 3339"
            ))
        })?
    } else {
        let instants: &TimestampMicrosecondArray =
            instants.as_primitive::<TimestampMicrosecondType>();
        let micros = instants.value(row);
        DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| failed(&format!("`as_of` is {micros} microseconds from 1970")))?
    };
    partial.advance_to(as_of).map_err(|error| failed(&error))
}
