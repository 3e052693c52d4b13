//! Sets of event types.

use crate::event::{EventFamily, EventType};

/// A set of event types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Types(u32);

impl Types {
    pub(crate) const ALL: Self = Self(u32::MAX);

    pub(crate) const fn of<const N: usize>(types: [EventType; N]) -> Self {
        let mut all = 0;
        let mut rest: &[EventType] = &types;
        while let [first, others @ ..] = rest {
            all |= 1 << *first as u32;
            rest = others;
        }
        Self(all)
    }

    /// The types of a family.
    pub(crate) const fn of_family(family: EventFamily) -> Self {
        let mut all = Self::of([]);
        let mut rest: &[EventType] = &EventType::ALL;
        while let [first, others @ ..] = rest {
            if first.family() as u8 == family as u8 {
                all.add(*first);
            }
            rest = others;
        }
        all
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn holds(self, event_type: EventType) -> bool {
        self.0 & 1 << event_type as u32 != 0
    }

    pub(super) const fn add(&mut self, event_type: EventType) {
        self.0 |= 1 << event_type as u32;
    }
}

/// The event types of impressions and clicks, which can be read without the rest of the journey.
pub(crate) const LOOKS: Types = Types::of([EventType::WidgetImpression, EventType::WidgetClicked]);

/// The event types of calls.
pub(crate) const CALLS: Types = Types::of_family(EventFamily::Call);

/// The event types of conversations, requests, calls and chats.
pub(crate) const TALKS: Types = Types::of_family(EventFamily::Chat).or(CALLS);

/// The event types of orders.
pub(crate) const ORDERS: Types = Types::of_family(EventFamily::Order);

/// The event types that correct other events.
pub(crate) const CORRECTIONS: Types = Types::of_family(EventFamily::Correction);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_a_set() {
        let [one, two, three] = [
            EventType::WidgetImpression,
            EventType::CallEnded,
            EventType::SessionEnded,
        ];
        let (ab, bc) = (Types::of([one, two]), Types::of([two, three]));
        assert_eq!(ab.or(bc), Types::of([one, two, three]));
        assert_eq!(ab.and(bc), Types::of([two]));
        assert_eq!(ab.without(bc), Types::of([one]));
        assert_eq!(Types::ALL.without(Types::ALL), Types::of([]));
        assert!(Types::of([]).is_empty() && Types::default().is_empty());
        assert!(!ab.is_empty());
        assert!(ab.holds(one) && ab.holds(two) && !ab.holds(three));
        let mut types = Types::of([one]);
        types.add(two);
        types.add(one);
        assert_eq!(types, ab);
    }
}
