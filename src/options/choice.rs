//! Options with named choices that belong to no other module.

use crate::error::choices;

choices! {
    "page_grouping",
    /// The grouping of pages (option `page_grouping`).
    #[derive(Default)]
    pub enum PageGrouping {
        /// By the text before the first `?` or `#`. A page that is empty after the cut is no page.
        #[default]
        Path => "path",
        /// By the exact text.
        Exact => "exact",
    }
}

choices! {
    "gmv_scope",
    /// The orders that count for attributed GMV (option `gmv_scope`).
    #[derive(Default)]
    pub enum GmvScope {
        /// Those with a video candidate, as in the glossary.
        #[default]
        Video => "video",
        /// Those with a candidate of any channel.
        Any => "any",
    }
}
