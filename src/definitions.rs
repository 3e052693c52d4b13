//! Definitions of the terms that all metrics use. This module contains only text.
//!
//! # Order
//!
//! The events of one visitor are in **canonical order**: ascending (`at`, `seq`, rank of the type, `id`), see
//! [`Event::canonical_cmp`](crate::Event::canonical_cmp). "First", "later" and "at or before" mean this order, never
//! the order of arrival.
//!
//! # What is seen
//!
//! - Of all arrivals with the same (`visitor`, `id`), one **survives**; see [`ledger`](crate::ledger).
//! - The survivors at or before `as_of` are **visible**. Events after it are ignored.
//! - A second or later `order_placed` of one order, and a second or later `call_requested` of one call, is
//!   **redundant**. The first stands.
//! - An **orphan** is a call event of a call that was never requested, and a refund or cancellation of an order that
//!   was never placed. All visible events decide on orphans: if the missing event arrives later, or is later in
//!   canonical order, the event is no orphan and counts.
//! - Redundant events and orphans are set aside before anything else is interpreted. They count in
//!   [`DataQuality`](crate::metrics::data_quality::DataQuality), and change no other figure.
//!
//! # Sessions
//!
//! - Events with a `session` belong to that session of their visitor, whatever the gaps between them.
//! - A visitor's events without a `session` form **derived sessions**: in canonical order, a gap of at least the
//!   session timeout (by default 30 minutes) between two of them ends one, and so does a `session_ended` among them.
//! - A session is **closed** if it has a `session_ended`, or if its last event is at least the timeout older than
//!   `as_of`. Otherwise it is **open**.
//!
//! By hand, without session ids: events at 09:00, 09:29:59 and 09:59:59 are two sessions, as the second gap is 30
//! minutes. As of 10:10, the first is closed and the second is open.
//!
//! # Pages
//!
//! A page is grouped by its text before the first `?` or `#` ([`PageGrouping`](crate::query::PageGrouping)). A page
//! that is empty after the cut is no page. The page of a figure is that of its opening event.
//!
//! # Conversations
//!
//! These terms apply to one (visitor, conversation). *Human* means visitor or agent, not automation. A *call event* is
//! any event of one of the conversation's calls, from `call_requested` to `call_ended`. The request says which
//! conversation a call belongs to.
//!
//! | term | meaning |
//! | --- | --- |
//! | opening | the first of its `chat_requested`, `call_requested` and human messages; without one, it is no conversation |
//! | text two-way | it has a visitor message and an agent message; it is two-way from the later of the first of each |
//! | video two-way | it has a `call_connected`; it is two-way from the first |
//! | two-way | text or video two-way, from the earlier of the two. The metrics count these as conversations |
//! | span | from its first to its last human message or call event |
//! | agent act | an agent's message, call request or chat request, or a `call_answered` |
//! | agent at a point | that of its latest `agent_assigned` at or before it; without one, that of its latest agent act at or before it; without one, nobody. No opening is needed: a conversation with only an assignment has an agent |
//! | responding agents | those with a message in it and, for each connected call, the first who answered an inbound one or the requester of a proactive one |
//!
//! By hand: 09:00 `chat_requested` by the visitor (opening), 09:01 the visitor writes, 09:03 agent Ada writes (text
//! two-way from here), 09:04 Ben is assigned, 09:05 Ada writes. Span 09:01 to 09:05, 4 minutes: the request alone is no
//! message. Its agent is nobody at 09:02, Ada at 09:03:30, Ben at 09:06, as an assignment outweighs acts. Ada
//! responded, Ben did not.
//!
//! # Requests
//!
//! A **text request** is the first of a conversation's `chat_requested` and human messages: at most one per
//! conversation, accepted if the conversation is text two-way. A **video request** is each `call_requested`, accepted
//! if that call has a `call_connected`. The initiator of a request is the side of its event.
//!
//! # Touches
//!
//! - A two-way conversation's **engagements** are the moment it becomes two-way, every visitor message after that, each
//!   `call_connected`, and each `call_ended` that follows a `call_connected` of its call. The last two kinds are the
//!   **video** engagements, the others **text** engagements. An agent's message is only an engagement if it makes the
//!   conversation two-way.
//! - A **touch** of an order is a conversation's latest engagement at or before it; a *video touch* is its latest video
//!   engagement. It is a **candidate** if it lies within the window; see [`attribution`](crate::attribution).
//! - If text and video have their own windows, each engagement has the window of its channel, and a conversation's
//!   touch is the latest engagement within its window. If the visitor's nearest engagement before the order is out of
//!   its window, the order has no candidate in any conversation, unless the option `lapsed_touch` is `passed_over`.
//!
//! By hand: the visitor writes at 09:00, an agent at 09:01 (two-way: an engagement), the agent again at 09:02 (no
//! engagement), the visitor at 09:03 (an engagement), and a call connects at 09:04 and ends at 09:09 (two video
//! engagements). The touch of an order at 09:02:30 is at 09:01, of one at 09:05 at 09:04, of one at 10:00 at 09:09. An
//! order at 09:00:30 has no touch, one at 09:03:30 has no video touch.
//!
//! # Orders and answers
//!
//! - The value of an order is `subtotal − discount − included_tax`. Refunds and cancellations reduce it in canonical
//!   order, never below 0, even if they precede the order itself. A refunded or cancelled order is still an order.
//! - The events of one survey are **one answer**: the last rating and the last feedback given, and the conversation,
//!   outcome and time of the last event.
