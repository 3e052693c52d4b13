//! Orders: what is merchandise, and what is not.
//!
//! | field of `order_placed` | holds | does not hold |
//! | --- | --- | --- |
//! | `subtotal` | the merchandise at its full price | shipping, tips, gift cards bought |
//! | `discount` | all that was taken off the merchandise | discounts on shipping |
//! | `included_tax` | the tax that is **within** `subtotal`, where prices include it; where a discount lowers the tax, what is left of it | tax that is added on top |
//!
//! The value is `subtotal − discount − included_tax`. There is no field for the total paid, which includes shipping and
//! tax: the glossaries do not count it.
//!
//! # A purchase tag of Firework
//!
//! The tag on the confirmation page has the amount paid and its parts. Here 50.00 were paid: 40.00 for merchandise less a
//! discount of 5.00, 8.00 for shipping and 7.00 of added tax. The value is **35.00**.
//!
//! ```
//! use convometrics::event::OrderEvent;
//! use convometrics::{Event, EventKind};
//! use serde_json::{Value, json};
//!
//! fn placed(tag: &Value, visitor: &str, at: &str) -> Result<Event, serde_json::Error> {
//!     serde_json::from_value(json!({
//!         "id": format!("purchase-{}", tag["order_id"].as_str().unwrap_or_default()),
//!         "at": at,
//!         "visitor": visitor,
//!         "type": "order_placed",
//!         "order": tag["order_id"],
//!         "currency": tag["currency"],
//!         "subtotal": tag["subtotal"],
//!         "discount": tag["discount"],
//!     }))
//! }
//!
//! let tag = json!({
//!     "order_id": "o-1001", "currency": "USD", "order_value": 50.00,
//!     "subtotal": 40.00, "discount": 5.00, "shipping_price": 8.00, "tax": 7.00,
//! });
//! let event = placed(&tag, "v-17", "2026-03-02T10:15:00Z")?;
//! let EventKind::Order(OrderEvent::Placed(order)) = event.kind() else { panic!() };
//! assert_eq!(order.value().to_string(), "35.00 USD");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! The tag runs again when the page is loaded again. The event's id is made from the order's id, so the order counts once.
//! If `at` is the instant of the order, the second event is a duplicate. If `at` is the instant of the page view, it is a
//! conflict, and the earlier event survives.
//!
//! # A Shopify order
//!
//! | Shopify (REST Admin API) | here |
//! | --- | --- |
//! | `note_attributes`, where the storefront put the visitor's id into the cart | `visitor` |
//! | `id` | `order` |
//! | `created_at`, with its offset | `at` |
//! | `updated_at`, as seconds since 1970 | `revision` of `order_placed` |
//! | `currency` | `currency` |
//! | `total_line_items_price` | `subtotal` |
//! | `total_line_items_price` − `subtotal_price` (the same less discounts) | `discount` |
//! | where `taxes_included`: the prices of `line_items[].tax_lines[]` | `included_tax` |
//! | `refunds[]`: `refund_line_items[].subtotal`, less `total_tax` where `taxes_included` | `order_refunded` |
//! | `cancelled_at` | `order_cancelled` |
//!
//! `total_price`, `total_tax` and `total_shipping_price_set` are not needed. `total_discounts` is not used because it
//! includes discounts on shipping. A refund without line items, such as a goodwill payment, is not a refund of merchandise.
//! Gift cards (`line_items[].gift_card`) are part of these prices; leave them out if you do not count them as merchandise.
//!
//! Shopify sends an order again whenever it changes. Each time, `revision` is higher, so an edited order replaces the
//! earlier one. Refunds and cancellations do not change, so they need no revision.
//!
//! By hand: 119.00 EUR, tax included, less 10 %: 107.10, of which 17.10 are tax. The value is
//! 119.00 − 11.90 − 17.10 = 90.00. Half of it is returned: 53.55, of which 8.55 are tax, a refund of 45.00. Later the shop
//! adds an item of 11.90, of which 1.90 are tax: 130.90 − 11.90 − 19.00 = 100.00.
//!
//! ```
//! use std::error::Error;
//!
//! use convometrics::chrono::DateTime;
//! use convometrics::rust_decimal::Decimal;
//! use convometrics::{Event, Ledger, Options, Zone};
//! use serde_json::{Value, json};
//!
//! fn decimal(value: &Value) -> Result<Decimal, Box<dyn Error>> {
//!     Ok(value.as_str().ok_or("not a text")?.parse()?)
//! }
//!
//! fn list(value: &Value) -> &[Value] {
//!     value.as_array().map_or(&[], Vec::as_slice)
//! }
//!
//! fn seconds(value: &Value) -> Result<i64, Box<dyn Error>> {
//!     Ok(DateTime::parse_from_rfc3339(value.as_str().ok_or("not a text")?)?.timestamp())
//! }
//!
//! fn events(order: &Value) -> Result<Vec<Event>, Box<dyn Error>> {
//!     let visitor = list(&order["note_attributes"]).iter().find(|note| note["name"] == "visitor_id");
//!     let visitor = &visitor.ok_or("no visitor")?["value"];
//!     let id = order["id"].to_string();
//!     let taxes_included = order["taxes_included"] == true;
//!     let full = decimal(&order["total_line_items_price"])?;
//!     let mut included_tax = Decimal::ZERO;
//!     if taxes_included {
//!         for tax in list(&order["line_items"]).iter().flat_map(|line| list(&line["tax_lines"])) {
//!             included_tax += decimal(&tax["price"])?;
//!         }
//!     }
//!     let mut found = vec![json!({
//!         "id": format!("order-{id}"), "at": order["created_at"], "visitor": visitor,
//!         "revision": seconds(&order["updated_at"])?, "type": "order_placed", "order": id, "currency": order["currency"],
//!         "subtotal": full.to_string(),
//!         "discount": (full - decimal(&order["subtotal_price"])?).to_string(),
//!         "included_tax": included_tax.to_string(),
//!     })];
//!     for refund in list(&order["refunds"]) {
//!         let mut amount = Decimal::ZERO;
//!         for line in list(&refund["refund_line_items"]) {
//!             amount += decimal(&line["subtotal"])?;
//!             if taxes_included {
//!                 amount -= decimal(&line["total_tax"])?;
//!             }
//!         }
//!         found.push(json!({
//!             "id": format!("refund-{}", refund["id"]), "at": refund["created_at"], "visitor": visitor,
//!             "type": "order_refunded", "order": id, "amount": amount.to_string(),
//!         }));
//!     }
//!     if let Some(at) = order["cancelled_at"].as_str() {
//!         found.push(json!({
//!             "id": format!("cancel-{id}"), "at": at, "visitor": visitor, "type": "order_cancelled", "order": id,
//!         }));
//!     }
//!     found.into_iter().map(|event| Ok(serde_json::from_value(event)?)).collect()
//! }
//!
//! let mut order = json!({
//!     "id": 450789469_u64, "created_at": "2026-03-02T11:00:00+01:00",
//!     "updated_at": "2026-03-09T09:00:00+01:00", "cancelled_at": null, "currency": "EUR",
//!     "taxes_included": true, "total_line_items_price": "119.00", "subtotal_price": "107.10",
//!     "total_discounts": "16.90", "total_tax": "17.90", "total_price": "112.10",
//!     "note_attributes": [{"name": "visitor_id", "value": "v-17"}],
//!     "line_items": [{"price": "119.00", "tax_lines": [{"price": "17.10", "rate": 0.19}]}],
//!     "refunds": [{
//!         "id": 509562969, "created_at": "2026-03-09T09:00:00+01:00",
//!         "refund_line_items": [{"subtotal": "53.55", "total_tax": "8.55"}],
//!     }],
//! });
//!
//! // The visitor had a call before.
//! let call = r#"
//! {"id":"1","at":"2026-03-02T09:30:00Z","visitor":"v-17","type":"call_requested","conversation":"c","call":"k","by":{"side":"visitor"}}
//! {"id":"2","at":"2026-03-02T09:31:00Z","visitor":"v-17","type":"call_connected","call":"k"}
//! "#;
//! let mut ledger = Ledger::new();
//! ledger.read_ndjson(call.as_bytes())?;
//! ledger.record_all(events(&order)?)?;
//! let period = ledger.whole_period(&Zone::utc(), &Options::new())?;
//! let gmv = ledger.report(&period, &Options::new()).gmv;
//! let eur = "EUR".parse()?;
//! assert_eq!(gmv.attributed_gmv.text(eur).as_deref(), Some("90.00"));
//! assert_eq!(gmv.net_gmv.text(eur).as_deref(), Some("45.00"));
//!
//! // An item is added, and Shopify sends the order again.
//! order["updated_at"] = json!("2026-03-10T15:00:00+01:00");
//! order["total_line_items_price"] = json!("130.90");
//! order["subtotal_price"] = json!("119.00");
//! let item = json!({"price": "11.90", "tax_lines": [{"price": "1.90", "rate": 0.19}]});
//! order["line_items"].as_array_mut().ok_or("no items")?.push(item);
//! let arrivals = ledger.record_all(events(&order)?)?;
//! assert_eq!((arrivals.replaced, arrivals.duplicates), (1, 1)); // the order and its refund
//! let gmv = ledger.report(&period, &Options::new()).gmv;
//! assert_eq!(gmv.attributed_gmv.text(eur).as_deref(), Some("100.00"));
//! # Ok::<(), Box<dyn Error>>(())
//! ```
