//! The bytes of the core's report, for any number of partitions and shards, and any batch size.

use crate::queries::query;
use std::sync::Arc;

use convometrics::{Event, Ledger, Options, Period};
use convometrics_datafusion::arrow::{row_batch, schema};
use convometrics_datafusion::plan::{self, Links};
use convometrics_datafusion::register;
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::datasource::MemTable;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::linked::linked_case;
use crate::nasty::{Case, case, json};

/// Runs a future to its end.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(future)
}

pub(crate) fn context(partitions: usize, batch_size: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(partitions)
        .with_batch_size(batch_size);
    let mut context = SessionContext::new_with_config(config);
    register(&mut context).unwrap();
    context
}

/// A table of events, in the partitions of their places, in batches of so many rows.
fn table(events: &[Event], places: &[Index], partitions: usize, rows: usize) -> MemTable {
    let mut parts = vec![Vec::new(); partitions];
    for (event, place) in events.iter().zip(places.iter().cycle()) {
        parts[place.index(partitions)].push(event.clone());
    }
    let batches = |part: Vec<Event>| -> Vec<RecordBatch> {
        part.chunks(rows)
            .map(|some| row_batch(some).unwrap())
            .collect()
    };
    MemTable::try_new(schema(), parts.into_iter().map(batches).collect()).unwrap()
}

/// The options with an explicit "now".
fn fixed(case: &Case) -> Options {
    let options = Options::of(&case.report());
    match options.as_of() {
        Some(_) => options,
        None => options.with_as_of(case.period.end()).unwrap(),
    }
}

