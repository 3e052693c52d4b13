//! Why an order counted, and for whom.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Options, ReportOptions};
use crate::attribution::{Fraction, Reason};
use crate::error::choices;
use crate::id::{AgentId, ConversationId, OrderId, Trusted, VisitorId};
use crate::journey::commerce::Order;
use crate::journey::conversation::{Conversation, Engagement, Opening};
use crate::journey::reading::Reader;
use crate::journey::{Channel, Journey, Lens, Moment};
use crate::ledger::{Ledger, VisitorLog};
use crate::metrics::credit::{CreditRules, shares};
use crate::money::Money;
use crate::name::Name;
use crate::time::{Instant, utc_text};

/// Why an order counted, and for whom: every touch of its visitor, with its share where it is credited and with the
/// reason where it is no candidate; see [`Ledger::explain`].
///
/// Written as text it is a few lines to read; repeats are counted there, not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderExplanation {
    /// Who ordered.
    pub visitor: VisitorId,
    /// The order.
    pub order: OrderId,
    /// When: it counts in the periods that hold this instant.
    #[serde(with = "crate::time::utc")]
    #[cfg_attr(feature = "schema", schemars(with = "DateTime<Utc>"))]
    pub placed_at: DateTime<Utc>,
    /// `subtotal − discount − included_tax`.
    pub value: Money,
    /// What is left of it after refunds and cancellations.
    pub net_value: Money,
    /// Whether it counts in `orders` and `attributed_sales`.
    pub is_attributed: bool,
    /// Whether it counts in `gmv_orders` and `attributed_gmv`.
    pub is_gmv: bool,
    /// Every engagement of the visitor's two-way conversations, and the opening of every conversation that was not
    /// two-way at the order, in canonical order.
    pub touches: Vec<OrderTouch>,
    /// "Now", as in a report.
    #[serde(with = "crate::time::utc::option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<DateTime<Utc>>"))]
    pub as_of: Option<DateTime<Utc>>,
    /// The options that it was explained with.
    pub options: ReportOptions,
}

/// A touch, and what it is to the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderTouch {
    /// The conversation that touched.
    pub conversation: ConversationId,
    /// The conversation's agent at the order: whom a share is credited to.
    pub agent: Option<AgentId>,
    /// Over which channel.
    pub channel: Channel,
    /// When.
    #[serde(with = "crate::time::utc")]
    #[cfg_attr(feature = "schema", schemars(with = "DateTime<Utc>"))]
    pub at: DateTime<Utc>,
    /// How long before the order, in microseconds; negative after it.
    pub age_microseconds: i64,
    /// Whether it is a candidate for attributed sales, or why not.
    pub sales: TouchVerdict,
    /// Whether it is a candidate for attributed GMV, or why not.
    pub gmv: TouchVerdict,
    /// Its share, where the model credits it.
    pub credit: Option<TouchCredit>,
}

/// What a touch is credited with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TouchCredit {
    /// Its share of the order, exactly.
    pub weight: Fraction,
    /// Its share of the order's value: what `attributed_sales` adds up.
    pub sales: Money,
    /// Its share of what is left of it: what `net_attributed_sales` adds up.
    pub net_sales: Money,
}

/// Whether a touch is a candidate of an order, or why it is none. Where several reasons hold, it is the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TouchVerdict {
    /// It is one.
    Candidate,
    /// It stands after the order.
    AfterOrder,
    /// Its conversation was not two-way at the order.
    OneSided,
    /// It is no video touch, and `gmv_scope` asks for one.
    ChannelOutOfScope,
    /// It is older than its window.
    OutOfWindow,
    /// It is within its window, but the nearest touch over any channel is out of its own, and `lapsed_touch` is `blocks`.
    NearestLapsed,
    /// A later touch of its conversation stands for it.
    Repeat,
}

choices! {
    "verdict", TouchVerdict {
        Candidate => "candidate",
        AfterOrder => "after_order",
        OneSided => "one_sided",
        ChannelOutOfScope => "channel_out_of_scope",
        OutOfWindow => "out_of_window",
        NearestLapsed => "nearest_lapsed",
        Repeat => "repeat",
    }
}

