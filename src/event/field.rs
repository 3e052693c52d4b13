//! The table of the fields that events have.

use rust_decimal::Decimal;

use crate::json_value::FieldValue;

/// Generates [`Field`], [`EventRow`] and what connects the two from the table of fields.
///
/// An entry is: variant of `Field`, name in JSON, column of `EventRow`, type of the column, and the variant of
/// [`FieldValue`] that a value of the column becomes.
macro_rules! fields {
    ($($field:ident = $name:literal { $column:ident: $type:ty => $value:ident })*) => {
        /// A field of an event, by its name in JSON.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Field { $($field),* }

        impl Field {
            pub(crate) const ALL: [Self; [$($name),*].len()] = [$(Self::$field),*];
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// Returns the name in JSON.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$field => $name),* }
            }

            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$field),)*
                    _ => None,
                }
            }

            /// Returns the usual start of the field in a JSON object: its quoted name, the colon and the quote of a
            /// string.
            #[cfg(feature = "json")]
            pub(crate) const fn opening(self) -> &'static str {
                match self { $(Self::$field => concat!("\"", $name, "\":\"")),* }
            }
        }

        /// The fields by the names of their columns.
        #[expect(dead_code, non_upper_case_globals, reason = "there is one for each column")]
        pub(super) mod named {
            $(pub(in crate::event) const $column: super::Field = super::Field::$field;)*
        }

        /// One event as a row of a table, borrowed: one column for each field of any event type, `None` if the event
        /// has no value.
        ///
        /// A row is checked like the JSON object of an event. Three columns differ from the JSON fields:
        ///
        /// | column | holds |
        /// | --- | --- |
        /// | `at` | microseconds from 1970 in UTC |
        /// | `by` | only the side: `visitor`, `agent` or `automation` |
        /// | `agent` | the agent, also the one of `by` |
        ///
        /// Columns that the event's type does not have are ignored. An empty `page`, `url` or `feedback` is the same as
        /// `None`.
        ///
        /// Later versions may add columns. Start with [`EventRow::new`] and set the columns that you have.
        ///
        /// ```
        /// use convometrics::event::EventRow;
        /// use convometrics::ledger::Arrival;
        /// use convometrics::Ledger;
        ///
        /// let mut row = EventRow::new();
        /// row.id = Some("1");
        /// row.at = Some(1_772_442_000_000_000); // 2026-03-02T09:00:00Z
        /// row.visitor = Some("ann");
        /// row.seq = Some(0);
        /// row.revision = Some(0);
        /// row.event_type = Some("message_sent");
        /// row.conversation = Some("c1");
        /// row.by = Some("agent");
        /// row.agent = Some("ada");
        /// let event = row.event()?;
        /// assert_eq!(event.at().to_string(), "2026-03-02 09:00:00 UTC");
        /// assert_eq!(EventRow::of(&event), row);
        ///
        /// let mut ledger = Ledger::new();
        /// assert_eq!(ledger.record_row(&row)?, Arrival::New);
        ///
        /// row.agent = None;
        /// let error = row.event().unwrap_err();
        /// assert_eq!(error.to_string(), "`agent` is missing; allowed: text of 1 to 255 bytes");
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[non_exhaustive]
        pub struct EventRow<'a> {
            $(
                #[doc = concat!("The field `", $name, "`.")]
                pub $column: Option<$type>,
            )*
        }

        impl<'a> EventRow<'a> {
            /// Calls `f` with each column that has a value.
            pub(crate) fn for_each(&self, mut f: impl FnMut(Field, FieldValue<'a>)) {
                $(if let Some(value) = self.$column {
                    f(Field::$field, FieldValue::$value(value));
                })*
            }

            /// Sets a column; `None` if the column holds values of another kind.
            pub(crate) fn set(&mut self, field: Field, value: FieldValue<'a>) -> Option<()> {
                match (field, value) {
                    $((Field::$field, FieldValue::$value(value)) => self.$column = Some(value),)*
                    _ => return None,
                }
                Some(())
            }
        }
    };
}

fields! {
    Id = "id" { id: &'a str => Text }
    At = "at" { at: i64 => Whole }
    Visitor = "visitor" { visitor: &'a str => Text }
    Seq = "seq" { seq: i64 => Whole }
    Revision = "revision" { revision: i64 => Whole }
    Session = "session" { session: &'a str => Text }
    Page = "page" { page: &'a str => Text }
    Type = "type" { event_type: &'a str => Text }
    Target = "target" { target: &'a str => Text }
    Trigger = "trigger" { trigger: &'a str => Text }
    AutoMessage = "auto_message" { auto_message: &'a str => Text }
    Url = "url" { url: &'a str => Text }
    Conversation = "conversation" { conversation: &'a str => Text }
    Call = "call" { call: &'a str => Text }
    By = "by" { by: &'a str => Text }
    Agent = "agent" { agent: &'a str => Text }
    Order = "order" { order: &'a str => Text }
    Currency = "currency" { currency: &'a str => Text }
    Subtotal = "subtotal" { subtotal: Decimal => Decimal }
    Discount = "discount" { discount: Decimal => Decimal }
    IncludedTax = "included_tax" { included_tax: Decimal => Decimal }
    Amount = "amount" { amount: Decimal => Decimal }
    Survey = "survey" { survey: &'a str => Text }
    Rating = "rating" { rating: i64 => Whole }
    Feedback = "feedback" { feedback: &'a str => Text }
    Outcome = "outcome" { outcome: &'a str => Text }
    To = "to" { to: &'a str => Text }
}
