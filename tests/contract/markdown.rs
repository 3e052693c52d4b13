//! Reports and comparisons as documents in Markdown.

use convometrics::catalogue::Family;
use convometrics::{Options, Period, Query};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use serde_json::json;

use crate::logs::{Log, days};

/// Ann and Ada write at 9:00, 9:01 and 9:02:30; Ada asks for a call at 9:03 that connects and ends at 9:13. Ann orders for
/// 100.01 EUR and 60.00 EUR and leaves 4 stars. Bob orders for 7.00 EUR after he was answered by nobody; Cid sees the
/// widget.
fn log() -> Log {
    let page = |log: Log| {
        let own = json!({"conversation": "c", "call": "k", "by": {"side": "agent", "agent": "ada"}, "page": "/a?b"});
        log.event("ann", "09:03", "call_requested", own)
    };
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "ada")
        .message("ann", "09:02:30", "c", "visitor");
    page(log)
        .then("ann", "09:03:30", "call_accepted", "k")
        .then("ann", "09:03:30", "call_connected", "k")
        .then("ann", "09:13", "call_ended", "k")
        .order("ann", "10:00", "o1", "EUR", "100.01")
        .order("ann", "10:01", "o2", "EUR", "60")
        .event(
            "ann",
            "10:02",
            "survey_answered",
            json!({"survey": "q", "conversation": "c", "rating": 4, "outcome": "submitted"}),
        )
        .message("bob", "09:00", "c", "visitor")
        .order("bob", "10:00", "o1", "EUR", "7")
        .event("cid", "09:00", "widget_impression", json!({}))
}

/// By hand. The conversation lasts from 9:00 to 9:13. The call is one of two requests by an agent or visitor, Bob's text
/// the third. 160.01 / 2 = 80.005, midway between two cents: the even one. Bob's order had no touch. Bob's and Ann's
/// chats are of one session each: his is missed at 10:32, and "now" is 10:02, so it waits.
const DOCUMENT: &str = "\
# Report: 2026-03-02 to 2026-03-02 (1 day, Europe/Paris)

As of 2026-03-02T10:02:00Z.

## Options

| Option | Value |
| --- | ---: |
| `session_timeout_seconds` | 1800 |
| `page_grouping` | `path` |
| `top` | 10 |
| `window_seconds` | 2592000 |
| `window_edge` | `inclusive` |
| `model` | `last_touch` |
| `half_life_seconds` | 604800 |
| `gmv_scope` | `video` |
| `text_window_seconds` | 2592000 |
| `video_window_seconds` | 2592000 |
| `lapsed_touch` | `blocks` |
| `position_first_percent` | 40 |
| `position_last_percent` | 40 |

## Conversations

| Metric | Value |
| --- | ---: |
| Total conversations | 1 |
| Text conversations | 1 |
| Video conversations | 1 |
| Text and video conversations | 1 |
| Opened conversations | 2 |
| One-sided conversations | 1 |
| Average duration (minutes) | 13.0 (of 1) |

## Requests

| Metric | Value |
| --- | ---: |
| Requests | 3 |
| Requests by visitors | 2 |
| Requests by agents | 1 |
| Text requests | 2 |
| Video requests | 1 |
| Accepted requests | 2 |
| Unsuccessful requests | 1 |
| Share of text requests | 66.7 % (2/3) |
| Share of video requests | 33.3 % (1/3) |
| Acceptance rate of visitors' requests | 50.0 % (1/2) |
| Answered requests without a conversation | 0 |
| Unanswered requests of visitors | 1 |

| Page | Requests | Text requests | Video requests |
| --- | ---: | ---: | ---: |
| /a | 1 | 0 | 1 |

## Visitors

| Metric | Value |
| --- | ---: |
| Visitors with an impression | 1 |
| Visitors with a click | 0 |
| Click-through rate | 0.0 % (0/1) |
| Visitors with a click alone | 0 |

## GMV and purchases

| Metric | Value |
| --- | ---: |
| Orders | 2 |
| Attributed sales | 160.01 EUR |
| Average order value | 80.00 EUR (of 2) |
| GMV orders | 2 |
| Attributed GMV | 160.01 EUR |
| Average value of GMV orders | 80.00 EUR (of 2) |
| Refunded GMV | 0.00 EUR |
| Net GMV | 160.01 EUR |
| Conversion rate | 100.0 % (1/1) |

## Customer satisfaction

| Metric | Value |
| --- | ---: |
| Average rating | 4.00 (of 1) |
| Response rate of surveys | 100.0 % (1/1) |
| Answers in detail | 1 |

| Stars | Distribution of ratings |
| --- | ---: |
| 1 | 0 |
| 2 | 0 |
| 3 | 0 |
| 4 | 1 |
| 5 | 0 |

## Agents

