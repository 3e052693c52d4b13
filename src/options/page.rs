//! Grouping of pages; see [`PageGrouping`](super::PageGrouping).

/// Returns the text before the first `?` or `#`.
pub(crate) fn path(page: &str) -> &str {
    let end = page.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    end.map_or(page, |end| &page[..end])
}

/// Returns the normalised text.
pub(crate) fn normalized(page: &str) -> String {
    let (rest, fragment) = match page.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (page, None),
    };
    let mut text = with_plain_origin(before_query(rest));
    // A fragment that looks like a path is a route of the page's own script.
    match fragment.filter(|it| it.starts_with('/') || it.starts_with("!/")) {
        Some(route) => {
            text.push('#');
            text.push_str(before_query(route));
        }
        None => without_trailing_slashes(&mut text),
    }
    text
}

fn before_query(text: &str) -> &str {
    text.split_once('?').map_or(text, |(before, _)| before)
}

/// Writes scheme and host in lower case, without the default port of the scheme.
fn with_plain_origin(page: &str) -> String {
    let Some((scheme, rest)) = page.split_once("://") else {
        return page.to_owned();
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let [scheme, mut host] = [scheme, host].map(str::to_ascii_lowercase);
    let default_port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    if let Some(without_port) = host.strip_suffix(default_port) {
        host.truncate(without_port.len());
    }
    format!("{scheme}://{host}{path}")
}

/// Removes the slashes at the end, but not those of a scheme. Of a text of slashes one is left.
fn without_trailing_slashes(text: &mut String) {
    let scheme = text.find("://").map_or(0, |at| at + "://".len());
    let kept = text[scheme..].trim_end_matches('/').len();
    let is_slashes = scheme + kept == 0 && !text.is_empty();
    text.truncate(scheme + kept + usize::from(is_slashes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_before_the_first_question_mark_or_hash() {
        for (page, expected) in [
            ("https://a.example/x?y#z", "https://a.example/x"),
            ("https://a.example/x#z?y", "https://a.example/x"),
            ("https://a.example/x", "https://a.example/x"),
            ("?y", ""),
            ("#", ""),
        ] {
            assert_eq!(path(page), expected, "{page}");
        }
    }

    #[test]
    fn spellings_of_one_page_have_one_normalized_text() {
        for (page, expected) in [
            (
                "HTTPS://Shop.Example:443/Chairs/?a=1#top",
                "https://shop.example/Chairs",
            ),
            ("http://shop.example:80", "http://shop.example"),
            ("http://shop.example:443/", "http://shop.example:443"),
            ("ftp://shop.example:80/", "ftp://shop.example:80"),
            (
                "https://shop.example/#/cart?x=1",
                "https://shop.example/#/cart",
            ),
            (
                "https://shop.example/a/#!/cart/",
                "https://shop.example/a/#!/cart/",
            ),
            (
                "https://shop.example/?q#/cart",
                "https://shop.example/#/cart",
            ),
            ("https://shop.example/a#?/cart", "https://shop.example/a"),
            ("#/cart?x", "#/cart"),
            ("/Chairs//", "/Chairs"),
            ("//", "/"),
            ("/", "/"),
            ("https://", "https://"),
            ("HTTPS:///", "https://"),
            ("https:///a/", "https:///a"),
            ("?q", ""),
            ("#top", ""),
            ("É://É/", "É://É"),
        ] {
            assert_eq!(normalized(page), expected, "{page}");
        }
    }
}
