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
        /// By what different spellings of a page have in common, in these steps:
        ///
        /// 1. The text after the first `#` is the fragment, and the text after the first `?` of the rest is the query.
        ///    The query is dropped.
        /// 2. The fragment is kept only if it starts with `/` or `!/`, as a client-side route does. It is cut at its
        ///    own first `?`.
        /// 3. If the text without query and fragment contains `://`, the scheme before it and the host after it, up to
        ///    the next `/` or the end, are written in lower case (ASCII). A port `:80` of `http` and `:443` of `https`
        ///    is dropped.
        /// 4. If no fragment is kept, every `/` at the end is dropped, but none of `://`. A text of slashes alone
        ///    becomes `/`.
        ///
        /// A page that is empty then is no page.
        ///
        /// | page | grouped |
        /// | --- | --- |
        /// | `HTTPS://Shop.Example:443/Chairs/?a=1#top` | `https://shop.example/Chairs` |
        /// | `https://shop.example/#/cart?x=1` | `https://shop.example/#/cart` |
        /// | `//?x` | `/` |
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
