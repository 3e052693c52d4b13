//! Selection of pages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A set of pages, by their [grouped](crate::query::PageGrouping) text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PagePattern {
    /// One page: its exact text.
    Exactly(String),
    /// The pages under a path; see [`Filter::only_pages_under`](crate::Filter::only_pages_under).
    Under(String),
}

impl PagePattern {
    pub(crate) fn matches(&self, page: &str) -> bool {
        match self {
            Self::Exactly(text) => text == page,
            Self::Under(path) => is_under(page, path),
        }
    }
}

impl fmt::Display for PagePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(text) => write!(f, "{text:?}"),
            Self::Under(path) => write!(f, "under {path:?}"),
        }
    }
}

/// Returns whether a page lies under a path: it is the path, or continues it with `/`, `?` or `#`.
fn is_under(page: &str, path: &str) -> bool {
    let (page_origin, page_path) = split_origin(page);
    let (origin, path) = split_origin(path);
    let path = path.trim_end_matches('/');
    let rest = match origin {
        Some(origin) if !page_origin.is_some_and(|other| other.eq_ignore_ascii_case(origin)) => {
            None
        }
        Some(_) => page_path.strip_prefix(path),
        None if path.is_empty() => {
            Some(page_path).filter(|page| page_origin.is_some() || page.starts_with('/'))
        }
        None if path.starts_with('/') => page_path.strip_prefix(path),
        // Any other path is compared with the whole text of the page.
        None => page.strip_prefix(path),
    };
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// Returns the scheme and host of a URL, if it has them, and the rest.
fn split_origin(url: &str) -> (Option<&str>, &str) {
    let host = match url.split_once("://") {
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => scheme.len() + 3,
        _ => return (None, url),
    };
    let length = url
        .bytes()
        .skip(host)
        .position(|byte| b"/?#".contains(&byte));
    let (origin, path) = url.split_at(length.map_or(url.len(), |length| host + length));
    (Some(origin), path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_under_a_path_end_at_path_boundaries() {
        let shop = "https://shop.example";
        for (path, page, expected) in [
            ("/products", "/products", true),
            ("/products", "/products/", true),
            ("/products/", "/products", true),
            ("/products", "/products/chair", true),
            ("/products", "/products?page=2", true),
            ("/products", "/products#/route", true),
            ("/products", "/products-old", false),
            ("/products", "/products.html", false),
            ("/products", "/old/products", false),
            ("/products", "/Products", false),
            ("/products", "https://shop.example/products/chair", true),
            ("/products", "https://shop.example/products-old", false),
            ("/products", "https://shop.example/#/products", false),
            ("/products", "https://shop.example", false),
            ("/products", "products", false),
            ("/products", "/products?from=https://shop.example/", true),
            ("/products", "https://a/products", true),
            ("/#/products", "https://shop.example/#/products/chair", true),
            ("/#/products", "https://shop.example/#/products-old", false),
            ("/", "https://shop.example", true),
            ("/", "https://shop.example/chair", true),
            ("/", "https://shop.example?q", true),
            ("/", "home", false),
            ("/", "?q", false),
            ("", "/products", true),
            (shop, "https://shop.example/products", true),
            (shop, "https://SHOP.example/products", true),
            (shop, "https://shop.example.evil/products", false),
            (shop, "http://shop.example/products", false),
            (shop, "/products", false),
            (
                "https://shop.example/products/",
                "https://shop.example/products?x",
                true,
            ),
            (
                "https://shop.example/products",
                "https://shop.example/products-old",
                false,
            ),
            ("home", "home", true),
            ("home", "home/a", true),
            ("home", "homes", false),
            ("?q", "https://shop.example?q", false),
            ("shop.example/a", "shop.example/a/b", true),
        ] {
            assert_eq!(is_under(page, path), expected, "{page:?} under {path:?}");
        }
    }
}
