//! The revision of an event.

use super::EventType;
use crate::error::FieldError;

pub(super) const REVISION_ALLOWED: &str = "an integer from 0 to 9007199254740991";

pub(super) const RETRACTED_ALLOWED: &str =
    "an integer from 1 to 9007199254740991, higher than that of the event that is retracted";

/// From 0 to 2^53 − 1. Of the arrivals of one event, those with the highest revision count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Revision(u64);

impl Revision {
    pub(super) const MAX: u64 = (1 << 53) - 1;

    pub(crate) fn new(number: u64) -> Result<Self, FieldError> {
        if number <= Self::MAX {
            Ok(Self(number))
        } else {
            Err(FieldError::new("revision", number, REVISION_ALLOWED))
        }
    }

    pub(crate) const fn get(self) -> u64 {
        self.0
    }

    /// Checks that an event of this type can have the revision: a retraction has at least 1.
    pub(crate) fn check(self, event_type: EventType) -> Result<(), FieldError> {
        if event_type == EventType::Retracted && self.0 == 0 {
            return Err(FieldError::new("revision", 0, RETRACTED_ALLOWED));
        }
        Ok(())
    }
}
