//! Each metric, worked by hand: the arithmetic stands in a comment.

use convometrics::{
    GmvScope, Model, MoneyByCurrency, Options, PageGrouping, Ratio, Report, WindowEdge,
};
use serde_json::{Value, json};

use crate::logs::{Log, instant, side};

fn json_of<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

fn money(sums: &MoneyByCurrency) -> Value {
    json_of(sums)
}

/// The row of an agent on the leaderboard.
fn row<'a>(report: &'a Report, agent: &str) -> &'a convometrics::metrics::leaderboard::AgentRow {
    report
        .leaderboard
        .agents
        .iter()
        .find(|row| row.agent.as_str() == agent)
        .unwrap()
}

// ---- conversations

#[test]
fn a_conversation_has_a_message_of_each_side_or_a_connected_call() {
    let conversations = Log::new()
        // c1: text two-way (09:00 visitor, 09:01 agent).
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "a-1")
        // c2: only the visitor wrote.
        .message("ann", "09:02", "c2", "visitor")
        // c3: only automation replied.
        .message("ann", "09:03", "c3", "visitor")
        .message("ann", "09:04", "c3", "automation")
        // c4: a connected call, and no text.
        .call("ann", "09:05", "c4", "k4", "visitor")
        .then("ann", "09:06", "call_connected", "k4")
        // c1 of another visitor: both.
        .message("bob", "10:00", "c1", "a-1")
        .message("bob", "10:01", "c1", "visitor")
        .call("bob", "10:02", "c1", "k1", "a-1")
        .then("bob", "10:03", "call_connected", "k1")
        .report()
        .conversations;
    // ann c1 (text), ann c4 (video), bob c1 (both): total 3 = text 2 + video 2 − both 1.
    assert_eq!(
        (
            conversations.total,
            conversations.text,
            conversations.video,
            conversations.both
        ),
        (3, 2, 2, 1)
    );
}

#[test]
fn average_duration_is_from_first_to_last_human_message_or_call_event_in_minutes() {
    let mean = Log::new()
        // c1: the chat request and the bot do not count. 09:01:00 to 09:03:30 = 150 s.
        .event(
            "ann",
            "09:00",
            "chat_requested",
            json!({"conversation": "c1", "by": side("visitor")}),
        )
        .message("ann", "09:01:00", "c1", "visitor")
        .message("ann", "09:03:30", "c1", "a-1")
        .message("ann", "09:30", "c1", "automation")
        // c2: 10:00:00 (call requested) to 10:10:30 (call ended) = 630 s.
        .call("ann", "10:00", "c2", "k", "visitor")
        .then("ann", "10:00:30", "call_connected", "k")
        .then("ann", "10:10:30", "call_ended", "k")
        .report()
        .conversations
        .average_duration_minutes;
    // (150 + 630) / 2 = 390 s = 6.5 min.
    assert_eq!(
        json_of(&mean),
        json!({"sum_seconds": "780", "count": 2, "value": 6.5})
    );
}

#[test]
fn a_conversation_counts_on_the_day_of_its_opening() {
    let log = Log::new()
        .event(
            "ann",
            "2026-03-01T23:59:59.999999Z",
            "chat_requested",
            json!({"conversation": "c", "by": side("visitor")}),
        )
        .message("ann", "00:10", "c", "visitor")
        .message("ann", "00:20", "c", "a-1");
    let report = log.report_of("2026-03-01", "2026-03-02", "UTC");
    let totals: Vec<u64> = report
        .conversations
        .daily
        .iter()
        .map(|day| day.total)
        .collect();
    assert_eq!(totals, [1, 0]);
    assert_eq!(report.leaderboard.agents[0].daily[0].conversations, 1);
    // The day after alone has none of it.
    let after = log.report_of("2026-03-02", "2026-03-02", "UTC");
    assert_eq!(
        (after.conversations.total, after.leaderboard.agents.len()),
        (0, 0)
    );
}

// ---- requests

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

// ---- visitors

#[test]
fn visitors_are_unique_in_the_period_and_on_each_day() {
    let visitors = Log::new()
        .event(
            "ann",
            "2026-03-01T23:59:00Z",
            "widget_impression",
            json!({}),
        )
        .event(
            "ann",
            "2026-03-01T23:59:30Z",
            "widget_impression",
            json!({}),
        )
        .event("ann", "00:01", "widget_clicked", json!({}))
        .event(
            "bob",
            "2026-03-01T12:00:00Z",
            "widget_clicked",
            json!({"target": "chat_notification"}),
        )
        .report()
        .visitors;
    // Ann saw it, Ann and Bob clicked; Bob without an impression: 2 / 1 = 2.
    assert_eq!(
        (
            visitors.with_impression,
            visitors.with_click,
            visitors.clicked_without_impression
        ),
        (1, 2, 1)
    );
    assert_eq!(visitors.click_through_rate.value(), Some(2.0));
    let daily: Vec<_> = visitors
        .daily
        .iter()
        .map(|day| (day.with_impression, day.with_click))
        .collect();
    assert_eq!(daily, [(1, 1), (0, 1)]);
    assert_eq!(visitors.daily[1].click_through_rate.value(), None);
}

// ---- attribution and commerce

/// Ann's call connects at 12:00:00 on 1 March; her agent is a-1.
fn connected() -> Log {
    Log::new()
        .call("ann", "2026-03-01T11:59:00Z", "c1", "k1", "visitor")
        .then("ann", "2026-03-01T11:59:30Z", "call_answered", "k1")
        .then("ann", "2026-03-01T12:00:00Z", "call_connected", "k1")
}

