//! What is behind a figure: the records that it counts, and those that it leaves out, with the reason.

mod quality;
mod samples;
mod units;

use chrono::{DateTime, Utc};
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

pub use self::samples::MeanSample;
use self::units::{Asked, Unit, UnitKind};
use super::explain;
use super::figures::Figure;
use super::pass::Pass;
use super::{Options, Selection};
use crate::catalogue::{CountedAt, Family, METRICS, Metric, Scope, ScopeKind, Value, metric};
use crate::error::{OptionError, choices};
use crate::id::{
    CallId, ConversationId, EventId, OrderId, SessionId, SurveyId, Trusted, VisitorId,
};
use crate::journey::{Fault, Lens, Position};
use crate::ledger::{Ledger, Record as Logged, VisitorLog};
use crate::metrics::{CALLS, Frame, ORDERS};
use crate::time::{Calendar, Instant, Period};

/// One record, and what it is to a figure; see [`Ledger::drill_down`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Contribution {
    /// Whose it is.
    pub visitor: VisitorId,
    /// What it is.
    pub record: Record,
    /// The instant that decides on its period, day and hour; `None` of a visitor, who may have many, and of a conversation
    /// that nothing opened.
    #[serde(with = "crate::time::utc::option")]
    pub at: Option<DateTime<Utc>>,
    /// Whether it counts.
    pub verdict: Verdict,
}

/// What figures are made of. Ids but the visitor's are the visitor's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Record {
    /// The visitor, who counts once.
    Visitor,
    /// A conversation.
    Conversation(ConversationId),
    /// A text request of a conversation.
    TextRequest(ConversationId),
    /// A video request: a call's.
    VideoRequest(CallId),
    /// A call.
    Call(CallId),
    /// A visitor session's live chat. A derived session has no id: it is known by the event of its first human message.
    Session {
        /// Its id.
        session: Option<SessionId>,
        /// Its first human message.
        first_message: EventId,
    },
    /// An order.
    Order(OrderId),
    /// A survey's answer.
    Answer(SurveyId),
    /// An event.
    Event(EventId),
}

/// Whether a record counts for a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It does: this much of the figure is its own. All of them [together](Value::plus) are the figure.
    Counted(Value),
    /// It does not count.
    #[serde(rename = "left_out")]
    Excluded {
        /// Why.
        reason: Reason,
        /// The scopes that the metric counts it for in this period.
        elsewhere: Vec<Scope>,
    },
}

/// Why a record does not count. Where several reasons hold, it is the first of these; of an order that is not attributed,
/// the one of the touch that came nearest to being a candidate: the last of those that hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It lies after "now".
    AfterAsOf,
    /// An event of a call that was never requested, or of an order never placed.
    Orphan,
    /// A second request of a call, or a second placement of an order.
    Redundant,
    /// The metric counts it in this period, for another scope: [`Verdict::Excluded::elsewhere`] names those of the figure's
    /// kind, and none where it is in none (a call that was requested on no page).
    OtherScope,
    /// Its instant is not in the period.
    OutsidePeriod,
    /// A conversation that nothing opened.
    NoOpening,
    /// An order of a visitor without any conversation.
    NoTouch,
    /// An order that was placed before each touch.
    AfterOrder,
    /// A conversation, or a visitor's conversations, to which one side alone responded; of an order, those before it.
    OneSided,
    /// An order whose touches are of a channel that does not count for GMV.
    ChannelOutOfScope,
    /// An order whose touches are all older than their windows.
    OutOfWindow,
    /// An order whose nearest touch is older than its window, which rules out those within theirs.
    NearestLapsed,
    /// It is of another kind, or something else became of it: a call that was missed, for those answered.
    OtherOutcome,
}

choices! {
    "reason", Reason {
        AfterAsOf => "after_as_of",
        Orphan => "orphan",
        Redundant => "redundant",
        OtherScope => "other_scope",
        OutsidePeriod => "outside_period",
        NoOpening => "no_opening",
        NoTouch => "no_touch",
        AfterOrder => "after_order",
        OneSided => "one_sided",
        ChannelOutOfScope => "channel_out_of_scope",
        OutOfWindow => "out_of_window",
        NearestLapsed => "nearest_lapsed",
        OtherOutcome => "other_outcome",
    }
}

