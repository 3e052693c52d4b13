//! Visitors who saw the widget, and visitors who clicked on it.
//!
//! Impressions and clicks count at their own time, in `[from, to)`. Each visitor counts once in the period and once on
//! each local day, so the days do not add up to the period. A click on a chat notification is a click; a click on an
//! automatic message is not.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (One-to-One) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `with_impression` | Visitors with Widget Impression | visitors | Visitors with a `widget_impression` in the period. | total, day | `0` |
//! | `with_click` | Visitors with Clicks | visitors | Visitors with a `widget_clicked` in the period, whatever its target. | total, day | `0` |
//! | `click_through_rate` | Widget CTR | ratio | Visitors with a click for each with an impression, literally: lost impressions can push it over 1: `with_click / with_impression` | total, day (*Widget CTR Trend*) | `null` |
//! | `clicked_without_impression` | – | visitors | Visitors with a click, but no impression, in the period. | total | `0` |
//!
//! <!-- end of catalogue -->
//!
//! Worked example: Ann sees the widget at 23:59 and clicks at 00:01; Bob clicks without an impression on the first day.
//! The period of both days has 1 visitor with an impression, 2 with a click, a rate of 2/1, and 1 who clicked without
//! an impression. First day: 1, 1 (Bob), 1/1. Second day: 0, 1 (Ann), no rate.

use super::cells::Cell;
use super::family::{Family, Reads, Sink, Unit};
use super::registry::family;
use super::{LOOKS, VisitorView};
use crate::journey::Look;
use crate::metric::Formula;
use crate::ratio::Ratio;
use crate::sums::counts;

counts! {
    /// Sums of visitors.
    pub(crate) struct VisitorState { with_impression, with_click, clicked_without_impression }
}

family! {
    /// The family of visitors.
    Visitors "visitors" from VisitorState => VisitorMetrics;
    rows {
        /// The figures of visitors; see [the module](self) for their definitions.
        Total => VisitorMetrics {
            /// Every local day of the period.
            daily: Vec<VisitorDay>,
        }
        /// The visitors of one local day.
        Day => VisitorDay {}
    }
    metrics {
        /// Visitors with a `widget_impression` in the period.
        with_impression: u64 = |state| state.with_impression, "Visitors with an impression", Visitors at Event,
        for [Total: "Visitors with Widget Impression", Day] over [Visitors];

        /// Visitors with a `widget_clicked` in the period, whatever its target.
        with_click: u64 = |state| state.with_click, "Visitors with a click", Visitors at Event,
        for [Total: "Visitors with Clicks", Day] over [Visitors];

        /// Visitors with a click for each with an impression, literally: lost impressions can push it over 1.
        click_through_rate: Ratio = |state| Ratio::new(state.with_click, state.with_impression),
        "Click-through rate", Share of Visitors at Event,
        is Formula::sum(&["visitors.with_click"]).of(&["visitors.with_impression"]),
        for [Total: "Widget CTR", Day: "Widget CTR Trend"] over [Visitors];

        /// Visitors with a click, but no impression, in the period.
        clicked_without_impression: u64 = |state| state.clicked_without_impression,
        "Visitors with a click alone", Visitors at Event,
        for [Total] over [Visitors];
    }
}

impl Family for Visitors {
    const READS: Reads = Reads::of(LOOKS);

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        sink.record(Unit::Visitor);
        let journey = visitor.journey;
        let saw = distinct_days(sink, &journey.impressions, |state| {
            state.with_impression += 1;
        });
        let clicked = distinct_days(sink, &journey.clicks, |state| state.with_click += 1);
        if saw || clicked {
            sink.change(Cell::Total, |state| {
                *state += VisitorState {
                    with_impression: saw.into(),
                    with_click: clicked.into(),
                    clicked_without_impression: (clicked && !saw).into(),
                };
            });
        }
    }
}

/// Changes the state of each day of the period with a look, and returns whether there is one. The looks are in
/// ascending order.
fn distinct_days(
    sink: &mut impl Sink<Visitors>,
    looks: &[Look],
    change: impl Fn(&mut VisitorState),
) -> bool {
    let mut latest = None;
    for look in looks {
        let day = sink.day(look.at);
        if day != latest
            && let Some(day) = day
        {
            latest = Some(day);
            sink.change(Cell::Day(day), &change);
        }
    }
    latest.is_some()
}
