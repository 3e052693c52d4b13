//! What the examples ask for: a log, a period and the options of its report.

use std::error::Error;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use convometrics::time::instant_from_rfc3339;
use convometrics::{
    Channel, GmvScope, LapsedTouch, Ledger, LoadError, Model, OptionError, Options, PageGrouping,
    Period, PositionEnds, ReadErrorKind, WindowEdge, Zone,
};
use indicatif::{ProgressBar, ProgressStyle};

/// A fortnight of a shop in Paris, written by the example `generate`.
const SAMPLE: &[u8] = include_bytes!("../data/fortnight.ndjson");

/// Logs shorter than this are read before a progress bar would be seen.
const LONG_LOG_BYTES: u64 = 8 * 1024 * 1024;

/// Of the invalid lines that are skipped, as many are shown.
const SHOWN_INVALID: u64 = 5;

#[derive(Debug, Args)]
pub(crate) struct Asked {
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
    /// "Now", in RFC 3339: later events are not seen [default: the last event's instant]
    #[arg(long, value_name = "INSTANT", value_parser = instant_from_rfc3339)]
    as_of: Option<DateTime<Utc>>,
    /// How old a touch may be to be credited with an order [default: 2592000, 30 days]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(0..=3_162_240_000))]
    window_seconds: Option<u64>,
    /// The same for text touches alone
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(0..=3_162_240_000))]
    text_window_seconds: Option<u64>,
    /// The same for video touches alone
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(0..=3_162_240_000))]
    video_window_seconds: Option<u64>,
    /// What a nearest touch means that is older than its channel's window: it `blocks` all credit, or is `passed_over`
    #[arg(long, value_name = "MEANING", default_value_t)]
    lapsed_touch: LapsedTouch,
    /// Whether a touch exactly a window old counts: `inclusive` or `exclusive`
    #[arg(long, value_name = "EDGE", default_value_t)]
    window_edge: WindowEdge,
    /// How credit for an order is shared: `last_touch`, `first_touch`, `linear`, `position_based` or `time_decay`
    #[arg(long, default_value_t)]
    model: Model,
    /// The age at which a touch weighs half under `time_decay` [default: 604800, 7 days]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    half_life_seconds: Option<u64>,
    /// The first candidate's share under `position_based` [default: 40]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, value_parser = clap::value_parser!(u8).range(0..=100))]
    position_first_percent: Option<u8>,
    /// The last candidate's share under `position_based` [default: 40]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, value_parser = clap::value_parser!(u8).range(0..=100))]
    position_last_percent: Option<u8>,
    /// Which orders count for attributed GMV: `video`, those with a video touch, or `any`
    #[arg(long, value_name = "SCOPE", default_value_t)]
    gmv_scope: GmvScope,
    /// Rows of the lists of pages, triggers and messages [default: 10]
    #[arg(long, value_name = "ROWS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    top: Option<u64>,
    /// The silence that ends a derived session, and closes any [default: 1800, 30 minutes]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    session_timeout_seconds: Option<u64>,
    /// Group pages by their exact text instead of the part before `?` or `#`
    #[arg(long)]
    exact_pages: bool,
    /// Report invalid lines on standard error and go on, instead of stopping at the first
    #[arg(long)]
    skip_invalid: bool,
}

impl Asked {
    /// The log's file, where it is one.
    #[allow(dead_code, reason = "one of the examples writes files")]
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref().filter(|path| path.as_os_str() != "-")
    }

    /// The options, checked.
    pub(crate) fn options(&self) -> Result<Options, OptionError> {
        let mut options = Options::new()
            .with_window_edge(self.window_edge)
            .with_model(self.model)
            .with_lapsed_touch(self.lapsed_touch)
            .with_gmv_scope(self.gmv_scope);
        if self.exact_pages {
            options = options.with_page_grouping(PageGrouping::Exact);
        }
        if let Some(as_of) = self.as_of {
            options = options.with_as_of(as_of)?;
        }
        if let Some(seconds) = self.window_seconds {
            options = options.with_window_seconds(seconds)?;
        }
        for (channel, seconds) in [
            (Channel::Text, self.text_window_seconds),
            (Channel::Video, self.video_window_seconds),
        ] {
            if let Some(seconds) = seconds {
                options = options.with_channel_window_seconds(channel, seconds)?;
            }
        }
        let ends = PositionEnds::default();
        let ends = PositionEnds::new(
            self.position_first_percent.unwrap_or(ends.first_percent()),
            self.position_last_percent.unwrap_or(ends.last_percent()),
        )?;
        options = options.with_position_ends(ends);
        if let Some(seconds) = self.half_life_seconds {
            options = options.with_half_life_seconds(seconds)?;
        }
        if let Some(rows) = self.top {
            options = options.with_top(usize::try_from(rows).unwrap_or(usize::MAX))?;
        }
        if let Some(seconds) = self.session_timeout_seconds {
            options = options.with_session_timeout_seconds(seconds)?;
        }
        Ok(options)
    }

    /// The local dates asked for; where one is left out, that of the first or the last event.
    pub(crate) fn period(
        &self,
        ledger: &Ledger,
        options: &Options,
    ) -> Result<Period, Box<dyn Error>> {
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
