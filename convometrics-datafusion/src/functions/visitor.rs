//! The names of linked visitors.

use std::sync::Arc;

use datafusion::arrow::array::{Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::arrow::{Column, Texts};
use crate::links::{Links, links_type};
use crate::query::external;

const NAME: &str = "convometrics_visitor";

/// `convometrics_visitor`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct VisitorFunction {
    signature: Signature,
}

impl VisitorFunction {
    pub(super) fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for VisitorFunction {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [visitor, links] = types else {
            return wrong_number();
        };
        Column::Visitor.check(visitor).map_err(external)?;
        // The type of a parameter is null until it is bound.
        if !links.is_null() && *links != links_type() {
            return wrong_links(links);
        }
        Ok(vec![visitor.clone(), links_type()])
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [visitors, links] = args.args.as_slice() else {
            return wrong_number();
        };
        let links = match links {
            ColumnarValue::Scalar(links) => Links::from_scalar(links),
            ColumnarValue::Array(_) => None,
        };
        let Some(links) = links else {
            return wrong_links("a column");
        };
        let visitors = visitors.to_array(args.number_rows)?;
        let Some(texts) = Texts::new(&visitors) else {
            return plan_err!(
                "{NAME}: `visitor` is {}; allowed: text",
                visitors.data_type()
            );
        };
        let names = (0..visitors.len()).map(|row| links.name_of(texts.at(row)?));
        Ok(ColumnarValue::Array(Arc::new(
            names.collect::<StringArray>(),
        )))
    }
}

fn wrong_number<T>() -> Result<T> {
    plan_err!("{NAME} takes a visitor and the links")
}

fn wrong_links<T>(found: impl std::fmt::Display) -> Result<T> {
    plan_err!("{NAME}: `links` is {found}; allowed: NULL, or a value of `Links::to_scalar`")
}
