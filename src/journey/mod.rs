//! One visitor's journey, resolved once: sessions, conversations, requests, calls, orders and answers, each with its
//! opening, outcome, page and agents.
//!
//! How a log is read is defined in [`definitions`](crate::definitions) and computed here and nowhere else, so that no
//! two metric families can read it differently. A journey depends on `as_of`, the session timeout and the page
//! grouping; not on period, zone or attribution. The place of an event among its visitor's visible events in canonical
//! order is its [`Position`].
//!
//! The modules: [`reader`] reads a visitor, [`reading`] walks the events; [`session`], [`conversation`], [`engage`] and [`commerce`] hold the
//! results; [`filter`] removes what a filter does not select; [`numbers`] numbers the ids.

pub(crate) mod commerce;
pub(crate) mod conversation;
pub(crate) mod engage;
pub(crate) mod filter;
mod numbers;
mod page;
pub(crate) mod reader;
mod reading;
pub(crate) mod session;

use self::commerce::{Answer, AutoMessageClick, Order};
use self::conversation::{Conversation, Engagement, Request, Turn};
use self::engage::{LiveCall, LiveChat};
pub use self::filter::{Filter, InitiatorKind};
pub use self::page::PagePattern;
use crate::ledger::{Record, Symbol};
use crate::options::Options;
use crate::sums::add_up_by_field;
use crate::time::Instant;

/// Where an event stands in the canonical order of its visitor's visible events.
pub(crate) type Position = u32;

/// An event's instant and place, which have one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    pub(crate) position: Position,
}

/// Which side opened something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenedBy<'a> {
    Visitor,
    Agent(&'a str),
}

/// How a report reads a log.
#[derive(Debug, Clone)]
pub(crate) struct ReadOptions {
    /// "Now", as it was resolved for the ledger.
    pub(crate) as_of: Instant,
    pub(crate) options: Options,
    /// Whether the visitor's turns are read, which reply times need.
    pub(crate) replies: bool,
}

impl ReadOptions {
    /// The options with "now"; an empty ledger has none.
    pub(crate) fn new(options: &Options, now: Option<Instant>) -> Self {
        Self {
            // No event of an empty ledger could be visible at any time.
            as_of: now.unwrap_or(Instant::MIN),
            options: options.clone(),
            replies: false,
        }
    }

    /// The group of a page; `None` where it is no page.
    pub(crate) fn page_group<'a>(&self, page: &'a str) -> Option<&'a str> {
        self.options.page_grouping().group(page)
    }
}

/// What one visitor's visible events amount to.
#[derive(Debug, Default)]
pub(crate) struct Journey<'a> {
    /// When the visitor saw the widget.
    pub(crate) impressions: Vec<Look>,
    /// When the visitor clicked on it, whatever the target.
    pub(crate) clicks: Vec<Look>,
    pub(crate) auto_message_clicks: Vec<AutoMessageClick<'a>>,
    /// Every conversation that an event names, with an opening or without.
    pub(crate) conversations: Vec<Conversation<'a>>,
    /// The engagements of all conversations, in canonical order.
    pub(crate) engagements: Vec<Engagement>,
    pub(crate) requests: Vec<Request<'a>>,
    pub(crate) calls: Vec<LiveCall<'a>>,
    pub(crate) chats: Vec<LiveChat<'a>>,
    /// In canonical order.
    pub(crate) orders: Vec<Order>,
    pub(crate) answers: Vec<Answer<'a>>,
    /// The visitor's turns that await a reply, by conversation in order of appearance. Empty unless
    /// [`ReadOptions::replies`] is set.
    pub(crate) turns: Vec<Turn<'a>>,
    /// The events that [`Quality`] counts as redundant, orphans or over-refunds.
    pub(crate) faults: Vec<(Position, Fault)>,
    pub(crate) quality: Quality,
}

/// That the visitor saw the widget, or clicked on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) at: Instant,
    /// As it stands in the log; `None` also where it was not read.
    pub(crate) page: Option<Symbol>,
}

impl From<&Record> for Look {
    fn from(record: &Record) -> Self {
        Self {
            at: record.at,
            page: record.page,
        }
    }
}

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Redundant,
    Orphan,
    OverRefund,
}

/// The counters of what was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Quality {
    pub(crate) events: u64,
    pub(crate) redundant: u64,
    pub(crate) orphans: u64,
    pub(crate) over_refunds: u64,
}

add_up_by_field!(Quality {
    events,
    redundant,
    orphans,
    over_refunds
});
