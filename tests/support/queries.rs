//! Queries and times, in short.

use std::time::Duration;

use convometrics::explain::OrderExplanation;
use convometrics::{Ledger, Options, Period, PeriodError, Query, Zone};

pub(crate) fn query(period: &Period, options: &Options) -> Query {
    Query::new(period.clone()).with_options(options.clone())
}

/// A query for the days of all visible events; for an empty period where there is no event.
pub(crate) fn whole_log(ledger: &Ledger, options: &Options) -> Query {
    let period = match ledger.whole_period(&Zone::utc(), options) {
        Err(PeriodError::NoEvents) => {
            let start = "2026-03-02T00:00:00Z".parse().unwrap();
            Period::new(start, start, &Zone::utc()).unwrap()
        }
        period => period.unwrap(),
    };
    query(&period, options)
}

/// The explanations of all visible orders.
pub(crate) fn explanations<'a>(
    ledger: &'a Ledger,
    options: &Options,
) -> impl Iterator<Item = OrderExplanation> + use<'a> {
    ledger.view(whole_log(ledger, options)).explanations()
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
