//! The reader of visitors' events, whose buffers are reused from one visitor to the next.

use super::reading::{Buffers, Reading};
use super::{Journey, Look, ReadOptions};
use crate::event::EventType;
use crate::ledger::{Head, Record, VisitorLog};

/// A reader of one visitor after the other that reuses its buffers.
#[derive(Debug, Default)]
pub(crate) struct Reader<'a> {
    records: Vec<Record>,
    buffers: Buffers<'a>,
}

impl<'a> Reader<'a> {
    /// Reads a visitor's journey.
    pub(crate) fn read(&mut self, log: VisitorLog<'a>, options: &ReadOptions) -> &mut Journey<'a> {
        self.buffers.clear();
        log.read(&mut self.records);
        let visible = self
            .records
            .partition_point(|record| record.at <= options.as_of);
        Reading {
            log,
            read_options: options,
            buffers: &mut self.buffers,
        }
        .read(&self.records[..visible]);
        &mut self.buffers.journey
    }

    /// Returns a journey with only its looks, without pages, and its number of events. The heads are in order.
    pub(crate) fn read_looks(
        &mut self,
        heads: &[Head],
        read_options: &ReadOptions,
    ) -> &mut Journey<'a> {
        let journey = self.buffers.clear();
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
        let journey = self.buffers.clear();
        journey.events = events;
        journey
    }

    /// Returns the journey that was read last.
    pub(crate) fn into_journey(self) -> Journey<'a> {
        self.buffers.journey
    }
}
