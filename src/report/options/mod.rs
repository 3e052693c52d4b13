//! What a report can be asked for.

mod terms;

use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attribution::{HalfLife, LapsedTouch, Model, PositionEnds, Rules, Window, WindowEdge};
use crate::error::OptionError;
use crate::journey::{Channel, PageGrouping};
use crate::json_value::JsonValue;
use crate::metrics::credit::CreditRules;
use crate::metrics::gmv::GmvScope;
use crate::report::Report;
use crate::time::{AT_ALLOWED, Instant, MICROS_A_SECOND};

pub(crate) use terms::Terms;

const DAY_SECONDS: u64 = 86_400;
/// 36 600 days.
const MAX_WINDOW_SECONDS: u64 = 36_600 * DAY_SECONDS;
const WINDOW: &str = "0 to 3162240000 (36600 days)";
const TEXT_WINDOW: &str = "text_window_seconds";
const VIDEO_WINDOW: &str = "video_window_seconds";
const AT_LEAST_1: &str = "at least 1";

/// The options of a report, each with its default.
///
/// | option | meaning | default | allowed |
/// | --- | --- | --- | --- |
/// | `as_of` | "now": events after it are not seen | the latest event's instant | the years 0000 to 9999 of UTC |
/// | `session_timeout_seconds` | the gap that ends a derived session, and closes any | 1 800 | at least 1 |
/// | `page_grouping` | what makes two pages one | `path` | `path`, `exact` |
/// | `top` | rows of the lists of pages, triggers and messages | 10 | at least 1 |
/// | `attribution.window_seconds` | how old a touch may be | 2 592 000 (30 days) | 0 to 36 600 days |
/// | `attribution.text_window_seconds` | the same of text touches alone | as `window_seconds` | 0 to 36 600 days |
/// | `attribution.video_window_seconds` | the same of video touches alone | as `window_seconds` | 0 to 36 600 days |
/// | `attribution.lapsed_touch` | where the two differ: what a nearest touch that is too old means | `blocks` | see [`LapsedTouch`] |
/// | `attribution.window_edge` | whether a touch exactly that old counts | `inclusive` | `inclusive`, `exclusive` |
/// | `attribution.model` | how credit is shared | `last_touch` | see [`Model`] |
/// | `attribution.position_first_percent` | the first candidate's share under `position_based` | 40 | 0 to 100; see [`PositionEnds`] |
/// | `attribution.position_last_percent` | the last candidate's | 40 | both together 1 to 100 |
/// | `attribution.half_life_seconds` | of `time_decay` | 604 800 (7 days) | at least 1 |
/// | `attribution.gmv_scope` | which orders count for GMV | `video` | `video`, `any` |
///
/// ```
/// use convometrics::{Model, Options};
///
/// let options = Options::new().with_window_seconds(7 * 86_400)?.with_model(Model::Linear).with_top(3)?;
/// assert_eq!(options.settings().attribution().window_seconds(), 604_800);
/// # Ok::<(), convometrics::OptionError>(())
/// ```
/// They can be kept in a file of settings: with serde they are the report's `options`, and `as_of` beside them where it
/// is set. What is left out has its default; names that are no option's are passed over.
///
/// ```
/// use convometrics::Options;
///
/// let options: Options = serde_json::from_str(r#"{"top": 3, "attribution": {"model": "linear"}}"#)?;
/// assert_eq!(options, Options::new().with_top(3)?.with_model("linear".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "OptionsJson")]
pub struct Options {
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "crate::time::utc::option::serialize"
    )]
    as_of: Option<DateTime<Utc>>,
    #[serde(flatten)]
    settings: ReportOptions,
}

/// The options that a report was made with, as it echoes them: all of [`Options`] but `as_of`, which is a field of the
/// report itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OptionsJson")]
pub struct ReportOptions {
    session_timeout_seconds: u64,
    page_grouping: PageGrouping,
    top: usize,
    attribution: AttributionOptions,
}

/// The options of attribution; see [`Options`] for their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AttributionOptions {
    window_seconds: u64,
    window_edge: WindowEdge,
    model: Model,
    half_life_seconds: u64,
    gmv_scope: GmvScope,
    /// `None`: as `window_seconds`.
    text_window_seconds: Option<u64>,
    video_window_seconds: Option<u64>,
    lapsed_touch: LapsedTouch,
    #[serde(flatten)]
    position_ends: PositionEnds,
}

impl Default for AttributionOptions {
    fn default() -> Self {
        Self {
            window_seconds: 30 * DAY_SECONDS,
            window_edge: WindowEdge::default(),
            model: Model::default(),
            half_life_seconds: 7 * DAY_SECONDS,
            gmv_scope: GmvScope::default(),
            text_window_seconds: None,
            video_window_seconds: None,
            lapsed_touch: LapsedTouch::default(),
            position_ends: PositionEnds::default(),
        }
    }
}

