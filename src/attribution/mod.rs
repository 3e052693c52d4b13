//! The attribution-window engine: touches and conversions in, exact credit out.
//!
//! A tool in its own right: it knows windows, models and exact splitting, and nothing of chats or agents. A
//! [`Touch`] is `(who, when, label, channel)`, a [`Conversion`] `(who, when, amount)`; tuples serve, and so do types of
//! your own. [`Rules`] say what counts and how credit is shared:
//!
//! - [`Rules::attribute`] gives the credit for each conversion, [`Rules::credit_by_label`] the sums per label;
//! - [`Rules::explain`] explains the role of each touch in one conversion;
//! - [`Rules::what_if`] gives a table of windows × models in one pass.
//!
//! The report uses this engine and nothing else, with a visitor's conversations as labels, text and video as channels,
//! and the engagements of [`definitions`](crate::definitions#touches) as touches.
//!
//! # Which touches count
//!
//! A touch is a **candidate** of a conversion when, in this order:
//!
//! 1. it is of the same *who* and stands **at or before** it: a touch after its conversion is never credited;
//! 2. its channel is in scope ([`Rules::only_channels`]) and its label is not excluded ([`Rules::excluding`]); what is
//!    left out is as if it had not been, and what stood on both sides of it becomes adjacent;
//! 3. it is no older than the **lookback window** of its channel: elapsed time, not calendar days, compared to the
//!    microsecond;
//! 4. the latest touch of its label that passes 1 and 2 is in *its* window too ([`LapsedTouch`]); otherwise the label is
//!    not credited. With one window for all channels this adds nothing;
//! 5. no later touch of its label stands for it ([`Path`]): by default none does.
//!
//! A conversion without a candidate is **unattributed**: it is returned with no credit, never dropped.
//!
//! ```text
//!     window of 30 days       |<----------------- 30 days ----------------->|
//!                             |                                             |
//!   --x-----------------------o----------------o------------o---------------C---------x-->
//!     A                       B                D            E               F         G
//!
//!     touch  age              edge inclusive   edge exclusive
//!     A      30 days + 1 µs   no               no               out of the window
//!     B      30 days          yes              no               exactly a window old
//!     D      20 days          yes              yes
//!     E      1 µs             yes              yes
//!     F      0                yes              yes              at the conversion's own instant, not after it
//!     G      -1 µs            no               no               after the conversion
//!
//!     window of 0             only F           none
//!     no limit                A to F           A to F
//! ```
//!
//! With 30 days after video and 3 days after text, a conversion on day 20, and touches of one label:
//!
//! ```text
//!     day  0         5         10        15        20
//!          V-------------------T-----------T---T---C---->
//!          in                  out         out in         V and the text of day 18 are candidates
//!
//!          V-------------------T-------------------C---->
//!          in                  out                        the latest has lapsed: the label is not credited
//!                                                         (LapsedTouch::PassedOver: V is the candidate)
//! ```
//!
//! If V and T had different labels, V would be a candidate in both cases. In a report, the label is the conversation.
//!
//! # In which order
//!
//! Touches stand by instant, then by label, then by channel, in the orders of these types; where all are equal, as they
//! are given. So no order of input shows in what a label is credited with (a [`CreditModel`] that looks at more of a
//! touch than these may tell equal ones apart). Instants may carry an order of their own ([`When`]); a touch that is
//! equal to its conversion in it stands before it.
//!
//! # Model
//!
//! A [`Model`] gives each candidate a weight. 100.00 EUR over three touches, 14, 7 and 0 days before the order:
//!
//! ```text
//!                          14 days              7 days               0 days
//!   last_touch                                                       100.00 ████████████████████
//!   first_touch            100.00 ████████████████████
//!   linear                  33.34 ███████        33.33 ███████        33.33 ███████
//!   position_based          40.00 ████████       20.00 ████           40.00 ████████
//!   time_decay, 7 days      14.29 ███            28.57 ██████         57.14 ███████████
//! ```
//!
//! | model | first | middle | last | why |
//! | --- | --- | --- | --- | --- |
//! | `last_touch` | – | – | 100.00 | all to the last |
//! | `first_touch` | 100.00 | – | – | all to the first |
//! | `linear` | 33.34 | 33.33 | 33.33 | thirds; the cent left over goes to the earliest |
//! | `position_based` | 40.00 | 20.00 | 40.00 | 40 % first, 40 % last, 20 % for all between |
//! | `time_decay`, half-life 7 days | 14.29 | 28.57 | 57.14 | weights ¼, ½ and 1: 1/7, 2/7, 4/7 |
//!
//! Position-based credit of four candidates is 40 / 10 / 10 / 40, of two halves, of one all; the ends can be set
//! ([`PositionEnds`]). The half-life of time decay is given or follows the window ([`HalfLife`]): by default it is 7.5
//! days here, a quarter of 30, while that of a report is the option `half_life_seconds`, by default 7 days. A
//! [`CreditModel`] is one of your own.
//!
//! # Splitting
//!
//! A candidate's share is exactly its weight of the sum of all weights, a [`Fraction`]. Amounts are cut to the digits
//! that the conversion's amount needs or to its currency's minor unit, whichever is finer; the units left over go one
//! each to the largest remainders, of equal ones to the earlier candidate. So amounts always sum to the conversion's.
//! Weights are whole numbers; those of `time_decay`, irrational by nature, are rounded to multiples of 2^−67, the same
//! on every machine.
//!
//! # Cost
//!
//! n log n over touches and conversions, plus the size of the result: `last_touch` and `first_touch` look at one
//! candidate of each conversion, the other models at all of them. Each conversion and each touch also looks at each
//! different length of window. If channels have windows of different lengths, `first_touch` on the exposure and the last
//! path also looks at all candidates, and the exposure path at all touches in their windows.

mod credit;
mod decay;
mod error;
mod explain;
mod fraction;
mod model;
mod rules;
mod split;
mod touch;
mod walk;
mod window;

pub use credit::{Attributed, ConversionSum, Credit, CreditByLabel, WhatIfCredit};
pub use error::RuleError;
pub use explain::{CandidateCredit, ExplainedTouch, Explanation, Reason};
pub use fraction::Fraction;
pub use model::{Candidate, CreditModel, HalfLife, Model, PositionEnds, Reach, Weight};
pub use rules::{LapsedTouch, Path, Rules};
pub(crate) use split::split;
pub use touch::{Conversion, Touch, When};
pub(crate) use walk::Walk;
pub use window::{Window, WindowEdge};