#[test]
fn a_touch_exactly_a_window_old_counts_one_microsecond_older_does_not() {
    // 30 days after 1 March 12:00:00 is 31 March 12:00:00.
    let edge = connected().order("ann", "2026-03-31T12:00:00Z", "o", "EUR", "100");
    let past = connected().order("ann", "2026-03-31T12:00:00.000001Z", "o", "EUR", "100");
    let within = connected().order("ann", "2026-03-31T11:59:59.999999Z", "o", "EUR", "100");
    let exclusive = Options::new().with_window_edge(WindowEdge::Exclusive);
    assert_eq!(edge.report().gmv.gmv_orders, 1);
    assert_eq!(past.report().gmv.gmv_orders, 0);
    assert_eq!(edge.report_with(&exclusive).gmv.gmv_orders, 0);
    assert_eq!(within.report_with(&exclusive).gmv.gmv_orders, 1);
}

#[test]
fn a_window_of_0_keeps_touches_of_the_orders_own_instant() {
    let zero = Options::new().with_window_seconds(0).unwrap();
    let same = connected().order("ann", "2026-03-01T12:00:00Z", "o", "EUR", "100");
    let later = connected().order("ann", "2026-03-01T12:00:00.000001Z", "o", "EUR", "100");
    assert_eq!(same.report_with(&zero).gmv.orders, 1);
    assert_eq!(later.report_with(&zero).gmv.orders, 0);
}

#[test]
fn a_touch_after_the_order_in_canonical_order_is_none() {
    // One instant: the rank puts call_connected (9) before order_placed (14); seq puts it after.
    let before = connected().order("ann", "2026-03-01T12:00:00Z", "o", "EUR", "1");
    assert_eq!(before.report().gmv.orders, 1);
    let after = Log::new()
        .call("ann", "11:59", "c1", "k1", "visitor")
        .event(
            "ann",
            "12:00",
            "call_connected",
            json!({"call": "k1", "seq": 1}),
        )
        .order("ann", "12:00", "o", "EUR", "1");
    assert_eq!(after.report().gmv.orders, 0);
}

#[test]
fn an_agents_message_alone_never_renews_a_touch_a_visitors_does() {
    let chat = || {
        Log::new()
            .message("ann", "2026-03-01T12:00:00Z", "c", "visitor")
            .message("ann", "2026-03-01T12:01:00Z", "c", "a-1")
    };
    let ping = chat()
        .message("ann", "2026-03-20T12:00:00Z", "c", "a-1")
        .order("ann", "2026-04-10T12:00:00Z", "o", "EUR", "100");
    // The touch is 12:01 on 1 March, 40 days before: out of 30.
    assert_eq!(ping.report().gmv.orders, 0);
    let reply = chat()
        .message("ann", "2026-03-20T12:00:00Z", "c", "visitor")
        .order("ann", "2026-04-10T12:00:00Z", "o", "EUR", "100");
    // 21 days before.
    assert_eq!(reply.report().gmv.orders, 1);
}

#[test]
fn gmv_takes_video_touches_alone_unless_asked_for_any() {
    // The call ended on 1 March at 12:10; a message on 25 March; the order on 5 April: 35 days after the call.
    let log = connected()
        .then("ann", "2026-03-01T12:10:00Z", "call_ended", "k1")
        .message("ann", "2026-03-25T12:00:00Z", "c1", "visitor")
        .order("ann", "2026-04-05T12:00:00Z", "o", "EUR", "100");
    let gmv = log.report().gmv;
    assert_eq!((gmv.orders, gmv.gmv_orders), (1, 0));
    assert_eq!(money(&gmv.attributed_gmv), json!({}));
    let any = log
        .report_with(&Options::new().with_gmv_scope(GmvScope::Any))
        .gmv;
    assert_eq!((any.orders, any.gmv_orders), (1, 1));
    // A call_ended of a call that never connected is no engagement.
    let unconnected = Log::new()
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "a-1")
        .call("ann", "09:02", "c1", "k1", "visitor")
        .then("ann", "09:03", "call_ended", "k1")
        .order("ann", "09:04", "o", "EUR", "100")
        .report()
        .gmv;
    assert_eq!((unconnected.orders, unconnected.gmv_orders), (1, 0));
}

#[test]
fn the_end_of_a_connected_call_renews_its_touch() {
    // Connected at 12:00, ended at 12:09; the order at 12:15 is 15 min after the one, 6 min after the other.
    let window = Options::new().with_window_seconds(600).unwrap();
    let log = connected().then("ann", "2026-03-01T12:09:00Z", "call_ended", "k1");
    let gmv = log
        .clone()
        .order("ann", "2026-03-01T12:15:00Z", "o", "EUR", "1")
        .report_with(&window)
        .gmv;
    assert_eq!((gmv.orders, gmv.gmv_orders), (1, 1));
    let gmv = log
        .order("ann", "2026-03-01T12:19:00.000001Z", "o", "EUR", "1")
        .report_with(&window)
        .gmv;
    assert_eq!((gmv.orders, gmv.gmv_orders), (0, 0));
}

#[test]
fn the_touches_of_the_definitions() {
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "a-1")
        .message("ann", "09:02", "c", "a-1")
        .message("ann", "09:03", "c", "visitor")
        .call("ann", "09:03:59", "c", "k", "visitor")
        .then("ann", "09:04", "call_connected", "k")
        .then("ann", "09:09", "call_ended", "k");
    // (order, its touch's age in seconds, whether a video touch is there)
    for (order, age, video) in [
        ("09:00:30", None, false),
        ("09:02:30", Some(90), false),
        ("09:03:30", Some(30), false),
        ("09:05", Some(60), true),
        ("10:00", Some(51 * 60), true),
    ] {
        let log = log.clone().order("ann", order, "o", "EUR", "1");
        let orders = |seconds| {
            log.report_with(&Options::new().with_window_seconds(seconds).unwrap())
                .gmv
                .orders
        };
        match age {
            Some(age) => assert_eq!((orders(age - 1), orders(age)), (0, 1), "{order}"),
            None => assert_eq!(orders(86_400), 0, "{order}"),
        }
        assert_eq!(log.report().gmv.gmv_orders, u64::from(video), "{order}");
    }
}

