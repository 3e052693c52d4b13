//! An event by its texts, borrowed: what typed events, lines of a log and the ledger's records have in common.

use super::{
    Author, CallEvent, ChatEvent, ClickTarget, Event, EventKind, EventType, Initiator, OrderEvent,
    PlacedOrder, Price, Rating, SessionEvent, SurveyEvent, SurveyOutcome, WidgetEvent,
};
use crate::id::Trusted;
use crate::money::Amount;
use crate::name::Name;
use crate::time::Instant;

/// A checked event whose texts stand elsewhere; ids by `I`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parts<'a, I> {
    pub(crate) id: I,
    pub(crate) at: Instant,
    pub(crate) visitor: I,
    pub(crate) seq: u32,
    pub(crate) session: Option<I>,
    pub(crate) page: Option<&'a str>,
    pub(crate) fact: Fact<I, &'a str>,
}

/// What happened, flat; the mirror of [`EventKind`]. Ids that are the visitor's own are an `I`, texts that visitors
/// share (agents, triggers, messages, links) an `L`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fact<I, L> {
    WidgetImpression,
    WidgetClicked {
        target: ClickTarget,
    },
    AutoMessageClicked {
        trigger: L,
        auto_message: L,
        url: Option<L>,
    },
    ChatRequested {
        conversation: I,
        by: By<L>,
    },
    CallRequested {
        conversation: I,
        call: I,
        by: By<L>,
    },
    AgentAssigned {
        conversation: I,
        agent: L,
    },
    MessageSent {
        conversation: I,
        /// `None`: automation.
        by: Option<By<L>>,
    },
    CallAnswered {
        call: I,
        agent: L,
    },
    CallAccepted {
        call: I,
    },
    CallConnected {
        call: I,
    },
    CallDeclined {
        call: I,
    },
    CallCancelled {
        call: I,
    },
    CallMissed {
        call: I,
    },
    CallEnded {
        call: I,
    },
    OrderPlaced {
        order: I,
        price: Price,
    },
    OrderRefunded {
        order: I,
        amount: Amount,
    },
    OrderCancelled {
        order: I,
    },
    SurveyAnswered {
        survey: I,
        conversation: I,
        rating: Option<Rating>,
        feedback: Option<L>,
        outcome: SurveyOutcome,
    },
    SessionEnded,
}

/// A human side: an agent, or else the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By<L> {
    Visitor,
    Agent(L),
}

impl<I: Copy, L> Fact<I, L> {
    /// The call that this says something about, the request aside.
    pub(crate) const fn outcome_of(&self) -> Option<I> {
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
}

impl<I, L> Fact<I, L> {
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

impl<I, L> Fact<I, L> {
    /// The same with other ids and texts.
    pub(crate) fn map<J, M>(
        self,
        mut id: impl FnMut(I) -> J,
        mut text: impl FnMut(L) -> M,
    ) -> Fact<J, M> {
        match self {
            Self::WidgetImpression => Fact::WidgetImpression,
            Self::WidgetClicked { target } => Fact::WidgetClicked { target },
            Self::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => Fact::AutoMessageClicked {
                trigger: text(trigger),
                auto_message: text(auto_message),
                url: url.map(text),
            },
            Self::ChatRequested { conversation, by } => Fact::ChatRequested {
                conversation: id(conversation),
                by: by.map(text),
            },
            Self::CallRequested {
                conversation,
                call,
                by,
            } => Fact::CallRequested {
                conversation: id(conversation),
                call: id(call),
                by: by.map(text),
            },
            Self::AgentAssigned {
                conversation,
                agent,
            } => Fact::AgentAssigned {
                conversation: id(conversation),
                agent: text(agent),
            },
            Self::MessageSent { conversation, by } => Fact::MessageSent {
                conversation: id(conversation),
                by: by.map(|by| by.map(text)),
            },
            Self::CallAnswered { call, agent } => Fact::CallAnswered {
                call: id(call),
                agent: text(agent),
            },
            Self::CallAccepted { call } => Fact::CallAccepted { call: id(call) },
            Self::CallConnected { call } => Fact::CallConnected { call: id(call) },
            Self::CallDeclined { call } => Fact::CallDeclined { call: id(call) },
            Self::CallCancelled { call } => Fact::CallCancelled { call: id(call) },
            Self::CallMissed { call } => Fact::CallMissed { call: id(call) },
            Self::CallEnded { call } => Fact::CallEnded { call: id(call) },
            Self::OrderPlaced { order, price } => Fact::OrderPlaced {
                order: id(order),
                price,
            },
            Self::OrderRefunded { order, amount } => Fact::OrderRefunded {
                order: id(order),
                amount,
            },
            Self::OrderCancelled { order } => Fact::OrderCancelled { order: id(order) },
            Self::SurveyAnswered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            } => Fact::SurveyAnswered {
                survey: id(survey),
                conversation: id(conversation),
                rating,
                feedback: feedback.map(text),
                outcome,
            },
            Self::SessionEnded => Fact::SessionEnded,
        }
    }
}

impl<L> By<L> {
    fn map<M>(self, text: impl FnOnce(L) -> M) -> By<M> {
        match self {
            Self::Visitor => By::Visitor,
            Self::Agent(agent) => By::Agent(text(agent)),
        }
    }
}

/// An id's text, in one form or another.
pub(crate) trait IdText {
    fn typed<T: Trusted>(self) -> T;
}

impl IdText for &str {
    fn typed<T: Trusted>(self) -> T {
        T::trusted(self)
    }
}

impl IdText for Name<'_> {
    fn typed<T: Trusted>(self) -> T {
        self.with_text(T::trusted)
    }
}

