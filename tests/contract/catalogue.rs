//! The catalogue: every metric of a report as data, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use convometrics::catalogue::{
    self, Dimension, Family, Kind, METRICS, Metric, Scope, ScopeKind, Unit, Value,
};
use convometrics::money::{AverageByCurrency, MoneyByCurrency};
use convometrics::query::Figure;
use convometrics::ratio::{Lift, LiftByCurrency, MeanMinutes, MeanSeconds};
use convometrics::{Ledger, Mean, Options, Period, Query, Ratio, Report};
use proptest::prelude::*;
use serde_json::Value as Json;
use serde_json_path::JsonPath;

use crate::golden::Golden;
use crate::logs::{Log, days};
use crate::nasty::{Case, case, groups, uncut};
use crate::queries::query;

#[test]
fn ids_are_unique_and_begin_with_their_family() {
    let ids: BTreeSet<&str> = METRICS.iter().map(|metric| metric.id).collect();
    assert_eq!(ids.len(), METRICS.len());
    for metric in METRICS {
        let (family, field) = metric.id.rsplit_once('.').unwrap();
        assert_eq!(family, metric.family.name());
        assert!(!field.is_empty());
        assert_eq!(catalogue::metric(metric.id), Some(metric));
    }
    assert_eq!(catalogue::metric("engage.calls"), None);
    assert_eq!(catalogue::metric(""), None);
}

#[test]
fn a_metric_has_every_text() {
    for metric in METRICS {
        assert!(!metric.name.is_empty() && !metric.definition.is_empty());
        let scopes: Vec<ScopeKind> = metric.scopes().collect();
        assert!(!scopes.is_empty(), "{metric}");
        assert_eq!(
            scopes.iter().collect::<BTreeSet<_>>().len(),
            scopes.len(),
            "{metric}"
        );
        for scope in ScopeKind::ALL {
            assert_eq!(metric.has(scope), scopes.contains(&scope));
            assert!(metric.has(scope) || metric.term(scope).is_none());
        }
        let is_ours = scopes.iter().all(|scope| metric.term(*scope).is_none());
        assert_eq!(metric.glossary().is_none(), is_ours, "{metric}");
        let json = serde_json::to_value(metric).unwrap();
        assert_eq!(json["id"], metric.id);
        assert_eq!(json["scopes"].as_array().unwrap().len(), scopes.len());
    }
    let rate = catalogue::metric("requests.visitor_acceptance_rate").unwrap();
    assert_eq!(
        rate.formula.unwrap().to_string(),
        "(requests.by_visitor − requests.answered_without_conversation − requests.unanswered_from_visitor) / requests.by_visitor"
    );
}

