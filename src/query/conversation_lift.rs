//! Visitors with a conversation compared with those without one.

use super::View;
use crate::journey::reader::Reader;
use crate::journey::{Fault, Position};
use crate::ledger::VisitorLog;
use crate::metrics::conversation_lift::{self, ConversationLift, ConversationLiftTally};

impl<'a> View<'a> {
    /// Compares visitors with a conversation with visitors without one; see [its
    /// module](crate::metrics::conversation_lift).
    ///
    /// Under a filter, the first group has the visitors with a selected conversation and the second those without any
    /// conversation. Visitors whose conversations are all excluded are in neither group.
    #[must_use]
    pub fn conversation_lift(&self) -> ConversationLift {
        let scan = self.scan();
        let context = &scan.context;
        let add =
            |tally: &mut ConversationLiftTally, log: VisitorLog<'a>, reader: &mut Reader<'a>| {
                let journey = reader.read(log, &scan.read_options);
                // Faults are in the order of the events.
                let is_set_aside = |position: Position| {
                    let found = journey
                        .faults
                        .binary_search_by_key(&position, |(at, _)| *at);
                    found.is_ok_and(|place| journey.faults[place].1 != Fault::OverRefund)
                };
                let mut instants = (0..).zip(log.instants(scan.read_options.as_of));
                if !instants
                    .any(|(position, at)| context.calendar.contains(at) && !is_set_aside(position))
                {
                    return;
                }
                let had_any = conversation_lift::first_opening(context, journey).is_some();
                scan.keep(log, journey);
                tally.add(context, journey, had_any);
            };
        let tally = scan.fold(
            ConversationLiftTally::default,
            add,
            ConversationLiftTally::merge,
        );
        tally.finish(self.query.period())
    }
}
