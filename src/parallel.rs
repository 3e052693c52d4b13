//! Work on all cores with the feature `parallel`, and on one core without it.

#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// Maps items on all cores, and returns the results in the order of the items.
pub(crate) fn map<T: Send, U: Send>(
    items: impl IntoIterator<Item = T>,
    give: impl Fn(T) -> U + Sync + Send,
) -> Vec<U> {
    #[cfg(feature = "parallel")]
    let items = items.into_iter().collect::<Vec<T>>().into_par_iter();
    #[cfg(not(feature = "parallel"))]
    let items = items.into_iter();
    items.map(give).collect()
}

/// Calls both functions and returns both results.
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

/// Adds up all items. Each partial sum has at least `at_least` items, and the partial sums are merged into one. The
/// sums consist of whole numbers, so the division into parts does not affect the result.
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
        // A few partial sums for each core, so that a core with more work can leave some to others.
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
