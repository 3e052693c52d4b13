//! Which of what happened is counted.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::conversation::Opening;
use super::engage::{CallOutcome, ChatOutcome};
use super::{Channel, Journey, OpenedBy};
use crate::error::choices;
use crate::id::{AgentId, Trusted, VisitorId};
use crate::ledger::Symbol;
use crate::name::Name;

/// Conditions on what is counted, with one meaning for every metric.
///
/// Whatever is counted has an **opening act**, and a filter asks about that: where it was, over which channel, who made
/// it, whose it is. What does not have what is asked for does not pass; all conditions of a filter must hold.
///
/// | what is counted | page | channel | initiator | agents |
/// | --- | --- | --- | --- | --- |
/// | a conversation | its opening's | its opening's | its opening's | those who responded |
/// | a request | its own | text or video | who made it | who made it |
/// | a call | the `call_requested`'s | video | who requested it | who requested it or first answered it |
/// | a live chat | the first message's | text | who wrote first | who wrote first or first answered |
/// | an order, share by share | that of its conversation's opening | the same | the same | the share's |
/// | an answer of a survey | that of its conversation's opening | the same | the same | the answer's |
/// | a reply that is waited for | the visitor's message's | text | the visitor | who replied |
/// | a look or a click on the widget or a message | its own | – | – | – |
///
/// Pages are compared as they are grouped (option `page_grouping`). What is left out is not counted; what is kept is
/// read as if nothing were left out: a filter never moves credit to another conversation, and never makes an answered
/// call a missed one. Of an order that several conversations share, the shares of those kept are counted, and the order
/// once. A condition that is given twice is the last one; `only_pages_under` and `only_pages` are one.
///
/// The counters of [`DataQuality`](crate::DataQuality) speak of events: of all those of the visitors who pass.
///
/// Conditions that share nothing and leave nothing out (text and video; visitor and agent) split every additive figure
/// of what has them, without a rest (but for the number of orders under a model that shares: one order counts in the part
/// of each conversation that it is shared by; and for `refunded_gmv` and `net_gmv` of shared orders, a unit each).
///
/// By hand: Ann asks for a call on `/shoes`; Ada offers Ben a call on `/hats`, which connects, and he writes to her there.
/// Of these 3 requests pages under `/shoes` keep 1 (Ann's call), the channel text 1 (Ben's message), the initiator agent 1
/// and the agent Ada 1 (her call). Of the one two-way conversation the channel text keeps none: it opened with a call.
///
/// ```
/// use convometrics::{Channel, Filter, InitiatorKind};
///
/// let filter = Filter::new()
///     .only_channel(Channel::Video)
///     .only_initiator(InitiatorKind::Visitor)
///     .only_pages_under("https://shop.example/shoes");
/// assert_eq!(filter.to_string(), "channel video; initiator visitor; pages under \"https://shop.example/shoes\"");
/// ```
#[derive(Clone, Default)]
pub struct Filter {
    visitors: Option<Test<VisitorId>>,
    agents: Option<BTreeSet<Box<str>>>,
    channel: Option<Channel>,
    initiator: Option<InitiatorKind>,
    pages: Option<Test<str>>,
}

/// Which side made an opening act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum InitiatorKind {
    /// The visitor: the glossary's *inbound*.
    Visitor,
    /// An agent: the glossary's *proactive*.
    Agent,
}

choices! {
    "initiator", InitiatorKind {
        Visitor => "visitor",
        Agent => "agent",
    }
}

/// A condition with a name for people.
struct Test<T: ?Sized> {
    name: String,
    holds: Arc<dyn Fn(&T) -> bool + Send + Sync>,
}

impl<T: ?Sized> Clone for Test<T> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            holds: Arc::clone(&self.holds),
        }
    }
}

impl Filter {
    /// No condition: everything passes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only visitors of whom this holds; `name` says which they are, in the text of the filter.
    #[must_use]
    pub fn only_visitors(
        mut self,
        name: impl Into<String>,
        holds: impl Fn(&VisitorId) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.visitors = Some(Test {
            name: name.into(),
            holds: Arc::new(holds),
        });
        self
    }

    /// Only what is one of these agents'.
    #[must_use]
    pub fn only_agents(mut self, agents: impl IntoIterator<Item = AgentId>) -> Self {
        let agents = agents.into_iter().map(|agent| agent.as_str().into());
        self.agents = Some(agents.collect());
        self
    }

    /// Only what opened over this channel.
    #[must_use]
    pub fn only_channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Only what this side opened.
    #[must_use]
    pub fn only_initiator(mut self, initiator: InitiatorKind) -> Self {
        self.initiator = Some(initiator);
        self
    }

    /// Only what opened on a page that starts with this text.
    #[must_use]
    pub fn only_pages_under(self, prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        let name = format!("pages under {prefix:?}");
        self.pages(name, move |page| page.starts_with(&prefix))
    }

    /// Only what opened on a page of which this holds; `name` says which they are, in the text of the filter.
    #[must_use]
    pub fn only_pages(
        self,
        name: impl Into<String>,
        holds: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        let name = format!("pages {:?}", name.into());
        self.pages(name, holds)
    }

    fn pages(mut self, name: String, holds: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        let holds = Arc::new(holds);
        self.pages = Some(Test { name, holds });
        self
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.asks_about_visitors() && !self.asks_about_openings()
    }

    pub(crate) fn asks_about_visitors(&self) -> bool {
        self.visitors.is_some()
    }

    /// Whether it has a condition on anything but visitors.
    pub(crate) fn asks_about_openings(&self) -> bool {
        self.agents.is_some()
            || self.channel.is_some()
            || self.initiator.is_some()
            || self.pages.is_some()
    }

