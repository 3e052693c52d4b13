//! Reads one visitor's events twice: first to find the calls and orders that stand, then to interpret all events in
//! canonical order.

use super::builder::JourneyBuilder;
use super::commerce::{Answer, AutoMessageClick, Order};
use super::conversation::{Conversation, Engagement, Opening, Request};
use super::engage::{Call, LiveCall, LiveChat, Progress};
use super::session::SessionIndex;
use super::{Fault, Look, Moment, OpenedBy, Position, ReadOptions};
use crate::channel::Channel;
use crate::event::{EventData, OrZero, Person, Price};
use crate::ledger::{Id, Key, Record, Symbol, Tables};
use crate::money::Money;
use crate::name::Name;
use crate::time::Instant;

/// The relation of an event to the calls and orders that stand.
enum Place {
    Standing,
    Redundant,
    Orphan,
}

/// What an event says of a call that was requested.
#[derive(Clone, Copy)]
enum CallAct<'a> {
    Answered(&'a str),
    Accepted,
    Connected,
    Declined,
    Cancelled,
    Missed,
    Ended,
}

pub(super) struct Reading<'a, 'r> {
    pub(super) visitor: Name<'a>,
    pub(super) tables: &'a Tables,
    pub(super) read_options: &'r ReadOptions,
    pub(super) builder: &'r mut JourneyBuilder<'a>,
}

