//! Pages, as grouped.

use chrono::{DateTime, TimeDelta};
use convometrics::event::{CallEvent, Initiator};
use convometrics::query::PageGrouping;
use convometrics::{Event, Ledger, Options, Period, Zone};
use proptest::prelude::*;

/// The page of an event, as grouped. A page that is empty after grouping is no page.
pub(super) fn page(event: &Event, grouping: PageGrouping) -> Option<String> {
    let text = event.page()?.as_str();
    let page = match grouping {
        PageGrouping::Path => text.split(['?', '#']).next().unwrap().to_owned(),
        PageGrouping::Exact => text.to_owned(),
        PageGrouping::Normalized => normalized(text),
        other => panic!("{other:?}"),
    };
    (!page.is_empty()).then_some(page)
}

fn normalized(text: &str) -> String {
    let (rest, fragment) = match text.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (text, None),
    };
    let without_query = rest.split('?').next().unwrap();
    let route = fragment.filter(|fragment| fragment.starts_with('/') || fragment.starts_with("!/"));
    let (scheme, rest) = match without_query.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, without_query),
    };
    let rest = match &scheme {
        Some(scheme) => with_plain_host(scheme, rest),
        None => rest.to_owned(),
    };
    let scheme = scheme.map_or(String::new(), |scheme| scheme + "://");
    if let Some(route) = route {
        let route = route.split('?').next().unwrap();
        return format!("{scheme}{rest}#{route}");
    }
    let trimmed = rest.trim_end_matches('/');
    let slashes_alone = scheme.is_empty() && trimmed.is_empty() && !rest.is_empty();
    if slashes_alone {
        return "/".to_owned();
    }
    format!("{scheme}{trimmed}")
}

/// What stands after `://`, with its host in lower case and without the scheme's own port.
fn with_plain_host(scheme: &str, rest: &str) -> String {
    let end = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let mut host = host.to_ascii_lowercase();
    for (name, port) in [("http", ":80"), ("https", ":443")] {
        if scheme == name && host.ends_with(port) {
            host.truncate(host.len() - port.len());
        }
    }
    host + path
}

#[test]
fn spellings_of_one_page_normalize_to_it() {
    for (text, page) in [
        ("HTTP://Shop.Example:80/P/?x#y", "http://shop.example/P"),
        ("https://shop.example:80//", "https://shop.example:80"),
        ("https://a:443#/r?x#y", "https://a#/r"),
        ("/app/?x#!/r", "/app/#!/r"),
        ("http://", "http://"),
        ("http:///", "http://"),
        ("///", "/"),
        ("?x", ""),
        ("#?/", ""),
        ("#/", "#/"),
    ] {
        assert_eq!(normalized(text), page, "{text}");
    }
}

proptest! {
    #[test]
    fn the_library_groups_pages_as_the_oracle_does(
        start in "(HTTPS?|https?|Ä|/a/http)?(://)?",
        rest in "(Host|é|:80|:443|/|/p|\\?|#|!/|#/|#!/|A|://){0,8}",
        grouping in prop::sample::select(vec![PageGrouping::Path, PageGrouping::Exact, PageGrouping::Normalized]),
    ) {
        let text = format!("{start}{rest}");
        prop_assume!(!text.is_empty());
        let request = CallEvent::Requested {
            conversation: "c".parse().unwrap(),
            call: "k".parse().unwrap(),
            by: Initiator::Visitor,
        };
        let at = DateTime::UNIX_EPOCH;
        let event = Event::new("e".parse().unwrap(), at, "v".parse().unwrap(), request).unwrap();
        let event = event.with_page(text.parse().unwrap());
        let period = Period::new(at, at + TimeDelta::days(1), &Zone::utc()).unwrap();
        let mut ledger = Ledger::new();
        ledger.record(&event).unwrap();
        let report = ledger.report(&period, &Options::new().with_page_grouping(grouping));
        let found = report.requests.top_pages.first().map(|row| row.page.as_str().to_owned());
        prop_assert_eq!(found, page(&event, grouping));
    }
}
