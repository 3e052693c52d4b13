//! The contract, as claims: golden logs, identities, laws, figures worked by hand, clock changes, the wire form.

#![allow(
    clippy::float_cmp,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "expectations are exact, literals are passed as they are written, tables are long"
)]

mod attribution;
mod beside;
mod catalogue;
mod clocks;
mod compare;
mod comparison;
mod confidence;
mod csv;
mod dashboard;
mod drill_down;
mod example;
mod figures;
mod golden;
mod hostile;
mod identities;
mod laws;
mod ledger;
mod load;
mod logs;
mod markdown;
mod nasty;
mod options;
mod oracle;
#[cfg(feature = "snapshot")]
mod partial;
mod rows;
#[cfg(feature = "schema")]
mod schema;
mod selection;
mod series;
#[cfg(feature = "snapshot")]
mod snapshot;
mod wire;
mod zones;
