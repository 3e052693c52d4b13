//! What a service does with the crate: it logs a chat, a video call and an order, and asks for the figures.

use std::error::Error;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use convometrics::event::{Author, CallEvent, ChatEvent, Initiator, OrderEvent, PlacedOrder};
use convometrics::{Event, EventKind, FieldError, Ledger, Options, Period, Ratio};

/// An event of Ann's, some minutes after noon.
fn ann(id: &str, minute: i64, kind: impl Into<EventKind>) -> Result<Event, FieldError> {
    let noon = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_514) + TimeDelta::hours(12);
    Event::new(
        id.parse()?,
        noon + TimeDelta::minutes(minute),
        "ann".parse()?,
        kind,
    )
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut ledger = Ledger::new();
    let conversation: convometrics::id::ConversationId = "c1".parse()?;

    // A chat: Ann asks, Ada replies.
    ledger.record(&ann(
        "1",
        0,
        ChatEvent::MessageSent {
            conversation: conversation.clone(),
            by: Author::Visitor,
        },
    )?)?;
    let ada = Author::Agent("ada".parse()?);
    ledger.record(&ann(
        "2",
        1,
        ChatEvent::MessageSent {
            conversation: conversation.clone(),
            by: ada,
        },
    )?)?;

    // A video call: Ann asks, Ben answers. And one that nobody answers.
    for (call, id) in [("k1", "3"), ("k2", "8")] {
        let call = call.parse()?;
        let by = Initiator::Visitor;
        ledger.record(&ann(
            id,
            2,
            CallEvent::Requested {
                conversation: conversation.clone(),
                call,
                by,
            },
        )?)?;
    }
    ledger.record(&ann(
        "4",
        3,
        CallEvent::Answered {
            call: "k1".parse()?,
            agent: "ben".parse()?,
        },
    )?)?;
    ledger.record(&ann(
        "5",
        3,
        CallEvent::Connected {
            call: "k1".parse()?,
        },
    )?)?;
    ledger.record(&ann(
        "6",
        13,
        CallEvent::Ended {
            call: "k1".parse()?,
        },
    )?)?;
    ledger.record(&ann(
        "9",
        4,
        CallEvent::Missed {
            call: "k2".parse()?,
        },
    )?)?;

    // An order of 120.00 less 20.00.
    let order = PlacedOrder::new("o1".parse()?, "EUR".parse()?, "120.00".parse()?)
        .with_discount("20".parse()?)?;
    ledger.record(&ann("7", 30, OrderEvent::Placed(order))?)?;

    let day = NaiveDate::from_ymd_opt(2026, 3, 2).ok_or("no such day")?;
    let period = Period::from_dates(day, day, &"Europe/Paris".parse()?)?;
    let report = ledger.report(&period, &Options::new());

    // GMV: the order lies 17 minutes after the call ended.
    let gmv = report
        .gmv
        .attributed_gmv
        .get("EUR".parse()?)
        .ok_or("no EUR")?;
    assert_eq!(gmv.to_text(2), "100.00");
    assert_eq!(report.gmv.conversion_rate, Ratio::new(1, 1));
    // Acceptance: the chat and one call of two, of three requests by the visitor.
    assert_eq!(report.requests.visitor_acceptance_rate, Ratio::new(2, 3));
    assert_eq!(report.requests.unanswered_from_visitor, 1);
    // Leaderboard: both responded; the latest act before the order is Ben's answer, so the credit is his.
    let [ada, ben] = &report.leaderboard.agents[..] else {
        return Err("two agents".into());
    };
    assert_eq!(
        (ada.agent.as_str(), ada.conversations, ada.attributed_orders),
        ("ada", 1, 0)
    );
    assert_eq!(
        (ben.agent.as_str(), ben.conversations, ben.attributed_orders),
        ("ben", 1, 1)
    );
    // Engage: requested 2 = answered 1 + missed 1; held = attempted 0 + answered 1.
    let calls = report.engage.calls.organization;
    assert_eq!(
        (calls.requested, calls.answered, calls.missed, calls.held),
        (2, 1, 1, 1)
    );
    println!("seen from outside: {} in GMV", gmv.to_text(2));
    Ok(())
}
