//! Options: what a report echoes of them, and what they may not be.

use crate::queries::seconds;
use convometrics::attribution::{LapsedTouch, PositionEnds};
use convometrics::query::{OptionName, PageGrouping};
use convometrics::{Channel, Ledger, Model, Options, Period, Zone};
use serde_json::{Value, json};

/// The options with the default of one.
pub(crate) fn without(options: &Options, name: OptionName) -> Options {
    let others = OptionName::ALL.into_iter().filter(|other| *other != name);
    let set: Vec<_> = others
        .filter_map(|other| Some((other, options.get(other)?)))
        .collect();
    let set = set.iter().map(|(name, text)| (*name, text.as_str()));
    Options::new().with_all(set).unwrap()
}

#[test]
fn a_report_echoes_its_options_with_the_further_ones() {
    let day = "2026-03-02".parse().unwrap();
    let period = Period::from_dates(day, day, &Zone::utc()).unwrap();
    let echo = |options: &Options| -> Value {
        let report = Ledger::new().report(&period, options);
        let echo = serde_json::to_value(&report.options).unwrap();
        let back: Options = serde_json::from_value(echo.clone()).unwrap();
        assert_eq!(back, report.options);
        echo
    };
    let defaults = json!({
        "session_timeout_seconds": 1800, "page_grouping": "path", "top": 10, "conversation_timeout_seconds": null,
        "cancelled_is_missed_after_seconds": null, "csat_details": null,
        "attribution": {
            "window_seconds": 2_592_000, "window_edge": "inclusive", "model": "last_touch",
            "half_life_seconds": 604_800, "gmv_scope": "video",
            "text_window_seconds": null, "video_window_seconds": null, "lapsed_touch": "blocks",
            "orders_window_seconds": null, "position_first_percent": 40, "position_last_percent": 40,
        },
    });
    assert_eq!(echo(&Options::new()), defaults);
    let options = Options::new()
        .with_channel_window(Channel::Text, seconds(0))
        .and_then(|options| options.with_channel_window(Channel::Video, seconds(7_776_000)))
        .unwrap()
        .with_lapsed_touch(LapsedTouch::PassedOver)
        .with_position_ends(PositionEnds::new(0, 100).unwrap())
        .with_page_grouping(PageGrouping::Normalized)
        .with_csat_details(0)
        .with_conversation_timeout(seconds(1))
        .and_then(|options| options.with_cancelled_is_missed_after(seconds(60)))
        .and_then(|options| options.with_orders_window(seconds(0)))
        .unwrap();
    let mut expected = defaults;
    expected["page_grouping"] = "normalized".into();
    expected["csat_details"] = 0.into();
    expected["conversation_timeout_seconds"] = 1.into();
    expected["cancelled_is_missed_after_seconds"] = 60.into();
    let attribution = &mut expected["attribution"];
    attribution["orders_window_seconds"] = 0.into();
    attribution["text_window_seconds"] = 0.into();
    attribution["video_window_seconds"] = 7_776_000.into();
    attribution["lapsed_touch"] = "passed_over".into();
    attribution["position_first_percent"] = 0.into();
    attribution["position_last_percent"] = 100.into();
    assert_eq!(echo(&options), expected);
}

#[test]
fn settings_that_leave_an_option_out_have_its_default() {
    let read = |attribution: Value| {
        serde_json::from_value::<Options>(json!({ "attribution": attribution }))
    };
    let ends = |first, last| PositionEnds::new(first, last).unwrap();
    assert_eq!(read(json!({})).unwrap(), Options::new());
    assert_eq!(
        read(json!({"position_first_percent": 30, "model": "position_based"})).unwrap(),
        Options::new()
            .with_position_ends(ends(30, 40))
            .with_model(Model::PositionBased)
    );
    assert_eq!(
        read(json!({"video_window_seconds": 60, "text_window_seconds": null})).unwrap(),
        Options::new()
            .with_channel_window(Channel::Video, seconds(60))
            .unwrap()
    );
}

