//! What is asked beside the report: waiting times, and visitors without a conversation as a baseline.

use super::{Options, Selection};
use crate::journey::reading::Reader;
use crate::journey::{Fault, Position};
use crate::ledger::{Ledger, VisitorLog};
use crate::metrics::conversation_lift::{self, ConversationLift, ConversationLiftTally};
use crate::metrics::responsiveness::{
    Responsiveness, ResponsivenessTally, Service, ServiceTargets,
};
use crate::time::{Instant, Period};

impl Ledger {
    /// Waiting times, reply times, call durations and service levels; see [its module](crate::metrics::responsiveness).
    ///
    /// ```
    /// use convometrics::metrics::responsiveness::ServiceTargets;
    /// use convometrics::{Ledger, NdjsonReader, Options, Ratio, Zone};
    ///
    /// let log = r#"
    /// {"id":"1","at":"2026-03-02T10:00:00Z","visitor":"bob","type":"call_requested","conversation":"c","call":"k","by":{"side":"visitor"}}
    /// {"id":"2","at":"2026-03-02T10:00:20Z","visitor":"bob","type":"call_answered","call":"k","agent":"ada"}
    /// "#;
    /// let mut ledger = Ledger::new();
    /// for event in NdjsonReader::new(log.as_bytes()) {
    ///     ledger.record(&event?)?;
    /// }
    /// let options = Options::new();
    /// let period = ledger.whole_period(&Zone::utc(), &options)?;
    /// let found = ledger.responsiveness(&period, &options, ServiceTargets::default());
    /// assert_eq!(found.organization.call_waiting.mean_seconds(), Some(20.0));
    /// assert_eq!(found.organization.call_service_level, Ratio::new(1, 1)); // within 20 seconds, exactly 20 included
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn responsiveness(
        &self,
        period: &Period,
        options: &Options,
        targets: ServiceTargets,
    ) -> Responsiveness {
        self.all().responsiveness(period, options, targets)
    }

    /// Visitors with a conversation beside those without one; see [its module](crate::metrics::conversation_lift).
    #[must_use]
    pub fn conversation_lift(&self, period: &Period, options: &Options) -> ConversationLift {
        self.all().conversation_lift(period, options)
    }
}

impl<'a> Selection<'a> {
    /// Waiting times and service levels of what passes.
    #[must_use]
    pub fn responsiveness(
        &self,
        period: &Period,
        options: &Options,
        targets: ServiceTargets,
    ) -> Responsiveness {
        let mut pass = self.pass(period, options);
        pass.lens.replies = true;
        pass.frame.service = Service::new(targets, pass.lens.as_of);
        let rows = pass.family::<ResponsivenessTally<'_>>();
        Responsiveness {
            period: period.clone(),
            as_of: pass.now.map(Instant::to_utc),
            targets,
            organization: rows.organization,
            agents: rows.agents,
            pages: rows.pages,
            daily: rows.daily,
        }
    }

    /// Visitors with a conversation that passes beside those without any conversation. Those whose conversations the
    /// filter leaves out are in neither group.
    #[must_use]
    pub fn conversation_lift(&self, period: &Period, options: &Options) -> ConversationLift {
        let pass = self.pass(period, options);
        let frame = &pass.frame;
        let add =
            |tally: &mut ConversationLiftTally, log: VisitorLog<'a>, reader: &mut Reader<'a>| {
                let journey = reader.read(log, &pass.lens);
                // Faults stand in the order of the events.
                let is_set_aside = |position: Position| {
                    let found = journey
                        .faults
                        .binary_search_by_key(&position, |(at, _)| *at);
                    let fault = found.ok().and_then(|place| journey.faults.get(place));
                    fault.is_some_and(|(_, fault)| *fault != Fault::OverRefund)
                };
                let mut instants = (0..).zip(log.instants(pass.lens.as_of));
                if !instants
                    .any(|(position, at)| frame.calendar.contains(at) && !is_set_aside(position))
                {
                    return;
                }
                let had_any = conversation_lift::first_opening(frame, journey).is_some();
                pass.keep(log, journey);
                tally.add(frame, journey, had_any);
            };
        let tally = pass.fold(
            ConversationLiftTally::default,
            add,
            ConversationLiftTally::merge,
        );
        tally.finish(period)
    }
}
