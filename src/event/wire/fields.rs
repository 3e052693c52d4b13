//! One event's object, taken but not checked.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::slots::{Slots, given_twice};
use crate::error::FieldError;
use crate::raw::{Name, Raw, first_repeated};

macro_rules! fields {
    ($($name:ident: $text:literal),* $(,)?) => {
        /// The known fields of all events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field { $($name),* }

        impl Field {
            pub(super) const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];
            pub(super) const COUNT: usize = Self::ALL.len();

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            pub(super) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

fields! {
    Id: "id", At: "at", Visitor: "visitor", Seq: "seq", Session: "session", Page: "page", Type: "type",
    Target: "target", Trigger: "trigger", AutoMessage: "auto_message", Url: "url",
    Conversation: "conversation", By: "by", Call: "call", Agent: "agent", Order: "order",
    Currency: "currency", Subtotal: "subtotal", Discount: "discount", IncludedTax: "included_tax",
    Amount: "amount", Survey: "survey", Rating: "rating", Feedback: "feedback", Outcome: "outcome",
}

/// How a value is taken from a format: as the format hands it out, or as it was written.
pub(in crate::event) trait Source {
    fn next_value<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Raw<'de>, A::Error>;
}

/// What the format hands out. For a JSON number with a fraction that is a double.
pub(super) struct AsHandedOut;

impl Source for AsHandedOut {
    fn next_value<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Raw<'de>, A::Error> {
        entries.next_value()
    }
}

/// One event's object, taken but not checked.
#[derive(Debug, PartialEq)]
pub(in crate::event) struct Fields<'a> {
    values: [Option<Raw<'a>>; Field::COUNT],
    repeated: Option<String>,
}

impl<'de> Fields<'de> {
    pub(in crate::event) fn read<S: Source, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor::<S>(PhantomData))
    }

    /// The fields in their slots.
    ///
    /// # Errors
    /// A [`FieldError`] that names a field given twice.
    pub(in crate::event) fn slots(&self) -> Result<Slots<'_>, FieldError> {
        let mut slots = Slots::default();
        if let Some(name) = &self.repeated {
            return Err(given_twice(name.clone()));
        }
        for (field, value) in Field::ALL.into_iter().zip(&self.values) {
            if let Some(value) = value {
                slots.set(field, value.as_value());
            }
        }
        if let Some(Some(Raw::Object(entries))) = self.values.get(Field::By as usize) {
            let names = entries.iter().map(|(name, _)| name.as_ref());
            slots.by.repeated = first_repeated(names);
            for (name, value) in entries {
                slots.by.set(name, value.as_value());
            }
        }
        Ok(slots)
    }
}

struct FieldsVisitor<S>(PhantomData<S>);

impl<'de, S: Source> Visitor<'de> for FieldsVisitor<S> {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: one flat object with `id`, `at`, `visitor` and `type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fields<'de>, A::Error> {
        let mut values = [const { None }; Field::COUNT];
        let mut repeated = None;
        let mut unknown = Vec::new();
        while let Some(Name(name)) = entries.next_key()? {
            let slot = Field::from_name(&name).and_then(|field| values.get_mut(field as usize));
            match slot {
                None => {
                    // Whatever it holds.
                    entries.next_value::<IgnoredAny>()?;
                    unknown.push(name);
                }
                Some(slot) => {
                    let value = S::next_value(&mut entries)?;
                    if slot.replace(value).is_some() {
                        repeated.get_or_insert(name.into_owned());
                    }
                }
            }
        }
        let repeated = repeated.or_else(|| first_repeated(unknown.iter().map(AsRef::as_ref)));
        Ok(Fields { values, repeated })
    }
}
