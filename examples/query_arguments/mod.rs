//! The command-line arguments that the examples share: a log and a query.

use std::error::Error;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use convometrics::catalogue::Family;
use convometrics::event::ReadErrorKind;
use convometrics::id::{AgentId, VisitorId};
use convometrics::ledger::LoadError;
use convometrics::query::OptionName;
use convometrics::query::{InitiatorKind, PageGrouping};
use convometrics::{Channel, Filter, Ledger, Options, Period, Query, Zone};
use indicatif::{ProgressBar, ProgressStyle};

/// A fortnight of a shop in Paris, written by the example `generate`.
const SAMPLE: &[u8] = include_bytes!("../data/fortnight.ndjson");

/// Logs shorter than this are read before a progress bar would be seen.
const LONG_LOG_BYTES: u64 = 8 * 1024 * 1024;

/// Of the invalid lines that are skipped, as many are shown.
const SHOWN_INVALID: u64 = 5;

#[derive(Debug, Args)]
pub(crate) struct QueryArguments {
    /// The log, one JSON event a line; `-` is standard input [default: the bundled sample log]
    file: Option<PathBuf>,
    /// First local date of the period [default: that of the first event]
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last local date of the period, included [default: that of the last event]
    #[arg(long, value_name = "DATE")]
    through: Option<NaiveDate>,
    /// IANA time zone of days and hours
    #[arg(long, default_value = "UTC")]
    zone: Zone,
    #[command(flatten)]
    options: OptionFlags,
    #[command(flatten)]
    filter: FilterFlags,
    #[arg(long, value_name = "FAMILY", value_delimiter = ',', help = families_help())]
    families: Vec<Family>,
    /// Short for `--page-grouping exact`
    #[arg(long, conflicts_with = "page_grouping")]
    exact_pages: bool,
    /// Report invalid lines on standard error and go on, instead of stopping at the first
    #[arg(long)]
    skip_invalid: bool,
}

fn families_help() -> String {
    let names: Vec<&str> = Family::OPTIONAL
        .iter()
        .map(|family| family.name())
        .collect();
    format!(
        "Families that a report has only if asked for: {}",
        names.join(", ")
    )
}

impl QueryArguments {
    /// The log's file, where it is one.
    #[allow(dead_code, reason = "one of the examples writes files")]
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref().filter(|path| path.as_os_str() != "-")
    }

    /// Whether the period is that of the log.
    #[allow(dead_code, reason = "one of the programs always needs a period")]
    pub(crate) fn has_no_dates(&self) -> bool {
        self.from.is_none() && self.through.is_none()
    }

    /// The options of the report.
    fn options(&self) -> Options {
        let options = self.options.0.clone();
        if self.exact_pages {
            return options.with_page_grouping(PageGrouping::Exact);
        }
        options
    }

    /// The query: the period, the options and the filter.
    pub(crate) fn query(&self, ledger: &Ledger) -> Result<Query, Box<dyn Error>> {
        let options = self.options();
        let period = self.period(ledger, &options)?;
        let query = Query::new(period)
            .with_options(options)
            .with_families(self.families.iter().copied());
        Ok(query.with_filter(self.filter.filter()))
    }

    /// The local dates given; a missing one is that of the first or the last event.
    fn period(&self, ledger: &Ledger, options: &Options) -> Result<Period, Box<dyn Error>> {
        let zone: &Zone = &self.zone;
        Ok(match (self.from, self.through, ledger.span(options)) {
            (Some(from), Some(through), _) => Period::from_dates(from, through, zone)?,
            (None, None, _) => ledger.whole_period(zone, options)?,
            (Some(from), None, Some((_, last))) => match zone.date(last) {
                through if through < from => {
                    return Err(format!("the last event is on {through}, before --from {from}; give --through as well").into());
                }
                through => Period::from_dates(from, through, zone)?,
            },
            (None, Some(through), Some((first, _))) => match zone.date(first) {
                from if through < from => {
                    return Err(format!("the first event is on {from}, after --through {through}; give --from as well").into());
                }
                from => Period::from_dates(from, through, zone)?,
            },
            (_, _, None) => {
                return Err(
                    "there is no event to take the period from; give --from and --through".into(),
                );
            }
        })
    }

    /// The log's events.
    pub(crate) fn read_log(&self) -> Result<Ledger, Box<dyn Error>> {
        match &self.file {
            None => record(SAMPLE, self.skip_invalid),
            Some(path) if path.as_os_str() == "-" => {
                let bar = progress(None);
                record(bar.wrap_read(io::stdin()), self.skip_invalid)
            }
            Some(path) => {
                let named = |error| format!("{}: {error}", path.display());
                let file = File::open(path).map_err(named)?;
                let length = file.metadata().map_err(named)?.len();
                let bar = progress(Some(length));
                record(bar.wrap_read(file), self.skip_invalid)
                    .map_err(|error| format!("{}: {error}", path.display()).into())
            }
        }
    }
}

