//! Generators that reach the nasty places: equal instants, window edges to the microsecond, gaps exactly at the session
//! timeout, days with a clock change, several agents, ids shared across visitors, orphans that later events of the same log
//! heal, duplicates, conflicts, revisions and retractions, linked visitors, free orders, refunds beyond value and in another
//! currency, currencies of 0, 2, 3 and 4 digits.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use convometrics::attribution::{LapsedTouch, PositionEnds, WindowEdge};
use convometrics::event::{
    Author, CallEvent, ChatEvent, ClickTarget, Initiator, OrderEvent, PlacedOrder, Rating,
    SessionEvent, SurveyEvent, SurveyOutcome, VisitorEvent, WidgetEvent,
};
use convometrics::id::{AutoMessageId, VisitorId};
use convometrics::metrics::gmv::GmvScope;
use convometrics::query::PageGrouping;
use convometrics::{Channel, Event, EventKind, Ledger, Model, Options, Period, Report, Zone};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Zones, each with an instant at which its clocks change.
const CHANGES: [(&str, &str); 6] = [
    ("Europe/Paris", "2026-03-29T01:00:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("America/St_Johns", "2006-10-29T02:31:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
];

pub(crate) const MODELS: [Model; 5] = [
    Model::LastTouch,
    Model::FirstTouch,
    Model::Linear,
    Model::PositionBased,
    Model::TimeDecay,
];

/// A log with the report that is asked of it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) events: Vec<Event>,
    pub(crate) period: Period,
    pub(crate) options: Options,
}

impl Case {
    pub(crate) fn ledger(&self) -> Ledger {
        ledger(&self.events)
    }

    pub(crate) fn report(&self) -> Report {
        self.ledger().report(&self.period, &self.options)
    }
}

pub(crate) fn ledger(events: &[Event]) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.record_all(events).unwrap();
    ledger
}

/// The number of the group that a visitor is in.
pub(crate) fn group(visitor: &VisitorId, groups: usize) -> usize {
    visitor.as_str().bytes().map(usize::from).sum::<usize>() % groups
}

/// A ledger for each group of visitors. Linked visitors are in one group, that of their name.
pub(crate) fn groups(events: &[Event], number: usize) -> Vec<Ledger> {
    let whole = ledger(events);
    let mut groups = vec![Ledger::new(); number];
    for event in events {
        let visitor = whole.visitor_of(event.visitor());
        groups[group(visitor, number)].record(event).unwrap();
    }
    groups
}

/// The options with lists that nothing is cut from.
pub(crate) fn uncut(options: Options) -> Options {
    let options = options.with_csat_details(usize::MAX);
    options.with_top(1_000_000).unwrap()
}

pub(crate) fn json(report: &Report) -> String {
    serde_json::to_string(report).unwrap()
}

/// A log of up to 90 events around a clock change, with options whose windows and timeouts fall on its grid.
pub(crate) fn case() -> BoxedStrategy<Case> {
    select(&CHANGES[..])
        .prop_flat_map(|(zone, change)| {
            let zone: Zone = zone.parse().unwrap();
            let change: DateTime<Utc> = change.parse().unwrap();
            (events(change), period(change, &zone), options(change)).prop_map(
                |(events, period, options)| Case {
                    events,
                    period,
                    options,
                },
            )
        })
        .boxed()
}

fn period(change: DateTime<Utc>, zone: &Zone) -> impl Strategy<Value = Period> + use<> {
    let (days_zone, zone) = (zone.clone(), zone.clone());
    let date = move |days| -> NaiveDate { (change + TimeDelta::days(days)).date_naive() };
    let whole_days = (-3..1_i64, 0..6_i64).prop_map(move |(first, more)| {
        Period::from_dates(date(first), date(first + more), &days_zone).unwrap()
    });
    let cut_days = (instant(change), instant(change))
        .prop_map(move |(a, b)| Period::new(a.min(b), a.max(b), &zone).unwrap());
    prop_oneof![3 => whole_days, 1 => cut_days]
}

