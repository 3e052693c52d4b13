//! Files with valid checksums whose contents no ledger wrote.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::event::Event;
use crate::id::MAX_ID_BYTES;
use crate::ledger::{Shard, shard_of};

/// The fields of each type of event.
const OWN: [&str; 14] = [
    r#""type":"visitor_linked","to":"cookie","revision":9007199254740991"#,
    r#""type":"retracted","revision":1"#,
    r#""type":"widget_impression","page":"/a","session":"s""#,
    r#""type":"widget_clicked","target":"chat_notification","seq":3"#,
    r#""type":"auto_message_clicked","trigger":"t","auto_message":"m","url":"u""#,
    r#""type":"chat_requested","conversation":"c","by":{"side":"agent","agent":"a"}"#,
    r#""type":"agent_assigned","conversation":"c","agent":"a""#,
    r#""type":"message_sent","conversation":"c","by":{"side":"agent","agent":"b"}"#,
    r#""type":"call_requested","conversation":"c","call":"k","by":{"side":"visitor"}"#,
    r#""type":"call_answered","call":"k","agent":"a""#,
    r#""type":"order_placed","order":"o","currency":"EUR","subtotal":"9.50","discount":"1""#,
    r#""type":"order_refunded","order":"o","amount":"1.25""#,
    r#""type":"survey_answered","survey":"q","conversation":"c","rating":4,"feedback":"f","outcome":"closed""#,
    r#""type":"session_ended""#,
];

/// Returns a visitor in the same block as `ann`, whose id is a UUID.
fn companion() -> String {
    (0..1_000)
        .map(|number| format!("0f8fad5b-d9cb-469f-a165-{number:012}"))
        .find(|uuid| shard_of(uuid.as_str().into()) == shard_of("ann".into()))
        .unwrap()
}

/// Returns a ledger with two visitors of one block, each with events of every second type. The last three arrive twice.
fn ledger() -> Ledger {
    let visitors = ["ann".to_owned(), companion()];
    let events = OWN.iter().enumerate().map(|(number, own)| {
        let visitor = &visitors[number % 2];
        let text = format!(
            r#"{{"id":"e{number}","at":"2026-03-02T09:00:{number:02}Z","visitor":"{visitor}",{own}}}"#
        );
        Event::from_json(&text).unwrap()
    });
    let events: Vec<Event> = events.collect();
    let mut ledger = Ledger::new();
    ledger.record_all(&events).unwrap();
    ledger.record_all(&events[11..]).unwrap();
    ledger
}

/// Returns the file of a ledger with another block, another end and valid checksums.
fn file(ledger: &Ledger, block: impl Fn(Vec<u8>) -> Vec<u8>, end: Totals) -> Vec<u8> {
    let mut out = Writer::new(Vec::new()).unwrap();
    for (place, shard) in ledger.shards.iter().enumerate() {
        let mut content = block::encode(shard).unwrap();
        if place == shard_of("ann".into()) {
            content = block(content);
        }
        out.write(Kind::Block, &content).unwrap();
    }
    out.write(Kind::End, &postcard::to_stdvec(&end).unwrap())
        .unwrap();
    out.out
}

/// Returns the error of a file.
fn found(file: &[u8]) -> String {
    match Ledger::read_snapshot(file) {
        Err(SnapshotError::Invalid { found, .. }) => found,
        other => format!("{other:?}"),
    }
}

#[test]
fn folder_of_a_plain_file_name_is_the_current_one() {
    for (path, folder) in [("a/b/c", "a/b"), ("/c", "/"), ("c", "."), ("/", ".")] {
        assert_eq!(folder_of(Path::new(path)), Path::new(folder), "{path}");
    }
}

#[test]
fn unchanged_contents_are_read() {
    let ledger = ledger();
    let file = file(&ledger, |content| content, ledger.totals());
    let restored = Ledger::read_snapshot(file.as_slice()).unwrap();
    assert_eq!(restored.totals(), ledger.totals());
    assert_eq!((restored.len(), restored.duplicates()), (14, 3));
}

