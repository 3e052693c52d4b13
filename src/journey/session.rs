//! Visitor sessions, open and closed, and the live chats in them; see [`definitions`](crate::definitions#sessions).

use super::engage::{LiveCall, LiveChat};
use super::numbers::Numbers;
use super::{Moment, Position, ReadOptions};
use crate::ledger::Id;
use crate::time::Instant;

/// An event that sessions or chats depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    pub(super) moment: Moment,
    /// The number of the session id that the event names.
    pub(super) session: Option<usize>,
    pub(super) kind: ActKind,
}

/// The kinds of acts. All but `SessionEnded`, and the `Ended` of a call that never connected, are *live* events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActKind {
    /// A visitor act that is none of the following.
    Visitor,
    /// A `call_requested` of the visitor, for the call with this index.
    VisitorCall {
        call: usize,
    },
    /// A `message_sent` or `chat_requested` of the visitor.
    VisitorChat {
        is_message: bool,
    },
    /// A `message_sent` or `chat_requested` of an agent, and whether it opens its conversation.
    AgentChat {
        is_message: bool,
        opens: bool,
    },
    /// A `call_requested` of an agent, and whether it opens its conversation.
    AgentCall {
        opens: bool,
    },
    /// A `call_answered`.
    Answered,
    /// A `call_connected` of the call with this index.
    Connected {
        call: usize,
    },
    /// A `call_ended` of the call with this index.
    Ended {
        call: usize,
    },
    SessionEnded,
}

impl Act {
    fn is_of_visitor(&self) -> bool {
        matches!(
            self.kind,
            ActKind::Visitor | ActKind::VisitorCall { .. } | ActKind::VisitorChat { .. }
        )
    }

