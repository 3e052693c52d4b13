//! Queries and times, in short.

use std::time::Duration;

use chrono::TimeDelta;
use convometrics::explain::OrderExplanation;
use convometrics::{Ledger, Options, Period, Query, Zone};

pub(crate) fn query(period: &Period, options: &Options) -> Query {
    Query::new(period.clone()).with_options(options.clone())
}

/// A query for the days of all visible events. Where they make no period, it is for the last 3 000 days of them, or for an
/// empty period where there is no event.
pub(crate) fn whole_log(ledger: &Ledger, options: &Options) -> Query {
    let utc = Zone::utc();
    let period = ledger.whole_period(&utc, options).unwrap_or_else(|_| {
        let (first, last) = ledger.span(options).unwrap_or_default();
        let start = first.max(last - TimeDelta::days(3_000));
        Period::new(start, last, &utc).unwrap()
    });
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
