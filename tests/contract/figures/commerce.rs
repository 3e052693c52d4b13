//! Attribution and commerce.

use crate::queries::seconds;
use convometrics::attribution::{LapsedTouch, PositionEnds, WindowEdge};
use convometrics::metrics::gmv::GmvScope;
use convometrics::{Channel, Model, Options, Ratio};
use serde_json::json;

use super::{json_of, money, row};
use crate::logs::{Log, instant};

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
    let zero = Options::new().with_window(seconds(0)).unwrap();
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
fn gmv_counts_video_touches_unless_the_scope_is_any() {
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
    let window = Options::new().with_window(seconds(600)).unwrap();
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
        let orders = |age| {
            log.report_with(&Options::new().with_window(seconds(age)).unwrap())
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
fn withdrawn_currencies_have_two_decimal_places() {
    let gmv = connected()
        .order("ann", "2026-03-01T13:00:00Z", "o1", "ITL", "101")
        .order("ann", "2026-03-01T14:00:00Z", "o2", "ITL", "0")
        .order("ann", "2026-03-01T15:00:00Z", "o3", "ITL", "0")
        .report()
        .gmv;
    // 101 / 3 = 33.666…
    assert_eq!(
        json_of(&gmv.average_order_value),
        json!({"ITL": {"sum": "101.00", "count": 3, "value": "33.67"}})
    );
}

#[test]
fn refunds_are_at_most_the_value_and_over_refunds_are_counted() {
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
fn the_ends_of_position_based_are_an_option() {
    let log = three_touches();
    let shares = |first, last| {
        let ends = PositionEnds::new(first, last).unwrap();
        let options = Options::new()
            .with_model(Model::PositionBased)
            .with_position_ends(ends);
        let report = log.report_with(&options);
        ["a-1", "a-2", "a-3"].map(|agent| row(&report, agent).attributed_sales.to_string())
    };
    assert_eq!(shares(30, 50), ["30.00 EUR", "20.00 EUR", "50.00 EUR"]);
    // A share of 0 is no credit.
    assert_eq!(shares(50, 50), ["50.00 EUR", "", "50.00 EUR"]);
}

#[test]
fn each_channel_may_have_a_window_of_its_own() {
    // The call connects on 1 March at 12:00; a text at 12:30; the order is on 11 March.
    let log = connected()
        .message("ann", "2026-03-01T12:30:00Z", "c1", "visitor")
        .order("ann", "2026-03-11T12:00:00Z", "o", "EUR", "100");
    let window = |channel, days: u64| {
        Options::new()
            .with_channel_window(channel, seconds(days * 86_400))
            .unwrap()
    };
    let orders = |options: &Options| {
        let gmv = log.report_with(options).gmv;
        (gmv.orders, gmv.gmv_orders)
    };
    assert_eq!(orders(&Options::new()), (1, 1));
    // Video exactly 10 days old, and a second short of it: the text still counts, not for GMV.
    assert_eq!(orders(&window(Channel::Video, 10)), (1, 1));
    let short = window(Channel::Video, 0).with_channel_window(Channel::Video, seconds(863_999));
    assert_eq!(orders(&short.unwrap()), (1, 0));
    // 3 days after text: the latest touch of the conversation has lapsed, and the call still counts for GMV; or it is
    // passed over.
    let text = window(Channel::Text, 3);
    assert_eq!(orders(&text), (0, 1));
    assert_eq!(
        orders(&text.clone().with_lapsed_touch(LapsedTouch::PassedOver)),
        (1, 1)
    );
    // The window of a channel is its own, whatever that of all is.
    let all = text.with_window(seconds(0)).unwrap();
    assert_eq!(orders(&all), (0, 0));
    assert_eq!(
        orders(&window(Channel::Text, 10).with_window(seconds(0)).unwrap()),
        (1, 0)
    );
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