impl<I: IdText> From<Parts<'_, I>> for Event {
    fn from(parts: Parts<'_, I>) -> Self {
        Self {
            id: parts.id.typed(),
            at: parts.at,
            visitor: parts.visitor.typed(),
            seq: parts.seq,
            session: parts.session.map(I::typed),
            page: parts.page.map(Trusted::trusted),
            kind: parts.fact.into(),
        }
    }
}

impl From<By<&str>> for Initiator {
    fn from(by: By<&str>) -> Self {
        match by {
            By::Visitor => Self::Visitor,
            By::Agent(agent) => Self::Agent(Trusted::trusted(agent)),
        }
    }
}

impl<I: IdText> From<Fact<I, &str>> for EventKind {
    fn from(fact: Fact<I, &str>) -> Self {
        match fact {
            Fact::WidgetImpression => WidgetEvent::Impression.into(),
            Fact::WidgetClicked { target } => WidgetEvent::Clicked { target }.into(),
            Fact::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => WidgetEvent::AutoMessageClicked {
                trigger: Trusted::trusted(trigger),
                auto_message: Trusted::trusted(auto_message),
                url: url.map(Trusted::trusted),
            }
            .into(),
            Fact::ChatRequested { conversation, by } => ChatEvent::Requested {
                conversation: conversation.typed(),
                by: by.into(),
            }
            .into(),
            Fact::AgentAssigned {
                conversation,
                agent,
            } => ChatEvent::AgentAssigned {
                conversation: conversation.typed(),
                agent: Trusted::trusted(agent),
            }
            .into(),
            Fact::MessageSent { conversation, by } => ChatEvent::MessageSent {
                conversation: conversation.typed(),
                by: by.map_or(Author::Automation, |by| Initiator::from(by).into()),
            }
            .into(),
            Fact::CallRequested {
                conversation,
                call,
                by,
            } => CallEvent::Requested {
                conversation: conversation.typed(),
                call: call.typed(),
                by: by.into(),
            }
            .into(),
            Fact::CallAnswered { call, agent } => CallEvent::Answered {
                call: call.typed(),
                agent: Trusted::trusted(agent),
            }
            .into(),
            Fact::CallAccepted { call } => CallEvent::Accepted { call: call.typed() }.into(),
            Fact::CallConnected { call } => CallEvent::Connected { call: call.typed() }.into(),
            Fact::CallDeclined { call } => CallEvent::Declined { call: call.typed() }.into(),
            Fact::CallCancelled { call } => CallEvent::Cancelled { call: call.typed() }.into(),
            Fact::CallMissed { call } => CallEvent::Missed { call: call.typed() }.into(),
            Fact::CallEnded { call } => CallEvent::Ended { call: call.typed() }.into(),
            Fact::OrderPlaced { order, price } => OrderEvent::Placed(PlacedOrder {
                order: order.typed(),
                price,
            })
            .into(),
            Fact::OrderRefunded { order, amount } => OrderEvent::Refunded {
                order: order.typed(),
                amount,
            }
            .into(),
            Fact::OrderCancelled { order } => OrderEvent::Cancelled {
                order: order.typed(),
            }
            .into(),
            Fact::SurveyAnswered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            } => SurveyEvent::Answered {
                survey: survey.typed(),
                conversation: conversation.typed(),
                rating,
                feedback: feedback.map(Trusted::trusted),
                outcome,
            }
            .into(),
            Fact::SessionEnded => SessionEvent::Ended.into(),
        }
    }
}

