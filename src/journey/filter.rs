//! Filters: conditions on the records that are counted.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::conversation::Opening;
use super::page::PagePattern;
use super::{Journey, OpenedBy};
use crate::channel::Channel;
use crate::error::choices;
use crate::id::{AgentId, PageUrl, VisitorId};
use crate::ledger::{Ledger, Symbol};
use crate::name::Name;

/// Conditions on the records that are counted, with one meaning for every metric.
///
/// Each record has an **opening act**. A filter selects by that act: its page, its channel, who made it and which
/// agents it belongs to. All conditions of a filter must hold.
///
/// | what is counted | page | channel | initiator | agents |
/// | --- | --- | --- | --- | --- |
/// | a conversation | its opening's | its opening's | its opening's | the responding agents |
/// | a request | its own | text or video | who made it | who made it |
/// | a call | the `call_requested`'s | video | who requested it | who requested it; if the visitor did, who first answered it |
/// | a live chat | that of its first chat act | text | whose act that is | whose act that is; if the visitor's, who first answered |
/// | a share of an order | that of its conversation's opening | the same | the same | the share's |
/// | an answer to a survey | that of its conversation's opening | the same | the same | the answer's |
/// | a reply that a visitor waits for | the visitor's message's | text | the visitor | who replied |
/// | a widget impression or click, a click on an automatic message | its own | – | – | – |
///
/// `conversion_rate` and `response_rate` count conversations. The filter selects these as conversations, and not their
/// orders and answers again.
///
/// A call that was transferred belongs to the agent who first answered, although `engage.calls.connected` counts for the
/// agent who connected.
///
/// **A filter never moves credit.** It selects after a log is interpreted and orders are credited: leaving out one
/// conversation does not credit its order to another, and does not turn an answered call into a missed one. If several
/// conversations share an order, the shares of the selected conversations count, and the order counts once.
///
/// Each `only_…` method selects, each `except_…` method excludes. Methods that take several values can be called
/// several times: the values add up. `only_…` of an empty list selects nothing.
///
/// # Excluding agents
///
/// A record that belongs only to excluded agents is not counted. So `except_agents` with every agent but Ada selects
/// what `only_agents` with Ada selects, and the records that belong to no agent. Rows differ: `only_agents` keeps the
/// row of another agent who responded in a conversation of Ada's, `except_agents` removes it. Take a conversation that
/// Ann opens, in which Ada and a bot respond, and which leads to an order:
///
/// | figure | `except_agents(["bot"])` |
/// | --- | --- |
/// | `conversations.*`, its duration included | counted: Ada responded too |
/// | `requests.*`: Ann's request | counted: it belongs to no agent. It stays accepted if only the bot answered it |
/// | a call that the bot requested, or was first to answer for Ann | not counted |
/// | a live chat that the bot opened, or was first to answer for Ann | not counted |
/// | the share of the order that is credited to the bot | not counted; Ada's share stays as it is |
/// | an answer to a survey that is the bot's | not counted |
/// | `leaderboard.*`, `engage.*.agents` | Ada has a row, the bot has none |
///
/// # Pages
///
/// Pages are compared after grouping (option `page_grouping`). A record without a page is neither on a selected page
/// nor on an excluded one:
///
/// | page | `only_pages_under(["/shoes"])` | `except_pages_under(["/shoes"])` |
/// | --- | --- | --- |
/// | `https://shop.example/shoes/red` | counted | not counted |
/// | `https://shop.example/hats` | not counted | counted |
/// | none | not counted | counted |
///
/// # JSON
///
/// A filter is an object in which every condition can be left out. Values of visitors, agents and pages are in `only`
/// or `except`; a page is `exactly` a text or `under` a path. The example below reads one.
///
/// # Data quality
///
/// The counters of [`DataQuality`](crate::metrics::data_quality::DataQuality) cover all events of the selected visitors;
/// only `connected_unannounced` counts the selected calls.
///
/// # Funnel
///
/// Each step is filtered by itself. Impressions and clicks have no channel, initiator or agent, so all steps are 0 under
/// such a condition.
///
/// # Parts add up
///
/// Filters that are disjoint and cover all records (text and video; visitor and agent) split the additive figures of
/// records with an opening: conversations, requests, calls, chats, sales. Records without a channel and an initiator
/// are in no part: impressions, clicks, answers about a conversation without an opening. Each part has the full
/// `data_quality`. Under a model that shares credit, one order counts in the part of each conversation that shares it,
/// and `refunded_gmv` and `net_gmv` of shared orders can differ by the smallest unit each. GMV is split
/// by the same shares as sales. If an order has candidates only for GMV, these share it.
///
/// By hand: Ann asks for a call on `/shoes`. Ada offers Ben a call on `/hats`, which connects, and he writes to her
/// there, which is a reply and no request. Of these 2 requests, pages under `/shoes` select 1 (Ann's call), the channel
/// video both, the initiator agent 1 and the agent Ada 1 (her call). The channel text selects no request, and no two-way
/// conversation: Ben's opened with a call.
///
/// ```
/// use convometrics::query::InitiatorKind;
/// use convometrics::{Channel, Filter};
///
/// let filter = Filter::new()
///     .only_channel(Channel::Video)
///     .only_initiator(InitiatorKind::Visitor)
///     .only_pages_under(["https://shop.example/shoes"])
///     .except_agents(["bot".parse()?]);
/// assert_eq!(
///     filter.to_string(),
///     r#"without agents "bot"; channel video; initiator visitor; pages under "https://shop.example/shoes""#
/// );
/// let json = r#"{
///     "agents": {"except": ["bot"]},
///     "channel": "video",
///     "initiator": "visitor",
///     "pages": {"only": [{"under": "https://shop.example/shoes"}]}
/// }"#;
/// assert_eq!(serde_json::from_str::<Filter>(json)?, filter);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    visitors: Condition<VisitorId>,
    agents: Condition<AgentId>,
    channel: Option<Channel>,
    initiator: Option<InitiatorKind>,
    pages: Condition<PagePattern>,
}

