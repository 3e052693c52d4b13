//! The sums in tallies: per day, per hour, per name.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::AddAssign;

use hashbrown::{Equivalent, HashMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::ReportContext;
use crate::event::Rating;
use crate::id::Trusted;
use crate::ratio::Mean;
use crate::sums::{Additive, counts};
use crate::time::MAX_DAYS;

/// Figures that add up.
pub(crate) trait Figures: Clone + Default + AddAssign + Additive {}

impl<T: Clone + Default + AddAssign + Additive> Figures for T {}

/// A value for each day of the period, or for each hour of the day.
#[derive(Debug, Clone)]
pub(crate) struct Slots<T>(pub(super) Vec<T>);

impl<T: AddAssign> AddAssign for Slots<T> {
    fn add_assign(&mut self, other: Self) {
        if self.0.is_empty() {
            *self = other;
            return;
        }
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

impl<T: Additive> Additive for Slots<T> {
    fn without(&self, part: &Self) -> Option<Self> {
        let slots = self.0.iter().zip(&part.0);
        let left = slots.map(|(all, part)| all.without(part));
        left.collect::<Option<_>>().map(Self)
    }

    fn shape(shape: &mut String) {
        T::shape(shape);
    }

    fn is_nothing(&self) -> bool {
        self.0.iter().all(T::is_nothing)
    }

    fn heap_bytes(&self) -> usize {
        self.0.capacity() * size_of::<T>() + self.0.iter().map(T::heap_bytes).sum::<usize>()
    }
}

/// Returns no slots, the state before any addition.
impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default + Clone> Slots<T> {
    pub(crate) fn new(slots: usize) -> Self {
        Self(vec![T::default(); slots])
    }

    /// Creates a slot for each day of the period.
    pub(crate) fn days(context: &ReportContext) -> Self {
        Self::new(context.calendar.dates.len())
    }
}

/// Serialises the number of slots, and each nonzero slot with its index.
impl<T: Additive + Serialize> Serialize for Slots<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let places = self.0.iter().enumerate();
        let filled: Vec<_> = places.filter(|(_, value)| !value.is_nothing()).collect();
        (self.0.len(), filled).serialize(serializer)
    }
}

impl<'de, T: Default + Clone + Deserialize<'de>> Deserialize<'de> for Slots<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (slots, filled): (u16, Vec<(u16, T)>) = Deserialize::deserialize(deserializer)?;
        if usize::from(slots) > MAX_DAYS {
            return Err(de::Error::custom(format_args!("{slots} slots")));
        }
        let mut read = vec![T::default(); slots.into()];
        for (place, value) in filled {
            let refused = || de::Error::custom(format_args!("slot {place} of {slots}"));
            *read.get_mut(usize::from(place)).ok_or_else(refused)? = value;
        }
        Ok(Self(read))
    }
}

/// A value for each key: an id or text, or two of them.
#[derive(Debug, Clone)]
pub(crate) struct Named<K, T>(HashMap<K, T>);

/// A key as it is in the log. It is looked up as it is, and only made into a key if it is new.
pub(crate) trait Lookup<K>: Hash + Equivalent<K> {
    fn key(&self) -> K;
}

#[derive(Debug, Clone, Copy, Hash)]
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl<K: Trusted> Equivalent<K> for Text<'_> {
    fn equivalent(&self, key: &K) -> bool {
        self.0 == key.text()
    }
}

impl<K: Trusted> Lookup<K> for Text<'_> {
    fn key(&self) -> K {
        K::trusted(self.0)
    }
}

#[derive(Debug, Clone, Copy, Hash)]
pub(crate) struct TwoTexts<'a>(pub(crate) &'a str, pub(crate) &'a str);

impl<A: Trusted, B: Trusted> Equivalent<(A, B)> for TwoTexts<'_> {
    fn equivalent(&self, key: &(A, B)) -> bool {
        (self.0, self.1) == (key.0.text(), key.1.text())
    }
}

impl<A: Trusted, B: Trusted> Lookup<(A, B)> for TwoTexts<'_> {
    fn key(&self) -> (A, B) {
        (A::trusted(self.0), B::trusted(self.1))
    }
}

impl<K, T> Default for Named<K, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, T: Default> Named<K, T> {
    /// Returns the value of a key, and inserts the default if there is none.
    pub(crate) fn at(&mut self, key: &impl Lookup<K>) -> &mut T {
        let entry = self.0.raw_entry_mut().from_key(key);
        entry.or_insert_with(|| (key.key(), T::default())).1
    }
}

