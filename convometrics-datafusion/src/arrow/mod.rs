//! Events as columns: the schema, and the reading and writing of batches.
//!
//! | column | type | holds |
//! | --- | --- | --- |
//! | `id`, `visitor` | text, required | the idempotency key |
//! | `at` | timestamp with a time zone, required | the time, cut to the microsecond |
//! | `type` | text, required | the name of the event's type |
//! | `seq` | whole number | null is 0 |
//! | `revision` | whole number, 0 to 2^53 − 1 | null is 0 |
//! | `session`, `page` | text | |
//! | `target`, `trigger`, `auto_message`, `url` | text | of clicks |
//! | `conversation`, `call` | text | |
//! | `by` | text | the side: `visitor`, `agent` or `automation` |
//! | `agent` | text | the agent, also the one of `by` |
//! | `order`, `currency` | text | |
//! | `subtotal`, `discount`, `included_tax`, `amount` | decimal | money; floating point is refused |
//! | `survey`, `feedback`, `outcome` | text | |
//! | `rating` | whole number | 1 to 5 |
//! | `to` | text | the visitor that a `visitor_linked` leads to |
//!
//! The core's [`EventRow`](convometrics::event::EventRow) has the same columns. It defines which of them each type of
//! event needs.
//!
//! [`schema`] is the schema that is written. More types can be read: text as `Utf8`, `LargeUtf8`, `Utf8View` or a
//! dictionary of these, whole numbers of any width except `UInt64`, timestamps of any unit and zone, and 128-bit
//! decimals of any precision. A timestamp without a zone is refused, because its instant is unknown. A missing column is
//! the same as a column of nulls, unless it is required. Other columns are ignored.

mod read;
mod texts;
mod write;

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

pub use read::{BatchError, BatchReader, Refused, RefusedValue};
pub(crate) use read::{Columns, absent, instants};
pub(crate) use texts::{Texts, is_text};
pub use write::{batches, row_batch};

/// The kind of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Instant,
    /// A whole number, written with 8 bits.
    Whole8,
    /// A whole number, written with 32 bits.
    Whole32,
    /// A whole number, written with 64 bits.
    Whole64,
    Money,
}

/// Calls a macro with the table of columns, in the order in which they are written. An entry is: variant of [`Column`],
/// name, column of [`EventRow`](convometrics::event::EventRow), [`Kind`], and whether the column is required.
macro_rules! event_columns {
    ($generate:ident) => {
        $generate! {
            Id = "id" { id: Text, true }
            At = "at" { at: Instant, true }
            Visitor = "visitor" { visitor: Text, true }
            Seq = "seq" { seq: Whole32, false }
            Revision = "revision" { revision: Whole64, false }
            Session = "session" { session: Text, false }
            Page = "page" { page: Text, false }
            Type = "type" { event_type: Text, true }
            Target = "target" { target: Text, false }
            Trigger = "trigger" { trigger: Text, false }
            AutoMessage = "auto_message" { auto_message: Text, false }
            Url = "url" { url: Text, false }
            Conversation = "conversation" { conversation: Text, false }
            Call = "call" { call: Text, false }
            By = "by" { by: Text, false }
            Agent = "agent" { agent: Text, false }
            Order = "order" { order: Text, false }
            Currency = "currency" { currency: Text, false }
            Subtotal = "subtotal" { subtotal: Money, false }
            Discount = "discount" { discount: Money, false }
            IncludedTax = "included_tax" { included_tax: Money, false }
            Amount = "amount" { amount: Money, false }
            Survey = "survey" { survey: Text, false }
            Rating = "rating" { rating: Whole8, false }
            Feedback = "feedback" { feedback: Text, false }
            Outcome = "outcome" { outcome: Text, false }
            To = "to" { to: Text, false }
        }
    };
}
pub(crate) use event_columns;

macro_rules! columns {
    ($($name:ident = $text:literal { $field:ident: $kind:ident, $required:literal })*) => {
        /// The columns of events, in the order in which they are written.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Column { $($name),* }

        impl Column {
            pub(crate) const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            pub(crate) const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind),* }
            }

            pub(crate) const fn is_required(self) -> bool {
                match self { $(Self::$name => $required),* }
            }
        }
    };
}

event_columns!(columns);

impl Column {
    /// Returns the type that is written.
    pub(crate) fn data_type(self) -> DataType {
        match self.kind() {
            Kind::Text => DataType::Utf8,
            Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Kind::Whole8 => DataType::UInt8,
            Kind::Whole32 => DataType::UInt32,
            Kind::Whole64 => DataType::Int64,
            Kind::Money => DataType::Decimal128(18, 6),
        }
    }

    /// Returns the description of the types that can be read.
    pub(crate) const fn allowed(self) -> &'static str {
        match self.kind() {
            Kind::Text => "Utf8, LargeUtf8, Utf8View, or a dictionary of these",
            Kind::Instant => "a Timestamp of any unit with a time zone, such as \"UTC\"",
            Kind::Whole8 | Kind::Whole32 | Kind::Whole64 => {
                "a whole number of up to 64 bits (no UInt64)"
            }
            Kind::Money => "Decimal128",
        }
    }
}

/// Returns the columns of events as they are written: see [the module](self).
#[must_use]
pub fn schema() -> SchemaRef {
    let field = |column: Column| {
        let is_nullable = !column.is_required();
        Field::new(column.name(), column.data_type(), is_nullable)
    };
    Arc::new(Schema::new(Column::ALL.map(field).to_vec()))
}
