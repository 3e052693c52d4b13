//! Events of few ids at few instants, from bytes: so that much of what they say belongs together.

use arbitrary::{Result, Unstructured};
use chrono::{DateTime, TimeDelta, Utc};
use convometrics::attribution::{LapsedTouch, PositionEnds, WindowEdge};
use convometrics::event::{
    Author, CallEvent, ChatEvent, ClickTarget, Initiator, OrderEvent, PlacedOrder, Rating,
    SessionEvent, SurveyEvent, SurveyOutcome, VisitorEvent, WidgetEvent,
};
use convometrics::metrics::gmv::GmvScope;
use convometrics::query::PageGrouping;
use convometrics::{Channel, Event, EventKind, Model, Options, Period, Zone};

use super::queries::seconds;

/// The most events of a log.
const MOST: usize = 64;

/// Zones, each with an instant around which a log stands: a change of the clock, or an end of time.
const PLACES: [(&str, &str); 6] = [
    ("Europe/Paris", "2026-03-29T01:00:00Z"),
    ("America/St_Johns", "2006-10-29T02:31:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
    ("UTC", "0000-01-01T00:00:00Z"),
    ("UTC", "9999-12-31T23:59:59.999999Z"),
];

const AMOUNTS: [&str; 7] = [
    "0",
    "0.01",
    "10",
    "35.10",
    "0.000001",
    "99.999999",
    "999999999999.999999",
];

/// A log, in the order in which it arrives, with what is asked about it.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) events: Vec<Event>,
    pub(crate) period: Period,
    pub(crate) options: Options,
}

pub(crate) fn log(u: &mut Unstructured<'_>) -> Result<Log> {
    let (zone, around) = u.choose(&PLACES)?;
    let around: DateTime<Utc> = around.parse().unwrap();
    let options = options(u, around)?;
    let period = period(u, around, &zone.parse().unwrap())?;
    let mut events = Vec::new();
    while !u.is_empty() && events.len() < MOST {
        match arrival(u, around, &events) {
            Ok(event) => events.push(event),
            // Bytes that do not suffice for one more.
            Err(_) => break,
        }
    }
    Ok(Log {
        events,
        period,
        options,
    })
}

fn period(u: &mut Unstructured<'_>, around: DateTime<Utc>, zone: &Zone) -> Result<Period> {
    let (a, b) = (instant(u, around)?, instant(u, around)?);
    let (from, to) = (a.min(b), a.max(b));
    let days = Period::from_dates(zone.date(from), zone.date(to), zone);
    let cut = Period::new(from, to, zone);
    let whole = u.arbitrary()?;
    // The last day there is has no end.
    Ok(if whole { days.or(cut) } else { cut }.unwrap_or_else(|_| {
        let start = DateTime::UNIX_EPOCH;
        Period::new(start, start, zone).unwrap()
    }))
}

fn options(u: &mut Unstructured<'_>, around: DateTime<Utc>) -> Result<Options> {
    let longest = 36_600 * 86_400;
    let windows = [0, 1, 900, 3_600, 86_400, 2_592_000, longest];
    let (first, last) = *u.choose(&[(40, 40), (0, 100), (100, 0), (50, 50), (1, 0), (30, 60)])?;
    let mut options = Options::new()
        .with_window(seconds(*u.choose(&windows)?))
        .and_then(|options| options.with_top(1))
        .unwrap()
        .with_window_edge(*u.choose(&WindowEdge::ALL)?)
        .with_model(*u.choose(&Model::ALL)?)
        .with_gmv_scope(*u.choose(&GmvScope::ALL)?)
        .with_lapsed_touch(*u.choose(&LapsedTouch::ALL)?)
        .with_page_grouping(*u.choose(&PageGrouping::ALL)?)
        .with_position_ends(PositionEnds::new(first, last).unwrap());
    for channel in [Channel::Text, Channel::Video] {
        if u.ratio(1_u8, 3)? {
            let window = seconds(*u.choose(&windows)?);
            options = options.with_channel_window(channel, window).unwrap();
        }
    }
    let times = [1, 900, 1_800, 86_400, u64::MAX];
    options = options
        .with_session_timeout(seconds(*u.choose(&times)?))
        .and_then(|options| options.with_half_life(seconds(*u.choose(&times).unwrap_or(&1))))
        .and_then(|options| options.with_top(*u.choose(&[1, 3, usize::MAX]).unwrap_or(&10)))
        .unwrap();
    if u.ratio(1_u8, 4)? {
        options = options.with_as_of(instant(u, around)?).unwrap();
    }
    if u.ratio(1_u8, 4)? {
        let timeout = seconds(*u.choose(&times)?);
        options = options.with_conversation_timeout(timeout).unwrap();
    }
    if u.ratio(1_u8, 4)? {
        let wait = seconds(*u.choose(&times)?);
        options = options.with_cancelled_is_missed_after(wait).unwrap();
    }
    if u.ratio(1_u8, 4)? {
        let window = seconds(*u.choose(&windows)?);
        options = options.with_orders_window(window).unwrap();
    }
    if u.ratio(1_u8, 4)? {
        options = options.with_csat_details(*u.choose(&[0, 1, usize::MAX])?);
    }
    Ok(options)
}

