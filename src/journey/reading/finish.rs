//! Finishes a journey after the last event: what became of calls, requests, answers and conversations.

use super::{Buffers, Reading};
use crate::journey::OpenedBy;
use crate::journey::conversation::{Conversation, Request, RequestOutcome};
use crate::ledger::Record;

impl Reading<'_, '_> {
    pub(super) fn finish(&mut self, records: &[Record]) {
        self.buffers.finish_calls();
        self.buffers.finish_answers();
        self.buffers.finish_conversations();
        if self.extras.sessions {
            self.find_sessions(records);
        }
    }
}

impl Buffers<'_> {
    /// Finds the agents of each call, and what became of its request.
    fn finish_calls(&mut self) {
        let journey = &mut self.journey;
        for call in &mut journey.calls {
            if let (Some(connected), None, OpenedBy::Visitor) =
                (call.connected, call.connecting, call.opening.by)
            {
                call.connecting = journey.threads[call.thread].agent_at(connected.position);
            }
            let conversation = call.conversation;
            let conversation = conversation.expect("the request of every call has been read");
            let conversation = &mut journey.conversations[conversation];
            if let (true, Some(agent)) = (call.is_connected(), call.connected_agent()) {
                conversation.respond(agent);
            }
            let outcome = if call.is_connected() || conversation.turned_two_way_after(call.opening)
            {
                RequestOutcome::Accepted
            } else if call.has_answer() && call.opening.by == OpenedBy::Visitor {
                RequestOutcome::Answered
            } else {
                RequestOutcome::Unanswered
            };
            journey.requests.push(Request {
                conversation: conversation.id,
                call: Some(call.call),
                opening: call.opening,
                outcome,
            });
        }
    }

    /// Finds the agent and the conversation of each answer to a survey.
    fn finish_answers(&mut self) {
        let journey = &mut self.journey;
        for answer in &mut journey.answers {
            let Some(thread) = self.thread_ids.get(answer.conversation_id) else {
                continue;
            };
            let thread = &journey.threads[thread];
            let conversations = &mut journey.conversations;
            answer.agent = thread.agent_at(answer.position);
            answer.about = thread.conversation_before(answer.position, conversations);
            if let (Some(about), true) = (answer.about, answer.rating.is_some()) {
                conversations[about].is_rated = true;
            }
        }
    }

    /// Finds what became of text requests, and adds the conversations that nothing opened.
    fn finish_conversations(&mut self) {
        let journey = &mut self.journey;
        for conversation in &mut journey.conversations {
            conversation.close();
            if let Some(opening) = conversation.text_request {
                journey.requests.push(Request {
                    conversation: conversation.id,
                    call: None,
                    opening,
                    outcome: conversation.text_outcome(opening),
                });
            }
        }
        // What is only assigned or only answered about is listed as a conversation that nothing opened.
        for (number, thread) in journey.threads.iter_mut().enumerate() {
            if thread.parts.is_empty() {
                let index = journey.conversations.len();
                let spare = self.spare.pop();
                let conversation = Conversation::new(index, number, thread.id, spare);
                journey.conversations.push(conversation);
                thread.parts.push(Some(index));
            }
        }
    }
}
