//! One event as a row of a table.

use rust_decimal::Decimal;

use super::wire::Slots;
use super::{
    Author, CallEvent, ChatEvent, ClickTarget, Event, EventKind, Initiator, OrderEvent, Parts,
    SessionEvent, SurveyEvent, SurveyOutcome, WidgetEvent,
};
use crate::error::FieldError;
use crate::id::AgentId;
use crate::money::Amount;
use crate::name::Name;

macro_rules! row {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        /// One event as a row of a table, borrowed: a column for each field of any type, `None` where it has none. It is
        /// checked as the flat JSON object is, but for three columns that are other than there:
        ///
        /// | column | holds |
        /// | --- | --- |
        /// | `at` | microseconds from 1970 in UTC, not a text |
        /// | `by` | the side alone: `visitor`, `agent` or `automation` |
        /// | `agent` | the agent, also of `by` |
        ///
        /// Columns that the event's type does not have are passed over; so is an empty `page`, `url` or `feedback`.
        ///
        /// ```
        /// use convometrics::{Arrival, EventRow, Ledger};
        ///
        /// let row = EventRow {
        ///     id: Some("1"),
        ///     at: Some(1_772_442_000_000_000), // 2026-03-02T09:00:00Z
        ///     visitor: Some("ann"),
        ///     seq: Some(0),
        ///     event_type: Some("message_sent"),
        ///     conversation: Some("c1"),
        ///     by: Some("agent"),
        ///     agent: Some("ada"),
        ///     ..EventRow::default()
        /// };
        /// let event = row.event()?;
        /// assert_eq!(event.at().to_string(), "2026-03-02 09:00:00 UTC");
        /// assert_eq!(EventRow::of(&event), row);
        ///
        /// let error = EventRow { agent: None, ..row }.event().unwrap_err();
        /// assert_eq!(error.to_string(), "`agent` is missing; allowed: text of 1 to 255 bytes");
        ///
        /// let mut ledger = Ledger::new();
        /// assert_eq!(ledger.record_row(&row)?, Arrival::New);
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct EventRow<'a> {
            $($(#[$doc])* pub $name: Option<$type>,)*
        }
    };
}

row! {
    /// `id`.
    id: &'a str,
    /// `at`, in microseconds from 1970-01-01T00:00:00Z.
    at: i64,
    /// `visitor`.
    visitor: &'a str,
    /// `seq`.
    seq: i64,
    /// `session`.
    session: &'a str,
    /// `page`.
    page: &'a str,
    /// `type`, by its name.
    event_type: &'a str,
    /// `target`.
    target: &'a str,
    /// `trigger`.
    trigger: &'a str,
    /// `auto_message`.
    auto_message: &'a str,
    /// `url`.
    url: &'a str,
    /// `conversation`.
    conversation: &'a str,
    /// `call`.
    call: &'a str,
    /// The side of `by`: `visitor`, `agent` or `automation`.
    by: &'a str,
    /// `agent`, or the agent of `by`.
    agent: &'a str,
    /// `order`.
    order: &'a str,
    /// `currency`.
    currency: &'a str,
    /// `subtotal`.
    subtotal: Decimal,
    /// `discount`.
    discount: Decimal,
    /// `included_tax`.
    included_tax: Decimal,
    /// `amount`.
    amount: Decimal,
    /// `survey`.
    survey: &'a str,
    /// `rating`.
    rating: i64,
    /// `feedback`.
    feedback: &'a str,
    /// `outcome`.
    outcome: &'a str,
}

impl<'a> EventRow<'a> {
    /// The checked event.
    ///
    /// # Errors
    /// A [`FieldError`] with the column, the value found and what is allowed.
    pub fn event(&self) -> Result<Event, FieldError> {
        Slots::of_row(self).check::<&str>().map(Event::from)
    }

    pub(crate) fn parts(&self) -> Result<Parts<'a, Name<'a>>, FieldError> {
        Slots::of_row(self).check()
    }

