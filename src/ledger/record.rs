//! An event as the ledger holds it: 56 bytes, its texts by symbol, the amounts of orders in tables beside.

use super::interner::{Interner, Symbol};
use super::key::{EventKey, EventName};
use crate::event::{
    CallEvent, ChatEvent, ClickTarget, Event, EventKind, EventType, OrderEvent, Participant,
    PlacedOrder, Price, Rating, SessionEvent, Side, SurveyEvent, SurveyOutcome, WidgetEvent,
};
use crate::id::{EventId, Trusted};
use crate::money::Amount;
use crate::time::Instant;

/// The most texts that one event brings.
pub(crate) const TEXTS_AN_EVENT: usize = 8;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    pub(crate) at: Instant,
    pub(crate) seq: u32,
    pub(crate) id: EventKey,
    pub(crate) session: Option<Symbol>,
    pub(crate) page: Option<Symbol>,
    pub(crate) fact: Fact,
}

/// What happened, flat; the mirror of [`EventKind`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fact {
    WidgetImpression,
    WidgetClicked {
        target: ClickTarget,
    },
    AutoMessageClicked {
        trigger: Symbol,
        auto_message: Symbol,
        url: Option<Symbol>,
    },
    ChatRequested {
        conversation: Symbol,
        by: By,
    },
    CallRequested {
        conversation: Symbol,
        call: Symbol,
        by: By,
    },
    AgentAssigned {
        conversation: Symbol,
        agent: Symbol,
    },
    MessageSent {
        conversation: Symbol,
        by: Option<By>,
    },
    CallAnswered {
        call: Symbol,
        agent: Symbol,
    },
    CallAccepted {
        call: Symbol,
    },
    CallConnected {
        call: Symbol,
    },
    CallDeclined {
        call: Symbol,
    },
    CallCancelled {
        call: Symbol,
    },
    CallMissed {
        call: Symbol,
    },
    CallEnded {
        call: Symbol,
    },
    OrderPlaced {
        order: Symbol,
        price: u32,
    },
    OrderRefunded {
        order: Symbol,
        amount: u32,
    },
    OrderCancelled {
        order: Symbol,
    },
    SurveyAnswered {
        survey: Symbol,
        conversation: Symbol,
        feedback: Option<Symbol>,
        rating: Option<Rating>,
        outcome: SurveyOutcome,
    },
    SessionEnded,
}

/// A human side: an agent, or else the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Visitor,
    Agent(Symbol),
}

impl Fact {
    /// The call that this says something about, the request aside.
    pub(crate) const fn outcome_of(&self) -> Option<Symbol> {
        match *self {
            Self::CallAnswered { call, .. }
            | Self::CallAccepted { call }
            | Self::CallConnected { call }
            | Self::CallDeclined { call }
            | Self::CallCancelled { call }
            | Self::CallMissed { call }
            | Self::CallEnded { call } => Some(call),
            _ => None,
        }
    }

    pub(crate) const fn event_type(&self) -> EventType {
        match self {
            Self::WidgetImpression => EventType::WidgetImpression,
            Self::WidgetClicked { .. } => EventType::WidgetClicked,
            Self::AutoMessageClicked { .. } => EventType::AutoMessageClicked,
            Self::ChatRequested { .. } => EventType::ChatRequested,
            Self::CallRequested { .. } => EventType::CallRequested,
            Self::AgentAssigned { .. } => EventType::AgentAssigned,
            Self::MessageSent { .. } => EventType::MessageSent,
            Self::CallAnswered { .. } => EventType::CallAnswered,
            Self::CallAccepted { .. } => EventType::CallAccepted,
            Self::CallConnected { .. } => EventType::CallConnected,
            Self::CallDeclined { .. } => EventType::CallDeclined,
            Self::CallCancelled { .. } => EventType::CallCancelled,
            Self::CallMissed { .. } => EventType::CallMissed,
            Self::CallEnded { .. } => EventType::CallEnded,
            Self::OrderPlaced { .. } => EventType::OrderPlaced,
            Self::OrderRefunded { .. } => EventType::OrderRefunded,
            Self::OrderCancelled { .. } => EventType::OrderCancelled,
            Self::SurveyAnswered { .. } => EventType::SurveyAnswered,
            Self::SessionEnded => EventType::SessionEnded,
        }
    }
}

/// What records refer to: the texts, and the amounts of orders.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) texts: Interner,
    prices: Vec<Price>,
    refunds: Vec<Amount>,
}

impl Tables {
    /// Whether one more event fits, whatever it brings.
    pub(crate) fn has_room(&self) -> bool {
        self.texts.has_room_for(TEXTS_AN_EVENT)
            && u32::try_from(self.prices.len().max(self.refunds.len())).is_ok()
    }

    /// The canonical order of two records of one visitor.
    pub(crate) fn canonical_cmp(&self, a: &Record, b: &Record) -> std::cmp::Ordering {
        let key = |record: &Record| (record.at, record.seq, record.fact.event_type());
        key(a)
            .cmp(&key(b))
            .then_with(|| self.name(a.id).cmp(&self.name(b.id)))
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        self.texts.resolve(symbol)
    }

