//! Identifiers and texts. Each kind has its own type, so a call id cannot be used as a conversation id.
//!
//! An **id** is 1 to 255 bytes of UTF-8 and is compared by its bytes. It can be a UUID, a number or an e-mail address,
//! for example. In JSON it is always a string: `"7"`, not `7`. All ids except the visitor's are scoped to the visitor: `c1` of visitor A and `c1` of visitor B are two
//! conversations. A **text** ([`PageUrl`], [`LinkUrl`], [`Feedback`]) has at least one byte and no maximum length. In
//! events, an empty text is the same as an absent one.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::error::{FieldError, quoted};

/// The maximum length of an id in bytes.
pub const MAX_ID_BYTES: usize = 255;

pub(crate) const ID_ALLOWED: &str = "text of 1 to 255 bytes";
const TEXT_ALLOWED: &str = "a text of at least 1 byte; leave an empty one out";

pub(crate) fn check_id(field: &'static str, text: &str) -> Result<(), FieldError> {
    match text.len() {
        0 => Err(FieldError::new(field, "an empty text", ID_ALLOWED)),
        1..=MAX_ID_BYTES => Ok(()),
        bytes => Err(FieldError::new(
            field,
            format_args!("{} ({bytes} bytes)", quoted(text)),
            ID_ALLOWED,
        )),
    }
}

fn check_text(field: &'static str, text: &str) -> Result<(), FieldError> {
    if text.is_empty() {
        return Err(FieldError::new(field, "an empty text", TEXT_ALLOWED));
    }
    Ok(())
}

/// A text that can be created without a check, from a text that was checked before.
pub(crate) trait Trusted: AsRef<str> {
    fn trusted(text: &str) -> Self;

    /// Returns the text.
    fn text(&self) -> &str {
        self.as_ref()
    }
}

/// The JSON schemas of ids and texts, by the name of their check.
#[cfg(feature = "schema")]
mod schema {
    use schemars::{Schema, json_schema};

    use super::MAX_ID_BYTES;

    /// Returns the schema of an id. A schema counts characters, of which a text has at most as many as bytes.
    pub(super) fn check_id(rule: &str) -> Schema {
        json_schema!({
            "type": "string", "minLength": 1, "maxLength": MAX_ID_BYTES, "description": format!("An id: {rule}."),
        })
    }

    /// Returns the schema of a text that is not an id.
    pub(super) fn check_text(rule: &str) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "description": format!("A text: {rule}.")})
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $field:literal, $check:ident, $rule:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            #[doc = concat!("Takes ", $rule, ".")]
            ///
            /// # Errors
            #[doc = concat!("A [`FieldError`] that names `", $field, "` when the text is anything else.")]
            pub fn new(text: impl Into<Box<str>>) -> Result<Self, FieldError> {
                let text = text.into();
                $check($field, &text)?;
                Ok(Self(text))
            }

            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Trusted for $name {
            fn trusted(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = FieldError;

            fn from_str(text: &str) -> Result<Self, FieldError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = FieldError;

            fn try_from(text: &str) -> Result<Self, FieldError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = FieldError;

            fn try_from(text: String) -> Result<Self, FieldError> {
                Self::new(text)
            }
        }

        #[cfg(feature = "schema")]
        crate::macros::json_schema! { $name => |_| schema::$check($rule) }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    )*};
}

texts! {
    /// With its visitor, the idempotency key of an event (`id`).
    EventId, "id", check_id, "1 to 255 bytes of UTF-8";
    /// The partition key (`visitor`): every other id is scoped to it.
    VisitorId, "visitor", check_id, "1 to 255 bytes of UTF-8";
    /// A visitor session (`session`): Engage's *Visitor Session*, an uninterrupted visit.
    SessionId, "session", check_id, "1 to 255 bytes of UTF-8";
    /// A text or video conversation of one visitor (`conversation`).
    ConversationId, "conversation", check_id, "1 to 255 bytes of UTF-8";
    /// A call invitation and its outcome (`call`).
    CallId, "call", check_id, "1 to 255 bytes of UTF-8";
    /// An order of one visitor (`order`).
    OrderId, "order", check_id, "1 to 255 bytes of UTF-8";
    /// A satisfaction survey shown to one visitor (`survey`).
    SurveyId, "survey", check_id, "1 to 255 bytes of UTF-8";
    /// A human agent, Engage's *rep* (`agent`).
    AgentId, "agent", check_id, "1 to 255 bytes of UTF-8";
    /// The cause of an automatic message (`trigger`), such as `exit-intent`.
    TriggerId, "trigger", check_id, "1 to 255 bytes of UTF-8";
    /// An automatically sent message (`auto_message`).
    AutoMessageId, "auto_message", check_id, "1 to 255 bytes of UTF-8";
    /// The URL that the visitor was on (`page`), as sent; reports group it by
    /// [`PageGrouping`](crate::query::PageGrouping).
    PageUrl, "page", check_text, "a text of at least one byte";
    /// The link that an automatic message carried (`url`); never cut.
    LinkUrl, "url", check_text, "a text of at least one byte";
    /// The text that a visitor wrote in a survey (`feedback`).
    Feedback, "feedback", check_text, "a text of at least one byte";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_has_1_to_255_bytes() {
        assert!(AgentId::new("").is_err());
        assert!(AgentId::new("x".repeat(255)).is_ok());
        assert!(AgentId::new("x".repeat(256)).is_err());
        assert!(AgentId::new("é".repeat(127)).is_ok()); // 254 bytes
        let error = AgentId::new("é".repeat(128)).unwrap_err(); // 256 bytes
        assert_eq!(error.field(), "agent");
        assert!(
            error
                .found()
                .is_some_and(|found| found.ends_with("(256 bytes)"))
        );
    }

    #[test]
    fn ids_sort_by_bytes() {
        let mut ids = ["b", "Z", "é", "a"].map(|id| VisitorId::new(id).unwrap());
        ids.sort();
        assert_eq!(ids.map(|id| id.to_string()), ["Z", "a", "b", "é"]);
    }

    #[test]
    fn any_utf8_of_that_length_is_an_id() {
        for id in ["\0", "\u{1}\n", "💬", " "] {
            assert_eq!(EventId::new(id).unwrap().as_str(), id);
        }
    }
}
