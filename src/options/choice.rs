//! Options with named choices that belong to no other module.

use crate::error::choices;

/// The grouping of pages (option `page_grouping`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum PageGrouping {
    /// By the text before the first `?` or `#`. A page that is empty after the cut is no page.
    #[default]
    Path,
    /// By the exact text.
    Exact,
}

choices! {
    "page_grouping", PageGrouping {
        Path => "path",
        Exact => "exact",
    }
}

/// The orders that count for attributed GMV (option `gmv_scope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum GmvScope {
    /// Those with a video candidate, as in the glossary.
    #[default]
    Video,
    /// Those with a candidate of any channel.
    Any,
}

choices! {
    "gmv_scope", GmvScope {
        Video => "video",
        Any => "any",
    }
}
