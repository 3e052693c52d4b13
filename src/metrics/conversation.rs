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
//! | `total` | Total Conversations | conversations | Two-way conversations that opened in the period: `text + video − both` | total, day (*Conversation breakdown trend*) | `0` |
//! | `text` | Text Conversation | conversations | Those with a message of the visitor and one of an agent. | total, day | `0` |
//! | `video` | Video Chat Conversation | conversations | Those with a connected call. | total, day (*Conversation breakdown trend*) | `0` |
//! | `both` | – | conversations | Those with both. | total, day | `0` |
//! | `opened` | – | conversations | Conversations that opened in the period, two-way or not. | total | `0` |
//! | `one_sided` | – | conversations | Conversations that opened in the period and found no response: neither text nor video two-way: `opened − total` | total | `0` |
//! | `average_duration_minutes` | Avg duration (minute) | minutes | Mean time of two-way conversations that opened in the period, from first to last human message or call event. | total | `null` |
//!
//! <!-- end of catalogue -->
//!
//! `total = text + video − both` always holds, in the period and on every day, and `opened = total + one_sided` in the
//! period. A period is `[from, to)`: a conversation that opens at `to` is not in it.
//!
//! Worked example: in one conversation, the visitor writes at 09:00:30 and an agent at 09:01:00; then a call is
//! requested at 09:02, connects, and ends at 09:12:30. `total` 1, `text` 1, `video` 1, `both` 1. The span is 720 s,
//! which is 12 minutes. (A chat request at 09:00:00 opens the conversation, but the span starts with the first
//! message.) A second conversation in which only the visitor wrote is one-sided: `opened` 2, `one_sided` 1, and all other
//! figures as before. A conversation that opens at 23:59 and is answered at 00:01 counts only on the first day.
//!
//! The glossary's words for a conversation are *which both sides have responded to in text or video format*. A source
//! that keeps one conversation id forever has one conversation for each visitor; the option `conversation_timeout` cuts
//! it, see [`definitions`](crate::definitions#conversations).

use serde::{Deserialize, Serialize};

use super::family::{Excluded, Family, Keys, Reads, Sink, Unit};
use super::registry::family;
use super::{TALKS, VisitorView};
use crate::journey::conversation::Conversation;
use crate::metric::Formula;
use crate::money::ExactSum;
use crate::ratio::MeanMinutes;
use crate::sums::{add_up_sums, counts};

/// Sums of two-way conversations.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct ConversationState {
    counts: Counts,
    /// The sum of durations, in seconds.
    durations: ExactSum,
}

add_up_sums!(ConversationState { counts, durations });

counts! {
    struct Counts { opened, total, text, video, both }
}

impl ConversationState {
    fn add(&mut self, conversation: &Conversation<'_>) {
        let text = conversation.text_two_way().is_some();
        let video = conversation.video_two_way().is_some();
        self.counts.total += 1;
        self.counts.text += u64::from(text);
        self.counts.video += u64::from(video);
        self.counts.both += u64::from(text && video);
        let microseconds = conversation.duration().unsigned_abs();
        self.durations += ExactSum::from_millionths(microseconds.into());
    }
}

family! {
    /// The family of conversations.
    Conversations "conversations" from ConversationState => ConversationMetrics;
    rows {
        /// The figures of conversations; see [the module](self) for their definitions.
        Total => ConversationMetrics {
            /// Every local day of the period.
            daily: Vec<ConversationDay>,
        }
        /// The conversations of one local day.
        Day => ConversationDay {}
    }
    metrics {
        /// Two-way conversations that opened in the period.
        total: u64 = |state| state.counts.total, "Total conversations", Conversations at Opening,
        is Formula::difference(&["conversations.text", "conversations.video"], &["conversations.both"]),
        for [Total: "Total Conversations", Day: "Conversation breakdown trend"] over [Days, Visitors];

        /// Those with a message of the visitor and one of an agent.
        text: u64 = |state| state.counts.text, "Text conversations", Conversations at Opening,
        for [Total: "Text Conversation", Day] over [Days, Visitors];

        /// Those with a connected call.
        video: u64 = |state| state.counts.video, "Video conversations", Conversations at Opening,
        for [Total: "Video Chat Conversation", Day: "Conversation breakdown trend"] over [Days, Visitors];

        /// Those with both.
        both: u64 = |state| state.counts.both, "Text and video conversations", Conversations at Opening,
        for [Total, Day] over [Days, Visitors];

        /// Conversations that opened in the period, two-way or not.
        opened: u64 = |state| state.counts.opened, "Opened conversations", Conversations at Opening,
        for [Total] over [Days, Visitors];

        /// Conversations that opened in the period and found no response: neither text nor video two-way.
        one_sided: u64 = |state| state.counts.opened.saturating_sub(state.counts.total),
        "One-sided conversations", Conversations at Opening,
        is Formula::difference(&["conversations.opened"], &["conversations.total"]),
        for [Total] over [Days, Visitors];

        /// Mean time of two-way conversations that opened in the period, from first to last human message or call
        /// event.
        average_duration_minutes: MeanMinutes = |state| MeanMinutes::new(state.durations, state.counts.total),
        "Average duration", Minutes of Conversations at Opening,
        for [Total: "Avg duration (minute)"] over [Days, Visitors];
    }
}

impl Family for Conversations {
    const READS: Reads = Reads::of(TALKS);

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        for conversation in &visitor.journey.conversations {
            sink.record(Unit::Conversation(conversation));
            let is_two_way = conversation.two_way().is_some();
            let add_opened = |state: &mut ConversationState| state.counts.opened += 1;
            let add = |state: &mut ConversationState| state.add(conversation);
            let Some(opening) = conversation.opening else {
                sink.exclude(Excluded::NoOpening, |state| {
                    add_opened(state);
                    add(state);
                });
                continue;
            };
            sink.count(opening.at(), Keys::default(), |state| {
                add_opened(state);
                if is_two_way {
                    add(state);
                }
            });
            if !is_two_way {
                sink.exclude(Excluded::OneSided, add);
            }
        }
    }
}