/// An instant on a grid of quarters of an hour, near or far, or a microsecond beside it; never out of range.
fn instant(u: &mut Unstructured<'_>, around: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let byte: u8 = u.arbitrary()?;
    let quarters = match byte & 0x3f {
        near @ 0..=47 => i64::from(near) - 24,
        far => (i64::from(far) - 55) * 96,
    };
    let beside = match byte >> 6 {
        1 => 1,
        2 => -1,
        _ => 0,
    };
    let at = around + TimeDelta::minutes(15 * quarters) + TimeDelta::microseconds(beside);
    let ends = ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"];
    let [first, last] = ends.map(|end| end.parse().unwrap());
    Ok(at.clamp(first, last))
}

/// An event, or a further arrival under the id of an earlier one: the same event, another revision, or a retraction.
fn arrival(u: &mut Unstructured<'_>, around: DateTime<Utc>, events: &[Event]) -> Result<Event> {
    let choice = u.int_in_range(0..=15_u8)?;
    if choice > 2 || events.is_empty() {
        return event(u, around);
    }
    let earlier = u.choose(events)?;
    let is_retraction = matches!(earlier.kind(), EventKind::Correction(_));
    let revision = u.int_in_range(0..=3_u64)?.max(is_retraction.into());
    Ok(match choice {
        0 => earlier.clone(),
        1 => earlier.clone().with_revision(revision).unwrap(),
        _ => {
            let (id, visitor) = (earlier.id().clone(), earlier.visitor().clone());
            Event::retraction(id, instant(u, around)?, visitor, revision.max(1)).unwrap()
        }
    })
}

fn event(u: &mut Unstructured<'_>, around: DateTime<Utc>) -> Result<Event> {
    let kind = kind(u)?;
    let at = instant(u, around)?;
    // Few ids, so that some are given twice; one in three is a UUID.
    let id = match u.int_in_range(0..=95_u8)? {
        number if number % 3 == 0 => format!("{number:08x}-9dad-41d1-80b4-00c04fd430c8"),
        number => number.to_string(),
    };
    let long = "v".repeat(255);
    let visitors = ["a", "a", "a", "0f8fad5b-d9cb-469f-a165-70867728950e", &long];
    let visitor = u.choose(&visitors)?.parse().unwrap();
    let mut event = Event::new(id.parse().unwrap(), at, visitor, kind).unwrap();
    let envelope: u8 = u.arbitrary()?;
    if envelope.is_multiple_of(8) {
        event = event.with_seq(u32::from(envelope >> 6) * (u32::MAX / 3));
    }
    if let Some(session) = ["s", "t"].get(usize::from(envelope >> 3 & 3)) {
        event = event.with_session(session.parse().unwrap());
    }
    let pages = ["/p", "/p?x=1", "/p#y", "/q", "?x", "#"];
    if let Some(page) = pages.get(usize::from(envelope >> 5)) {
        event = event.with_page(page.parse().unwrap());
    }
    Ok(event)
}

fn id(u: &mut Unstructured<'_>, prefix: &str) -> Result<String> {
    Ok(format!("{prefix}{}", u.int_in_range(0..=2_u8)?))
}

