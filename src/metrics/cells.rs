//! The states of a family's cells: one for each scope that the family's metrics have.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

use super::ReportContext;
use super::sums::{ByName, Figures, Named, Slots, named};
use crate::catalogue::{Metric, ScopeKind, WeekHour};
use crate::event::Rating;
use crate::id::{AgentId, AutoMessageId, LinkUrl, PageUrl, TriggerId, Trusted};
use crate::sums::{Additive, add_up_sums};

/// A set of kinds of scopes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scopes(u16);

impl Scopes {
    /// Returns the scopes that at least one metric has.
    pub(crate) const fn of(metrics: &[Metric]) -> Self {
        let (mut scopes, mut at) = (0, 0);
        while at < metrics.len() {
            let mut kind = 0;
            while kind < ScopeKind::ALL.len() {
                if metrics[at].has(ScopeKind::ALL[kind]) {
                    scopes |= 1 << kind;
                }
                kind += 1;
            }
            at += 1;
        }
        Self(scopes)
    }

    pub(crate) const fn have(self, kind: ScopeKind) -> bool {
        self.0 & 1 << kind as u16 != 0
    }
}

/// A cell of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Total,
    /// By position among the days of the period.
    Day(usize),
    Hour(usize),
    /// An agent's total, and with a day also the agent's day.
    Agent(&'a str, Option<usize>),
    Unassigned,
    Page(&'a str),
    Trigger(&'a str),
    AutoMessage(&'a str, &'a str),
    Rating(Rating),
    /// By place in the week.
    WeekHour(usize),
}

/// An automatic message and its link.
type MessageLink<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The states of all cells of a family over some visitors. Cells of scopes that no metric has are never changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(bound(
    serialize = "S: Figures + Serialize",
    deserialize = "S: Figures + Deserialize<'de>"
))]
pub(crate) struct Cells<'a, S> {
    pub(crate) total: S,
    pub(crate) days: Slots<S>,
    pub(crate) hours: Slots<S>,
    #[serde(deserialize_with = "named::<AgentId, _, _>")]
    pub(crate) agents: ByName<'a, AgentCells<S>>,
    pub(crate) unassigned: S,
    #[serde(deserialize_with = "named::<PageUrl, _, _>")]
    pub(crate) pages: ByName<'a, S>,
    #[serde(deserialize_with = "named::<TriggerId, _, _>")]
    pub(crate) triggers: ByName<'a, S>,
    #[serde(deserialize_with = "message_links")]
    pub(crate) auto_messages: Named<MessageLink<'a>, S>,
    pub(crate) ratings: Slots<S>,
    pub(crate) week_hours: Slots<S>,
}

add_up_sums!(Cells<'a, S: Figures> {
    total, days, hours, agents, unassigned, pages, triggers, auto_messages, ratings, week_hours
});

/// The cells of one agent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(bound(
    serialize = "S: Figures + Serialize",
    deserialize = "S: Figures + Deserialize<'de>"
))]
pub(crate) struct AgentCells<S> {
    pub(crate) total: S,
    /// Empty if no metric has the scope.
    pub(crate) days: Slots<S>,
}

impl<S: Figures> std::ops::AddAssign for AgentCells<S> {
    fn add_assign(&mut self, other: Self) {
        self.total += other.total;
        self.days += other.days;
    }
}

/// An agent without anything on a day has no days, as before the first was added.
impl<S: Figures> Additive for AgentCells<S> {
    fn without(&self, part: &Self) -> Option<Self> {
        let days = if part.days.0.is_empty() {
            self.days.clone()
        } else {
            self.days.without(&part.days)?
        };
        Some(Self {
            total: self.total.without(&part.total)?,
            days: if days.is_nothing() {
                Slots::default()
            } else {
                days
            },
        })
    }

    fn shape(shape: &mut String) {
        S::shape(shape);
    }

    fn is_nothing(&self) -> bool {
        self.total.is_nothing() && self.days.is_nothing()
    }

    fn heap_bytes(&self) -> usize {
        self.total.heap_bytes() + self.days.heap_bytes()
    }
}

impl<S: Figures> AgentCells<S> {
    /// Returns the agent's cells by day, for all days of the period.
    pub(crate) fn by_day(
        &mut self,
        context: &ReportContext,
    ) -> impl Iterator<Item = (NaiveDate, S)> {
        if self.days.0.is_empty() {
            self.days = Slots::days(context);
        }
        let days = std::mem::take(&mut self.days).0;
        context.calendar.dates().iter().copied().zip(days)
    }
}

impl<'a, S: Figures> Cells<'a, S> {
    /// Returns whether each agent has all days of the period, or none.
    #[cfg(feature = "snapshot")]
    pub(crate) fn is_of(&self, context: &ReportContext) -> bool {
        let days = context.calendar.dates().len();
        self.agents
            .values()
            .all(|agent| agent.days.0.is_empty() || agent.days.0.len() == days)
    }