#[test]
fn value_is_subtotal_less_discount_less_included_tax_and_averages_round_half_to_even() {
    let gmv = connected()
        .event("ann", "2026-03-01T13:00:00Z", "order_placed", json!({
            "order": "o1", "currency": "EUR", "subtotal": "120.00", "discount": "20.00", "included_tax": "16.67"
        }))
        .order("ann", "2026-03-01T14:00:00Z", "o2", "EUR", "16.68")
        .order("ann", "2026-03-01T15:00:00Z", "o3", "JPY", "700")
        .order("ann", "2026-03-01T16:00:00Z", "o4", "JPY", "0")
        .report()
        .gmv;
    // EUR: 120.00 − 20.00 − 16.67 = 83.33, + 16.68 = 100.01; / 2 = 50.005, half to even 50.00. JPY: (700 + 0) / 2 = 350.
    assert_eq!(gmv.orders, 4);
    assert_eq!(
        money(&gmv.attributed_sales),
        json!({"EUR": "100.01", "JPY": "700"})
    );
    assert_eq!(
        json_of(&gmv.average_order_value),
        json!({"EUR": {"sum": "100.01", "count": 2, "value": "50.00"}, "JPY": {"sum": "700", "count": 2, "value": "350"}})
    );
}

#[test]
fn what_goes_back_is_at_most_the_value_and_over_refunds_are_counted() {
    let refund = |log: Log, at: &str, order: &str, amount: &str| {
        log.event(
            "ann",
            at,
            "order_refunded",
            json!({"order": order, "amount": amount}),
        )
    };
    let mut log = connected()
        .order("ann", "2026-03-01T13:00:00Z", "o1", "EUR", "100")
        .order("ann", "2026-03-01T13:00:00Z", "o2", "EUR", "50");
    log = refund(log, "2026-03-05T00:00:00Z", "o1", "30"); // leaves 70
    log = refund(log, "2026-03-06T00:00:00Z", "o1", "80"); // more than 70: counted, 70 go back
    log = refund(log, "2026-03-07T00:00:00Z", "o1", "0"); // not more than 0
    log = log.event(
        "ann",
        "2026-03-08T00:00:00Z",
        "order_cancelled",
        json!({"order": "o2"}),
    ); // 50 go back
    log = refund(log, "2026-03-09T00:00:00Z", "o2", "1"); // more than 0: counted
    let report = log.report_of("2026-03-01", "2026-03-01", "UTC");
    // 100 + 50 = 150 sold, 100 + 50 went back, after the period too.
    assert_eq!(money(&report.gmv.attributed_gmv), json!({"EUR": "150.00"}));
    assert_eq!(money(&report.gmv.refunded_gmv), json!({"EUR": "150.00"}));
    assert_eq!(money(&report.gmv.net_gmv), json!({"EUR": "0.00"}));
    assert_eq!(report.data_quality.over_refunds, 2);
    // As of 5 March noon, 30 had gone back.
    let then = log.report_with(
        &Options::new()
            .with_as_of(instant("2026-03-05T12:00:00Z"))
            .unwrap(),
    );
    assert_eq!(money(&then.gmv.refunded_gmv), json!({"EUR": "30.00"}));
    assert_eq!(money(&then.gmv.net_gmv), json!({"EUR": "120.00"}));
}

#[test]
fn a_refund_that_stands_before_its_order_belongs_to_it() {
    let report = connected()
        .event(
            "ann",
            "2026-03-01T12:30:00Z",
            "order_refunded",
            json!({"order": "o", "amount": "5"}),
        )
        .order("ann", "2026-03-01T13:00:00Z", "o", "EUR", "100")
        .report();
    assert_eq!(report.data_quality.orphans, 0);
    assert_eq!(money(&report.gmv.net_gmv), json!({"EUR": "95.00"}));
}

#[test]
fn conversion_follows_the_cohort_of_conversations_past_the_period() {
    let log = Log::new()
        // Ann: conversation on 1 March, order on 4 March. Bob: conversation on 1 March, no order.
        .message("ann", "2026-03-01T12:00:00Z", "c", "visitor")
        .message("ann", "2026-03-01T12:01:00Z", "c", "a-1")
        .order("ann", "2026-03-04T12:00:00Z", "o", "EUR", "100")
        .message("bob", "2026-03-01T12:00:00Z", "c", "a-1")
        .message("bob", "2026-03-01T12:01:00Z", "c", "visitor")
        // Cat ordered before her conversation.
        .order("cat", "2026-03-01T11:00:00Z", "o", "EUR", "100")
        .message("cat", "2026-03-01T12:00:00Z", "c", "visitor")
        .message("cat", "2026-03-01T12:01:00Z", "c", "a-1");
    let first = log.report_of("2026-03-01", "2026-03-01", "UTC").gmv;
    // Of Ann, Bob and Cat, Ann bought; no order of the period itself is attributed.
    assert_eq!(first.conversion_rate, Ratio::new(1, 3));
    assert_eq!(first.orders, 0);
    // On 4 March nobody's conversation opened.
    let fourth = log.report_of("2026-03-04", "2026-03-04", "UTC").gmv;
    assert_eq!(
        (fourth.conversion_rate, fourth.orders),
        (Ratio::new(0, 0), 1)
    );
}

