//! One event's object, taken but not checked.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::raw::{Name, Raw, first_repeated};

macro_rules! fields {
    ($($name:ident: $text:literal),* $(,)?) => {
        /// The known fields of all events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field { $($name),* }

        impl Field {
            const COUNT: usize = [$($text),*].len();

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            fn from_name(name: &str) -> Option<Self> {
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

impl Field {
    const fn is_money(self) -> bool {
        matches!(
            self,
            Self::Subtotal | Self::Discount | Self::IncludedTax | Self::Amount
        )
    }
}

/// How a money field is taken from a format: by the number it hands out, or by the number's own text.
pub(in crate::event) trait MoneyText {
    fn next_money<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Raw<'de>, A::Error>;
}

/// The number that the format hands out: for JSON through serde, a double.
pub(super) struct AsNumber;

impl MoneyText for AsNumber {
    fn next_money<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Raw<'de>, A::Error> {
        entries.next_value()
    }
}

/// One event's object, taken but not checked.
pub(in crate::event) struct Fields<'a, M> {
    pub(super) values: [Option<Raw<'a>>; Field::COUNT],
    pub(super) repeated: Option<String>,
    money: PhantomData<M>,
}

impl<'de, M: MoneyText> Deserialize<'de> for Fields<'de, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor<M>(PhantomData<M>);

        impl<'de, M: MoneyText> Visitor<'de> for FieldsVisitor<M> {
            type Value = Fields<'de, M>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event: one flat object with `id`, `at`, `visitor` and `type`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut fields = Fields {
                    values: [const { None }; Field::COUNT],
                    repeated: None,
                    money: PhantomData,
                };
                let mut unknown = Vec::new();
                while let Some(Name(name)) = entries.next_key()? {
                    let field = Field::from_name(&name);
                    let value = match field {
                        Some(field) if field.is_money() => M::next_money(&mut entries)?,
                        _ => entries.next_value()?,
                    };
                    if let Some(within) = value.repeated_name() {
                        fields.repeated.get_or_insert(format!("{name}.{within}"));
                    }
                    let slot = field.and_then(|field| fields.values.get_mut(field as usize));
                    match slot {
                        Some(Some(_)) => {
                            fields.repeated.get_or_insert(name.into_owned());
                        }
                        Some(slot) => *slot = Some(value),
                        None => unknown.push(name),
                    }
                }
                if fields.repeated.is_none() && unknown.len() > 1 {
                    fields.repeated = first_repeated(unknown.iter().map(AsRef::as_ref));
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(FieldsVisitor(PhantomData))
    }
}
