//! How long people waited, and how long they talked: what every contact centre asks, and neither glossary has.
//!
//! | figure | from | to | counts at | agent |
//! | --- | --- | --- | --- | --- |
//! | `first_response` | the visitor's first message of a conversation in which nobody wrote before | the agent's next message | the visitor's message | who replied |
//! | `reply` | the first of the visitor's messages since the agent's last one (or since the beginning) | the agent's next message | the visitor's message | who replied |
//! | `call_waiting` | the `call_requested` of an inbound call | its first `call_answered` | the request | who first answered |
//! | `time_to_accept` | the `call_requested` of a proactive call | its first `call_accepted` | the request | who requested it |
//! | `call_duration` | the first `call_connected` of a call of either kind | its first `call_ended` after that | the request | who requested or first answered it |
//!
//! Each is a list of durations with its [count, sum, mean, median, 90th and 95th percentile and maximum](Durations). What
//! is not over by "now" has no duration. Where clocks differ and the end stands before the beginning, the duration is 0. As
//! everywhere, what happened counts where its opening stands: in the day, page and period of the visitor's message or of
//! the request. Automatic messages reply to nothing.
//!
//! A first response is also a reply; a reply to a visitor who answers a proactive message is no first response.
//!
//! **Service level**: the share answered within n seconds, n seconds exactly included.
//!
//! | figure | of | within |
//! | --- | --- | --- |
//! | `chat_service_level` | conversations whose first message is the visitor's | a first response within [`ServiceTargets::chat_seconds`] |
//! | `call_service_level` | inbound calls | a `call_answered` within [`ServiceTargets::call_seconds`] |
//!
//! What was never answered, and a call that was cancelled or missed, counts among all (a conversation is not over with its
//! session: its first message waits on). What still waits, and has not yet waited longer than the
//! target by "now", counts in neither. For an **agent** there is no service level, as nobody knows whose a missed call was;
//! `chats_within_target` and `calls_within_target` are the shares of those that the agent did answer.
//!
//! By hand: Ann writes at 09:00:00 and 09:00:20, Ada replies at 09:01:00, Ann writes at 09:05:00, Ben replies at 09:05:30.
//! `first_response` has 60 s (Ada); `reply` has 60 s (Ada) and 30 s (Ben): median 30 s, mean 45 s, maximum 60 s. Bob asks
//! for a call at 10:00:00 and Ada answers at 10:00:20: `call_waiting` 20 s; within the target of 20 s, so that the service
//! level of calls is 1/1. Cat's call at 10:30 rings out: 1/2.

mod durations;

use std::ops::AddAssign;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use self::durations::Collected;
pub use self::durations::Durations;
use super::engage::{AgentFigures, DayFigures, PageFigures};
use super::sums::{ByName, Slots};
use super::{ReportContext, TALKS, Tally, VisitorView};
use crate::id::{AgentId, PageUrl, Trusted};
use crate::journey::conversation::Turn;
use crate::journey::engage::{CallOutcome, LiveCall};
use crate::ledger::Types;
use crate::ratio::Ratio;
use crate::time::{Instant, MICROS_A_SECOND, Period};

/// Waiting and talking times; see [the module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Responsiveness {
    /// The period.
    pub period: Period,
    /// "Now", as in a report.
    #[serde(with = "crate::time::utc::option")]
    pub as_of: Option<DateTime<Utc>>,
    /// What service levels are measured by.
    pub targets: ServiceTargets,
    /// All of it.
    pub organization: ResponseFigures,
    /// Per agent, by id: those with a duration.
    pub agents: Vec<AgentFigures<AgentResponseFigures>>,
    /// Per page of the opening, by page: those with a duration or a service level.
    pub pages: Vec<PageFigures<ResponseFigures>>,
    /// Per local day of the opening, every one.
    pub daily: Vec<DayFigures<ResponseFigures>>,
}

/// Within how many seconds a service is as it should be.
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
    /// Of a first response: 60, unless another is set.
    pub chat_seconds: u64,
    /// Of the answer to a call: 20, unless another is set.
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
    /// Sets within how many seconds a first response is to come.
    #[must_use]
    pub fn with_chat_seconds(self, chat_seconds: u64) -> Self {
        Self {
            chat_seconds,
            ..self
        }
    }

    /// Sets within how many seconds a call is to be answered.
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
    /// From what the visitor wrote to the reply.
    pub reply: Durations,
    /// From an inbound call's request to its answer.
    pub call_waiting: Durations,
    /// From a proactive call's request to its acceptance.
    pub time_to_accept: Durations,
    /// From a call's connection to its end.
    pub call_duration: Durations,
    /// First responses within the target, of all that were waited for.
    pub chat_service_level: Ratio,
    /// Calls answered within the target, of all inbound ones.
    pub call_service_level: Ratio,
}

/// Waiting and talking times of an agent: of what the agent replied to, answered or requested.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentResponseFigures {
    /// From the visitor's first message to the agent's first response.
    pub first_response: Durations,
    /// From what the visitor wrote to the agent's reply.
    pub reply: Durations,
    /// From an inbound call's request to the agent's answer.
    pub call_waiting: Durations,
    /// From the agent's request of a call to its acceptance.
    pub time_to_accept: Durations,
    /// From a call's connection to its end.
    pub call_duration: Durations,
    /// Those of the agent's first responses that came within the target.
    pub chats_within_target: Ratio,
    /// Those of the calls answered by the agent that were answered within the target.
    pub calls_within_target: Ratio,
}

/// What service levels are judged by, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Service {
    now: i64,
    chat: i64,
    call: i64,
}

impl Service {
    pub(crate) fn new(targets: ServiceTargets, now: Instant) -> Self {
        let micros = |seconds: u64| {
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            seconds.saturating_mul(MICROS_A_SECOND)
        };
        Self {
            now: now.micros(),
            chat: micros(targets.chat_seconds),
            call: micros(targets.call_seconds),
        }
    }
}

/// What is collected of one scope.
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

/// Microseconds from one instant to another; 0 where the other stands before it.
fn between(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.since(from)).unwrap_or(0)
}

/// What a wait counts for a service level: whether it ended within the target; `None` while it may still.
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
