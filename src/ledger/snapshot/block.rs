//! The content of a block: one shard with its visitors and their events.

use std::io;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::SnapshotError;
use super::frames::Frame;
use crate::event::value::Value;
use crate::event::{OrZero, Person};
use crate::id::MAX_ID_BYTES;
use crate::ledger::columns::{Columns, Head, Spot};
use crate::ledger::interner::{Id, Ids, Interner, Key, Symbol};
use crate::ledger::payload::Corrupt;
use crate::ledger::record::Record;
use crate::ledger::shard::{Arrived, Shard, VisitorLog};
use crate::ledger::shard_of;
use crate::ledger::tables::Tables;
use crate::money::Currency;
use crate::name::Name;
use crate::time::Instant;

/// A shard. The format includes the order of the fields, the meaning of tags and words, and the assignment of visitors
/// to shards.
#[derive(Serialize, Deserialize)]
struct Block<'a> {
    /// The texts with the numbers from 1.
    #[serde(borrow)]
    texts: Vec<&'a str>,
    /// The keys of the ids with the numbers from 1.
    ids: &'a [u8],
    /// The currencies with the numbers from 0.
    currencies: Vec<Currency>,
    /// The keys of the visitors, in the order of their ids.
    visitors: &'a [u8],
    /// The number of events of each visitor.
    counts: Vec<u32>,
    /// The keys of the events' ids, by visitor and in canonical order.
    keys: &'a [u8],
    /// The microseconds of each event since the event before it in the block; for the first, since 1970.
    micros: Vec<i64>,
    /// The tags of the events.
    tags: Vec<u32>,
    /// The words of all payloads.
    words: Vec<u32>,
    /// For each event under whose id there was more than one arrival, in ascending order: its number, the arrivals of
    /// its revision and content, those of its revision with other content, and those of lower revisions.
    arrivals: Vec<(u32, u64, u64, u64)>,
}

/// Encodes a shard, whose texts and ids fit into the tables of the block too. Texts and ids are numbered in the order of
/// their first use in the block, so the bytes do not depend on the order of arrival.
pub(super) fn encode(shard: &Shard) -> Result<Vec<u8>, SnapshotError> {
    let mut logs: Vec<VisitorLog<'_>> = shard.logs().collect();
    logs.sort_by_cached_key(VisitorLog::name);
    let mut tables = Tables::default();
    let mut columns = Columns::default();
    let (mut visitors, mut counts, mut arrivals) = (Vec::new(), Vec::new(), Vec::new());
    for log in logs {
        visitors.push(tables.intern_key(log.name()));
        let start = columns.end();
        for (event, arrived) in log.arrivals() {
            if arrived != Arrived::ONCE {
                let Arrived {
                    same,
                    other,
                    superseded,
                } = arrived;
                arrivals.push((columns.end().event, same, other, superseded));
            }
            let key = tables.intern_key(event.id);
            columns.push(&event, key, &mut tables);
        }
        counts.push(columns.end().less(start).event);
    }
    let Columns { keys, heads, words } = columns;
    let mut before = 0;
    let micros = heads.iter().map(|head| {
        let at = head.at().micros();
        at - std::mem::replace(&mut before, at)
    });
    let block = Block {
        texts: tables.texts.items().collect(),
        ids: &bytes(&tables.ids.store),
        currencies: tables.currencies.clone(),
        visitors: &bytes(&visitors),
        counts,
        keys: &bytes(&keys),
        micros: micros.collect(),
        tags: heads.iter().map(|head| head.tag).collect(),
        words,
        arrivals,
    };
    Ok(postcard::to_stdvec(&block).map_err(io::Error::other)?)
}

fn bytes(keys: &[Key]) -> Vec<u8> {
    keys.iter().flat_map(|key| key.0.into_bytes()).collect()
}

fn keys(bytes: &[u8]) -> Vec<Key> {
    let (keys, _) = bytes.as_chunks();
    keys.iter()
        .map(|bytes| Key(Uuid::from_bytes(*bytes)))
        .collect()
}

