//! The random logs reach what a reading of the log, a session, a conversation or an option can change.

use std::collections::BTreeMap;
use std::time::Duration;

use convometrics::query::PageGrouping;
use convometrics::{Options, Report};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::stories;
use crate::nasty::{self, Case};

/// Longer than any log.
const LONG: Duration = Duration::from_secs(10_000 * 86_400);

fn with(case: &Case, options: Options) -> Report {
    let case = Case {
        options,
        ..case.clone()
    };
    case.report()
}

/// The places with whether a case reaches them.
fn places(case: &Case) -> Vec<(&'static str, bool)> {
    let report = case.report();
    let options = || case.options.clone();
    let quality = &report.data_quality;
    let uncut = with(case, options().with_conversation_timeout(LONG).unwrap());
    let patient = with(
        case,
        options().with_cancelled_is_missed_after(LONG).unwrap(),
    );
    let wide = with(case, options().with_orders_window(LONG).unwrap());
    let all_answers = with(case, options().with_csat_details(1_000));
    let grouped = |grouping| with(case, options().with_page_grouping(grouping)).requests;
    let normalized = grouped(PageGrouping::Normalized);
    let is_new = [PageGrouping::Path, PageGrouping::Exact]
        .iter()
        .all(|grouping| grouped(*grouping) != normalized);
    let steps: Vec<u64> = report.funnel.iter().map(|row| row.visitors).collect();
    vec![
        ("superseded", quality.superseded > 0),
        ("retracted", quality.retracted > 0),
        ("linked", quality.linked > 0),
        ("connected unannounced", quality.connected_unannounced > 0),
        ("outside sessions", quality.outside_sessions > 0),
        ("one-sided", report.conversations.one_sided > 0),
        (
            "answered without a conversation",
            report.requests.answered_without_conversation > 0,
        ),
        (
            "cut conversations",
            uncut.conversations.opened != report.conversations.opened,
        ),
        (
            "cut two-way conversations",
            uncut.conversations.total < report.conversations.total,
        ),
        ("cut orders", uncut.gmv != report.gmv),
        ("impatient visitors", patient.engage != report.engage),
        ("a window of orders", wide.gmv.orders != report.gmv.orders),
        ("details left out", all_answers.csat != report.csat),
        ("ratings", report.csat.response_rate.numerator > 0),
        ("normalized pages", is_new),
        ("a funnel's end", steps.last() > Some(&0)),
        ("a funnel's loss", steps.first() > steps.last()),
    ]
}

fn check(cases: &BoxedStrategy<Case>, without: &[&str]) {
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeMap::new();
    for _ in 0..400 {
        let case = cases.new_tree(&mut runner).unwrap().current();
        for (place, met) in places(&case) {
            *reached.entry(place).or_insert(0_u32) += u32::from(met);
        }
    }
    reached.retain(|place, _| !without.contains(place));
    assert!(reached.values().all(|count| *count >= 5), "{reached:?}");
}

#[test]
fn the_nasty_logs_reach_revisions_links_sessions_and_options() {
    // Nearly all of their calls connect.
    check(&nasty::case(), &["impatient visitors"]);
}

#[test]
fn the_stories_reach_revisions_links_sessions_and_options() {
    // The pages of the stories are few.
    check(&stories::case(), &["normalized pages"]);
}
