//! An oracle: a second implementation of every definition, slow and obvious, over a list of events. It shares no code
//! with the library but the types of events, periods and options, and not the zones' rules either. The library must
//! agree with it to the digit, in every field.

mod attribution;
mod clashes;
mod clock;
mod conversations;
mod csat;
mod engage;
pub(crate) mod events;
mod figures;
mod funnel;
mod gmv;
mod journeys;
mod leaderboard;
mod links;
mod orders;
mod pages;
mod reach;
mod requests;
mod set;
mod stories;
mod visitors;
mod visits;

use std::collections::BTreeMap;

use crate::queries::query;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use convometrics::attribution::{LapsedTouch, WindowEdge};
use convometrics::metrics::conversation::ConversationMetrics;
use convometrics::metrics::csat::CsatMetrics;
use convometrics::metrics::engage::EngageMetrics;
use convometrics::metrics::gmv::GmvMetrics;
use convometrics::metrics::gmv::GmvScope;
use convometrics::metrics::leaderboard::LeaderboardMetrics;
use convometrics::metrics::request::RequestMetrics;
use convometrics::metrics::visitor::VisitorMetrics;
use convometrics::query::PageGrouping;
use convometrics::{Event, Ledger, Model, Options, Period};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::compare::differences;
use crate::golden::Golden;
use crate::golden_logs::check as check_golden;
use crate::nasty::{self, Case};

use clock::Day;
use journeys::Visitor;

/// The period, the options and the events that are read.
struct Context<'a> {
    period: &'a Period,
    options: &'a Options,
    as_of: Option<DateTime<Utc>>,
    zone: Tz,
    days: Vec<Day>,
    visitors: Vec<Visitor<'a>>,
}

impl Context<'_> {
    fn in_period(&self, event: &Event) -> bool {
        self.period.start() <= event.at() && event.at() < self.period.end()
    }

    /// A row for every day of the period, with its date.
    fn daily(&self, figures: impl Fn(&Day) -> Value) -> Value {
        let row = |day: &Day| {
            let mut row = figures(day);
            row["date"] = json!(day.date.to_string());
            row
        };
        self.days.iter().map(row).collect()
    }

    fn page(&self, event: &Event) -> Option<String> {
        pages::page(event, self.options.page_grouping())
    }
}

pub(crate) fn report(events: &[Event], period: &Period, options: &Options) -> Value {
    let log = set::Log::read(events, options.as_of());
    let context = Context {
        period,
        options,
        as_of: log.as_of,
        zone: clock::zone(period),
        days: clock::days(period),
        visitors: journeys::visitors(&log, options),
    };
    let mut data_quality = log.counters();
    data_quality["over_refunds"] = json!(gmv::over_refunds(&context));
    data_quality["connected_unannounced"] = json!(engage::connected_unannounced(&context));
    data_quality["outside_sessions"] = json!(engage::outside_sessions(&context));
    json!({
        "period": clock::echo(period),
        "as_of": log.as_of.map(clock::utc),
        "options": echo(options),
        "conversations": conversations::metrics(&context),
        "requests": requests::metrics(&context),
        "visitors": visitors::metrics(&context),
        "gmv": gmv::metrics(&context),
        "csat": csat::metrics(&context),
        "leaderboard": leaderboard::metrics(&context),
        "engage": engage::metrics(&context),
        "funnel": funnel::metrics(&context),
        "data_quality": data_quality,
    })
}

fn echo(options: &Options) -> Value {
    // No getter tells a channel's own window from the one of all: that is as the options themselves are written.
    let written = serde_json::to_value(options).unwrap();
    json!({
        "session_timeout_seconds": options.session_timeout().as_secs(),
        "page_grouping": match options.page_grouping() {
            PageGrouping::Path => "path",
            PageGrouping::Exact => "exact",
            PageGrouping::Normalized => "normalized",
            other => panic!("{other:?}"),
        },
        "top": options.top(),
        "conversation_timeout_seconds": options.conversation_timeout().map(|it| it.as_secs()),
        "cancelled_is_missed_after_seconds": options.cancelled_is_missed_after().map(|it| it.as_secs()),
        "csat_details": options.csat_details(),
        "attribution": {
            "window_seconds": options.window().as_secs(),
            "text_window_seconds": written["attribution"]["text_window_seconds"],
            "video_window_seconds": written["attribution"]["video_window_seconds"],
            "orders_window_seconds": options.orders_window().map(|it| it.as_secs()),
            "lapsed_touch": match options.lapsed_touch() {
                LapsedTouch::Blocks => "blocks",
                LapsedTouch::PassedOver => "passed_over",
                other => panic!("{other:?}"),
            },
            "window_edge": match options.window_edge() {
                WindowEdge::Inclusive => "inclusive",
                WindowEdge::Exclusive => "exclusive",
                other => panic!("{other:?}"),
            },
            "model": match options.model() {
                Model::LastTouch => "last_touch",
                Model::FirstTouch => "first_touch",
                Model::Linear => "linear",
                Model::PositionBased => "position_based",
                Model::TimeDecay => "time_decay",
                other => panic!("{other:?}"),
            },
            "position_first_percent": options.position_ends().first_percent(),
            "position_last_percent": options.position_ends().last_percent(),
            "half_life_seconds": options.half_life().as_secs(),
            "gmv_scope": match options.gmv_scope() {
                GmvScope::Video => "video",
                GmvScope::Any => "any",
                other => panic!("{other:?}"),
            },
        },
    })
}

