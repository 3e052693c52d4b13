//! Visitor sessions, open and closed; see [`definitions`](crate::definitions#sessions).

use super::ReadOptions;
use super::conversation::Opening;
use super::engage::LiveChat;
use super::numbers::Numbers;
use crate::event::EventData;
use crate::ledger::{Id, Record};
use crate::time::Instant;

#[derive(Debug)]
pub(crate) struct Session<'a> {
    last: Instant,
    ended: bool,
    pub(crate) chat: Option<LiveChat<'a>>,
}

impl<'a> Session<'a> {
    pub(crate) fn is_closed(&self, read_options: &ReadOptions) -> bool {
        self.ended
            || read_options.as_of.since(self.last) >= read_options.options.session_timeout_micros()
    }

    /// Takes the next human message in canonical order.
    pub(crate) fn message(&mut self, record: &Record, message: Opening<'a>) {
        let chat = self.chat.get_or_insert(LiveChat {
            session: record.session,
            event: record.key,
            opening: message,
            response: None,
            session_is_closed: false,
        });
        if chat.opening.by.side() != message.by.side() {
            chat.response.get_or_insert(message.by);
        }
    }
}

/// The sessions of one visitor, built from its events in canonical order.
#[derive(Debug, Default)]
pub(crate) struct Sessions<'a> {
    pub(crate) all: Vec<Session<'a>>,
    names: Numbers,
    /// The session of each name.
    named: Vec<usize>,
    /// The derived session that the next event without a session may belong to.
    derived: Option<usize>,
}

impl Sessions<'_> {
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.names.clear();
        self.named.clear();
        self.derived = None;
    }

    /// Returns the session of an event, and creates it if it is new.
    pub(crate) fn enter(&mut self, record: &Record, read_options: &ReadOptions) -> usize {
        let at = record.at;
        let ends = matches!(record.data, EventData::SessionEnded {});
        let index = match record.session {
            Some(name) => self.named_as(name),
            None => self.derived_at(at, read_options),
        };
        match self.all.get_mut(index) {
            Some(session) => {
                session.last = session.last.max(at);
                session.ended |= ends;
            }
            None => self.all.push(Session {
                last: at,
                ended: ends,
                chat: None,
            }),
        }
        index
    }

    fn named_as(&mut self, name: Id) -> usize {
        let next = self.all.len();
        if let Ok(number) = self.names.number(name) {
            self.named[number]
        } else {
            self.named.push(next);
            next
        }
    }

    fn derived_at(&mut self, at: Instant, read_options: &ReadOptions) -> usize {
        let goes_on = self.derived.filter(|index| {
            let session = &self.all[*index];
            !session.ended && at.since(session.last) < read_options.options.session_timeout_micros()
        });
        let index = goes_on.unwrap_or(self.all.len());
        self.derived = Some(index);
        index
    }
}
