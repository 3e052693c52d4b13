//! Engage: live website calls, and live chat conversations.

use std::collections::BTreeSet;

use convometrics::Event;
use serde_json::{Value, json};

use super::Context;
use super::events::{
    Side, after, agent_of_answer, agent_of_message, is, is_human_message, is_visitor_message,
    side_of, type_of,
};
use super::journeys::{Call, Session, Visitor, micros};

/// A call or a chat: its opening, and the figures that it counts in, each with the agent that it counts for.
struct Opened<'a> {
    opening: &'a Event,
    counts_as: Vec<(&'static str, Option<&'a str>)>,
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
        let sessions = visitor.sessions(context.as_of.unwrap());
        for call in visitor.calls() {
            calls.push(opened_call(context, visitor, &call, &sessions));
        }
        for session in &sessions {
            chats.extend(opened_chat(visitor, session));
        }
    }
    json!({
        "calls": scopes(context, calls, &CALL_FIGURES, &CALL_FIGURES_OF_AGENTS),
        "chats": scopes(context, chats, &CHAT_FIGURES, &CHAT_FIGURES_OF_AGENTS),
    })
}

fn opened_call<'a>(
    context: &Context<'_>,
    visitor: &Visitor<'a>,
    call: &Call<'a>,
    sessions: &[Session<'a>],
) -> Opened<'a> {
    let connected = call.first("call_connected");
    let mut counts_as = Vec::new();
    if let Some(requester) = call.requester() {
        let agent = Some(requester);
        counts_as.extend([("attempted", agent), ("held", agent)]);
        if call.has("call_accepted") || connected.is_some() {
            counts_as.push(("accepted", agent));
        }
    } else {
        counts_as.push(("requested", None));
        let answer = call.first("call_answered");
        if answer.is_some() || connected.is_some() {
            let agent = match (answer, connected) {
                (Some(answer), _) => agent_of_answer(answer),
                (None, Some(connected)) => visitor.agent_at(call.conversation(), connected),
                (None, None) => None,
            };
            counts_as.extend([("answered", agent), ("held", agent)]);
        } else {
            counts_as.push((unanswered(context, call, sessions), None));
        }
    }
    if connected.is_some() {
        let agent = call.agents(visitor).first().copied();
        counts_as.push(("connected", agent));
    }
    Opened {
        opening: call.request,
        counts_as,
    }
}