    /// The row of an event. Fields that have their defaults stand there all the same: `seq` 0, `target` `widget`, and no
    /// discount or tax.
    #[must_use]
    pub fn of(event: &'a Event) -> Self {
        let row = Self {
            id: Some(event.id().as_str()),
            at: Some(event.at.micros()),
            visitor: Some(event.visitor().as_str()),
            seq: Some(event.seq().into()),
            session: event.session().map(AsRef::as_ref),
            page: event.page().map(AsRef::as_ref),
            event_type: Some(event.kind().event_type().name()),
            ..Self::default()
        };
        match event.kind() {
            EventKind::Widget(event) => row.of_widget(event),
            EventKind::Chat(event) => row.of_chat(event),
            EventKind::Call(event) => row.of_call(event),
            EventKind::Order(event) => row.of_order(event),
            EventKind::Survey(SurveyEvent::Answered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            }) => Self {
                survey: Some(survey.as_str()),
                conversation: Some(conversation.as_str()),
                rating: rating.map(|rating| rating.stars().into()),
                feedback: feedback.as_ref().map(AsRef::as_ref),
                outcome: Some(match outcome {
                    SurveyOutcome::Submitted => "submitted",
                    SurveyOutcome::Closed => "closed",
                }),
                ..row
            },
            EventKind::Session(SessionEvent::Ended) => row,
        }
    }

    fn of_widget(self, event: &'a WidgetEvent) -> Self {
        match event {
            WidgetEvent::Impression => self,
            WidgetEvent::Clicked { target } => Self {
                target: Some(match target {
                    ClickTarget::Widget => "widget",
                    ClickTarget::ChatNotification => "chat_notification",
                }),
                ..self
            },
            WidgetEvent::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => Self {
                trigger: Some(trigger.as_str()),
                auto_message: Some(auto_message.as_str()),
                url: url.as_ref().map(AsRef::as_ref),
                ..self
            },
        }
    }

    fn by(self, agent: Option<&'a AgentId>) -> Self {
        Self {
            by: Some(if agent.is_some() { "agent" } else { "visitor" }),
            agent: agent.map(AsRef::as_ref),
            ..self
        }
    }

    fn by_participant(self, by: &'a Initiator) -> Self {
        match by {
            Initiator::Visitor => self.by(None),
            Initiator::Agent(agent) => self.by(Some(agent)),
        }
    }

    fn of_chat(self, event: &'a ChatEvent) -> Self {
        let of = |conversation| Self {
            conversation: Some(conversation),
            ..self
        };
        match event {
            ChatEvent::Requested { conversation, by } => {
                of(conversation.as_str()).by_participant(by)
            }
            ChatEvent::AgentAssigned {
                conversation,
                agent,
            } => Self {
                agent: Some(agent.as_str()),
                ..of(conversation.as_str())
            },
            ChatEvent::MessageSent { conversation, by } => {
                let row = of(conversation.as_str());
                match by {
                    Author::Visitor => row.by(None),
                    Author::Agent(agent) => row.by(Some(agent)),
                    Author::Automation => Self {
                        by: Some("automation"),
                        ..row
                    },
                }
            }
        }
    }

    fn of_call(self, event: &'a CallEvent) -> Self {
        let (call, row) = match event {
            CallEvent::Requested {
                conversation,
                call,
                by,
            } => {
                let row = self.by_participant(by);
                let conversation = Some(conversation.as_str());
                (
                    call,
                    Self {
                        conversation,
                        ..row
                    },
                )
            }
            CallEvent::Answered { call, agent } => {
                let agent = Some(agent.as_str());
                (call, Self { agent, ..self })
            }
            CallEvent::Accepted { call }
            | CallEvent::Connected { call }
            | CallEvent::Declined { call }
            | CallEvent::Cancelled { call }
            | CallEvent::Missed { call }
            | CallEvent::Ended { call } => (call, self),
        };
        Self {
            call: Some(call.as_str()),
            ..row
        }
    }

    fn of_order(self, event: &'a OrderEvent) -> Self {
        match event {
            OrderEvent::Placed(placed) => Self {
                order: Some(placed.order.as_str()),
                currency: Some(placed.price.currency.code()),
                subtotal: Some(placed.price.subtotal.to_decimal()),
                discount: Some(placed.price.discount.to_decimal()),
                included_tax: Some(placed.price.included_tax.to_decimal()),
                ..self
            },
            OrderEvent::Refunded { order, amount } => Self {
                order: Some(order.as_str()),
                amount: Some(amount.to_decimal()),
                ..self
            },
            OrderEvent::Cancelled { order } => Self {
                order: Some(order.as_str()),
                ..self
            },
        }
    }
}

impl Amount {
    /// The amount of a column.
    pub(super) fn of_column(name: &'static str, decimal: Decimal) -> Result<Self, FieldError> {
        Self::new(decimal).map_err(|_| {
            let allowed = "a decimal from 0 to below 1000000000000 with at most 6 decimal places";
            FieldError::new(name, decimal, allowed)
        })
    }
}
