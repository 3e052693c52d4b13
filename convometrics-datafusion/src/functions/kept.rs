//! Partials that are kept from day to day.

use std::fmt::Display;
use std::sync::Arc;

use convometrics::Partial;
use convometrics::chrono::DateTime;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, LargeBinaryArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::{DataFusionError, Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::arrow::Column;
use crate::asked::{external, failed};

/// What is done to a partial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Change {
    /// Another is taken out.
    TakeOut,
    /// Its "now" is moved.
    At,
}

/// `convometrics_take_out` and `convometrics_at`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct KeptFunction {
    signature: Signature,
    change: Change,
}

impl KeptFunction {
    pub(super) fn new(change: Change) -> Self {
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

impl ScalarUDFImpl for KeptFunction {
    fn name(&self) -> &str {
        match self.change {
            Change::TakeOut => "convometrics_take_out",
            Change::At => "convometrics_at",
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
        let [tally, other] = types else {
            return plan_err!("{name} takes two arguments");
        };
        if !is_binary(tally) {
            return plan_err!("{name}: `tally` is {tally}; allowed: a partial, as binary");
        }
        match self.change {
            Change::TakeOut if is_binary(other) => Ok(vec![DataType::LargeBinary; 2]),
            Change::TakeOut => {
                plan_err!("{name}: `part` is {other}; allowed: a partial, as binary")
            }
            Change::At => {
                Column::At.check(other).map_err(external)?;
                Ok(vec![DataType::LargeBinary, Column::At.data_type()])
            }
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [tally, other] = args.args.as_slice() else {
            return plan_err!("{} takes two arguments", self.name());
        };
        let tallies = tally.to_array(args.number_rows)?;
        let others = other.to_array(args.number_rows)?;
        let tallies: &LargeBinaryArray = tallies.as_binary();
        let change = |(row, tally): (usize, Option<&[u8]>)| {
            let Some(tally) = tally else { return Ok(None) };
            let failed = |error: &dyn Display| failed(self.name(), error);
            let mut partial = Partial::from_bytes(tally).map_err(|error| failed(&error))?;
            match self.change {
                Change::TakeOut => take_out(&mut partial, &others, row, &failed)?,
                Change::At => move_to(&mut partial, &others, row, &failed)?,
            }
            Ok(Some(partial.to_bytes()))
        };
        let changed: Result<Vec<Option<Vec<u8>>>> =
            tallies.iter().enumerate().map(change).collect();
        let changed: LargeBinaryArray = changed?.into_iter().collect();
        Ok(ColumnarValue::Array(Arc::new(changed)))
    }
}

/// Nothing is no part to take out.
fn take_out(
    partial: &mut Partial,
    parts: &ArrayRef,
    row: usize,
    failed: &impl Fn(&dyn Display) -> DataFusionError,
) -> Result<()> {
    let parts: &LargeBinaryArray = parts.as_binary();
    if parts.is_null(row) {
        return Ok(());
    }
    let part = Partial::from_bytes(parts.value(row)).map_err(|error| failed(&error))?;
    partial.take_out(&part).map_err(|error| failed(&error))
}

fn move_to(
    partial: &mut Partial,
    instants: &ArrayRef,
    row: usize,
    failed: &impl Fn(&dyn Display) -> DataFusionError,
) -> Result<()> {
    let instants: &TimestampMicrosecondArray = instants.as_primitive::<TimestampMicrosecondType>();
    let micros = instants.is_valid(row).then(|| instants.value(row));
    let as_of = micros.and_then(DateTime::from_timestamp_micros);
    let as_of = as_of.ok_or_else(|| failed(&"`as_of` is no instant"))?;
    partial.set_as_of(as_of).map_err(|error| failed(&error))
}
