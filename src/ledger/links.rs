//! Visitors with several ids, connected by `visitor_linked` events.
//!
//! A ledger keeps its events by the visitor ids as sent, and compares arrivals by these. To be read, visitors that are
//! connected become one: their events are copied, in canonical order, into shards of merged visitors. Only these events
//! are copied, and nothing is if there are no links.

use std::sync::OnceLock;

use hashbrown::{HashMap, HashSet};

use super::shard::{Members, Part};
use super::{Ledger, SHARDS, Shard, VisitorLog, shard_of};
use crate::event::EventData;
use crate::id::{Trusted, VisitorId};
use crate::name::Name;
use crate::parallel;

/// The names of visitors that the surviving links of a ledger give.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The name of the merged visitor of each id that is connected to another.
    names: HashMap<VisitorId, VisitorId>,
    merged: OnceLock<Merged>,
}

/// The events of the merged visitors.
#[derive(Debug)]
struct Merged {
    /// By the shard of the merged visitor's name.
    shards: Vec<Shard>,
    /// The visitors of each shard of the ledger whose events are in `shards`.
    moved: Vec<HashSet<u32>>,
}

impl Links {
    /// Resolves the surviving links of a ledger.
    fn of(ledger: &Ledger) -> Self {
        let mut ids = Connected::default();
        for log in ledger.shards.iter().flat_map(Shard::linkers) {
            for record in log.records() {
                if let EventData::VisitorLinked { to } = record.data {
                    ids.connect(log.name(), log.tables().name(to));
                }
            }
        }
        Self {
            names: ids.into_names(),
            merged: OnceLock::new(),
        }
    }

    /// Returns the name of an id's merged visitor, which is the id itself if it is not connected to another.
    pub(super) fn name_of<'a>(&'a self, id: Name<'a>) -> Name<'a> {
        let found = id.with_text(|text| self.names.get(text));
        found.map_or(id, |name| name.as_str().into())
    }

    fn merged(&self, ledger: &Ledger) -> &Merged {
        if let Some(merged) = self.merged.get() {
            return merged;
        }
        // Not within `get_or_init`: a thread that waits for others may take over work that asks for the same.
        let merged = self.merge(ledger);
        self.merged.get_or_init(|| merged)
    }

    /// Copies the events of visitors whose name is not the only id that sent events.
    fn merge(&self, ledger: &Ledger) -> Merged {
        let mut members: HashMap<&VisitorId, Vec<VisitorLog<'_>>> = HashMap::new();
        for (id, name) in &self.names {
            if let Some(log) = ledger.log_as_sent(id) {
                members.entry(name).or_default().push(log);
            }
        }
        let mut moved = vec![HashSet::new(); ledger.shards.len()];
        let mut groups: Vec<Vec<(&VisitorId, Vec<VisitorLog<'_>>)>> =
            vec![Vec::new(); SHARDS.into()];
        for (name, logs) in members {
            let name_text = Name::from(name.as_str());
            if logs.iter().all(|log| log.name() == name_text) {
                continue;
            }
            for log in &logs {
                moved[shard_of(log.name())].insert(log.number());
            }
            groups[shard_of(name_text)].push((name, logs));
        }
        let shards = parallel::map(groups, |visitors| {
            let visitors = visitors.into_iter();
            Shard::merged(visitors.map(|(name, logs)| Members::new(name, logs)))
        });
        Merged { shards, moved }
    }

    /// Returns the allocated bytes of the merged visitors.
    pub(super) fn heap_bytes(&self) -> usize {
        let shards = self
            .merged
            .get()
            .into_iter()
            .flat_map(|merged| &merged.shards);
        shards.map(Shard::heap_bytes).sum()
    }
}

impl Ledger {
    /// Returns the name of an id's visitor: the smallest of all ids that links connect with it, directly or through
    /// others, compared by bytes. It is the id itself if no link names it.
    ///
    /// All surviving `visitor_linked` events count, whatever their time and "now". A link that is retracted or replaced
    /// connects nothing.
    ///
    /// ```
    /// use convometrics::event::{VisitorEvent, WidgetEvent};
    /// use convometrics::{Event, Ledger};
    ///
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// let (cookie, account) = ("cookie-7".parse()?, "ann".parse()?);
    /// let seen = Event::new("1".parse()?, at, "cookie-7".parse()?, WidgetEvent::Impression)?;
    /// let link = VisitorEvent::Linked { to: "ann".parse()? };
    /// let link = Event::new("2".parse()?, at, "cookie-7".parse()?, link)?;
    /// let mut ledger = Ledger::new();
    /// ledger.record_all([seen, link])?;
    /// assert_eq!(ledger.visitor_of(&cookie), &account);
    /// assert_eq!(ledger.visitor_of(&account), &account);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn visitor_of<'a>(&'a self, id: &'a VisitorId) -> &'a VisitorId {
        let found = self.links().and_then(|links| links.names.get(id));
        found.unwrap_or(id)
    }