| Agent | Agent's average rating | Agent's requests | Acceptance rate of the agent's requests | Agent's conversations | Agent's attributed sales | Agent's attributed orders | Agent's net attributed sales |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| ada | 4.00 (of 1) | 1 | 100.0 % (1/1) | 1 | 160.01 EUR | 2 | 160.01 EUR |
| (no agent) | – | – | – | – | – | 0 | – |
";

#[test]
fn the_document_has_the_figures_of_the_log() {
    let report = log().report_of("2026-03-02", "2026-03-02", "Europe/Paris");
    let document = report.to_markdown();
    let (commerce, engage) = document.split_once("\n## Website calls\n").unwrap();
    assert_eq!(commerce, DOCUMENT);
    for row in [
        "| Proactive calls attempted | 1 |",
        "| ada | 1 | 1 | 0 | 1 | 1 |",
        "| /a | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 1 | 1 |",
        // Ann's chat was answered; Bob's still may be.
        "| Inbound chats answered | 1 |",
        "| Inbound chats pending | 1 |",
        "| Events | 13 |",
        "| Over-refunds | 0 |",
    ] {
        assert!(engage.lines().any(|line| line == row), "{row} in\n{engage}");
    }
    assert!(engage.ends_with("|\n"));
}

/// The comparison of 2 March with the day before.
fn compared(log: &Log) -> String {
    let second = days("2026-03-02", "2026-03-02", "UTC");
    let ledger = log.ledger();
    let report = ledger.report(&second, &Options::new());
    let base = ledger.report(&second.previous().unwrap(), &Options::new());
    report.compared_with(&base).to_markdown()
}

#[test]
fn a_comparison_has_differences() {
    let log = Log::new()
        .message("ann", "2026-03-01T09:00:00Z", "c", "visitor")
        .message("ann", "2026-03-01T09:01:00Z", "c", "ada")
        .order("ann", "2026-03-01T10:00:00Z", "o1", "EUR", "20.00")
        .message("ann", "2026-03-02T09:00:00Z", "d", "visitor")
        .order("ann", "2026-03-02T10:00:00Z", "o2", "EUR", "30.00")
        .order("ann", "2026-03-02T10:30:00Z", "o3", "JPY", "700");
    let document = compared(&log);
    assert!(
        document.starts_with(
            "# Comparison: 2026-03-02 to 2026-03-02 (1 day, UTC)\n\nCompared with 2026-03-01 to 2026-03-01 (1 day, UTC).\n\n## Conversations\n\n| Metric | Value | Base | Change | Relative |\n| --- | ---: | ---: | ---: | ---: |\n"
        ),
        "{document}"
    );
    for row in [
        "| Total conversations | 0 | 1 | -1 | -100.0 % |",
        "| Average duration (minutes) | – (of 0) | 1.0 (of 1) | – | – |",
        // None of one request, after one of one.
        "| Acceptance rate of visitors' requests | 0.0 % (0/1) | 100.0 % (1/1) | -100.0 points | -100.0 % |",
        "| Orders | 2 | 1 | +1 | +100.0 % |",
        "| Attributed sales | 30.00 EUR | 20.00 EUR | +10.00 EUR | +50.0 % |",
        "| Attributed sales | 700 JPY | 0 JPY | +700 JPY | – |",
        "| Average order value | 700 JPY | – | – | – |",
        "| Agent's attributed orders, no agent | 0 | 0 | +0 | – |",
    ] {
        assert!(
            document.lines().any(|line| line == row),
            "{row} in\n{document}"
        );
    }
}

#[test]
fn differences_have_the_digits_of_their_unit_in_the_section_of_their_family() {
    let rated = |log: Log, survey: &str, at: &str, stars: u8| {
        let outcome = "submitted";
        let answer =
            json!({"survey": survey, "conversation": "c", "rating": stars, "outcome": outcome});
        log.event("ann", at, "survey_answered", answer)
    };
    // A minute, then 140 seconds. Four stars, then 13 stars in three answers.
    let log = Log::new()
        .message("ann", "2026-03-01T09:00:00Z", "c", "visitor")
        .message("ann", "2026-03-01T09:01:00Z", "c", "ada")
        .message("ann", "2026-03-02T09:00:00Z", "d", "visitor")
        .message("ann", "2026-03-02T09:02:20Z", "d", "ada");
    let log = rated(log, "1", "2026-03-01T10:00:00Z", 4);
    let log = rated(log, "2", "2026-03-02T10:00:00Z", 4);
    let log = rated(log, "3", "2026-03-02T10:00:00Z", 4);
    let log = rated(log, "4", "2026-03-02T10:00:00Z", 5);
    let document = compared(&log);
    for (section, row) in [
        (
            "Conversations",
            "| Average duration (minutes) | 2.3 (of 1) | 1.0 (of 1) | +1.3 | +133.3 % |",
        ),
        (
            "Customer satisfaction",
            "| Average rating | 4.33 (of 3) | 4.00 (of 1) | +0.33 | +8.3 % |",
        ),
    ] {
        let sections = document.split("\n## ");
        let with_row: Vec<&str> = sections
            .filter(|section| section.lines().any(|line| line == row))
            .filter_map(|section| section.lines().next())
            .collect();
        assert_eq!(with_row, [section], "{row} in\n{document}");
    }
}

