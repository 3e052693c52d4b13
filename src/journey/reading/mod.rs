//! Reads one visitor's events: first to find the calls and orders that stand, then to interpret all events in canonical
//! order, then to find the sessions.

mod cut;
mod finish;
mod visits;

use hashbrown::HashMap;

use crate::channel::Channel;
use crate::event::{EventData, OrZero, Person, Price};
use crate::journey::commerce::{Answer, AutoMessageClick, Order};
use crate::journey::conversation::{Conversation, Engagement, Opening, Thread};
use crate::journey::engage::{Ending, LiveCall};
use crate::journey::numbers::Numbers;
use crate::journey::session::{Act, ActKind, Sessions};
use crate::journey::{Extras, Journey, Look, Moment, OpenedBy, Position, ReadOptions, Remark};
use crate::ledger::{Id, Record, Symbol, VisitorLog};
use crate::money::{Amount, Money};

/// The journey that is being read, and the numbers of the ids in it. Reused for each visitor.
#[derive(Debug, Default)]
pub(super) struct Buffers<'a> {
    /// The ids of the journey's calls.
    call_ids: Numbers,
    /// The ids of the journey's orders.
    order_ids: Numbers,
    /// The ids of the journey's conversations, of which each has a thread.
    thread_ids: Numbers,
    /// The ids of the journey's surveys.
    survey_ids: Numbers,
    /// The part of its thread that each event belongs to, if the option `conversation_timeout` cuts threads.
    parts: HashMap<Position, usize>,
    /// What sessions and chats depend on, in canonical order.
    acts: Vec<Act>,
    sessions: Sessions<'a>,
    /// The page that was grouped last and its group, as most events of a visitor are on the same page as the one before.
    page: Option<(Symbol, Option<&'a str>)>,
    /// Conversations and threads of earlier visitors, to be reused.
    spare: Vec<Conversation<'a>>,
    spare_threads: Vec<Thread<'a>>,
    pub(super) journey: Journey<'a>,
}

impl<'a> Buffers<'a> {
    /// Returns the journey, without records.
    pub(super) fn clear(&mut self) -> &mut Journey<'a> {
        self.call_ids.clear();
        self.order_ids.clear();
        self.thread_ids.clear();
        self.survey_ids.clear();
        self.parts.clear();
        self.acts.clear();
        self.sessions.clear();
        self.page = None;
        let Journey {
            impressions,
            clicks,
            auto_message_clicks,
            threads,
            conversations,
            engagements,
            requests,
            calls,
            chats,
            outside_sessions,
            orders,
            answers,
            turns,
            remarks,
            events,
            linked,
        } = &mut self.journey;
        impressions.clear();
        clicks.clear();
        auto_message_clicks.clear();
        self.spare_threads.append(threads);
        self.spare.append(conversations);
        engagements.clear();
        requests.clear();
        calls.clear();
        chats.clear();
        outside_sessions.clear();
        orders.clear();
        answers.clear();
        turns.clear();
        remarks.clear();
        (*events, *linked) = (0, 0);
        &mut self.journey
    }
}

pub(super) struct Reading<'a, 'r> {
    pub(super) log: VisitorLog<'a>,
    pub(super) read_options: &'r ReadOptions,
    pub(super) extras: Extras,
    pub(super) buffers: &'r mut Buffers<'a>,
}

