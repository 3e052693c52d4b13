//! Logs in which arrivals under one id clash: of other content, mostly at the same place in canonical order. In the
//! logs of `nasty` that hardly happens.

use chrono::TimeDelta;
use convometrics::Event;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::nasty::{self, Case};

/// A case of `nasty` with further arrivals anywhere among the others.
pub(super) fn case() -> BoxedStrategy<Case> {
    let further = (any::<Index>(), any::<Index>(), any::<Index>(), 0..8_u8);
    let further = proptest::collection::vec(further, 1..20);
    (nasty::case(), further)
        .prop_map(|(mut case, further)| {
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
    let same_type = event.kind().event_type() == other.kind().event_type();
    let kind = if same_type {
        other.kind()
    } else {
        event.kind()
    };
    let (mut at, mut seq, mut page, mut session) =
        (event.at(), event.seq(), event.page(), event.session());
    match change {
        0 | 1 => page = other.page(),
        2 | 3 => session = other.session(),
        4 => seq = other.seq(),
        5 => at += TimeDelta::microseconds(1),
        // Only the event's own fields, where the other is of its type.
        _ => {}
    }
    let event = Event::new(
        event.id().clone(),
        at,
        event.visitor().clone(),
        kind.clone(),
    );
    let mut event = event.unwrap().with_seq(seq);
    if let Some(page) = page {
        event = event.with_page(page.clone());
    }
    if let Some(session) = session {
        event = event.with_session(session.clone());
    }
    event
}