choices! {
    "initiator",
    /// The side that made an opening act.
    pub enum InitiatorKind {
        /// The visitor: the glossary's *inbound*.
        Visitor => "visitor",
        /// An agent: the glossary's *proactive*.
        Agent => "agent",
    }
}

impl OpenedBy<'_> {
    pub(super) fn side(self) -> InitiatorKind {
        match self {
            Self::Visitor => InitiatorKind::Visitor,
            Self::Agent(_) => InitiatorKind::Agent,
        }
    }
}

/// A condition on values of one kind: the only ones selected, and the excluded ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[serde(bound(deserialize = "T: Ord + Deserialize<'de>"))]
struct Condition<T: Ord> {
    only: Option<BTreeSet<T>>,
    except: BTreeSet<T>,
}

impl<T: Ord> Default for Condition<T> {
    fn default() -> Self {
        Self {
            only: None,
            except: BTreeSet::new(),
        }
    }
}

impl<T: Ord> Condition<T> {
    fn add_only(&mut self, values: impl IntoIterator<Item = T>) {
        self.only.get_or_insert_default().extend(values);
    }

    fn is_open(&self) -> bool {
        self.only.is_none() && self.except.is_empty()
    }

    /// Returns whether a value is selected, where `is_in` looks for it among values.
    fn keeps(&self, is_in: impl Fn(&BTreeSet<T>) -> bool) -> bool {
        self.only.as_ref().is_none_or(&is_in) && !is_in(&self.except)
    }

    /// Describes what is selected and what is excluded, with at most `listed` values of each.
    fn texts(&self, kind: &str, listed: usize, text: impl Fn(&T) -> String) -> Vec<String> {
        let list = |values: &BTreeSet<T>| {
            let texts: Vec<String> = values.iter().take(listed).map(&text).collect();
            let texts = texts.join(", ");
            match values.len().saturating_sub(listed) {
                0 => format!("{kind} {texts}"),
                more => format!("{kind} {texts} and {more} more"),
            }
        };
        let only = self.only.as_ref().map(|only| match only.len() {
            0 => format!("no {kind}"),
            _ => list(only),
        });
        let has_except = !self.except.is_empty();
        let except = has_except.then(|| format!("without {}", list(&self.except)));
        only.into_iter().chain(except).collect()
    }
}

impl Condition<AgentId> {
    /// Returns whether an act that belongs to these agents is selected.
    fn keeps_one_of(&self, agents: &[&str]) -> bool {
        let mut others = agents.iter().filter(|agent| !self.except.contains(**agent));
        match &self.only {
            Some(only) => others.any(|agent| only.contains(*agent)),
            None => agents.is_empty() || others.next().is_some(),
        }
    }
}

impl Filter {
    /// Creates a filter without conditions, which selects everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects these visitors. Any id of a linked visitor selects the visitor.
    #[must_use]
    pub fn only_visitors(mut self, visitors: impl IntoIterator<Item = VisitorId>) -> Self {
        self.visitors.add_only(visitors);
        self
    }