    /// Returns the ids that links connect with another id, in byte order, each with the name of its visitor.
    ///
    /// Ids that sent no events are among them if a link leads to them. A log that is split by visitor needs this list
    /// of the whole log to keep linked visitors together.
    ///
    /// ```
    /// use convometrics::event::VisitorEvent;
    /// use convometrics::{Event, Ledger};
    ///
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// let link = VisitorEvent::Linked { to: "ann".parse()? };
    /// let link = Event::new("1".parse()?, at, "cookie-7".parse()?, link)?;
    /// let mut ledger = Ledger::new();
    /// ledger.record(&link)?;
    /// let linked = ledger.linked_ids().map(|(id, name)| (id.as_str(), name.as_str()));
    /// assert!(linked.eq([("ann", "ann"), ("cookie-7", "ann")]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn linked_ids(&self) -> impl Iterator<Item = (&VisitorId, &VisitorId)> {
        let links = self.links().into_iter();
        let mut ids: Vec<_> = links.flat_map(|links| &links.names).collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// Returns the links, or `None` if there has never been one.
    pub(super) fn links(&self) -> Option<&Links> {
        let resolve = || {
            let has_links = self.shards.iter().any(Shard::has_linkers);
            has_links.then(|| Links::of(self).into())
        };
        self.links.get_or_init(resolve).as_deref()
    }

    /// Returns the visitors in parts: those as sent that no link concerns, and the merged ones.
    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        let Some(links) = self.links() else {
            return self.shards.iter().map(Part::whole).collect();
        };
        let Merged { shards, moved } = links.merged(self);
        let rest = self.shards.iter().zip(moved);
        let rest = rest.map(|(shard, moved)| Part::without(shard, moved));
        rest.chain(shards.iter().map(Part::whole)).collect()
    }

    /// Returns the events of the visitor who has an id.
    pub(crate) fn log_of(&self, id: &VisitorId) -> Option<VisitorLog<'_>> {
        let Some(links) = self.links() else {
            return self.log_as_sent(id);
        };
        let name = self.visitor_of(id);
        let shards = &links.merged(self).shards;
        let merged = shards[shard_of(name.as_str().into())].log_of(name.as_str().into());
        merged.or_else(|| self.log_as_sent(name))
    }

    /// Returns the events that were sent with a visitor id.
    fn log_as_sent(&self, id: &VisitorId) -> Option<VisitorLog<'_>> {
        let name = id.as_str().into();
        self.shards.get(shard_of(name))?.log_of(name)
    }
}

/// Ids, some of which are connected.
#[derive(Debug, Default)]
struct Connected {
    numbers: HashMap<VisitorId, usize>,
    /// For each id another one that is connected with it, or itself. These form trees, one for each merged visitor.
    parents: Vec<usize>,
}

impl Connected {
    fn number(&mut self, id: Name<'_>) -> usize {
        let next = self.parents.len();
        let number =
            *id.with_text(|text| self.numbers.entry(VisitorId::trusted(text)).or_insert(next));
        if number == next {
            self.parents.push(next);
        }
        number
    }

    /// Returns the root of an id's tree. Shortens the way to it.
    fn root(&mut self, mut number: usize) -> usize {
        while self.parents[number] != number {
            self.parents[number] = self.parents[self.parents[number]];
            number = self.parents[number];
        }
        number
    }

    fn connect(&mut self, one: Name<'_>, other: Name<'_>) {
        let [one, other] = [self.number(one), self.number(other)];
        let [one, other] = [self.root(one), self.root(other)];
        self.parents[one] = other;
    }

    /// Returns the smallest id of each id's tree, for ids that are connected with another.
    fn into_names(mut self) -> HashMap<VisitorId, VisitorId> {
        let numbers = std::mem::take(&mut self.numbers);
        let mut trees: HashMap<usize, Vec<VisitorId>> = HashMap::new();
        for (id, number) in numbers {
            trees.entry(self.root(number)).or_default().push(id);
        }
        let mut names = HashMap::new();
        for ids in trees.into_values().filter(|ids| ids.len() > 1) {
            let name = ids.iter().min().expect("a tree has an id").clone();
            names.extend(ids.into_iter().map(|id| (id, name.clone())));
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(links: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut ids = Connected::default();
        for (one, other) in links {
            ids.connect(Name::from(*one), Name::from(*other));
        }
        let names = ids.into_names().into_iter();
        let mut names: Vec<_> = names
            .map(|(id, name)| (id.to_string(), name.to_string()))
            .collect();
        names.sort();
        names
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(id, name)| ((*id).to_owned(), (*name).to_owned()))
            .collect()
    }

    #[test]
    fn connected_ids_have_the_smallest_as_their_name() {
        assert_eq!(names(&[("b", "a")]), pairs(&[("a", "a"), ("b", "a")]));
        // A chain whose middle arrives last.
        let chain = [("d", "c"), ("b", "a"), ("c", "b")];
        let all_a = pairs(&[("a", "a"), ("b", "a"), ("c", "a"), ("d", "a")]);
        assert_eq!(names(&chain), all_a);
        // A cycle, and a link given twice.
        assert_eq!(
            names(&[("a", "b"), ("b", "c"), ("c", "a"), ("b", "a"), ("d", "c")]),
            all_a
        );
        // Two visitors.
        assert_eq!(
            names(&[("z", "y"), ("b", "a")]),
            pairs(&[("a", "a"), ("b", "a"), ("y", "y"), ("z", "y")])
        );
    }

    #[test]
    fn link_to_oneself_connects_nothing() {
        assert_eq!(names(&[("a", "a")]), []);
    }
}