    fn is_live(&self, calls: &[LiveCall<'_>]) -> bool {
        match self.kind {
            ActKind::SessionEnded => false,
            ActKind::Ended { call } => calls[call].is_connected(),
            _ => true,
        }
    }

    /// Returns whether the act begins a derived session if no session runs.
    fn begins_derived(&self) -> bool {
        match self.kind {
            ActKind::AgentChat { opens, .. } | ActKind::AgentCall { opens } => opens,
            _ => self.is_of_visitor(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Session<'a> {
    /// The number of its name; `None` if it is derived.
    name: Option<usize>,
    /// The latest live event.
    latest: Moment,
    /// Connected calls keep it running up to here.
    held_until: Option<Position>,
    is_over: bool,
    pub(super) chat: Option<LiveChat<'a>>,
}

/// A session id.
#[derive(Debug, Clone, Copy, Default)]
struct Named {
    /// The index of the session, once it has begun.
    session: Option<usize>,
    /// The last visitor act that names it.
    last_visitor_act: Option<Position>,
}

/// The sessions of one visitor.
#[derive(Debug, Default)]
pub(super) struct Sessions<'a> {
    pub(super) all: Vec<Session<'a>>,
    ids: Numbers,
    named: Vec<Named>,
    /// The sessions that may be running, each with the position of its latest live event, in ascending order.
    running: Vec<(Position, usize)>,
    /// For each act, whether it is a `call_connected`, the next `call_ended` of its call.
    ends: Vec<Option<Position>>,
    /// For each call, the earliest `call_ended` among the acts that were looked at.
    next_ends: Vec<Option<Position>>,
}

impl Sessions<'_> {
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.ids.clear();
        self.named.clear();
        self.running.clear();
        self.ends.clear();
        self.next_ends.clear();
    }

    /// Looks ahead: finds the last visitor act of each session id and the end of each connection.
    pub(super) fn look_ahead(&mut self, acts: &[Act], calls: usize) {
        self.ends.resize(acts.len(), None);
        self.next_ends.resize(calls, None);
        for (place, act) in acts.iter().enumerate().rev() {
            let position = act.moment.position;
            if let (Some(number), true) = (act.session, act.is_of_visitor()) {
                self.named[number].last_visitor_act.get_or_insert(position);
            }
            match act.kind {
                ActKind::Connected { call } => self.ends[place] = self.next_ends[call],
                ActKind::Ended { call } => self.next_ends[call] = Some(position),
                _ => {}
            }
        }
    }

    /// Returns the next `call_ended` of the call that connects at an act.
    pub(super) fn end_of_connection(&self, place: usize) -> Option<Position> {
        self.ends[place]
    }

    /// Returns the number of a session id.
    pub(super) fn number(&mut self, id: Id) -> usize {
        match self.ids.number(id) {
            Ok(number) => number,
            Err(number) => {
                self.named.push(Named::default());
                number
            }
        }
    }

    /// Returns the index of the session that the next act in canonical order belongs to, and begins the session if the
    /// act does.
    pub(super) fn enter(
        &mut self,
        act: &Act,
        calls: &[LiveCall<'_>],
        read_options: &ReadOptions,
    ) -> Option<usize> {
        let is_live = act.is_live(calls);
        let found = match act.session {
            Some(number) => match self.named[number].session {
                Some(session) => self
                    .runs(session, act.moment, read_options)
                    .then_some(session),
                None if is_live => Some(self.begin(Some(number), act.moment)),
                None => None,
            },
            None => match self.latest_running(act.moment, read_options) {
                Some(session) => Some(session),
                None if act.begins_derived() => Some(self.begin(None, act.moment)),
                None => None,
            },
        };
        if let (Some(session), true) = (found, is_live) {
            self.renew(session, act.moment);
        }
        found
    }

    fn begin(&mut self, name: Option<usize>, moment: Moment) -> usize {
        let index = self.all.len();
        if let Some(name) = name {
            self.named[name].session = Some(index);
        }
        self.all.push(Session {
            name,
            latest: moment,
            held_until: None,
            is_over: false,
            chat: None,
        });
        self.running.push((moment.position, index));
        index
    }

    /// Makes an event the latest live event of a running session.
    fn renew(&mut self, session: usize, moment: Moment) {
        let latest = &mut self.all[session].latest;
        let before = std::mem::replace(latest, moment);
        if let Some((position, last)) = self.running.last_mut()
            && *last == session
        {
            *position = moment.position;
            return;
        }
        let place = self.running.binary_search(&(before.position, session));
        self.running
            .remove(place.expect("a running session is in the list"));
        self.running.push((moment.position, session));
    }

    /// Returns whether a session is running at an event. If it is not, it is over.
    fn runs(&mut self, session: usize, now: Moment, read_options: &ReadOptions) -> bool {
        let position = Some(now.position);
        let Self { all, named, .. } = self;
        let session = &mut all[session];
        let last_visitor_act = session.name.and_then(|name| named[name].last_visitor_act);
        let is_held = position <= last_visitor_act || position <= session.held_until;
        session.is_over |= !is_held && session.has_timed_out(now.at, read_options);
        !session.is_over
    }

    /// Returns the running session whose latest live event is latest.
    fn latest_running(&mut self, now: Moment, read_options: &ReadOptions) -> Option<usize> {
        while let Some((_, session)) = self.running.last() {
            let session = *session;
            if self.runs(session, now, read_options) {
                return Some(session);
            }
            self.running.pop();
        }
        None
    }

    /// Ends a session that is running, unless a visitor act that names it follows.
    pub(super) fn end(&mut self, session: usize, position: Position) {
        let Self { all, named, .. } = self;
        let session = &mut all[session];
        let last_visitor_act = session.name.and_then(|name| named[name].last_visitor_act);
        session.is_over |= Some(position) > last_visitor_act;
    }

    /// Keeps a session running up to a `call_ended`.
    pub(super) fn hold(&mut self, session: usize, end: Position) {
        let held_until = &mut self.all[session].held_until;
        *held_until = (*held_until).max(Some(end));
    }
}

impl Session<'_> {
    fn has_timed_out(&self, at: Instant, read_options: &ReadOptions) -> bool {
        at.since(self.latest.at) >= read_options.options.session_timeout_micros()
    }

    /// Returns whether the session is closed, after the last event.
    pub(super) fn is_closed(&self, read_options: &ReadOptions) -> bool {
        self.is_over || self.has_timed_out(read_options.as_of, read_options)
    }
}
