//! The sums in tallies: per day, per hour, per name.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::AddAssign;

use hashbrown::{Equivalent, HashMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::event::Rating;
use crate::id::Trusted;
use crate::ratio::Mean;
use crate::sums::{Additive, counts};
use crate::time::MAX_DAYS;

/// Figures that add up.
pub(crate) trait Figures: Clone + Default + AddAssign + Additive {}

impl<T: Clone + Default + AddAssign + Additive> Figures for T {}

/// A value for each place of a fixed series: days of the period, hours, ratings. Places after the last stored one have
/// the default.
#[derive(Debug, Clone)]
pub(crate) struct Slots<T>(Vec<T>);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> Slots<T> {
    #[cfg(feature = "snapshot")]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Reads the value of a place.
    pub(crate) fn read<U>(&self, place: usize, read: impl FnOnce(&T) -> U) -> U {
        match self.0.get(place) {
            Some(value) => read(value),
            None => read(&T::default()),
        }
    }

    pub(crate) fn at(&mut self, place: usize) -> &mut T {
        if place >= self.0.len() {
            self.0.resize_with(place + 1, T::default);
        }
        &mut self.0[place]
    }

    /// Takes the values, followed by defaults without end.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = T> + use<T> {
        let kept = std::mem::take(&mut self.0).into_iter();
        kept.chain(std::iter::repeat_with(T::default))
    }
}

impl<T: AddAssign> AddAssign for Slots<T> {
    fn add_assign(&mut self, other: Self) {
        let mut theirs = other.0.into_iter();
        for (mine, theirs) in self.0.iter_mut().zip(&mut theirs) {
            *mine += theirs;
        }
        self.0.extend(theirs);
    }
}

impl<T: Additive + Clone + Default> Additive for Slots<T> {
    fn without(&self, part: &Self) -> Option<Self> {
        let mut left = self.clone();
        for (place, part) in part.0.iter().enumerate() {
            let slot = left.at(place);
            *slot = slot.without(part)?;
        }
        Some(left)
    }

    fn is_nothing(&self) -> bool {
        self.0.iter().all(T::is_nothing)
    }

    fn heap_bytes(&self) -> usize {
        self.0.capacity() * size_of::<T>() + self.0.iter().map(T::heap_bytes).sum::<usize>()
    }
}

/// Serialises each nonzero value with its place.
impl<T: Additive + Serialize> Serialize for Slots<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let places = self.0.iter().enumerate();
        let filled: Vec<_> = places.filter(|(_, value)| !value.is_nothing()).collect();
        filled.serialize(serializer)
    }
}

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Slots<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let filled: Vec<(u16, T)> = Deserialize::deserialize(deserializer)?;
        let mut slots = Self::default();
        for (place, value) in filled {
            if usize::from(place) >= MAX_DAYS {
                return Err(de::Error::custom(format_args!("slot {place}")));
            }
            *slots.at(place.into()) = value;
        }
        Ok(slots)
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
        if self.0.is_empty() {
            *self = other;
            return;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AgentId, PageUrl};

    /// Returns slots with so many stars each, and room for more.
    fn slots(stars: &[u64], capacity: usize) -> Slots<Ratings> {
        let mut slots = Vec::with_capacity(capacity);
        let ratings = stars.iter().map(|stars| Ratings {
            stars: *stars,
            answers: 0,
        });
        slots.extend(ratings);
        Slots(slots)
    }

    #[test]
    fn slots_are_nothing_if_each_is() {
        assert!(slots(&[], 0).is_nothing() && slots(&[0, 0], 2).is_nothing());
        assert!(!slots(&[0, 1], 2).is_nothing());
    }

    #[test]
    fn slots_count_their_room_and_what_the_values_hold() {
        assert_eq!(slots(&[7, 7], 5).heap_bytes(), 5 * size_of::<Ratings>());
        let nested = Slots(vec![slots(&[7], 2), slots(&[], 3)]);
        let room = 2 * size_of::<Slots<Ratings>>();
        assert_eq!(nested.heap_bytes(), room + (2 + 3) * size_of::<Ratings>());
    }

    #[test]
    fn names_count_their_table_their_texts_and_what_the_values_hold() {
        let mut named: Named<(AgentId, PageUrl), Slots<Ratings>> = Named::default();
        assert!(named.is_nothing());
        *named.at(&TwoTexts("ada", "/chairs")) = slots(&[7], 4);
        *named.at(&TwoTexts("ben", "/")) = slots(&[], 0);
        let table = named.0.allocation_size();
        let texts = 3 + 7 + 3 + 1;
        assert_eq!(named.heap_bytes(), table + texts + 4 * size_of::<Ratings>());
        assert!(!named.is_nothing());
    }

    #[cfg(feature = "snapshot")]
    #[test]
    fn slots_after_the_longest_period_are_refused() {
        let read = |place: usize| {
            let place = u16::try_from(place).unwrap();
            let bytes = postcard::to_stdvec([(place, 7_u64)].as_slice()).unwrap();
            postcard::from_bytes::<Slots<u64>>(&bytes)
        };
        assert_eq!(read(0).unwrap().0, [7]);
        assert_eq!(read(MAX_DAYS - 1).unwrap().0.len(), MAX_DAYS);
        assert!(read(MAX_DAYS).is_err());
    }
}
