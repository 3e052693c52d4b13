//! Explanations of figures: the records behind a figure, the touches behind an order, and the figures under other
//! rules.
//!
//! [`View::drill_down`](crate::View::drill_down) lists the records of a figure, counted and excluded.
//! [`View::explain`](crate::View::explain) shows why an order counted, and for whom.
//! [`View::what_if`](crate::View::what_if) compares attribution windows and models.

mod drill_down;
mod order;
mod what_if;

pub use drill_down::{Contribution, MeanSample, Reason, Record, Verdict};
pub use order::{OrderExplanation, OrderTouch, TouchCredit, TouchVerdict};
pub use what_if::{AgentCredit, WhatIf, WhatIfCell};
