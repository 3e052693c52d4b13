//! What figures count, each alone: a journey with nothing else in it, which the families' own tallies are asked about.

use std::borrow::Cow;

use super::{Reason, Record};
use crate::catalogue::{Family, Metric, Unit as CatalogueUnit};
use crate::event::EventType;
use crate::id::{CallId, ConversationId, EventId, SessionId, SurveyId, Trusted};
use crate::journey::reading::Reader;
use crate::journey::{Fault, Journey, Lens, Position};
use crate::ledger::{Id, Types, VisitorLog};
use crate::metrics::conversation::ConversationTally;
use crate::metrics::credit::{self, OrderCredit};
use crate::metrics::csat::CsatTally;
use crate::metrics::engage::calls::CallTally;
use crate::metrics::engage::chats::ChatTally;
use crate::metrics::gmv::GmvTally;
use crate::metrics::leaderboard::LeaderboardTally;
use crate::metrics::request::RequestTally;
use crate::metrics::visitor::VisitorTally;
use crate::metrics::{CALLS, Frame, LOOKS, ORDERS, Story, TALKS, Tally};
use crate::report::explain::{self, OrderExplanation, TouchVerdict};
use crate::report::figures::{self, Figure, Found};
use crate::report::pass::Pass;
use crate::time::{Calendar, Instant};

/// What a metric counts.
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
            // Of what a ratio is.
            CatalogueUnit::Share => match metric.family() {
                Family::Visitors | Family::Gmv => Self::Visitor,
                _ => Self::Request,
            },
        }
    }

    /// The types of events without any of which a visitor has no such unit.
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