    pub(crate) fn price(&self, index: u32) -> Price {
        // An index comes from the push that made it; the free order stands for none.
        self.prices.get(index as usize).copied().unwrap_or_default()
    }

    pub(crate) fn refund(&self, index: u32) -> Amount {
        self.refunds
            .get(index as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The record of an event; `None` where the tables are full.
    pub(crate) fn record(&mut self, event: &Event) -> Option<Record> {
        Some(Record {
            at: event.at,
            seq: event.seq,
            id: self.intern_key(event.id.as_str())?,
            session: self.optional(event.session.as_ref())?,
            page: self.optional(event.page.as_ref())?,
            fact: self.fact(&event.kind)?,
        })
    }

    /// The key of an event's id; `None` where no event has had it.
    pub(crate) fn key(&self, id: &str) -> Option<EventKey> {
        EventKey::of_uuid(id).or_else(|| self.texts.get(id).map(EventKey::of_symbol))
    }

    fn intern_key(&mut self, id: &str) -> Option<EventKey> {
        EventKey::of_uuid(id).or_else(|| self.texts.intern(id).map(EventKey::of_symbol))
    }

    /// An event's id.
    pub(crate) fn name(&self, key: EventKey) -> EventName<'_> {
        match key.read() {
            Ok(uuid) => EventName::Uuid(uuid),
            // A key comes from the text that made it.
            Err(symbol) => EventName::Text(symbol.map_or("", |symbol| self.text(symbol))),
        }
    }

    fn intern(&mut self, text: &impl AsRef<str>) -> Option<Symbol> {
        self.texts.intern(text.as_ref())
    }

    /// The outer `None` where the tables are full.
    #[expect(clippy::option_option, reason = "full and absent are two things")]
    fn optional(&mut self, text: Option<&impl AsRef<str>>) -> Option<Option<Symbol>> {
        match text {
            Some(text) => self.intern(text).map(Some),
            None => Some(None),
        }
    }

    fn by(&mut self, participant: &Participant) -> Option<By> {
        match participant {
            Participant::Visitor => Some(By::Visitor),
            Participant::Agent(agent) => self.intern(agent).map(By::Agent),
        }
    }

    fn fact(&mut self, kind: &EventKind) -> Option<Fact> {
        Some(match kind {
            EventKind::Widget(WidgetEvent::Impression) => Fact::WidgetImpression,
            EventKind::Widget(WidgetEvent::Clicked { target }) => {
                Fact::WidgetClicked { target: *target }
            }
            EventKind::Widget(WidgetEvent::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            }) => Fact::AutoMessageClicked {
                trigger: self.intern(trigger)?,
                auto_message: self.intern(auto_message)?,
                url: self.optional(url.as_ref())?,
            },
            EventKind::Chat(event) => self.chat(event)?,
            EventKind::Call(event) => self.call(event)?,
            EventKind::Order(event) => self.order(event)?,
            EventKind::Survey(SurveyEvent::Answered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            }) => Fact::SurveyAnswered {
                survey: self.intern(survey)?,
                conversation: self.intern(conversation)?,
                feedback: self.optional(feedback.as_ref())?,
                rating: *rating,
                outcome: *outcome,
            },
            EventKind::Session(SessionEvent::Ended) => Fact::SessionEnded,
        })
    }

    fn chat(&mut self, event: &ChatEvent) -> Option<Fact> {
        Some(match event {
            ChatEvent::Requested { conversation, by } => Fact::ChatRequested {
                conversation: self.intern(conversation)?,
                by: self.by(by)?,
            },
            ChatEvent::AgentAssigned {
                conversation,
                agent,
            } => Fact::AgentAssigned {
                conversation: self.intern(conversation)?,
                agent: self.intern(agent)?,
            },
            ChatEvent::MessageSent { conversation, by } => Fact::MessageSent {
                conversation: self.intern(conversation)?,
                by: match by {
                    Side::Visitor => Some(By::Visitor),
                    Side::Agent(agent) => Some(By::Agent(self.intern(agent)?)),
                    Side::Automation => None,
                },
            },
        })
    }

    fn call(&mut self, event: &CallEvent) -> Option<Fact> {
        Some(match event {
            CallEvent::Requested {
                conversation,
                call,
                by,
            } => Fact::CallRequested {
                conversation: self.intern(conversation)?,
                call: self.intern(call)?,
                by: self.by(by)?,
            },
            CallEvent::Answered { call, agent } => Fact::CallAnswered {
                call: self.intern(call)?,
                agent: self.intern(agent)?,
            },
            CallEvent::Accepted { call } => Fact::CallAccepted {
                call: self.intern(call)?,
            },
            CallEvent::Connected { call } => Fact::CallConnected {
                call: self.intern(call)?,
            },
            CallEvent::Declined { call } => Fact::CallDeclined {
                call: self.intern(call)?,
            },
            CallEvent::Cancelled { call } => Fact::CallCancelled {
                call: self.intern(call)?,
            },
            CallEvent::Missed { call } => Fact::CallMissed {
                call: self.intern(call)?,
            },
            CallEvent::Ended { call } => Fact::CallEnded {
                call: self.intern(call)?,
            },
        })
    }

    fn order(&mut self, event: &OrderEvent) -> Option<Fact> {
        Some(match event {
            OrderEvent::Placed(placed) => {
                let price = u32::try_from(self.prices.len()).ok()?;
                self.prices.push(placed.price);
                Fact::OrderPlaced {
                    order: self.intern(&placed.order)?,
                    price,
                }
            }
            OrderEvent::Refunded { order, amount } => {
                let index = u32::try_from(self.refunds.len()).ok()?;
                self.refunds.push(*amount);
                Fact::OrderRefunded {
                    order: self.intern(order)?,
                    amount: index,
                }
            }
            OrderEvent::Cancelled { order } => Fact::OrderCancelled {
                order: self.intern(order)?,
            },
        })
    }

    /// The event of a record.
    pub(crate) fn event(&self, visitor: Symbol, record: &Record) -> Event {
        Event {
            id: EventId::trusted(&self.name(record.id).to_string()),
            at: record.at,
            visitor: self.typed(visitor),
            seq: record.seq,
            session: self.optionally(record.session),
            page: self.optionally(record.page),
            kind: self.kind(&record.fact),
        }
    }

    fn typed<T: Trusted>(&self, symbol: Symbol) -> T {
        T::trusted(self.text(symbol))
    }

    fn optionally<T: Trusted>(&self, symbol: Option<Symbol>) -> Option<T> {
        symbol.map(|symbol| self.typed(symbol))
    }

    fn participant(&self, by: By) -> Participant {
        match by {
            By::Visitor => Participant::Visitor,
            By::Agent(agent) => Participant::Agent(self.typed(agent)),
        }
    }

    fn kind(&self, fact: &Fact) -> EventKind {
        match *fact {
            Fact::WidgetImpression => WidgetEvent::Impression.into(),
            Fact::WidgetClicked { target } => WidgetEvent::Clicked { target }.into(),
            Fact::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => WidgetEvent::AutoMessageClicked {
                trigger: self.typed(trigger),
                auto_message: self.typed(auto_message),
                url: self.optionally(url),
            }
            .into(),
            Fact::ChatRequested { conversation, by } => ChatEvent::Requested {
                conversation: self.typed(conversation),
                by: self.participant(by),
            }
            .into(),
            Fact::AgentAssigned {
                conversation,
                agent,
            } => ChatEvent::AgentAssigned {
                conversation: self.typed(conversation),
                agent: self.typed(agent),
            }
            .into(),
            Fact::MessageSent { conversation, by } => ChatEvent::MessageSent {
                conversation: self.typed(conversation),
                by: by.map_or(Side::Automation, |by| self.participant(by).into()),
            }
            .into(),
            Fact::CallRequested {
                conversation,
                call,
                by,
            } => CallEvent::Requested {
                conversation: self.typed(conversation),
                call: self.typed(call),
                by: self.participant(by),
            }
            .into(),
            Fact::CallAnswered { call, agent } => CallEvent::Answered {
                call: self.typed(call),
                agent: self.typed(agent),
            }
            .into(),
            Fact::CallAccepted { call } => CallEvent::Accepted {
                call: self.typed(call),
            }
            .into(),
            Fact::CallConnected { call } => CallEvent::Connected {
                call: self.typed(call),
            }
            .into(),
            Fact::CallDeclined { call } => CallEvent::Declined {
                call: self.typed(call),
            }
            .into(),
            Fact::CallCancelled { call } => CallEvent::Cancelled {
                call: self.typed(call),
            }
            .into(),
            Fact::CallMissed { call } => CallEvent::Missed {
                call: self.typed(call),
            }
            .into(),
            Fact::CallEnded { call } => CallEvent::Ended {
                call: self.typed(call),
            }
            .into(),
            Fact::OrderPlaced { order, price } => OrderEvent::Placed(PlacedOrder {
                order: self.typed(order),
                price: self.price(price),
            })
            .into(),
            Fact::OrderRefunded { order, amount } => OrderEvent::Refunded {
                order: self.typed(order),
                amount: self.refund(amount),
            }
            .into(),
            Fact::OrderCancelled { order } => OrderEvent::Cancelled {
                order: self.typed(order),
            }
            .into(),
            Fact::SurveyAnswered {
                survey,
                conversation,
                feedback,
                rating,
                outcome,
            } => SurveyEvent::Answered {
                survey: self.typed(survey),
                conversation: self.typed(conversation),
                rating,
                feedback: self.optionally(feedback),
                outcome,
            }
            .into(),
            Fact::SessionEnded => SessionEvent::Ended.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_56_bytes() {
        assert_eq!(size_of::<Record>(), 56);
    }
}