/// The call of `convometrics_partial` with named arguments, for events without links.
pub(crate) fn call(period: &Period, options: &Options) -> String {
    let schema = schema();
    let columns = schema.fields().iter().map(|field| field.name());
    let columns: Vec<String> = columns
        .map(|name| format!(r#""{name}" => "{name}""#))
        .collect();
    let text = |json: String| json.replace('\'', "''");
    format!(
        "convometrics_partial({}, visitor_name => NULL, query => '{}')",
        columns.join(", "),
        text(serde_json::to_string(&query(period, options)).unwrap()),
    )
}

/// The same, with the names of linked visitors in a column.
pub(crate) fn linked_call(period: &Period, options: &Options) -> String {
    call(period, options).replace("visitor_name => NULL", "visitor_name => visitor_name")
}

/// The only text of a query's result.
pub(crate) async fn text(
    context: &SessionContext,
    sql: &str,
) -> datafusion::error::Result<Option<String>> {
    text_with(context, sql, &Links::none()).await
}

/// The same, with the links as the parameter `links`.
pub(crate) async fn text_with(
    context: &SessionContext,
    sql: &str,
    links: &Links,
) -> datafusion::error::Result<Option<String>> {
    let query = context.sql(sql).await?;
    let query = query.with_param_values(vec![("links", links.to_scalar())])?;
    let batches = query.collect().await?;
    let columns = batches
        .iter()
        .map(|batch| batch.column(0).as_string::<i32>());
    Ok(columns.flatten().next().flatten().map(ToOwned::to_owned))
}

/// The rows of `events`, with the names of linked visitors.
const NAMED: &str = "(SELECT *, convometrics_visitor(visitor, $links) AS visitor_name FROM events)";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sql_gives_the_bytes_of_the_core(
        case in prop_oneof![case(), linked_case()],
        places in prop::collection::vec(any::<Index>(), 1..40),
        (partitions, target) in (1..4_usize, 1..5_usize),
        (rows, batch_size) in (1..30_usize, 1..50_usize),
        shards in 1..9_u32,
    ) {
        let options = fixed(&case);
        let expected = case.ledger().report(&case.period, &options);
        let found = run(async {
            let context = context(target, batch_size);
            let table = table(&case.events, &places, partitions, rows);
            context.register_table("events", Arc::new(table)).unwrap();
            let links = plan::links(context.table("events").await.unwrap()).await.unwrap();
            let partial = linked_call(&case.period, &options);
            let shard = format!("convometrics_shard(coalesce(visitor_name, visitor), {shards})");
            let sql = format!(
                "SELECT convometrics_report(partial) FROM (
                    SELECT {partial} AS partial FROM {NAMED} GROUP BY {shard}
                )"
            );
            let by_shard = text_with(&context, &sql, &links).await.unwrap();
            // In two steps, and with all visitors in one group.
            let sql = format!(
                "SELECT convometrics_report(sum) FROM (
                    SELECT convometrics_merge(partial) AS sum FROM (
                        SELECT {shard} AS shard, {partial} AS partial FROM {NAMED} GROUP BY {shard}
                    ) GROUP BY shard % 3
                )"
            );
            let in_steps = text_with(&context, &sql, &links).await.unwrap();
            let sql = format!("SELECT convometrics_report(partial) FROM (SELECT {partial} AS partial FROM {NAMED})");
            let alone = text_with(&context, &sql, &links).await.unwrap();
            [by_shard, in_steps, alone]
        });
        let [by_shard, in_steps, alone] = found;
        if case.events.is_empty() {
            prop_assert_eq!((by_shard, in_steps), (None, None));
        } else {
            prop_assert_eq!(by_shard, Some(json(&expected)));
            prop_assert_eq!(in_steps, Some(json(&expected)));
        }
        prop_assert_eq!(alone, Some(json(&expected)));
    }

    /// So many groups that the engine packs each row alone, and a filter.
    #[test]
    fn each_visitor_can_be_a_group_and_a_filter_leaves_rows_out(
        case in prop_oneof![case(), linked_case()],
        places in prop::collection::vec(any::<Index>(), 1..40),
        rows in 1..30_usize,
    ) {
        let options = fixed(&case);
        let kept: Vec<Event> = case.events.iter().filter(|event| event.seq() != 1).cloned().collect();
        let expected = crate::nasty::ledger(&kept).report(&case.period, &options);
        let found = run(async {
            let context = context(2, 4);
            for (name, value) in [("rows", "1"), ("ratio", "0.0")] {
                let name = format!("skip_partial_aggregation_probe_{name}_threshold");
                context.sql(&format!("SET datafusion.execution.{name} = {value}")).await.unwrap();
            }
            let table = table(&case.events, &places, 2, rows);
            context.register_table("events", Arc::new(table)).unwrap();
            let kept = context.sql("SELECT * FROM events WHERE seq <> 1").await.unwrap();
            let links = plan::links(kept).await.unwrap();
            let partial = linked_call(&case.period, &options);
            let sql = format!(
                "SELECT convometrics_report(partial) FROM (
                    SELECT {partial} FILTER (WHERE seq <> 1) AS partial
                    FROM {NAMED} GROUP BY coalesce(visitor_name, visitor)
                )"
            );
            text_with(&context, &sql, &links).await.unwrap()
        });
        prop_assert_eq!(found, (!case.events.is_empty()).then(|| json(&expected)));
    }

    #[test]
    fn the_plan_gives_the_report_of_the_core(
        case in prop_oneof![case(), linked_case()],
        places in prop::collection::vec(any::<Index>(), 1..40),
        (partitions, target) in (1..4_usize, 1..5_usize),
        (rows, batch_size) in (1..30_usize, 1..50_usize),
        shards in 1..9_u32,
    ) {
        let found = run(async {
            let context = context(target, batch_size);
            let table = table(&case.events, &places, partitions, rows);
            let events = context.read_table(Arc::new(table)).unwrap();
            plan::report(events, &query(&case.period, &case.options), shards).await.unwrap()
        });
        prop_assert_eq!(json(&found), json(&case.report()));
    }
}

/// The plan as the engine prints it.
async fn explained(rows: DataFrame) -> String {
    let explained = rows.explain(false, false).unwrap();
    explained.to_string().await.unwrap()
}

fn no_events() -> Arc<MemTable> {
    Arc::new(MemTable::try_new(schema(), vec![vec![], vec![]]).unwrap())
}

fn assert_has(plan: &str, steps: &[&str]) {
    for step in steps {
        assert!(plan.contains(step), "{step} is not in\n{plan}");
    }
}

#[test]
fn rows_are_sent_to_their_shard_and_aggregated_there() {
    let plan = run(async {
        let context = context(4, 8192);
        let events = context.read_table(no_events()).unwrap();
        let (period, options) = period_and_options();
        explained(plan::partials(events, &query(&period, &options), &Links::none(), 64).unwrap())
            .await
    });
    assert_has(
        &plan,
        &[
            "AggregateExec: mode=SinglePartitioned, gby=[shard@",
            "RepartitionExec: partitioning=Hash([shard@",
        ],
    );
    assert!(!plan.contains("mode=Partial"), "{plan}");
}

