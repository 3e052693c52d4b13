//! The records that figures count. Each becomes a journey with only this record, which the family's tally counts.

use std::borrow::Cow;

use super::{Reason, Record};
use crate::catalogue::{Family, Metric, Unit as CatalogueUnit};
use crate::event::EventType;
use crate::explain::order::{
    OrderExplanation, OrderRules, OrderTouch, TouchVerdict, explain_order,
};
use crate::id::{CallId, ConversationId, EventId, SessionId, SurveyId, Trusted};
use crate::journey::reader::Reader;
use crate::journey::{Fault, Filter, Journey, Position, ReadOptions};
use crate::ledger::{Id, Types, VisitorLog};
use crate::metrics::credit::{self, OrderCredit};
use crate::metrics::{CALLS, LOOKS, ORDERS, ReportContext, TALKS, Tally, VisitorView};
use crate::query::Figure;
use crate::query::figures::{FigureList, Figures, WithTally, with_tally};
use crate::query::scan::Scan;
use crate::time::{Calendar, Instant};

/// The kind of record that a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnitKind {
    Visitor,
    Conversation,
    Request,
    Click,
    Order,
    Answer,
    Call,
    Chat,
    Event,
}

impl UnitKind {
    pub(super) fn of(metric: &Metric) -> Self {
        match metric.unit() {
            CatalogueUnit::Conversations | CatalogueUnit::Minutes => Self::Conversation,
            CatalogueUnit::Requests => Self::Request,
            CatalogueUnit::Clicks => Self::Click,
            CatalogueUnit::Visitors => Self::Visitor,
            CatalogueUnit::Orders | CatalogueUnit::Money => Self::Order,
            CatalogueUnit::Stars | CatalogueUnit::Answers => Self::Answer,
            CatalogueUnit::Calls => Self::Call,
            CatalogueUnit::Sessions => Self::Chat,
            CatalogueUnit::Events => Self::Event,
            // The records that a ratio compares.
            CatalogueUnit::Share => match metric.family() {
                Family::Visitors | Family::Gmv => Self::Visitor,
                _ => Self::Request,
            },
        }
    }

    /// Returns the types of events of which a visitor with such a unit has at least one.
    pub(super) const fn types(self) -> Types {
        match self {
            Self::Visitor => LOOKS.or(TALKS),
            Self::Conversation | Self::Request | Self::Chat => TALKS,
            Self::Call => CALLS,
            Self::Click => Types::of([EventType::AutoMessageClicked]),
            Self::Order => ORDERS,
            Self::Answer => Types::of([EventType::SurveyAnswered]),
            Self::Event => Types::ALL,
        }
    }
}

/// A single record to count.
pub(super) struct Unit<'a> {
    pub(super) record: Record,
    pub(super) at: Option<Instant>,
    journey: Journey<'a>,
    credit: Vec<OrderCredit<'a>>,
    /// The reason why it does not count, if it is known beforehand.
    pub(super) reason: Option<Reason>,
}

impl Unit<'_> {
    fn new(record: Record, at: Instant) -> Self {
        Self {
            record,
            at: Some(at),
            journey: Journey::default(),
            credit: Vec::new(),
            reason: None,
        }
    }

    /// Returns the figures that the metric's family counts for the unit.
    pub(super) fn figures(&self, metric: &'static Metric, context: &ReportContext) -> Vec<Figure> {
        let visitor = VisitorView {
            journey: &self.journey,
            credit: Cow::Borrowed(&self.credit),
        };
        with_tally(
            metric.family(),
            UnitFigures {
                metric,
                context,
                visitor: &visitor,
            },
        )
    }

    pub(super) fn has_looks(&self) -> bool {
        !self.journey.impressions.is_empty() || !self.journey.clicks.is_empty()
    }

    pub(super) fn has_conversations(&self) -> bool {
        self.journey
            .conversations
            .iter()
            .any(|it| it.opening.is_some())
    }

    /// Returns whether a visitor has nothing in the period that could count.
    pub(super) fn is_outside(&self, period: &Calendar, family: Family) -> bool {
        let journey = &self.journey;
        if family == Family::Visitors {
            let mut looks = journey.impressions.iter().chain(&journey.clicks);
            return !looks.any(|look| period.contains(look.at));
        }
        let mut openings = journey.conversations.iter().filter_map(|it| it.opening);
        !openings.any(|opening| period.contains(opening.at()))
    }
}

