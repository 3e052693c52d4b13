//! 2^(−age / half-life), in whole numbers.
//!
//! A weight of `time_decay` is irrational, so it is rounded. A double keeps 53 binary digits of it, too few for an
//! amount of 10^18 units, and its functions differ between machines. So the power is worked out in integers, to 2^−67:
//! the shares of the greatest amount are right to one unit, and the same everywhere.

/// Binary places of a weight: that of age 0 is 2^67.
pub(super) const PLACES: u32 = 67;

/// ln 2, in multiples of 2^−128.
const LN_2: u128 = 0xB172_17F7_D1CF_79AB_C9E3_B398_03F2_F6AF;

/// 2^(−age / half-life) in multiples of 2^−67, to the nearest; of an age of 0 or more and a half-life of 1 or more.
pub(super) fn decay(age: i64, half_life: i64) -> u128 {
    let micros = [age.unsigned_abs(), half_life.unsigned_abs().max(1)];
    let [age, half_life] = micros.map(u128::from);
    let halvings = age / half_life;
    // What is left of the exponent, in multiples of 2^−128, 64 binary places at a time: the rests are below 2^63.
    let upper = ((age % half_life) << 64) / half_life;
    let rest = ((age % half_life) << 64) % half_life;
    let lower = (rest << 64) / half_life;
    let power = exp2_of_minus((upper << 64) + lower);
    // From multiples of 2^−127 to multiples of 2^−67, halved as often.
    match u32::try_from(halvings + u128::from(127 - PLACES)) {
        Ok(shift) if shift < 128 => (power + (1 << (shift - 1))) >> shift,
        _ => 0,
    }
}

/// 2^−f = e^(−f ln 2) in multiples of 2^−127, for f in multiples of 2^−128, below 1: the exponential series, whose terms
/// shrink at least by ln 2 / n.
fn exp2_of_minus(fraction: u128) -> u128 {
    let exponent = high_product(fraction, LN_2);
    let mut term: u128 = 1 << 127;
    let mut sum = term;
    for n in 1.. {
        term = high_product(term, exponent) / n;
        if term == 0 {
            break;
        }
        if n % 2 == 1 {
            sum -= term;
        } else {
            sum += term;
        }
    }
    sum
}

/// The upper half of the product: a × b / 2^128.
fn high_product(a: u128, b: u128) -> u128 {
    const LOW: u128 = u64::MAX as u128;
    let (a_high, a_low) = (a >> 64, a & LOW);
    let (b_high, b_low) = (b >> 64, b & LOW);
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 64);
    let other = a_low * b_high + (middle & LOW);
    a_high * b_high + (middle >> 64) + (other >> 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u128 = 1 << PLACES;

    /// Worked out elsewhere, with 60 decimal digits.
    const DECAYED: [u128; 4] = [
        145_214_175_022_841_871_085,
        89_947_331_605_869_727_912,
        58_564_761_895_989_383_254,
        73_786_976_294_889_351_699,
    ];

    #[test]
    fn whole_halvings_are_exact() {
        for halvings in 0..67 {
            assert_eq!(decay(7 * halvings, 7), ONE >> halvings);
        }
        assert_eq!(decay(7 * 67, 7), 1);
        assert_eq!(decay(7 * 68, 7), 0);
        assert_eq!(decay(7 * 69, 7), 0);
        assert_eq!(decay(i64::MAX, 1), 0);
        assert_eq!(decay(0, i64::MAX), ONE);
    }

    #[test]
    fn the_upper_half_of_a_product_carries_from_the_lower() {
        // (2^128 − 1)² = 2^256 − 2^129 + 1.
        assert_eq!(high_product(u128::MAX, u128::MAX), u128::MAX - 1);
        assert_eq!(high_product(1 << 64, 1 << 64), 1);
        assert_eq!(high_product(1 << 127, 2), 1);
        assert_eq!(high_product(u128::MAX, 1), 0);
    }

    #[test]
    fn the_square_of_half_a_halving_is_half() {
        // (2^−½)² = ½: in multiples of 2^−126 that is 2^125.
        let root = exp2_of_minus(1 << 127);
        assert!(high_product(root, root).abs_diff(1 << 125) < 64);
        // And a quarter of one, four times over.
        let fourth = exp2_of_minus(1 << 126);
        assert!((high_product(fourth, fourth) << 1).abs_diff(root) < 64);
    }

    #[test]
    fn weights_are_those_of_60_decimal_digits() {
        // 2^67 × 2^(−1/43), 2^67 × 2^(−5/7), 2^67 × 2^(−1 − 1/3), 2^67 × 2^(−(10^12 − 1)/10^12).
        for (age, half_life, weight) in [
            (1, 43, DECAYED[0]),
            (5, 7, DECAYED[1]),
            (4, 3, DECAYED[2]),
            (999_999_999_999, 1_000_000_000_000, DECAYED[3]),
        ] {
            assert_eq!(decay(age, half_life), weight, "{age} / {half_life}");
        }
    }

    #[test]
    fn the_greatest_amount_is_shared_to_the_unit() {
        // Ages that differ by 437 280.743813 s, half-life 7 days. With 60 decimal digits: 999999999999.999999 times
        // w / (1 + w), w = 2^(−437280.743813 / 604800), is 377268745477.205848 46…, the rest 622731254522.794150 53…; the
        // millionth left over goes to the larger remainder.
        let weights = [decay(437_280_743_813, 604_800_000_000), ONE];
        let money = crate::money::Money::new(
            "999999999999.999999".parse().unwrap(),
            "EUR".parse().unwrap(),
        );
        let shares = crate::attribution::split(money, &weights);
        let shares: Vec<String> = shares.iter().map(ToString::to_string).collect();
        assert_eq!(shares, ["377268745477.205848", "622731254522.794151"]);
    }

    #[test]
    #[expect(
        clippy::cast_precision_loss,
        reason = "doubles are what it is compared with"
    )]
    fn the_power_is_that_of_floating_point_as_far_as_that_goes() {
        for age in (0..1_000_000_i64).step_by(997) {
            let half_life = 123_457;
            let found = decay(age, half_life) as f64 / ONE as f64;
            let expected = (-(age as f64) / half_life as f64).exp2();
            assert!(
                (found - expected).abs() <= 1e-15 * expected + 1e-20,
                "{age}: {found} {expected}"
            );
        }
    }
}