    pub(crate) fn new(scopes: Scopes, context: &ReportContext) -> Self {
        let slots = |kind, slots: Slots<S>| {
            if scopes.have(kind) {
                slots
            } else {
                Slots::default()
            }
        };
        Self {
            days: slots(ScopeKind::Day, Slots::days(context)),
            hours: slots(ScopeKind::Hour, Slots::new(24)),
            ratings: slots(ScopeKind::Rating, Slots::new(Rating::ALL.len())),
            week_hours: slots(ScopeKind::WeekHour, Slots::new(WeekHour::COUNT)),
            ..Self::default()
        }
    }

    /// Changes the state of a cell.
    pub(crate) fn change(
        &mut self,
        context: &ReportContext,
        cell: Cell<'a>,
        change: impl Fn(&mut S),
    ) {
        match cell {
            Cell::Total => change(&mut self.total),
            Cell::Day(day) => change(&mut self.days.0[day]),
            Cell::Hour(hour) => change(&mut self.hours.0[hour]),
            Cell::Agent(agent, day) => {
                let agent = self.agents.at(agent);
                change(&mut agent.total);
                if let Some(day) = day {
                    if agent.days.0.is_empty() {
                        agent.days = Slots::days(context);
                    }
                    change(&mut agent.days.0[day]);
                }
            }
            Cell::Unassigned => change(&mut self.unassigned),
            Cell::Page(page) => change(self.pages.at(page)),
            Cell::Trigger(trigger) => change(self.triggers.at(trigger)),
            Cell::AutoMessage(message, url) => {
                change(
                    self.auto_messages
                        .at((Cow::Borrowed(message), Cow::Borrowed(url))),
                );
            }
            Cell::Rating(rating) => change(&mut self.ratings.0[usize::from(rating.stars()) - 1]),
            Cell::WeekHour(place) => change(&mut self.week_hours.0[place]),
        }
    }

    /// Returns the same cells, without borrows from the ledger.
    pub(crate) fn into_owned(self) -> Cells<'static, S> {
        Cells {
            total: self.total,
            days: self.days,
            hours: self.hours,
            agents: self.agents.into_owned(),
            unassigned: self.unassigned,
            pages: self.pages.into_owned(),
            triggers: self.triggers.into_owned(),
            auto_messages: self
                .auto_messages
                .renamed(|(message, url)| (message.into_owned().into(), url.into_owned().into())),
            ratings: self.ratings,
            week_hours: self.week_hours,
        }
    }
}

/// The greatest of these counts first, as many as the option `top` says, or all by name.
type Most<S> = Option<fn(&S) -> u64>;

/// The cells of each scope that has several, with their keys. Those of names are taken.
impl<S: Figures> Cells<'_, S> {
    pub(crate) fn by_day(
        &self,
        context: &ReportContext,
        _: Most<S>,
    ) -> impl Iterator<Item = (NaiveDate, &S)> {
        context.calendar.dates().iter().copied().zip(&self.days.0)
    }

    pub(crate) fn by_hour(&self, _: &ReportContext, _: Most<S>) -> impl Iterator<Item = (u8, &S)> {
        (0..).zip(&self.hours.0)
    }

    pub(crate) fn by_week_hour(
        &self,
        _: &ReportContext,
        _: Most<S>,
    ) -> impl Iterator<Item = (WeekHour, &S)> {
        let hours = self.week_hours.0.iter().enumerate();
        hours.map(|(place, state)| (WeekHour::at(place), state))
    }

    pub(crate) fn by_page(
        &mut self,
        context: &ReportContext,
        most: Most<S>,
    ) -> impl Iterator<Item = (PageUrl, S)> {
        let pages = std::mem::take(&mut self.pages).in_order(context.options.top(), most);
        pages.map(|(page, state)| (PageUrl::trusted(&page), state))
    }

    pub(crate) fn by_trigger(
        &mut self,
        context: &ReportContext,
        most: Most<S>,
    ) -> impl Iterator<Item = (TriggerId, S)> {
        let triggers = std::mem::take(&mut self.triggers).in_order(context.options.top(), most);
        triggers.map(|(trigger, state)| (TriggerId::trusted(&trigger), state))
    }

    pub(crate) fn by_auto_message(
        &mut self,
        context: &ReportContext,
        most: Most<S>,
    ) -> impl Iterator<Item = (AutoMessageId, LinkUrl, S)> {
        let messages =
            std::mem::take(&mut self.auto_messages).in_order(context.options.top(), most);
        messages.map(|((message, url), state)| {
            let url = LinkUrl::trusted(&url);
            (AutoMessageId::trusted(&message), url, state)
        })
    }

    pub(crate) fn by_agent(&mut self) -> impl Iterator<Item = (AgentId, AgentCells<S>)> {
        let agents = std::mem::take(&mut self.agents).by_name().into_iter();
        agents.map(|(agent, cells)| (AgentId::trusted(&agent), cells))
    }
}

fn message_links<'de, S: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Named<MessageLink<'static>, S>, D::Error> {
    let read: Vec<((AutoMessageId, LinkUrl), S)> = Deserialize::deserialize(deserializer)?;
    let link = |((message, url), state): ((AutoMessageId, LinkUrl), S)| {
        ((message.into_text().into(), url.into_text().into()), state)
    };
    Ok(read.into_iter().map(link).collect())
}