impl From<Reason> for TouchVerdict {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::AfterConversion => Self::AfterOrder,
            // No label is excluded from a report.
            Reason::ChannelOutOfScope | Reason::LabelExcluded => Self::ChannelOutOfScope,
            Reason::OutOfWindow => Self::OutOfWindow,
            Reason::NearestLapsed => Self::NearestLapsed,
            Reason::Repeat => Self::Repeat,
        }
    }
}

/// What explanations are asked with.
pub(super) struct Asked {
    lens: Lens,
    rules: CreditRules,
    as_of: Option<DateTime<Utc>>,
    options: ReportOptions,
}

impl Asked {
    pub(super) fn new(ledger: &Ledger, options: &Options) -> Self {
        let now = ledger.now(options);
        Self {
            lens: Lens::new(options, now),
            rules: options.credit_rules(),
            as_of: now.map(Instant::to_utc),
            options: options.settings().clone(),
        }
    }
}

impl Ledger {
    /// Why an order counted, and for whom, under the options of a report: [`Options::of`] gives them, "now" included,
    /// which is else looked for in the whole ledger. `None` where no such order is visible.
    ///
    /// Its shares are the report's: added up over the orders of a period they are its `attributed_sales` and
    /// `net_attributed_sales`, agent by agent.
    ///
    /// ```
    /// use convometrics::{Ledger, NdjsonReader, Options};
    ///
    /// let log = r#"
    /// {"id":"1","at":"2026-03-01T12:00:00Z","visitor":"ann","type":"message_sent","conversation":"c1","by":{"side":"visitor"}}
    /// {"id":"2","at":"2026-03-01T12:01:00Z","visitor":"ann","type":"message_sent","conversation":"c1","by":{"side":"agent","agent":"ada"}}
    /// {"id":"3","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"message_sent","conversation":"c2","by":{"side":"visitor"}}
    /// {"id":"4","at":"2026-03-02T12:01:00Z","visitor":"ann","type":"order_placed","order":"o1","currency":"EUR","subtotal":"100"}
    /// "#;
    /// let mut ledger = Ledger::new();
    /// for event in NdjsonReader::new(log.as_bytes()) {
    ///     ledger.record(&event?)?;
    /// }
    /// let why = ledger.explain(&"ann".parse()?, &"o1".parse()?, &Options::new()).unwrap();
    /// assert_eq!(
    ///     why.to_string(),
    ///     "\
    /// order o1 of ann, 2026-03-02T12:01:00Z: 100.00 EUR
    /// counts in attributed sales, not in attributed GMV
    ///   c1, text, 2026-03-01T12:01:00Z, 1 d 00:00:00 before: 1/1 = 100.00 EUR for ada
    ///   c2, text, 2026-03-02T09:00:00Z, 03:01:00 before: one_sided
    /// "
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(
        &self,
        visitor: &VisitorId,
        order: &OrderId,
        options: &Options,
    ) -> Option<OrderExplanation> {
        let log = self.log_of(visitor)?;
        let asked = Asked::new(self, options);
        let journey = journey(log, &asked.lens);
        let (mut orders, tables) = (journey.orders.iter(), log.tables());
        let order = orders.find(|found| tables.name(found.id) == Name::from(order.as_str()))?;
        Some(explain_order(log, &journey, order, &asked))
    }

    /// Why each visible order counted, and for whom: by visitor (in byte order of the ids), each visitor's orders in
    /// canonical order. See [`explain`](Self::explain).
    ///
    /// One explanation is made at a time. Each lists all touches of its visitor, so that those of a visitor with very
    /// many orders and touches take long.
    pub fn explanations(&self, options: &Options) -> impl Iterator<Item = OrderExplanation> + '_ {
        let asked = Arc::new(Asked::new(self, options));
        self.logs_by_id().into_iter().flat_map(move |log| {
            let asked = Arc::clone(&asked);
            let journey = journey(log, &asked.lens);
            (0..journey.orders.len()).filter_map(move |place| {
                let order = journey.orders.get(place)?;
                Some(explain_order(log, &journey, order, &asked))
            })
        })
    }
}

