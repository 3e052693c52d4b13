//! The contract, as claims: golden logs, identities, laws, figures worked by hand, clock changes, the wire form.

#![allow(
    clippy::float_cmp,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "expectations are exact, literals are passed as they are written, tables are long"
)]

mod attribution;

mod catalogue;
mod clocks;
mod compare;
mod comparison;
mod confidence;
mod corrections;
mod csv;
mod drill_down;
#[path = "../support/event_json.rs"]
mod event_json;
mod example;
mod figures;
mod filter;
#[path = "../support/golden.rs"]
mod golden;
mod golden_logs;
mod hostile;
mod identities;
mod laws;
mod ledger;
mod load;
#[path = "../support/logs.rs"]
mod logs;
mod markdown;
#[path = "../support/nasty.rs"]
mod nasty;
mod nasty_places;
mod options;
mod oracle;
#[cfg(feature = "snapshot")]
mod partial;
#[path = "../support/queries.rs"]
mod queries;
mod query;
mod reported;
mod responsiveness;
mod rows;

mod series;
mod sessions;
#[cfg(feature = "snapshot")]
mod snapshot;
mod wire;
mod zones;
