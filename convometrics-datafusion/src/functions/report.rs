//! The aggregate functions from partial reports to their sum and to the report.

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::Arc;

use convometrics::PartialReport;
use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{DataFusionError, Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};

use crate::query::{external, failed};

/// The result for the sum of partial reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Finish {
    /// A partial report.
    Merged,
    /// The report in JSON.
    Report,
}

impl Finish {
    fn name(self) -> &'static str {
        match self {
            Self::Merged => "convometrics_merge",
            Self::Report => "convometrics_report",
        }
    }
}

/// `convometrics_merge` and `convometrics_report`.
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
        self.finish.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.finish {
            Finish::Merged => DataType::LargeBinary,
            Finish::Report => DataType::Utf8,
        })
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if let [DataType::Null | DataType::Binary | DataType::LargeBinary | DataType::BinaryView] =
            types
        {
            return Ok(vec![DataType::LargeBinary]);
        }
        plan_err!(
            "{} takes one argument: partial reports, as binary",
            self.name()
        )
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(PartialsAccumulator {
            finish: self.finish,
            sum: None,
            parts: HashSet::new(),
            bytes: 0,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |name| {
            let name = format_state_name(args.name, name);
            Arc::new(Field::new(name, DataType::LargeBinary, true))
        };
        Ok(vec![field("sum"), field("parts")])
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// The sum of partial reports, `None` if there are none.
#[derive(Debug)]
struct PartialsAccumulator {
    finish: Finish,
    sum: Option<PartialReport>,
    /// The visitor fingerprints of the partial reports that were added. An engine that loses a worker and repeats its work
    /// may deliver the results of both.
    parts: HashSet<u64>,
    /// The size in bytes. The engine asks for it often.
    bytes: usize,
}

impl PartialsAccumulator {
    fn error(&self, error: impl Display) -> DataFusionError {
        failed(self.finish.name(), error)
    }

    /// Adds a partial report, which may be the sum of several.
    fn add(&mut self, bytes: &[u8], parts: Option<&[u8]>) -> Result<()> {
        let partial = PartialReport::from_bytes(bytes).map_err(|error| self.error(error))?;
        let parts = match parts {
            None => vec![partial.visitor_fingerprint()],
            Some(parts) => {
                let parts = parts.as_chunks().0;
                parts.iter().copied().map(u64::from_le_bytes).collect()
            }
        };
        // Partial reports without visitors may occur any number of times.
        if !parts
            .into_iter()
            .all(|part| part == 0 || self.parts.insert(part))
        {
            return Err(self.error(
                "two partial reports have the same visitors, who would count twice; allowed: each visitor in one",
            ));
        }
        match &mut self.sum {
            Some(sum) => {
                let merged = sum.merge(partial);
                merged.map_err(|error| self.error(error))?;
            }
            None => self.sum = Some(partial),
        }
        Ok(())
    }

    fn count_bytes(&mut self) {
        let sum = self.sum.as_ref().map_or(0, PartialReport::heap_bytes);
        self.bytes = sum + self.parts.capacity() * (size_of::<u64>() + 1);
    }

    fn sum(&self) -> ScalarValue {
        ScalarValue::LargeBinary(self.sum.as_ref().map(PartialReport::to_bytes))
    }
}

impl Accumulator for PartialsAccumulator {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let partials = values
            .first()
            .and_then(|array| array.as_binary_opt::<i64>());
        for partial in partials.into_iter().flatten().flatten() {
            self.add(partial, None)?;
        }
        self.count_bytes();
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [sums, parts] = states else {
            return plan_err!("{} has a state of two columns", self.finish.name());
        };
        let columns = (sums.as_binary_opt::<i64>(), parts.as_binary_opt::<i64>());
        if let (Some(sums), Some(parts)) = columns {
            for (sum, parts) in sums.iter().zip(parts) {
                if let (Some(sum), Some(parts)) = (sum, parts) {
                    self.add(sum, Some(parts))?;
                }
            }
        }
        self.count_bytes();
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let parts = self.parts.iter().flat_map(|part| part.to_le_bytes());
        Ok(vec![
            self.sum(),
            ScalarValue::LargeBinary(Some(parts.collect())),
        ])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        match self.finish {
            Finish::Merged => Ok(self.sum()),
            Finish::Report => {
                let report = self.sum.as_ref().map(PartialReport::report);
                let json = report.map(|report| serde_json::to_string(&report));
                Ok(ScalarValue::Utf8(json.transpose().map_err(external)?))
            }
        }
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes
    }
}
