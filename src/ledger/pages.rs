//! Normalised pages, computed once for each page of a shard.

use std::fmt;

use elsa::sync::FrozenMap;

use super::interner::Symbol;

/// The normalised texts of pages, empty for a page that has none. They are kept until the ledger is dropped, so that
/// they can be borrowed like the texts of the log.
#[derive(Default)]
pub(crate) struct NormalizedPages(FrozenMap<Symbol, Box<str>>);

impl NormalizedPages {
    /// Returns the normalised text of a page. `normalize` computes it the first time.
    pub(super) fn get(&self, page: Symbol, normalize: impl FnOnce() -> String) -> &str {
        match self.0.get(&page) {
            Some(text) => text,
            None => self.0.insert(page, normalize().into()),
        }
    }
}

/// A copy computes the texts again.
impl Clone for NormalizedPages {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for NormalizedPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NormalizedPages").finish_non_exhaustive()
    }
}
