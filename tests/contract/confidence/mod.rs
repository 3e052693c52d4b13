//! Intervals against published tables, rankings and estimates by hand; the laws that they obey in a room of their own.

mod laws;

use convometrics::catalogue::{Scope, ScopeKind, Value};
use convometrics::confidence::{Confidence, Estimate};
use convometrics::confidence::{Interval, RankedAgent, RankedBy, RankedFigure, Sample};
use convometrics::metrics::leaderboard::LeaderboardMetrics;
use convometrics::{Mean, Ratio};
use serde_json::json;

use crate::golden::Golden;
use crate::logs::Log;

fn sure() -> Confidence {
    Confidence::default()
}

fn merged(mut one: Sample, other: Sample) -> Sample {
    one += other;
    one
}

fn at(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

fn bounds(estimate: Estimate) -> (f64, f64) {
    let Interval { low, high, .. } = estimate.interval().expect("an interval");
    (low, high)
}

/// Within half a unit of the last of four decimals.
fn assert_published((low, high): (f64, f64), expected: (f64, f64), what: &str) {
    let is_near = |found: f64, expected: f64| (found - expected).abs() <= 0.000_05 + 1e-12;
    assert!(
        is_near(low, expected.0) && is_near(high, expected.1),
        "{what}: {low} to {high}"
    );
}

/// R. G. Newcombe, Statistics in Medicine 17 (1998), 857–872, table I, method 3.
#[test]
fn wilsons_intervals_are_those_of_newcombes_table() {
    for (numerator, denominator, expected) in [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ] {
        let found = bounds(sure().ratio_interval(Ratio::new(numerator, denominator)));
        assert_published(found, expected, &format!("{numerator} of {denominator}"));
    }
}

/// R. G. Newcombe, Statistics in Medicine 17 (1998), 873–890, table II, method 10.
#[test]
fn differences_are_those_of_newcombes_table() {
    for ((first, of_first), (second, of_second), expected) in [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ] {
        let (first, second) = (Ratio::new(first, of_first), Ratio::new(second, of_second));
        let found = sure().of_difference(first, second);
        assert_published(
            bounds(found.estimate),
            expected,
            &format!("{first:?} {second:?}"),
        );
    }
    // 56/70 − 48/80 = 0.8 − 0.6.
    let value = sure()
        .of_difference(Ratio::new(56, 70), Ratio::new(48, 80))
        .value;
    assert!((value.unwrap() - 0.2).abs() < 1e-15);
}

/// Of the values 0 and 2 the mean is 1 and s / √n is √2 / √2, so that t with 1 degree of freedom can be read off. Of n
/// values, half of them 0 and half 2, s / √n is √(n / (n − 1)) / √n = 1 / √(n − 1).
#[test]
fn the_interval_of_a_mean_matches_the_t_table() {
    for (count, expected) in [(2_u64, 12.706), (10, 2.262), (30, 2.045)] {
        let sample = Sample::of_counts([(0.0, count / 2), (2.0, count / 2)]);
        let (low, high) = bounds(sure().mean_interval(sample));
        let freedom = u32::try_from(count - 1).unwrap();
        let root = f64::from(freedom).sqrt();
        assert!(((high - 1.0) * root - expected).abs() <= 0.0005, "{count}");
        assert!(((1.0 - low) * root - expected).abs() <= 0.0005, "{count}");
    }
}

#[test]
fn bounds_of_0_of_n_and_n_of_n_are_exact_at_any_level() {
    for level in [
        1e-300,
        0.001,
        0.5,
        0.95,
        0.999_999,
        1.0 - f64::EPSILON / 2.0,
    ] {
        for cases in [1, 2, 3, 7, 1_000_003, u64::MAX] {
            let (low, high) = bounds(at(level).ratio_interval(Ratio::new(0, cases)));
            assert!(low == 0.0 && (0.0..1.0).contains(&high), "{level} {cases}");
            let (low, high) = bounds(at(level).ratio_interval(Ratio::new(cases, cases)));
            assert!(high == 1.0 && (0.0..=1.0).contains(&low), "{level} {cases}");
        }
        let (low, high) = bounds(at(level).rating_interval(Mean::new(35, 7)));
        assert!(high == 5.0 && (1.0..=5.0).contains(&low), "{level}");
        let (low, high) = bounds(at(level).rating_interval(Mean::new(7, 7)));
        assert!(low == 1.0 && (1.0..5.0).contains(&high), "{level}");
    }
}

/// Where an interval has next to no width, or an end next to 1, what is lost in rounding would show.
#[test]
fn bounds_enclose_the_value_and_stay_on_the_scale() {
    let last = 1.0 - f64::EPSILON / 2.0;
    for level in [1e-300, 1e-17, 1e-9, 0.95, last] {
        for ratio in [
            (4567, 4568),
            (4826, 5060),
            (1, 6_395_533_045_193_000_693),
            (1, 4_934_988_191_714_127_342),
            (119_193_185_468_058_517, 268_366_125_222_336_747),
            (11_831_142_810_166_167, 11_831_142_810_166_168),
            (305_499_576_865_104_600, 305_499_576_865_104_601),
            (454_837_699_705_512_906, 454_837_699_705_512_907),
            (743_114_147_000_367_609, 743_114_147_000_367_610),
        ] {
            let ratio = Ratio::new(ratio.0, ratio.1);
            let interval = at(level).ratio_interval(ratio).interval().unwrap();
            assert!(
                interval.contains(ratio.value().unwrap()),
                "{level} {ratio:?}"
            );
            assert!(interval.high <= 1.0, "{level} {ratio:?}");
            let none = Ratio::new(0, ratio.denominator);
            let (_, high) = bounds(at(level).of_difference(ratio, none).estimate);
            let (low, _) = bounds(at(level).of_difference(none, ratio).estimate);
            assert!(high <= 1.0 && low >= -1.0, "{level} {ratio:?}");
        }
    }
}

/// Ratings of 1 and 5 stars alone are shares: the interval is Wilson's. 81 of 263 are 5 stars: a sum of 263 + 4 × 81.
#[test]
fn ratings_of_1_and_5_have_wilsons_interval_on_their_scale() {
    let (low, high) = bounds(sure().rating_interval(Mean::new(263 + 4 * 81, 263)));
    assert_published(
        ((low - 1.0) / 4.0, (high - 1.0) / 4.0),
        (0.2553, 0.3662),
        "81 of 263",
    );
}

/// Ratings about the middle vary less than the bounded interval allows for.
#[test]
fn the_interval_of_ratings_is_no_narrower_than_that_of_the_single_values() {
    for counts in [[1, 2, 30, 2, 1], [0, 0, 5, 40, 55], [10, 20, 30, 20, 10]] {
        let stars = (1..=5_u64).zip(counts);
        let mean = stars
            .clone()
            .map(|(star, count)| Mean::new(star * count, count));
        let mean = mean.fold(Mean::default(), |sum, mean| sum + mean);
        let doubles = [1.0, 2.0, 3.0, 4.0, 5.0];
        let sample = Sample::of_counts(doubles.into_iter().zip(counts));
        let apart = sample.mean().unwrap() - mean.value().unwrap();
        assert!(apart.abs() < 1e-12, "{counts:?}");
        let ratings = sure().rating_interval(mean).interval().unwrap();
        let values = sure().mean_interval(sample).interval().unwrap();
        assert!(ratings.width() > values.width(), "{counts:?}");
    }
}

#[test]
fn too_few_to_say_is_a_value() {
    let sure = sure();
    let thirty = sure.with_min_cases(30);
    assert_eq!((sure.min_cases(), thirty.min_cases()), (1, 30));
    for estimate in [
        sure.ratio_interval(Ratio::new(0, 0)),
        sure.ratio_interval(Ratio::new(3, 0)),
        thirty.ratio_interval(Ratio::new(29, 29)),
        thirty.ratio_interval(Ratio::new(30, 29)),
        sure.with_min_cases(0).ratio_interval(Ratio::new(0, 0)),
        sure.rating_interval(Mean::new(0, 0)),
        thirty.rating_interval(Mean::new(100, 29)),
        sure.mean_interval(Sample::new()),
        sure.mean_interval(Sample::of_counts([(4.0, 1)])),
        sure.mean_interval(Sample::of_counts([(4.0, 1000)])),
        thirty.mean_interval((0..29).map(f64::from).collect()),
        sure.of_difference(Ratio::new(1, 2), Ratio::new(0, 0))
            .estimate,
        sure.of_difference(Ratio::new(0, 0), Ratio::new(1, 2))
            .estimate,
        thirty
            .of_difference(Ratio::new(15, 30), Ratio::new(1, 29))
            .estimate,
        thirty
            .of_difference(Ratio::new(31, 30), Ratio::new(1, 29))
            .estimate,
        thirty
            .of_difference(Ratio::new(1, 29), Ratio::new(31, 30))
            .estimate,
    ] {
        assert_eq!(estimate, Estimate::TooFew);
        assert_eq!((estimate.low(), estimate.high()), (None, None));
    }
    assert!(
        thirty
            .ratio_interval(Ratio::new(30, 30))
            .interval()
            .is_some()
    );
    assert!(
        thirty
            .rating_interval(Mean::new(100, 30))
            .interval()
            .is_some()
    );
    assert!(
        thirty
            .mean_interval((0..30).map(f64::from).collect())
            .interval()
            .is_some()
    );
    let nothing = sure.of_difference(Ratio::new(1, 2), Ratio::new(0, 0));
    assert_eq!(nothing.value, None);
    let few = thirty.of_difference(Ratio::new(1, 2), Ratio::new(1, 4));
    assert_eq!(few.value, Some(0.25));
}

#[test]
fn a_ratio_above_1_has_no_interval() {
    let sure = sure();
    for estimate in [
        sure.ratio_interval(Ratio::new(2, 1)),
        sure.ratio_interval(Ratio::new(u64::MAX, 1)),
        sure.rating_interval(Mean::new(2, 3)),
        sure.rating_interval(Mean::new(16, 3)),
        sure.rating_interval(Mean::new(u64::MAX, 1)),
        sure.of_difference(Ratio::new(2, 1), Ratio::new(0, 1))
            .estimate,
        sure.of_difference(Ratio::new(0, 1), Ratio::new(2, 1))
            .estimate,
    ] {
        assert_eq!(estimate, Estimate::NotAShare);
    }
    let found = sure.of_difference(Ratio::new(2, 1), Ratio::new(0, 1));
    assert_eq!(found.value, Some(2.0));
}

#[test]
fn values_that_are_not_finite_leave_no_interval() {
    for values in [
        [1.0, f64::NAN],
        [f64::INFINITY, 1.0],
        [1.0, f64::NEG_INFINITY],
        [f64::MAX, f64::MIN],
        [0.0, 1e200],
    ] {
        let sample: Sample = values.into_iter().collect();
        assert_eq!(sample.count(), 2);
        assert_eq!(
            sure().mean_interval(sample),
            Estimate::NotFinite,
            "{values:?}"
        );
        assert_eq!(sample.std_dev(), None, "{values:?}");
        let [one, other] = values.map(|value| [value].into_iter().collect::<Sample>());
        assert_eq!(
            sure().mean_interval(merged(one, other)),
            Estimate::NotFinite,
            "{values:?}"
        );
    }
    // The last double before 1 leaves nothing out: t is infinite.
    let last = at(1.0 - f64::EPSILON / 2.0);
    for count in 1..50 {
        let sample = Sample::of_counts([(1.0, count), (2.0, 1)]);
        assert_eq!(last.mean_interval(sample), Estimate::NotFinite, "{count}");
    }
    let sample: Sample = [f64::NAN].into_iter().collect();
    assert_eq!((sample.count(), sample.mean()), (1, None));
}

#[test]
fn a_level_is_above_0_and_below_1() {
    for level in [
        0.0,
        -0.0,
        1.0,
        -0.5,
        95.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        let error = Confidence::new(level).unwrap_err();
        assert_eq!(error.found().to_bits(), level.to_bits());
    }
    assert_eq!(
        Confidence::new(95.0).unwrap_err().to_string(),
        "`confidence` is 95; allowed: a number above 0 and below 1, such as 0.95"
    );
    assert_eq!(sure(), at(0.95));
    assert_eq!((at(0.9).level(), at(0.9).min_cases()), (0.9, 1));
}

#[test]
fn an_estimate_is_written_as_json_and_as_text() {
    let estimate = sure().ratio_interval(Ratio::new(1, 1));
    let (low, _) = bounds(estimate);
    assert_eq!(
        json!(estimate),
        json!({"interval": {"low": low, "high": 1.0}})
    );
    assert_eq!(format!("{estimate:.3}"), "0.207 to 1.000");
    let none = sure().mean_interval([1.0, f64::NAN].into_iter().collect());
    let few = sure().ratio_interval(Ratio::default());
    let no_share = sure().ratio_interval(Ratio::new(2, 1));
    assert_eq!(
        json!([few, no_share, none]),
        json!(["too_few", "not_a_share", "not_finite"])
    );
    assert_eq!(
        [few, no_share, none].map(|found| found.to_string()),
        ["too few to say", "not a share", "not finite"]
    );
    let difference = sure().of_difference(Ratio::new(1, 4), Ratio::default());
    assert_eq!(
        json!(difference),
        json!({"value": null, "estimate": "too_few"})
    );
}

/// A leaderboard of agents with so many accepted requests of so many, and ratings of such a sum over so many.
fn board(rows: &[(&str, Ratio, Mean)]) -> LeaderboardMetrics {
    let row = |(agent, rate, rating): &(&str, Ratio, Mean)| {
        json!({
            "agent": agent, "average_rating": rating, "requests": rate.denominator, "acceptance_rate": rate,
            "conversations": 0, "attributed_sales": {}, "attributed_orders": 0, "net_attributed_sales": {}, "daily": [],
        })
    };
    let agents: Vec<_> = rows.iter().map(row).collect();
    let unassigned =
        json!({"attributed_orders": 0, "attributed_sales": {}, "net_attributed_sales": {}});
    serde_json::from_value(json!({"agents": agents, "unassigned": unassigned})).unwrap()
}

fn places(rows: &[RankedAgent]) -> Vec<(Option<u64>, &str, u64)> {
    rows.iter()
        .map(|row| (row.place, row.agent.as_str(), row.cases))
        .collect()
}

#[test]
fn one_of_one_does_not_beat_90_of_100_by_the_lower_bound() {
    let none = Mean::default();
    let board = board(&[
        ("fay", Ratio::new(90, 100), none),
        ("ada", Ratio::new(1, 1), none),
        ("ben", Ratio::new(90, 100), none),
        ("cy", Ratio::new(0, 0), Mean::new(5, 1)),
        ("dan", Ratio::new(45, 50), none),
        ("eve", Ratio::new(0, 0), none),
    ]);
    let ranked = |by, sure: &Confidence| board.ranked(RankedFigure::AcceptanceRate, by, sure);
    assert_eq!(
        places(&ranked(RankedBy::Value, &sure())),
        [
            (Some(1), "ada", 1),
            (Some(2), "ben", 100),
            (Some(2), "fay", 100),
            (Some(2), "dan", 50),
            (None, "cy", 0),
            (None, "eve", 0),
        ]
    );
    // 45 of 50 has the value of 90 of 100, but half the cases.
    let by_bound = ranked(RankedBy::LowerBound, &sure());
    assert_eq!(
        places(&by_bound),
        [
            (Some(1), "ben", 100),
            (Some(1), "fay", 100),
            (Some(3), "dan", 50),
            (Some(4), "ada", 1),
            (None, "cy", 0),
            (None, "eve", 0),
        ]
    );
    assert_eq!(by_bound[3].value, Some(1.0));
    assert_eq!(
        by_bound[3].estimate,
        sure().ratio_interval(Ratio::new(1, 1))
    );
    assert_eq!(
        (by_bound[5].value, by_bound[5].estimate),
        (None, Estimate::TooFew)
    );
    // Of fewer than 60 nothing is said: then the more of them come first.
    assert_eq!(
        places(&ranked(RankedBy::Value, &sure().with_min_cases(60))),
        [
            (Some(1), "ben", 100),
            (Some(1), "fay", 100),
            (None, "dan", 50),
            (None, "ada", 1),
            (None, "cy", 0),
            (None, "eve", 0),
        ]
    );
}

#[test]
fn agents_are_ranked_by_their_ratings_too() {
    let rate = Ratio::default();
    let board = board(&[
        ("ada", rate, Mean::new(15, 3)),
        ("ben", rate, Mean::new(480, 100)),
        ("cy", rate, Mean::default()),
        ("dan", rate, Mean::new(1, 1)),
    ]);
    // Ada: 3 of 3 is at least 3 / (3 + 3.8415), so 2.754 stars. Ben: 4.8 stars are a share of 0.95 of 100.
    let rows = board.ranked(RankedFigure::AverageRating, RankedBy::LowerBound, &sure());
    assert_eq!(
        places(&rows),
        [
            (Some(1), "ben", 100),
            (Some(2), "ada", 3),
            (Some(3), "dan", 1),
            (None, "cy", 0)
        ]
    );
    assert!((rows[1].estimate.low().unwrap() - 2.754).abs() < 0.001);
    let rows = board.ranked(RankedFigure::AverageRating, RankedBy::Value, &sure());
    assert_eq!(rows[0].agent.as_str(), "ada");
    assert_eq!(rows[0].value, Some(5.0));
    assert!(
        board
            .ranked(RankedFigure::AcceptanceRate, RankedBy::Value, &sure())
            .iter()
            .all(|row| row.place.is_none())
    );
}

#[test]
fn a_ranked_figure_is_read_from_its_name() {
    assert_eq!("lower_bound".parse(), Ok(RankedBy::LowerBound));
    assert_eq!("average_rating".parse(), Ok(RankedFigure::AverageRating));
    let error = "best".parse::<RankedBy>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`ranked_by` is \"best\"; allowed: one of value, lower_bound"
    );
}

