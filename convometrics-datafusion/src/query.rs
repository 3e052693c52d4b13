//! The query argument of the functions, and their errors.

use std::fmt::Display;
use std::sync::Arc;

use convometrics::{PartialReport, Query};
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;

/// Reads the query from a function's argument, a literal text in JSON with `as_of`.
pub(crate) fn query(function: &str, argument: &Arc<dyn PhysicalExpr>) -> Result<Query> {
    let literal = argument.downcast_ref::<Literal>().map(Literal::value);
    let text = literal.and_then(ScalarValue::try_as_str).flatten();
    let Some(text) = text else {
        return plan_err!(
            "{function}: `query` is {argument}; allowed: a literal text with the query in JSON"
        );
    };
    let query: Query = serde_json::from_str(text)
        .map_err(|error| DataFusionError::Plan(format!("{function}: `query`: {error}")))?;
    check(&query).map_err(|error| DataFusionError::Plan(format!("{function}: {error}")))?;
    Ok(query)
}

/// Checks that a query has `as_of`, which partial reports need.
pub(crate) fn check(query: &Query) -> Result<(), convometrics::OptionError> {
    PartialReport::new(query.clone()).map(|_| ())
}

/// Creates an error that names the function. Only the text of an error is returned from another machine.
pub(crate) fn failed(function: &str, error: impl Display) -> DataFusionError {
    exec_datafusion_err!("{function}: {error}")
}

pub(crate) fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
