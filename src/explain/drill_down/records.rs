//! The records that a family counts, one by one.

use super::Record;
use crate::id::{
    AgentId, AutoMessageId, CallId, ConversationId, EventId, LinkUrl, PageUrl, SessionId, SurveyId,
    TriggerId, Trusted,
};
use crate::journey::commerce::Order;
use crate::journey::reader::Reader;
use crate::journey::{Moment, Position, ReadOptions, Remark};
use crate::ledger::{Id, Record as Logged, VisitorLog};
use crate::metric::{Metric, Scope, Unit as RecordKind, Value, WeekHour};
use crate::metrics::cells::Cell;
use crate::metrics::family::{Excluded, Family, Sink, Unit};
use crate::query::scan::Scan;
use crate::time::{Calendar, Instant};

/// A record of a visitor, with what it adds to the scopes of its family.
pub(super) struct Observed<S> {
    pub(super) record: Record,
    /// `None` for a visitor, and for a conversation that nothing opened.
    pub(super) at: Option<Instant>,
    pub(super) order: Option<Order>,
    /// Whether one of the record's instants is in the period; `None` if the record has no instant.
    pub(super) is_inside: Option<bool>,
    /// Whether the filter can select the record.
    is_selectable: bool,
    scopes: Vec<(Scope, S)>,
    /// Each reason why the record does not count, with what it would have added.
    excluded: Vec<(Excluded, S)>,
}

impl<S> Observed<S> {
    /// Returns the scopes for which a metric counts the record, with the value that it adds.
    pub(super) fn counted<F: Family<State = S>>(
        &self,
        metric: &'static Metric,
    ) -> impl Iterator<Item = (&Scope, Value)> {
        let scopes = self.scopes.iter();
        let scopes = scopes.filter(|(scope, _)| metric.has(scope.kind()));
        scopes.filter_map(move |(scope, state)| Some((scope, something::<F>(metric, state)?)))
    }

    /// Returns the reason why a metric does not count the record, if the family gave one.
    pub(super) fn excluded<F: Family<State = S>>(
        &self,
        metric: &'static Metric,
    ) -> Option<Excluded> {
        let mut excluded = self.excluded.iter();
        let (reason, _) = excluded.find(|(_, state)| something::<F>(metric, state).is_some())?;
        Some(*reason)
    }
}

/// Reads the figure of a metric; `None` if the state adds nothing to it.
pub(super) fn something<F: Family>(metric: &'static Metric, state: &F::State) -> Option<Value> {
    let mut metrics = F::METRICS.iter();
    let place = metrics.position(|other| other == metric);
    let value = F::READ[place.expect("a metric is in the list of its family")](state);
    Some(value).filter(|value| *value != value.nothing())
}

/// Takes the records of one kind that a family counts.
struct Observer<'s, 'a, F: Family> {
    log: VisitorLog<'a>,
    /// The visitor's events in canonical order.
    events: Vec<Logged>,
    calendar: &'s Calendar,
    kind: RecordKind,
    /// Whether the filter has conditions that a record without an opening cannot meet.
    has_opening_conditions: bool,
    /// Whether the record that was started last is of the kind.
    is_of_kind: bool,
    found: Vec<Observed<F::State>>,
}

/// A visitor's records of one kind that the filter selects, and the remarks of events.
pub(super) struct Found<S> {
    pub(super) records: Vec<Observed<S>>,
    pub(super) remarks: Vec<(Position, Remark)>,
}

/// Returns what a visitor has.
pub(super) fn observed<'a, F: Family>(
    scan: &Scan<'a>,
    kind: RecordKind,
    log: VisitorLog<'a>,
    as_of: Instant,
) -> Found<F::State> {
    let mut reader = Reader::default();
    let read_options = ReadOptions {
        as_of,
        ..scan.read_options.clone()
    };
    let journey = reader.read(log, &read_options, F::READS.extras);
    // All orders have shares, as a filter selects them whatever the period.
    let visitor = scan.viewed(&F::READS, log, journey, as_of, &Calendar::always());
    let mut observer = Observer::<F> {
        log,
        events: log.records(),
        calendar: &scan.context.calendar,
        kind,
        has_opening_conditions: scan.filter.has_opening_conditions(),
        is_of_kind: false,
        found: Vec::new(),
    };
    F::observe(&visitor, &mut observer);
    // An order without a candidate for sales can have one for GMV.
    observer
        .found
        .retain(|found| found.is_selectable || !found.scopes.is_empty());
    Found {
        records: observer.found,
        remarks: visitor.journey.remarks.clone(),
    }
}

impl<F: Family> Observer<'_, '_, F> {
    fn name<T: Trusted>(&self, id: Id) -> T {
        self.log.tables().name(id).with_text(T::trusted)
    }

    fn event_id(&self, moment: Moment) -> EventId {
        let event = &self.events[moment.position as usize];
        self.log.tables().of(event.key).with_text(EventId::trusted)
    }

    fn event(&self, moment: Moment) -> Record {
        Record::event(self.log, moment.position, &self.events)
    }

    fn current(&mut self) -> Option<&mut Observed<F::State>> {
        self.found.last_mut().filter(|_| self.is_of_kind)
    }