fn options(change: DateTime<Utc>) -> BoxedStrategy<Options> {
    let attribution = (
        select(&[0_u64, 900, 3_600, 86_400, 2_592_000][..]),
        prop_oneof![Just(WindowEdge::Inclusive), Just(WindowEdge::Exclusive)],
        select(&MODELS[..]),
        select(&[1_u64, 86_400, 604_800][..]),
        prop_oneof![Just(GmvScope::Video), Just(GmvScope::Any)],
    );
    let channels = prop_oneof![
        3 => Just((None, None)),
        2 => (select(&[0_u64, 900][..]), select(&[86_400_u64, 2_592_000][..]))
            .prop_map(|(text, video)| (Some(text), Some(video))),
        1 => select(&[0_u64, 900, 86_400][..]).prop_map(|text| (Some(text), None)),
        1 => select(&[0_u64, 900, 86_400][..]).prop_map(|video| (None, Some(video))),
    ];
    let lapsed = select(&LapsedTouch::ALL[..]);
    let ends = select(&[(40, 40), (40, 40), (30, 60), (0, 50), (50, 50)][..]);
    let further = (channels, lapsed, ends);
    let reading = (
        select(&[900_u64, 1_800, 86_400][..]),
        select(
            &[
                PageGrouping::Path,
                PageGrouping::Exact,
                PageGrouping::Normalized,
            ][..],
        ),
        select(&[1_usize, 3, 10][..]),
        proptest::option::weighted(0.15, instant(change)),
    );
    let optional = (
        proptest::option::weighted(0.3, select(&[900_u64, 3_600, 86_400][..])),
        proptest::option::weighted(0.5, select(&[1_u64, 900, 3_600][..])),
        proptest::option::weighted(0.4, 0..4_usize),
        proptest::option::weighted(0.3, select(&[0_u64, 900, 3_600, 86_400][..])),
    );
    (attribution, reading, further, optional)
        .prop_map(
            |(attribution, (timeout, pages, top, as_of), further, optional)| {
                let (window, edge, model, half_life, scope) = attribution;
                let ((text, video), lapsed, (first, last)) = further;
                let windows = [(Channel::Text, text), (Channel::Video, video)];
                let own = windows
                    .into_iter()
                    .filter_map(|(channel, window)| Some((channel, window?)));
                let options = own
                    .fold(Options::new(), |options, (channel, window)| {
                        options
                            .with_channel_window(channel, Duration::from_secs(window))
                            .unwrap()
                    })
                    .with_lapsed_touch(lapsed)
                    .with_position_ends(PositionEnds::new(first, last).unwrap())
                    .with_window(Duration::from_secs(window))
                    .and_then(|options| options.with_half_life(Duration::from_secs(half_life)))
                    .and_then(|options| options.with_session_timeout(Duration::from_secs(timeout)))
                    .and_then(|options| options.with_top(top))
                    .unwrap()
                    .with_window_edge(edge)
                    .with_model(model)
                    .with_gmv_scope(scope)
                    .with_page_grouping(pages);
                let options = as_of
                    .into_iter()
                    .fold(options, |options, as_of| options.with_as_of(as_of).unwrap());
                with_optional(options, optional)
            },
        )
        .boxed()
}

/// The options with those of `conversation_timeout`, `cancelled_is_missed_after`, `csat_details` and `orders_window` that
/// are given.
fn with_optional(
    mut options: Options,
    (timeout, wait, details, window): (Option<u64>, Option<u64>, Option<usize>, Option<u64>),
) -> Options {
    if let Some(timeout) = timeout {
        let timeout = Duration::from_secs(timeout);
        options = options.with_conversation_timeout(timeout).unwrap();
    }
    if let Some(wait) = wait {
        let wait = Duration::from_secs(wait);
        options = options.with_cancelled_is_missed_after(wait).unwrap();
    }
    if let Some(details) = details {
        options = options.with_csat_details(details);
    }
    if let Some(window) = window {
        options = options
            .with_orders_window(Duration::from_secs(window))
            .unwrap();
    }
    options
}

