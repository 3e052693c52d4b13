//! Requests and automatic messages.

use convometrics::query::PageGrouping;
use convometrics::{Options, Ratio};
use serde_json::{Value, json};

use super::json_of;
use crate::logs::{Log, side};

#[test]
fn requests_are_the_first_text_act_of_a_conversation_and_each_call_request() {
    let requests = Log::new()
        // c1: text by the visitor, accepted; the later chat_requested is no second request.
        .message("ann", "09:00", "c1", "visitor")
        .event(
            "ann",
            "09:01",
            "chat_requested",
            json!({"conversation": "c1", "by": side("a-1")}),
        )
        .message("ann", "09:02", "c1", "a-1")
        // two calls by the visitor: one connects.
        .call("ann", "09:03", "c1", "k1", "visitor")
        .then("ann", "09:04", "call_missed", "k1")
        .call("ann", "09:05", "c1", "k2", "visitor")
        .then("ann", "09:06", "call_connected", "k2")
        // one call by an agent, declined.
        .call("ann", "09:07", "c2", "k3", "a-1")
        .then("ann", "09:08", "call_declined", "k3")
        .report()
        .requests;
    // text 1 + video 3 = 4; by visitor 3, by agent 1; accepted 1 + 1 = 2.
    assert_eq!((requests.total, requests.text, requests.video), (4, 1, 3));
    assert_eq!((requests.by_visitor, requests.by_agent), (3, 1));
    assert_eq!(
        (
            requests.accepted,
            requests.unsuccessful,
            requests.unanswered_from_visitor
        ),
        (2, 2, 1)
    );
    assert_eq!(
        json_of(&requests.text_share),
        json!({"numerator": 1, "denominator": 4, "value": 0.25})
    );
    assert_eq!(
        json_of(&requests.video_share),
        json!({"numerator": 3, "denominator": 4, "value": 0.75})
    );
    assert_eq!(requests.visitor_acceptance_rate, Ratio::new(2, 3));
    assert_eq!(requests.daily[0].visitor_acceptance_rate, Ratio::new(2, 3));
}

#[test]
fn an_acceptance_counts_with_its_request_whenever_it_comes() {
    let log = Log::new()
        .message("ann", "2026-03-01T22:00:00Z", "c", "visitor")
        .message("ann", "2026-03-05T09:00:00Z", "c", "a-1");
    let first = log.report_of("2026-03-01", "2026-03-01", "UTC").requests;
    assert_eq!(first.visitor_acceptance_rate, Ratio::new(1, 1));
    let later = log.report_of("2026-03-02", "2026-03-05", "UTC").requests;
    assert_eq!(later.visitor_acceptance_rate, Ratio::new(0, 0));
    assert_eq!(later.visitor_acceptance_rate.value(), None);
}

#[test]
fn requests_by_hour_are_local_and_have_24_rows() {
    let report = Log::new()
        .message("ann", "2026-03-02T23:30:00Z", "c1", "visitor") // 00:30 on the 3rd in Paris
        .call("ann", "2026-03-02T23:40:00Z", "c2", "k", "visitor")
        .report_of("2026-03-02", "2026-03-03", "Europe/Paris");
    assert_eq!(report.requests.by_hour.len(), 24);
    assert_eq!(
        (
            report.requests.by_hour[0].text,
            report.requests.by_hour[0].video
        ),
        (1, 1)
    );
    assert_eq!(report.requests.by_hour[23].text, 0);
    assert_eq!(
        (report.requests.daily[0].text, report.requests.daily[1].text),
        (0, 1)
    );
}

#[test]
fn top_pages_are_grouped_ranked_and_cut() {
    let page = |log: Log, number: usize, page: &str| {
        log.event("ann", "09:00", "call_requested", json!({"conversation": "c", "call": format!("k{number}"), "by": side("visitor"), "page": page}))
    };
    let pages = ["/b?x=1", "/b#y", "/a", "/c", "/c", "?only", "/c?z"];
    let log = pages
        .iter()
        .enumerate()
        .fold(Log::new(), |log, (number, text)| page(log, number, text));
    let top = |options: Options| -> Vec<(String, u64)> {
        log.report_with(&options)
            .requests
            .top_pages
            .iter()
            .map(|row| (row.page.to_string(), row.total))
            .collect()
    };
    // /c 3, /b 2, /a 1; the page that is empty after the cut is none.
    let expected = [
        ("/c".to_owned(), 3),
        ("/b".to_owned(), 2),
        ("/a".to_owned(), 1),
    ];
    assert_eq!(top(Options::new()), expected);
    assert_eq!(top(Options::new().with_top(2).unwrap()), expected[..2]);
    // By exact text: /c 2, then those with 1 by their bytes: '/' before '?'.
    let exact = top(Options::new()
        .with_page_grouping(PageGrouping::Exact)
        .with_top(3)
        .unwrap());
    assert_eq!(
        exact,
        [
            ("/c".to_owned(), 2),
            ("/a".to_owned(), 1),
            ("/b#y".to_owned(), 1)
        ]
    );
}

