//! Visitors.

use convometrics::Ratio;
use serde_json::json;

use crate::logs::Log;

#[test]
fn visitors_are_unique_in_the_period_and_on_each_day() {
    let visitors = Log::new()
        .event(
            "ann",
            "2026-03-01T23:59:00Z",
            "widget_impression",
            json!({}),
        )
        .event(
            "ann",
            "2026-03-01T23:59:30Z",
            "widget_impression",
            json!({}),
        )
        .event("ann", "00:01", "widget_clicked", json!({}))
        .event(
            "bob",
            "2026-03-01T12:00:00Z",
            "widget_clicked",
            json!({"target": "chat_notification"}),
        )
        .report()
        .visitors;
    // Ann saw it, Ann and Bob clicked; Bob without an impression: 2 / 1 = 2.
    assert_eq!(
        (
            visitors.with_impression,
            visitors.with_click,
            visitors.clicked_without_impression
        ),
        (1, 2, 1)
    );
    assert_eq!(visitors.click_through_rate.value(), Some(2.0));
    let daily: Vec<_> = visitors
        .daily
        .iter()
        .map(|day| (day.with_impression, day.with_click))
        .collect();
    assert_eq!(daily, [(1, 1), (0, 1)]);
    assert_eq!(visitors.daily[1].click_through_rate.value(), None);
}

#[test]
fn the_visitors_of_the_documentation() {
    let visitors = Log::new()
        .event(
            "ann",
            "2026-03-01T23:59:00Z",
            "widget_impression",
            json!({}),
        )
        .event("ann", "2026-03-02T00:01:00Z", "widget_clicked", json!({}))
        .event("bob", "2026-03-01T10:00:00Z", "widget_clicked", json!({}))
        .report()
        .visitors;
    assert_eq!((visitors.with_impression, visitors.with_click), (1, 2));
    assert_eq!(visitors.click_through_rate, Ratio::new(2, 1));
    assert_eq!(visitors.clicked_without_impression, 1);
    let rates: Vec<Ratio> = visitors
        .daily
        .iter()
        .map(|day| day.click_through_rate)
        .collect();
    assert_eq!(rates, [Ratio::new(1, 1), Ratio::new(1, 0)]);
}