/// An instant on a grid of quarters of an hour around the change, or a microsecond beside it.
fn instant(change: DateTime<Utc>) -> impl Strategy<Value = DateTime<Utc>> {
    let near = -8..8_i64;
    let far = -300..300_i64;
    let quarter = prop_oneof![4 => near, 1 => far];
    let beside = prop_oneof![8 => Just(0_i64), 1 => Just(-1), 1 => Just(1)];
    (quarter, beside).prop_map(move |(quarter, beside)| {
        change + TimeDelta::minutes(15 * quarter) + TimeDelta::microseconds(beside)
    })
}

const SESSIONS: [&str; 8] = ["s-0", "s-0", "s-1", "s-1", "s-2", "s-3", "s-4", "s-5"];

/// Several spellings of a few pages.
const PAGES: [&str; 14] = [
    "/p",
    "/p",
    "/p?x=1",
    "/p#y",
    "/q",
    "?x",
    "#",
    "/p/",
    "/p/#/r?x",
    "/p#!/r",
    "//?x",
    "HTTP://Shop.Example:80/p",
    "http://shop.example/p//?x#y",
    "https://shop.example:443",
];

fn events(change: DateTime<Utc>) -> BoxedStrategy<Vec<Event>> {
    let event = event(change, kind());
    // Links make one visitor of the few that there are: most logs have none.
    let links = proptest::option::weighted(
        0.2,
        proptest::collection::vec(self::event(change, link()), 1..4),
    );
    let revised = (
        any::<Index>(),
        any::<Index>(),
        0..4_u64,
        0..4_u8,
        any::<Index>(),
    );
    let revised = proptest::option::weighted(0.5, proptest::collection::vec(revised, 1..10));
    let retried = proptest::collection::vec(any::<Index>(), 0..4);
    let events = proptest::collection::vec(event, 0..90);
    (events, links, revised, retried)
        .prop_map(|(events, links, revised, retried)| {
            let events = events.into_iter().chain(links.into_iter().flatten());
            let numbered = events.enumerate();
            let mut events: Vec<Event> = numbered
                .map(|(number, event)| event.numbered(number))
                .collect();
            for (whose, like, revision, what, place) in revised.into_iter().flatten() {
                if !events.is_empty() {
                    let arrival = revise(whose.get(&events), like.get(&events), revision, what);
                    events.insert(place.index(events.len()), arrival);
                }
            }
            for index in retried.into_iter().take(events.len()) {
                events.push(index.get(&events).clone());
            }
            events
        })
        .boxed()
}

/// An event without an id.
#[derive(Debug, Clone)]
struct Draft {
    /// The number of the event whose id this one has too.
    reused: Option<usize>,
    at: DateTime<Utc>,
    visitor: &'static str,
    seq: u32,
    revision: u64,
    session: Option<&'static str>,
    page: Option<&'static str>,
    kind: EventKind,
}

fn event(
    change: DateTime<Utc>,
    kind: impl Strategy<Value = EventKind>,
) -> impl Strategy<Value = Draft> {
    (
        proptest::option::weighted(0.04, 0..40_usize),
        instant(change),
        select(&["v-a", "v-a", "v-a", "v-b", "v-c"][..]),
        prop_oneof![5 => Just(0_u32), 1 => Just(1)],
        prop_oneof![9 => Just(0_u64), 1 => 1..3_u64],
        proptest::option::weighted(0.5, select(&SESSIONS[..])),
        proptest::option::weighted(0.7, select(&PAGES[..])),
        kind,
    )
        .prop_map(
            |(reused, at, visitor, seq, revision, session, page, kind)| Draft {
                reused,
                at,
                visitor,
                seq,
                revision,
                session,
                page,
                kind,
            },
        )
}