    /// Returns a record's kind, itself and its instant.
    fn identified(&self, unit: Unit<'_, '_>) -> (RecordKind, Record, Option<Instant>) {
        match unit {
            Unit::Visitor => (RecordKind::Visitors, Record::Visitor, None),
            Unit::Conversation(conversation) => (
                RecordKind::Conversations,
                Record::Conversation(self.name(conversation.id)),
                conversation.opening.map(|opening| opening.at()),
            ),
            Unit::Request(request) => (
                RecordKind::Requests,
                match request.call {
                    Some(call) => Record::VideoRequest(self.name::<CallId>(call)),
                    None => Record::TextRequest(self.name::<ConversationId>(request.conversation)),
                },
                Some(request.opening.at()),
            ),
            Unit::Click(click) => (
                RecordKind::Clicks,
                self.event(click.moment),
                Some(click.moment.at),
            ),
            Unit::Order(order) => (
                RecordKind::Orders,
                Record::Order(self.name(order.id)),
                Some(order.placed.at),
            ),
            Unit::Answer(answer) => (
                RecordKind::Answers,
                Record::Answer(self.name::<SurveyId>(answer.survey)),
                Some(answer.at),
            ),
            Unit::Call(call) => (
                RecordKind::Calls,
                Record::Call(self.name::<CallId>(call.call)),
                Some(call.opening.at()),
            ),
            Unit::Chat(chat) => (
                RecordKind::Sessions,
                Record::Session {
                    session: chat.session.map(|id| self.name::<SessionId>(id)),
                    opening: self.event_id(chat.opening.moment),
                },
                Some(chat.opening.at()),
            ),
            Unit::Event(moment) => (RecordKind::Events, self.event(moment), Some(moment.at)),
            Unit::Turn(turn) => (
                RecordKind::Turns,
                self.event(turn.opening.moment),
                Some(turn.opening.at()),
            ),
        }
    }

    /// Returns the scopes of a cell.
    fn scopes(&self, cell: Cell<'_>) -> (Scope, Option<Scope>) {
        let date = |day: usize| self.calendar.dates[day];
        let scope = match cell {
            Cell::Total => Scope::Total,
            Cell::Day(day) => Scope::Day(date(day)),
            Cell::Hour(hour) => Scope::Hour(u8::try_from(hour).expect("a day has 24 hours")),
            Cell::Agent(agent, day) => {
                let agent = AgentId::trusted(agent);
                let on_day = day.map(|day| Scope::AgentDay(agent.clone(), date(day)));
                return (Scope::Agent(agent), on_day);
            }
            Cell::Unassigned => Scope::Unassigned,
            Cell::Page(page) => Scope::Page(PageUrl::trusted(page)),
            Cell::Trigger(trigger) => Scope::Trigger(TriggerId::trusted(trigger)),
            Cell::AutoMessage(message, url) => {
                Scope::AutoMessage(AutoMessageId::trusted(message), LinkUrl::trusted(url))
            }
            Cell::Rating(rating) => Scope::Rating(rating),
            Cell::WeekHour(place) => Scope::WeekHour(WeekHour::at(place)),
            Cell::Step(step) => Scope::Step(step),
        };
        (scope, None)
    }
}

impl<F: Family> Sink<F> for Observer<'_, '_, F> {
    fn record(&mut self, unit: Unit<'_, '_>) {
        let (kind, record, at) = self.identified(unit);
        self.is_of_kind = kind == self.kind;
        if self.is_of_kind {
            self.found.push(Observed {
                record,
                at,
                order: match unit {
                    Unit::Order(order) => Some(*order),
                    _ => None,
                },
                is_inside: at.map(|at| self.calendar.contains(at)),
                is_selectable: true,
                scopes: Vec::new(),
                excluded: Vec::new(),
            });
        }
    }

    fn exclude(&mut self, reason: Excluded, change: impl Fn(&mut F::State)) {
        let is_unselectable = self.has_opening_conditions
            && matches!(reason, Excluded::NoOpening | Excluded::NoCandidate);
        if let Some(current) = self.current() {
            let mut state = F::State::default();
            change(&mut state);
            current.excluded.push((reason, state));
            current.is_selectable &= !is_unselectable;
        }
    }

    fn day(&mut self, at: Instant) -> Option<usize> {
        let day = self.calendar.day(at);
        if let Some(current) = self.current() {
            let is_inside = current.is_inside.get_or_insert(false);
            *is_inside |= day.is_some();
        }
        day
    }

    fn calendar(&self) -> &Calendar {
        self.calendar
    }

    fn change(&mut self, cell: Cell<'_>, change: impl Fn(&mut F::State)) {
        if !self.is_of_kind {
            return;
        }
        let (scope, on_day) = self.scopes(cell);
        let current = self.current().expect("a family starts a record first");
        for scope in [Some(scope), on_day].into_iter().flatten() {
            let mut scopes = current.scopes.iter_mut();
            if let Some((_, state)) = scopes.find(|(known, _)| *known == scope) {
                change(state);
            } else {
                let mut state = F::State::default();
                change(&mut state);
                current.scopes.push((scope, state));
            }
        }
    }
}
