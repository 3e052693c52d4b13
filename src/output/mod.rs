//! Reports for readers: comparison with another report, rows of a table, Markdown, confidence intervals.
//!
//! All of these read a report through its [figures](crate::Report::figures) and know no metric by name.

mod compare;
mod estimates;
mod markdown;
mod rows;

pub use compare::{Change, Comparison, Difference};
pub use estimates::FigureEstimate;
pub use rows::{ChangeRow, FigureRow};
