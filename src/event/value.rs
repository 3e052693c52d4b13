//! The kinds of values that the fields of event types hold.
//!
//! A kind says once how its values look in each form of an event: typed ([`EventKind`](super::EventKind)), borrowed
//! ([`EventData`](super::EventData)) and checked from [`RawFields`]. Formats are written from a [`Value`].

use serde::Serialize;

use super::field::Field;
use super::wire::RawFields;
use super::{Author as TypedAuthor, ClickTarget, Initiator as TypedInitiator, SurveyOutcome};
use crate::error::FieldError;
use crate::event::survey::Rating as Stars;
use crate::id::Trusted;
use crate::money::{Amount as TypedAmount, Currency as TypedCurrency};
use crate::name::Name;

/// The human side of a conversation: the visitor or an agent. The borrowed form of [`Initiator`](TypedInitiator).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person<L> {
    Visitor,
    Agent(L),
}

impl<L> Person<L> {
    pub(crate) fn map<M>(self, text: impl FnOnce(L) -> M) -> Person<M> {
        match self {
            Self::Visitor => Person::Visitor,
            Self::Agent(agent) => Person::Agent(text(agent)),
        }
    }
}

/// The object of `by`: the name of the side, and the agent.
#[derive(Serialize)]
pub(super) struct Side<'a> {
    pub(super) side: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<&'a str>,
}

/// Returns the side; `None` is automation.
pub(super) fn side(by: Option<Person<&str>>) -> Side<'_> {
    let (side, agent) = match by {
        Some(Person::Visitor) => ("visitor", None),
        Some(Person::Agent(agent)) => ("agent", Some(agent)),
        None => ("automation", None),
    };
    Side { side, agent }
}

/// An amount that is 0 if it is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OrZero(pub(crate) TypedAmount);

/// One kind of value.
pub(crate) trait Kind {
    /// The borrowed value. Ids of the visitor's own are an `I`; texts that visitors share are an `L`.
    type Value<I, L>;

    /// Checks a raw field.
    fn check<'a, I: From<&'a str>>(
        fields: &RawFields<'a>,
        field: Field,
    ) -> Result<Self::Value<I, &'a str>, FieldError>;

    /// Converts the ids and texts of a value.
    fn map<I, L, J, M>(
        value: Self::Value<I, L>,
        id: &mut impl FnMut(I) -> J,
        text: &mut impl FnMut(L) -> M,
    ) -> Self::Value<J, M>;
}

/// A kind whose typed form can be a `T`.
pub(crate) trait TypedAs<T>: Kind {
    fn typed<I: IdText>(value: Self::Value<I, &str>) -> T;

    fn borrowed<'a, I: From<&'a str>>(typed: &'a T) -> Self::Value<I, &'a str>;
}

/// The text of an id in one of its borrowed forms.
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

/// Implements [`Kind`]: the borrowed value, the method that checks it, and how a value is mapped.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $kind:ident: $value:ty, $check:ident, |$from:pat_param, $id:pat_param, $text:pat_param| $map:expr;
    )*) => {
        /// The kinds as data, to describe event types.
        #[cfg(any(feature = "schema", all(test, feature = "json")))]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ValueKind {
            $($kind,)*
        }

        /// A value of any kind.
        pub(crate) enum Value<I, L> {
            $($kind($value),)*
        }

        $(
            $(#[$doc])*
            pub(crate) struct $kind;

            impl Kind for $kind {
                type Value<I, L> = $value;

                #[inline]
                fn check<'a, I: From<&'a str>>(
                    fields: &RawFields<'a>,
                    field: Field,
                ) -> Result<Self::Value<I, &'a str>, FieldError> {
                    fields.$check(field)
                }

                #[inline]
                fn map<I, L, J, M>(
                    $from: Self::Value<I, L>,
                    $id: &mut impl FnMut(I) -> J,
                    $text: &mut impl FnMut(L) -> M,
                ) -> Self::Value<J, M> {
                    $map
                }
            }
        )*
    };
}

