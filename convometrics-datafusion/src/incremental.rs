//! A day's work without the year before it.
//!
//! What a visitor adds to the report stays as it is once their sessions are closed, until something more of theirs
//! arrives. So the sums of visitors who have been quiet for a while, the **settled** ones, are kept as one partial, and
//! only the events of the others, the **open** ones, are carried to the next day. Of today's visitors who are not among
//! them, some are new and some are back: what those added is taken out of the settled sum, and they are open again with
//! all that ever arrived of them, which the **archive** has (the files of the days before).
//!
//! | kept | as | grows with |
//! | --- | --- | --- |
//! | settled | one partial | agents, pages and days, not visitors |
//! | open | events | visitors of the last days |
//! | archive | events, by visitor where that can be had | all; of it only those who are back are read |
//!
//! The report after each day is that of all that has arrived, to the byte, whatever came late or twice, for the settled
//! and the open ones have no visitor in common. How long one must be quiet decides only how much is carried and how
//! often somebody is back: the attribution window, after which conversations lead to no more orders, is a good measure.

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
use crate::plan;
use crate::query::external;

/// What there is at the end of a day, before the next is read.
#[derive(Debug, Clone)]
pub struct DayState {
    /// The sum over the settled visitors: one column `partial`, of no row or of one or more to be added up.
    pub settled: DataFrame,
    /// The events of the open visitors, with the columns of events.
    pub open: DataFrame,
}

impl DayState {
    /// Before the first day: nobody is settled, nobody is open.
    ///
    /// # Errors
    /// None; the engine's calls could fail.
    pub fn nothing(session: &SessionContext) -> Result<Self> {
        let partial = Field::new("partial", DataType::LargeBinary, true);
        let partials = RecordBatch::new_empty(Arc::new(Schema::new(vec![partial])));
        Ok(Self {
            settled: session.read_batch(partials)?,
            open: session.read_batch(RecordBatch::new_empty(schema()))?,
        })
    }
}

/// What a day makes of it.
#[derive(Debug, Clone)]
pub struct Day {
    /// What is kept for the next day.
    pub kept: DayState,
    /// The report over all that has arrived, in JSON: one column `report`.
    pub report: DataFrame,
}

/// What has arrived, with the columns of events.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Since the day before.
    pub today: DataFrame,
    /// Until then: the archive.
    pub before: DataFrame,
}

/// The query of a day, and how visitors are settled.
#[derive(Debug, Clone)]
pub struct DayOptions<'a> {
    /// The query. Only its `as_of` changes from day to day: it is the `as_of` of the day before, which the settled sum
    /// was made for. On the first day it is any time at or before the new one.
    pub query: &'a Query,
    /// The new "now".
    pub as_of: DateTime<Utc>,
    /// For how long, and at least for the session timeout, visitors must have been quiet to be settled.
    pub quiet_for: TimeDelta,
    /// Into how many parts visitors are split.
    pub shards: u32,
}

/// Plans a day. Nothing is run: collect the report, and write `kept` where the next day finds it, in a folder of its own,
/// for the plans read the one before. (They share work; where that is much, write or cache the open events first.)
///
/// # Errors
/// Where columns cannot be read, or the options have no `as_of`, or one after the new one. When it is run: where the
/// settled sum was made for another "now" or other options than these.
pub fn day(kept: DayState, arrived: Arrived, options: &DayOptions<'_>) -> Result<Day> {
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
    // Today's visitors who are not open, with what arrived of them before.
    let known = visitors(kept.open.clone())?;
    let others = without(visitors(today.clone())?, known)?;
    let back = of(before, others)?;
    let was = plan::partials(back.clone(), query, shards)?;
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
    // All who are open now, and those of them who are quiet.
    let active = kept.open.union_by_name(back)?.union_by_name(today)?;
    let timeout = TimeDelta::from_std(query.options().session_timeout()).ok();
    // After a time that is longer than all time nobody is settled.
    let since = timeout
        .and_then(|timeout| as_of.checked_sub_signed(quiet_for.max(timeout)))
        .unwrap_or(DateTime::<Utc>::MIN_UTC);
    let at = cast(ident(Column::At.name()), Column::At.data_type());
    let quiet = active
        .clone()
        .aggregate(vec![visitor()], vec![max(at).alias("latest")])?
        .filter(ident("latest").lt_eq(instant(since)))?
        .select(vec![visitor()])?;
    let newly = plan::partials(of(active.clone(), quiet.clone())?, &now, shards)?;
    let settled = settled
        .union(newly.select(vec![ident("partial")])?)?
        .aggregate(vec![], vec![sum_of("partial")])?;
    let open = active.join(quiet, JoinType::LeftAnti, &["visitor"], &["visitor"], None)?;
    let partials = plan::partials(open.clone(), &now, shards)?;
    let all = settled
        .clone()
        .union(partials.select(vec![ident("partial")])?)?;
    let report = report_function()
        .call(vec![ident("partial")])
        .alias("report");
    let reported = all.aggregate(vec![], vec![report])?;
    // Of nothing that has ever arrived.
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

/// Events with the columns that are carried from day to day, checked. Nanoseconds are cut as the reader cuts them: in
/// them there are not all instants that others may have.
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

fn visitor() -> Expr {
    ident(Column::Visitor.name())
}

fn instant(at: DateTime<Utc>) -> Expr {
    let micros = Some(at.timestamp_micros());
    lit(ScalarValue::TimestampMicrosecond(
        micros,
        Some("UTC".into()),
    ))
}

fn visitors(events: DataFrame) -> Result<DataFrame> {
    events.select(vec![visitor()])?.distinct()
}

/// Those of the visitors who are not among others.
fn without(visitors: DataFrame, others: DataFrame) -> Result<DataFrame> {
    visitors.join(others, JoinType::LeftAnti, &["visitor"], &["visitor"], None)
}

/// The events of some visitors.
fn of(events: DataFrame, visitors: DataFrame) -> Result<DataFrame> {
    events.join(
        visitors,
        JoinType::LeftSemi,
        &["visitor"],
        &["visitor"],
        None,
    )
}

/// A column of partials, added up.
fn sum_of(name: &str) -> Expr {
    merge_function().call(vec![ident(name)]).alias(name)
}
