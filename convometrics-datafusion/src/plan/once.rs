//! One aggregation of each shard instead of two, which would pack the events only to unpack them.

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

/// A rule that sends the rows of events to the partition of their shard and aggregates them there. It replaces the two
/// steps of the engine, in which each partition first collects and packs its own events.
///
/// On one machine this takes less work and memory, because nothing is packed. With two steps, shards can be written to
/// disk if memory is limited, and what is sent between machines is smaller: a packed event has some 70 bytes, a row some
/// hundreds. So [`partials`](super::partials) and [`report`](super::report) use the rule if the memory of the session is
/// not limited, and not on a cluster. The rule does not change an aggregation with other aggregates beside the partial
/// report, with several grouping sets, or over rows in an order. To use it for SQL, add it to the session:
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
    /// Returns the single step that replaces the second of two, or `None` for any other step.
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
        // With several grouping sets a row is in several groups. If rows have an order, another step may need it.
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

/// Adds the rule to the session of a plan if its memory is not limited.
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
