//! The sums in tallies: per day, per hour, per name.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::AddAssign;

use hashbrown::HashMap;
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
        Self::new(context.calendar.dates().len())
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

/// A value for each name.
#[derive(Debug, Clone)]
pub(crate) struct Named<K, T>(HashMap<K, T>);

/// A value for each text. The texts borrow from a log or are owned.
pub(crate) type ByName<'a, T> = Named<Cow<'a, str>, T>;

impl<K, T> Default for Named<K, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, T> FromIterator<(K, T)> for Named<K, T> {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<K: Eq + Hash, T: Default> Named<K, T> {
    /// Returns the value of a name, and inserts the default if there is none.
    pub(crate) fn at(&mut self, name: impl Into<K>) -> &mut T {
        self.0.entry(name.into()).or_default()
    }

    #[cfg(feature = "snapshot")]
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.values()
    }

    /// Changes the values of all names.
    pub(crate) fn all(&mut self, change: impl Fn(&mut T)) {
        self.0.values_mut().for_each(change);
    }

    /// Renames all entries.
    pub(crate) fn renamed<L: Eq + Hash>(self, name: impl Fn(K) -> L) -> Named<L, T> {
        let entries = self.0.into_iter();
        Named(entries.map(|(key, value)| (name(key), value)).collect())
    }
}

impl<K: Ord, T> Named<K, T> {
    /// Returns the entries in the order of the names.
    pub(crate) fn by_name(self) -> Vec<(K, T)> {
        let mut entries: Vec<_> = self.0.into_iter().collect();
        entries.sort_unstable_by(|(mine, _), (theirs, _)| mine.cmp(theirs));
        entries
    }

    /// Returns the entries in the order of the names, or the `top` ones with the greatest counts, greatest first, then
    /// by name.
    pub(crate) fn in_order(
        self,
        top: usize,
        most: Option<fn(&T) -> u64>,
    ) -> impl Iterator<Item = (K, T)> {
        let mut entries = self.by_name();
        if let Some(count) = most {
            entries.sort_by_key(|(_, value)| Reverse(count(value)));
            entries.truncate(top);
        }
        entries.into_iter()
    }
}

impl<T> ByName<'_, T> {
    /// Converts to names that do not borrow from the log.
    pub(crate) fn into_owned(self) -> ByName<'static, T> {
        let entries = self.0.into_iter();
        Named(
            entries
                .map(|(name, value)| (name.into_owned().into(), value))
                .collect(),
        )
    }
}

impl<K: Eq + Hash, T: Default + AddAssign> AddAssign for Named<K, T> {
    fn add_assign(&mut self, other: Self) {
        for (name, value) in other.0 {
            *self.0.entry(name).or_default() += value;
        }
    }
}

/// Subtraction removes entries whose value is zero.
impl<K: Eq + Hash + Clone + Texts, T: Figures> Additive for Named<K, T> {
    fn without(&self, part: &Self) -> Option<Self> {
        let mut left = self.clone();
        for (name, part) in &part.0 {
            let value = left.0.get_mut(name)?;
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
        let each = each.map(|(name, value)| name.text_bytes() + value.heap_bytes());
        self.0.allocation_size() + each.sum::<usize>()
    }
}

/// A name with texts that use memory.
pub(crate) trait Texts {
    fn text_bytes(&self) -> usize;
}

impl Texts for Cow<'_, str> {
    fn text_bytes(&self) -> usize {
        self.len()
    }
}

impl<A: Texts, B: Texts> Texts for (A, B) {
    fn text_bytes(&self) -> usize {
        self.0.text_bytes() + self.1.text_bytes()
    }
}

/// Serialises in the order of the names, so that equal values have equal bytes.
impl<K: Ord + Serialize, T: Serialize> Serialize for Named<K, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sorted: BTreeMap<_, _> = self.0.iter().collect();
        serializer.collect_seq(sorted)
    }
}

/// Deserialises names of type `N`.
pub(crate) fn named<'de, N, T, D>(deserializer: D) -> Result<ByName<'static, T>, D::Error>
where
    N: Trusted + Deserialize<'de>,
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let read: Vec<(N, T)> = Deserialize::deserialize(deserializer)?;
    let entries = read.into_iter();
    Ok(Named(
        entries
            .map(|(name, value)| (Cow::Owned(name.into_text()), value))
            .collect(),
    ))
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
