//! The laws of intervals, over random counts, values and levels; quantiles by another crate.

use convometrics::confidence::Estimate;
use convometrics::confidence::Sample;
use convometrics::{Mean, Ratio};
use proptest::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::{at, bounds, merged};

fn shares() -> impl Strategy<Value = Ratio> {
    let of = |most| (1..=most).prop_flat_map(|all| (0..=all, Just(all)));
    prop_oneof![of(30), of(10_000), of(u64::MAX)]
        .prop_map(|(numerator, denominator)| Ratio::new(numerator, denominator))
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1000.0..1000.0, 0..40)
}

fn assert_near(found: f64, expected: f64, within: f64) -> Result<(), TestCaseError> {
    prop_assert!((found - expected).abs() <= within, "{found} {expected}");
    Ok(())
}

proptest! {
    #[test]
    fn an_interval_holds_its_value(ratio in shares(), level in 1e-9..1.0_f64) {
        let found = at(level).ratio_interval(ratio).interval().unwrap();
        prop_assert!(found.contains(ratio.value().unwrap()));
        prop_assert!(0.0 <= found.low && found.high <= 1.0);
    }

    #[test]
    fn wilsons_bounds_are_where_the_share_is_just_z_standard_errors_away(ratio in shares(), level in 0.5..0.999_f64) {
        let (low, high) = bounds(at(level).ratio_interval(ratio));
        let z = Normal::standard().inverse_cdf(0.5 + level / 2.0);
        let p = ratio.value().unwrap();
        #[allow(clippy::cast_precision_loss)]
        let n = ratio.denominator as f64;
        for bound in [low, high] {
            let reach = z * z * bound * (1.0 - bound) / n;
            // Both sides are squares; the doubles of the bounds are 1e-16 apart.
            assert_near((p - bound) * (p - bound), reach, 1e-12 * reach + 1e-15 * (p - bound).abs() + 1e-30)?;
        }
    }

    #[test]
    fn a_share_and_its_mirror_have_mirrored_intervals(ratio in shares(), level in 0.01..0.999_f64) {
        let (low, high) = bounds(at(level).ratio_interval(ratio));
        let others = Ratio::new(ratio.denominator - ratio.numerator, ratio.denominator);
        let (other_low, other_high) = bounds(at(level).ratio_interval(others));
        assert_near(low, 1.0 - other_high, 1e-14)?;
        assert_near(high, 1.0 - other_low, 1e-14)?;
    }

    #[test]
    fn more_cases_of_the_same_share_give_a_narrower_interval(
        numerator in 0..100_u64, others in 0..100_u64, times in 2..1000_u64, level in 0.01..0.999_f64,
    ) {
        prop_assume!(numerator + others > 0);
        let few = Ratio::new(numerator, numerator + others);
        let many = Ratio::new(few.numerator * times, few.denominator * times);
        let (few, many) = (at(level).ratio_interval(few), at(level).ratio_interval(many));
        prop_assert!(many.interval().unwrap().width() < few.interval().unwrap().width());
    }

    #[test]
    fn a_higher_level_gives_a_wider_interval(
        ratio in shares().prop_filter("small", |ratio| ratio.denominator < 1_000_000),
        values in values(), level in 0.01..0.98_f64, more in 0.01..1.0_f64,
    ) {
        let surer = level + (0.999 - level) * more;
        let (low, high) = bounds(at(level).ratio_interval(ratio));
        let (surer_low, surer_high) = bounds(at(surer).ratio_interval(ratio));
        prop_assert!(surer_low <= low && high <= surer_high && surer_high - surer_low > high - low);
        let sample: Sample = values.into_iter().collect();
        if let Some(interval) = at(level).mean_interval(sample).interval() {
            prop_assert!(at(surer).mean_interval(sample).interval().unwrap().width() > interval.width());
        }
    }

    #[test]
    fn the_reverse_difference_is_mirrored(
        first in shares(), second in shares(), level in 0.01..0.999_f64,
    ) {
        let found = at(level).of_difference(first, second);
        let turned = at(level).of_difference(second, first);
        let (low, high) = bounds(found.estimate);
        let (turned_low, turned_high) = bounds(turned.estimate);
        prop_assert_eq!(found.value.map(|value| -value), turned.value);
        prop_assert_eq!((low, high), (-turned_high, -turned_low));
        prop_assert!(-1.0 <= low && high <= 1.0);
        prop_assert!(low <= found.value.unwrap() && found.value.unwrap() <= high);
    }

    #[test]
    fn a_ratio_differs_from_itself_by_nothing(ratio in shares(), level in 0.01..0.999_f64) {
        let found = at(level).of_difference(ratio, ratio);
        let (low, high) = bounds(found.estimate);
        prop_assert_eq!(found.value, Some(0.0));
        prop_assert_eq!(low, -high);
    }

    #[test]
    fn samples_that_are_merged_are_as_if_all_were_added(values in values(), at_most in 0..40_usize) {
        let (one, other) = values.split_at(at_most.min(values.len()));
        let all: Sample = values.iter().copied().collect();
        let both = merged(one.iter().copied().collect(), other.iter().copied().collect());
        prop_assert_eq!(both.count(), all.count());
        prop_assert_eq!(both.mean().is_some(), !values.is_empty());
        let counted = Sample::of_counts(values.iter().map(|value| (*value, 1)));
        for (found, expected) in [
            (both.mean(), all.mean()),
            (both.std_dev(), all.std_dev()),
            (counted.std_dev(), all.std_dev()),
        ] {
            prop_assert_eq!(found.is_some(), expected.is_some());
            if let Some((found, expected)) = found.zip(expected) {
                assert_near(found, expected, 1e-9)?;
            }
        }
    }

    /// Mean and spread by their definitions, t by another crate.
    #[test]
    fn the_t_interval_is_its_formula(values in values(), level in 0.5..0.999_f64) {
        prop_assume!(values.iter().any(|value| *value != values[0]));
        let count = f64::from(u32::try_from(values.len()).unwrap());
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (squares / (count - 1.0) / count).sqrt();
        let t = StudentsT::new(0.0, 1.0, count - 1.0).unwrap().inverse_cdf(0.5 + level / 2.0);
        let (low, high) = bounds(at(level).mean_interval(values.into_iter().collect()));
        assert_near(low, mean - t * error, 2e-5 * t * error + 1e-9)?;
        assert_near(high, mean + t * error, 2e-5 * t * error + 1e-9)?;
    }

    #[test]
    fn the_greatest_counts_neither_panic_nor_leave_the_scale(
        numerator: u64, denominator: u64, sum: u64, count: u64, other in shares(), level in 1e-300..1.0_f64, least: u64,
    ) {
        let ratio = Ratio::new(numerator, denominator);
        for sure in [at(level), at(level).with_min_cases(least)] {
            let difference = sure.of_difference(ratio, other).estimate;
            for estimate in [sure.ratio_interval(ratio), difference, sure.rating_interval(Mean::new(sum, count))] {
                prop_assert_ne!(estimate, Estimate::NotFinite);
                if let Some(interval) = estimate.interval() {
                    prop_assert!(-1.0 <= interval.low && interval.low <= interval.high && interval.high <= 5.0);
                }
            }
        }
        let full = Sample::of_counts([(0.0, numerator), (1.0, denominator), (2.0, u64::MAX)]);
        prop_assert_eq!(full.count(), u64::MAX);
        let (low, high) = bounds(at(level).mean_interval(full));
        prop_assert!((0.0..=2.0).contains(&low) && low <= high);
    }
}
