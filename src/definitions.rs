//! Definitions of the terms that all metrics use. This module contains only text.
//!
//! Pages: [differences from the products' dashboards](differences).
//!
//! # Order
//!
//! The events of one visitor are in **canonical order**: ascending (`at`, `seq`, rank of the type, `id`), see
//! [`Event::canonical_cmp`](crate::Event::canonical_cmp). "First", "later", "before" and "at or before" mean this order,
//! never the order of arrival.
//!
//! # What is seen
//!
//! - Of all arrivals with the same (`visitor`, `id`), one **survives**: among those with the highest `revision`, a
//!   `retracted` if there is one, else the first in canonical order; see [`ledger`](crate::ledger). To correct an event,
//!   send it again under its id with a higher revision. To take an event back, send `retracted` under its id with a
//!   higher revision.
//! - Visitor ids that surviving `visitor_linked` events connect, directly or through others, are **one visitor**, whose
//!   name is the smallest of the ids by bytes. Links count whatever their time and "now". Arrivals are compared by the
//!   ids as sent; everything else is about merged visitors. Events that are equal in canonical order are then ordered
//!   by the visitor id as sent. Sessions, conversations, calls, orders and surveys of the same id are then the same ones.
//!   A link to oneself changes nothing.
//! - The survivors at or before `as_of` are **visible**. Later events are ignored. The default `as_of`, and the default
//!   period, are those of the survivors that are not `retracted`.
//! - A second or later `order_placed` of one order, and a second or later `call_requested` of one call, is
//!   **redundant**. The first stands.
//! - An **orphan** is a call event of a call that was never requested, a refund or cancellation of an order that was
//!   never placed, and a refund whose `currency` is given and is not its order's. All visible events decide on orphans:
//!   if the missing event arrives later, or is later in canonical order, the event is no orphan and counts.
//! - Redundant events, orphans, `visitor_linked` and `retracted` are **set aside** before anything else is interpreted.
//!   They count in [`DataQuality`](crate::metrics::data_quality::DataQuality) and, `retracted` excepted, for the default
//!   `as_of` and period. No other figure depends on them, apart from the effect of a link.
//!
//! By hand: an order of 100.00 EUR arrives with revision 0, then with revision 2 and 130.00 EUR, then late with revision
//! 1 and 110.00 EUR. The second survives, and the ledger has 1 event and 2 superseded arrivals, in any order of arrival.
//! Cookie `c-7` browses, then sends `visitor_linked` to `ann`, who orders: one visitor, named `ann`, with all events.
//!
//! # Sessions
//!
//! A session is a visitor's *uninterrupted visit* (Engage). Sessions matter only to [`engage`](crate::metrics::engage)
//! and to the counter `outside_sessions`.
//!
//! **Visitor acts** are `widget_impression`, `widget_clicked`, `auto_message_clicked`, `order_placed`, `call_accepted`,
//! `call_declined`, the `call_cancelled` of an inbound call, and a `chat_requested`, `call_requested` or `message_sent`
//! by the visitor. **Live events** are the visitor acts and what an agent can do only with a visitor who is there: an
//! agent's `chat_requested`, `call_requested` and `message_sent`, `call_answered`, `call_connected`, and the `call_ended`
//! of a call that connected. Nothing else is live: neither automation, assignments, missed calls, refunds, cancelled
//! orders nor surveys, which are also filled in after the visit.
//!
//! 1. A session **with an id** begins at the first live event that names it. It runs up to the last visitor act that
//!    names it, whatever the gaps: the tracker knows. After that it runs until a `session_ended` of it, or until the
//!    session timeout (by default 30 minutes) has passed since its latest live event. A `session_ended` before that last
//!    visitor act ends nothing. If no visitor act names it, this holds from its first live event on.
//! 2. An event that names a session belongs to it if it runs at that point or begins there, otherwise to no session.
//! 3. An event that names no session belongs to the running session; of several, to the one whose latest live event is
//!    latest.
//! 4. If none runs, a visitor act that names no session begins a **derived session**. So does an agent's
//!    `chat_requested`, `call_requested` or `message_sent` that names no session and is the opening of its conversation.
//!    A derived session runs until a `session_ended` of it, or until the timeout has passed since its latest live event. Any other event
//!    belongs to no session.
//! 5. From a `call_connected` to the next `call_ended` of the same call, the session of the `call_connected` runs
//!    whatever the gaps, unless a `session_ended` ends it in between. A call without a later `call_ended` keeps nothing
//!    running, as that event may be lost.
//!
//! The timeout has passed since x if `at − x ≥ timeout`. A session is **closed** if it has ended, or if the timeout has
//! passed at `as_of`; otherwise it is **open**.
//!
//! By hand, without session ids: the visitor acts at 09:00, 09:29:59 and 09:59:59. These are two sessions, as the second
//! gap is 30 minutes. As of 10:10, the first is closed and the second is open. An agent's message at 09:45 belongs to
//! the first session, and the visitor's act at 09:59:59 then too: its latest live event is 15 minutes old. An agent's
//! reply at 10:40 belongs to no session.
//!
//! # Pages
//!
//! A page is grouped by its text before the first `?` or `#` by default, or by its exact or its normalized text
//! ([`PageGrouping`](crate::query::PageGrouping) has the steps). A page that is empty after grouping is no page. The page of a figure
//! is that of its opening event.
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
//! | agents of a call | the requester of a proactive call. Of an inbound call: the agent of the last `call_answered` at or before its first `call_connected` (if none is there, of the first one after it), who **connected**, and the agents of all later ones, to whom it was transferred. Without any `call_answered`, the conversation's agent at the first `call_connected`, if any |
//! | responding agents | those with a message in it, and the agents of each of its connected calls |
//!
//! By hand: 09:00 `chat_requested` by the visitor (opening), 09:01 the visitor writes, 09:03 agent Ada writes (text
//! two-way from here), 09:04 Ben is assigned, 09:05 Ada writes. Span 09:01 to 09:05, 4 minutes: the request alone is no
//! message. Its agent is nobody at 09:02, Ada at 09:03:30, Ben at 09:06, as an assignment outweighs acts. Ada
//! responded, Ben did not. If an inbound call is then answered by Cy, answered by Dan, connects, and is answered by Eve, its
//! agents are Dan, who connected, and Eve.
//!
//! **Cut conversations.** The option `conversation_timeout` is for sources that keep one conversation id forever. The
//! conversation's human messages, `chat_requested` and call events are cut between two neighbours if at least that time
//! passes between them, unless both are within one connected call (from its first `call_connected` to its last
//! `call_ended`, both included; a call without a `call_ended` holds nothing together). Then each call event moves to the part that has its `call_requested`. Each part is a conversation, but
//! the agent at a point is that of the whole id. A survey answer is about the last part that opened before it, or else
//! about the first.
//!
//! # Requests
//!
//! A **text request** is the earlier of a conversation's first `chat_requested` and its first human message. A message
//! counts only if it is no reply: if neither a message or request of the other side nor a `call_connected` is before it.
//! If the first message is a reply, the first `chat_requested`, if any, is the text request. So there is at most one. A
//! **video request** is each `call_requested`. The initiator of a request is the side of its event.
//!
//! A request is **accepted** if it *turned into a conversation, no matter text or call* (One-to-One):
//!
//! - a text request, if its conversation is text two-way, or if a `call_connected` follows it in the conversation;
//! - a video request, if its own call connected; or if it is its side's last request before the conversation became
//!   two-way, and a message of the other side or a `call_connected` follows it, up to the point where the conversation
//!   became two-way. So messages or a call back can answer a missed call, but a call that rang out before the one that
//!   connected is not accepted.
//!
//! A visitor's request that is not accepted was **answered** if an agent responded: a video request by a `call_answered`
//! of its call, a text request by a later message or call request of an agent. Otherwise it is **unanswered**.
//!
//! By hand: the visitor calls at 09:00 and rings out, calls again at 09:05 and rings out, and Ada writes at 09:10, to
//! which the visitor replies at 09:11. These are two requests: the second call is accepted, the first is unanswered.
//! Ada's message is a reply, and so is the visitor's.
//!
//! # Touches
//!
//! - A two-way conversation's **engagements** are the moment it becomes two-way, every visitor message after that, each
//!   `call_connected`, and each `call_ended` that follows a `call_connected` of its call. The last two kinds are the
//!   **video** engagements, the others **text** engagements. An agent's message is only an engagement if it makes the
//!   conversation two-way.
//! - A **touch** of an order is a conversation's latest engagement at or before it; a *video touch* is its latest video
//!   engagement. It is a **candidate** if it lies within the window; see [`attribution`](crate::attribution).
//! - If text and video have their own windows, each engagement has the window of its channel. If a conversation's latest
//!   engagement is out of its window, the conversation has no touch; with the option `lapsed_touch` `passed_over`, the
//!   next older one is tried.
//! - The option `orders_window` replaces all windows for `orders`, `attributed_sales`, `average_order_value`,
//!   `conversion_rate` and the leaderboard. GMV keeps the others.
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

