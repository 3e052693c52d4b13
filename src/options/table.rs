//! The table of options: name, place in JSON, kind of value and default of each.
//!
//! Everything that lists options is generated from the table: the fields of [`Options`], reading and writing, the names
//! in errors, the terms that partial reports are compared by, the JSON Schema and the table in the documentation.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::value::{Number, OptionValue, Percent, Seconds};
use super::{GmvScope, OptionError, PageGrouping};
use crate::attribution::{LapsedTouch, Model, PositionEnds, WindowEdge};
use crate::json_value::{JsonValue, first_repeated};
use crate::time::Instant;

/// The maximum window: 36 600 days in seconds.
const MAX_WINDOW: u64 = 36_600 * 86_400;

/// A window in seconds.
pub(super) type Window = Seconds<0, MAX_WINDOW>;

/// A time of at least a second.
pub(super) type Timeout = Seconds<1, { u64::MAX }>;

/// Returns the group of an option.
macro_rules! group {
    () => {
        None
    };
    ($group:ident) => {
        Some(stringify!($group))
    };
}

macro_rules! options {
    ($(
        $name:ident: $field:ident, $($group:ident.)? $json:literal, $kind:ty, $default:literal, $meaning:literal;
    )*) => {
        /// The options of a report, each with a default.
        ///
        /// | option | meaning | default |
        /// | --- | --- | --- |
        $(#[doc = concat!("| `", $(stringify!($group), ".",)? $json, "` | ", $meaning, " | ", $default, " |")])*
        ///
        /// ```
        /// use std::time::Duration;
        /// use convometrics::{Model, Options};
        ///
        /// let week = Duration::from_secs(7 * 86_400);
        /// let options = Options::new().with_window(week)?.with_model(Model::Linear).with_top(3)?;
        /// assert_eq!(options.window(), week);
        /// # Ok::<(), convometrics::OptionError>(())
        /// ```
        ///
        /// Options can be kept in a settings file. In JSON an option that is missing or `null` has its default. An
        /// unknown name is an error, as it is probably a misspelled option.
        ///
        /// ```
        /// use convometrics::Options;
        ///
        /// let options: Options = serde_json::from_str(r#"{"top": 3, "attribution": {"model": "linear"}}"#)?;
        /// assert_eq!(options, Options::new().with_top(3)?.with_model("linear".parse()?));
        /// let error = serde_json::from_str::<Options>(r#"{"topp": 3}"#).unwrap_err();
        /// assert!(error.to_string().starts_with("unknown option `topp`"));
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Options {
            $(pub(super) $field: $kind,)*
        }

        /// The name of an option.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum OptionName {
            $(#[doc = concat!("`", $(stringify!($group), ".",)? $json, "`: ", $meaning, ".")] $name,)*
        }

        impl OptionName {
            /// Every option, in the order of a report's JSON.
            pub const ALL: [Self; [$($json),*].len()] = [$(Self::$name),*];

            /// Returns the name in JSON, without its group: `top`, `model`. No two options share one.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $json,)*
                }
            }

            /// Returns the JSON object that contains the option, or `None` for the outer object.
            #[must_use]
            pub const fn group(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => group!($($group)?),)*
                }
            }

            /// Returns the meaning of the option, in a few words.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)*
                }
            }

            /// Returns the allowed values, in words.
            #[must_use]
            pub fn allowed(self) -> Cow<'static, str> {
                match self {
                    $(Self::$name => <$kind>::allowed(),)*
                }
            }
        }

        impl Default for Options {
            fn default() -> Self {
                fn value<T: OptionValue>(default: &str) -> T {
                    T::from_default(default).expect("the defaults in the table of options are allowed values")
                }
                Self {
                    $($field: value($default),)*
                }
            }
        }

        impl Options {
            /// Returns the option's value as text, or `None` if it has no value.
            #[must_use]
            pub fn get(&self, option: OptionName) -> Option<String> {
                match option {
                    $(OptionName::$name => self.$field.text(),)*
                }
            }

            /// Sets the value, without the check of options that depend on each other.
            fn set_unchecked(&mut self, option: OptionName, text: &str) -> bool {
                match option {
                    $(OptionName::$name => set(&mut self.$field, text),)*
                }
            }
        }

        /// Returns the schema of an option's value.
        #[cfg(feature = "schema")]
        fn schema(option: OptionName, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
            match option {
                $(OptionName::$name => <$kind>::schema(generator),)*
            }
        }
    };
}

