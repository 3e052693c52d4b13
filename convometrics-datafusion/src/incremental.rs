//! Updates a report day by day without reading all events.
//!
//! What a visitor adds to the report does not change once their sessions are closed, until further events of theirs
//! arrive. So the sums of visitors who have been quiet for a while, the **settled** ones, are kept as one partial report.
//! Only the events of the others, the **open** ones, are carried to the next day. Today's visitors who are not open are
//! new, or they are **back**: their sums are subtracted from the settled ones, and they are open again, with all their
//! events from the **archive** (the files of the days before).
//!
//! | kept | as | grows with |
//! | --- | --- | --- |
//! | settled | one partial report | agents, pages and days, not visitors |
//! | open | events | visitors of the last days |
//! | archive | events, partitioned or sorted by visitor if possible | everything |
//!
//! The report of each day has the bytes of the report over all events that have arrived, whatever arrived late or twice,
//! because no visitor is both settled and open. The time that visitors must be quiet determines only how many events are
//! carried and how often visitors are back. The attribution window is a good choice: after it, conversations lead to no
//! more orders.
//!
//! # Linked visitors
//!
//! A link that arrives today may connect settled visitors, and one that is retracted today may separate them. So the
//! links are resolved twice, as of the day before and as of today. Every visitor who was or is connected with one of
//! today's is back: the sums of the visitors of the day before are subtracted, and those of today's visitors added. For
//! the links, the column `type` of the whole archive is read every day, and the arrivals under ids of links.

use std::sync::Arc;

use convometrics::chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use convometrics::{Ledger, Query};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::common::{JoinType, Result, plan_err};
use datafusion::functions_aggregate::expr_fn::max;
use datafusion::logical_expr::{Expr, cast, ident, lit, when};
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::scalar::ScalarValue;

use crate::arrow::{Column, schema};
use crate::functions::{advance_to_function, merge_function, report_function, subtract_function};
use crate::plan::{self, Links};
use crate::query::external;

/// The state at the end of a day, with which the next day begins.
#[derive(Debug, Clone)]
pub struct DayState {
    /// The sums over the settled visitors: partial reports that are to be merged, in one column `partial`.
    pub settled: DataFrame,
    /// The events of the open visitors, with the columns of events.
    pub open: DataFrame,
}

impl DayState {
    /// Creates the state before the first day, without visitors.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn nothing(session: &SessionContext) -> Result<Self> {
        let partial = Field::new("partial", DataType::LargeBinary, true);
        let partials = RecordBatch::new_empty(Arc::new(Schema::new(vec![partial])));
        Ok(Self {
            settled: session.read_batch(partials)?,
            open: session.read_batch(RecordBatch::new_empty(schema()))?,
        })
    }
}

/// The plans of a day.
#[derive(Debug, Clone)]
pub struct Day {
    /// The state for the next day.
    pub kept: DayState,
    /// The report in JSON over all events that have arrived, in one column `report`.
    pub report: DataFrame,
}

/// The events that have arrived, with the columns of events.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The events that have arrived since the day before.
    pub today: DataFrame,
    /// The archive: all events that had arrived until then.
    pub before: DataFrame,
}

/// The query of a day, and the conditions under which visitors are settled.
#[derive(Debug, Clone)]
pub struct DayOptions<'a> {
    /// The query. Only its `as_of` changes from day to day: it is the `as_of` of the day before, which the settled sums
    /// have. On the first day it is any time at or before the new one.
    pub query: &'a Query,
    /// The new "now".
    pub as_of: DateTime<Utc>,
    /// The time for which visitors must have been quiet to be settled, at least the session timeout.
    pub quiet_for: TimeDelta,
    /// The number of shards of the visitors.
    pub shards: u32,
}

