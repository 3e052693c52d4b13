//! The fields of one event, read but not checked, with borrowed values.

use std::borrow::Cow;

use crate::error::FieldError;
use crate::event::EventRow;
use crate::event::field::Field;
use crate::json_value::FieldValue;

/// The known fields of one event. The lines of a log share one value, which is cleared for each line.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawFields<'a> {
    /// One bit for each field that is present.
    present: u32,
    values: [FieldValue<'a>; Field::COUNT],
    pub(super) by: RawBy<'a>,
    /// Whether the fields are the columns of a row.
    pub(super) is_row: bool,
    /// The field that followed each field, and that came first, in earlier objects.
    #[cfg(feature = "json")]
    pub(super) next: [Option<Field>; Field::COUNT + 1],
}

/// The values in the object of `by`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawBy<'a> {
    pub(super) side: FieldValue<'a>,
    pub(super) agent: FieldValue<'a>,
    /// A name that occurs twice in the object.
    pub(super) repeated: Option<String>,
}

const _: () = assert!(Field::COUNT <= u32::BITS as usize);

/// Compares the values, not the order of the fields.
impl PartialEq for RawFields<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.present, self.values, &self.by) == (other.present, other.values, &other.by)
    }
}

impl<'a> RawFields<'a> {
    #[cfg(feature = "json")]
    pub(super) fn clear(&mut self) {
        self.present = 0;
    }

    /// Sets a field; `false` if it was set before.
    pub(super) fn set(&mut self, field: Field, value: FieldValue<'a>) -> bool {
        let bit = 1 << field as u32;
        let is_new = self.present & bit == 0;
        self.present |= bit;
        self.values[field as usize] = value;
        is_new
    }

    /// Takes the columns of a row.
    pub(crate) fn of_row(row: &EventRow<'a>) -> Self {
        let mut fields = Self {
            is_row: true,
            ..Self::default()
        };
        row.for_each(|field, value| {
            fields.set(field, value);
        });
        fields
    }

    /// Returns the value, or `Null` if the field is absent.
    pub(super) fn get(&self, field: Field) -> FieldValue<'a> {
        if self.present & 1 << field as u32 == 0 {
            return FieldValue::Null;
        }
        self.values[field as usize]
    }
}

#[cfg(feature = "json")]
pub(super) fn place(last: Option<Field>) -> usize {
    last.map_or(Field::COUNT, |last| last as usize)
}

impl<'a> RawBy<'a> {
    /// Sets the value of this name; `false` if `by` has no such value.
    pub(super) fn set(&mut self, name: &str, value: FieldValue<'a>) -> bool {
        match name {
            "side" => self.side = value,
            "agent" => self.agent = value,
            _ => return false,
        }
        true
    }
}

pub(super) fn given_twice(name: impl Into<Cow<'static, str>>) -> FieldError {
    FieldError::new(name, "given twice", "each name once in one object")
}
