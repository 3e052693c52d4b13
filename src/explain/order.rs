//! Explanations of orders: why an order counted, and for whom.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::attribution::{Fraction, Reason};
use crate::channel::Channel;
use crate::error::choices;
use crate::id::{AgentId, ConversationId, OrderId, Trusted, VisitorId};
use crate::journey::commerce::Order;
use crate::journey::conversation::Engagement;
use crate::journey::reader::Reader;
use crate::journey::{Extras, Filter, Journey};
use crate::ledger::VisitorLog;
use crate::metrics::credit::CreditRules;
use crate::money::Money;
use crate::name::Name;
use crate::query::scan::Scan;
use crate::query::{Options, Query, View};
use crate::time::{Instant, utc_text};

/// The explanation of an order: every touch of the visitor, with its credit or with the reason why it is not a
/// candidate; see [`View::explain`].
///
/// `Display` writes a few lines of text, in which repeats are counted and not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderExplanation {
    /// The visitor who ordered.
    pub visitor: VisitorId,
    /// The order.
    pub order: OrderId,
    /// The time of the placement. The order counts in the periods that contain this time.
    #[serde(with = "crate::time::utc")]
    #[cfg_attr(feature = "schema", schemars(with = "DateTime<Utc>"))]
    pub placed_at: DateTime<Utc>,
    /// `subtotal − discount − included_tax`.
    pub value: Money,
    /// The value less refunds and cancellations.
    pub net_value: Money,
    /// Whether it counts in `orders` and `attributed_sales`: it has a candidate, and the filter selects some of its credit.
    pub is_attributed: bool,
    /// Whether it counts in `gmv_orders` and `attributed_gmv`: it has a candidate for GMV and, with a filter, the filter
    /// selects one of its credited candidates. If it has no candidate for sales, the filter selects among its candidates
    /// for GMV, whose [`credit`](OrderTouch::credit) is `None`.
    pub is_gmv: bool,
    /// Every engagement of the visitor's two-way conversations, and the opening of every conversation that was not
    /// two-way at the order, in canonical order.
    pub touches: Vec<OrderTouch>,
    /// "Now", as in a report.
    #[serde(with = "crate::time::utc::option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<DateTime<Utc>>"))]
    pub as_of: Option<DateTime<Utc>>,
    /// The options, without `as_of`.
    pub options: Options,
    /// The conditions of the filter in words; `None`, and no field in JSON, without conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

/// A touch of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderTouch {
    /// The conversation.
    pub conversation: ConversationId,
    /// The conversation's agent at the order, to whom a share is credited.
    pub agent: Option<AgentId>,
    /// The channel of the touch.
    pub channel: Channel,
    /// The time of the touch.
    #[serde(with = "crate::time::utc")]
    #[cfg_attr(feature = "schema", schemars(with = "DateTime<Utc>"))]
    pub at: DateTime<Utc>,
    /// The time from the touch to the order in microseconds, negative if the touch is later.
    pub age_microseconds: i64,
    /// Whether it is a candidate for attributed sales, or the reason why not.
    pub sales: TouchVerdict,
    /// Whether it is a candidate for attributed GMV, or the reason why not.
    pub gmv: TouchVerdict,
    /// Its credit for attributed sales; `None` if it is no candidate for sales or the model does not credit it.
    pub credit: Option<TouchCredit>,
}

/// The credit of a touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TouchCredit {
    /// Its share of the order, exactly.
    pub weight: Fraction,
    /// Its share of the order's value, which `attributed_sales` adds up.
    pub sales: Money,
    /// Its share of the order's net value, which `net_attributed_sales` adds up.
    pub net_sales: Money,
}

choices! {
    "verdict",
    /// The verdict on a touch of an order: a candidate, or the reason why not. If several reasons hold, it is the first
    /// in the order of the variants.
    pub enum TouchVerdict {
        /// It is a candidate.
        Candidate => "candidate",
        /// It is later than the order.
        AfterOrder => "after_order",
        /// Its conversation was not two-way at the order.
        OneSided => "one_sided",
        /// It is not a video touch, which `gmv_scope` requires.
        ChannelOutOfScope => "channel_out_of_scope",
        /// It is older than its window.
        OutOfWindow => "out_of_window",
        /// It is within its window, but the latest touch of its conversation is out of its own, and `lapsed_touch` is
        /// `blocks`.
        LatestLapsed => "latest_lapsed",
        /// A later touch of its conversation counts instead.
        Repeat => "repeat",
        /// It is a candidate that the filter excludes.
        FilteredOut => "filtered_out",
    }
}

impl From<Reason> for TouchVerdict {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::AfterConversion => Self::AfterOrder,
            // The rules of a report exclude no label.
            Reason::ChannelOutOfScope | Reason::LabelExcluded => Self::ChannelOutOfScope,
            Reason::OutOfWindow => Self::OutOfWindow,
            Reason::LatestLapsed => Self::LatestLapsed,
            Reason::Repeat => Self::Repeat,
        }
    }
}

