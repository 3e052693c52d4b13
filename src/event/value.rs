//! The kinds of values that the fields of event types hold.
//!
//! A kind says once how its values look in each form of an event: typed ([`EventKind`](super::EventKind)), borrowed
//! ([`EventData`](super::EventData)), read from a [`FieldSource`] and written to a [`FieldSink`]. A format of events
//! (JSON, rows, the payload of the ledger) is a source, a sink or both, with one method for each kind.

use super::field::Field;
use super::{Author as TypedAuthor, ClickTarget, Initiator as TypedInitiator, SurveyOutcome};
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

/// The kinds as data, to describe event types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    OwnId,
    SharedId,
    OptionalText,
    Initiator,
    Author,
    Target,
    Currency,
    Amount,
    AmountOrZero,
    OptionalRating,
    Outcome,
}

impl ValueKind {
    /// Returns whether the field has to be present in JSON.
    #[cfg(any(feature = "schema", all(test, feature = "json")))]
    pub(super) const fn is_required(self) -> bool {
        match self {
            Self::OwnId
            | Self::SharedId
            | Self::Initiator
            | Self::Author
            | Self::Currency
            | Self::Amount
            | Self::Outcome => true,
            Self::OptionalText | Self::Target | Self::AmountOrZero | Self::OptionalRating => false,
        }
    }
}

/// One kind of value.
pub(crate) trait Kind {
    const KIND: ValueKind;

    /// The borrowed value. Ids of the visitor's own are an `I`; texts that visitors share are an `L`.
    type Value<I, L>;

    fn read<S: FieldSource>(
        source: &mut S,
        field: Field,
    ) -> Result<Self::Value<S::Id, S::Text>, S::Error>;

    fn write<I, L, S: FieldSink<I, L>>(
        value: Self::Value<I, L>,
        sink: &mut S,
        field: Field,
    ) -> Result<(), S::Error>;

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

/// Reads the fields of one event, in the order of the table of event types.
pub(crate) trait FieldSource {
    type Id;
    type Text;
    type Error;

    fn own_id(&mut self, field: Field) -> Result<Self::Id, Self::Error>;
    fn shared_id(&mut self, field: Field) -> Result<Self::Text, Self::Error>;
    fn optional_text(&mut self, field: Field) -> Result<Option<Self::Text>, Self::Error>;
    fn initiator(&mut self, field: Field) -> Result<Person<Self::Text>, Self::Error>;
    /// `None` is automation.
    fn author(&mut self, field: Field) -> Result<Option<Person<Self::Text>>, Self::Error>;
    fn target(&mut self, field: Field) -> Result<ClickTarget, Self::Error>;
    fn currency(&mut self, field: Field) -> Result<TypedCurrency, Self::Error>;
    fn amount(&mut self, field: Field) -> Result<TypedAmount, Self::Error>;
    fn amount_or_zero(&mut self, field: Field) -> Result<TypedAmount, Self::Error>;
    fn optional_rating(&mut self, field: Field) -> Result<Option<Stars>, Self::Error>;
    fn outcome(&mut self, field: Field) -> Result<SurveyOutcome, Self::Error>;
}

/// Takes the fields of one event, in the order of the table of event types.
pub(crate) trait FieldSink<I, L> {
    type Error;

