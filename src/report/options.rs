//! What a report can be asked for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attribution::{HalfLife, Model, Window, WindowEdge};
use crate::error::OptionError;
use crate::journey::PageGrouping;
use crate::journey::conversation::TouchScope;
use crate::metrics::credit::CreditRules;
use crate::metrics::gmv::GmvScope;
use crate::report::Report;
use crate::time::{Instant, MICROS_A_SECOND};

const DAY_SECONDS: u64 = 86_400;
/// 36 600 days.
const MAX_WINDOW_SECONDS: u64 = 36_600 * DAY_SECONDS;

/// The options of a report, each with its default.
///
/// | option | meaning | default | allowed |
/// | --- | --- | --- | --- |
/// | `as_of` | "now": events after it are not seen | the latest event's instant | any instant |
/// | `session_timeout_seconds` | the gap that ends a derived session, and closes any | 1 800 | at least 1 |
/// | `page_grouping` | what makes two pages one | `path` | `path`, `exact` |
/// | `top` | rows of the lists of pages, triggers and messages | 10 | at least 1 |
/// | `attribution.window_seconds` | how old a touch may be | 2 592 000 (30 days) | 0 to 36 600 days |
/// | `attribution.window_edge` | whether a touch exactly that old counts | `inclusive` | `inclusive`, `exclusive` |
/// | `attribution.model` | how credit is shared | `last_touch` | see [`Model`] |
/// | `attribution.half_life_seconds` | of `time_decay` | 604 800 (7 days) | at least 1 |
/// | `attribution.gmv_scope` | which orders count for GMV | `video` | `video`, `any` |
///
/// ```
/// use convometrics::{Model, Options};
///
/// let options = Options::new().window_seconds(7 * 86_400)?.model(Model::Linear).top(3)?;
/// assert_eq!(options.settings().attribution().window_seconds, 604_800);
/// # Ok::<(), convometrics::OptionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    as_of: Option<DateTime<Utc>>,
    settings: ReportOptions,
}

/// The options that a report was made with, as it echoes them: all of [`Options`] but `as_of`, which is a field of the
/// report itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ReportOptionsJson")]
pub struct ReportOptions {
    session_timeout_seconds: u64,
    page_grouping: PageGrouping,
    top: u64,
    attribution: AttributionOptions,
}

/// The options of attribution; see [`Options`] for their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttributionOptions {
    /// How old a touch may be, in seconds.
    pub window_seconds: u64,
    /// Whether a touch exactly that old counts.
    pub window_edge: WindowEdge,
    /// How credit is shared.
    pub model: Model,
    /// The age at which a touch weighs half under `time_decay`, in seconds.
    pub half_life_seconds: u64,
    /// Which orders count for GMV.
    pub gmv_scope: GmvScope,
}

#[derive(Deserialize)]
struct ReportOptionsJson {
    session_timeout_seconds: u64,
    page_grouping: PageGrouping,
    top: u64,
    attribution: AttributionOptions,
}

impl TryFrom<ReportOptionsJson> for ReportOptions {
    type Error = OptionError;

    fn try_from(json: ReportOptionsJson) -> Result<Self, OptionError> {
        let attribution = json.attribution;
        let options = Options::new()
            .session_timeout_seconds(json.session_timeout_seconds)?
            .page_grouping(json.page_grouping)
            .top(usize::try_from(json.top).unwrap_or(usize::MAX))?
            .window_seconds(attribution.window_seconds)?
            .window_edge(attribution.window_edge)
            .model(attribution.model)
            .half_life_seconds(attribution.half_life_seconds)?
            .gmv_scope(attribution.gmv_scope);
        Ok(options.settings)
    }
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            session_timeout_seconds: 30 * 60,
            page_grouping: PageGrouping::default(),
            top: 10,
            attribution: AttributionOptions {
                window_seconds: 30 * DAY_SECONDS,
                window_edge: WindowEdge::default(),
                model: Model::default(),
                half_life_seconds: 7 * DAY_SECONDS,
                gmv_scope: GmvScope::default(),
            },
        }
    }
}

impl ReportOptions {
    /// The gap that ends a derived session, and closes any.
    #[must_use]
    pub fn session_timeout_seconds(&self) -> u64 {
        self.session_timeout_seconds
    }

    /// How pages are grouped.
    #[must_use]
    pub fn page_grouping(&self) -> PageGrouping {
        self.page_grouping
    }

    /// Rows of the lists of pages, triggers and messages.
    #[must_use]
    pub fn top(&self) -> u64 {
        self.top
    }

    /// The options of attribution.
    #[must_use]
    pub fn attribution(&self) -> &AttributionOptions {
        &self.attribution
    }
}