#[test]
fn sql_gathers_shards_then_sends_them_packed_and_aggregates_them() {
    let plan = run(async {
        let context = context(4, 8192);
        context.register_table("events", no_events()).unwrap();
        let (period, options) = period_and_options();
        let partial = call(&period, &options);
        let sql = format!(
            "SELECT {partial} AS partial FROM events GROUP BY convometrics_shard(visitor, 64)"
        );
        explained(context.sql(&sql).await.unwrap()).await
    });
    assert_has(
        &plan,
        &[
            "AggregateExec: mode=Partial, gby=[convometrics_shard(",
            "RepartitionExec: partitioning=Hash([convometrics_shard(",
            "AggregateExec: mode=FinalPartitioned, gby=[convometrics_shard(",
        ],
    );
}

fn period_and_options() -> (Period, Options) {
    let day = "2026-03-02".parse().unwrap();
    let period = Period::from_dates(day, day, &"Europe/Paris".parse().unwrap()).unwrap();
    let options = Options::new().with_as_of("2026-03-05T00:00:00Z".parse().unwrap());
    (period, options.unwrap())
}

#[test]
fn partials_of_different_queries_are_an_error() {
    let (period, options) = period_and_options();
    let other = options.clone().with_top(3).unwrap();
    let error = run(async {
        let context = context(2, 8192);
        let table = MemTable::try_new(schema(), vec![vec![], vec![]]).unwrap();
        context.register_table("events", Arc::new(table)).unwrap();
        let (one, two) = (call(&period, &options), call(&period, &other));
        let sql = format!(
            "SELECT convometrics_report(partial) FROM (
                SELECT {one} AS partial FROM events UNION ALL SELECT {two} AS partial FROM events
            )"
        );
        text(&context, &sql).await.unwrap_err().to_string()
    });
    assert!(error.contains("`top` is "), "{error}");
}

/// As if from a worker that seemed lost and the one that repeated its work, in one partition and in several.
#[test]
fn partials_of_the_same_visitors_are_an_error() {
    let (period, options) = period_and_options();
    let seen = |visitor: &str| {
        let line = format!(
            r#"{{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"{visitor}","type":"widget_impression"}}"#
        );
        convometrics::Event::from_json(&line).unwrap()
    };
    let batch = |visitors: &[&str]| {
        let events: Vec<_> = visitors.iter().map(|visitor| seen(visitor)).collect();
        row_batch(&events).unwrap()
    };
    let partial = call(&period, &options);
    let twice = |first: &str, second: &str| {
        format!(
            "SELECT {partial} AS partial FROM events WHERE visitor IN ({first})
             UNION ALL SELECT {partial} AS partial FROM events WHERE visitor IN ({second})"
        )
    };
    run(async {
        for partitions in [1, 4] {
            let context = context(partitions, 8192);
            let table =
                MemTable::try_new(schema(), vec![vec![batch(&["ann", "ben", "cleo"])]]).unwrap();
            context.register_table("events", Arc::new(table)).unwrap();
            for function in ["convometrics_report", "convometrics_merge"] {
                let ask = |partials: &str| format!("SELECT {function}(partial) FROM ({partials})");
                let once = context
                    .sql(&ask(&twice("'ann', 'cleo'", "'ben'")))
                    .await
                    .unwrap();
                assert_eq!(once.count().await.unwrap(), 1);
                // Partial reports without visitors may occur twice.
                let nobody = context.sql(&ask(&twice("'dan'", "'dan'"))).await.unwrap();
                assert_eq!(nobody.count().await.unwrap(), 1);
                let error = text(&context, &ask(&twice("'ann', 'ben'", "'ben', 'ann'"))).await;
                let error = error.unwrap_err().to_string();
                let expected = format!(
                    "{function}: two partial reports have the same visitors, who would count twice; \
                     allowed: each visitor in one"
                );
                assert!(error.contains(&expected), "{error}");
            }
        }
    });
}

