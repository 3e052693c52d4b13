//! Reads one visitor's events twice: first to find the calls and orders that stand, then to interpret all events in
//! canonical order.

use super::commerce::{Answer, AutoMessageClick, Order};
use super::conversation::{Conversation, Engagement, Opening, Request};
use super::engage::{LiveCall, LiveChat, Progress};
use super::numbers::Numbers;
use super::session::{Session, Sessions};
use super::{Fault, Journey, Look, Moment, OpenedBy, Position, ReadOptions};
use crate::channel::Channel;
use crate::event::{EventData, OrZero, Person, Price};
use crate::ledger::{Id, Record, Symbol, VisitorLog};
use crate::money::{Amount, Money};

/// The journey that is being read, and the numbers of the ids in it. Reused for each visitor.
#[derive(Debug, Default)]
pub(super) struct Buffers<'a> {
    /// The ids of the journey's calls.
    call_ids: Numbers,
    /// The ids of the journey's orders.
    order_ids: Numbers,
    sessions: Sessions<'a>,
    /// The ids of the journey's conversations.
    conversation_ids: Numbers,
    /// Conversations of earlier visitors, to be reused.
    spare: Vec<Conversation<'a>>,
    /// The ids of the journey's surveys.
    survey_ids: Numbers,
    pub(super) journey: Journey<'a>,
}

impl<'a> Buffers<'a> {
    /// Returns the journey, without records.
    pub(super) fn clear(&mut self) -> &mut Journey<'a> {
        self.call_ids.clear();
        self.order_ids.clear();
        self.sessions.clear();
        self.conversation_ids.clear();
        self.survey_ids.clear();
        let journey = &mut self.journey;
        self.spare.append(&mut journey.conversations);
        *journey = Journey {
            impressions: emptied(&mut journey.impressions),
            clicks: emptied(&mut journey.clicks),
            auto_message_clicks: emptied(&mut journey.auto_message_clicks),
            conversations: emptied(&mut journey.conversations),
            engagements: emptied(&mut journey.engagements),
            requests: emptied(&mut journey.requests),
            calls: emptied(&mut journey.calls),
            chats: emptied(&mut journey.chats),
            orders: emptied(&mut journey.orders),
            answers: emptied(&mut journey.answers),
            turns: emptied(&mut journey.turns),
            faults: emptied(&mut journey.faults),
            events: 0,
        };
        journey
    }
}

/// Empties a list and returns it with its capacity.
fn emptied<T>(list: &mut Vec<T>) -> Vec<T> {
    list.clear();
    std::mem::take(list)
}

pub(super) struct Reading<'a, 'r> {
    pub(super) log: VisitorLog<'a>,
    pub(super) read_options: &'r ReadOptions,
    pub(super) buffers: &'r mut Buffers<'a>,
}

