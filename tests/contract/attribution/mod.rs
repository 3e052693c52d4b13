//! The attribution engine, by itself and inside the report.

mod by_hand;
mod explained;
mod laws;
mod naive;
mod what_if;
