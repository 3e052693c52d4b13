//! Linked visitors: links, chains, retracted links, and what goes wrong without resolving them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::event::{VisitorEvent, WidgetEvent};
use convometrics::{Event, Ledger, Options, Period, Report, Zone};
use convometrics_datafusion::arrow::{row_batch, schema};
use convometrics_datafusion::plan::{self, Links};
use datafusion::datasource::MemTable;
use datafusion::prelude::{DataFrame, SessionContext};
use proptest::prelude::*;
use proptest::sample::select;

use crate::exact::{call, context, linked_call, run, text, text_with};
use crate::golden::Golden;
use crate::nasty::{Case, case, json, ledger};
use crate::queries::query;

/// A log with several arrivals under each of a few ids: links, retractions and other events, in any revision.
pub(crate) fn linked_case() -> impl Strategy<Value = Case> {
    let visitor = || select(&["v-a", "v-b", "v-c", "v-d", "v-0", "v-z"][..]);
    let arrival = (0..8_u8, visitor(), visitor(), 0..3_u64, 0..8_u8, 0..300_i64);
    let arrivals = prop::collection::vec(arrival, 0..16);
    (case(), arrivals).prop_map(|(mut case, arrivals)| {
        let first = case.period.start();
        for (id, visitor, to, revision, kind, minutes) in arrivals {
            let at = first + TimeDelta::minutes(minutes);
            let (id, visitor) = (
                format!("link-{id}").parse().unwrap(),
                visitor.parse().unwrap(),
            );
            let event = match kind {
                0 => Event::new(id, at, visitor, WidgetEvent::Impression),
                1 => Event::retraction(id, at, visitor, revision.max(1)),
                _ => {
                    let to = to.parse().unwrap();
                    Event::new(id, at, visitor, VisitorEvent::Linked { to })
                }
            };
            let event = event.unwrap();
            let revision = revision.max(event.revision());
            case.events.push(event.with_revision(revision).unwrap());
        }
        case
    })
}

/// The events in batches of a few rows.
fn frame(context: &SessionContext, events: &[Event]) -> DataFrame {
    let batches = events.chunks(7).map(|some| row_batch(some).unwrap());
    let table = MemTable::try_new(schema(), vec![batches.collect()]).unwrap();
    context.read_table(Arc::new(table)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn links_of_a_table_are_those_of_the_core(case in linked_case()) {
        let links = run(async {
            let context = context(2, 8);
            plan::links(frame(&context, &case.events)).await.unwrap()
        });
        let ledger = case.ledger();
        let expected = ledger.linked_ids().map(|(id, name)| (id.as_str(), name.as_str()));
        prop_assert!(links.iter().eq(expected), "{:?}", links);
        prop_assert_eq!(&links, &Links::of(&ledger));
    }

    #[test]
    fn latest_of_a_table_is_the_default_of_as_of(case in linked_case()) {
        let latest = run(async {
            let context = context(2, 8);
            plan::latest(frame(&context, &case.events)).await.unwrap()
        });
        prop_assert_eq!(latest, case.ledger().report(&case.period, &Options::new()).as_of);
    }
}

#[test]
fn plan_and_sql_give_the_golden_reports() {
    for golden in Golden::all() {
        let events = golden.events();
        let ledger = golden.ledger();
        let (period, options) = golden.period_and_options(&ledger);
        let expected: Report = serde_json::from_value(golden.expected().clone()).unwrap();
        let expected = json(&expected);
        run(async {
            let context = context(2, 100);
            let frame = || frame(&context, &events);
            let report = plan::report(frame(), &query(&period, &options), 5).await;
            assert_eq!(json(&report.unwrap()), expected, "{}", golden.name());
            let Some(now) = golden.report(&ledger).as_of else {
                return;
            };
            let options = options.clone().with_as_of(now).unwrap();
            let links = plan::links(frame()).await.unwrap();
            context
                .register_table("events", frame().into_view())
                .unwrap();
            let partial = linked_call(&period, &options);
            let sql = format!(
                "SELECT convometrics_report(partial) FROM (
                    SELECT {partial} AS partial
                    FROM (SELECT *, convometrics_visitor(visitor, $links) AS visitor_name FROM events)
                    GROUP BY convometrics_shard(coalesce(visitor_name, visitor), 5)
                )"
            );
            let found = text_with(&context, &sql, &links).await.unwrap();
            if !events.is_empty() {
                assert_eq!(found, Some(expected), "{}", golden.name());
            }
        });
    }
}

