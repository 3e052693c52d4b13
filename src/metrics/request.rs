//! Requests for a conversation: by initiator, channel and page, and whether they were accepted.
//!
//! A **text request** is the earlier of a conversation's first chat request and its first human message, unless that
//! message is a reply. Each call request is a **video request**. A request is **accepted** if it turned into a
//! conversation, over either channel. A visitor's request that was not accepted was **answered** if an agent responded,
//! and otherwise **unanswered**; [`definitions`](crate::definitions#requests) has the exact rules. A request's
//! initiator and page are those of its own event, and it counts at its own time.
//!
//! The glossary says that a request is *initiated*, so a reply is none; that a visitor's request is accepted if it
//! *turned into conversation (no matter text/call)*; and that an unanswered one was *missed from an agent*. So requests
//! that the visitor withdrew, or that still wait, are unanswered. `unsuccessful` counts requests; the conversations that
//! found no response are [`one_sided`](super::conversation).
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (One-to-One) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `total` | Total Request | requests | Text and video requests in the period: `text + video` | total, page (*Top URL by Request*) | `0` |
//! | `by_visitor` | Total Request (initiated by a visitor) | requests | Requests in the period that the visitor made. | total, day (*Request Rate Daily Trend*) | `0` |
//! | `by_agent` | Total Request (initiated by an agent) | requests | Requests in the period that an agent made: `total − by_visitor` | total, day | `0` |
//! | `text` | Text | requests | Text requests in the period, of either side. | total, day (*Call Request and Text Request Daily Trend*), hour (*Call Request and Text Request by Hour of the day*), page (*Top URL by Request*) | `0` |
//! | `video` | Video chat | requests | Video requests in the period, of either side. | total, day (*Call Request and Text Request Daily Trend*), hour (*Call Request and Text Request by Hour of the day*), page (*Top URL by Request*) | `0` |
//! | `accepted` | – | requests | Requests in the period that were accepted, whenever. | total | `0` |
//! | `unsuccessful` | Unsuccessful request | requests | Requests in the period that were not accepted: `total − accepted` | total | `0` |
//! | `text_share` | Request Breakdown | ratio | Text requests of all requests in the period: `text / total` | total | `null` |
//! | `video_share` | Request Breakdown | ratio | Video requests of all requests in the period: `video / total` | total | `null` |
//! | `visitor_acceptance_rate` | Visitor request acceptance rate | ratio | Accepted requests of those in the period that the visitor made: `(by_visitor − answered_without_conversation − unanswered_from_visitor) / by_visitor` | total, day (*Visitor Request Acceptance Rate Daily Trend*) | `null` |
//! | `answered_without_conversation` | – | requests | Requests in the period that the visitor made, that were not accepted, and to which an agent responded. | total | `0` |
//! | `unanswered_from_visitor` | Unanswered Request From Visitor | requests | Requests in the period that the visitor made and to which no agent responded. | total | `0` |
//! | `auto_message_triggers` | Most clicked Auto Message trigger | clicks | Clicks in the period on automatic messages of the trigger; most first, then by name. | trigger | `0` |
//! | `auto_messages` | Most Clicked Auto-Triggered Messages | clicks | Clicks in the period on the message with the link, of clicks that have a link; most first, then by message and link. | auto message | `0` |
//!
//! <!-- end of catalogue -->
//!
//! `daily` and `by_hour` have all days and hours, zeros included; a repeated hour shares one row. Pages (`top_pages`),
//! triggers and messages are sorted by count, greatest first, then by name, and cut at the option `top`. Requests
//! without a page are in no row of `top_pages`. Clicks count at their own time. A period is `[from, to)`: a request at
//! `to` is not in it. Whether a request was accepted depends on all visible events, including those after the period.
//!
//! Worked example: the visitor writes and an agent replies (text, accepted); the visitor requests two calls, and one
//! connects (video, one of two accepted); an agent offers a call that is declined (video, by agent). `total` 4,
//! `by_visitor` 3, `by_agent` 1, `text` 1, `video` 3, `accepted` 2, `unsuccessful` 2, `visitor_acceptance_rate` 2/3,
//! `unanswered_from_visitor` 1, `answered_without_conversation` 0, `text_share` 1/4, `video_share` 3/4. If an agent
//! clicked *Answer* on the visitor's other call, which did not connect, the last two counts would be 0 and 1:
//! `by_visitor` = accepted by the visitor + `answered_without_conversation` + `unanswered_from_visitor` always holds.
//!
//! If these are made at 09:10, 09:20, 10:05 and 23:59 local time in that order, `by_hour` has 1 text and 1 video in
//! hour 9, 1 video in each of hours 10 and 23, and zeros in the other 21 rows; `daily` has one row with `text` 1,
//! `video` 3, `by_visitor` 3, `by_agent` 1, `visitor_acceptance_rate` 2/3. If they are made on the pages `/a?x`,
//! `/a#y`, `/b` and none, `top_pages` has `/a` with 2 and `/b` with 1. If message m of trigger t is clicked twice with
//! link u and once without, `auto_message_triggers` has t with 3, and `auto_messages` has (m, u) with 2.

