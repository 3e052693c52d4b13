//! Requests for a conversation: by initiator, channel and page, and whether they were accepted.
//!
//! A **text request** is the first of a conversation's chat request and human messages, so there is at most one per
//! conversation. It is *accepted* if the conversation becomes text two-way. Each call request is a **video request**.
//! It is *accepted* if that call connects. A request's initiator and page are those of its own event, and it counts at
//! its own time.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (One-to-One) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `total` | Total Request | requests | text and video requests in the period: `text + video` | total, page (*Top URL by Request*) | `0` |
//! | `by_visitor` | Total Request (initiated by a visitor) | requests | requests in the period that the visitor made | total, day (*Request Rate Daily Trend*) | `0` |
//! | `by_agent` | Total Request (initiated by an agent) | requests | requests in the period that an agent made: `total − by_visitor` | total, day | `0` |
//! | `text` | Text | requests | text requests in the period, of either side | total, day (*Call Request and Text Request Daily Trend*), hour (*Call Request and Text Request by Hour of the day*), page (*Top URL by Request*) | `0` |
//! | `video` | Video chat | requests | video requests in the period, of either side | total, day (*Call Request and Text Request Daily Trend*), hour (*Call Request and Text Request by Hour of the day*), page (*Top URL by Request*) | `0` |
//! | `accepted` | – | requests | requests in the period that were accepted, whenever | total | `0` |
//! | `unsuccessful` | Unsuccessful request | requests | requests in the period that were not accepted: `total − accepted` | total | `0` |
//! | `text_share` | Request Breakdown | ratio | text requests of all requests in the period: `text / total` | total | `null` |
//! | `video_share` | Request Breakdown | ratio | video requests of all requests in the period: `video / total` | total | `null` |
//! | `visitor_acceptance_rate` | Visitor request acceptance rate | ratio | accepted requests of those in the period that the visitor made: `(by_visitor − unanswered_from_visitor) / by_visitor` | total, day (*Visitor Request Acceptance Rate Daily Trend*) | `null` |
//! | `unanswered_from_visitor` | Unanswered Request From Visitor | requests | requests in the period that the visitor made and that were not accepted | total | `0` |
//! | `auto_message_triggers` | Most clicked Auto Message trigger | clicks | clicks in the period on automatic messages of the trigger; most first, then by name | trigger | `0` |
//! | `auto_messages` | Most Clicked Auto-Triggered Messages | clicks | clicks in the period on the message with the link, of clicks that have a link; most first, then by message and link | auto message | `0` |
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
//! `unanswered_from_visitor` 1, `text_share` 1/4, `video_share` 3/4.
//!
//! If these are made at 09:10, 09:20, 10:05 and 23:59 local time in that order, `by_hour` has 1 text and 1 video in
//! hour 9, 1 video in each of hours 10 and 23, and zeros in the other 21 rows; `daily` has one row with `text` 1,
//! `video` 3, `by_visitor` 3, `by_agent` 1, `visitor_acceptance_rate` 2/3. If they are made on the pages `/a?x`,
//! `/a#y`, `/b` and none, `top_pages` has `/a` with 2 and `/b` with 1. If message m of trigger t is clicked twice with
//! link u and once without, `auto_message_triggers` has t with 3, and `auto_messages` has (m, u) with 2.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

use super::sums::{ByName, Clicks, Named, Slots, named};
use super::{ReportContext, TALKS, Tally, VisitorView};
use crate::channel::Channel;
use crate::event::EventType;
use crate::id::{AutoMessageId, LinkUrl, PageUrl, TriggerId, Trusted};
use crate::journey::OpenedBy;
use crate::journey::conversation::Request;
use crate::ledger::Types;
use crate::ratio::Ratio;
use crate::sums::{add_up_by_field, add_up_sums};