#[test]
fn a_wrong_setting_is_named() {
    for (attribution, named) in [
        (
            json!({"text_window_seconds": 3_162_240_001_u64}),
            "`text_window_seconds` is 3162240001",
        ),
        (
            json!({"video_window_seconds": 3_162_240_001_u64}),
            "`video_window_seconds` is 3162240001",
        ),
        (
            json!({"position_first_percent": 101}),
            "`position_first_percent` is 101",
        ),
        (
            json!({"position_first_percent": 61}),
            "`position_last_percent` is 40; allowed: 0 to 39",
        ),
        (
            json!({"position_first_percent": 0, "position_last_percent": 0}),
            "`position_last_percent` is 0; allowed: 1 to 100",
        ),
        (
            json!({"lapsed_touch": "ends"}),
            "`lapsed_touch` is \"ends\"; allowed: one of blocks, passed_over",
        ),
    ] {
        let error =
            serde_json::from_value::<Options>(json!({ "attribution": attribution })).unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
    }
    // Numbers that are none of the option's, and other types altogether.
    for (name, value, found) in [
        ("window_seconds", json!(-1), "-1"),
        ("orders_window_seconds", json!(-1), "-1"),
        (
            "orders_window_seconds",
            json!(3_162_240_001_u64),
            "3162240001",
        ),
        ("half_life_seconds", json!(-5), "-5"),
        ("half_life_seconds", json!(0), "0"),
        ("text_window_seconds", json!("3"), "\"3\""),
        ("video_window_seconds", json!(1.5), "1.5"),
        ("position_first_percent", json!(256), "256"),
        ("position_last_percent", json!(-1), "-1"),
        ("model", json!(1), "1"),
        ("gmv_scope", json!(["any"]), "an array"),
        ("window_edge", json!({}), "an object"),
    ] {
        let error =
            serde_json::from_value::<Options>(json!({"attribution": {name: value}})).unwrap_err();
        let expected = format!("option `{name}` is {found}; allowed: ");
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
    for (name, value) in [
        ("as_of", json!("2026-01-01")),
        ("top", json!(-1)),
        ("session_timeout_seconds", json!(0)),
        ("conversation_timeout_seconds", json!(0)),
        ("cancelled_is_missed_after_seconds", json!(0)),
        ("csat_details", json!(-1)),
        ("page_grouping", json!("url")),
        ("page_grouping", json!(true)),
    ] {
        let text = json!({ name: value }).to_string();
        let error = serde_json::from_str::<Options>(&text).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("option `{name}` is ")),
            "{error}"
        );
    }
    // Misspelled and misplaced names.
    for (text, unknown, known) in [
        (r#"{"as_off":"2026-01-01T00:00:00Z"}"#, "as_off", "as_of"),
        (
            r#"{"session_timeout":60}"#,
            "session_timeout",
            "session_timeout_seconds",
        ),
        (r#"{"attribution":{"modle":"linear"}}"#, "modle", "model"),
        (
            r#"{"window_seconds":60}"#,
            "window_seconds",
            "it belongs in `attribution`",
        ),
        (
            r#"{"attribution":{"top":3}}"#,
            "top",
            "it belongs outside of this object",
        ),
        (r#"{"tops":3}"#, "tops", "top, conversation_timeout_seconds"),
    ] {
        let error = serde_json::from_str::<Options>(text)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!("unknown option `{unknown}`")),
            "{error}"
        );
        assert!(error.contains(known), "{error}");
    }
    let nothing = json!({"as_of": null, "top": null, "attribution": null});
    assert_eq!(
        serde_json::from_value::<Options>(nothing).unwrap(),
        Options::new()
    );
    let most = Options::new().with_channel_window(Channel::Text, seconds(3_162_240_000));
    assert_eq!(
        most.unwrap().channel_window(Channel::Text),
        seconds(3_162_240_000)
    );
}
