//! The channels of a conversation.

use crate::error::choices;

/// The channel over which a visitor and an agent communicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// Messages.
    Text,
    /// A call.
    Video,
}

choices! {
    "channel", Channel {
        Text => "text",
        Video => "video",
    }
}
