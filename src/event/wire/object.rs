//! The object of one event as a serde format hands it out, read but not checked.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::raw_fields::{RawFields, given_twice};
use crate::error::FieldError;
use crate::event::field::Field;
use crate::json_value::{FieldName, JsonValue, first_repeated};

/// A way to read a value: as the format hands it out, or as it was written.
pub(crate) trait Source {
    fn next_value<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<JsonValue<'de>, A::Error>;
}

/// The value that the format hands out. For a JSON number with a fraction this is a double.
pub(super) struct AsHandedOut;

impl Source for AsHandedOut {
    fn next_value<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<JsonValue<'de>, A::Error> {
        entries.next_value()
    }
}

/// The object of one event, read but not checked.
#[derive(Debug, PartialEq)]
pub(crate) struct Object<'a> {
    values: [Option<JsonValue<'a>>; Field::COUNT],
    repeated: Option<String>,
}

impl<'de> Object<'de> {
    pub(crate) fn read<S: Source, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor::<S>(PhantomData))
    }

    /// Returns the known fields, borrowed.
    ///
    /// # Errors
    /// A [`FieldError`] that names a field given twice.
    pub(crate) fn raw_fields(&self) -> Result<RawFields<'_>, FieldError> {
        let mut raw_fields = RawFields::default();
        if let Some(name) = &self.repeated {
            return Err(given_twice(name.clone()));
        }
        for (field, value) in Field::ALL.into_iter().zip(&self.values) {
            if let Some(value) = value {
                raw_fields.set(field, value.as_value());
            }
        }
        if let Some(JsonValue::Object(entries)) = &self.values[Field::By as usize] {
            let names = entries.iter().map(|(name, _)| name.as_ref());
            raw_fields.by.repeated = first_repeated(names);
            for (name, value) in entries {
                raw_fields.by.set(name, value.as_value());
            }
        }
        Ok(raw_fields)
    }
}

struct ObjectVisitor<S>(PhantomData<S>);

impl<'de, S: Source> Visitor<'de> for ObjectVisitor<S> {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: one flat object with `id`, `at`, `visitor` and `type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Object<'de>, A::Error> {
        let mut values = [const { None }; Field::COUNT];
        let mut repeated = None;
        let mut unknown = Vec::new();
        while let Some(FieldName(name)) = entries.next_key()? {
            match Field::from_name(&name) {
                None => {
                    // An unknown field may hold anything.
                    entries.next_value::<IgnoredAny>()?;
                    unknown.push(name);
                }
                Some(field) => {
                    let value = S::next_value(&mut entries)?;
                    if values[field as usize].replace(value).is_some() {
                        repeated.get_or_insert(name.into_owned());
                    }
                }
            }
        }
        let repeated = repeated.or_else(|| first_repeated(unknown.iter().map(AsRef::as_ref)));
        Ok(Object { values, repeated })
    }
}
