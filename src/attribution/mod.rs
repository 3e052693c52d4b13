//! How credit for an order is shared: which touches are candidates, and what each of them gets.
//!
//! A report does the work; the choices are [`Model`] and [`WindowEdge`]. The rules are those of any touch and any
//! conversion.
//!
//! # Window
//!
//! A touch is a **candidate** of a conversion when it stands at or before it and is no older than the lookback
//! window: elapsed time, not calendar days, compared to the microsecond. Both edges count by default
//! ([`WindowEdge::Inclusive`]); [`WindowEdge::Exclusive`] leaves out the touch that is exactly a window old.
//!
//! ```text
//!   window of 30 days        |<------------- 30 days ------------->|
//!                            |                                     |
//!   ----x--------------------o------------o------------------------o---------x--->
//!   30 d + 1 µs            30 d       within                  conversion   after it
//!   no candidate     inclusive: yes      yes                   0 µs: yes   never
//!                    exclusive: no
//! ```
//!
//! # Model
//!
//! A [`Model`] gives each candidate a weight. 100.00 EUR over three touches, 14, 7 and 0 days before the order:
//!
//! | model | first | middle | last | why |
//! | --- | --- | --- | --- | --- |
//! | `last_touch` | – | – | 100.00 | all to the last |
//! | `first_touch` | 100.00 | – | – | all to the first |
//! | `linear` | 33.34 | 33.33 | 33.33 | thirds; the cent left over goes to the earliest |
//! | `position_based` | 40.00 | 20.00 | 40.00 | 40 % first, 40 % last, 20 % for all between |
//! | `time_decay`, half-life 7 days | 14.29 | 28.57 | 57.14 | weights ¼, ½ and 1: 1/7, 2/7, 4/7 |
//!
//! Position-based credit of two candidates is halves; of one, all.
//!
//! # Splitting
//!
//! Shares are cut to the digits that the amount needs or the currency's minor unit, whichever is finer; the units left
//! over go one each to the largest remainders, of equal ones to the earlier candidate. So shares always sum to the
//! amount. Weights are whole numbers; those of `time_decay`, irrational by nature, are rounded to multiples of 2^−67,
//! the same on every machine.

mod decay;
mod model;
mod split;
mod window;

pub use model::Model;
pub(crate) use model::{Credit, HalfLife};
pub(crate) use split::split;
pub(crate) use window::Window;
pub use window::WindowEdge;
