//! The content of a block: one shard, with its visitors and their events.

use std::cell::Cell;
use std::io;

use serde::{Deserialize, Serialize};

use super::SnapshotError;
use super::frames::Frame;
use crate::event::{By, Fact, Parts};
use crate::id::MAX_ID_BYTES;
use crate::ledger::LedgerFull;
use crate::ledger::columns::{Columns, Head, Record, Spot};
use crate::ledger::interner::{Ids, Interner, Key};
use crate::ledger::shard::{Arrived, Shard, VisitorLog};
use crate::ledger::tables::Tables;
use crate::money::Currency;
use crate::name::Name;
use crate::time::Instant;

/// A shard. The order of the fields, what the words and tags of events mean, and which shard a visitor belongs to, is the
/// format of version 2.
#[derive(Serialize, Deserialize)]
struct Block<'a> {
    /// Each text that is named by number, from 1.
    #[serde(borrow)]
    texts: Vec<&'a str>,
    /// The key of each id that is named by number, from 1.
    ids: &'a [u8],
    /// Each currency that is named by number, from 0.
    currencies: Vec<Currency>,
    /// The key of each visitor's id, in the order of the ids.
    visitors: &'a [u8],
    /// How many events each visitor has.
    counts: Vec<u32>,
    /// The key of each event's id; each visitor's in canonical order.
    keys: &'a [u8],
    /// The microsecond of each event, from the one before it in the block, or from 1970.
    micros: Vec<i64>,
    /// The tag of each event.
    tags: Vec<u32>,
    /// The words of all events.
    words: Vec<u32>,
    /// How often something arrived under the id of an event, by its place: with its content, and with other content.
    /// Where that is more than the event once; in ascending order.
    arrivals: Vec<(u32, u64, u64)>,
}

/// The content of the block that a shard is. What is numbered is numbered in the order in which it stands in it, so that
/// it does not matter in which order it arrived.
pub(super) fn encode(shard: &Shard) -> Result<Vec<u8>, SnapshotError> {
    let mut logs: Vec<VisitorLog<'_>> = shard.logs().collect();
    logs.sort_by_cached_key(VisitorLog::name);
    let mut tables = Tables::default();
    let mut columns = Columns::default();
    let (mut visitors, mut counts, mut arrivals) = (Vec::new(), Vec::new(), Vec::new());
    for log in logs {
        visitors.push(Key::intern(log.name(), &mut tables.texts).ok_or(LedgerFull)?);
        let start = columns.end();
        for (parts, arrived) in log.arrivals() {
            if arrived != Arrived::ONCE {
                arrivals.push((columns.end().event, arrived.same, arrived.other));
            }
            let key = Key::intern(parts.id, &mut tables.texts).ok_or(LedgerFull)?;
            columns.push(&parts, key, &mut tables).ok_or(LedgerFull)?;
        }
        counts.push(columns.end().less(start).event);
    }
    let (keys, heads, words) = columns.raw();
    let mut before = 0;
    let micros = heads.iter().map(|head| {
        let at = head.at().micros();
        at - std::mem::replace(&mut before, at)
    });
    let block = Block {
        texts: tables.texts.texts().collect(),
        ids: &bytes(tables.ids.keys()),
        currencies: tables.currencies.clone(),
        visitors: &bytes(&visitors),
        counts,
        keys: &bytes(keys),
        micros: micros.collect(),
        tags: heads.iter().map(|head| head.tag()).collect(),
        words: words.to_vec(),
        arrivals,
    };
    Ok(postcard::to_stdvec(&block).map_err(io::Error::other)?)
}

fn bytes(keys: &[Key]) -> Vec<u8> {
    keys.iter().flat_map(|key| key.to_bytes()).collect()
}

fn keys(bytes: &[u8]) -> Vec<Key> {
    let (keys, _) = bytes.as_chunks();
    keys.iter().map(|bytes| Key::from_bytes(*bytes)).collect()
}