    /// Excludes these visitors, such as staff and tests. Any id of a linked visitor excludes the visitor.
    #[must_use]
    pub fn except_visitors(mut self, visitors: impl IntoIterator<Item = VisitorId>) -> Self {
        self.visitors.except.extend(visitors);
        self
    }

    /// Selects the records that belong to one of these agents.
    #[must_use]
    pub fn only_agents(mut self, agents: impl IntoIterator<Item = AgentId>) -> Self {
        self.agents.add_only(agents);
        self
    }

    /// Excludes the records that belong only to these agents, such as staff and bots, and the rows of these agents. See
    /// [Excluding agents](Self#excluding-agents).
    #[must_use]
    pub fn except_agents(mut self, agents: impl IntoIterator<Item = AgentId>) -> Self {
        self.agents.except.extend(agents);
        self
    }

    /// Selects the records that opened over this channel.
    #[must_use]
    pub fn only_channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Selects the records that this side opened.
    #[must_use]
    pub fn only_initiator(mut self, initiator: InitiatorKind) -> Self {
        self.initiator = Some(initiator);
        self
    }

    /// Selects the records that opened on one of these pages, by the exact text of the page after grouping.
    #[must_use]
    pub fn only_pages(mut self, pages: impl IntoIterator<Item = PageUrl>) -> Self {
        let pages = pages.into_iter();
        self.pages.add_only(pages.map(|page| exactly(&page)));
        self
    }

    /// Excludes the records that opened on one of these pages, by the exact text of the page after grouping.
    #[must_use]
    pub fn except_pages(mut self, pages: impl IntoIterator<Item = PageUrl>) -> Self {
        let pages = pages.into_iter();
        self.pages.except.extend(pages.map(|page| exactly(&page)));
        self
    }

    /// Selects the records that opened on a page under one of these paths: on the path itself, or on a page that
    /// continues it with `/`, `?` or `#`. A `/` at the end of the path makes no difference.
    ///
    /// A path that starts with `/` is compared with what follows the host of a page that is a URL. A path that starts
    /// with a scheme and host selects pages of that host, whatever the case of its letters. Any other path is compared
    /// with the whole text of the page. An empty path is the same as `/`.
    ///
    /// | path | page | selected |
    /// | --- | --- | --- |
    /// | `/products` | `/products`, `/products/`, `/products/chair` | yes |
    /// | `/products/` | `/products` | yes |
    /// | `/products` | `https://shop.example/products/chair` | yes |
    /// | `/products` | `/products?page=2`, `/products#/route` (with `page_grouping` `exact`) | yes |
    /// | `/products` | `/products-old`, `/old/products`, `/Products` | no |
    /// | `/#/products` | `https://shop.example/#/products/chair` (with `page_grouping` `exact`) | yes |
    /// | `https://shop.example/products` | `https://SHOP.example/products/chair` | yes |
    /// | `https://shop.example` | `https://shop.example.net/products`, `/products` | no |
    /// | `/` | every page that is a URL or starts with `/` | yes |
    #[must_use]
    pub fn only_pages_under<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.pages.add_only(paths.into_iter().map(under));
        self
    }

    /// Excludes the records that opened on a page under one of these paths; see
    /// [`only_pages_under`](Self::only_pages_under).
    #[must_use]
    pub fn except_pages_under<P: Into<String>>(
        mut self,
        paths: impl IntoIterator<Item = P>,
    ) -> Self {
        self.pages.except.extend(paths.into_iter().map(under));
        self
    }

    /// Returns whether the filter has no conditions.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.has_visitor_conditions() && !self.has_opening_conditions()
    }

    pub(crate) fn has_visitor_conditions(&self) -> bool {
        !self.visitors.is_open()
    }

    /// Returns whether the filter has a condition on anything but visitors.
    pub(crate) fn has_opening_conditions(&self) -> bool {
        let Self {
            visitors: _,
            agents,
            channel,
            initiator,
            pages,
        } = self;
        !agents.is_open() || channel.is_some() || initiator.is_some() || !pages.is_open()
    }

    /// Returns the filter with the name of the visitor in place of each visitor id.
    pub(crate) fn by_visitors_of(&self, ledger: &Ledger) -> Self {
        let names = |ids: &BTreeSet<VisitorId>| {
            let names = ids.iter().map(|id| ledger.visitor_of(id).clone());
            names.collect()
        };
        let visitors = Condition {
            only: self.visitors.only.as_ref().map(names),
            except: names(&self.visitors.except),
        };
        Self {
            visitors,
            ..self.clone()
        }
    }

    /// Returns whether a visitor is selected. The name is looked up only if a condition needs it.
    pub(crate) fn keeps_visitor<'a>(&self, name: impl FnOnce() -> Name<'a>) -> bool {
        let keeps = |visitor: &str| self.visitors.keeps(|ids| ids.contains(visitor));
        self.visitors.is_open() || name().with_text(keeps)
    }

    /// Returns whether a record of these agents that follows an opening is selected. The opening is `None` for what
    /// follows a conversation without one.
    pub(crate) fn keeps(&self, opening: Option<&Opening<'_>>, agents: &[&str]) -> bool {
        self.keeps_on(opening.and_then(|opening| opening.page), opening, agents)
    }

    /// Returns whether a record on a page is selected.
    fn keeps_on(&self, page: Option<&str>, opening: Option<&Opening<'_>>, agents: &[&str]) -> bool {
        let is_on_one_of = |patterns: &BTreeSet<PagePattern>| {
            page.is_some_and(|page| patterns.iter().any(|pattern| pattern.matches(page)))
        };
        let (channel, initiator) = opening.map(|it| (it.channel, it.by.side())).unzip();
        (self.channel).is_none_or(|selected| channel == Some(selected))
            && (self.initiator).is_none_or(|selected| initiator == Some(selected))
            && (self.agents.is_open() || self.agents.keeps_one_of(agents))
            && self.pages.keeps(is_on_one_of)
    }
}