impl<'a> Reading<'a, '_> {
    /// Reads the visible events, which are in canonical order.
    pub(super) fn read(mut self, records: &[Record]) {
        self.find_what_stands(records);
        for (position, record) in (0..).zip(records) {
            self.take(position, record);
        }
        self.finish();
    }

    fn find_what_stands(&mut self, records: &[Record]) {
        for (position, record) in (0..).zip(records) {
            match record.data {
                EventData::CallRequested {
                    conversation,
                    call,
                    by,
                } if self.builder.call_ids.number(call).is_err() => {
                    self.builder.calls.push(Call {
                        id: call,
                        requested: position,
                        conversation,
                        by: initiator(by, self.tables),
                        opening: None,
                        first_answer: None,
                        progress: Progress::default(),
                        cancelled: false,
                        missed_or_ended: false,
                    });
                }
                EventData::OrderPlaced {
                    order,
                    currency,
                    subtotal,
                    discount: OrZero(discount),
                    included_tax: OrZero(included_tax),
                } if self.builder.order_ids.number(order).is_err() => {
                    let price = Price {
                        currency,
                        subtotal,
                        discount,
                        included_tax,
                    };
                    let value = Money::new(price.value(), currency);
                    self.builder.journey.orders.push(Order {
                        id: order,
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
    }

    fn call(&self, call: Id) -> Option<&Call<'a>> {
        let number = self.builder.call_ids.get(call)?;
        Some(&self.builder.calls[number])
    }

    fn call_mut(&mut self, call: Id) -> Option<&mut Call<'a>> {
        let number = self.builder.call_ids.get(call)?;
        Some(&mut self.builder.calls[number])
    }

    fn order_mut(&mut self, order: Id) -> Option<&mut Order> {
        let number = self.builder.order_ids.get(order)?;
        Some(&mut self.builder.journey.orders[number])
    }

    fn take(&mut self, position: Position, record: &Record) {
        self.builder.journey.events += 1;
        match self.place(position, &record.data) {
            Place::Redundant => self.fault(position, Fault::Redundant),
            Place::Orphan => self.fault(position, Fault::Orphan),
            Place::Standing => self.take_standing(position, record),
        }
    }

    fn fault(&mut self, position: Position, fault: Fault) {
        self.builder.journey.faults.push((position, fault));
    }

    fn place(&mut self, position: Position, data: &EventData<Id, Symbol>) -> Place {
        let standing = match data {
            EventData::CallRequested { call, .. } => {
                self.call(*call).map(|call| call.requested == position)
            }
            EventData::OrderPlaced { order, .. } => self
                .order_mut(*order)
                .map(|order| order.placed.position == position),
            EventData::OrderRefunded { order, .. } | EventData::OrderCancelled { order } => {
                self.builder.order_ids.get(*order).map(|_| true)
            }
            _ => match call_outcome(data) {
                Some(call) => self.builder.call_ids.get(call).map(|_| true),
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
        let ends = matches!(record.data, EventData::SessionEnded {});
        let session =
            self.builder
                .sessions
                .enter(record.session, record.at, ends, self.read_options);
        match record.data {
            EventData::WidgetImpression {} => {
                self.builder.journey.impressions.push(Look::from(record));
            }
            EventData::WidgetClicked { .. } => self.builder.journey.clicks.push(Look::from(record)),
            EventData::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => {
                let click = AutoMessageClick {
                    event: record.key,
                    at: record.at,
                    page: self.page(record),
                    trigger: self.tables.text(trigger),
                    auto_message: self.tables.text(auto_message),
                    url: url.map(|url| self.tables.text(url)),
                };
                self.builder.journey.auto_message_clicks.push(click);
            }
            EventData::ChatRequested { conversation, by } => {
                let by = initiator(by, self.tables);
                self.chat_requested(conversation, moment, by, self.page(record));
            }
            EventData::AgentAssigned {
                conversation,
                agent,
            } => {
                let agent = self.tables.text(agent);
                self.conversation(conversation).assign(moment, agent);
            }
            EventData::MessageSent {
                conversation,
                by: Some(by),
            } => {
                let by = initiator(by, self.tables);
                let page = self.page(record);
                let session = self.builder.sessions.get_mut(session);
                session.message((record.at, record.key), by, page);
                self.message(conversation, (moment, record.key), by, page);
            }
            EventData::CallRequested { call, .. } => {
                self.call_requested(call, moment, session, self.page(record));
            }
            EventData::OrderRefunded { order, amount } => {
                if self.standing_order(order).refund(amount) {
                    self.fault(position, Fault::OverRefund);
                }
            }
            EventData::OrderCancelled { order } => self.standing_order(order).cancel(),
            EventData::SurveyAnswered {
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
                    survey,
                    seq: record.seq,
                    id: self.tables.of(record.key),
                    conversation: self.tables.name(conversation),
                    about: None,
                    agent: None,
                    rating,
                    feedback: feedback.map(|feedback| self.tables.text(feedback)),
                    outcome,
                };
                self.answer(survey, conversation, event);
            }
            EventData::CallAnswered { call, agent } => {
                self.call_event(call, moment, CallAct::Answered(self.tables.text(agent)));
            }
            EventData::CallAccepted { call } => self.call_event(call, moment, CallAct::Accepted),
            EventData::CallConnected { call } => self.call_event(call, moment, CallAct::Connected),
            EventData::CallDeclined { call } => self.call_event(call, moment, CallAct::Declined),
            EventData::CallCancelled { call } => self.call_event(call, moment, CallAct::Cancelled),
            EventData::CallMissed { call } => self.call_event(call, moment, CallAct::Missed),
            EventData::CallEnded { call } => self.call_event(call, moment, CallAct::Ended),
            // An automatic message opens and answers nothing. `find_what_stands` has added the orders.
            EventData::MessageSent { by: None, .. }
            | EventData::OrderPlaced { .. }
            | EventData::SessionEnded {} => {}
        }
    }

    /// Returns the event's page after grouping.
    fn page(&self, record: &Record) -> Option<&'a str> {
        let page = record.page?;
        self.read_options.page_group(self.tables.text(page))
    }

    /// Returns the order of an event that stands.
    fn standing_order(&mut self, order: Id) -> &mut Order {
        let order = self.order_mut(order);
        order.expect("an event of an order that was never placed is an orphan")
    }

    /// Returns the call of an event that stands.
    fn standing_call(&mut self, call: Id) -> &mut Call<'a> {
        let call = self.call_mut(call);
        call.expect("an event of a call that was never requested is an orphan")
    }

    fn chat_requested(
        &mut self,
        conversation: Id,
        moment: Moment,
        by: OpenedBy<'a>,
        page: Option<&'a str>,
    ) {
        let conversation = self.conversation(conversation);
        conversation.open(opening(moment, Channel::Text, by, page));
        conversation.request_text(moment.at, by, page);
        if let OpenedBy::Agent(agent) = by {
            conversation.act(moment, agent);
        }
    }

    /// Returns the conversation with this id, and creates it if it is new.
    fn conversation(&mut self, id: Id) -> &mut Conversation<'a> {
        let builder = &mut *self.builder;
        let conversations = &mut builder.journey.conversations;
        let number = match builder.conversation_ids.number(id) {
            Ok(number) => number,
            Err(number) => {
                conversations.push(Conversation::new(number, id, builder.spare.pop()));
                number
            }
        };
        &mut conversations[number]
    }

    fn engage(&mut self, conversation: usize, moment: Moment, channel: Channel) {
        self.builder.journey.engagements.push(Engagement {
            conversation,
            moment,
            channel,
        });
    }

    /// Takes a human message.
    fn message(
        &mut self,
        conversation: Id,
        (moment, event): (Moment, Key),
        by: OpenedBy<'a>,
        page: Option<&'a str>,
    ) {
        if self.read_options.replies {
            self.take_turn(conversation, (moment.at, event), by, page);
        }
        let conversation = self.conversation(conversation);
        conversation.open(opening(moment, Channel::Text, by, page));
        conversation.request_text(moment.at, by, page);
        conversation.extend_span(moment.at);
        let index = conversation.index;
        if conversation.message(moment, by) {
            self.engage(index, moment, Channel::Text);
        }
    }

    /// Adds a human message to the turns of its conversation.
    fn take_turn(
        &mut self,
        id: Id,
        message: (Instant, Key),
        by: OpenedBy<'a>,
        page: Option<&'a str>,
    ) {
        let index = self.conversation(id).index;
        let journey = &mut self.builder.journey;
        journey.conversations[index].turn(&mut journey.turns, message, by, page);
    }

    fn call_requested(
        &mut self,
        call: Id,
        at: Moment,
        session: SessionIndex,
        page: Option<&'a str>,
    ) {
        let call = self.standing_call(call);
        call.opening = Some((at, session, page));
        let (conversation, by) = (call.conversation, call.by);
        let conversation = self.conversation(conversation);
        conversation.open(opening(at, Channel::Video, by, page));
        conversation.extend_span(at.at);
        if let OpenedBy::Agent(agent) = by {
            conversation.act(at, agent);
        }
    }

    fn call_event(&mut self, call: Id, at: Moment, act: CallAct<'a>) {
        let call = self.standing_call(call);
        let conversation = call.conversation;
        let was_connected = call.progress.connected.is_some();
        match act {
            CallAct::Answered(agent) => {
                call.first_answer.get_or_insert(agent);
                call.progress.answered.get_or_insert(at.at);
            }
            CallAct::Accepted => {
                call.progress.accepted.get_or_insert(at.at);
            }
            CallAct::Connected => {
                call.progress.connected.get_or_insert(at.at);
            }
            CallAct::Declined => {}
            CallAct::Cancelled => call.cancelled = true,
            CallAct::Missed => call.missed_or_ended = true,
            CallAct::Ended => {
                call.missed_or_ended = true;
                if was_connected {
                    call.progress.ended.get_or_insert(at.at);
                }
            }
        }
        let conversation = self.conversation(conversation);
        conversation.extend_span(at.at);
        if let CallAct::Answered(agent) = act {
            conversation.act(at, agent);
        }
        let is_connection = matches!(act, CallAct::Connected);
        if is_connection {
            conversation.connect(at);
        }
        let index = conversation.index;
        if is_connection || (matches!(act, CallAct::Ended) && was_connected) {
            self.engage(index, at, Channel::Video);
        }
    }

    /// Takes an event of a survey. Its values replace earlier ones, but a missing rating or feedback removes nothing.
    fn answer(&mut self, survey: Id, conversation: Id, event: Answer<'a>) {
        let builder = &mut *self.builder;
        let answers = &mut builder.journey.answers;
        match builder.survey_ids.number(survey) {
            Err(_) => {
                answers.push(event);
                builder.answered.push(conversation);
            }
            Ok(number) => {
                builder.answered[number] = conversation;
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
        let JourneyBuilder {
            calls,
            sessions,
            conversation_ids,
            answered,
            journey,
            ..
        } = self.builder;
        for call in calls {
            let (opening, session, page) =
                (call.opening).expect("the request of every call has been read");
            let is_connected = call.progress.connected.is_some();
            if let (true, Some(agent)) = (is_connected, call.agent()) {
                let conversation = conversation_ids.get(call.conversation);
                let conversation = conversation.expect("a request opens its conversation");
                journey.conversations[conversation].respond(agent);
            }
            journey.requests.push(Request {
                conversation: call.conversation,
                call: Some(call.id),
                at: opening.at,
                channel: Channel::Video,
                by: call.by,
                page,
                accepted: is_connected,
            });
            journey.calls.push(LiveCall {
                call: call.id,
                at: opening.at,
                page,
                outcome: call.outcome(sessions.is_closed(session, self.read_options)),
                progress: call.progress,
            });
        }
        for (answer, conversation) in journey.answers.iter_mut().zip(answered) {
            answer.about = conversation_ids.get(*conversation);
            let conversation = answer.about.map(|it| &journey.conversations[it]);
            answer.agent = conversation.and_then(|found| found.agent_at(answer.position));
        }
        for conversation in &mut journey.conversations {
            conversation.close();
            if let Some(request) = conversation.text_request {
                journey.requests.push(Request {
                    conversation: conversation.id,
                    call: None,
                    at: request.at,
                    channel: Channel::Text,
                    by: request.by,
                    page: request.page,
                    accepted: conversation.text_two_way().is_some(),
                });
            }
        }
        let chats = sessions.all.iter();
        let chats = chats.filter_map(|session| LiveChat::of(session, self.read_options));
        journey.chats.extend(chats);
    }
}

fn opening<'a>(
    moment: Moment,
    channel: Channel,
    by: OpenedBy<'a>,
    page: Option<&'a str>,
) -> Opening<'a> {
    Opening {
        moment,
        channel,
        by,
        page,
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
        EventData::WidgetImpression {}
        | EventData::WidgetClicked { .. }
        | EventData::AutoMessageClicked { .. }
        | EventData::ChatRequested { .. }
        | EventData::CallRequested { .. }
        | EventData::AgentAssigned { .. }
        | EventData::MessageSent { .. }
        | EventData::OrderPlaced { .. }
        | EventData::OrderRefunded { .. }
        | EventData::OrderCancelled { .. }
        | EventData::SurveyAnswered { .. }
        | EventData::SessionEnded {} => None,
    }
}

fn initiator(by: Person<Symbol>, tables: &Tables) -> OpenedBy<'_> {
    match by {
        Person::Visitor => OpenedBy::Visitor,
        Person::Agent(agent) => OpenedBy::Agent(tables.text(agent)),
    }
}
