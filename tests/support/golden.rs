//! Golden logs: logs with the reports that an independent implementation expects, in `tests/golden`.

use std::time::Duration;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate};
use convometrics::attribution::{LapsedTouch, PositionEnds, WindowEdge};
use convometrics::event::NdjsonReader;
use convometrics::metrics::gmv::GmvScope;
use convometrics::query::PageGrouping;
use convometrics::{Channel, Event, Ledger, Model, Options, Period, Report, Zone};
use serde_json::Value;

pub(crate) struct Golden {
    folder: PathBuf,
    arguments: Vec<String>,
    expected: Value,
}

impl Golden {
    pub(crate) fn all() -> Vec<Self> {
        // The folder is that of the root package, whichever package compiles this file.
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut roots = package.ancestors().map(|root| root.join("tests/golden"));
        let root = roots.find(|folder| folder.is_dir()).unwrap();
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

    /// The folder of the log.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The options of the command line.
    pub(crate) fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The expected report, as JSON.
    pub(crate) fn expected(&self) -> &Value {
        &self.expected
    }

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
        let (period, options) = self.period_and_options(ledger);
        ledger.report(&period, &options)
    }

    /// The period and the options of the command line.
    pub(crate) fn period_and_options(&self, ledger: &Ledger) -> (Period, Options) {
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
                "--window-seconds" => options.with_window(Duration::from_secs(number())).unwrap(),
                "--session-timeout-seconds" => options
                    .with_session_timeout(Duration::from_secs(number()))
                    .unwrap(),
                "--half-life-seconds" => options
                    .with_half_life(Duration::from_secs(number()))
                    .unwrap(),
                "--top" => options.with_top(value.parse().unwrap()).unwrap(),
                "--window-edge" => options.with_window_edge(word::<WindowEdge>(value)),
                "--conversation-timeout-seconds" => options
                    .with_conversation_timeout(Duration::from_secs(number()))
                    .unwrap(),
                "--cancelled-is-missed-after-seconds" => options
                    .with_cancelled_is_missed_after(Duration::from_secs(number()))
                    .unwrap(),
                "--text-window-seconds" => options
                    .with_channel_window(Channel::Text, Duration::from_secs(number()))
                    .unwrap(),
                "--video-window-seconds" => options
                    .with_channel_window(Channel::Video, Duration::from_secs(number()))
                    .unwrap(),
                "--orders-window-seconds" => options
                    .with_orders_window(Duration::from_secs(number()))
                    .unwrap(),
                "--position-first-percent" => {
                    let last = options.position_ends().last_percent();
                    let ends = PositionEnds::new(value.parse().unwrap(), last).unwrap();
                    options.with_position_ends(ends)
                }
                "--position-last-percent" => {
                    let first = options.position_ends().first_percent();
                    let ends = PositionEnds::new(first, value.parse().unwrap()).unwrap();
                    options.with_position_ends(ends)
                }
                "--csat-details" => options.with_csat_details(value.parse().unwrap()),
                "--page-grouping" => options.with_page_grouping(word::<PageGrouping>(value)),
                "--lapsed-touch" => options.with_lapsed_touch(word::<LapsedTouch>(value)),
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
