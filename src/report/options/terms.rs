//! Everything that decides what a report adds up, each by its name and in its text: what sums must share to belong
//! together.

use serde::{Deserialize, Serialize};

use super::Options;
#[cfg(feature = "snapshot")]
use super::{AttributionJson, OptionsJson};
#[cfg(feature = "snapshot")]
use crate::error::OptionError;
use crate::hash::fnv1a;
use crate::journey::Channel;
#[cfg(feature = "snapshot")]
use crate::json_value::JsonValue;
use crate::time::{Calendar, Instant, Period, utc_text};

const FROM: &str = "period.from";
const TO: &str = "period.to";
const ZONE: &str = "period.zone";
const DAYS: &str = "period.days";
const AS_OF: &str = "as_of";
const FILTER: &str = "filter";

/// The terms of a report, in a fixed order; an option that is not given has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms(Vec<(String, String)>);

/// How two lists of terms differ: the name, the text here, and the one there.
pub(crate) type Difference = (String, String, String);

impl Terms {
    pub(crate) fn new(period: &Period, options: &Options, filter: Option<&str>) -> Self {
        let settings = &options.settings;
        let attribution = &settings.attribution;
        let ends = attribution.position_ends;
        let own = |channel| match channel {
            Channel::Text => attribution.text_window_seconds,
            Channel::Video => attribution.video_window_seconds,
        };
        let text = |at: Instant| utc_text(at.to_utc());
        let terms = [
            (FROM, Some(text(period.start_instant()))),
            (TO, Some(text(period.end_instant()))),
            (ZONE, Some(period.zone().to_string())),
            (DAYS, Some(days(period))),
            (AS_OF, options.as_of.map(utc_text)),
            (
                "session_timeout_seconds",
                Some(settings.session_timeout_seconds.to_string()),
            ),
            ("page_grouping", Some(settings.page_grouping.to_string())),
            ("top", Some(settings.top.to_string())),
            (
                "window_seconds",
                Some(attribution.window_seconds.to_string()),
            ),
            (
                "text_window_seconds",
                own(Channel::Text).map(|own| own.to_string()),
            ),
            (
                "video_window_seconds",
                own(Channel::Video).map(|own| own.to_string()),
            ),
            ("lapsed_touch", Some(attribution.lapsed_touch.to_string())),
            ("window_edge", Some(attribution.window_edge.to_string())),
            ("model", Some(attribution.model.to_string())),
            (
                "half_life_seconds",
                Some(attribution.half_life_seconds.to_string()),
            ),
            (
                "position_first_percent",
                Some(ends.first_percent().to_string()),
            ),
            (
                "position_last_percent",
                Some(ends.last_percent().to_string()),
            ),
            ("gmv_scope", Some(attribution.gmv_scope.to_string())),
            (FILTER, filter.map(ToOwned::to_owned)),
        ];
        let given = terms.into_iter();
        Self(
            given
                .filter_map(|(name, text)| Some((name.to_owned(), text?)))
                .collect(),
        )
    }

    /// The first term that differs; one that only the other has is `none` here.
    pub(crate) fn difference(&self, other: &Self) -> Option<Difference> {
        const NONE: &str = "none";
        let mine = self.0.iter().map(|(name, text)| {
            let theirs = other.text(name).unwrap_or(NONE);
            (name, text.as_str(), theirs)
        });
        let theirs = other.0.iter().map(|(name, text)| {
            let mine = self.text(name).unwrap_or(NONE);
            (name, mine, text.as_str())
        });
        let mut both = mine.chain(theirs);
        let (name, mine, theirs) = both.find(|(_, mine, theirs)| mine != theirs)?;
        Some((name.clone(), mine.to_owned(), theirs.to_owned()))
    }

    fn text(&self, name: &str) -> Option<&str> {
        let mut terms = self.0.iter();
        let (_, text) = terms.find(|(term, _)| term == name)?;
        Some(text)
    }
}

#[cfg(feature = "snapshot")]
impl Terms {
    pub(crate) fn filter(&self) -> Option<&str> {
        self.text(FILTER)
    }

    /// The period that they say.
    pub(crate) fn period(&self) -> Result<Period, OptionError> {
        let instant = |name| {
            let text = self.text(name).unwrap_or_default();
            let refused = |_| OptionError::new("period", text, "RFC 3339 instants");
            Ok(Instant::parse(text).map_err(refused)?.to_utc())
        };
        let zone = self.text(ZONE).unwrap_or_default().parse()?;
        Period::new(instant(FROM)?, instant(TO)?, &zone)
    }

    /// The options that they say.
    pub(crate) fn options(&self) -> Result<Options, OptionError> {
        let raw = |name| {
            let text = self.text(name)?;
            Some(match text.parse() {
                Ok(number) => JsonValue::Integer(number),
                Err(_) => JsonValue::Text(text.into()),
            })
        };
        Options::try_from(OptionsJson {
            as_of: raw(AS_OF),
            session_timeout_seconds: raw("session_timeout_seconds"),
            page_grouping: raw("page_grouping"),
            top: raw("top"),
            attribution: Some(AttributionJson {
                window_seconds: raw("window_seconds"),
                window_edge: raw("window_edge"),
                model: raw("model"),
                half_life_seconds: raw("half_life_seconds"),
                gmv_scope: raw("gmv_scope"),
                text_window_seconds: raw("text_window_seconds"),
                video_window_seconds: raw("video_window_seconds"),
                lapsed_touch: raw("lapsed_touch"),
                position_first_percent: raw("position_first_percent"),
                position_last_percent: raw("position_last_percent"),
            }),
        })
    }
}

/// How many days a period has, and a number that follows from where each starts: with other rules of the zone, as
/// another release of its database may have them, both are others.
fn days(period: &Period) -> String {
    let calendar = Calendar::new(period);
    let starts = calendar.day_starts();
    let bytes = starts.iter().flat_map(|at| at.micros().to_le_bytes());
    format!("{} ({:016x})", starts.len(), fnv1a(bytes))
}