impl<'a> View<'a> {
    /// Explains why an order counted, and for whom. Returns `None` if no such order is visible or the filter excludes
    /// the visitor. The order may lie outside the period.
    ///
    /// The credits are those of the report. Added up over the orders of the period, they are the report's
    /// `attributed_sales` and `net_attributed_sales`, agent by agent. Candidates that the filter excludes are
    /// [`FilteredOut`](TouchVerdict::FilteredOut), and nobody gets their credit.
    ///
    /// ```
    /// use convometrics::{Ledger, Options, Query, Zone};
    ///
    /// let log = r#"
    /// {"id":"1","at":"2026-03-01T12:00:00Z","visitor":"ann","type":"message_sent","conversation":"c1","by":{"side":"visitor"}}
    /// {"id":"2","at":"2026-03-01T12:01:00Z","visitor":"ann","type":"message_sent","conversation":"c1","by":{"side":"agent","agent":"ada"}}
    /// {"id":"3","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"message_sent","conversation":"c2","by":{"side":"visitor"}}
    /// {"id":"4","at":"2026-03-02T12:01:00Z","visitor":"ann","type":"order_placed","order":"o1","currency":"EUR","subtotal":"100"}
    /// "#;
    /// let mut ledger = Ledger::new();
    /// ledger.read_ndjson(log.as_bytes())?;
    /// let view = ledger.view(Query::new(ledger.whole_period(&Zone::utc(), &Options::new())?));
    /// let why = view.explain(&"ann".parse()?, &"o1".parse()?).unwrap();
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
    pub fn explain(&self, visitor: &VisitorId, order: &OrderId) -> Option<OrderExplanation> {
        let log = self.ledger.log_of(visitor)?;
        let id = Name::from(order.as_str());
        let mut explained = self.explained(vec![log], |found, _| log.tables().name(found.id) == id);
        explained.next()
    }

    /// Explains each visible order of the period, as [`explain`](Self::explain) does. Orders are sorted by visitor (in
    /// byte order of the ids), and each visitor's orders are in canonical order.
    ///
    /// Explanations are computed one at a time while the iterator is read. Each lists all touches of its visitor: n × m
    /// touches for a visitor with n touches and m orders.
    pub fn explanations(&self) -> impl Iterator<Item = OrderExplanation> + use<'a> {
        let logs = self.ledger.logs_by_id();
        self.explained(logs, |order, scan| {
            scan.context.calendar.contains(order.placed.at)
        })
    }

    /// Explains the orders of visitors for which `is_selected` holds, one at a time.
    fn explained<F: Fn(&Order, &Scan<'_>) -> bool>(
        &self,
        logs: Vec<VisitorLog<'a>>,
        is_selected: F,
    ) -> impl Iterator<Item = OrderExplanation> + use<'a, F> {
        let context = Arc::new((self.scan(), self.query.clone(), is_selected));
        logs.into_iter().flat_map(move |log| {
            let context = Arc::clone(&context);
            let mut reader = Reader::default();
            if context.0.filter.keeps_visitor(|| log.name()) {
                reader.read(log, &context.0.read_options, Extras::NONE);
            }
            let journey = reader.into_journey();
            (0..journey.orders.len()).filter_map(move |place| {
                let (scan, query, is_selected) = &*context;
                let order = &journey.orders[place];
                is_selected(order, scan).then(|| explanation(log, &journey, order, scan, query))
            })
        })
    }
}

fn explanation(
    log: VisitorLog<'_>,
    journey: &Journey<'_>,
    order: &Order,
    scan: &Scan<'_>,
    query: &Query,
) -> OrderExplanation {
    let (touches, is_attributed, is_gmv) =
        touches(log, journey, order, &scan.context.credit, &scan.filter);
    OrderExplanation {
        visitor: log.name().with_text(VisitorId::trusted),
        order: log.tables().name(order.id).with_text(OrderId::trusted),
        placed_at: order.placed.at.to_utc(),
        value: order.value,
        net_value: order.net_value(),
        is_attributed,
        is_gmv,
        touches,
        as_of: scan.now.map(Instant::to_utc),
        options: query.options().clone().at(None),
        filter: query.filter_text(),
    }
}

