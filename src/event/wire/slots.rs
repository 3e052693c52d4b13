//! The known fields of one object, each in its slot, its value borrowed.

use super::fields::Field;
use crate::error::FieldError;
use crate::event::EventRow;
use crate::raw::Value;

/// The known fields of one object. Cleared and filled again, it serves for line after line.
#[derive(Debug, Clone)]
pub(in crate::event) struct Slots<'a> {
    /// A bit for each field that is there.
    present: u32,
    values: [Value<'a>; Field::COUNT],
    pub(super) by: BySlots<'a>,
    /// Whether they are a row's columns.
    pub(super) is_row: bool,
    /// Which field came after each, and after none, in the objects before.
    #[cfg(feature = "json")]
    next: [Option<Field>; Field::COUNT + 1],
}

/// What the object of `by` holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BySlots<'a> {
    pub(super) side: Value<'a>,
    pub(super) agent: Value<'a>,
    /// A name that is given twice.
    pub(super) repeated: Option<String>,
}

const _: () = assert!(Field::COUNT <= u32::BITS as usize);

impl Default for Slots<'_> {
    fn default() -> Self {
        Self {
            present: 0,
            values: [Value::Null; Field::COUNT],
            by: BySlots::default(),
            is_row: false,
            #[cfg(feature = "json")]
            next: [None; Field::COUNT + 1],
        }
    }
}

/// What the fields hold, wherever they stood.
impl PartialEq for Slots<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.present, self.values, &self.by) == (other.present, other.values, &other.by)
    }
}

impl Default for BySlots<'_> {
    fn default() -> Self {
        Self {
            side: Value::Null,
            agent: Value::Null,
            repeated: None,
        }
    }
}

impl<'a> Slots<'a> {
    #[cfg(feature = "json")]
    pub(super) fn clear(&mut self) {
        self.present = 0;
    }

    /// The field that came after this one, or first.
    #[cfg(feature = "json")]
    pub(super) fn field_after(&self, last: Option<Field>) -> Option<Field> {
        self.next.get(place(last)).copied().flatten()
    }

    #[cfg(feature = "json")]
    pub(super) fn set_field_after(&mut self, last: Option<Field>, field: Field) {
        if let Some(next) = self.next.get_mut(place(last)) {
            *next = Some(field);
        }
    }

    /// Fills a slot; `false` where it was full.
    pub(super) fn set(&mut self, field: Field, value: Value<'a>) -> bool {
        let bit = 1 << field as u32;
        let is_new = self.present & bit == 0;
        self.present |= bit;
        if let Some(slot) = self.values.get_mut(field as usize) {
            *slot = value;
        }
        is_new
    }

    /// The columns of a row.
    pub(in crate::event) fn of_row(row: &EventRow<'a>) -> Self {
        let mut slots = Self {
            is_row: true,
            ..Self::default()
        };
        macro_rules! fill {
            ($($value:ident: $($field:ident $column:ident),*;)*) => {
                $($(if let Some(value) = row.$column {
                    slots.set(Field::$field, Value::$value(value));
                })*)*
            };
        }
        fill! {
            Text: Id id, Visitor visitor, Session session, Page page, Type event_type, Target target,
                Trigger trigger, AutoMessage auto_message, Url url, Conversation conversation,
                Call call, Agent agent, Order order, Currency currency, Survey survey,
                Feedback feedback, Outcome outcome;
            Whole: At at, Seq seq, Rating rating;
            Decimal: Subtotal subtotal, Discount discount, IncludedTax included_tax, Amount amount;
            Author: By by;
        }
        slots
    }

    /// The value of a field; `null` is absent.
    pub(super) fn get(&self, field: Field) -> Option<Value<'a>> {
        if self.present & 1 << field as u32 == 0 {
            return None;
        }
        let value = self.values.get(field as usize).copied();
        value.filter(|value| *value != Value::Null)
    }
}

#[cfg(feature = "json")]
fn place(last: Option<Field>) -> usize {
    last.map_or(Field::COUNT, |last| last as usize)
}

impl<'a> BySlots<'a> {
    /// Fills the slot of that name; `false` where there is none.
    pub(super) fn set(&mut self, name: &str, value: Value<'a>) -> bool {
        match name {
            "side" => self.side = value,
            "agent" => self.agent = value,
            _ => return false,
        }
        true
    }
}

pub(super) fn given_twice(name: String) -> FieldError {
    FieldError::new(name, "given twice", "each name once in one object")
}
