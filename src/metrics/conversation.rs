//! Conversations with messages from both sides or a connected call.
//!
//! The glossary's *conversation* is a **two-way** conversation. It is text two-way if it has a visitor message and an
//! agent message, and video two-way if a call in it connected; automatic messages are not responses. It counts at its
//! **opening**: the first of its chat request, call requests and human messages.
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
//! `total = text + video − both` always holds, in the period and on every day. A period is `[from, to)`: a conversation
//! that opens at `to` is not in it.
//!
//! Worked example: in one conversation, the visitor writes at 09:00:30 and an agent at 09:01:00; then a call is
//! requested at 09:02, connects, and ends at 09:12:30. `total` 1, `text` 1, `video` 1, `both` 1. The span is 720 s,
//! which is 12 minutes. (A chat request at 09:00:00 opens the conversation, but the span starts with the first
//! message.) A second conversation in which only the visitor wrote does not count. A conversation that opens at 23:59
//! and is answered at 00:01 counts only on the first day.

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
    /// *Total Conversations*: two-way conversations.
    pub total: u64,
    /// *Text Conversation*: conversations with a message from each side.
    pub text: u64,
    /// *Video Chat Conversation*: conversations with a connected call.
    pub video: u64,
    /// Conversations with both.
    pub both: u64,
    /// *Avg duration (minute)*: from the first to the last human message or call event.
    pub average_duration_minutes: MeanMinutes,
    /// *Conversation breakdown trend*: per local day of the opening.
    pub daily: Vec<ConversationDay>,
}

/// The conversations of one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ConversationDay {
    /// The local date.
    pub date: NaiveDate,
    /// Two-way conversations that opened on this day.
    pub total: u64,
    /// Conversations with a message from each side.
    pub text: u64,
    /// Conversations with a connected call.
    pub video: u64,
    /// Conversations with both.
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
    /// The sum of durations, in seconds.
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