/// What an inbound call that was not answered counts as.
fn unanswered(context: &Context<'_>, call: &Call<'_>, sessions: &[Session<'_>]) -> &'static str {
    let ends = ["call_cancelled", "call_missed", "call_ended"];
    let first_end = call
        .events
        .iter()
        .find(|event| ends.contains(&type_of(event)));
    match first_end {
        Some(end) if type_of(end) == "call_cancelled" => {
            let waited = micros(call.request.at(), end.at());
            let patience = context.options.cancelled_is_missed_after();
            let patience = patience.map(|wait| i128::from(wait.as_secs()) * 1_000_000);
            if patience.is_some_and(|patience| waited >= patience) {
                "missed"
            } else {
                "cancelled"
            }
        }
        Some(_) => "missed",
        None => {
            let own = sessions.iter().find(|session| session.holds(call.request));
            let own = own.expect("a visitor act belongs to a session");
            if own.closed { "missed" } else { "pending" }
        }
    }
}

/// The chat acts of a session: the visitor's messages and `chat_requested`, and agents' messages. Messages that stand
/// while a call of the visitor is connected are part of the call.
fn chat_acts<'a>(visitor: &Visitor<'a>, session: &Session<'a>) -> Vec<&'a Event> {
    let calls = visitor.calls();
    let mut acts = session.events.clone();
    acts.retain(|event| {
        let in_call = calls.iter().any(|call| call.covers(event));
        let requested = type_of(event) == "chat_requested" && side_of(event) == Some(Side::Visitor);
        requested || (is_human_message(event) && !in_call)
    });
    acts
}

fn opened_chat<'a>(visitor: &Visitor<'a>, session: &Session<'a>) -> Option<Opened<'a>> {
    let acts = chat_acts(visitor, session);
    let opening = *acts.first()?;
    let follow = |events: &[&'a Event]| {
        let mut events = events.to_vec();
        events.retain(|event| after(event, opening));
        events
    };
    let counts_as = if let Some(agent) = agent_of_message(opening) {
        let agent = Some(agent);
        let mut counts_as = vec![("attempted", agent)];
        if follow(&acts).iter().any(|act| is_visitor_message(act)) {
            counts_as.extend([("accepted", agent), ("held", agent)]);
        }
        counts_as
    } else {
        // An agent's message, a chat act, or a call of the session that connects: the first of these answers.
        let mut answers = session.events.clone();
        answers.retain(|event| {
            let is_act = acts.iter().any(|act| is(act, event));
            let message = is_act && agent_of_message(event).is_some();
            message || type_of(event) == "call_connected"
        });
        let became = match follow(&answers).first() {
            Some(answer) => {
                let agent = agent_of_message(answer).or_else(|| {
                    let call = visitor.call(answer);
                    call.agents(visitor).first().copied()
                });
                vec![("answered", agent), ("held", agent)]
            }
            None if session.closed => vec![("missed", None)],
            None => vec![("pending", None)],
        };
        [vec![("requested", None)], became].concat()
    };
    Some(Opened { opening, counts_as })
}

/// Calls requested in the period with a `call_connected`, but, if inbound, no `call_answered`, and if proactive, no
/// `call_accepted`.
pub(super) fn connected_unannounced(context: &Context<'_>) -> usize {
    let calls = context.visitors.iter().flat_map(Visitor::calls);
    let of_period = calls.filter(|call| context.in_period(call.request));
    let unannounced = |call: &Call<'_>| {
        let announcement = match call.requester() {
            Some(_) => "call_accepted",
            None => "call_answered",
        };
        call.has("call_connected") && !call.has(announcement)
    };
    of_period.filter(unannounced).count()
}

/// Human `message_sent` and `chat_requested` events in the period that belong to no session.
pub(super) fn outside_sessions(context: &Context<'_>) -> usize {
    let mut outside = 0;
    for visitor in &context.visitors {
        let sessions = visitor.sessions(context.as_of.unwrap());
        let events = visitor.events.iter().filter(|event| {
            let counts = is_human_message(event) || type_of(event) == "chat_requested";
            counts && context.in_period(event)
        });
        outside += events
            .filter(|event| !sessions.iter().any(|session| session.holds(event)))
            .count();
    }
    outside
}

/// How many count as each of these figures.
fn figures(opened: &[&Opened<'_>], names: &[&'static str]) -> Value {
    figures_of(opened, names, |_| true)
}

/// How many count as each of these figures for such an agent.
fn figures_of(
    opened: &[&Opened<'_>],
    names: &[&'static str],
    agent: impl Fn(Option<&str>) -> bool,
) -> Value {
    let mut row = json!({});
    for name in names {
        let counts = |opened: &&&Opened<'_>| {
            let mut figures = opened.counts_as.iter();
            figures.any(|(figure, of)| figure == name && agent(*of))
        };
        row[*name] = json!(opened.iter().filter(counts).count());
    }
    row
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
    let agents: BTreeSet<&str> = all
        .iter()
        .flat_map(|opened| opened.counts_as.iter().filter_map(|(_, agent)| *agent))
        .collect();
    let agents = agents.into_iter().map(|agent| {
        let mut row = figures_of(&all, names_of_agents, |of| of == Some(agent));
        assert!(!is_zero(&row));
        row["agent"] = json!(agent);
        row
    });
    let page = |opened: &Opened<'_>| context.page(opened.opening);
    let pages: BTreeSet<String> = all.iter().filter_map(|opened| page(opened)).collect();
    let pages = pages.into_iter().map(|name| {
        let mut own = all.clone();
        own.retain(|opened| page(opened).as_ref() == Some(&name));
        let mut row = figures(&own, names);
        assert!(!is_zero(&row));
        row["page"] = json!(name);
        row
    });
    json!({
        "organization": figures(&all, names),
        "agents": agents.collect::<Vec<Value>>(),
        "pages": pages.collect::<Vec<Value>>(),
        "daily": context.daily(|day| {
            let mut of_day = all.clone();
            of_day.retain(|opened| day.holds(opened.opening.at()));
            figures(&of_day, names)
        }),
    })
}