/// The flags of the options: one for each, named like it.
#[derive(Debug, Clone)]
struct OptionFlags(Options);

impl Args for OptionFlags {
    fn augment_args(command: Command) -> Command {
        OptionName::ALL
            .into_iter()
            .fold(command, |command, option| {
                let name = option.name();
                let units = ["seconds", "percent"];
                let unit = units.into_iter().find(|unit| name.ends_with(unit));
                let help = match option.default_text() {
                    Some(default) => format!("{} [default: {default}]", option.meaning()),
                    None => option.meaning().to_owned(),
                };
                let flag = Arg::new(name)
                    .long(name.replace('_', "-"))
                    .value_name(unit.unwrap_or("value").to_uppercase())
                    .allow_negative_numbers(true)
                    .help(help);
                command.arg(flag)
            })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OptionFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = OptionName::ALL.into_iter().filter_map(|option| {
            let text = matches.get_one::<String>(option.name())?;
            Some((option, text.as_str()))
        });
        let options = Options::new().with_all(given).map_err(|error| {
            let flag = error.option().name().replace('_', "-");
            let text = format!("--{flag}: {error}\n");
            clap::Error::raw(ErrorKind::ValueValidation, text)
        })?;
        Ok(Self(options))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The flags of the filter. Flags that take ids or paths can be given several times.
#[derive(Debug, Args)]
struct FilterFlags {
    /// Only these visitors
    #[arg(long, value_name = "ID")]
    visitor: Vec<VisitorId>,
    /// Without these visitors
    #[arg(long, value_name = "ID")]
    except_visitor: Vec<VisitorId>,
    /// Only what belongs to these agents
    #[arg(long, value_name = "ID")]
    agent: Vec<AgentId>,
    /// Without what belongs to these agents alone
    #[arg(long, value_name = "ID")]
    except_agent: Vec<AgentId>,
    /// Only what opened on pages under these paths
    #[arg(long, value_name = "PATH")]
    page: Vec<String>,
    /// Without what opened on pages under these paths
    #[arg(long, value_name = "PATH")]
    except_page: Vec<String>,
    /// Only what opened over this channel: `text` or `video`
    #[arg(long)]
    channel: Option<Channel>,
    /// Only what this side opened: `visitor` or `agent`
    #[arg(long, value_name = "SIDE")]
    initiator: Option<InitiatorKind>,
}

impl FilterFlags {
    fn filter(&self) -> Filter {
        let mut filter = Filter::new()
            .except_visitors(self.except_visitor.iter().cloned())
            .except_agents(self.except_agent.iter().cloned())
            .except_pages_under(self.except_page.iter().cloned());
        if !self.visitor.is_empty() {
            filter = filter.only_visitors(self.visitor.iter().cloned());
        }
        if !self.agent.is_empty() {
            filter = filter.only_agents(self.agent.iter().cloned());
        }
        if !self.page.is_empty() {
            filter = filter.only_pages_under(self.page.iter().cloned());
        }
        if let Some(channel) = self.channel {
            filter = filter.only_channel(channel);
        }
        if let Some(initiator) = self.initiator {
            filter = filter.only_initiator(initiator);
        }
        filter
    }
}

fn record(input: impl Read + Send, skip_invalid: bool) -> Result<Ledger, Box<dyn Error>> {
    let mut ledger = Ledger::new();
    let mut skipped = 0_u64;
    let read = ledger.read_ndjson_with(input, |error| {
        if !skip_invalid {
            return Err(error);
        }
        skipped += 1;
        if skipped <= SHOWN_INVALID {
            eprintln!("skipped {error}");
        }
        Ok(())
    });
    match read {
        Err(LoadError::Line(error)) if !matches!(error.kind(), ReadErrorKind::Io(_)) => {
            return Err(format!("{error} (--skip-invalid goes on)").into());
        }
        read => read?,
    };
    if skip_invalid {
        eprintln!("invalid lines skipped: {skipped}");
    }
    Ok(ledger)
}

/// A bar on standard error while a long log is read; hidden where that is no terminal.
fn progress(length: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() || length.is_some_and(|length| length < LONG_LOG_BYTES) {
        return ProgressBar::hidden();
    }
    let (bar, template) = match length {
        Some(length) => (
            ProgressBar::new(length),
            "reading {bar:40} {bytes}/{total_bytes} ({bytes_per_sec}, {eta} left)",
        ),
        None => (
            ProgressBar::new_spinner(),
            "reading {spinner} {bytes} ({bytes_per_sec})",
        ),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