options! {
    AsOf: as_of, "as_of", Option<Instant>, "the time of the latest event that is not `retracted`",
        "\"now\": events after it are not visible; an instant in RFC 3339, in the years 0000 to 9999 of UTC";
    SessionTimeout: session_timeout, "session_timeout_seconds", Timeout, "1800",
        "the gap that ends a session; at least 1";
    PageGrouping: page_grouping, "page_grouping", PageGrouping, "path",
        "how pages are grouped: `path` (the part before `?` and `#`), `exact` or `normalized` (one text for the spellings of a page)";
    Top: top, "top", Number<usize, 1, { u64::MAX }>, "10",
        "the greatest number of rows in the lists of requests' pages, triggers and automatic messages; at least 1";
    ConversationTimeout: conversation_timeout, "conversation_timeout_seconds", Option<Timeout>, "none",
        "the gap that cuts a conversation in two, for sources that keep one id forever; each part can begin a session; at least 1";
    CancelledIsMissedAfter: cancelled_is_missed_after, "cancelled_is_missed_after_seconds", Option<Timeout>, "none",
        "how long a visitor must have waited for a cancelled call to count as missed; at least 1";
    CsatDetails: csat_details, "csat_details", Option<Number<usize, 0, { u64::MAX }>>, "all",
        "the greatest number of answers in detail, the latest; 0 leaves out the text that visitors wrote";
    Window: window, attribution."window_seconds", Window, "2592000",
        "the greatest age of a touch that can be credited with an order; up to 36 600 days";
    WindowEdge: window_edge, attribution."window_edge", WindowEdge, "inclusive",
        "whether a touch exactly that old counts: `inclusive` or `exclusive`";
    Model: model, attribution."model", Model, "last_touch",
        "how credit for an order is shared: `last_touch`, `first_touch`, `linear`, `position_based` or `time_decay`";
    HalfLife: half_life, attribution."half_life_seconds", Timeout, "604800",
        "the age at which a touch weighs half under `time_decay`; at least 1";
    GmvScope: gmv_scope, attribution."gmv_scope", GmvScope, "video",
        "which orders count for attributed GMV: `video` (those with a video touch) or `any`";
    TextWindow: text_window, attribution."text_window_seconds", Option<Window>, "`window_seconds`",
        "the greatest age of a text touch; up to 36 600 days";
    VideoWindow: video_window, attribution."video_window_seconds", Option<Window>, "`window_seconds`",
        "the greatest age of a video touch; up to 36 600 days";
    LapsedTouch: lapsed_touch, attribution."lapsed_touch", LapsedTouch, "blocks",
        "what happens if a conversation's latest touch is older than its channel's window: it `blocks` the conversation's credit or is `passed_over`";
    OrdersWindow: orders_window, attribution."orders_window_seconds", Option<Window>, "the other windows",
        "the greatest age of a touch of any channel for orders, sales, conversion and the leaderboard, in place of all other windows and of `lapsed_touch`; up to 36 600 days";
    PositionFirst: position_first, attribution."position_first_percent", Percent, "40",
        "the first candidate's share under `position_based`; 0 to 100";
    PositionLast: position_last, attribution."position_last_percent", Percent, "40",
        "the last candidate's share under `position_based`; both shares together are 1 to 100";
}

fn set<T: OptionValue>(field: &mut T, text: &str) -> bool {
    T::from_text(text).map(|value| *field = value).is_some()
}

impl OptionName {
    /// Returns the option of a [name](Self::name), which has no group: `window_seconds`, not `attribution.window_seconds`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|option| option.name() == name)
    }

    /// Returns the entries of an object: the names of its options, and of the groups in it, which have no option.
    fn entries(group: Option<&'static str>) -> Vec<(&'static str, Option<Self>)> {
        let entry = |option: Self| match option.group() {
            own if own == group => Some((option.name(), Some(option))),
            Some(inner) if group.is_none() => Some((inner, None)),
            _ => None,
        };
        let mut entries: Vec<_> = Self::ALL.into_iter().filter_map(entry).collect();
        // The options of a group follow each other.
        entries.dedup();
        entries
    }

    /// Returns the default as text, or `None` if the option has no value unless it is set.
    #[must_use]
    pub fn default_text(self) -> Option<String> {
        Options::default().get(self)
    }
}

impl fmt::Display for OptionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Options {
    /// Sets an option from text, such as the result of [`get`](Self::get), a command-line argument or a query
    /// parameter.
    ///
    /// ```
    /// use convometrics::Options;
    /// use convometrics::query::OptionName;
    ///
    /// let options = Options::new().with(OptionName::Top, "3")?;
    /// assert_eq!(options, Options::new().with_top(3)?);
    /// let error = Options::new().with(OptionName::Top, "0").unwrap_err();
    /// assert_eq!(error.to_string(), "option `top` is 0; allowed: at least 1");
    /// # Ok::<(), convometrics::OptionError>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] if the text is not an allowed value of the option.
    pub fn with(self, option: OptionName, text: &str) -> Result<Self, OptionError> {
        self.with_all([(option, text)])
    }

