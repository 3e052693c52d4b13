//! The log as a set: the events that survive, are visible and are set aside, and the counters of these.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use convometrics::event::OrderEvent;
use convometrics::{Event, EventKind};
use serde_json::{Value, json};

use super::events::{after, call_of, order_of, place, type_of};
use super::links::Links;

/// Of all arrivals with one (visitor, id) as sent, in any order.
fn arrivals(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Event>> = BTreeMap::new();
    for event in events {
        let key = (event.visitor().as_str(), event.id().as_str());
        groups.entry(key).or_default().push(event);
    }
    groups.into_values().collect()
}

/// Among those with the highest revision, a `retracted` if there is one, else the first in canonical order. Events that
/// are equal there are ordered by session, then by page, then by their own fields.
fn survivor<'a>(arrivals: &[&'a Event]) -> &'a Event {
    let key = |event: &&'a Event| {
        let content = (event.session(), event.page(), event.kind());
        let revision = Reverse(event.revision());
        (revision, !is_retracted(event), place(event), content)
    };
    arrivals.iter().copied().min_by_key(key).unwrap()
}

fn is_retracted(event: &Event) -> bool {
    type_of(event) == "retracted"
}

pub(super) struct Log<'a> {
    pub(super) as_of: Option<DateTime<Utc>>,
    pub(super) links: Links<'a>,
    /// The visible events that are not set aside.
    pub(super) read: Vec<&'a Event>,
    events: usize,
    duplicates: usize,
    conflicts: usize,
    superseded: usize,
    retracted: usize,
    redundant: usize,
    orphans: usize,
}

impl<'a> Log<'a> {
    pub(super) fn read(events: &'a [Event], as_of: Option<DateTime<Utc>>) -> Self {
        let mut survivors = Vec::new();
        let (mut duplicates, mut conflicts, mut superseded) = (0, 0, 0);
        for arrivals in arrivals(events) {
            let survivor = survivor(&arrivals);
            let same_revision = |event: &&&Event| event.revision() == survivor.revision();
            let of_revision = arrivals.iter().filter(same_revision).count();
            // Equal events have the same revision.
            let same = arrivals.iter().filter(|event| **event == survivor).count();
            duplicates += same - 1;
            conflicts += of_revision - same;
            superseded += arrivals.len() - of_revision;
            survivors.push(survivor);
        }

        let links = Links::read(&survivors);
        let telling = survivors.iter().filter(|event| !is_retracted(event));
        let as_of = as_of.or(telling.map(|event| event.at()).max());
        let mut visible = survivors;
        visible.retain(|event| Some(event.at()) <= as_of);

        let redundant = |event: &Event| {
            let mut others = visible.iter();
            others.any(|first| makes_redundant(first, event) && links.same_visitor(first, event))
        };
        let orphan = |event: &Event| {
            let openings = visible.iter().filter(|opening| !redundant(opening));
            let mut own = openings.filter(|opening| links.same_visitor(opening, event));
            needs_opening(event) && !own.any(|opening| is_opening_of(opening, event))
        };
        let set_aside = |event: &Event| {
            let says_nothing = matches!(type_of(event), "visitor_linked" | "retracted");
            says_nothing || redundant(event) || orphan(event)
        };
        let count = |is: &dyn Fn(&Event) -> bool| visible.iter().filter(|event| is(event)).count();
        let read = visible.iter().copied();
        Self {
            as_of,
            read: read.filter(|event| !set_aside(event)).collect(),
            events: visible.len(),
            duplicates,
            conflicts,
            superseded,
            retracted: count(&is_retracted),
            redundant: count(&redundant),
            orphans: count(&orphan),
            links,
        }
    }

    /// The counters of this module. The others are added to them.
    pub(super) fn counters(&self) -> Value {
        json!({
            "events": self.events,
            "duplicates": self.duplicates,
            "conflicts": self.conflicts,
            "superseded": self.superseded,
            "retracted": self.retracted,
            "linked": self.links.linked(),
            "redundant": self.redundant,
            "orphans": self.orphans,
        })
    }
}

/// A second `order_placed` of one order, a second `call_requested` of one call.
fn makes_redundant(first: &Event, event: &Event) -> bool {
    let same_opening = match (type_of(first), type_of(event)) {
        ("order_placed", "order_placed") => order_of(first) == order_of(event),
        ("call_requested", "call_requested") => call_of(first) == call_of(event),
        _ => false,
    };
    same_opening && after(event, first)
}

/// A `call_*` event other than `call_requested`, an `order_refunded` or an `order_cancelled`.
fn needs_opening(event: &Event) -> bool {
    let of_call = call_of(event).is_some() && type_of(event) != "call_requested";
    of_call || matches!(type_of(event), "order_refunded" | "order_cancelled")
}

/// Wherever the two stand: clocks differ. A refund whose currency is given and is not its order's has no opening.
fn is_opening_of(opening: &Event, event: &Event) -> bool {
    match (opening.kind(), event.kind()) {
        (
            EventKind::Order(OrderEvent::Placed(placed)),
            EventKind::Order(OrderEvent::Refunded {
                order, currency, ..
            }),
        ) => placed.order() == order && currency.is_none_or(|given| given == placed.currency()),
        _ => match type_of(opening) {
            "order_placed" => order_of(opening) == order_of(event),
            "call_requested" => call_of(opening) == call_of(event),
            _ => false,
        },
    }
}
