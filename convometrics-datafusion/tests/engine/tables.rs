//! Unusual tables and queries: other types of columns, other groupings, missing columns.

use crate::queries::query;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::{Event, Ledger, Options, Period, Zone};
use convometrics_datafusion::arrow::{row_batch, schema};
use convometrics_datafusion::incremental::{Arrived, DayOptions, DayState, day};
use convometrics_datafusion::plan::{self, AggregateOnce};
use convometrics_datafusion::register;
use datafusion::arrow::array::{
    ArrayRef, AsArray, Float64Array, NullArray, RecordBatch, TimestampMicrosecondArray,
    TimestampNanosecondArray, TimestampSecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::datasource::MemTable;
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::col;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};

use crate::columns::{dictionary, with};
use crate::exact::{call, context, run, text};

fn march() -> (Period, Options) {
    let date = |day: &str| day.parse().unwrap();
    let period = Period::from_dates(date("2026-03-01"), date("2026-03-31"), &Zone::utc()).unwrap();
    let options = Options::new().with_as_of(period.end()).unwrap();
    (period, options)
}

fn event(text: &str) -> Event {
    Event::from_json(text).unwrap()
}

/// A widget impression of each of some visitors, a minute apart.
fn looks(visitors: usize) -> Vec<Event> {
    let look = |number: usize| {
        event(&format!(
            r#"{{"id":"{number}","at":"2026-03-02T{:02}:{:02}:00Z","visitor":"v{number}","page":"/{number}","type":"widget_impression"}}"#,
            9 + number / 60,
            number % 60
        ))
    };
    (0..visitors).map(look).collect()
}

fn ledger(events: &[Event]) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.record_all(events.iter().cloned()).unwrap();
    ledger
}

fn read(context: &SessionContext, batches: Vec<RecordBatch>) -> DataFrame {
    let table = MemTable::try_new(batches[0].schema(), vec![batches]).unwrap();
    context.read_table(Arc::new(table)).unwrap()
}

/// The batch with another column in place of one.
fn replaced(batch: &RecordBatch, name: &str, column: &ArrayRef) -> RecordBatch {
    with(batch, |found, old| {
        Some(if found == name { column } else { old }.clone())
    })
}

/// A session with the rule `AggregateOnce`, over events in some partitions. The table declares its order if it is sorted
/// by visitor.
fn once(events: &[Event], partitions: usize) -> SessionContext {
    let state = SessionStateBuilder::new()
        .with_config(SessionConfig::new().with_target_partitions(partitions))
        .with_default_features()
        .with_physical_optimizer_rule(Arc::new(AggregateOnce))
        .build();
    let mut context = SessionContext::new_with_state(state);
    register(&mut context).unwrap();
    let mut parts = vec![Vec::new(); partitions];
    for (number, event) in events.iter().enumerate() {
        parts[number % partitions].push(row_batch(std::slice::from_ref(event)).unwrap());
    }
    let mut table = MemTable::try_new(schema(), parts).unwrap();
    if events.is_sorted_by_key(Event::visitor) {
        table = table.with_sort_order(vec![vec![col("visitor").sort(true, false)]]);
    }
    context.register_table("events", Arc::new(table)).unwrap();
    context
}

/// By hand: a group for each of 9 visitors, and one for all.
#[test]
fn grouping_sets_are_aggregated_in_two_steps() {
    let (period, options) = march();
    let mut events = looks(9);
    events.reverse();
    run(async {
        let context = once(&events, 3);
        let partial = call(&period, &options);
        let rollup = format!("SELECT {partial} AS partial FROM events GROUP BY ROLLUP (visitor)");
        let found = context.sql(&rollup).await.unwrap().collect().await.unwrap();
        let rows: usize = found.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(rows, 10);
        let shard =
            format!("EXPLAIN SELECT {partial} FROM events GROUP BY convometrics_shard(visitor, 4)");
        let plan = context
            .sql(&shard)
            .await
            .unwrap()
            .to_string()
            .await
            .unwrap();
        assert!(plan.contains("mode=SinglePartitioned"), "{plan}");
    });
}

