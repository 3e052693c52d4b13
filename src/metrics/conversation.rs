//! Conversations: what both sides responded to, in text or video.
//!
//! The glossary's *conversation* is a **two-way** one. It is text two-way when it has a visitor message and an agent
//! message, video two-way when a call of it connected; automatic messages are no response. It is counted at its
//! **opening**: the first among its chat request, call requests and human messages.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (One-to-One) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `total` | Total Conversations | conversations | two-way conversations that opened in the period: `text + video − both` | total, day (*Conversation breakdown trend*) | `0` |
//! | `text` | Text Conversation | conversations | those with a message of the visitor and one of an agent | total, day | `0` |
//! | `video` | Video Chat Conversation | conversations | those with a connected call | total, day (*Conversation breakdown trend*) | `0` |
//! | `both` | – | conversations | those with both | total, day | `0` |
//! | `average_duration_minutes` | Avg duration (minute) | minutes | mean time of two-way conversations that opened in the period, from first to last human message or call event | total | `null` |
//!
//! <!-- end of catalogue -->
//!
//! Always `total = text + video − both`, in the period and on every day. A period is `[from, to)`: what opens at `to`
//! is not in it.
//!
//! By hand: a chat from 09:00:30 (visitor) over 09:01:00 (agent), then a call requested at 09:02 that connects and ends
//! at 09:12:30, in one conversation: `total` 1, `text` 1, `video` 1, `both` 1. Its span is 720 s: 12 minutes (a chat
//! request at 09:00:00 opens the conversation, but the span starts with the first message). A second conversation in
//! which only the visitor wrote counts nowhere here. One that is opened at 23:59 and answered at 00:01 counts on the
//! first day alone.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::sums::Slots;
use super::{ReportContext, TALKS, Tally, VisitorView};
use crate::ledger::Types;
use crate::money::ExactSum;
use crate::ratio::MeanMinutes;
use crate::sums::{add_up_by_field, add_up_sums};

/// The figures of conversations; see [the module](self) for their definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "The figures of conversations.")
)]
#[non_exhaustive]
pub struct ConversationMetrics {
    /// *Total Conversations*: two-way ones.
    pub total: u64,
    /// *Text Conversation*: those with a message of each side.
    pub text: u64,
    /// *Video Chat Conversation*: those with a connected call.
    pub video: u64,
    /// Those with both.
    pub both: u64,
    /// *Avg duration (minute)*: first to last human message or call event.
    pub average_duration_minutes: MeanMinutes,
    /// *Conversation breakdown trend*: per local day of the opening.
    pub daily: Vec<ConversationDay>,
}

/// One local day's conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ConversationDay {
    /// The local date.
    pub date: NaiveDate,
    /// Two-way conversations that opened on it.
    pub total: u64,
    /// Those with a message of each side.
    pub text: u64,
    /// Those with a connected call.
    pub video: u64,
    /// Those with both.
    pub both: u64,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Sums {
    total: u64,
    text: u64,
    video: u64,
    both: u64,
}

add_up_by_field!(Sums {
    total,
    text,
    video,
    both
});

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ConversationTally {
    /// Seconds.
    durations: ExactSum,
    days: Slots<Sums>,
}

add_up_sums!(ConversationTally { durations, days });

impl Tally<'_> for ConversationTally {
    type Metrics = ConversationMetrics;

    const READS: Types = TALKS;

    fn new(context: &ReportContext) -> Self {
        Self {
            durations: ExactSum::ZERO,
            days: Slots::days(context),
        }
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>) {
        for conversation in &visitor.journey.conversations {
            let (Some(opening), Some(_)) = (conversation.opening, conversation.two_way()) else {
                continue;
            };
            let Some(day) = context.calendar.day(opening.at()) else {
                continue;
            };
            let text = conversation.text_two_way().is_some();
            let video = conversation.video_two_way().is_some();
            self.days.at(day, |sums| {
                sums.total += 1;
                sums.text += u64::from(text);
                sums.video += u64::from(video);
                sums.both += u64::from(text && video);
            });
            let microseconds = conversation.duration().unsigned_abs();
            self.durations += ExactSum::from_millionths(microseconds.into());
        }
    }

    fn finish(self, context: &ReportContext) -> ConversationMetrics {
        let all = self.days.total();
        ConversationMetrics {
            total: all.total,
            text: all.text,
            video: all.video,
            both: all.both,
            average_duration_minutes: MeanMinutes::new(self.durations, all.total),
            daily: self.days.rows(context, |date, day| ConversationDay {
                date,
                total: day.total,
                text: day.text,
                video: day.video,
                both: day.both,
            }),
        }
    }
}