fn exactly(page: &PageUrl) -> PagePattern {
    PagePattern::Exactly(page.as_str().to_owned())
}

fn under(path: impl Into<String>) -> PagePattern {
    PagePattern::Under(path.into())
}

/// The maximum number of values of one condition that a filter's text lists.
const LISTED: usize = 10;

impl fmt::Display for Filter {
    /// Writes the conditions, always in the same order, or nothing if there are none. A long list of values is cut
    /// after ten, with the number of the others; `{:#}` writes all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = if f.alternate() { usize::MAX } else { LISTED };
        let visitor = |visitor: &VisitorId| format!("{:?}", visitor.as_str());
        let agent = |agent: &AgentId| format!("{:?}", agent.as_str());
        let channel = self.channel.map(|channel| format!("channel {channel}"));
        let initiator = self.initiator.map(|side| format!("initiator {side}"));
        let parts = [
            self.visitors.texts("visitors", listed, visitor),
            self.agents.texts("agents", listed, agent),
            channel.into_iter().chain(initiator).collect(),
            self.pages.texts("pages", listed, PagePattern::to_string),
        ];
        f.write_str(&parts.concat().join("; "))
    }
}

impl<'a> Journey<'a> {
    /// Removes the records that a filter does not select. A conversation that is not selected keeps its index and loses
    /// its opening, so that it counts nowhere. Excluded agents are removed from the responding agents.
    pub(crate) fn keep(&mut self, filter: &Filter, page: impl Fn(Symbol) -> Option<&'a str>) {
        if !filter.has_opening_conditions() {
            return;
        }
        // What was clicked or seen has no opening.
        let keeps_look = |page| filter.keeps_on(page, None, &[]);
        let keeps = |opening: &_, agent: Option<_>| filter.keeps(Some(opening), agent.as_slice());
        for looks in [&mut self.impressions, &mut self.clicks] {
            looks.retain(|look| keeps_look(look.page.and_then(&page)));
        }
        self.auto_message_clicks
            .retain(|click| keeps_look(click.page));
        self.requests
            .retain(|request| keeps(&request.opening, request.opening.by.agent()));
        self.calls.retain(|call| keeps(&call.opening, call.agent()));
        for call in &mut self.calls {
            call.hide(&filter.agents.except);
        }
        self.chats.retain(|chat| keeps(&chat.opening, chat.agent()));
        self.turns
            .retain(|turn| keeps(&turn.opening, turn.reply.map(|(_, agent)| agent)));
        let conversations = &mut self.conversations;
        self.answers.retain(|answer| {
            let about = answer.about.map(|it| &conversations[it]);
            let opening = about.and_then(|it| it.opening.as_ref());
            filter.keeps(opening, answer.agent.as_slice())
        });
        for conversation in conversations {
            let responding = &mut conversation.responding;
            let is_kept = |opening: &_| filter.keeps(Some(opening), responding);
            conversation.opening = conversation.opening.filter(is_kept);
            if !filter.agents.except.is_empty() {
                responding.retain(|agent| !filter.agents.except.contains(*agent));
            }
        }
    }
}
