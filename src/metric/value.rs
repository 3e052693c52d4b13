//! The value of a figure of any kind.

use serde::Serialize;

use super::Kind;
use crate::money::{AverageByCurrency, ExactSum, MoneyByCurrency};
use crate::ratio::{Lift, LiftByCurrency, Mean, MeanMinutes, MeanSeconds, Ratio};

/// Generates [`Value`] and its conversions. An entry is a variant with its type, the kind of metric, the value for no
/// data, and the sum of two values.
macro_rules! values {
    ($($(#[$doc:meta])* $variant:ident($type:ty): $kind:ident, $empty:literal, $plus:expr;)*) => {
        /// The value of a figure. Serialises as in the report.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum Value {
            $($(#[$doc])* $variant($type),)*
        }

        impl Value {
            /// Returns the empty value of the same kind.
            pub(crate) fn nothing(&self) -> Self {
                match self {
                    $(Self::$variant(_) => Self::$variant(<$type>::default()),)*
                }
            }

            /// Adds the values of two disjoint parts: counts as they are, money by currency, ratios, means and lifts by
            /// their parts. Returns `None` if the kinds differ, and for quantiles, which do not add up. Counts saturate.
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
                match (self, other) {
                    $((Self::$variant(mine), Self::$variant(theirs)) => {
                        let plus: fn(&$type, &$type) -> Option<$type> = $plus;
                        plus(mine, theirs).map(Self::$variant)
                    })*
                    _ => None,
                }
            }
        }

        $(impl FigureType for $type {
            const KIND: Kind = Kind::$kind;
            const EMPTY: &'static str = $empty;

            fn figure(&self) -> Value {
                Value::$variant(self.to_owned())
            }
        }

        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

values! {
    /// A count, or the number of records.
    Count(u64): Count, "0", |mine, theirs| Some(mine.saturating_add(*theirs));
    /// A ratio.
    Ratio(Ratio): Ratio, "null", |mine, theirs| Some(*mine + *theirs);
    /// A mean of whole numbers.
    Mean(Mean): Mean, "null", |mine, theirs| Some(*mine + *theirs);
    /// A mean duration in minutes.
    Minutes(MeanMinutes): Mean, "null", |mine, theirs| Some(*mine + *theirs);
    /// A mean duration in seconds.
    Seconds(MeanSeconds): Mean, "null", |mine, theirs| Some(*mine + *theirs);
    /// A quantile of durations in seconds; `None` if there are no durations.
    Quantile(Option<ExactSum>): Quantile, "null", |_, _| None;
    /// Money, per currency.
    Money(MoneyByCurrency): Money, "{}", |mine, theirs| Some(mine.clone() + theirs.clone());
    /// A mean amount, per currency.
    Average(AverageByCurrency): Mean, "{}", |mine, theirs| Some(mine.clone() + theirs.clone());
    /// The lift of a rate.
    Lift(Lift): Lift, "null", |mine, theirs| Some(*mine + *theirs);
    /// The lift of a mean amount, per currency.
    AverageLift(LiftByCurrency): Lift, "{}", |mine, theirs| Some(mine.clone() + theirs.clone());
}

impl Value {
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

    /// The value for no data, see [`Metric::empty`](super::Metric).
    const EMPTY: &'static str;

    /// Returns the value.
    fn figure(&self) -> Value;
}

/// The number of a list's records.
pub(crate) struct Records(pub(crate) u64);

impl FigureType for Records {
    const KIND: Kind = Kind::Records;
    const EMPTY: &'static str = "[]";

    fn figure(&self) -> Value {
        Value::Count(self.0)
    }
}
