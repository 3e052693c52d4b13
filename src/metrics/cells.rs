//! The states of a family's cells, one for each scope that the family's metrics have, and what is read from them: rows
//! and lists of rows.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ReportContext;
use super::sums::{Figures, Named, Slots, Text, TwoTexts};
use crate::event::Rating;
use crate::id::{AgentId, AutoMessageId, LinkUrl, PageUrl, TriggerId};
use crate::metric::{FunnelStep, Kind, Metric, Scope, ScopeKind, Value, WeekHour};
use crate::sums::add_up_sums;

/// Returns whether at least one metric has scopes of this kind.
pub(crate) const fn have(metrics: &[Metric], kind: ScopeKind) -> bool {
    let mut at = 0;
    while at < metrics.len() {
        if metrics[at].has(kind) {
            return true;
        }
        at += 1;
    }
    false
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
    Step(FunnelStep),
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
    pub(crate) steps: Slots<F::State>,
}

add_up_sums!(Cells<F: MetricList> {
    total, days, hours, agents, unassigned, pages, triggers, auto_messages, ratings, week_hours, steps
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
            Cell::Step(step) => change(self.steps.at(step as usize)),
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
        let dates = context.calendar.dates.iter().copied();
        let top = context.options.top();
        match kind {
            // Those of one agent are the agent's days.
            ScopeKind::Day | ScopeKind::AgentDay => {
                Self::scoped(dates.zip(self.days.take()), Scope::Day)
            }
            ScopeKind::Hour => Self::scoped((0..24).zip(self.hours.take()), Scope::Hour),
            ScopeKind::WeekHour => {
                let hours = (0..WeekHour::COUNT).map(WeekHour::at);
                Self::scoped(hours.zip(self.week_hours.take()), Scope::WeekHour)
            }
            ScopeKind::Step => {
                let steps = FunnelStep::ALL.into_iter().zip(self.steps.take());
                Self::scoped(steps, Scope::Step)
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
            ScopeKind::Page => {
                let pages = std::mem::take(&mut self.pages);
                Self::scoped(pages.in_order(top, most), Scope::Page)
            }
            ScopeKind::Trigger => {
                let triggers = std::mem::take(&mut self.triggers);
                Self::scoped(triggers.in_order(top, most), Scope::Trigger)
            }
            ScopeKind::AutoMessage => {
                let messages = std::mem::take(&mut self.auto_messages);
                let scope = |(message, url)| Scope::AutoMessage(message, url);
                Self::scoped(messages.in_order(top, most), scope)
            }
            // One cell, and not a list.
            ScopeKind::Total | ScopeKind::Unassigned | ScopeKind::Rating => Vec::new(),
        }
    }

    /// Creates the cells of each scope, which `scope` makes of a key.
    fn scoped<K>(
        states: impl Iterator<Item = (K, F::State)>,
        scope: impl Fn(K) -> Scope,
    ) -> Vec<(Scope, Self)> {
        states
            .map(|(key, state)| (scope(key), Self::of(state)))
            .collect()
    }

    /// Returns whether there are no more slots than the period has.
    #[cfg(feature = "snapshot")]
    pub(crate) fn fits(&self, context: &ReportContext) -> bool {
        let days = context.calendar.dates.len();
        let mut agents = self.agents.values();
        self.days.len() <= days
            && self.hours.len() <= 24
            && self.ratings.len() <= Rating::ALL.len()
            && self.week_hours.len() <= WeekHour::COUNT
            && self.steps.len() <= FunnelStep::ALL.len()
            && agents.all(|agent| agent.days.len() <= days)
    }
}

/// The list of a family's metrics.
pub(crate) trait MetricList: Debug + Clone + Default + Send {
    /// The sums of one cell, from which all figures are read.
    type State: Figures + Serialize + DeserializeOwned + Send + 'static;

    /// The figures of all cells.
    type Metrics: Part<Family = Self>;

    const METRICS: &'static [Metric];

    /// Reads the figure of each metric, in the order of `METRICS`.
    const READ: &'static [fn(&Self::State) -> Value];
}

/// Takes a figure with its metric and scope.
pub(crate) type AddFigure<'a> = dyn FnMut(&'static Metric, &Scope, Value) + 'a;