/// Resolves the links and plans a day. Collect the report, and write `kept` to a new folder for the next day: the plans
/// read the state of the day before. (The plans share work. If that is much, write or cache the open events first.)
///
/// # Errors
/// If columns cannot be read, the options have no `as_of`, or one after the new one. When the plans run: if the settled
/// sums have another "now" or other options than the query.
pub async fn day(kept: DayState, arrived: Arrived, options: &DayOptions<'_>) -> Result<Day> {
    let DayOptions {
        query,
        as_of,
        quiet_for,
        shards,
    } = *options;
    let today = carried(arrived.today)?;
    let before = carried(arrived.before)?;
    let kept = DayState {
        open: carried(kept.open)?,
        ..kept
    };
    if let Some(before) = query.options().as_of().filter(|before| *before > as_of) {
        return plan_err!(
            "`as_of` is {}; allowed: {} or later, the one of the day before",
            text(as_of),
            text(before)
        );
    }
    let now = query
        .options()
        .clone()
        .with_as_of(as_of)
        .map_err(external)?;
    let now = query.clone().with_options(now);
    let old = plan::links(before.clone()).await?;
    let new = plan::links(before.clone().union_by_name(today.clone())?).await?;
    let both = old.united(&new).map_err(external)?;
    // All visitors who were or are connected with today's, except the open ones, with what arrived before.
    let back = of(before, &both, names(today.clone(), &both)?)?;
    let back = without(back, &old, names(kept.open.clone(), &old)?)?;
    let was = plan::partials(back.clone(), query, &old, shards)?;
    let partial = |name: &str| ident("partial").alias(name);
    let none = |name: &str| lit(ScalarValue::LargeBinary(None)).alias(name);
    let settled = (kept
        .settled
        .select(vec![partial("partial"), none("part")])?)
    .union(was.select(vec![none("partial"), partial("part")])?)?
    .aggregate(vec![], vec![sum_of("partial"), sum_of("part")])?
    .select(vec![
        advance_to_function()
            .call(vec![
                subtract_function().call(vec![ident("partial"), ident("part")]),
                instant(as_of),
            ])
            .alias("partial"),
    ])?;
    // All visitors who are open now. Those of them who are quiet are settled.
    let active = kept.open.union_by_name(back)?.union_by_name(today)?;
    let timeout = TimeDelta::from_std(query.options().session_timeout()).ok();
    // If the time reaches past all instants, nobody is settled.
    let since = timeout
        .and_then(|timeout| as_of.checked_sub_signed(quiet_for.max(timeout)))
        .unwrap_or(DateTime::<Utc>::MIN_UTC);
    let at = cast(ident(Column::At.name()), Column::At.data_type());
    let quiet = active
        .clone()
        .aggregate(vec![new.name().alias(NAME)], vec![max(at).alias("latest")])?
        .filter(ident("latest").lt_eq(instant(since)))?
        .select(vec![ident(NAME)])?;
    let newly = of(active.clone(), &new, quiet.clone())?;
    let newly = plan::partials(newly, &now, &new, shards)?;
    let settled = settled
        .union(newly.select(vec![ident("partial")])?)?
        .aggregate(vec![], vec![sum_of("partial")])?;
    let open = without(active, &new, quiet)?;
    let partials = plan::partials(open.clone(), &now, &new, shards)?;
    let all = settled
        .clone()
        .union(partials.select(vec![ident("partial")])?)?;
    let report = report_function()
        .call(vec![ident("partial")])
        .alias("report");
    let reported = all.aggregate(vec![], vec![report])?;
    // The report if no event has ever arrived.
    let nothing = Ledger::new().view(now).report();
    let nothing = lit(serde_json::to_string(&nothing).map_err(external)?);
    let report = when(ident("report").is_null(), nothing).otherwise(ident("report"))?;
    Ok(Day {
        report: reported.select(vec![report.alias("report")])?,
        kept: DayState { settled, open },
    })
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Checks the columns of events and drops all others. Nanoseconds are cut to microseconds as the reader cuts them,
/// because nanoseconds cannot hold all instants that other days may have.
fn carried(events: DataFrame) -> Result<DataFrame> {
    let events = plan::events_of(events)?;
    let name = Column::At.name();
    let at = events.schema().field_with_unqualified_name(name)?;
    if !matches!(at.data_type(), DataType::Timestamp(TimeUnit::Nanosecond, _)) {
        return Ok(events);
    }
    let nanos = || cast(ident(name), DataType::Int64);
    let thousand = || lit(1_000_i64);
    let beyond = (nanos() % thousand() + thousand()) % thousand();
    let micros = (nanos() - beyond) / thousand();
    events.with_column(name, cast(micros, Column::At.data_type()))
}

fn instant(at: DateTime<Utc>) -> Expr {
    let micros = Some(at.timestamp_micros());
    lit(ScalarValue::TimestampMicrosecond(
        micros,
        Some("UTC".into()),
    ))
}

/// The column with the names of visitors.
const NAME: &str = "name";

/// Returns the names of the visitors of events.
fn names(events: DataFrame, links: &Links) -> Result<DataFrame> {
    events.select(vec![links.name().alias(NAME)])?.distinct()
}

/// Returns the events of the visitors with these names.
fn of(events: DataFrame, links: &Links, names: DataFrame) -> Result<DataFrame> {
    joined(events, links, names, JoinType::LeftSemi)
}

/// Returns the events of the visitors without these names.
fn without(events: DataFrame, links: &Links, names: DataFrame) -> Result<DataFrame> {
    joined(events, links, names, JoinType::LeftAnti)
}

fn joined(
    events: DataFrame,
    links: &Links,
    names: DataFrame,
    join_type: JoinType,
) -> Result<DataFrame> {
    events
        .with_column(NAME, links.name())?
        .join(names, join_type, &[NAME], &[NAME], None)?
        .drop_columns(&[NAME])
}

/// Returns the merged partial reports of a column.
fn sum_of(name: &str) -> Expr {
    merge_function().call(vec![ident(name)]).alias(name)
}
