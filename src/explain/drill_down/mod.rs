//! The records behind a figure: those that it counts, and those that it excludes, with the reason.

mod records;
mod samples;

use chrono::{DateTime, Utc};
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use self::records::{Observed, observed, something};
pub use self::samples::MeanSample;
use super::order::{OrderTouch, TouchVerdict, touches};
use crate::catalogue::{MetricError, metric_in_scope};
use crate::error::choices;
use crate::event::EventType;
use crate::id::{
    CallId, ConversationId, EventId, OrderId, SessionId, SurveyId, Trusted, VisitorId,
};
use crate::journey::commerce::Order;
use crate::journey::reader::Reader;
use crate::journey::{Extras, Filter, Position, Remark};
use crate::ledger::{Record as Logged, Types, VisitorLog};
use crate::metric::{
    CountedAt, Family as MetricFamily, Metric, Scope, ScopeKind, Unit as RecordKind, Value,
};
use crate::metrics::data_quality::{DataQualityState, EventCounters};
use crate::metrics::family::{Excluded, Family};
use crate::metrics::{CALLS, ORDERS, TALKS};
use crate::query::View;
use crate::query::figures::{WithFamily, with_family};
use crate::query::scan::Scan;
use crate::time::Instant;

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

/// A record that figures count. Ids are scoped to the visitor. Under `conversation_timeout`, the parts of one conversation
/// have its id; each opens at an instant of its own.
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
    /// A visitor session's live chat. A derived session has no id: it is known by the event that opened the chat.
    Session {
        /// Its id.
        session: Option<SessionId>,
        /// The first chat act: a message, or the visitor's request for a chat.
        opening: EventId,
    },
    /// An order.
    Order(OrderId),
    /// A survey's answer.
    Answer(SurveyId),
    /// An event.
    Event {
        /// The visitor id with which it was sent. It differs from the visitor's name if ids are linked.
        sender: VisitorId,
        /// Its id.
        id: EventId,
    },
}

impl Record {
    /// Returns the record of the event at a position of a log, whose events these are.
    fn event(log: VisitorLog<'_>, position: Position, events: &[Logged]) -> Self {
        let key = events[position as usize].key;
        Self::Event {
            sender: log.sender(position).with_text(VisitorId::trusted),
            id: log.tables().of(key).with_text(EventId::trusted),
        }
    }
}

/// Whether a record counts for a figure. In JSON it is `{"counted": …}` or `{"left_out": {"reason": …, "elsewhere": …}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It counts and adds this value. All values [added up](Value::plus) are the figure. For a quantile, this is one of
    /// the durations whose quantile the figure is.
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

choices! {
    "reason",
    /// The reason why a record does not count. If several reasons hold, it is the first in the order of the variants. An
    /// unattributed order can have several touches: its reason is that of the touch that came nearest to being a candidate,
    /// the last in the order of the variants.
    pub enum Reason {
        /// It lies after "now".
        AfterAsOf => "after_as_of",
        /// An event of a call that was never requested, or of an order never placed.
        Orphan => "orphan",
        /// A second request of a call, or a second placement of an order.
        Redundant => "redundant",
        /// The metric counts it in this period, but not for this scope. [`Verdict::Excluded::elsewhere`] lists the scopes
        /// of the figure's kind for which it counts. The list is empty if there is no such scope (a call requested without
        /// a page).
        OtherScope => "other_scope",
        /// Its instant is not in the period.
        OutsidePeriod => "outside_period",
        /// A conversation that nothing opened.
        NoOpening => "no_opening",
        /// An order of a visitor without any conversation; for `conversation_lift`, without any in the period.
        NoTouch => "no_touch",
        /// An order that was placed before each touch; for `conversation_lift`, before the first conversation in the
        /// period.
        AfterOrder => "after_order",
        /// A conversation that is not two-way. For a visitor, none of the conversations is two-way; for an order, none of
        /// those before it.
        OneSided => "one_sided",
        /// An order whose touches are of a channel that does not count for GMV.
        ChannelOutOfScope => "channel_out_of_scope",
        /// An order whose touches are all older than their windows.
        OutOfWindow => "out_of_window",
        /// An order with a touch within its window, of a conversation whose latest touch is older than its own window.
        LatestLapsed => "latest_lapsed",
        /// It is of another kind or has another outcome, such as a missed call for a metric of answered calls.
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
    /// figure or the reason why it is excluded. Records are ordered by visitor, in byte order of the names. The records
    /// of one visitor are grouped by kind, in an order that can change; events that are set aside and records after
    /// "now" come last.
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
    /// | first responses, replies, service levels of chats | events: the visitor's messages |
    /// | events (`data_quality`) | events; for `linked` visitors, for `connected_unannounced` calls |
    ///
    /// The counted values, [added up](Value::plus), are exactly the figure. (A quantile does not add up: it is that of
    /// the counted values.) This includes pages that the option `top` cuts from the report's list, and answers that
    /// `csat_details` cuts from it. The query need not ask for the metric's family. Orphans and redundant events of calls and orders are among the
    /// excluded records. For figures of visitors, the excluded records are the visitors who have something to count at
    /// another time or of another kind. For counters of all events (`data_quality`), they are the events after "now".
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
        let metric = metric_in_scope(id, scope)?;
        let scope = scope.clone();
        // "Now" is looked up once.
        let options = self.query.options().clone();
        let options = options.at(self.ledger.now(self.query.options()));
        let view = self.with_query(self.query.clone().with_options(options));
        let scan = view.scan();
        let logs = self.ledger.logs_by_id().into_iter();
        Ok(logs.flat_map(move |log| {
            let question = Question {
                metric,
                scope: &scope,
                scan: &scan,
                log,
            };
            question.contributions()
        }))
    }
}