use super::cells::Cell;
use super::family::{Family, Keys, Reads, Sink, Unit};
use super::registry::family;
use super::{TALKS, VisitorView};
use crate::channel::Channel;
use crate::event::EventType;
use crate::journey::OpenedBy;
use crate::journey::conversation::{Request, RequestOutcome};
use crate::ledger::Types;
use crate::metric::Formula;
use crate::ratio::Ratio;
use crate::sums::counts;

counts! {
    /// Sums of requests, by kind and by initiator, and of clicks on automatic messages.
    pub(crate) struct RequestState { text, video, by_visitor, by_agent, accepted_by_visitor, accepted_by_agent, answered, clicks }
}

impl RequestState {
    fn total(&self) -> u64 {
        self.text.saturating_add(self.video)
    }

    fn accepted(&self) -> u64 {
        self.accepted_by_visitor
            .saturating_add(self.accepted_by_agent)
    }

    fn add(&mut self, request: &Request<'_>) {
        match request.opening.channel {
            Channel::Text => self.text += 1,
            Channel::Video => self.video += 1,
        }
        let (initiated, accepted) = match request.opening.by {
            OpenedBy::Visitor => (&mut self.by_visitor, &mut self.accepted_by_visitor),
            OpenedBy::Agent(_) => (&mut self.by_agent, &mut self.accepted_by_agent),
        };
        *initiated += 1;
        *accepted += u64::from(request.outcome == RequestOutcome::Accepted);
        self.answered += u64::from(request.outcome == RequestOutcome::Answered);
    }
}