/// The figures of a metric for one visitor.
struct UnitFigures<'s, 'a> {
    metric: &'static Metric,
    context: &'s ReportContext,
    visitor: &'s VisitorView<'a, 's>,
}

impl<'a> WithTally<'a> for UnitFigures<'_, 'a> {
    fn figures<T: Tally<'a> + Send>(self) -> Vec<Figure>
    where
        T::Metrics: Figures,
    {
        let mut tally = T::new(self.context);
        tally.add(self.context, self.visitor);
        FigureList::of(self.metric, &tally.finish(self.context))
    }
}

/// The units of one visitor.
pub(super) struct Units<'a, 'p> {
    scan: &'p Scan<'a>,
    metric: &'static Metric,
    kind: UnitKind,
    log: VisitorLog<'a>,
}

impl<'a, 'p> Units<'a, 'p> {
    pub(super) fn new(scan: &'p Scan<'a>, metric: &'static Metric, log: VisitorLog<'a>) -> Self {
        Self {
            scan,
            metric,
            kind: UnitKind::of(metric),
            log,
        }
    }

    /// Returns the visitor's units that the filter selects, and the faults of events. With `order_rules`, orders that
    /// do not count have the reason.
    pub(super) fn read(
        &self,
        read_options: &ReadOptions,
        order_rules: Option<&OrderRules>,
    ) -> (Vec<Unit<'a>>, Vec<(Position, Fault)>) {
        let (log, filter, rules) = (self.log, &self.scan.filter, &self.scan.context.credit);
        let mut reader = Reader::default();
        let journey = reader.read(log, read_options);
        let (mut credit, mut reasons) = (Vec::new(), Vec::new());
        if matches!(self.kind, UnitKind::Order | UnitKind::Visitor) {
            // All orders are credited, as a filter selects them whatever the period.
            let always = Calendar::always();
            credit = credit::credit(journey, rules, rules.window, rules.model, &always);
            if let (Some(order_rules), UnitKind::Order) = (order_rules, self.kind) {
                reasons = self.reasons(journey, &credit, order_rules);
            }
            credit::keep(&mut credit, journey, filter);
        }
        self.scan.keep(log, journey);
        let mut journey = reader.into_journey();
        let faults = std::mem::take(&mut journey.faults);
        let units = match self.kind {
            UnitKind::Visitor => vec![self.visitor(journey, credit)],
            UnitKind::Order => self.orders(credit, reasons),
            _ => self.others(journey),
        };
        (units, faults)
    }

    fn name<T: Trusted>(&self, id: Id) -> T {
        self.log.tables().name(id).with_text(T::trusted)
    }

    fn event(&self, key: crate::ledger::Key) -> EventId {
        self.log.tables().of(key).with_text(EventId::trusted)
    }

