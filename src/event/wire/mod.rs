//! Events as flat objects: reading, checking and writing.
//!
//! Reading has two steps. The first reads the fields in any order without checking their values: [`plain`] reads plain
//! JSON, [`object`] any other JSON and other serde formats. Both fill [`raw_fields`]. The second step, [`check`],
//! checks the fields that the event's `type` has. So every error can name the field and the value, and fields of other
//! types are ignored. [`write`](mod@write) writes the object.

mod check;
mod object;
#[cfg(feature = "json")]
pub(super) mod plain;
mod raw_fields;
mod write;

#[cfg(feature = "json")]
pub(super) use object::{Object, Source};
pub(crate) use raw_fields::RawFields;
