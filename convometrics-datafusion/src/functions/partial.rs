//! From events to the sums over their visitors.

use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, GroupsAccumulator, Signature, Volatility,
};

use super::groups::{NAME, PartialGroups};
use crate::arrow::Column;
use crate::query::{external, query};

/// `convometrics_partial`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct PartialFunction {
    signature: Signature,
}

impl PartialFunction {
    pub(super) fn new() -> Self {
        let columns = Column::ALL.map(Column::name).into_iter();
        let names = columns.chain(["query"]).map(ToOwned::to_owned);
        let unnamed = || Signature::user_defined(Volatility::Immutable);
        // It takes names that differ, as these do.
        let signature = unnamed().with_parameter_names(names.collect());
        Self {
            signature: signature.unwrap_or_else(|_| unnamed()),
        }
    }
}

impl AggregateUDFImpl for PartialFunction {
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
        let Some((_, columns)) = types.split_last() else {
            return plan_err!("{NAME} takes {} columns and the query", Column::ALL.len());
        };
        if columns.len() != Column::ALL.len() {
            return plan_err!(
                "{NAME} takes {} columns and the query; found: {} arguments",
                Column::ALL.len(),
                types.len()
            );
        }
        for (column, data_type) in Column::ALL.into_iter().zip(columns) {
            column.check(data_type).map_err(external)?;
        }
        let mut coerced = columns.to_vec();
        // A view is not repeated for each row.
        coerced.push(DataType::Utf8View);
        Ok(coerced)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(PartialAccumulator(groups(&args)?)))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(groups(&args)?))
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

fn groups(args: &AccumulatorArgs<'_>) -> Result<PartialGroups> {
    if args.is_distinct {
        return plan_err!(
            "{NAME} takes no DISTINCT: events that arrive twice count once, and are counted as duplicates"
        );
    }
    let Some(argument) = args.exprs.last() else {
        return plan_err!("{NAME} takes the query last");
    };
    Ok(PartialGroups::new(query(NAME, argument)?))
}

/// Where there is one group of all.
#[derive(Debug)]
struct PartialAccumulator(PartialGroups);

impl Accumulator for PartialAccumulator {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.update(values, |_| Some(0), 1)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge(states, |_| 0, 1)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::LargeBinary(Some(self.0.one_state()?))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::LargeBinary(Some(self.0.one_partial()?)))
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}