    fn visitor(&self, journey: Journey<'a>, credit: Vec<OrderCredit<'a>>) -> Unit<'a> {
        let calendar = &self.scan.context.calendar;
        let mut opened = journey.conversations.iter().filter(|conversation| {
            conversation
                .opening
                .is_some_and(|it| calendar.contains(it.at()))
        });
        let is_one_sided = opened.next().is_some_and(|first| {
            first.two_way().is_none() && opened.all(|other| other.two_way().is_none())
        });
        Unit {
            record: Record::Visitor,
            at: None,
            journey,
            credit,
            reason: (is_one_sided && self.metric.family() == Family::Gmv)
                .then_some(Reason::OneSided),
        }
    }

    /// Returns each order with its credit, without orders whose shares the filter excludes.
    fn orders(&self, credit: Vec<OrderCredit<'a>>, reasons: Vec<Option<Reason>>) -> Vec<Unit<'a>> {
        let mut reasons = reasons.into_iter();
        let mut units = Vec::new();
        for mut credit in credit {
            // A single order has no conversations. Conversions are figures of visitors.
            credit.reached.clear();
            let reason = reasons.next().flatten();
            let order = &credit.order;
            let is_kept = credit.is_attributed || !self.scan.filter.has_opening_conditions();
            let mut unit = Unit::new(Record::Order(self.name(order.id)), order.placed.at);
            unit.reason = reason;
            unit.credit.push(credit);
            units.extend(is_kept.then_some(unit));
        }
        units
    }

    /// Returns the reason why each order does not count for the metric, or `None` if it counts.
    fn reasons(
        &self,
        journey: &Journey<'a>,
        credit: &[OrderCredit<'a>],
        order_rules: &OrderRules,
    ) -> Vec<Option<Reason>> {
        let is_of_gmv = matches!(
            self.metric.id(),
            "gmv.gmv_orders" | "gmv.attributed_gmv" | "gmv.refunded_gmv" | "gmv.net_gmv"
        );
        // The reasons are those of the log, whatever the filter selects.
        let open = Filter::new();
        let reasons = credit.iter().map(|credit| {
            let why = || explain_order(self.log, journey, &credit.order, order_rules, &open);
            if is_of_gmv {
                (!credit.is_gmv).then(|| nearest_miss(&why(), |touch| touch.gmv))
            } else {
                (!credit.is_attributed).then(|| nearest_miss(&why(), |touch| touch.sales))
            }
        });
        reasons.collect()
    }

    fn others(&self, mut journey: Journey<'a>) -> Vec<Unit<'a>> {
        let mut units = Vec::new();
        match self.kind {
            UnitKind::Conversation => {
                for conversation in std::mem::take(&mut journey.conversations) {
                    let record = Record::Conversation(self.name(conversation.id));
                    let at = conversation.opening.map(|it| it.at());
                    let mut unit = Unit::new(record, at.unwrap_or(Instant::MIN));
                    unit.at = at;
                    unit.reason = match (at, conversation.two_way()) {
                        (None, _) => Some(Reason::NoOpening),
                        (_, None) => Some(Reason::OneSided),
                        _ => None,
                    };
                    let is_left_out = at.is_none() && self.scan.filter.has_opening_conditions();
                    unit.journey.conversations.push(conversation);
                    units.extend((!is_left_out).then_some(unit));
                }
            }
            UnitKind::Request => {
                for request in journey.requests {
                    let record = match request.call {
                        Some(call) => Record::VideoRequest(self.name::<CallId>(call)),
                        None => {
                            Record::TextRequest(self.name::<ConversationId>(request.conversation))
                        }
                    };
                    let mut unit = Unit::new(record, request.at);
                    unit.journey.requests.push(request);
                    units.push(unit);
                }
            }
            UnitKind::Click => {
                for click in journey.auto_message_clicks {
                    let mut unit = Unit::new(Record::Event(self.event(click.event)), click.at);
                    unit.journey.auto_message_clicks.push(click);
                    units.push(unit);
                }
            }
            UnitKind::Answer => {
                for answer in journey.answers {
                    let record = Record::Answer(self.name::<SurveyId>(answer.survey));
                    let mut unit = Unit::new(record, answer.at);
                    unit.journey.answers.push(answer);
                    units.push(unit);
                }
            }
            UnitKind::Call => {
                for call in journey.calls {
                    let record = Record::Call(self.name::<CallId>(call.call));
                    let mut unit = Unit::new(record, call.at);
                    unit.journey.calls.push(call);
                    units.push(unit);
                }
            }
            UnitKind::Chat => {
                for chat in journey.chats {
                    let record = Record::Session {
                        session: chat.session.map(|id| self.name::<SessionId>(id)),
                        first_message: self.event(chat.event),
                    };
                    let mut unit = Unit::new(record, chat.at);
                    unit.journey.chats.push(chat);
                    units.push(unit);
                }
            }
            // Other functions build these.
            UnitKind::Visitor | UnitKind::Order | UnitKind::Event => {}
        }
        units
    }
}

/// Returns the reason why an order is not credited: that of the touch that came nearest to being a candidate.
fn nearest_miss(why: &OrderExplanation, verdict: impl Fn(&OrderTouch) -> TouchVerdict) -> Reason {
    let reasons = why.touches.iter().filter_map(|touch| {
        Some(match verdict(touch) {
            TouchVerdict::AfterOrder => Reason::AfterOrder,
            TouchVerdict::OneSided => Reason::OneSided,
            TouchVerdict::ChannelOutOfScope => Reason::ChannelOutOfScope,
            TouchVerdict::OutOfWindow => Reason::OutOfWindow,
            TouchVerdict::NearestLapsed => Reason::NearestLapsed,
            TouchVerdict::Candidate | TouchVerdict::Repeat | TouchVerdict::FilteredOut => {
                return None;
            }
        })
    });
    // The variants are ordered by how near a touch comes to being a candidate.
    reasons.max().unwrap_or(Reason::NoTouch)
}
