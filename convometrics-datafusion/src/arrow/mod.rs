//! Events as columns: the schema, and the way in and out.
//!
//! | column | type | holds |
//! | --- | --- | --- |
//! | `id`, `visitor` | text, required | the idempotency key |
//! | `at` | timestamp with a time zone, required | when; kept to the microsecond, finer digits are cut |
//! | `type` | text, required | the name of the event's type |
//! | `seq` | whole number | 0 where there is none |
//! | `session`, `page` | text | |
//! | `target`, `trigger`, `auto_message`, `url` | text | of clicks |
//! | `conversation`, `call` | text | |
//! | `by` | text | the side: `visitor`, `agent` or `automation` |
//! | `agent` | text | the agent, also of `by` |
//! | `order`, `currency` | text | |
//! | `subtotal`, `discount`, `included_tax`, `amount` | decimal | money; never a double |
//! | `survey`, `feedback`, `outcome` | text | |
//! | `rating` | whole number | 1 to 5 |
//!
//! What each type of event must and may have is the core's: [`EventRow`](convometrics::event::EventRow) has the same columns.
//! [`schema`] is what is written. Read is more: text may be `Utf8`, `LargeUtf8`, `Utf8View`, or a dictionary of these;
//! whole numbers may have any width (but `UInt64`), timestamps any unit and zone, decimals of 128 bits any precision. A
//! timestamp without a zone is refused: whose noon it is, is not in it. A column that is not there, but for the required
//! ones, is one of nulls; others than these are passed over.

mod read;
mod texts;
mod write;

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

pub use read::{BatchError, BatchReader, Refused, RefusedValue};
pub(crate) use read::{Columns, absent, instants};
pub(crate) use texts::{Texts, is_text};
pub use write::{batches, row_batch};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Instant,
    Whole,
    Money,
}

macro_rules! columns {
    ($($name:ident: $text:literal, $kind:ident, $required:literal;)*) => {
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

columns! {
    Id: "id", Text, true;
    At: "at", Instant, true;
    Visitor: "visitor", Text, true;
    Seq: "seq", Whole, false;
    Session: "session", Text, false;
    Page: "page", Text, false;
    Type: "type", Text, true;
    Target: "target", Text, false;
    Trigger: "trigger", Text, false;
    AutoMessage: "auto_message", Text, false;
    Url: "url", Text, false;
    Conversation: "conversation", Text, false;
    Call: "call", Text, false;
    By: "by", Text, false;
    Agent: "agent", Text, false;
    Order: "order", Text, false;
    Currency: "currency", Text, false;
    Subtotal: "subtotal", Money, false;
    Discount: "discount", Money, false;
    IncludedTax: "included_tax", Money, false;
    Amount: "amount", Money, false;
    Survey: "survey", Text, false;
    Rating: "rating", Whole, false;
    Feedback: "feedback", Text, false;
    Outcome: "outcome", Text, false;
}

impl Column {
    /// The type that is written.
    pub(crate) fn data_type(self) -> DataType {
        match self.kind() {
            Kind::Text => DataType::Utf8,
            Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Kind::Whole if self == Self::Seq => DataType::UInt32,
            Kind::Whole => DataType::UInt8,
            Kind::Money => DataType::Decimal128(18, 6),
        }
    }

    /// The types that can be read.
    pub(crate) const fn allowed(self) -> &'static str {
        match self.kind() {
            Kind::Text => "Utf8, LargeUtf8, Utf8View, or a dictionary of these",
            Kind::Instant => "a Timestamp of any unit with a time zone, such as \"UTC\"",
            Kind::Whole => "a whole number of up to 64 bits (no UInt64)",
            Kind::Money => "Decimal128",
        }
    }
}

/// The columns of events as they are written: see [the module](self).
#[must_use]
pub fn schema() -> SchemaRef {
    let field = |column: Column| {
        let is_nullable = !column.is_required();
        Field::new(column.name(), column.data_type(), is_nullable)
    };
    Arc::new(Schema::new(Column::ALL.map(field).to_vec()))
}
