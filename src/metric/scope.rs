//! The scope of a figure: the whole period, a day, an agent, …

use std::fmt::{self, Write};
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Family, FunnelStep, WeekHour};
use crate::error::{choices, quoted, refusal};
use crate::event::Rating;
use crate::id::{AgentId, AutoMessageId, LinkUrl, PageUrl, TriggerId};

/// Generates the scopes, their kinds and the documentation of their texts. An entry is a variant with its keys, the
/// name of its kind, an example of its text, and the text in words if that says more.
macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident $(($($key:ty),+))? => $name:literal, $example:literal, $form:literal;)*) => {
        /// The scope of a figure.
        ///
        /// The text form is the kind and its keys, separated by colons:
        ///
        /// | scope | text |
        /// | --- | --- |
        $(#[doc = concat!("| [`", stringify!($variant), "`](Self::", stringify!($variant), ") | `", $example, "` |")])*
        ///
        /// In JSON a scope is `"total"`, `"unassigned"` or an object with one field: `{"day": "2026-03-02"}`,
        /// `{"agent_day": ["ada", "2026-03-02"]}`, `{"rating": 5}`, `{"week_hour": {"weekday": "Mon", "hour": 9}}`.
        ///
        /// The last key is not escaped. In the id of an automatic message, which is not the last key, `%` is written
        /// `%25` and `:` is written `%3A`.
        ///
        /// ```
        /// use convometrics::catalogue::Scope;
        ///
        /// let scope: Scope = "agent_day:2026-03-02:ada".parse()?;
        /// assert_eq!(scope, Scope::AgentDay("ada".parse()?, "2026-03-02".parse()?));
        /// assert_eq!(scope.to_string(), "agent_day:2026-03-02:ada");
        /// let error = "agents:ada".parse::<Scope>().unwrap_err();
        /// assert!(error.to_string().starts_with("`scope` is \"agents:ada\"; allowed: "));
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Scope {
            $($(#[$doc])* $variant $(($($key),+))?,)*
        }

        choices! {
            "scope",
            /// A kind of [`Scope`].
            pub enum ScopeKind {
                $(#[doc = concat!("[`Scope::", stringify!($variant), "`].")] $variant => $name,)*
            }
        }

        impl Scope {
            /// Returns the kind of the scope.
            #[must_use]
            pub const fn kind(&self) -> ScopeKind {
                match self {
                    $(Self::$variant { .. } => ScopeKind::$variant,)*
                }
            }
        }

        impl ScopeKind {
            /// Returns the form of a scope's text, for errors.
            const fn form(self) -> &'static str {
                match self {
                    $(Self::$variant => $form,)*
                }
            }
        }
    };
}

scopes! {
    /// The whole period; for Engage, the organization.
    Total => "total", "total", "total";
    /// A local day of the period.
    Day(NaiveDate) => "day", "day:2026-03-02", "day:DATE, such as day:2026-03-02";
    /// A local hour of the day, 0 to 23, over all days of the period.
    Hour(u8) => "hour", "hour:9", "hour:HOUR, from hour:0 to hour:23";
    /// An agent.
    Agent(AgentId) => "agent", "agent:ada", "agent:ID";
    /// An agent's local day.
    AgentDay(AgentId, NaiveDate) => "agent_day", "agent_day:2026-03-02:ada", "agent_day:DATE:AGENT, such as agent_day:2026-03-02:ada";
    /// Credit that belongs to no agent.
    Unassigned => "unassigned", "unassigned", "unassigned";
    /// A page.
    Page(PageUrl) => "page", "page:https://shop.example/a", "page:URL";
    /// A trigger of automatic messages.
    Trigger(TriggerId) => "trigger", "trigger:exit-intent", "trigger:ID";
    /// An automatic message and the link that it carried.
    AutoMessage(AutoMessageId, LinkUrl) => "auto_message", "auto_message:m1:https://shop.example/b", "auto_message:ID:LINK";
    /// A rating, 1 to 5.
    Rating(Rating) => "rating", "rating:5", "rating:STARS, from rating:1 to rating:5";
    /// A local hour of a day of the week, over all weeks of the period.
    WeekHour(WeekHour) => "week_hour", "week_hour:mon:9", "week_hour:WEEKDAY:HOUR, from week_hour:mon:0 to week_hour:sun:23";
    /// A step of the funnel.
    Step(FunnelStep) => "step", "step:click", "step:impression, step:click, step:request, step:conversation or step:order";
}

impl Scope {
    /// Returns the JSON path of a figure: the path of the kind of scope, with the keys of this scope.
    pub(super) fn json_path(&self, family: Family, field: &str) -> String {
        let date = |date: &NaiveDate| format!("'{date}'");
        let keys = match self {
            Self::Total | Self::Unassigned => vec![],
            Self::Day(day) => vec![date(day)],
            Self::Hour(hour) => vec![hour.to_string()],
            Self::Agent(agent) => vec![json_text(agent.as_str())],
            Self::AgentDay(agent, day) => vec![json_text(agent.as_str()), date(day)],
            Self::Page(page) => vec![json_text(page.as_str())],
            Self::Trigger(trigger) => vec![json_text(trigger.as_str())],
            Self::AutoMessage(message, url) => {
                vec![json_text(message.as_str()), json_text(url.as_str())]
            }
            Self::Rating(rating) => vec![format!("'{}'", rating.stars())],
            Self::WeekHour(at) => vec![format!("'{}'", at.weekday()), at.hour().to_string()],
            Self::Step(step) => vec![format!("'{step}'")],
        };
        let mut path = String::new();
        let mut keys = keys.iter();
        for part in self.kind().json_path(family, field).split_inclusive('…') {
            path.push_str(part.trim_end_matches('…'));
            if part.ends_with('…') {
                path.push_str(keys.next().map_or("", String::as_str));
            }
        }
        path
    }
}

refusal! {
    /// A text that is not a [`Scope`].
    #[error("`scope` is {found}; allowed: {allowed}")]
    pub struct ScopeError {}
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let (name, key) = match text.split_once(':') {
            Some((name, key)) => (name, Some(key)),
            None => (text, None),
        };
        let kind = ScopeKind::ALL.into_iter().find(|kind| kind.name() == name);
        let refused = |allowed: &'static str| ScopeError::new(quoted(text), allowed);
        let kind = kind.ok_or_else(|| {
            refused(
                "total, unassigned, day:…, hour:…, agent:…, agent_day:…, page:…, trigger:…, auto_message:…, rating:…, week_hour:… or step:…",
            )
        })?;
        Self::from_key(kind, key).ok_or_else(|| refused(kind.form()))
    }
}

impl Scope {
    fn from_key(kind: ScopeKind, key: Option<&str>) -> Option<Self> {
        let two = || key?.split_once(':');
        Some(match kind {
            ScopeKind::Total if key.is_none() => Self::Total,
            ScopeKind::Unassigned if key.is_none() => Self::Unassigned,
            ScopeKind::Total | ScopeKind::Unassigned => return None,
            ScopeKind::Day => Self::Day(key?.parse().ok()?),
            ScopeKind::Hour => {
                let hour = key?.parse().ok()?;
                Self::Hour(Some(hour).filter(|hour| *hour < 24)?)
            }
            ScopeKind::Agent => Self::Agent(key?.parse().ok()?),
            ScopeKind::Page => Self::Page(key?.parse().ok()?),
            ScopeKind::Trigger => Self::Trigger(key?.parse().ok()?),
            ScopeKind::Rating => Self::Rating(Rating::new(key?.parse().ok()?).ok()?),
            ScopeKind::WeekHour => Self::WeekHour(key?.parse().ok()?),
            ScopeKind::Step => Self::Step(key?.parse().ok()?),
            ScopeKind::AgentDay => {
                let (day, agent) = two()?;
                Self::AgentDay(agent.parse().ok()?, day.parse().ok()?)
            }
            ScopeKind::AutoMessage => {
                let (message, link) = two()?;
                let message = message.replace("%3A", ":").replace("%25", "%");
                Self::AutoMessage(message.parse().ok()?, link.parse().ok()?)
            }
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Total | Self::Unassigned => write!(f, "{kind}"),
            Self::Day(day) => write!(f, "{kind}:{day}"),
            Self::Hour(hour) => write!(f, "{kind}:{hour}"),
            Self::Agent(agent) => write!(f, "{kind}:{agent}"),
            Self::AgentDay(agent, day) => write!(f, "{kind}:{day}:{agent}"),
            Self::Page(page) => write!(f, "{kind}:{page}"),
            Self::Trigger(trigger) => write!(f, "{kind}:{trigger}"),
            Self::AutoMessage(message, link) => {
                let message = message.as_str().replace('%', "%25").replace(':', "%3A");
                write!(f, "{kind}:{message}:{link}")
            }
            Self::Rating(rating) => write!(f, "{kind}:{rating}"),
            Self::WeekHour(at) => write!(f, "{kind}:{at}"),
            Self::Step(step) => write!(f, "{kind}:{step}"),
        }
    }
}

impl ScopeKind {
    /// Returns the JSON path of figures of this kind, with `…` for each key.
    pub(super) fn json_path(self, family: Family, field: &str) -> String {
        let part = match (self, family) {
            (Self::Total, Family::Calls | Family::Chats | Family::Responsiveness) => {
                ".organization"
            }
            (Self::Total, _) => "",
            (Self::Day, _) => ".daily[?@.date == …]",
            (Self::Hour, _) => ".by_hour[?@.hour == …]",
            (Self::Agent, _) => ".agents[?@.agent == …]",
            (Self::AgentDay, _) => ".agents[?@.agent == …].daily[?@.date == …]",
            (Self::Unassigned, _) => ".unassigned",
            (Self::Page, Family::Requests) => ".top_pages[?@.page == …]",
            (Self::Page, _) => ".pages[?@.page == …]",
            (Self::Trigger, _) => return format!("$.{family}.{field}[?@.trigger == …].clicks"),
            (Self::AutoMessage, _) => {
                return format!("$.{family}.{field}[?@.auto_message == … && @.url == …].clicks");
            }
            (Self::Rating, _) => return format!("$.{family}.{field}[…]"),
            (Self::WeekHour, _) => ".cells[?@.weekday == … && @.hour == …]",
            (Self::Step, _) => "[?@.step == …]",
        };
        format!("$.{family}{part}.{field}")
    }
}

/// Writes a text as a string of a JSON path, in single quotes.
fn json_text(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            control if u32::from(control) < 0x20 => {
                write!(quoted, "\\u{:04x}", u32::from(control))
                    .expect("a string can be written to");
            }
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}
