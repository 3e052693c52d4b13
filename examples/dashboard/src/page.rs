//! The page around the dashboards.

use convometrics::catalogue::Family;
use convometrics::query::OptionName;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::card::cards;
use crate::content::Content;
use crate::definitions::definitions;
use crate::engage::engage;
use crate::one_to_one::one_to_one;
use crate::policy::policy;
use crate::text;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

const CONTENTS: [(&str, &str); 10] = [
    ("conversations", "Conversations"),
    ("gmv", "GMV"),
    ("visitors", "Visitors"),
    ("csat", "Satisfaction"),
    ("requests", "Requests"),
    ("leaderboard", "Leaderboard"),
    ("calls", "Calls"),
    ("chats", "Chats"),
    ("data-quality", "Data quality"),
    ("definitions", "Definitions"),
];

pub(crate) fn page(content: &Content<'_>) -> Markup {
    let days = days(content);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(STYLE, SCRIPT));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Dashboard: " (days) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "To the figures" }
                header {
                    h1 { "Conversational commerce" }
                    p.period { (days) }
                    (settings(content))
                }
                nav aria-label="Sections" {
                    ul { @for (place, name) in CONTENTS { li { a href=(format!("#{place}")) { (name) } } } }
                }
                main #main {
                    (one_to_one(content))
                    (engage(content))
                    section #data-quality {
                        h2 { "Data quality" }
                        h3 { "What arrived" }
                        (cards(content, Family::DataQuality))
                    }
                    (definitions())
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn days(content: &Content<'_>) -> String {
    let period = &content.report.period;
    let dates = period.dates();
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else {
        let ends = [period.start(), period.end()].map(|at| text::local(at, period.zone()));
        return format!("{} (no local day, {})", ends.join(" to "), period.zone());
    };
    let days = text::some(u64::try_from(dates.len()).unwrap_or(u64::MAX), "day");
    format!("{first} to {last} ({days}, {})", period.zone())
}

/// The options in force and the filter, by their names in the report.
fn settings(content: &Content<'_>) -> Markup {
    let report = &content.report;
    let as_of = report.as_of.map_or("an empty log".to_owned(), |as_of| {
        text::local(as_of, report.period.zone())
    });
    let fixed = [
        ("as of".to_owned(), as_of),
        ("zone".to_owned(), report.period.zone().to_string()),
    ];
    let options = OptionName::ALL.into_iter().filter_map(|option| {
        let value = report.options.in_force(option)?;
        let name = option.name().replace('_', " ");
        let seconds = name.strip_suffix(" seconds").zip(value.parse().ok());
        Some(match seconds {
            Some((name, seconds)) => (name.to_owned(), duration(seconds)),
            None => (name, value.replace('_', " ")),
        })
    });
    let settings = fixed.into_iter().chain(options);
    html! {
        @if let Some(filter) = &report.filter { p.filter { "Only " (filter) } }
        details.settings {
            summary { "Options in force" }
            dl { @for (name, value) in settings { div { dt { (name) } dd { (value) } } } }
        }
    }
}

/// An option that is shown beside the figures that depend on it.
#[derive(Clone, Copy)]
pub(crate) enum ShownOption {
    Zone,
    Window,
    Model,
    GmvScope,
    Sessions,
    Pages,
}

/// A line of options.
pub(crate) fn options(content: &Content<'_>, shown: &[ShownOption]) -> Markup {
    let options = &content.report.options;
    let text = |option: &ShownOption| match option {
        ShownOption::Zone => format!("days and hours in {}", content.report.period.zone()),
        ShownOption::Window => format!(
            "window {}, {}",
            duration(options.window().as_secs()),
            options.window_edge()
        ),
        ShownOption::Model => format!("{} model", options.model()),
        ShownOption::GmvScope => format!("GMV of {} touches", options.gmv_scope()),
        ShownOption::Sessions => format!(
            "sessions end after {}",
            duration(options.session_timeout().as_secs())
        ),
        ShownOption::Pages => format!("pages by {}", options.page_grouping()),
    };
    let texts: Vec<String> = shown.iter().map(text).collect();
    html! { p.options { (texts.join(" · ").replace('_', " ")) } }
}

/// `30 days`, `90 minutes`, `1,801 seconds`: in the longest unit that is whole.
fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let whole = units
        .into_iter()
        .find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    let (unit, name) = whole.unwrap_or((1, "second"));
    text::some(seconds / unit, name)
}
