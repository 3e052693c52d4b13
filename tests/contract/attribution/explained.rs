//! Explanations of orders: their shares are the report's figures, to the digit.

use std::collections::BTreeMap;

use crate::options::without;
use crate::queries::{explanations, seconds, whole_log};
use convometrics::attribution::LapsedTouch;
use convometrics::event::{Author, CallEvent, ChatEvent};
use convometrics::explain::{OrderExplanation, OrderTouch, TouchCredit, TouchVerdict};
use convometrics::metrics::gmv::GmvScope;
use convometrics::metrics::leaderboard::CreditSum;
use convometrics::money::MoneyByCurrency;
use convometrics::query::OptionName;
use convometrics::{Channel, Event, EventKind, Ledger, Model, Money, Options, Period, Report};
use proptest::prelude::*;
use serde_json::json;

use crate::golden::Golden;
use crate::logs::Log;
use crate::nasty::case;
use crate::oracle::events::place;

/// The report's figures of orders, recomputed from explanations alone.
fn check(ledger: &Ledger, report: &Report) -> Result<(), TestCaseError> {
    let options = Options::of(report);
    let mut gmv = (0, MoneyByCurrency::default(), MoneyByCurrency::default());
    let mut sales = (0, MoneyByCurrency::default());
    let mut agents: BTreeMap<Option<String>, (u64, MoneyByCurrency, MoneyByCurrency)> =
        BTreeMap::new();
    for why in &explanations(ledger, &options).collect::<Vec<_>>() {
        let again = ledger
            .view(whole_log(ledger, &options))
            .explain(&why.visitor, &why.order);
        prop_assert_eq!(Some(why), again.as_ref());
        let text = serde_json::to_string(why).unwrap();
        prop_assert_eq!(
            &serde_json::from_str::<OrderExplanation>(&text).unwrap(),
            why
        );
        prop_assert!(why.touches.is_sorted_by_key(|touch| touch.at));
        let candidates = |verdict: fn(&OrderTouch) -> TouchVerdict| {
            let touches = why.touches.iter();
            touches
                .filter(|touch| verdict(touch) == TouchVerdict::Candidate)
                .count()
        };
        prop_assert_eq!(why.is_attributed, candidates(|touch| touch.sales) > 0);
        prop_assert_eq!(why.is_gmv, candidates(|touch| touch.gmv) > 0);
        let credits = || why.touches.iter().filter_map(|touch| touch.credit.as_ref());
        if why.is_attributed {
            let total = |part: fn(&TouchCredit) -> Money| {
                credits()
                    .map(|credit| part(credit).amount.to_decimal())
                    .sum::<rust_decimal::Decimal>()
            };
            prop_assert_eq!(total(|credit| credit.sales), why.value.amount.to_decimal());
            prop_assert_eq!(
                total(|credit| credit.net_sales),
                why.net_value.amount.to_decimal()
            );
            let weights: f64 = credits().map(|credit| credit.weight.to_f64()).sum();
            prop_assert!((weights - 1.0).abs() < 1e-9);
        } else {
            prop_assert_eq!(credits().count(), 0);
        }
        // Of whatever period the order is, its shares are right; the report adds up those of its own.
        if !holds(&report.period, why.placed_at) {
            continue;
        }
        if why.is_attributed {
            sales.0 += 1;
            sales.1 += why.value;
        }
        if why.is_gmv {
            gmv.0 += 1;
            gmv.1 += why.value;
            gmv.2 += why.net_value;
        }
        let mut counted = Vec::new();
        for touch in &why.touches {
            prop_assert_eq!(touch.at + touch.age(), why.placed_at);
            let Some(credit) = &touch.credit else {
                continue;
            };
            prop_assert_eq!(touch.sales, TouchVerdict::Candidate);
            let agent = touch.agent.as_ref().map(ToString::to_string);
            let row = agents.entry(agent.clone()).or_default();
            row.1 += credit.sales;
            row.2 += credit.net_sales;
            if !counted.contains(&agent) {
                row.0 += 1;
                counted.push(agent);
            }
        }
    }
    prop_assert_eq!(
        sales,
        (report.gmv.orders, report.gmv.attributed_sales.clone())
    );
    let expected = &report.gmv;
    prop_assert_eq!(
        gmv,
        (
            expected.gmv_orders,
            expected.attributed_gmv.clone(),
            expected.net_gmv.clone()
        )
    );
    let figures = |orders: u64, sales: &MoneyByCurrency, net: &MoneyByCurrency| {
        (orders, sales.clone(), net.clone())
    };
    let of = |sum: &CreditSum| {
        figures(
            sum.attributed_orders,
            &sum.attributed_sales,
            &sum.net_attributed_sales,
        )
    };
    let unassigned = agents.remove(&None).unwrap_or_default();
    prop_assert_eq!(unassigned, of(&report.leaderboard.unassigned));
    for row in &report.leaderboard.agents {
        let found = agents.remove(&Some(row.agent.to_string()));
        let expected = figures(
            row.attributed_orders,
            &row.attributed_sales,
            &row.net_attributed_sales,
        );
        prop_assert_eq!(found.unwrap_or_default(), expected);
    }
    prop_assert!(agents.is_empty(), "{agents:?}");
    Ok(())
}

