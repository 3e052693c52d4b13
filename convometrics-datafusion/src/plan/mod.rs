//! The plan: partition by visitor, tally each shard, add up the tallies.

mod once;

pub use self::once::TallyOnce;

use convometrics::chrono::{DateTime, Utc};
use convometrics::{Options, Partial, Period, Report};
use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::TimestampMicrosecondType;
use datafusion::common::{DataFusionError, Result, exec_datafusion_err};
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::logical_expr::{Expr, cast, col, ident, lit};
use datafusion::prelude::DataFrame;
use datafusion::scalar::ScalarValue;

use crate::arrow::Column;
use crate::asked::external;
use crate::functions::{report_function, shard_function, tally_function};

/// The call of `convometrics_tally` over the columns that a table has; the others are null.
fn tally(events: &DataFrame, period: &Period, options: &Options) -> Result<Expr> {
    let has = |column: &Column| {
        events
            .schema()
            .has_column_with_unqualified_name(column.name())
    };
    let mut arguments: Vec<Expr> = Column::ALL
        .iter()
        .map(|column| match column {
            column if has(column) => ident(column.name()),
            _ => lit(ScalarValue::Null),
        })
        .collect();
    arguments.push(lit(serde_json::to_string(period).map_err(external)?));
    arguments.push(lit(serde_json::to_string(options).map_err(external)?));
    Ok(tally_function().call(arguments))
}

/// A partial for each of so many shards of the visitors that has any, as column `tally`, with its `shard`.
///
/// Each row goes to where its shard is, and is tallied there ([`TallyOnce`]). On a cluster each partition of the table
/// gathers its own events by shard and packs them as a ledger is packed on disk, and the packed events go there. With
/// more shards each takes less memory, and where the memory of the engine is less than what the events take, shards wait
/// on disk; each partial takes some kilobytes.
///
/// # Errors
/// Where the columns cannot be read, or the options have no `as_of`.
pub fn partials(
    events: DataFrame,
    period: &Period,
    options: &Options,
    shards: u32,
) -> Result<DataFrame> {
    // Says what is missing before anything is run.
    Partial::new(period, options).map_err(external)?;
    let tally = tally(&events, period, options)?;
    let names = events.schema().fields().iter();
    let columns: Vec<Expr> = names
        .map(|field| field.name())
        .filter(|name| {
            Column::ALL
                .iter()
                .any(|column| column.name() == name.as_str())
        })
        .map(ident)
        .collect();
    let shard = shard_function().call(vec![ident(Column::Visitor.name()), lit(i64::from(shards))]);
    once::once(events)
        .select([columns, vec![shard.alias("shard")]].concat())?
        .aggregate(vec![col("shard")], vec![tally.alias("tally")])
}

/// The report over a table of events: the same bytes as the core's, whatever the partitions and batches.
///
/// Without `as_of` the latest event is looked for first, which groups all events by their ids: give it where it is
/// known.
///
/// # Errors
/// Where the columns cannot be read, a row is no event, or the engine fails.
pub async fn report(
    events: DataFrame,
    period: &Period,
    options: &Options,
    shards: u32,
) -> Result<Report> {
    let options = match options.as_of() {
        Some(_) => options.clone(),
        None => match latest(events.clone()).await? {
            Some(latest) => options.clone().with_as_of(latest).map_err(external)?,
            // An empty log.
            None => return Ok(convometrics::Ledger::new().report(period, options)),
        },
    };
    let partials = partials(events, period, &options, shards)?;
    let reported = partials.aggregate(
        vec![],
        vec![report_function().call(vec![col("tally")]).alias("report")],
    )?;
    let json = first(reported).await?;
    let json = json.as_ref().and_then(|array| array.as_string_opt::<i32>());
    let json = json.and_then(|array| array.iter().next().flatten());
    match json {
        Some(json) => serde_json::from_str(json).map_err(external),
        None => Ok(convometrics::Ledger::new().report(period, &options)),
    }
}

/// The latest instant of a table's events, as a report without `as_of` takes it: of several arrivals under one id the
/// first alone counts. `None` of no event.
///
/// # Errors
/// Where the columns cannot be read.
pub async fn latest(events: DataFrame) -> Result<Option<DateTime<Utc>>> {
    let at = cast(ident(Column::At.name()), Column::At.data_type());
    let ids = [Column::Visitor, Column::Id].map(|column| ident(column.name()));
    let survivors = events.aggregate(ids.to_vec(), vec![min(at).alias("at")])?;
    let latest = first(survivors.aggregate(vec![], vec![max(col("at")).alias("at")])?).await?;
    let latest = latest.as_ref().and_then(|array| {
        let array = array.as_primitive_opt::<TimestampMicrosecondType>()?;
        array.iter().next().flatten()
    });
    let instant = |micros| {
        DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| exec_datafusion_err!("`at` is {micros} microseconds from 1970"))
    };
    latest.map(instant).transpose()
}

/// The first column of the one row that there is.
async fn first(rows: DataFrame) -> Result<Option<ArrayRef>, DataFusionError> {
    let batches = rows.collect().await?;
    let batch = batches.iter().find(|batch| batch.num_rows() > 0);
    Ok(batch.map(|batch| ArrayRef::clone(batch.column(0))))
}