#[test]
fn ordered_rows_are_aggregated_in_two_steps() {
    let (period, options) = march();
    let mut events = looks(40);
    events.sort_by(|one, other| one.visitor().cmp(other.visitor()));
    run(async {
        let context = once(&events, 3);
        let partial = call(&period, &options);
        let sql = format!(
            "SELECT array_agg(id ORDER BY id) AS ids, {partial} AS partial FROM events
             GROUP BY convometrics_shard(visitor, 3)"
        );
        let found = context.sql(&sql).await.unwrap().collect().await.unwrap();
        let mut rows = 0;
        for batch in &found {
            for ids in batch.column(0).as_list::<i32>().iter().flatten() {
                let ids: Vec<&str> = ids.as_string::<i32>().iter().flatten().collect();
                assert!(ids.is_sorted(), "{ids:?}");
                rows += ids.len();
            }
        }
        assert_eq!(rows, 40);
        // The table is in this order, which must be preserved.
        let sql = format!(
            "SELECT visitor, {partial} AS partial FROM events GROUP BY visitor ORDER BY visitor NULLS LAST"
        );
        let found = context.sql(&sql).await.unwrap().collect().await.unwrap();
        let visitors = found
            .iter()
            .flat_map(|batch| batch.column(0).as_string::<i32>().iter());
        let visitors: Vec<&str> = visitors.flatten().collect();
        assert_eq!(visitors.len(), 40);
        assert!(visitors.is_sorted(), "{visitors:?}");
    });
}

#[test]
fn row_without_an_instant_is_an_error_even_without_as_of() {
    let (period, _) = march();
    let batch = row_batch(&looks(1)).unwrap();
    let nothing: ArrayRef = Arc::new(TimestampMicrosecondArray::new_null(1).with_timezone("UTC"));
    let beyond: ArrayRef =
        Arc::new(TimestampSecondArray::from(vec![i64::MAX]).with_timezone("UTC"));
    // The first instant of the year 10000.
    let late: ArrayRef = Arc::new(
        TimestampMicrosecondArray::from(vec![253_402_300_800_000_000]).with_timezone("UTC"),
    );
    for (at, said) in [
        (nothing, "is missing"),
        (beyond, "is 9223372036854775807"),
        (late, "is 253402300800000000"),
    ] {
        let error = run(async {
            let context = context(2, 8192);
            let events = read(&context, vec![replaced(&batch, "at", &at)]);
            plan::report(events, &query(&period, &Options::new()), 3).await
        });
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("row 1, event \"0\" of visitor \"v0\": `at` "),
            "{error}"
        );
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn unreadable_column_is_an_error_even_without_rows_and_as_of() {
    let (period, _) = march();
    let empty = RecordBatch::new_empty(schema());
    for (name, column, said) in [
        (
            "at",
            DataType::Utf8,
            "column `at` is Utf8; allowed: a Timestamp",
        ),
        (
            "seq",
            DataType::Float64,
            "column `seq` is Float64; allowed: a whole number",
        ),
        (
            "visitor",
            DataType::Binary,
            "column `visitor` is Binary; allowed: Utf8",
        ),
    ] {
        let column = datafusion::arrow::array::new_empty_array(&column);
        let error = run(async {
            let context = context(2, 8192);
            let events = read(&context, vec![replaced(&empty, name, &column)]);
            plan::report(events, &query(&period, &Options::new()), 3).await
        });
        let error = error.unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let without = with(&empty, |name, column| {
        (name != "type").then(|| column.clone())
    });
    let error = run(async {
        let context = context(2, 8192);
        plan::report(
            read(&context, vec![without]),
            &query(&period, &Options::new()),
            3,
        )
        .await
    });
    let error = error.unwrap_err().to_string();
    assert!(error.contains("column `type` is not there"), "{error}");
}

#[test]
fn as_of_is_cut_to_the_microsecond_like_events() {
    let (period, _) = march();
    let batch = row_batch(&looks(1)).unwrap();
    // A nanosecond before 1970 is in the microsecond before.
    let at: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![-1]).with_timezone("UTC"));
    let batch = replaced(&batch, "at", &at);
    let report = run(async {
        let context = context(2, 8192);
        plan::report(
            read(&context, vec![batch]),
            &query(&period, &Options::new()),
            3,
        )
        .await
    });
    let as_of = report.unwrap().as_of.unwrap();
    assert_eq!(as_of, DateTime::from_timestamp_micros(-1).unwrap());
}

