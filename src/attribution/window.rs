//! The lookback window.

use chrono::TimeDelta;

use super::RuleError;
use crate::error::choices;

choices! {
    "window_edge",
    /// Whether a touch exactly a window old is a candidate (option `window_edge`).
    #[derive(Default)]
    pub enum WindowEdge {
        /// It is.
        #[default]
        Inclusive => "inclusive",
        /// It is not. A touch at the conversion's own instant always is, unless the window is 0.
        Exclusive => "exclusive",
    }
}

/// How old a touch may be at its conversion: elapsed time, not calendar days, to the microsecond.
///
/// ```
/// use convometrics::chrono::TimeDelta;
/// use convometrics::attribution::Window;
///
/// assert_eq!(Window::days(3), Window::new(TimeDelta::hours(72))?);
/// assert_eq!(Window::days(3).length(), Some(TimeDelta::days(3)));
/// assert_eq!(Window::UNLIMITED.length(), None);
/// assert!(Window::ZERO < Window::days(1) && Window::days(1) < Window::UNLIMITED);
/// assert!(Window::new(TimeDelta::seconds(-1)).is_err());
/// # Ok::<(), convometrics::attribution::RuleError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window(
    /// Microseconds; the greatest number is no limit.
    pub(crate) i64,
);

impl Window {
    /// Only touches of the conversion's own instant (with [`WindowEdge::Exclusive`], none).
    pub const ZERO: Self = Self(0);
    /// Every touch that is not after the conversion, under either edge.
    pub const UNLIMITED: Self = Self(i64::MAX);

    /// As many times 24 hours. 292 000 years and more are [no limit](Self::UNLIMITED).
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self((days as i64).saturating_mul(24 * 3_600 * 1_000_000))
    }

    /// A length of time; what is finer than a microsecond is cut. 292 000 years and more are [no limit](Self::UNLIMITED).
    ///
    /// # Errors
    /// A [`RuleError`] that names `window` when the length is negative.
    pub fn new(length: TimeDelta) -> Result<Self, RuleError> {
        if length < TimeDelta::zero() {
            return Err(RuleError::new("window", length, "0 or more"));
        }
        Ok(Self(length.num_microseconds().unwrap_or(i64::MAX)))
    }

    /// How long it is; `None` without a limit.
    #[must_use]
    pub fn length(self) -> Option<TimeDelta> {
        (self != Self::UNLIMITED).then(|| TimeDelta::microseconds(self.0))
    }

    /// Whether a touch of this age, in microseconds, is within it.
    pub(super) fn contains(self, age: i64, edge: WindowEdge) -> bool {
        match edge {
            _ if self == Self::UNLIMITED => true,
            WindowEdge::Inclusive => age <= self.0,
            WindowEdge::Exclusive => age < self.0,
        }
    }
}

impl Default for Window {
    /// 30 days.
    fn default() -> Self {
        Self::days(30)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_exactly_a_window_old_counts_and_one_microsecond_older_does_not() {
        let second = Window::new(TimeDelta::seconds(1)).unwrap();
        for (age, inclusive, exclusive) in [
            (1_000_001, false, false),
            (1_000_000, true, false),
            (999_999, true, true),
            (0, true, true),
        ] {
            assert_eq!(second.contains(age, WindowEdge::Inclusive), inclusive);
            assert_eq!(second.contains(age, WindowEdge::Exclusive), exclusive);
        }
    }

    #[test]
    fn a_window_of_0_keeps_touches_of_the_own_instant_only() {
        assert!(Window::ZERO.contains(0, WindowEdge::Inclusive));
        assert!(!Window::ZERO.contains(1, WindowEdge::Inclusive));
        assert!(!Window::ZERO.contains(0, WindowEdge::Exclusive));
    }

    #[test]
    fn a_window_is_as_long_as_it_was_made() {
        assert_eq!(Window::days(3).length(), Some(TimeDelta::hours(72)));
        assert_eq!(Window::ZERO.length(), Some(TimeDelta::zero()));
        assert_eq!(Window::UNLIMITED.length(), None);
    }

    #[test]
    fn no_limit_is_none_under_either_edge() {
        for edge in WindowEdge::ALL {
            assert!(Window::UNLIMITED.contains(i64::MAX, edge));
        }
        assert_eq!(Window::new(TimeDelta::MAX).unwrap(), Window::UNLIMITED);
    }
}
