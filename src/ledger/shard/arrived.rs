//! How often events have arrived.

use crate::ledger::{Arrival, Survivor};

/// The number of arrivals under the id of a survivor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// Arrivals of its revision and content, at least one.
    pub(crate) same: u64,
    /// Arrivals of its revision with other content.
    pub(crate) other: u64,
    /// Arrivals of lower revisions.
    pub(crate) superseded: u64,
}

impl Arrived {
    pub(in crate::ledger) const ONCE: Self = Self {
        same: 1,
        other: 0,
        superseded: 0,
    };

    /// Returns the arrivals beside the survivor's first.
    pub(crate) fn duplicates(self) -> u64 {
        self.same - 1
    }

    fn all(self) -> u64 {
        let each = [self.same, self.other, self.superseded];
        each.into_iter().fold(0, u64::saturating_add)
    }

    /// Returns the arrivals under the id after further ones, which compare like this with the event on record.
    pub(super) fn with(self, further: Self, arrival: Arrival) -> Self {
        let (survivor, loser) = match arrival {
            Arrival::Conflict(Survivor::Arrived) | Arrival::Replaced => (further, self),
            _ => (self, further),
        };
        let (same, other, superseded) = match arrival {
            Arrival::New | Arrival::Duplicate => (loser.same, loser.other, loser.superseded),
            Arrival::Conflict(_) => (0, loser.same.saturating_add(loser.other), loser.superseded),
            Arrival::Superseded | Arrival::Replaced => (0, 0, loser.all()),
        };
        Self {
            same: survivor.same.saturating_add(same),
            other: survivor.other.saturating_add(other),
            superseded: survivor.superseded.saturating_add(superseded),
        }
    }
}
