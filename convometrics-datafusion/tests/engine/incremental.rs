//! Reports updated day by day, compared with reports over all events.

use crate::queries::query;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::{Event, Ledger, Options, Period};
use convometrics_datafusion::arrow::{row_batch, schema};
use convometrics_datafusion::incremental::{Arrived, Day, DayOptions, DayState, day};
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::datasource::MemTable;
use datafusion::prelude::{DataFrame, SessionContext};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::exact::{context, run};
use crate::linked::linked_case;
use crate::nasty::{case, json, ledger};

fn frame(context: &SessionContext, schema: SchemaRef, batches: Vec<RecordBatch>) -> DataFrame {
    let table = MemTable::try_new(schema, vec![batches]).unwrap();
    context.read_table(Arc::new(table)).unwrap()
}

fn events_of(context: &SessionContext, events: &[Event]) -> DataFrame {
    frame(context, schema(), vec![row_batch(events).unwrap()])
}

fn partials() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new(
        "partial",
        DataType::LargeBinary,
        true,
    )]))
}

/// Runs a plan and stores its rows for the next day.
async fn stored(
    context: &SessionContext,
    frame_to_run: DataFrame,
    schema: SchemaRef,
) -> (DataFrame, usize) {
    let batches = frame_to_run.collect().await.unwrap();
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let batches = batches
        .iter()
        .map(|batch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()).unwrap());
    (frame(context, Arc::clone(&schema), batches.collect()), rows)
}

/// Runs one day. Returns the new state, the report, and the number of events that are carried.
async fn run_day(context: &SessionContext, planned: Day) -> (DayState, String, usize) {
    let report = planned.report.collect().await.unwrap();
    let report = report
        .iter()
        .flat_map(|batch| batch.column(0).as_string::<i32>().iter().flatten());
    let report = report.map(ToOwned::to_owned).next().unwrap_or_default();
    let (settled, _) = stored(context, planned.kept.settled, partials()).await;
    let (open, carried) = stored(context, planned.kept.open, schema()).await;
    (DayState { settled, open }, report, carried)
}