/// Every leaf of a report by its path, empty lists and objects too.
fn leaves(value: &Value, path: &str, leaves_found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                leaves(field, &format!("{path}.{name}"), leaves_found);
            }
        }
        Value::Array(rows) if !rows.is_empty() => {
            for (index, row) in rows.iter().enumerate() {
                leaves(row, &format!("{path}[{index}]"), leaves_found);
            }
        }
        leaf => {
            leaves_found.insert(path.to_owned(), leaf.clone());
        }
    }
}

/// Where two reports differ, to the digit; what only one of them has is a difference too.
fn disagreements(oracle: &Value, library: &Value) -> Vec<String> {
    let (mut ours, mut theirs) = (BTreeMap::new(), BTreeMap::new());
    leaves(oracle, "", &mut ours);
    leaves(library, "", &mut theirs);
    let paths = ours
        .keys()
        .chain(theirs.keys().filter(|path| !ours.contains_key(*path)));
    let unlike = paths.filter(|path| ours.get(*path) != theirs.get(*path));
    let shown = |leaf: Option<&Value>| leaf.map_or("nothing".to_owned(), Value::to_string);
    unlike
        .map(|path| {
            let (ours, theirs) = (shown(ours.get(path)), shown(theirs.get(path)));
            format!("{path}: oracle {ours}, library {theirs}")
        })
        .collect()
}

fn agree(case: &Case, library: &Value) -> Result<(), TestCaseError> {
    let oracle = report(&case.events, &case.period, &case.options);
    let disagreements = disagreements(&oracle, library);
    prop_assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    Ok(())
}

fn whole(case: &Case, ledger: &Ledger) -> Value {
    serde_json::to_value(ledger.report(&case.period, &case.options)).unwrap()
}

/// The report, put together of each family alone.
fn families(case: &Case, ledger: &Ledger) -> Value {
    let (period, options) = (&case.period, &case.options);
    let as_of = options
        .as_of()
        .or(ledger.span(&Options::new()).map(|(_, last)| last));
    json!({
        "period": period,
        "as_of": as_of.map(clock::utc),
        "options": echo(options),
        "conversations": ledger.view(query(period, options)).family::<ConversationMetrics>(),
        "requests": ledger.view(query(period, options)).family::<RequestMetrics>(),
        "visitors": ledger.view(query(period, options)).family::<VisitorMetrics>(),
        "gmv": ledger.view(query(period, options)).family::<GmvMetrics>(),
        "csat": ledger.view(query(period, options)).family::<CsatMetrics>(),
        "leaderboard": ledger.view(query(period, options)).family::<LeaderboardMetrics>(),
        "engage": ledger.view(query(period, options)).family::<EngageMetrics>(),
        "funnel": ledger.report(period, options).funnel,
        "data_quality": ledger.view(query(period, options)).data_quality(),
    })
}

proptest! {
    #[test]
    fn the_library_agrees_with_the_oracle(case in nasty::case()) {
        agree(&case, &whole(&case, &case.ledger()))?;
    }

    #[test]
    fn the_library_agrees_with_the_oracle_on_short_visits(case in visits::case()) {
        agree(&case, &whole(&case, &case.ledger()))?;
    }
}

/// A quarter of the configured cases, for laws that cover a special case.
fn fewer() -> ProptestConfig {
    let context = ProptestConfig::default();
    ProptestConfig {
        cases: context.cases / 4,
        ..context
    }
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn the_library_agrees_with_the_oracle_on_stories(case in stories::case()) {
        agree(&case, &whole(&case, &case.ledger()))?;
    }

    #[test]
    fn the_library_agrees_with_the_oracle_on_clashing_arrivals(case in clashes::case()) {
        agree(&case, &whole(&case, &case.ledger()))?;
    }

    #[test]
    fn each_family_alone_and_a_ledgers_later_reports_agree_with_the_oracle(case in nasty::case(), later in nasty::case()) {
        // Another period and other options of the same log.
        let later = Case { events: case.events.clone(), ..later };
        let ledger = case.ledger();
        let families = families(&case, &ledger);
        agree(&case, &families)?;
        agree(&later, &whole(&later, &ledger))?;
        prop_assert_eq!(whole(&case, &ledger), families);
    }
}

#[test]
fn the_oracle_gives_every_golden_report_and_so_does_the_library() {
    for golden in Golden::all() {
        let ledger = golden.ledger();
        let (period, options) = golden.period_and_options(&ledger);
        let oracle = report(&golden.events(), &period, &options);
        check_golden(&golden, &oracle);
        let library = serde_json::to_value(golden.report(&ledger)).unwrap();
        let disagreements = disagreements(&oracle, &library);
        assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    }
}

#[test]
fn a_field_that_one_of_them_lacks_is_a_disagreement() {
    let (one, other) = (
        json!({"a": 1, "b": [{}, 0.5]}),
        json!({"a": 1, "b": [{}], "c": "1.0"}),
    );
    assert_eq!(
        disagreements(&one, &other),
        [
            ".b[1]: oracle 0.5, library nothing",
            ".c: oracle nothing, library \"1.0\""
        ]
    );
    assert!(disagreements(&one, &one.clone()).is_empty());
    assert!(!differences(&one, &json!({"a": 1})).is_empty());
}
