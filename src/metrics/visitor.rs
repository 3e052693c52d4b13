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
//! | `with_impression` | Visitors with Widget Impression | visitors | visitors with a `widget_impression` in the period | total, day | `0` |
//! | `with_click` | Visitors with Clicks | visitors | visitors with a `widget_clicked` in the period, whatever its target | total, day | `0` |
//! | `click_through_rate` | Widget CTR | ratio | visitors with a click for each with an impression, literally: lost impressions can push it over 1: `with_click / with_impression` | total, day (*Widget CTR Trend*) | `null` |
//! | `clicked_without_impression` | – | visitors | visitors with a click, but no impression, in the period | total | `0` |
//!
//! <!-- end of catalogue -->
//!
//! Worked example: Ann sees the widget at 23:59 and clicks at 00:01; Bob clicks without an impression on the first day.
//! The period of both days has 1 visitor with an impression, 2 with a click, a rate of 2/1, and 1 who clicked without
//! an impression. First day: 1, 1 (Bob), 1/1. Second day: 0, 1 (Ann), no rate.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::sums::Slots;
use super::{LOOKS, ReportContext, Tally, VisitorView};
use crate::journey::Look;
use crate::ledger::Types;
use crate::ratio::Ratio;
use crate::sums::{add_up_by_field, add_up_sums};

/// The figures of visitors; see [the module](self) for their definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "The figures of visitors.")
)]
#[non_exhaustive]
pub struct VisitorMetrics {
    /// *Visitors with Widget Impression*.
    pub with_impression: u64,
    /// *Visitors with Clicks*.
    pub with_click: u64,
    /// *Widget CTR*.
    pub click_through_rate: Ratio,
    /// Visitors with a click but no impression in the period: the impression was lost, or came before the period.
    pub clicked_without_impression: u64,
    /// *Widget CTR Trend*.
    pub daily: Vec<VisitorDay>,
}

/// The visitors of one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VisitorDay {
    /// The local date.
    pub date: NaiveDate,
    /// Visitors with an impression on this day.
    pub with_impression: u64,
    /// Visitors with a click on this day.
    pub with_click: u64,
    /// Visitors with a click / visitors with an impression.
    pub click_through_rate: Ratio,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Sums {
    with_impression: u64,
    with_click: u64,
}

add_up_by_field!(Sums {
    with_impression,
    with_click
});

/// The visitors of the period, each counted once.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Unique {
    with_impression: u64,
    with_click: u64,
    clicked_without_impression: u64,
}

add_up_by_field!(Unique {
    with_impression,
    with_click,
    clicked_without_impression
});

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct VisitorTally {
    unique: Unique,
    days: Slots<Sums>,
}

add_up_sums!(VisitorTally { unique, days });

impl Tally<'_> for VisitorTally {
    type Metrics = VisitorMetrics;

    const READS: Types = LOOKS;

    fn new(context: &ReportContext) -> Self {
        Self {
            unique: Unique::default(),
            days: Slots::days(context),
        }
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>) {
        let saw = distinct_days(context, &visitor.journey.impressions, |day| {
            self.days.at(day, |sums| sums.with_impression += 1);
        });
        let clicked = distinct_days(context, &visitor.journey.clicks, |day| {
            self.days.at(day, |sums| sums.with_click += 1);
        });
        self.unique += Unique {
            with_impression: saw.into(),
            with_click: clicked.into(),
            clicked_without_impression: (clicked && !saw).into(),
        };
    }

    fn finish(self, context: &ReportContext) -> VisitorMetrics {
        VisitorMetrics {
            with_impression: self.unique.with_impression,
            with_click: self.unique.with_click,
            click_through_rate: Ratio::new(self.unique.with_click, self.unique.with_impression),
            clicked_without_impression: self.unique.clicked_without_impression,
            daily: self.days.rows(context, |date, sums| VisitorDay {
                date,
                with_impression: sums.with_impression,
                with_click: sums.with_click,
                click_through_rate: Ratio::new(sums.with_click, sums.with_impression),
            }),
        }
    }
}

/// Calls `visit` for each day of the period with a look, and returns whether there is one. The looks are in ascending
/// order.
fn distinct_days(context: &ReportContext, looks: &[Look], mut visit: impl FnMut(usize)) -> bool {
    let mut latest = None;
    for look in looks {
        let day = context.calendar.day(look.at);
        if day.is_some() && day != latest {
            latest = day;
            day.into_iter().for_each(&mut visit);
        }
    }
    latest.is_some()
}