/// Returns the types of events of which a visitor with a record of this kind has at least one.
const fn types(records: RecordKind) -> Types {
    match records {
        RecordKind::Conversations
        | RecordKind::Requests
        | RecordKind::Sessions
        | RecordKind::Turns => TALKS,
        RecordKind::Calls => CALLS,
        RecordKind::Clicks => Types::of([EventType::AutoMessageClicked]),
        RecordKind::Orders => ORDERS,
        RecordKind::Answers => Types::of([EventType::SurveyAnswered]),
        // Any event can be that of a visitor who is compared.
        _ => Types::ALL,
    }
}

/// The figure to drill down to, for one visitor.
struct Question<'s, 'a> {
    metric: &'static Metric,
    scope: &'s Scope,
    scan: &'s Scan<'a>,
    log: VisitorLog<'a>,
}

impl<'a> WithFamily<'a> for Question<'_, 'a> {
    type Output = Vec<Contribution>;

    fn work<F: Family>(self) -> Vec<Contribution> {
        let (scan, log) = (self.scan, self.log);
        let kind = self.metric.records;
        let as_of = scan.read_options.as_of;
        let found = observed::<F>(scan, kind, log, as_of);
        let mut seen = HashSet::new();
        let mut contributions = Vec::new();
        for record in found.records {
            if let Some(verdict) = self.verdict::<F>(&record) {
                seen.insert((record.record.clone(), record.at));
                contributions.push(self.contribution(record.record, record.at, verdict));
            }
        }
        // Events that are set aside have no opening that a filter could select.
        if !scan.filter.has_opening_conditions() {
            self.set_aside(&found.remarks, &mut contributions);
        }
        if log.instants(Instant::MAX).any(|at| at > as_of) {
            let later = observed::<F>(scan, kind, log, Instant::MAX);
            let unseen = later.records.into_iter().filter(|found| {
                // A visitor, who has no instant, had nothing that could count by now.
                let is_later = found.at.map_or(found.is_inside.is_some(), |at| at > as_of);
                is_later && !seen.contains(&(found.record.clone(), found.at))
            });
            contributions.extend(unseen.map(|found| {
                let verdict = excluded(Reason::AfterAsOf, Vec::new());
                self.contribution(found.record, found.at, verdict)
            }));
        }
        contributions
    }
}

impl Question<'_, '_> {
    /// Returns the visitor's contributions. It is not inlined, so that a crate that reads the iterator does not compile
    /// the code of all families again.
    #[inline(never)]
    fn contributions(self) -> Vec<Contribution> {
        let types = types(self.metric.records);
        let can_have = !self.log.types().and(types).is_empty();
        if !can_have || !self.scan.filter.keeps_visitor(|| self.log.name()) {
            return Vec::new();
        }
        match self.metric.family {
            MetricFamily::DataQuality if self.metric.counted_at == CountedAt::Always => {
                self.events()
            }
            family => with_family(family, self),
        }
    }

    fn contribution(&self, record: Record, at: Option<Instant>, verdict: Verdict) -> Contribution {
        Contribution {
            visitor: self.log.name().with_text(VisitorId::trusted),
            record,
            at: at.map(Instant::to_utc),
            verdict,
        }
    }

