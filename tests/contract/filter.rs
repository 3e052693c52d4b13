//! Filters and segments: parts of a ledger, asked the same questions.

use std::collections::BTreeMap;

use crate::queries::query;
use convometrics::catalogue::{Dimension, METRICS, Scope, Value};
use convometrics::id::{AgentId, PageUrl, VisitorId};
use convometrics::metrics::csat::CsatMetrics;
use convometrics::query::InitiatorKind;
use convometrics::{Channel, Event, Filter, Ledger, Options, Period, Report};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::catalogue::{check_sums, full_query};
use crate::logs::Log;
use crate::nasty::{case, group, groups, json as text, uncut};

/// The number of the segment that a visitor is in, of four.
fn segment(visitor: &VisitorId) -> usize {
    group(visitor, 4)
}

/// The names of all agents and pages of a report that count something.
fn agents(report: &Report) -> Vec<AgentId> {
    let leaders = report.leaderboard.agents.iter().map(|row| &row.agent);
    let calls = report.engage.calls.agents.iter().map(|row| &row.agent);
    let chats = report.engage.chats.agents.iter().map(|row| &row.agent);
    leaders.chain(calls).chain(chats).cloned().collect()
}

fn pages(report: &Report) -> Vec<PageUrl> {
    let calls = report.engage.calls.pages.iter().map(|row| &row.page);
    let chats = report.engage.chats.pages.iter().map(|row| &row.page);
    let requests = report.requests.top_pages.iter().map(|row| &row.page);
    calls.chain(chats).chain(requests).cloned().collect()
}

