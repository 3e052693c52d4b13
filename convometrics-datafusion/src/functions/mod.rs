//! The SQL functions.
//!
//! | function | kind | result |
//! | --- | --- | --- |
//! | `convometrics_shard(visitor, shards)` | scalar | the shard of a visitor, from 0: the same on every machine |
//! | `convometrics_visitor(visitor, links)` | scalar | the name of a linked visitor, `NULL` for others: see [`Links`](crate::plan::Links) |
//! | `convometrics_partial(id => id, at => at, …, visitor_name => …, query => '…')` | aggregate | a partial report: the sums over the visitors of a group |
//! | `convometrics_merge(partial)` | aggregate | a partial report: the sums over the visitors of several |
//! | `convometrics_report(partial)` | aggregate | the report in JSON over all visitors of these partial reports |
//! | `convometrics_subtract(partial, part)` | scalar | a partial report without the visitors of another |
//! | `convometrics_advance_to(partial, as_of)` | scalar | a partial report with a later "now" |
//! | `convometrics_figures(report)` | scalar | the figures of a report, a list of rows for `unnest`: see [`figures`] |

mod figures;
mod groups;
mod partial;
mod report;
mod shard;
mod update;
mod visitor;

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

use self::figures::FiguresFunction;
pub use self::figures::figures;
use self::partial::PartialFunction;
use self::report::{Finish, PartialsFunction};
use self::shard::ShardFunction;
pub use self::shard::shard_of;
use self::update::{Update, UpdateFunction};
use self::visitor::VisitorFunction;

/// `convometrics_partial`.
#[must_use]
pub fn partial_function() -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(PartialFunction::new()))
}

/// `convometrics_merge`.
#[must_use]
pub fn merge_function() -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(PartialsFunction::new(Finish::Merged)))
}

/// `convometrics_report`.
#[must_use]
pub fn report_function() -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(PartialsFunction::new(Finish::Report)))
}

/// `convometrics_shard`.
#[must_use]
pub fn shard_function() -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::from(ShardFunction::new()))
}

/// `convometrics_visitor`.
#[must_use]
pub fn visitor_function() -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::from(VisitorFunction::new()))
}

/// `convometrics_subtract`.
#[must_use]
pub fn subtract_function() -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::from(UpdateFunction::new(Update::Subtract)))
}

/// `convometrics_advance_to`.
#[must_use]
pub fn advance_to_function() -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::from(UpdateFunction::new(Update::AdvanceTo)))
}

/// `convometrics_figures`.
#[must_use]
pub fn figures_function() -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::from(FiguresFunction::new()))
}

/// Returns the aggregate functions.
#[must_use]
pub fn aggregate_functions() -> Vec<Arc<AggregateUDF>> {
    vec![partial_function(), merge_function(), report_function()]
}

/// Returns the scalar functions.
#[must_use]
pub fn scalar_functions() -> Vec<Arc<ScalarUDF>> {
    vec![
        shard_function(),
        visitor_function(),
        subtract_function(),
        advance_to_function(),
        figures_function(),
    ]
}

/// Returns the names of all functions.
#[cfg(feature = "cluster")]
pub(crate) fn names() -> impl Iterator<Item = String> {
    let aggregates = aggregate_functions().into_iter();
    let scalars = scalar_functions().into_iter();
    aggregates
        .map(|function| function.name().to_owned())
        .chain(scalars.map(|function| function.name().to_owned()))
}

/// Registers all functions, on a [`SessionContext`](datafusion::prelude::SessionContext) or any other registry.
///
/// # Errors
/// If the registry does not accept functions.
pub fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    for function in aggregate_functions() {
        registry.register_udaf(function)?;
    }
    for function in scalar_functions() {
        registry.register_udf(function)?;
    }
    Ok(())
}
