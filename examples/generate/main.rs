//! Writes the log of a made-up shop to standard output. The bundled sample is made by
//!
//! ```text
//! cargo run --release --example generate > examples/data/fortnight.ndjson
//! ```

mod shop;

use std::error::Error;
use std::io::{self, BufWriter, Write};

use chrono::NaiveDate;
use clap::Parser;

use crate::shop::{Ids, Plan, write_log};

/// Writes the log of a made-up shop, one JSON event a line, in order of time.
#[derive(Debug, Parser)]
struct Arguments {
    /// The same seed gives the same log
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// First local date
    #[arg(long, default_value = "2026-03-20")]
    start: NaiveDate,
    /// How many days
    #[arg(long, default_value_t = 14)]
    days: u32,
    /// New visitors on an average day
    #[arg(long, default_value_t = 62)]
    visitors_a_day: u32,
    /// Hours that the shop's clock is ahead of UTC
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    hours_ahead: i64,
    /// The form of the ids: uuid, short, long or mixed
    #[arg(long, default_value = "uuid")]
    ids: Ids,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let plan = Plan {
        seed: arguments.seed,
        start: arguments.start,
        days: arguments.days,
        visitors_a_day: arguments.visitors_a_day,
        hours_ahead: arguments.hours_ahead,
        ids: arguments.ids,
    };
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    write_log(&plan, &mut out)?;
    out.flush()?;
    Ok(())
}