proptest! {
    /// A segment's report is that of a log of its visitors alone.
    #[test]
    fn a_segment_is_a_log_of_its_visitors(case in case()) {
        let whole = case.report();
        let options = Options::of(&whole);
        let reports = case.ledger().view(query(&case.period, &case.options)).report_by(segment);
        let alone = groups(&case.events, 4);
        for (number, report) in &reports {
            let alone = alone[*number].report(&case.period, &options);
            prop_assert_eq!(text(report), text(&alone));
        }
        let expected = (0..4).filter(|number| !alone[*number].is_empty());
        prop_assert!(reports.keys().copied().eq(expected));
        let options = uncut(options);
        let whole = case.ledger().report(&case.period, &options);
        let reports = case.ledger().view(query(&case.period, &options)).report_by(segment);
        let parts: Vec<Report> = reports.into_values().collect();
        check_sums(&whole, &parts, Dimension::Visitors)?;
    }

    /// So is that of a filter that asks about visitors.
    #[test]
    fn only_visitors_is_a_log_of_them(case in case(), number in 0..4_usize) {
        let options = Options::of(&case.report());
        let held = case.ledger();
        let visitors = case.events.iter().map(Event::visitor);
        let mine = visitors.filter(|visitor| segment(held.visitor_of(visitor)) == number);
        let filter = Filter::new().only_visitors(mine.cloned());
        let view = held.view(query(&case.period, &options).with_filter(filter.clone()));
        let mut report = view.report();
        prop_assert_eq!(report.filter.take(), Some(filter.to_string()));
        let alone = groups(&case.events, 4)[number].report(&case.period, &options);
        prop_assert_eq!(text(&report), text(&alone));
        prop_assert_eq!(view.data_quality(), alone.data_quality);
        prop_assert_eq!(view.family::<CsatMetrics>(), alone.csat);
    }

    /// What an agent has in the rows of a whole report is what a filter for that agent finds.
    #[test]
    fn an_agents_part_is_the_agents_row(case in case()) {
        let whole = case.report();
        let options = Options::of(&whole);
        let held = case.ledger();
        for agent in agents(&whole) {
            let filter = Filter::new().only_agents([agent.clone()]);
            let report = held.view(query(&case.period, &options).with_filter(filter)).report();
            let scope = Scope::Agent(agent);
            for (total, row) in [
                ("requests.total", "leaderboard.requests"),
                ("requests.by_agent", "leaderboard.requests"),
                ("conversations.total", "leaderboard.conversations"),
                ("csat.average_rating", "leaderboard.average_rating"),
                ("gmv.orders", "leaderboard.attributed_orders"),
                ("gmv.attributed_sales", "leaderboard.attributed_sales"),
            ] {
                let expected = whole.figure(row, &scope);
                let expected = expected.unwrap_or_else(|| nothing(total));
                prop_assert_eq!(report.figure(total, &Scope::Total), Some(expected), "{}", total);
            }
            // `engage.calls.connected` counts for the agent who connected, and a filter asks who answered first.
            let is_asked = |id: &str| id.starts_with("engage.") && id != "engage.calls.connected";
            for metric in METRICS.iter().filter(|metric| is_asked(metric.id) && metric.has(scope.kind())) {
                let expected = whole.figure(metric.id, &scope).unwrap_or(Value::Count(0));
                let found = report.figure(metric.id, &Scope::Total);
                prop_assert_eq!(found, Some(expected), "{}", metric);
            }
            // Nobody's misses are an agent's.
            prop_assert_eq!(report.engage.calls.organization.missed, 0);
            prop_assert_eq!(report.visitors.with_impression, 0);
        }
    }

    #[test]
    fn a_pages_part_is_the_pages_row(case in case()) {
        let options = uncut(Options::of(&case.report()));
        let held = case.ledger();
        let whole = held.view(full_query(&case.period, &options)).report();
        for page in pages(&whole) {
            let filter = Filter::new().only_pages([page.clone()]);
            let report = held.view(full_query(&case.period, &options).with_filter(filter)).report();
            let scope = Scope::Page(page);
            for metric in METRICS.iter().filter(|metric| metric.has(scope.kind())) {
                let expected = whole.figure(metric.id, &scope);
                let expected = expected.unwrap_or_else(|| nothing(metric.id));
                let found = report.figure(metric.id, &Scope::Total);
                prop_assert_eq!(found, Some(expected), "{}", metric);
            }
        }
    }

    /// Conditions that share nothing and leave nothing out split what has them without a rest.
    #[test]
    fn parts_that_share_nothing_add_up(case in case(), by_channel in any::<bool>()) {
        let options = uncut(Options::of(&case.report()));
        let held = case.ledger();
        let whole = held.report(&case.period, &options);
        let new = Filter::new;
        let filters = if by_channel {
            [new().only_channel(Channel::Text), new().only_channel(Channel::Video)]
        } else {
            let by = |side| new().only_initiator(side);
            [by(InitiatorKind::Visitor), by(InitiatorKind::Agent)]
        };
        let parts = filters.map(|filter| held.view(query(&case.period, &options).with_filter(filter)).report());
        let mut checked = 0;
        for metric in METRICS {
            let id = metric.id;
            // Each has an opening with a channel and an initiator.
            let has_them = ["conversations.", "requests.", "engage."].iter().any(|family| id.starts_with(family));
            let is_of_clicks = id.starts_with("requests.auto_message");
            let is_part = id == "gmv.attributed_sales" || id == "gmv.attributed_gmv"
                || (has_them && !is_of_clicks && metric.additive_over.contains(&Dimension::Visitors));
            if !is_part {
                continue;
            }
            let figure = |report: &Report| report.figure(id, &Scope::Total);
            let Some(expected) = figure(&whole) else { continue };
            let mut sum = figure(&parts[0]).unwrap();
            sum = sum.plus(&figure(&parts[1]).unwrap()).unwrap();
            prop_assert_eq!(sum, expected, "{}", id);
            checked += 1;
        }
        prop_assert!(checked > 30, "{}", checked);
    }

    /// A page that passes or does not: what is on a page is in one part, what is on none in neither.
    #[test]
    fn pages_that_share_nothing_add_up_to_all_that_is_on_a_page(case in case(), letter in select(&["a", "b", "?", "/"][..])) {
        let options = uncut(Options::of(&case.report()));
        let held = case.ledger();
        let report = |filter| held.view(query(&case.period, &options).with_filter(filter)).report();
        // Pages as they are sent and as they are grouped.
        let sent = case.events.iter().filter_map(|event| event.page()).map(convometrics::id::PageUrl::as_str);
        let cut = sent.clone().filter_map(|page| page.split(['?', '#']).next()).filter(|page| !page.is_empty());
        let pages: Vec<PageUrl> = sent.chain(cut).map(|page| page.parse().unwrap()).collect();
        let some: Vec<PageUrl> = pages.iter().filter(|page| page.as_str().contains(letter)).cloned().collect();
        let whole = report(Filter::new().only_pages(pages.clone()));
        let with = report(Filter::new().only_pages(some.clone()));
        let without = report(Filter::new().only_pages(pages).except_pages(some));
        let mut sum = BTreeMap::new();
        for part in [&with, &without] {
            for row in &part.requests.top_pages {
                *sum.entry(row.page.clone()).or_insert(0) += row.total;
            }
        }
        let expected = whole.requests.top_pages.iter().map(|row| (row.page.clone(), row.total));
        prop_assert_eq!(sum, expected.collect());
        for id in ["requests.total", "engage.calls.held", "engage.chats.held", "conversations.total", "gmv.attributed_sales", "csat.details"] {
            let figure = |report: &Report| report.figure(id, &Scope::Total).unwrap();
            prop_assert_eq!(figure(&with).plus(&figure(&without)).unwrap(), figure(&whole), "{}", id);
        }
    }
}

