//! Drill-down: the records behind every figure, which recompute it exactly.

use std::collections::{BTreeMap, BTreeSet};

use crate::options::without;
use crate::queries::{query, seconds};
use convometrics::catalogue::{Kind, METRICS, Scope, ScopeKind, Value};
use convometrics::explain::{Contribution, Reason, Record, Verdict};
use convometrics::query::{Figure, OptionName};
use convometrics::{Channel, Currency, Filter, Ledger, Options, Report, View};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::catalogue::{full_query, nothing};
use crate::golden::Golden;
use crate::logs::{Log, days, instant};
use crate::nasty::case;

/// The figure of the counted values: their quantile, or their sum.
fn recomputed(evidence: impl Iterator<Item = Contribution>, figure: &Figure) -> Value {
    let mut counted: Vec<Value> = evidence.filter_map(|it| it.counted().cloned()).collect();
    if figure.metric.kind == Kind::Quantile {
        let (_, name) = figure.metric.id.rsplit_once('_').unwrap();
        let percent = match name {
            "median" => 50,
            "max" => 100,
            other => other.trim_start_matches('p').parse().unwrap(),
        };
        let seconds = |value: &Value| match value {
            Value::Quantile(seconds) => *seconds,
            other => panic!("{other:?}"),
        };
        counted.sort_by_key(seconds);
        let rank = (counted.len() * percent).div_ceil(100);
        return rank
            .checked_sub(1)
            .map_or(Value::Quantile(None), |place| counted[place].clone());
    }
    let sum = counted
        .into_iter()
        .reduce(|sum, one| sum.plus(&one).unwrap());
    sum.unwrap_or_else(|| nothing(&figure.value))
}

/// Each of these figures of a report is what its evidence adds up to.
fn check(
    view: &View<'_>,
    report: &Report,
    figures: impl Iterator<Item = usize>,
) -> Result<(), TestCaseError> {
    let all = report.figures();
    for place in figures {
        let figure = &all[place % all.len()];
        let id = figure.metric.id;
        let evidence = view.drill_down(id, &figure.scope);
        let evidence = evidence.unwrap().collect::<Vec<_>>();
        // Each record is listed once. The parts of one conversation differ in their instants.
        let mut seen = BTreeSet::new();
        for it in &evidence {
            let is_new = seen.insert((it.visitor.clone(), it.record.clone(), it.at));
            prop_assert!(is_new, "{} {:?}: {:?} twice", id, figure.scope, it);
        }
        let sum = recomputed(evidence.into_iter(), figure);
        prop_assert_eq!(&sum, &figure.value, "{} {:?}", id, figure.scope);
    }
    Ok(())
}

proptest! {
    /// The totals of all metrics, and forty figures of any scope.
    #[test]
    fn the_records_of_every_figure_recomputes_it(
        case in case(),
        filtered in any::<bool>(),
        further in proptest::collection::vec(any::<Index>(), 40),
    ) {
        let ledger = case.ledger();
        let filter = if filtered {
            Filter::new().only_channel(Channel::Text)
        } else {
            Filter::new()
        };
        // Answers that are cut from the list of details are among the records.
        let options = without(&case.options, OptionName::CsatDetails);
        let view = ledger.view(full_query(&case.period, &options).with_filter(filter));
        let report = view.report();
        let figures = report.figures();
        let totals = figures.iter().enumerate().filter(|(_, figure)| figure.scope == Scope::Total);
        let totals: Vec<usize> = totals.map(|(place, _)| place).collect();
        let further = further.iter().map(|index| index.index(figures.len()));
        check(&view, &report, totals.into_iter().chain(further))?;
    }
}

