//! The wire form: one flat object an event.
//!
//! Reading has two steps. First the object is taken as it comes, whatever the order of its fields, each value kept raw
//! ([`fields`]; what is plain JSON, in [`plain`]) and put into its slot ([`slots`]); then the values are checked against
//! what the event's `type` asks for ([`read`]). So every refusal can name the field and the value, and fields of other
//! types are passed over whatever they hold. [`write`](mod@write) is the way back.

mod fields;
#[cfg(feature = "json")]
pub(super) mod plain;
mod read;
mod slots;
mod write;

#[cfg(feature = "json")]
pub(super) use fields::{Fields, Source};
pub(super) use slots::Slots;
