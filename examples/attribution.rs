//! Two agents, three conversations, one order: who gets what under each model, and why.
//!
//! ```text
//! cargo run --release --example attribution
//! ```

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::event::{Author, CallEvent, ChatEvent, Initiator, OrderEvent, PlacedOrder};
use convometrics::id::{AgentId, CallId, ConversationId, OrderId, VisitorId};
use convometrics::metrics::leaderboard::LeaderboardMetrics;
use convometrics::{Event, EventKind, FieldError, Ledger, Model, Options, Query};

fn main() -> Result<(), Box<dyn Error>> {
    let (ann, order): (VisitorId, OrderId) = ("ann".parse()?, "o1".parse()?);
    let noon: DateTime<Utc> = "2026-03-15T12:00:00Z".parse()?;
    let mut ledger = Ledger::new();
    let mut happened = |days_before: i64, kind: EventKind| -> Result<(), Box<dyn Error>> {
        let id = ledger.len().to_string().parse()?;
        let at = noon - TimeDelta::days(days_before);
        ledger.record(&Event::new(id, at, ann.clone(), kind)?)?;
        Ok(())
    };

    // A chat with Ada 14 days before the order, a video call with Ben 7 days before, a chat with Ada on the day.
    for event in chat("c1", "ada")? {
        happened(14, event)?;
    }
    for event in call("c2", "ben")? {
        happened(7, event)?;
    }
    for event in chat("c3", "ada")? {
        happened(0, event)?;
    }
    let placed = PlacedOrder::new(order.clone(), "EUR".parse()?, "100.00".parse()?);
    happened(0, OrderEvent::Placed(placed).into())?;

    for model in Model::ALL {
        let options = Options::new().with_model(model);
        let period = ledger.whole_period(&"UTC".parse()?, &options)?;
        println!("{model}:");
        let view = ledger.view(Query::new(period).with_options(options));
        for row in view.family::<LeaderboardMetrics>().agents {
            let sales = row.attributed_sales.to_string();
            let sales = if sales.is_empty() { "nothing" } else { &sales };
            println!("  {:3} {sales}", row.agent.as_str());
        }
        if let Some(why) = view.explain(&ann, &order) {
            println!("{why}");
        }
    }
    Ok(())
}

/// Ann and an agent write to each other.
fn chat(conversation: &str, agent: &str) -> Result<[EventKind; 2], FieldError> {
    let (conversation, agent): (ConversationId, AgentId) = (conversation.parse()?, agent.parse()?);
    let sent = |by| ChatEvent::MessageSent {
        conversation: conversation.clone(),
        by,
    };
    Ok([sent(Author::Visitor), sent(Author::Agent(agent))].map(EventKind::from))
}

/// An agent calls Ann, and both are in the call.
fn call(conversation: &str, agent: &str) -> Result<[EventKind; 2], FieldError> {
    let call: CallId = conversation.parse()?;
    let requested = CallEvent::Requested {
        conversation: conversation.parse()?,
        call: call.clone(),
        by: Initiator::Agent(agent.parse()?),
    };
    Ok([requested, CallEvent::Connected { call }].map(EventKind::from))
}
