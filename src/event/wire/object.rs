//! The object of one event as a serde format hands it out, read but not checked.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::raw_fields::{RawFields, given_twice};
use crate::error::FieldError;
use crate::event::field::Field;
use crate::json_value::{Entries, JsonValue, entries, first_repeated};

/// A way to read a value: as the format hands it out, or as it was written.
pub(crate) trait Source {
    /// Whether the values of unknown fields are skipped.
    const ONLY_FIELDS: bool = true;

    fn next_value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<JsonValue<'de>, A::Error>;
}

/// The value that the format hands out. For a JSON number with a fraction this is a double.
pub(super) struct AsHandedOut;

impl Source for AsHandedOut {
    fn next_value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<JsonValue<'de>, A::Error> {
        map.next_value()
    }
}

/// The entries of an object, read but not checked: of an event, with `null` for unknown fields, or of its `by`.
pub(crate) struct Object<'a>(pub(crate) Entries<'a>);

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
        let mut unknown = Vec::new();
        for (name, value) in &self.0 {
            match Field::from_name(name) {
                None => unknown.push(name.as_ref()),
                Some(field) if raw_fields.set(field, value.as_value()) => {}
                Some(field) => return Err(given_twice(field.name())),
            }
            if let ("by", JsonValue::Object(by)) = (name.as_ref(), value) {
                raw_fields.by.repeated = first_repeated(by.iter().map(|(name, _)| name.as_ref()));
                for (name, value) in by {
                    raw_fields.by.set(name, value.as_value());
                }
            }
        }
        match first_repeated(unknown.into_iter()) {
            Some(name) => Err(given_twice(name)),
            None => Ok(raw_fields),
        }
    }
}

struct ObjectVisitor<S>(PhantomData<S>);

impl<'de, S: Source> Visitor<'de> for ObjectVisitor<S> {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: one flat object with `id`, `at`, `visitor` and `type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<'de>, A::Error> {
        let next_value = |name: &str, map: &mut A| {
            if S::ONLY_FIELDS && Field::from_name(name).is_none() {
                return map.next_value::<IgnoredAny>().map(|_| JsonValue::Null);
            }
            S::next_value(map)
        };
        entries(map, next_value).map(Object)
    }
}