/// A count of a cell, by which a list is sorted.
pub(crate) type CountOf<F> = fn(&<F as MetricList>::State) -> u64;

/// A part of a family's figures: a row, or a list of rows.
pub(crate) trait Part: Sized {
    type Family: MetricList;

    /// Reads the part. Cells that no other part reads are taken.
    fn read(cells: &mut Cells<Self::Family>, context: &ReportContext) -> Self;

    /// Calls `add` for each figure of the part. `outer` is the scope of the row that has it.
    fn list(&self, outer: &Scope, add: &mut AddFigure<'_>);
}

/// A row of figures of one scope, with its lists of other rows.
pub(crate) trait Row: Sized {
    type Family: MetricList;

    const SCOPE: ScopeKind;

    /// What a list of rows is sorted by, the greatest first, before it is cut at `top`; `None` if it is sorted by key.
    const MOST: Option<CountOf<Self::Family>>;

    /// Creates the row of a scope from the scope's cells; `None` if the scope is of another kind.
    fn new(scope: Scope, cells: &mut Cells<Self::Family>, context: &ReportContext) -> Option<Self>;

    fn scope(&self, outer: &Scope) -> Scope;

    /// Calls `add` for each figure of the row, in the order of the metrics that have its scope.
    fn figures(&self, add: &mut dyn FnMut(Value));

    /// Calls `add` for each figure of the row's lists.
    fn list_parts(&self, scope: &Scope, add: &mut AddFigure<'_>);
}

impl<R: Row> Part for R {
    type Family = R::Family;

    fn read(cells: &mut Cells<R::Family>, context: &ReportContext) -> Self {
        let row = if R::SCOPE == ScopeKind::Unassigned {
            let unassigned = std::mem::take(&mut cells.unassigned);
            R::new(Scope::Unassigned, &mut Cells::of(unassigned), context)
        } else {
            R::new(Scope::Total, cells, context)
        };
        row.expect("a row that is in no list is the total, or has no agent")
    }

    fn list(&self, outer: &Scope, add: &mut AddFigure<'_>) {
        let scope = self.scope(outer);
        let metrics = R::Family::METRICS.iter();
        let mut metrics = metrics.filter(|it| it.has(R::SCOPE) && it.kind != Kind::Records);
        self.figures(&mut |value| {
            add(
                metrics
                    .next()
                    .expect("a row has one figure for each metric of its scope"),
                &scope,
                value,
            );
        });
        self.list_parts(&scope, add);
    }
}

impl<R: Row> Part for Vec<R> {
    type Family = R::Family;

    fn read(cells: &mut Cells<R::Family>, context: &ReportContext) -> Self {
        let rows = cells.take(R::SCOPE, R::MOST, context).into_iter();
        let rows = rows.map(|(scope, mut cells)| R::new(scope, &mut cells, context));
        rows.map(|row| row.expect("cells of a kind have scopes of that kind"))
            .collect()
    }

    fn list(&self, outer: &Scope, add: &mut AddFigure<'_>) {
        for row in self {
            row.list(outer, add);
        }
    }
}

#[cfg(all(test, feature = "snapshot"))]
mod tests {
    use super::*;
    use crate::metrics::engage::calls::Calls;
    use crate::options::Options;
    use crate::time::{Calendar, Period, Zone};

    #[test]
    fn slots_outside_the_period_do_not_fit() {
        let day = "2026-03-02".parse().unwrap();
        let period = Period::from_dates(day, day, &Zone::utc()).unwrap();
        let context = ReportContext::new(Calendar::new(&period), &Options::new());
        let fits = |cells: &[Cell<'_>]| {
            let mut all = Cells::<Calls>::default();
            for cell in cells {
                all.change(*cell, |_| {});
            }
            all.fits(&context)
        };
        let five = Rating::new(5).unwrap();
        assert!(fits(&[
            Cell::Day(0),
            Cell::Hour(23),
            Cell::WeekHour(167),
            Cell::Rating(five),
            Cell::Agent("ada", Some(0)),
        ]));
        for cell in [
            Cell::Day(1),
            Cell::Hour(24),
            Cell::WeekHour(168),
            Cell::Agent("ada", Some(1)),
        ] {
            assert!(!fits(&[cell]), "{cell:?}");
        }
    }
}