/// Returns the touches of an order, whether it is attributed, and whether it counts for GMV.
pub(super) fn touches(
    log: VisitorLog<'_>,
    journey: &Journey<'_>,
    order: &Order,
    rules: &CreditRules,
    filter: &Filter,
) -> (Vec<OrderTouch>, bool, bool) {
    let placed = order.placed;
    let engagements = &journey.engagements;
    // The order, with what is left after refunds as its value.
    let net_order = ((), placed, order.net_value());
    let sales = rules.sales.explain(engagements, order);
    let net_sales = rules.sales.explain(engagements, &net_order);
    let gmv = rules.gmv.explain(engagements, order);
    let is_kept = |engagement: &Engagement| {
        let conversation = &journey.conversations[engagement.conversation];
        let agent = journey.agent_at(conversation.index, placed.position);
        filter.keeps(conversation.opening.as_ref(), agent.as_slice())
    };
    let mut is_attributed = sales.candidates().next().is_some();
    let mut is_gmv = gmv.candidates().next().is_some();
    if filter.has_opening_conditions() {
        // The shares of an order that counts for GMV alone are those of its GMV candidates.
        let shared = if is_attributed { &sales } else { &gmv };
        let has_share = shared
            .candidates()
            .any(|(engagement, credit)| credit.weight.is_some() && is_kept(engagement));
        is_attributed &= has_share;
        is_gmv &= has_share;
    }
    let explained = sales.touches.iter().zip(net_sales.touches).zip(gmv.touches);
    let engaged = explained.map(|((sales, net_sales), gmv)| {
        let engagement = sales.touch;
        let conversation = &journey.conversations[engagement.conversation];
        let is_kept = is_kept(engagement);
        let credits = sales.verdict.ok().zip(net_sales.verdict.ok());
        let credit = credits.filter(|_| is_kept).and_then(|(sales, net_sales)| {
            Some(TouchCredit {
                weight: sales.weight?,
                sales: sales.amount,
                net_sales: net_sales.amount,
            })
        });
        let verdicts = [sales.verdict, gmv.verdict].map(|verdict| match verdict {
            Ok(_) if is_kept => TouchVerdict::Candidate,
            Ok(_) => TouchVerdict::FilteredOut,
            Err(reason) => reason.into(),
        });
        let (moment, channel) = (engagement.moment, engagement.channel);
        (conversation, moment, channel, verdicts, credit)
    });
    let openings = journey.conversations.iter().filter_map(|conversation| {
        let opening = conversation.opening?;
        let (moment, channel) = (opening.moment, opening.channel);
        let is_after = moment > placed;
        let verdict = match conversation.two_way() {
            None if is_after => TouchVerdict::AfterOrder,
            // The engagements of the conversation are listed instead.
            Some(two_way) if is_after || two_way <= placed => return None,
            _ => TouchVerdict::OneSided,
        };
        Some((conversation, moment, channel, [verdict; 2], None))
    });
    let mut touches: Vec<_> = engaged.chain(openings).collect();
    touches.sort_by_key(|(_, moment, ..)| *moment);
    let touches = touches.into_iter();
    let touches = touches.map(|(conversation, moment, channel, [sales, gmv], credit)| {
        let agent = journey.agent_at(conversation.index, placed.position);
        let id = conversation.id;
        OrderTouch {
            conversation: log.tables().name(id).with_text(ConversationId::trusted),
            agent: agent.map(AgentId::trusted),
            channel,
            at: moment.at.to_utc(),
            age_microseconds: placed.at.since(moment.at),
            sales,
            gmv,
            credit,
        }
    });
    (touches.collect(), is_attributed, is_gmv)
}

impl OrderTouch {
    /// Returns the time from the touch to the order, negative if the touch is later.
    #[must_use]
    pub fn age(&self) -> TimeDelta {
        TimeDelta::microseconds(self.age_microseconds)
    }
}

impl fmt::Display for OrderExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = self.order.as_str().escape_debug();
        let visitor = self.visitor.as_str().escape_debug();
        let (placed_at, value) = (utc_text(self.placed_at), self.value);
        write!(f, "order {order} of {visitor}, {placed_at}: {value}")?;
        if self.net_value != self.value {
            write!(f, ", {} after refunds", self.net_value)?;
        }
        let counts = match (self.is_attributed, self.is_gmv) {
            (true, true) => "counts in attributed sales and in attributed GMV",
            (true, false) => "counts in attributed sales, not in attributed GMV",
            (false, true) => "counts in attributed GMV, not in attributed sales",
            (false, false) => "counts neither in attributed sales nor in attributed GMV",
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
        let (conversation, channel) = (self.conversation.as_str().escape_debug(), self.channel);
        let (at, age) = (utc_text(self.at), age_text(self.age_microseconds));
        write!(f, "{conversation}, {channel}, {at}, {age}: ")?;
        match &self.credit {
            Some(credit) => {
                let agent = self.agent.as_ref().map_or("no agent", AgentId::as_str);
                write!(f, "{credit} for {}", agent.escape_debug())
            }
            None if self.sales == TouchVerdict::Candidate => {
                f.write_str("candidate, not credited by the model")
            }
            None if self.gmv == TouchVerdict::Candidate => {
                write!(f, "{}, candidate for attributed GMV", self.sales)
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

/// Writes the age of a touch, as in `2 d 03:00:00.25 before`.
fn age_text(microseconds: i64) -> String {
    let side = if microseconds < 0 { "after" } else { "before" };
    let age = TimeDelta::microseconds(microseconds).abs();
    let days = match age.num_days() {
        0 => String::new(),
        days => format!("{days} d "),
    };
    let clock = (NaiveTime::MIN + age).format("%H:%M:%S%.6f").to_string();
    let clock = clock.trim_end_matches('0').trim_end_matches('.');
    format!("{days}{clock} {side}")
}
