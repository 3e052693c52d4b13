//! What a figure is of: the whole period, a day, an agent, …

use std::fmt::Write;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Family, names};
use crate::event::Rating;
use crate::id::{AgentId, AutoMessageId, LinkUrl, PageUrl, TriggerId};

/// What a figure is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// The whole period, and of Engage the organization.
    Total,
    /// A local day of the period.
    Day(NaiveDate),
    /// A local hour of the day, 0 to 23, of all days of the period.
    Hour(u8),
    /// An agent.
    Agent(AgentId),
    /// An agent's local day.
    AgentDay(AgentId, NaiveDate),
    /// What no agent is credited with.
    Unassigned,
    /// A page.
    Page(PageUrl),
    /// A trigger of automatic messages.
    Trigger(TriggerId),
    /// An automatic message and the link that it carried.
    AutoMessage(AutoMessageId, LinkUrl),
    /// A rating, 1 to 5.
    Rating(Rating),
}

names! {
    /// What figures of a kind of scope are of.
    ScopeKind {
        /// [`Scope::Total`].
        Total => "total",
        /// [`Scope::Day`].
        Day => "day",
        /// [`Scope::Hour`].
        Hour => "hour",
        /// [`Scope::Agent`].
        Agent => "agent",
        /// [`Scope::AgentDay`].
        AgentDay => "agent_day",
        /// [`Scope::Unassigned`].
        Unassigned => "unassigned",
        /// [`Scope::Page`].
        Page => "page",
        /// [`Scope::Trigger`].
        Trigger => "trigger",
        /// [`Scope::AutoMessage`].
        AutoMessage => "auto_message",
        /// [`Scope::Rating`].
        Rating => "rating",
    }
}

impl Scope {
    /// The kind of scope that it is.
    #[must_use]
    pub const fn kind(&self) -> ScopeKind {
        match self {
            Self::Total => ScopeKind::Total,
            Self::Day(_) => ScopeKind::Day,
            Self::Hour(_) => ScopeKind::Hour,
            Self::Agent(_) => ScopeKind::Agent,
            Self::AgentDay(..) => ScopeKind::AgentDay,
            Self::Unassigned => ScopeKind::Unassigned,
            Self::Page(_) => ScopeKind::Page,
            Self::Trigger(_) => ScopeKind::Trigger,
            Self::AutoMessage(..) => ScopeKind::AutoMessage,
            Self::Rating(_) => ScopeKind::Rating,
        }
    }

    /// Where a figure stands: the path of its kind of scope, with this scope's keys filled in.
    pub(super) fn json_path(&self, family: Family, field: &str) -> String {
        let date = |date: &NaiveDate| format!("'{date}'");
        let keys = match self {
            Self::Total | Self::Unassigned => vec![],
            Self::Day(day) => vec![date(day)],
            Self::Hour(hour) => vec![hour.to_string()],
            Self::Agent(agent) => vec![quoted(agent.as_str())],
            Self::AgentDay(agent, day) => vec![quoted(agent.as_str()), date(day)],
            Self::Page(page) => vec![quoted(page.as_str())],
            Self::Trigger(trigger) => vec![quoted(trigger.as_str())],
            Self::AutoMessage(message, url) => vec![quoted(message.as_str()), quoted(url.as_str())],
            Self::Rating(rating) => vec![format!("'{}'", rating.stars())],
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

impl ScopeKind {
    /// Where figures of the kind stand, with `…` for each key.
    pub(super) fn json_path(self, family: Family, field: &str) -> String {
        let part = match (self, family) {
            (Self::Total, Family::Calls | Family::Chats) => ".organization",
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
        };
        format!("$.{family}{part}.{field}")
    }
}

/// As a string of a JSON path, in single quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            control if u32::from(control) < 0x20 => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}
