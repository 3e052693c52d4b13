//! The plan: partition by visitor, aggregate each shard, merge the partial reports.
//!
//! [`report`] does all of it. For several reports over the same events, resolve the [`links`] once and pass them to
//! [`partials`].

mod columns;
mod once;

pub(crate) use self::columns::events as events_of;
pub use self::once::AggregateOnce;
pub use crate::links::Links;

use std::collections::BTreeSet;

use convometrics::chrono::{DateTime, Utc};
use convometrics::event::EventType;
use convometrics::{Ledger, Options, Query, Report};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::common::{DataFusionError, Result, exec_datafusion_err};
use datafusion::functions_aggregate::expr_fn::{bool_or, first_value, max, min};
use datafusion::logical_expr::{Expr, cast, col, ident, lit, when};
use datafusion::prelude::{DataFrame, coalesce};
use datafusion::scalar::ScalarValue;

use crate::arrow::{BatchReader, Column, Texts, instants};
use crate::functions::{partial_function, report_function, shard_function};
use crate::links::is_one_of;
use crate::query::{check, external};

/// The name of the column with the names of linked visitors.
pub(crate) const VISITOR_NAME: &str = "visitor_name";

fn has(events: &DataFrame, column: &str) -> bool {
    events.schema().has_column_with_unqualified_name(column)
}

/// Returns the call of `convometrics_partial` over the columns of a table of events. Missing columns are null.
fn partial(events: &DataFrame, query: &Query) -> Result<Expr> {
    let column = |name: &str| {
        if has(events, name) {
            ident(name)
        } else {
            lit(ScalarValue::Null)
        }
    };
    let names = Column::ALL.iter().map(|column| column.name());
    let mut arguments: Vec<Expr> = names.chain([VISITOR_NAME]).map(column).collect();
    arguments.push(lit(serde_json::to_string(query).map_err(external)?));
    Ok(partial_function().call(arguments))
}

/// Returns the partial reports of the shards of the visitors, in the columns `shard` and `partial`. Linked visitors are
/// in the shard of their name. Shards without an event are left out.
///
/// `links` are the links of the log, as [`links`] finds them. The visitors of the partial reports may be some of the
/// log's, as long as linked ones are together. It is an error if the links of a shard's events result in other names
/// than `links`.
///
/// Each row is sent to the partition of its shard and aggregated there ([`AggregateOnce`]). If the memory of the engine
/// is limited, and on a cluster, each partition of the table first collects its own events by shard and packs them like
/// a ledger on disk. The packed events are sent to the partition of the shard. With more shards each takes less memory.
/// If the memory does not suffice for the events, shards are written to disk. A partial report takes some kilobytes.
///
/// # Errors
/// If the columns cannot be read, or the options have no `as_of`.
pub fn partials(events: DataFrame, query: &Query, links: &Links, shards: u32) -> Result<DataFrame> {
    check(query).map_err(external)?;
    let mut events = events_of(events)?;
    let mut visitor = ident(Column::Visitor.name());
    if !links.is_empty() {
        events = events.with_column(VISITOR_NAME, links.linked_name())?;
        visitor = coalesce(vec![ident(VISITOR_NAME), visitor]);
    }
    let partial = partial(&events, query)?;
    let shard = shard_function().call(vec![visitor, lit(i64::from(shards))]);
    once::once(events)
        .with_column("shard", shard)?
        .aggregate(vec![col("shard")], vec![partial.alias("partial")])
}

/// Computes the report over a table of events. It has the bytes of the core's report, whatever the partitions and
/// batches.
///
/// The [`links`] are resolved first. Without `as_of` the [`latest`] event is looked for as well, which groups all events
/// by their ids, so set it if it is known.
///
/// # Errors
/// If the columns cannot be read, a row is not an event, or the engine fails.
pub async fn report(events: DataFrame, query: &Query, shards: u32) -> Result<Report> {
    let options = query.options();
    let now = match options.as_of() {
        Some(_) => Ok(Some(options.clone())),
        None => with_latest(&events, options).await,
    };
    // If there is no "now", no event is visible, as at the earliest time that is allowed. If the latest instant is out
    // of range, its row is not an event, and the aggregation names it.
    let earliest = || DateTime::from_timestamp(-62_167_219_200, 0).expect("the year 0 is in range");
    let at_now = match &now {
        Ok(Some(options)) => options.clone(),
        _ => options.clone().with_as_of(earliest()).map_err(external)?,
    };
    let query = query.clone().with_options(at_now);
    let links = links(events.clone()).await?;
    let partials = partials(events, &query, &links, shards)?;
    let reported = partials.aggregate(
        vec![],
        vec![report_function().call(vec![col("partial")]).alias("report")],
    )?;
    let json = first(reported).await?;
    let json = json.as_ref().and_then(|array| array.as_string_opt::<i32>());
    let json = json.and_then(|array| array.iter().next().flatten());
    let mut report = match json {
        Some(json) => serde_json::from_str(json).map_err(external)?,
        None => Ledger::new().view(query).report(),
    };
    report.as_of = now?.and_then(|options| options.as_of());
    Ok(report)
}

/// Returns the options with the latest instant as "now", or `None` if there is none.
async fn with_latest(events: &DataFrame, options: &Options) -> Result<Option<Options>> {
    let latest = latest(events.clone()).await?;
    let options = latest.map(|latest| options.clone().with_as_of(latest));
    options.transpose().map_err(external)
}