    /// Returns the verdict on a record, or `None` for a visitor without anything that could count.
    fn verdict<F: Family>(&self, found: &Observed<F::State>) -> Option<Verdict> {
        let is_inside = found.is_inside;
        if found.record == Record::Visitor && is_inside.is_none() {
            return None;
        }
        let counted: Vec<(&Scope, Value)> = found.counted::<F>(self.metric).collect();
        if let Some((_, value)) = counted.iter().find(|(scope, _)| *scope == self.scope) {
            return Some(Verdict::Counted(value.clone()));
        }
        if !counted.is_empty() {
            let scopes = counted.into_iter().map(|(scope, _)| scope);
            let scopes = scopes.filter(|scope| are_alternatives(self.scope.kind(), scope.kind()));
            let mut elsewhere: Vec<Scope> = scopes.cloned().collect();
            elsewhere.sort_unstable();
            return Some(excluded(Reason::OtherScope, elsewhere));
        }
        let reason = if is_inside == Some(false) && self.metric.counted_at != CountedAt::Always {
            Reason::OutsidePeriod
        } else {
            match (found.excluded::<F>(self.metric), &found.order) {
                (Some(Excluded::NoOpening), _) => Reason::NoOpening,
                (Some(Excluded::OneSided), _) => Reason::OneSided,
                (Some(Excluded::NoConversation), _) => Reason::NoTouch,
                (Some(Excluded::BeforeConversation), _) => Reason::AfterOrder,
                (Some(Excluded::NoCandidate), Some(order)) => {
                    self.nearest_miss(order, |touch| touch.sales)
                }
                (Some(Excluded::NoGmvCandidate), Some(order)) => {
                    self.nearest_miss(order, |touch| touch.gmv)
                }
                _ => Reason::OtherOutcome,
            }
        };
        Some(excluded(reason, Vec::new()))
    }

    /// Returns the reason why an order is not credited: that of the touch that came nearest to being a candidate,
    /// whatever the filter selects.
    fn nearest_miss(&self, order: &Order, verdict: fn(&OrderTouch) -> TouchVerdict) -> Reason {
        let mut reader = Reader::default();
        let journey = reader.read(self.log, &self.scan.read_options, Extras::NONE);
        let rules = &self.scan.context.credit;
        let (touches, ..) = touches(self.log, journey, order, rules, &Filter::new());
        let reasons = touches.iter().filter_map(|touch| {
            Some(match verdict(touch) {
                TouchVerdict::AfterOrder => Reason::AfterOrder,
                TouchVerdict::OneSided => Reason::OneSided,
                TouchVerdict::ChannelOutOfScope => Reason::ChannelOutOfScope,
                TouchVerdict::OutOfWindow => Reason::OutOfWindow,
                TouchVerdict::LatestLapsed => Reason::LatestLapsed,
                TouchVerdict::Candidate | TouchVerdict::Repeat | TouchVerdict::FilteredOut => {
                    return None;
                }
            })
        });
        // The variants are ordered by how near a touch comes to being a candidate.
        reasons.max().unwrap_or(Reason::NoTouch)
    }

    /// Adds the visible events that are set aside and could have been records of the figure.
    fn set_aside(&self, remarks: &[(Position, Remark)], contributions: &mut Vec<Contribution>) {
        let types = match self.metric.records {
            RecordKind::Conversations | RecordKind::Requests | RecordKind::Calls => CALLS,
            RecordKind::Orders => ORDERS,
            _ => return,
        };
        if remarks.is_empty() {
            return;
        }
        let events = self.log.records();
        for (position, remark) in remarks {
            let reason = match remark {
                Remark::Orphan => Reason::Orphan,
                Remark::Redundant => Reason::Redundant,
                Remark::Retracted | Remark::Link | Remark::OverRefund => continue,
            };
            let event = &events[*position as usize];
            if types.holds(event.data.event_type()) {
                let verdict = excluded(reason, Vec::new());
                contributions.push(self.event(&events, *position, verdict));
            }
        }
    }

    /// Returns the events behind a counter of events, of which those after "now" are excluded, or the visitor behind the
    /// counter of linked ids.
    fn events(&self) -> Vec<Contribution> {
        let as_of = self.scan.read_options.as_of;
        let mut reader = Reader::default();
        let remarks = &reader
            .read(self.log, &self.scan.read_options, Extras::NONE)
            .remarks;
        let events = self.log.records();
        let contributions = (0..).zip(&events).filter_map(|(position, event)| {
            let mut state = DataQualityState::default();
            state.add_arrived(self.log.arrived(position, event.key));
            let verdict = if event.at <= as_of {
                state.add_events(1);
                for (_, remark) in remarks.iter().filter(|(at, _)| *at == position) {
                    state.add_remark(*remark);
                }
                Verdict::Counted(something::<EventCounters>(self.metric, &state)?)
            } else if let Some(value) = something::<EventCounters>(self.metric, &state) {
                Verdict::Counted(value)
            } else {
                state.add_events(1);
                something::<EventCounters>(self.metric, &state)?;
                excluded(Reason::AfterAsOf, Vec::new())
            };
            Some(self.event(&events, position, verdict))
        });
        let mut state = DataQualityState::default();
        state.add_linked(self.log.linked());
        let linked = something::<EventCounters>(self.metric, &state);
        let of_visitor =
            linked.map(|ids| self.contribution(Record::Visitor, None, Verdict::Counted(ids)));
        of_visitor.into_iter().chain(contributions).collect()
    }

    /// Returns the contribution of the event at a position of the visitor's events.
    fn event(&self, events: &[Logged], position: Position, verdict: Verdict) -> Contribution {
        let at = events[position as usize].at;
        self.contribution(Record::event(self.log, position, events), Some(at), verdict)
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
