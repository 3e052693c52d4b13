//! The plan: partition by visitor, aggregate each shard, merge the partial reports.

mod columns;
mod once;

pub(crate) use self::columns::events as events_of;
pub use self::once::AggregateOnce;

use convometrics::chrono::{DateTime, Utc};
use convometrics::{Ledger, Options, Query, Report};
use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::common::{DataFusionError, Result, exec_datafusion_err};
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::logical_expr::{Expr, col, ident, lit};
use datafusion::prelude::DataFrame;
use datafusion::scalar::ScalarValue;

use crate::arrow::{Column, instants};
use crate::functions::{partial_function, report_function, shard_function};
use crate::query::{check, external};

/// The call of `convometrics_partial` over the columns that a table has; the others are null.
fn partial(events: &DataFrame, query: &Query) -> Result<Expr> {
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
    arguments.push(lit(serde_json::to_string(query).map_err(external)?));
    Ok(partial_function().call(arguments))
}

/// A partial for each of so many shards of the visitors that has any, as column `partial`, with its `shard`.
///
/// Each row goes to where its shard is, and is aggregated there ([`AggregateOnce`]). On a cluster each partition of the table
/// gathers its own events by shard and packs them as a ledger is packed on disk, and the packed events go there. With
/// more shards each takes less memory, and where the memory of the engine is less than what the events take, shards wait
/// on disk; each partial takes some kilobytes.
///
/// # Errors
/// Where the columns cannot be read, or the options have no `as_of`.
pub fn partials(events: DataFrame, query: &Query, shards: u32) -> Result<DataFrame> {
    check(query).map_err(external)?;
    let events = events_of(events)?;
    let partial = partial(&events, query)?;
    let shard = shard_function().call(vec![ident(Column::Visitor.name()), lit(i64::from(shards))]);
    once::once(events)
        .with_column("shard", shard)?
        .aggregate(vec![col("shard")], vec![partial.alias("partial")])
}

/// The report over a table of events: the same bytes as the core's, whatever the partitions and batches.
///
/// Without `as_of` the latest event is looked for first, which groups all events by their ids: give it where it is
/// known.
///
/// # Errors
/// Where the columns cannot be read, a row is no event, or the engine fails.
pub async fn report(events: DataFrame, query: &Query, shards: u32) -> Result<Report> {
    let options = query.options();
    let options = match options.as_of() {
        Some(_) => options.clone(),
        None => match latest_of(&events, options).await {
            Ok(Some(options)) => options,
            none => {
                // There is no event. With any "now", a row or column that cannot be read is named.
                let end = query.period().end();
                let any = options.clone().with_as_of(end).map_err(external)?;
                let any = query.clone().with_options(any);
                partials(events, &any, shards)?.collect().await?;
                return none.map(|_| Ledger::new().view(query.clone()).report());
            }
        },
    };
    let query = query.clone().with_options(options);
    let partials = partials(events, &query, shards)?;
    let reported = partials.aggregate(
        vec![],
        vec![report_function().call(vec![col("partial")]).alias("report")],
    )?;
    let json = first(reported).await?;
    let json = json.as_ref().and_then(|array| array.as_string_opt::<i32>());
    let json = json.and_then(|array| array.iter().next().flatten());
    match json {
        Some(json) => serde_json::from_str(json).map_err(external),
        None => Ok(Ledger::new().view(query).report()),
    }
}

/// The options with the latest event's instant as "now"; `None` of no event.
async fn latest_of(events: &DataFrame, options: &Options) -> Result<Option<Options>> {
    let latest = latest(events.clone()).await?;
    let options = latest.map(|latest| options.clone().with_as_of(latest));
    options.transpose().map_err(external)
}

/// The latest instant of a table's events, as a report without `as_of` takes it: of several arrivals under one id the
/// first alone counts. `None` of no event.
///
/// # Errors
/// Where the columns cannot be read.
pub async fn latest(events: DataFrame) -> Result<Option<DateTime<Utc>>> {
    let at = ident(Column::At.name());
    let ids = [Column::Visitor, Column::Id].map(|column| ident(column.name()));
    let survivors = events_of(events)?.aggregate(ids.to_vec(), vec![min(at).alias("at")])?;
    let latest = first(survivors.aggregate(vec![], vec![max(col("at")).alias("at")])?).await?;
    // In whichever unit it is: it is cut as the reader cuts it.
    let latest = latest.map(|latest| instants(&latest).map_err(external));
    let Some(micros) = latest.transpose()?.and_then(|latest| latest.at(0)) else {
        return Ok(None);
    };
    DateTime::from_timestamp_micros(micros)
        .map(Some)
        .ok_or_else(|| exec_datafusion_err!("`at` is {micros} microseconds from 1970"))
}

/// The first column of the one row that there is.
async fn first(rows: DataFrame) -> Result<Option<ArrayRef>, DataFusionError> {
    let batches = rows.collect().await?;
    let batch = batches.iter().find(|batch| batch.num_rows() > 0);
    Ok(batch.map(|batch| ArrayRef::clone(batch.column(0))))
}