impl<'a> Reading<'a, '_> {
    /// Reads the visible events, which are in canonical order.
    pub(super) fn read(mut self, records: &[Record]) {
        self.find_what_stands(records);
        for (position, record) in (0..).zip(records) {
            self.buffers.journey.events += 1;
            match self.fault_of(position, &record.data) {
                Some(fault) => self.buffers.journey.faults.push((position, fault)),
                None => self.take(position, record),
            }
        }
        self.finish();
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
                    self.buffers.journey.calls.push(LiveCall {
                        call,
                        conversation,
                        opening,
                        session: None,
                        first_answer: None,
                        progress: Progress::default(),
                        is_cancelled: false,
                        is_over: false,
                    });
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

    /// Returns the fault of an event, or `None` if it stands.
    fn fault_of(&self, position: Position, data: &EventData<Id, Symbol>) -> Option<Fault> {
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
            EventData::OrderRefunded { order, .. } | EventData::OrderCancelled { order } => {
                buffers.order_ids.get(order).map(|_| position)
            }
            _ => match call_outcome(data) {
                Some(call) => buffers.call_ids.get(call).map(|_| position),
                None => Some(position),
            },
        };
        match standing {
            None => Some(Fault::Orphan),
            Some(standing) => (standing != position).then_some(Fault::Redundant),
        }
    }

    /// Takes an event that stands.
    fn take(&mut self, position: Position, record: &Record) {
        let moment = Moment {
            at: record.at,
            position,
        };
        let session = self.buffers.sessions.enter(record, self.read_options);
        let look = Look {
            at: record.at,
            page: record.page,
        };
        match record.data {
            EventData::WidgetImpression {} => self.buffers.journey.impressions.push(look),
            EventData::WidgetClicked { .. } => self.buffers.journey.clicks.push(look),
            EventData::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => {
                let click = AutoMessageClick {
                    event: record.key,
                    at: record.at,
                    page: self.page(record),
                    trigger: self.log.tables().text(trigger),
                    auto_message: self.log.tables().text(auto_message),
                    url: url.map(|url| self.log.tables().text(url)),
                };
                self.buffers.journey.auto_message_clicks.push(click);
            }
            EventData::ChatRequested { conversation, by } => {
                let request = self.opening(moment, Channel::Text, by, record);
                self.conversation(conversation).open(request);
            }
            EventData::AgentAssigned {
                conversation,
                agent,
            } => {
                let agent = self.log.tables().text(agent);
                let conversation = self.conversation(conversation);
                conversation.assignments.push((position, agent));
            }
            EventData::MessageSent {
                conversation,
                by: Some(by),
            } => {
                let message = self.opening(moment, Channel::Text, by, record);
                self.buffers.sessions.all[session].message(record, message);
                let index = self.conversation(conversation).index;
                let journey = &mut self.buffers.journey;
                let turns = self.read_options.replies.then_some(&mut journey.turns);
                if journey.conversations[index].message(record.key, message, turns) {
                    self.engage(index, moment, Channel::Text);
                }
            }
            EventData::CallRequested { call, .. } => {
                let number = self.call_number(call);
                let call = &mut self.buffers.journey.calls[number];
                call.session = Some(session);
                let (id, request) = (call.conversation, call.opening);
                let conversation = self.conversation(id);
                conversation.open(request);
                conversation.extend_span(record.at);
            }
            EventData::OrderRefunded { order, amount } => {
                if self.standing_order(order).refund(amount) {
                    let faults = &mut self.buffers.journey.faults;
                    faults.push((position, Fault::OverRefund));
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
            // An automatic message opens and answers nothing. `find_what_stands` has added the orders.
            _ => {
                if let Some(call) = call_outcome(&record.data) {
                    self.call_event(call, moment, &record.data);
                }
            }
        }
    }

    /// Returns the event's page after grouping.
    fn page(&self, record: &Record) -> Option<&'a str> {
        let page = record.page?;
        self.read_options.page_group(self.log.tables().text(page))
    }

    /// Returns a request or a human message as the opening of its conversation.
    fn opening(
        &self,
        moment: Moment,
        channel: Channel,
        by: Person<Symbol>,
        record: &Record,
    ) -> Opening<'a> {
        Opening {
            moment,
            channel,
            by: match by {
                Person::Visitor => OpenedBy::Visitor,
                Person::Agent(agent) => OpenedBy::Agent(self.log.tables().text(agent)),
            },
            page: self.page(record),
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

    /// Returns the conversation with this id, and creates it if it is new.
    fn conversation(&mut self, id: Id) -> &mut Conversation<'a> {
        let buffers = &mut *self.buffers;
        let conversations = &mut buffers.journey.conversations;
        let number = match buffers.conversation_ids.number(id) {
            Ok(number) => number,
            Err(number) => {
                conversations.push(Conversation::new(number, id, buffers.spare.pop()));
                number
            }
        };
        &mut conversations[number]
    }

    fn engage(&mut self, conversation: usize, moment: Moment, channel: Channel) {
        self.buffers.journey.engagements.push(Engagement {
            conversation,
            moment,
            channel,
        });
    }

    /// Takes an event of a call that was requested.
    fn call_event(&mut self, call: Id, at: Moment, data: &EventData<Id, Symbol>) {
        let number = self.call_number(call);
        let conversation = self.buffers.journey.calls[number].conversation;
        let index = self.conversation(conversation).index;
        let journey = &mut self.buffers.journey;
        let call = &mut journey.calls[number];
        let conversation = &mut journey.conversations[index];
        let mut engages = false;
        match *data {
            EventData::CallAnswered { agent, .. } => {
                let agent = self.log.tables().text(agent);
                call.first_answer.get_or_insert(agent);
                call.progress.answered.get_or_insert(at.at);
                conversation.acts.push((at.position, agent));
            }
            EventData::CallAccepted { .. } => {
                call.progress.accepted.get_or_insert(at.at);
            }
            EventData::CallConnected { .. } => {
                call.progress.connected.get_or_insert(at.at);
                conversation.first_connected.get_or_insert(at);
                engages = true;
            }
            EventData::CallCancelled { .. } => call.is_cancelled = true,
            EventData::CallMissed { .. } => call.is_over = true,
            EventData::CallEnded { .. } => {
                call.is_over = true;
                if call.is_connected() {
                    call.progress.ended.get_or_insert(at.at);
                    engages = true;
                }
            }
            _ => {}
        }
        conversation.extend_span(at.at);
        if engages {
            self.engage(index, at, Channel::Video);
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

    /// Finishes the journey after the last event.
    fn finish(self) {
        let buffers = self.buffers;
        let journey = &mut buffers.journey;
        let (sessions, conversation_ids) = (&buffers.sessions.all, &buffers.conversation_ids);
        let is_closed = |session: &Session<'_>| session.is_closed(self.read_options);
        for call in &mut journey.calls {
            let session = call.session;
            let session = session.expect("the request of every call has been read");
            call.is_over |= is_closed(&sessions[session]);
            if let (true, Some(agent)) = (call.is_connected(), call.agent()) {
                let conversation = conversation_ids.get(call.conversation);
                let conversation = conversation.expect("a request opens its conversation");
                journey.conversations[conversation].respond(agent);
            }
            journey.requests.push(Request {
                conversation: call.conversation,
                call: Some(call.call),
                opening: call.opening,
                accepted: call.is_connected(),
            });
        }
        for answer in &mut journey.answers {
            answer.about = conversation_ids.get(answer.conversation_id);
            let conversation = answer.about.map(|it| &journey.conversations[it]);
            answer.agent = conversation.and_then(|found| found.agent_at(answer.position));
        }
        for conversation in &mut journey.conversations {
            conversation.close();
            if let Some(opening) = conversation.text_request {
                journey.requests.push(Request {
                    conversation: conversation.id,
                    call: None,
                    opening,
                    accepted: conversation.text_two_way().is_some(),
                });
            }
        }
        for session in sessions {
            journey.chats.extend(session.chat.map(|chat| LiveChat {
                session_is_closed: is_closed(session),
                ..chat
            }));
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
