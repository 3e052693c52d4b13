//! What is done with arbitrary bytes, and what must hold whatever they are: a claim that fails panics.
//!
//! The tests beside run each body on random bytes, the targets in `fuzz/` on bytes that a fuzzer looks for.

pub(crate) mod attribution;
pub(crate) mod event;
pub(crate) mod generator;
pub(crate) mod ledger;
pub(crate) mod ndjson;
pub(crate) mod periods;
#[path = "../../support/queries.rs"]
pub(crate) mod queries;
#[cfg(feature = "snapshot")]
pub(crate) mod snapshot;
