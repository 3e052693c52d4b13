//! The known fields of one object, each in its slot, its value borrowed.

use super::fields::Field;
use crate::error::FieldError;
use crate::raw::Value;

/// The known fields of one object. Cleared and filled again, it serves for line after line.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::event) struct Slots<'a> {
    /// A bit for each field that is there.
    present: u32,
    values: [Value<'a>; Field::COUNT],
    pub(super) by: BySlots<'a>,
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
        }
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
    pub(super) fn clear(&mut self) {
        self.present = 0;
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

    /// The value of a field; `null` is absent.
    pub(super) fn get(&self, field: Field) -> Option<Value<'a>> {
        if self.present & 1 << field as u32 == 0 {
            return None;
        }
        let value = self.values.get(field as usize).copied();
        value.filter(|value| *value != Value::Null)
    }
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
