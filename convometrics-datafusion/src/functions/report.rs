//! From partials to their sum, and to the report.

use std::sync::Arc;

use convometrics::Partial;
use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};

use crate::asked::external;

/// What becomes of the sum of partials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Finish {
    /// It is a partial itself.
    Sum,
    /// The report in JSON.
    Report,
}

/// `convometrics_sum` and `convometrics_report`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct PartialsFunction {
    signature: Signature,
    finish: Finish,
}

impl PartialsFunction {
    pub(super) fn new(finish: Finish) -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
            finish,
        }
    }
}

impl AggregateUDFImpl for PartialsFunction {
    fn name(&self) -> &str {
        match self.finish {
            Finish::Sum => "convometrics_sum",
            Finish::Report => "convometrics_report",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.finish {
            Finish::Sum => DataType::LargeBinary,
            Finish::Report => DataType::Utf8,
        })
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if let [DataType::Null | DataType::Binary | DataType::LargeBinary | DataType::BinaryView] =
            types
        {
            return Ok(vec![DataType::LargeBinary]);
        }
        plan_err!("{} takes one argument: partials, as binary", self.name())
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(PartialsAccumulator {
            finish: self.finish,
            sum: None,
            bytes: 0,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "sum");
        Ok(vec![Arc::new(Field::new(
            name,
            DataType::LargeBinary,
            true,
        ))])
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// The sum of partials; none of none.
#[derive(Debug)]
struct PartialsAccumulator {
    finish: Finish,
    sum: Option<Partial>,
    /// What the sum takes; asked for often.
    bytes: usize,
}

impl Accumulator for PartialsAccumulator {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let arrays = values
            .iter()
            .filter_map(|array| array.as_binary_opt::<i64>());
        for bytes in arrays.flatten().flatten() {
            let partial = Partial::from_bytes(bytes).map_err(external)?;
            match &mut self.sum {
                Some(sum) => sum.merge(partial).map_err(external)?,
                None => self.sum = Some(partial),
            }
        }
        self.bytes = self.sum.as_ref().map_or(0, Partial::heap_bytes);
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let bytes = self.sum.as_ref().map(Partial::to_bytes);
        Ok(vec![ScalarValue::LargeBinary(bytes)])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        match self.finish {
            Finish::Sum => {
                let bytes = self.sum.as_ref().map(Partial::to_bytes);
                Ok(ScalarValue::LargeBinary(bytes))
            }
            Finish::Report => {
                let report = self.sum.as_ref().map(Partial::report);
                let json = report.map(|report| serde_json::to_string(&report));
                Ok(ScalarValue::Utf8(json.transpose().map_err(external)?))
            }
        }
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes
    }
}