fn holds(period: &Period, at: chrono::DateTime<chrono::Utc>) -> bool {
    period.start() <= at && at < period.end()
}

#[test]
fn the_explanation_of_every_golden_order_recomputes_the_reports_figures() {
    let mut orders = 0;
    for golden in Golden::all() {
        let ledger = golden.ledger();
        let report = golden.report(&ledger);
        check(&ledger, &report).unwrap();
        orders += explanations(&ledger, &Options::of(&report)).count();
        // And under every other model, and with windows of their own for both channels.
        for model in Model::ALL {
            let options = Options::of(&report)
                .with_model(model)
                .with_channel_window(Channel::Text, seconds(3_600))
                .unwrap();
            for lapsed in LapsedTouch::ALL {
                let options = options.clone().with_lapsed_touch(lapsed);
                check(&ledger, &ledger.report(&report.period, &options)).unwrap();
            }
        }
    }
    assert!(orders > 100, "{orders}");
}

proptest! {
    #[test]
    fn the_explanation_of_every_order_recomputes_the_reports_figures(case in case()) {
        check(&case.ledger(), &case.report())?;
    }

    /// The conversion rate, from explanations and from the conversations that the events make.
    #[test]
    fn a_visitor_converts_when_an_order_has_a_conversation_of_the_cohort_as_candidate(mut case in case()) {
        // The look at the events below does not cut conversations.
        case.options = without(&case.options, OptionName::ConversationTimeout);
        let ledger = case.ledger();
        let report = case.report();
        let options = Options::of(&report);
        let mut events: Vec<Event> = ledger.events().collect();
        events.sort_by(|one, other| place(one).cmp(&place(other)));
        let two_way: Vec<_> = explanations(&ledger, &options)
            .flat_map(|why| {
                let visitor = why.visitor.clone();
                let candidates = why.touches.into_iter().filter(|touch| touch.sales == TouchVerdict::Candidate);
                candidates.map(move |touch| (visitor.clone(), touch.conversation)).collect::<Vec<_>>()
            })
            .collect();
        let mut converted: Vec<_> = two_way
            .into_iter()
            .filter(|(visitor, conversation)| {
                let opening = events.iter().find(|event| {
                    ledger.visitor_of(event.visitor()) == visitor && match event.kind() {
                        EventKind::Chat(ChatEvent::Requested { conversation: named, .. }) => named == conversation,
                        EventKind::Chat(ChatEvent::MessageSent { conversation: named, by: Author::Visitor | Author::Agent(_) }) => {
                            named == conversation
                        }
                        EventKind::Call(CallEvent::Requested { conversation: named, call, .. }) => {
                            // The first request of a call stands, whatever conversation a later one names.
                            let first = events.iter().find(|other| {
                                ledger.visitor_of(other.visitor()) == visitor
                                    && matches!(other.kind(), EventKind::Call(CallEvent::Requested { call: other, .. }) if other == call)
                            });
                            named == conversation && first == Some(event)
                        }
                        _ => false,
                    }
                });
                holds(&case.period, opening.unwrap().at())
            })
            .map(|(visitor, _)| visitor)
            .collect();
        converted.sort();
        converted.dedup();
        prop_assert_eq!(report.gmv.conversion_rate.numerator, converted.len() as u64);
    }
}

/// A chat of Ann's, two-way at once.
fn chat(log: Log, at: &str, conversation: &str, agent: &str) -> Log {
    log.message("ann", at, conversation, "visitor")
        .message("ann", at, conversation, agent)
}