    /// Sets several options from text, then checks those that depend on each other.
    ///
    /// # Errors
    /// An [`OptionError`] for the first text that is not an allowed value of its option.
    pub fn with_all<'a>(
        mut self,
        texts: impl IntoIterator<Item = (OptionName, &'a str)>,
    ) -> Result<Self, OptionError> {
        for (option, text) in texts {
            if !self.set_unchecked(option, text) {
                let found = if text.parse::<i128>().is_ok() {
                    text.to_owned()
                } else {
                    crate::error::quoted(text)
                };
                return Err(OptionError::new(option, found, option.allowed()));
            }
        }
        self.checked()
    }

    /// Checks the options that depend on each other.
    fn checked(self) -> Result<Self, OptionError> {
        let (first, last) = (self.position_first.get(), self.position_last.get());
        let Err(error) = PositionEnds::new(first, last) else {
            return Ok(self);
        };
        let option = OptionName::from_name(error.rule());
        let option = option.expect("`PositionEnds` names its shares as the options do");
        let allowed = error.allowed().to_owned();
        Err(OptionError::new(option, error.found(), allowed))
    }
}

/// The options of one group.
struct Group<'a>(&'a Options, Option<&'static str>);

impl Serialize for Group<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(options, group) = *self;
        let mut map = serializer.serialize_map(None)?;
        for (name, option) in OptionName::entries(group) {
            let Some(option) = option else {
                map.serialize_entry(name, &Group(options, Some(name)))?;
                continue;
            };
            let text = options.get(option);
            match text.as_deref().map(str::parse::<u64>) {
                // A report has "now" in a field of its own.
                None if option == OptionName::AsOf => {}
                Some(Ok(number)) => map.serialize_entry(name, &number)?,
                _ => map.serialize_entry(name, &text)?,
            }
        }
        map.end()
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Group(self, None).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut options = Self::default();
        let value = JsonValue::deserialize(deserializer)?;
        options
            .read_group(None, &value)
            .map_err(de::Error::custom)?;
        options.checked().map_err(de::Error::custom)
    }
}

impl Options {
    fn read_group(
        &mut self,
        group: Option<&'static str>,
        value: &JsonValue<'_>,
    ) -> Result<(), String> {
        let JsonValue::Object(entries) = value else {
            let name = group.unwrap_or("options");
            return Err(format!("`{name}` is {}; allowed: an object", value.shown()));
        };
        let names = entries.iter().map(|(name, _)| name.as_ref());
        if let Some(name) = first_repeated(names) {
            let allowed = "each name once in one object";
            return Err(format!("`{name}` is given twice; allowed: {allowed}"));
        }
        let known = OptionName::entries(group);
        for (name, value) in entries {
            match known.iter().find(|(known, _)| known == name) {
                Some(_) if *value == JsonValue::Null => {}
                Some((_, Some(option))) => {
                    let text = match value {
                        JsonValue::Integer(number) => Some(number.to_string()),
                        // A number in quotes is no number.
                        JsonValue::Text(text) if text.parse::<i128>().is_err() => {
                            Some(text.to_string())
                        }
                        _ => None,
                    };
                    if !text.is_some_and(|text| self.set_unchecked(*option, &text)) {
                        let error = OptionError::new(*option, value.shown(), option.allowed());
                        return Err(error.to_string());
                    }
                }
                Some((inner, None)) => self.read_group(Some(inner), value)?,
                None => {
                    let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                    let known = known.join(", ");
                    let place = OptionName::from_name(name).map(OptionName::group);
                    let name = crate::error::shortened(name);
                    let name = name.escape_debug();
                    let hint = match place {
                        Some(Some(group)) => format!("; it belongs in `{group}`"),
                        Some(None) => "; it belongs outside of this object".to_owned(),
                        None => String::new(),
                    };
                    return Err(format!("unknown option `{name}`{hint}; allowed: {known}"));
                }
            }
        }
        Ok(())
    }
}

#[cfg(feature = "schema")]
mod schemas {
    use schemars::{Schema, SchemaGenerator, json_schema};

    use super::{OptionName, Options, schema};

    crate::macros::json_schema! { Options => |generator| group(None, generator) }

    /// Returns the schema of one group. A report has every option except `as_of`. Input may leave out any.
    fn group(name: Option<&'static str>, generator: &mut SchemaGenerator) -> Schema {
        let is_written = generator.contract().is_serialize();
        let mut properties = json_schema!({});
        let mut required = Vec::new();
        for (property, option) in OptionName::entries(name) {
            let schema = match option {
                Some(option) => schema(option, generator),
                None => group(Some(property), generator),
            };
            properties.insert(property.to_owned(), schema.to_value());
            if is_written && option != Some(OptionName::AsOf) {
                required.push(property);
            }
        }
        json_schema!({"type": "object", "properties": properties, "required": required})
    }
}