/// 300 visitors in batches of 100, each with its own dictionary. Keys of 8 bits cannot number all of them.
#[test]
fn small_dictionaries_of_several_batches_are_read() {
    let (period, options) = march();
    let events = looks(300);
    let expected = ledger(&events).report(&period, &options);
    for keys in [DataType::Int8, DataType::UInt8, DataType::Int16] {
        let kind = dictionary(keys, DataType::Utf8);
        let batches: Vec<RecordBatch> = events
            .chunks(100)
            .map(|some| {
                with(&row_batch(some).unwrap(), |name, column| {
                    let is_small = ["id", "visitor", "page"].contains(&name);
                    Some(if is_small {
                        cast(column, &kind).unwrap()
                    } else {
                        column.clone()
                    })
                })
            })
            .collect();
        for options in [options.clone(), Options::new()] {
            let report = run(async {
                let context = context(2, 8192);
                plan::report(
                    read(&context, batches.clone()),
                    &query(&period, &options),
                    3,
                )
                .await
            });
            let report = report.unwrap();
            assert_eq!(report.visitors, expected.visitors, "{kind}");
            assert_eq!(report.requests, expected.requests, "{kind}");
        }
    }
}

fn now(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A day after the first of March.
async fn a_day(
    kept: DayState,
    today: DataFrame,
    before: DataFrame,
) -> datafusion::error::Result<convometrics_datafusion::incremental::Day> {
    let (period, options) = march();
    let options = options.with_as_of(now("2026-03-02T00:00:00Z")).unwrap();
    let day_options = DayOptions {
        query: &query(&period, &options),
        as_of: now("2026-03-03T00:00:00Z"),
        quiet_for: TimeDelta::days(400),
        shards: 3,
    };
    day(kept, Arrived { today, before }, &day_options).await
}

#[test]
fn day_refuses_the_columns_that_a_report_refuses() {
    let batch = row_batch(&looks(1)).unwrap();
    let text = cast(batch.column_by_name("at").unwrap(), &DataType::Utf8).unwrap();
    let no_zone = batch
        .column_by_name("at")
        .unwrap()
        .as_primitive::<datafusion::arrow::datatypes::TimestampMicrosecondType>();
    let no_zone: ArrayRef = Arc::new(no_zone.clone().with_timezone_opt(None::<Arc<str>>));
    let double: ArrayRef = Arc::new(Float64Array::from(vec![1.5]));
    for (name, column, said) in [
        ("at", text, "column `at` is Utf8; allowed: a Timestamp"),
        (
            "at",
            no_zone,
            "column `at` is Timestamp(µs); allowed: a Timestamp",
        ),
        (
            "subtotal",
            double,
            "column `subtotal` is Float64; allowed: Decimal128",
        ),
    ] {
        let error = run(async {
            let context = context(2, 8192);
            let none = || read(&context, vec![RecordBatch::new_empty(schema())]);
            let today = read(&context, vec![replaced(&batch, name, &column)]);
            let one = a_day(DayState::nothing(&context).unwrap(), today.clone(), none()).await;
            let other = a_day(DayState::nothing(&context).unwrap(), none(), today).await;
            let (one, other) = (one.unwrap_err(), other.unwrap_err());
            assert_eq!(one.to_string(), other.to_string());
            one.to_string()
        });
        assert!(error.contains(said), "{error}");
    }
}

/// Nanoseconds and a foreign column today, and the year 2400 tomorrow, which nanoseconds cannot hold.
#[test]
fn carried_rows_have_only_the_columns_of_events() {
    let first = row_batch(&looks(1)).unwrap();
    let nanos = cast(
        first.column_by_name("at").unwrap(),
        &DataType::Timestamp(
            datafusion::arrow::datatypes::TimeUnit::Nanosecond,
            Some("UTC".into()),
        ),
    );
    let first = replaced(&first, "at", &nanos.unwrap());
    let first = RecordBatch::try_from_iter(
        first
            .schema()
            .fields()
            .iter()
            .zip(first.columns())
            .map(|(field, column)| (field.name().clone(), column.clone()))
            .chain([("extra".to_owned(), Arc::new(NullArray::new(1)) as ArrayRef)]),
    );
    let late = event(
        r#"{"id":"1","at":"2400-01-01T00:00:00Z","visitor":"zoe","type":"widget_impression"}"#,
    );
    run(async {
        let context = context(2, 8192);
        let none = || read(&context, vec![RecordBatch::new_empty(schema())]);
        let today = read(&context, vec![first.unwrap()]);
        let kept = a_day(DayState::nothing(&context).unwrap(), today, none())
            .await
            .unwrap()
            .kept;
        assert!(!kept.open.schema().has_column_with_unqualified_name("extra"));
        let tomorrow = read(&context, vec![row_batch(&[late]).unwrap()]);
        let next = a_day(kept, tomorrow, none()).await.unwrap();
        assert_eq!(next.kept.open.count().await.unwrap(), 2);
    });
}

/// Ann was settled, and the settled sum is missing.
#[test]
fn missing_settled_sum_is_an_error() {
    let looks = looks(1);
    let error = run(async {
        let context = context(2, 8192);
        let events = || read(&context, vec![row_batch(&looks).unwrap()]);
        let planned = a_day(DayState::nothing(&context).unwrap(), events(), events())
            .await
            .unwrap();
        planned.report.collect().await.unwrap_err().to_string()
    });
    assert!(
        error.contains("convometrics_subtract: `partial` is NULL; allowed: the sum that `part`, which has visitors, was added to"),
        "{error}"
    );
}

#[test]
fn as_of_advances_to_a_text_or_a_timestamp() {
    let (period, options) = march();
    let options = options.with_as_of(now("2026-03-02T12:00:00Z")).unwrap();
    let events = looks(3);
    let later = options
        .clone()
        .with_as_of(now("2026-03-05T00:00:00Z"))
        .unwrap();
    let expected = serde_json::to_string(&ledger(&events).report(&period, &later)).unwrap();
    run(async {
        let context = context(2, 8192);
        let table = MemTable::try_new(schema(), vec![vec![row_batch(&events).unwrap()]]).unwrap();
        context.register_table("events", Arc::new(table)).unwrap();
        let partial = call(&period, &options);
        let at = |as_of: &str| {
            format!(
                "SELECT convometrics_report(convometrics_advance_to(partial, {as_of})) FROM (SELECT {partial} AS partial FROM events)"
            )
        };
        for as_of in [
            "'2026-03-05T00:00:00Z'",
            "'2026-03-05T01:00:00+01:00'",
            r#"arrow_cast('2026-03-05T00:00:00Z', 'Timestamp(Microsecond, Some("UTC"))')"#,
        ] {
            let found = text(&context, &at(as_of)).await.unwrap().unwrap();
            assert_eq!(found, expected, "{as_of}");
        }
        for (as_of, said) in [
            (
                "'yesterday'",
                "convometrics_advance_to: `as_of` is \"yesterday\"; allowed: an instant in RFC 3339",
            ),
            (
                "NULL",
                "convometrics_advance_to: `as_of` is NULL; allowed: an instant",
            ),
            (
                "7",
                "convometrics_advance_to: `as_of` is Int64; allowed: a text in RFC 3339, or a Timestamp with a time zone",
            ),
        ] {
            let error = text(&context, &at(as_of)).await.unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    });
}