impl Draft {
    fn numbered(self, number: usize) -> Event {
        // Now and then an id that another event has: a conflict, another revision, or with the same content a duplicate.
        let id = match self.reused.unwrap_or(number) {
            number if number % 2 == 0 => number.to_string(),
            number => format!("{number:08x}-9dad-41d1-80b4-00c04fd430c8"),
        };
        let visitor = self.visitor.parse().unwrap();
        let event = Event::new(id.parse().unwrap(), self.at, visitor, self.kind).unwrap();
        let mut event = event
            .with_seq(self.seq)
            .with_revision(self.revision)
            .unwrap();
        if let Some(session) = self.session {
            event = event.with_session(session.parse().unwrap());
        }
        if let Some(page) = self.page {
            event = event.with_page(page.parse().unwrap());
        }
        event
    }
}

/// A further arrival under the event's id: the same content, the content of another event, or a retraction. The
/// revision is higher, equal or lower.
pub(crate) fn revise(event: &Event, like: &Event, revision: u64, what: u8) -> Event {
    let (id, visitor) = (event.id().clone(), event.visitor().clone());
    let source = if what == 1 { event } else { like };
    let is_retraction = what == 0 || matches!(source.kind(), EventKind::Correction(_));
    let arrival = if is_retraction {
        Event::retraction(id, source.at(), visitor, revision.max(1)).unwrap()
    } else {
        let arrival = Event::new(id, source.at(), visitor, source.kind().clone()).unwrap();
        arrival.with_revision(revision).unwrap()
    };
    let mut arrival = arrival.with_seq(source.seq());
    if let Some(session) = source.session() {
        arrival = arrival.with_session(session.clone());
    }
    if let Some(page) = source.page() {
        arrival = arrival.with_page(page.clone());
    }
    arrival
}

/// A link to a visitor of the log or to an unknown one.
fn link() -> impl Strategy<Value = EventKind> {
    let to = select(&["v-a", "v-b", "v-c", "v-0", "v-z"][..]);
    to.prop_map(|to| {
        EventKind::from(VisitorEvent::Linked {
            to: to.parse().unwrap(),
        })
    })
}

fn agent() -> impl Strategy<Value = &'static str> {
    select(&["a-1", "a-2", "a-3"][..])
}

fn conversation() -> impl Strategy<Value = &'static str> {
    select(&["c-0", "c-0", "c-1", "c-2"][..])
}

fn participant() -> impl Strategy<Value = Initiator> {
    prop_oneof![
        Just(Initiator::Visitor),
        agent().prop_map(|agent| Initiator::Agent(agent.parse().unwrap())),
    ]
}

fn kind() -> BoxedStrategy<EventKind> {
    prop_oneof![
        2 => widget(),
        6 => chat(),
        5 => call(),
        5 => order(),
        2 => survey(),
        1 => Just(SessionEvent::Ended.into()),
    ]
    .boxed()
}

fn widget() -> impl Strategy<Value = EventKind> {
    let url = proptest::option::of(select(&["https://shop.example/sale", "/sale"][..]));
    let clicked = (
        select(&["t-1", "t-2"][..]),
        select(&["m-1", "m-2"][..]),
        url,
    );
    prop_oneof![
        Just(WidgetEvent::Impression),
        prop_oneof![
            Just(ClickTarget::Widget),
            Just(ClickTarget::ChatNotification)
        ]
        .prop_map(|target| WidgetEvent::Clicked { target }),
        clicked.prop_map(|(trigger, message, url)| WidgetEvent::AutoMessageClicked {
            trigger: trigger.parse().unwrap(),
            auto_message: AutoMessageId::new(message).unwrap(),
            url: url.map(|url| url.parse().unwrap()),
        }),
    ]
    .prop_map(EventKind::from)
}

