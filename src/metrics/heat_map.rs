//! Activity by day of the week and hour of the day.
//!
//! A cell is a local hour of a day of the week, over all days of the period. All 7 × 24 cells are present, zeros
//! included. The day of the week is that of the local date of an instant, and the hour is that of the local clock: a
//! repeated hour shares one cell.
//!
//! | figure | definition | counts at | sum over all cells |
//! | --- | --- | --- | --- |
//! | `requests` | text and video requests | the request | `requests.total` |
//! | `conversations` | two-way conversations | the opening | `conversations.total` |
//! | `calls` | website calls of either side | the `call_requested` | `engage.calls.attempted + engage.calls.requested` |
//! | `chats` | live chats of either side | the first message | `engage.chats.attempted + engage.chats.requested` |
//!
//! The sum of `requests` of an hour over the days of the week is `text + video` of `requests.by_hour`.
//!
//! Worked example: the visitor writes on Monday 2 March 2026 at 09:10 and an agent replies; the visitor requests a call
//! at 10:05, and again on Monday 9 March at 10:55. The cell of Monday, hour 9, has `requests` 1, `conversations` 1,
//! `chats` 1; the cell of hour 10 has `requests` 2, `calls` 2. A comparison of cells depends on how often each occurs
//! in the period: in four weeks each occurs four times, in five days some do not occur.

use std::ops::AddAssign;

use chrono::{Datelike, Weekday};
use serde::{Deserialize, Serialize};

use super::{ReportContext, TALKS, Tally, VisitorView};
use crate::ledger::Types;
use crate::time::Instant;

/// Requests, conversations, calls and chats by day of the week and hour; see [the module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeatMap {
    /// Monday to Sunday.
    pub weekdays: Vec<HeatMapDay>,
}

/// One day of the week, over the whole period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeatMapDay {
    /// The day of the week; in JSON its first three letters, as in `Mon`.
    pub weekday: Weekday,
    /// The 24 local hours.
    pub hours: Vec<HeatMapHour>,
}

/// One hour of a day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeatMapHour {
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The figures of the cell.
    #[serde(flatten)]
    pub figures: HeatMapFigures,
}

/// Defines a struct of counts that adds up field by field.
macro_rules! counts {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: u64,)*
        }

        $crate::sums::add_up_by_field!($name { $($field),* });
    };
}

counts! {
    /// The figures of a cell.
    pub struct HeatMapFigures {
        /// Text and video requests.
        pub requests,
        /// Two-way conversations.
        pub conversations,
        /// Website calls of either side.
        pub calls,
        /// Live chats of either side.
        pub chats,
    }
}

impl HeatMap {
    /// Returns the figures of a cell; `None` for an hour above 23.
    #[must_use]
    pub fn at(&self, weekday: Weekday, hour: u8) -> Option<HeatMapFigures> {
        let mut days = self.weekdays.iter();
        let day = days.find(|day| day.weekday == weekday)?;
        Some(day.hours.get(usize::from(hour))?.figures)
    }
}

/// The figures by day of the week, from Monday on, and by hour.
#[derive(Debug)]
pub(crate) struct HeatMapTally([[HeatMapFigures; 24]; 7]);

impl AddAssign for HeatMapTally {
    fn add_assign(&mut self, other: Self) {
        let theirs = other.0.into_iter().flatten();
        for (mine, theirs) in self.0.iter_mut().flatten().zip(theirs) {
            *mine += theirs;
        }
    }
}

impl HeatMapTally {
    fn at(
        &mut self,
        context: &ReportContext,
        at: Instant,
        change: impl FnOnce(&mut HeatMapFigures),
    ) {
        let calendar = &context.calendar;
        if let Some(day) = calendar.day(at) {
            let weekday = calendar.dates()[day].weekday().num_days_from_monday();
            change(&mut self.0[weekday as usize][calendar.hour(at)]);
        }
    }
}

impl Tally<'_> for HeatMapTally {
    type Metrics = HeatMap;

    const READS: Types = TALKS;

    fn new(_: &ReportContext) -> Self {
        Self([[HeatMapFigures::default(); 24]; 7])
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>) {
        let journey = visitor.journey;
        for request in &journey.requests {
            self.at(context, request.at, |figures| figures.requests += 1);
        }
        for conversation in &journey.conversations {
            if let (Some(opening), Some(_)) = (conversation.opening, conversation.two_way()) {
                self.at(context, opening.at(), |figures| figures.conversations += 1);
            }
        }
        for call in &journey.calls {
            self.at(context, call.at, |figures| figures.calls += 1);
        }
        for chat in &journey.chats {
            self.at(context, chat.at, |figures| figures.chats += 1);
        }
    }

    fn finish(self, _: &ReportContext) -> HeatMap {
        let mut weekday = Weekday::Mon;
        let days = self.0.into_iter().map(|hours| {
            let next = weekday.succ();
            HeatMapDay {
                weekday: std::mem::replace(&mut weekday, next),
                hours: (0..)
                    .zip(hours)
                    .map(|(hour, figures)| HeatMapHour { hour, figures })
                    .collect(),
            }
        });
        HeatMap {
            weekdays: days.collect(),
        }
    }
}
