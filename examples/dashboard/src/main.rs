//! Writes the dashboards of both glossaries as one HTML page. The page needs no network and no other file.
//!
//! ```text
//! cargo run --release --package convometrics-dashboard                     # the bundled sample log
//! cargo run --release --package convometrics-dashboard -- events.ndjson --zone Europe/Paris
//! cargo run --release --package convometrics-dashboard -- events.ndjson --from 2026-03-01 --through 2026-03-31 --output march.html
//! ```
//!
//! Ids, pages and feedback are text from outside. They are escaped and never become links. The policy of the page allows
//! its own script and style, and nothing else.

mod card;
mod chart;
mod content;
mod definitions;
mod engage;
mod one_to_one;
mod page;
mod policy;
#[path = "../../query_arguments/mod.rs"]
mod query_arguments;
mod table;
mod text;
mod trend;

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use content::Content;
use query_arguments::QueryArguments;

/// Conversational-commerce events in, the dashboards of the One-to-One and Engage glossaries out, as one HTML page.
#[derive(Debug, Parser)]
#[command(name = "dashboard")]
struct Arguments {
    #[command(flatten)]
    query: QueryArguments,
    /// Where the page is written, in place of what is there; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "dashboard.html")]
    output: PathBuf,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let ledger = arguments.query.read_log()?;
    let view = ledger.view(arguments.query.query(&ledger)?);
    let texts = std::env::args_os().skip(1);
    let quoted = quoted(texts.map(|argument| argument.to_string_lossy().into_owned()));
    let page = page::page(&Content::new(&view, &quoted)?).into_string();
    if arguments.output.as_os_str() == "-" {
        return print(page.as_bytes());
    }
    let named = |error| format!("{}: {error}", arguments.output.display());
    let is_log = |log: &PathBuf| match (fs::canonicalize(log), fs::canonicalize(&arguments.output))
    {
        (Ok(log), Ok(output)) => log == output,
        _ => false,
    };
    if arguments.query.file().is_some_and(is_log) {
        return Err(format!(
            "{}: this is the log; the page would replace it",
            arguments.output.display()
        )
        .into());
    }
    fs::write(&arguments.output, page).map_err(named)?;
    let path = fs::canonicalize(&arguments.output).map_err(named)?;
    print(format!("{}\n", path.display()).as_bytes())
}

fn print(bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    match io::stdout().write_all(bytes) {
        // Whoever reads the output may have seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Quotes the arguments for a shell, each followed by a space, without those of the output.
fn quoted(arguments: impl Iterator<Item = String>) -> String {
    let mut quoted = String::new();
    let mut is_output = false;
    for argument in arguments {
        let is_path = std::mem::take(&mut is_output);
        is_output = argument == "--output" || argument == "-o";
        if is_path || is_output || argument.starts_with("--output=") || argument.starts_with("-o") {
            continue;
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:,+=".contains(&byte);
        if !argument.is_empty() && argument.bytes().all(is_plain) {
            quoted += &argument;
        } else {
            quoted.push('\'');
            quoted += &argument.replace('\'', "'\\''");
            quoted.push('\'');
        }
        quoted.push(' ');
    }
    quoted
}
