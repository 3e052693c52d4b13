//! Waiting times, reply times, call durations and service levels, which neither glossary defines.
//!
//! | duration | from | to | counts at | agent |
//! | --- | --- | --- | --- | --- |
//! | first response | the visitor's first message in a conversation, if nobody wrote before | the agent's next message | the visitor's message | who replied |
//! | reply | the visitor's first message since the agent's last one (or since the beginning) | the agent's next message | the visitor's message | who replied |
//! | call waiting | the `call_requested` of an inbound call | its first `call_answered`, or its first `call_connected` if it has none | the request | who first answered, or else the conversation's agent when it connected |
//! | time to accept | the `call_requested` of a proactive call | its first `call_accepted`, or its first `call_connected` if it has none | the request | who requested it |
//! | call duration | the first `call_connected` of a call of either kind | its first `call_ended` after that | the request | who requested or first answered it |
//!
//! What has not ended by `as_of` has no duration. If clocks differ and the end is before the beginning, the duration is
//! 0. Each duration counts at its opening: in the day, page and period of the visitor's message or of the request.
//! Automatic messages are not replies. A first response is also a reply. A reply to a visitor who answers a proactive
//! message is not a first response.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (–) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `first_response_count` | – | turns | First responses in the period. | total, agent, page, day | `0` |
//! | `first_response_mean` | – | seconds | Mean time from the visitor's first message to the first response. | total, agent, page, day | `null` |
//! | `first_response_median` | – | seconds | Median of the times from the visitor's first message to the first response. | total, agent, page, day | `null` |
//! | `first_response_p90` | – | seconds | 90th percentile of the times from the visitor's first message to the first response. | total, agent, page, day | `null` |
//! | `first_response_p95` | – | seconds | 95th percentile of the times from the visitor's first message to the first response. | total, agent, page, day | `null` |
//! | `first_response_max` | – | seconds | Greatest time from the visitor's first message to the first response. | total, agent, page, day | `null` |
//! | `reply_count` | – | turns | Replies in the period. | total, agent, page, day | `0` |
//! | `reply_mean` | – | seconds | Mean time from the visitor's message to the reply. | total, agent, page, day | `null` |
//! | `reply_median` | – | seconds | Median of the times from the visitor's message to the reply. | total, agent, page, day | `null` |
//! | `reply_p90` | – | seconds | 90th percentile of the times from the visitor's message to the reply. | total, agent, page, day | `null` |
//! | `reply_p95` | – | seconds | 95th percentile of the times from the visitor's message to the reply. | total, agent, page, day | `null` |
//! | `reply_max` | – | seconds | Greatest time from the visitor's message to the reply. | total, agent, page, day | `null` |
//! | `call_waiting_count` | – | calls | Inbound calls requested in the period that were answered. | total, agent, page, day | `0` |
//! | `call_waiting_mean` | – | seconds | Mean time from the request to the answer. | total, agent, page, day | `null` |
//! | `call_waiting_median` | – | seconds | Median of the times from the request to the answer. | total, agent, page, day | `null` |
//! | `call_waiting_p90` | – | seconds | 90th percentile of the times from the request to the answer. | total, agent, page, day | `null` |
//! | `call_waiting_p95` | – | seconds | 95th percentile of the times from the request to the answer. | total, agent, page, day | `null` |
//! | `call_waiting_max` | – | seconds | Greatest time from the request to the answer. | total, agent, page, day | `null` |
//! | `time_to_accept_count` | – | calls | Proactive calls requested in the period that were accepted. | total, agent, page, day | `0` |
//! | `time_to_accept_mean` | – | seconds | Mean time from the request to the acceptance. | total, agent, page, day | `null` |
//! | `time_to_accept_median` | – | seconds | Median of the times from the request to the acceptance. | total, agent, page, day | `null` |
//! | `time_to_accept_p90` | – | seconds | 90th percentile of the times from the request to the acceptance. | total, agent, page, day | `null` |
//! | `time_to_accept_p95` | – | seconds | 95th percentile of the times from the request to the acceptance. | total, agent, page, day | `null` |
//! | `time_to_accept_max` | – | seconds | Greatest time from the request to the acceptance. | total, agent, page, day | `null` |
//! | `call_duration_count` | – | calls | Calls requested in the period that connected and ended. | total, agent, page, day | `0` |
//! | `call_duration_mean` | – | seconds | Mean time from the connection to the end. | total, agent, page, day | `null` |
//! | `call_duration_median` | – | seconds | Median of the times from the connection to the end. | total, agent, page, day | `null` |
//! | `call_duration_p90` | – | seconds | 90th percentile of the times from the connection to the end. | total, agent, page, day | `null` |
//! | `call_duration_p95` | – | seconds | 95th percentile of the times from the connection to the end. | total, agent, page, day | `null` |
//! | `call_duration_max` | – | seconds | Greatest time from the connection to the end. | total, agent, page, day | `null` |
//! | `chat_service_level` | – | ratio | Conversations with a first response within the target / conversations whose first message is the visitor's and whose response was due. | total, page, day | `null` |
//! | `call_service_level` | – | ratio | Inbound calls answered within the target / inbound calls whose answer was due. | total, page, day | `null` |
//! | `chats_within_target` | – | ratio | First responses of the agent within the target / first responses of the agent. | agent | `null` |
//! | `calls_within_target` | – | ratio | Calls that the agent answered within the target / inbound calls that the agent answered. | agent | `null` |
//!
//! <!-- end of catalogue -->
//!
//! A quantile is the **nearest rank**: the least duration that at least this share of all durations does not exceed.
//! For 4, 8, 15 and 16 seconds, the median is 8 (half of four is two) and the 90th percentile is 16 (90 % of four is
//! 3.6: the fourth). Quantiles are exact to the microsecond for any number of durations. For this, each duration is
//! kept: 8 bytes of memory (up to 16 while more are added) in each cell that counts it, which are the total, the day,
//! the page and the agent. In a partial report it takes 1 to 10 bytes in each cell: 4 up to 268 seconds, 5 up to 9.5
//! hours.
//!
//! A **service level** is the share answered within n seconds, exactly n seconds included. The targets are
//! [`Query::with_service_targets`](crate::Query::with_service_targets). The share is of all that were due, including
//! conversations without an answer and cancelled or missed calls. (A conversation does not end with its session: its
//! first message keeps waiting.) A wait that is not over, and at `as_of` not longer than the target, is not due. An
//! **agent** has no service level, because it is unknown who missed a call; `chats_within_target` and
//! `calls_within_target` are shares of what the agent answered.
//!
//! Worked example: Ann writes at 09:00:00 and 09:00:20, Ada replies at 09:01:00, Ann writes at 09:05:00, Ben replies at
//! 09:05:30. There is one first response, after 60 s (Ada), and two replies, after 60 s (Ada) and 30 s (Ben): median
//! 30 s, mean 45 s, maximum 60 s. Bob requests a call at 10:00:00 and Ada answers at 10:00:20: the call waited 20 s,
//! within the target of 20 s, so the service level of calls is 1/1. Cat's call at 10:30 is missed: 1/2.

