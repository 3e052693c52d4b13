//! Finds the sessions of a visitor, and the chats and calls in them.

use super::Reading;
use crate::channel::Channel;
use crate::event::{EventData, Person};
use crate::journey::engage::LiveChat;
use crate::journey::filter::InitiatorKind;
use crate::journey::session::ActKind;
use crate::ledger::{Record, Symbol};

impl Reading<'_, '_> {
    /// Finds the sessions, the chats in them and the calls whose session is closed.
    pub(super) fn find_sessions(&mut self, records: &[Record]) {
        let acts = std::mem::take(&mut self.buffers.acts);
        let mut sessions = std::mem::take(&mut self.buffers.sessions);
        sessions.look_ahead(&acts, self.buffers.journey.calls.len());
        // While a call is connected, messages are part of it.
        let mut connected_until = None;
        for (place, act) in acts.iter().enumerate() {
            let journey = &mut self.buffers.journey;
            let session = sessions.enter(act, &journey.calls, self.read_options);
            let position = act.moment.position;
            match act.kind {
                ActKind::VisitorChat { is_message } | ActKind::AgentChat { is_message, .. } => {
                    let Some(session) = session else {
                        journey.outside_sessions.push(act.moment);
                        continue;
                    };
                    let is_of_call = is_message && Some(position) <= connected_until;
                    // An agent's request for a chat is no chat act.
                    let is_chat_act = is_message || matches!(act.kind, ActKind::VisitorChat { .. });
                    if is_chat_act && !is_of_call {
                        let record = &records[position as usize];
                        let by = chat_act_by(record);
                        let by = by.expect("only messages and requests are chat acts");
                        let chat = &mut sessions.all[session].chat;
                        match chat {
                            None => {
                                *chat = Some(LiveChat {
                                    session: record.session,
                                    opening: self.opening(act.moment, Channel::Text, by, record),
                                    has_response: false,
                                    responder: None,
                                    session_is_closed: false,
                                });
                            }
                            Some(chat) if is_message => {
                                let by = self.opened_by(by);
                                chat.respond(by.side(), by.agent());
                            }
                            Some(_) => {}
                        }
                    }
                }
                ActKind::Connected { call } => {
                    let end = sessions.end_of_connection(place);
                    connected_until = connected_until.max(end);
                    if let Some(session) = session {
                        if let Some(end) = end {
                            sessions.hold(session, end);
                        }
                        if let Some(chat) = &mut sessions.all[session].chat {
                            let agent = journey.calls[call].connected_agent();
                            chat.respond(InitiatorKind::Agent, agent);
                        }
                    }
                }
                ActKind::VisitorCall { call } => journey.calls[call].session = session,
                ActKind::SessionEnded => {
                    if let Some(session) = session {
                        sessions.end(session, position);
                    }
                }
                _ => {}
            }
        }
        let journey = &mut self.buffers.journey;
        for call in &mut journey.calls {
            let session = call.session.map(|session| &sessions.all[session]);
            call.session_is_closed = session.is_some_and(|it| it.is_closed(self.read_options));
        }
        for session in &sessions.all {
            journey.chats.extend(session.chat.map(|chat| LiveChat {
                session_is_closed: session.is_closed(self.read_options),
                ..chat
            }));
        }
        self.buffers.acts = acts;
        self.buffers.sessions = sessions;
    }
}

/// Returns who wrote a message or requested a chat, or `None` for other events and automatic messages.
const fn chat_act_by(record: &Record) -> Option<Person<Symbol>> {
    match record.data {
        EventData::MessageSent { by, .. } => by,
        EventData::ChatRequested { by, .. } => Some(by),
        _ => None,
    }
}
