//! The events of many groups, gathered side by side.

use std::fmt::Display;
use std::sync::Arc;

use convometrics::{Ledger, Query};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, LargeBinaryArray};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use crate::arrow::{BatchReader, Columns};
use crate::query::failed;

/// The name of the function that sums events.
pub(super) const NAME: &str = "convometrics_partial";

/// The events of a group, with their size in bytes, which the engine reads often.
#[derive(Debug, Default)]
struct Group {
    ledger: Ledger,
    bytes: usize,
    /// Whether events have come since the bytes were counted.
    has_more: bool,
}

impl Group {
    fn state(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.ledger
            .write_snapshot(&mut bytes)
            .map_err(partial_error)?;
        Ok(bytes)
    }

    fn partial(&self, query: &Query) -> Result<Vec<u8>> {
        let partial = self.ledger.view(query.clone()).partial();
        Ok(partial.map_err(partial_error)?.to_bytes())
    }
}

fn partial_error(error: impl Display) -> DataFusionError {
    failed(NAME, error)
}

/// Groups of visitors. The state of one is all of its events, packed: which others an event stands with is known when
/// all have come.
#[derive(Debug)]
pub(super) struct PartialGroups {
    query: Query,
    groups: Vec<Group>,
    reader: BatchReader,
    /// What all ledgers take.
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
        let group = self.groups.get_mut(number);
        group
            .ok_or_else(|| partial_error(format!("group {number} is none of those that there are")))
    }

    /// Records the rows, each in its group; those without one are passed over.
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
        let mut reader = std::mem::take(&mut self.reader);
        for row in 0..rows {
            let Some(number) = group_of(row) else {
                continue;
            };
            let group = self.group(number)?;
            group.has_more = true;
            let recorded = reader
                .record(&mut group.ledger, &columns, row)
                .map_err(partial_error)?;
            recorded.map_err(partial_error)?;
        }
        self.reader = reader;
        self.count_bytes();
        Ok(())
    }

    /// Adds packed events, each to its group.
    pub(super) fn merge(
        &mut self,
        states: &[ArrayRef],
        group_of: impl Fn(usize) -> usize,
        groups: usize,
    ) -> Result<()> {
        self.groups
            .resize_with(groups.max(self.groups.len()), Group::default);
        let states = states
            .first()
            .and_then(|array| array.as_binary_opt::<i64>());
        for (row, state) in states.iter().flat_map(|array| array.iter().enumerate()) {
            let Some(state) = state else { continue };
            let part = Ledger::read_snapshot(state).map_err(partial_error)?;
            let group = self.group(group_of(row))?;
            group.has_more = true;
            if group.ledger.is_empty() {
                group.ledger = part;
            } else {
                group.ledger.merge(&part).map_err(partial_error)?;
            }
        }
        self.count_bytes();
        Ok(())
    }

    /// Counts the bytes of the groups that have changed.
    fn count_bytes(&mut self) {
        for group in &mut self.groups {
            if std::mem::take(&mut group.has_more) {
                group.bytes = group.ledger.heap_bytes();
            }
        }
        self.bytes = self.groups.iter().map(|group| group.bytes).sum();
    }

    /// The packed events of the one group.
    pub(super) fn one_state(&self) -> Result<Vec<u8>> {
        self.groups.first().unwrap_or(&Group::default()).state()
    }

    /// The partial of the one group.
    pub(super) fn one_partial(&self) -> Result<Vec<u8>> {
        let group = self.groups.first();
        group.unwrap_or(&Group::default()).partial(&self.query)
    }

    /// Something of each of the first groups, which are then gone: a ledger at a time.
    fn emit(
        &mut self,
        emit_to: EmitTo,
        of: impl Fn(&Group, &Query) -> Result<Vec<u8>>,
    ) -> Result<ArrayRef> {
        let groups = emit_to.take_needed(&mut self.groups);
        let bytes = groups
            .into_iter()
            .map(|group| of(&group, &self.query).map(Some));
        let column: LargeBinaryArray = bytes.collect::<Result<Vec<_>>>()?.into_iter().collect();
        self.count_bytes();
        Ok(Arc::new(column))
    }
}

/// Whether a row passes a filter; null does not.
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
        // A row without a group is none that there is.
        let group_of = |row: usize| group_indices.get(row).copied().unwrap_or(usize::MAX);
        self.merge(values, group_of, total_num_groups)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        self.emit(emit_to, Group::partial)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.emit(emit_to, |group, _| group.state())?])
    }

    /// Each row as a group of its own.
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
