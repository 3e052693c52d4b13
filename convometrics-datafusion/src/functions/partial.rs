//! The aggregate function from events to a partial report.

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
use crate::arrow::{Column, is_text};
use crate::query::{external, query};

/// `convometrics_partial`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct PartialFunction {
    signature: Signature,
}

impl PartialFunction {
    pub(super) fn new() -> Self {
        let columns = Column::ALL.map(Column::name).into_iter();
        let names = columns.chain(["visitor_name", "query"]);
        let names = names.map(ToOwned::to_owned).collect();
        let signature = Signature::user_defined(Volatility::Immutable);
        Self {
            signature: signature
                .with_parameter_names(names)
                .expect("the names are distinct"),
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

    /// Columns keep their types.
    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [columns @ .., visitor_name, _] = types else {
            return wrong_number(types.len());
        };
        if columns.len() != Column::ALL.len() {
            return wrong_number(types.len());
        }
        for (column, data_type) in Column::ALL.into_iter().zip(columns) {
            column.check(data_type).map_err(external)?;
        }
        if !is_text(visitor_name) {
            return plan_err!("{NAME}: `visitor_name` is {visitor_name}; allowed: text");
        }
        let mut coerced = columns.to_vec();
        coerced.push(visitor_name.clone());
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
        let field = |name| {
            let name = format_state_name(args.name, name);
            Arc::new(Field::new(name, DataType::LargeBinary, true))
        };
        Ok(vec![field("events"), field("visitor_names")])
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

fn wrong_number<T>(found: usize) -> Result<T> {
    plan_err!(
        "{NAME} takes {} columns of events, `visitor_name` and `query`; found: {found} arguments",
        Column::ALL.len()
    )
}

fn groups(args: &AccumulatorArgs<'_>) -> Result<PartialGroups> {
    if args.is_distinct {
        return plan_err!(
            "{NAME} takes no DISTINCT: an event that arrives twice counts once, and `duplicates` counts its arrivals"
        );
    }
    let Some(argument) = args.exprs.last() else {
        return wrong_number(0);
    };
    Ok(PartialGroups::new(query(NAME, argument)?))
}

/// The accumulator of a query without groups.
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
        let state = self.0.one_state()?;
        Ok(state.map(ScalarValue::LargeBinary).to_vec())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::LargeBinary(Some(self.0.one_partial()?)))
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}
