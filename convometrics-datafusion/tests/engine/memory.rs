//! Reports with less memory than the events need.

use crate::queries::query;
use std::sync::Arc;

use convometrics::event::EventRow;
use convometrics::{Event, Ledger, Options, Period};
use convometrics_datafusion::arrow::{row_batch, schema};
use convometrics_datafusion::{plan, register};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::datasource::MemTable;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};

use crate::exact::run;

/// Messages of many visitors, ten each.
fn events() -> Vec<Event> {
    (0..60_000_i64)
        .map(|number| {
            let (id, visitor) = (
                format!("event-{number}"),
                format!("visitor-{}", number % 6_000),
            );
            let mut row = EventRow::new();
            row.id = Some(&id);
            row.at = Some(1_772_442_000_000_000 + number * 1_000_000);
            row.visitor = Some(&visitor);
            row.event_type = Some("message_sent");
            row.conversation = Some("c");
            row.by = Some(if number % 7 == 0 { "agent" } else { "visitor" });
            row.agent = Some("ada");
            row.event().unwrap()
        })
        .collect()
}

fn context(megabytes: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(2)
        .with_batch_size(256);
    let pool = Arc::new(FairSpillPool::new(megabytes << 20));
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(pool)
        .build_arc()
        .unwrap();
    let mut context = SessionContext::new_with_config_rt(config, runtime);
    register(&mut context).unwrap();
    context
}

/// The events, in two partitions.
fn table(context: &SessionContext, events: &[Event]) -> DataFrame {
    let batches: Vec<_> = events
        .chunks(256)
        .map(|some| row_batch(some).unwrap())
        .collect();
    let halves = batches.chunks(batches.len().div_ceil(2)).map(<[_]>::to_vec);
    let table = MemTable::try_new(schema(), halves.collect()).unwrap();
    context.read_table(Arc::new(table)).unwrap()
}

#[test]
fn report_is_the_same_if_shards_are_written_to_disk() {
    let events = events();
    let mut ledger = Ledger::new();
    ledger.record_all(&events).unwrap();
    let day = "2026-03-02".parse().unwrap();
    let period = Period::from_dates(day, day, &"Europe/Paris".parse().unwrap()).unwrap();
    let options = Options::new()
        .with_as_of("2026-03-05T00:00:00Z".parse().unwrap())
        .unwrap();
    let expected = ledger.report(&period, &options);
    let (report, analysed) = run(async {
        let context = context(24);
        let report = plan::report(table(&context, &events), &query(&period, &options), 512)
            .await
            .unwrap();
        let partials = plan::partials(
            table(&context, &events),
            &query(&period, &options),
            &plan::Links::none(),
            512,
        )
        .unwrap();
        let analysed = partials
            .explain(false, true)
            .unwrap()
            .collect()
            .await
            .unwrap();
        (
            report,
            pretty_format_batches(&analysed).unwrap().to_string(),
        )
    });
    assert_eq!(report, expected);
    let spills = analysed.split("spill_count=").skip(1);
    let spills =
        spills.filter_map(|rest| rest.split([',', ']']).next()?.trim().parse::<u64>().ok());
    assert!(spills.sum::<u64>() > 0, "{analysed}");
}