fn chat() -> impl Strategy<Value = EventKind> {
    let side =
        prop_oneof![4 => participant().prop_map(Author::from), 1 => Just(Author::Automation)];
    prop_oneof![
        1 => (conversation(), participant()).prop_map(|(conversation, by)| ChatEvent::Requested {
            conversation: conversation.parse().unwrap(),
            by,
        }),
        1 => (conversation(), agent()).prop_map(|(conversation, agent)| ChatEvent::AgentAssigned {
            conversation: conversation.parse().unwrap(),
            agent: agent.parse().unwrap(),
        }),
        4 => (conversation(), side).prop_map(|(conversation, by)| ChatEvent::MessageSent {
            conversation: conversation.parse().unwrap(),
            by,
        }),
    ]
    .prop_map(EventKind::from)
}

fn call() -> impl Strategy<Value = EventKind> {
    let what = prop_oneof![
        4 => Just(0), 2 => Just(1), 1 => Just(2), 5 => Just(3), 1 => Just(4), 1 => Just(5), 1 => Just(6), 2 => Just(7)
    ];
    let call = select(&["k-0", "k-1", "k-2"][..]);
    (what, call, conversation(), participant(), agent()).prop_map(
        |(what, call, conversation, by, agent)| {
            let call = call.parse().unwrap();
            EventKind::from(match what {
                0 => CallEvent::Requested {
                    conversation: conversation.parse().unwrap(),
                    call,
                    by,
                },
                1 => CallEvent::Answered {
                    call,
                    agent: agent.parse().unwrap(),
                },
                2 => CallEvent::Accepted { call },
                3 => CallEvent::Connected { call },
                4 => CallEvent::Declined { call },
                5 => CallEvent::Cancelled { call },
                6 => CallEvent::Missed { call },
                _ => CallEvent::Ended { call },
            })
        },
    )
}

fn order() -> impl Strategy<Value = EventKind> {
    let order = select(&["o-0", "o-1", "o-2", "o-3", "o-4", "o-5", "o-6"][..]);
    let currency = select(&["EUR", "JPY", "KWD", "CLF"][..]);
    let amount = select(&["0", "0.01", "10", "35.10", "100", "99.999999"][..]);
    let given = proptest::option::weighted(0.5, select(&["EUR", "JPY", "KWD", "CLF"][..]));
    (0..5_u8, order, currency, amount, given).prop_map(|(what, order, currency, amount, given)| {
        let (order, amount) = (order.parse().unwrap(), amount.parse().unwrap());
        EventKind::from(match what {
            0..=2 => {
                let placed = PlacedOrder::new(order, currency.parse().unwrap(), amount);
                // Half of the orders are free.
                OrderEvent::Placed(if what == 0 {
                    placed.with_discount(amount).unwrap()
                } else {
                    placed
                })
            }
            3 => OrderEvent::Refunded {
                order,
                // Of the order or not.
                currency: given.map(|given| given.parse().unwrap()),
                amount,
            },
            _ => OrderEvent::Cancelled { order },
        })
    })
}

fn survey() -> impl Strategy<Value = EventKind> {
    let rating = proptest::option::of((1..=5_u8).prop_map(|stars| Rating::new(stars).unwrap()));
    let feedback = proptest::option::of(select(&["good", "slow"][..]));
    let outcome = prop_oneof![Just(SurveyOutcome::Submitted), Just(SurveyOutcome::Closed)];
    (
        select(&["q-0", "q-1"][..]),
        conversation(),
        rating,
        feedback,
        outcome,
    )
        .prop_map(|(survey, conversation, rating, feedback, outcome)| {
            EventKind::from(SurveyEvent::Answered {
                survey: survey.parse().unwrap(),
                conversation: conversation.parse().unwrap(),
                rating,
                feedback: feedback.map(|feedback| feedback.parse().unwrap()),
                outcome,
            })
        })
}