#[test]
fn auto_message_clicks_count_by_trigger_and_by_message_with_its_link() {
    let click = |log: Log, at: &str, trigger: &str, message: &str, url: Value| {
        log.event(
            "ann",
            at,
            "auto_message_clicked",
            json!({"trigger": trigger, "auto_message": message, "url": url}),
        )
    };
    let mut log = Log::new();
    log = click(log, "09:00", "t-b", "m", json!("https://shop.example/?a"));
    log = click(log, "09:01", "t-a", "m", json!("https://shop.example/?a"));
    log = click(log, "09:02", "t-a", "m", json!("https://shop.example/?b"));
    log = click(log, "09:03", "t-b", "m", json!(""));
    log = click(log, "09:04", "t-c", "n", Value::Null);
    let requests = log.report().requests;
    // t-a 2, t-b 2, t-c 1: equal ones by name.
    assert_eq!(
        json_of(&requests.auto_message_triggers),
        json!([{"trigger": "t-a", "clicks": 2}, {"trigger": "t-b", "clicks": 2}, {"trigger": "t-c", "clicks": 1}])
    );
    // Two of the five have no link; links are never cut.
    assert_eq!(
        json_of(&requests.auto_messages),
        json!([
            {"auto_message": "m", "url": "https://shop.example/?a", "clicks": 2},
            {"auto_message": "m", "url": "https://shop.example/?b", "clicks": 1}
        ])
    );
}

#[test]
fn the_requests_of_the_documentation() {
    let ask = |log: Log, at: &str, event_type: &str, by: &str, call: &str, page: Value| {
        log.event(
            "ann",
            at,
            event_type,
            json!({"conversation": "c", "call": call, "by": side(by), "page": page}),
        )
    };
    let mut log = ask(
        Log::new(),
        "09:10",
        "message_sent",
        "visitor",
        "",
        json!("/a?x"),
    );
    log = log.message("ann", "09:11", "c", "a-1");
    log = ask(
        log,
        "09:20",
        "call_requested",
        "visitor",
        "k1",
        json!("/a#y"),
    );
    log = log.then("ann", "09:21", "call_connected", "k1");
    log = ask(log, "10:05", "call_requested", "visitor", "k2", json!("/b"));
    log = ask(log, "23:59", "call_requested", "a-1", "k3", Value::Null);
    log = log.then("ann", "23:59:30", "call_declined", "k3");
    for (at, url) in [
        ("11:00", json!("u")),
        ("11:01", json!("u")),
        ("11:02", Value::Null),
    ] {
        log = log.event(
            "ann",
            at,
            "auto_message_clicked",
            json!({"trigger": "t", "auto_message": "m", "url": url}),
        );
    }
    let requests = log.report().requests;
    assert_eq!(
        (requests.total, requests.by_visitor, requests.by_agent),
        (4, 3, 1)
    );
    assert_eq!(
        (
            requests.text,
            requests.video,
            requests.accepted,
            requests.unsuccessful
        ),
        (1, 3, 2, 2)
    );
    assert_eq!(
        (requests.text_share, requests.video_share),
        (Ratio::new(1, 4), Ratio::new(3, 4))
    );
    assert_eq!(
        (
            requests.visitor_acceptance_rate,
            requests.unanswered_from_visitor
        ),
        (Ratio::new(2, 3), 1)
    );
    let hours: Vec<_> = requests
        .by_hour
        .iter()
        .filter(|hour| hour.text + hour.video > 0)
        .map(|hour| (hour.hour, hour.text, hour.video))
        .collect();
    assert_eq!(hours, [(9, 1, 1), (10, 0, 1), (23, 0, 1)]);
    let day = &requests.daily[0];
    assert_eq!(
        (day.text, day.video, day.by_visitor, day.by_agent),
        (1, 3, 3, 1)
    );
    let pages: Vec<_> = requests
        .top_pages
        .iter()
        .map(|row| (row.page.as_str(), row.total))
        .collect();
    assert_eq!(pages, [("/a", 2), ("/b", 1)]);
    assert_eq!(requests.auto_message_triggers[0].clicks, 3);
    assert_eq!(
        (
            requests.auto_messages.len(),
            requests.auto_messages[0].clicks
        ),
        (1, 2)
    );
}