/// Video 20 days before Ann's order, text 9 days and 1 day before; a one-sided chat; a chat after it; 30.00 go back.
fn anns() -> Log {
    let log = Log::new()
        .call("ann", "2026-03-11T11:59:00Z", "c1", "k1", "ada")
        .then("ann", "2026-03-11T12:00:00Z", "call_connected", "k1")
        .then("ann", "2026-03-11T12:00:30.25Z", "call_ended", "k1");
    chat(
        chat(log, "2026-03-22T12:00:00Z", "c2", "ben"),
        "2026-03-30T12:00:00Z",
        "c3",
        "cy",
    )
    .message("ann", "2026-03-30T13:00:00Z", "c4", "visitor")
    .order("ann", "2026-03-31T12:00:00Z", "o1", "EUR", "100.00")
    .event(
        "ann",
        "2026-03-31T13:00:00Z",
        "order_refunded",
        json!({"order": "o1", "amount": "30"}),
    )
    .message("ann", "2026-04-01T12:00:00Z", "c3", "visitor")
}

fn explained(options: &Options) -> String {
    let ledger = anns().ledger();
    let why = ledger
        .view(whole_log(&ledger, options))
        .explain(&"ann".parse().unwrap(), &"o1".parse().unwrap());
    why.unwrap().to_string()
}

#[test]
fn an_explanation_is_a_few_lines_to_read() {
    let linear = Options::new().with_model(Model::Linear);
    // 100.00 in thirds: 33.34, 33.33, 33.33; 70.00 in thirds: 23.34, 23.33, 23.33.
    assert_eq!(
        explained(&linear),
        "\
order o1 of ann, 2026-03-31T12:00:00Z: 100.00 EUR, 70.00 EUR after refunds
counts in attributed sales and in attributed GMV
  c1, video, 2026-03-11T12:00:30.250000Z, 19 d 23:59:29.75 before: 1/3 = 33.34 EUR (23.34 EUR after refunds) for ada
  c2, text, 2026-03-22T12:00:00Z, 9 d 00:00:00 before: 1/3 = 33.33 EUR (23.33 EUR after refunds) for ben
  c3, text, 2026-03-30T12:00:00Z, 1 d 00:00:00 before: 1/3 = 33.33 EUR (23.33 EUR after refunds) for cy
  c4, text, 2026-03-30T13:00:00Z, 23:00:00 before: one_sided
  c3, text, 2026-04-01T12:00:00Z, 1 d 00:00:00 after: after_order
  1 repeat: a later touch of its conversation stands for it
"
    );
    assert_eq!(
        explained(&Options::new()),
        "\
order o1 of ann, 2026-03-31T12:00:00Z: 100.00 EUR, 70.00 EUR after refunds
counts in attributed sales and in attributed GMV
  c1, video, 2026-03-11T12:00:30.250000Z, 19 d 23:59:29.75 before: candidate, not credited by the model
  c2, text, 2026-03-22T12:00:00Z, 9 d 00:00:00 before: candidate, not credited by the model
  c3, text, 2026-03-30T12:00:00Z, 1 d 00:00:00 before: 1/1 = 100.00 EUR (70.00 EUR after refunds) for cy
  c4, text, 2026-03-30T13:00:00Z, 23:00:00 before: one_sided
  c3, text, 2026-04-01T12:00:00Z, 1 d 00:00:00 after: after_order
  1 repeat: a later touch of its conversation stands for it
"
    );
    let last = Options::new().with_window(seconds(7 * 86_400)).unwrap();
    assert_eq!(
        explained(&last),
        "\
order o1 of ann, 2026-03-31T12:00:00Z: 100.00 EUR, 70.00 EUR after refunds
counts in attributed sales, not in attributed GMV
  c1, video, 2026-03-11T12:00:00Z, 20 d 00:00:00 before: out_of_window
  c1, video, 2026-03-11T12:00:30.250000Z, 19 d 23:59:29.75 before: out_of_window
  c2, text, 2026-03-22T12:00:00Z, 9 d 00:00:00 before: out_of_window
  c3, text, 2026-03-30T12:00:00Z, 1 d 00:00:00 before: 1/1 = 100.00 EUR (70.00 EUR after refunds) for cy
  c4, text, 2026-03-30T13:00:00Z, 23:00:00 before: one_sided
  c3, text, 2026-04-01T12:00:00Z, 1 d 00:00:00 after: after_order
"
    );
}

#[test]
fn a_touch_at_the_instant_of_the_order_is_before_it() {
    let log = Log::new()
        .message("ann", "10:00", "c", "visitor")
        .message("ann", "10:00", "c", "ada")
        .order("ann", "10:00", "o", "EUR", "1");
    let why = explanations(&log.ledger(), &Options::new()).next().unwrap();
    let text = why.touches[0].to_string();
    assert_eq!(
        text,
        "c, text, 2026-03-02T10:00:00Z, 00:00:00 before: 1/1 = 1.00 EUR for ada"
    );
}

