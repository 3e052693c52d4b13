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
        let journey = &mut self.journey;
        self.spare.append(&mut journey.conversations);
        *journey = Journey {
            impressions: emptied(&mut journey.impressions),
            clicks: emptied(&mut journey.clicks),
            auto_message_clicks: emptied(&mut journey.auto_message_clicks),
            conversations: emptied(&mut journey.conversations),
            engagements: emptied(&mut journey.engagements),
            requests: emptied(&mut journey.requests),
            calls: emptied(&mut journey.calls),
            chats: emptied(&mut journey.chats),
            orders: emptied(&mut journey.orders),
            answers: emptied(&mut journey.answers),
            turns: emptied(&mut journey.turns),
            faults: emptied(&mut journey.faults),
            events: 0,
        };
        self.call_ids.clear();
        self.order_ids.clear();
        self.sessions.clear();
        self.conversation_ids.clear();
        self.survey_ids.clear();
    }
}

/// Takes a list without its elements.
fn emptied<T>(list: &mut Vec<T>) -> Vec<T> {
    list.clear();
    std::mem::take(list)
}
