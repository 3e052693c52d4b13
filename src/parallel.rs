//! Work on all cores, with the feature `parallel`; without it, the same work on one.

#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// What each item gives, in the order of the items.
#[cfg(any(feature = "json", feature = "snapshot"))]
pub(crate) fn map<'a, T: Sync, U: Send>(
    items: &'a [T],
    give: impl Fn(&'a T) -> U + Sync + Send,
) -> Vec<U> {
    #[cfg(feature = "parallel")]
    return items.par_iter().map(give).collect();
    #[cfg(not(feature = "parallel"))]
    return items.iter().map(give).collect();
}

/// What each item gives when it is changed, in the order of the items; with its place among them.
#[cfg(feature = "json")]
pub(crate) fn change<T: Send, U: Send>(
    items: &mut [T],
    change: impl Fn(usize, &mut T) -> U + Sync + Send,
) -> Vec<U> {
    let change = |(place, item)| change(place, item);
    #[cfg(feature = "parallel")]
    return items.par_iter_mut().enumerate().map(change).collect();
    #[cfg(not(feature = "parallel"))]
    return items.iter_mut().enumerate().map(change).collect();
}

/// What both give.
#[cfg(any(feature = "json", feature = "snapshot"))]
pub(crate) fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "parallel")]
    return rayon::join(one, other);
    #[cfg(not(feature = "parallel"))]
    return (one(), other());
}

/// Adds up all items, at least so many of them into one sum, and those sums together. The sums are of whole numbers, so
/// that neither cut nor order can show in them.
pub(crate) fn fold<'a, T: Sync, S: Send>(
    items: &'a [T],
    at_least: usize,
    new: impl Fn() -> S + Sync + Send,
    add: impl Fn(S, &'a T) -> S + Sync + Send,
    merge: impl Fn(&mut S, S) + Sync + Send,
) -> S {
    #[cfg(feature = "parallel")]
    {
        let together = |mut mine: S, theirs: S| {
            merge(&mut mine, theirs);
            mine
        };
        // A few sums for each core: enough that one with more to do can leave some to another.
        let a_part = items.len().div_ceil(4 * rayon::current_num_threads());
        let items = items.par_iter().with_min_len(at_least.max(a_part));
        let parts = items.fold(&new, add);
        parts.reduce_with(together).unwrap_or_else(new)
    }
    #[cfg(not(feature = "parallel"))]
    {
        let _ = (at_least, merge);
        items.iter().fold(new(), add)
    }
}