/// Three conversations of Ann, engaged 14, 7 and 0 days before her order of 100.00; agents a-1, a-2, a-3.
fn three_touches() -> Log {
    let chat = |log: Log, day: &str, conversation: &str, agent: &str| {
        log.message("ann", &format!("{day}T11:00:00Z"), conversation, agent)
            .message("ann", &format!("{day}T12:00:00Z"), conversation, "visitor")
    };
    let log = chat(Log::new(), "2026-03-01", "c1", "a-1");
    let log = chat(log, "2026-03-08", "c2", "a-2");
    let log = chat(log, "2026-03-15", "c3", "a-3");
    log.order("ann", "2026-03-15T12:00:00Z", "o", "EUR", "100.00")
}

#[test]
fn each_model_splits_100_over_three_touches() {
    let log = three_touches();
    for (model, shares) in [
        (Model::LastTouch, [None, None, Some("100.00")]),
        (Model::FirstTouch, [Some("100.00"), None, None]),
        // 33.333… each: the cent left over goes to the earliest.
        (Model::Linear, [Some("33.34"), Some("33.33"), Some("33.33")]),
        (
            Model::PositionBased,
            [Some("40.00"), Some("20.00"), Some("40.00")],
        ),
        // ¼ : ½ : 1 = 1/7, 2/7, 4/7: 14.285…, 28.571…, 57.142…; the cent goes to the largest remainder, 0.5714….
        (
            Model::TimeDecay,
            [Some("14.29"), Some("28.57"), Some("57.14")],
        ),
    ] {
        let report = log.report_with(&Options::new().with_model(model));
        for (agent, share) in ["a-1", "a-2", "a-3"].into_iter().zip(shares) {
            let row = row(&report, agent);
            assert_eq!(
                row.attributed_orders,
                u64::from(share.is_some()),
                "{model:?} {agent}"
            );
            let expected = share.map_or(json!({}), |share| json!({ "EUR": share }));
            assert_eq!(money(&row.attributed_sales), expected, "{model:?} {agent}");
        }
        assert_eq!(report.gmv.orders, 1);
    }
}

#[test]
fn a_free_order_is_credited_to_all_that_the_model_gives_weight() {
    let log = three_touches().order("ann", "2026-03-15T13:00:00Z", "free", "JPY", "0");
    let report = log.report_with(&Options::new().with_model(Model::Linear));
    assert_eq!(row(&report, "a-1").attributed_orders, 2);
    assert_eq!(
        money(&row(&report, "a-1").attributed_sales),
        json!({"EUR": "33.34", "JPY": "0"})
    );
}

// ---- satisfaction

fn survey(log: Log, at: &str, survey: &str, own: Value) -> Log {
    let mut fields = json!({"survey": survey, "conversation": "c", "outcome": "submitted"});
    for (name, value) in own.as_object().unwrap() {
        fields[name] = value.clone();
    }
    log.event("ann", at, "survey_answered", fields)
}

#[test]
fn an_answer_keeps_the_last_rating_and_feedback_given_and_the_rest_of_its_last_event() {
    let mut log = Log::new().assigned("ann", "08:00", "c", "a-1");
    log = survey(log, "10:00", "q", json!({"rating": 2}));
    log = survey(
        log,
        "10:05",
        "q",
        json!({"feedback": "slow", "outcome": "closed"}),
    );
    log = log.assigned("ann", "10:06", "c", "a-2"); // after the answer: moves nothing
    log = survey(
        log,
        "11:00",
        "r",
        json!({"rating": 5, "conversation": "nobody"}),
    );
    log = survey(log, "11:30", "s", json!({"outcome": "closed"}));
    let csat = log.report().csat;
    // (2 + 5) / 2 = 3.5; the third has no rating.
    assert_eq!(
        json_of(&csat.average_rating),
        json!({"sum": "7", "count": 2, "value": 3.5})
    );
    assert_eq!(
        json_of(&csat.distribution),
        json!({"1": 0, "2": 1, "3": 0, "4": 0, "5": 1})
    );
    assert_eq!(
        json_of(&csat.details),
        json!([
            {"at": "2026-03-02T10:05:00Z", "visitor": "ann", "conversation": "c", "agent": "a-1", "rating": 2, "feedback": "slow", "outcome": "closed"},
            {"at": "2026-03-02T11:00:00Z", "visitor": "ann", "conversation": "nobody", "agent": null, "rating": 5, "feedback": null, "outcome": "submitted"},
            {"at": "2026-03-02T11:30:00Z", "visitor": "ann", "conversation": "c", "agent": "a-2", "rating": null, "feedback": null, "outcome": "closed"}
        ])
    );
}

#[test]
fn the_distribution_is_of_all_time_the_mean_of_the_period() {
    let mut log = Log::new();
    log = survey(log, "2026-02-01T10:00:00Z", "old", json!({"rating": 1}));
    log = survey(log, "10:00", "new", json!({"rating": 5}));
    let csat = log.report_of("2026-03-02", "2026-03-02", "UTC").csat;
    assert_eq!((csat.average_rating.sum, csat.average_rating.count), (5, 1));
    assert_eq!((csat.distribution.one, csat.distribution.five), (1, 1));
    assert_eq!(csat.details.len(), 1);
}

// ---- leaderboard