impl<K: Ord, T> Named<K, T> {
    #[cfg(feature = "snapshot")]
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.values()
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.values_mut()
    }

    /// Returns the entries in the order of the keys.
    pub(crate) fn by_name(self) -> impl Iterator<Item = (K, T)> {
        self.in_order(usize::MAX, None)
    }

    /// Returns the entries in the order of the keys, or the `top` ones with the greatest counts, greatest first, then
    /// by key.
    pub(crate) fn in_order(
        self,
        top: usize,
        most: Option<fn(&T) -> u64>,
    ) -> impl Iterator<Item = (K, T)> {
        let mut entries: Vec<(K, T)> = self.0.into_iter().collect();
        if let Some(count) = most {
            entries.sort_unstable_by(|(mine, value), (theirs, other)| {
                (count(other), mine).cmp(&(count(value), theirs))
            });
            entries.truncate(top);
        } else {
            entries.sort_unstable_by(|(mine, _), (theirs, _)| mine.cmp(theirs));
        }
        entries.into_iter()
    }
}

impl<K: Eq + Hash, T: Default + AddAssign> AddAssign for Named<K, T> {
    fn add_assign(&mut self, other: Self) {
        for (key, value) in other.0 {
            *self.0.entry(key).or_default() += value;
        }
    }
}

/// Subtraction removes entries whose value is zero.
impl<K: Eq + Hash + Clone + HeapBytes, T: Figures> Additive for Named<K, T> {
    fn without(&self, part: &Self) -> Option<Self> {
        let mut left = self.clone();
        for (key, part) in &part.0 {
            let value = left.0.get_mut(key)?;
            *value = value.without(part)?;
        }
        left.0.retain(|_, value| !value.is_nothing());
        Some(left)
    }

    fn shape(shape: &mut String) {
        T::shape(shape);
    }

    fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    fn heap_bytes(&self) -> usize {
        let each = self.0.iter();
        let each = each.map(|(key, value)| key.heap_bytes() + value.heap_bytes());
        self.0.allocation_size() + each.sum::<usize>()
    }
}

/// A key with texts that use memory.
pub(crate) trait HeapBytes {
    fn heap_bytes(&self) -> usize;
}

impl<K: Trusted> HeapBytes for K {
    fn heap_bytes(&self) -> usize {
        self.text().len()
    }
}

impl<A: Trusted, B: Trusted> HeapBytes for (A, B) {
    fn heap_bytes(&self) -> usize {
        self.0.heap_bytes() + self.1.heap_bytes()
    }
}

/// Serialises in the order of the keys, so that equal values have equal bytes.
impl<K: Ord + Serialize, T: Serialize> Serialize for Named<K, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sorted: BTreeMap<_, _> = self.0.iter().collect();
        serializer.collect_seq(sorted)
    }
}

impl<'de, K: Eq + Hash + Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Named<K, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries: Vec<(K, T)> = Deserialize::deserialize(deserializer)?;
        Ok(Self(entries.into_iter().collect()))
    }
}

counts! {
    /// The number of answers with a rating, and the sum of their stars.
    pub(crate) struct Ratings { stars, answers }
}

impl Ratings {
    /// Creates the sums of one answer.
    pub(crate) fn of(rating: Rating) -> Self {
        Self {
            stars: rating.stars().into(),
            answers: 1,
        }
    }

    pub(crate) fn answers(self) -> u64 {
        self.answers
    }

    pub(crate) fn mean(self) -> Mean {
        Mean::new(self.stars, self.answers)
    }
}

#[cfg(all(test, feature = "snapshot"))]
mod tests {
    use super::*;

    #[test]
    fn more_slots_than_the_longest_period_has_are_refused() {
        let read = |slots: usize| {
            let slots = u16::try_from(slots).unwrap();
            let bytes = postcard::to_stdvec(&(slots, [(0_u16, 7_u64)].as_slice())).unwrap();
            postcard::from_bytes::<Slots<u64>>(&bytes)
        };
        assert_eq!(read(MAX_DAYS).unwrap().0.len(), MAX_DAYS);
        assert!(read(MAX_DAYS + 1).is_err());
        assert_eq!(read(1).unwrap().0, [7]);
        assert!(read(0).is_err());
    }
}
