//! The events of many groups.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use convometrics::{Ledger, Query};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, LargeBinaryArray};
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use crate::arrow::{BatchReader, Column, Columns, Texts};
use crate::query::failed;

/// The name of the function that aggregates events.
pub(super) const NAME: &str = "convometrics_partial";

/// The state of a group as two columns: the packed events, and the names of linked visitors, if there are any.
type State = [Option<Vec<u8>>; 2];

/// The events of a group.
#[derive(Debug, Default)]
struct Group {
    ledger: Ledger,
    /// The name of each visitor id whose events came with one.
    names: BTreeMap<String, String>,
    /// The size in bytes. The engine asks for it often.
    bytes: usize,
    /// Whether events have arrived since the bytes were counted.
    has_more: bool,
}

/// A visitor whose name is not the one that the links of its group result in, so that linked visitors may be in several
/// groups.
#[derive(Debug, thiserror::Error)]
#[error(
    "visitor {id:?} has {}, and by the links of its group {}; allowed: the name that the links of all events result \
     in (`plan::links`), or NULL if it is not linked, and groups with all events of linked visitors \
     (`convometrics_shard(coalesce(visitor_name, visitor), …)`)",
    named("no `visitor_name`", "the `visitor_name` ", given.as_ref()),
    named("it is not linked", "its name is ", linked.as_ref())
)]
struct OtherName {
    id: String,
    given: Option<String>,
    linked: Option<String>,
}

fn named(none: &str, before: &str, name: Option<&String>) -> String {
    match name {
        None => none.to_owned(),
        Some(name) => format!("{before}{name:?}"),
    }
}

impl Group {
    /// Notes the name that came with an event of a visitor.
    fn name(&mut self, id: &str, name: &str) -> Result<()> {
        match self.names.get(id) {
            None => {
                self.names.insert(id.to_owned(), name.to_owned());
                Ok(())
            }
            Some(given) if given == name => Ok(()),
            Some(given) => Err(partial_error(format!(
                "visitor {id:?} has the `visitor_name` {given:?} and {name:?}; allowed: one name"
            ))),
        }
    }

    /// Checks that the links of the group result in the names that were given.
    ///
    /// If a visitor has no name here, another of the group's ids that are linked with it must have one. So a log whose
    /// links were not resolved is noticed, and so are links that were resolved before another link arrived. If linked
    /// visitors are in several groups, at least the group without the link is noticed.
    fn check_names(&self) -> Result<(), OtherName> {
        let linked: BTreeMap<&str, &str> = self
            .ledger
            .linked_ids()
            .map(|(id, name)| (id.as_str(), name.as_str()))
            .collect();
        for (id, given) in &self.names {
            let name = linked.get(id.as_str()).copied();
            if name != Some(given) {
                return Err(OtherName {
                    id: id.clone(),
                    given: Some(given.clone()),
                    linked: name.map(ToOwned::to_owned),
                });
            }
        }
        let given: BTreeSet<&str> = self.names.values().map(String::as_str).collect();
        match linked.iter().find(|(_, name)| !given.contains(**name)) {
            None => Ok(()),
            Some((id, name)) => Err(OtherName {
                id: (*id).to_owned(),
                given: None,
                linked: Some((*name).to_owned()),
            }),
        }
    }

    fn state(&self) -> Result<State> {
        let mut events = Vec::new();
        self.ledger
            .write_snapshot(&mut events)
            .map_err(partial_error)?;
        let names = (!self.names.is_empty()).then(|| serde_json::to_vec(&self.names));
        Ok([Some(events), names.transpose().map_err(partial_error)?])
    }

    fn partial(&self, query: &Query) -> Result<Vec<u8>> {
        self.check_names().map_err(partial_error)?;
        let partial = self.ledger.view(query.clone()).partial();
        Ok(partial.map_err(partial_error)?.to_bytes())
    }

    fn count_bytes(&mut self) {
        if std::mem::take(&mut self.has_more) {
            let names = self.names.iter();
            let names = names.map(|(id, name)| id.len() + name.len() + 2 * size_of::<String>());
            self.bytes = self.ledger.heap_bytes() + names.sum::<usize>();
        }
    }
}

fn partial_error(error: impl Display) -> DataFusionError {
    failed(NAME, error)
}

/// Groups of visitors. The state of a group is all of its events, packed, because the meaning of an event depends on the
/// visitor's other events.
#[derive(Debug)]
pub(super) struct PartialGroups {
    query: Query,
    groups: Vec<Group>,
    reader: BatchReader,
    /// The size of all groups.
    bytes: usize,
}

impl PartialGroups {
    pub(super) fn new(query: Query) -> Self {
        Self {
            query,
            groups: Vec::new(),
            reader: BatchReader::new(),
            bytes: 0,
        }
    }

