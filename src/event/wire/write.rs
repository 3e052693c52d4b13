//! From an event to its flat object.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::event::{
    Author, CallEvent, ChatEvent, ClickTarget, Event, EventKind, Initiator, OrderEvent,
    PlacedOrder, SessionEvent, SurveyEvent, WidgetEvent,
};
use crate::id::AgentId;
use crate::money::{Amount, ExactSum};
use crate::time::utc_text;

impl Serialize for Event {
    /// Writes the flat object: absent and default fields left out, instants in UTC, money as strings.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("at", &utc_text(self.at.to_utc()))?;
        map.serialize_entry("visitor", &self.visitor)?;
        if self.seq != 0 {
            map.serialize_entry("seq", &self.seq)?;
        }
        optional(&mut map, "session", self.session.as_ref())?;
        optional(&mut map, "page", self.page.as_ref())?;
        map.serialize_entry("type", self.kind.event_type().name())?;
        match &self.kind {
            EventKind::Widget(event) => widget(&mut map, event)?,
            EventKind::Chat(event) => chat(&mut map, event)?,
            EventKind::Call(event) => call(&mut map, event)?,
            EventKind::Order(event) => order(&mut map, event)?,
            EventKind::Survey(SurveyEvent::Answered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            }) => {
                map.serialize_entry("survey", survey)?;
                map.serialize_entry("conversation", conversation)?;
                optional(&mut map, "rating", rating.as_ref())?;
                optional(&mut map, "feedback", feedback.as_ref())?;
                map.serialize_entry("outcome", outcome)?;
            }
            EventKind::Session(SessionEvent::Ended) => {}
        }
        map.end()
    }
}

fn optional<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

fn widget<M: SerializeMap>(map: &mut M, event: &WidgetEvent) -> Result<(), M::Error> {
    match event {
        WidgetEvent::Impression
        | WidgetEvent::Clicked {
            target: ClickTarget::Widget,
        } => Ok(()),
        WidgetEvent::Clicked {
            target: ClickTarget::ChatNotification,
        } => map.serialize_entry("target", "chat_notification"),
        WidgetEvent::AutoMessageClicked {
            trigger,
            auto_message,
            url,
        } => {
            map.serialize_entry("trigger", trigger)?;
            map.serialize_entry("auto_message", auto_message)?;
            optional(map, "url", url.as_ref())
        }
    }
}

fn chat<M: SerializeMap>(map: &mut M, event: &ChatEvent) -> Result<(), M::Error> {
    match event {
        ChatEvent::Requested { conversation, by } => {
            map.serialize_entry("conversation", conversation)?;
            map.serialize_entry("by", &SideJson::from(by))
        }
        ChatEvent::AgentAssigned {
            conversation,
            agent,
        } => {
            map.serialize_entry("conversation", conversation)?;
            map.serialize_entry("agent", agent)
        }
        ChatEvent::MessageSent { conversation, by } => {
            map.serialize_entry("conversation", conversation)?;
            map.serialize_entry("by", &SideJson::from(by))
        }
    }
}

fn call<M: SerializeMap>(map: &mut M, event: &CallEvent) -> Result<(), M::Error> {
    match event {
        CallEvent::Requested {
            conversation,
            call,
            by,
        } => {
            map.serialize_entry("conversation", conversation)?;
            map.serialize_entry("call", call)?;
            map.serialize_entry("by", &SideJson::from(by))
        }
        CallEvent::Answered { call, agent } => {
            map.serialize_entry("call", call)?;
            map.serialize_entry("agent", agent)
        }
        CallEvent::Accepted { call }
        | CallEvent::Connected { call }
        | CallEvent::Declined { call }
        | CallEvent::Cancelled { call }
        | CallEvent::Missed { call }
        | CallEvent::Ended { call } => map.serialize_entry("call", call),
    }
}

fn order<M: SerializeMap>(map: &mut M, event: &OrderEvent) -> Result<(), M::Error> {
    match event {
        OrderEvent::Placed(PlacedOrder { order, price }) => {
            let text = |amount: Amount| ExactSum::from(amount).to_text(price.currency.minor_unit());
            map.serialize_entry("order", order)?;
            map.serialize_entry("currency", &price.currency)?;
            map.serialize_entry("subtotal", &text(price.subtotal))?;
            for (name, amount) in [
                ("discount", price.discount),
                ("included_tax", price.included_tax),
            ] {
                if !amount.is_zero() {
                    map.serialize_entry(name, &text(amount))?;
                }
            }
            Ok(())
        }
        OrderEvent::Refunded { order, amount } => {
            map.serialize_entry("order", order)?;
            map.serialize_entry("amount", &amount.to_string())
        }
        OrderEvent::Cancelled { order } => map.serialize_entry("order", order),
    }
}

/// A side as the wire has it.
#[derive(serde::Serialize)]
#[serde(tag = "side", rename_all = "snake_case")]
enum SideJson<'a> {
    Visitor,
    Agent { agent: &'a AgentId },
    Automation,
}

impl<'a> From<&'a Author> for SideJson<'a> {
    fn from(side: &'a Author) -> Self {
        match side {
            Author::Visitor => Self::Visitor,
            Author::Agent(agent) => Self::Agent { agent },
            Author::Automation => Self::Automation,
        }
    }
}

impl<'a> From<&'a Initiator> for SideJson<'a> {
    fn from(participant: &'a Initiator) -> Self {
        match participant {
            Initiator::Visitor => Self::Visitor,
            Initiator::Agent(agent) => Self::Agent { agent },
        }
    }
}
