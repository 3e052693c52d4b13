//! The channels of a conversation.

use crate::error::choices;

choices! {
    "channel",
    /// The channel over which a visitor and an agent communicate.
    pub enum Channel {
        /// Messages.
        Text => "text",
        /// A call.
        Video => "video",
    }
}
