//! The wire form: what is taken, what is refused and how, and that nothing is lost on the way.

use std::io::{self, BufReader, Read};

use convometrics::event::{JsonError, MAX_LINE_BYTES, NdjsonReader, ReadErrorKind};
use convometrics::{Event, Ledger};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::event_json::{TYPES, own_required, with};
use crate::nasty::case;

fn parse(value: &Value) -> Result<Event, JsonError> {
    Event::from_json(&value.to_string())
}

#[test]
fn the_types_have_their_names_and_ranks() {
    for (rank, name) in TYPES.iter().enumerate() {
        let event = parse(&with(name, json!({}))).unwrap();
        assert_eq!(event.kind().event_type().name(), *name);
        assert_eq!(event.kind().event_type() as usize, rank);
    }
}

#[test]
fn a_missing_required_field_is_named() {
    let envelope = ["id", "at", "visitor", "type"];
    for event_type in TYPES {
        for field in envelope.iter().chain(own_required(event_type)) {
            let mut absent = with(event_type, json!({}));
            absent.as_object_mut().unwrap().remove(*field);
            for event in [absent, with(event_type, json!({*field: null}))] {
                let Err(JsonError::Field(error)) = parse(&event) else {
                    panic!("{event_type} without {field}");
                };
                assert_eq!(
                    (error.field(), error.found()),
                    (*field, None),
                    "{event_type}"
                );
            }
        }
        // Everything else may be absent, or of any type: it is another type's.
        let others = [
            "trigger",
            "conversation",
            "by",
            "call",
            "agent",
            "order",
            "subtotal",
            "discount",
            "rating",
            "target",
            "nonsense",
        ];
        for field in others
            .iter()
            .filter(|field| !own_required(event_type).contains(field))
        {
            let optional = matches!(
                (event_type, *field),
                ("widget_clicked", "target")
                    | ("order_placed", "discount")
                    | ("survey_answered", "rating")
            );
            if !optional {
                let event = with(event_type, json!({*field: {"any": [1, {"thing": null}]}}));
                assert!(parse(&event).is_ok(), "{event_type} with a strange {field}");
            }
        }
    }
}

#[test]
fn a_wrong_value_is_named_with_what_is_allowed() {
    for (event_type, fields, field, found) in [
        (
            "widget_impression",
            json!({"id": ""}),
            "id",
            "an empty text",
        ),
        ("widget_impression", json!({"id": 5}), "id", "5"),
        (
            "widget_impression",
            json!({"at": "2026-03-02"}),
            "at",
            "\"2026-03-02\"",
        ),
        ("widget_impression", json!({"at": 1}), "at", "1"),
        (
            "widget_impression",
            json!({"visitor": ["ann"]}),
            "visitor",
            "an array",
        ),
        (
            "widget_impression",
            json!({"session": ""}),
            "session",
            "an empty text",
        ),
        ("widget_impression", json!({"page": true}), "page", "true"),
        ("widget_impression", json!({"seq": -1}), "seq", "-1"),
        (
            "widget_impression",
            json!({"seq": 4_294_967_296_u64}),
            "seq",
            "4294967296",
        ),
        ("widget_impression", json!({"seq": "1"}), "seq", "\"1\""),
        ("widget_impression", json!({"seq": 1.5}), "seq", "1.5"),
        (
            "widget_impression",
            json!({"type": "Widget_Impression"}),
            "type",
            "\"Widget_Impression\"",
        ),
        (
            "widget_clicked",
            json!({"target": "button"}),
            "target",
            "\"button\"",
        ),
        (
            "chat_requested",
            json!({"by": {"side": "automation"}}),
            "by.side",
            "\"automation\"",
        ),
        (
            "call_requested",
            json!({"by": {"side": "automation"}}),
            "by.side",
            "\"automation\"",
        ),
        (
            "message_sent",
            json!({"by": "visitor"}),
            "by",
            "\"visitor\"",
        ),
        (
            "message_sent",
            json!({"by": {"side": "agent", "agent": ""}}),
            "by.agent",
            "an empty text",
        ),
        (
            "message_sent",
            json!({"by": {"side": "agent", "agent": 7}}),
            "by.agent",
            "7",
        ),
        (
            "message_sent",
            json!({"by": {"side": "bot"}}),
            "by.side",
            "\"bot\"",
        ),
        (
            "order_placed",
            json!({"currency": "eur"}),
            "currency",
            "\"eur\"",
        ),
        (
            "order_placed",
            json!({"currency": "ZZZ"}),
            "currency",
            "\"ZZZ\"",
        ),
        (
            "order_placed",
            json!({"subtotal": "-1"}),
            "subtotal",
            "\"-1\"",
        ),
        (
            "order_placed",
            json!({"subtotal": "1e3"}),
            "subtotal",
            "\"1e3\"",
        ),
        ("order_placed", json!({"subtotal": ""}), "subtotal", "\"\""),
        (
            "order_placed",
            json!({"subtotal": "1000000000000"}),
            "subtotal",
            "\"1000000000000\"",
        ),
        (
            "order_placed",
            json!({"discount": "0.0000001"}),
            "discount",
            "\"0.0000001\"",
        ),
        (
            "order_placed",
            json!({"discount": "10.01"}),
            "subtotal",
            "10.00",
        ),
        (
            "order_placed",
            json!({"included_tax": {}}),
            "included_tax",
            "an object",
        ),
        (
            "order_refunded",
            json!({"amount": "ten"}),
            "amount",
            "\"ten\"",
        ),
        ("survey_answered", json!({"rating": 0}), "rating", "0"),
        ("survey_answered", json!({"rating": 6}), "rating", "6"),
        ("survey_answered", json!({"rating": 4.5}), "rating", "4.5"),
        ("survey_answered", json!({"rating": "5"}), "rating", "\"5\""),
        (
            "survey_answered",
            json!({"outcome": "ignored"}),
            "outcome",
            "\"ignored\"",
        ),
        ("survey_answered", json!({"feedback": 1}), "feedback", "1"),
    ] {
        let Err(JsonError::Field(error)) = parse(&with(event_type, fields.clone())) else {
            panic!("{event_type} with {fields}");
        };
        assert_eq!(
            (error.field(), error.found()),
            (field, Some(found)),
            "{fields}"
        );
        assert!(!error.allowed().is_empty());
    }
    let Err(JsonError::Field(error)) =
        parse(&with("message_sent", json!({"by": {"side": "agent"}})))
    else {
        panic!("an agent's message without agent");
    };
    assert_eq!((error.field(), error.found()), ("by.agent", None));
}

