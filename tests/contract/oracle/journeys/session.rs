//! Sessions: a visitor's uninterrupted visits.

use chrono::{DateTime, Utc};
use convometrics::Event;

use super::{Visitor, micros};
use crate::oracle::events::{Side, by, is, place, session_of, side_of, type_of};

pub(crate) struct Session<'a> {
    /// `None` for a derived session.
    id: Option<&'a str>,
    /// The events that belong to it, in canonical order.
    pub(crate) events: Vec<&'a Event>,
    /// Whether a `session_ended` ended it.
    ended: bool,
    pub(crate) closed: bool,
}

impl Session<'_> {
    pub(crate) fn holds(&self, event: &Event) -> bool {
        self.events.iter().any(|own| is(own, event))
    }
}

impl<'a> Visitor<'a> {
    pub(crate) fn sessions(&self, as_of: DateTime<Utc>) -> Vec<Session<'a>> {
        let mut sessions: Vec<Session<'a>> = Vec::new();
        for event in self.events.iter().copied() {
            let mut number = self.session_at(event, &sessions);
            if number.is_none() && self.begins_session(event, &sessions) {
                number = Some(sessions.len());
                sessions.push(Session {
                    id: session_of(event),
                    events: Vec::new(),
                    ended: false,
                    closed: false,
                });
            }
            let Some(number) = number else { continue };
            let session = &mut sessions[number];
            session.events.push(event);
            // A `session_ended` before the last visitor act that names the session ends nothing.
            let ends = type_of(event) == "session_ended";
            session.ended |= ends && !self.visitor_act_follows(session, event);
        }
        for session in &mut sessions {
            let since = micros(self.latest_live(session).at(), as_of);
            session.closed = session.ended || since >= self.session_timeout();
        }
        sessions
    }

    fn session_timeout(&self) -> i128 {
        i128::from(self.options.session_timeout().as_secs()) * 1_000_000
    }

    /// The number of the running session that an event belongs to: of the one that it names. If it names none, of the
    /// running one whose latest live event is latest.
    fn session_at(&self, event: &Event, sessions: &[Session<'a>]) -> Option<usize> {
        let numbers = 0..sessions.len();
        let mut running = numbers.filter(|number| self.runs_at(event, &sessions[*number]));
        match session_of(event) {
            Some(id) => running.find(|number| sessions[*number].id == Some(id)),
            None => running.max_by_key(|number| place(self.latest_live(&sessions[*number]))),
        }
    }

    /// Whether an event that belongs to no session so far begins one.
    fn begins_session(&self, event: &Event, sessions: &[Session<'a>]) -> bool {
        if let Some(id) = session_of(event) {
            return self.is_live(event) && !sessions.iter().any(|own| own.id == Some(id));
        }
        let contact = matches!(
            type_of(event),
            "chat_requested" | "call_requested" | "message_sent"
        );
        let by_agent = contact && side_of(event) == Some(Side::Agent);
        self.is_visitor_act(event) || (by_agent && self.is_opening(event))
    }

    /// Whether a session that has begun runs at an event.
    fn runs_at(&self, event: &Event, session: &Session<'a>) -> bool {
        if session.ended {
            return false;
        }
        let since = micros(self.latest_live(session).at(), event.at());
        self.visitor_act_follows(session, event)
            || self.is_kept_by_call(session, event)
            || since < self.session_timeout()
    }

    /// Whether a visitor act that names the session stands at or after an event.
    fn visitor_act_follows(&self, session: &Session<'a>, event: &Event) -> bool {
        let Some(id) = session.id else { return false };
        let mut events = self.events.iter();
        events.any(|act| session_of(act) == Some(id) && self.is_visitor_act(act) && by(event, act))
    }

    /// Whether an event stands after a `call_connected` of the session and at or before the next `call_ended` of the same
    /// call.
    fn is_kept_by_call(&self, session: &Session<'a>, event: &Event) -> bool {
        let own = session.events.iter();
        let mut connected = own.filter(|event| type_of(event) == "call_connected");
        connected.any(|connected| {
            let ended = self.call(connected).next_ended(connected);
            ended.is_some_and(|ended| by(connected, event) && by(event, ended))
        })
    }

    /// Of the events that belong to the session.
    fn latest_live(&self, session: &Session<'a>) -> &'a Event {
        let own = session.events.iter().copied();
        own.filter(|event| self.is_live(event))
            .max_by_key(|event| place(event))
            .expect("a live event begins a session")
    }

    fn is_visitor_act(&self, event: &Event) -> bool {
        match type_of(event) {
            "widget_impression"
            | "widget_clicked"
            | "auto_message_clicked"
            | "call_accepted"
            | "call_declined"
            | "order_placed" => true,
            "chat_requested" | "call_requested" | "message_sent" => {
                side_of(event) == Some(Side::Visitor)
            }
            "call_cancelled" => self.call(event).requester().is_none(),
            _ => false,
        }
    }

    /// Visitor acts, and the events of an agent's side that need the visitor's presence.
    fn is_live(&self, event: &Event) -> bool {
        let with_visitor = match type_of(event) {
            "chat_requested" | "call_requested" | "message_sent" => {
                side_of(event) == Some(Side::Agent)
            }
            "call_answered" | "call_connected" => true,
            "call_ended" => self.call(event).has("call_connected"),
            _ => false,
        };
        self.is_visitor_act(event) || with_visitor
    }
}
