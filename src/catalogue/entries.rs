//! The metrics, family by family, in the order of the report. Definitions are written here; the tables in the modules
//! of [`metrics`](crate::metrics) and in the README are generated from them.

use super::Dimension::{Agents, Days, Pages, Visitors};
use super::ScopeKind::{
    Agent, AgentDay, Day, Page, Rating, Total, Unassigned,
};
use super::{CountedAt, Dimension, Family, Formula, Kind, Metric, ScopeKind, Unit};

type Scopes = &'static [(ScopeKind, Option<&'static str>)];

impl Metric {
    const fn entry(
        (family, counted_at): (Family, CountedAt),
        id: &'static str,
        name: &'static str,
        (kind, unit): (Kind, Unit),
        definition: &'static str,
    ) -> Self {
        Self {
            id,
            name,
            family,
            definition,
            formula: None,
            unit,
            kind,
            counted_at,
            scopes: &[],
            additive_over: &[],
        }
    }

    const fn formula_is(self, formula: Formula) -> Self {
        Self {
            formula: Some(formula),
            ..self
        }
    }

    /// Sets the scopes, each with the glossary's name for it.
    const fn of(self, scopes: Scopes) -> Self {
        Self { scopes, ..self }
    }

    const fn adds_up_over(self, additive_over: &'static [Dimension]) -> Self {
        Self {
            additive_over,
            ..self
        }
    }
}

const fn count(unit: Unit) -> (Kind, Unit) {
    (Kind::Count, unit)
}

const RATIO: (Kind, Unit) = (Kind::Ratio, Unit::Share);
const MONEY: (Kind, Unit) = (Kind::Money, Unit::Money);
const STARS: (Kind, Unit) = (Kind::Mean, Unit::Stars);

const CONVERSATION: (Family, CountedAt) = (Family::Conversations, CountedAt::Opening);
const REQUEST: (Family, CountedAt) = (Family::Requests, CountedAt::Request);
const CLICK: (Family, CountedAt) = (Family::Requests, CountedAt::Event);
const VISITOR: (Family, CountedAt) = (Family::Visitors, CountedAt::Event);
const ORDER: (Family, CountedAt) = (Family::Gmv, CountedAt::Order);
const ANSWER: (Family, CountedAt) = (Family::Csat, CountedAt::Answer);
const CALL: (Family, CountedAt) = (Family::Calls, CountedAt::CallRequest);
const CHAT: (Family, CountedAt) = (Family::Chats, CountedAt::FirstMessage);
const QUALITY: (Family, CountedAt) = (Family::DataQuality, CountedAt::Always);

const fn of_agent(counted_at: CountedAt) -> (Family, CountedAt) {
    (Family::Leaderboard, counted_at)
}

const fn conversations(id: &'static str, name: &'static str, definition: &'static str) -> Metric {
    Metric::entry(
        CONVERSATION,
        id,
        name,
        count(Unit::Conversations),
        definition,
    )
    .adds_up_over(&[Days, Visitors])
}

const fn requests(id: &'static str, name: &'static str, definition: &'static str) -> Metric {
    Metric::entry(REQUEST, id, name, count(Unit::Requests), definition)
        .adds_up_over(&[Days, Visitors])
}

const fn calls(id: &'static str, name: &'static str, definition: &'static str) -> Metric {
    Metric::entry(CALL, id, name, count(Unit::Calls), definition)
}

const fn chats(id: &'static str, name: &'static str, definition: &'static str) -> Metric {
    Metric::entry(CHAT, id, name, count(Unit::Sessions), definition)
}

const fn quality(
    id: &'static str,
    name: &'static str,
    unit: Unit,
    definition: &'static str,
) -> Metric {
    Metric::entry(QUALITY, id, name, count(unit), definition)
        .of(&[(Total, None)])
        .adds_up_over(&[Visitors])
}

impl Metric {
    /// Sets the scopes of a figure of Engage that agents have too.
    const fn of_all(self, scopes: Scopes) -> Self {
        self.of(scopes)
            .adds_up_over(&[Days, Agents, Pages, Visitors])
    }

    /// Sets the scopes of a figure of Engage that agents do not have.
    const fn not_of_agents(self, scopes: Scopes) -> Self {
        self.of(scopes).adds_up_over(&[Days, Pages, Visitors])
    }
}

/// Every metric, in the order of the report.
pub const METRICS: &[Metric] = &joined();

