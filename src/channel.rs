//! The channels of a conversation.

use crate::error::choices;

/// How a visitor and an agent are in touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// By messages.
    Text,
    /// In a call.
    Video,
}

choices! {
    "channel", Channel {
        Text => "text",
        Video => "video",
    }
}