/// Ada offers Ann a call on each of two days; the second is accepted, and Ann clicks without an impression.
#[test]
fn a_report_has_estimates_of_its_ratios_and_ratings() {
    let log = Log::new()
        .call("ann", "2026-03-02T09:00:00Z", "c", "k1", "ada")
        .call("ann", "2026-03-03T09:00:00Z", "c", "k2", "ada")
        .then("ann", "2026-03-03T09:01:00Z", "call_accepted", "k2")
        .then("ann", "2026-03-03T09:01:00Z", "call_connected", "k2")
        .event(
            "ann",
            "2026-03-03T10:00:00Z",
            "widget_impression",
            json!({}),
        )
        .event("ann", "2026-03-03T10:01:00Z", "widget_clicked", json!({}))
        .event("bob", "2026-03-03T10:02:00Z", "widget_clicked", json!({}))
        .event(
            "ann",
            "2026-03-03T11:00:00Z",
            "survey_answered",
            json!({"survey": "s", "conversation": "c", "rating": 5, "outcome": "submitted"}),
        );
    let estimates = log.report().estimates(&sure());
    let of = |id: &str, scope: &Scope| {
        let mut all = estimates.iter();
        all.find(|found| found.metric.id == id && found.scope == *scope)
            .unwrap()
            .estimate
    };
    let ada = Scope::Agent("ada".parse().unwrap());
    let third = "2026-03-03".parse().unwrap();
    let ada_that_day = Scope::AgentDay("ada".parse().unwrap(), third);
    // 1 of 2: (2 + z² ± z √(z² + 2)) / (2 (2 + z²)) = (5.8415 ± 4.7371) / 11.6829.
    let (low, high) = bounds(of("leaderboard.acceptance_rate", &ada));
    assert_published((low, high), (0.0945, 0.9055), "1 of 2");
    // 1 of 1: 1 / (1 + z²) to 1.
    let (low, high) = bounds(of("leaderboard.acceptance_rate", &ada_that_day));
    assert_published((low, high), (0.2065, 1.0), "1 of 1");
    // 5 stars once: 1 + 4 × 0.20654.
    let (low, high) = bounds(of("csat.average_rating", &Scope::Day(third)));
    assert_published((low, high), (1.8262, 5.0), "5 stars");
    assert_eq!(
        of("visitors.click_through_rate", &Scope::Total),
        Estimate::NotAShare
    );
    assert_eq!(
        of("requests.visitor_acceptance_rate", &Scope::Total),
        Estimate::TooFew
    );
    let json = json!(estimates[0]);
    assert_eq!(json["metric"], "requests.text_share");
    assert_eq!(json["scope"], "total");
    assert_eq!(json["value"]["denominator"], 2);
    assert!(json["estimate"]["interval"]["low"].is_number(), "{json}");
}

#[test]
fn every_ratio_and_every_mean_rating_of_a_report_has_an_estimate() {
    for golden in Golden::all() {
        let report = golden.report(&golden.ledger());
        let expected = report
            .figures()
            .into_iter()
            .filter(|figure| match figure.value {
                Value::Ratio(_) => true,
                Value::Mean(_) => figure.metric.id.ends_with(".average_rating"),
                _ => false,
            });
        let expected: Vec<_> = expected
            .map(|figure| (figure.metric.id, figure.scope))
            .collect();
        let found = report.estimates(&sure()).into_iter();
        let found: Vec<_> = found.map(|found| (found.metric.id, found.scope)).collect();
        assert_eq!(found, expected);
        assert!(
            found
                .iter()
                .any(|(_, scope)| scope.kind() == ScopeKind::Day)
        );
    }
}
