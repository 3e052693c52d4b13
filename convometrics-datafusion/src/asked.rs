//! What a report is asked with, as the functions take it: the period and the options, in JSON.

use std::fmt::Display;
use std::sync::Arc;

use convometrics::{Options, PartialReport, Period};
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;
use serde::de::DeserializeOwned;

/// A period and options.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) period: Period,
    pub(crate) options: Options,
}

impl Asked {
    /// Of the two arguments of a function.
    pub(crate) fn new(
        function: &str,
        period: &Arc<dyn PhysicalExpr>,
        options: &Arc<dyn PhysicalExpr>,
    ) -> Result<Self> {
        let asked = Self {
            period: json(function, "period", period)?,
            options: json(function, "options", options)?,
        };
        // That there is a "now".
        PartialReport::new(&asked.period, &asked.options)
            .map_err(|error| DataFusionError::Plan(format!("{function}: {error}")))?;
        Ok(asked)
    }
}

/// A literal argument, read.
fn json<T: DeserializeOwned>(
    function: &str,
    name: &str,
    argument: &Arc<dyn PhysicalExpr>,
) -> Result<T> {
    let literal = argument.downcast_ref::<Literal>().map(Literal::value);
    let text = literal.and_then(ScalarValue::try_as_str).flatten();
    let Some(text) = text else {
        return plan_err!(
            "{function}: `{name}` is {argument}; allowed: a literal text with the {name} in JSON"
        );
    };
    serde_json::from_str(text)
        .map_err(|error| DataFusionError::Plan(format!("{function}: `{name}`: {error}")))
}

/// An error of a function, by its name: that is all that is left of it where it comes from another machine.
pub(crate) fn failed(function: &str, error: impl Display) -> DataFusionError {
    exec_datafusion_err!("{function}: {error}")
}

pub(crate) fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
