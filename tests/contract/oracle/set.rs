//! The log as a set: what survives, what is seen, what is set aside, and the counters of all that.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use convometrics::Event;
use serde_json::{Value, json};

use super::events::{call_of, order_of, place, same_visitor, type_of};

/// Of all arrivals with one (visitor, id), in any order.
fn arrivals(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Event>> = BTreeMap::new();
    for event in events {
        let key = (event.visitor().as_str(), event.id().as_str());
        groups.entry(key).or_default().push(event);
    }
    groups.into_values().collect()
}

/// The first in canonical order; equal there, the lesser content: by session, then by page, then by its own fields.
fn survivor<'a>(arrivals: &[&'a Event]) -> &'a Event {
    let key = |event: &&'a Event| (place(event), event.session(), event.page(), event.kind());
    arrivals.iter().copied().min_by_key(key).unwrap()
}

pub(super) struct Log<'a> {
    pub(super) as_of: Option<DateTime<Utc>>,
    /// What is seen and not set aside: by visitor, then in canonical order.
    pub(super) read: Vec<&'a Event>,
    events: usize,
    duplicates: usize,
    conflicts: usize,
    redundant: usize,
    orphans: usize,
}

impl<'a> Log<'a> {
    pub(super) fn read(events: &'a [Event], as_of: Option<DateTime<Utc>>) -> Self {
        let (mut survivors, mut duplicates, mut conflicts) = (Vec::new(), 0, 0);
        for arrivals in arrivals(events) {
            let survivor = survivor(&arrivals);
            let same = arrivals.iter().filter(|event| **event == survivor).count();
            duplicates += same - 1;
            conflicts += arrivals.len() - same;
            survivors.push(survivor);
        }

        let as_of = as_of.or(survivors.iter().map(|event| event.at()).max());
        let mut visible = survivors;
        visible.retain(|event| Some(event.at()) <= as_of);
        visible.sort_by_key(|event| (event.visitor().as_str(), place(event)));

        let redundant = |event: &Event| visible.iter().any(|first| makes_redundant(first, event));
        let orphan = |event: &Event| {
            let wants = is_call_event(event) || is_return(event);
            wants && !visible.iter().any(|opening| is_wanted_by(opening, event))
        };
        let count = |is: &dyn Fn(&Event) -> bool| visible.iter().filter(|event| is(event)).count();
        let read = visible.iter().copied();
        Self {
            as_of,
            read: read
                .filter(|event| !redundant(event) && !orphan(event))
                .collect(),
            events: visible.len(),
            duplicates,
            conflicts,
            redundant: count(&redundant),
            orphans: count(&orphan),
        }
    }

    pub(super) fn data_quality(&self, over_refunds: usize) -> Value {
        json!({
            "events": self.events,
            "duplicates": self.duplicates,
            "conflicts": self.conflicts,
            "redundant": self.redundant,
            "orphans": self.orphans,
            "over_refunds": over_refunds,
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
    same_opening && same_visitor(first, event) && place(first) < place(event)
}

/// Of a call, but not its request.
fn is_call_event(event: &Event) -> bool {
    call_of(event).is_some() && type_of(event) != "call_requested"
}

fn is_return(event: &Event) -> bool {
    matches!(type_of(event), "order_refunded" | "order_cancelled")
}

/// Wherever the two stand: clocks differ.
fn is_wanted_by(opening: &Event, event: &Event) -> bool {
    let opens = match type_of(opening) {
        "order_placed" => order_of(opening) == order_of(event),
        "call_requested" => call_of(opening) == call_of(event),
        _ => false,
    };
    opens && same_visitor(opening, event)
}
