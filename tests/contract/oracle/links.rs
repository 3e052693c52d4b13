//! Linked visitors: ids that are connected, directly or through others, are one visitor.

use std::collections::{BTreeMap, BTreeSet};

use convometrics::Event;

use super::events::linked_to;

/// The name of the merged visitor of each visitor id that a survivor names: the smallest of the ids that are connected.
pub(super) struct Links<'a> {
    names: BTreeMap<&'a str, &'a str>,
    /// The ids that sent events, visible or not.
    senders: BTreeSet<&'a str>,
}

impl<'a> Links<'a> {
    /// Whatever the links' instants and `as_of`.
    pub(super) fn read(survivors: &[&'a Event]) -> Self {
        let senders: BTreeSet<&str> = survivors
            .iter()
            .map(|event| event.visitor().as_str())
            .collect();
        let pairs: Vec<(&str, &str)> = survivors
            .iter()
            .filter_map(|event| Some((event.visitor().as_str(), linked_to(event)?)))
            .collect();
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        let linked = pairs.iter().flat_map(|(one, other)| [*one, *other]);
        for id in senders.iter().copied().chain(linked) {
            names.insert(id, id);
        }
        // Both ids of a pair take the smaller name, until no pair changes a name.
        loop {
            let before = names.clone();
            for (one, other) in &pairs {
                let name = names[one].min(names[other]);
                names.insert(one, name);
                names.insert(other, name);
            }
            if names == before {
                break;
            }
        }
        Self { names, senders }
    }

    /// The name of the merged visitor of an event.
    pub(super) fn visitor(&self, event: &Event) -> &'a str {
        self.names[event.visitor().as_str()]
    }

    pub(super) fn same_visitor(&self, one: &Event, other: &Event) -> bool {
        self.visitor(one) == self.visitor(other)
    }

    /// How many of the ids that sent events are not the name of their merged visitor.
    pub(super) fn linked(&self) -> usize {
        let renamed = self.senders.iter().filter(|id| self.names[*id] != **id);
        renamed.count()
    }
}
