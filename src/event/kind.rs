//! The typed events by family.

use super::order::PlacedOrder;
use super::survey::{Rating, SurveyOutcome};
use crate::id::{
    AgentId, AutoMessageId, CallId, ConversationId, Feedback, LinkUrl, OrderId, SurveyId,
    TriggerId, VisitorId,
};
use crate::money::{Amount, Currency};

/// The kinds of events, by family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// The widget or an automatic message was seen or clicked.
    Widget(WidgetEvent),
    /// A chat was requested, an agent was assigned, or a message was sent.
    Chat(ChatEvent),
    /// A call was requested, or something happened to it.
    Call(CallEvent),
    /// An order was placed, refunded or cancelled.
    Order(OrderEvent),
    /// A survey was answered.
    Survey(SurveyEvent),
    /// A visitor session ended.
    Session(SessionEvent),
    /// Two visitor ids turned out to be one person.
    Visitor(VisitorEvent),
    /// An earlier event turned out to be a mistake.
    Correction(CorrectionEvent),
}

/// An event of the widget or of an automatic message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WidgetEvent {
    /// `widget_impression`: the visitor saw the widget.
    Impression,
    /// `widget_clicked`: the visitor clicked the widget.
    Clicked {
        /// The target of the click.
        target: ClickTarget,
    },
    /// `auto_message_clicked`: the visitor clicked an automatically sent message.
    AutoMessageClicked {
        /// The trigger of the message.
        trigger: TriggerId,
        /// The message.
        auto_message: AutoMessageId,
        /// The link in the message.
        url: Option<LinkUrl>,
    },
}

/// The target of a click on the widget (`target`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum ClickTarget {
    /// `widget`: the widget itself.
    #[default]
    Widget,
    /// `chat_notification`: the notification of a chat.
    ChatNotification,
}

impl ClickTarget {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::ChatNotification => "chat_notification",
        }
    }
}

/// An event of a text conversation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChatEvent {
    /// `chat_requested`: a text conversation was created, perhaps before any text.
    Requested {
        /// The conversation.
        conversation: ConversationId,
        /// The side that created it.
        by: Initiator,
    },
    /// `agent_assigned`: the conversation now belongs to this agent.
    AgentAssigned {
        /// The conversation.
        conversation: ConversationId,
        /// The agent.
        agent: AgentId,
    },
    /// `message_sent`: one text message.
    MessageSent {
        /// The conversation.
        conversation: ConversationId,
        /// The author.
        by: Author,
    },
}

/// An event of one call.
///
/// Only the request has the conversation. A call event without a request anywhere in the log is an orphan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CallEvent {
    /// `call_requested`: the visitor asked for a call (inbound), or an agent offered one (proactive).
    Requested {
        /// The conversation that the call belongs to.
        conversation: ConversationId,
        /// The call.
        call: CallId,
        /// The side that requested it.
        by: Initiator,
    },
    /// `call_answered`: the agent clicked *Answer* on an inbound call.
    Answered {
        /// The call.
        call: CallId,
        /// The agent who answered.
        agent: AgentId,
    },
    /// `call_accepted`: the visitor accepted a proactive call, or the connection after an answer.
    Accepted {
        /// The call.
        call: CallId,
    },
    /// `call_connected`: both sides joined the call.
    Connected {
        /// The call.
        call: CallId,
    },
    /// `call_declined`: the visitor declined the call.
    Declined {
        /// The call.
        call: CallId,
    },
    /// `call_cancelled`: the side that requested the call withdrew it before it was taken.
    Cancelled {
        /// The call.
        call: CallId,
    },
    /// `call_missed`: the call rang out.
    Missed {
        /// The call.
        call: CallId,
    },
    /// `call_ended`: the call ended.
    Ended {
        /// The call.
        call: CallId,
    },
}

/// An event of an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OrderEvent {
    /// `order_placed`: the order was placed. If there are several events for one order, the first counts.
    Placed(PlacedOrder),
    /// `order_refunded`: part of the order's value was refunded.
    Refunded {
        /// The order.
        order: OrderId,
        /// The currency, if the source tells it. A refund in another currency than its order's is an orphan.
        currency: Option<Currency>,
        /// The amount, in the order's currency.
        amount: Amount,
    },
    /// `order_cancelled`: the rest of the order's value was refunded.
    Cancelled {
        /// The order.
        order: OrderId,
    },
}

/// An event of a satisfaction survey.
///
/// There is one type so far. The enum leaves room for others, such as a survey that was shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SurveyEvent {
    /// `survey_answered`: the visitor gave a rating, a text, both or neither. Several events of one survey are one
    /// answer.
    Answered {
        /// The survey.
        survey: SurveyId,
        /// The conversation that the survey is about.
        conversation: ConversationId,
        /// The rating of 1 to 5 stars, if given.
        rating: Option<Rating>,
        /// The text, if given.
        feedback: Option<Feedback>,
        /// How the visitor left the form.
        outcome: SurveyOutcome,
    },
}

/// An event of a visitor session.
///
/// There is one type so far. The enum leaves room for others, such as the start of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SessionEvent {
    /// `session_ended`: the session that the event names is over; if it names none, the running session.
    Ended,
}

/// An event about who a visitor is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum VisitorEvent {
    /// `visitor_linked`: the event's visitor and another visitor are the same person, such as a cookie and an account.
    /// The smaller id by bytes is the name of both, whichever of them sends the link; see
    /// [`Ledger::visitor_of`](crate::Ledger::visitor_of).
    Linked {
        /// The other visitor.
        to: VisitorId,
    },
}

/// An event about an earlier event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CorrectionEvent {
    /// `retracted`: the event with this id was a mistake. It replaces that event and has no other effect. See
    /// [`Event::retraction`](super::Event::retraction).
    Retracted,
}

/// The human who starts a conversation or a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Initiator {
    /// The visitor (inbound).
    Visitor,
    /// An agent (proactive).
    Agent(AgentId),
}

/// The author of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Author {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent(AgentId),
    /// A bot, an AI or an automatic message. Such a message starts no conversation and is no response.
    Automation,
}

impl From<Initiator> for Author {
    fn from(participant: Initiator) -> Self {
        match participant {
            Initiator::Visitor => Self::Visitor,
            Initiator::Agent(agent) => Self::Agent(agent),
        }
    }
}

macro_rules! families {
    ($($event:ident => $family:ident),* $(,)?) => {
        /// The families of event types.
        #[derive(Debug, Clone, Copy)]
        pub(crate) enum EventFamily {
            $($family,)*
        }

        $(impl From<$event> for EventKind {
            fn from(event: $event) -> Self {
                Self::$family(event)
            }
        })*
    };
}

families! {
    WidgetEvent => Widget,
    ChatEvent => Chat,
    CallEvent => Call,
    OrderEvent => Order,
    SurveyEvent => Survey,
    SessionEvent => Session,
    VisitorEvent => Visitor,
    CorrectionEvent => Correction,
}