#[test]
fn a_lift_differs_by_points() {
    // On the first day 120.00 EUR after a conversation and 100.00 EUR without one: a lift of 0.2. On the second day
    // 150.00 EUR: a lift of 0.5.
    let day = |log: Log, date: &str, amount: &str| {
        let [nine, ten, eleven] = ["09", "10", "11"].map(|hour| format!("{date}T{hour}:00:00Z"));
        let [with, without] = ["with", "without"].map(|visitor| format!("{visitor}-{date}"));
        log.message(&with, &nine, "c", "visitor")
            .message(&with, &ten, "c", "ada")
            .order(&with, &eleven, "o", "EUR", amount)
            .order(&without, &eleven, "o", "EUR", "100.00")
    };
    let log = day(Log::new(), "2026-03-01", "120.00");
    let ledger = day(log, "2026-03-02", "150.00").ledger();
    let period = days("2026-03-02", "2026-03-02", "UTC");
    let report = |period: Period| {
        let query = Query::new(period).with_families([Family::ConversationLift]);
        ledger.view(query).report()
    };
    let document = report(period.clone())
        .compared_with(&report(period.previous().unwrap()))
        .to_markdown();
    let row =
        "| Lift of the average order value | +50.0 % EUR | +20.0 % EUR | +30.0 points EUR | – |";
    assert!(document.contains(row), "{document}");
}

const HOSTILE: [&str; 26] = [
    "a|b",
    "\\|",
    "\\",
    "a\\",
    "`",
    "``x``",
    "*x*",
    "__x__",
    "~~x~~",
    "~x~",
    "$x$",
    "[x](http://evil.example)",
    "![x](http://evil.example)",
    "[x]: /y",
    "[^1]",
    "<script>alert(1)</script>",
    "<http://evil.example>",
    "<!-- x",
    "&lt;",
    "https://evil.example/",
    "# x",
    "a\n\n# b",
    "a\r\n| b |",
    "--- | ---",
    "{.class}",
    "\u{202e}x\u{0}",
];

/// What stands in a table's cell when a text is in it: texts are shown as they are, control characters by name.
fn shown(name: &str) -> String {
    let shown: String = name
        .chars()
        .map(|character| match character {
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\0' => "\\u{0}".to_owned(),
            '\u{202e}' => "\\u{202e}".to_owned(),
            character => character.to_string(),
        })
        .collect();
    shown.trim().to_owned()
}

/// The texts of the cells of the first column of all tables; nothing else than text may stand in them.
fn first_cells(document: &str) -> Vec<String> {
    let (mut cells, mut place, mut text) = (Vec::new(), 0, None);
    // Options are named in code. To set an apostrophe or a dash as in print is not to read markup.
    let (_, figures) = document.split_once("## Conversations").unwrap();
    let all = pulldown_cmark::Options::all() - pulldown_cmark::Options::ENABLE_SMART_PUNCTUATION;
    for event in Parser::new_ext(figures, all) {
        match event {
            Event::Start(Tag::TableRow) => place = 0,
            Event::Start(Tag::TableCell) => text = Some(String::new()),
            Event::End(TagEnd::TableCell) => {
                let cell = text.take().unwrap();
                if place == 0 {
                    cells.push(cell);
                }
                place += 1;
            }
            Event::Text(part) if text.is_some() => text.as_mut().unwrap().push_str(&part),
            event => assert!(text.is_none(), "{event:?} in a cell of\n{document}"),
        }
    }
    cells
}

/// An agent, a page, a trigger, an automatic message and its link of this name.
fn named(name: &str) -> String {
    let click = json!({"trigger": name, "auto_message": name, "url": name});
    let call = json!({"conversation": "c", "call": "k", "by": {"side": "visitor"}, "page": name});
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", name)
        .event("ann", "09:02", "auto_message_clicked", click)
        .event("ann", "09:03", "call_requested", call);
    let options = Options::new().with_page_grouping("exact".parse().unwrap());
    log.report_with(&options).to_markdown()
}

#[test]
fn nothing_of_a_name_is_markup() {
    let lines = named("plain").lines().count();
    for name in HOSTILE {
        let document = named(name);
        let cells = first_cells(&document);
        let count = |text: &str| cells.iter().filter(|cell| *cell == text).count();
        // An agent of the leaderboard and of chats, a page of requests and of calls, a trigger.
        let text = shown(name);
        assert_eq!(count(&text), 5, "{name:?} in\n{document}");
        let message = format!("{text}, {text}");
        assert_eq!(count(&message), 1, "{name:?} in\n{document}");
        assert_eq!(document.lines().count(), lines, "{name:?} in\n{document}");
    }
}
