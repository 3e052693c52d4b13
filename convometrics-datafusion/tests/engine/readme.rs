//! The SQL of the README.

use std::sync::Arc;

use convometrics::event::{NdjsonReader, VisitorEvent};
use convometrics::{Event, Ledger, Options, Period};
use convometrics_datafusion::arrow::row_batch;
use convometrics_datafusion::plan;
use datafusion::arrow::array::{AsArray, Float64Array, RecordBatch, StringArray};
use datafusion::datasource::MemTable;

use crate::exact::{context, run, text_with};

fn queries() -> Vec<&'static str> {
    let readme = include_str!("../../README.md");
    let after = readme.split("```sql\n").skip(1);
    after.filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_readmes_queries_give_the_cores_report() {
    let log = include_str!("../../../examples/data/fortnight.ndjson");
    // All arrivals, of which some are duplicates.
    let mut events: Vec<Event> = NdjsonReader::new(log.as_bytes())
        .map(Result::unwrap)
        .collect();
    let [one, other] = [&events[0], events.last().unwrap()].map(|event| event.visitor().clone());
    let (id, at) = ("link".parse().unwrap(), events[0].at());
    let link = VisitorEvent::Linked { to: other };
    events.push(Event::new(id, at, one, link).unwrap());
    let mut ledger = Ledger::new();
    ledger.record_all(&events).unwrap();
    let day = |day: &str| day.parse().unwrap();
    let zone = "Europe/Paris".parse().unwrap();
    let period = Period::from_dates(day("2026-03-01"), day("2026-03-31"), &zone).unwrap();
    let options = Options::new().with_as_of("2026-04-02T08:00:00Z".parse().unwrap());
    let expected = ledger.report(&period, &options.unwrap());
    assert_eq!(expected.data_quality.linked, 1);

    let queries = queries();
    let [report, figures] = queries.as_slice() else {
        panic!("{} queries", queries.len());
    };
    let rows = run(async {
        let context = context(2, 512);
        let batches: Vec<_> = events
            .chunks(100)
            .map(|some| row_batch(some).unwrap())
            .collect();
        let table = |batches: Vec<RecordBatch>| {
            let schema = batches[0].schema();
            Arc::new(MemTable::try_new(schema, vec![batches]).unwrap())
        };
        context.register_table("events", table(batches)).unwrap();
        let links = plan::links(context.table("events").await.unwrap()).await;
        let found = text_with(&context, report, &links.unwrap()).await;
        let found = found.unwrap().unwrap();
        assert_eq!(found, serde_json::to_string(&expected).unwrap());

        let column = Arc::new(StringArray::from(vec![found])) as _;
        let reports = RecordBatch::try_from_iter([("report", column)]).unwrap();
        context
            .register_table("reports", table(vec![reports]))
            .unwrap();
        context.sql(figures).await.unwrap().collect().await.unwrap()
    });
    let values = rows.iter().flat_map(|batch| {
        let values: Float64Array = batch.column(1).as_primitive().clone();
        values.iter().flatten().collect::<Vec<_>>()
    });
    let days = expected.conversations.daily.iter();
    #[expect(clippy::cast_precision_loss, reason = "few conversations")]
    let days: Vec<f64> = days.map(|day| day.total as f64).collect();
    assert!(values.eq(days.iter().copied()));
    assert!(days.iter().sum::<f64>() > 0.0);
}