    pub(crate) fn keeps_visitor(&self, name: Name<'_>) -> bool {
        let holds = |test: &Test<VisitorId>| (test.holds)(&name.with_text(VisitorId::trusted));
        self.visitors.as_ref().is_none_or(holds)
    }

    pub(crate) fn keeps(&self, act: &Act<'_, '_>) -> bool {
        let page = |test: &Test<str>| act.page.is_some_and(|page| (test.holds)(page));
        let agents =
            |kept: &BTreeSet<Box<str>>| act.agents.iter().any(|agent| kept.contains(*agent));
        self.channel.is_none_or(|kept| act.channel == Some(kept))
            && (self.initiator).is_none_or(|kept| act.initiator == Some(kept))
            && self.agents.as_ref().is_none_or(agents)
            && self.pages.as_ref().is_none_or(page)
    }
}

impl fmt::Display for Filter {
    /// Its conditions, in one order; of none, nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(test) = &self.visitors {
            parts.push(format!("visitors {:?}", test.name));
        }
        if let Some(agents) = &self.agents {
            let agents: Vec<String> = agents.iter().map(|agent| format!("{agent:?}")).collect();
            parts.push(match agents.len() {
                0 => "no agents".to_owned(),
                _ => format!("agents {}", agents.join(", ")),
            });
        }
        parts.extend(self.channel.map(|channel| format!("channel {channel}")));
        parts.extend(self.initiator.map(|side| format!("initiator {side}")));
        parts.extend(self.pages.as_ref().map(|test| test.name.clone()));
        f.write_str(&parts.join("; "))
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.to_string()).finish()
    }
}

/// What a filter asks about.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Act<'a, 'r> {
    page: Option<&'a str>,
    channel: Option<Channel>,
    initiator: Option<InitiatorKind>,
    agents: &'r [&'a str],
}

impl<'a, 'r> Act<'a, 'r> {
    fn on(page: Option<&'a str>) -> Self {
        Self {
            page,
            ..Self::default()
        }
    }

    fn over(self, channel: Channel) -> Self {
        Self {
            channel: Some(channel),
            ..self
        }
    }

    fn by(self, initiator: InitiatorKind) -> Self {
        Self {
            initiator: Some(initiator),
            ..self
        }
    }

    fn of(self, agents: &'r [&'a str]) -> Self {
        Self { agents, ..self }
    }

    /// What follows a conversation, which may have no opening.
    pub(crate) fn following(opening: Option<&Opening<'a>>, agent: Option<&'r &'a str>) -> Self {
        let act = opening.map_or_else(Self::default, |opening| {
            Self::on(opening.page)
                .over(opening.channel)
                .by(opening.by.side())
        });
        act.of(agent.map_or(&[], std::slice::from_ref))
    }
}

impl OpenedBy<'_> {
    fn side(self) -> InitiatorKind {
        match self {
            Self::Visitor => InitiatorKind::Visitor,
            Self::Agent(_) => InitiatorKind::Agent,
        }
    }
}

impl<'a> Journey<'a> {
    /// Leaves out what a filter does not keep. A conversation that is left out keeps its place, without its opening: so
    /// it is none that opened anywhere.
    pub(crate) fn keep(&mut self, filter: &Filter, page: impl Fn(Symbol) -> Option<&'a str>) {
        if !filter.asks_about_openings() {
            return;
        }
        for looks in [&mut self.impressions, &mut self.clicks] {
            looks.retain(|look| filter.keeps(&Act::on(look.page.and_then(&page))));
        }
        self.auto_message_clicks
            .retain(|click| filter.keeps(&Act::on(click.page)));
        self.requests.retain(|request| {
            let agent = match request.by {
                OpenedBy::Visitor => None,
                OpenedBy::Agent(agent) => Some(agent),
            };
            let act = Act::on(request.page).over(request.channel);
            filter.keeps(&act.by(request.by.side()).of(agent.as_slice()))
        });
        self.calls.retain(|call| {
            let (side, agent) = match call.outcome {
                CallOutcome::Proactive { agent, .. } => (InitiatorKind::Agent, Some(agent)),
                CallOutcome::Answered { agent } => (InitiatorKind::Visitor, Some(agent)),
                _ => (InitiatorKind::Visitor, None),
            };
            let act = Act::on(call.page).over(Channel::Video).by(side);
            filter.keeps(&act.of(agent.as_slice()))
        });
        self.chats.retain(|chat| {
            let (side, agent) = match chat.outcome {
                ChatOutcome::Proactive { agent, .. } => (InitiatorKind::Agent, Some(agent)),
                ChatOutcome::Answered { agent } => (InitiatorKind::Visitor, Some(agent)),
                _ => (InitiatorKind::Visitor, None),
            };
            let act = Act::on(chat.page).over(Channel::Text).by(side);
            filter.keeps(&act.of(agent.as_slice()))
        });
        self.turns.retain(|turn| {
            let agent = turn.reply.map(|(_, agent)| agent);
            let act = Act::on(turn.page).over(Channel::Text);
            filter.keeps(&act.by(InitiatorKind::Visitor).of(agent.as_slice()))
        });
        let conversations = &mut self.conversations;
        self.answers.retain(|answer| {
            let about = answer.about.and_then(|it| conversations.get(it));
            let opening = about.and_then(|it| it.opening.as_ref());
            filter.keeps(&Act::following(opening, answer.agent.as_ref()))
        });
        for conversation in conversations {
            let responding: Vec<&str> = conversation.responding_agents().collect();
            let is_kept = |opening: &Opening<'a>| {
                filter.keeps(&Act::following(Some(opening), None).of(&responding))
            };
            conversation.opening = conversation.opening.filter(is_kept);
        }
    }
}