impl AttributionOptions {
    /// How old a touch may be, in seconds, over a channel that has no window of its own.
    #[must_use]
    pub fn window_seconds(&self) -> u64 {
        self.window_seconds
    }

    /// Whether a touch exactly that old counts.
    #[must_use]
    pub fn window_edge(&self) -> WindowEdge {
        self.window_edge
    }

    /// How credit is shared.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    /// The age at which a touch weighs half under `time_decay`, in seconds.
    #[must_use]
    pub fn half_life_seconds(&self) -> u64 {
        self.half_life_seconds
    }

    /// Which orders count for GMV.
    #[must_use]
    pub fn gmv_scope(&self) -> GmvScope {
        self.gmv_scope
    }

    /// How old a touch over a channel may be, in seconds: its own window where it has one, else that of all.
    #[must_use]
    pub fn channel_window_seconds(&self, channel: Channel) -> u64 {
        let own = match channel {
            Channel::Text => self.text_window_seconds,
            Channel::Video => self.video_window_seconds,
        };
        own.unwrap_or(self.window_seconds)
    }

    /// What it means that the nearest touch is out of its window.
    #[must_use]
    pub fn lapsed_touch(&self) -> LapsedTouch {
        self.lapsed_touch
    }

    /// The shares of the first and the last candidate under `position_based`.
    #[must_use]
    pub fn position_ends(&self) -> PositionEnds {
        self.position_ends
    }
}

/// What is read, field by field, before it is checked; what is left out has its default, and a name that is none of them
/// is refused, for it may be one of them written wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsJson<'a> {
    #[serde(borrow)]
    as_of: Option<JsonValue<'a>>,
    session_timeout_seconds: Option<JsonValue<'a>>,
    page_grouping: Option<JsonValue<'a>>,
    top: Option<JsonValue<'a>>,
    attribution: Option<AttributionJson<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributionJson<'a> {
    #[serde(borrow)]
    window_seconds: Option<JsonValue<'a>>,
    window_edge: Option<JsonValue<'a>>,
    model: Option<JsonValue<'a>>,
    half_life_seconds: Option<JsonValue<'a>>,
    gmv_scope: Option<JsonValue<'a>>,
    text_window_seconds: Option<JsonValue<'a>>,
    video_window_seconds: Option<JsonValue<'a>>,
    lapsed_touch: Option<JsonValue<'a>>,
    position_first_percent: Option<JsonValue<'a>>,
    position_last_percent: Option<JsonValue<'a>>,
}

/// A whole number, where one is given.
fn whole<T: TryFrom<i128>>(
    option: &'static str,
    value: Option<&JsonValue<'_>>,
    allowed: &'static str,
) -> Result<Option<T>, OptionError> {
    let Some(value) = value else {
        return Ok(None);
    };
    let number = match value {
        JsonValue::Integer(number) => T::try_from(*number).ok(),
        _ => None,
    };
    let refused = || OptionError::new(option, value.shown(), allowed);
    number.map(Some).ok_or_else(refused)
}

/// A choice by its name, where one is given.
fn choice<T: FromStr<Err = OptionError>>(
    option: &'static str,
    value: Option<&JsonValue<'_>>,
    allowed: &'static str,
) -> Result<Option<T>, OptionError> {
    match value {
        None => Ok(None),
        Some(JsonValue::Text(name)) => name.parse().map(Some),
        Some(other) => Err(OptionError::new(option, other.shown(), allowed)),
    }
}

impl TryFrom<OptionsJson<'_>> for ReportOptions {
    type Error = OptionError;

    fn try_from(json: OptionsJson<'_>) -> Result<Self, OptionError> {
        Options::try_from(json).map(|options| options.settings)
    }
}

impl TryFrom<OptionsJson<'_>> for Options {
    type Error = OptionError;

    fn try_from(json: OptionsJson<'_>) -> Result<Self, OptionError> {
        let given = json.attribution.unwrap_or_default();
        let mut options = given.options()?;
        if let Some(as_of) = &json.as_of {
            let instant = match as_of {
                JsonValue::Text(text) => Instant::parse(text).ok(),
                _ => None,
            };
            let refused = || OptionError::new("as_of", as_of.shown(), AT_ALLOWED);
            options.as_of = Some(instant.ok_or_else(refused)?.to_utc());
        }
        let timeout = json.session_timeout_seconds.as_ref();
        if let Some(seconds) = whole("session_timeout_seconds", timeout, AT_LEAST_1)? {
            options = options.with_session_timeout_seconds(seconds)?;
        }
        let grouping = json.page_grouping.as_ref();
        if let Some(grouping) = choice("page_grouping", grouping, "a name, such as \"path\"")? {
            options = options.with_page_grouping(grouping);
        }
        if let Some(rows) = whole("top", json.top.as_ref(), AT_LEAST_1)? {
            options = options.with_top(rows)?;
        }
        Ok(options)
    }
}

