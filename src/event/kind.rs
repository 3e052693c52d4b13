//! The kinds of events, by family.

use super::order::PlacedOrder;
use super::survey::{Rating, SurveyOutcome};
use crate::id::{
    AgentId, AutoMessageId, CallId, ConversationId, Feedback, LinkUrl, OrderId, SurveyId, TriggerId,
};
use crate::money::Amount;

/// What happened, by family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// The widget and automatic messages, seen or clicked.
    Widget(WidgetEvent),
    /// A chat request, an assignment, a message.
    Chat(ChatEvent),
    /// A call invitation and what became of it.
    Call(CallEvent),
    /// An order.
    Order(OrderEvent),
    /// A satisfaction survey.
    Survey(SurveyEvent),
    /// A visitor session.
    Session(SessionEvent),
}

/// The widget and automatic messages, seen or clicked by the visitor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WidgetEvent {
    /// `widget_impression`: the visitor saw the widget.
    Impression,
    /// `widget_clicked`: the visitor clicked on it.
    Clicked {
        /// What was clicked.
        target: ClickTarget,
    },
    /// `auto_message_clicked`: the visitor clicked an automatically sent message.
    AutoMessageClicked {
        /// What made the message appear.
        trigger: TriggerId,
        /// The message.
        auto_message: AutoMessageId,
        /// The link that it carried.
        url: Option<LinkUrl>,
    },
}

/// What a widget click hit (`target`).
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

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Widget, Self::ChatNotification]
            .into_iter()
            .find(|target| target.name() == name)
    }
}

/// A text conversation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChatEvent {
    /// `chat_requested`: a text conversation was created, perhaps before any text.
    Requested {
        /// The conversation.
        conversation: ConversationId,
        /// Who created it.
        by: Initiator,
    },
    /// `agent_assigned`: the conversation now belongs to this agent.
    AgentAssigned {
        /// The conversation.
        conversation: ConversationId,
        /// Its agent from here on.
        agent: AgentId,
    },
    /// `message_sent`: one text message.
    MessageSent {
        /// The conversation.
        conversation: ConversationId,
        /// Who wrote it.
        by: Author,
    },
}

/// One call invitation and what became of it.
///
/// Of these, only the request names the conversation. A call event without a request anywhere in the log is an orphan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CallEvent {
    /// `call_requested`: one call invitation; by the visitor it is inbound, by an agent proactive.
    Requested {
        /// The conversation that the call belongs to.
        conversation: ConversationId,
        /// The call.
        call: CallId,
        /// Who asked for it.
        by: Initiator,
    },
    /// `call_answered`: the agent clicked *Answer* on an inbound call.
    Answered {
        /// The call.
        call: CallId,
        /// Who answered.
        agent: AgentId,
    },
    /// `call_accepted`: the visitor accepted a proactive call, or the connection after an answer.
    Accepted {
        /// The call.
        call: CallId,
    },
    /// `call_connected`: both sides are in the call.
    Connected {
        /// The call.
        call: CallId,
    },
    /// `call_declined`: the visitor declined.
    Declined {
        /// The call.
        call: CallId,
    },
    /// `call_cancelled`: the side that requested the call withdrew it before it was taken.
    Cancelled {
        /// The call.
        call: CallId,
    },
    /// `call_missed`: it rang out.
    Missed {
        /// The call.
        call: CallId,
    },
    /// `call_ended`: it is over.
    Ended {
        /// The call.
        call: CallId,
    },
}

/// An order: money that came, or went back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OrderEvent {
    /// `order_placed`: an order was placed; of several of one order the first stands.
    Placed(PlacedOrder),
    /// `order_refunded`: part of the order's value went back.
    Refunded {
        /// The order.
        order: OrderId,
        /// How much, in the order's currency.
        amount: Amount,
    },
    /// `order_cancelled`: all that was left of its value went back.
    Cancelled {
        /// The order.
        order: OrderId,
    },
}

/// A satisfaction survey.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SurveyEvent {
    /// `survey_answered`: stars, a text, both or neither; several of one survey make one answer.
    Answered {
        /// The survey.
        survey: SurveyId,
        /// The conversation that it asks about.
        conversation: ConversationId,
        /// 1 to 5 stars, if given.
        rating: Option<Rating>,
        /// The visitor's words, if given.
        feedback: Option<Feedback>,
        /// How the form was left.
        outcome: SurveyOutcome,
    },
}

/// A visitor session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SessionEvent {
    /// `session_ended`: the session that the event names is over; without one, the derived session.
    Ended,
}

/// A human side: who may ask for a conversation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Initiator {
    /// The visitor: inbound.
    Visitor,
    /// An agent: proactive.
    Agent(AgentId),
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Author {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent(AgentId),
    /// A bot, an AI, an automatic message: never a participant. It opens nothing, answers nothing, and is no response.
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
    ($($event:ident => $family:ident),* $(,)?) => {$(
        impl From<$event> for EventKind {
            fn from(event: $event) -> Self {
                Self::$family(event)
            }
        }
    )*};
}

families! {
    WidgetEvent => Widget,
    ChatEvent => Chat,
    CallEvent => Call,
    OrderEvent => Order,
    SurveyEvent => Survey,
    SessionEvent => Session,
}