/// What a metric is over nothing.
fn nothing(id: &str) -> Value {
    let period = crate::logs::days("2026-03-02", "2026-03-02", "UTC");
    let ledger = Ledger::new();
    let report = ledger.view(full_query(&period, &Options::new())).report();
    report.figure(id, &Scope::Total).unwrap()
}

/// The example of the filter's documentation.
fn shop() -> Log {
    let on = |page: &str, by: serde_json::Value| json!({"conversation": "c", "call": "k", "by": by, "page": page});
    let (visitor, ada) = (
        json!({"side": "visitor"}),
        json!({"side": "agent", "agent": "ada"}),
    );
    Log::new()
        .event(
            "ann",
            "09:00",
            "call_requested",
            on("/shoes/red", visitor.clone()),
        )
        .event("ben", "09:00", "call_requested", on("/hats", ada))
        .then("ben", "09:01", "call_accepted", "k")
        .then("ben", "09:01", "call_connected", "k")
        .event("ben", "09:02", "message_sent", on("/hats", visitor))
        .order("ben", "09:10", "o", "EUR", "50.00")
}

fn filtered_report(filter: Filter) -> Report {
    let day = crate::logs::days("2026-03-02", "2026-03-02", "UTC");
    shop()
        .ledger()
        .view(query(&day, &Options::new()).with_filter(filter))
        .report()
}

#[test]
fn a_filter_asks_about_the_opening_act() {
    let new = Filter::new;
    let agent = |id: &str| id.parse::<AgentId>().unwrap();
    for (filter, requests, conversations, calls, sales) in [
        (new(), 2, 1, 2, Some("50.00")),
        (new().only_pages_under(["/shoes"]), 1, 0, 1, None),
        (new().only_pages_under(["/hats"]), 1, 1, 1, Some("50.00")),
        (new().only_channel(Channel::Text), 0, 0, 0, None),
        (new().only_channel(Channel::Video), 2, 1, 2, Some("50.00")),
        (new().only_initiator(InitiatorKind::Visitor), 1, 0, 1, None),
        (
            new().only_initiator(InitiatorKind::Agent),
            1,
            1,
            1,
            Some("50.00"),
        ),
        (new().only_agents([agent("ada")]), 1, 1, 1, Some("50.00")),
        (new().only_agents([agent("bea")]), 0, 0, 0, None),
        (new().only_agents([]), 0, 0, 0, None),
        (new().only_visitors(["ann".parse().unwrap()]), 1, 0, 1, None),
        // All conditions must hold.
        (
            new()
                .only_pages_under(["/hats"])
                .only_channel(Channel::Text),
            0,
            0,
            0,
            None,
        ),
    ] {
        let name = filter.to_string();
        let report = filtered_report(filter);
        let calls_found = report.engage.calls.organization;
        let eur = "EUR".parse().unwrap();
        assert_eq!(
            (
                report.requests.total,
                report.conversations.total,
                calls_found.attempted + calls_found.requested,
                report.gmv.attributed_sales.text(eur).as_deref()
            ),
            (requests, conversations, calls, sales),
            "{name}"
        );
    }
}

#[test]
fn a_filter_asks_about_the_page_of_an_impression() {
    let log = Log::new()
        .event(
            "ann",
            "09:00",
            "widget_impression",
            json!({"page": "/shoes"}),
        )
        .event(
            "bob",
            "09:01",
            "widget_impression",
            json!({"page": "/hats"}),
        )
        .event("cat", "09:02", "widget_impression", json!({}));
    let day = crate::logs::days("2026-03-02", "2026-03-02", "UTC");
    let ledger = log.ledger();
    let saw = |filter: Filter| {
        let view = ledger.view(query(&day, &Options::new()).with_filter(filter));
        view.report().visitors.with_impression
    };
    assert_eq!(saw(Filter::new()), 3);
    assert_eq!(saw(Filter::new().only_pages_under(["/shoes"])), 1);
    assert_eq!(saw(Filter::new().except_pages_under(["/shoes"])), 2);
}

