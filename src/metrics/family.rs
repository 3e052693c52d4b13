//! A family of metrics: what it reads of a visitor, and what it counts.

use super::cells::{Cell, Cells, MetricList, Part, have};
use super::{AllTimeFigures, ReportContext, Tally, VisitorView};
use crate::journey::commerce::{Answer, AutoMessageClick, Order};
use crate::journey::conversation::{Conversation, Request, Turn};
use crate::journey::engage::{LiveCall, LiveChat};
use crate::journey::{Extras, Moment};
use crate::ledger::{Arrived, Types};
use crate::metric::ScopeKind;
use crate::time::{Calendar, Instant};
use chrono::Datelike;

/// What a family reads of a visitor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reads {
    /// The event types. A visitor without any of them adds nothing.
    pub(crate) types: Types,
    /// The same for a visitor without an event in the period.
    pub(crate) outside: Types,
    /// Whether all events are counted, whatever the period.
    pub(crate) event_count: bool,
    /// Whether the credit of orders is read.
    pub(crate) credit: bool,
    pub(crate) extras: Extras,
    /// Whether the [`Activity`](super::Activity) is read.
    pub(crate) activity: bool,
}

impl Reads {
    pub(crate) const NOTHING: Self = Self::of(Types::of([]));

    /// Events of these types, of visitors with an event in the period.
    pub(crate) const fn of(types: Types) -> Self {
        Self {
            types,
            outside: Types::of([]),
            event_count: false,
            credit: false,
            extras: Extras::NONE,
            activity: false,
        }
    }

    /// Events of these types, whatever the period.
    pub(crate) const fn always(types: Types) -> Self {
        Self {
            outside: types,
            ..Self::of(types)
        }
    }

    /// Returns what either of the two reads.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self {
            types: self.types.or(other.types),
            outside: self.outside.or(other.outside),
            event_count: self.event_count || other.event_count,
            credit: self.credit || other.credit,
            extras: self.extras.or(other.extras),
            activity: self.activity || other.activity,
        }
    }
}

/// A family of metrics.
pub(crate) trait Family: MetricList {
    /// What the family reads of a visitor.
    const READS: Reads;

    /// Counts one visitor's records.
    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>);

    /// Adds the arrivals under the id of one survivor.
    fn add_arrived(_: &mut Cells<Self>, _: Arrived) {}

    /// Stores the family's figures that do not depend on the period.
    fn all_time(_: &Cells<Self>, _: &mut AllTimeFigures) {}

    /// Replaces the family's figures that do not depend on the period by cached ones.
    fn set_all_time(_: &mut Cells<Self>, _: &AllTimeFigures) {}
}

/// A record that a family counts or excludes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit<'r, 'a> {
    Visitor,
    Conversation(&'r Conversation<'a>),
    Request(&'r Request<'a>),
    Click(&'r AutoMessageClick<'a>),
    Order(&'r Order),
    Answer(&'r Answer<'a>),
    Call(&'r LiveCall<'a>),
    Chat(&'r LiveChat<'a>),
    Turn(&'r Turn<'a>),
    Event(Moment),
}

/// Why a record does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excluded {
    NoOpening,
    OneSided,
    /// An order of a visitor without a conversation in the period.
    NoConversation,
    /// An order before the visitor's first conversation in the period.
    BeforeConversation,
    /// An order without a candidate. Its touches say why.
    NoCandidate,
    /// An order without a candidate that counts for GMV.
    NoGmvCandidate,
}

/// What an opening belongs to, besides its day and hour.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Keys<'a> {
    pub(crate) page: Option<&'a str>,
    pub(crate) agent: Option<&'a str>,
}

impl<'a> Keys<'a> {
    pub(crate) fn agent(agent: &'a str) -> Self {
        Self {
            page: None,
            agent: Some(agent),
        }
    }
}

/// Takes what a family counts: into the cells of a report, or record by record.
pub(crate) trait Sink<F: Family> {
    /// Starts a record. What is counted until the next one starts is this record's.
    fn record(&mut self, _: Unit<'_, '_>) {}

    /// Gives the reason why the record does not count as `change` would count it.
    fn exclude(&mut self, _: Excluded, _: impl Fn(&mut F::State)) {}

    /// Returns the days of the period.
    fn calendar(&self) -> &Calendar;

    /// Returns the day of an instant; `None` if it is outside the period.
    fn day(&mut self, at: Instant) -> Option<usize> {
        self.calendar().day(at)
    }

    /// Changes the state of a cell.
    fn change(&mut self, cell: Cell<'_>, change: impl Fn(&mut F::State));

    /// Changes the states of the cells of an instant: the total, its day and hour, and those of the keys.
    fn count(&mut self, at: Instant, keys: Keys<'_>, change: impl Fn(&mut F::State)) {
        let Some(day) = self.day(at) else {
            return;
        };
        if const { have(F::METRICS, ScopeKind::Total) } {
            self.change(Cell::Total, &change);
        }
        if const { have(F::METRICS, ScopeKind::Day) } {
            self.change(Cell::Day(day), &change);
        }
        if const { have(F::METRICS, ScopeKind::Hour) } {
            self.change(Cell::Hour(self.calendar().hour(at)), &change);
        }
        if const { have(F::METRICS, ScopeKind::WeekHour) } {
            let (hour, date) = (self.calendar().hour(at), self.calendar().dates[day]);
            let weekday = date.weekday().num_days_from_monday() as usize;
            self.change(Cell::WeekHour(weekday * 24 + hour), &change);
        }
        if let Some(page) = keys.page {
            self.change(Cell::Page(page), &change);
        }
        if let Some(agent) = keys.agent {
            let day = Some(day).filter(|_| const { have(F::METRICS, ScopeKind::AgentDay) });
            self.change(Cell::Agent(agent, day), &change);
        }
    }
}

/// Counts into cells.
struct Counter<'s, F: MetricList> {
    cells: &'s mut Cells<F>,
    context: &'s ReportContext,
}

impl<F: Family> Sink<F> for Counter<'_, F> {
    fn calendar(&self) -> &Calendar {
        &self.context.calendar
    }

    fn change(&mut self, cell: Cell<'_>, change: impl Fn(&mut F::State)) {
        self.cells.change(cell, change);
    }
}

impl<F: Family> Tally for Cells<F> {
    type Metrics = F::Metrics;

    fn reads(_: &ReportContext) -> Reads {
        F::READS
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'_, '_>) {
        let mut counter = Counter {
            cells: self,
            context,
        };
        F::observe(visitor, &mut counter);
    }

    fn add_arrived(&mut self, arrived: Arrived) {
        F::add_arrived(self, arrived);
    }

    fn all_time(&self, all_time: &mut AllTimeFigures) {
        F::all_time(self, all_time);
    }

    fn set_all_time(&mut self, known: &AllTimeFigures) {
        F::set_all_time(self, known);
    }

    fn finish(mut self, context: &ReportContext) -> F::Metrics {
        F::Metrics::read(&mut self, context)
    }
}
