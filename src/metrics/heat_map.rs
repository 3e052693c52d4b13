//! Activity by day of the week and hour of the day.
//!
//! A cell is a local hour of a day of the week, over all days of the period. All 7 × 24 cells are present, zeros
//! included, from Monday 0 to Sunday 23. The day of the week is that of the local date of an instant, and the hour is
//! that of the local clock: a repeated hour shares one cell.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (–) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `requests` | – | requests | Text and video requests in the period. | week hour | `0` |
//! | `conversations` | – | conversations | Two-way conversations that opened in the period. | week hour | `0` |
//! | `calls` | – | calls | Website calls of either side in the period. | week hour | `0` |
//! | `chats` | – | sessions | Live chats of either side in the period. | week hour | `0` |
//!
//! <!-- end of catalogue -->
//!
//! Over all cells, `requests` sum to `requests.total`, `conversations` to `conversations.total`, `calls` to
//! `engage.calls.attempted + engage.calls.requested`, and `chats` to `engage.chats.attempted + engage.chats.requested`.
//! The sum of `requests` of an hour over the days of the week is `text + video` of `requests.by_hour`.
//!
//! Worked example: the visitor writes on Monday 2 March 2026 at 09:10 and an agent replies; the visitor requests a call
//! at 10:05, and again on Monday 9 March at 10:55. The cell of Monday, hour 9, has `requests` 1, `conversations` 1,
//! `chats` 1; the cell of hour 10 has `requests` 2, `calls` 2. A comparison of cells depends on how often each occurs
//! in the period: in four weeks each occurs four times, in five days some do not occur.

use chrono::Weekday;

use super::family::{Excluded, Family, Keys, Reads, Sink, Unit};
use super::registry::family;
use super::{TALKS, VisitorView};
use crate::journey::Extras;
use crate::metric::WeekHour;
use crate::sums::counts;

counts! {
    /// Sums of requests, conversations, calls and chats.
    pub(crate) struct WeekHourState { requests, conversations, calls, chats }
}

family! {
    /// The family of hours of the week.
    WeekHours of HeatMap "heat_map" from WeekHourState => HeatMap;
    rows {
        /// Requests, conversations, calls and chats by day of the week and hour; see [the module](self).
        Whole => HeatMap {
            /// All hours of the week, from Monday 0 to Sunday 23.
            cells: Vec<HeatMapCell>,
        }
        /// The figures of one hour of a day of the week, over the whole period.
        WeekHour => HeatMapCell {}
    }
    metrics {
        /// Text and video requests in the period.
        requests: u64 = |state| state.requests, "Requests by hour of the week", Requests at Request,
        for [WeekHour] over [Days, Visitors];

        /// Two-way conversations that opened in the period.
        conversations: u64 = |state| state.conversations, "Conversations by hour of the week", Conversations at Opening,
        for [WeekHour] over [Days, Visitors];

        /// Website calls of either side in the period.
        calls: u64 = |state| state.calls, "Calls by hour of the week", Calls at CallRequest,
        for [WeekHour] over [Days, Visitors];

        /// Live chats of either side in the period.
        chats: u64 = |state| state.chats, "Chats by hour of the week", Sessions at FirstChatAct,
        for [WeekHour] over [Days, Visitors];
    }
}

impl Family for WeekHours {
    const READS: Reads = Reads {
        extras: Extras::SESSIONS,
        ..Reads::of(TALKS)
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        let journey = visitor.journey;
        let keys = Keys::default();
        for request in &journey.requests {
            sink.record(Unit::Request(request));
            sink.count(request.opening.at(), keys, |state| state.requests += 1);
        }
        for conversation in &journey.conversations {
            sink.record(Unit::Conversation(conversation));
            let add = |state: &mut WeekHourState| state.conversations += 1;
            match (conversation.opening, conversation.two_way()) {
                (None, _) => sink.exclude(Excluded::NoOpening, add),
                (Some(_), None) => sink.exclude(Excluded::OneSided, add),
                (Some(opening), Some(_)) => sink.count(opening.at(), keys, add),
            }
        }
        for call in &journey.calls {
            sink.record(Unit::Call(call));
            sink.count(call.opening.at(), keys, |state| state.calls += 1);
        }
        for chat in &journey.chats {
            sink.record(Unit::Chat(chat));
            sink.count(chat.opening.at(), keys, |state| state.chats += 1);
        }
    }
}

impl HeatMap {
    /// Returns the figures of a cell; `None` for an hour above 23.
    #[must_use]
    pub fn at(&self, weekday: Weekday, hour: u8) -> Option<&HeatMapCell> {
        let at = WeekHour::new(weekday, hour)?;
        self.cells.iter().find(|cell| cell.at == at)
    }
}
