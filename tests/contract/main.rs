//! The contract, as claims: golden logs, identities, laws, figures worked by hand, clock changes, the wire form.

mod clocks;
mod compare;
mod example;
mod figures;
mod golden;
mod identities;
mod laws;
mod logs;
mod nasty;
mod wire;