/// Decodes a shard and checks its content, including that each visitor belongs to it.
pub(super) fn decode(frame: &Frame) -> Result<Shard, SnapshotError> {
    let content = frame.content()?;
    let invalid = |found: &str| SnapshotError::invalid(frame.number, found);
    let block: Block<'_> =
        postcard::from_bytes(content).map_err(|error| invalid(&error.to_string()))?;
    let twice = || invalid("a text, an id or a visitor twice");
    let tables = Tables {
        texts: Interner::of(&block.texts).ok_or_else(twice)?,
        ids: Ids::of(&keys(block.ids)).ok_or_else(twice)?,
        currencies: block.currencies,
        ..Tables::default()
    };
    let visitors = Ids::of(&keys(block.visitors)).ok_or_else(twice)?;
    let columns = columns(block.keys, &block.micros, &block.tags, block.words)
        .ok_or_else(|| invalid("columns that do not fit together"))?;
    let mut all = (tables.ids.store.iter())
        .chain(&visitors.store)
        .chain(&columns.keys);
    if !all.all(|key| key.is_valid(&tables.texts)) {
        return Err(invalid("an id that is no id"));
    }
    let starts = starts(&columns.heads, visitors.len(), &block.counts)
        .ok_or_else(|| invalid("counts that are not those of the events"))?;
    let ends = starts.iter().skip(1).copied().chain([columns.end()]);
    for ((key, start), end) in visitors.store.iter().zip(&starts).zip(ends) {
        let name = tables.of(*key);
        if !is_id(name) || shard_of(name) as u64 + 1 != frame.number {
            return Err(invalid("a visitor without an id, or of another block"));
        }
        check(&columns, *start, end, &tables).map_err(invalid)?;
    }
    let mut shard = Shard::restored(tables, visitors, columns, &starts)
        .ok_or_else(|| invalid("the id of an event twice"))?;
    let mut before = None;
    for (event, same, other, superseded) in block.arrivals {
        let arrived = Arrived {
            same,
            other,
            superseded,
        };
        let is_valid = before < Some(event)
            && same > 0
            && arrived != Arrived::ONCE
            && shard.arrived(event, arrived);
        if !is_valid {
            return Err(invalid("arrivals of no event, or of fewer than two"));
        }
        before = Some(event);
    }
    Ok(shard)
}

/// Returns the columns, or `None` if they do not match.
fn columns(ids: &[u8], micros: &[i64], tags: &[u32], words: Vec<u32>) -> Option<Columns> {
    let mut at = 0_i64;
    let heads = micros.iter().zip(tags).map(|(micros, tag)| {
        at = at.checked_add(*micros)?;
        let instant = Instant::from_micros(at);
        let is_known = (Instant::MIN..=Instant::MAX).contains(&instant);
        is_known.then(|| Head::new(instant, *tag)).flatten()
    });
    let heads = heads.collect::<Option<Vec<Head>>>()?;
    let needed: u64 = heads.iter().map(|head| u64::from(head.size().word)).sum();
    let fits =
        micros.len() == tags.len() && ids.len() == 16 * heads.len() && words.len() as u64 == needed;
    let keys = keys(ids);
    let columns = Columns { keys, heads, words };
    (fits && columns.has_room_beside(&Columns::default())).then_some(columns)
}

/// Returns the start of each visitor's events, or `None` if the counts do not match the visitors and events.
fn starts(mut heads: &[Head], visitors: usize, counts: &[u32]) -> Option<Vec<Spot>> {
    let mut end = Spot::default();
    let starts = counts.iter().map(|count| {
        let start = end;
        for head in heads.split_off(..*count as usize)? {
            end = end.plus(head.size());
        }
        (*count > 0).then_some(start)
    });
    let starts = starts.collect::<Option<Vec<Spot>>>()?;
    (heads.is_empty() && starts.len() == visitors).then_some(starts)
}

/// Checks that the events of a visitor are valid and in canonical order.
fn check(columns: &Columns, start: Spot, end: Spot, tables: &Tables) -> Result<(), &'static str> {
    let mut before: Option<Record> = None;
    for spot in columns.spots(start, end) {
        let record = columns
            .checked_record(spot, tables)
            .map_err(|Corrupt| "an event with words that no event has")?;
        if !is_valid(&record, tables) {
            return Err("an event with a text, an amount or a revision that none can have");
        }
        let is_next = |before: &Record| before.canonical_cmp(&record, tables).is_lt();
        if !before.as_ref().is_none_or(is_next) {
            return Err("events out of order");
        }
        before = Some(record);
    }
    Ok(())
}

/// Returns whether an event has texts, amounts and a revision that it can have.
fn is_valid(record: &Record, tables: &Tables) -> bool {
    let is_own_id = |id: Id| tables.ids.has(id.0) && is_id(tables.name(id));
    let is_shared_id = |id: Symbol| tables.texts.has(id) && is_id_text(tables.text(id));
    let is_text = |text: Symbol| tables.texts.has(text) && !tables.text(text).is_empty();
    let fields = record.data.try_for_each(|_, value| {
        let is_valid = match value {
            Value::OwnId(id) => is_own_id(id),
            Value::SharedId(id)
            | Value::Initiator(Person::Agent(id))
            | Value::Author(Some(Person::Agent(id))) => is_shared_id(id),
            Value::OptionalText(text) => text.is_none_or(is_text),
            Value::Amount(amount) | Value::AmountOrZero(OrZero(amount)) => amount.is_valid(),
            _ => true,
        };
        is_valid.then_some(()).ok_or(())
    });
    fields.is_ok()
        && record.revision.check(record.data.event_type()).is_ok()
        && is_id(tables.of(record.key))
        && record.session.is_none_or(is_own_id)
        && record.page.is_none_or(is_text)
        && record
            .data
            .price()
            .is_none_or(|price| price.check().is_ok())
}

fn is_id(name: Name<'_>) -> bool {
    match name {
        Name::Uuid(_) | Name::Short(_) => true,
        Name::Text(text) => is_id_text(text),
    }
}

fn is_id_text(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
}
