//! Values that are all kept.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize, Serializer};

use crate::sums::Additive;

/// A value of a [`Multiset`].
pub(crate) trait Element: Clone + PartialEq {
    /// Returns what the values are sorted by. Values of the same place are equal.
    fn place(&self) -> impl Ord;

    /// Returns the number of bytes allocated on the heap.
    fn heap_bytes(&self) -> usize {
        0
    }
}

/// Values in any order, each as often as it was added.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Multiset<T>(Vec<T>);

impl<T> Default for Multiset<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Element> Multiset<T> {
    pub(crate) fn add(&mut self, value: T) {
        self.0.push(value);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// Returns the values in order.
    pub(crate) fn into_sorted(mut self) -> Vec<T> {
        self.0
            .sort_unstable_by(|mine, theirs| mine.place().cmp(&theirs.place()));
        self.0
    }

    pub(crate) fn sorted(&self) -> Vec<T> {
        self.clone().into_sorted()
    }
}

impl<T> AddAssign for Multiset<T> {
    fn add_assign(&mut self, other: Self) {
        if self.0.is_empty() {
            *self = other;
        } else {
            self.0.extend(other.0);
        }
    }
}

impl<T: Element> Additive for Multiset<T> {
    fn without(&self, part: &Self) -> Option<Self> {
        let part = part.sorted();
        let mut part = part.iter().peekable();
        let mut left = self.sorted();
        left.retain(|value| part.next_if_eq(&value).is_none());
        part.next().is_none().then_some(Self(left))
    }

    fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    fn heap_bytes(&self) -> usize {
        let values = self.0.iter().map(T::heap_bytes);
        self.0.capacity() * size_of::<T>() + values.sum::<usize>()
    }
}

/// Serialises in order, so that equal multisets have equal bytes.
impl<T: Element + Serialize> Serialize for Multiset<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.sorted().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Text(&'static str);

    impl Element for Text {
        fn place(&self) -> impl Ord {
            self.0
        }

        fn heap_bytes(&self) -> usize {
            self.0.len()
        }
    }

    #[test]
    fn values_count_their_room_and_what_they_hold() {
        let mut texts = Multiset(Vec::with_capacity(5));
        texts.add(Text("one"));
        texts.add(Text("three"));
        assert_eq!(texts.heap_bytes(), 5 * size_of::<Text>() + 3 + 5);
        assert_eq!(Multiset(vec![7_u64]).heap_bytes(), 8);
        assert_eq!(Multiset::<u64>::default().heap_bytes(), 0);
    }
}
