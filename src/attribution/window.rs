//! The lookback window.

use crate::error::choices;
use crate::time::Instant;

/// Whether a touch exactly a window old is a candidate (option `window_edge`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum WindowEdge {
    /// It is.
    #[default]
    Inclusive,
    /// It is not. A touch at the conversion's own instant always is, unless the window is 0.
    Exclusive,
}

choices! {
    "window_edge", WindowEdge {
        Inclusive => "inclusive",
        Exclusive => "exclusive",
    }
}

/// How far back a touch may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// Microseconds.
    pub(crate) length: i64,
    pub(crate) edge: WindowEdge,
}

impl Window {
    /// Whether a touch at or before a conversion is within the window.
    pub(crate) fn contains(self, touch: Instant, conversion: Instant) -> bool {
        let age = conversion.since(touch);
        match self.edge {
            WindowEdge::Inclusive => age <= self.length,
            WindowEdge::Exclusive => age < self.length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_exactly_a_window_old_counts_and_one_microsecond_older_does_not() {
        let at = Instant::from_micros;
        let window = |edge| Window {
            length: 1_000_000,
            edge,
        };
        for (touch, inclusive, exclusive) in [
            (-1, false, false),
            (0, true, false),
            (1, true, true),
            (1_000_000, true, true),
        ] {
            assert_eq!(
                window(WindowEdge::Inclusive).contains(at(touch), at(1_000_000)),
                inclusive
            );
            assert_eq!(
                window(WindowEdge::Exclusive).contains(at(touch), at(1_000_000)),
                exclusive
            );
        }
    }

    #[test]
    fn a_window_of_0_keeps_touches_of_the_own_instant_only() {
        let at = Instant::from_micros;
        let window = |edge| Window { length: 0, edge };
        assert!(window(WindowEdge::Inclusive).contains(at(5), at(5)));
        assert!(!window(WindowEdge::Inclusive).contains(at(4), at(5)));
        assert!(!window(WindowEdge::Exclusive).contains(at(5), at(5)));
    }
}