proptest! {
    /// The sample of a mean has as many values as the mean, and their mean is it.
    #[test]
    fn the_sample_of_every_mean_has_its_count_and_mean(case in case()) {
        let ledger = case.ledger();
        let report = ledger.view(full_query(&case.period, &case.options)).report();
        for metric in METRICS.iter().filter(|metric| metric.kind == Kind::Mean) {
            let samples = ledger.view(query(&case.period, &case.options)).samples(metric.id).unwrap();
            let mut samples: BTreeMap<_, _> =
                samples.into_iter().map(|it| ((it.scope, it.currency), it.sample)).collect();
            for figure in report.figures().into_iter().filter(|figure| figure.metric.id == metric.id) {
                for (currency, count, mean) in parts(&figure.value) {
                    let sample = samples.remove(&(figure.scope.clone(), currency)).unwrap_or_default();
                    prop_assert_eq!(sample.count(), count, "{} {:?}", metric, figure.scope);
                    let apart = sample.mean().zip(mean).map_or(0.0, |(one, other)| (one - other).abs() - other * 1e-9);
                    prop_assert!(apart <= 0.0 && sample.mean().is_some() == mean.is_some());
                }
            }
            prop_assert!(samples.is_empty(), "{:?}", samples);
        }
    }
}

/// Of a mean, in each currency: how many values, and what their mean is.
fn parts(value: &Value) -> Vec<(Option<Currency>, u64, Option<f64>)> {
    match value {
        Value::Mean(mean) => vec![(None, mean.count, mean.value())],
        Value::Minutes(mean) => vec![(None, mean.count, mean.value())],
        Value::Seconds(mean) => vec![(None, mean.count, mean.value())],
        Value::Average(averages) => averages
            .iter()
            .map(|(currency, average)| {
                let sum: f64 = average.sum.to_text(6).parse().unwrap();
                let value = (average.count > 0)
                    .then(|| sum / f64::from(u32::try_from(average.count).unwrap()));
                (Some(currency), average.count, value)
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_means_have_samples() {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let error = Ledger::new()
        .view(query(&day, &Options::new()))
        .samples("gmv.orders")
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`metric` is gmv.orders; allowed: a mean, one of \
         conversations.average_duration_minutes, gmv.average_order_value, gmv.gmv_average_order_value, csat.average_rating, leaderboard.average_rating, \
         responsiveness.first_response_mean, responsiveness.reply_mean, responsiveness.call_waiting_mean, \
         responsiveness.time_to_accept_mean, responsiveness.call_duration_mean, \
         conversation_lift.average_order_value_with, conversation_lift.average_order_value_without"
    );
}

#[test]
fn the_records_of_every_figure_of_a_golden_log_recomputes_it() {
    let mut checked = BTreeSet::new();
    for golden in Golden::all() {
        let ledger = golden.ledger();
        let (period, options) = golden.period_and_options(&ledger);
        let options = without(&options, OptionName::CsatDetails);
        let view = ledger.view(full_query(&period, &options));
        let report = view.report();
        let figures = report.figures();
        // Of a long log every seventh, beside all that are not of a day or an hour.
        let is_small = ledger.len() < 1_000;
        let is_asked = |place: usize, kind: ScopeKind| {
            let is_series = matches!(
                kind,
                ScopeKind::Day | ScopeKind::Hour | ScopeKind::AgentDay | ScopeKind::WeekHour
            );
            is_small || (!is_series && figures.len() < 3_000) || place.is_multiple_of(97)
        };
        let sampled: Vec<usize> = (0..figures.len())
            .filter(|place| is_asked(*place, figures[*place].scope.kind()))
            .collect();
        for place in &sampled {
            checked.insert((figures[*place].metric.id, figures[*place].scope.kind()));
        }
        check(&view, &report, sampled.into_iter()).unwrap();
    }
    // Every metric in every kind of scope.
    let every = METRICS
        .iter()
        .flat_map(|metric| metric.scopes().map(|scope| (metric.id, scope)));
    assert_eq!(checked, every.collect());
}

fn contributions(ledger: &Ledger, options: &Options, id: &str, scope: &Scope) -> Vec<Contribution> {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    ledger
        .view(query(&day, options))
        .drill_down(id, scope)
        .unwrap()
        .collect()
}

/// Each record of a log's evidence with the reason why it is left out; `None` of those that count.
fn records_of(
    log: &Log,
    options: &Options,
    id: &str,
    scope: &Scope,
) -> Vec<(String, Record, Option<Reason>)> {
    let evidence = contributions(&log.ledger(), options, id, scope).into_iter();
    evidence
        .map(|it| {
            let reason = match it.verdict {
                Verdict::Excluded { reason, .. } => Some(reason),
                _ => None,
            };
            (it.visitor.as_str().to_owned(), it.record, reason)
        })
        .collect()
}

#[test]
fn events_of_linked_visitors_are_told_apart_by_their_senders() {
    let link = json!({"to": "ann", "id": "link"});
    let missed = json!({"call": "none", "id": "e"});
    let log = Log::new()
        .event("cookie", "09:00", "call_missed", missed.clone())
        .event("ann", "09:00", "call_missed", missed)
        .event("cookie", "09:01", "visitor_linked", link);
    let found = records_of(&log, &Options::new(), "data_quality.orphans", &Scope::Total);
    let orphan = |sender| ("ann".to_owned(), event(sender, "e"), None);
    assert_eq!(found, [orphan("ann"), orphan("cookie")]);
}

#[test]
fn parts_of_a_conversation_are_told_apart_by_their_instants() {
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "10:00", "c", "visitor");
    let options = Options::new().with_conversation_timeout(seconds(3_600));
    let found = contributions(
        &log.ledger(),
        &options.unwrap(),
        "conversations.opened",
        &Scope::Total,
    );
    let found: Vec<_> = found.into_iter().map(|it| (it.record, it.at)).collect();
    let part = |at| (conversation("c"), Some(instant(at)));
    assert_eq!(
        found,
        [part("2026-03-02T09:00:00Z"), part("2026-03-02T10:00:00Z")]
    );
}

fn conversation(id: &str) -> Record {
    Record::Conversation(id.parse().unwrap())
}

fn order(id: &str) -> Record {
    Record::Order(id.parse().unwrap())
}

fn event(sender: &str, id: &str) -> Record {
    Record::Event {
        sender: sender.parse().unwrap(),
        id: id.parse().unwrap(),
    }
}

#[test]
fn conversations_are_left_out_for_a_reason() {
    let log = Log::new()
        .message("ann", "09:00", "two-way", "visitor")
        .message("ann", "09:01", "two-way", "ada")
        .message("ann", "09:02", "one-sided", "visitor")
        .message("ann", "2026-03-01T09:00:00Z", "before", "visitor")
        .message("ann", "2026-03-01T09:01:00Z", "before", "ada")
        .assigned("ann", "09:03", "assigned", "ada")
        .message("ann", "2026-03-03T09:00:00Z", "later", "visitor")
        .then("ann", "09:04", "call_missed", "never-requested")
        .call("ann", "09:05", "two-way", "k", "visitor")
        .call("ann", "09:06", "two-way", "k", "visitor");
    let options = Options::new()
        .with_as_of("2026-03-02T23:00:00Z".parse().unwrap())
        .unwrap();
    let found = records_of(&log, &options, "conversations.total", &Scope::Total);
    let event = |number: u32| event("ann", &format!("e{number}"));
    let expected = [
        (conversation("before"), Some(Reason::OutsidePeriod)),
        (conversation("two-way"), None),
        (conversation("one-sided"), Some(Reason::OneSided)),
        (conversation("assigned"), Some(Reason::NoOpening)),
        (event(7), Some(Reason::Orphan)),
        (event(9), Some(Reason::Redundant)),
        (conversation("later"), Some(Reason::AfterAsOf)),
    ];
    assert_eq!(
        found,
        expected.map(|(record, reason)| ("ann".to_owned(), record, reason))
    );
}

#[test]
fn a_record_that_counts_elsewhere_says_where() {
    let on = |page: &str| json!({"conversation": "c", "call": page, "by": {"side": "visitor"}, "page": page});
    let log = Log::new()
        .event("ann", "09:00", "call_requested", on("/a"))
        .event("ann", "09:01", "call_requested", on("/b"))
        .call("ann", "09:02", "c", "nowhere", "visitor");
    let options = Options::new();
    let page = |page: &str| Scope::Page(page.parse().unwrap());
    let found = contributions(
        &log.ledger(),
        &options,
        "engage.calls.requested",
        &page("/a"),
    );
    let verdicts: Vec<&Verdict> = found.iter().map(|it| &it.verdict).collect();
    let elsewhere = |scopes: Vec<Scope>| Verdict::Excluded {
        reason: Reason::OtherScope,
        elsewhere: scopes,
    };
    let expected = [
        Verdict::Counted(Value::Count(1)),
        elsewhere(vec![page("/b")]),
        // On no page.
        elsewhere(vec![]),
    ];
    assert_eq!(verdicts, expected.iter().collect::<Vec<_>>());
    // Of another day, which the period touches too.
    let two = days("2026-03-01", "2026-03-02", "UTC");
    let ledger = log.ledger();
    let day = |day: &str| Scope::Day(day.parse().unwrap());
    let found = ledger
        .view(query(&two, &options))
        .drill_down("engage.calls.requested", &day("2026-03-01"));
    let verdicts: Vec<Verdict> = found.unwrap().map(|it| it.verdict).collect();
    assert_eq!(verdicts, vec![elsewhere(vec![day("2026-03-02")]); 3]);
}

#[test]
fn orders_are_left_out_for_the_reason_of_the_touch_that_came_nearest() {
    let log = Log::new()
        // Two-way by text at 09:01.
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "ada")
        .order("ann", "08:00", "before", "EUR", "1")
        .order("ann", "09:30", "within", "EUR", "1")
        .order("ann", "11:00", "past", "EUR", "1")
        .event(
            "ann",
            "11:01",
            "order_refunded",
            json!({"order": "unknown", "amount": "1"}),
        )
        .message("bob", "09:00", "c", "visitor")
        .order("bob", "09:30", "one-sided", "EUR", "1")
        .order("cat", "09:30", "none", "EUR", "1")
        .order("cat", "2026-03-05T09:30:00Z", "outside", "EUR", "1");
    let options = Options::new().with_window(seconds(3_600)).unwrap();
    let reasons = |id: &str| {
        let found = records_of(&log, &options, id, &Scope::Total).into_iter();
        found
            .map(|(_, record, reason)| (record, reason))
            .collect::<Vec<_>>()
    };
    let orphan = (event("ann", "e5"), Some(Reason::Orphan));
    let mut expected = vec![
        (order("before"), Some(Reason::AfterOrder)),
        (order("within"), None),
        (order("past"), Some(Reason::OutOfWindow)),
        orphan,
        (order("one-sided"), Some(Reason::OneSided)),
        (order("none"), Some(Reason::NoTouch)),
        (order("outside"), Some(Reason::OutsidePeriod)),
    ];
    assert_eq!(reasons("gmv.attributed_sales"), expected);
    // A text touch does not count for GMV.
    expected[1].1 = Some(Reason::ChannelOutOfScope);
    expected[2].1 = Some(Reason::ChannelOutOfScope);
    assert_eq!(reasons("gmv.attributed_gmv"), expected);
}

#[test]
fn an_agents_share_is_a_record_of_the_agent() {
    let log = Log::new()
        .message("ann", "09:00", "c1", "visitor")
        .message("ann", "09:01", "c1", "ada")
        .message("ann", "09:02", "c2", "visitor")
        .message("ann", "09:03", "c2", "ben")
        .order("ann", "09:10", "o", "EUR", "99.99");
    let options = Options::new().with_model(convometrics::Model::Linear);
    let agent = |agent: &str| Scope::Agent(agent.parse().unwrap());
    let share = |name: &str| {
        let found = contributions(
            &log.ledger(),
            &options,
            "leaderboard.attributed_sales",
            &agent(name),
        );
        serde_json::to_value(&found[0].verdict).unwrap()
    };
    // 99.99 in two: 50.00 to the earlier.
    assert_eq!(share("ada"), json!({"counted": {"EUR": "50.00"}}));
    assert_eq!(share("ben"), json!({"counted": {"EUR": "49.99"}}));
    let nobody = share("cy");
    assert_eq!(nobody["left_out"]["reason"], "other_scope");
    assert_eq!(
        nobody["left_out"]["elsewhere"],
        json!([{"agent": "ada"}, {"agent": "ben"}])
    );
}

#[test]
fn visitors_without_a_look_are_not_listed() {
    let look =
        |log: Log, visitor: &str, at: &str, what: &str| log.event(visitor, at, what, json!({}));
    let log = look(Log::new(), "ann", "09:00", "widget_impression");
    // Bob also has a conversation, which says nothing about his looks.
    let log = look(log, "bob", "09:00", "widget_clicked").message("bob", "09:01", "c", "visitor");
    let log = look(log, "cat", "2026-03-01T09:00:00Z", "widget_impression")
        .message("dan", "09:00", "c", "visitor");
    let options = Options::new();
    let found = records_of(&log, &options, "visitors.with_impression", &Scope::Total);
    let expected = [
        ("ann", None),
        ("bob", Some(Reason::OtherOutcome)),
        ("cat", Some(Reason::OutsidePeriod)),
    ];
    let expected = expected.map(|(visitor, reason)| (visitor.to_owned(), Record::Visitor, reason));
    assert_eq!(found, expected);
    let found = records_of(&log, &options, "gmv.conversion_rate", &Scope::Total);
    let one_sided = |visitor: &str| (visitor.to_owned(), Record::Visitor, Some(Reason::OneSided));
    assert_eq!(found, ["bob", "dan"].map(one_sided));
}

#[test]
fn conversation_lift_excludes_for_a_reason() {
    // Ann is answered, and orders before and after. Bob is not answered, Dan says nothing, Cat comes a day early.
    let log = Log::new()
        .order("ann", "08:00", "early", "EUR", "1.00")
        .message("ann", "09:00", "c", "visitor")
        .message("ann", "09:01", "c", "ada")
        .order("ann", "10:00", "late", "EUR", "1.00")
        .message("bob", "09:00", "c", "visitor")
        .order("bob", "10:00", "o", "EUR", "1.00")
        .event(
            "cat",
            "2026-03-01T09:00:00Z",
            "widget_impression",
            json!({}),
        )
        .order("dan", "10:00", "o", "EUR", "1.00");
    let options = Options::new();
    let found = |id: &str| records_of(&log, &options, id, &Scope::Total);
    let visitor = |name: &str, reason| (name.to_owned(), Record::Visitor, reason);
    assert_eq!(
        found("conversation_lift.conversion_rate_with"),
        [
            visitor("ann", None),
            visitor("bob", Some(Reason::OneSided)),
            visitor("cat", Some(Reason::OutsidePeriod)),
            visitor("dan", Some(Reason::OtherOutcome)),
        ]
    );
    let of = |name: &str, id: &str, reason| (name.to_owned(), order(id), reason);
    assert_eq!(
        found("conversation_lift.orders_with"),
        [
            of("ann", "early", Some(Reason::AfterOrder)),
            of("ann", "late", None),
            of("bob", "o", Some(Reason::OneSided)),
            of("dan", "o", Some(Reason::NoTouch)),
        ]
    );
    assert_eq!(
        found("conversation_lift.orders_without"),
        [
            of("ann", "early", Some(Reason::OtherOutcome)),
            of("ann", "late", Some(Reason::OtherOutcome)),
            of("bob", "o", None),
            of("dan", "o", None),
        ]
    );
}

#[test]
fn a_visitor_with_only_later_records_is_after_now() {
    let log = Log::new()
        .event("ann", "09:00", "widget_clicked", json!({}))
        .event("bob", "11:00", "widget_clicked", json!({}))
        .message("bob", "11:01", "c", "visitor")
        .message("bob", "11:02", "c", "ada");
    let options = Options::new();
    let options = options.with_as_of(instant("2026-03-02T10:00:00Z")).unwrap();
    let after = ("bob".to_owned(), Record::Visitor, Some(Reason::AfterAsOf));
    let found = records_of(&log, &options, "visitors.with_click", &Scope::Total);
    let ann = ("ann".to_owned(), Record::Visitor, None);
    assert_eq!(found, [ann, after.clone()]);
    let found = records_of(&log, &options, "gmv.conversion_rate", &Scope::Total);
    assert_eq!(found, [after]);
}

#[test]
fn events_behind_the_counters_of_quality_are_named() {
    let line = |at: &str| {
        format!(
            r#"{{"id":"e","at":"2026-03-02T09:0{at}:00Z","visitor":"ann","type":"widget_impression"}}"#
        )
    };
    let mut ledger = Ledger::new();
    // The one at 09:00 survives: one duplicate, three conflicts. Bob's event arrives once.
    let once = line("0").replace("ann", "bob");
    for event in ["2", "1", "0", "0", "3"].map(line).iter().chain([&once]) {
        ledger
            .record(&convometrics::Event::from_json(event).unwrap())
            .unwrap();
    }
    assert_eq!((ledger.duplicates(), ledger.conflicts()), (1, 3));
    let counted = |ledger: &Ledger, id: &str| {
        let found = contributions(ledger, &Options::new(), id, &Scope::Total);
        found
            .iter()
            .map(|it| (it.record.clone(), it.counted().cloned()))
            .collect::<Vec<_>>()
    };
    let record = event("ann", "e");
    let conflicts = [(record.clone(), Some(Value::Count(3)))];
    assert_eq!(
        counted(&ledger, "data_quality.duplicates"),
        [(record, Some(Value::Count(1)))]
    );
    assert_eq!(counted(&ledger, "data_quality.conflicts"), conflicts);
    // Merged, and saved and read back, a ledger still knows.
    let mut merged = Ledger::new();
    merged.merge(&ledger).unwrap();
    assert_eq!(counted(&merged, "data_quality.conflicts"), conflicts);
    #[cfg(feature = "snapshot")]
    {
        let mut bytes = Vec::new();
        ledger.write_snapshot(&mut bytes).unwrap();
        let restored = Ledger::read_snapshot(bytes.as_slice()).unwrap();
        assert_eq!(counted(&restored, "data_quality.conflicts"), conflicts);
    }
}

#[test]
fn an_unknown_figure_has_no_records() {
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let ledger = Ledger::new();
    let error = |id: &str, scope: &Scope| {
        let found = ledger
            .view(query(&day, &Options::new()))
            .drill_down(id, scope);
        found.err().unwrap().to_string()
    };
    assert_eq!(
        error("engage.calls.helt", &Scope::Total),
        "`metric` is \"engage.calls.helt\"; allowed: one of the 119 ids of the catalogue, such as \"engage.calls.held\""
    );
    assert_eq!(
        error("engage.calls.missed", &Scope::Agent("ada".parse().unwrap())),
        "`scope` of `engage.calls.missed` is agent; allowed: one of total, page, day"
    );
}

#[test]
fn all_events_of_a_later_visitor_are_after_now() {
    let log = Log::new().call("ann", "09:00", "c", "k", "visitor").call(
        "bob",
        "2026-03-03T09:00:00Z",
        "c",
        "k",
        "visitor",
    );
    let now = "2026-03-02T23:00:00Z".parse().unwrap();
    let options = Options::new().with_as_of(now).unwrap();
    let call = || Record::Call("k".parse().unwrap());
    let expected = [
        ("ann".to_owned(), call(), None),
        ("bob".to_owned(), call(), Some(Reason::AfterAsOf)),
    ];
    assert_eq!(
        records_of(&log, &options, "engage.calls.requested", &Scope::Total),
        expected
    );
}

#[test]
fn what_is_outside_the_period_counts_for_no_other_scope() {
    let on = json!({"conversation": "c", "call": "k", "by": {"side": "visitor"}, "page": "/b"});
    let log = Log::new().event("ann", "2026-03-01T09:00:00Z", "call_requested", on);
    let page = Scope::Page("/a".parse().unwrap());
    let found = records_of(&log, &Options::new(), "engage.calls.requested", &page);
    assert_eq!(found[0].2, Some(Reason::OutsidePeriod));
}

#[test]
fn an_agents_record_counts_for_another_agent_not_for_a_day_of_theirs() {
    let log = Log::new().call("ann", "09:00", "c", "k", "ada");
    let agent = |agent: &str| Scope::Agent(agent.parse().unwrap());
    let found = contributions(
        &log.ledger(),
        &Options::new(),
        "leaderboard.requests",
        &agent("ben"),
    );
    let expected = Verdict::Excluded {
        reason: Reason::OtherScope,
        elsewhere: vec![agent("ada")],
    };
    assert_eq!(found[0].verdict, expected);
}

/// What a filter's evidence is of: each record with its reason.
fn filtered(
    log: &Log,
    options: &Options,
    filter: Filter,
    id: &str,
) -> Vec<(Record, Option<Reason>)> {
    let ledger = log.ledger();
    let day = days("2026-03-02", "2026-03-02", "UTC");
    let found = ledger
        .view(query(&day, options).with_filter(filter))
        .drill_down(id, &Scope::Total)
        .unwrap();
    found
        .map(|it| match it.verdict {
            Verdict::Excluded { reason, .. } => (it.record, Some(reason)),
            _ => (it.record, None),
        })
        .collect()
}

#[test]
fn the_records_of_a_filtered_figure_are_those_that_the_filter_keeps() {
    let on = |by: &str| json!({"conversation": "c", "by": crate::logs::side(by), "page": "/hats"});
    let request =
        json!({"conversation": "c2", "call": "k", "by": {"side": "visitor"}, "page": "/hats"});
    let log = Log::new()
        .event("ann", "09:00", "message_sent", on("visitor"))
        .event("ann", "09:01", "message_sent", on("ada"))
        .order("ann", "09:30", "o", "EUR", "1")
        .order("ann", "2026-03-03T09:30:00Z", "o2", "EUR", "1")
        .event("ann", "09:40", "call_requested", request.clone())
        .event("ann", "09:41", "call_requested", request)
        .then("ann", "09:42", "call_missed", "k9")
        .order("bob", "09:30", "o", "EUR", "1");
    let of = |prefix: &str, id: &str| {
        let filter = Filter::new().only_pages_under([prefix]);
        filtered(&log, &Options::new(), filter, id)
    };
    let (first, second) = (order("o"), order("o2"));
    for id in ["gmv.orders", "gmv.gmv_orders", "engage.calls.requested"] {
        assert_eq!(of("/shoes", id), [], "{id}");
    }
    let outside = Some(Reason::OutsidePeriod);
    assert_eq!(
        of("/hats", "gmv.orders"),
        [(first.clone(), None), (second.clone(), outside)]
    );
    let text = Some(Reason::ChannelOutOfScope);
    assert_eq!(
        of("/hats", "gmv.gmv_orders"),
        [(first, text), (second, outside)]
    );
    let call = Record::Call("k".parse().unwrap());
    assert_eq!(of("/hats", "engage.calls.requested"), [(call, None)]);
}

#[test]
fn the_records_of_an_excluded_visitor_are_not_listed() {
    let log = Log::new()
        .message("ann", "09:00", "c1", "visitor")
        .message("bob", "09:00", "c2", "visitor");
    let filter = Filter::new().except_visitors(["ann".parse().unwrap()]);
    let text = Record::TextRequest("c2".parse().unwrap());
    let found = filtered(&log, &Options::new(), filter, "requests.text");
    assert_eq!(found, [(text, None)]);
}

#[test]
fn records_before_as_of_are_not_listed_as_later() {
    // Neither is Ada's before noon.
    let log = Log::new()
        .message("ann", "09:00", "c", "visitor")
        .call("ann", "09:00", "c2", "k", "visitor")
        .message("ann", "12:00", "c", "ada")
        .event(
            "ann",
            "12:00",
            "call_answered",
            json!({"call": "k", "agent": "ada"}),
        );
    let ada = Filter::new().only_agents(["ada".parse().unwrap()]);
    for now in ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"] {
        let options = Options::new().with_as_of(now.parse().unwrap()).unwrap();
        for id in ["conversations.total", "engage.calls.requested"] {
            assert_eq!(filtered(&log, &options, ada.clone(), id), [], "{id} {now}");
        }
    }
}