#[test]
fn credit_and_ratings_go_to_the_agent_at_the_time_not_to_a_later_one() {
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "a-1")
        .assigned("ann", "09:02", "c", "a-2")
        .message("ann", "09:03", "c", "a-1") // an act does not outweigh the assignment
        .order("ann", "09:30", "o", "EUR", "10")
        .assigned("ann", "09:45", "c", "a-3");
    let report = survey(log, "09:40", "q", json!({"rating": 4})).report();
    assert_eq!(row(&report, "a-2").attributed_orders, 1);
    assert_eq!(row(&report, "a-2").average_rating.sum, 4);
    // a-1 responded; a-3 has nothing but an assignment: no row.
    assert_eq!(row(&report, "a-1").conversations, 1);
    assert_eq!(row(&report, "a-1").attributed_orders, 0);
    assert!(
        report
            .leaderboard
            .agents
            .iter()
            .all(|row| row.agent.as_str() != "a-3")
    );
}

#[test]
fn a_conversation_counts_for_every_agent_who_responded_and_credit_without_agent_is_unassigned() {
    let report = Log::new()
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "a-1")
        .message("ann", "09:02", "c1", "a-2")
        // An inbound call of Bob connects, unanswered by anybody: a conversation without an agent.
        .call("bob", "10:00", "c1", "k", "visitor")
        .then("bob", "10:01", "call_connected", "k")
        .order("bob", "10:02", "o", "EUR", "10")
        .report();
    assert_eq!(report.conversations.total, 2);
    assert_eq!(
        (
            row(&report, "a-1").conversations,
            row(&report, "a-2").conversations
        ),
        (1, 1)
    );
    assert_eq!(report.leaderboard.agents.len(), 2);
    assert_eq!(report.leaderboard.unassigned.attributed_orders, 1);
    assert_eq!(
        money(&report.leaderboard.unassigned.attributed_sales),
        json!({"EUR": "10.00"})
    );
}

#[test]
fn agent_requests_and_their_acceptance() {
    let report = Log::new()
        .event(
            "ann",
            "09:00",
            "chat_requested",
            json!({"conversation": "c1", "by": side("a-1")}),
        )
        .message("ann", "09:01", "c1", "visitor")
        .message("ann", "09:02", "c1", "a-2") // two-way: accepted, for who asked
        .call("ann", "09:03", "c1", "k1", "a-1")
        .then("ann", "09:04", "call_declined", "k1")
        .report();
    // a-1 made 2 requests, text and video; the text one was accepted. a-1 wrote nothing and held no call: 0 conversations.
    let row = row(&report, "a-1");
    assert_eq!(
        (row.requests, row.acceptance_rate, row.conversations),
        (2, Ratio::new(1, 2), 0)
    );
    assert_eq!(
        (row.daily[0].requests, row.daily[0].acceptance_rate),
        (2, Ratio::new(1, 2))
    );
}

// ---- engage

#[test]
fn each_inbound_call_has_one_outcome() {
    let calls = Log::new()
        .call("ann", "09:00", "c", "k1", "visitor") // answered, though cancelled after
        .then("ann", "09:01", "call_answered", "k1")
        .then("ann", "09:02", "call_cancelled", "k1")
        .call("ann", "09:03", "c", "k2", "visitor") // cancelled, though missed too
        .then("ann", "09:04", "call_missed", "k2")
        .then("ann", "09:05", "call_cancelled", "k2")
        .call("ann", "09:06", "c", "k3", "visitor") // missed
        .then("ann", "09:07", "call_missed", "k3")
        .call("ann", "09:08", "c", "k4", "visitor") // ended: missed
        .then("ann", "09:09", "call_ended", "k4")
        .call("ann", "09:10", "c", "k5", "visitor") // nothing, session open as of 09:20: pending
        .call("bob", "09:10", "c", "k1", "visitor") // nothing, session ended: missed
        .event("bob", "09:11", "session_ended", json!({}))
        .call("ann", "09:12", "c", "k6", "a-2") // proactive
        .then("ann", "09:13", "call_accepted", "k6")
        .then("ann", "09:14", "call_connected", "k6")
        .call("ann", "09:15", "c", "k7", "a-2") // proactive, declined
        .then("ann", "09:16", "call_declined", "k7")
        .event(
            "bob",
            "09:20",
            "widget_impression",
            json!({"session": "later"}),
        )
        .report()
        .engage
        .calls;
    // requested 6 = answered 1 + cancelled 1 + missed 3 + pending 1; held = attempted 2 + answered 1 = 3.
    assert_eq!(
        json_of(&calls.organization),
        json!({"attempted": 2, "accepted": 1, "requested": 6, "answered": 1, "missed": 3, "cancelled": 1, "pending": 1, "held": 3, "connected": 1})
    );
    assert_eq!(
        json_of(&calls.agents),
        json!([
            {"agent": "a-1", "attempted": 0, "accepted": 0, "answered": 1, "held": 1, "connected": 0},
            {"agent": "a-2", "attempted": 2, "accepted": 1, "answered": 0, "held": 2, "connected": 1}
        ])
    );
}

#[test]
fn a_pending_call_is_missed_once_the_session_timeout_has_passed() {
    let log = |last: &str| {
        Log::new()
            .call("ann", "09:00", "c", "k", "visitor")
            .event("bob", last, "widget_impression", json!({}))
            .report()
            .engage
            .calls
            .organization
    };
    // As of 09:29:59 the session is 29 min 59 s silent: open. As of 09:30 it is 30 min: closed.
    assert_eq!((log("09:29:59").pending, log("09:29:59").missed), (1, 0));
    assert_eq!((log("09:30").pending, log("09:30").missed), (0, 1));
}

