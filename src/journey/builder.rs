//! A journey while it is read.

use super::Journey;
use super::conversation::Conversation;
use super::numbers::Numbers;
use super::session::Sessions;

/// A journey that is being read, with the ids that its events name.
#[derive(Debug, Default)]
pub(super) struct JourneyBuilder<'a> {
    /// The ids of the journey's calls.
    pub(super) call_ids: Numbers,
    /// The ids of the journey's orders.
    pub(super) order_ids: Numbers,
    pub(super) sessions: Sessions<'a>,
    /// The ids of the journey's conversations.
    pub(super) conversation_ids: Numbers,
    /// Conversations of earlier visitors, to be reused.
    pub(super) spare: Vec<Conversation<'a>>,
    pub(super) survey_ids: Numbers,
    pub(super) journey: Journey<'a>,
}

impl JourneyBuilder<'_> {
    pub(super) fn clear(&mut self) {
        let Journey {
            impressions,
            clicks,
            auto_message_clicks,
            conversations,
            engagements,
            requests,
            calls,
            chats,
            orders,
            answers,
            turns,
            faults,
            events,
        } = &mut self.journey;
        self.spare.append(conversations);
        impressions.clear();
        clicks.clear();
        auto_message_clicks.clear();
        engagements.clear();
        requests.clear();
        calls.clear();
        chats.clear();
        orders.clear();
        answers.clear();
        turns.clear();
        faults.clear();
        *events = 0;
        self.call_ids.clear();
        self.order_ids.clear();
        self.sessions.clear();
        self.conversation_ids.clear();
        self.survey_ids.clear();
    }
}