/// The definitions of both glossaries, as they are headed there.
#[test]
fn every_metric_of_both_glossaries_is_in_the_catalogue() {
    let terms: BTreeSet<&str> = METRICS
        .iter()
        .flat_map(|metric| metric.scopes().filter_map(|scope| metric.term(scope)))
        .collect();
    let engage: Vec<String> = ["Website Calls", "Live Chat Conversations"]
        .into_iter()
        .flat_map(|what| {
            [
                format!("Proactive {what} Attempted"),
                format!("Proactive {what} Accepted"),
                format!("Inbound {what} Requested"),
                format!("Inbound {what} Missed"),
                format!("Inbound {what} Answered"),
                format!("{what} Held"),
            ]
        })
        .collect();
    let one_to_one = [
        "Total Conversations",
        "Text Conversation",
        "Video Chat Conversation",
        "Avg duration (minute)",
        "Conversation breakdown trend",
        "Conversion rate",
        "Number of Orders",
        "Attributed GMV",
        "AOV",
        "Visitors with Widget Impression",
        "Visitors with Clicks",
        "Widget CTR",
        "Widget CTR Trend",
        "Avg rating",
        "Avg Rating Trend",
        "CSATS rating distribution",
        "CSAT feedback Detail",
        "Total Request",
        "Text",
        "Unsuccessful request",
        "Video chat",
        "Request Breakdown",
        "Top URL by Request",
        "Visitor request acceptance rate",
        "Call Request and Text Request Daily Trend",
        "Request Rate Daily Trend",
        "Visitor Request Acceptance Rate Daily Trend",
        "Unanswered Request From Visitor",
        "Call Request and Text Request by Hour of the day",
        "Most clicked Auto Message trigger",
        "Most Clicked Auto-Triggered Messages",
        "Average Rating",
        "Agent Initiated Request",
        "Agent Initiated Request Acceptance Rate",
        "Total Conversation",
        "Attributed Sales",
        "Attributed Orders",
        "Average Rating Trend",
        "Agent Initiated Request Trend",
        "Agent Initiated Request Acceptance Rate Trend",
        "Total Conversation Trend",
    ];
    for term in engage.iter().map(String::as_str).chain(one_to_one) {
        assert!(terms.contains(term), "{term}");
    }
    // Of Engage the catalogue has no other terms than these.
    let of_engage = METRICS
        .iter()
        .filter(|metric| matches!(metric.family, Family::Calls | Family::Chats));
    for metric in of_engage {
        for term in metric.scopes().filter_map(|scope| metric.term(scope)) {
            assert!(engage.iter().any(|known| known == term), "{term}");
        }
    }
}

/// Fields of a report that are no figures: what rows are of, and what was asked for.
const KEYS: [&str; 11] = [
    "date",
    "step",
    "weekday",
    "hour",
    "targets",
    "agent",
    "page",
    "trigger",
    "auto_message",
    "url",
    "",
];