#[test]
fn each_session_has_at_most_one_chat_on_one_side() {
    let in_session = |log: Log, at: &str, session: &str, conversation: &str, by: &str| {
        log.event("ann", at, "message_sent", json!({"conversation": conversation, "by": side(by), "session": session, "page": format!("/{session}?x")}))
    };
    let mut log = Log::new();
    log = in_session(log, "09:00", "s1", "c1", "automation"); // transparent
    log = in_session(log, "09:01", "s1", "c1", "a-1"); // proactive, a-1's
    log = in_session(log, "09:02", "s1", "c1", "a-2");
    log = in_session(log, "09:03", "s1", "c2", "visitor"); // accepted, also from another conversation
    log = in_session(log, "10:00", "s2", "c2", "visitor"); // inbound
    log = in_session(log, "10:01", "s2", "c2", "automation"); // no answer
    log = in_session(log, "10:02", "s2", "c3", "a-3"); // answered by a-3
    log = in_session(log, "11:00", "s3", "c4", "visitor"); // inbound, unanswered, session closed by 12:00
    log = in_session(log, "12:00", "s4", "c5", "visitor"); // inbound, unanswered, session open
    log = in_session(log, "12:00", "s5", "c6", "a-1"); // proactive, not accepted
    let chats = log.report().engage.chats;
    // attempted 2, accepted 1; requested 3 = answered 1 + missed 1 + pending 1; held = accepted 1 + answered 1 = 2.
    assert_eq!(
        json_of(&chats.organization),
        json!({"attempted": 2, "accepted": 1, "requested": 3, "answered": 1, "missed": 1, "pending": 1, "held": 2})
    );
    assert_eq!(
        json_of(&chats.agents),
        json!([
            {"agent": "a-1", "attempted": 2, "accepted": 1, "answered": 0, "held": 1},
            {"agent": "a-3", "attempted": 0, "accepted": 0, "answered": 1, "held": 1}
        ])
    );
    let pages: Vec<_> = chats
        .pages
        .iter()
        .map(|row| (row.page.as_str(), row.figures.held))
        .collect();
    assert_eq!(
        pages,
        [("/s1", 1), ("/s2", 1), ("/s3", 0), ("/s4", 0), ("/s5", 0)]
    );
}

#[test]
fn derived_sessions_end_with_a_gap_of_the_timeout_or_a_session_end() {
    let visitor = |log: Log, at: &str| {
        log.event(
            "ann",
            at,
            "message_sent",
            json!({"conversation": "c", "by": side("visitor"), "session": null}),
        )
    };
    let agent = |log: Log, at: &str| {
        log.event(
            "ann",
            at,
            "message_sent",
            json!({"conversation": "c", "by": side("a-1"), "session": null}),
        )
    };
    let answered = |log: Log| {
        let chats = log.report().engage.chats.organization;
        (chats.requested, chats.attempted, chats.answered)
    };
    // 29:59.999999 apart: one session, answered. 30:00 apart: two, one by each side.
    assert_eq!(
        answered(agent(
            visitor(Log::new(), "09:00"),
            "2026-03-02T09:29:59.999999Z"
        )),
        (1, 0, 1)
    );
    assert_eq!(
        answered(agent(visitor(Log::new(), "09:00"), "09:30")),
        (1, 1, 0)
    );
    // A widget impression between them bridges the gap, an orphan does not.
    let bridged = visitor(Log::new(), "09:00").event(
        "ann",
        "09:15",
        "widget_impression",
        json!({"session": null}),
    );
    assert_eq!(answered(agent(bridged, "09:30")), (1, 0, 1));
    let orphaned = visitor(Log::new(), "09:00").event(
        "ann",
        "09:15",
        "call_missed",
        json!({"session": null, "call": "none"}),
    );
    assert_eq!(answered(agent(orphaned, "09:30")), (1, 1, 0));
    // A session_ended between them ends it.
    let ended = visitor(Log::new(), "09:00").event(
        "ann",
        "09:10",
        "session_ended",
        json!({"session": null}),
    );
    assert_eq!(answered(agent(ended, "09:11")), (1, 1, 0));
}

// ---- reading the log

#[test]
fn data_quality_counts_what_was_set_aside() {
    let mut ledger = convometrics::Ledger::new();
    let order = |at: &str, subtotal: &str| {
        let line = json!({"id": "1", "at": at, "visitor": "ann", "type": "order_placed", "order": "o", "currency": "EUR", "subtotal": subtotal});
        convometrics::Event::from_json(&line.to_string()).unwrap()
    };
    let other = |id: &str, event_type: &str| {
        let line = json!({"id": id, "at": "2026-03-02T12:00:00Z", "visitor": "ann", "type": event_type, "order": "o", "currency": "EUR", "subtotal": 1, "amount": "11", "call": "k"});
        convometrics::Event::from_json(&line.to_string()).unwrap()
    };
    // The one at 09:00 survives, wherever it arrives; "10" and "10.00" are one value.
    for event in [
        order("2026-03-02T10:00:00Z", "10"),
        order("2026-03-02T09:00:00Z", "10"),
        order("2026-03-02T09:00:00.0000009Z", "10.00"),
    ] {
        ledger.record(&event).unwrap();
    }
    ledger.record(&other("2", "order_refunded")).unwrap(); // 11 of 10
    ledger.record(&other("3", "call_ended")).unwrap(); // of a call never requested
    ledger.record(&other("4", "order_placed")).unwrap(); // of the same order
    let quality = ledger.data_quality(&Options::new());
    assert_eq!(
        json_of(&quality),
        json!({"events": 4, "duplicates": 1, "conflicts": 1, "redundant": 1, "orphans": 1, "over_refunds": 1})
    );
}