impl<'a> Reading<'a, '_> {
    /// Reads the visible events, which are in canonical order.
    pub(super) fn read(mut self, records: &[Record]) {
        self.find_what_stands(records);
        if let Some(timeout) = self.read_options.options.conversation_timeout_micros() {
            self.cut_threads(records, timeout);
        }
        for (position, record) in (0..).zip(records) {
            self.buffers.journey.events += 1;
            match self.remark_on(position, &record.data) {
                Some(remark) => self.buffers.journey.remarks.push((position, remark)),
                None => self.take(position, record),
            }
        }
        self.finish(records);
    }

    fn find_what_stands(&mut self, records: &[Record]) {
        for (position, record) in (0..).zip(records) {
            let moment = Moment {
                at: record.at,
                position,
            };
            match record.data {
                EventData::CallRequested {
                    conversation,
                    call,
                    by,
                } if self.buffers.call_ids.number(call).is_err() => {
                    let opening = self.opening(moment, Channel::Video, by, record);
                    let thread = self.thread(conversation);
                    let call = LiveCall::new(call, thread, opening);
                    self.buffers.journey.calls.push(call);
                }
                EventData::OrderPlaced {
                    order,
                    currency,
                    subtotal,
                    discount: OrZero(discount),
                    included_tax: OrZero(included_tax),
                } if self.buffers.order_ids.number(order).is_err() => {
                    let price = Price {
                        currency,
                        subtotal,
                        discount,
                        included_tax,
                    };
                    let value = Money::new(price.value(), currency);
                    self.buffers.journey.orders.push(Order {
                        id: order,
                        placed: moment,
                        value,
                        left: value.amount,
                    });
                }
                _ => {}
            }
        }
    }

    /// Returns why an event is set aside, or `None` if it stands.
    fn remark_on(&self, position: Position, data: &EventData<Id, Symbol>) -> Option<Remark> {
        let buffers = &*self.buffers;
        let standing = match *data {
            EventData::CallRequested { call, .. } => {
                let call = buffers.call_ids.get(call);
                call.map(|call| buffers.journey.calls[call].opening.moment.position)
            }
            EventData::OrderPlaced { order, .. } => {
                let order = buffers.order_ids.get(order);
                order.map(|order| buffers.journey.orders[order].placed.position)
            }
            EventData::OrderRefunded {
                order, currency, ..
            } => {
                let order = buffers.order_ids.get(order);
                let order = order.map(|order| buffers.journey.orders[order].value.currency);
                let is_of_order = |of_order: &_| currency.is_none_or(|it| it == *of_order);
                order.filter(is_of_order).map(|_| position)
            }
            EventData::OrderCancelled { order } => buffers.order_ids.get(order).map(|_| position),
            EventData::VisitorLinked { .. } => return Some(Remark::Link),
            EventData::Retracted {} => return Some(Remark::Retracted),
            _ => match call_outcome(data) {
                Some(call) => buffers.call_ids.get(call).map(|_| position),
                None => Some(position),
            },
        };
        match standing {
            None => Some(Remark::Orphan),
            Some(standing) => (standing != position).then_some(Remark::Redundant),
        }
    }

    /// Takes an event that stands.
    fn take(&mut self, position: Position, record: &Record) {
        let moment = Moment {
            at: record.at,
            position,
        };
        let look = Look {
            at: record.at,
            page: record.page,
        };
        match record.data {
            EventData::WidgetImpression {} => {
                self.buffers.journey.impressions.push(look);
                self.act(moment, record, ActKind::Visitor);
            }
            EventData::WidgetClicked { .. } => {
                self.buffers.journey.clicks.push(look);
                self.act(moment, record, ActKind::Visitor);
            }
            EventData::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => {
                let click = AutoMessageClick {
                    moment,
                    page: self.page(record),
                    trigger: self.log.tables().text(trigger),
                    auto_message: self.log.tables().text(auto_message),
                    url: url.map(|url| self.log.tables().text(url)),
                };
                self.buffers.journey.auto_message_clicks.push(click);
                self.act(moment, record, ActKind::Visitor);
            }
            EventData::ChatRequested { conversation, by } => {
                self.chat_requested(conversation, by, moment, record);
            }
            EventData::AgentAssigned {
                conversation,
                agent,
            } => {
                let agent = self.log.tables().text(agent);
                let thread = self.thread(conversation);
                self.buffers.journey.threads[thread].assign(position, agent);
            }
            EventData::MessageSent {
                conversation,
                by: Some(by),
            } => self.message(conversation, by, moment, record),
            EventData::CallRequested {
                call, conversation, ..
            } => self.call_requested(call, conversation, moment, record),
            EventData::OrderPlaced { .. } => self.act(moment, record, ActKind::Visitor),
            EventData::OrderRefunded { order, amount, .. } => {
                if self.standing_order(order).refund(amount) {
                    let remarks = &mut self.buffers.journey.remarks;
                    remarks.push((position, Remark::OverRefund));
                }
            }
            EventData::OrderCancelled { order } => self.standing_order(order).left = Amount::ZERO,
            EventData::SurveyAnswered {
                survey,
                conversation,
                feedback,
                rating,
                outcome,
            } => {
                let event = Answer {
                    visitor: self.log.name(),
                    sender: self.log.sender(position),
                    at: record.at,
                    position,
                    survey,
                    seq: record.seq,
                    id: self.log.tables().of(record.key),
                    conversation: self.log.tables().name(conversation),
                    conversation_id: conversation,
                    about: None,
                    agent: None,
                    rating,
                    feedback: feedback.map(|feedback| self.log.tables().text(feedback)),
                    outcome,
                };
                self.answer(event);
            }
            EventData::SessionEnded {} => self.act(moment, record, ActKind::SessionEnded),
            // An automatic message opens and answers nothing.
            _ => {
                if let Some(call) = call_outcome(&record.data) {
                    self.call_event(call, moment, record);
                }
            }
        }
    }

    /// Takes a request for a chat.
    fn chat_requested(
        &mut self,
        conversation: Id,
        by: Person<Symbol>,
        moment: Moment,
        record: &Record,
    ) {
        let request = self.opening(moment, Channel::Text, by, record);
        let (thread, index) = self.conversation(conversation, moment.position);
        let journey = &mut self.buffers.journey;
        journey.conversations[index].chat_requested(request);
        if let OpenedBy::Agent(agent) = request.by {
            journey.threads[thread].act(moment.position, agent);
        }
        self.chat_act(request, record, index, false);
    }

    /// Takes a message that a person sent.
    fn message(&mut self, conversation: Id, by: Person<Symbol>, moment: Moment, record: &Record) {
        let message = self.opening(moment, Channel::Text, by, record);
        let (thread, index) = self.conversation(conversation, moment.position);
        let journey = &mut self.buffers.journey;
        if let OpenedBy::Agent(agent) = message.by {
            journey.threads[thread].act(moment.position, agent);
        }
        let turns = self.extras.turns.then_some(&mut journey.turns);
        if journey.conversations[index].message(message, turns) {
            self.engage(index, moment, Channel::Text);
        }
        self.chat_act(message, record, index, true);
    }

    /// Takes a request for a call.
    fn call_requested(&mut self, call: Id, conversation: Id, moment: Moment, record: &Record) {
        let number = self.call_number(call);
        let request = self.buffers.journey.calls[number].opening;
        let (thread, index) = self.conversation(conversation, moment.position);
        let journey = &mut self.buffers.journey;
        journey.calls[number].conversation = Some(index);
        journey.conversations[index].call_requested(request);
        let kind = match request.by {
            OpenedBy::Visitor => ActKind::VisitorCall { call: number },
            OpenedBy::Agent(agent) => {
                journey.threads[thread].act(moment.position, agent);
                let opens = journey.conversations[index].opens_at(moment);
                ActKind::AgentCall { opens }
            }
        };
        self.act(moment, record, kind);
    }

    /// Notes an act, if sessions are read.
    fn act(&mut self, moment: Moment, record: &Record, kind: ActKind) {
        if self.extras.sessions {
            let session = record.session;
            let session = session.map(|id| self.buffers.sessions.number(id));
            self.buffers.acts.push(Act {
                moment,
                session,
                kind,
            });
        }
    }

    /// Notes a request for a chat or a message of a conversation.
    fn chat_act(
        &mut self,
        act: Opening<'a>,
        record: &Record,
        conversation: usize,
        is_message: bool,
    ) {
        let kind = match act.by {
            OpenedBy::Visitor => ActKind::VisitorChat { is_message },
            OpenedBy::Agent(_) => {
                let conversation = &self.buffers.journey.conversations[conversation];
                let opens = conversation.opens_at(act.moment);
                ActKind::AgentChat { is_message, opens }
            }
        };
        self.act(act.moment, record, kind);
    }

    /// Returns the event's page after grouping.
    fn page(&mut self, record: &Record) -> Option<&'a str> {
        let page = record.page?;
        match self.buffers.page {
            Some((known, group)) if known == page => group,
            _ => {
                let grouping = self.read_options.options.page_grouping();
                let group = self.log.tables().page(page, grouping);
                self.buffers.page = Some((page, group));
                group
            }
        }
    }

    /// Returns a request or a human message as the opening of its conversation.
    fn opening(
        &mut self,
        moment: Moment,
        channel: Channel,
        by: Person<Symbol>,
        record: &Record,
    ) -> Opening<'a> {
        Opening {
            moment,
            channel,
            by: self.opened_by(by),
            page: self.page(record),
        }
    }

    fn opened_by(&self, by: Person<Symbol>) -> OpenedBy<'a> {
        match by {
            Person::Visitor => OpenedBy::Visitor,
            Person::Agent(agent) => OpenedBy::Agent(self.log.tables().text(agent)),
        }
    }

    /// Returns the order of an event that stands.
    fn standing_order(&mut self, order: Id) -> &mut Order {
        let number = self.buffers.order_ids.get(order);
        let number = number.expect("an event of an order that was never placed is an orphan");
        &mut self.buffers.journey.orders[number]
    }

    /// Returns the index of the call of an event that stands.
    fn call_number(&self, call: Id) -> usize {
        let number = self.buffers.call_ids.get(call);
        number.expect("an event of a call that was never requested is an orphan")
    }

    /// Returns the index of the thread of a conversation id, which is created if it is new.
    fn thread(&mut self, id: Id) -> usize {
        let buffers = &mut *self.buffers;
        match buffers.thread_ids.number(id) {
            Ok(number) => number,
            Err(number) => {
                let thread = Thread::new(id, buffers.spare_threads.pop());
                buffers.journey.threads.push(thread);
                number
            }
        }
    }

    /// Returns the indices of the thread and the conversation of an event, which are created if they are new.
    fn conversation(&mut self, id: Id, position: Position) -> (usize, usize) {
        let thread = self.thread(id);
        (thread, self.conversation_of(thread, position))
    }

    /// Returns the index of the conversation of an event of a thread, which is created if it is new.
    fn conversation_of(&mut self, thread: usize, position: Position) -> usize {
        let buffers = &mut *self.buffers;
        let part = buffers.parts.get(&position).copied().unwrap_or(0);
        let conversations = &mut buffers.journey.conversations;
        let Thread { id, parts, .. } = &mut buffers.journey.threads[thread];
        if parts.len() <= part {
            parts.resize(part + 1, None);
        }
        *parts[part].get_or_insert_with(|| {
            let index = conversations.len();
            conversations.push(Conversation::new(index, thread, *id, buffers.spare.pop()));
            index
        })
    }

    fn engage(&mut self, conversation: usize, moment: Moment, channel: Channel) {
        self.buffers.journey.engagements.push(Engagement {
            conversation,
            moment,
            channel,
        });
    }

    /// Takes an event of a call that was requested.
    fn call_event(&mut self, call: Id, moment: Moment, record: &Record) {
        let number = self.call_number(call);
        let LiveCall {
            thread, opening, ..
        } = self.buffers.journey.calls[number];
        // All events of a call belong to the conversation of its request.
        let index = self.conversation_of(thread, opening.moment.position);
        let read_options = self.read_options;
        let journey = &mut self.buffers.journey;
        let call = &mut journey.calls[number];
        let conversation = &mut journey.conversations[index];
        let mut engages = false;
        let mut kind = None;
        match record.data {
            EventData::CallAnswered { agent, .. } => {
                let agent = self.log.tables().text(agent);
                // An agent to whom the call was transferred.
                if call.is_connected() && call.opening.by == OpenedBy::Visitor {
                    conversation.respond(agent);
                }
                call.answer(moment.at, agent);
                journey.threads[thread].act(moment.position, agent);
                kind = Some(ActKind::Answered);
            }
            EventData::CallAccepted { .. } => {
                call.accepted.get_or_insert(moment.at);
                kind = Some(ActKind::Visitor);
            }
            EventData::CallDeclined { .. } => kind = Some(ActKind::Visitor),
            EventData::CallConnected { .. } => {
                call.connected.get_or_insert(moment);
                conversation.connected(moment);
                engages = true;
                kind = Some(ActKind::Connected { call: number });
            }
            EventData::CallCancelled { .. } => {
                call.end(moment.at, Ending::Cancelled, read_options);
                kind = call
                    .opening
                    .by
                    .agent()
                    .is_none()
                    .then_some(ActKind::Visitor);
            }
            EventData::CallMissed { .. } => call.end(moment.at, Ending::Over, read_options),
            EventData::CallEnded { .. } => {
                call.end(moment.at, Ending::Over, read_options);
                if call.is_connected() {
                    call.ended.get_or_insert(moment.at);
                    engages = true;
                }
                kind = Some(ActKind::Ended { call: number });
            }
            _ => {}
        }
        conversation.extend_span(moment.at);
        if engages {
            self.engage(index, moment, Channel::Video);
        }
        if let Some(kind) = kind {
            self.act(moment, record, kind);
        }
    }

    /// Takes an event of a survey. Its values replace earlier ones, but a missing rating or feedback removes nothing.
    fn answer(&mut self, event: Answer<'a>) {
        let answers = &mut self.buffers.journey.answers;
        match self.buffers.survey_ids.number(event.survey) {
            Err(_) => answers.push(event),
            Ok(number) => {
                let answer = &mut answers[number];
                *answer = Answer {
                    rating: event.rating.or(answer.rating),
                    feedback: event.feedback.or(answer.feedback),
                    ..event
                };
            }
        }
    }
}

/// Returns the call of a call event, or `None` for a request and for other events.
const fn call_outcome(data: &EventData<Id, Symbol>) -> Option<Id> {
    match *data {
        EventData::CallAnswered { call, .. }
        | EventData::CallAccepted { call }
        | EventData::CallConnected { call }
        | EventData::CallDeclined { call }
        | EventData::CallCancelled { call }
        | EventData::CallMissed { call }
        | EventData::CallEnded { call } => Some(call),
        _ => None,
    }
}