kinds! {
    /// An id that one visitor's events share: of a conversation, a call, an order, a survey. Also the id of another
    /// visitor.
    OwnId: I, own_id, |value, id, _| id(value);
    /// An id that visitors share: of an agent, a trigger, an automatic message.
    SharedId: L, shared_id, |value, _, text| text(value);
    /// A text that may be absent.
    OptionalText: Option<L>, optional_text, |value, _, text| value.map(text);
    /// The visitor or an agent.
    Initiator: Person<L>, initiator, |value, _, text| value.map(text);
    /// The visitor, an agent or automation.
    Author: Option<Person<L>>, author, |value, _, text| value.map(|by| by.map(text));
    /// The target of a click.
    Target: ClickTarget, target, |value, _, _| value;
    /// The currency of all amounts of the event.
    Currency: TypedCurrency, currency, |value, _, _| value;
    /// The currency of the event's amounts, if it is not known from another event.
    OptionalCurrency: Option<TypedCurrency>, optional_currency, |value, _, _| value;
    /// An amount.
    Amount: TypedAmount, required_amount, |value, _, _| value;
    /// An amount that is 0 if it is absent.
    AmountOrZero: OrZero, amount_or_zero, |value, _, _| value;
    /// 1 to 5 stars, or none.
    OptionalRating: Option<Stars>, rating, |value, _, _| value;
    /// The outcome of a survey.
    Outcome: SurveyOutcome, outcome, |value, _, _| value;
}

#[cfg(any(feature = "schema", all(test, feature = "json")))]
impl ValueKind {
    /// Returns whether the field has to be present in JSON.
    pub(super) const fn is_required(self) -> bool {
        !matches!(
            self,
            Self::OptionalText
                | Self::Target
                | Self::OptionalCurrency
                | Self::AmountOrZero
                | Self::OptionalRating
        )
    }
}

impl<T: Trusted> TypedAs<T> for OwnId {
    fn typed<I: IdText>(value: I) -> T {
        value.typed()
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a T) -> I {
        typed.as_ref().into()
    }
}

impl<T: Trusted> TypedAs<T> for SharedId {
    fn typed<I: IdText>(value: &str) -> T {
        T::trusted(value)
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a T) -> &'a str {
        typed.as_ref()
    }
}

impl<T: Trusted> TypedAs<Option<T>> for OptionalText {
    fn typed<I: IdText>(value: Option<&str>) -> Option<T> {
        value.map(T::trusted)
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a Option<T>) -> Option<&'a str> {
        typed.as_ref().map(T::as_ref)
    }
}

impl TypedAs<TypedAmount> for AmountOrZero {
    fn typed<I: IdText>(value: OrZero) -> TypedAmount {
        value.0
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a TypedAmount) -> OrZero {
        OrZero(*typed)
    }
}

impl TypedAs<TypedInitiator> for Initiator {
    fn typed<I: IdText>(value: Person<&str>) -> TypedInitiator {
        match value {
            Person::Visitor => TypedInitiator::Visitor,
            Person::Agent(agent) => TypedInitiator::Agent(Trusted::trusted(agent)),
        }
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a TypedInitiator) -> Person<&'a str> {
        match typed {
            TypedInitiator::Visitor => Person::Visitor,
            TypedInitiator::Agent(agent) => Person::Agent(agent.as_str()),
        }
    }
}

impl TypedAs<TypedAuthor> for Author {
    fn typed<I: IdText>(value: Option<Person<&str>>) -> TypedAuthor {
        let by = value.map(Initiator::typed::<I>);
        by.map_or(TypedAuthor::Automation, TypedAuthor::from)
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a TypedAuthor) -> Option<Person<&'a str>> {
        match typed {
            TypedAuthor::Visitor => Some(Person::Visitor),
            TypedAuthor::Agent(agent) => Some(Person::Agent(agent.as_str())),
            TypedAuthor::Automation => None,
        }
    }
}

/// Implements [`TypedAs`] for kinds whose value is the same in all forms.
macro_rules! same_in_all_forms {
    ($($kind:ident: $value:ty),* $(,)?) => {$(
        impl TypedAs<$value> for $kind {
            fn typed<I: IdText>(value: $value) -> $value {
                value
            }

            fn borrowed<'a, I: From<&'a str>>(typed: &'a $value) -> $value {
                *typed
            }
        }
    )*};
}

same_in_all_forms! {
    Target: ClickTarget,
    Currency: TypedCurrency,
    OptionalCurrency: Option<TypedCurrency>,
    Amount: TypedAmount,
    OptionalRating: Option<Stars>,
    Outcome: SurveyOutcome,
}
