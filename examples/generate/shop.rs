//! A made-up shop: most visitors only look, some chat, some call, some buy, some come back.
//!
//! Seeded, so that the same plan gives the same bytes; streaming, in order of time, so that a log of any length needs
//! little memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::error::Error;
use std::io::{self, Write};
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use convometrics::event::{
    Author, CallEvent, ChatEvent, ClickTarget, Initiator, OrderEvent, PlacedOrder, Rating,
    SessionEvent, SurveyEvent, SurveyOutcome, WidgetEvent,
};
use convometrics::id::{CallId, ConversationId, OrderId, SessionId, VisitorId};
use convometrics::money::Amount;
use convometrics::rust_decimal::Decimal;
use convometrics::{Event, EventKind, FieldError};
use fastrand::Rng;
use uuid::Builder;

/// Visits per hour of the day, relative to the busiest: a quiet night, a lunch peak, a long evening.
const HOURS: [f64; 24] = [
    0.16, 0.09, 0.05, 0.04, 0.04, 0.06, 0.13, 0.28, 0.47, 0.62, 0.71, 0.78, 0.86, 0.80, 0.70, 0.66,
    0.67, 0.72, 0.81, 0.93, 1.00, 0.95, 0.68, 0.36,
];

const AGENTS: [&str; 6] = ["ada", "ben", "chloe", "dev", "emma", "farid"];
/// Local hours in which agents are on duty.
const DUTY: std::ops::Range<i64> = 9..21;

const PAGES: [&str; 24] = [
    "/",
    "/sofas",
    "/sofas/oslo",
    "/chairs",
    "/chairs/wishbone",
    "/tables",
    "/tables/oak-180",
    "/beds",
    "/beds/linen",
    "/lamps",
    "/lamps/arc",
    "/rugs",
    "/rugs/berber",
    "/shelves",
    "/shelves/modular",
    "/sale",
    "/desks",
    "/desks/standing",
    "/mirrors",
    "/outdoor",
    "/outdoor/teak",
    "/kids",
    "/gift-cards",
    "/contact",
];
const QUERIES: [&str; 6] = [
    "",
    "",
    "",
    "?utm_source=mail",
    "?utm_source=ads&utm_medium=cpc",
    "#reviews",
];
const MESSAGES: [(&str, &str, Option<&str>); 3] = [
    (
        "exit-intent",
        "need-help",
        Some("https://shop.example/contact"),
    ),
    (
        "long-look",
        "see-it-live",
        Some("https://shop.example/sofas?live=1"),
    ),
    ("cart-idle", "still-there", None),
];
const PRAISE: [&str; 6] = [
    "Great help",
    "Saw the fabric live, very useful",
    "Quick answer",
    "Had to wait a little",
    "Very kind",
    "The link did not work",
];

/// The form of the ids of events, visitors, sessions, conversations, calls, orders and surveys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Random UUIDs.
    Uuid,
    /// A letter for the kind of id, and a number: `e154`, `v1`, `s63`.
    Short,
    /// Texts of 60 to 200 bytes.
    Long,
    /// Each id in one of the other forms, at random.
    Mixed,
}

impl Ids {
    pub(crate) const ALL: [Self; 4] = [Self::Uuid, Self::Short, Self::Long, Self::Mixed];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Short => "short",
            Self::Long => "long",
            Self::Mixed => "mixed",
        }
    }
}

impl FromStr for Ids {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|ids| ids.name() == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("allowed: one of {names}")
        })
    }
}

/// The kind of shop, and the length of its log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// The same seed gives the same log.
    pub(crate) seed: u64,
    /// First local date.
    pub(crate) start: NaiveDate,
    pub(crate) days: u32,
    /// New visitors on an average day.
    pub(crate) visitors_a_day: u32,
    /// Hours that the shop's clock is ahead of UTC.
    pub(crate) hours_ahead: i64,
    /// Logs with other ids have the same events otherwise.
    pub(crate) ids: Ids,
}

/// Writes the log of a shop, one JSON event a line, in order of time.
pub(crate) fn write_log(plan: &Plan, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut shop = Shop::open(plan.seed, plan.ids);
    let midnight =
        plan.start.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(plan.hours_ahead);
    let end = midnight + TimeDelta::days(plan.days.into());
    for day in 0..plan.days {
        let weekend = if matches!(day % 7, 1 | 2) { 1.3 } else { 0.9 };
        for (hour, busy) in (0..24).zip(HOURS) {
            let start = midnight + TimeDelta::hours(i64::from(day) * 24 + hour);
            let mean = f64::from(plan.visitors_a_day) * weekend * busy / HOURS.iter().sum::<f64>();
            for _ in 0..shop.about(mean) {
                let at = start + shop.within(3_600_000);
                shop.visit(at, hour)?;
            }
            shop.write_until(start + TimeDelta::hours(1), end, out)?;
        }
    }
    Ok(())
}

