//! The table of event types.
//!
//! Everything that depends on the list of event types is generated from the table at the end of this file: the types
//! and their names, the borrowed form of events, reading and writing in every format, the JSON schema and the tables in
//! the documentation. The fields themselves are in [`field`](super::field), the kinds of their values in [`value`].
//!
//! A new event type without new fields needs a variant of its family's enum in `kind.rs`, an entry here, and its
//! meaning in `journey/reading.rs`.

use std::fmt;
use std::str::FromStr;

use super::field::{Field, named};
use super::order::{PlacedOrder, Price};
use super::value::{self, IdText, Kind, OrZero, TypedAs, Value};
use super::wire::RawFields;
use super::{
    CallEvent, ChatEvent, CorrectionEvent, EventFamily, EventKind, OrderEvent, SessionEvent,
    SurveyEvent, VisitorEvent, WidgetEvent,
};
use crate::error::{FieldError, quoted};

/// Returns the note after a field's name in the documentation, by the kind of its value.
macro_rules! note {
    (OptionalText) => {
        " (optional)"
    };
    (Initiator) => {
        r#": `{"side":"visitor"}` or `{"side":"agent","agent":"…"}`"#
    };
    (Author) => {
        r#": `{"side":"visitor"}`, `{"side":"agent","agent":"…"}` or `{"side":"automation"}`"#
    };
    (Target) => {
        ": `widget` (default) or `chat_notification`"
    };
    (OptionalCurrency) => {
        " (optional)"
    };
    (AmountOrZero) => {
        " (optional, default 0)"
    };
    (OptionalRating) => {
        " (optional, 1 to 5)"
    };
    (Outcome) => {
        ": `submitted` or `closed`"
    };
    ($other:ident) => {
        ""
    };
}

/// The fields of a type as the documentation lists them.
macro_rules! listed {
    () => { "" };
    ($first:ident: $first_kind:ident $(, $field:ident: $kind:ident)*) => {
        concat!("`", stringify!($first), "`", note!($first_kind) $(, ", `", stringify!($field), "`", note!($kind))*)
    };
}

/// Generates [`EventType`], [`EventData`] and the conversions from the table of event types.
///
/// An entry is: variant of `EventType` and `EventData`, name in JSON, variant of `EventKind` with the typed event, and
/// the fields, each with the kind of its value. The typed event is used as a pattern and as an expression.
macro_rules! events {
    ($(
        $type:ident = $name:literal:
            $family:ident($event:ident::$variant:ident $($typed:tt)*) { $($field:ident: $kind:ident),* $(,)? }
    )*) => {
        /// The types of events, in rank order: if two events have the same instant and `seq`, the one with the lesser
        /// type comes first.
        ///
        /// | type | event | its own fields |
        /// | --- | --- | --- |
        $(#[doc = concat!(
            "| `", $name, "` | [`", stringify!($event), "::", stringify!($variant), "`] | ",
            listed!($($field: $kind),*), " |"
        )])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventType {
            $(
                #[doc = concat!("`", $name, "`: see [`", stringify!($event), "::", stringify!($variant), "`].")]
                $type,
            )*
        }

        impl EventType {
            /// Every type, in rank order.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$type),*];

            /// Returns the name in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$type => $name,)*
                }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$type),)*
                    _ => None,
                }
            }

            /// Returns the family.
            pub(crate) const fn family(self) -> EventFamily {
                match self {
                    $(Self::$type => EventFamily::$family,)*
                }
            }

            /// Returns the type's own fields.
            #[cfg(any(feature = "schema", all(test, feature = "json")))]
            pub(super) const fn fields(self) -> &'static [(Field, value::ValueKind)] {
                match self {
                    $(Self::$type => const {
                        &[$((named::$field, value::ValueKind::$kind)),*]
                    },)*
                }
            }

            /// Returns the type's row in the README's table.
            #[cfg(test)]
            const fn documented(self) -> &'static str {
                match self {
                    $(Self::$type => concat!("| `", $name, "` | ", listed!($($field: $kind),*), " |\n"),)*
                }
            }
        }

        impl EventKind {
            /// Returns the type: the name in JSON, and the rank.
            #[must_use]
            pub const fn event_type(&self) -> EventType {
                match self {
                    $(Self::$family($event::$variant { .. }) => EventType::$type,)*
                }
            }

            /// Returns the same data, borrowed.
            pub(crate) fn data<'a, I: From<&'a str>>(&'a self) -> EventData<I, &'a str> {
                match self {
                    $(Self::$family($event::$variant $($typed)*) => EventData::$type {
                        $($field: <value::$kind as TypedAs<_>>::borrowed::<I>($field)),*
                    },)*
                }
            }
        }

        /// The data of an event, flat and borrowed, with ids and texts of any form.
        ///
        /// Ids that belong to one visitor are an `I`; texts that visitors share (agents, triggers, messages, links) are
        /// an `L`.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub(crate) enum EventData<I, L> {
            $($type { $($field: <value::$kind as Kind>::Value<I, L>),* },)*
        }

        impl<I, L> EventData<I, L> {
            pub(crate) const fn event_type(&self) -> EventType {
                match self {
                    $(Self::$type { .. } => EventType::$type,)*
                }
            }

            /// Converts the ids and texts.
            pub(crate) fn map<J, M>(
                self,
                mut id: impl FnMut(I) -> J,
                mut text: impl FnMut(L) -> M,
            ) -> EventData<J, M> {
                // Types without ids and texts use neither.
                let (_id, _text) = (&mut id, &mut text);
                match self {
                    $(Self::$type { $($field),* } => EventData::$type {
                        $($field: value::$kind::map($field, _id, _text)),*
                    },)*
                }
            }

            /// Calls `f` with each of the type's own fields, up to the first error.
            pub(crate) fn try_for_each<E>(
                self,
                mut f: impl FnMut(Field, Value<I, L>) -> Result<(), E>,
            ) -> Result<(), E> {
                match self {
                    $(Self::$type { $($field),* } => {
                        $(f(named::$field, Value::$kind($field))?;)*
                    })*
                }
                Ok(())
            }
        }

        impl<'a, I: From<&'a str>> EventData<I, &'a str> {
            /// Checks the fields of an event of this type.
            #[inline]
            pub(super) fn check(event_type: EventType, fields: &RawFields<'a>) -> Result<Self, FieldError> {
                Ok(match event_type {
                    $(EventType::$type => Self::$type {
                        $($field: <value::$kind as Kind>::check::<I>(fields, named::$field)?),*
                    },)*
                })
            }
        }

        impl<I: IdText> From<EventData<I, &str>> for EventKind {
            fn from(data: EventData<I, &str>) -> Self {
                match data {
                    $(EventData::$type { $($field),* } => {
                        $(let $field = <value::$kind as TypedAs<_>>::typed::<I>($field);)*
                        Self::$family($event::$variant $($typed)*)
                    })*
                }
            }
        }
    };
}