#[test]
fn a_filter_is_described_in_words() {
    let filter = Filter::new();
    assert_eq!((filter.to_string().as_str(), filter.is_open()), ("", true));
    assert_eq!(filtered_report(filter).filter, None);
    let filter = Filter::new()
        .only_visitors(["new".parse().unwrap()])
        .only_agents(["b".parse().unwrap(), "a".parse().unwrap()])
        .only_pages(["/shoes".parse().unwrap()])
        .except_pages_under(["/shoes/old"])
        .except_agents(["bot".parse().unwrap()]);
    assert!(!filter.is_open());
    let said = r#"visitors "new"; agents "a", "b"; without agents "bot"; pages "/shoes"; without pages under "/shoes/old""#;
    assert_eq!(filter.to_string(), said);
    assert_eq!(Filter::new().only_agents([]).to_string(), "no agents");
    let report = filtered_report(filter);
    assert_eq!(report.filter.as_deref(), Some(said));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["filter"], said);
    assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
    // Of all, there is no such field.
    let json = serde_json::to_value(filtered_report(Filter::new())).unwrap();
    assert!(json.get("filter").is_none());
}

#[test]
fn a_filter_moves_no_credit() {
    // Ann talks with Ada by text, then with Ben in a call, and orders: the last touch is the call.
    let log = Log::new()
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "ada")
        .call("ann", "09:02", "c2", "k", "ben")
        .then("ann", "09:03", "call_connected", "k")
        .order("ann", "09:10", "o", "EUR", "100.00");
    let day = crate::logs::days("2026-03-02", "2026-03-02", "UTC");
    let ledger = log.ledger();
    let only = |channel| {
        let filter = Filter::new().only_channel(channel);
        ledger
            .view(query(&day, &Options::new()).with_filter(filter))
            .report()
            .gmv
    };
    assert_eq!(
        (only(Channel::Text).orders, only(Channel::Video).orders),
        (0, 1)
    );
    // She is one of each: she was reached by both, and ordered.
    let rate = |channel| {
        let rate = only(channel).conversion_rate;
        (rate.numerator, rate.denominator)
    };
    assert_eq!(
        (rate(Channel::Text), rate(Channel::Video)),
        ((1, 1), (1, 1))
    );
}

#[test]
fn a_filter_keeps_the_shares_of_what_it_keeps() {
    // Two conversations share 100.00 EUR, of which 10.00 go back.
    let log = Log::new()
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "ada")
        .call("ann", "09:02", "c2", "k", "ben")
        .then("ann", "09:03", "call_connected", "k")
        .order("ann", "09:10", "o", "EUR", "100.00")
        .event(
            "ann",
            "09:20",
            "order_refunded",
            json!({"order": "o", "amount": "10.00"}),
        );
    let options = Options::new().with_model(convometrics::Model::Linear);
    let day: Period = crate::logs::days("2026-03-02", "2026-03-02", "UTC");
    let ledger = log.ledger();
    let filter = Filter::new().only_channel(Channel::Video);
    let gmv = ledger
        .view(query(&day, &options).with_filter(filter))
        .report()
        .gmv;
    let eur = "EUR".parse().unwrap();
    assert_eq!((gmv.orders, gmv.gmv_orders), (1, 1));
    assert_eq!(gmv.attributed_sales.text(eur).as_deref(), Some("50.00"));
    assert_eq!(gmv.refunded_gmv.text(eur).as_deref(), Some("5.00"));
    assert_eq!(gmv.net_gmv.text(eur).as_deref(), Some("45.00"));
}

#[test]
fn refunds_of_a_shared_order_are_never_negative() {
    // 10 JPY in two are 5 and 5. 9.99 are left: 5.00 for the touch that is earlier, and 4.99.
    let log = Log::new()
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "ada")
        .call("ann", "09:02", "c2", "k", "ben")
        .then("ann", "09:03", "call_connected", "k")
        .order("ann", "09:10", "o", "JPY", "10")
        .event(
            "ann",
            "09:20",
            "order_refunded",
            json!({"order": "o", "amount": "0.01"}),
        );
    let day: Period = crate::logs::days("2026-03-02", "2026-03-02", "UTC");
    let ledger = log.ledger();
    let jpy = "JPY".parse().unwrap();
    for model in convometrics::Model::ALL {
        let options = Options::new().with_model(model);
        for channel in [Channel::Text, Channel::Video] {
            let filter = Filter::new().only_channel(channel);
            let gmv = ledger
                .view(query(&day, &options).with_filter(filter))
                .report()
                .gmv;
            let of = |sums: &convometrics::money::MoneyByCurrency| {
                let sum = sums.get(jpy).unwrap_or_default().to_text(6);
                sum.parse::<convometrics::rust_decimal::Decimal>().unwrap()
            };
            let (all, back, net) = (
                of(&gmv.attributed_gmv),
                of(&gmv.refunded_gmv),
                of(&gmv.net_gmv),
            );
            assert_eq!(net, all - back, "{model} {channel}");
            assert!(
                back <= convometrics::rust_decimal::Decimal::new(2, 2),
                "{model} {channel}: {back}"
            );
        }
    }
}