impl Options {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The options that give a report again: its own, and its `as_of`.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        Self {
            as_of: report.as_of,
            settings: report.options.clone(),
        }
    }

    /// Sets "now". Digits finer than a microsecond are cut.
    ///
    /// # Errors
    /// An [`OptionError`] that names `as_of` outside the years 0000 to 9999 of UTC.
    pub fn as_of(mut self, as_of: DateTime<Utc>) -> Result<Self, OptionError> {
        let instant = Instant::new(as_of).ok_or_else(|| {
            OptionError::new(
                "as_of",
                format_args!("{as_of:?}"),
                "an instant within the years 0000 to 9999 of UTC, no leap second",
            )
        })?;
        self.as_of = Some(instant.to_utc());
        Ok(self)
    }

    /// Sets the gap that ends a derived session, and closes any session.
    ///
    /// # Errors
    /// An [`OptionError`] that names `session_timeout_seconds` below 1.
    pub fn session_timeout_seconds(mut self, seconds: u64) -> Result<Self, OptionError> {
        self.settings.session_timeout_seconds = at_least_1("session_timeout_seconds", seconds)?;
        Ok(self)
    }

    /// Sets how pages are grouped.
    #[must_use]
    pub fn page_grouping(mut self, grouping: PageGrouping) -> Self {
        self.settings.page_grouping = grouping;
        self
    }

    /// Sets how many rows the lists of pages, triggers and messages have at most.
    ///
    /// # Errors
    /// An [`OptionError`] that names `top` below 1.
    pub fn top(mut self, rows: usize) -> Result<Self, OptionError> {
        self.settings.top = at_least_1("top", rows as u64)?;
        Ok(self)
    }

    /// Sets how old a touch may be. 0 keeps only touches of the order's own instant.
    ///
    /// # Errors
    /// An [`OptionError`] that names `window_seconds` above 36 600 days.
    pub fn window_seconds(mut self, seconds: u64) -> Result<Self, OptionError> {
        if seconds > MAX_WINDOW_SECONDS {
            return Err(OptionError::new(
                "window_seconds",
                seconds,
                "0 to 3162240000 (36600 days)",
            ));
        }
        self.settings.attribution.window_seconds = seconds;
        Ok(self)
    }

    /// Sets whether a touch exactly a window old counts.
    #[must_use]
    pub fn window_edge(mut self, edge: WindowEdge) -> Self {
        self.settings.attribution.window_edge = edge;
        self
    }

    /// Sets how credit is shared.
    #[must_use]
    pub fn model(mut self, model: Model) -> Self {
        self.settings.attribution.model = model;
        self
    }

    /// Sets the half-life of `time_decay`.
    ///
    /// # Errors
    /// An [`OptionError`] that names `half_life_seconds` below 1.
    pub fn half_life_seconds(mut self, seconds: u64) -> Result<Self, OptionError> {
        self.settings.attribution.half_life_seconds = at_least_1("half_life_seconds", seconds)?;
        Ok(self)
    }

    /// Sets which orders count for GMV.
    #[must_use]
    pub fn gmv_scope(mut self, scope: GmvScope) -> Self {
        self.settings.attribution.gmv_scope = scope;
        self
    }

    /// What a report echoes of them.
    #[must_use]
    pub fn settings(&self) -> &ReportOptions {
        &self.settings
    }

    pub(crate) fn as_of_instant(&self) -> Option<Instant> {
        self.as_of.and_then(Instant::new)
    }

    /// Microseconds.
    pub(crate) fn session_timeout(&self) -> i64 {
        micros(self.settings.session_timeout_seconds)
    }

    pub(crate) fn pages(&self) -> PageGrouping {
        self.settings.page_grouping
    }

    pub(crate) fn rows(&self) -> usize {
        usize::try_from(self.settings.top).unwrap_or(usize::MAX)
    }

    pub(crate) fn credit_rules(&self) -> CreditRules {
        let attribution = &self.settings.attribution;
        CreditRules {
            window: Window {
                length: micros(attribution.window_seconds),
                edge: attribution.window_edge,
            },
            model: attribution.model,
            half_life: HalfLife(micros(attribution.half_life_seconds)),
            gmv_scope: match attribution.gmv_scope {
                GmvScope::Video => TouchScope::Video,
                GmvScope::Any => TouchScope::Any,
            },
        }
    }
}

/// No two instants are further apart than the greatest number of microseconds, so that a longer time means the same.
fn micros(seconds: u64) -> i64 {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(MICROS_A_SECOND))
        .unwrap_or(i64::MAX)
}

fn at_least_1(option: &'static str, value: u64) -> Result<u64, OptionError> {
    if value == 0 {
        return Err(OptionError::new(option, value, "at least 1"));
    }
    Ok(value)
}