#[test]
fn a_name_given_twice_is_an_error_that_names_it() {
    let line = |text: &str| {
        format!(
            r#"{{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"message_sent","conversation":"c",{text}}}"#
        )
    };
    for (text, name) in [
        (r#""by":{"side":"visitor"},"id":"1""#, "id"),
        (r#""by":{"side":"visitor"},"page":null,"page":"x""#, "page"),
        (r#""by":{"side":"visitor"},"extra":1,"extra":1"#, "extra"),
        (r#""by":{"side":"visitor","side":"visitor"}"#, "by.side"),
        (r#""by":{"side":"visitor"},"rating":1,"rating":2"#, "rating"),
        (r#""by":{"side":"visitor"},"\u0069d":"1""#, "id"),
    ] {
        let Err(JsonError::Field(error)) = Event::from_json(&line(text)) else {
            panic!("{text}");
        };
        assert_eq!(
            (error.field(), error.found()),
            (name, Some("given twice")),
            "{text}"
        );
    }
    assert!(Event::from_json(&line(r#""by":{"side":"visitor"},"a":{"x":1},"b":{"x":1}"#)).is_ok());
}

#[test]
fn money_is_read_exactly_from_strings_and_short_numbers() {
    let subtotal = |text: &str| {
        let line = format!(
            r#"{{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"order_placed","order":"o","currency":"EUR","subtotal":{text}}}"#
        );
        Event::from_json(&line)
    };
    let same = subtotal(r#""35.10""#).unwrap();
    for text in ["35.1", "35.10", r#""35.1""#, r#""035.100000000""#] {
        assert_eq!(subtotal(text).unwrap(), same, "{text}");
    }
    assert!(subtotal("123456789.012345").is_ok()); // 15 digits
    assert!(subtotal(r#""999999999999.999999""#).is_ok());
    for text in [
        "1234567890.012345",
        "0.1000000000000000055",
        "999999999999.999999",
    ] {
        let Err(JsonError::Field(error)) = subtotal(text) else {
            panic!("{text}")
        };
        assert!(error.allowed().contains("as a string"), "{error}");
    }
    for text in [
        "1e2",
        "1E2",
        "-1",
        "1000000000000",
        "0.0000001",
        r#""0x10""#,
        "true",
        "[1]",
    ] {
        let Err(JsonError::Field(error)) = subtotal(text) else {
            panic!("{text}")
        };
        assert_eq!(error.field(), "subtotal", "{text}");
    }
    assert!(subtotal("-0.00").is_ok());
}

#[test]
fn absent_is_null_and_empty_texts_are_absent() {
    let plain = parse(&with("auto_message_clicked", json!({}))).unwrap();
    for fields in [
        json!({"page": ""}),
        json!({"page": null}),
        json!({"url": ""}),
        json!({"session": null}),
        json!({"seq": null}),
        json!({"seq": 0}),
    ] {
        assert_eq!(parse(&with("auto_message_clicked", fields)).unwrap(), plain);
    }
    let plain = parse(&with("survey_answered", json!({}))).unwrap();
    assert_eq!(
        parse(&with(
            "survey_answered",
            json!({"feedback": "", "rating": null})
        ))
        .unwrap(),
        plain
    );
    let plain = parse(&with("widget_clicked", json!({}))).unwrap();
    assert_eq!(
        parse(&with("widget_clicked", json!({"target": "widget"}))).unwrap(),
        plain
    );
    assert_ne!(
        parse(&with(
            "widget_clicked",
            json!({"target": "chat_notification"})
        ))
        .unwrap(),
        plain
    );
}

#[test]
fn other_json_than_an_object_is_a_syntax_error() {
    for text in ["", "{", "[]", "1", "null", "\"x\"", "{} {}", "{\"id\":01}"] {
        assert!(
            matches!(Event::from_json(text), Err(JsonError::Syntax(_))),
            "{text}"
        );
    }
}

#[test]
fn fields_that_are_not_the_types_own_are_passed_over_whatever_they_hold() {
    let line = |text: &str| {
        let end =
            r#""id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression""#;
        Event::from_json(&format!("{{{text},{end}}}"))
    };
    let plain = line(r#""a":1"#).unwrap();
    let deep =
        |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let (arrays, objects) = (deep("[", "]"), deep("{\"a\":", "}"));
    for value in [
        "1e999",
        r#""\ud800""#,
        "[1e999]",
        r#"{"a":1,"a":2}"#,
        &arrays,
        &objects,
    ] {
        for name in ["unknown", "subtotal", "by", "rating", "conversation"] {
            assert_eq!(
                line(&format!(r#""{name}":{value}"#)).unwrap(),
                plain,
                "{name}"
            );
        }
    }
}

#[test]
fn a_field_that_cannot_be_read_is_named() {
    let with = |event_type: &str, field: &str| {
        let line = format!(
            r#"{{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"{event_type}","survey":"q","conversation":"c","outcome":"closed",{field}}}"#
        );
        match Event::from_json(&line) {
            Err(JsonError::Field(error)) => error.to_string(),
            other => panic!("{field}: {other:?}"),
        }
    };
    let deep = format!(
        r#""by":{}1{}"#,
        "{\"side\":".repeat(100_000),
        "}".repeat(100_000)
    );
    for (event_type, field, message) in [
        (
            "widget_impression",
            r#""session":"\ud800""#,
            "`session` is \"\\ud800\", which is no Unicode text; allowed: text of 1 to 255 bytes",
        ),
        (
            "message_sent",
            r#""by":{"side":"agent","agent":"\udc00"}"#,
            "`by.agent` is \"\\udc00\", which is no Unicode text; allowed: text of 1 to 255 bytes",
        ),
        (
            "survey_answered",
            r#""rating":5.0"#,
            "`rating` is 5.0; allowed: an integer from 1 to 5",
        ),
        (
            "widget_impression",
            r#""seq":18446744073709551616"#,
            "`seq` is 18446744073709551616; allowed: an integer from 0 to 4294967295",
        ),
        (
            "widget_impression",
            r#""seq":1e2"#,
            "`seq` is 1e2; allowed: an integer from 0 to 4294967295",
        ),
        (
            "message_sent",
            &deep,
            "`by.side` is an object; allowed: {\"side\":\"visitor\"}, {\"side\":\"agent\",\"agent\":\"…\"} or {\"side\":\"automation\"}",
        ),
    ] {
        assert_eq!(with(event_type, field), message);
    }
}

#[test]
fn a_reader_goes_on_after_a_bad_line_and_numbers_lines_with_the_blank_ones() {
    let good = with("widget_impression", json!({})).to_string();
    let log = format!("\u{feff}{good}\r\n\n  \t\nnonsense\n{good}\n{{\"id\":1}}\n{good}");
    let lines: Vec<_> = NdjsonReader::new(log.as_bytes()).collect();
    let errors: Vec<u64> = lines
        .iter()
        .filter_map(|line| line.as_ref().err())
        .map(convometrics::event::ReadError::line)
        .collect();
    assert_eq!((lines.len(), errors), (5, vec![4, 6]));
    let mut bytes = format!("{good}\n").into_bytes();
    bytes.extend(b"{\"id\":\"\xff\"}\n");
    bytes.extend(good.as_bytes());
    let lines: Vec<_> = NdjsonReader::new(&bytes[..]).collect();
    assert!(matches!(
        lines[1].as_ref().unwrap_err().kind(),
        ReadErrorKind::Encoding(8)
    ));
    assert!(lines[2].is_ok());
}

#[test]
fn a_line_beyond_the_limit_is_refused_and_passed_over() {
    let good = with("widget_impression", json!({})).to_string();
    let fitting = format!("{good}{}", " ".repeat(MAX_LINE_BYTES - good.len()));
    let log = format!("{fitting}\n{fitting} \n{good}\n");
    let mut reader = NdjsonReader::new(log.as_bytes());
    assert!(reader.next().unwrap().is_ok());
    let error = reader.next().unwrap().unwrap_err();
    assert_eq!(error.line(), 2);
    assert!(matches!(error.kind(), ReadErrorKind::TooLong));
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().is_none());
    assert_eq!(reader.bytes_read(), log.len() as u64);
}

#[test]
fn a_reader_that_fails_is_an_error_with_its_line_and_then_the_end() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    let good = format!("{}\n", with("widget_impression", json!({})));
    let mut reader = NdjsonReader::new(BufReader::new(good.as_bytes().chain(Broken)));
    assert!(reader.next().unwrap().is_ok());
    let error = reader.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "line 2: cannot be read: unplugged");
    assert!(reader.next().is_none());
    // Also within a line that is too long to be held.
    let long = format!("{good}{}", " ".repeat(MAX_LINE_BYTES + 1));
    let mut reader = NdjsonReader::new(BufReader::new(long.as_bytes().chain(Broken)));
    assert!(reader.next().unwrap().is_ok());
    let error = reader.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "line 2: cannot be read: unplugged");
    assert!(reader.next().is_none());
}

proptest! {
    #[test]
    fn an_event_comes_back_from_json_text_json_values_and_messagepack(case in case()) {
        for event in &case.events {
            let text = serde_json::to_string(event).unwrap();
            prop_assert_eq!(&Event::from_json(&text).unwrap(), event);
            prop_assert_eq!(&serde_json::from_str::<Event>(&text).unwrap(), event);
            prop_assert_eq!(&serde_json::from_value::<Event>(serde_json::to_value(event).unwrap()).unwrap(), event);
            let bytes = rmp_serde::to_vec_named(event).unwrap();
            prop_assert_eq!(&rmp_serde::from_slice::<Event>(&bytes).unwrap(), event);
        }
    }

    #[test]
    fn a_log_written_out_reads_back_to_the_same_report(case in case()) {
        let ledger = case.ledger();
        let log: String = ledger.events().map(|event| serde_json::to_string(&event).unwrap() + "\n").collect();
        let mut again = Ledger::new();
        for event in NdjsonReader::new(log.as_bytes()) {
            again.record(&event.unwrap()).unwrap();
        }
        prop_assert!(again.events().eq(ledger.events()));
        let (mut found, expected) = (again.report(&case.period, &case.options), case.report());
        found.data_quality.duplicates = expected.data_quality.duplicates;
        found.data_quality.conflicts = expected.data_quality.conflicts;
        found.data_quality.superseded = expected.data_quality.superseded;
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_line_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let lines = bytes.split(|byte| *byte == b'\n').count();
        prop_assert!(NdjsonReader::new(&bytes[..]).count() <= lines);
    }

    #[test]
    fn no_field_of_any_value_makes_the_reader_panic(field in proptest::sample::select(vec!["id", "at", "seq", "by", "subtotal", "rating", "page", "type"]), text in ".{0,40}", event_type in proptest::sample::select(TYPES.to_vec())) {
        let _ = parse(&with(event_type, json!({field: text})));
        let raw = with(event_type, json!({})).to_string().replace(&format!("\"{field}\":"), &format!("\"{field}\":{text},\"x\":"));
        let _ = Event::from_json(&raw);
    }
}