/// Calls a macro with the table of event types.
macro_rules! event_types {
    ($generate:ident) => {
        // The order is the rank. Snapshots hold it: another order is another `SNAPSHOT_VERSION`.
        $generate! {
            WidgetImpression = "widget_impression": Widget(WidgetEvent::Impression) {}
            WidgetClicked = "widget_clicked": Widget(WidgetEvent::Clicked { target }) { target: Target }
            AutoMessageClicked = "auto_message_clicked":
                Widget(WidgetEvent::AutoMessageClicked { trigger, auto_message, url })
                { trigger: SharedId, auto_message: SharedId, url: OptionalText }
            ChatRequested = "chat_requested": Chat(ChatEvent::Requested { conversation, by })
                { conversation: OwnId, by: Initiator }
            CallRequested = "call_requested": Call(CallEvent::Requested { conversation, call, by })
                { conversation: OwnId, call: OwnId, by: Initiator }
            AgentAssigned = "agent_assigned": Chat(ChatEvent::AgentAssigned { conversation, agent })
                { conversation: OwnId, agent: SharedId }
            MessageSent = "message_sent": Chat(ChatEvent::MessageSent { conversation, by })
                { conversation: OwnId, by: Author }
            CallAnswered = "call_answered": Call(CallEvent::Answered { call, agent }) { call: OwnId, agent: SharedId }
            CallAccepted = "call_accepted": Call(CallEvent::Accepted { call }) { call: OwnId }
            CallConnected = "call_connected": Call(CallEvent::Connected { call }) { call: OwnId }
            CallDeclined = "call_declined": Call(CallEvent::Declined { call }) { call: OwnId }
            CallCancelled = "call_cancelled": Call(CallEvent::Cancelled { call }) { call: OwnId }
            CallMissed = "call_missed": Call(CallEvent::Missed { call }) { call: OwnId }
            CallEnded = "call_ended": Call(CallEvent::Ended { call }) { call: OwnId }
            OrderPlaced = "order_placed":
                Order(OrderEvent::Placed(PlacedOrder { order, price: Price { currency, subtotal, discount, included_tax } }))
                { order: OwnId, currency: Currency, subtotal: Amount, discount: AmountOrZero, included_tax: AmountOrZero }
            OrderRefunded = "order_refunded":
                Order(OrderEvent::Refunded { order, currency, amount })
                { order: OwnId, currency: OptionalCurrency, amount: Amount }
            OrderCancelled = "order_cancelled": Order(OrderEvent::Cancelled { order }) { order: OwnId }
            SurveyAnswered = "survey_answered":
                Survey(SurveyEvent::Answered { survey, conversation, rating, feedback, outcome })
                { survey: OwnId, conversation: OwnId, rating: OptionalRating, feedback: OptionalText, outcome: Outcome }
            SessionEnded = "session_ended": Session(SessionEvent::Ended) {}
            VisitorLinked = "visitor_linked": Visitor(VisitorEvent::Linked { to }) { to: OwnId }
            Retracted = "retracted": Correction(CorrectionEvent::Retracted) {}
        }
    };
}
pub(crate) use event_types;

event_types!(events);

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventType {
    type Err = FieldError;

    /// Returns the type of this name in JSON.
    fn from_str(name: &str) -> Result<Self, FieldError> {
        Self::from_name(name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            FieldError::new("type", quoted(name), format!("one of {names}"))
        })
    }
}

impl<I, L> EventData<I, L> {
    /// Returns the price of an order that was placed.
    pub(crate) fn price(&self) -> Option<Price> {
        match *self {
            Self::OrderPlaced {
                currency,
                subtotal,
                discount: OrZero(discount),
                included_tax: OrZero(included_tax),
                ..
            } => Some(Price {
                currency,
                subtotal,
                discount,
                included_tax,
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readme_has_the_table_of_event_types() {
        let rows: String = EventType::ALL.map(EventType::documented).concat();
        let table = format!("| `type` | its own fields |\n| --- | --- |\n{rows}");
        let readme = include_str!("../../README.md");
        assert!(
            readme.contains(&table),
            "README.md must contain:\n\n{table}"
        );
    }

    #[test]
    fn names_of_types_and_fields_are_distinct() {
        let mut names = EventType::ALL.map(EventType::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        let mut names = Field::ALL.map(Field::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