fn journey<'a>(log: VisitorLog<'a>, lens: &Lens) -> Journey<'a> {
    let mut reader = Reader::default();
    reader.read(log, lens);
    reader.into_journey()
}

pub(super) fn explain_order(
    log: VisitorLog<'_>,
    journey: &Journey<'_>,
    order: &Order,
    asked: &Asked,
) -> OrderExplanation {
    let rules = &asked.rules;
    let engagements: Vec<&Engagement> = journey.engagements.iter().collect();
    let sales_model = rules.sales.weigher(rules.model);
    let sales = rules.sales.judge(&sales_model, &engagements, order.placed);
    let gmv = rules.gmv.judge(&sales_model, &engagements, order.placed);
    let credited = sales
        .iter()
        .filter_map(|(engagement, verdict)| Some((*engagement, verdict.ok()?.weight?)));
    let total = credited.clone().map(|(_, weight)| weight).sum();
    let mut shares = shares(journey, order, credited).into_iter();
    let is_attributed = sales.iter().any(|(_, verdict)| verdict.is_ok());
    let name = |conversation: &Conversation<'_>| {
        let id = conversation
            .id
            .expect("a conversation of a journey has begun");
        log.tables().name(id)
    };
    let mut touches = Vec::new();
    for ((engagement, sales), (_, gmv)) in sales.iter().zip(gmv) {
        let credit = match sales.ok().and_then(|judged| judged.weight) {
            None => None,
            Some(weight) => shares.next().map(|share| TouchCredit {
                weight: Fraction::of(weight, total),
                sales: share.value,
                net_sales: share.left,
            }),
        };
        let gmv = match verdict(gmv.err()) {
            // What is credited to nothing does not count for GMV either.
            TouchVerdict::Candidate if !is_attributed => TouchVerdict::NearestLapsed,
            verdict => verdict,
        };
        if let Some(conversation) = journey.conversations.get(engagement.conversation) {
            let moment = engagement.moment;
            let verdicts = (verdict(sales.err()), gmv);
            let channel = engagement.channel;
            let touch = touch(
                name(conversation),
                conversation,
                channel,
                moment,
                order,
                verdicts,
                credit,
            );
            touches.push((moment, touch));
        }
    }
    for conversation in &journey.conversations {
        let verdict = |opening: &Opening| {
            let is_after = opening.moment > order.placed;
            match conversation.two_way() {
                None if is_after => Some(TouchVerdict::AfterOrder),
                // Its engagements are told of.
                Some(two_way) if is_after || two_way <= order.placed => None,
                _ => Some(TouchVerdict::OneSided),
            }
        };
        if let Some(opening) = conversation.opening
            && let Some(verdict) = verdict(&opening)
        {
            let (channel, moment) = (opening.channel, opening.moment);
            let verdicts = (verdict, verdict);
            let touch = touch(
                name(conversation),
                conversation,
                channel,
                moment,
                order,
                verdicts,
                None,
            );
            touches.push((moment, touch));
        }
    }
    touches.sort_by_key(|(moment, _)| *moment);
    let touches: Vec<OrderTouch> = touches.into_iter().map(|(_, touch)| touch).collect();
    OrderExplanation {
        visitor: log.name().with_text(VisitorId::trusted),
        order: log.tables().name(order.id).with_text(OrderId::trusted),
        placed_at: order.placed.at.to_utc(),
        value: order.value,
        net_value: Money::new(order.left, order.value.currency),
        is_attributed,
        is_gmv: touches
            .iter()
            .any(|touch| touch.gmv == TouchVerdict::Candidate),
        touches,
        as_of: asked.as_of,
        options: asked.options.clone(),
    }
}

fn verdict(reason: Option<Reason>) -> TouchVerdict {
    reason.map_or(TouchVerdict::Candidate, TouchVerdict::from)
}