family! {
    /// The family of requests.
    Requests "requests" from RequestState => RequestMetrics;
    rows {
        /// The figures of requests; see [the module](self) for their definitions.
        Total => RequestMetrics {
            /// Every local day of the period.
            daily: Vec<RequestDay>,
            /// The 24 hours of the day.
            by_hour: Vec<RequestHour>,
            /// The pages with the most requests, cut at the option `top`.
            top_pages: Vec<PageRequests>,
            /// The triggers with the most clicks, cut at the option `top`.
            auto_message_triggers: Vec<TriggerClicks>,
            /// The automatic messages with the most clicks, cut at the option `top`.
            auto_messages: Vec<AutoMessageClicks>,
        }
        /// The requests of one local day.
        Day => RequestDay {}
        /// The requests of one local hour of the day, over all days.
        Hour => RequestHour {}
        /// The requests made on one page.
        Page by most RequestState::total => PageRequests {}
        /// The clicks on messages of one trigger.
        Trigger by most |state| state.clicks => TriggerClicks {}
        /// The clicks on one automatic message with one link.
        AutoMessage by most |state| state.clicks => AutoMessageClicks {}
    }
    metrics {
        /// Text and video requests in the period.
        total: u64 = |state| state.total(), "Requests", Requests at Request,
        is Formula::sum(&["requests.text", "requests.video"]),
        for [Total: "Total Request", Page: "Top URL by Request"] over [Days, Pages, Visitors];

        /// Requests in the period that the visitor made.
        by_visitor: u64 = |state| state.by_visitor, "Requests by visitors", Requests at Request,
        for [Total: "Total Request (initiated by a visitor)", Day: "Request Rate Daily Trend"] over [Days, Visitors];

        /// Requests in the period that an agent made.
        by_agent: u64 = |state| state.by_agent, "Requests by agents", Requests at Request,
        is Formula::difference(&["requests.total"], &["requests.by_visitor"]),
        for [Total: "Total Request (initiated by an agent)", Day] over [Days, Visitors];

        /// Text requests in the period, of either side.
        text: u64 = |state| state.text, "Text requests", Requests at Request,
        for [
            Total: "Text",
            Day: "Call Request and Text Request Daily Trend",
            Hour: "Call Request and Text Request by Hour of the day",
            Page: "Top URL by Request",
        ] over [Days, Pages, Visitors];

        /// Video requests in the period, of either side.
        video: u64 = |state| state.video, "Video requests", Requests at Request,
        for [
            Total: "Video chat",
            Day: "Call Request and Text Request Daily Trend",
            Hour: "Call Request and Text Request by Hour of the day",
            Page: "Top URL by Request",
        ] over [Days, Pages, Visitors];

        /// Requests in the period that were accepted, whenever.
        accepted: u64 = |state| state.accepted(), "Accepted requests", Requests at Request,
        for [Total] over [Days, Visitors];

        /// Requests in the period that were not accepted.
        unsuccessful: u64 = |state| state.total().saturating_sub(state.accepted()), "Unsuccessful requests", Requests at Request,
        is Formula::difference(&["requests.total"], &["requests.accepted"]),
        for [Total: "Unsuccessful request"] over [Days, Visitors];

        /// Text requests of all requests in the period.
        text_share: Ratio = |state| Ratio::new(state.text, state.total()), "Share of text requests", Share of Requests at Request,
        is Formula::sum(&["requests.text"]).of(&["requests.total"]),
        for [Total: "Request Breakdown"] over [Days, Visitors];

        /// Video requests of all requests in the period.
        video_share: Ratio = |state| Ratio::new(state.video, state.total()), "Share of video requests", Share of Requests at Request,
        is Formula::sum(&["requests.video"]).of(&["requests.total"]),
        for [Total: "Request Breakdown"] over [Days, Visitors];

        /// Accepted requests of those in the period that the visitor made.
        visitor_acceptance_rate: Ratio = |state| Ratio::new(state.accepted_by_visitor, state.by_visitor),
        "Acceptance rate of visitors' requests", Share of Requests at Request,
        is Formula::difference(
            &["requests.by_visitor"],
            &["requests.answered_without_conversation", "requests.unanswered_from_visitor"],
        ).of(&["requests.by_visitor"]),
        for [Total: "Visitor request acceptance rate", Day: "Visitor Request Acceptance Rate Daily Trend"] over [Days, Visitors];

        /// Requests in the period that the visitor made, that were not accepted, and to which an agent responded.
        answered_without_conversation: u64 = |state| state.answered,
        "Answered requests without a conversation", Requests at Request,
        for [Total] over [Days, Visitors];

        /// Requests in the period that the visitor made and to which no agent responded.
        unanswered_from_visitor: u64 =
            |state| state.by_visitor.saturating_sub(state.accepted_by_visitor).saturating_sub(state.answered),
        "Unanswered requests of visitors", Requests at Request,
        for [Total: "Unanswered Request From Visitor"] over [Days, Visitors];

        /// Clicks in the period on automatic messages of the trigger; most first, then by name.
        clicks of auto_message_triggers: u64 = |state| state.clicks, "Clicks by trigger", Clicks at Event,
        for [Trigger: "Most clicked Auto Message trigger"] over [Days, Visitors];

        /// Clicks in the period on the message with the link, of clicks that have a link; most first, then by message
        /// and link.
        clicks of auto_messages: u64 = |state| state.clicks, "Clicks by automatic message", Clicks at Event,
        for [AutoMessage: "Most Clicked Auto-Triggered Messages"] over [Days, Visitors];
    }
}

impl Family for Requests {
    const READS: Reads = Reads::of(TALKS.or(Types::of([EventType::AutoMessageClicked])));

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        for request in &visitor.journey.requests {
            sink.record(Unit::Request(request));
            let page = request.opening.page;
            sink.count(request.opening.at(), Keys { page, agent: None }, |state| {
                state.add(request);
            });
        }
        for click in &visitor.journey.auto_message_clicks {
            sink.record(Unit::Click(click));
            if sink.day(click.moment.at).is_none() {
                continue;
            }
            sink.change(Cell::Trigger(click.trigger), |state| state.clicks += 1);
            if let Some(url) = click.url {
                let message = Cell::AutoMessage(click.auto_message, url);
                sink.change(message, |state| state.clicks += 1);
            }
        }
    }
}
