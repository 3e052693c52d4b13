//! The metrics of `convometrics` inside a query engine.

pub mod arrow;
mod asked;
pub mod functions;
pub mod plan;

pub use functions::{figures, register, shard_of};
