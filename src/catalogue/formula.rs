//! Formulas of metrics that are computed from other metrics.

use std::fmt;

use super::Value;

/// A sum and difference of figures of one scope, or the quotient of two of these:
/// `requested = answered + missed + pending`, `click_through_rate = with_click / with_impression`.
///
/// Serialises as its text, and [evaluates](Self::evaluate) to the figure in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formula {
    over: Terms,
    under: Option<Terms>,
}

/// The ids of the figures that are added and subtracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Terms {
    plus: &'static [&'static str],
    minus: &'static [&'static str],
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
            over: Terms { plus, minus },
            under: None,
        }
    }

    /// Divides the formula by the sum of `whole`.
    pub(crate) const fn of(self, whole: &'static [&'static str]) -> Self {
        Self {
            under: Some(Terms {
                plus: whole,
                minus: &[],
            }),
            ..self
        }
    }

    /// Returns the ids in the formula, in the order of its text.
    pub fn ids(self) -> impl Iterator<Item = &'static str> {
        let terms = [Some(self.over), self.under].into_iter().flatten();
        terms
            .flat_map(|terms| terms.plus.iter().chain(terms.minus))
            .copied()
    }

    /// Evaluates the formula with the figure of each id. Returns `None` if a figure is missing, if the kinds of figures
    /// do not match, or if a difference of counts is negative.
    ///
    /// ```
    /// use convometrics::Ratio;
    /// use convometrics::catalogue::{self, Value};
    ///
    /// let rate = catalogue::metric("visitors.click_through_rate").unwrap().formula().unwrap();
    /// let figure = |id: &str| Some(Value::Count(if id == "visitors.with_click" { 3 } else { 8 }));
    /// assert_eq!(rate.evaluate(figure), Some(Value::Ratio(Ratio::new(3, 8))));
    /// ```
    #[must_use]
    pub fn evaluate(self, mut figure: impl FnMut(&'static str) -> Option<Value>) -> Option<Value> {
        let over = self.over.evaluate(&mut figure)?;
        match self.under {
            None => Some(over),
            Some(under) => over.over(&under.evaluate(&mut figure)?),
        }
    }
}

impl Terms {
    fn evaluate(self, figure: &mut impl FnMut(&'static str) -> Option<Value>) -> Option<Value> {
        let (first, others) = self.plus.split_first()?;
        let mut sum = figure(first)?;
        for id in others {
            sum = sum.plus(&figure(id)?)?;
        }
        for id in self.minus {
            sum = sum.minus(&figure(id)?)?;
        }
        Some(sum)
    }

    fn is_one(self) -> bool {
        self.plus.len() + self.minus.len() == 1
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.under {
            None => write!(f, "{}", self.over),
            Some(under) if self.over.is_one() => write!(f, "{} / {under}", self.over),
            Some(under) => write!(f, "({}) / {under}", self.over),
        }
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plus.join(" + "))?;
        for id in self.minus {
            write!(f, " − {id}")?;
        }
        Ok(())
    }
}
