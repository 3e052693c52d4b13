//! Requests, and clicks on automatic messages.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use convometrics::event::WidgetEvent;
use convometrics::id::LinkUrl;
use convometrics::{Event, EventKind};
use serde_json::{Value, json};

use super::Context;
use super::clock::hour;
use super::figures::ratio;
use super::journeys::{Request, Visitor};

fn acceptance_rate(requests: &[&Request<'_>]) -> Value {
    let accepted = requests.iter().filter(|request| request.accepted);
    ratio(accepted.count(), requests.len())
}

pub(super) fn metrics(context: &Context<'_>) -> Value {
    let all: Vec<Request<'_>> = context
        .visitors
        .iter()
        .flat_map(Visitor::requests)
        .collect();
    let all: Vec<&Request<'_>> = all
        .iter()
        .filter(|request| context.in_period(request.event))
        .collect();
    let those = |of: &[&'_ Request<'_>], is: &dyn Fn(&Request<'_>) -> bool| {
        of.iter().filter(|request| is(request)).count()
    };
    let text = |request: &Request<'_>| !request.video;
    let video = |request: &Request<'_>| request.video;
    let accepted = |request: &Request<'_>| request.accepted;
    let by_agent = |request: &Request<'_>| request.agent().is_some();
    let from_visitor =
        |of: &[&'_ Request<'_>]| of.iter().filter(|request| !by_agent(request)).count();
    let visitors_own = |of: &[&Request<'_>]| {
        let own: Vec<_> = of
            .iter()
            .copied()
            .filter(|request| !by_agent(request))
            .collect();
        acceptance_rate(&own)
    };
    let daily = context.daily(|day| {
        let mut of_day = all.clone();
        of_day.retain(|request| day.holds(request.event.at()));
        json!({
            "text": those(&of_day, &text),
            "video": those(&of_day, &video),
            "by_visitor": from_visitor(&of_day),
            "by_agent": those(&of_day, &by_agent),
            "visitor_acceptance_rate": visitors_own(&of_day),
        })
    });
    let by_hour = (0..24).map(|of_day| {
        let mut of_hour = all.clone();
        of_hour.retain(|request| hour(request.event.at(), context.zone) == of_day);
        json!({"hour": of_day, "text": those(&of_hour, &text), "video": those(&of_hour, &video)})
    });
    let by_hour: Vec<Value> = by_hour.collect();
    let failed = |request: &Request<'_>| !by_agent(request) && !accepted(request);
    let unanswered = |request: &Request<'_>| failed(request) && !request.responded;
    let answered = |request: &Request<'_>| failed(request) && request.responded;
    json!({
        "total": all.len(),
        "by_visitor": from_visitor(&all),
        "by_agent": those(&all, &by_agent),
        "text": those(&all, &text),
        "video": those(&all, &video),
        "accepted": those(&all, &accepted),
        "unsuccessful": all.len() - those(&all, &accepted),
        "text_share": ratio(those(&all, &text), all.len()),
        "video_share": ratio(those(&all, &video), all.len()),
        "visitor_acceptance_rate": visitors_own(&all),
        "unanswered_from_visitor": those(&all, &unanswered),
        "answered_without_conversation": those(&all, &answered),
        "daily": daily,
        "by_hour": by_hour,
        "top_pages": top_pages(context, &all),
        "auto_message_triggers": triggers(context),
        "auto_messages": auto_messages(context),
    })
}

/// Most requests first, then by page.
fn top_pages(context: &Context<'_>, requests: &[&Request<'_>]) -> Value {
    let page = |request: &Request<'_>| context.page(request.event);
    let pages: BTreeSet<String> = requests
        .iter()
        .filter_map(|request| page(request))
        .collect();
    let row = |name: String| {
        let mut on_page = requests.to_vec();
        on_page.retain(|request| page(request).as_ref() == Some(&name));
        let video = on_page.iter().filter(|request| request.video).count();
        (name, on_page.len(), video)
    };
    let mut rows: Vec<_> = pages.into_iter().map(row).collect();
    rows.sort_by_key(|(page, total, _)| (Reverse(*total), page.clone()));
    let rows = rows.into_iter().take(context.options.top());
    rows.map(|(page, total, video)| {
        json!({"page": page, "total": total, "text": total - video, "video": video})
    })
    .collect()
}

/// Trigger, message and link of each click on an automatic message in the period.
fn clicks<'a>(context: &Context<'a>) -> Vec<(&'a str, &'a str, Option<&'a str>)> {
    let events = context
        .visitors
        .iter()
        .flat_map(|visitor| visitor.events.iter().copied());
    let click = |event: &'a Event| match event.kind() {
        EventKind::Widget(WidgetEvent::AutoMessageClicked {
            trigger,
            auto_message,
            url,
        }) => {
            let url = url.as_ref().map(LinkUrl::as_str);
            Some((trigger.as_str(), auto_message.as_str(), url))
        }
        _ => None,
    };
    events
        .filter(|event| context.in_period(event))
        .filter_map(click)
        .collect()
}

/// The most frequent first, then by name.
fn most<T: Ord + Copy>(names: Vec<T>, top: usize) -> Vec<(T, usize)> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_insert(0) += 1;
    }
    let mut rows: Vec<(T, usize)> = counts.into_iter().collect();
    rows.sort_by_key(|(name, count)| (Reverse(*count), *name));
    rows.truncate(top);
    rows
}

fn triggers(context: &Context<'_>) -> Value {
    let triggers = clicks(context).into_iter().map(|(trigger, ..)| trigger);
    let rows = most(triggers.collect(), context.options.top()).into_iter();
    rows.map(|(trigger, clicks)| json!({"trigger": trigger, "clicks": clicks}))
        .collect()
}

/// Only clicks with a link.
fn auto_messages(context: &Context<'_>) -> Value {
    let linked = clicks(context)
        .into_iter()
        .filter_map(|(_, message, url)| Some((message, url?)));
    let rows = most(linked.collect(), context.options.top()).into_iter();
    rows.map(
        |((message, url), clicks)| json!({"auto_message": message, "url": url, "clicks": clicks}),
    )
    .collect()
}
