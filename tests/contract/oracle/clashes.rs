//! Logs in which arrivals under one id clash: of other content, mostly at the same place in canonical order. The events
//! of linked visitors clash like this too. In the logs of `nasty` that hardly happens.

use chrono::TimeDelta;
use convometrics::Event;
use convometrics::event::VisitorEvent;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::nasty::{self, Case};

/// A case of `nasty` with further arrivals anywhere among the others.
pub(super) fn case() -> BoxedStrategy<Case> {
    let further = (any::<Index>(), any::<Index>(), any::<Index>(), 0..11_u8);
    let further = proptest::collection::vec(further, 1..20);
    // `v-0` sends no event. A visitor with this name sorts before the others, whatever id it sends.
    let links = [
        ("v-a", "v-b"),
        ("v-a", "v-c"),
        ("v-c", "v-b"),
        ("v-b", "v-0"),
        ("v-c", "v-0"),
    ];
    let link = proptest::option::of(select(links.to_vec()));
    (nasty::case(), further, link)
        .prop_map(|(mut case, further, link)| {
            case.events.extend(link.map(|(from, to)| {
                let link = VisitorEvent::Linked {
                    to: to.parse().unwrap(),
                };
                let (id, at) = ("link".parse().unwrap(), case.period.start());
                Event::new(id, at, from.parse().unwrap(), link).unwrap()
            }));
            for (whose, like, place, change) in further {
                if !case.events.is_empty() {
                    let (event, other) = (whose.get(&case.events), like.get(&case.events));
                    let arrival = changed(event, other, change);
                    case.events.insert(place.index(case.events.len()), arrival);
                }
            }
            case
        })
        .boxed()
}

/// The event with one thing as another event has it.
fn changed(event: &Event, other: &Event, change: u8) -> Event {
    let (mut mine, theirs) = (json(event), json(other));
    let same_type = mine["type"] == theirs["type"];
    match change {
        0 | 1 => mine["page"] = theirs["page"].clone(),
        2 | 3 => mine["session"] = theirs["session"].clone(),
        4 => mine["seq"] = theirs["seq"].clone(),
        5 => mine["at"] = json!(event.at() + TimeDelta::microseconds(1)),
        // A retraction has a revision of its own.
        6 if mine["type"] != "retracted" => mine["revision"] = theirs["revision"].clone(),
        // Another visitor's event at the same place. It matters if the two are linked.
        8 | 9 => {
            for name in ["visitor", "page", "session"] {
                mine[name] = theirs[name].clone();
            }
        }
        // The event's own fields, if the other is of its type.
        _ if same_type => {
            let mut changed = theirs;
            for name in ["id", "visitor", "at", "seq", "revision", "page", "session"] {
                changed[name] = mine[name].clone();
            }
            mine = changed;
        }
        _ => {}
    }
    serde_json::from_value(mine).unwrap()
}

fn json(event: &Event) -> Value {
    serde_json::to_value(event).unwrap()
}
