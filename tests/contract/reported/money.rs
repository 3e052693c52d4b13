//! Orders, refunds, and the cent that is left over.

use convometrics::{Filter, Model, Options, Query};
use serde_json::json;

use super::{answer, call, expect, log, of, order, report_of_day, text};
use crate::logs::{Log, days};

/// Three agents share 100 yen, 5 cents and 1 cent.
#[test]
fn shares_of_a_yen_and_of_a_cent_stay_whole() {
    let calls = ["a0", "a1", "a2"].into_iter().zip(["02", "03", "04"]);
    let calls = calls.fold(Log::new(), |log, (agent, day)| {
        let at = format!("2026-03-{day}T09:00:00Z");
        let (conversation, id) = (format!("c{day}"), format!("k{day}"));
        log.event(
            "u",
            &at,
            "call_requested",
            call(&conversation, &id, "visitor"),
        )
        .event("u", &at, "call_answered", answer(&id, agent))
        .event("u", &at, "call_connected", of(&id))
    });
    let log = calls
        .event(
            "u",
            "2026-03-05T09:00:00Z",
            "order_placed",
            order("o1", "JPY", "100"),
        )
        .event(
            "u",
            "2026-03-05T09:00:01Z",
            "order_placed",
            order("o2", "EUR", "0.05"),
        )
        .event(
            "u",
            "2026-03-05T09:00:02Z",
            "order_placed",
            order("o3", "EUR", "0.01"),
        );
    let options = Options::new().with_model(Model::Linear);
    let report = log
        .ledger()
        .report(&days("2026-03-05", "2026-03-05", "UTC"), &options);
    expect(
        &report,
        &[
            (
                "leaderboard.attributed_sales",
                "agent:a0",
                "0.03 EUR, 34 JPY",
            ),
            (
                "leaderboard.attributed_sales",
                "agent:a1",
                "0.02 EUR, 33 JPY",
            ),
            (
                "leaderboard.attributed_sales",
                "agent:a2",
                "0.01 EUR, 33 JPY",
            ),
            ("gmv.attributed_sales", "total", "0.06 EUR, 100 JPY"),
        ],
    );
}

/// The visitor is called, then orders for 500.00 in January, which are refunded in February.
#[test]
fn a_refund_counts_in_the_period_of_its_order() {
    let log = log([
        (
            "u",
            "2026-01-10T09:00:00Z",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("u", "2026-01-10T09:00:00Z", "call_connected", of("k")),
        (
            "u",
            "2026-01-10T10:00:00Z",
            "order_placed",
            order("o", "USD", "500"),
        ),
        (
            "u",
            "2026-02-05T10:00:00Z",
            "order_refunded",
            json!({"order": "o", "amount": "500"}),
        ),
    ]);
    let expected = [
        ("2026-02-01", "2026-02-28", "0", "", ""),
        ("2026-01-01", "2026-01-31", "1", "500.00 USD", "0.00 USD"),
    ];
    for (first, last, orders, refunded, net) in expected {
        expect(
            &log.report_of(first, last, "UTC"),
            &[
                ("gmv.orders", "total", orders),
                ("gmv.refunded_gmv", "total", refunded),
                ("gmv.net_gmv", "total", net),
            ],
        );
    }
}

/// A price with 20 % of tax in it is refunded in full, and the refund is sent with its tax.
#[test]
fn a_refund_with_its_tax_returns_no_more_than_the_value() {
    let log = log([
        ("u", "09:00", "call_requested", call("c", "k", "visitor")),
        ("u", "09:00", "call_connected", of("k")),
        (
            "u",
            "10:00",
            "order_placed",
            json!({"order": "o", "currency": "GBP", "subtotal": "2620.63", "included_tax": "436.77"}),
        ),
        (
            "u",
            "11:00",
            "order_refunded",
            json!({"order": "o", "amount": "2620.63"}),
        ),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("gmv.attributed_gmv", "total", "2183.86 GBP"),
            ("gmv.refunded_gmv", "total", "2183.86 GBP"),
            ("gmv.net_gmv", "total", "0.00 GBP"),
            ("data_quality.over_refunds", "total", "1"),
        ],
    );
}

/// 30 USD are refunded of an order in EUR, and the call connected without a step before.
#[test]
fn a_refund_in_another_currency_is_an_orphan() {
    let log = log([
        (
            "ann",
            "09:00:00",
            "call_requested",
            call("c", "k", "visitor"),
        ),
        ("ann", "09:00:12", "call_connected", of("k")),
        ("ann", "10:00:00", "order_placed", order("o1", "EUR", "100")),
        (
            "ann",
            "11:00:00",
            "order_refunded",
            json!({"order": "o1", "amount": "30", "currency": "USD"}),
        ),
    ]);
    expect(
        &report_of_day(&log),
        &[
            ("gmv.net_gmv", "total", "100.00 EUR"),
            ("data_quality.orphans", "total", "1"),
            ("engage.calls.answered", "total", "1"),
            ("engage.calls.missed", "total", "0"),
            ("engage.calls.connected", "total", "1"),
            ("data_quality.connected_unannounced", "total", "1"),
        ],
    );
}

/// The gallery `/products` and the product pages under it, but not `/products-old`.
#[test]
fn pages_under_a_path_are_those_that_continue_it() {
    let pages = [
        "/products",
        "/products/bar",
        "/products?x",
        "/products-old",
        "/product",
    ];
    let log = pages
        .into_iter()
        .enumerate()
        .fold(Log::new(), |log, (number, page)| {
            let mut fields = call("c", "k", "visitor");
            fields["page"] = json!(page);
            log.event(&format!("v{number}"), "09:00", "call_requested", fields)
        });
    let query = Query::new(days("2026-03-02", "2026-03-02", "UTC"));
    let query = query.with_filter(Filter::new().only_pages_under(["/products"]));
    let report = log.ledger().view(query).report();
    expect(&report, &[("requests.total", "total", "3")]);
}

/// Routes in the fragment, tracking in the query, capitals, and a slash too many.
#[test]
fn normalized_pages_are_one_page_in_several_spellings() {
    let pages = [
        "https://Shop.example/?utm=1#/cart?step=1",
        "https://shop.example/#/cart",
        "https://shop.example/sofas/",
        "https://shop.example:443/sofas?x=1",
        "/",
        "/?a",
    ];
    let log = pages
        .into_iter()
        .enumerate()
        .fold(Log::new(), |log, (number, page)| {
            let mut fields = text("c", "visitor");
            fields["page"] = json!(page);
            log.event(&format!("v{number}"), "10:00", "message_sent", fields)
        });
    let grouping = "normalized".parse().unwrap();
    let options = Options::new().with_page_grouping(grouping);
    let report = log
        .ledger()
        .report(&days("2026-03-02", "2026-03-02", "UTC"), &options);
    let found = report.requests.top_pages.iter();
    let found: Vec<_> = found.map(|row| (row.page.as_str(), row.total)).collect();
    let expected = [
        "/",
        "https://shop.example/#/cart",
        "https://shop.example/sofas",
    ];
    assert_eq!(found, expected.map(|page| (page, 2)));
}
