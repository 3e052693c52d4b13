//! Very many of one thing: each is counted, and none costs more for the others.

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::event::{
    Author, ChatEvent, Initiator, OrderEvent, PlacedOrder, SessionEvent, WidgetEvent,
};
use convometrics::{Currency, Event, EventKind, Ledger, Options, Report};

use crate::logs::days;

/// A million; a tenth of it without optimisation, which takes as long.
const MANY: u64 = if cfg!(debug_assertions) {
    100_000
} else {
    1_000_000
};

fn start() -> DateTime<Utc> {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

fn event(number: u64, at: DateTime<Utc>, visitor: &str, kind: impl Into<EventKind>) -> Event {
    let id = number.to_string().parse().unwrap();
    Event::new(id, at, visitor.parse().unwrap(), kind).unwrap()
}

fn message(conversation: &str, by: Author) -> ChatEvent {
    let conversation = conversation.parse().unwrap();
    ChatEvent::MessageSent { conversation, by }
}

fn report(ledger: &Ledger) -> Report {
    ledger.report(&days("2026-03-02", "2026-03-02", "UTC"), &Options::new())
}

#[test]
fn names_that_occur_once_are_counted_once_each() {
    // Each agent asks one visitor, on one page, in one session and one conversation.
    let mut ledger = Ledger::new();
    for number in 0..MANY {
        let by = Initiator::Agent(format!("agent {number:07}").parse().unwrap());
        let kind = message(&format!("c{number}"), by.into());
        let event = event(number, start(), &format!("v{number}"), kind)
            .with_session(format!("s{number}").parse().unwrap())
            .with_page(format!("/p/{number:07}?q={number}").parse().unwrap());
        ledger.record(&event).unwrap();
    }
    assert_eq!(ledger.visitor_count() as u64, MANY);
    let report = report(&ledger);
    assert_eq!(
        (report.requests.total, report.requests.by_agent),
        (MANY, MANY)
    );
    let agents = &report.leaderboard.agents;
    assert_eq!(agents.len() as u64, MANY);
    assert!(agents.iter().all(|row| row.requests == 1));
    assert!(agents.is_sorted_by(|a, b| a.agent < b.agent));
    // Lists are cut; scopes are not.
    let top: Vec<&str> = report
        .requests
        .top_pages
        .iter()
        .map(|row| row.page.as_str())
        .collect();
    assert_eq!(
        (top.len(), top[0], top[9]),
        (10, "/p/0000000", "/p/0000009")
    );
    let chats = &report.engage.chats;
    assert_eq!(
        (chats.pages.len() as u64, chats.agents.len() as u64),
        (MANY, MANY)
    );
    assert_eq!(chats.organization.attempted, MANY);
}

#[test]
fn every_currency_is_added_up_by_itself() {
    let letters = || 'A'..='Z';
    let codes =
        letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
    let codes = codes.map(String::from_iter);
    let all: Vec<Currency> = codes.filter_map(|code| code.parse().ok()).collect();
    assert!(all.len() > 150, "{}", all.len());

    let mut ledger = Ledger::new();
    let mut number = 0;
    let mut record = |minute: i64, kind: EventKind| {
        number += 1;
        let at = start() + TimeDelta::minutes(minute);
        ledger.record(&event(number, at, "ann", kind)).unwrap();
    };
    record(0, message("c", Author::Visitor).into());
    record(1, message("c", Author::Agent("a".parse().unwrap())).into());
    for currency in &all {
        let amount = "1.000001".parse().unwrap();
        let order = PlacedOrder::new(currency.code().parse().unwrap(), *currency, amount);
        record(2, OrderEvent::Placed(order).into());
    }
    let report = report(&ledger);
    assert_eq!(report.gmv.orders, all.len() as u64);
    for sums in [
        &report.gmv.attributed_sales,
        &report.leaderboard.agents[0].attributed_sales,
    ] {
        assert_eq!(sums.len(), all.len());
        assert!(
            sums.iter()
                .map(|(currency, _)| currency)
                .eq(all.iter().copied())
        );
        assert!(
            all.iter()
                .all(|currency| sums.text(*currency).as_deref() == Some("1.000001"))
        );
    }
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
}

#[test]
fn events_of_one_instant_have_an_order_of_their_own_whatever_comes_first() {
    // Of one visitor, the last ids first: by id the first is an agent's, the rest are the visitor's.
    let mut ledger = Ledger::new();
    for number in (0..MANY).rev() {
        let by = match number {
            0 => Author::Agent("a-1".parse().unwrap()),
            _ => Author::Visitor,
        };
        let id = format!("{number:07}").parse().unwrap();
        let kind = message("c", by);
        let event = Event::new(id, start(), "ann".parse().unwrap(), kind).unwrap();
        ledger.record(&event).unwrap();
    }
    let report = report(&ledger);
    assert_eq!(report.data_quality.events, MANY);
    assert_eq!((report.requests.total, report.requests.by_agent), (1, 1));
    let chats = report.engage.chats.organization;
    assert_eq!((chats.attempted, chats.accepted, chats.held), (1, 1, 1));
    assert_eq!(
        report.conversations.average_duration_minutes.value(),
        Some(0.0)
    );
    let first = ledger.events().next().unwrap();
    assert_eq!(first.id().as_str(), "0000000");
}

#[test]
fn sessions_of_one_visitor_are_closed_each_by_itself() {
    // One message in each; every other session is ended. Now is a second before the timeout of the rest.
    let mut ledger = Ledger::new();
    let by = || message("c", Author::Visitor);
    for number in 0..MANY {
        let session = || format!("s{number}").parse().unwrap();
        let sent = event(number, start(), "ann", by()).with_session(session());
        ledger.record(&sent).unwrap();
        if number % 2 == 0 {
            let ended = event(MANY + number, start(), "ann", SessionEvent::Ended);
            ledger.record(&ended.with_session(session())).unwrap();
        }
    }
    let now = start() + TimeDelta::minutes(30) - TimeDelta::seconds(1);
    ledger
        .record(&event(2 * MANY, now, "bob", WidgetEvent::Impression))
        .unwrap();
    let chats = report(&ledger).engage.chats.organization;
    assert_eq!(chats.requested, MANY);
    assert_eq!((chats.missed, chats.pending), (MANY / 2, MANY / 2));
    // A second later all are closed.
    let late = now + TimeDelta::seconds(1);
    ledger
        .record(&event(2 * MANY + 1, late, "bob", WidgetEvent::Impression))
        .unwrap();
    let chats = report(&ledger).engage.chats.organization;
    assert_eq!((chats.missed, chats.pending), (MANY, 0));
}
