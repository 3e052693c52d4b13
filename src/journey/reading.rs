//! The walk through one visitor's events: first which calls and orders stand, then everything in canonical order.

use hashbrown::HashMap;

use super::commerce::{Answer, AutoMessageClick, Order};
use super::conversation::{Channel, Conversation, Engagement, Request};
use super::engage::{CallOutcome, LiveCall, LiveChat};
use super::session::{SessionIndex, Sessions};
use super::{Initiator, Journey, Lens, Moment, Position};
use crate::event::{By, Fact};
use crate::ledger::{Id, Record, Symbol, Tables};
use crate::money::Money;
use crate::name::Name;

/// Resolves a visitor's records, which are in canonical order.
pub(crate) fn read<'a>(
    visitor: Name<'a>,
    records: &[Record],
    tables: &'a Tables,
    lens: &Lens,
) -> Journey<'a> {
    let visible = records.partition_point(|record| record.at <= lens.as_of);
    let records = records.get(..visible).unwrap_or_default();
    let mut reading = Reading {
        visitor,
        tables,
        lens: *lens,
        standing: Standing::of(records, tables),
        sessions: Sessions::default(),
        conversations: HashMap::new(),
        answers: HashMap::new(),
        journey: Journey::default(),
    };
    for (position, record) in (0..).zip(records) {
        reading.take(position, record);
    }
    reading.finish()
}

/// The calls and orders that stand, each by its first request or placement.
struct Standing<'a> {
    calls: HashMap<Id, Call<'a>>,
    orders: HashMap<Id, Order<'a>>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each says that an event of its kind is there"
)]
struct Call<'a> {
    requested: Position,
    conversation: Id,
    by: Initiator<'a>,
    /// Set when the walk comes to the request.
    opening: Option<(Moment, SessionIndex, Option<&'a str>)>,
    first_answer: Option<&'a str>,
    accepted: bool,
    connected: bool,
    cancelled: bool,
    missed_or_ended: bool,
}

impl<'a> Standing<'a> {
    fn of(records: &[Record], tables: &'a Tables) -> Self {
        let mut standing = Self {
            calls: HashMap::new(),
            orders: HashMap::new(),
        };
        for (position, record) in (0..).zip(records) {
            match record.fact {
                Fact::CallRequested {
                    conversation,
                    call,
                    by,
                } => {
                    standing.calls.entry(call).or_insert_with(|| Call {
                        requested: position,
                        conversation,
                        by: initiator(by, tables),
                        opening: None,
                        first_answer: None,
                        accepted: false,
                        connected: false,
                        cancelled: false,
                        missed_or_ended: false,
                    });
                }
                Fact::OrderPlaced { order, price } => {
                    let value = Money::new(price.value(), price.currency);
                    standing.orders.entry(order).or_insert_with(|| Order {
                        name: tables.name(order),
                        placed: Moment {
                            at: record.at,
                            position,
                        },
                        value,
                        left: value.amount,
                    });
                }
                _ => {}
            }
        }
        standing
    }
}

impl<'a> Call<'a> {
    /// Its agent, once connected: who first answered it, or who offered it.
    fn agent(&self) -> Option<&'a str> {
        match self.by {
            Initiator::Visitor => self.first_answer,
            Initiator::Agent(agent) => Some(agent),
        }
    }

    fn outcome(&self, session_is_closed: bool) -> CallOutcome<'a> {
        match (self.by, self.first_answer) {
            (Initiator::Agent(agent), _) => CallOutcome::Proactive {
                agent,
                accepted: self.accepted,
            },
            (Initiator::Visitor, Some(agent)) => CallOutcome::Answered { agent },
            (Initiator::Visitor, None) if self.cancelled => CallOutcome::Cancelled,
            (Initiator::Visitor, None) if self.missed_or_ended || session_is_closed => {
                CallOutcome::Missed
            }
            (Initiator::Visitor, None) => CallOutcome::Pending,
        }
    }
}

/// What an event is to the calls and orders that stand.
enum Place {
    Standing,
    Redundant,
    Orphan,
}

struct Reading<'a> {
    visitor: Name<'a>,
    tables: &'a Tables,
    lens: Lens,
    standing: Standing<'a>,
    sessions: Sessions<'a>,
    conversations: HashMap<Id, Conversation<'a>>,
    /// By survey: the answer, and the conversation that its last event names.
    answers: HashMap<Id, (Answer<'a>, Id)>,
    journey: Journey<'a>,
}

impl<'a> Reading<'a> {
    fn take(&mut self, position: Position, record: &Record) {
        self.journey.quality.events += 1;
        match self.place(position, &record.fact) {
            Place::Redundant => self.journey.quality.redundant += 1,
            Place::Orphan => self.journey.quality.orphans += 1,
            Place::Standing => self.take_standing(position, record),
        }
    }

