//! How a log is read: the terms that the metrics are defined with. Text alone; there is nothing to call here.
//!
//! # Order
//!
//! One visitor's events stand in **canonical order**: ascending (`at`, `seq`, rank of the type, `id`), see
//! [`Event::canonical_cmp`](crate::Event::canonical_cmp). "First", "later" and "at or before" mean this order, never the
//! order of arrival.
//!
//! # What is seen
//!
//! - Of all arrivals with one (`visitor`, `id`) one **survives**, see [`ledger`](crate::ledger).
//! - **Visible** are the survivors at or before `as_of`. Events after it are not seen at all.
//! - **Redundant** is a second or later `order_placed` of one order, and a second or later `call_requested` of one
//!   call: the first stands.
//! - An **orphan** is a call event of a call that was never requested, and a refund or cancellation of an order that
//!   was never placed. Orphans are judged on all that is visible: when the missing event arrives later, or stands
//!   later, the orphan is healed and counts.
//! - Redundant events and orphans are set aside before anything else is read. They count in
//!   [`DataQuality`](crate::query::DataQuality), and change no other figure.
//!
//! # Sessions
//!
//! - Events with a `session` belong to that session of their visitor, whatever the gaps between them.
//! - A visitor's events without one form **derived sessions**: in canonical order, a gap of at least the session
//!   timeout (30 minutes unless asked otherwise) between two of them ends one, and so does a `session_ended` among
//!   them.
//! - A session is **closed** when it holds a `session_ended`, or when its last event is at least the timeout older than
//!   `as_of`; else it is **open**.
//!
//! By hand, without session ids: events at 09:00, 09:29:59 and 09:59:59 are two sessions, for the second gap is 30
//! minutes. As of 10:10 the first is closed, the second open.
//!
//! # Pages
//!
//! A page is grouped by its text before the first `?` or `#` ([`PageGrouping`](crate::query::PageGrouping)). A page that is
//! empty after the cut is no page. A figure's page is that of its opening's own event.
//!
//! # Conversations
//!
//! Of one (visitor, conversation). *Human* means visitor or agent, not automation; a *call event* is any event of one
//! of the conversation's calls, from `call_requested` to `call_ended`; the request says which conversation a call
//! belongs to.
//!
//! | term | meaning |
//! | --- | --- |
//! | opening | the first among its `chat_requested`, `call_requested` and human messages; with none, it is no conversation |
//! | text two-way | it has a visitor message and an agent message; from the later of the first of each on |
//! | video two-way | it has a `call_connected`; from the first on |
//! | two-way | text or video two-way; from the earlier of the two on. What the metrics call a conversation |
//! | span | from its first to its last human message or call event |
//! | agent act | an agent's message, call request or chat request, or a `call_answered` |
//! | agent at a point | of its latest `agent_assigned` at or before it; with none, of its latest agent act at or before it; with none, nobody. It needs no opening: a conversation with an assignment alone has an agent |
//! | responding agents | those with a message in it and, of each connected call, the first to answer an inbound one, the requester of a proactive one |
//!
//! By hand: 09:00 `chat_requested` by the visitor (opening), 09:01 the visitor writes, 09:03 agent Ada writes (text
//! two-way from here), 09:04 Ben is assigned, 09:05 Ada writes. Span 09:01 to 09:05, 4 minutes: the request alone is no
//! message. Its agent is nobody at 09:02, Ada at 09:03:30, Ben at 09:06, for an assignment outweighs acts. Ada
//! responded, Ben did not.
//!
//! # Requests
//!
//! A **text request** is the first among a conversation's `chat_requested` and human messages: at most one per
//! conversation, accepted when the conversation is text two-way. A **video request** is each `call_requested`, accepted
//! when that call has a `call_connected`. Its initiator is the side of the event.
//!
//! # Touches
//!
//! - A two-way conversation's **engagements** are the moment it becomes two-way, every visitor message after that, each
//!   `call_connected`, and each `call_ended` that stands after a `call_connected` of its call. The last two kinds are the
//!   **video** engagements, the others **text** engagements. An agent's message alone is none, but where it makes the
//!   conversation two-way.
//! - A **touch** of an order is a conversation's latest engagement at or before it; a *video touch* its latest video
//!   engagement. It is a **candidate** when it lies within the window, see [`attribution`](crate::attribution).
//! - Where text and video have windows of their own, each engagement is judged by that of its channel, and a
//!   conversation's touch is the latest engagement that lies within its window. If the visitor's nearest engagement
//!   before the order is out of its window, the order has no candidate at all, of any conversation, unless the option
//!   `lapsed_touch` says `passed_over`.
//!
//! By hand: the visitor writes at 09:00, an agent at 09:01 (two-way: an engagement), the agent again at 09:02 (none),
//! the visitor at 09:03 (one), and a call connects at 09:04 and ends at 09:09 (two video ones). The touch of an order
//! at 09:02:30 is at 09:01, of one at 09:05 at 09:04, of one at 10:00 at 09:09; an order at 09:00:30 has none, one at
//! 09:03:30 no video touch.
//!
//! # Orders and answers
//!
//! - An order is worth `subtotal − discount − included_tax`. Refunds and cancellations take from it in canonical order,
//!   never below 0; one that stands before the order itself belongs to it too. It stays an order, whatever goes back.
//! - The events of one survey are **one answer**: the last rating given, the last feedback given; conversation, outcome
//!   and time of the last event.
