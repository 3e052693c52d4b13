//! Bytes as a snapshot: that of a log with changed contents and valid checksums. Reading it is an error, or gives a ledger of
//! valid events.

use arbitrary::{Result, Unstructured};
use convometrics::{Event, Ledger};

use super::generator;

/// The opening and the version.
const START: usize = 24;
/// The length of the head of a frame.
const HEAD: usize = 20;

pub(crate) fn body(data: &[u8]) {
    assert_refused_or_sound(data);
    if let Ok(changed) = changed(&mut Unstructured::new(data)) {
        assert_refused_or_sound(&changed);
    }
}

fn assert_refused_or_sound(bytes: &[u8]) {
    let restored = match Ledger::read_snapshot(bytes) {
        Ok(restored) => restored,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let mut again = Ledger::new();
    for event in restored.events() {
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(Event::from_json(&json).unwrap(), event);
        again.record(&event).unwrap();
    }
    assert!(again.events().eq(restored.events()));
}

/// The snapshot of a log that is made from the bytes, with changed contents.
fn changed(bytes: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let log = generator::log(bytes)?;
    let mut ledger = Ledger::new();
    ledger.record_all(&log.events).unwrap();
    let mut written = Vec::new();
    ledger.write_snapshot(&mut written).unwrap();
    let mut contents = contents(&written);
    assert_eq!(file(&written[..START], &contents), written);
    for _ in 0..bytes.int_in_range(0..=6)? {
        // Blocks with visitors are longer than the others.
        let with_visitors: Vec<usize> = (0..contents.len())
            .filter(|place| contents[*place].len() > 12)
            .collect();
        let place = if with_visitors.is_empty() {
            0
        } else {
            with_visitors[bytes.choose_index(with_visitors.len())?]
        };
        let content = &mut contents[place];
        if content.is_empty() {
            continue;
        }
        let at = bytes.choose_index(content.len())?;
        match bytes.int_in_range(0..=9)? {
            0 => content.truncate(at),
            1 => content.insert(at, bytes.arbitrary()?),
            _ => content[at] = bytes.arbitrary()?,
        }
    }
    Ok(file(&written[..START], &contents))
}

fn contents(file: &[u8]) -> Vec<Vec<u8>> {
    let (mut rest, mut contents) = (&file[START..], Vec::new());
    while let Some((head, after)) = rest.split_first_chunk::<HEAD>() {
        let length = u64::from_le_bytes(head[4..12].try_into().unwrap());
        let (content, next) = after.split_at(usize::try_from(length).unwrap());
        contents.push(content.to_vec());
        rest = next;
    }
    contents
}

/// The file with these contents, of which the last is the end.
fn file(start: &[u8], contents: &[Vec<u8>]) -> Vec<u8> {
    let mut file = start.to_vec();
    for (number, content) in (1_u64..).zip(contents) {
        let kind = u32::from(number == contents.len() as u64);
        let mut head = kind.to_le_bytes().to_vec();
        head.extend((content.len() as u64).to_le_bytes());
        head.extend(crc32fast::hash(content).to_le_bytes());
        let checked = [&number.to_le_bytes(), head.as_slice()].concat();
        file.extend(head);
        file.extend(crc32fast::hash(&checked).to_le_bytes());
        file.extend(content);
    }
    file
}
