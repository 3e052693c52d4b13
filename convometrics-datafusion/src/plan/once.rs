//! One aggregation of each shard, because two would pack the events only to unpack them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::memory_pool::MemoryLimit;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{ExecutionPlan, InputOrderMode, Partitioning};
use datafusion::prelude::DataFrame;

use crate::functions::partial_function;

/// Sends the rows of events to where their shard is and aggregates them there, in place of the engine's two steps: each
/// partition gathers its own, packs them, and they are put together.
///
/// On one machine that is less work and less memory, for nothing is packed; but what is gathered and packed can wait on
/// disk bit by bit, where memory is limited, and of what is sent between machines packed events are some 70 bytes each,
/// and rows some hundreds. So [`partials`](super::partials) and [`report`](super::report) have it where the session's
/// memory has no limit, and a cluster does without. A step that has other aggregates beside the partial, several sets of
/// groups, or rows in an order stays as it is. For SQL a session is given it:
///
/// ```
/// use std::sync::Arc;
///
/// use convometrics_datafusion::plan::AggregateOnce;
/// use convometrics_datafusion::register;
/// use datafusion::execution::SessionStateBuilder;
/// use datafusion::prelude::SessionContext;
///
/// # fn main() -> datafusion::error::Result<()> {
/// let state = SessionStateBuilder::new()
///     .with_default_features()
///     .with_physical_optimizer_rule(Arc::new(AggregateOnce))
///     .build();
/// let mut context = SessionContext::new_with_state(state);
/// register(&mut context)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct AggregateOnce;

impl AggregateOnce {
    /// The one step in place of the second of two; `None` of anything else.
    fn in_place_of(second: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(second) = second.downcast_ref::<AggregateExec>() else {
            return Ok(None);
        };
        let Some(sent) = second.input().downcast_ref::<RepartitionExec>() else {
            return Ok(None);
        };
        let Some(first) = sent.input().downcast_ref::<AggregateExec>() else {
            return Ok(None);
        };
        let name = partial_function();
        let [call] = second.aggr_expr() else {
            return Ok(None);
        };
        let is_partial = call.fun().name() == name.name();
        // Of several sets of groups a row is in each, and where rows have an order it is somebody's who needs it.
        let is_plain = !first.group_expr().has_grouping_set()
            && [first, second].map(AggregateExec::input_order_mode) == [&InputOrderMode::Linear; 2]
            && !sent.preserve_order();
        let (
            AggregateMode::FinalPartitioned,
            AggregateMode::Partial,
            Partitioning::Hash(_, places),
            true,
        ) = (
            second.mode(),
            first.mode(),
            sent.partitioning(),
            is_partial && is_plain,
        )
        else {
            return Ok(None);
        };
        let groups = first.group_expr();
        let place = Partitioning::Hash(groups.input_exprs(), *places);
        let rows = RepartitionExec::try_new(Arc::clone(first.input()), place)?;
        let once = AggregateExec::try_new(
            AggregateMode::SinglePartitioned,
            groups.clone(),
            first.aggr_expr().to_vec(),
            first.filter_expr().to_vec(),
            Arc::new(rows),
            first.input_schema(),
        )?;
        Ok(Some(Arc::new(once)))
    }
}

impl PhysicalOptimizerRule for AggregateOnce {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|step| {
            Ok(match Self::in_place_of(&step)? {
                Some(once) => Transformed::yes(once),
                None => Transformed::no(step),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "AggregateOnce"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The rows with the rule in their session, where memory has no limit.
pub(super) fn once(rows: DataFrame) -> DataFrame {
    let (state, plan) = rows.into_parts();
    let limit = state.runtime_env().memory_pool.memory_limit();
    if !matches!(limit, MemoryLimit::Infinite | MemoryLimit::Unknown) {
        return DataFrame::new(state, plan);
    }
    let id = state.session_id().to_owned();
    let state = SessionStateBuilder::new_from_existing(state)
        .with_session_id(id)
        .with_physical_optimizer_rule(Arc::new(AggregateOnce))
        .build();
    DataFrame::new(state, plan)
}