fn participant(u: &mut Unstructured<'_>) -> Result<Initiator> {
    Ok(match u.int_in_range(0..=3_u8)? {
        0 | 1 => Initiator::Visitor,
        _ => Initiator::Agent(id(u, "agent-")?.parse().unwrap()),
    })
}

fn kind(u: &mut Unstructured<'_>) -> Result<EventKind> {
    Ok(match u.int_in_range(0..=31_u8)? {
        0 => WidgetEvent::Impression.into(),
        1 => {
            let target = *u.choose(&[ClickTarget::Widget, ClickTarget::ChatNotification])?;
            WidgetEvent::Clicked { target }.into()
        }
        2 => WidgetEvent::AutoMessageClicked {
            trigger: id(u, "t")?.parse().unwrap(),
            auto_message: id(u, "m")?.parse().unwrap(),
            url: u
                .choose(&[None, Some("/sale")])?
                .map(|url| url.parse().unwrap()),
        }
        .into(),
        3..=11 => chat(u)?.into(),
        12..=21 => call(u)?.into(),
        22..=28 => order(u)?.into(),
        29 | 30 => survey(u)?.into(),
        // A link makes one visitor of two: few logs have one.
        _ if u.ratio(1_u8, 8)? => VisitorEvent::Linked {
            to: u.choose(&["0", "a", "b"])?.parse().unwrap(),
        }
        .into(),
        _ => SessionEvent::Ended.into(),
    })
}

fn chat(u: &mut Unstructured<'_>) -> Result<ChatEvent> {
    let conversation = id(u, "c")?.parse().unwrap();
    Ok(match u.int_in_range(0..=7_u8)? {
        0 => ChatEvent::Requested {
            conversation,
            by: participant(u)?,
        },
        1 => ChatEvent::AgentAssigned {
            conversation,
            agent: id(u, "agent-")?.parse().unwrap(),
        },
        2 => ChatEvent::MessageSent {
            conversation,
            by: Author::Automation,
        },
        _ => ChatEvent::MessageSent {
            conversation,
            by: participant(u)?.into(),
        },
    })
}

fn call(u: &mut Unstructured<'_>) -> Result<CallEvent> {
    let call = id(u, "k")?.parse().unwrap();
    Ok(match u.int_in_range(0..=11_u8)? {
        0..=3 => CallEvent::Requested {
            conversation: id(u, "c")?.parse().unwrap(),
            call,
            by: participant(u)?,
        },
        4 => CallEvent::Answered {
            call,
            agent: id(u, "agent-")?.parse().unwrap(),
        },
        5 => CallEvent::Accepted { call },
        6 => CallEvent::Declined { call },
        7 => CallEvent::Cancelled { call },
        8 => CallEvent::Missed { call },
        9 => CallEvent::Ended { call },
        _ => CallEvent::Connected { call },
    })
}

fn order(u: &mut Unstructured<'_>) -> Result<OrderEvent> {
    let order = id(u, "o")?.parse().unwrap();
    let amount = u.choose(&AMOUNTS)?.parse().unwrap();
    Ok(match u.int_in_range(0..=5_u8)? {
        0 => OrderEvent::Cancelled { order },
        1 => OrderEvent::Refunded {
            order,
            currency: None,
            amount,
        },
        what => {
            let currency = u.choose(&["EUR", "EUR", "JPY", "CLF"])?.parse().unwrap();
            let placed = PlacedOrder::new(order, currency, amount);
            let less = u.choose(&AMOUNTS)?.parse().unwrap();
            // What would be less than nothing stays as it is.
            let placed = match what {
                2 => placed.clone().with_discount(less).unwrap_or(placed),
                3 => placed.clone().with_included_tax(less).unwrap_or(placed),
                _ => placed,
            };
            OrderEvent::Placed(placed)
        }
    })
}

fn survey(u: &mut Unstructured<'_>) -> Result<SurveyEvent> {
    Ok(SurveyEvent::Answered {
        survey: id(u, "q")?.parse().unwrap(),
        conversation: id(u, "c")?.parse().unwrap(),
        rating: Rating::new(u.int_in_range(0..=5)?).ok(),
        feedback: u
            .choose(&[None, Some("good")])?
            .map(|text| text.parse().unwrap()),
        outcome: *u.choose(&[SurveyOutcome::Submitted, SurveyOutcome::Closed])?,
    })
}