#[test]
fn a_weight_of_five_digits_below_the_line_is_written_as_a_decimal() {
    let credit = |denominator: u64| {
        let money = json!({"amount": "0.01", "currency": "EUR"});
        let weight = format!("3/{denominator}");
        let credit = json!({"weight": weight, "sales": money, "net_sales": money});
        let credit: TouchCredit = serde_json::from_value(credit).unwrap();
        credit.to_string()
    };
    assert_eq!(credit(9_998), "3/9998 = 0.01 EUR");
    assert_eq!(credit(10_000), "0.000300 = 0.01 EUR");
}

#[test]
fn every_touch_has_a_verdict_for_sales_and_one_for_gmv() {
    let ledger = anns().ledger();
    let verdicts = |options: &Options| {
        let why = ledger
            .view(whole_log(&ledger, options))
            .explain(&"ann".parse().unwrap(), &"o1".parse().unwrap());
        let touches = why.unwrap().touches.into_iter();
        let verdict = |touch: OrderTouch| {
            (
                touch.conversation.to_string(),
                touch.sales.name(),
                touch.gmv.name(),
            )
        };
        touches.map(verdict).collect::<Vec<_>>()
    };
    let all = |rows: &[(&str, &'static str, &'static str)]| {
        let row = |(conversation, sales, gmv): &(&str, &'static str, &'static str)| {
            ((*conversation).to_owned(), *sales, *gmv)
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let common = [
        ("c4", "one_sided", "one_sided"),
        ("c3", "after_order", "after_order"),
    ];
    let rows = [
        ("c1", "repeat", "repeat"),
        ("c1", "candidate", "candidate"),
        ("c2", "candidate", "channel_out_of_scope"),
        ("c3", "candidate", "channel_out_of_scope"),
        common[0],
        common[1],
    ];
    assert_eq!(verdicts(&Options::new()), all(&rows));
    // Any channel will do: the same verdicts.
    let any = Options::new().with_gmv_scope(GmvScope::Any);
    assert_eq!(
        verdicts(&any),
        all(&rows.map(|(name, sales, _)| (name, sales, sales)))
    );
    // 30 days after video, 12 hours after text: each conversation is judged by its own latest touch.
    let short = Options::new()
        .with_channel_window(Channel::Text, seconds(43_200))
        .unwrap();
    let rows = [
        ("c1", "repeat", "repeat"),
        ("c1", "candidate", "candidate"),
        ("c2", "out_of_window", "channel_out_of_scope"),
        ("c3", "out_of_window", "channel_out_of_scope"),
        common[0],
        common[1],
    ];
    assert_eq!(verdicts(&short), all(&rows));
    // 12 hours after video: the text counts, for sales alone.
    let video = Options::new()
        .with_channel_window(Channel::Video, seconds(43_200))
        .unwrap();
    let gmv = anns().report_with(&video).gmv;
    assert_eq!((gmv.orders, gmv.gmv_orders), (1, 0));
}

#[test]
fn a_lapsed_message_costs_its_conversation_the_sale_and_not_the_gmv() {
    // In one conversation, a call 2 days and a message a day before the order, with a window of 12 hours for text.
    let log = Log::new()
        .call("ann", "2026-03-29T12:00:00Z", "c", "k", "ada")
        .then("ann", "2026-03-29T12:00:00Z", "call_connected", "k")
        .message("ann", "2026-03-30T12:00:00Z", "c", "visitor")
        .order("ann", "2026-03-31T12:00:00Z", "o", "EUR", "100.00");
    let blocks = Options::new()
        .with_channel_window(Channel::Text, seconds(43_200))
        .unwrap();
    let ledger = log.ledger();
    let found = |options: &Options| {
        let view = ledger.view(whole_log(&ledger, options));
        let gmv = view.report().gmv;
        let why = view.explain(&"ann".parse().unwrap(), &"o".parse().unwrap());
        let touches = why.unwrap().touches.into_iter();
        let verdicts: Vec<_> = touches
            .map(|touch| (touch.sales.name(), touch.gmv.name()))
            .collect();
        (gmv.orders, gmv.gmv_orders, verdicts)
    };
    let out = ("out_of_window", "channel_out_of_scope");
    assert_eq!(
        found(&blocks),
        (0, 1, vec![("latest_lapsed", "candidate"), out])
    );
    // Passed over, the call counts for both.
    let passed = blocks.clone().with_lapsed_touch(LapsedTouch::PassedOver);
    assert_eq!(
        found(&passed),
        (1, 1, vec![("candidate", "candidate"), out])
    );
    // A window of its own for orders replaces the others there.
    let orders = blocks.with_orders_window(seconds(86_400)).unwrap();
    let expected = vec![
        ("out_of_window", "candidate"),
        ("candidate", "channel_out_of_scope"),
    ];
    assert_eq!(found(&orders), (1, 1, expected));
}

#[test]
fn an_unknown_order_has_no_explanation() {
    let ledger = anns().ledger();
    let explain = |visitor: &str, order: &str, options: &Options| {
        ledger
            .view(whole_log(&ledger, options))
            .explain(&visitor.parse().unwrap(), &order.parse().unwrap())
            .is_some()
    };
    let now = Options::new();
    assert!(explain("ann", "o1", &now));
    assert!(!explain("ann", "o2", &now));
    assert!(!explain("bob", "o1", &now));
    let before = Options::new()
        .with_as_of(crate::logs::instant("2026-03-31T11:59:59Z"))
        .unwrap();
    assert!(!explain("ann", "o1", &before));
    assert_eq!(explanations(&ledger, &now).count(), 1);
    assert_eq!(explanations(&ledger, &before).count(), 0);
}

#[test]
fn ids_in_an_explanation_cannot_break_its_lines() {
    let log = Log::new().order("a\nb", "12:00", "o\u{7}", "EUR", "1");
    let text = explanations(&log.ledger(), &Options::new())
        .next()
        .unwrap()
        .to_string();
    assert_eq!(
        text,
        "order o\\u{7} of a\\nb, 2026-03-02T12:00:00Z: 1.00 EUR\ncounts neither in attributed sales nor in attributed GMV\n  no touches\n"
    );
}

#[test]
fn a_conversation_that_becomes_two_way_after_the_order_was_one_sided_at_it() {
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .order("ann", "10:00", "o", "EUR", "1")
        .message("ann", "11:00", "c", "ada")
        .message("ann", "12:00", "d", "visitor");
    let why = explanations(&log.ledger(), &Options::new()).next().unwrap();
    let touches: Vec<_> = why
        .touches
        .iter()
        .map(|touch| (touch.conversation.as_str(), touch.sales.name()))
        .collect();
    assert_eq!(
        touches,
        [
            ("c", "one_sided"),
            ("c", "after_order"),
            ("d", "after_order")
        ]
    );
    assert!(!why.is_attributed);
    assert_eq!(
        why.as_of,
        Some(crate::logs::instant("2026-03-02T12:00:00Z"))
    );
}

/// What an explanation says of conversation `c`, for the order of 10:05.
fn verdicts(log: Log) -> Vec<(&'static str, &'static str)> {
    let log = log.order("ann", "10:05", "o", "EUR", "1");
    let why = explanations(&log.ledger(), &Options::new()).next().unwrap();
    let touches = why.touches.iter();
    touches
        .map(|touch| (touch.channel.name(), touch.sales.name()))
        .collect()
}

#[test]
fn a_conversation_is_two_way_at_the_later_of_both_first_messages_or_at_the_first_connection() {
    // The agent's message came first: two-way by the visitor's, after the order.
    let answered = Log::new()
        .message("ann", "10:00", "c", "ada")
        .message("ann", "10:10", "c", "visitor");
    assert_eq!(
        verdicts(answered),
        [("text", "one_sided"), ("text", "after_order")]
    );
    // Connected before the order, and two-way by text only after it: no longer one-sided at it.
    let connected = Log::new()
        .message("ann", "09:59", "c", "visitor")
        .call("ann", "10:00", "c", "k", "visitor")
        .then("ann", "10:01", "call_answered", "k")
        .then("ann", "10:02", "call_connected", "k")
        .message("ann", "10:10", "c", "ada")
        .message("ann", "10:11", "c", "visitor");
    assert_eq!(
        verdicts(connected),
        [("video", "candidate"), ("text", "after_order")]
    );
    // The other way round: two-way by text before the order, and connected only after it.
    let chatted = Log::new()
        .message("ann", "09:59", "c", "visitor")
        .message("ann", "10:00", "c", "ada")
        .call("ann", "10:06", "c", "k", "visitor")
        .then("ann", "10:07", "call_connected", "k");
    assert_eq!(
        verdicts(chatted),
        [("text", "candidate"), ("video", "after_order")]
    );
}