/// The figures of requests; see [the module](self) for their definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "The figures of requests.")
)]
#[non_exhaustive]
pub struct RequestMetrics {
    /// *Total Request*.
    pub total: u64,
    /// Requests by the visitor.
    pub by_visitor: u64,
    /// Requests by an agent.
    pub by_agent: u64,
    /// Text requests.
    pub text: u64,
    /// Call requests.
    pub video: u64,
    /// Requests that became a two-way conversation of the same channel.
    pub accepted: u64,
    /// *Unsuccessful request*: requests that did not.
    pub unsuccessful: u64,
    /// *Request Breakdown*: text requests / all requests.
    pub text_share: Ratio,
    /// *Request Breakdown*: video requests / all requests.
    pub video_share: Ratio,
    /// *Visitor request acceptance rate*.
    pub visitor_acceptance_rate: Ratio,
    /// *Unanswered Request From Visitor*.
    pub unanswered_from_visitor: u64,
    /// The daily trends.
    pub daily: Vec<RequestDay>,
    /// *Call Request and Text Request by Hour of the day*: 24 rows.
    pub by_hour: Vec<RequestHour>,
    /// *Top URL by Request*.
    pub top_pages: Vec<PageRequests>,
    /// *Most clicked Auto Message trigger*.
    pub auto_message_triggers: Vec<TriggerClicks>,
    /// *Most Clicked Auto-Triggered Messages*.
    pub auto_messages: Vec<AutoMessageClicks>,
}

/// The requests of one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RequestDay {
    /// The local date.
    pub date: NaiveDate,
    /// Text requests.
    pub text: u64,
    /// Call requests.
    pub video: u64,
    /// *Request Rate Daily Trend*: requests by the visitor.
    pub by_visitor: u64,
    /// Requests by an agent.
    pub by_agent: u64,
    /// *Visitor Request Acceptance Rate Daily Trend*.
    pub visitor_acceptance_rate: Ratio,
}

/// The requests of one local hour of the day, over all days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RequestHour {
    /// The hour, 0 to 23.
    pub hour: u8,
    /// Text requests.
    pub text: u64,
    /// Call requests.
    pub video: u64,
}

/// The requests made on one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PageRequests {
    /// The page, as grouped.
    pub page: PageUrl,
    /// All requests.
    pub total: u64,
    /// Text requests.
    pub text: u64,
    /// Call requests.
    pub video: u64,
}

/// The clicks on messages of one trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TriggerClicks {
    /// The trigger.
    pub trigger: TriggerId,
    /// The number of clicks on its messages.
    pub clicks: u64,
}

/// The clicks on one automatic message with one link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AutoMessageClicks {
    /// The message.
    pub auto_message: AutoMessageId,
    /// The link in the message.
    pub url: LinkUrl,
    /// The number of clicks.
    pub clicks: u64,
}

/// Sums of requests, by kind and by initiator.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Sums {
    text: u64,
    video: u64,
    by_visitor: u64,
    by_agent: u64,
    accepted_by_visitor: u64,
    accepted_by_agent: u64,
}

impl Sums {
    fn add(&mut self, request: &Request<'_>) {
        match request.channel {
            Channel::Text => self.text += 1,
            Channel::Video => self.video += 1,
        }
        let (initiated, accepted) = match request.by {
            OpenedBy::Visitor => (&mut self.by_visitor, &mut self.accepted_by_visitor),
            OpenedBy::Agent(_) => (&mut self.by_agent, &mut self.accepted_by_agent),
        };
        *initiated += 1;
        *accepted += u64::from(request.accepted);
    }

    fn total(&self) -> u64 {
        self.text.saturating_add(self.video)
    }

    fn visitor_acceptance_rate(&self) -> Ratio {
        Ratio::new(self.accepted_by_visitor, self.by_visitor)
    }
}

add_up_by_field!(Sums {
    text,
    video,
    by_visitor,
    by_agent,
    accepted_by_visitor,
    accepted_by_agent
});

/// An automatic message and its link.
type MessageLink<'a> = (Cow<'a, str>, Cow<'a, str>);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RequestTally<'a> {
    days: Slots<Sums>,
    hours: Slots<Sums>,
    #[serde(deserialize_with = "named::<PageUrl, _, _>")]
    pages: ByName<'a, Sums>,
    #[serde(deserialize_with = "named::<TriggerId, _, _>")]
    triggers: ByName<'a, Clicks>,
    #[serde(deserialize_with = "message_links")]
    auto_messages: Named<MessageLink<'a>, Clicks>,
}

