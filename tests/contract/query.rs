//! Queries and views: one query, the same answer everywhere.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use convometrics::catalogue::{Family, METRICS, MetricError, Scope, ScopeError};
use convometrics::explain::{TouchVerdict, WhatIf};
use convometrics::id::AgentId;
use convometrics::metrics::gmv::GmvMetrics;
use convometrics::money::MoneyByCurrency;
use convometrics::query::OptionName;
use convometrics::{Channel, Filter, Grain, Ledger, Model, Options, Query, Report};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use crate::logs::{Log, days};
use crate::nasty::case;
use crate::options::without;
use crate::queries::{query, seconds};

fn agent(id: &str) -> AgentId {
    id.parse().unwrap()
}

/// Filters of every kind, over the names of a random log.
fn filters(report: &Report) -> Vec<Filter> {
    let agents = report
        .leaderboard
        .agents
        .iter()
        .map(|row| row.agent.clone());
    let first: Vec<AgentId> = agents.take(1).collect();
    vec![
        Filter::new(),
        Filter::new().only_channel(Channel::Video),
        Filter::new().only_agents(first.clone()),
        Filter::new().except_agents(first),
        Filter::new().only_pages_under(["https://shop.example/a"]),
        Filter::new().except_pages_under(["https://shop.example/a"]),
    ]
}

