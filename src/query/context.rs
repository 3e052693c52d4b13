//! What a query means for the rooms below: how a log is read, and what tallies need to know.

use super::Options;
use crate::journey::ReadOptions;
use crate::metrics::ReportContext;
use crate::metrics::responsiveness::Service;
use crate::time::{Calendar, Instant};

impl ReportContext {
    pub(crate) fn new(calendar: Calendar, options: &Options) -> Self {
        Self {
            calendar,
            top: options.top(),
            credit: options.credit_rules(),
            service: Service::default(),
        }
    }
}

impl ReadOptions {
    pub(crate) fn new(options: &Options, now: Option<Instant>) -> Self {
        Self {
            // An empty ledger has no event to see at any time.
            as_of: now.unwrap_or(Instant::MIN),
            session_timeout: options.session_timeout_micros(),
            pages: options.page_grouping(),
            replies: false,
        }
    }
}