impl Event {
    /// The same event, borrowed.
    pub(crate) fn parts(&self) -> Parts<'_, Name<'_>> {
        Parts {
            id: self.id.as_str().into(),
            at: self.at,
            visitor: self.visitor.as_str().into(),
            seq: self.seq,
            session: self.session.as_ref().map(name),
            page: self.page.as_ref().map(AsRef::as_ref),
            fact: self.kind.fact(),
        }
    }
}

fn name(id: &impl AsRef<str>) -> Name<'_> {
    id.as_ref().into()
}

impl Initiator {
    fn by(&self) -> By<&str> {
        match self {
            Self::Visitor => By::Visitor,
            Self::Agent(agent) => By::Agent(agent.as_str()),
        }
    }
}

impl EventKind {
    fn fact(&self) -> Fact<Name<'_>, &str> {
        match self {
            Self::Widget(event) => event.fact(),
            Self::Chat(event) => event.fact(),
            Self::Call(event) => event.fact(),
            Self::Order(event) => event.fact(),
            Self::Survey(SurveyEvent::Answered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            }) => Fact::SurveyAnswered {
                survey: name(survey),
                conversation: name(conversation),
                rating: *rating,
                feedback: feedback.as_ref().map(AsRef::as_ref),
                outcome: *outcome,
            },
            Self::Session(SessionEvent::Ended) => Fact::SessionEnded,
        }
    }
}

impl WidgetEvent {
    fn fact(&self) -> Fact<Name<'_>, &str> {
        match self {
            Self::Impression => Fact::WidgetImpression,
            Self::Clicked { target } => Fact::WidgetClicked { target: *target },
            Self::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => Fact::AutoMessageClicked {
                trigger: trigger.as_str(),
                auto_message: auto_message.as_str(),
                url: url.as_ref().map(AsRef::as_ref),
            },
        }
    }
}

impl ChatEvent {
    fn fact(&self) -> Fact<Name<'_>, &str> {
        match self {
            Self::Requested { conversation, by } => Fact::ChatRequested {
                conversation: name(conversation),
                by: by.by(),
            },
            Self::AgentAssigned {
                conversation,
                agent,
            } => Fact::AgentAssigned {
                conversation: name(conversation),
                agent: agent.as_str(),
            },
            Self::MessageSent { conversation, by } => Fact::MessageSent {
                conversation: name(conversation),
                by: match by {
                    Author::Visitor => Some(By::Visitor),
                    Author::Agent(agent) => Some(By::Agent(agent.as_str())),
                    Author::Automation => None,
                },
            },
        }
    }
}

impl CallEvent {
    fn fact(&self) -> Fact<Name<'_>, &str> {
        match self {
            Self::Requested {
                conversation,
                call,
                by,
            } => Fact::CallRequested {
                conversation: name(conversation),
                call: name(call),
                by: by.by(),
            },
            Self::Answered { call, agent } => Fact::CallAnswered {
                call: name(call),
                agent: agent.as_str(),
            },
            Self::Accepted { call } => Fact::CallAccepted { call: name(call) },
            Self::Connected { call } => Fact::CallConnected { call: name(call) },
            Self::Declined { call } => Fact::CallDeclined { call: name(call) },
            Self::Cancelled { call } => Fact::CallCancelled { call: name(call) },
            Self::Missed { call } => Fact::CallMissed { call: name(call) },
            Self::Ended { call } => Fact::CallEnded { call: name(call) },
        }
    }
}

impl OrderEvent {
    fn fact(&self) -> Fact<Name<'_>, &str> {
        match self {
            Self::Placed(placed) => Fact::OrderPlaced {
                order: name(&placed.order),
                price: placed.price,
            },
            Self::Refunded { order, amount } => Fact::OrderRefunded {
                order: name(order),
                amount: *amount,
            },
            Self::Cancelled { order } => Fact::OrderCancelled { order: name(order) },
        }
    }
}
