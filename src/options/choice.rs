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
        /// By what different spellings of a page have in common: without the query, without a fragment that is no
        /// client-side route (`#/…` or `#!/…`, up to its own first `?`), scheme and host in lower case (ASCII), without
        /// the default port of `http` and `https`, and, unless a route is kept, without slashes at the end (of a text of
        /// slashes alone one is left). A page that is empty then is no page.
        ///
        /// | page | grouped |
        /// | --- | --- |
        /// | `HTTPS://Shop.Example:443/Chairs/?a=1#top` | `https://shop.example/Chairs` |
        /// | `https://shop.example/#/cart?x=1` | `https://shop.example/#/cart` |
        Normalized => "normalized",
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
