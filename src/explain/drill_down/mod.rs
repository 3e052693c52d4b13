//! The records behind a figure: those that it counts, and those that it excludes, with the reason.

mod quality;
mod samples;
mod units;

use chrono::{DateTime, Utc};
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

pub use self::samples::MeanSample;
use self::units::{Unit, UnitKind, Units};
use super::order::OrderRules;
use crate::catalogue::{
    CountedAt, Family, Metric, MetricError, Scope, ScopeKind, Value, metric_in_scope,
};
use crate::error::choices;
use crate::id::{
    CallId, ConversationId, EventId, OrderId, SessionId, SurveyId, Trusted, VisitorId,
};
use crate::journey::{Fault, Position, ReadOptions};
use crate::ledger::{Record as Logged, VisitorLog};
use crate::metrics::{CALLS, ORDERS, ReportContext};
use crate::query::scan::Scan;
use crate::query::{Figure, Query, View};
use crate::time::{Calendar, Instant, Period};

/// The contribution of one record to a figure; see [`View::drill_down`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Contribution {
    /// The visitor of the record.
    pub visitor: VisitorId,
    /// The record.
    pub record: Record,
    /// The time that decides on the period, day and hour; `None` for a visitor, who can have many, and for a
    /// conversation that nothing opened.
    #[serde(with = "crate::time::utc::option")]
    pub at: Option<DateTime<Utc>>,
    /// Whether the record counts.
    pub verdict: Verdict,
}

/// A record that figures count. Ids are scoped to the visitor.
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

/// Whether a record counts for a figure. In JSON it is `{"counted": …}` or `{"left_out": {"reason": …, "elsewhere": …}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It counts and adds this value. All values [added up](Value::plus) are the figure.
    Counted(Value),
    /// It does not count.
    #[serde(rename = "left_out")]
    Excluded {
        /// The reason.
        reason: Reason,
        /// The scopes for which the metric counts it in this period.
        elsewhere: Vec<Scope>,
    },
}

/// The reason why a record does not count. If several reasons hold, it is the first in the order of the variants. An
/// unattributed order can have several touches: its reason is that of the touch that came nearest to being a candidate,
/// the last in the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It lies after "now".
    AfterAsOf,
    /// An event of a call that was never requested, or of an order never placed.
    Orphan,
    /// A second request of a call, or a second placement of an order.
    Redundant,
    /// The metric counts it in this period, but not for this scope. [`Verdict::Excluded::elsewhere`] lists the scopes
    /// of the figure's kind for which it counts. The list is empty if there is no such scope (a call requested without
    /// a page).
    OtherScope,
    /// Its instant is not in the period.
    OutsidePeriod,
    /// A conversation that nothing opened.
    NoOpening,
    /// An order of a visitor without any conversation.
    NoTouch,
    /// An order that was placed before each touch.
    AfterOrder,
    /// A conversation that is not two-way. For a visitor, none of the conversations is two-way; for an order, none of
    /// those before it.
    OneSided,
    /// An order whose touches are of a channel that does not count for GMV.
    ChannelOutOfScope,
    /// An order whose touches are all older than their windows.
    OutOfWindow,
    /// An order whose nearest touch is older than its window, which rules out those within theirs.
    NearestLapsed,
    /// It is of another kind or has another outcome, such as a missed call for a metric of answered calls.
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
    /// Returns the value that the record adds to the figure, or `None` if it is excluded.
    #[must_use]
    pub fn counted(&self) -> Option<&Value> {
        match &self.verdict {
            Verdict::Counted(value) => Some(value),
            Verdict::Excluded { .. } => None,
        }
    }
}

impl<'a> View<'a> {
    /// Returns the records behind a figure: every record that can count for it, with the value that it adds to the
    /// figure or the reason why it is excluded. Records are ordered by visitor, in byte order of the ids. The records
    /// of one visitor are ordered by kind; events that are set aside and records after "now" come last.
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
    /// The counted values, [added up](Value::plus), are exactly the figure. This includes figures of pages that the
    /// option `top` cuts from the report's list. Orphans and redundant events of calls and orders are among the
    /// excluded records. For figures of visitors, the excluded records are the visitors who have something to count at
    /// another time or of another kind. For figures of events (`data_quality`), they are the events after "now".
    /// Records that the filter does not select are not listed. With a condition on openings, an order without credit, a
    /// conversation without an opening and an event that is set aside are not listed either: the filter cannot select
    /// them.
    ///
    /// Records are computed one visitor at a time while the iterator is read. The reason of an excluded order depends
    /// on all touches of its visitor: n × m steps for a visitor with n touches and m such orders.
    ///
    /// ```
    /// use convometrics::catalogue::{Scope, Value};
    /// use convometrics::explain::{Reason, Verdict};
    /// use convometrics::{Ledger, Options, Query, Zone};
    ///
    /// // Ann's call is answered, Bob's is missed: 1 answered call.
    /// let log = r#"
    /// {"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"call_requested","conversation":"c","call":"k1","by":{"side":"visitor"}}
    /// {"id":"2","at":"2026-03-02T09:01:00Z","visitor":"ann","type":"call_answered","call":"k1","agent":"ada"}
    /// {"id":"3","at":"2026-03-02T09:00:00Z","visitor":"bob","type":"call_requested","conversation":"c","call":"k2","by":{"side":"visitor"}}
    /// {"id":"4","at":"2026-03-02T09:02:00Z","visitor":"bob","type":"call_missed","call":"k2"}
    /// "#;
    /// let mut ledger = Ledger::new();
    /// ledger.read_ndjson(log.as_bytes())?;
    /// let view = ledger.view(Query::new(ledger.whole_period(&Zone::utc(), &Options::new())?));
    /// let records: Vec<_> = view.drill_down("engage.calls.answered", &Scope::Total)?.collect();
    /// assert_eq!(records[0].counted(), Some(&Value::Count(1)));
    /// let Verdict::Excluded { reason, .. } = records[1].verdict else { panic!() };
    /// assert_eq!((records[1].visitor.as_str(), reason), ("bob", Reason::OtherOutcome));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MetricError::Unknown`] if the catalogue has no such id, [`MetricError::NotInScope`] if the metric does not
    /// exist for such scopes. (A scope without figures, such as an unknown agent, is not an error: no record counts.)
    pub fn drill_down(
        &self,
        id: &str,
        scope: &Scope,
    ) -> Result<impl Iterator<Item = Contribution> + use<'a>, MetricError> {
        let query = &self.query;
        let question = Question::new(id, scope, query)?;
        // "Now" is looked up once.
        let options = query.options().clone().at(self.ledger.now(query.options()));
        let view = self.with_query(query.clone().with_options(options));
        let scan = view.scan();
        let rules = OrderRules::new(&view);
        let logs = self.ledger.logs_by_id().into_iter();
        Ok(logs.flat_map(move |log| {
            if scan.filter.keeps_visitor(log.name()) && question.can_have(log) {
                question.contributions(&scan, &rules, log)
            } else {
                Vec::new()
            }
        }))
    }
}