/// The report of each day, and the number of events that it carried.
fn reports(
    days: &[Vec<Event>],
    nows: &[DateTime<Utc>],
    period: &Period,
    options: &Options,
    quiet_for: TimeDelta,
) -> Vec<(String, usize)> {
    run(async {
        let context = context(2, 8192);
        let mut kept = DayState::nothing(&context).unwrap();
        let mut archive: Vec<Event> = Vec::new();
        let mut before = nows[0];
        let mut found = Vec::new();
        for (today, now) in days.iter().zip(nows) {
            let options = options.clone().with_as_of(before).unwrap();
            let arrived = Arrived {
                today: events_of(&context, today),
                before: events_of(&context, &archive),
            };
            let day_options = DayOptions {
                query: &query(period, &options),
                as_of: *now,
                quiet_for,
                shards: 3,
            };
            let planned = day(kept, arrived, &day_options).await.unwrap();
            let (next, report, carried) = run_day(&context, planned).await;
            kept = next;
            found.push((report, carried));
            archive.extend(today.iter().cloned());
            before = *now;
        }
        found
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn each_day_has_the_report_of_all_events_so_far(
        case in prop_oneof![case(), linked_case()],
        places in prop::collection::vec(any::<Index>(), 1..60),
        starts in -48..48_i64,
        hours in prop::collection::vec(0..40_i64, 4),
        quiet in 0..200_i64,
    ) {
        let mut days = vec![Vec::new(); 4];
        for (event, place) in case.events.iter().zip(places.iter().cycle()) {
            days[place.index(4)].push(event.clone());
        }
        let middle = case.events.first().map_or_else(|| case.period.end(), Event::at);
        let mut now = middle + TimeDelta::hours(starts);
        let nows: Vec<DateTime<Utc>> = hours.iter().map(|more| {
            now += TimeDelta::hours(*more);
            now
        }).collect();
        let found = reports(&days, &nows, &case.period, &case.options, TimeDelta::minutes(quiet));
        for (number, ((report, carried), now)) in found.iter().zip(&nows).enumerate() {
            let arrived: Vec<Event> = days[..=number].concat();
            let whole = ledger(&arrived);
            let options = case.options.clone().with_as_of(*now).unwrap();
            let expected = whole.report(&case.period, &options);
            prop_assert_eq!(report, &json(&expected));
            prop_assert!(*carried <= arrived.len());
        }
    }
}

fn event(text: &str) -> Event {
    Event::from_json(text).unwrap()
}

#[test]
fn a_day_does_not_come_before_the_one_before() {
    let date = |day: &str| day.parse().unwrap();
    let period = Period::from_dates(
        date("2026-03-01"),
        date("2026-03-31"),
        &"UTC".parse().unwrap(),
    );
    let period = period.unwrap();
    let error = run(async {
        let context = context(2, 8192);
        let now = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let arrived = Arrived {
            today: events_of(&context, &[]),
            before: events_of(&context, &[]),
        };
        let day_options = DayOptions {
            query: &query(
                &period,
                &Options::new()
                    .with_as_of(now("2026-03-28T00:00:00Z"))
                    .unwrap(),
            ),
            as_of: now("2026-03-27T00:00:00Z"),
            quiet_for: TimeDelta::days(1),
            shards: 3,
        };
        let kept = DayState::nothing(&context).unwrap();
        day(kept, arrived, &day_options).await.unwrap_err()
    });
    assert!(
        error.to_string().contains(
            "`as_of` is 2026-03-27T00:00:00Z; allowed: 2026-03-28T00:00:00Z or later, the one of the day before"
        ),
        "{error}"
    );
}

/// The ends of four days, from Monday, 2 March 2026.
fn nights() -> [DateTime<Utc>; 4] {
    [3, 4, 5, 6].map(|day| format!("2026-03-0{day}T00:00:00Z").parse().unwrap())
}

/// By hand: ann looks on Monday, and her phone on Tuesday; both are settled the same night. On Wednesday her phone is
/// linked to her, and on Thursday the link is retracted.
#[test]
fn links_bring_settled_visitors_back() {
    let look = |id: &str, at: &str, visitor: &str| {
        event(&format!(
            r#"{{"id":"{id}","at":"{at}","visitor":"{visitor}","type":"widget_impression"}}"#
        ))
    };
    let days = [
        vec![look("1", "2026-03-02T09:00:00Z", "ann")],
        vec![look("2", "2026-03-03T09:00:00Z", "ann-phone")],
        vec![event(
            r#"{"id":"3","at":"2026-03-04T09:00:00Z","visitor":"ann-phone","type":"visitor_linked","to":"ann"}"#,
        )],
        vec![event(
            r#"{"id":"3","at":"2026-03-05T09:00:00Z","visitor":"ann-phone","type":"retracted","revision":1}"#,
        )],
    ];
    let nights = nights();
    let date = |day: &str| day.parse().unwrap();
    let zone = "UTC".parse().unwrap();
    let period = Period::from_dates(date("2026-03-01"), date("2026-03-31"), &zone).unwrap();
    let quiet_for = TimeDelta::hours(12);
    let found = reports(&days, &nights, &period, &Options::new(), quiet_for);
    let visitors: Vec<u64> = found
        .iter()
        .map(|(report, _)| {
            let report: convometrics::Report = serde_json::from_str(report).unwrap();
            report.visitors.with_impression
        })
        .collect();
    assert_eq!(visitors, [1, 2, 1, 2]);
    let mut arrived = Ledger::new();
    for ((today, (report, _)), now) in days.iter().zip(&found).zip(nights) {
        arrived.record_all(today).unwrap();
        let options = Options::new().with_as_of(now).unwrap();
        assert_eq!(report, &json(&arrived.report(&period, &options)));
    }
}

/// By hand: ann looks on Monday and clicks on Thursday; ben looks on Tuesday. Who has been quiet for a day is settled.
#[test]
fn quiet_visitors_are_settled_and_returning_ones_are_read_again() {
    let look = |id: &str, at: &str, visitor: &str, kind: &str| {
        event(&format!(
            r#"{{"id":"{id}","at":"{at}","visitor":"{visitor}","type":"{kind}"}}"#
        ))
    };
    let days = [
        vec![look(
            "1",
            "2026-03-02T09:00:00Z",
            "ann",
            "widget_impression",
        )],
        vec![look(
            "2",
            "2026-03-03T09:00:00Z",
            "ben",
            "widget_impression",
        )],
        vec![],
        vec![look("3", "2026-03-05T09:00:00Z", "ann", "widget_clicked")],
    ];
    let nows = nights();
    let date = |day: &str| day.parse().unwrap();
    let zone = "UTC".parse().unwrap();
    let period = Period::from_dates(date("2026-03-01"), date("2026-03-31"), &zone).unwrap();
    let found = reports(&days, &nows, &period, &Options::new(), TimeDelta::days(1));
    // On Monday night ann is open; on Tuesday night ben, for ann has been quiet for more than a day; on Wednesday night
    // nobody; on Thursday night ann, with both of her events.
    let carried: Vec<usize> = found.iter().map(|(_, carried)| *carried).collect();
    assert_eq!(carried, [1, 1, 0, 2]);
    let mut arrived = Ledger::new();
    for ((today, (report, _)), now) in days.iter().zip(&found).zip(nows) {
        arrived.record_all(today).unwrap();
        let options = Options::new().with_as_of(now).unwrap();
        assert_eq!(report, &json(&arrived.report(&period, &options)));
    }
    // Unique over the days: two who looked, one who clicked.
    let report: convometrics::Report = serde_json::from_str(&found[3].0).unwrap();
    assert_eq!(
        (report.visitors.with_impression, report.visitors.with_click),
        (2, 1)
    );
    assert_eq!(report.visitors.clicked_without_impression, 0);
}
