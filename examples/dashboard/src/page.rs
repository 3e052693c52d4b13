//! The page around the dashboards.

use convometrics::Channel;
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
                        (cards(content, &[
                            "data_quality.events",
                            "data_quality.duplicates",
                            "data_quality.conflicts",
                            "data_quality.redundant",
                            "data_quality.orphans",
                            "data_quality.over_refunds",
                        ]))
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

/// The options in force, by their names in the report.
fn settings(content: &Content<'_>) -> Markup {
    let report = &content.report;
    let options = &report.options;
    let attribution = options.attribution();
    let as_of = report.as_of.map_or("an empty log".to_owned(), |as_of| {
        text::local(as_of, report.period.zone())
    });
    let ends = attribution.position_ends();
    let settings = [
        ("as of", as_of),
        ("zone", report.period.zone().to_string()),
        ("window", duration(attribution.window_seconds())),
        (
            "text window",
            duration(attribution.channel_window_seconds(Channel::Text)),
        ),
        (
            "video window",
            duration(attribution.channel_window_seconds(Channel::Video)),
        ),
        ("window edge", attribution.window_edge().to_string()),
        ("lapsed touch", attribution.lapsed_touch().to_string()),
        ("model", attribution.model().to_string()),
        ("half-life", duration(attribution.half_life_seconds())),
        (
            "position ends",
            format!("{} % and {} %", ends.first_percent(), ends.last_percent()),
        ),
        ("GMV scope", attribution.gmv_scope().to_string()),
        (
            "session timeout",
            duration(options.session_timeout_seconds()),
        ),
        ("page grouping", options.page_grouping().to_string()),
        ("rows of lists", options.top().to_string()),
    ];
    html! {
        details.settings {
            summary { "Options in force" }
            dl { @for (name, value) in settings { div { dt { (name) } dd { (value.replace('_', " ")) } } } }
        }
    }
}

/// An option that figures depend on, told beside them.
#[derive(Clone, Copy)]
pub(crate) enum Told {
    Zone,
    Window,
    Model,
    GmvScope,
    Sessions,
    Pages,
}

/// A line of options.
pub(crate) fn options(content: &Content<'_>, told: &[Told]) -> Markup {
    let options = &content.report.options;
    let attribution = options.attribution();
    let text = |told: &Told| match told {
        Told::Zone => format!("days and hours in {}", content.report.period.zone()),
        Told::Window => format!(
            "window {}, {}",
            duration(attribution.window_seconds()),
            attribution.window_edge()
        ),
        Told::Model => format!("{} model", attribution.model()),
        Told::GmvScope => format!("GMV of {} touches", attribution.gmv_scope()),
        Told::Sessions => format!(
            "sessions end after {}",
            duration(options.session_timeout_seconds())
        ),
        Told::Pages => format!("pages by {}", options.page_grouping()),
    };
    let texts: Vec<String> = told.iter().map(text).collect();
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
