//! The reader of visitors' events, whose buffers are reused from one visitor to the next.

use super::conversation::Conversation;
use super::numbers::Numbers;
use super::reading::Reading;
use super::session::Sessions;
use super::{Journey, Look, ReadOptions};
use crate::event::EventType;
use crate::ledger::{Head, Record, VisitorLog};

/// A reader of one visitor after the other that reuses its buffers.
#[derive(Debug, Default)]
pub(crate) struct Reader<'a> {
    records: Vec<Record>,
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

impl<'a> Reader<'a> {
    /// Reads a visitor's journey.
    pub(crate) fn read(&mut self, log: VisitorLog<'a>, options: &ReadOptions) -> &mut Journey<'a> {
        self.clear();
        let mut records = std::mem::take(&mut self.records);
        log.read(&mut records);
        let visible = records.partition_point(|record| record.at <= options.as_of);
        Reading {
            log,
            read_options: options,
            reader: self,
        }
        .read(&records[..visible]);
        self.records = records;
        &mut self.journey
    }

    /// Returns a journey with only its looks, without pages, and its number of events. The heads are in order.
    pub(crate) fn read_looks(
        &mut self,
        heads: &[Head],
        read_options: &ReadOptions,
    ) -> &mut Journey<'a> {
        let journey = self.clear();
        for head in heads {
            if head.at() > read_options.as_of {
                break;
            }
            let look = Look {
                at: head.at(),
                page: None,
            };
            match head.event_type() {
                // The event has been replaced.
                None => continue,
                Some(EventType::WidgetImpression) => journey.impressions.push(look),
                Some(EventType::WidgetClicked) => journey.clicks.push(look),
                Some(_) => {}
            }
            journey.events += 1;
        }
        journey
    }

    /// Returns a journey with only its number of events.
    pub(crate) fn read_count(&mut self, events: u64) -> &mut Journey<'a> {
        let journey = self.clear();
        journey.events = events;
        journey
    }

    /// Returns the journey that was read last.
    pub(crate) fn into_journey(self) -> Journey<'a> {
        self.journey
    }

    /// Returns the journey, without records.
    fn clear(&mut self) -> &mut Journey<'a> {
        self.call_ids.clear();
        self.order_ids.clear();
        self.sessions.clear();
        self.conversation_ids.clear();
        self.survey_ids.clear();
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
        journey
    }
}

/// Takes a list without its elements.
fn emptied<T>(list: &mut Vec<T>) -> Vec<T> {
    list.clear();
    std::mem::take(list)
}