add_up_sums!(RequestTally<'a> { days, hours, pages, triggers, auto_messages });

impl RequestTally<'_> {
    /// Converts to a tally that does not borrow from the log.
    pub(crate) fn into_owned(self) -> RequestTally<'static> {
        RequestTally {
            days: self.days,
            hours: self.hours,
            pages: self.pages.into_owned(),
            triggers: self.triggers.into_owned(),
            auto_messages: self
                .auto_messages
                .renamed(|(message, url)| (message.into_owned().into(), url.into_owned().into())),
        }
    }
}

fn message_links<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Named<MessageLink<'static>, Clicks>, D::Error> {
    let read: Vec<((AutoMessageId, LinkUrl), Clicks)> = Deserialize::deserialize(deserializer)?;
    let link = |((message, url), clicks): ((AutoMessageId, LinkUrl), Clicks)| {
        ((message.into_text().into(), url.into_text().into()), clicks)
    };
    Ok(read.into_iter().map(link).collect())
}

impl<'a> Tally<'a> for RequestTally<'a> {
    type Metrics = RequestMetrics;

    const READS: Types = TALKS.or(Types::of([EventType::AutoMessageClicked]));

    fn new(context: &ReportContext) -> Self {
        Self {
            days: Slots::days(context),
            hours: Slots::hours(),
            pages: Named::default(),
            triggers: Named::default(),
            auto_messages: Named::default(),
        }
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>) {
        for request in &visitor.journey.requests {
            let Some(day) = context.calendar.day(request.at) else {
                continue;
            };
            self.days.at(day, |sums| sums.add(request));
            let hour = context.calendar.hour(request.at);
            self.hours.at(hour, |sums| sums.add(request));
            if let Some(page) = request.page {
                self.pages.at(page).add(request);
            }
        }
        for click in &visitor.journey.auto_message_clicks {
            if !context.calendar.contains(click.at) {
                continue;
            }
            self.triggers.at(click.trigger).clicks += 1;
            if let Some(url) = click.url {
                let link = (Cow::Borrowed(click.auto_message), Cow::Borrowed(url));
                self.auto_messages.at(link).clicks += 1;
            }
        }
    }

    fn finish(self, context: &ReportContext) -> RequestMetrics {
        let all = self.days.total();
        let accepted = all
            .accepted_by_visitor
            .saturating_add(all.accepted_by_agent);
        RequestMetrics {
            total: all.total(),
            by_visitor: all.by_visitor,
            by_agent: all.by_agent,
            text: all.text,
            video: all.video,
            accepted,
            unsuccessful: all.total().saturating_sub(accepted),
            text_share: Ratio::new(all.text, all.total()),
            video_share: Ratio::new(all.video, all.total()),
            visitor_acceptance_rate: all.visitor_acceptance_rate(),
            unanswered_from_visitor: all.by_visitor.saturating_sub(all.accepted_by_visitor),
            daily: self.days.rows(context, |date, sums| RequestDay {
                date,
                text: sums.text,
                video: sums.video,
                by_visitor: sums.by_visitor,
                by_agent: sums.by_agent,
                visitor_acceptance_rate: sums.visitor_acceptance_rate(),
            }),
            by_hour: self.hours.hour_rows(|hour, sums| RequestHour {
                hour,
                text: sums.text,
                video: sums.video,
            }),
            top_pages: self
                .pages
                .most(context.options.top(), Sums::total)
                .into_iter()
                .map(|(page, sums)| PageRequests {
                    page: PageUrl::trusted(&page),
                    total: sums.total(),
                    text: sums.text,
                    video: sums.video,
                })
                .collect(),
            auto_message_triggers: self
                .triggers
                .most(context.options.top(), |sum| sum.clicks)
                .into_iter()
                .map(|(trigger, sum)| TriggerClicks {
                    trigger: TriggerId::trusted(&trigger),
                    clicks: sum.clicks,
                })
                .collect(),
            auto_messages: self
                .auto_messages
                .most(context.options.top(), |sum| sum.clicks)
                .into_iter()
                .map(|((auto_message, url), sum)| AutoMessageClicks {
                    auto_message: AutoMessageId::trusted(&auto_message),
                    url: LinkUrl::trusted(&url),
                    clicks: sum.clicks,
                })
                .collect(),
        }
    }
}