impl Contribution {
    /// How much of the figure is its own; `None` where it is left out.
    #[must_use]
    pub fn counted(&self) -> Option<&Value> {
        match &self.verdict {
            Verdict::Counted(value) => Some(value),
            Verdict::Excluded { .. } => None,
        }
    }
}

impl Ledger {
    /// What is behind a figure of the report of this period and these options: every record that may count for it, with
    /// how much of the figure is its own or the reason why it is left out. By visitor, in byte order of the ids; of one
    /// visitor kind by kind, not by time, what is set aside and what lies after "now" last.
    ///
    /// | the figure counts | records |
    /// | --- | --- |
    /// | conversations, minutes | conversations |
    /// | requests | text and video requests |
    /// | clicks | events |
    /// | visitors | visitors |
    /// | orders, money | orders |
    /// | stars, answers | answers of surveys |
    /// | calls | calls |
    /// | live chats | sessions |
    /// | events (`data_quality`) | events |
    ///
    /// What is counted, [added up](Value::plus), is the figure, exactly; of a figure over nothing nothing is counted.
    /// Orphans and redundant events of calls and orders are among what is left out. Of visitors those are left out who
    /// have something to count at another time or of another kind; of events (`data_quality`) those after "now".
    ///
    /// It is worked out when it is asked for, one visitor at a time; a report keeps nothing for it. An order that is left
    /// out is explained by all touches of its visitor: n × m steps for one with n touches and m such orders. For what was
    /// asked of a [`Selection`], ask there.
    ///
    /// ```
    /// use convometrics::catalogue::{Scope, Value};
    /// use convometrics::report::{Reason, Verdict};
    /// use convometrics::{Ledger, NdjsonReader, Options, Period, Zone};
    ///
    /// // Ann's call is answered, Bob's is missed: 1 answered call.
    /// let log = r#"
    /// {"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"call_requested","conversation":"c","call":"k1","by":{"side":"visitor"}}
    /// {"id":"2","at":"2026-03-02T09:01:00Z","visitor":"ann","type":"call_answered","call":"k1","agent":"ada"}
    /// {"id":"3","at":"2026-03-02T09:00:00Z","visitor":"bob","type":"call_requested","conversation":"c","call":"k2","by":{"side":"visitor"}}
    /// {"id":"4","at":"2026-03-02T09:02:00Z","visitor":"bob","type":"call_missed","call":"k2"}
    /// "#;
    /// let mut ledger = Ledger::new();
    /// for event in NdjsonReader::new(log.as_bytes()) {
    ///     ledger.record(&event?)?;
    /// }
    /// let options = Options::new();
    /// let period = ledger.whole_period(&Zone::utc(), &options)?;
    /// let evidence: Vec<_> = ledger.drill_down(&period, &options, "engage.calls.answered", &Scope::Total)?.collect();
    /// assert_eq!(evidence[0].counted(), Some(&Value::Count(1)));
    /// let Verdict::Excluded { reason, .. } = evidence[1].verdict else { panic!() };
    /// assert_eq!((evidence[1].visitor.as_str(), reason), ("bob", Reason::OtherOutcome));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] that names `metric` where the catalogue has no such id, and `scope` where the metric does not
    /// exist for such scopes. (A scope that nothing is of, such as an agent whom nobody knows, is none: nothing counts.)
    pub fn drill_down(
        &self,
        period: &Period,
        options: &Options,
        id: &str,
        scope: &Scope,
    ) -> Result<impl Iterator<Item = Contribution> + use<'_>, OptionError> {
        self.all().drill_down(period, options, id, scope)
    }
}