fn march() -> (Period, Options) {
    let date = |day: &str| day.parse().unwrap();
    let period = Period::from_dates(date("2026-03-01"), date("2026-03-31"), &Zone::utc()).unwrap();
    let options = Options::new().with_as_of(period.end()).unwrap();
    (period, options)
}

fn event(id: &str, visitor: &str, rest: &str) -> Event {
    let line =
        format!(r#"{{"id":"{id}","at":"2026-03-02T09:00:00Z","visitor":"{visitor}",{rest}}}"#);
    Event::from_json(&line).unwrap()
}

fn look(id: &str, visitor: &str) -> Event {
    event(id, visitor, r#""type":"widget_impression""#)
}

fn link(id: &str, visitor: &str, to: &str) -> Event {
    event(
        id,
        visitor,
        &format!(r#""type":"visitor_linked","to":"{to}""#),
    )
}

/// Two devices of Ann, the second linked to the first, and Ben.
fn linked() -> Vec<Event> {
    vec![
        look("1", "ann"),
        look("1", "ann-phone"),
        link("2", "ann-phone", "ann"),
        look("1", "ben"),
    ]
}

#[test]
fn log_whose_survivors_are_all_retracted_has_no_now() {
    let events = [
        look("1", "ann"),
        event("1", "ann", r#""type":"retracted","revision":1"#),
    ];
    let (period, _) = march();
    let options = Options::new();
    let expected = ledger(&events).report(&period, &options);
    assert_eq!(
        (expected.as_of, expected.data_quality.superseded),
        (None, 1)
    );
    let found = run(async {
        let context = context(2, 8);
        plan::report(frame(&context, &events), &query(&period, &options), 3).await
    });
    assert_eq!(json(&found.unwrap()), json(&expected));
}

/// The plan of the partial reports.
async fn partials_plan(links: &Links) -> String {
    let (period, options) = march();
    let context = context(2, 8);
    let events = frame(&context, &linked());
    let plan = plan::partials(events, &query(&period, &options), links, 4).unwrap();
    plan.explain(false, false)
        .unwrap()
        .to_string()
        .await
        .unwrap()
}

#[test]
fn plan_without_links_does_not_look_for_names() {
    run(async {
        let with = partials_plan(&Links::of(&ledger(&linked()))).await;
        assert!(with.contains("convometrics_visitor"), "{with}");
        // The rows are still aggregated where they are sent, in one step.
        assert!(with.contains("mode=SinglePartitioned"), "{with}");
        let without = partials_plan(&Links::none()).await;
        assert!(!without.contains("convometrics_visitor"), "{without}");
    });
}

/// Runs SQL over a table whose links were resolved from some of its events, and returns the error.
async fn error_of(resolved: &[Event], visitor_name: &str, group: &str) -> String {
    let (period, options) = march();
    let context = context(2, 8);
    let table = frame(&context, &linked()).into_view();
    context.register_table("events", table).unwrap();
    let partial = call(&period, &options).replace("NULL", visitor_name);
    let sql = format!(
        "SELECT convometrics_report(partial) FROM (
            SELECT {partial} AS partial
            FROM (SELECT *, convometrics_visitor(visitor, $links) AS name FROM events)
            GROUP BY {group}
        )"
    );
    let links = Links::of(&ledger(resolved));
    let found = text_with(&context, &sql, &links).await;
    found.unwrap_err().to_string()
}

#[test]
fn groups_with_unresolved_links_are_an_error() {
    run(async {
        // Neither the names nor the groups respect the link.
        let error = error_of(&[], "NULL", "visitor").await;
        let expected = r#"convometrics_partial: visitor "ann" has no `visitor_name`, and by the links of its group its name is "ann""#;
        assert!(error.contains(expected), "{error}");
        // The names do, and the groups do not.
        let error = error_of(&linked(), "name", "visitor").await;
        let expected = r#"convometrics_partial: visitor "ann" has the `visitor_name` "ann", and by the links of its group it is not linked"#;
        assert!(error.contains(expected), "{error}");
        // The links were resolved before one arrived.
        let error = error_of(
            &[link("1", "ann", "zoe")],
            "name",
            "coalesce(name, visitor)",
        )
        .await;
        assert!(error.contains("`visitor_name`"), "{error}");
        // The names are not those of the links.
        let error = error_of(&linked(), "visitor", "1 + 0").await;
        assert!(error.contains("`visitor_name`"), "{error}");
    });
}

#[test]
fn visitor_with_two_names_is_an_error() {
    run(async {
        let error = error_of(&linked(), "id", "1 + 0").await;
        assert!(error.contains("`visitor_name`"), "{error}");
        let error = error_of(&linked(), "type", "1 + 0").await;
        let expected = r#"convometrics_partial: visitor "ann-phone" has the `visitor_name` "widget_impression" and "visitor_linked"; allowed: one name"#;
        assert!(error.contains(expected), "{error}");
    });
}

#[test]
fn visitor_function_gives_the_names_of_linked_ids_alone() {
    run(async {
        let context = context(2, 8);
        let table = frame(&context, &linked()).into_view();
        context.register_table("events", table).unwrap();
        let links = Links::of(&ledger(&linked()));
        let sql = "SELECT arrow_cast(string_agg(id || visitor || '=' || coalesce(name, '-'), ' ' ORDER BY visitor, id), 'Utf8')
            FROM (SELECT *, convometrics_visitor(visitor, $links) AS name FROM events)";
        let found = text_with(&context, sql, &links).await.unwrap();
        assert_eq!(
            found.as_deref(),
            Some("1ann=ann 1ann-phone=ann 2ann-phone=ann 1ben=-")
        );
        let sql = sql.replace("$links", "NULL");
        let found = text(&context, &sql).await.unwrap();
        assert_eq!(
            found.as_deref(),
            Some("1ann=- 1ann-phone=- 2ann-phone=- 1ben=-")
        );
        let error = text(&context, &sql.replace("NULL", "7")).await;
        let error = error.unwrap_err().to_string();
        let expected = "convometrics_visitor: `links` is Int64; allowed: NULL, or a value of `Links::to_scalar`";
        assert!(error.contains(expected), "{error}");
    });
}

/// The default "now" by hand: a correction to an earlier time, and a retraction.
#[test]
fn corrected_and_retracted_events_do_not_set_now() {
    let at = |id: &str, time: &str, rest: &str| {
        let line =
            format!(r#"{{"id":"{id}","at":"2026-03-02T{time}:00Z","visitor":"ann",{rest}}}"#);
        Event::from_json(&line).unwrap()
    };
    let look = r#""type":"widget_impression""#;
    let events = [
        at("1", "09:00", look),
        at("2", "12:00", look),
        at("2", "10:00", r#""type":"widget_impression","revision":1"#),
        at("3", "11:00", look),
        at("3", "13:00", r#""type":"retracted","revision":2"#),
        at("3", "14:00", r#""type":"widget_impression","revision":2"#),
    ];
    let latest = run(async {
        let context = context(2, 8);
        plan::latest(frame(&context, &events)).await.unwrap()
    });
    let expected: DateTime<Utc> = "2026-03-02T10:00:00Z".parse().unwrap();
    assert_eq!(latest, Some(expected));
    let mut ledger = Ledger::new();
    ledger.record_all(&events).unwrap();
    let (period, _) = march();
    assert_eq!(ledger.report(&period, &Options::new()).as_of, latest);
}