/// Resolves the links between visitors, from all arrivals under the ids of `visitor_linked` events. A link that was
/// retracted or replaced connects nothing.
///
/// Give it all events of the log: links count whatever their time. If the log has no links, this reads the column
/// `type` and nothing else. Otherwise the arrivals are collected in memory here.
///
/// ```
/// use convometrics::event::NdjsonReader;
/// use convometrics_datafusion::arrow::row_batch;
/// use convometrics_datafusion::plan;
/// use datafusion::prelude::SessionContext;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let log = r#"
///     {"id":"1","at":"2026-03-02T09:00:00Z","visitor":"cookie-7","type":"visitor_linked","to":"ann"}
///     {"id":"2","at":"2026-03-02T09:00:00Z","visitor":"cookie-8","type":"visitor_linked","to":"ann"}
///     {"id":"2","at":"2026-03-02T10:00:00Z","visitor":"cookie-8","type":"retracted","revision":1}
/// "#;
/// let events: Vec<_> = NdjsonReader::new(log.trim().as_bytes()).collect::<Result<_, _>>()?;
/// let events = SessionContext::new().read_batch(row_batch(&events)?)?;
/// let links = plan::links(events).await?;
/// assert!(links.iter().eq([("ann", "ann"), ("cookie-7", "ann")]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// # Errors
/// If the columns cannot be read, one of these arrivals is not an event, or the engine fails.
pub async fn links(events: DataFrame) -> Result<Links> {
    let events = events_of(events)?;
    let is_link = ident(Column::Type.name()).eq(lit(EventType::VisitorLinked.name()));
    let linking = events.clone().filter(is_link)?;
    let any = linking.clone().select(vec![lit(true)])?.limit(0, Some(1))?;
    if first(any).await?.is_none() {
        return Ok(Links::none());
    }
    let key = [Column::Visitor, Column::Id];
    let linking = linking.select(key.map(|column| ident(column.name())).to_vec())?;
    let mut found = key.map(|_| BTreeSet::new());
    for batch in linking.collect().await? {
        for (found, (column, array)) in found.iter_mut().zip(key.iter().zip(batch.columns())) {
            found.extend(texts(*column, array)?);
        }
    }
    let [visitors, ids] = &found;
    // These may be more arrivals than those under the ids of links, which changes nothing.
    let arrivals =
        events.filter(is_one_of(Column::Visitor, visitors).and(is_one_of(Column::Id, ids)))?;
    let mut ledger = Ledger::new();
    let mut reader = BatchReader::new();
    for batch in arrivals.collect().await? {
        reader.read(&mut ledger, &batch, Err).map_err(external)?;
    }
    Ok(Links::of(&ledger))
}

/// Returns the distinct texts of a column.
fn texts(column: Column, array: &ArrayRef) -> Result<BTreeSet<String>> {
    column.check(array.data_type()).map_err(external)?;
    let texts = Texts::new(array).expect("a column that was checked has texts");
    let texts = (0..array.len()).filter_map(|row| texts.at(row));
    Ok(texts.map(ToOwned::to_owned).collect())
}

/// Returns the default of `as_of`: the latest instant of the survivors of a table's events except `retracted`, or `None`
/// if there is none.
///
/// Of all arrivals with the same visitor and id, those with the highest revision decide: if one of them is a
/// `retracted`, the event is left out, otherwise the earliest survives.
///
/// # Errors
/// If the columns cannot be read.
pub async fn latest(events: DataFrame) -> Result<Option<DateTime<Utc>>> {
    let mut events = events_of(events)?;
    let revision = Column::Revision.name();
    let number = if has(&events, revision) {
        let number = cast(ident(revision), Column::Revision.data_type());
        coalesce(vec![number, lit(0_i64)])
    } else {
        lit(0_i64)
    };
    events = events.with_column(revision, number)?;
    let at = || ident(Column::At.name());
    let is_retracted = ident(Column::Type.name()).eq(lit(EventType::Retracted.name()));
    let key = || [Column::Visitor, Column::Id].map(|column| ident(column.name()));
    let [visitor, id] = key();
    let of_revision = events.aggregate(
        vec![visitor, id, ident(revision)],
        vec![
            min(at()).alias(Column::At.name()),
            bool_or(is_retracted).alias("is_retracted"),
        ],
    )?;
    let survives = when(col("is_retracted"), lit(ScalarValue::Null)).otherwise(at())?;
    let of_revision = of_revision.with_column(Column::At.name(), survives)?;
    let by_revision = vec![ident(revision).sort(false, false)];
    let survivor = first_value(at(), by_revision).alias(Column::At.name());
    let survivors = of_revision.aggregate(key().to_vec(), vec![survivor])?;
    let latest = survivors.aggregate(vec![], vec![max(at()).alias(Column::At.name())])?;
    // The reader cuts instants of any unit to the microsecond.
    let latest = first(latest)
        .await?
        .map(|latest| instants(&latest).map_err(external));
    let Some(micros) = latest.transpose()?.and_then(|latest| latest.at(0)) else {
        return Ok(None);
    };
    DateTime::from_timestamp_micros(micros)
        .map(Some)
        .ok_or_else(|| exec_datafusion_err!("`at` is {micros} microseconds from 1970"))
}

/// Returns the first column of the first row.
async fn first(rows: DataFrame) -> Result<Option<ArrayRef>, DataFusionError> {
    let batches = rows.collect().await?;
    let batch = batches.iter().find(|batch| batch.num_rows() > 0);
    Ok(batch.map(|batch| ArrayRef::clone(batch.column(0))))
}