#[test]
fn missing_and_null_parts_of_a_query_have_defaults() {
    let query = query(&days("2026-03-02", "2026-03-02", "UTC"), &Options::new());
    let period = serde_json::to_value(query.period()).unwrap();
    for json in [
        json!({"period": period}),
        json!({"period": period, "options": null, "filter": null}),
    ] {
        assert_eq!(serde_json::from_value::<Query>(json).unwrap(), query);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_query_comes_back_from_json(case in case(), place in any::<Index>()) {
        let filters = filters(&case.report());
        let filter = filters[place.index(filters.len())].clone();
        let query = query(&case.period, &case.options).with_filter(filter);
        let text = serde_json::to_string(&query).unwrap();
        prop_assert_eq!(serde_json::from_str::<Query>(&text).unwrap(), query);
    }

    #[test]
    fn a_figure_of_a_view_is_that_of_its_report(case in case(), place in any::<Index>()) {
        let ledger = case.ledger();
        for filter in filters(&case.report()) {
            let view = ledger.view(query(&case.period, &case.options).with_filter(filter));
            let figures = view.report().figures();
            let figure = &figures[place.index(figures.len())];
            let found = view.figure(figure.metric.id, &figure.scope).unwrap();
            prop_assert_eq!(found.as_ref(), Some(&figure.value), "{} {}", figure.metric, figure.scope);
            let text = figure.scope.to_string();
            prop_assert_eq!(&text.parse::<Scope>().unwrap(), &figure.scope, "{}", text);
        }
    }

    /// A filter selects the credit of a report, and the explanations of its orders are that credit.
    #[test]
    fn explanations_add_up_to_the_filtered_report(case in case()) {
        let ledger = case.ledger();
        for filter in filters(&case.report()) {
            let view = ledger.view(query(&case.period, &case.options).with_filter(filter));
            let (mut sales, mut net) = (MoneyByCurrency::default(), MoneyByCurrency::default());
            let (mut orders, mut gmv_orders) = (0, 0);
            for why in view.explanations() {
                orders += u64::from(why.is_attributed);
                gmv_orders += u64::from(why.is_gmv);
                for touch in &why.touches {
                    prop_assert!(touch.sales != TouchVerdict::FilteredOut || touch.credit.is_none());
                    if let Some(credit) = &touch.credit {
                        sales += credit.sales;
                        net += credit.net_sales;
                    }
                }
                let again = view.explain(&why.visitor, &why.order);
                prop_assert_eq!(again.as_ref(), Some(&why));
            }
            let report = view.report();
            let board = &report.leaderboard;
            let mut expected = board.unassigned.attributed_sales.clone();
            let mut expected_net = board.unassigned.net_attributed_sales.clone();
            for row in &board.agents {
                expected += row.attributed_sales.clone();
                expected_net += row.net_attributed_sales.clone();
            }
            prop_assert_eq!(&sales, &expected);
            prop_assert_eq!(&net, &expected_net);
            prop_assert_eq!(&sales, &report.gmv.attributed_sales);
            prop_assert_eq!((orders, gmv_orders), (report.gmv.orders, report.gmv.gmv_orders));
        }
    }

    #[test]
    fn what_if_under_a_filter_is_the_filtered_report(
        case in case(),
        model in select(Model::ALL.to_vec()),
        window in select(vec![0_u64, 900, 86_400]),
    ) {
        let ledger = case.ledger();
        for filter in filters(&case.report()) {
            let query = query(&case.period, &case.options).with_filter(filter);
            let table = ledger.view(query.clone());
            let table = table.what_if(&[seconds(window)], &Model::ALL).unwrap();
            let options = case.options.clone().with_window(seconds(window)).unwrap();
            let options = options.with_model(model);
            let report = ledger.view(query.with_options(options)).report();
            let cell = table.cell(seconds(window), model).unwrap();
            prop_assert_eq!(&cell.gmv, &report.gmv);
            prop_assert_eq!(&cell.unassigned, &report.leaderboard.unassigned);
            prop_assert_eq!(&table.filter, &report.filter);
        }
    }

    /// Whatever a filter selects, a drill-down, a series, segments and a partial report agree with the report.
    #[test]
    fn every_method_of_a_view_agrees_with_its_report(case in case(), place in any::<Index>()) {
        let ledger = case.ledger();
        // Answers that are cut from the list of details are among the records.
        let options = without(&Options::of(&case.report()), OptionName::CsatDetails);
        let mut all = filters(&case.report());
        let both = Filter::new().only_channel(Channel::Text).except_agents(
            case.report().leaderboard.agents.iter().take(1).map(|row| row.agent.clone()),
        );
        all.push(both.except_pages_under(["/a", "https://shop.example/a"]));
        for filter in all {
            let view = ledger.view(query(&case.period, &options).with_filter(filter));
            let report = view.report();
            let steps = case.period.steps(Grain::Day).unwrap();
            if let Some(period) = steps.first() {
                let day = view.with_query(view.query().clone().with_period(period.clone())).report();
                prop_assert_eq!(&view.series(Grain::Day).unwrap()[0], &day);
            }
            let segments = view.report_by(|_| ());
            if let Some(segment) = segments.get(&()) {
                prop_assert_eq!(segment, &report);
            }
            if options.as_of().is_some() {
                prop_assert_eq!(&view.partial().unwrap().report(), &report);
            }
            let figures = report.figures();
            let figure = &figures[place.index(figures.len())];
            let records = view.drill_down(figure.metric.id, &figure.scope).unwrap();
            let values = records.filter_map(|record| record.counted().cloned());
            let sum = values.reduce(|sum, value| sum.plus(&value).unwrap());
            if let Some(sum) = sum {
                prop_assert_eq!(&sum, &figure.value, "{} {}", figure.metric, figure.scope);
            }
        }
    }

    /// Excluding an agent removes the agent from every row, and what is the agent's alone from every figure.
    #[test]
    fn an_excluded_agent_has_no_row(case in case()) {
        let ledger = case.ledger();
        let whole = case.report();
        let all: BTreeSet<AgentId> = whole.leaderboard.agents.iter().map(|row| row.agent.clone())
            .chain(whole.engage.calls.agents.iter().map(|row| row.agent.clone()))
            .chain(whole.engage.chats.agents.iter().map(|row| row.agent.clone()))
            .collect();
        for excluded in all {
            let filter = Filter::new().except_agents([excluded.clone()]);
            let report = ledger.view(query(&case.period, &case.options).with_filter(filter)).report();
            let scope = Scope::Agent(excluded);
            prop_assert!(report.figures().iter().all(|figure| figure.scope != scope));
            // What belongs to nobody stays.
            let (missed, kept) = (whole.engage.calls.organization.missed, report.engage.calls.organization.missed);
            prop_assert_eq!(missed, kept);
            prop_assert_eq!(whole.requests.by_visitor, report.requests.by_visitor);
            prop_assert_eq!(&whole.visitors, &report.visitors);
        }
    }
}

/// Ada and a bot respond to Ann in one conversation. It leads to an order, whose credit is the bot's.
fn two_agents() -> Log {
    Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "ada")
        .message("ann", "09:02", "c", "bot")
        .message("ann", "09:04", "c", "visitor")
        .call("ann", "09:10", "c", "k", "bot")
        .then("ann", "09:11", "call_connected", "k")
        .order("ann", "09:30", "o", "EUR", "50.00")
        .event(
            "ann",
            "09:40",
            "survey_answered",
            json!({"survey": "s", "conversation": "c", "rating": 5, "outcome": "submitted"}),
        )
}

fn report_of(log: &Log, filter: Filter) -> Report {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    log.ledger()
        .view(query(&day, &Options::new()).with_filter(filter))
        .report()
}