impl<'a> Selection<'a> {
    /// What is behind a figure of the report of what passes, as [`Ledger::drill_down`]. What the filter leaves out is not
    /// in its evidence, and neither is what has nothing that it asks for: an order that nobody is credited with, an event
    /// that is set aside.
    ///
    /// # Errors
    /// As for [`Ledger::drill_down`].
    pub fn drill_down(
        &self,
        period: &Period,
        options: &Options,
        id: &str,
        scope: &Scope,
    ) -> Result<impl Iterator<Item = Contribution> + use<'a>, OptionError> {
        let question = Question::new(id, scope, period, options)?;
        // "Now" is looked for once.
        let options = match self.ledger.now(options) {
            Some(now) => options.clone().at(now),
            None => options.clone(),
        };
        let pass = self.pass(period, &options);
        let explained = explain::Asked::new(self.ledger, &options);
        let logs = self.ledger.logs_by_id().into_iter();
        Ok(logs.flat_map(move |log| {
            if pass.filter.keeps_visitor(log.name()) && question.may_be_in(log) {
                question.of_visitor(&pass, &explained, log)
            } else {
                Vec::new()
            }
        }))
    }
}

/// The metric of an id that exists for a scope.
fn metric_for(id: &str, scope: &Scope) -> Result<&'static Metric, OptionError> {
    let found = metric(id).ok_or_else(|| {
        let count = METRICS.len();
        OptionError::new(
            "metric",
            format_args!("{id:?}"),
            format!("one of the {count} ids of the catalogue, such as \"engage.calls.held\""),
        )
    })?;
    if found.has(scope.kind()) {
        return Ok(found);
    }
    let scopes: Vec<&str> = found.scopes().map(ScopeKind::name).collect();
    Err(OptionError::new(
        "scope",
        scope.kind(),
        format!("of `{id}` one of {}", scopes.join(", ")),
    ))
}

/// A figure whose evidence is asked for.
struct Question {
    metric: &'static Metric,
    kind: UnitKind,
    scope: Scope,
    /// Of the day that the scope is of, or of the period; not divided into days.
    frame: Frame,
    /// The scope within that frame.
    within: Scope,
    /// The period, day by day, for what counts elsewhere.
    days: Frame,
}

impl Question {
    fn new(
        id: &str,
        scope: &Scope,
        period: &Period,
        options: &Options,
    ) -> Result<Self, OptionError> {
        let metric = metric_for(id, scope)?;
        let calendar = Calendar::new(period);
        let (day, within) = match scope {
            Scope::Day(day) => (Some(*day), Scope::Total),
            Scope::AgentDay(agent, day) => (Some(*day), Scope::Agent(agent.clone())),
            other => (None, other.clone()),
        };
        let part = match day {
            Some(day) => calendar.part(day, period).unwrap_or_else(Period::none),
            None => period.clone(),
        };
        Ok(Self {
            metric,
            kind: UnitKind::of(metric),
            scope: scope.clone(),
            frame: Frame::new(Calendar::undivided(&part), options),
            within,
            days: Frame::new(calendar, options),
        })
    }

    fn of_visitor(
        &self,
        pass: &Pass<'_>,
        explained: &explain::Asked,
        log: VisitorLog<'_>,
    ) -> Vec<Contribution> {
        let visitor = log.name().with_text(VisitorId::trusted);
        let evidence = |record, at: Option<Instant>, verdict| Contribution {
            visitor: visitor.clone(),
            record,
            at: at.map(Instant::to_utc),
            verdict,
        };
        if self.metric.family() == Family::DataQuality {
            let found = quality::units(self.metric, &pass.lens, log).into_iter();
            return found
                .map(|(record, at, verdict)| evidence(record, Some(at), verdict))
                .collect();
        }
        let asked = Asked::new(pass, self.metric, log);
        let (units, faults) = asked.units(&pass.lens, Some(explained));
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for unit in units {
            if let Some(verdict) = self.verdict(&unit) {
                seen.insert(unit.record.clone());
                found.push(evidence(unit.record, unit.at, verdict));
            }
        }
        // Nothing that is set aside has an opening that a filter could ask about.
        if !pass.filter.asks_about_openings() {
            let set_aside = self.set_aside(&faults, log).into_iter();
            found.extend(set_aside.map(|(record, at, reason)| {
                evidence(record, Some(at), left_out(reason, Vec::new()))
            }));
        }
        if log.instants(Instant::MAX).any(|at| at > pass.lens.as_of) {
            let later = Lens {
                as_of: Instant::MAX,
                ..pass.lens
            };
            let (units, _) = asked.units(&later, None);
            let unseen = units.into_iter().filter(|unit| {
                let is_later = unit.at.is_some_and(|at| at > pass.lens.as_of);
                is_later && !seen.contains(&unit.record)
            });
            found.extend(unseen.map(|unit| {
                let verdict = left_out(Reason::AfterAsOf, Vec::new());
                evidence(unit.record, unit.at, verdict)
            }));
        }
        found
    }