    fn place(&self, position: Position, fact: &Fact<Id, Symbol>) -> Place {
        let (calls, orders) = (&self.standing.calls, &self.standing.orders);
        let standing = match fact {
            Fact::CallRequested { call, .. } => {
                calls.get(call).map(|call| call.requested == position)
            }
            Fact::OrderPlaced { order, .. } => orders
                .get(order)
                .map(|order| order.placed.position == position),
            Fact::OrderRefunded { order, .. } | Fact::OrderCancelled { order } => {
                orders.get(order).map(|_| true)
            }
            _ => match fact.outcome_of() {
                Some(call) => calls.get(&call).map(|_| true),
                None => Some(true),
            },
        };
        match standing {
            Some(true) => Place::Standing,
            Some(false) => Place::Redundant,
            None => Place::Orphan,
        }
    }

    fn take_standing(&mut self, position: Position, record: &Record) {
        let moment = Moment {
            at: record.at,
            position,
        };
        let ends = matches!(record.fact, Fact::SessionEnded);
        let session = self
            .sessions
            .enter(record.session, record.at, ends, &self.lens);
        let page = record
            .page
            .and_then(|page| self.lens.pages.group(self.tables.text(page)));
        match record.fact {
            Fact::WidgetImpression => self.journey.impressions.push(record.at),
            Fact::WidgetClicked { .. } => self.journey.clicks.push(record.at),
            Fact::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => {
                self.journey.auto_message_clicks.push(AutoMessageClick {
                    at: record.at,
                    trigger: self.tables.text(trigger),
                    auto_message: self.tables.text(auto_message),
                    url: url.map(|url| self.tables.text(url)),
                });
            }
            Fact::ChatRequested { conversation, by } => {
                let by = initiator(by, self.tables);
                let conversation = self.conversation(conversation);
                conversation.open(moment, Channel::Text);
                conversation.request_text(record.at, by, page);
                if let Initiator::Agent(agent) = by {
                    conversation.act(moment, agent);
                }
            }
            Fact::AgentAssigned {
                conversation,
                agent,
            } => {
                let agent = self.tables.text(agent);
                self.conversation(conversation).assign(moment, agent);
            }
            Fact::MessageSent {
                conversation,
                by: Some(by),
            } => {
                let by = initiator(by, self.tables);
                if let Some(session) = self.sessions.get_mut(session) {
                    session.message(moment, by, page);
                }
                self.message(conversation, moment, by, page);
            }
            Fact::CallRequested { call, .. } => self.call_requested(call, moment, session, page),
            Fact::OrderRefunded { order, amount } => {
                if let Some(order) = self.standing.orders.get_mut(&order) {
                    self.journey.quality.over_refunds += u64::from(order.refund(amount));
                }
            }
            Fact::OrderCancelled { order } => {
                if let Some(order) = self.standing.orders.get_mut(&order) {
                    order.cancel();
                }
            }
            Fact::SurveyAnswered {
                survey,
                conversation,
                feedback,
                rating,
                outcome,
            } => {
                let event = Answer {
                    visitor: self.visitor,
                    at: record.at,
                    position,
                    seq: record.seq,
                    id: self.tables.of(record.key),
                    conversation: self.tables.name(conversation),
                    agent: None,
                    rating,
                    feedback: feedback.map(|feedback| self.tables.text(feedback)),
                    outcome,
                };
                self.answer(survey, conversation, event);
            }
            Fact::CallAnswered { call, .. }
            | Fact::CallAccepted { call }
            | Fact::CallConnected { call }
            | Fact::CallDeclined { call }
            | Fact::CallCancelled { call }
            | Fact::CallMissed { call }
            | Fact::CallEnded { call } => self.call_event(call, moment, &record.fact),
            // An automatic message opens and answers nothing; an order was taken as one that stands.
            Fact::MessageSent { by: None, .. } | Fact::OrderPlaced { .. } | Fact::SessionEnded => {}
        }
    }