/// One of what is counted, alone.
pub(super) struct Unit<'a> {
    pub(super) record: Record,
    pub(super) at: Option<Instant>,
    journey: Journey<'a>,
    credit: Vec<OrderCredit<'a>>,
    /// Why it counts for nothing, where that is known beforehand.
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

    /// What the metric's family makes of it.
    pub(super) fn figures(&self, metric: &'static Metric, frame: &Frame) -> Vec<Figure> {
        let story = Story {
            journey: &self.journey,
            credit: Cow::Borrowed(&self.credit),
        };
        match metric.family() {
            Family::Conversations => told::<ConversationTally>(metric, frame, &story),
            Family::Requests => told::<RequestTally<'_>>(metric, frame, &story),
            Family::Visitors => told::<VisitorTally>(metric, frame, &story),
            Family::Gmv => told::<GmvTally>(metric, frame, &story),
            Family::Csat => told::<CsatTally>(metric, frame, &story),
            Family::Leaderboard => told::<LeaderboardTally<'_>>(metric, frame, &story),
            Family::Calls => told::<CallTally<'_>>(metric, frame, &story),
            Family::Chats => told::<ChatTally<'_>>(metric, frame, &story),
            Family::DataQuality => Vec::new(),
        }
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

    /// Of a visitor: whether nothing that could count is in the period.
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

fn told<'a, T: Tally<'a>>(
    metric: &'static Metric,
    frame: &Frame,
    story: &Story<'a, '_>,
) -> Vec<Figure>
where
    T::Metrics: figures::Family,
{
    let mut tally = T::new(frame);
    tally.add(frame, story);
    Found::of(metric, &tally.finish(frame))
}

/// What units are made of.
pub(super) struct Asked<'a, 'p> {
    pass: &'p Pass<'a>,
    metric: &'static Metric,
    kind: UnitKind,
    log: VisitorLog<'a>,
}

impl<'a, 'p> Asked<'a, 'p> {
    pub(super) fn new(pass: &'p Pass<'a>, metric: &'static Metric, log: VisitorLog<'a>) -> Self {
        Self {
            pass,
            metric,
            kind: UnitKind::of(metric),
            log,
        }
    }

    /// The visitor's units, as far as the filter keeps them, and what is wrong with which events; with the reasons of
    /// orders that count for nothing, where it is said what explains them.
    pub(super) fn units(
        &self,
        lens: &Lens,
        explained: Option<&explain::Asked>,
    ) -> (Vec<Unit<'a>>, Vec<(Position, Fault)>) {
        let (log, filter, rules) = (self.log, &self.pass.filter, &self.pass.frame.credit);
        let mut reader = Reader::default();
        let journey = reader.read(log, lens);
        let (mut credit, mut reasons) = (Vec::new(), Vec::new());
        if matches!(self.kind, UnitKind::Order | UnitKind::Visitor) {
            // Of all orders: whether a filter keeps one does not depend on the period.
            let always = Calendar::always();
            credit = credit::credit(journey, rules, rules.window, &[rules.model], &always);
            if let (Some(explained), UnitKind::Order) = (explained, self.kind) {
                reasons = self.reasons(journey, &credit, explained);
            }
            credit::keep(&mut credit, journey, filter);
        }
        let tables = log.tables();
        journey.keep(filter, |page| lens.pages.group(tables.text(page)));
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
        let calendar = &self.pass.frame.calendar;
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

    /// Each order with its credit; one whose shares the filter leaves out is none.
    fn orders(&self, credit: Vec<OrderCredit<'a>>, reasons: Vec<Option<Reason>>) -> Vec<Unit<'a>> {
        let mut reasons = reasons.into_iter();
        let mut units = Vec::new();
        for credit in credit {
            let reason = reasons.next().flatten();
            let order = &credit.order;
            let is_kept = credit.is_attributed || !self.pass.filter.asks_about_openings();
            let mut unit = Unit::new(Record::Order(self.name(order.id)), order.placed.at);
            unit.reason = reason;
            unit.credit.push(credit);
            units.extend(is_kept.then_some(unit));
        }
        units
    }

    /// Why each order does not count for what the metric adds up.
    fn reasons(
        &self,
        journey: &Journey<'a>,
        credit: &[OrderCredit<'a>],
        explained: &explain::Asked,
    ) -> Vec<Option<Reason>> {
        let is_of_gmv = matches!(
            self.metric.id(),
            "gmv.gmv_orders" | "gmv.attributed_gmv" | "gmv.refunded_gmv" | "gmv.net_gmv"
        );
        let reasons = credit.iter().map(|credit| {
            let why = || explain::explain_order(self.log, journey, &credit.order, explained);
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
                    let Some(id) = conversation.id else { continue };
                    let record = Record::Conversation(self.name(id));
                    let at = conversation.opening.map(|it| it.at());
                    let mut unit = Unit::new(record, at.unwrap_or(Instant::MIN));
                    unit.at = at;
                    unit.reason = match (at, conversation.two_way()) {
                        (None, _) => Some(Reason::NoOpening),
                        (_, None) => Some(Reason::OneSided),
                        _ => None,
                    };
                    let is_left_out = at.is_none() && self.pass.filter.asks_about_openings();
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
            // They are made elsewhere.
            UnitKind::Visitor | UnitKind::Order | UnitKind::Event => {}
        }
        units
    }
}

/// What kept an order from being credited: of its touches the one that came nearest.
fn nearest_miss(
    why: &OrderExplanation,
    verdict: impl Fn(&crate::report::OrderTouch) -> TouchVerdict,
) -> Reason {
    let reasons = why.touches.iter().filter_map(|touch| {
        Some(match verdict(touch) {
            TouchVerdict::AfterOrder => Reason::AfterOrder,
            TouchVerdict::OneSided => Reason::OneSided,
            TouchVerdict::ChannelOutOfScope => Reason::ChannelOutOfScope,
            TouchVerdict::OutOfWindow => Reason::OutOfWindow,
            TouchVerdict::NearestLapsed => Reason::NearestLapsed,
            TouchVerdict::Candidate | TouchVerdict::Repeat => return None,
        })
    });
    // They are in the order of how near they come.
    reasons.max().unwrap_or(Reason::NoTouch)
}
