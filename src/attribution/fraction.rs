//! Exact parts of a whole.

use std::str::FromStr;

use crate::error::{FieldError, quoted};
use crate::macros::text_form;

/// A part of a whole, exactly: a numerator of a denominator, in lowest terms. With serde and in text, `4/7`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: u128,
    denominator: u128,
}

impl Fraction {
    /// Nothing.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };

    /// A part of a whole that is not 0.
    pub(crate) fn of(part: u128, whole: u128) -> Self {
        let (mut divisor, mut rest) = (whole, part);
        while rest > 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        let divisor = divisor.max(1);
        Self {
            numerator: part / divisor,
            denominator: (whole / divisor).max(1),
        }
    }

    /// The part, in lowest terms.
    #[must_use]
    pub const fn numerator(self) -> u128 {
        self.numerator
    }

    /// The whole, in lowest terms: 1 or more.
    #[must_use]
    pub const fn denominator(self) -> u128 {
        self.denominator
    }

    /// As a double, to about 15 significant digits.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a double is what is asked for")]
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl FromStr for Fraction {
    type Err = FieldError;

    /// Reads two whole numbers with a `/` between them, in any terms: the first no greater than the second, which is
    /// not 0.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let allowed = "two whole numbers, the first no greater, such as \"4/7\"";
        let number = |digits: &str| {
            let number = digits.parse::<u128>().ok();
            number.filter(|_| !digits.starts_with('+'))
        };
        text.split_once('/')
            .and_then(|(part, whole)| Some((number(part)?, number(whole)?)))
            .filter(|(part, whole)| *whole > 0 && part <= whole)
            .map(|(part, whole)| Self::of(part, whole))
            .ok_or_else(|| FieldError::new("fraction", quoted(text), allowed))
    }
}

text_form!(Fraction(part) => format_args!("{}/{}", part.numerator, part.denominator));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_in_lowest_terms() {
        for (part, whole, text) in [
            (4, 7, "4/7"),
            (2, 6, "1/3"),
            (0, 9, "0/1"),
            (9, 9, "1/1"),
            (1 << 67, 7 << 65, "4/7"),
        ] {
            let fraction = Fraction::of(part, whole);
            assert_eq!(fraction.to_string(), text);
            assert_eq!(text.parse::<Fraction>().unwrap(), fraction);
        }
        assert_eq!(format!("{:?}", Fraction::of(2, 6)), "Fraction(1/3)");
        for text in [
            "", "/", "1", "1/0", "0/0", "-1/2", "1/+2", "1/2/3", "3/2", "0.5/1",
        ] {
            assert!(text.parse::<Fraction>().is_err(), "{text}");
        }
        assert!((Fraction::of(3, 8).to_f64() - 0.375).abs() < f64::EPSILON);
    }
}
