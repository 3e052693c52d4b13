//! Visitors who saw the widget, and who clicked on it.

use convometrics::Event;
use serde_json::{Value, json};

use super::Context;
use super::events::type_of;
use super::figures::ratio;
use super::journeys::Visitor;

pub(super) fn metrics(context: &Context<'_>) -> Value {
    let has = |visitor: &Visitor<'_>, name: &str, when: &dyn Fn(&Event) -> bool| {
        let mut events = visitor.events.iter();
        events.any(|event| type_of(event) == name && context.in_period(event) && when(event))
    };
    let figures = |when: &dyn Fn(&Event) -> bool| {
        let saw = |visitor: &&Visitor<'_>| has(visitor, "widget_impression", when);
        let clicked = |visitor: &&Visitor<'_>| has(visitor, "widget_clicked", when);
        let all = || context.visitors.iter();
        let (saw_it, clicked_it) = (all().filter(saw).count(), all().filter(clicked).count());
        let figures = json!({
            "with_impression": saw_it,
            "with_click": clicked_it,
            "click_through_rate": ratio(clicked_it, saw_it),
        });
        let clicked_alone = all()
            .filter(clicked)
            .filter(|visitor| !saw(visitor))
            .count();
        (figures, clicked_alone)
    };
    let (mut metrics, clicked_alone) = figures(&|_| true);
    metrics["clicked_without_impression"] = json!(clicked_alone);
    metrics["daily"] = context.daily(|day| figures(&|event| day.holds(event.at())).0);
    metrics
}