mod durations;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::durations::Durations;
use super::cells::{AddFigure, Cells, Part};
use super::family::{Family, Keys, Reads, Sink, Unit};
use super::registry::family;
use super::{ReportContext, TALKS, VisitorView};
use crate::journey::Extras;
use crate::journey::conversation::Turn;
use crate::journey::engage::{CallOutcome, LiveCall};
use crate::metric::Scope;
use crate::money::ExactSum;
use crate::ratio::{MeanSeconds, Ratio};
use crate::sums::{add_up_sums, counts};
use crate::time::{Instant, saturating_micros};

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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ServiceTargets {
    /// The target for a first response, by default 60.
    pub chat_seconds: u64,
    /// The target for the answer to a call, by default 20.
    pub call_seconds: u64,
}

impl Part for ServiceTargets {
    type Family = WaitingTimes;

    fn read(_: &mut Cells<WaitingTimes>, context: &ReportContext) -> Self {
        context.targets
    }

    fn list(&self, _: &Scope, _: &mut AddFigure<'_>) {}
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
    pub fn with_chat_seconds(mut self, chat_seconds: u64) -> Self {
        self.chat_seconds = chat_seconds;
        self
    }

    /// Sets the target for the answer to a call, in seconds.
    #[must_use]
    pub fn with_call_seconds(mut self, call_seconds: u64) -> Self {
        self.call_seconds = call_seconds;
        self
    }
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

    /// Returns the microseconds after which any wait is due.
    pub(crate) fn longest_wait(self) -> i64 {
        self.chat.max(self.call).saturating_add(1)
    }

    /// Returns what a wait adds to a service level: whether it ended within the target; `None` while it still can.
    fn level(self, from: Instant, to: Option<Instant>, target: i64) -> Option<Level> {
        match to {
            Some(to) => Some(Level::of(to.since(from) <= target)),
            None if self.now - from.micros() <= target => None,
            None => Some(Level::of(false)),
        }
    }
}

counts! {
    /// The sums of a service level.
    struct Level { within, due }
}

impl Level {
    /// Creates the level of one wait.
    fn of(is_within: bool) -> Self {
        Self {
            within: is_within.into(),
            due: 1,
        }
    }