/// Most lines are shorter.
const LINE_BYTES: usize = 400;

/// When a line is written, which of that instant it is, and its bytes.
type Line = (DateTime<Utc>, u64, Vec<u8>);

/// What is happening, and what will.
struct Shop {
    rng: Rng,
    ids: Ids,
    /// The number of ids so far.
    id_count: u64,
    /// Written lines to be, by instant, then in the order in which they were thought of.
    queue: BinaryHeap<Reverse<Line>>,
    thought_of: u64,
}

/// One visitor on one visit.
struct Visit {
    visitor: VisitorId,
    session: Option<SessionId>,
    page: String,
    at: DateTime<Utc>,
    /// Whether agents are there to answer.
    on_duty: bool,
}

impl Shop {
    fn open(seed: u64, ids: Ids) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            ids,
            id_count: 0,
            queue: BinaryHeap::new(),
            thought_of: 0,
        }
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.rng.f64() < probability
    }

    /// A whole number that is `mean` on average.
    fn about(&mut self, mean: f64) -> u32 {
        // Knuth's Poisson sampler, in steps that keep e^-λ away from 0.
        let (mut left, mut count) = (mean, 0);
        while left > 0.0 {
            let step = left.min(30.0);
            let mut product = self.rng.f64();
            while product > (-step).exp() {
                count += 1;
                product *= self.rng.f64();
            }
            left -= step;
        }
        count
    }

    fn within(&mut self, milliseconds: i64) -> TimeDelta {
        TimeDelta::milliseconds(self.rng.i64(0..milliseconds))
    }

    /// Returns a new id. `kind` is the letter of short ids.
    fn id(&mut self, kind: char) -> String {
        // Every form takes the same random numbers, so that the events are the same.
        let random = self.rng.u128(..);
        self.id_count += 1;
        let ids = match self.ids {
            Ids::Mixed => [Ids::Uuid, Ids::Short, Ids::Long][(random % 3) as usize],
            ids => ids,
        };
        match ids {
            Ids::Short => format!("{kind}{}", self.id_count),
            Ids::Long => {
                let mut text = format!("{kind}-{}-{random:032x}-", self.id_count).repeat(6);
                text.truncate(60 + ((random >> 64) % 141) as usize);
                text
            }
            Ids::Uuid | Ids::Mixed => Builder::from_random_bytes(random.to_le_bytes())
                .into_uuid()
                .to_string(),
        }
    }

    /// One of a list, the earlier ones more often: by Zipf's law.
    fn zipf<T: Copy>(&mut self, list: &[T]) -> T {
        let harmonic: f64 = (1..).zip(list).map(|(rank, _)| 1.0 / f64::from(rank)).sum();
        let mut left = self.rng.f64() * harmonic;
        for (rank, item) in (1..).zip(list) {
            left -= 1.0 / f64::from(rank);
            if left <= 0.0 {
                return *item;
            }
        }
        list[0]
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.rng.usize(..list.len())]
    }

    fn page(&mut self) -> String {
        format!(
            "https://shop.example{}{}",
            self.zipf(&PAGES),
            self.one_of(&QUERIES)
        )
    }

    /// Queues an event of a visit, this many seconds after the last.
    fn then(
        &mut self,
        visit: &mut Visit,
        seconds: std::ops::Range<i64>,
        kind: impl Into<EventKind>,
    ) -> Result<(), FieldError> {
        let wait = self.rng.i64(seconds.start * 1000..seconds.end * 1000);
        visit.at += TimeDelta::milliseconds(wait);
        let mut event = Event::new(self.id('e').parse()?, visit.at, visit.visitor.clone(), kind)?
            .with_page(visit.page.parse()?);
        if let Some(session) = &visit.session {
            event = event.with_session(session.clone());
        }
        self.queue(&event);
        Ok(())
    }

    fn queue(&mut self, event: &Event) {
        let mut line = Vec::with_capacity(LINE_BYTES);
        if serde_json::to_writer(&mut line, event).is_err() {
            return;
        }
        line.push(b'\n');
        // The network retries: now and then a line arrives twice.
        if self.chance(0.004) {
            let again = event.at() + self.within(20_000);
            self.thought_of += 1;
            self.queue
                .push(Reverse((again, self.thought_of, line.clone())));
        }
        self.thought_of += 1;
        self.queue
            .push(Reverse((event.at(), self.thought_of, line)));
    }

    /// Writes what has happened by then; what lies past the end never happens.
    fn write_until(
        &mut self,
        now: DateTime<Utc>,
        end: DateTime<Utc>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        while self
            .queue
            .peek()
            .is_some_and(|Reverse((at, _, _))| *at < now)
        {
            if let Some(Reverse((at, _, line))) = self.queue.pop()
                && at < end
            {
                out.write_all(&line)?;
            }
        }
        Ok(())
    }

    fn arrive(
        &mut self,
        visitor: VisitorId,
        at: DateTime<Utc>,
        on_duty: bool,
    ) -> Result<Visit, FieldError> {
        let session = if self.chance(0.85) {
            Some(self.id('s').parse()?)
        } else {
            None
        };
        let page = self.page();
        Ok(Visit {
            visitor,
            session,
            page,
            at,
            on_duty,
        })
    }

    fn visit(&mut self, at: DateTime<Utc>, hour: i64) -> Result<(), FieldError> {
        let visitor: VisitorId = self.id('v').parse()?;
        let mut visit = self.arrive(visitor, at, DUTY.contains(&hour))?;
        if self.chance(0.97) {
            self.then(&mut visit, 0..4, WidgetEvent::Impression)?;
        }
        for _ in 0..self.rng.u32(0..4) {
            if self.chance(0.4) {
                visit.page = self.page();
                self.then(&mut visit, 5..120, WidgetEvent::Impression)?;
            }
        }
        if self.chance(0.03) {
            let (trigger, auto_message, url) = self.zipf(&MESSAGES);
            let url = url.map(str::parse).transpose()?;
            let clicked = WidgetEvent::AutoMessageClicked {
                trigger: trigger.parse()?,
                auto_message: auto_message.parse()?,
                url,
            };
            self.then(&mut visit, 3..60, clicked)?;
        }
        let talks = match self.rng.f64() {
            what if what < 0.12 => {
                let target = if self.chance(0.2) {
                    ClickTarget::ChatNotification
                } else {
                    ClickTarget::Widget
                };
                self.then(&mut visit, 2..40, WidgetEvent::Clicked { target })?;
                let calls = self.chance(0.4);
                self.talk(&mut visit, Initiator::Visitor, calls)?
            }
            what if what < 0.20 && visit.on_duty => {
                let agent = self.zipf(&AGENTS).parse()?;
                let calls = self.chance(0.4);
                self.talk(&mut visit, Initiator::Agent(agent), calls)?
            }
            what if what < 0.24 => {
                self.then(
                    &mut visit,
                    2..40,
                    WidgetEvent::Clicked {
                        target: ClickTarget::Widget,
                    },
                )?;
                false
            }
            _ => false,
        };
        self.shop(&mut visit, if talks { 0.28 } else { 0.03 })?;
        if self.chance(0.6) {
            self.then(&mut visit, 1..90, SessionEvent::Ended)?;
        }
        // Some come back days later, once or more: they talk again, or just buy, more often than those who never talked.
        let mut returns = talks && self.chance(0.35);
        while returns {
            let back = visit.at + TimeDelta::hours(self.rng.i64(10..240));
            let on_duty = self.chance(0.6);
            visit = self.arrive(visit.visitor, back, on_duty)?;
            self.then(&mut visit, 0..4, WidgetEvent::Impression)?;
            if self.chance(0.5) {
                let calls = self.chance(0.4);
                self.talk(&mut visit, Initiator::Visitor, calls)?;
            }
            self.shop(&mut visit, 0.45)?;
            returns = self.chance(0.3);
        }
        Ok(())
    }

    /// A conversation; tells whether both sides had their say.
    fn talk(
        &mut self,
        visit: &mut Visit,
        opener: Initiator,
        calls: bool,
    ) -> Result<bool, FieldError> {
        let conversation: ConversationId = self.id('c').parse()?;
        let agent = match &opener {
            Initiator::Agent(agent) => agent.clone(),
            _ => self.zipf(&AGENTS).parse()?,
        };
        let answered = visit.on_duty && self.chance(0.88);
        let replied = match opener {
            Initiator::Agent(_) => self.chance(0.45),
            _ => answered,
        };
        if self.chance(0.8) || !calls {
            let requested = ChatEvent::Requested {
                conversation: conversation.clone(),
                by: opener.clone(),
            };
            self.then(visit, 1..10, requested)?;
            let first = ChatEvent::MessageSent {
                conversation: conversation.clone(),
                by: opener.clone().into(),
            };
            self.then(visit, 1..40, first)?;
            if opener == Initiator::Visitor && self.chance(0.5) {
                let bot = ChatEvent::MessageSent {
                    conversation: conversation.clone(),
                    by: Author::Automation,
                };
                self.then(visit, 1..3, bot)?;
            }
        }
        if replied {
            let assigned = ChatEvent::AgentAssigned {
                conversation: conversation.clone(),
                agent: agent.clone(),
            };
            self.then(visit, 2..60, assigned)?;
            for turn in 0..self.rng.u32(2..7) {
                let by = if turn % 2 == u32::from(opener != Initiator::Visitor) {
                    Author::Agent(agent.clone())
                } else {
                    Author::Visitor
                };
                self.then(
                    visit,
                    4..90,
                    ChatEvent::MessageSent {
                        conversation: conversation.clone(),
                        by,
                    },
                )?;
            }
        }
        let connected = calls && self.call(visit, &conversation, opener, agent.as_str())?;
        if (replied || connected) && self.chance(0.4) {
            self.survey(visit, &conversation)?;
        }
        Ok(replied || connected)
    }

    /// A call; tells whether both sides were in it.
    fn call(
        &mut self,
        visit: &mut Visit,
        conversation: &ConversationId,
        by: Initiator,
        agent: &str,
    ) -> Result<bool, FieldError> {
        let call: CallId = self.id('k').parse()?;
        let inbound = by == Initiator::Visitor;
        let requested = CallEvent::Requested {
            conversation: conversation.clone(),
            call: call.clone(),
            by,
        };
        self.then(visit, 2..60, requested)?;
        let taken = if inbound {
            visit.on_duty && self.chance(0.8)
        } else {
            self.chance(0.5)
        };
        if !taken {
            let end = match (inbound, self.rng.u32(0..3)) {
                (false, 0) => CallEvent::Declined { call },
                (_, 1) => CallEvent::Cancelled { call },
                _ => CallEvent::Missed { call },
            };
            self.then(visit, 8..45, end)?;
            return Ok(false);
        }
        if inbound {
            self.then(
                visit,
                3..30,
                CallEvent::Answered {
                    call: call.clone(),
                    agent: agent.parse()?,
                },
            )?;
        }
        self.then(visit, 1..6, CallEvent::Accepted { call: call.clone() })?;
        let connected = self.chance(0.95);
        if connected {
            self.then(visit, 1..4, CallEvent::Connected { call: call.clone() })?;
        }
        self.then(visit, 40..1100, CallEvent::Ended { call })?;
        Ok(connected)
    }

    fn survey(
        &mut self,
        visit: &mut Visit,
        conversation: &ConversationId,
    ) -> Result<(), FieldError> {
        let stars = self.one_of(&[5, 5, 5, 5, 4, 4, 4, 3, 2, 1]);
        let rating = if self.chance(0.9) {
            Some(Rating::new(stars)?)
        } else {
            None
        };
        let feedback = if self.chance(0.4) {
            Some(self.one_of(&PRAISE).parse()?)
        } else {
            None
        };
        let outcome = if self.chance(0.8) {
            SurveyOutcome::Submitted
        } else {
            SurveyOutcome::Closed
        };
        let survey = self.id('q').parse()?;
        let conversation = conversation.clone();
        self.then(
            visit,
            5..120,
            SurveyEvent::Answered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            },
        )
    }

    /// Perhaps an order, and perhaps some of it goes back.
    fn shop(&mut self, visit: &mut Visit, probability: f64) -> Result<(), FieldError> {
        if !self.chance(probability) {
            return Ok(());
        }
        let order: OrderId = self.id('o').parse()?;
        let (currency, cents_a_step) = self.zipf(&[("EUR", 100), ("GBP", 100), ("JPY", 10_000)]);
        let steps = self.rng.i64(19..900);
        let subtotal = cents(steps * cents_a_step)?;
        let mut placed = PlacedOrder::new(order.clone(), currency.parse()?, subtotal);
        if self.chance(0.3) {
            placed = placed.with_discount(cents(steps / 10 * cents_a_step)?)?;
        }
        let value = placed.value().amount;
        self.then(visit, 60..900, OrderEvent::Placed(placed))?;
        let later = TimeDelta::hours(self.rng.i64(20..120));
        let mut return_visit = self.arrive(visit.visitor.clone(), visit.at + later, false)?;
        if self.chance(0.09) {
            let half = Amount::new((value.to_decimal() / Decimal::TWO).round_dp(2))?;
            self.then(
                &mut return_visit,
                0..60,
                OrderEvent::Refunded {
                    order,
                    currency: None,
                    amount: half,
                },
            )?;
        } else if self.chance(0.04) {
            self.then(&mut return_visit, 0..60, OrderEvent::Cancelled { order })?;
        }
        Ok(())
    }
}

fn cents(cents: i64) -> Result<Amount, FieldError> {
    Amount::new(Decimal::new(cents, 2))
}
