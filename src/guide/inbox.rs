//! Conversations of a shared inbox: who wrote, when, and to whom it was assigned.
//!
//! # Intercom
//!
//! A conversation has a `source`, the message that started it, and `conversation_parts`, all that followed. Instants are
//! seconds since 1970.
//!
//! | Intercom | here |
//! | --- | --- |
//! | `external_id` of the contact where you set it, else its `id` | `visitor` |
//! | `source`, with `delivered_as` `customer_initiated` or `admin_initiated` | `message_sent`, by its author |
//! | `source`, with `operator_initiated`, `automated` or `campaigns_initiated` | `message_sent` by automation: a bot speaks in an admin's name |
//! | a part `comment`, or any other part that has a `body`, but a `note` | `message_sent`: `user`, `lead` and `contact` are the visitor, `admin` is the agent, `bot` automation |
//! | a part of type `note`, `note_and_reopen` | nothing: the visitor does not see it |
//! | a part with `assigned_to` an admin, of type `assignment` or `assign_and_reopen` | `agent_assigned` |
//! | `close`, `open`, `snoozed` and all others | nothing |
//! | `conversation_rating` with a `rating` | `survey_answered`, at its `created_at`, when the rating was requested |
//! | `updated_at` of the conversation | `revision` of `survey_answered`, so that a changed rating replaces the earlier one |
//! | `source.url` | `page` of the first message; where a bot sent that, put it on the visitor's first message instead, for a bot's opens nothing |
//!
//! By hand: Ann writes, a bot greets, the conversation is assigned to admin 274, who replies; Ann gives 4 stars. One
//! conversation, one accepted text request of the visitor, 4 / 1 stars for agent 274. The bot's message counts as nothing.
//!
//! ```
//! use std::error::Error;
//!
//! use convometrics::chrono::DateTime;
//! use convometrics::{Event, Ledger, Mean, Options, Ratio, Zone};
//! use serde_json::{Value, json};
//!
//! fn list(value: &Value) -> &[Value] {
//!     value.as_array().map_or(&[], Vec::as_slice)
//! }
//!
//! fn at(seconds: &Value) -> Result<String, Box<dyn Error>> {
//!     let instant = DateTime::from_timestamp(seconds.as_i64().ok_or("no instant")?, 0);
//!     Ok(instant.ok_or("an instant out of range")?.to_rfc3339())
//! }
//!
//! /// The side of an author; of bots and teams automation.
//! fn side(author: &Value) -> Value {
//!     match author["type"].as_str() {
//!         Some("user" | "lead" | "contact") => json!({"side": "visitor"}),
//!         Some("admin") => json!({"side": "agent", "agent": author["id"]}),
//!         _ => json!({"side": "automation"}),
//!     }
//! }
//!
//! fn events(conversation: &Value) -> Result<Vec<Event>, Box<dyn Error>> {
//!     let id = conversation["id"].as_str().ok_or("no id")?;
//!     let contact = &conversation["contacts"]["contacts"][0];
//!     let visitor = contact["external_id"].as_str().or(contact["id"].as_str()).ok_or("no contact")?;
//!     let source = &conversation["source"];
//!     let by_a_person = ["customer_initiated", "admin_initiated"].iter().any(|how| source["delivered_as"] == *how);
//!     let mut found = vec![json!({
//!         "id": format!("{id}/source"), "at": at(&conversation["created_at"])?, "visitor": visitor,
//!         "page": source["url"], "type": "message_sent", "conversation": id,
//!         "by": if by_a_person { side(&source["author"]) } else { json!({"side": "automation"}) },
//!     })];
//!     for part in list(&conversation["conversation_parts"]["conversation_parts"]) {
//!         let (part_id, kind) = (part["id"].as_str().ok_or("no id")?, part["part_type"].as_str().unwrap_or_default());
//!         let assigned = &part["assigned_to"];
//!         if kind.starts_with("assign") && assigned["type"] == "admin" {
//!             found.push(json!({
//!                 "id": format!("{id}/{part_id}/assigned"), "at": at(&part["created_at"])?, "visitor": visitor,
//!                 "type": "agent_assigned", "conversation": id, "agent": assigned["id"],
//!             }));
//!         }
//!         let has_text = part["body"].as_str().is_some_and(|body| !body.is_empty());
//!         if has_text && !kind.starts_with("note") {
//!             found.push(json!({
//!                 "id": format!("{id}/{part_id}"), "at": at(&part["created_at"])?, "visitor": visitor,
//!                 "type": "message_sent", "conversation": id, "by": side(&part["author"]),
//!             }));
//!         }
//!     }
//!     let rating = &conversation["conversation_rating"];
//!     if !rating["rating"].is_null() {
//!         found.push(json!({
//!             "id": format!("{id}/rating"), "at": at(&rating["created_at"])?, "visitor": visitor,
//!             "revision": conversation["updated_at"], "type": "survey_answered", "survey": format!("rating of {id}"), "conversation": id,
//!             "rating": rating["rating"], "feedback": rating["remark"], "outcome": "submitted",
//!         }));
//!     }
//!     found.into_iter().map(|event| Ok(serde_json::from_value(event)?)).collect()
//! }
//!
//! let mut export = json!({
//!     "type": "conversation", "id": "1295", "created_at": 1_772_442_000, "updated_at": 1_772_442_310,
//!     "source": {
//!         "type": "conversation", "delivered_as": "customer_initiated", "url": "https://shop.example/shoes?size=42",
//!         "body": "<p>Do they run small?</p>", "author": {"type": "user", "id": "5ba6", "name": "Ann"},
//!     },
//!     "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "5ba6", "external_id": "v-17"}]},
//!     "conversation_parts": {"type": "conversation_part.list", "conversation_parts": [
//!         {"id": "1", "part_type": "comment", "body": "<p>Hello!</p>", "created_at": 1_772_442_005,
//!          "assigned_to": null, "author": {"type": "bot", "id": "9"}},
//!         {"id": "2", "part_type": "assignment", "body": null, "created_at": 1_772_442_030,
//!          "assigned_to": {"type": "admin", "id": "274"}, "author": {"type": "bot", "id": "9"}},
//!         {"id": "3", "part_type": "note", "body": "<p>A regular.</p>", "created_at": 1_772_442_040,
//!          "assigned_to": null, "author": {"type": "admin", "id": "274"}},
//!         {"id": "4", "part_type": "comment", "body": "<p>One size up.</p>", "created_at": 1_772_442_060,
//!          "assigned_to": null, "author": {"type": "admin", "id": "274"}},
//!         {"id": "5", "part_type": "close", "body": null, "created_at": 1_772_442_300,
//!          "assigned_to": null, "author": {"type": "admin", "id": "274"}},
//!     ]},
//!     "conversation_rating": {"rating": 4, "remark": "", "created_at": 1_772_442_310},
//! });
//!
//! let mut ledger = Ledger::new();
//! ledger.record_all(events(&export)?)?;
//! assert_eq!(ledger.len(), 5); // three messages, an assignment, a rating
//! let options = Options::new();
//! let report = ledger.report(&ledger.whole_period(&Zone::utc(), &options)?, &options);
//! assert_eq!(report.conversations.total, 1);
//! assert_eq!(report.requests.visitor_acceptance_rate, Ratio::new(1, 1));
//! assert_eq!(report.requests.top_pages[0].page.as_str(), "https://shop.example/shoes");
//! let agent = &report.leaderboard.agents[0];
//! assert_eq!((agent.agent.as_str(), agent.conversations, agent.average_rating), ("274", 1, Mean::new(4, 1)));
//!
//! // Ann changes her mind, and the conversation is exported again.
//! export["conversation_rating"]["rating"] = json!(5);
//! export["updated_at"] = json!(1_772_445_000);
//! let arrivals = ledger.record_all(events(&export)?)?;
//! assert_eq!((arrivals.replaced, arrivals.duplicates), (1, 4));
//! let report = ledger.report(&ledger.whole_period(&Zone::utc(), &options)?, &options);
//! assert_eq!(report.csat.average_rating, Mean::new(5, 1));
//! # Ok::<(), Box<dyn Error>>(())
//! ```
//!
//! # Zendesk
//!
//! A ticket has a `requester_id` and `comments`. The ticket is the conversation, the requester (by the `external_id` that
//! you gave to the user) the visitor.
//!
//! | Zendesk | here |
//! | --- | --- |
//! | a public comment of the requester | `message_sent` by the visitor |
//! | a public comment of an agent | `message_sent` by that agent; comments of people in copy are no events |
//! | a comment with `public` false | nothing |
//! | an audit whose `Change` is of `assignee_id` | `agent_assigned` |
//! | `satisfaction_rating`: `good` or `bad`, and a `comment` | `survey_answered` with `feedback` alone: good or bad is no number of stars |
//!
//! ```
//! use std::error::Error;
//!
//! use convometrics::{Event, Ledger, Options, Zone};
//! use serde_json::{Value, json};
//!
//! fn events(ticket: &Value, comments: &[Value], visitor: &str) -> Result<Vec<Event>, Box<dyn Error>> {
//!     let conversation = ticket["id"].to_string();
//!     let public = comments.iter().filter(|comment| comment["public"] == true);
//!     let mut found: Vec<Value> = public
//!         .map(|comment| {
//!             let by = if comment["author_id"] == ticket["requester_id"] {
//!                 json!({"side": "visitor"})
//!             } else {
//!                 json!({"side": "agent", "agent": comment["author_id"].to_string()})
//!             };
//!             json!({
//!                 "id": format!("comment-{}", comment["id"]), "at": comment["created_at"], "visitor": visitor,
//!                 "type": "message_sent", "conversation": conversation, "by": by,
//!             })
//!         })
//!         .collect();
//!     if let Some(words) = ticket["satisfaction_rating"]["comment"].as_str() {
//!         found.push(json!({
//!             "id": format!("satisfaction-{conversation}"), "at": ticket["updated_at"], "visitor": visitor,
//!             "type": "survey_answered", "survey": conversation, "conversation": conversation,
//!             "feedback": words, "outcome": "submitted",
//!         }));
//!     }
//!     found.into_iter().map(|event| Ok(serde_json::from_value(event)?)).collect()
//! }
//!
//! let ticket = json!({
//!     "id": 35436, "requester_id": 20978392, "updated_at": "2026-03-02T10:00:00Z",
//!     "satisfaction_rating": {"score": "good", "comment": "Thank you!"},
//! });
//! let comments = [
//!     json!({"id": 1, "author_id": 20978392, "public": true, "created_at": "2026-03-02T09:00:00Z"}),
//!     json!({"id": 2, "author_id": 694, "public": false, "created_at": "2026-03-02T09:01:00Z"}),
//!     json!({"id": 3, "author_id": 694, "public": true, "created_at": "2026-03-02T09:05:00Z"}),
//! ];
//! let mut ledger = Ledger::new();
//! ledger.record_all(events(&ticket, &comments, "v-17")?)?;
//! let options = Options::new();
//! let report = ledger.report(&ledger.whole_period(&Zone::utc(), &options)?, &options);
//! // One conversation, of 5 minutes; words without stars.
//! assert_eq!(report.conversations.average_duration_minutes.value(), Some(5.0));
//! assert_eq!((report.csat.average_rating.value(), report.csat.details.len()), (None, 1));
//! # Ok::<(), Box<dyn Error>>(())
//! ```
