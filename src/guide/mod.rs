//! A guide from a table of messages to a dashboard. This module has documentation only.
//!
//! # 1. Find the visitor
//!
//! One id connects all events of a person: the [`visitor`](crate::id::VisitorId). Attribution, conversion and unique
//! visitors are computed within one visitor, so an order under the shop's customer number and a chat under the widget's
//! cookie belong to two visitors. Choose the id that the browser has from the first page view on, carry it into the cart
//! (most shops let a cart have attributes) and into the chat, and use it in every event. If a visitor turns out to have another id, for example by a login, send a `visitor_linked` event under one
//! of the two ids, with the other as its `to`. Both are then one visitor, also for the events that were sent before. The smaller id by bytes
//! names both in lists and records.
//!
//! All other ids (of events, conversations, calls, orders) need to be distinct within one visitor only. A source that
//! numbers sessions, conversations, calls, orders or surveys per visitor id must make these ids unique before it links two
//! visitor ids. Ids of events stay apart.
//!
//! # 2. Make an event of each row
//!
//! An event is something that **happened**, at an instant, with an id of its own. The id makes retries harmless: derive it
//! from the row (`message 4711` becomes `m-4711`) instead of generating a new one. Record what happened and leave the
//! counting to the library: a message is a message, not "a first response", and a call that nobody took is a
//! `call_missed`, not "0 answered".
//!
//! | your row | event |
//! | --- | --- |
//! | a page view with the widget on it | `widget_impression` |
//! | a message of a visitor, an agent, a bot | `message_sent`, with its side |
//! | a chat that was opened without a message | `chat_requested` |
//! | "assigned to", "transferred to" | `agent_assigned`, once for each change |
//! | a call's states | see [`calls`] |
//! | an order, a refund, a cancellation | see [`orders`] |
//! | a rating, a comment | `survey_answered` |
//! | a login: the cookie is a known account | `visitor_linked` |
//! | a row that has changed since | its event again, under the same id, with a higher `revision`, such as the row's `updated_at` |
//! | a row that was deleted, a test order | `retracted`, under the same id, with a higher `revision` |
//!
//! Recipes for well-known sources: [`inbox`] (conversation exports of Intercom and Zendesk), [`orders`] (a Shopify order,
//! a purchase tag of Firework), [`calls`] (call events of a browser). The names of their fields are those of their public
//! documentation. Check them against the data of your own account.
//!
//! # 3. Record, report, show
//!
//! (`chrono` in these examples is `convometrics::chrono`.) A table of messages, `(id, when, visitor, conversation, who wrote)`, with an empty last field for the visitor:
//!
//! ```
//! use convometrics::catalogue::Scope;
//! use convometrics::event::{Author, ChatEvent};
//! use convometrics::{Event, FieldError, Grain, Ledger, Period, Query};
//!
//! let table = [
//!     (4711, "2026-03-02T09:00:00Z", "ann", "c1", ""),
//!     (4712, "2026-03-02T09:01:30Z", "ann", "c1", "ada"),
//!     (4713, "2026-03-02T23:30:00Z", "bob", "c2", ""),
//!     (4711, "2026-03-02T09:00:00Z", "ann", "c1", ""), // exported twice
//! ];
//! let event = |(id, at, visitor, conversation, agent): (u32, &str, &str, &str, &str)| {
//!     let by = if agent.is_empty() { Author::Visitor } else { Author::Agent(agent.parse()?) };
//!     let message = ChatEvent::MessageSent { conversation: conversation.parse()?, by };
//!     Event::new(format!("m-{id}").parse()?, at.parse().unwrap(), visitor.parse()?, message)
//! };
//! let events = table.into_iter().map(event).collect::<Result<Vec<Event>, FieldError>>()?;
//!
//! let mut ledger = Ledger::new();
//! let arrivals = ledger.record_all(events)?;
//! assert_eq!((arrivals.new, arrivals.duplicates), (3, 1));
//!
//! // The days of Paris. There Bob wrote on 3 March, at 00:30.
//! let period = Period::from_dates("2026-03-02".parse()?, "2026-03-03".parse()?, &"Europe/Paris".parse()?)?;
//! let view = ledger.view(Query::new(period));
//! let report = view.report();
//! assert_eq!((report.conversations.total, report.requests.unanswered_from_visitor), (1, 1));
//! assert_eq!(report.requests.daily[1].by_visitor, 1);
//!
//! // Each card of a dashboard is a figure with an id, and its records can be listed.
//! let card = report.figure("requests.visitor_acceptance_rate", &Scope::Total);
//! assert_eq!(serde_json::to_string(&card)?, r#"{"numerator":1,"denominator":2,"value":0.5}"#);
//! let records = view.drill_down("requests.visitor_acceptance_rate", &Scope::Total)?;
//! assert_eq!(records.count(), 2);
//!
//! // A trend is a series.
//! let days = view.series(Grain::Day)?;
//! let trend: Vec<u64> = days.iter().map(|day| day.requests.total).collect();
//! assert_eq!(trend, [1, 1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The package `convometrics-dashboard` (`cargo run --release --package convometrics-dashboard -- LOG`) writes such a page.
//! Use it as it is, or as an example.
//!
//! | what a dashboard shows | where it is |
//! | --- | --- |
//! | cards, trends by day, lists | [`Ledger::report`](crate::Ledger::report) |
//! | by week, month, hour | [`View::series`](crate::View::series), [`HeatMap`](crate::metrics::heat_map) |
//! | "+12 % on the week before" | [`Period::previous`](crate::Period::previous), [`Report::compared_with`](crate::Report::compared_with) |
//! | one team, one page, new visitors | [`Filter`](crate::Filter), [`View::report_by`](crate::View::report_by) |
//! | "which ones?" behind a figure | [`View::drill_down`](crate::View::drill_down), [`View::explain`](crate::View::explain) |
//! | "what if the window were 7 days?" | [`View::what_if`](crate::View::what_if) |
//! | how long visitors waited | [`Responsiveness`](crate::metrics::responsiveness) |
//! | visitors who never talked | [`ConversationLift`](crate::metrics::conversation_lift) |
//! | names, units, definitions of all cards | [`catalogue`](crate::catalogue) |
//!
//! # 4. Keep it right
//!
//! - Set [`as_of`](crate::Options::with_as_of), the "now" of a report, and the [zone](crate::Zone) of the days. The report contains both.
//! - Look at [`data_quality`](crate::metrics::data_quality::DataQuality) first. Many `orphans`: a source is missing. Many `conflicts`: a source sends
//!   one id with different contents. A conversion rate of 0: the ids of visitors in the chat and in the shop differ.
//! - Store events, not figures. A day's figures are not final when the day is over: a request can still be accepted, and
//!   orders and refunds can follow.

pub mod calls;
pub mod inbox;
pub mod orders;
