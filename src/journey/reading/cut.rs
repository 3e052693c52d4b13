//! Cuts the conversations of sources that keep one id forever; see
//! [`definitions`](crate::definitions#conversations).

use hashbrown::HashMap;

use super::{Reading, call_outcome};
use crate::event::EventData;
use crate::journey::Position;
use crate::ledger::Record;
use crate::time::Instant;

impl Reading<'_, '_> {
    /// Cuts threads where `timeout` microseconds or more pass between two neighbours, unless both are within one
    /// connected call.
    pub(super) fn cut_threads(&mut self, records: &[Record], timeout: i64) {
        let mut events: Vec<Vec<(Position, Option<usize>)>> = Vec::new();
        for (position, record) in (0..).zip(records) {
            if self.remark_on(position, &record.data).is_some() {
                continue;
            }
            let (thread, call) = match record.data {
                EventData::ChatRequested { conversation, .. }
                | EventData::MessageSent {
                    conversation,
                    by: Some(_),
                } => (self.thread(conversation), None),
                EventData::CallRequested {
                    conversation, call, ..
                } => (self.thread(conversation), Some(self.call_number(call))),
                _ => {
                    let Some(call) = call_outcome(&record.data) else {
                        continue;
                    };
                    let call = self.call_number(call);
                    (self.buffers.journey.calls[call].thread, Some(call))
                }
            };
            if events.len() <= thread {
                events.resize_with(thread + 1, Vec::new);
            }
            events[thread].push((position, call));
        }
        for events in events {
            self.cut_thread(records, timeout, &events);
        }
    }

    /// Cuts one thread, whose events have these positions and calls.
    fn cut_thread(
        &mut self,
        records: &[Record],
        timeout: i64,
        events: &[(Position, Option<usize>)],
    ) {
        // From the first `call_connected` of each call to its last `call_ended`.
        let mut connections: HashMap<usize, (Position, Position)> = HashMap::new();
        for (position, call) in events {
            match (records[*position as usize].data, call) {
                (EventData::CallConnected { .. }, Some(call)) => {
                    connections.entry(*call).or_insert((*position, *position));
                }
                (EventData::CallEnded { .. }, Some(call)) => {
                    if let Some((_, end)) = connections.get_mut(call) {
                        *end = *position;
                    }
                }
                _ => {}
            }
        }
        let starts: HashMap<Position, Position> = connections.into_values().collect();
        let (mut part, mut held_until) = (0, 0);
        let mut before = None;
        for (position, _) in events {
            let record = &records[*position as usize];
            let has_passed = |before: Instant| record.at.since(before) >= timeout;
            if before.is_some_and(has_passed) && *position > held_until {
                part += 1;
            }
            before = Some(record.at);
            // A connection holds together what follows its start.
            let end = starts.get(position).copied().unwrap_or(0);
            held_until = held_until.max(end);
            if part > 0 {
                self.buffers.parts.insert(*position, part);
            }
        }
    }
}
