//! How a metric is made of others.

use std::fmt;

use super::Value;

/// A sum and difference of figures of one scope, or the quotient of two such: `requested = answered + missed + pending`,
/// `click_through_rate = with_click / with_impression`.
///
/// Serialises as its text, and [evaluates](Self::evaluate) to the figure that the report has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formula {
    over: Terms,
    under: Option<Terms>,
}

/// What is added, and what is taken away of it, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Terms {
    plus: &'static [&'static str],
    minus: &'static [&'static str],
}

impl Formula {
    pub(super) const fn sum(plus: &'static [&'static str]) -> Self {
        Self::difference(plus, &[])
    }

    pub(super) const fn difference(
        plus: &'static [&'static str],
        minus: &'static [&'static str],
    ) -> Self {
        Self {
            over: Terms { plus, minus },
            under: None,
        }
    }

    /// This of one other.
    pub(super) const fn of(self, whole: &'static [&'static str]) -> Self {
        Self {
            under: Some(Terms {
                plus: whole,
                minus: &[],
            }),
            ..self
        }
    }

    /// The ids that it is made of, in the order of its text.
    pub fn ids(self) -> impl Iterator<Item = &'static str> {
        let terms = [Some(self.over), self.under].into_iter().flatten();
        terms
            .flat_map(|terms| terms.plus.iter().chain(terms.minus))
            .copied()
    }

    /// What it comes to, given the figure of each of its ids; `None` where one of them is not there or where they are
    /// not of kinds that go together.
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
