//! Texts that are too long, broken, or hold what no text should.

use convometrics::Event;
use convometrics::id::MAX_ID_BYTES;

use super::{assert_kept, assert_refused};

/// Every field that is an id, with the rest of an event that has it.
const IDS: [(&str, &str); 11] = [
    ("id", r#""visitor":"ann","type":"session_ended""#),
    ("visitor", r#""id":"1","type":"session_ended""#),
    (
        "session",
        r#""id":"1","visitor":"ann","type":"session_ended""#,
    ),
    (
        "conversation",
        r#""id":"1","visitor":"ann","type":"message_sent","by":{"side":"visitor"}"#,
    ),
    ("call", r#""id":"1","visitor":"ann","type":"call_missed""#),
    (
        "order",
        r#""id":"1","visitor":"ann","type":"order_cancelled""#,
    ),
    (
        "survey",
        r#""id":"1","visitor":"ann","type":"survey_answered","conversation":"c","outcome":"closed""#,
    ),
    (
        "agent",
        r#""id":"1","visitor":"ann","type":"call_answered","call":"k""#,
    ),
    (
        "trigger",
        r#""id":"1","visitor":"ann","type":"auto_message_clicked","auto_message":"m""#,
    ),
    (
        "auto_message",
        r#""id":"1","visitor":"ann","type":"auto_message_clicked","trigger":"t""#,
    ),
    (
        "by.agent",
        r#""id":"1","visitor":"ann","type":"message_sent","conversation":"c""#,
    ),
];

/// An event whose field `name` is this text, written as it is.
fn line(name: &str, rest: &str, text: &str) -> String {
    let field = match name {
        "by.agent" => format!(r#""by":{{"side":"agent","agent":"{text}"}}"#),
        name => format!(r#""{name}":"{text}""#),
    };
    format!(r#"{{"at":"2026-03-02T09:00:00Z",{rest},{field}}}"#)
}

/// What an event holds, written out, where every id is shown.
fn shown(event: &Event) -> String {
    serde_json::to_string(event).unwrap()
}

#[test]
fn an_id_of_255_bytes_is_kept_and_one_of_256_refused_whichever_it_is() {
    assert_eq!(MAX_ID_BYTES, 255);
    let letters = "x".repeat(255);
    let accents = format!("{}x", "é".repeat(127));
    // 12 bytes for one letter of 2.
    let escaped = "\\u00e9".repeat(127) + "x";
    for (name, rest) in IDS {
        for (written, text) in [
            (&letters, &letters),
            (&accents, &accents),
            (&escaped, &accents),
        ] {
            let event = assert_kept(&line(name, rest, written));
            assert!(shown(&event).contains(text), "{name}");
        }
        for (text, found) in [("x".repeat(256), "x"), ("é".repeat(128), "é")] {
            let message = format!(
                "`{name}` is \"{}…\" (256 bytes); allowed: text of 1 to 255 bytes",
                found.repeat(60)
            );
            assert_refused(line(name, rest, &text).as_bytes(), &message);
        }
    }
}

/// Control characters, each with a field that it stands in: one letter in all of them, all letters in one.
fn controls() -> impl Iterator<Item = (char, &'static str, &'static str)> {
    let all = (0..0x20_u8)
        .map(char::from)
        .map(|control| (control, IDS[0]));
    let everywhere = IDS.into_iter().map(|field| ('\0', field));
    all.chain(everywhere)
        .map(|(control, (name, rest))| (control, name, rest))
}

#[test]
fn control_characters_in_ids_are_taken_where_they_are_escaped() {
    for (control, name, rest) in controls() {
        let escaped = format!("a\\u{:04x}b", u32::from(control));
        let event = assert_kept(&line(name, rest, &escaped));
        let kept = serde_json::to_string(&format!("a{control}b")).unwrap();
        assert!(shown(&event).contains(&kept), "{name} {control:?}");
    }
}

#[test]
fn raw_control_characters_are_refused_as_json_refuses_them() {
    // But for the end of the line, which would make two of it.
    for (control, name, rest) in controls().filter(|(control, ..)| *control != '\n') {
        let raw = line(name, rest, &format!("a{control}b"));
        let error = Event::from_json(&raw).unwrap_err().to_string();
        assert!(
            error.contains("control character (\\u0000-\\u001F)"),
            "{error}"
        );
        assert_refused(raw.as_bytes(), &error);
    }
    // What is no control character of JSON's is a letter like any other.
    for letter in ['\u{7f}', '\u{80}', '\u{2028}', '\u{feff}'] {
        for (name, rest) in IDS {
            assert_kept(&line(name, rest, &format!("a{letter}b")));
        }
    }
}

#[test]
fn ids_that_look_alike_are_not_alike() {
    use convometrics::Ledger;
    use convometrics::ledger::Arrival;
    // With a zero letter behind, in another case, with another letter for é, and UUIDs in two cases.
    let ids = [
        "a",
        "a\\u0000",
        "A",
        "\\u00e9",
        "e\\u0301",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "0F8FAD5B-D9CB-469F-A165-70867728950E",
        "0f8fad5bd9cb469fa16570867728950e",
    ];
    let mut ledger = Ledger::new();
    for visitor in ids {
        for id in ids {
            let rest = format!(r#""visitor":"{visitor}","type":"session_ended""#);
            let event = Event::from_json(&line("id", &rest, id)).unwrap();
            assert_eq!(ledger.record(&event).unwrap(), Arrival::New);
            assert_eq!(ledger.record(&event).unwrap(), Arrival::Duplicate);
        }
    }
    assert_eq!((ledger.len(), ledger.visitor_count()), (64, 8));
}

#[test]
fn half_a_surrogate_pair_is_no_text() {
    for half in [
        "\\ud800",
        "\\udbff",
        "\\udc00",
        "\\udfff",
        "\\udcac\\ud83d",
        "\\ud83dx",
    ] {
        for (name, rest) in IDS {
            let message = format!(
                "`{name}` is \"a{half}b\", which is no Unicode text; allowed: text of 1 to 255 bytes"
            );
            assert_refused(line(name, rest, &format!("a{half}b")).as_bytes(), &message);
        }
    }
    for (name, rest) in IDS {
        let event = assert_kept(&line(name, rest, "a\\ud83d\\udcacb"));
        assert!(shown(&event).contains("a💬b"), "{name}");
    }
    let page = r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"session_ended","page":"\ud800"}"#;
    assert_refused(
        page.as_bytes(),
        "`page` is \"\\ud800\", which is no Unicode text; allowed: a text, or null",
    );
}

#[test]
fn a_name_of_half_a_surrogate_pair_is_no_json() {
    let line = r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"session_ended","\ud800":1}"#;
    let column = line.find("\\ud800").unwrap() + 7;
    let error = Event::from_json(line).unwrap_err().to_string();
    assert!(
        error.starts_with("not one JSON object of an event: "),
        "{error}"
    );
    assert!(error.ends_with(&format!("at column {column}")), "{error}");
    assert_refused(line.as_bytes(), &error);
}

#[test]
fn bytes_that_are_not_utf8_are_refused_at_the_first_of_them() {
    for (bytes, valid) in [
        (&b"\xff"[..], 0),
        (b"\x80", 0),
        // Longer than need be, a surrogate, beyond the last letter.
        (b"\xc0\x80", 0),
        (b"\xed\xa0\x80", 0),
        (b"\xf4\x90\x80\x80", 0),
        // Cut short.
        (b"\xe2\x82", 0),
        (b"\xc3\xa9\xe2\x82", 2),
        (b"\xc3\xa9\xf0\x9f\x92", 2),
    ] {
        for (name, rest) in IDS {
            let whole = line(name, rest, "?");
            let (before, after) = whole.split_once('?').unwrap();
            let place = before.len() + valid + 1;
            let line = [before.as_bytes(), bytes, after.as_bytes()].concat();
            let message =
                format!("not UTF-8 at byte {place} of the line; allowed: UTF-8 throughout");
            assert_refused(&line, &message);
        }
        // Also where nothing would be read, and where the line ends.
        let line = [b"  ", bytes].concat();
        let place = 3 + valid;
        assert_refused(
            &line,
            &format!("not UTF-8 at byte {place} of the line; allowed: UTF-8 throughout"),
        );
    }
}

const LEVELS: usize = 100_000;

/// Runs on a stack that a step for each level would overflow.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    thread.spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_hundred_thousand_levels_cost_no_stack_in_any_field() {
    on_a_small_stack(|| {
        let end = r#""at":"2026-03-02T09:00:00Z","type":"session_ended"}"#;
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"by":"#, "}]")] {
            let deep = format!("{}1{}", open.repeat(LEVELS), close.repeat(LEVELS));
            let found = if open.starts_with('[') {
                "an array"
            } else {
                "an object"
            };
            let line = |name: &str| format!(r#"{{"{name}":{deep},"id":"1","visitor":"ann",{end}"#);
            // Nobody looks there.
            for name in ["unknown", "by", "subtotal", "rating"] {
                assert_kept(&line(name));
            }
            let seq = "an integer from 0 to 4294967295";
            for (name, allowed) in [("session", "text of 1 to 255 bytes"), ("seq", seq)] {
                let message = format!("`{name}` is {found}; allowed: {allowed}");
                assert_refused(line(name).as_bytes(), &message);
            }
            // The generic form looks into the fields of other types too; it has a limit, and says so.
            let generic = serde_json::from_str::<Event>(&line("by"));
            if open.starts_with('{') {
                let error = generic.unwrap_err().to_string();
                assert!(error.contains("recursion limit"), "{error}");
            } else {
                assert!(generic.is_ok());
            }
        }
    });
}

#[test]
fn levels_without_an_end_are_refused() {
    on_a_small_stack(|| {
        for open in ["[", r#"{"a":"#, r#"[{"by":"#] {
            let deep = open.repeat(LEVELS);
            for line in [deep.clone(), format!(r#"{{"unknown":{deep}"#)] {
                let error = Event::from_json(&line).unwrap_err().to_string();
                assert!(
                    error.starts_with("not one JSON object of an event: "),
                    "{error}"
                );
                assert!(error.len() < 200, "{error}");
                assert_refused(line.as_bytes(), &error);
            }
        }
    });
}

#[test]
fn a_message_is_one_short_line_whatever_stands_in_the_log() {
    let long = "x".repeat(200_000);
    let end = r#""id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"session_ended"}"#;
    let twice = |name: &str| format!(r#"{{"{name}":1,"{name}":1,{end}"#);
    let cut = "x".repeat(60);
    assert_refused(
        twice(&long).as_bytes(),
        &format!("`{cut}…` is given twice; allowed: each name once in one object"),
    );
    assert_refused(
        twice("a\\nline 5: \\u001b[31m").as_bytes(),
        "`a\\nline 5: \\u{1b}[31m` is given twice; allowed: each name once in one object",
    );
    assert_refused(
        twice("").as_bytes(),
        "`` is given twice; allowed: each name once in one object",
    );
    for line in [
        format!("\"{long}\""),
        format!("\"{}\"", "💬".repeat(200_000)),
        long.clone(),
        format!("{{\"{long}"),
        format!("[{long}]"),
        format!("{{{end} {long}"),
    ] {
        let error = Event::from_json(&line).unwrap_err().to_string();
        assert!(
            error.starts_with("not one JSON object of an event: "),
            "{error}"
        );
        assert!(
            error.chars().count() < 300 && !error.contains('\n'),
            "{error}"
        );
        assert_refused(line.as_bytes(), &error);
    }
    // Wherever the text stands.
    for (name, rest) in IDS {
        let error = Event::from_json(&line(name, rest, &long)).unwrap_err();
        assert!(error.to_string().len() < 200, "{error}");
    }
}

#[test]
fn a_hundred_thousand_names_in_an_object_are_passed_over_or_the_repeated_one_is_named() {
    use std::fmt::Write as _;

    let mut names = String::new();
    for number in 0..100_000 {
        write!(names, r#""n{number}":{{"side":[]}},"#).unwrap();
    }
    let end = r#""id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann""#;
    let by = r#""side":"agent","agent":"a""#;
    let message = r#""type":"message_sent","conversation":"c""#;
    let outside = format!(r#"{{{names}{end},{message},"by":{{{by}}}}}"#);
    let inside = format!(r#"{{{end},{message},"by":{{{names}{by}}}}}"#);
    assert_eq!(assert_kept(&outside), assert_kept(&inside));
    let twice =
        |field: &str| format!("`{field}` is given twice; allowed: each name once in one object");
    let again = format!(r#"{{{names}{end},{message},"n7":0,"by":{{{by}}}}}"#);
    assert_refused(again.as_bytes(), &twice("n7"));
    let again = format!(r#"{{{end},{message},"by":{{{names}{by},"n7":0}}}}"#);
    assert_refused(again.as_bytes(), &twice("by.n7"));
}
