//! Waiting times, reply times, call durations and service levels, which neither glossary defines.
//!
//! | figure | from | to | counts at | agent |
//! | --- | --- | --- | --- | --- |
//! | `first_response` | the visitor's first message in a conversation, if nobody wrote before | the agent's next message | the visitor's message | who replied |
//! | `reply` | the visitor's first message since the agent's last one (or since the beginning) | the agent's next message | the visitor's message | who replied |
//! | `call_waiting` | the `call_requested` of an inbound call | its first `call_answered` | the request | who first answered |
//! | `time_to_accept` | the `call_requested` of a proactive call | its first `call_accepted` | the request | who requested it |
//! | `call_duration` | the first `call_connected` of a call of either kind | its first `call_ended` after that | the request | who requested or first answered it |
//!
//! Each figure is a list of durations with its [count, sum, mean, median, 90th and 95th percentile and
//! maximum](Durations). What has not ended by `as_of` has no duration. If clocks differ and the end is before the
//! beginning, the duration is 0. Each duration counts at its opening: in the day, page and period of the visitor's
//! message or of the request. Automatic messages are not replies.
//!
//! A first response is also a reply. A reply to a visitor who answers a proactive message is not a first response.
//!
//! A **service level** is the share answered within n seconds, exactly n seconds included.
//!
//! | figure | share of | with |
//! | --- | --- | --- |
//! | `chat_service_level` | conversations whose first message is the visitor's | a first response within [`ServiceTargets::chat_seconds`] |
//! | `call_service_level` | inbound calls | a `call_answered` within [`ServiceTargets::call_seconds`] |
//!
//! The share is of all that were due, including conversations without an answer and cancelled or missed calls. (A
//! conversation does not end with its session: its first message keeps waiting.) A wait that is not over, and at
//! `as_of` not longer than the target, is not due. An **agent** has no service level, because it is unknown who missed
//! a call; `chats_within_target` and `calls_within_target` are shares of what the agent answered.
//!
//! Worked example: Ann writes at 09:00:00 and 09:00:20, Ada replies at 09:01:00, Ann writes at 09:05:00, Ben replies at
//! 09:05:30. `first_response` has 60 s (Ada). `reply` has 60 s (Ada) and 30 s (Ben): median 30 s, mean 45 s, maximum
//! 60 s. Bob requests a call at 10:00:00 and Ada answers at 10:00:20: `call_waiting` is 20 s, within the target of
//! 20 s, so the service level of calls is 1/1. Cat's call at 10:30 is missed: 1/2.

mod durations;

use std::ops::AddAssign;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use self::durations::Collected;
pub use self::durations::Durations;
use super::sums::{ByName, Slots};
use super::{ReportContext, TALKS, Tally, VisitorView};
use crate::id::{AgentId, PageUrl, Trusted};
use crate::journey::conversation::Turn;
use crate::journey::engage::{CallOutcome, LiveCall};
use crate::ledger::Types;
use crate::ratio::Ratio;
use crate::time::{Instant, Period, saturating_micros};

/// Waiting and talking times; see [the module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Responsiveness {
    /// The period.
    pub period: Period,
    /// The `as_of` of the figures, as in a report.
    #[serde(with = "crate::time::utc::option")]
    pub as_of: Option<DateTime<Utc>>,
    /// The targets of the service levels.
    pub targets: ServiceTargets,
    /// The figures of the organization.
    pub organization: ResponseFigures,
    /// Per agent, by id: those with a duration.
    pub agents: Vec<AgentFigures<AgentResponseFigures>>,
    /// Per page of the opening, by page: those with a duration or a service level.
    pub pages: Vec<PageFigures<ResponseFigures>>,
    /// Per local day of the opening, all days.
    pub daily: Vec<DayFigures<ResponseFigures>>,
}

/// The figures of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "AgentFigures_{T}")
)]
#[non_exhaustive]
pub struct AgentFigures<T> {
    /// The agent.
    pub agent: AgentId,
    /// The agent's figures.
    #[serde(flatten)]
    pub figures: T,
}

/// The figures of one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "PageFigures_{T}")
)]
#[non_exhaustive]
pub struct PageFigures<T> {
    /// The page, as grouped.
    pub page: PageUrl,
    /// The figures of the page.
    #[serde(flatten)]
    pub figures: T,
}

/// The figures of the organization on one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "DayFigures_{T}")
)]
#[non_exhaustive]
pub struct DayFigures<T> {
    /// The local date.
    pub date: NaiveDate,
    /// The figures of the day.
    #[serde(flatten)]
    pub figures: T,
}

