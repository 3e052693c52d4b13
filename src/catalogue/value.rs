//! The value of a figure of any kind.

use serde::Serialize;

use super::Kind;
use crate::money::{AverageByCurrency, ExactSum, LiftByCurrency, MoneyByCurrency};
use crate::ratio::{Lift, Mean, MeanMinutes, MeanSeconds, Ratio};

/// The value of a figure. Serialises as in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
#[non_exhaustive]
pub enum Value {
    /// A count, or the number of records.
    Count(u64),
    /// A ratio.
    Ratio(Ratio),
    /// A mean of whole numbers.
    Mean(Mean),
    /// A mean duration in minutes.
    Minutes(MeanMinutes),
    /// A mean duration in seconds.
    Seconds(MeanSeconds),
    /// A quantile of durations in seconds; `None` if there are no durations.
    Quantile(Option<ExactSum>),
    /// Money, per currency.
    Money(MoneyByCurrency),
    /// A mean amount, per currency.
    Average(AverageByCurrency),
    /// The lift of a rate.
    Lift(Lift),
    /// The lift of a mean amount, per currency.
    AverageLift(LiftByCurrency),
}

impl Value {
    /// Returns the empty value of the same kind.
    pub(crate) fn nothing(&self) -> Self {
        match self {
            Self::Count(_) => Self::Count(0),
            Self::Ratio(_) => Self::Ratio(Ratio::default()),
            Self::Mean(_) => Self::Mean(Mean::default()),
            Self::Minutes(_) => Self::Minutes(MeanMinutes::default()),
            Self::Money(_) => Self::Money(MoneyByCurrency::default()),
            Self::Seconds(_) => Self::Seconds(MeanSeconds::default()),
            Self::Quantile(_) => Self::Quantile(None),
            Self::Average(_) => Self::Average(AverageByCurrency::default()),
            Self::Lift(_) => Self::Lift(Lift::default()),
            Self::AverageLift(_) => Self::AverageLift(LiftByCurrency::default()),
        }
    }

    /// Adds the values of two disjoint parts: counts as they are, money by currency, ratios, means and lifts by their
    /// parts. Returns `None` if the kinds differ, and for quantiles, which do not add up. Counts saturate.
    ///
    /// ```
    /// use convometrics::Ratio;
    /// use convometrics::catalogue::Value;
    ///
    /// // 3 of 8 and 1 of 2 are 4 of 10.
    /// let (one, other) = (Value::Ratio(Ratio::new(3, 8)), Value::Ratio(Ratio::new(1, 2)));
    /// assert_eq!(one.plus(&other), Some(Value::Ratio(Ratio::new(4, 10))));
    /// assert_eq!(one.plus(&Value::Count(1)), None);
    /// ```
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Count(mine), Self::Count(theirs)) => Self::Count(mine.saturating_add(*theirs)),
            (Self::Ratio(mine), Self::Ratio(theirs)) => Self::Ratio(*mine + *theirs),
            (Self::Mean(mine), Self::Mean(theirs)) => Self::Mean(*mine + *theirs),
            (Self::Minutes(mine), Self::Minutes(theirs)) => Self::Minutes(*mine + *theirs),
            (Self::Seconds(mine), Self::Seconds(theirs)) => Self::Seconds(*mine + *theirs),
            (Self::Money(mine), Self::Money(theirs)) => Self::Money(mine.clone() + theirs.clone()),
            (Self::Average(mine), Self::Average(theirs)) => {
                Self::Average(mine.clone() + theirs.clone())
            }
            (Self::Lift(mine), Self::Lift(theirs)) => Self::Lift(*mine + *theirs),
            (Self::AverageLift(mine), Self::AverageLift(theirs)) => {
                Self::AverageLift(mine.clone() + theirs.clone())
            }
            _ => return None,
        })
    }

    /// Subtracts a part of a count or of money. Returns `None` for other kinds, or if the result would be negative.
    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Count(mine), Self::Count(theirs)) => mine.checked_sub(*theirs).map(Self::Count),
            (Self::Money(mine), Self::Money(theirs)) => mine.minus(theirs).map(Self::Money),
            _ => None,
        }
    }

    pub(super) fn over(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Count(part), Self::Count(whole)) => Some(Self::Ratio(Ratio::new(*part, *whole))),
            _ => None,
        }
    }
}

/// A type of figures.
pub(crate) trait FigureType {
    /// The kind of figure.
    const KIND: Kind;

    /// Returns the value.
    fn figure(&self) -> Value;
}

/// The number of a list's records.
pub(crate) struct Records(pub(crate) u64);

impl FigureType for Records {
    const KIND: Kind = Kind::Records;

    fn figure(&self) -> Value {
        Value::Count(self.0)
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident $kind:ident,)*) => {
        $(impl FigureType for $type {
            const KIND: Kind = Kind::$kind;

            fn figure(&self) -> Value {
                self.into()
            }
        }

        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        }

        impl From<&$type> for Value {
            fn from(value: &$type) -> Self {
                Self::$variant(value.to_owned())
            }
        })*
    };
}

from! {
    u64 => Count Count,
    Ratio => Ratio Ratio,
    Mean => Mean Mean,
    MeanMinutes => Minutes Mean,
    MoneyByCurrency => Money Money,
    MeanSeconds => Seconds Mean,
    Option<ExactSum> => Quantile Quantile,
    AverageByCurrency => Average Mean,
    Lift => Lift Lift,
    LiftByCurrency => AverageLift Lift,
}