#[test]
fn events_after_as_of_are_not_seen() {
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:10", "c", "a-1");
    let at = |as_of: &str| log.report_with(&Options::new().with_as_of(instant(as_of)).unwrap());
    let (before, then) = (
        at("2026-03-02T09:09:59.999999Z"),
        at("2026-03-02T09:10:00Z"),
    );
    assert_eq!(
        (before.conversations.total, before.data_quality.events),
        (0, 1)
    );
    assert_eq!((then.conversations.total, then.data_quality.events), (1, 2));
    assert_eq!(before.engage.chats.organization.pending, 1);
}

#[test]
fn an_empty_log_has_a_report_of_zeros_for_a_given_period_and_no_period_of_its_own() {
    let ledger = convometrics::Ledger::new();
    let error = ledger
        .whole_period(&convometrics::Zone::utc(), &Options::new())
        .unwrap_err();
    assert_eq!(error.option(), "period");
    let report = Log::new().report_of("2026-03-02", "2026-03-02", "UTC");
    assert_eq!(report.as_of, None);
    assert_eq!(json_of(&report)["as_of"], Value::Null);
    assert_eq!(report.csat.average_rating.value(), None);
    assert_eq!(report.conversations.daily.len(), 1);
    assert_eq!(money(&report.gmv.attributed_sales), json!({}));
}

// ---- the examples of the documentation that no test above is

#[test]
fn the_leaderboard_of_the_documentation() {
    let by = |agent: &str| json!({"conversation": "c", "by": side(agent)});
    let log = Log::new()
        .event("ann", "09:00", "chat_requested", by("ada"))
        .message("ann", "09:01", "c", "visitor")
        .call("ann", "09:02", "c", "k", "ada")
        .then("ann", "09:02:30", "call_declined", "k")
        .message("ann", "09:03", "c", "ben")
        .order("ann", "09:10", "o", "EUR", "100")
        .call("bob", "09:00", "c", "k", "visitor")
        .then("bob", "09:05", "call_connected", "k")
        .order("bob", "09:10", "o", "EUR", "20");
    let log = survey(log, "09:12", "q", json!({"rating": 4})).assigned("ann", "09:20", "c", "cy");
    let report = log.report();
    let agents: Vec<&str> = report
        .leaderboard
        .agents
        .iter()
        .map(|row| row.agent.as_str())
        .collect();
    assert_eq!(agents, ["ada", "ben"]);
    let (ada, ben) = (row(&report, "ada"), row(&report, "ben"));
    assert_eq!(
        (
            ada.requests,
            ada.acceptance_rate,
            ada.conversations,
            ada.attributed_orders
        ),
        (2, Ratio::new(1, 2), 0, 0)
    );
    assert_eq!(ada.average_rating.value(), None);
    assert_eq!(
        (ben.requests, ben.conversations, ben.attributed_orders),
        (0, 1, 1)
    );
    assert_eq!((ben.average_rating.sum, ben.average_rating.count), (4, 1));
    assert_eq!(ben.attributed_sales.to_string(), "100.00 EUR");
    assert_eq!(report.leaderboard.unassigned.attributed_orders, 1);
    assert_eq!(
        report.leaderboard.unassigned.attributed_sales.to_string(),
        "20.00 EUR"
    );
}

#[test]
fn the_sessions_of_the_documentation() {
    let message = |log: Log, at: &str| {
        log.event(
            "ann",
            at,
            "message_sent",
            json!({"conversation": "c", "by": side("visitor"), "session": null}),
        )
    };
    let log = ["09:00:00", "09:29:59", "09:59:59"]
        .into_iter()
        .fold(Log::new(), message);
    let chats = log
        .report_with(
            &Options::new()
                .with_as_of(instant("2026-03-02T10:10:00Z"))
                .unwrap(),
        )
        .engage
        .chats
        .organization;
    assert_eq!((chats.requested, chats.missed, chats.pending), (2, 1, 1));
}

#[test]
fn the_conversation_of_the_definitions() {
    let log = |survey_at: &str| {
        let log = Log::new()
            .event(
                "ann",
                "09:00",
                "chat_requested",
                json!({"conversation": "c", "by": side("visitor")}),
            )
            .message("ann", "09:01", "c", "visitor")
            .message("ann", "09:03", "c", "ada")
            .assigned("ann", "09:04", "c", "ben")
            .message("ann", "09:05", "c", "ada");
        survey(log, survey_at, "q", json!({}))
    };
    let agent = |at: &str| {
        log(at).report().csat.details[0]
            .agent
            .as_ref()
            .map(ToString::to_string)
    };
    assert_eq!(agent("09:02"), None);
    assert_eq!(agent("09:03:30").as_deref(), Some("ada"));
    assert_eq!(agent("09:06").as_deref(), Some("ben"));
    let report = log("09:06").report();
    assert_eq!(
        report.conversations.average_duration_minutes.value(),
        Some(4.0)
    );
    assert_eq!(report.leaderboard.agents.len(), 1);
}

#[test]
fn the_conversion_of_the_documentation() {
    let chat = |log: Log, visitor: &str, at: &str| {
        log.message(visitor, at, "c", "visitor")
            .message(visitor, at, "c", "a-1")
    };
    let mut log = Log::new();
    for visitor in ["ann", "bob", "cat"] {
        log = chat(log, visitor, "2026-03-05T12:00:00Z");
    }
    let log = log.order("ann", "2026-04-02T12:00:00Z", "o", "EUR", "1");
    let march = log.report_of("2026-03-01", "2026-03-31", "UTC").gmv;
    let april = log.report_of("2026-04-01", "2026-04-30", "UTC").gmv;
    assert_eq!((march.conversion_rate, march.orders), (Ratio::new(1, 3), 0));
    assert_eq!(
        (april.conversion_rate, april.orders, april.gmv_orders),
        (Ratio::new(0, 0), 1, 0)
    );
}

