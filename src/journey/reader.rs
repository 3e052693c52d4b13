//! The reader of visitors' events, whose buffers are reused from one visitor to the next.

use super::builder::JourneyBuilder;
use super::reading::Reading;
use super::{Journey, Look, ReadOptions};
use crate::event::EventType;
use crate::ledger::{Head, Record, VisitorLog};

/// A reader of one visitor after the other that reuses its buffers.
#[derive(Debug, Default)]
pub(crate) struct Reader<'a> {
    records: Vec<Record>,
    builder: JourneyBuilder<'a>,
}

impl<'a> Reader<'a> {
    /// Reads a visitor's journey.
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

    /// Returns a journey with only its looks, without pages, and its number of events. The heads are in order.
    pub(crate) fn read_looks(
        &mut self,
        heads: &[Head],
        read_options: &ReadOptions,
    ) -> &mut Journey<'a> {
        self.builder.clear();
        let journey = &mut self.builder.journey;
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
        self.builder.clear();
        self.builder.journey.events = events;
        &mut self.builder.journey
    }

    /// Returns the journey that was read last.
    pub(crate) fn into_journey(self) -> Journey<'a> {
        self.builder.journey
    }
}