#[test]
fn totals_that_differ_from_the_blocks_are_an_error() {
    let ledger = ledger();
    let more = |totals: Totals| Totals {
        events: totals.events + 1,
        ..totals
    };
    let file = file(&ledger, |content| content, more(ledger.totals()));
    assert!(found(&file).contains("events: 15"), "{}", found(&file));
}

#[test]
fn visitor_of_another_block_is_an_error() {
    let ledger = ledger();
    let mut others = Ledger::new();
    let text = r#"{"id":"e","at":"2026-03-02T09:00:00Z","visitor":"ben","type":"session_ended"}"#;
    others.record(&Event::from_json(text).unwrap()).unwrap();
    let block = |_| block::encode(&others.shards[shard_of("ben".into())]).unwrap();
    let file = file(&ledger, block, ledger.totals());
    assert_eq!(found(&file), "a visitor without an id, or of another block");
}

#[test]
fn another_number_of_blocks_is_an_error() {
    let mut out = Writer::new(Vec::new()).unwrap();
    let empty = block::encode(&Shard::default()).unwrap();
    out.write(Kind::Block, &empty).unwrap();
    let end = postcard::to_stdvec(&Totals::default()).unwrap();
    out.write(Kind::End, &end).unwrap();
    assert!(found(&out.out).starts_with("1 blocks"));
}

/// The content of a block to be changed: the fields of `block::Block`, owned.
#[derive(Clone, Serialize, Deserialize)]
struct Contents {
    texts: Vec<String>,
    ids: Vec<u8>,
    currencies: Vec<String>,
    visitors: Vec<u8>,
    counts: Vec<u32>,
    keys: Vec<u8>,
    micros: Vec<i64>,
    tags: Vec<u32>,
    words: Vec<u32>,
    arrivals: Vec<(u32, u64, u64, u64)>,
}

/// Returns the file of the ledger with a changed block.
fn changed(ledger: &Ledger, change: impl Fn(&mut Contents)) -> Vec<u8> {
    let block = |content: Vec<u8>| {
        let mut contents: Contents = postcard::from_bytes(&content).unwrap();
        change(&mut contents);
        postcard::to_stdvec(&contents).unwrap()
    };
    file(ledger, block, ledger.totals())
}

#[test]
fn counts_that_are_not_those_of_visitors_and_events_are_an_error() {
    let ledger = ledger();
    let refused = "counts that are not those of the events";
    let file = |change: fn(&mut Contents)| changed(&ledger, change);
    assert!(Ledger::read_snapshot(file(|_| {}).as_slice()).is_ok());
    // An event without a visitor.
    assert_eq!(found(&file(|block| block.counts[1] -= 1)), refused);
    // One count too many: the last visitor's events are split in two.
    let split = |block: &mut Contents| {
        block.counts[1] -= 1;
        block.counts.push(1);
    };
    assert_eq!(found(&file(split)), refused);
    // A visitor without an event.
    let without = |block: &mut Contents| {
        block.counts.push(0);
        block.visitors.extend([0x40; 16]);
    };
    assert_eq!(found(&file(without)), refused);
}

#[test]
fn columns_of_different_lengths_are_an_error() {
    let ledger = ledger();
    for change in [
        |block: &mut Contents| block.micros.push(0),
        |block: &mut Contents| block.tags.push(0),
        |block: &mut Contents| block.keys.extend([0x40; 16]),
        |block: &mut Contents| block.keys.push(0),
        |block: &mut Contents| block.words.push(0),
    ] {
        assert_eq!(
            found(&changed(&ledger, change)),
            "columns that do not fit together"
        );
    }
}

#[test]
fn repeated_or_single_arrivals_are_an_error() {
    let ledger = ledger();
    let refused = "arrivals of no event, or of fewer than two";
    let twice = |block: &mut Contents| block.arrivals.insert(0, block.arrivals[0]);
    assert_eq!(found(&changed(&ledger, twice)), refused);
    let of_one = |block: &mut Contents| block.arrivals[0].1 = 1;
    assert_eq!(found(&changed(&ledger, of_one)), refused);
    let beyond = |block: &mut Contents| block.arrivals.push((14, 2, 0, 0));
    assert_eq!(found(&changed(&ledger, beyond)), refused);
    let backwards = |block: &mut Contents| block.arrivals.reverse();
    assert_eq!(found(&changed(&ledger, backwards)), refused);
}

