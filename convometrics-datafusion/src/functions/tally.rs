//! From events to the sums over their visitors.

use std::sync::Arc;

use convometrics::Ledger;
use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};

use crate::arrow::{BatchReader, Column, Columns};
use crate::asked::{Asked, external};

const NAME: &str = "convometrics_tally";

/// `convometrics_tally`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct TallyFunction {
    signature: Signature,
}

impl TallyFunction {
    pub(super) fn new() -> Self {
        let columns = Column::ALL.map(Column::name).into_iter();
        let names = columns.chain(["period", "options"]).map(ToOwned::to_owned);
        let unnamed = || Signature::user_defined(Volatility::Immutable);
        // It takes names that differ, as these do.
        let signature = unnamed().with_parameter_names(names.collect());
        Self {
            signature: signature.unwrap_or_else(|_| unnamed()),
        }
    }
}

impl AggregateUDFImpl for TallyFunction {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::LargeBinary)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    /// Columns are read as they are.
    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let Some((columns, [_, _])) = types.split_last_chunk() else {
            return plan_err!(
                "{NAME} takes {} columns, the period and the options",
                Column::ALL.len()
            );
        };
        if columns.len() != Column::ALL.len() {
            return plan_err!(
                "{NAME} takes {} columns, the period and the options; found: {} arguments",
                Column::ALL.len(),
                types.len()
            );
        }
        for (column, data_type) in Column::ALL.into_iter().zip(columns) {
            column.check(data_type).map_err(external)?;
        }
        let mut coerced = columns.to_vec();
        // As views they are not repeated for each row.
        coerced.extend([DataType::Utf8View, DataType::Utf8View]);
        Ok(coerced)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let Some((_, [period, options])) = args.exprs.split_last_chunk() else {
            return plan_err!("{NAME} takes the period and the options last");
        };
        Ok(Box::new(TallyAccumulator {
            asked: Asked::new(NAME, period, options)?,
            ledger: Ledger::new(),
            reader: BatchReader::new(),
            bytes: 0,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "events");
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

/// A group's events. Its state is all of them: which visitor an event is of, and with what others it stands, is known
/// when all have come.
#[derive(Debug)]
struct TallyAccumulator {
    asked: Asked,
    ledger: Ledger,
    reader: BatchReader,
    /// What the ledger takes; asked for often.
    bytes: usize,
}

impl Accumulator for TallyAccumulator {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |array| array.len());
        let columns = Columns::new(rows, |column| values.get(column as usize)).map_err(external)?;
        self.reader
            .record(&mut self.ledger, &columns, &mut Err)
            .map_err(|error| exec_datafusion_err!("{NAME}: {error}"))?;
        self.bytes = self.ledger.heap_bytes();
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let states = states
            .iter()
            .filter_map(|array| array.as_binary_opt::<i64>());
        for state in states.flatten().flatten() {
            let part = Ledger::read_snapshot(state).map_err(external)?;
            if self.ledger.is_empty() {
                self.ledger = part;
            } else {
                self.ledger.merge(&part).map_err(external)?;
            }
        }
        self.bytes = self.ledger.heap_bytes();
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut bytes = Vec::new();
        self.ledger.write_snapshot(&mut bytes).map_err(external)?;
        Ok(vec![ScalarValue::LargeBinary(Some(bytes))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let Asked { period, options } = &self.asked;
        let partial = self.ledger.partial(period, options).map_err(external)?;
        Ok(ScalarValue::LargeBinary(Some(partial.to_bytes())))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes
    }
}
