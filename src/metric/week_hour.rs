//! Hours of the week.

use std::fmt;
use std::str::FromStr;

use chrono::Weekday;
use serde::{Deserialize, Serialize};

/// An hour of a day of the week, from Monday 0 to Sunday 23: `mon:9`; in JSON `{"weekday": "Mon", "hour": 9}`.
///
/// ```
/// use convometrics::chrono::Weekday;
/// use convometrics::catalogue::WeekHour;
///
/// let cell = WeekHour::new(Weekday::Mon, 9).unwrap();
/// assert_eq!((cell.weekday(), cell.hour(), cell.to_string().as_str()), (Weekday::Mon, 9, "mon:9"));
/// assert_eq!("mon:9".parse(), Ok(cell));
/// assert_eq!(WeekHour::new(Weekday::Mon, 24), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Json", try_from = "Json")]
pub struct WeekHour(u8);

impl WeekHour {
    /// The number of hours of a week.
    pub(crate) const COUNT: usize = 7 * 24;

    /// Creates the hour of a day; `None` for an hour above 23.
    #[must_use]
    pub const fn new(weekday: Weekday, hour: u8) -> Option<Self> {
        if hour > 23 {
            return None;
        }
        Some(Self(weekday as u8 * 24 + hour))
    }

    /// Returns the hour at this place of the week, which must be below [`COUNT`](Self::COUNT).
    pub(crate) fn at(place: usize) -> Self {
        let place = u8::try_from(place).ok().filter(|place| *place < 168);
        Self(place.expect("a week has 168 hours"))
    }

    /// Returns the day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        Weekday::try_from(self.0 / 24).expect("a week has 7 days")
    }

    /// Returns the hour, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.0 % 24
    }
}

impl fmt::Display for WeekHour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weekday = self.weekday().to_string().to_ascii_lowercase();
        write!(f, "{weekday}:{}", self.hour())
    }
}

/// A text that is not a [`WeekHour`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an hour of the week is a weekday and an hour from 0 to 23, such as mon:9")]
pub struct WeekHourError;

impl FromStr for WeekHour {
    type Err = WeekHourError;

    fn from_str(text: &str) -> Result<Self, WeekHourError> {
        let (weekday, hour) = text.split_once(':').ok_or(WeekHourError)?;
        let weekday = weekday.parse().map_err(|_| WeekHourError)?;
        let hour = hour.parse().map_err(|_| WeekHourError)?;
        Self::new(weekday, hour).ok_or(WeekHourError)
    }
}

#[derive(Serialize, Deserialize)]
struct Json {
    weekday: Weekday,
    hour: u8,
}

impl From<WeekHour> for Json {
    fn from(at: WeekHour) -> Self {
        Self {
            weekday: at.weekday(),
            hour: at.hour(),
        }
    }
}

impl TryFrom<Json> for WeekHour {
    type Error = WeekHourError;

    fn try_from(json: Json) -> Result<Self, WeekHourError> {
        Self::new(json.weekday, json.hour).ok_or(WeekHourError)
    }
}

#[cfg(feature = "schema")]
crate::macros::json_schema! {
    WeekHour => |generator| {
        let weekday = generator.subschema_for::<Weekday>();
        schemars::json_schema!({
            "type": "object",
            "properties": {"weekday": weekday, "hour": {"type": "integer", "minimum": 0, "maximum": 23}},
            "required": ["weekday", "hour"],
        })
    }
}
