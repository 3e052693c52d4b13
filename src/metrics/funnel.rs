//! The funnel: how far visitors got, from the widget to the order.
//!
//! A visitor counts at a step if the visitor has this step and all earlier ones in the period, in whatever order. No
//! glossary defines it.
//!
//! | step | what the visitor has in the period |
//! | --- | --- |
//! | `impression` | a `widget_impression` |
//! | `click` | a `widget_clicked`, whatever its target |
//! | `request` | a [request](super::request) of the visitor |
//! | `conversation` | a conversation that became two-way in the period, whenever it opened |
//! | `order` | an order of [`gmv.orders`](super::gmv) |
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (–) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `visitors` | – | visitors | Visitors who have the step and all earlier ones in the period. | step | `0` |
//!
//! <!-- end of catalogue -->
//!
//! Worked example: Ann sees the widget, clicks it, asks for a chat, is answered, and orders. Bob sees the widget and
//! asks for a chat without a click. Cat sees the widget and clicks it. `impression` 3, `click` 2 (Ann and Cat),
//! `request` 1 (Bob did not click), `conversation` 1, `order` 1. If Ann's chat was answered only after the period, it
//! became two-way after the period: `conversation` and `order` are 0.

use super::cells::Cell;
use super::family::{Family, Reads, Sink, Unit};
use super::registry::family;
use super::{LOOKS, ORDERS, TALKS, VisitorView};
use crate::journey::conversation::Conversation;
use crate::metric::FunnelStep;
use crate::sums::counts;

counts! {
    /// The number of visitors at one step.
    pub(crate) struct StepState { visitors }
}

family! {
    /// The family of the funnel.
    Steps of Funnel "funnel" from StepState => Vec<FunnelRow>;
    rows {
        /// The visitors at one step; see [the module](self).
        Step => FunnelRow {}
    }
    metrics {
        /// Visitors who have the step and all earlier ones in the period.
        visitors: u64 = |state| state.visitors, "Visitors by step", Visitors at Event,
        for [Step] over [Visitors];
    }
}

impl Family for Steps {
    const READS: Reads = Reads {
        credit: true,
        ..Reads::of(LOOKS.or(TALKS).or(ORDERS))
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        sink.record(Unit::Visitor);
        let journey = visitor.journey;
        for step in FunnelStep::ALL {
            let mut is_inside = |at| sink.day(at).is_some();
            let has_step = match step {
                FunnelStep::Impression => journey.impressions.iter().any(|it| is_inside(it.at)),
                FunnelStep::Click => journey.clicks.iter().any(|it| is_inside(it.at)),
                FunnelStep::Request => {
                    let openings = journey.requests.iter().map(|request| &request.opening);
                    let mut by_visitor = openings.filter(|it| it.by.agent().is_none());
                    by_visitor.any(|opening| is_inside(opening.at()))
                }
                FunnelStep::Conversation => {
                    let opened = journey
                        .conversations
                        .iter()
                        .filter(|it| it.opening.is_some());
                    let mut two_way = opened.filter_map(Conversation::two_way);
                    two_way.any(|moment| is_inside(moment.at))
                }
                FunnelStep::Order => {
                    let mut attributed = visitor.credit.iter().filter(|it| it.is_attributed);
                    attributed.any(|credit| is_inside(credit.order.placed.at))
                }
            };
            if !has_step {
                return;
            }
            sink.change(Cell::Step(step), |state| state.visitors += 1);
        }
    }
}
