//! Every golden log gives its expected report.

use crate::queries::query;
use convometrics::metrics::conversation::ConversationMetrics;
use convometrics::metrics::csat::CsatMetrics;
use convometrics::metrics::engage::EngageMetrics;
use convometrics::metrics::gmv::GmvMetrics;
use convometrics::metrics::leaderboard::LeaderboardMetrics;
use convometrics::metrics::request::RequestMetrics;
use convometrics::metrics::visitor::VisitorMetrics;
use convometrics::{Ledger, Options, Report};
use serde_json::Value;

use crate::compare::differences;
use crate::example;
use crate::golden::Golden;

/// Checks a report against the expected one of a golden log.
pub(crate) fn check(golden: &Golden, report: &Value) {
    let differences = differences(golden.expected(), report);
    assert!(
        differences.is_empty(),
        "{}:\n{}",
        golden.folder().display(),
        differences.join("\n")
    );
}

#[test]
fn every_golden_log_gives_its_report_through_the_library() {
    let all = Golden::all();
    assert_eq!(all.len(), 17);
    for golden in all {
        let report = golden.report(&golden.ledger());
        check(&golden, &serde_json::to_value(report).unwrap());
    }
}

#[test]
fn every_golden_log_gives_its_report_through_the_example() {
    for golden in Golden::all() {
        let file = golden.folder().join("log.ndjson");
        let mut arguments = vec![file.to_str().unwrap(), "--json"];
        arguments.extend(golden.arguments().iter().map(String::as_str));
        let output = example::report(&arguments, "");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        check(&golden, &serde_json::from_slice(&output.stdout).unwrap());
        // The same log through standard input, in reverse: the same bytes.
        let mut lines: Vec<String> = golden.log().lines().map(str::to_owned).collect();
        lines.reverse();
        arguments[0] = "-";
        let reversed = example::report(&arguments, &lines.join("\n"));
        assert_eq!(
            output.stdout,
            reversed.stdout,
            "{}",
            golden.folder().display()
        );
    }
}

#[test]
fn every_report_reads_back_equal() {
    for golden in Golden::all() {
        let report = golden.report(&golden.ledger());
        let text = serde_json::to_string(&report).unwrap();
        let back: Report = serde_json::from_str(&text).unwrap();
        assert_eq!(back, report);
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }
}

#[test]
fn each_family_alone_says_what_the_report_says() {
    for golden in Golden::all() {
        let ledger = golden.ledger();
        let report = golden.report(&ledger);
        let (period, options) = (&report.period, &Options::of(&report));
        assert_eq!(
            ledger
                .view(query(period, options))
                .family::<ConversationMetrics>(),
            report.conversations
        );
        assert_eq!(
            ledger
                .view(query(period, options))
                .family::<RequestMetrics>(),
            report.requests
        );
        assert_eq!(
            ledger
                .view(query(period, options))
                .family::<VisitorMetrics>(),
            report.visitors
        );
        assert_eq!(
            ledger.view(query(period, options)).family::<GmvMetrics>(),
            report.gmv
        );
        assert_eq!(
            ledger.view(query(period, options)).family::<CsatMetrics>(),
            report.csat
        );
        assert_eq!(
            ledger
                .view(query(period, options))
                .family::<LeaderboardMetrics>(),
            report.leaderboard
        );
        assert_eq!(
            ledger
                .view(query(period, options))
                .family::<EngageMetrics>(),
            report.engage
        );
        assert_eq!(
            ledger.view(query(period, options)).data_quality(),
            report.data_quality
        );
    }
}

#[test]
fn a_ledger_gives_its_events_back() {
    for golden in Golden::all() {
        let ledger = golden.ledger();
        let mut again = Ledger::new();
        let arrivals = again.record_all(ledger.events()).unwrap();
        assert_eq!(
            (
                usize::try_from(arrivals.new).unwrap(),
                arrivals.duplicates,
                arrivals.conflicts
            ),
            (ledger.len(), 0, 0)
        );
        let (mut expected, found) = (golden.report(&ledger), golden.report(&again));
        expected.data_quality.duplicates = 0;
        expected.data_quality.conflicts = 0;
        expected.data_quality.superseded = 0;
        assert_eq!(found, expected);
    }
}
