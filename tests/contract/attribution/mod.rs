//! The attribution engine, by itself and inside the report.

mod by_hand;
mod explained;
mod laws;
mod naive;
pub(crate) mod what_if;
