//! The states of a family's cells: one for each scope that the family's metrics have.

use serde::{Deserialize, Serialize};

use super::ReportContext;
use super::registry::{CountOf, MetricList};
use super::sums::{Figures, Named, Slots, Text, TwoTexts};
use crate::event::Rating;
use crate::id::{AgentId, AutoMessageId, LinkUrl, PageUrl, TriggerId};
use crate::metric::{Metric, Scope, ScopeKind, WeekHour};
use crate::sums::add_up_sums;

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
#[serde(bound = "")]
pub(crate) struct Cells<F: MetricList> {
    pub(crate) total: F::State,
    pub(crate) days: Slots<F::State>,
    pub(crate) hours: Slots<F::State>,
    pub(crate) agents: Named<AgentId, AgentCells<F::State>>,
    pub(crate) unassigned: F::State,
    pub(crate) pages: Named<PageUrl, F::State>,
    pub(crate) triggers: Named<TriggerId, F::State>,
    pub(crate) auto_messages: Named<(AutoMessageId, LinkUrl), F::State>,
    pub(crate) ratings: Slots<F::State>,
    pub(crate) week_hours: Slots<F::State>,
}

add_up_sums!(Cells<F: MetricList> {
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
    pub(crate) days: Slots<S>,
}

add_up_sums!(AgentCells<S: Figures> { total, days });

impl<F: MetricList> Cells<F> {
    /// Creates cells with a total.
    pub(crate) fn of(total: F::State) -> Self {
        Self {
            total,
            ..Self::default()
        }
    }

    /// Changes the state of a cell.
    pub(crate) fn change(&mut self, cell: Cell<'_>, change: impl Fn(&mut F::State)) {
        match cell {
            Cell::Total => change(&mut self.total),
            Cell::Day(day) => change(self.days.at(day)),
            Cell::Hour(hour) => change(self.hours.at(hour)),
            Cell::Agent(agent, day) => {
                let agent = self.agents.at(&Text(agent));
                change(&mut agent.total);
                if let Some(day) = day {
                    change(agent.days.at(day));
                }
            }
            Cell::Unassigned => change(&mut self.unassigned),
            Cell::Page(page) => change(self.pages.at(&Text(page))),
            Cell::Trigger(trigger) => change(self.triggers.at(&Text(trigger))),
            Cell::AutoMessage(message, url) => {
                change(self.auto_messages.at(&TwoTexts(message, url)));
            }
            Cell::Rating(rating) => change(self.ratings.at(usize::from(rating.stars()) - 1)),
            Cell::WeekHour(place) => change(self.week_hours.at(place)),
        }
    }

    /// Takes the cells of each scope of a kind, in the order of the report: by key, or the `top` ones with the greatest
    /// counts. The cells of an agent also have the agent's days.
    pub(crate) fn take(
        &mut self,
        kind: ScopeKind,
        most: Option<CountOf<F>>,
        context: &ReportContext,
    ) -> Vec<(Scope, Self)> {
        let order = (context.options.top(), most);
        let of = |(scope, total)| (scope, Self::of(total));
        match kind {
            ScopeKind::Day | ScopeKind::AgentDay => {
                let dates = context.calendar.dates.iter().map(|date| Scope::Day(*date));
                dates.zip(self.days.take()).map(of).collect()
            }
            ScopeKind::Hour => (0..24)
                .map(Scope::Hour)
                .zip(self.hours.take())
                .map(of)
                .collect(),
            ScopeKind::WeekHour => {
                let hours = (0..WeekHour::COUNT).map(|place| Scope::WeekHour(WeekHour::at(place)));
                hours.zip(self.week_hours.take()).map(of).collect()
            }
            ScopeKind::Agent => {
                let agents = std::mem::take(&mut self.agents).by_name();
                let agents = agents.map(|(agent, AgentCells { total, days })| {
                    let cells = Self {
                        days,
                        ..Self::of(total)
                    };
                    (Scope::Agent(agent), cells)
                });
                agents.collect()
            }
            ScopeKind::Page => Self::taken(&mut self.pages, order, Scope::Page),
            ScopeKind::Trigger => Self::taken(&mut self.triggers, order, Scope::Trigger),
            ScopeKind::AutoMessage => {
                let scope = |(message, url)| Scope::AutoMessage(message, url);
                Self::taken(&mut self.auto_messages, order, scope)
            }
            // One cell, and not a list.
            ScopeKind::Total | ScopeKind::Unassigned | ScopeKind::Rating => Vec::new(),
        }
    }

    fn taken<K: Ord>(
        named: &mut Named<K, F::State>,
        (top, most): (usize, Option<CountOf<F>>),
        scope: impl Fn(K) -> Scope,
    ) -> Vec<(Scope, Self)> {
        let cells = std::mem::take(named).in_order(top, most);
        cells
            .map(|(key, state)| (scope(key), Self::of(state)))
            .collect()
    }
}
