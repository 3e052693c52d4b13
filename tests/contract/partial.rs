//! Reports in parts: partials of visitors add up to the report of all, can be taken out again, and travel as bytes.

use crate::queries::{query, seconds};
use chrono::{DateTime, TimeDelta, Utc};
use convometrics::attribution::WindowEdge;
use convometrics::catalogue::Family;
use convometrics::event::VisitorEvent;
use convometrics::metrics::gmv::GmvScope;
use convometrics::metrics::responsiveness::ServiceTargets;
use convometrics::query::{PageGrouping, PartialBytesError, PartialError};
use convometrics::{
    Channel, Event, EventKind, Filter, Ledger, Model, Options, PartialReport, Period, Zone,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::catalogue::full_query;
use crate::golden::Golden;
use crate::logs::Log;
use crate::nasty::{Case, case, groups, json as text, ledger};

/// The options with an explicit "now".
fn fixed(case: &Case) -> Options {
    let options = Options::of(&case.report());
    match options.as_of() {
        Some(_) => options,
        // An empty log has none.
        None => options.with_as_of(now()).unwrap(),
    }
}

fn sent(partial: &PartialReport) -> PartialReport {
    PartialReport::from_bytes(&partial.to_bytes()).unwrap()
}

proptest! {
    /// However the visitors are split, and in whatever order and grouping the parts arrive, over a wire or not.
    #[test]
    fn partials_of_visitors_add_up_to_the_report_of_all(
        case in case(),
        number in 1..6_usize,
        order in prop::collection::vec(any::<Index>(), 6),
        is_tree: bool,
    ) {
        let options = fixed(&case);
        let mut parts: Vec<PartialReport> = groups(&case.events, number)
            .iter()
            .map(|ledger| sent(&ledger.view(full_query(&case.period, &options)).partial().unwrap()))
            .collect();
        let mut places = order.into_iter();
        while parts.len() > 1 {
            let one = parts.swap_remove(places.next().unwrap().index(parts.len()));
            if is_tree {
                let other = parts.swap_remove(0);
                let mut both = one;
                both.merge(other).unwrap();
                parts.push(sent(&both));
            } else {
                parts[0].merge(one).unwrap();
            }
        }
        let whole = case.ledger();
        prop_assert_eq!(text(&parts[0].report()), text(&whole.view(full_query(&case.period, &options)).report()));
        let direct = whole.view(full_query(&case.period, &options)).partial().unwrap();
        prop_assert_eq!(parts[0].to_bytes(), direct.to_bytes());
    }

    /// The same visitors have the same hash, whatever else is known of them; others have others.
    #[test]
    fn the_hash_of_visitors_tells_who_they_are(case in case()) {
        let options = fixed(&case);
        let of = |ledger: &Ledger| ledger.view(full_query(&case.period, &options)).partial().unwrap().visitor_fingerprint();
        let whole = case.ledger();
        let mut seen = vec![0, of(&whole)];
        for visitors in groups(&case.events, 3) {
            if visitors.visitor_count() < whole.visitor_count() && !visitors.is_empty() {
                prop_assert!(!seen.contains(&of(&visitors)));
                seen.push(of(&visitors));
            }
            let mut ids = std::collections::HashSet::new();
            // Links tell who the visitors are.
            let is_link = |event: &Event| matches!(event.kind(), EventKind::Visitor(VisitorEvent::Linked { .. }));
            let firsts = visitors.events().filter(|event| ids.insert(event.visitor().clone()) || is_link(event));
            let firsts: Vec<Event> = firsts.collect();
            prop_assert_eq!(of(&visitors), of(&ledger(&firsts)));
        }
        prop_assert_eq!(of(&Ledger::new()), 0);
    }

    /// Lists are cut after the parts are added up, whatever each of them would cut.
    #[test]
    fn lists_are_cut_after_the_merge(case in case(), top in 1..3_usize) {
        let options = fixed(&case).with_top(top).unwrap();
        let mut sum = PartialReport::new(full_query(&case.period, &options)).unwrap();
        for ledger in groups(&case.events, 5) {
            sum.merge(ledger.view(full_query(&case.period, &options)).partial().unwrap()).unwrap();
        }
        prop_assert_eq!(sum.report(), case.ledger().view(full_query(&case.period, &options)).report());
    }

    /// What is taken out leaves no trace, in bytes.
    #[test]
    fn a_partial_that_is_taken_out_leaves_no_trace(case in case()) {
        let options = fixed(&case);
        let parts: Vec<PartialReport> = groups(&case.events, 3)
            .iter()
            .map(|ledger| ledger.view(full_query(&case.period, &options)).partial().unwrap())
            .collect();
        let mut sum = parts[0].clone();
        for part in &parts[1..] {
            sum.merge(part.clone()).unwrap();
        }
        let settles_at = sum.settles_at();
        for part in &parts[1..] {
            sum.subtract(part).unwrap();
        }
        prop_assert_eq!(text(&sum.report()), text(&parts[0].report()));
        prop_assert_eq!(sum.visitor_fingerprint(), parts[0].visitor_fingerprint());
        prop_assert_eq!(sum.settles_at(), settles_at);
        sum.subtract(&parts[0]).unwrap();
        let nothing = PartialReport::new(full_query(&case.period, &options)).unwrap();
        prop_assert_eq!(text(&sum.report()), text(&nothing.report()));
        // When the last session closes is all that stays.
        sum.merge(parts[0].clone()).unwrap();
        if sum.settles_at() == parts[0].settles_at() {
            prop_assert_eq!(sum.to_bytes(), parts[0].to_bytes());
        }
    }

    /// What is not in it stays out, and the sum is as it was.
    #[test]
    fn only_added_partials_can_be_taken_out(case in case()) {
        let options = fixed(&case);
        let whole = case.ledger().view(full_query(&case.period, &options)).partial().unwrap();
        let mut nothing = PartialReport::new(full_query(&case.period, &options)).unwrap();
        let before = nothing.to_bytes();
        let report = whole.report();
        if report.data_quality.events > 0 {
            prop_assert_eq!(nothing.subtract(&whole), Err(PartialError::NotAPart));
            let mut twice = whole.clone();
            twice.merge(whole.clone()).unwrap();
            let mut once = whole.clone();
            prop_assert_eq!(once.subtract(&twice), Err(PartialError::NotAPart));
            prop_assert_eq!(once.to_bytes(), whole.to_bytes());
        }
        prop_assert_eq!(nothing.to_bytes(), before);
    }

    /// From when it settles on, "now" can be any.
    #[test]
    fn settled_sums_are_those_of_any_later_now(case in case(), wait in 0..5_000_000_000_i64, later in 0..5_000_000_000_i64) {
        let ledger = case.ledger();
        let at = |options: &Options, at: DateTime<Utc>| options.clone().with_as_of(at).unwrap();
        let first = ledger.view(full_query(&case.period, &fixed(&case))).partial().unwrap();
        let Some(settled) = first.settles_at() else { return Ok(()) };
        let now = settled + TimeDelta::microseconds(wait);
        let mut partial = ledger.view(full_query(&case.period, &at(&case.options, now))).partial().unwrap();
        prop_assert_eq!(partial.settles_at(), Some(settled));
        prop_assert_eq!(partial.advance_to(settled), Ok(()));
        prop_assert_eq!(partial.advance_to(now), Ok(()));
        let then = settled + TimeDelta::microseconds(later);
        partial.advance_to(then).unwrap();
        let expected = ledger.view(full_query(&case.period, &at(&case.options, then))).partial().unwrap();
        prop_assert_eq!(partial.to_bytes(), expected.to_bytes());
        prop_assert_eq!(text(&partial.report()), text(&ledger.view(full_query(&case.period, &at(&case.options, then))).report()));
        // A microsecond before, somebody may still be there.
        let before = partial.to_bytes();
        let early = partial.advance_to(settled - TimeDelta::microseconds(1));
        let is_refused = matches!(early, Err(PartialError::Unsettled { .. }));
        prop_assert!(is_refused);
        let too_early = ledger.view(full_query(&case.period, &at(&case.options, settled - TimeDelta::microseconds(1)))).partial();
        prop_assert!(too_early.unwrap().advance_to(then).is_err());
        prop_assert_eq!(partial.to_bytes(), before);
    }

    #[test]
    fn a_filter_goes_with_its_partial(case in case()) {
        let options = fixed(&case);
        let filter = Filter::new().only_pages_under(["https://shop.example/a"]);
        let mut sum: Option<PartialReport> = None;
        for ledger in groups(&case.events, 3) {
            let part = sent(&ledger.view(full_query(&case.period, &options).with_filter(filter.clone())).partial().unwrap());
            match &mut sum {
                Some(sum) => sum.merge(part).unwrap(),
                None => sum = Some(part),
            }
        }
        let whole = case.ledger();
        let expected = whole.view(full_query(&case.period, &options).with_filter(filter)).report();
        let mut sum = sum.unwrap();
        prop_assert_eq!(text(&sum.report()), text(&expected));
        let other = sum.merge(whole.view(full_query(&case.period, &options)).partial().unwrap());
        let names_it = matches!(other, Err(PartialError::Mismatch { term, .. }) if term == "filter");
        prop_assert!(names_it);
    }

    /// Bytes that are not what was written are refused, and nothing panics.
    #[test]
    fn bytes_that_were_changed_are_refused(case in case(), place: Index, bit in 0..8_u8, cut: Index) {
        let bytes = case.ledger().view(full_query(&case.period, &fixed(&case))).partial().unwrap().to_bytes();
        let mut changed = bytes.clone();
        changed[place.index(bytes.len())] ^= 1 << bit;
        prop_assert!(PartialReport::from_bytes(&changed).is_err());
        prop_assert!(PartialReport::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
        let longer = [bytes, vec![0]].concat();
        prop_assert_eq!(PartialReport::from_bytes(&longer).unwrap_err(), PartialBytesError::Damaged);
    }

    /// The same with a checksum that fits: refused, or as sound as any.
    #[test]
    fn contents_of_another_hand_are_refused_or_sound(case in case(), place: Index, value: u8) {
        let mut bytes = case.ledger().view(full_query(&case.period, &fixed(&case))).partial().unwrap().to_bytes();
        let content = 29;
        let place = content + place.index(bytes.len() - content);
        bytes[place] = value;
        let checksum = crc32fast::hash(&bytes[content..]).to_le_bytes();
        bytes[25..29].copy_from_slice(&checksum);
        if let Ok(mut partial) = PartialReport::from_bytes(&bytes) {
            prop_assert_eq!(partial.to_bytes(), bytes);
            let report = partial.report();
            let days = report.period.dates().len();
            prop_assert_eq!(report.conversations.daily.len(), days);
            prop_assert!(report.leaderboard.agents.iter().all(|agent| agent.daily.len() == days));
            let same = partial.clone();
            partial.merge(same.clone()).unwrap();
            partial.subtract(&same).ok();
        }
    }
}

#[test]
fn goldens_come_out_of_partials_of_single_visitors() {
    for golden in Golden::all() {
        let whole = golden.report(&golden.ledger());
        let options = Options::of(&whole);
        if options.as_of().is_none() {
            assert_eq!(whole.data_quality.events, 0);
            continue;
        }
        let mut sum = PartialReport::new(query(&whole.period, &options)).unwrap();
        for ledger in groups(&golden.events(), 97) {
            sum.merge(sent(
                &ledger
                    .view(query(&whole.period, &options))
                    .partial()
                    .unwrap(),
            ))
            .unwrap();
        }
        assert_eq!(text(&sum.report()), text(&whole), "{}", golden.name());
    }
}

fn day(date: &str) -> Period {
    let date = date.parse().unwrap();
    Period::from_dates(date, date, &Zone::utc()).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-03-05T00:00:00Z".parse().unwrap()
}

#[test]
fn partials_share_a_now_that_somebody_says() {
    let error = Ledger::new()
        .view(query(&day("2026-03-02"), &Options::new()))
        .partial()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "option `as_of` is not set; allowed: an instant, because all parts of a report need the same \"now\""
    );
}

#[test]
fn filters_families_and_targets_that_differ_are_named() {
    let options = Options::new().with_as_of(now()).unwrap();
    let query = query(&day("2026-03-02"), &options);
    let base = PartialReport::new(query.clone()).unwrap();
    let targets = ServiceTargets::default().with_chat_seconds(5);
    let families = [Family::ConversationLift, Family::HeatMap];
    for (other, term, found, expected) in [
        (
            query.clone().with_families(families),
            "families",
            "conversation_lift, heat_map",
            "none",
        ),
        (
            query
                .clone()
                .with_filter(Filter::new().only_channel(Channel::Video)),
            "filter",
            "channel video",
            "none",
        ),
        (
            query.with_service_targets(targets),
            "service_targets",
            "chat 5 s, call 20 s",
            "chat 60 s, call 20 s",
        ),
    ] {
        let mismatch = PartialError::Mismatch {
            term: term.to_owned(),
            found: found.to_owned(),
            expected: expected.to_owned(),
        };
        let other = PartialReport::new(other).unwrap();
        assert_eq!(sent(&other).query(), other.query());
        assert_eq!(base.clone().merge(other), Err(mismatch));
    }
}

#[test]
fn a_conversation_without_an_answer_settles_after_its_target() {
    let log = Log::new().message("ann", "2026-03-02T09:00:00Z", "c", "visitor");
    let options = Options::new().with_as_of(now()).unwrap();
    let targets = ServiceTargets::default().with_chat_seconds(7_200);
    let query = full_query(&day("2026-03-02"), &options).with_service_targets(targets);
    let partial = log.ledger().view(query).partial().unwrap();
    // The session closes at 09:30, but a response until 11:00 is within the target.
    let settles_at = "2026-03-02T11:00:00.000001Z".parse().unwrap();
    assert_eq!(partial.settles_at(), Some(settles_at));
}

#[test]
fn each_term_that_differs_is_named() {
    let period = day("2026-03-02");
    let options = Options::new().with_as_of(now()).unwrap();
    let base = Ledger::new()
        .view(query(&period, &options))
        .partial()
        .unwrap();
    let day_of = |zone: &str| {
        let zone: Zone = zone.parse().unwrap();
        Period::new(period.start(), period.end(), &zone).unwrap()
    };
    let later = options
        .clone()
        .with_as_of(now() + TimeDelta::microseconds(1));
    let own = |channel| {
        let options = options.clone().with_channel_window(channel, seconds(5));
        options.unwrap()
    };
    let ends = |first, last| {
        let ends = convometrics::attribution::PositionEnds::new(first, last).unwrap();
        options.clone().with_position_ends(ends)
    };
    let lapsed = convometrics::attribution::LapsedTouch::ALL;
    let lapsed = lapsed
        .into_iter()
        .find(|it| *it != convometrics::attribution::LapsedTouch::default());
    let cases = [
        (
            day("2026-03-01"),
            options.clone(),
            "start",
            "2026-03-01T00:00:00Z",
            "2026-03-02T00:00:00Z",
        ),
        (
            Period::new(period.start(), now(), &Zone::utc()).unwrap(),
            options.clone(),
            "end",
            "2026-03-05T00:00:00Z",
            "2026-03-03T00:00:00Z",
        ),
        (
            day_of("Asia/Tokyo"),
            options.clone(),
            "zone",
            "Asia/Tokyo",
            "UTC",
        ),
        (
            period.clone(),
            later.unwrap(),
            "as_of",
            "2026-03-05T00:00:00.000001Z",
            "2026-03-05T00:00:00Z",
        ),
        (
            period.clone(),
            options.clone().with_session_timeout(seconds(60)).unwrap(),
            "session_timeout_seconds",
            "60",
            "1800",
        ),
        (
            period.clone(),
            options.clone().with_page_grouping(PageGrouping::Exact),
            "page_grouping",
            "exact",
            "path",
        ),
        (
            period.clone(),
            options.clone().with_top(3).unwrap(),
            "top",
            "3",
            "10",
        ),
        (
            period.clone(),
            options.clone().with_window(seconds(7)).unwrap(),
            "window_seconds",
            "7",
            "2592000",
        ),
        (
            period.clone(),
            own(convometrics::Channel::Text),
            "text_window_seconds",
            "5",
            "none",
        ),
        (
            period.clone(),
            own(convometrics::Channel::Video),
            "video_window_seconds",
            "5",
            "none",
        ),
        (
            period.clone(),
            options.clone().with_lapsed_touch(lapsed.unwrap()),
            "lapsed_touch",
            lapsed.unwrap().name(),
            "blocks",
        ),
        (
            period.clone(),
            options.clone().with_window_edge(WindowEdge::Exclusive),
            "window_edge",
            "exclusive",
            "inclusive",
        ),
        (
            period.clone(),
            options.clone().with_model(Model::Linear),
            "model",
            "linear",
            "last_touch",
        ),
        (
            period.clone(),
            options.clone().with_half_life(seconds(9)).unwrap(),
            "half_life_seconds",
            "9",
            "604800",
        ),
        (
            period.clone(),
            ends(30, 40),
            "position_first_percent",
            "30",
            "40",
        ),
        (
            period.clone(),
            ends(40, 30),
            "position_last_percent",
            "30",
            "40",
        ),
        (
            period.clone(),
            options.clone().with_gmv_scope(GmvScope::Any),
            "gmv_scope",
            "any",
            "video",
        ),
    ];
    for (period, options, name, there, here) in cases {
        let other = Ledger::new()
            .view(query(&period, &options))
            .partial()
            .unwrap();
        let expected = Err(PartialError::Mismatch {
            term: name.to_owned(),
            found: there.to_owned(),
            expected: here.to_owned(),
        });
        let mut sum = base.clone();
        assert_eq!(sum.merge(sent(&other)), expected, "{name}");
        assert_eq!(sum.subtract(&other), expected, "{name}");
        assert_eq!(sum.to_bytes(), base.to_bytes());
        assert_eq!(sent(&other).query(), &query(&period, &options));
    }
}

#[test]
fn errors_say_what_is_there_and_what_is_allowed() {
    let options = Options::new().with_as_of(now()).unwrap();
    let mut base = Ledger::new()
        .view(query(&day("2026-03-02"), &options))
        .partial()
        .unwrap();
    let other = Ledger::new()
        .view(query(&day("2026-03-03"), &options))
        .partial()
        .unwrap();
    assert_eq!(
        base.merge(other).unwrap_err().to_string(),
        "cannot combine partial reports: `start` is 2026-03-03T00:00:00Z, expected 2026-03-02T00:00:00Z"
    );
    let bytes = base.to_bytes();
    let refused = |bytes: &[u8]| PartialReport::from_bytes(bytes).unwrap_err();
    assert_eq!(refused(b"{}"), PartialBytesError::NotAPartial);
    assert_eq!(refused(&bytes[..27]), PartialBytesError::Damaged);
    let mut later = bytes.clone();
    later[21] = 5;
    assert_eq!(refused(&later), PartialBytesError::Version { found: 5 });
    assert_eq!(
        refused(&later).to_string(),
        "the version of the partial report is 5; allowed: 4"
    );
}

#[test]
fn the_bytes_of_sums_include_the_texts_that_they_hold() {
    let feedback = "x".repeat(1_000);
    let answer = serde_json::json!({"survey": "q", "conversation": "c", "feedback": feedback, "outcome": "closed"});
    let log = Log::new().event("ann", "2026-03-02T09:00:00Z", "survey_answered", answer);
    let options = Options::new().with_as_of(now()).unwrap();
    let query = query(&day("2026-03-02"), &options);
    let empty = PartialReport::new(query.clone()).unwrap().heap_bytes();
    let bytes = log.ledger().view(query).partial().unwrap().heap_bytes();
    assert!(
        (empty + 1_000..empty + 2_000).contains(&bytes),
        "{bytes}, {empty}"
    );
}