/// The figure to drill down to.
struct Question {
    metric: &'static Metric,
    kind: UnitKind,
    scope: Scope,
    /// The context of the scope's day or, without a day, of the period. It is not divided into days.
    context: ReportContext,
    /// The scope within that context.
    within: Scope,
    /// The context of the period, divided into days, to find the scopes for which a record counts.
    days: ReportContext,
}

impl Question {
    fn new(id: &str, scope: &Scope, query: &Query) -> Result<Self, MetricError> {
        let metric = metric_in_scope(id, scope)?;
        let (period, options) = (query.period(), query.options());
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
            context: ReportContext::new(Calendar::undivided(&part), options),
            within,
            days: ReportContext::new(calendar, options),
        })
    }

    fn contributions(
        &self,
        scan: &Scan<'_>,
        rules: &OrderRules,
        log: VisitorLog<'_>,
    ) -> Vec<Contribution> {
        let visitor = log.name().with_text(VisitorId::trusted);
        let contribution = |record, at: Option<Instant>, verdict| Contribution {
            visitor: visitor.clone(),
            record,
            at: at.map(Instant::to_utc),
            verdict,
        };
        if self.metric.family() == Family::DataQuality {
            let units = quality::units(self.metric, &scan.read_options, log).into_iter();
            return units
                .map(|(record, at, verdict)| contribution(record, Some(at), verdict))
                .collect();
        }
        let all = Units::new(scan, self.metric, log);
        let (units, faults) = all.read(&scan.read_options, Some(rules));
        let mut seen = HashSet::new();
        let mut contributions = Vec::new();
        for unit in units {
            if let Some(verdict) = self.verdict(&unit) {
                seen.insert(unit.record.clone());
                contributions.push(contribution(unit.record, unit.at, verdict));
            }
        }
        // Events that are set aside have no opening that a filter could select.
        if !scan.filter.has_opening_conditions() {
            let set_aside = self.set_aside(&faults, log).into_iter();
            contributions.extend(set_aside.map(|(record, at, reason)| {
                contribution(record, Some(at), excluded(reason, Vec::new()))
            }));
        }
        if log
            .instants(Instant::MAX)
            .any(|at| at > scan.read_options.as_of)
        {
            let later = ReadOptions {
                as_of: Instant::MAX,
                ..scan.read_options.clone()
            };
            let (units, _) = all.read(&later, None);
            let unseen = units.into_iter().filter(|unit| {
                let is_later = unit.at.is_some_and(|at| at > scan.read_options.as_of);
                is_later && !seen.contains(&unit.record)
            });
            contributions.extend(unseen.map(|unit| {
                let verdict = excluded(Reason::AfterAsOf, Vec::new());
                contribution(unit.record, unit.at, verdict)
            }));
        }
        contributions
    }

    /// Returns whether the visitor can have a record of the figure.
    fn can_have(&self, log: VisitorLog<'_>) -> bool {
        !log.types().and(self.kind.types()).is_empty()
    }

    /// Returns the verdict on a unit, or `None` for a visitor without anything that could count.
    fn verdict(&self, unit: &Unit<'_>) -> Option<Verdict> {
        let is_something = |figure: &Figure| figure.value != figure.value.nothing();
        let mine = unit.figures(self.metric, &self.context).into_iter();
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
                return Some(excluded(Reason::OtherScope, elsewhere.collect()));
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
        Some(excluded(reason, Vec::new()))
    }

    /// Returns whether a unit is listed when it does not count.
    fn is_listed(&self, unit: &Unit<'_>) -> bool {
        match (self.kind, self.metric.family()) {
            (UnitKind::Visitor, Family::Visitors) => unit.has_looks(),
            (UnitKind::Visitor, _) => unit.has_conversations(),
            _ => true,
        }
    }

    /// Returns the visible events that are set aside and could have been records of the figure.
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

fn excluded(reason: Reason, elsewhere: Vec<Scope>) -> Verdict {
    Verdict::Excluded { reason, elsewhere }
}

/// Returns whether a record that counts for a scope of one kind could have counted for a scope of the other kind.
fn are_alternatives(kind: ScopeKind, other: ScopeKind) -> bool {
    let is_credit = |kind| matches!(kind, ScopeKind::Agent | ScopeKind::Unassigned);
    kind == other || (is_credit(kind) && is_credit(other))
}