/// The table of `Filter`'s documentation, row by row.
#[test]
fn excluding_an_agent_keeps_a_conversation_of_two() {
    let whole = report_of(&two_agents(), Filter::new());
    let report = report_of(&two_agents(), Filter::new().except_agents([agent("bot")]));
    assert_eq!(report.conversations, whole.conversations);
    assert_eq!((whole.requests.total, report.requests.total), (2, 1)); // the bot's call is gone
    assert_eq!(
        (whole.requests.by_visitor, report.requests.by_visitor),
        (1, 1)
    );
    let calls = |report: &Report| report.engage.calls.organization.attempted;
    assert_eq!((calls(&whole), calls(&report)), (1, 0));
    assert_eq!((whole.gmv.orders, report.gmv.orders), (1, 0)); // the credit was the bot's
    assert_eq!(
        (
            whole.csat.average_rating.count,
            report.csat.average_rating.count
        ),
        (1, 0)
    );
    let agents = |report: &Report| -> Vec<(String, u64)> {
        let rows = report.leaderboard.agents.iter();
        rows.map(|row| (row.agent.to_string(), row.conversations))
            .collect()
    };
    assert_eq!(
        agents(&whole),
        [("ada".to_owned(), 1), ("bot".to_owned(), 1)]
    );
    assert_eq!(agents(&report), [("ada".to_owned(), 1)]);
    // Both excluded: nobody is left who responded.
    let neither = Filter::new().except_agents([agent("ada"), agent("bot")]);
    assert_eq!(report_of(&two_agents(), neither).conversations.total, 0);
    // Every agent but Ada excluded selects what is Ada's, and what is nobody's.
    let only = report_of(&two_agents(), Filter::new().only_agents([agent("ada")]));
    assert_eq!(only.requests.total, 0);
    assert_eq!(report.requests.total, only.requests.total + 1);
}

#[test]
fn openings_without_a_page_are_on_no_page() {
    let on = |page: Option<&str>| {
        let mut event = json!({"conversation": "c", "by": {"side": "visitor"}});
        if let Some(page) = page {
            event["page"] = page.into();
        }
        event
    };
    let log = Log::new()
        .event(
            "ann",
            "09:00",
            "message_sent",
            on(Some("https://shop.example/shoes/red")),
        )
        .event(
            "ben",
            "09:00",
            "message_sent",
            on(Some("https://shop.example/hats")),
        )
        .event("cat", "09:00", "message_sent", on(None));
    let total = |filter| report_of(&log, filter).requests.total;
    assert_eq!(total(Filter::new().only_pages_under(["/shoes"])), 1);
    assert_eq!(total(Filter::new().except_pages_under(["/shoes"])), 2);
    assert_eq!(
        total(Filter::new().except_pages_under(["/shoes", "/hats"])),
        1
    );
    let none: [&str; 0] = [];
    assert_eq!(total(Filter::new().only_pages_under(none)), 0);
}

