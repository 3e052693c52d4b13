//! Two-sided quantiles: half the width of an interval, in standard errors.

use distrs::{Normal, StudentsT};

/// Returns the probability of each tail.
fn tail(level: f64) -> f64 {
    (1.0 - level) / 2.0
}

/// Returns the quantile of the normal distribution: 1.959964 at 95 %.
pub(super) fn normal(level: f64) -> f64 {
    -Normal::ppf(tail(level), 0.0, 1.0)
}

/// Returns the quantile of Student's t distribution with at least 1 degree of freedom: 12.706 at 95 % with 1.
pub(super) fn student(level: f64, freedom: f64) -> f64 {
    // With one degree of freedom, a level close to 0 gives a negative number close to 0.
    (-StudentsT::ppf(tail(level), freedom)).max(0.0)
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{self, ContinuousCDF};

    use super::*;

    const LEVELS: [f64; 11] = [
        0.01, 0.1, 0.5, 0.8, 0.872, 0.9, 0.935, 0.95, 0.99, 0.999, 0.999_999,
    ];

    #[test]
    fn the_normal_quantile_is_that_of_statrs() {
        for level in LEVELS {
            let theirs = -distribution::Normal::standard().inverse_cdf(tail(level));
            let ours = normal(level);
            assert!((ours / theirs - 1.0).abs() < 1e-14, "{level}: {ours}");
        }
    }

    /// `statrs` is accurate up to some thousand degrees of freedom; with 10 000 000 it is off by 7 %.
    #[test]
    fn the_t_quantile_is_that_of_statrs_to_2_in_100_000() {
        for freedom in (1..=200).chain([500, 1000]).map(f64::from) {
            let theirs = distribution::StudentsT::new(0.0, 1.0, freedom).unwrap();
            for level in LEVELS {
                let theirs = -theirs.inverse_cdf(tail(level));
                let ours = student(level, freedom);
                assert!(
                    (ours / theirs - 1.0).abs() < 2e-5,
                    "{freedom} {level}: {ours} {theirs}"
                );
            }
        }
    }

    #[test]
    fn the_t_quantiles_of_the_published_table() {
        for (freedom, level, expected) in [
            (1.0, 0.95, 12.706),
            (2.0, 0.95, 4.303),
            (9.0, 0.95, 2.262),
            (29.0, 0.95, 2.045),
            (100.0, 0.95, 1.984),
            (1.0, 0.9, 6.314),
            (3.0, 0.9, 2.353),
            (5.0, 0.99, 4.032),
            (10.0, 0.8, 1.372),
        ] {
            let found = student(level, freedom);
            assert!((found - expected).abs() <= 0.0005, "{freedom}: {found}");
        }
        assert!((normal(0.95) - 1.959_964).abs() < 0.000_000_5);
    }

    /// With many degrees of freedom, t exceeds z by (z³ + z) / (4 × freedom) plus terms of the second order.
    #[test]
    fn with_many_degrees_of_freedom_t_nears_the_normal_quantile() {
        for freedom in [1e4, 1e5, 1e7, 1e9, 1.8e19] {
            for level in [0.5, 0.9, 0.95, 0.99] {
                let z = normal(level);
                let first_order = z + (z.powi(3) + z) / (4.0 * freedom);
                let found = student(level, freedom);
                assert!(
                    (found / first_order - 1.0).abs() < 1e-7,
                    "{freedom} {level}: {found}"
                );
            }
        }
    }

    #[test]
    fn at_the_least_and_the_greatest_level_no_quantile_is_nan() {
        let greatest = 1.0 - f64::EPSILON / 2.0;
        for level in [f64::MIN_POSITIVE, 1e-17, 1e-9, greatest] {
            assert!(normal(level) >= 0.0 && normal(level) < 10.0, "{level}");
            for freedom in [1.0, 2.0, 3.0, 10.0, 1e9, 1.8e19] {
                let t = student(level, freedom);
                assert!(t >= 0.0, "{level} {freedom}: {t}");
            }
        }
    }
}