pub mod differences {
    //! Differences that you may notice when you compare these figures with the dashboards of the products.
    //!
    //! **Two glossaries, the same events.** One-to-One counts conversations and requests, Engage counts website calls
    //! and live chats. The same events give different figures:
    //!
    //! | events | One-to-One | Engage |
    //! | --- | --- | --- |
    //! | a visitor writes, is answered, then calls and nobody answers | 1 conversation; 2 requests, the message accepted, the call unanswered | 1 chat answered; 1 call missed |
    //! | a visitor calls and cancels before anybody answers | 1 request, unanswered; no conversation | 1 call requested, 1 cancelled, none missed (option `cancelled_is_missed_after`) |
    //! | one conversation id, messages in three visits | 1 conversation | up to 3 chats, one for each session |
    //! | two conversation ids in one visit | up to 2 conversations | 1 chat |
    //! | a call without any message | 1 video conversation if it connected | 1 call, no chat |
    //! | messages while a call is connected | messages of the conversation | part of the call: they open and answer no chat |
    //! | an agent replies after the visit | a two-way conversation | the chat was missed: no reply *during the visitor session* |
    //!
    //! **Held.** Engage adds proactive calls *attempted* to inbound calls answered, but proactive chats *accepted* to
    //! inbound chats answered. This follows the glossary.
    //!
    //! **`conversion_rate` matures.** It belongs to the visitors whose conversation opened in the period, and an order
    //! of theirs may follow after it. So the rate of a recent period grows with time, and it does not follow from
    //! `orders`, which count in the period of the order.
    //!
    //! **The agent at the order.** Sales are credited to the agent that the conversation had when the order was placed.
    //! A later assignment moves no credit. A dashboard that joins orders with the current assignee shows other agents.
    //!
    //! **One conversation id forever.** Some sources have one thread for each visitor. Then a visitor has one
    //! conversation, which opened long ago. The option `conversation_timeout` cuts such threads.
    //! Each part then has an opening, so an agent who writes again after the gap can begin a session and attempt a chat.
    //!
    //! **A session id that is never renewed** makes one session of everything between its first and last use by the
    //! visitor. Leave such an id out: sessions are then derived from the gaps.
    //!
    //! **A shop without video.** Attributed GMV counts orders after a video conversation, as the glossary says. For a
    //! shop that only writes it is empty; the option `gmv_scope` `any` counts orders after any conversation.
    //!
    //! **Net Promoter Survey.** The glossary says NPS, but its scale is 1 to 5 and its figure a mean, and so is ours.
}