/// The shard that a block is. `belongs` tells whether it is the shard of a visitor.
pub(super) fn decode(
    frame: &Frame,
    belongs: impl Fn(Name<'_>) -> bool,
) -> Result<Shard, SnapshotError> {
    let content = frame.content()?;
    let invalid = |found: &str| SnapshotError::invalid(frame.number, found);
    let block: Block<'_> =
        postcard::from_bytes(content).map_err(|error| invalid(&error.to_string()))?;
    let twice = || invalid("a text, an id or a visitor twice");
    let tables = Tables {
        texts: Interner::of(&block.texts).ok_or_else(twice)?,
        ids: Ids::of(keys(block.ids)).ok_or_else(twice)?,
        currencies: block.currencies,
    };
    let visitors = Ids::of(keys(block.visitors)).ok_or_else(twice)?;
    let columns = columns(block.keys, &block.micros, &block.tags, block.words)
        .ok_or_else(|| invalid("columns that do not fit together"))?;
    let (event_ids, _, _) = columns.raw();
    let mut all = (tables.ids.keys().iter())
        .chain(visitors.keys())
        .chain(event_ids);
    if !all.all(|key| key.is_sound(&tables.texts)) {
        return Err(invalid("an id that is no id"));
    }
    let starts = starts(&columns, &visitors, &block.counts)
        .ok_or_else(|| invalid("counts that are not those of the events"))?;
    let ends = starts.iter().skip(1).copied().chain([columns.end()]);
    for ((key, start), end) in visitors.keys().iter().zip(&starts).zip(ends) {
        let name = tables.of(*key);
        if !is_id(name) || !belongs(name) {
            return Err(invalid("a visitor without an id, or of another block"));
        }
        check(&columns, *start, end, name, &tables).map_err(invalid)?;
    }
    let mut shard = Shard::restored(tables, visitors, columns, &starts)
        .ok_or_else(|| invalid("the id of an event twice"))?;
    let mut before = None;
    for (event, same, other) in block.arrivals {
        let arrived = Arrived { same, other };
        let is_sound = before < Some(event)
            && same > 0
            && arrived != Arrived::ONCE
            && shard.arrived(event, arrived);
        if !is_sound {
            return Err(invalid("arrivals of no event, or of fewer than two"));
        }
        before = Some(event);
    }
    Ok(shard)
}

/// The columns, where they fit together.
fn columns(ids: &[u8], micros: &[i64], tags: &[u32], words: Vec<u32>) -> Option<Columns> {
    let mut at = 0_i64;
    let heads = micros.iter().zip(tags).map(|(micros, tag)| {
        at = at.checked_add(*micros)?;
        let instant = Instant::from_micros(at);
        let is_known = (Instant::MIN..=Instant::MAX).contains(&instant);
        is_known.then(|| Head::new(instant, *tag))
    });
    let heads = heads.collect::<Option<Vec<Head>>>()?;
    let fits = micros.len() == tags.len() && ids.len() == 16 * heads.len();
    fits.then(|| Columns::new(keys(ids), heads, words))
        .flatten()
}

/// Where each visitor's events start, where the counts are those of the visitors and events.
fn starts(columns: &Columns, visitors: &Ids, counts: &[u32]) -> Option<Vec<Spot>> {
    let mut end = Spot::default();
    let starts = counts.iter().map(|count| {
        let start = end;
        end = columns.skip(start, *count).filter(|_| *count > 0)?;
        Some(start)
    });
    let starts = starts.collect::<Option<Vec<Spot>>>()?;
    (end == columns.end() && starts.len() == visitors.len()).then_some(starts)
}

/// Refuses events of a visitor that none can have, or that are not in canonical order.
fn check(
    columns: &Columns,
    start: Spot,
    end: Spot,
    visitor: Name<'_>,
    tables: &Tables,
) -> Result<(), &'static str> {
    let mut before: Option<Record> = None;
    for spot in columns.spots(start, end) {
        let record = columns.record(spot, tables).ok_or("an event of no type")?;
        if !is_sound(&tables.parts(visitor, &record)) {
            return Err("an event with a text or an amount that none can have");
        }
        let is_next = |before| tables.canonical_cmp(before, &record).is_lt();
        if !before.as_ref().is_none_or(is_next) {
            return Err("events out of order");
        }
        before = Some(record);
    }
    Ok(())
}

/// Whether an event is one that there can be.
fn is_sound(parts: &Parts<'_, Name<'_>>) -> bool {
    let sound = Cell::new(is_id(parts.id));
    let also = |condition| sound.set(sound.get() && condition);
    also(parts.session.is_none_or(is_id));
    also(parts.page != Some(""));
    parts
        .fact
        .map(|id| also(is_id(id)), |text| also(!text.is_empty()));
    also(
        agents_and_messages(&parts.fact)
            .into_iter()
            .flatten()
            .all(is_id_text),
    );
    also(match parts.fact {
        Fact::OrderPlaced { price, .. } => price.is_sound(),
        Fact::OrderRefunded { amount, .. } => amount.is_sound(),
        _ => true,
    });
    sound.get()
}

/// The texts that are ids.
fn agents_and_messages<'a, I>(fact: &Fact<I, &'a str>) -> [Option<&'a str>; 2] {
    match *fact {
        Fact::AutoMessageClicked {
            trigger,
            auto_message,
            ..
        } => [Some(trigger), Some(auto_message)],
        Fact::AgentAssigned { agent, .. }
        | Fact::CallAnswered { agent, .. }
        | Fact::ChatRequested {
            by: By::Agent(agent),
            ..
        }
        | Fact::CallRequested {
            by: By::Agent(agent),
            ..
        }
        | Fact::MessageSent {
            by: Some(By::Agent(agent)),
            ..
        } => [Some(agent), None],
        _ => [None; 2],
    }
}

fn is_id(name: Name<'_>) -> bool {
    match name {
        Name::Uuid(_) => true,
        Name::Text(text) => is_id_text(text),
    }
}

fn is_id_text(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
}