fn touch(
    name: Name<'_>,
    conversation: &Conversation<'_>,
    channel: Channel,
    moment: Moment,
    order: &Order,
    (sales, gmv): (TouchVerdict, TouchVerdict),
    credit: Option<TouchCredit>,
) -> OrderTouch {
    let agent = conversation.agent_at(order.placed.position);
    OrderTouch {
        conversation: name.with_text(ConversationId::trusted),
        agent: agent.map(AgentId::trusted),
        channel,
        at: moment.at.to_utc(),
        age_microseconds: order.placed.at.since(moment.at),
        sales,
        gmv,
        credit,
    }
}

impl OrderTouch {
    /// How long before the order; negative after it.
    #[must_use]
    pub fn age(&self) -> TimeDelta {
        TimeDelta::microseconds(self.age_microseconds)
    }
}

impl fmt::Display for OrderExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (order, visitor) = (self.order.as_str(), self.visitor.as_str());
        write!(
            f,
            "order {} of {}, {}: {}",
            order.escape_debug(),
            visitor.escape_debug(),
            utc_text(self.placed_at),
            self.value
        )?;
        if self.net_value != self.value {
            write!(f, ", {} after refunds", self.net_value)?;
        }
        let counts = match (self.is_attributed, self.is_gmv) {
            (true, true) => "counts in attributed sales and in attributed GMV",
            (true, false) => "counts in attributed sales, not in attributed GMV",
            (false, _) => "counts neither in attributed sales nor in attributed GMV",
        };
        writeln!(f, "\n{counts}")?;
        if self.touches.is_empty() {
            writeln!(f, "  no touches")?;
        }
        let is_repeat = |touch: &&OrderTouch| touch.sales == TouchVerdict::Repeat;
        for touch in self.touches.iter().filter(|touch| !is_repeat(touch)) {
            writeln!(f, "  {touch}")?;
        }
        match self.touches.iter().filter(is_repeat).count() {
            0 => Ok(()),
            1 => writeln!(
                f,
                "  1 repeat: a later touch of its conversation stands for it"
            ),
            repeats => writeln!(
                f,
                "  {repeats} repeats: later touches of their conversations stand for them"
            ),
        }
    }
}

impl fmt::Display for OrderTouch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}, {}, {}: ",
            self.conversation.as_str().escape_debug(),
            self.channel,
            utc_text(self.at),
            age_text(self.age_microseconds)
        )?;
        match &self.credit {
            Some(credit) => write!(f, "{credit} for {}", AgentName(self.agent.as_ref())),
            None if self.sales == TouchVerdict::Candidate => {
                f.write_str("candidate, not credited by the model")
            }
            None => write!(f, "{}", self.sales),
        }
    }
}

impl fmt::Display for TouchCredit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHORT: u128 = 10_000;
        if self.weight.denominator() < SHORT {
            write!(f, "{} = {}", self.weight, self.sales)?;
        } else {
            write!(f, "{:.6} = {}", self.weight.to_f64(), self.sales)?;
        }
        if self.net_sales != self.sales {
            write!(f, " ({} after refunds)", self.net_sales)?;
        }
        Ok(())
    }
}

/// An agent's id, or that there is none.
struct AgentName<'a>(Option<&'a AgentId>);

impl fmt::Display for AgentName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(agent) => write!(f, "{}", agent.as_str().escape_debug()),
            None => f.write_str("no agent"),
        }
    }
}

/// As in `2 d 03:00:00.25 before`.
fn age_text(microseconds: i64) -> String {
    let side = if microseconds < 0 { "after" } else { "before" };
    let micros = microseconds.unsigned_abs();
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    let days = match days {
        0 => String::new(),
        days => format!("{days} d "),
    };
    let (hours, minutes, seconds) = (clock / 3_600, clock / 60 % 60, clock % 60);
    let fraction = match fraction {
        0 => String::new(),
        fraction => format!(".{fraction:06}"),
    };
    let fraction = fraction.trim_end_matches('0');
    format!("{days}{hours:02}:{minutes:02}:{seconds:02}{fraction} {side}")
}