    fn group(&mut self, number: usize) -> Result<&mut Group> {
        let groups = self.groups.len();
        let Some(group) = self.groups.get_mut(number) else {
            return internal_err!(
                "{NAME}: there are {groups} groups, and none has the number {number}"
            );
        };
        group.has_more = true;
        Ok(group)
    }

    /// Records the rows, each in its group. Rows without a group are skipped.
    pub(super) fn update(
        &mut self,
        values: &[ArrayRef],
        group_of: impl Fn(usize) -> Option<usize>,
        groups: usize,
    ) -> Result<()> {
        self.groups
            .resize_with(groups.max(self.groups.len()), Group::default);
        let rows = values.first().map_or(0, Array::len);
        let columns =
            Columns::new(rows, |column| values.get(column as usize)).map_err(partial_error)?;
        let names = values.get(Column::ALL.len()).and_then(Texts::new);
        let mut reader = std::mem::take(&mut self.reader);
        for row in 0..rows {
            let Some(number) = group_of(row) else {
                continue;
            };
            let group = self.group(number)?;
            let recorded = reader
                .record(&mut group.ledger, &columns, row)
                .map_err(partial_error)?;
            recorded.map_err(partial_error)?;
            let name = names.as_ref().and_then(|names| names.at(row));
            if let (Some(id), Some(name)) = (columns.visitor(row), name) {
                group.name(id, name)?;
            }
        }
        self.reader = reader;
        self.count_bytes();
        Ok(())
    }

    /// Adds states, each to its group.
    pub(super) fn merge(
        &mut self,
        states: &[ArrayRef],
        group_of: impl Fn(usize) -> usize,
        groups: usize,
    ) -> Result<()> {
        self.groups
            .resize_with(groups.max(self.groups.len()), Group::default);
        let [events, names] = states else {
            return internal_err!("{NAME} has a state of two columns");
        };
        let (events, names) = (events.as_binary::<i64>(), names.as_binary::<i64>());
        for (row, (events, names)) in events.iter().zip(names).enumerate() {
            let Some(events) = events else { continue };
            let part = Ledger::read_snapshot(events).map_err(partial_error)?;
            let group = self.group(group_of(row))?;
            if group.ledger.is_empty() {
                group.ledger = part;
            } else {
                group.ledger.merge(&part).map_err(partial_error)?;
            }
            let names = names.map(serde_json::from_slice::<BTreeMap<String, String>>);
            for (id, name) in names
                .transpose()
                .map_err(partial_error)?
                .into_iter()
                .flatten()
            {
                group.name(&id, &name)?;
            }
        }
        self.count_bytes();
        Ok(())
    }

    /// Counts the bytes of the groups that have changed.
    fn count_bytes(&mut self) {
        self.groups.iter_mut().for_each(Group::count_bytes);
        self.bytes = self.groups.iter().map(|group| group.bytes).sum();
    }

    /// Returns the state of the only group.
    pub(super) fn one_state(&self) -> Result<State> {
        self.groups.first().unwrap_or(&Group::default()).state()
    }

    /// Returns the partial report of the only group.
    pub(super) fn one_partial(&self) -> Result<Vec<u8>> {
        let group = self.groups.first();
        group.unwrap_or(&Group::default()).partial(&self.query)
    }

    /// Removes the first groups.
    fn take(&mut self, emit_to: EmitTo) -> Vec<Group> {
        let groups = emit_to.take_needed(&mut self.groups);
        self.count_bytes();
        groups
    }
}

/// Returns whether a row passes a filter. Null does not pass.
fn passes(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

impl GroupsAccumulator for PartialGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        let group_of = |row: usize| {
            let group = group_indices.get(row).copied();
            group.filter(|_| passes(opt_filter, row))
        };
        self.update(values, group_of, total_num_groups)
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.merge(values, |row| group_indices[row], total_num_groups)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let groups = self.take(emit_to).into_iter();
        let partials = groups.map(|group| group.partial(&self.query).map(Some));
        let partials: LargeBinaryArray =
            partials.collect::<Result<Vec<_>>>()?.into_iter().collect();
        Ok(Arc::new(partials))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let states = self.take(emit_to).into_iter().map(|group| group.state());
        let states = states.map(|state| state.map(|[events, names]| (events, names)));
        let (events, names): (Vec<_>, Vec<_>) =
            states.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let columns = [events, names].map(|column| -> ArrayRef {
            Arc::new(column.into_iter().collect::<LargeBinaryArray>())
        });
        Ok(columns.to_vec())
    }

    /// Returns the states of groups of one row each.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let mut each = Self::new(self.query.clone());
        let rows = values.first().map_or(0, Array::len);
        each.update(values, |row| passes(opt_filter, row).then_some(row), rows)?;
        each.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.capacity() * size_of::<Group>() + self.bytes
    }
}
