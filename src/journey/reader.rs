//! The reader of visitors' events, whose buffers are reused from one visitor to the next.

use super::conversation::Conversation;
use super::engage::Call;
use super::numbers::Numbers;
use super::reading::Reading;
use super::session::Sessions;
use super::{Journey, Look, ReadOptions};
use crate::event::EventType;
use crate::ledger::{Id, Record, VisitorLog};

/// Reads visitors one after the other and reuses its buffers.
#[derive(Debug, Default)]
pub(crate) struct Reader<'a> {
    records: Vec<Record>,
    builder: JourneyBuilder<'a>,
}

impl<'a> Reader<'a> {
    /// A visitor's journey.
    pub(crate) fn read(
        &mut self,
        log: VisitorLog<'a>,
        read_options: &ReadOptions,
    ) -> &mut Journey<'a> {
        self.builder.clear();
        log.read(&mut self.records);
        let visible = self
            .records
            .partition_point(|record| record.at <= read_options.as_of);
        let records = &self.records[..visible];
        Reading {
            visitor: log.name(),
            tables: log.tables(),
            read_options,
            builder: &mut self.builder,
        }
        .read(records);
        &mut self.builder.journey
    }

    /// What a journey says of looks, and how many events it has; nothing else. `None` where the events would first have
    /// to be put in order.
    pub(crate) fn read_looks(
        &mut self,
        log: VisitorLog<'a>,
        read_options: &ReadOptions,
    ) -> Option<&mut Journey<'a>> {
        self.builder.clear();
        let journey = &mut self.builder.journey;
        for head in log.heads()? {
            if head.at() > read_options.as_of {
                break;
            }
            let look = Look {
                at: head.at(),
                page: None,
            };
            match head.event_type() {
                // It has been replaced.
                None => continue,
                Some(EventType::WidgetImpression) => journey.impressions.push(look),
                Some(EventType::WidgetClicked) => journey.clicks.push(look),
                Some(_) => {}
            }
            journey.quality.events += 1;
        }
        Some(journey)
    }

    /// How many events a journey has; nothing else.
    pub(crate) fn read_count(&mut self, events: u64) -> &mut Journey<'a> {
        self.builder.clear();
        self.builder.journey.quality.events = events;
        &mut self.builder.journey
    }

    /// The journey that was read last.
    pub(crate) fn into_journey(self) -> Journey<'a> {
        self.builder.journey
    }
}

/// A journey while it is read, with the ids of what it names.
#[derive(Debug, Default)]
pub(super) struct JourneyBuilder<'a> {
    pub(super) call_ids: Numbers,
    /// The calls that stand, each by its first request, in canonical order.
    pub(super) calls: Vec<Call<'a>>,
    /// Of the journey's orders.
    pub(super) order_ids: Numbers,
    pub(super) sessions: Sessions<'a>,
    /// Of the journey's conversations.
    pub(super) conversation_ids: Numbers,
    /// Conversations of visitors before, to be used again.
    pub(super) spare: Vec<Conversation<'a>>,
    pub(super) survey_ids: Numbers,
    /// Of each of the journey's answers the conversation that its last event names.
    pub(super) answered: Vec<Id>,
    pub(super) journey: Journey<'a>,
}

impl JourneyBuilder<'_> {
    fn clear(&mut self) {
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
            quality,
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
        *quality = super::Quality::default();
        self.call_ids.clear();
        self.calls.clear();
        self.order_ids.clear();
        self.sessions.clear();
        self.conversation_ids.clear();
        self.survey_ids.clear();
        self.answered.clear();
    }
}
