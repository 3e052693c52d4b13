//! The report of the query engine has the bytes of the core's report.

mod columns;
mod exact;
mod figures;
mod incremental;
mod linked;
mod memory;
#[allow(dead_code, reason = "the core's tests use more of it")]
#[path = "../../../tests/support/queries.rs"]
mod queries;
mod readme;
mod tables;

/// Valid events of every type.
#[allow(
    dead_code,
    clippy::needless_pass_by_value,
    reason = "the core's tests use more of it"
)]
#[path = "../../../tests/support/event_json.rs"]
mod event_json;
/// The core's golden logs.
#[allow(dead_code, reason = "the core's tests use more of it")]
#[path = "../../../tests/support/golden.rs"]
mod golden;
/// The core's random logs.
#[allow(
    dead_code,
    clippy::too_many_lines,
    reason = "the core's tests use more of it"
)]
#[path = "../../../tests/support/nasty.rs"]
mod nasty;