/// The places of all leaves: each a path of names and positions.
fn leaves(json: &Json, path: &str, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                if KEYS.contains(&name.as_str()) {
                    continue;
                }
                leaves(value, &format!("{path}['{name}']"), found);
            }
        }
        Json::Array(rows) => {
            for (index, row) in rows.iter().enumerate() {
                leaves(row, &format!("{path}[{index}]"), found);
            }
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

/// Each figure stands where its path says, and each leaf is one of a figure.
fn check_paths(report: &Report) -> Result<(), TestCaseError> {
    let mut json = serde_json::to_value(report).unwrap();
    let mut left = BTreeSet::new();
    for asked in ["period", "as_of", "options"] {
        json.as_object_mut().unwrap().remove(asked);
    }
    leaves(&json, "$", &mut left);
    let mut seen = BTreeSet::new();
    for figure in report.figures() {
        let (metric, scope) = (figure.metric, &figure.scope);
        prop_assert!(metric.has(scope.kind()), "{metric} {scope:?}");
        prop_assert!(
            seen.insert((metric.id, scope.clone())),
            "{metric} {scope:?} twice"
        );
        let path = metric.json_path(scope).unwrap();
        let parsed = JsonPath::parse(&path)
            .map_err(|error| TestCaseError::fail(format!("{path}: {error}")))?;
        let located = parsed.query_located(&json);
        let node = located
            .exactly_one()
            .map_err(|error| TestCaseError::fail(format!("{path}: {error}")))?;
        let expected = match metric.kind {
            Kind::Records => Json::from(node.node().as_array().unwrap().len()),
            _ => node.node().clone(),
        };
        prop_assert_eq!(&serde_json::to_value(&figure.value).unwrap(), &expected);
        prop_assert_eq!(kind(&figure.value, metric), metric.kind);
        let place = node.location().to_string();
        left.retain(|leaf| !(leaf.starts_with(&place)));
    }
    prop_assert!(left.is_empty(), "of no metric: {left:?}");
    Ok(())
}

/// A query for all families, the optional ones included.
pub(crate) fn full_query(period: &Period, options: &Options) -> Query {
    query(period, options).with_families(Family::OPTIONAL.iter().copied())
}

/// The report of a golden log with all families.
fn full_golden(golden: &Golden) -> Report {
    let ledger = golden.ledger();
    let (period, options) = golden.period_and_options(&ledger);
    ledger.view(full_query(&period, &options)).report()
}

fn full_report(case: &Case) -> Report {
    let query = full_query(&case.period, &case.options);
    case.ledger().view(query).report()
}

/// The kind that a value of the metric shows.
fn kind(value: &Value, metric: &Metric) -> Kind {
    match value {
        Value::Count(_) if metric.kind == Kind::Records => Kind::Records,
        Value::Count(_) => Kind::Count,
        Value::Ratio(_) => Kind::Ratio,
        Value::Money(_) => Kind::Money,
        Value::Quantile(_) => Kind::Quantile,
        Value::Lift(_) | Value::AverageLift(_) => Kind::Lift,
        _ => Kind::Mean,
    }
}

#[test]
fn each_figure_of_a_golden_report_has_an_id_and_each_id_a_figure() {
    let mut seen = BTreeSet::new();
    for golden in Golden::all() {
        let report = full_golden(&golden);
        check_paths(&report).unwrap();
        let figures = report.figures().into_iter();
        seen.extend(figures.map(|figure| (figure.metric.id, figure.scope.kind())));
    }
    let all = METRICS
        .iter()
        .flat_map(|metric| metric.scopes().map(|scope| (metric.id, scope)));
    assert_eq!(seen, all.collect());
}

#[test]
fn the_empty_value_is_that_of_the_catalogue() {
    let period = days("2026-03-01", "2026-03-02", "UTC");
    let ledger = Ledger::new();
    let report = ledger.view(full_query(&period, &Options::new())).report();
    let json = serde_json::to_value(&report).unwrap();
    let figures = report.figures();
    assert!(figures.len() > METRICS.len());
    for Figure { metric, scope, .. } in &figures {
        let path = JsonPath::parse(&metric.json_path(scope).unwrap()).unwrap();
        let node = path.query(&json).exactly_one().unwrap();
        let found = match (metric.kind, metric.unit) {
            (Kind::Lift, _) => &node["value"],
            (Kind::Ratio | Kind::Mean, unit) if unit != Unit::Money => &node["value"],
            _ => node,
        };
        assert_eq!(found.to_string(), metric.empty, "{metric}");
    }
}

#[test]
fn names_that_need_quotes_are_found_by_their_paths() {
    let hostile = [
        "a'b",
        "a\\b",
        "a\"b",
        "a\nb",
        "…",
        "$.a[?@]",
        "\u{1f}\u{7f}",
    ];
    let mut log = Log::new();
    for (index, name) in hostile.iter().enumerate() {
        let visitor = format!("v{index}");
        let at = format!("09:{index:02}");
        let side = serde_json::json!({"side": "agent", "agent": name});
        log = log
            .event(
                &visitor,
                &at,
                "call_requested",
                serde_json::json!({"conversation": "c", "call": "k", "by": side, "page": name}),
            )
            .event(
                &visitor,
                &at,
                "auto_message_clicked",
                serde_json::json!({"trigger": name, "auto_message": name, "url": name}),
            );
    }
    let report = log.report();
    assert_eq!(report.engage.calls.agents.len(), hostile.len());
    assert_eq!(report.requests.auto_messages.len(), hostile.len());
    check_paths(&report).unwrap();
}

/// Returns the code of a source file: without comments, metric lists and tests.
fn code(text: &str) -> String {
    let (text, _) = text.split_once("#[cfg(test)]").unwrap_or((text, ""));
    let mut is_list = false;
    let lines = text.lines().filter(|line| {
        is_list |= *line == "family! {";
        let is_kept = !is_list && !line.trim_start().starts_with("//");
        is_list &= *line != "}";
        is_kept
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn ids_of_metrics_stand_in_the_metric_lists_alone() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files, mut lists) = (vec![source], 0, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            files += 1;
            lists += usize::from(text.contains("family! {\n"));
            let code = code(&text);
            for metric in METRICS {
                let id = format!("\"{metric}\"");
                assert!(!code.contains(&id), "{}: {id}", path.display());
            }
        }
    }
    assert!(files > 100 && lists == Family::ALL.len(), "{files} {lists}");
}

/// Each formula, in each scope that has all of its terms.
fn check_formulas(report: &Report) -> Result<usize, TestCaseError> {
    let figures = report.figures();
    let scopes: BTreeSet<Scope> = figures.iter().map(|figure| figure.scope.clone()).collect();
    let by_scope: std::collections::BTreeMap<(&str, &Scope), &Value> = figures
        .iter()
        .map(|figure| ((figure.metric.id, &figure.scope), &figure.value))
        .collect();
    let mut checked = 0;
    for metric in METRICS {
        let Some(formula) = metric.formula else {
            continue;
        };
        for scope in &scopes {
            let figure = |id| by_scope.get(&(id, scope)).map(|value| (*value).clone());
            if let (Some(expected), Some(found)) = (figure(metric.id), formula.evaluate(figure)) {
                prop_assert_eq!(expected, found, "{} {:?}", metric, scope);
                checked += 1;
            }
        }
    }
    Ok(checked)
}

#[test]
fn each_formula_is_checked_in_every_scope_that_has_its_terms() {
    for metric in METRICS {
        let Some(formula) = metric.formula else {
            continue;
        };
        for id in formula.ids() {
            let term = catalogue::metric(id).unwrap();
            assert_eq!(term.family, metric.family, "{metric}");
            // Where a metric has no figure of its own, nothing is made of it.
            assert!(term.has(ScopeKind::Total), "{metric}: {term}");
        }
        assert!(metric.has(ScopeKind::Total), "{metric}");
    }
    let checked: usize = Golden::all()
        .iter()
        .map(|golden| check_formulas(&full_golden(golden)).unwrap())
        .sum();
    assert!(checked > 1_000, "{checked}");
}

/// A figure of the same kind, of nothing.
pub(crate) fn nothing(value: &Value) -> Value {
    match value {
        Value::Count(_) => Value::Count(0),
        Value::Ratio(_) => Value::Ratio(Ratio::default()),
        Value::Mean(_) => Value::Mean(Mean::default()),
        Value::Minutes(_) => Value::Minutes(MeanMinutes::default()),
        Value::Money(_) => Value::Money(MoneyByCurrency::default()),
        Value::Average(_) => Value::Average(AverageByCurrency::default()),
        Value::Seconds(_) => Value::Seconds(MeanSeconds::default()),
        Value::Quantile(_) => Value::Quantile(None),
        Value::Lift(_) => Value::Lift(Lift::default()),
        Value::AverageLift(_) => Value::AverageLift(LiftByCurrency::default()),
        other => panic!("{other:?}"),
    }
}

fn is_additive(figure: &Figure, over: Dimension) -> bool {
    figure.metric.additive_over.contains(&over)
}

/// The figures of parts added up are those of the whole, for all that is said to add up.
pub(crate) fn check_sums(
    whole: &Report,
    parts: &[Report],
    over: Dimension,
) -> Result<(), TestCaseError> {
    let mut sums = std::collections::BTreeMap::new();
    for figure in parts.iter().flat_map(Report::figures) {
        if !is_additive(&figure, over) {
            continue;
        }
        let key = (figure.metric.id, figure.scope);
        match sums.remove(&key) {
            None => sums.insert(key, figure.value),
            Some(sum) => sums.insert(key, sum.plus(&figure.value).unwrap()),
        };
    }
    for figure in whole.figures() {
        if is_additive(&figure, over) {
            // An agent without any figure in a part has no row there, of no day.
            let sum = sums.remove(&(figure.metric.id, figure.scope.clone()));
            let sum = sum.unwrap_or_else(|| nothing(&figure.value));
            prop_assert_eq!(sum, figure.value, "{} {:?}", figure.metric, figure.scope);
        }
    }
    prop_assert!(sums.is_empty(), "{sums:?}");
    Ok(())
}

proptest! {
    #[test]
    fn each_figure_of_a_report_has_an_id_and_a_path(case in case()) {
        check_paths(&full_report(&case))?;
    }

    #[test]
    fn each_formula_gives_the_figure(case in case()) {
        check_formulas(&full_report(&case))?;
    }

    #[test]
    fn what_is_additive_over_visitors_adds_up(case in case()) {
        let options = uncut(Options::of(&case.report()));
        let parts = groups(&case.events, 2);
        let report = |ledger: &Ledger| ledger.view(full_query(&case.period, &options)).report();
        check_sums(&report(&case.ledger()), &parts.iter().map(report).collect::<Vec<_>>(), Dimension::Visitors)?;
    }

    #[test]
    fn what_is_additive_over_days_adds_up(case in case()) {
        let options = uncut(Options::of(&case.report()));
        let ledger = case.ledger();
        let (from, to) = (case.period.start(), case.period.end());
        let middle = from + (to - from) / 2;
        let of = |from, to| {
            let period = Period::new(from, to, case.period.zone()).unwrap();
            ledger.view(full_query(&period, &options)).report()
        };
        check_sums(&of(from, to), &[of(from, middle), of(middle, to)], Dimension::Days)?;
    }
}

#[test]
fn what_is_not_additive_over_days_is_so_for_a_reason() {
    // Ann sees the widget on two days: one visitor of the period.
    let log = Log::new()
        .event(
            "ann",
            "2026-03-01T12:00:00Z",
            "widget_impression",
            serde_json::json!({}),
        )
        .event(
            "ann",
            "2026-03-02T12:00:00Z",
            "widget_impression",
            serde_json::json!({}),
        );
    let count = |first: &str, last: &str| {
        let report = log.report_of(first, last, "UTC");
        report.figure("visitors.with_impression", &Scope::Total)
    };
    assert_eq!(count("2026-03-01", "2026-03-01"), Some(Value::Count(1)));
    assert_eq!(count("2026-03-02", "2026-03-02"), Some(Value::Count(1)));
    assert_eq!(count("2026-03-01", "2026-03-02"), Some(Value::Count(1)));
    let metric = catalogue::metric("visitors.with_impression").unwrap();
    assert_eq!(metric.additive_over, [Dimension::Visitors]);
}

#[test]
fn a_figure_is_found_by_id_and_scope() {
    let report = Log::new()
        .call("ann", "09:00", "c", "k", "ada")
        .then("ann", "09:01", "call_accepted", "k")
        .report();
    let figure = |id: &str, scope: &Scope| report.figure(id, scope);
    let ada = Scope::Agent("ada".parse().unwrap());
    assert_eq!(
        figure("engage.calls.held", &Scope::Total),
        Some(Value::Count(1))
    );
    assert_eq!(figure("engage.calls.held", &ada), Some(Value::Count(1)));
    assert_eq!(
        figure("engage.calls.missed", &Scope::Total),
        Some(Value::Count(0))
    );
    assert_eq!(figure("engage.calls.missed", &ada), None);
    assert_eq!(figure("engage.calls.helt", &Scope::Total), None);
    let ben = Scope::Agent("ben".parse().unwrap());
    assert_eq!(figure("engage.calls.held", &ben), None);
}

/// The tables of the documentation, between two marks of the file that they stand in.
mod documents {
    use std::fmt::Write;
    use std::path::Path;

    use super::*;

    /// Its scopes, with the glossary's names for those that have one of their own.
    fn scopes(metric: &Metric) -> String {
        let own = metric.scopes().map(|scope| {
            let name = scope.name().replace('_', " ");
            match metric.term(scope) {
                Some(own) if own != term(metric) => format!("{name} (*{own}*)"),
                _ => name,
            }
        });
        own.collect::<Vec<_>>().join(", ")
    }

    fn first(metric: &Metric) -> ScopeKind {
        metric.scopes().next().unwrap()
    }

    fn term(metric: &Metric) -> &'static str {
        metric.term(first(metric)).unwrap_or("–")
    }

    fn definition(metric: &Metric) -> String {
        let family = format!("{}.", metric.family);
        match metric.formula {
            None => metric.definition.to_owned(),
            Some(formula) => {
                let formula = formula.to_string().replace(&family, "");
                let definition = metric.definition.trim_end_matches('.');
                format!("{definition}: `{formula}`")
            }
        }
    }

    /// The table of a module of `metrics`.
    fn of_family(family: Family) -> String {
        let mut table = String::new();
        let glossary = family.glossary().map_or("–", |glossary| match glossary {
            catalogue::Glossary::OneToOne => "One-to-One",
            _ => "Engage",
        });
        let _ = writeln!(
            table,
            "//! | figure | glossary ({glossary}) | unit | definition | scopes | empty |\n\
             //! | --- | --- | --- | --- | --- | --- |"
        );
        for metric in METRICS.iter().filter(|metric| metric.family == family) {
            let (_, figure) = metric.id.rsplit_once('.').unwrap();
            let _ = writeln!(
                table,
                "//! | `{figure}` | {} | {} | {} | {} | `{}` |",
                term(metric),
                metric.unit,
                definition(metric),
                scopes(metric),
                metric.empty,
            );
        }
        table
    }

    /// The README's table.
    fn of_all() -> String {
        let mut table = "| id | glossary | scopes |\n| --- | --- | --- |\n".to_owned();
        for metric in METRICS {
            let _ = writeln!(
                table,
                "| `{}` | {} | {} |",
                metric.id,
                term(metric),
                scopes(metric)
            );
        }
        table
    }

    /// Writes the tables where `UPDATE_DOCUMENTS` is set; else they have to stand there already.
    fn check(file: &str, begin: &str, end: &str, table: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(begin).expect(file);
        let (found, after) = rest.split_once(end).expect(file);
        let is_there = found.trim() == table.trim();
        if std::env::var_os("UPDATE_DOCUMENTS").is_some() && !is_there {
            let text = format!("{before}{begin}\n{table}{end}{after}");
            std::fs::write(path, text).unwrap();
            return;
        }
        assert!(
            is_there,
            "{file} is stale; UPDATE_DOCUMENTS=1 cargo test --test contract documents"
        );
    }

    #[test]
    fn the_tables_of_the_documents_are_those_of_the_catalogue() {
        for (file, family) in [
            ("conversation.rs", Family::Conversations),
            ("request.rs", Family::Requests),
            ("visitor.rs", Family::Visitors),
            ("gmv.rs", Family::Gmv),
            ("csat.rs", Family::Csat),
            ("leaderboard.rs", Family::Leaderboard),
            ("engage/calls.rs", Family::Calls),
            ("engage/chats.rs", Family::Chats),
            ("funnel.rs", Family::Funnel),
            ("data_quality.rs", Family::DataQuality),
            ("responsiveness/mod.rs", Family::Responsiveness),
            ("conversation_lift.rs", Family::ConversationLift),
            ("heat_map.rs", Family::HeatMap),
        ] {
            check(
                &format!("src/metrics/{file}"),
                "//! <!-- catalogue -->\n//!",
                "//!\n//! <!-- end of catalogue -->",
                &of_family(family),
            );
        }
        check(
            "README.md",
            "<!-- catalogue -->\n",
            "\n<!-- end of catalogue -->",
            &of_all(),
        );
    }
}