const LISTS: &[&[Metric]] = &[CONVERSATIONS, crate::metrics::request::METRICS, OTHERS, crate::metrics::leaderboard::METRICS, ENGAGE];

const COUNT: usize = {
    let (mut count, mut list) = (0, 0);
    while list < LISTS.len() {
        count += LISTS[list].len();
        list += 1;
    }
    count
};

const fn joined() -> [Metric; COUNT] {
    let mut all = [LISTS[0][0]; COUNT];
    let (mut at, mut list) = (0, 0);
    while list < LISTS.len() {
        let mut metric = 0;
        while metric < LISTS[list].len() {
            all[at] = LISTS[list][metric];
            at += 1;
            metric += 1;
        }
        list += 1;
    }
    all
}

const CONVERSATIONS: &[Metric] = &[
    conversations("conversations.total", "Total conversations", "two-way conversations that opened in the period")
        .formula_is(Formula::difference(
            &["conversations.text", "conversations.video"],
            &["conversations.both"],
        ))
        .of(&[(Total, Some("Total Conversations")), (Day, Some("Conversation breakdown trend"))]),
    conversations("conversations.text", "Text conversations", "those with a message of the visitor and one of an agent")
        .of(&[(Total, Some("Text Conversation")), (Day, None)]),
    conversations("conversations.video", "Video conversations", "those with a connected call")
        .of(&[(Total, Some("Video Chat Conversation")), (Day, Some("Conversation breakdown trend"))]),
    conversations("conversations.both", "Text and video conversations", "those with both")
        .of(&[(Total, None), (Day, None)]),
    Metric::entry(
        CONVERSATION,
        "conversations.average_duration_minutes",
        "Average duration",
        (Kind::Mean, Unit::Minutes),
        "mean time of two-way conversations that opened in the period, from first to last human message or call event",
    )
    .of(&[(Total, Some("Avg duration (minute)"))])
    .adds_up_over(&[Days, Visitors]),
];

const OTHERS: &[Metric] = &[
    Metric::entry(
        VISITOR,
        "visitors.with_impression",
        "Visitors with an impression",
        count(Unit::Visitors),
        "visitors with a `widget_impression` in the period",
    )
    .of(&[(Total, Some("Visitors with Widget Impression")), (Day, None)])
    .adds_up_over(&[Visitors]),
    Metric::entry(
        VISITOR,
        "visitors.with_click",
        "Visitors with a click",
        count(Unit::Visitors),
        "visitors with a `widget_clicked` in the period, whatever its target",
    )
    .of(&[(Total, Some("Visitors with Clicks")), (Day, None)])
    .adds_up_over(&[Visitors]),
    Metric::entry(
        VISITOR,
        "visitors.click_through_rate",
        "Click-through rate",
        RATIO,
        "visitors with a click for each with an impression, literally: lost impressions can push it over 1",
    )
    .formula_is(Formula::sum(&["visitors.with_click"]).of(&["visitors.with_impression"]))
    .of(&[(Total, Some("Widget CTR")), (Day, Some("Widget CTR Trend"))])
    .adds_up_over(&[Visitors]),
    Metric::entry(
        VISITOR,
        "visitors.clicked_without_impression",
        "Visitors with a click alone",
        count(Unit::Visitors),
        "visitors with a click, but no impression, in the period",
    )
    .of(&[(Total, None)])
    .adds_up_over(&[Visitors]),
    Metric::entry(
        ORDER,
        "gmv.orders",
        "Orders",
        count(Unit::Orders),
        "orders in the period with an any-channel candidate",
    )
    .of(&[(Total, Some("Number of Orders"))])
    .adds_up_over(&[Days, Visitors]),
    Metric::entry(ORDER, "gmv.attributed_sales", "Attributed sales", MONEY, "value of the orders in the period with an any-channel candidate")
        .of(&[(Total, None)])
        .adds_up_over(&[Days, Visitors]),
    Metric::entry(
        ORDER,
        "gmv.average_order_value",
        "Average order value",
        (Kind::Mean, Unit::Money),
        "value / count over exactly the orders in the period with an any-channel candidate, refunds left in; digits of the sum, half to even",
    )
    .of(&[(Total, Some("AOV"))])
    .adds_up_over(&[Days, Visitors]),
    Metric::entry(
        ORDER,
        "gmv.gmv_orders",
        "GMV orders",
        count(Unit::Orders),
        "orders in the period with a video candidate (option `gmv_scope`: or any)",
    )
    .of(&[(Total, None)])
    .adds_up_over(&[Days, Visitors]),
    Metric::entry(ORDER, "gmv.attributed_gmv", "Attributed GMV", MONEY, "value of the GMV orders")
        .of(&[(Total, Some("Attributed GMV"))])
        .adds_up_over(&[Days, Visitors]),
    Metric::entry(
        ORDER,
        "gmv.refunded_gmv",
        "Refunded GMV",
        MONEY,
        "what went back of the GMV orders by `as_of`, whenever; never more than an order's value",
    )
    .of(&[(Total, None)])
    .adds_up_over(&[Days, Visitors]),
    Metric::entry(ORDER, "gmv.net_gmv", "Net GMV", MONEY, "what is left of the GMV orders")
        .formula_is(Formula::difference(&["gmv.attributed_gmv"], &["gmv.refunded_gmv"]))
        .of(&[(Total, None)])
        .adds_up_over(&[Days, Visitors]),
    Metric::entry(
        (Family::Gmv, CountedAt::Opening),
        "gmv.conversion_rate",
        "Conversion rate",
        RATIO,
        "visitors with a two-way conversation opened in the period who placed an order that has such a conversation \
         among its any-channel candidates / all visitors with a two-way conversation opened in the period",
    )
    .of(&[(Total, Some("Conversion rate"))])
    .adds_up_over(&[Visitors]),
    Metric::entry(
        ANSWER,
        "csat.average_rating",
        "Average rating",
        STARS,
        "mean over the answers in the period that have a rating, submitted or closed",
    )
    .of(&[(Total, Some("Avg rating")), (Day, Some("Avg Rating Trend"))])
    .adds_up_over(&[Days, Visitors]),
    Metric::entry(
        (Family::Csat, CountedAt::Always),
        "csat.distribution",
        "Distribution of ratings",
        count(Unit::Answers),
        "answers of the rating, over **all** visible ones, whatever the period",
    )
    .of(&[(Rating, Some("CSATS rating distribution"))])
    .adds_up_over(&[Visitors]),
    Metric::entry(
        ANSWER,
        "csat.details",
        "Answers in detail",
        (Kind::Records, Unit::Answers),
        "the answers in the period, in order of their last events, then by visitor",
    )
    .of(&[(Total, Some("CSAT feedback Detail"))])
    .adds_up_over(&[Days, Visitors]),
];