#[test]
fn excluded_visitors_are_not_counted() {
    let log = two_agents().message("staff", "09:00", "c", "visitor");
    let filter = Filter::new().except_visitors(["staff".parse().unwrap()]);
    let report = report_of(&log, filter);
    assert_eq!(report.data_quality.events, 8);
    assert_eq!(
        report.filter.as_deref(),
        Some(r#"without visitors "staff""#)
    );
    assert_eq!(
        report.requests.total,
        report_of(&two_agents(), Filter::new()).requests.total
    );
}

#[test]
fn a_long_list_of_a_filter_is_cut_in_its_text() {
    let ids = (10..25).map(|number| agent(&format!("a{number}")));
    let filter = Filter::new().only_agents(ids);
    let text = filter.to_string();
    assert!(
        text.starts_with(r#"agents "a10", "a11""#) && text.ends_with(r#""a19" and 5 more"#),
        "{text}"
    );
    assert!(format!("{filter:#}").ends_with(r#""a24""#));
}

#[test]
fn an_explanation_names_the_touches_that_a_filter_leaves_out() {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let ledger = two_agents().ledger();
    let filter = Filter::new().except_agents([agent("bot")]);
    let view = ledger.view(query(&day, &Options::new()).with_filter(filter.clone()));
    let why = view.explanations().next().unwrap();
    assert!(!why.is_attributed && !why.is_gmv);
    let last = why.touches.last().unwrap();
    assert_eq!(
        (last.sales, last.gmv),
        (TouchVerdict::FilteredOut, TouchVerdict::FilteredOut)
    );
    assert_eq!(last.agent, Some(agent("bot")));
    let table = view.what_if(&WhatIf::WINDOWS, &[Model::LastTouch]).unwrap();
    assert!(table.cells.iter().all(|cell| cell.gmv.orders == 0));
    assert_eq!(view.family::<GmvMetrics>().orders, 0);
}

#[test]
fn an_unknown_figure_is_an_error_and_a_missing_row_is_none() {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let ledger = Ledger::new();
    let view = ledger.view(query(&day, &Options::new()));
    assert!(matches!(
        view.figure("calls", &Scope::Total),
        Err(MetricError::Unknown { .. })
    ));
    let scope = Scope::Agent(agent("ada"));
    assert_eq!(view.figure("leaderboard.requests", &scope), Ok(None));
    for metric in METRICS {
        if metric.has(Scope::Total.kind()) {
            assert!(
                view.figure(metric.id, &Scope::Total).unwrap().is_some(),
                "{metric}"
            );
        } else {
            let error = view.figure(metric.id, &Scope::Total).unwrap_err();
            assert!(matches!(error, MetricError::NotInScope { .. }), "{metric}");
        }
    }
}

#[test]
fn every_option_comes_back_from_its_text() {
    let options = Options::new()
        .with_as_of("2026-03-02T09:00:00.25Z".parse().unwrap())
        .and_then(|options| options.with_channel_window(Channel::Text, seconds(60)))
        .and_then(|options| options.with_channel_window(Channel::Video, seconds(61)))
        .and_then(|options| options.with_orders_window(seconds(62)))
        .and_then(|options| options.with_conversation_timeout(seconds(63)))
        .and_then(|options| options.with_cancelled_is_missed_after(seconds(64)))
        .unwrap()
        .with_csat_details(0);
    let mut texts = Vec::new();
    for option in OptionName::ALL {
        assert_eq!(OptionName::from_name(option.name()), Some(option));
        texts.push((option, options.get(option).unwrap()));
    }
    let pairs = texts.iter().map(|(option, text)| (*option, text.as_str()));
    assert_eq!(Options::new().with_all(pairs).unwrap(), options);
    for option in OptionName::ALL {
        let error = Options::new().with(option, "what?").unwrap_err();
        assert_eq!((error.option(), error.found()), (option, "\"what?\""));
        assert!(!option.meaning().is_empty() && !option.allowed().is_empty());
    }
    let halves = Options::new().with_half_life(std::time::Duration::from_millis(1_500));
    let message = halves.unwrap_err().to_string();
    assert_eq!(
        message,
        "option `half_life_seconds` is 1.5s; allowed: a whole number of seconds"
    );
}

#[test]
fn a_scope_is_read_in_the_syntax_of_the_command_line() {
    for (text, scope) in [
        ("total", Scope::Total),
        ("unassigned", Scope::Unassigned),
        ("day:2026-03-02", Scope::Day("2026-03-02".parse().unwrap())),
        ("hour:9", Scope::Hour(9)),
        ("agent:a:b", Scope::Agent(agent("a:b"))),
        (
            "auto_message:50%25%3A:https://shop.example/b",
            Scope::AutoMessage(
                "50%:".parse().unwrap(),
                "https://shop.example/b".parse().unwrap(),
            ),
        ),
    ] {
        assert_eq!(text.parse::<Scope>().unwrap(), scope);
        assert_eq!(scope.to_string(), text);
    }
    for text in [
        "",
        "Total",
        "total:1",
        "hour:24",
        "hour:",
        "agent",
        "agent:",
        "day:2",
        "rating:6",
        "agent_day:ada",
    ] {
        let error: ScopeError = text.parse::<Scope>().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("`scope` is {text:?}; allowed: ")),
            "{error}"
        );
    }
}

#[test]
fn a_partial_report_of_an_endless_session_settles_at_the_end_of_time() {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let options = Options::new()
        .with_as_of("2026-03-03T00:00:00Z".parse().unwrap())
        .and_then(|options| options.with_session_timeout(seconds(u64::MAX)))
        .unwrap();
    let ledger = two_agents().ledger();
    let mut partial = ledger.view(query(&day, &options)).partial().unwrap();
    assert_eq!(partial.settles_at(), Some(DateTime::<Utc>::MAX_UTC));
    let later = "2026-03-04T00:00:00Z".parse().unwrap();
    assert!(partial.advance_to(later).is_err());
}

#[test]
fn a_report_with_days_outside_its_period_can_be_compared() {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let report = two_agents().ledger().report(&day, &Options::new());
    let mut moved = serde_json::to_value(&report).unwrap();
    moved["period"] = serde_json::to_value(days("2026-04-01", "2026-04-01", "UTC")).unwrap();
    let moved: Report = serde_json::from_value(moved).unwrap();
    let comparison = moved.compared_with(&report);
    let mut lost = comparison
        .changes
        .iter()
        .filter(|change| change.scope == "day:2026-03-02".parse().unwrap());
    assert!(lost.all(|change| change.differences.is_empty()));
}

#[test]
fn a_query_from_json_ignores_families_that_every_report_has() {
    let plain = Query::new(days("2026-03-02", "2026-03-02", "UTC"));
    let mut json = serde_json::to_value(&plain).unwrap();
    json["optional"] = json!({"families": ["gmv", "heat_map"]});
    let read: Query = serde_json::from_value(json).unwrap();
    assert_eq!(read, plain.with_families([Family::Gmv, Family::HeatMap]));
    assert_eq!(read.families().collect::<Vec<_>>(), [Family::HeatMap]);
}
