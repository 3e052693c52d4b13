//! Logs with their expected reports, made by an independent implementation: `tests/golden`.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate};
use convometrics::{
    Event, GmvScope, Ledger, Model, NdjsonReader, Options, PageGrouping, Period, Report,
    WindowEdge, Zone,
};
use serde_json::Value;

use crate::compare::differences;
use crate::example;

pub(crate) struct Golden {
    folder: PathBuf,
    arguments: Vec<String>,
    expected: Value,
}

impl Golden {
    pub(crate) fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let mut folders: Vec<PathBuf> = fs::read_dir(root)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        folders.sort();
        let read = |path: PathBuf| fs::read_to_string(path).unwrap();
        folders
            .into_iter()
            .map(|folder| Self {
                arguments: read(folder.join("args"))
                    .lines()
                    .map(str::to_owned)
                    .collect(),
                expected: serde_json::from_str(&read(folder.join("expected.json"))).unwrap(),
                folder,
            })
            .collect()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log.ndjson")).unwrap()
    }

    pub(crate) fn check(&self, report: &Value) {
        let differences = differences(&self.expected, report);
        assert!(
            differences.is_empty(),
            "{}:\n{}",
            self.folder.display(),
            differences.join("\n")
        );
    }

    #[cfg(feature = "snapshot")]
    pub(crate) fn name(&self) -> String {
        let name = self.folder.file_name().unwrap();
        name.to_string_lossy().into_owned()
    }

    /// All arrivals.
    pub(crate) fn events(&self) -> Vec<Event> {
        let log = self.log();
        let events = NdjsonReader::new(log.as_bytes());
        events.map(Result::unwrap).collect()
    }

    pub(crate) fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new();
        ledger.record_all(self.events()).unwrap();
        ledger
    }

    /// The report by the library, with the command line's options.
    pub(crate) fn report(&self, ledger: &Ledger) -> Report {
        let (period, options) = self.asked(ledger);
        ledger.report(&period, &options)
    }

    /// The period and the options of the command line.
    pub(crate) fn asked(&self, ledger: &Ledger) -> (Period, Options) {
        let mut options = Options::new();
        let (mut from, mut through, mut zone) = (None, None, Zone::utc());
        let mut arguments = self.arguments.iter();
        while let Some(name) = arguments.next() {
            if name == "--exact-pages" {
                options = options.with_page_grouping(PageGrouping::Exact);
                continue;
            }
            let value = arguments.next().unwrap();
            let number = || value.parse::<u64>().unwrap();
            options = match name.as_str() {
                "--from" => {
                    from = Some(value.parse::<NaiveDate>().unwrap());
                    options
                }
                "--through" => {
                    through = Some(value.parse::<NaiveDate>().unwrap());
                    options
                }
                "--zone" => {
                    zone = value.parse().unwrap();
                    options
                }
                "--as-of" => options
                    .with_as_of(value.parse::<DateTime<chrono::Utc>>().unwrap())
                    .unwrap(),
                "--window-seconds" => options.with_window_seconds(number()).unwrap(),
                "--session-timeout-seconds" => {
                    options.with_session_timeout_seconds(number()).unwrap()
                }
                "--half-life-seconds" => options.with_half_life_seconds(number()).unwrap(),
                "--top" => options.with_top(value.parse().unwrap()).unwrap(),
                "--window-edge" => options.with_window_edge(word::<WindowEdge>(value)),
                "--model" => options.with_model(word::<Model>(value)),
                "--gmv-scope" => options.with_gmv_scope(word::<GmvScope>(value)),
                other => panic!("{other}"),
            };
        }
        let period = match (from, through) {
            (Some(from), Some(through)) => Period::from_dates(from, through, &zone).unwrap(),
            _ => ledger.whole_period(&zone, &options).unwrap(),
        };
        (period, options)
    }
}

fn word<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(Value::from(text)).unwrap()
}

#[test]
fn every_golden_log_gives_its_report_through_the_library() {
    let all = Golden::all();
    assert_eq!(all.len(), 14);
    for golden in all {
        let report = golden.report(&golden.ledger());
        golden.check(&serde_json::to_value(report).unwrap());
    }
}

#[test]
fn every_golden_log_gives_its_report_through_the_example() {
    for golden in Golden::all() {
        let file = golden.folder.join("log.ndjson");
        let mut arguments = vec![file.to_str().unwrap(), "--json"];
        arguments.extend(golden.arguments.iter().map(String::as_str));
        let output = example::report(&arguments, "");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        golden.check(&serde_json::from_slice(&output.stdout).unwrap());
        // The same log through standard input, in reverse: the same bytes.
        let mut lines: Vec<String> = golden.log().lines().map(str::to_owned).collect();
        lines.reverse();
        arguments[0] = "-";
        let reversed = example::report(&arguments, &lines.join("\n"));
        assert_eq!(
            output.stdout,
            reversed.stdout,
            "{}",
            golden.folder.display()
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
        assert_eq!(ledger.conversations(period, options), report.conversations);
        assert_eq!(ledger.requests(period, options), report.requests);
        assert_eq!(ledger.visitors(period, options), report.visitors);
        assert_eq!(ledger.gmv(period, options), report.gmv);
        assert_eq!(ledger.csat(period, options), report.csat);
        assert_eq!(ledger.leaderboard(period, options), report.leaderboard);
        assert_eq!(ledger.engage(period, options), report.engage);
        assert_eq!(ledger.data_quality(options), report.data_quality);
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
        assert_eq!(found, expected);
    }
}
