//! The metrics of `convometrics` inside `DataFusion`: events as Arrow columns, and aggregate functions over them that give
//! the core's report, to the byte.
//!
//! - [`register`] puts the [functions] on a `SessionContext`, for SQL; [`plan::report`] builds the plan and runs
//!   it.
//! - [`arrow`] has the schema of events, and reads and writes batches without an engine.
//! - [`incremental`] has a day's work without the year before it.
//! - [`figures`] makes a table of a report.
//!
//! The visitor is the partition key: each shard of the visitors is aggregated where its events have been put together, and
//! the partials, which are the core's [`PartialReport`](convometrics::PartialReport), are added up. No definition is here.

pub mod arrow;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod functions;
pub mod incremental;
pub mod plan;
mod query;

pub use functions::{figures, register, shard_of};

/// The README's examples, kept true by the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