#[test]
fn changed_text_or_number_is_an_error_or_gives_valid_events() {
    let ledger = ledger();
    let content = block::encode(&ledger.shards[shard_of("ann".into())]).unwrap();
    let contents: Contents = postcard::from_bytes(&content).unwrap();
    for place in 0..contents.texts.len() {
        let is_refused = |text: &str| {
            let file = changed(&ledger, |block| text.clone_into(&mut block.texts[place]));
            is_refused_or_valid(&file).unwrap()
        };
        assert!(is_refused(""));
        // Pages, links and feedback have no maximum length.
        let text = contents.texts[place].as_str();
        let is_id = !["/a", "u", "f"].contains(&text);
        assert_eq!(is_refused(&"x".repeat(MAX_ID_BYTES + 1)), is_id, "{text}");
    }
    let mut refused = 0;
    for place in 0..contents.words.len() {
        for word in [0, 1, 2, 1 << 30, u32::MAX] {
            let file = changed(&ledger, |block| block.words[place] = word);
            refused += usize::from(is_refused_or_valid(&file).unwrap());
        }
    }
    assert!(refused > contents.words.len(), "{refused}");
    for place in 0..contents.tags.len() {
        for bit in 0..32 {
            let file = changed(&ledger, |block| block.tags[place] ^= 1 << bit);
            is_refused_or_valid(&file).unwrap();
        }
        // The lowest 5 bits are the type.
        for number in 0..32 {
            let file = changed(&ledger, |block| {
                block.tags[place] = block.tags[place] & !0x1f | number;
            });
            is_refused_or_valid(&file).unwrap();
        }
    }
}

/// Returns whether reading the file is an error. If it is not, all events of the ledger must be valid; the error is the
/// first that is not.
fn is_refused_or_valid(file: &[u8]) -> Result<bool, String> {
    let Ok(restored) = Ledger::read_snapshot(file) else {
        return Ok(true);
    };
    let mut again = Ledger::new();
    for event in restored.events() {
        let json = serde_json::to_string(&event).unwrap();
        match Event::from_json(&json) {
            Ok(same) if same == event => again.record(&event).unwrap(),
            _ => return Err(json),
        };
    }
    let is_same = again.events().eq(restored.events());
    is_same
        .then_some(false)
        .ok_or("events that are one".to_owned())
}

#[test]
fn changed_byte_is_an_error_or_gives_valid_events() {
    let ledger = ledger();
    let length = block::encode(&ledger.shards[shard_of("ann".into())])
        .unwrap()
        .len();
    let mut refused = 0;
    for (place, value) in
        (0..length).flat_map(|place| [0, 1, 0x7f, 0xff].map(|value| (place, value)))
    {
        let changed = |mut content: Vec<u8>| {
            content[place] = value;
            content
        };
        let file = file(&ledger, changed, ledger.totals());
        refused += usize::from(is_refused_or_valid(&file).unwrap());
    }
    assert!(refused > length, "{refused} of {length} bytes in four ways");
}

proptest! {
    /// Checksums only detect accidents. A file that was made on purpose can have valid ones.
    #[test]
    fn changed_contents_are_an_error_or_give_valid_events(
        changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        cut in proptest::option::weighted(0.1, any::<Index>()),
    ) {
        let ledger = ledger();
        let changed = |mut content: Vec<u8>| {
            for (place, change) in &changes {
                let place = place.index(content.len());
                content[place] = *change;
            }
            if let Some(cut) = cut {
                content.truncate(cut.index(content.len()));
            }
            content
        };
        let file = file(&ledger, changed, ledger.totals());
        is_refused_or_valid(&file).map_err(TestCaseError::fail)?;
    }
}