impl AttributionJson<'_> {
    /// The defaults with what is given.
    fn options(&self) -> Result<Options, OptionError> {
        const PERCENT: &str = "0 to 100";
        let mut options = Options::new();
        let window = self.window_seconds.as_ref();
        if let Some(seconds) = whole("window_seconds", window, WINDOW)? {
            options = options.with_window_seconds(seconds)?;
        }
        for (channel, name, value) in [
            (Channel::Text, TEXT_WINDOW, &self.text_window_seconds),
            (Channel::Video, VIDEO_WINDOW, &self.video_window_seconds),
        ] {
            if let Some(seconds) = whole(name, value.as_ref(), WINDOW)? {
                options = options.with_channel_window_seconds(channel, seconds)?;
            }
        }
        let half_life = self.half_life_seconds.as_ref();
        if let Some(seconds) = whole("half_life_seconds", half_life, AT_LEAST_1)? {
            options = options.with_half_life_seconds(seconds)?;
        }
        let edge = self.window_edge.as_ref();
        if let Some(edge) = choice("window_edge", edge, "a name, such as \"inclusive\"")? {
            options = options.with_window_edge(edge);
        }
        let model = self.model.as_ref();
        if let Some(model) = choice("model", model, "a name, such as \"last_touch\"")? {
            options = options.with_model(model);
        }
        let scope = self.gmv_scope.as_ref();
        if let Some(scope) = choice("gmv_scope", scope, "a name, such as \"video\"")? {
            options = options.with_gmv_scope(scope);
        }
        let lapsed = self.lapsed_touch.as_ref();
        if let Some(lapsed) = choice("lapsed_touch", lapsed, "a name, such as \"blocks\"")? {
            options = options.with_lapsed_touch(lapsed);
        }
        let first = self.position_first_percent.as_ref();
        let last = self.position_last_percent.as_ref();
        let or = PositionEnds::default();
        let ends = PositionEnds::new(
            whole("position_first_percent", first, PERCENT)?.unwrap_or(or.first_percent()),
            whole("position_last_percent", last, PERCENT)?.unwrap_or(or.last_percent()),
        )?;
        Ok(options.with_position_ends(ends))
    }
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            session_timeout_seconds: 30 * 60,
            page_grouping: PageGrouping::default(),
            top: 10,
            attribution: AttributionOptions::default(),
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
    pub fn top(&self) -> usize {
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
    ///
    /// `ledger.report(&report.period, &Options::of(&report))` is equal to `report` as long as nothing more arrives. What
    /// arrives later with an instant after its `as_of` can change `duplicates` and `conflicts` alone.
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
    /// An [`OptionError`] that names `as_of` outside the years 0000 to 9999 of UTC and within a leap second.
    pub fn with_as_of(mut self, as_of: DateTime<Utc>) -> Result<Self, OptionError> {
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
    pub fn with_session_timeout_seconds(mut self, seconds: u64) -> Result<Self, OptionError> {
        self.settings.session_timeout_seconds = at_least_1("session_timeout_seconds", seconds)?;
        Ok(self)
    }

    /// Sets how pages are grouped.
    #[must_use]
    pub fn with_page_grouping(mut self, grouping: PageGrouping) -> Self {
        self.settings.page_grouping = grouping;
        self
    }

    /// Sets how many rows the lists of pages, triggers and messages have at most.
    ///
    /// # Errors
    /// An [`OptionError`] that names `top` below 1.
    pub fn with_top(mut self, rows: usize) -> Result<Self, OptionError> {
        self.settings.top = at_least_1("top", rows)?;
        Ok(self)
    }

    /// Sets how old a touch may be. 0 keeps only touches of the order's own instant (with [`WindowEdge::Exclusive`],
    /// none).
    ///
    /// # Errors
    /// An [`OptionError`] that names `window_seconds` above 36 600 days.
    pub fn with_window_seconds(mut self, seconds: u64) -> Result<Self, OptionError> {
        self.settings.attribution.window_seconds = window("window_seconds", seconds)?;
        Ok(self)
    }

    /// Sets how old a touch over one channel may be, whatever [`with_window_seconds`](Self::with_window_seconds) says. A
    /// visitor's message is a text touch, a call that connects or ends a video touch; see
    /// [`definitions`](crate::definitions#touches).
    ///
    /// ```
    /// use convometrics::{Channel, Options};
    ///
    /// // 30 days after video, 3 days after text.
    /// let options = Options::new().with_channel_window_seconds(Channel::Text, 3 * 86_400)?;
    /// let attribution = options.settings().attribution();
    /// assert_eq!(attribution.channel_window_seconds(Channel::Video), 2_592_000);
    /// assert_eq!(attribution.channel_window_seconds(Channel::Text), 259_200);
    /// # Ok::<(), convometrics::OptionError>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] that names `text_window_seconds` or `video_window_seconds` above 36 600 days.
    pub fn with_channel_window_seconds(
        mut self,
        channel: Channel,
        seconds: u64,
    ) -> Result<Self, OptionError> {
        let attribution = &mut self.settings.attribution;
        match channel {
            Channel::Text => {
                attribution.text_window_seconds = Some(window(TEXT_WINDOW, seconds)?);
            }
            Channel::Video => {
                attribution.video_window_seconds = Some(window(VIDEO_WINDOW, seconds)?);
            }
        }
        Ok(self)
    }

    /// Sets what it means that the nearest touch is out of its window.
    #[must_use]
    pub fn with_lapsed_touch(mut self, lapsed: LapsedTouch) -> Self {
        self.settings.attribution.lapsed_touch = lapsed;
        self
    }

    /// Sets the shares of the first and the last candidate under `position_based`.
    #[must_use]
    pub fn with_position_ends(mut self, ends: PositionEnds) -> Self {
        self.settings.attribution.position_ends = ends;
        self
    }

    /// Sets whether a touch exactly a window old counts.
    #[must_use]
    pub fn with_window_edge(mut self, edge: WindowEdge) -> Self {
        self.settings.attribution.window_edge = edge;
        self
    }

    /// Sets how credit is shared.
    #[must_use]
    pub fn with_model(mut self, model: Model) -> Self {
        self.settings.attribution.model = model;
        self
    }

    /// Sets the half-life of `time_decay`.
    ///
    /// # Errors
    /// An [`OptionError`] that names `half_life_seconds` below 1.
    pub fn with_half_life_seconds(mut self, seconds: u64) -> Result<Self, OptionError> {
        self.settings.attribution.half_life_seconds = at_least_1("half_life_seconds", seconds)?;
        Ok(self)
    }

    /// Sets which orders count for GMV.
    #[must_use]
    pub fn with_gmv_scope(mut self, scope: GmvScope) -> Self {
        self.settings.attribution.gmv_scope = scope;
        self
    }

    /// "Now", where it was set.
    #[must_use]
    pub fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of
    }

    /// What a report echoes of them: all but `as_of`.
    #[must_use]
    pub fn settings(&self) -> &ReportOptions {
        &self.settings
    }

    /// The same at this "now".
    pub(crate) fn at(mut self, now: Instant) -> Self {
        self.as_of = Some(now.to_utc());
        self
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
        self.settings.top
    }

    pub(crate) fn credit_rules(&self) -> CreditRules {
        let attribution = &self.settings.attribution;
        let window = |seconds| Window::from_micros(micros(seconds));
        let own = [
            (Channel::Text, attribution.text_window_seconds),
            (Channel::Video, attribution.video_window_seconds),
        ];
        let mut rules = Rules::new()
            .with_window_edge(attribution.window_edge)
            .with_lapsed_touch(attribution.lapsed_touch)
            .with_position_ends(attribution.position_ends)
            .with_half_life(HalfLife::from_micros(micros(attribution.half_life_seconds)));
        for (channel, seconds) in own {
            if let Some(seconds) = seconds {
                rules = rules.with_channel_window(channel, window(seconds));
            }
        }
        CreditRules::new(
            rules,
            window(attribution.window_seconds),
            attribution.model,
            match attribution.gmv_scope {
                GmvScope::Video => Some(Channel::Video),
                GmvScope::Any => None,
            },
        )
    }
}

fn window(option: &'static str, seconds: u64) -> Result<u64, OptionError> {
    if seconds > MAX_WINDOW_SECONDS {
        return Err(OptionError::new(option, seconds, WINDOW));
    }
    Ok(seconds)
}

/// No two instants are further apart than the greatest number of microseconds, so that a longer time means the same.
fn micros(seconds: u64) -> i64 {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(MICROS_A_SECOND))
        .unwrap_or(i64::MAX)
}

fn at_least_1<T: Default + PartialEq + Display>(
    option: &'static str,
    value: T,
) -> Result<T, OptionError> {
    if value == T::default() {
        return Err(OptionError::new(option, value, AT_LEAST_1));
    }
    Ok(value)
}
