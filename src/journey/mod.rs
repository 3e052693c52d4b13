//! One visitor's journey, resolved once: sessions, conversations, requests, calls, orders and answers, each with its
//! opening, outcome, page and agents.
//!
//! How a log is read is defined in [`definitions`](crate::definitions) and computed here and nowhere else, so that no
//! two metric families can read it differently. A journey depends on `as_of` and on the options of
//! timeouts, pages and cancelled calls; not on period, zone or attribution. The place of an event among its visitor's visible events in canonical
//! order is its [`Position`].
//!
//! Modules: [`reader`] reads a visitor, [`reading`] walks through the events; [`session`], [`conversation`], [`engage`]
//! and [`commerce`] hold the results; [`filter`] removes what a filter does not select; [`numbers`] numbers the ids.

pub(crate) mod commerce;
pub(crate) mod conversation;
pub(crate) mod engage;
pub(crate) mod filter;
mod numbers;
mod page;
pub(crate) mod reader;
mod reading;
mod session;

use self::commerce::{Answer, AutoMessageClick, Order};
use self::conversation::{Conversation, Engagement, Request, Thread, Turn};
use self::engage::{LiveCall, LiveChat};
pub use self::filter::{Filter, InitiatorKind};
pub use self::page::PagePattern;
use crate::ledger::Symbol;
use crate::options::Options;
use crate::time::Instant;

/// The place of an event in the canonical order of its visitor's visible events.
pub(crate) type Position = u32;

/// The instant and the position of an event. Both have the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    pub(crate) position: Position,
}

/// The side that opened something, such as a conversation or a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenedBy<'a> {
    Visitor,
    Agent(&'a str),
}

impl<'a> Journey<'a> {
    /// Returns the agent of a conversation at a position.
    pub(crate) fn agent_at(&self, conversation: usize, position: Position) -> Option<&'a str> {
        let thread = self.conversations[conversation].thread;
        self.threads[thread].agent_at(position)
    }
}

impl<'a> OpenedBy<'a> {
    /// Returns the agent, or `None` for the visitor.
    pub(crate) fn agent(self) -> Option<&'a str> {
        match self {
            Self::Visitor => None,
            Self::Agent(agent) => Some(agent),
        }
    }
}

/// The options for reading a log.
#[derive(Debug, Clone)]
pub(crate) struct ReadOptions {
    /// "Now", resolved for the ledger.
    pub(crate) as_of: Instant,
    pub(crate) options: Options,
}

/// What is read of a journey only if a family needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extras {
    /// Whether sessions are read, which chats, the outcome of calls and `outside_sessions` need.
    pub(crate) sessions: bool,
    /// Whether the visitor's turns are read, which reply times need.
    pub(crate) turns: bool,
}

impl Extras {
    pub(crate) const NONE: Self = Self {
        sessions: false,
        turns: false,
    };

    pub(crate) const SESSIONS: Self = Self {
        sessions: true,
        turns: false,
    };

    /// Returns what either of the two reads.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self {
            sessions: self.sessions || other.sessions,
            turns: self.turns || other.turns,
        }
    }
}

impl ReadOptions {
    /// Combines the options with "now", which is `None` for an empty ledger.
    pub(crate) fn new(options: &Options, now: Option<Instant>) -> Self {
        Self {
            // An empty ledger has no event that could be visible, so any instant will do.
            as_of: now.unwrap_or(Instant::MIN),
            options: options.clone(),
        }
    }
}

/// The visible events of one visitor, interpreted.
#[derive(Debug, Default)]
pub(crate) struct Journey<'a> {
    /// The impressions of the widget.
    pub(crate) impressions: Vec<Look>,
    /// The clicks on the widget, whatever the target.
    pub(crate) clicks: Vec<Look>,
    pub(crate) auto_message_clicks: Vec<AutoMessageClick<'a>>,
    /// The threads, one for each conversation id.
    pub(crate) threads: Vec<Thread<'a>>,
    /// Every conversation that an event names, with or without an opening.
    pub(crate) conversations: Vec<Conversation<'a>>,
    /// The engagements of all conversations, in canonical order.
    pub(crate) engagements: Vec<Engagement>,
    pub(crate) requests: Vec<Request<'a>>,
    /// The calls that were requested, in canonical order.
    pub(crate) calls: Vec<LiveCall<'a>>,
    /// The live chats, by session. Empty unless [`Extras::sessions`] is set.
    pub(crate) chats: Vec<LiveChat<'a>>,
    /// The human messages and requests for chats that belong to no session. Empty unless [`Extras::sessions`] is set.
    pub(crate) outside_sessions: Vec<Moment>,
    /// The orders, in canonical order.
    pub(crate) orders: Vec<Order>,
    pub(crate) answers: Vec<Answer<'a>>,
    /// The visitor's turns that await a reply, by conversation in order of appearance. Empty unless
    /// [`Extras::turns`] is set.
    pub(crate) turns: Vec<Turn<'a>>,
    /// The remarks on events, in canonical order.
    pub(crate) remarks: Vec<(Position, Remark)>,
    /// The number of events.
    pub(crate) events: u64,
    /// The number of visitor ids that sent events and are not the visitor's name.
    pub(crate) linked: u64,
}

/// An impression of the widget or a click on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) at: Instant,
    /// The page as written in the log. Also `None` if it was not read.
    pub(crate) page: Option<Symbol>,
}

/// Why an event is set aside, or that a refund exceeds what is left of its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remark {
    Redundant,
    Orphan,
    /// A `visitor_linked` event. Its effect precedes the journey.
    Link,
    Retracted,
    OverRefund,
}

impl Remark {
    /// Returns whether the event is set aside: it changes no figure but those of data quality.
    pub(crate) fn is_set_aside(self) -> bool {
        self != Self::OverRefund
    }
}