#[test]
fn the_reason_for_a_visitor_is_about_what_the_figure_counts() {
    let look =
        |log: Log, visitor: &str, at: &str| log.event(visitor, at, "widget_impression", json!({}));
    // Ann looked the day before, and writes alone today.
    let log =
        look(Log::new(), "ann", "2026-03-01T09:00:00Z").message("ann", "09:00", "c", "visitor");
    // Bob talked the day before, and looks today.
    let log = look(log, "bob", "09:00")
        .message("bob", "2026-03-01T09:00:00Z", "c", "visitor")
        .message("bob", "2026-03-01T09:01:00Z", "c", "ada");
    let reasons = |id: &str| {
        let found = records_of(&log, &Options::new(), id, &Scope::Total).into_iter();
        found
            .map(|(visitor, _, reason)| (visitor, reason))
            .collect::<Vec<_>>()
    };
    let expected = |visitor: &str, reason| (visitor.to_owned(), reason);
    let outside = Some(Reason::OutsidePeriod);
    assert_eq!(
        reasons("visitors.with_impression"),
        [expected("ann", outside), expected("bob", None)]
    );
    let one_sided = Some(Reason::OneSided);
    assert_eq!(
        reasons("gmv.conversion_rate"),
        [expected("ann", one_sided), expected("bob", outside)]
    );
}
