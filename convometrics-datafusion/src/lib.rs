//! The metrics of `convometrics` inside `DataFusion`: events as Arrow columns, and aggregate functions over them. The
//! report has the bytes of the core's report.
//!
//! - [`register`] registers the [functions] for SQL. [`plan::report`] builds the plan and runs it.
//! - [`plan::links`] resolves the links between visitors, so that linked visitors are aggregated together.
//! - [`arrow`] has the schema of events, and reads and writes batches without an engine.
//! - [`incremental`] updates a report day by day without reading all events.
//! - [`figures`] returns a report as a table.
//!
//! The visitor is the partition key: each shard of the visitors is aggregated separately, and the partial reports, which
//! are the core's [`PartialReport`](convometrics::PartialReport), are merged. All definitions are in the core.

pub mod arrow;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod functions;
pub mod incremental;
mod links;
pub mod plan;
mod query;

pub use functions::{figures, register, shard_of};

/// The examples of the README, compiled by the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
