//! Waiting times and service levels of a view.

use super::View;
use crate::metrics::responsiveness::{
    Responsiveness, ResponsivenessTally, Service, ServiceTargets,
};
use crate::time::Instant;

impl View<'_> {
    /// Computes waiting times, reply times, call durations and service levels; see [its
    /// module](crate::metrics::responsiveness).
    ///
    /// ```
    /// use convometrics::metrics::responsiveness::ServiceTargets;
    /// use convometrics::{Ledger, Options, Query, Ratio, Zone};
    ///
    /// let log = r#"
    /// {"id":"1","at":"2026-03-02T10:00:00Z","visitor":"bob","type":"call_requested","conversation":"c","call":"k","by":{"side":"visitor"}}
    /// {"id":"2","at":"2026-03-02T10:00:20Z","visitor":"bob","type":"call_answered","call":"k","agent":"ada"}
    /// "#;
    /// let mut ledger = Ledger::new();
    /// ledger.read_ndjson(log.as_bytes())?;
    /// let period = ledger.whole_period(&Zone::utc(), &Options::new())?;
    /// let waits = ledger.view(Query::new(period)).responsiveness(ServiceTargets::default());
    /// assert_eq!(waits.organization.call_waiting.mean_seconds(), Some(20.0));
    /// assert_eq!(waits.organization.call_service_level, Ratio::new(1, 1)); // within 20 seconds, exactly 20 included
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn responsiveness(&self, targets: ServiceTargets) -> Responsiveness {
        let mut scan = self.scan();
        scan.read_options.replies = true;
        scan.context.service = Service::new(targets, scan.read_options.as_of);
        let rows = scan.family::<ResponsivenessTally<'_>>();
        Responsiveness {
            period: self.query.period().clone(),
            as_of: scan.now.map(Instant::to_utc),
            targets,
            organization: rows.organization,
            agents: rows.agents,
            pages: rows.pages,
            daily: rows.daily,
        }
    }
}