#[test]
fn the_visitors_of_the_documentation() {
    let visitors = Log::new()
        .event(
            "ann",
            "2026-03-01T23:59:00Z",
            "widget_impression",
            json!({}),
        )
        .event("ann", "2026-03-02T00:01:00Z", "widget_clicked", json!({}))
        .event("bob", "2026-03-01T10:00:00Z", "widget_clicked", json!({}))
        .report()
        .visitors;
    assert_eq!((visitors.with_impression, visitors.with_click), (1, 2));
    assert_eq!(visitors.click_through_rate, Ratio::new(2, 1));
    assert_eq!(visitors.clicked_without_impression, 1);
    let rates: Vec<Ratio> = visitors
        .daily
        .iter()
        .map(|day| day.click_through_rate)
        .collect();
    assert_eq!(rates, [Ratio::new(1, 1), Ratio::new(1, 0)]);
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
    let day = requests.daily[0];
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

#[test]
fn the_calls_of_the_documentation() {
    let log = Log::new()
        .call("ann", "09:00", "c", "k1", "ada")
        .then("ann", "09:01", "call_accepted", "k1")
        .then("ann", "09:02", "call_connected", "k1")
        .call("ann", "09:03", "c", "k2", "ada")
        .then("ann", "09:04", "call_declined", "k2")
        .call("bob", "09:00", "c", "k1", "visitor")
        .event(
            "bob",
            "09:01",
            "call_answered",
            json!({"call": "k1", "agent": "ben"}),
        )
        .then("bob", "09:02", "call_connected", "k1")
        .call("cat", "09:00", "c", "k1", "visitor")
        .then("cat", "09:01", "call_cancelled", "k1")
        .call("dan", "09:00", "c", "k1", "visitor")
        .then("dan", "09:01", "call_missed", "k1");
    let calls = log.report().engage.calls;
    assert_eq!(
        json_of(&calls.organization),
        json!({"attempted": 2, "accepted": 1, "requested": 3, "answered": 1, "missed": 1, "cancelled": 1, "pending": 0, "held": 3, "connected": 2})
    );
    assert_eq!(
        json_of(&calls.agents),
        json!([
            {"agent": "ada", "attempted": 2, "accepted": 1, "answered": 0, "held": 2, "connected": 1},
            {"agent": "ben", "attempted": 0, "accepted": 0, "answered": 1, "held": 1, "connected": 1}
        ])
    );
    let fourth = log.call("eve", "09:10", "c", "k1", "visitor");
    let organization = |as_of: &str| {
        let options = Options::new().with_as_of(instant(as_of)).unwrap();
        fourth.report_with(&options).engage.calls.organization
    };
    let (open, closed) = (
        organization("2026-03-02T09:39:59Z"),
        organization("2026-03-02T09:40:00Z"),
    );
    assert_eq!((open.requested, open.pending, open.missed), (4, 1, 1));
    assert_eq!((closed.requested, closed.pending, closed.missed), (4, 0, 2));
}

#[test]
fn the_chats_of_the_documentation() {
    let said = |log: Log, at: &str, session: &str, by: &str| {
        log.event(
            "ann",
            at,
            "message_sent",
            json!({"conversation": "c", "by": side(by), "session": session}),
        )
    };
    let mut log = said(Log::new(), "09:00", "1", "ada");
    log = said(log, "09:01", "1", "visitor");
    log = said(log, "09:02", "2", "visitor");
    log = said(log, "09:03", "2", "automation");
    log = log.event("ann", "09:04", "session_ended", json!({"session": "2"}));
    log = said(log, "09:05", "3", "visitor");
    log = said(log, "09:06", "3", "ben");
    let chats = log.report().engage.chats;
    assert_eq!(
        json_of(&chats.organization),
        json!({"attempted": 1, "accepted": 1, "requested": 2, "answered": 1, "missed": 1, "pending": 0, "held": 2})
    );
    assert_eq!(
        json_of(&chats.agents),
        json!([
            {"agent": "ada", "attempted": 1, "accepted": 1, "answered": 0, "held": 1},
            {"agent": "ben", "attempted": 0, "accepted": 0, "answered": 1, "held": 1}
        ])
    );
    let fourth = said(log, "09:07", "4", "visitor")
        .report()
        .engage
        .chats
        .organization;
    assert_eq!((fourth.requested, fourth.pending), (3, 1));
}

#[test]
fn arrivals_are_met_one_by_one_and_counted_against_the_survivor() {
    let event = |at: &str| {
        let line = json!({"id": "1", "at": at, "visitor": "ann", "type": "widget_impression"});
        convometrics::Event::from_json(&line.to_string()).unwrap()
    };
    let (first, later) = (event("2026-03-02T09:00:00Z"), event("2026-03-02T09:01:00Z"));
    let counted = |arrivals: [&convometrics::Event; 3]| {
        let mut ledger = convometrics::Ledger::new();
        let met = ledger.extend(arrivals).unwrap();
        assert!(ledger.events().eq([first.clone()]));
        (
            (met.new, met.duplicates, met.conflicts),
            (ledger.duplicates(), ledger.conflicts()),
        )
    };
    assert_eq!(counted([&first, &first, &later]), ((1, 1, 1), (1, 1)));
    assert_eq!(counted([&later, &first, &first]), ((1, 1, 1), (1, 1)));
    assert_eq!(counted([&later, &later, &first]), ((1, 1, 1), (0, 2)));
}
