//! What the query engine reports is what the core reports, byte for byte.

mod columns;
mod exact;
mod figures;
mod incremental;
mod memory;
#[allow(dead_code, reason = "the core's tests need more of it")]
#[path = "../../../tests/support/queries.rs"]
mod queries;
mod readme;
mod tables;

/// The core's random logs.
#[allow(
    dead_code,
    clippy::too_many_lines,
    reason = "the core's tests ask for more of it"
)]
#[path = "../../../tests/support/nasty.rs"]
mod nasty;