    /// The conversation of that name, perhaps a new one.
    fn conversation(&mut self, name: Id) -> &mut Conversation<'a> {
        let (index, tables) = (self.conversations.len(), self.tables);
        let new = || Conversation::new(index, tables.name(name));
        self.conversations.entry(name).or_insert_with(new)
    }

    fn engage(&mut self, conversation: usize, moment: Moment, channel: Channel) {
        self.journey.engagements.push(Engagement {
            conversation,
            moment,
            channel,
        });
    }

    /// Takes a human message.
    fn message(
        &mut self,
        conversation: Id,
        moment: Moment,
        by: Initiator<'a>,
        page: Option<&'a str>,
    ) {
        let conversation = self.conversation(conversation);
        conversation.open(moment, Channel::Text);
        conversation.request_text(moment.at, by, page);
        conversation.extend_span(moment.at);
        let index = conversation.index;
        if conversation.message(moment, by) {
            self.engage(index, moment, Channel::Text);
        }
    }

    fn call_requested(
        &mut self,
        call: Id,
        at: Moment,
        session: SessionIndex,
        page: Option<&'a str>,
    ) {
        let Some(call) = self.standing.calls.get_mut(&call) else {
            return;
        };
        call.opening = Some((at, session, page));
        let (name, by) = (call.conversation, call.by);
        let conversation = self.conversation(name);
        conversation.open(at, Channel::Video);
        conversation.extend_span(at.at);
        if let Initiator::Agent(agent) = by {
            conversation.act(at, agent);
        }
    }

    fn call_event(&mut self, call: Id, at: Moment, fact: &Fact<Id, Symbol>) {
        let tables = self.tables;
        let Some(call) = self.standing.calls.get_mut(&call) else {
            return;
        };
        let (name, was_connected) = (call.conversation, call.connected);
        let mut answered_by = None;
        match fact {
            Fact::CallAnswered { agent, .. } => {
                let agent = tables.text(*agent);
                call.first_answer.get_or_insert(agent);
                answered_by = Some(agent);
            }
            Fact::CallAccepted { .. } => call.accepted = true,
            Fact::CallConnected { .. } => call.connected = true,
            Fact::CallCancelled { .. } => call.cancelled = true,
            Fact::CallMissed { .. } | Fact::CallEnded { .. } => call.missed_or_ended = true,
            _ => {}
        }
        let conversation = self.conversation(name);
        conversation.extend_span(at.at);
        if let Some(agent) = answered_by {
            conversation.act(at, agent);
        }
        let is_engagement = match fact {
            Fact::CallConnected { .. } => {
                conversation.connect(at);
                true
            }
            Fact::CallEnded { .. } => was_connected,
            _ => false,
        };
        let index = conversation.index;
        if is_engagement {
            self.engage(index, at, Channel::Video);
        }
    }

    /// Takes an event of a survey: what it gives replaces what was given, what it leaves out wipes nothing.
    fn answer(&mut self, survey: Id, conversation: Id, event: Answer<'a>) {
        let (answer, latest) = self.answers.entry(survey).or_insert((event, conversation));
        *latest = conversation;
        *answer = Answer {
            rating: event.rating.or(answer.rating),
            feedback: event.feedback.or(answer.feedback),
            ..event
        };
    }

    fn finish(mut self) -> Journey<'a> {
        let calls = std::mem::take(&mut self.standing.calls);
        for call in calls.into_values() {
            self.finish_call(&call);
        }
        for (mut answer, conversation) in self.answers.into_values() {
            let conversation = self.conversations.get(&conversation);
            answer.agent = conversation.and_then(|found| found.agent_at(answer.position));
            self.journey.answers.push(answer);
        }
        let mut conversations: Vec<Conversation<'a>> = self.conversations.into_values().collect();
        conversations.sort_unstable_by_key(|conversation| conversation.index);
        for conversation in &mut conversations {
            conversation.close();
            if let Some(request) = conversation.text_request {
                self.journey.requests.push(Request {
                    at: request.at,
                    channel: Channel::Text,
                    by: request.by,
                    page: request.page,
                    accepted: conversation.text_two_way().is_some(),
                });
            }
        }
        self.journey.conversations = conversations;
        let chats = self
            .sessions
            .all
            .iter()
            .filter_map(|session| LiveChat::of(session, &self.lens));
        self.journey.chats = chats.collect();
        self.journey.orders = self.standing.orders.into_values().collect();
        self.journey
            .orders
            .sort_unstable_by_key(|order| order.placed.position);
        self.journey
    }

    fn finish_call(&mut self, call: &Call<'a>) {
        let Some((opening, session, page)) = call.opening else {
            return;
        };
        if let (true, Some(agent)) = (call.connected, call.agent()) {
            self.conversation(call.conversation).respond(agent);
        }
        self.journey.requests.push(Request {
            at: opening.at,
            channel: Channel::Video,
            by: call.by,
            page,
            accepted: call.connected,
        });
        self.journey.calls.push(LiveCall {
            at: opening.at,
            page,
            outcome: call.outcome(self.sessions.is_closed(session, &self.lens)),
            connected: call.connected,
        });
    }
}

fn initiator(by: By<Symbol>, tables: &Tables) -> Initiator<'_> {
    match by {
        By::Visitor => Initiator::Visitor,
        By::Agent(agent) => Initiator::Agent(tables.text(agent)),
    }
}