    fn share(self) -> Ratio {
        Ratio::new(self.within, self.due)
    }
}

/// The durations of one cell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct WaitingState {
    first_response: Durations,
    reply: Durations,
    call_waiting: Durations,
    time_to_accept: Durations,
    call_duration: Durations,
    chats: Level,
    calls: Level,
}

add_up_sums!(WaitingState {
    first_response,
    reply,
    call_waiting,
    time_to_accept,
    call_duration,
    chats,
    calls
});

/// Declares the family: six figures of each duration, and the metrics after them. The figures of a duration are its
/// field in the state, name and span, then the names of the number of durations, the mean, the median, two percentiles
/// and the maximum.
macro_rules! waiting_times {
    (
        rows { $($rows:tt)* }
        durations { $(
            $(#[doc = $count_doc:expr])+
            $durations:ident, $title:literal, $span:literal, $records:ident at $at:ident;
            $count:ident $count_title:literal, $mean:ident, $median:ident, $p90:ident, $p95:ident, $max:ident;
        )* }
        metrics { $($metrics:tt)* }
    ) => {
        family! {
            /// The family of waiting times.
            WaitingTimes of Responsiveness "responsiveness" from WaitingState => Responsiveness;
            rows { $($rows)* }
            metrics {
                $(
                    $(#[doc = $count_doc])+
                    $count: u64 = |state| state.$durations.count(), $count_title, $records at $at,
                    for [Total, Agent, Page, Day] over [Days, Agents, Pages, Visitors];

                    #[doc = concat!("Mean time ", $span, ".")]
                    $mean: MeanSeconds = |state| state.$durations.mean(),
                    concat!($title, ", mean"), Seconds of $records at $at,
                    for [Total, Agent, Page, Day] over [Days, Agents, Pages, Visitors];

                    #[doc = concat!("Median of the times ", $span, ".")]
                    $median: Option<ExactSum> = |state| state.$durations.quantile(1, 2),
                    concat!($title, ", median"), Seconds of $records at $at,
                    for [Total, Agent, Page, Day] over [];

                    #[doc = concat!("90th percentile of the times ", $span, ".")]
                    $p90: Option<ExactSum> = |state| state.$durations.quantile(9, 10),
                    concat!($title, ", 90th percentile"), Seconds of $records at $at,
                    for [Total, Agent, Page, Day] over [];

                    #[doc = concat!("95th percentile of the times ", $span, ".")]
                    $p95: Option<ExactSum> = |state| state.$durations.quantile(19, 20),
                    concat!($title, ", 95th percentile"), Seconds of $records at $at,
                    for [Total, Agent, Page, Day] over [];

                    #[doc = concat!("Greatest time ", $span, ".")]
                    $max: Option<ExactSum> = |state| state.$durations.quantile(1, 1),
                    concat!($title, ", maximum"), Seconds of $records at $at,
                    for [Total, Agent, Page, Day] over [];
                )*
                $($metrics)*
            }
        }
    };
}

waiting_times! {
    rows {
        /// Waiting and talking times; see [the module](self).
        Whole => Responsiveness {
            /// The targets of the service levels.
            targets: ServiceTargets,
            /// All conversations and calls.
            organization: ResponseFigures,
            /// Per agent, by id: those with a duration.
            agents: Vec<AgentResponses>,
            /// Per page of the opening, by page: those with a duration or a service level.
            pages: Vec<PageResponses>,
            /// Per local day of the opening, all days.
            daily: Vec<ResponseDay>,
        }
        /// Waiting and talking times of the organization.
        Total => ResponseFigures {}
        /// Waiting and talking times of an agent, for what the agent replied to, answered or requested.
        Agent => AgentResponses {}
        /// Waiting and talking times of a page.
        Page => PageResponses {}
        /// Waiting and talking times of a local day.
        Day => ResponseDay {}
    }
    durations {
        /// First responses in the period.
        first_response, "First response", "from the visitor's first message to the first response", Turns at Message;
        first_response_count "First responses", first_response_mean, first_response_median, first_response_p90, first_response_p95, first_response_max;

        /// Replies in the period.
        reply, "Reply time", "from the visitor's message to the reply", Turns at Message;
        reply_count "Replies", reply_mean, reply_median, reply_p90, reply_p95, reply_max;

        /// Inbound calls requested in the period that were answered.
        call_waiting, "Call waiting", "from the request to the answer", Calls at CallRequest;
        call_waiting_count "Answered waits for a call", call_waiting_mean, call_waiting_median, call_waiting_p90, call_waiting_p95, call_waiting_max;

        /// Proactive calls requested in the period that were accepted.
        time_to_accept, "Time to accept", "from the request to the acceptance", Calls at CallRequest;
        time_to_accept_count "Accepted offers", time_to_accept_mean, time_to_accept_median, time_to_accept_p90, time_to_accept_p95, time_to_accept_max;

        /// Calls requested in the period that connected and ended.
        call_duration, "Call duration", "from the connection to the end", Calls at CallRequest;
        call_duration_count "Calls with a duration", call_duration_mean, call_duration_median, call_duration_p90, call_duration_p95, call_duration_max;
    }
    metrics {
        /// Conversations with a first response within the target / conversations whose first message is the visitor's
        /// and whose response was due.
        chat_service_level: Ratio = |state| state.chats.share(), "Service level of chats", Share of Turns at Message,
        for [Total, Page, Day] over [Days, Pages, Visitors];

        /// Inbound calls answered within the target / inbound calls whose answer was due.
        call_service_level: Ratio = |state| state.calls.share(), "Service level of calls", Share of Calls at CallRequest,
        for [Total, Page, Day] over [Days, Pages, Visitors];

        /// First responses of the agent within the target / first responses of the agent.
        chats_within_target: Ratio = |state| state.chats.share(), "Agent's chats within the target", Share of Turns at Message,
        for [Agent] over [Days, Visitors];

        /// Calls that the agent answered within the target / inbound calls that the agent answered.
        calls_within_target: Ratio = |state| state.calls.share(),
        "Agent's calls within the target", Share of Calls at CallRequest,
        for [Agent] over [Days, Visitors];
    }
}

impl Family for WaitingTimes {
    const READS: Reads = Reads {
        extras: Extras {
            sessions: true,
            turns: true,
        },
        ..Reads::of(TALKS)
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        for turn in &visitor.journey.turns {
            sink.record(Unit::Turn(turn));
            observe_turn(visitor.service, turn, sink);
        }
        for call in &visitor.journey.calls {
            sink.record(Unit::Call(call));
            observe_call(visitor.service, call, sink);
        }
    }
}

/// Returns the microseconds from `from` to `to`; 0 if `to` is earlier.
fn between(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.since(from)).unwrap_or(0)
}

fn observe_turn(service: Service, turn: &Turn<'_>, sink: &mut impl Sink<WaitingTimes>) {
    let at = turn.opening.at();
    let replied_at = turn.reply.map(|(at, _)| at);
    let waited = replied_at.map(|replied_at| between(at, replied_at));
    let level = service
        .level(at, replied_at, service.chat)
        .filter(|_| turn.is_first);
    if waited.is_none() && level.is_none() {
        return;
    }
    let (page, agent) = (turn.opening.page, turn.reply.map(|(_, agent)| agent));
    sink.count(at, Keys { page, agent }, |state| {
        if let Some(waited) = waited {
            state.reply.add(waited);
            if turn.is_first {
                state.first_response.add(waited);
            }
        }
        state.chats += level.unwrap_or_default();
    });
}

fn observe_call(service: Service, call: &LiveCall<'_>, sink: &mut impl Sink<WaitingTimes>) {
    let at = call.opening.at();
    let since = |to: Option<Instant>| to.map(|to| between(at, to));
    let talked = call.talked().map(|(from, to)| between(from, to));
    let (waited, accepted, level) = match call.outcome() {
        CallOutcome::Proactive { .. } => (None, since(call.accepted_at()), None),
        CallOutcome::Answered => {
            let level = service.level(at, call.answered_at(), service.call);
            (since(call.answered_at()), None, level)
        }
        CallOutcome::Cancelled | CallOutcome::Missed => (None, None, Some(Level::of(false))),
        CallOutcome::Pending => (None, None, service.level(at, None, service.call)),
    };
    if waited.is_none() && accepted.is_none() && talked.is_none() && level.is_none() {
        return;
    }
    let (page, agent) = (call.opening.page, call.agent());
    sink.count(at, Keys { page, agent }, |state| {
        for (durations, duration) in [
            (&mut state.call_waiting, waited),
            (&mut state.time_to_accept, accepted),
            (&mut state.call_duration, talked),
        ] {
            if let Some(duration) = duration {
                durations.add(duration);
            }
        }
        state.calls += level.unwrap_or_default();
    });
}