    fn own_id(&mut self, field: Field, id: I) -> Result<(), Self::Error>;
    fn shared_id(&mut self, field: Field, id: L) -> Result<(), Self::Error>;
    fn optional_text(&mut self, field: Field, text: Option<L>) -> Result<(), Self::Error>;
    fn initiator(&mut self, field: Field, by: Person<L>) -> Result<(), Self::Error>;
    /// `None` is automation.
    fn author(&mut self, field: Field, by: Option<Person<L>>) -> Result<(), Self::Error>;
    fn target(&mut self, field: Field, target: ClickTarget) -> Result<(), Self::Error>;
    fn currency(&mut self, field: Field, currency: TypedCurrency) -> Result<(), Self::Error>;
    fn amount(&mut self, field: Field, amount: TypedAmount) -> Result<(), Self::Error>;
    fn amount_or_zero(&mut self, field: Field, amount: TypedAmount) -> Result<(), Self::Error>;
    fn optional_rating(&mut self, field: Field, rating: Option<Stars>) -> Result<(), Self::Error>;
    fn outcome(&mut self, field: Field, outcome: SurveyOutcome) -> Result<(), Self::Error>;
}

/// Implements [`Kind`]: the borrowed value, the method of sources and sinks, and how a value is mapped.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $kind:ident($I:ident, $L:ident): $value:ty, $method:ident, |$from:pat_param, $id:pat_param, $text:pat_param| $map:expr;
    )*) => {$(
        $(#[$doc])*
        pub(crate) struct $kind;

        impl Kind for $kind {
            const KIND: ValueKind = ValueKind::$kind;

            type Value<$I, $L> = $value;

            #[inline]
            fn read<S: FieldSource>(
                source: &mut S,
                field: Field,
            ) -> Result<Self::Value<S::Id, S::Text>, S::Error> {
                source.$method(field)
            }

            #[inline]
            fn write<I, L, S: FieldSink<I, L>>(
                value: Self::Value<I, L>,
                sink: &mut S,
                field: Field,
            ) -> Result<(), S::Error> {
                sink.$method(field, value)
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
    )*};
}

kinds! {
    /// An id that one visitor's events share: of a conversation, a call, an order, a survey.
    OwnId(I, L): I, own_id, |value, id, _| id(value);
    /// An id that visitors share: of an agent, a trigger, an automatic message.
    SharedId(I, L): L, shared_id, |value, _, text| text(value);
    /// A text that may be absent.
    OptionalText(I, L): Option<L>, optional_text, |value, _, text| value.map(text);
    /// The visitor or an agent.
    Initiator(I, L): Person<L>, initiator, |value, _, text| value.map(text);
    /// The visitor, an agent or automation.
    Author(I, L): Option<Person<L>>, author, |value, _, text| value.map(|by| by.map(text));
    /// The target of a click.
    Target(I, L): ClickTarget, target, |value, _, _| value;
    /// The currency of all amounts of the event.
    Currency(I, L): TypedCurrency, currency, |value, _, _| value;
    /// An amount.
    Amount(I, L): TypedAmount, amount, |value, _, _| value;
    /// An amount that is 0 if it is absent.
    AmountOrZero(I, L): TypedAmount, amount_or_zero, |value, _, _| value;
    /// 1 to 5 stars, or none.
    OptionalRating(I, L): Option<Stars>, optional_rating, |value, _, _| value;
    /// The outcome of a survey.
    Outcome(I, L): SurveyOutcome, outcome, |value, _, _| value;
}

impl<T: Trusted + AsRef<str>> TypedAs<T> for OwnId {
    fn typed<I: IdText>(value: I) -> T {
        value.typed()
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a T) -> I {
        typed.as_ref().into()
    }
}

impl<T: Trusted + AsRef<str>> TypedAs<T> for SharedId {
    fn typed<I: IdText>(value: &str) -> T {
        T::trusted(value)
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a T) -> &'a str {
        typed.as_ref()
    }
}

impl<T: Trusted + AsRef<str>> TypedAs<Option<T>> for OptionalText {
    fn typed<I: IdText>(value: Option<&str>) -> Option<T> {
        value.map(T::trusted)
    }

    fn borrowed<'a, I: From<&'a str>>(typed: &'a Option<T>) -> Option<&'a str> {
        typed.as_ref().map(T::as_ref)
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
        match value {
            Some(Person::Visitor) => TypedAuthor::Visitor,
            Some(Person::Agent(agent)) => TypedAuthor::Agent(Trusted::trusted(agent)),
            None => TypedAuthor::Automation,
        }
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
    Amount: TypedAmount,
    AmountOrZero: TypedAmount,
    OptionalRating: Option<Stars>,
    Outcome: SurveyOutcome,
}
