//! The reader of visitors' events, whose buffers are reused from one visitor to the next.

use super::reading::{Buffers, Reading};
use super::{Extras, Journey, Look, ReadOptions};
use crate::event::EventType;
use crate::ledger::types::TALKS;
use crate::ledger::{Head, Record, VisitorLog};

/// A reader of one visitor after the other that reuses its buffers.
#[derive(Debug, Default)]
pub(crate) struct Reader<'a> {
    records: Vec<Record>,
    buffers: Buffers<'a>,
}

impl<'a> Reader<'a> {
    /// Reads a visitor's journey.
    pub(crate) fn read(
        &mut self,
        log: VisitorLog<'a>,
        read_options: &ReadOptions,
        extras: Extras,
    ) -> &mut Journey<'a> {
        self.buffers.clear().linked = log.linked();
        log.read(&mut self.records);
        let visible = self
            .records
            .partition_point(|record| record.at <= read_options.as_of);
        Reading {
            log,
            read_options,
            extras: Extras {
                // Without messages and calls, nothing depends on them.
                sessions: extras.sessions && !log.types().and(TALKS).is_empty(),
                ..extras
            },
            buffers: &mut self.buffers,
        }
        .read(&self.records[..visible]);
        &mut self.buffers.journey
    }

    /// Returns a journey with only its looks, without pages, and its numbers of events and linked ids. The heads are in
    /// order.
    pub(crate) fn read_looks(
        &mut self,
        log: VisitorLog<'a>,
        heads: &[Head],
        read_options: &ReadOptions,
    ) -> &mut Journey<'a> {
        let journey = self.buffers.clear();
        journey.linked = log.linked();
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

    /// Returns a journey with only its numbers of events and linked ids.
    pub(crate) fn read_count(&mut self, log: VisitorLog<'a>, events: u64) -> &mut Journey<'a> {
        let journey = self.buffers.clear();
        journey.linked = log.linked();
        journey.events = events;
        journey
    }

    /// Returns the journey that was read last.
    pub(crate) fn into_journey(self) -> Journey<'a> {
        self.buffers.journey
    }
}