/// The targets of service levels, in seconds.
///
/// ```
/// use convometrics::metrics::responsiveness::ServiceTargets;
///
/// let targets = ServiceTargets::default();
/// assert_eq!((targets.chat_seconds, targets.call_seconds), (60, 20));
/// let strict = targets.with_call_seconds(10);
/// assert_eq!(strict.call_seconds, 10);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceTargets {
    /// The target for a first response, by default 60.
    pub chat_seconds: u64,
    /// The target for the answer to a call, by default 20.
    pub call_seconds: u64,
}

impl Default for ServiceTargets {
    fn default() -> Self {
        Self {
            chat_seconds: 60,
            call_seconds: 20,
        }
    }
}

impl ServiceTargets {
    /// Sets the target for a first response, in seconds.
    #[must_use]
    pub fn with_chat_seconds(self, chat_seconds: u64) -> Self {
        Self {
            chat_seconds,
            ..self
        }
    }

    /// Sets the target for the answer to a call, in seconds.
    #[must_use]
    pub fn with_call_seconds(self, call_seconds: u64) -> Self {
        Self {
            call_seconds,
            ..self
        }
    }
}

/// Waiting and talking times of the organization, a page or a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResponseFigures {
    /// From the visitor's first message to the first response.
    pub first_response: Durations,
    /// From the visitor's message to the reply.
    pub reply: Durations,
    /// From an inbound call's request to its answer.
    pub call_waiting: Durations,
    /// From a proactive call's request to its acceptance.
    pub time_to_accept: Durations,
    /// From a call's connection to its end.
    pub call_duration: Durations,
    /// First responses within the target / all that were due.
    pub chat_service_level: Ratio,
    /// Calls answered within the target / all inbound calls that were due.
    pub call_service_level: Ratio,
}

/// Waiting and talking times of an agent, for what the agent replied to, answered or requested.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentResponseFigures {
    /// From the visitor's first message to the agent's first response.
    pub first_response: Durations,
    /// From the visitor's message to the agent's reply.
    pub reply: Durations,
    /// From an inbound call's request to the agent's answer.
    pub call_waiting: Durations,
    /// From the agent's request of a call to its acceptance.
    pub time_to_accept: Durations,
    /// From a call's connection to its end.
    pub call_duration: Durations,
    /// The agent's first responses within the target / all of them.
    pub chats_within_target: Ratio,
    /// The agent's answers to calls within the target / all of them.
    pub calls_within_target: Ratio,
}

/// The targets of service levels and the time of `as_of`, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Service {
    now: i64,
    chat: i64,
    call: i64,
}

impl Service {
    pub(crate) fn new(targets: ServiceTargets, now: Instant) -> Self {
        let micros = |seconds| saturating_micros(Duration::from_secs(seconds));
        Self {
            now: now.micros(),
            chat: micros(targets.chat_seconds),
            call: micros(targets.call_seconds),
        }
    }
}

/// The sums of one scope.
#[derive(Debug, Clone, Default)]
struct Sums {
    first_response: Collected,
    reply: Collected,
    call_waiting: Collected,
    time_to_accept: Collected,
    call_duration: Collected,
    chats: Ratio,
    calls: Ratio,
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.first_response += other.first_response;
        self.reply += other.reply;
        self.call_waiting += other.call_waiting;
        self.time_to_accept += other.time_to_accept;
        self.call_duration += other.call_duration;
        self.chats += other.chats;
        self.calls += other.calls;
    }
}

impl Sums {
    fn finish(self) -> ResponseFigures {
        ResponseFigures {
            first_response: self.first_response.finish(),
            reply: self.reply.finish(),
            call_waiting: self.call_waiting.finish(),
            time_to_accept: self.time_to_accept.finish(),
            call_duration: self.call_duration.finish(),
            chat_service_level: self.chats,
            call_service_level: self.calls,
        }
    }

    fn finish_agent(self) -> AgentResponseFigures {
        let all = self.finish();
        AgentResponseFigures {
            first_response: all.first_response,
            reply: all.reply,
            call_waiting: all.call_waiting,
            time_to_accept: all.time_to_accept,
            call_duration: all.call_duration,
            chats_within_target: all.chat_service_level,
            calls_within_target: all.call_service_level,
        }
    }
}

/// Returns the microseconds from `from` to `to`; 0 if `to` is earlier.
fn between(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.since(from)).unwrap_or(0)
}

/// Returns what a wait adds to a service level: whether it ended within the target; `None` while it still can.
fn level(from: Instant, to: Option<Instant>, target: i64, now: i64) -> Option<Ratio> {
    match to {
        Some(to) => Some(Ratio::new((to.since(from) <= target).into(), 1)),
        None if now - from.micros() <= target => None,
        None => Some(Ratio::new(0, 1)),
    }
}

#[derive(Debug)]
pub(crate) struct ResponsivenessTally<'a> {
    days: Slots<Sums>,
    pages: ByName<'a, Sums>,
    agents: ByName<'a, Sums>,
}

