//! The states of a family's cells: one for each scope that the family's metrics have.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ReportContext;
use super::sums::{Figures, Named, Slots, Text, TwoTexts};
use crate::catalogue::{Metric, ScopeKind, WeekHour};
use crate::event::Rating;
use crate::id::{AgentId, AutoMessageId, LinkUrl, PageUrl, TriggerId};
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

/// The states of all cells of a family over some visitors. Cells of scopes that no metric has are never changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(bound(
    serialize = "S: Figures + Serialize",
    deserialize = "S: Figures + Deserialize<'de>"
))]
pub(crate) struct Cells<S> {
    pub(crate) total: S,
    pub(crate) days: Slots<S>,
    pub(crate) hours: Slots<S>,
    pub(crate) agents: Named<AgentId, AgentCells<S>>,
    pub(crate) unassigned: S,
    pub(crate) pages: Named<PageUrl, S>,
    pub(crate) triggers: Named<TriggerId, S>,
    pub(crate) auto_messages: Named<(AutoMessageId, LinkUrl), S>,
    pub(crate) ratings: Slots<S>,
    pub(crate) week_hours: Slots<S>,
}

add_up_sums!(Cells<S: Figures> {
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
        context.calendar.dates.iter().copied().zip(days)
    }
}

impl<S: Figures> Cells<S> {
    /// Returns whether each agent has all days of the period, or none.
    #[cfg(feature = "snapshot")]
    pub(crate) fn is_of(&self, context: &ReportContext) -> bool {
        let days = context.calendar.dates.len();
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
        cell: Cell<'_>,
        change: impl Fn(&mut S),
    ) {
        match cell {
            Cell::Total => change(&mut self.total),
            Cell::Day(day) => change(&mut self.days.0[day]),
            Cell::Hour(hour) => change(&mut self.hours.0[hour]),
            Cell::Agent(agent, day) => {
                let agent = self.agents.at(&Text(agent));
                change(&mut agent.total);
                if let Some(day) = day {
                    if agent.days.0.is_empty() {
                        agent.days = Slots::days(context);
                    }
                    change(&mut agent.days.0[day]);
                }
            }
            Cell::Unassigned => change(&mut self.unassigned),
            Cell::Page(page) => change(self.pages.at(&Text(page))),
            Cell::Trigger(trigger) => change(self.triggers.at(&Text(trigger))),
            Cell::AutoMessage(message, url) => {
                change(self.auto_messages.at(&TwoTexts(message, url)));
            }
            Cell::Rating(rating) => change(&mut self.ratings.0[usize::from(rating.stars()) - 1]),
            Cell::WeekHour(place) => change(&mut self.week_hours.0[place]),
        }
    }
}

/// The greatest of these counts first, as many as the option `top` says, or all by name.
type Most<S> = Option<fn(&S) -> u64>;

/// The cells of each scope that has several, with their keys. Those of names are taken.
impl<S: Figures> Cells<S> {
    pub(crate) fn by_day(
        &self,
        context: &ReportContext,
        _: Most<S>,
    ) -> impl Iterator<Item = (NaiveDate, &S)> {
        context.calendar.dates.iter().copied().zip(&self.days.0)
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
        std::mem::take(&mut self.pages).in_order(context.options.top(), most)
    }

    pub(crate) fn by_trigger(
        &mut self,
        context: &ReportContext,
        most: Most<S>,
    ) -> impl Iterator<Item = (TriggerId, S)> {
        std::mem::take(&mut self.triggers).in_order(context.options.top(), most)
    }

    pub(crate) fn by_auto_message(
        &mut self,
        context: &ReportContext,
        most: Most<S>,
    ) -> impl Iterator<Item = (AutoMessageId, LinkUrl, S)> {
        let messages =
            std::mem::take(&mut self.auto_messages).in_order(context.options.top(), most);
        messages.map(|((message, url), state)| (message, url, state))
    }

    pub(crate) fn by_agent(&mut self) -> impl Iterator<Item = (AgentId, AgentCells<S>)> {
        std::mem::take(&mut self.agents).by_name()
    }
}