    /// Whether the visitor may have anything to do with the figure.
    fn may_be_in(&self, log: VisitorLog<'_>) -> bool {
        !log.types().and(self.kind.types()).is_empty()
    }

    /// What a unit is to the figure; `None` of a visitor who has nothing to do with it.
    fn verdict(&self, unit: &Unit<'_>) -> Option<Verdict> {
        let is_something = |figure: &Figure| figure.value != figure.value.nothing();
        let mine = unit.figures(self.metric, &self.frame).into_iter();
        let mut mine = mine.filter(|figure| figure.scope == self.within);
        if let Some(figure) = mine.find(is_something) {
            return Some(Verdict::Counted(figure.value));
        }
        if !self.is_listed(unit) {
            return None;
        }
        if self.scope != Scope::Total {
            let mut all = unit.figures(self.metric, &self.days);
            all.retain(is_something);
            if !all.is_empty() {
                let scopes = all.into_iter().map(|figure| figure.scope);
                let elsewhere =
                    scopes.filter(|scope| are_alternatives(self.scope.kind(), scope.kind()));
                return Some(left_out(Reason::OtherScope, elsewhere.collect()));
            }
        }
        let is_outside = match unit.at {
            Some(at) => !self.days.calendar.contains(at),
            None if self.kind == UnitKind::Visitor => {
                unit.is_outside(&self.days.calendar, self.metric.family())
            }
            None => false,
        };
        let reason = if is_outside && self.metric.counted_at() != CountedAt::Always {
            Reason::OutsidePeriod
        } else {
            unit.reason.unwrap_or(Reason::OtherOutcome)
        };
        Some(left_out(reason, Vec::new()))
    }

    /// Whether a unit is told of when it does not count.
    fn is_listed(&self, unit: &Unit<'_>) -> bool {
        match (self.kind, self.metric.family()) {
            (UnitKind::Visitor, Family::Visitors) => unit.has_looks(),
            (UnitKind::Visitor, _) => unit.has_conversations(),
            _ => true,
        }
    }

    /// The visible events that are set aside and could have been of the figure's records.
    fn set_aside(
        &self,
        faults: &[(Position, Fault)],
        log: VisitorLog<'_>,
    ) -> Vec<(Record, Instant, Reason)> {
        let types = match self.kind {
            UnitKind::Conversation | UnitKind::Request | UnitKind::Call => CALLS,
            UnitKind::Order => ORDERS,
            _ => return Vec::new(),
        };
        let faults = quality::logged(faults, log).into_iter();
        let reason = |(logged, fault): (Logged, Fault)| {
            let reason = match fault {
                Fault::Orphan => Reason::Orphan,
                Fault::Redundant => Reason::Redundant,
                Fault::OverRefund => return None,
            };
            let record = Record::Event(log.tables().of(logged.key).with_text(EventId::trusted));
            types
                .holds(logged.data.event_type())
                .then_some((record, logged.at, reason))
        };
        faults.filter_map(reason).collect()
    }
}

fn left_out(reason: Reason, elsewhere: Vec<Scope>) -> Verdict {
    Verdict::Excluded { reason, elsewhere }
}

/// Whether what counts for a scope of one kind could as well have counted for one of the other.
fn are_alternatives(asked: ScopeKind, other: ScopeKind) -> bool {
    let is_credit = |kind| matches!(kind, ScopeKind::Agent | ScopeKind::Unassigned);
    asked == other || (is_credit(asked) && is_credit(other))
}
