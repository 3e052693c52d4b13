//! Credit worked by hand.

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::attribution::{
    Candidate, CreditModel, HalfLife, LapsedTouch, Path, PositionEnds, Reach, Reason, Rules,
    Weight, Window, WindowEdge,
};
use convometrics::{Model, Money};

type Touch = (&'static str, DateTime<Utc>, &'static str, &'static str);

/// So many days before the order, which is at noon, less some microseconds.
fn before(days: i64, micros: i64) -> DateTime<Utc> {
    noon() - TimeDelta::days(days) - TimeDelta::microseconds(micros)
}

fn noon() -> DateTime<Utc> {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

/// Touches of Ann by label, channel and age in days.
fn touches(touches: &[(&'static str, &'static str, i64)]) -> Vec<Touch> {
    let touch = |(label, channel, days): &(_, _, i64)| ("ann", before(*days, 0), *label, *channel);
    touches.iter().map(touch).collect()
}

/// Who gets what of Ann's order at noon.
fn shares(rules: &Rules<&'static str, &'static str>, touches: &[Touch], amount: &str) -> String {
    let order = order(amount);
    let found = rules.attribute(touches, std::slice::from_ref(&order));
    let share = |credit: &convometrics::attribution::Credit<'_, Touch>| {
        format!(
            "{} {}",
            credit.touch.2,
            credit.amount.to_string().replace(" EUR", "")
        )
    };
    let shares: Vec<String> = found[0].credits.iter().map(share).collect();
    shares.join(", ")
}

fn order(amount: &str) -> (&'static str, DateTime<Utc>, Money) {
    let money = Money::new(amount.parse().unwrap(), "EUR".parse().unwrap());
    ("ann", noon(), money)
}

fn rules() -> Rules<&'static str, &'static str> {
    Rules::new()
}

#[test]
fn linear_over_three_touches_of_140_is_46_67_46_67_46_66() {
    let touches = touches(&[("a", "text", 3), ("b", "text", 2), ("c", "text", 1)]);
    let linear = rules().with_model(Model::Linear);
    assert_eq!(
        shares(&linear, &touches, "140.00"),
        "a 46.67, b 46.67, c 46.66"
    );
}

#[test]
fn position_based_over_four_touches_of_100_is_40_10_10_40() {
    let four = touches(&[("a", "t", 4), ("b", "t", 3), ("c", "t", 2), ("d", "t", 1)]);
    let position = rules().with_model(Model::PositionBased);
    assert_eq!(
        shares(&position, &four, "100.00"),
        "a 40.00, b 10.00, c 10.00, d 40.00"
    );
    assert_eq!(shares(&position, &four[..2], "100.00"), "a 50.00, b 50.00");
    assert_eq!(shares(&position, &four[..1], "100.00"), "a 100.00");
    // Other ends: 30 % and 60 %; of two 1/3 and 2/3; without an end, what is between.
    let ends = |first, last| PositionEnds::new(first, last).unwrap();
    let uneven = position.clone().with_position_ends(ends(30, 60));
    assert_eq!(
        shares(&uneven, &four, "100.00"),
        "a 30.00, b 5.00, c 5.00, d 60.00"
    );
    assert_eq!(shares(&uneven, &four[..2], "100.00"), "a 33.33, b 66.67");
    assert_eq!(shares(&uneven, &four[..1], "100.00"), "a 100.00");
    let last_only = position.with_position_ends(ends(0, 50));
    assert_eq!(
        shares(&last_only, &four, "100.00"),
        "b 25.00, c 25.00, d 50.00"
    );
    assert_eq!(shares(&last_only, &four[..2], "100.00"), "b 100.00");
}

#[test]
fn ages_of_0_7_and_14_days_at_a_half_life_of_7_weigh_4_2_and_1_of_7() {
    let touches = touches(&[("a", "text", 14), ("b", "text", 7), ("c", "text", 0)]);
    let decay = rules()
        .with_model(Model::TimeDecay)
        .with_half_life(HalfLife::new(TimeDelta::days(7)).unwrap());
    let order = [order("100.00")];
    let found = decay.attribute(&touches, &order);
    let weights: Vec<String> = found[0]
        .credits
        .iter()
        .map(|credit| credit.weight().to_string())
        .collect();
    assert_eq!(weights, ["1/7", "2/7", "4/7"]);
    assert_eq!(
        shares(&decay, &touches, "100.00"),
        "a 14.29, b 28.57, c 57.14"
    );
    // By the rule: a window of 28 days halves in 7, one of 30 days in 7.5, one of 4 days or less in 1.
    let by_rule = |days| {
        decay
            .clone()
            .with_half_life(HalfLife::BY_WINDOW)
            .with_window(Window::days(days))
    };
    assert_eq!(
        shares(&by_rule(28), &touches, "7"),
        "a 1.00, b 2.00, c 4.00"
    );
    let two = super::by_hand::touches(&[("a", "text", 1), ("b", "text", 0)]);
    assert_eq!(shares(&by_rule(4), &two, "3"), "a 1.00, b 2.00");
    assert_eq!(shares(&by_rule(1), &two, "3"), "a 1.00, b 2.00");
    // Without a limit nothing decays.
    let unlimited = by_rule(0).with_window(Window::UNLIMITED);
    assert_eq!(shares(&unlimited, &two, "3"), "a 1.50, b 1.50");
    // Each touch by the window of its channel: video halves in 2 days, text in 1; a window that none of them has is
    // nothing to them. Video of 2 days before weighs ½, text of 1 day before ½, text of the same instant 1.
    let channels = by_rule(400)
        .with_channel_window("video", Window::days(8))
        .with_channel_window("text", Window::days(4));
    let three = super::by_hand::touches(&[("v", "video", 2), ("a", "text", 1), ("b", "text", 0)]);
    assert_eq!(shares(&channels, &three, "4"), "v 1.00, a 1.00, b 2.00");
    // All of them old: the same shares.
    let old = super::by_hand::touches(&[("v", "video", 6), ("a", "text", 3), ("b", "text", 2)]);
    assert_eq!(shares(&channels, &old, "4"), "v 1.00, a 1.00, b 2.00");
}

#[test]
fn a_touch_exactly_a_window_old_counts_and_one_microsecond_older_does_not() {
    let touches = |micros| vec![("ann", before(30, micros), "a", "text")];
    assert_eq!(shares(&rules(), &touches(0), "1"), "a 1.00");
    assert_eq!(shares(&rules(), &touches(1), "1"), "");
    let exclusive = rules().with_window_edge(WindowEdge::Exclusive);
    assert_eq!(shares(&exclusive, &touches(0), "1"), "");
    assert_eq!(shares(&exclusive, &touches(-1), "1"), "a 1.00");
}

/// The first timeline of the documentation.
#[test]
fn the_timeline_of_the_documentation() {
    let touches = [
        ("ann", before(30, 1), "A", ""),
        ("ann", before(30, 0), "B", ""),
        ("ann", before(20, 0), "D", ""),
        ("ann", before(0, 1), "E", ""),
        ("ann", before(0, 0), "F", ""),
        ("ann", before(0, -1), "G", ""),
    ];
    let linear = rules().with_model(Model::Linear);
    let exclusive = linear.clone().with_window_edge(WindowEdge::Exclusive);
    let with =
        |rules: &Rules<_, _>, window| shares(&rules.clone().with_window(window), &touches, "0");
    assert_eq!(
        shares(&linear, &touches, "0"),
        "B 0.00, D 0.00, E 0.00, F 0.00"
    );
    assert_eq!(shares(&exclusive, &touches, "0"), "D 0.00, E 0.00, F 0.00");
    assert_eq!(with(&linear, Window::ZERO), "F 0.00");
    assert_eq!(with(&exclusive, Window::ZERO), "");
    for rules in [linear, exclusive] {
        assert_eq!(
            with(&rules, Window::UNLIMITED),
            "A 0.00, B 0.00, D 0.00, E 0.00, F 0.00"
        );
    }
}

/// The second timeline of the documentation: 30 days after video, 3 days after text.
#[test]
fn each_channel_has_its_window_and_a_label_whose_latest_touch_has_lapsed_is_blocked() {
    let linear = rules()
        .with_model(Model::Linear)
        .with_channel_window("text", Window::days(3));
    let recent = touches(&[
        ("v", "video", 20),
        ("t", "text", 10),
        ("u", "text", 4),
        ("w", "text", 2),
    ]);
    assert_eq!(shares(&linear, &recent, "10"), "v 5.00, w 5.00");
    // The latest touch of the label is out of its window: nothing, whatever stands earlier.
    let lapsed = touches(&[("v", "video", 20), ("v", "text", 9)]);
    assert_eq!(shares(&linear, &lapsed, "10"), "");
    assert_eq!(
        shares(&rules().with_window(Window::days(3)), &lapsed, "10"),
        ""
    );
    let order = order("10");
    let reasons: Vec<Reason> = linear
        .explain(&lapsed, &order)
        .others()
        .map(|(_, reason)| reason)
        .collect();
    assert_eq!(reasons, [Reason::LatestLapsed, Reason::OutOfWindow]);
    let passing_over = linear.clone().with_lapsed_touch(LapsedTouch::PassedOver);
    assert_eq!(shares(&passing_over, &lapsed, "10"), "v 10.00");
    // Another label is not blocked, and a later touch unblocks the label.
    let other = touches(&[("v", "video", 20), ("t", "text", 9)]);
    assert_eq!(shares(&linear, &other, "10"), "v 10.00");
    let again = touches(&[("v", "video", 20), ("v", "text", 9), ("v", "text", 1)]);
    for (path, expected) in [
        (Path::Full, "v 5.00, v 5.00"),
        (Path::Exposure, "v 10.00"),
        (Path::Last, "v 10.00"),
    ] {
        assert_eq!(
            shares(&linear.clone().with_path(path), &again, "10"),
            expected
        );
        assert_eq!(shares(&linear.clone().with_path(path), &lapsed, "10"), "");
    }
    // A touch that is out of scope is not the latest one.
    let only_video = linear.clone().only_channels(["video"]);
    assert_eq!(shares(&only_video, &lapsed, "10"), "v 10.00");
    // Exactly its channel's window old, and a microsecond more.
    let edge = |micros| vec![("ann", before(3, micros), "t", "text")];
    let text = rules().with_channel_window("text", Window::days(3));
    assert_eq!(shares(&text, &edge(0), "1"), "t 1.00");
    assert_eq!(shares(&text, &edge(1), "1"), "");
}

#[test]
fn a_window_may_be_zero_or_unlimited_for_one_channel_alone() {
    let touches = touches(&[("v", "video", 4_000), ("t", "text", 1), ("u", "text", 0)]);
    let windows = rules()
        .with_model(Model::Linear)
        .with_channel_window("video", Window::UNLIMITED)
        .with_channel_window("text", Window::ZERO);
    assert_eq!(shares(&windows, &touches, "10"), "v 5.00, u 5.00");
}

#[test]
fn labels_are_excluded_before_anything_is_weighed() {
    let touches = touches(&[
        ("a", "text", 3),
        ("ads", "text", 2),
        ("b", "text", 1),
        ("ads", "text", 0),
    ]);
    let without = |model| rules().with_model(model).excluding(["ads"]);
    assert_eq!(
        shares(&without(Model::LastTouch), &touches, "10"),
        "b 10.00"
    );
    assert_eq!(
        shares(&without(Model::Linear), &touches, "10"),
        "a 5.00, b 5.00"
    );
}

#[test]
fn the_exposure_path_has_one_touch_for_adjacent_repeats() {
    let touches = touches(&[
        ("a", "t", 5),
        ("a", "t", 4),
        ("b", "t", 3),
        ("x", "t", 2),
        ("b", "t", 1),
        ("a", "t", 0),
    ]);
    let path = |path| rules().with_model(Model::Linear).with_path(path);
    assert_eq!(
        shares(&path(Path::Full), &touches, "6"),
        "a 1.00, a 1.00, b 1.00, x 1.00, b 1.00, a 1.00"
    );
    assert_eq!(
        shares(&path(Path::Exposure), &touches, "5"),
        "a 1.00, b 1.00, x 1.00, b 1.00, a 1.00"
    );
    // What is excluded does not keep two touches apart.
    let without = path(Path::Exposure).excluding(["x"]);
    assert_eq!(shares(&without, &touches, "3"), "a 1.00, b 1.00, a 1.00");
    assert_eq!(
        shares(&path(Path::Last), &touches, "3"),
        "x 1.00, b 1.00, a 1.00"
    );
    // The latest of a run stands for it: its age is what decays.
    let order = order("3");
    let why = path(Path::Exposure).explain(&touches, &order);
    let repeats: Vec<_> = why
        .others()
        .map(|(touch, reason)| (touch.1, reason))
        .collect();
    assert_eq!(repeats, [(before(5, 0), Reason::Repeat)]);
}

#[test]
fn the_last_touch_of_a_label_stands_for_it_over_all_channels() {
    // 3 days after text, 30 after video: of a's three touches the text of yesterday, of b's the video, for its text lapsed.
    let touches = touches(&[
        ("a", "video", 20),
        ("b", "video", 10),
        ("a", "text", 2),
        ("b", "text", 4),
        ("a", "text", 1),
    ]);
    let rules = rules()
        .with_model(Model::Linear)
        .with_path(Path::Last)
        .with_window(Window::days(30))
        .with_channel_window("text", Window::days(3))
        .with_lapsed_touch(LapsedTouch::PassedOver);
    assert_eq!(shares(&rules, &touches, "2"), "b 1.00, a 1.00");
    let first = rules.with_model(Model::FirstTouch);
    assert_eq!(shares(&first, &touches, "2"), "b 2.00");
}

#[test]
fn over_a_window_without_a_limit_nothing_decays() {
    let touches = touches(&[("a", "t", 9_000), ("b", "t", 0)]);
    let decaying = rules()
        .with_model(Model::TimeDecay)
        .with_window(Window::UNLIMITED)
        .with_half_life(HalfLife::BY_WINDOW);
    let order = order("1");
    let why = decaying.explain(&touches, &order);
    let weights: Vec<String> = why
        .candidates()
        .filter_map(|(_, credit)| credit.weight.map(|weight| weight.to_string()))
        .collect();
    assert_eq!(weights, ["1/2", "1/2"]);
}

#[test]
fn a_candidate_knows_the_window_of_its_channel() {
    struct ByWindow;

    /// The number of days of its window is what a candidate weighs.
    impl CreditModel<Touch> for ByWindow {
        fn weigh(&self, candidates: &[Candidate<'_, Touch>]) -> Vec<Weight> {
            let days = |candidate: &Candidate<'_, Touch>| {
                let length = candidate.window().length().unwrap();
                Weight::from(u64::try_from(length.num_days()).unwrap())
            };
            candidates.iter().map(days).collect()
        }
    }

    let touches = touches(&[("a", "video", 2), ("b", "text", 1)]);
    let rules = rules()
        .with_window(Window::days(7))
        .with_channel_window("text", Window::days(3));
    let order = order("10");
    let found = rules.attribute_by(&ByWindow, &touches, std::slice::from_ref(&order));
    let amounts: Vec<String> = found[0]
        .credits
        .iter()
        .map(|credit| credit.amount.to_string())
        .collect();
    assert_eq!(amounts, ["7.00 EUR", "3.00 EUR"]);
}

#[test]
fn an_explanation_says_whether_anything_is_credited() {
    let touches = touches(&[("a", "t", 2)]);
    let is_attributed = |days| {
        let rules = rules().with_window(Window::days(days));
        rules.explain(&touches, &order("1")).is_attributed()
    };
    assert!(is_attributed(2));
    assert!(!is_attributed(1));
}

#[test]
fn a_touch_after_its_conversion_is_never_credited_and_one_at_it_is() {
    let touches = [
        ("ann", before(0, -1), "late", ""),
        ("ann", noon(), "same", ""),
    ];
    let unlimited = rules()
        .with_window(Window::UNLIMITED)
        .with_model(Model::Linear);
    assert_eq!(shares(&unlimited, &touches, "1"), "same 1.00");
    // With an order of its own within the instant, it may stand after it.
    let numbered = [
        ("ann", (noon(), 2), "late", ""),
        ("ann", (noon(), 1), "early", ""),
    ];
    let conversion = [("ann", (noon(), 1), order("1").2)];
    let found = Rules::new()
        .with_model(Model::Linear)
        .attribute(&numbered, &conversion);
    let labels: Vec<&str> = found[0]
        .credits
        .iter()
        .map(|credit| credit.touch.2)
        .collect();
    assert_eq!(labels, ["early"]);
}

#[test]
fn touches_of_one_instant_stand_by_label_then_by_channel() {
    let touches = [
        ("ann", noon(), "b", "text"),
        ("ann", noon(), "a", "video"),
        ("ann", noon(), "a", "text"),
    ];
    let order = [order("1")];
    let linear = rules().with_model(Model::Linear);
    let found = linear.attribute(&touches, &order);
    let placed: Vec<_> = found[0]
        .credits
        .iter()
        .map(|credit| (credit.touch.2, credit.touch.3))
        .collect();
    assert_eq!(placed, [("a", "text"), ("a", "video"), ("b", "text")]);
    assert_eq!(shares(&rules(), &touches, "1"), "b 1.00");
}

#[test]
fn conversions_come_back_as_they_were_given_the_unattributed_too() {
    let touches = [("ann", before(1, 0), "a", "")];
    let orders = [
        ("bob", noon(), order("2").2),
        ("ann", noon(), order("3").2),
        ("ann", before(2, 0), order("4").2),
    ];
    let found = rules().attribute(&touches, &orders);
    let attributed: Vec<_> = found
        .iter()
        .map(|found| (found.conversion.0, found.is_attributed()))
        .collect();
    assert_eq!(attributed, [("bob", false), ("ann", true), ("ann", false)]);
    let credit = rules().credit_by_label(&touches, &orders);
    assert_eq!(credit.attributed.amount.to_string(), "3.00 EUR");
    assert_eq!(credit.unattributed.amount.to_string(), "6.00 EUR");
    assert_eq!(credit.unattributed.conversions, 2);
}

#[test]
fn a_model_of_ones_own_may_look_at_an_end_alone() {
    struct Half;

    impl<T> CreditModel<T> for Half {
        fn reach(&self) -> Reach {
            Reach::First
        }

        fn weigh(&self, candidates: &[Candidate<'_, T>]) -> Vec<Weight> {
            assert_eq!(candidates.len(), 1);
            vec![Weight::from(9)]
        }
    }

    let touches = touches(&[("a", "text", 2), ("b", "text", 1)]);
    let order = [order("5")];
    let model: &dyn CreditModel<Touch> = &Half;
    let found = rules().attribute_by(model, &touches, &order);
    assert_eq!(found[0].credits.len(), 1);
    assert_eq!(found[0].credits[0].touch.2, "a");
    assert_eq!(found[0].credits[0].weight().to_string(), "1/1");
    let why = rules().explain_by(model, &touches, &order[0]);
    let weights: Vec<_> = why
        .candidates()
        .map(|(touch, credit)| (touch.2, credit.weight.is_some()))
        .collect();
    assert_eq!(weights, [("a", true), ("b", false)]);
}

#[test]
fn the_usual_models_are_models_too() {
    let touches = touches(&[("a", "text", 21), ("b", "text", 14), ("c", "text", 7)]);
    let chosen: Vec<&Touch> = touches.iter().filter(|touch| touch.2 != "b").collect();
    let order = [order("100")];
    for model in Model::ALL {
        let boxed: Box<dyn CreditModel<Touch>> = Box::new(model);
        let rules = rules().with_model(model);
        let expected = rules.attribute(&touches, &order);
        assert_eq!(
            rules.attribute_by(boxed.as_ref(), &touches, &order),
            expected
        );
        // Touches and conversions by reference.
        let found = rules.attribute(&chosen, &order);
        let without = rules.clone().excluding(["b"]);
        let without = without.attribute(&touches, &order);
        let credits =
            |credit: &convometrics::attribution::Credit<'_, Touch>| (credit.touch.2, credit.amount);
        let found: Vec<_> = found[0]
            .credits
            .iter()
            .map(|credit| (credit.touch.2, credit.amount))
            .collect();
        assert_eq!(
            found,
            without[0].credits.iter().map(credits).collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_leap_second_is_the_last_microsecond_of_its_minute() {
    // 23:59:60.9, 0.1 s after midnight, and a conversion 1 s after midnight; window of half a second.
    let leap = DateTime::from_timestamp(1_483_228_799, 1_900_000_000).unwrap();
    let after = DateTime::from_timestamp(1_483_228_800, 100_000_000).unwrap();
    let conversion = DateTime::from_timestamp(1_483_228_801, 0).unwrap();
    assert!(leap < after);
    let touches = [("ann", leap, "leap", ""), ("ann", after, "after", "")];
    let order = [("ann", conversion, order("1").2)];
    let window = |milliseconds| Window::new(TimeDelta::milliseconds(milliseconds)).unwrap();
    let linear = rules().with_model(Model::Linear);
    let labels = |milliseconds| -> Vec<&str> {
        let rules = linear.clone().with_window(window(milliseconds));
        let found = rules.attribute(&touches, &order);
        found[0]
            .credits
            .iter()
            .map(|credit| credit.touch.2)
            .collect()
    };
    assert_eq!(labels(899), [""; 0]);
    assert_eq!(labels(900), ["after"]);
    assert_eq!(labels(1_001), ["leap", "after"]);
}

#[test]
fn instants_at_the_ends_of_what_chrono_holds_are_ages_like_any_other() {
    let touches = [("ann", DateTime::<Utc>::MIN_UTC, "a", "")];
    let conversion = [("ann", DateTime::<Utc>::MAX_UTC, order("1").2)];
    for (window, attributed) in [(Window::UNLIMITED, true), (Window::days(36_600), false)] {
        for model in Model::ALL {
            let rules = rules().with_window(window).with_model(model);
            let found = rules.attribute(&touches, &conversion);
            assert_eq!(found[0].is_attributed(), attributed);
            assert_eq!(
                rules.explain(&touches, &conversion[0]).candidates().count(),
                usize::from(attributed)
            );
        }
    }
}
