//! Engage: live website calls, and live chat conversations.

use std::collections::BTreeSet;

use convometrics::Event;
use serde_json::{Value, json};

use super::Context;
use super::events::{agent_of_message, by, is_human_message, is_visitor_message};
use super::journeys::{Call, Session};

/// A call or a chat: where it opened, whose it is, and what it counts as.
struct Opened<'a> {
    opening: &'a Event,
    agent: Option<&'a str>,
    counts_as: Vec<&'static str>,
}

const CALL_FIGURES: [&str; 9] = [
    "attempted",
    "accepted",
    "requested",
    "answered",
    "missed",
    "cancelled",
    "pending",
    "held",
    "connected",
];
const CALL_FIGURES_OF_AGENTS: [&str; 5] =
    ["attempted", "accepted", "answered", "held", "connected"];
const CHAT_FIGURES: [&str; 7] = [
    "attempted",
    "accepted",
    "requested",
    "answered",
    "missed",
    "pending",
    "held",
];
const CHAT_FIGURES_OF_AGENTS: [&str; 4] = ["attempted", "accepted", "answered", "held"];

pub(super) fn metrics(context: &Context<'_>) -> Value {
    let (mut calls, mut chats) = (Vec::new(), Vec::new());
    for visitor in &context.visitors {
        let timeout = context.options.session_timeout().as_secs();
        let sessions = visitor.sessions(timeout, context.as_of.unwrap());
        calls.extend(
            visitor
                .calls()
                .iter()
                .map(|call| opened_call(call, &sessions)),
        );
        chats.extend(sessions.iter().filter_map(opened_chat));
    }
    json!({
        "calls": scopes(context, calls, &CALL_FIGURES, &CALL_FIGURES_OF_AGENTS),
        "chats": scopes(context, chats, &CHAT_FIGURES, &CHAT_FIGURES_OF_AGENTS),
    })
}

fn opened_call<'a>(call: &Call<'a>, sessions: &[Session<'a>]) -> Opened<'a> {
    let has = |name| call.first(name).is_some();
    let is_request = |event: &&Event| event.id() == call.request.id();
    let mut own = sessions
        .iter()
        .filter(|session| session.events.iter().any(is_request));
    let closed = own.next().unwrap().closed;
    let mut counts_as = Vec::new();
    if call.requester().is_some() {
        counts_as.extend(["attempted", "held"]);
        counts_as.extend(has("call_accepted").then_some("accepted"));
    } else {
        counts_as.push("requested");
        if has("call_answered") {
            counts_as.extend(["answered", "held"]);
        } else if has("call_cancelled") {
            counts_as.push("cancelled");
        } else if has("call_missed") || has("call_ended") || closed {
            counts_as.push("missed");
        } else {
            counts_as.push("pending");
        }
    }
    counts_as.extend(has("call_connected").then_some("connected"));
    Opened {
        opening: call.request,
        agent: call.agent(),
        counts_as,
    }
}

fn opened_chat<'a>(session: &Session<'a>) -> Option<Opened<'a>> {
    let messages: Vec<&Event> = session
        .events
        .iter()
        .copied()
        .filter(|event| is_human_message(event))
        .collect();
    let opening = *messages.first()?;
    let follows = |is: &dyn Fn(&Event) -> bool| {
        messages
            .iter()
            .copied()
            .find(|event| is(event) && !by(event, opening))
    };
    if let Some(agent) = agent_of_message(opening) {
        let mut counts_as = vec!["attempted"];
        if follows(&is_visitor_message).is_some() {
            counts_as.extend(["accepted", "held"]);
        }
        return Some(Opened {
            opening,
            agent: Some(agent),
            counts_as,
        });
    }
    let answer = follows(&|event| agent_of_message(event).is_some());
    let became = match answer {
        Some(_) => vec!["requested", "answered", "held"],
        None if session.closed => vec!["requested", "missed"],
        None => vec!["requested", "pending"],
    };
    Some(Opened {
        opening,
        agent: answer.and_then(agent_of_message),
        counts_as: became,
    })
}

/// How many count as each of these figures.
fn figures(opened: &[&Opened<'_>], names: &[&'static str]) -> Value {
    let count = |name| {
        opened
            .iter()
            .filter(|opened| opened.counts_as.contains(name))
            .count()
    };
    Value::Object(
        names
            .iter()
            .map(|name| ((*name).to_owned(), json!(count(name))))
            .collect(),
    )
}

fn is_zero(figures: &Value) -> bool {
    figures
        .as_object()
        .unwrap()
        .values()
        .all(|count| *count == 0)
}

fn scopes(
    context: &Context<'_>,
    opened: Vec<Opened<'_>>,
    names: &[&'static str],
    names_of_agents: &[&'static str],
) -> Value {
    let all: Vec<&Opened<'_>> = opened
        .iter()
        .filter(|opened| context.in_period(opened.opening))
        .collect();
    let rows = |key: &str, of: &dyn Fn(&Opened<'_>) -> Option<String>, names: &[&'static str]| {
        let keys: BTreeSet<String> = all.iter().filter_map(|opened| of(opened)).collect();
        let row = |name: String| {
            let mut own = all.clone();
            own.retain(|opened| of(opened).as_ref() == Some(&name));
            let mut row = figures(&own, names);
            if is_zero(&row) {
                return None;
            }
            row[key] = json!(name);
            Some(row)
        };
        keys.into_iter().filter_map(row).collect::<Vec<Value>>()
    };
    let agent = |opened: &Opened<'_>| Some(opened.agent?.to_owned());
    let page = |opened: &Opened<'_>| Some(context.page(opened.opening)?.to_owned());
    json!({
        "organization": figures(&all, names),
        "agents": rows("agent", &agent, names_of_agents),
        "pages": rows("page", &page, names),
        "daily": context.daily(|day| {
            let mut of_day = all.clone();
            of_day.retain(|opened| day.holds(opened.opening.at()));
            figures(&of_day, names)
        }),
    })
}
