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

            /// As it almost always stands in an object: in quotes, with the colon, and with the quote that opens a
            /// text.
            #[cfg(feature = "json")]
            const fn opening(self) -> &'static str {
                match self { $(Self::$name => concat!("\"", $text, "\":\"")),* }
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

/// How a field opens, in a form to compare with 16 bytes of a text at once.
#[cfg(feature = "json")]
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    bytes: u128,
    mask: u128,
    pub(super) length: usize,
    /// Whether the value's opening quote is part of it.
    pub(super) is_text: bool,
}

#[cfg(feature = "json")]
impl Opening {
    /// Of each field.
    pub(super) const ALL: [Self; Field::COUNT] = {
        let mut all = [Self {
            bytes: 0,
            mask: 0,
            length: 0,
            is_text: false,
        }; Field::COUNT];
        let mut rest: &mut [Self] = &mut all;
        let mut fields: &[Field] = &Field::ALL;
        while let ([opening, others @ ..], [field, fields_left @ ..]) = (rest, fields) {
            *opening = Self::of(*field);
            (rest, fields) = (others, fields_left);
        }
        all
    };

    const fn of(field: Field) -> Self {
        let is_text = !matches!(field, Field::By | Field::Seq | Field::Rating);
        let text = match field.opening().as_bytes() {
            [text @ .., _] if !is_text => text,
            text => text,
        };
        let (mut bytes, mut mask) = (0, 0);
        let mut rest = text;
        let mut shift = 0;
        while let [first, others @ ..] = rest {
            bytes |= (*first as u128) << shift;
            mask |= 0xff << shift;
            shift += 8;
            rest = others;
        }
        // A longer one would have shifted its end away.
        assert!(text.len() <= 16, "too long for 16 bytes");
        Self {
            bytes,
            mask,
            length: text.len(),
            is_text,
        }
    }

    /// Whether it stands at the start of these bytes.
    pub(super) fn starts(self, bytes: &[u8; 16]) -> bool {
        u128::from_le_bytes(*bytes) & self.mask == self.bytes
    }
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
