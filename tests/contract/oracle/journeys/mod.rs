//! What one visitor's events tell: conversations, calls, requests, sessions, orders.

mod call;
mod conversation;
mod request;
mod session;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use convometrics::{Event, Options};

use super::events::{
    agent_of_answer, agent_of_assignment, agent_of_message, agent_of_request, by, call_of,
    conversation_of, order_of, place, type_of,
};
use super::set::Log;

pub(super) use call::Call;
pub(super) use conversation::Conversation;
pub(super) use request::Request;
pub(super) use session::Session;

/// Whole microseconds from one instant to another.
pub(super) fn micros(from: DateTime<Utc>, to: DateTime<Utc>) -> i128 {
    i128::from((to - from).num_microseconds().unwrap())
}

/// A merged visitor.
pub(super) struct Visitor<'a> {
    pub(super) name: &'a str,
    /// All its events that are read, in canonical order.
    pub(super) events: Vec<&'a Event>,
    options: &'a Options,
}

pub(super) fn visitors<'a>(log: &Log<'a>, options: &'a Options) -> Vec<Visitor<'a>> {
    let names: BTreeSet<&str> = log
        .read
        .iter()
        .map(|event| log.links.visitor(event))
        .collect();
    let visitor = |name| {
        let mut events = log.read.clone();
        events.retain(|event| log.links.visitor(event) == name);
        events.sort_by_key(|event| place(event));
        Visitor {
            name,
            events,
            options,
        }
    };
    names.into_iter().map(visitor).collect()
}

impl<'a> Visitor<'a> {
    fn of_type(&self, name: &str) -> Vec<&'a Event> {
        let mut events = self.events.clone();
        events.retain(|event| type_of(event) == name);
        events
    }

    pub(super) fn calls(&self) -> Vec<Call<'a>> {
        let call = |request: &'a Event| {
            let mut events = self.events.clone();
            events.retain(|event| call_of(event) == call_of(request));
            Call { request, events }
        };
        self.of_type("call_requested")
            .into_iter()
            .map(call)
            .collect()
    }

    /// The call of a call event.
    pub(super) fn call(&self, event: &Event) -> Call<'a> {
        let mut calls = self.calls();
        calls.retain(|call| call_of(call.request) == call_of(event));
        calls
            .pop()
            .expect("a call event without a call is set aside")
    }

    /// The agent of the conversation at an event: of the latest assignment at or before it. Without one, of the latest
    /// agent act at or before it. This looks at the whole id and needs no opening.
    pub(super) fn agent_at(&self, conversation: &str, point: &Event) -> Option<&'a str> {
        let events = self.events.iter().copied();
        let until: Vec<&Event> = events.filter(|event| by(event, point)).collect();
        let named = |event: &Event| conversation_of(event) == Some(conversation);
        let assigned = until
            .iter()
            .filter(|event| named(event))
            .filter_map(|event| agent_of_assignment(event));
        let acting = until.iter().filter_map(|event| {
            let message_or_request = agent_of_message(event).or(agent_of_request(event));
            match type_of(event) {
                "call_answered" if named(self.call(event).request) => agent_of_answer(event),
                _ if named(event) => message_or_request,
                _ => None,
            }
        });
        let latest = |agents: Vec<&'a str>| agents.last().copied();
        latest(assigned.collect()).or(latest(acting.collect()))
    }

    pub(super) fn orders(&self) -> Vec<&'a Event> {
        self.of_type("order_placed")
    }

    /// The refunds and cancellations of an order, in canonical order.
    pub(super) fn returns(&self, order: &Event) -> Vec<&'a Event> {
        let mut events = self.events.clone();
        events.retain(|event| order_of(event) == order_of(order));
        events.retain(|event| type_of(event) != "order_placed");
        events
    }
}