#[test]
fn number_of_shards_is_a_literal_of_at_least_one() {
    run(async {
        let context = context(2, 8192);
        let table = MemTable::try_new(schema(), vec![vec![]]).unwrap();
        context.register_table("nothing", Arc::new(table)).unwrap();
        let one = "(VALUES ('ann', 3)) AS one (visitor, seq)";
        // A wrong literal is an error even without rows.
        for (shards, shown, table) in [
            ("0", "0", "nothing"),
            ("-1", "-1", "nothing"),
            ("4294967296", "4294967296", "nothing"),
            ("NULL", "NULL", "nothing"),
            ("seq", "a column", one),
        ] {
            let sql = format!("SELECT convometrics_shard(visitor, {shards}) FROM {table}");
            let error = text(&context, &sql).await.unwrap_err().to_string();
            let said = format!(
                "convometrics_shard: `shards` is {shown}; allowed: a literal from 1 to 4294967295"
            );
            assert!(error.contains(&said), "{sql}: {error}");
        }
    });
}

#[test]
fn missing_columns_are_an_error_before_anything_runs() {
    let (period, options) = period_and_options();
    let error = run(async {
        let context = context(2, 8192);
        let table = MemTable::try_new(schema(), vec![vec![]]).unwrap();
        context.register_table("events", Arc::new(table)).unwrap();
        let mut errors = Vec::new();
        for partial in [
            call(&period, &Options::new()),
            call(&period, &options).replace(r#""at" => "at""#, r#""at" => "id""#),
            call(&period, &options).replace(r#""seq" => "seq", "#, ""),
            call(&period, &options).replace("Europe/Paris", "Europe/Lutetia"),
            call(&period, &options)
                .replace("convometrics_partial(", "convometrics_partial(DISTINCT "),
        ] {
            let sql = format!(
                "SELECT convometrics_report(partial) FROM (SELECT {partial} AS partial FROM events)"
            );
            errors.push(text(&context, &sql).await.unwrap_err().to_string());
        }
        errors
    });
    assert!(
        error[0].contains("convometrics_partial: option `as_of` is not set"),
        "{}",
        error[0]
    );
    assert!(
        error[1].contains("column `at` is Utf8; allowed: a Timestamp"),
        "{}",
        error[1]
    );
    assert!(error[2].contains("seq"), "{}", error[2]);
    assert!(error[3].contains("Lutetia"), "{}", error[3]);
    assert!(
        error[4].contains("convometrics_partial takes no DISTINCT"),
        "{}",
        error[4]
    );
}

#[test]
fn row_that_is_not_an_event_is_named() {
    let (period, options) = period_and_options();
    let error = run(async {
        let context = context(2, 8192);
        let events = convometrics::Event::from_json(
            r#"{"id":"e1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"survey_answered","survey":"s","conversation":"c","outcome":"closed","rating":5}"#,
        );
        let table = MemTable::try_new(schema(), vec![vec![row_batch(&[events.unwrap()]).unwrap()]])
            .unwrap();
        context.register_table("events", Arc::new(table)).unwrap();
        let partial =
            call(&period, &options).replace(r#""rating" => "rating""#, r#""rating" => rating + 1"#);
        let sql = format!(
            "SELECT convometrics_report(partial) FROM (SELECT {partial} AS partial FROM events)"
        );
        text(&context, &sql).await.unwrap_err().to_string()
    });
    assert!(
        error.contains(
            r#"row 1, event "e1" of visitor "ann": `rating` is 6; allowed: an integer from 1 to 5"#
        ),
        "{error}"
    );
}

#[test]
fn an_empty_table_has_the_report_of_an_empty_log() {
    let (period, options) = period_and_options();
    let found = run(async {
        let context = context(2, 8192);
        let table = || Arc::new(MemTable::try_new(schema(), vec![vec![]]).unwrap());
        let events = || context.read_table(table()).unwrap();
        let with = plan::report(events(), &query(&period, &options), 4)
            .await
            .unwrap();
        let without = plan::report(events(), &query(&period, &Options::new()), 4)
            .await
            .unwrap();
        (with, without)
    });
    let ledger = Ledger::new();
    assert_eq!(found.0, ledger.report(&period, &options));
    assert_eq!(found.1, ledger.report(&period, &Options::new()));
}