impl AddAssign for ResponsivenessTally<'_> {
    fn add_assign(&mut self, other: Self) {
        self.days += other.days;
        self.pages += other.pages;
        self.agents += other.agents;
    }
}

/// Figures of all scopes.
pub(crate) struct Rows {
    pub(crate) organization: ResponseFigures,
    pub(crate) agents: Vec<AgentFigures<AgentResponseFigures>>,
    pub(crate) pages: Vec<PageFigures<ResponseFigures>>,
    pub(crate) daily: Vec<DayFigures<ResponseFigures>>,
}

impl<'a> ResponsivenessTally<'a> {
    /// Changes the sums of an opening's day and page, and of an agent.
    fn at(
        &mut self,
        day: usize,
        page: Option<&'a str>,
        agent: Option<&'a str>,
        change: impl Fn(&mut Sums),
    ) {
        self.days.at(day, &change);
        if let Some(page) = page {
            change(self.pages.at(page));
        }
        if let Some(agent) = agent {
            change(self.agents.at(agent));
        }
    }

    fn add_turn(&mut self, context: &ReportContext, turn: &Turn<'a>) {
        let Some(day) = context.calendar.day(turn.at) else {
            return;
        };
        let waited = turn.reply.map(|(at, _)| between(turn.at, at));
        let replied_at = turn.reply.map(|(at, _)| at);
        let service = &context.service;
        let level = level(turn.at, replied_at, service.chat, service.now);
        let agent = turn.reply.map(|(_, agent)| agent);
        if waited.is_none() && !(turn.is_first && level.is_some()) {
            return;
        }
        self.at(day, turn.page, agent, |sums| {
            if let Some(waited) = waited {
                sums.reply.add(waited);
                if turn.is_first {
                    sums.first_response.add(waited);
                }
            }
            if let (true, Some(level)) = (turn.is_first, level) {
                sums.chats += level;
            }
        });
    }

    fn add_call(&mut self, context: &ReportContext, call: &LiveCall<'a>) {
        let Some(day) = context.calendar.day(call.at) else {
            return;
        };
        let progress = &call.progress;
        let talked = progress.connected.zip(progress.ended);
        let talked = talked.map(|(from, to)| between(from, to));
        let since = |to: Option<Instant>| to.map(|to| between(call.at, to));
        let (agent, waited, accepted, level) = match call.outcome {
            CallOutcome::Proactive { agent, .. } => {
                (Some(agent), None, since(progress.accepted), None)
            }
            outcome => {
                let service = &context.service;
                let answer = match outcome {
                    CallOutcome::Answered { agent } => progress.answered.map(|at| (at, agent)),
                    _ => None,
                };
                let answered = answer.map(|(at, _)| at);
                let is_over = matches!(outcome, CallOutcome::Cancelled | CallOutcome::Missed);
                let level = if is_over {
                    Some(Ratio::new(0, 1))
                } else {
                    level(call.at, answered, service.call, service.now)
                };
                (answer.map(|(_, agent)| agent), since(answered), None, level)
            }
        };
        if waited.is_none() && accepted.is_none() && talked.is_none() && level.is_none() {
            return;
        }
        self.at(day, call.page, agent, |sums| {
            for (collected, duration) in [
                (&mut sums.call_waiting, waited),
                (&mut sums.time_to_accept, accepted),
                (&mut sums.call_duration, talked),
            ] {
                if let Some(duration) = duration {
                    collected.add(duration);
                }
            }
            if let Some(level) = level {
                sums.calls += level;
            }
        });
    }
}

impl<'a> Tally<'a> for ResponsivenessTally<'a> {
    type Metrics = Rows;

    const READS: Types = TALKS;

    fn new(context: &ReportContext) -> Self {
        Self {
            days: Slots::days(context),
            pages: ByName::default(),
            agents: ByName::default(),
        }
    }

    fn add(&mut self, context: &ReportContext, visitor: &VisitorView<'a, '_>) {
        for turn in &visitor.journey.turns {
            self.add_turn(context, turn);
        }
        for call in &visitor.journey.calls {
            self.add_call(context, call);
        }
    }

    fn finish(self, context: &ReportContext) -> Rows {
        let agents = self.agents.by_name().into_iter();
        let pages = self.pages.by_name().into_iter();
        Rows {
            organization: self.days.total().finish(),
            agents: agents
                .map(|(agent, sums)| AgentFigures {
                    agent: AgentId::trusted(&agent),
                    figures: sums.finish_agent(),
                })
                .collect(),
            pages: pages
                .map(|(page, sums)| PageFigures {
                    page: PageUrl::trusted(&page),
                    figures: sums.finish(),
                })
                .collect(),
            daily: self.days.rows(context, |date, sums| DayFigures {
                date,
                figures: sums.finish(),
            }),
        }
    }
}
