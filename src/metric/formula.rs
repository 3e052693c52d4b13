//! Formulas of metrics that are computed from other metrics.

use std::fmt;

use super::Value;

/// A sum and difference of figures of one scope, or the quotient of two of these:
/// `requested = answered + missed + pending`, `click_through_rate = with_click / with_impression`.
///
/// Serialises as its text, and [evaluates](Self::evaluate) to the figure in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formula {
    plus: &'static [&'static str],
    minus: &'static [&'static str],
    /// The ids whose sum is the divisor; empty without a division.
    divisor: &'static [&'static str],
}

impl Formula {
    pub(crate) const fn sum(plus: &'static [&'static str]) -> Self {
        Self::difference(plus, &[])
    }

    pub(crate) const fn difference(
        plus: &'static [&'static str],
        minus: &'static [&'static str],
    ) -> Self {
        Self {
            plus,
            minus,
            divisor: &[],
        }
    }

    /// Divides the formula by the sum of `divisor`.
    pub(crate) const fn of(self, divisor: &'static [&'static str]) -> Self {
        Self { divisor, ..self }
    }

    /// Returns the ids in the formula, in the order of its text.
    pub fn ids(self) -> impl Iterator<Item = &'static str> {
        let ids = [self.plus, self.minus, self.divisor].into_iter();
        ids.flatten().copied()
    }

    /// Evaluates the formula with the figure of each id. Returns `None` if a figure is missing, if the kinds of figures
    /// do not match, or if a difference of counts is negative.
    ///
    /// ```
    /// use convometrics::Ratio;
    /// use convometrics::catalogue::{self, Value};
    ///
    /// let rate = catalogue::metric("visitors.click_through_rate").unwrap().formula.unwrap();
    /// let figure = |id: &str| Some(Value::Count(if id == "visitors.with_click" { 3 } else { 8 }));
    /// assert_eq!(rate.evaluate(figure), Some(Value::Ratio(Ratio::new(3, 8))));
    /// ```
    #[must_use]
    pub fn evaluate(self, mut figure: impl FnMut(&'static str) -> Option<Value>) -> Option<Value> {
        let mut over = sum(self.plus, &mut figure)?;
        for id in self.minus {
            over = over.minus(&figure(id)?)?;
        }
        if self.divisor.is_empty() {
            return Some(over);
        }
        over.over(&sum(self.divisor, &mut figure)?)
    }
}

fn sum(
    ids: &[&'static str],
    figure: &mut impl FnMut(&'static str) -> Option<Value>,
) -> Option<Value> {
    let (first, others) = ids.split_first()?;
    others
        .iter()
        .try_fold(figure(first)?, |sum, id| sum.plus(&figure(id)?))
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut over = self.plus.join(" + ");
        for id in self.minus {
            over = format!("{over} − {id}");
        }
        match self.divisor {
            [] => f.write_str(&over),
            divisor if self.plus.len() + self.minus.len() > 1 => {
                write!(f, "({over}) / {}", divisor.join(" + "))
            }
            divisor => write!(f, "{over} / {}", divisor.join(" + ")),
        }
    }
}