const ENGAGE: &[Metric] = &[
    calls("engage.calls.attempted", "Proactive calls attempted", "calls that an agent requested, whatever follows").of_all(&[
        (Total, Some("Proactive Website Calls Attempted")),
        (Agent, Some("Proactive Website Calls Attempted")),
        (Page, Some("Proactive Website Calls Attempted")),
        (Day, None),
    ]),
    calls("engage.calls.accepted", "Proactive calls accepted", "proactive calls with a `call_accepted`").of_all(&[
        (Total, Some("Proactive Website Calls Accepted")),
        (Agent, Some("Proactive Website Calls Accepted")),
        (Page, Some("Proactive Website Calls Accepted")),
        (Day, None),
    ]),
    calls("engage.calls.requested", "Inbound calls requested", "calls that the visitor requested, even if cancelled later")
        .formula_is(Formula::sum(&[
            "engage.calls.answered",
            "engage.calls.cancelled",
            "engage.calls.missed",
            "engage.calls.pending",
        ]))
        .not_of_agents(&[
            (Total, Some("Inbound Website Calls Requested")),
            (Page, Some("Inbound Website Calls Requested")),
            (Day, None),
        ]),
    calls("engage.calls.answered", "Inbound calls answered", "inbound calls with a `call_answered`, whatever follows")
        .of_all(&[
            (Total, Some("Inbound Website Calls Answered")),
            (Agent, Some("Inbound Website Calls Answered")),
            (Page, Some("Inbound Website Calls Answered")),
            (Day, None),
        ]),
    calls("engage.calls.cancelled", "Inbound calls cancelled", "inbound calls that nobody answered, with a `call_cancelled`")
        .not_of_agents(&[(Total, None), (Page, None), (Day, None)]),
    calls(
        "engage.calls.missed",
        "Inbound calls missed",
        "other inbound calls that nobody answered, with a `call_missed` or `call_ended`, or in a closed session",
    )
    .not_of_agents(&[
        (Total, Some("Inbound Website Calls Missed")),
        (Page, Some("Inbound Website Calls Missed")),
        (Day, None),
    ]),
    calls("engage.calls.pending", "Inbound calls pending", "all other inbound calls: they may still be answered")
        .not_of_agents(&[(Total, None), (Page, None), (Day, None)]),
    calls("engage.calls.held", "Website calls held", "proactive calls attempted and inbound ones answered; attempted, not accepted: the glossary says so")
        .formula_is(Formula::sum(&["engage.calls.attempted", "engage.calls.answered"]))
        .of_all(&[
            (Total, Some("Website Calls Held")),
            (Agent, Some("Website Calls Held")),
            (Page, Some("Website Calls Held")),
            (Day, None),
        ]),
    calls("engage.calls.connected", "Website calls connected", "calls of either kind with a `call_connected`")
        .of_all(&[(Total, None), (Agent, None), (Page, None), (Day, None)]),
    chats("engage.chats.attempted", "Proactive chats attempted", "sessions whose first human message is an agent's").of_all(&[
        (Total, Some("Proactive Live Chat Conversations Attempted")),
        (Agent, Some("Proactive Live Chat Conversations Attempted")),
        (Page, Some("Proactive Live Chat Conversations Attempted")),
        (Day, None),
    ]),
    chats(
        "engage.chats.accepted",
        "Proactive chats accepted",
        "proactive chats in which a visitor message follows",
    )
    .of_all(&[
        (Total, Some("Proactive Live Chat Conversations Accepted")),
        (Agent, Some("Proactive Live Chat Conversations Accepted")),
        (Page, Some("Proactive Live Chat Conversations Accepted")),
        (Day, None),
    ]),
    chats("engage.chats.requested", "Inbound chats requested", "sessions whose first human message is the visitor's")
        .formula_is(Formula::sum(&["engage.chats.answered", "engage.chats.missed", "engage.chats.pending"]))
        .not_of_agents(&[
            (Total, Some("Inbound Live Chat Conversations Requested")),
            (Page, Some("Inbound Live Chat Conversations Requested")),
            (Day, None),
        ]),
    chats(
        "engage.chats.answered",
        "Inbound chats answered",
        "inbound chats in which an agent's message follows",
    )
    .of_all(&[
        (Total, Some("Inbound Live Chat Conversations Answered")),
        (Agent, Some("Inbound Live Chat Conversations Answered")),
        (Page, Some("Inbound Live Chat Conversations Answered")),
        (Day, None),
    ]),
    chats("engage.chats.missed", "Inbound chats missed", "other inbound chats whose session is closed").not_of_agents(&[
        (Total, Some("Inbound Live Chat Conversations Missed")),
        (Page, Some("Inbound Live Chat Conversations Missed")),
        (Day, None),
    ]),
    chats("engage.chats.pending", "Inbound chats pending", "all other inbound chats: they may still be answered")
        .not_of_agents(&[(Total, None), (Page, None), (Day, None)]),
    chats("engage.chats.held", "Live chats held", "proactive chats accepted and inbound ones answered; accepted, where calls add attempted: the glossary says so")
        .formula_is(Formula::sum(&["engage.chats.accepted", "engage.chats.answered"]))
        .of_all(&[
            (Total, Some("Live Chat Conversations Held")),
            (Agent, Some("Live Chat Conversations Held")),
            (Page, Some("Live Chat Conversations Held")),
            (Day, None),
        ]),
    quality(
        "data_quality.events",
        "Events",
        Unit::Events,
        "distinct survivors at or before `as_of`, redundant events and orphans included",
    ),
    quality(
        "data_quality.duplicates",
        "Duplicates",
        Unit::Events,
        "further arrivals of a survivor's content, of all that arrived",
    ),
    quality(
        "data_quality.conflicts",
        "Conflicts",
        Unit::Events,
        "arrivals of other content under a survivor's id, of all that arrived",
    ),
    quality(
        "data_quality.redundant",
        "Redundant events",
        Unit::Events,
        "each `order_placed` of an order after its first, each `call_requested` of a call after its first",
    ),
    quality(
        "data_quality.orphans",
        "Orphans",
        Unit::Events,
        "call events without a request, refunds and cancellations without an order",
    ),
    quality(
        "data_quality.over_refunds",
        "Over-refunds",
        Unit::Events,
        "refunds that exceed what is left of their order, of all visible orders",
    ),
];
