//! The example programs, as a user would run them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Runs the `report` example with these arguments and this standard input.
pub(crate) fn report(arguments: &[&str], input: &str) -> Output {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    run(PATH.get_or_init(|| path("report")), arguments, input)
}

fn run(example: &Path, arguments: &[&str], input: &str) -> Output {
    use std::io::Write;

    let mut child = Command::new(example)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // A program that stops at the first bad line reads no further.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Where cargo put an example; built here where the test run did not.
fn path(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    let path = profile
        .join("examples")
        .join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", example]);
        if profile.ends_with("release") {
            build.arg("--release");
        }
        if cfg!(feature = "schema") {
            build.args(["--features", "schema"]);
        }
        assert!(build.status().unwrap().success());
    }
    path
}

#[test]
fn the_bundled_sample_has_a_summary() {
    let output = report(&[], "");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for title in [
        "Conversations",
        "Requests",
        "Agent leaderboard",
        "Engage: live website calls",
        "Data quality",
    ] {
        assert!(text.contains(title), "{title} in\n{text}");
    }
}

#[test]
fn a_bad_line_stops_the_report_with_its_number_field_and_value() {
    let log = concat!(
        r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}"#,
        "\n\n",
        r#"{"id":"2","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_click"}"#,
        "\n",
    );
    let output = report(&["-", "--json"], log);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("error: line 3: `type` is \"widget_click\"; allowed: "),
        "{message}"
    );

    let output = report(&["-", "--json", "--skip-invalid"], log);
    assert!(output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["data_quality"]["events"], 1);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("skipped line 3: `type` is"),
        "{message}"
    );
    assert!(message.ends_with("invalid lines skipped: 1\n"), "{message}");
}

#[test]
fn a_wrong_option_is_named() {
    let log =
        r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}"#;
    for (arguments, name) in [
        (&["--zone", "Europe/Pariss"][..], "zone"),
        (&["--top", "0"], "top"),
        (&["--window-seconds", "-1"], "window-seconds"),
        (&["--window-seconds", "3162240001"], "window-seconds"),
        (
            &["--session-timeout-seconds", "0"],
            "session-timeout-seconds",
        ),
        (&["--half-life-seconds", "0"], "half-life-seconds"),
        (
            &["--from", "2016-01-01", "--through", "2026-01-08"],
            "period",
        ),
        (
            &["--from", "2026-03-02", "--through", "2026-03-01"],
            "period",
        ),
        (&["--as-of", "2026-03-01"], "RFC 3339"),
        (&["--model", "first"], "first_touch"),
        (&["--from", "2026-03-03"], "--through"),
        (&["--through", "2026-03-01"], "--from"),
    ] {
        let output = report(&[&["-", "--json"], arguments].concat(), log);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(message.contains(name), "{arguments:?}: {message}");
    }
    let output = report(&["-", "--json"], "");
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && message.contains("period"),
        "{message}"
    );
}

/// Of Ann: a call on 2 March, two on 3 March.
const CALLS: &str = r#"
{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"call_requested","conversation":"c","call":"k1","by":{"side":"visitor"}}
{"id":"2","at":"2026-03-03T09:00:00Z","visitor":"ann","type":"call_requested","conversation":"c","call":"k2","by":{"side":"visitor"}}
{"id":"3","at":"2026-03-03T10:00:00Z","visitor":"ann","type":"call_requested","conversation":"c","call":"k3","by":{"side":"visitor"}}
"#;

/// What is printed of the 3rd of March.
fn of_the_third(arguments: &[&str]) -> String {
    let day = ["-", "--from", "2026-03-03", "--through", "2026-03-03"];
    let output = report(&[&day, arguments].concat(), CALLS);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {message}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_report_is_printed_in_the_requested_format() {
    let summary = of_the_third(&[]);
    assert_eq!(of_the_third(&["--format", "summary"]), summary);
    let json = of_the_third(&["--format", "json"]);
    assert_eq!(of_the_third(&["--json"]), json);
    let read: convometrics::Report = serde_json::from_str(&json).unwrap();
    assert_eq!(read.engage.calls.organization.requested, 2);
    assert_eq!(of_the_third(&["--format", "markdown"]), read.to_markdown());
    let table = of_the_third(&["--format", "csv"]);
    assert_eq!(table.as_bytes(), crate::csv::written(&read));
    assert!(!report(&["--format", "xml"], "").status.success());
    assert!(!report(&["--format", "json", "--json"], "").status.success());
}

#[test]
fn a_report_is_compared_with_an_earlier_one() {
    let summary = of_the_third(&["--compare", "previous"]);
    let compared = "2026-03-03 to 2026-03-03 (1 day, UTC), compared with 2026-03-02 to 2026-03-02 (1 day, UTC)\n";
    assert!(summary.starts_with(compared), "{summary}");
    let line = summary
        .lines()
        .find(|line| line.contains("Inbound calls requested"));
    let words: Vec<&str> = line.unwrap().split_whitespace().skip(3).collect();
    // 2 after 1: one more, as much again.
    assert_eq!(words, ["2", "1", "+1", "+100.0", "%"]);

    let json = of_the_third(&["--compare", "previous", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut changes = json["changes"].as_array().unwrap().iter();
    let requested = changes
        .find(|change| change["metric"] == "engage.calls.requested")
        .unwrap();
    assert_eq!(
        (&requested["value"], &requested["base"]),
        (&2.into(), &1.into())
    );
    let document = of_the_third(&["--compare", "previous", "--format", "markdown"]);
    let row = "| Inbound calls requested | 2 | 1 | +1 | +100.0 % |";
    assert!(document.lines().any(|line| line == row), "{document}");
    // A year before there was nothing to measure by.
    let document = of_the_third(&["--compare", "year", "--format", "markdown"]);
    let row = "| Inbound calls requested | 2 | 0 | +2 | – |";
    assert!(document.lines().any(|line| line == row), "{document}");
    let table = of_the_third(&["--compare", "previous", "--format", "csv"]);
    let row = "engage.calls.requested,day,,,2026-03-03,2026-03-02,2,1,1,1,calls";
    assert!(table.lines().any(|line| line == row), "{table}");
}

#[test]
fn explanations_have_no_table_and_are_not_compared() {
    for arguments in [
        &["--what-if", "--format", "markdown"][..],
        &["--explain", "--format", "markdown"],
        &["--explain", "--compare", "previous"],
        &["--what-if", "--compare", "year"],
        &["--by", "segment", "--format", "markdown"],
        &["--by", "segment", "--compare", "year"],
    ] {
        let output = report(&[&["-"], arguments].concat(), CALLS);
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn the_figure_of_a_quantile_stands_above_its_records() {
    // Replies after 10, 20 and 5 seconds.
    let log = ["10", "20", "05"].map(|seconds| {
        let event = |id: &str, at: &str, by: &str| {
            format!(
                r#"{{"id":"{id}","at":"2026-03-02T09:00:{at}Z","visitor":"v{seconds}","type":"message_sent","conversation":"c","by":{by}}}"#
            ) + "\n"
        };
        event("1", "00", r#"{"side":"visitor"}"#) + &event("2", seconds, r#"{"side":"agent","agent":"ada"}"#)
    });
    let arguments = ["-", "--explain", "responsiveness.reply_max"];
    let output = report(&arguments, &log.concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let first = text.lines().next().unwrap();
    assert_eq!(first, "responsiveness.reply_max, total: \"20\"");
}

#[test]
fn a_drill_down_lists_every_record() {
    let text = of_the_third(&["--explain", "engage.calls.requested"]);
    let expected = "\
engage.calls.requested, total: 2
counted: 2
  ann, call k2, 2026-03-03T09:00:00Z: 1
  ann, call k3, 2026-03-03T10:00:00Z: 1
excluded: 1
  ann, call k1, 2026-03-02T09:00:00Z: outside_period
";
    assert_eq!(text, expected);
    let text = of_the_third(&["--explain", "requests.video", "--scope", "hour:9", "--json"]);
    let records: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(records.len(), 3);
    assert_eq!(records[1]["verdict"], serde_json::json!({"counted": 1}));
    let elsewhere =
        serde_json::json!({"left_out": {"reason": "other_scope", "elsewhere": [{"hour": 10}]}});
    assert_eq!(records[2]["verdict"], elsewhere);
    for (arguments, said) in [
        (
            &["--explain", "nothing"][..],
            "nothing is neither an order nor a metric",
        ),
        (
            &["--explain", "gmv.orders", "--scope", "page:/a"],
            "`scope` of `gmv.orders` is page",
        ),
        (
            &["--explain", "gmv.orders", "--scope", "country:fr"],
            "`scope` is \"country:fr\"",
        ),
        (&["--scope", "total"], "--explain"),
        (
            &["--explain", "gmv.orders", "--scope", "agent_day:ada"],
            "agent_day:2026-03-02:ada",
        ),
    ] {
        let output = report(&[&["-"], arguments].concat(), CALLS);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(message.contains(said), "{arguments:?}: {message}");
    }
}

#[test]
fn the_example_reports_by_segment_and_filter() {
    let log = r#"
{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"call_requested","conversation":"c","call":"k1","by":{"side":"visitor"},"page":"/a"}
{"id":"2","at":"2026-03-03T09:00:00Z","visitor":"ann","type":"call_requested","conversation":"c","call":"k2","by":{"side":"agent","agent":"ada"}}
{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"bob","type":"call_requested","conversation":"c","call":"k1","by":{"side":"visitor"},"page":"/b"}
"#;
    let output = |arguments: &[&str]| {
        let output = report(&[&["-"], arguments].concat(), log);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {message}");
        String::from_utf8(output.stdout).unwrap()
    };
    // Ann came on two days, Bob on one.
    let text = output(&["--by", "segment"]);
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with("Requests "));
    let words: Vec<&str> = line.unwrap().split_whitespace().collect();
    assert_eq!(words, ["Requests", "1", "2", "3"], "{text}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("segments.csv");
    std::fs::write(&file, "bob,new\n").unwrap();
    let json = output(&[
        "--by",
        "segment",
        "--segments",
        file.to_str().unwrap(),
        "--json",
    ]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["new"]["requests"]["total"], 1);
    assert_eq!(json["no segment"]["requests"]["total"], 2);
    for (arguments, total) in [
        (&["--page", "/a"][..], 1),
        (&["--initiator", "visitor"], 2),
        (&["--channel", "text"], 0),
        (&["--agent", "ada"], 1),
        (&["--agent", "ada", "--agent", "ben"], 1),
        (&["--page", "/b", "--initiator", "agent"], 0),
    ] {
        let json: convometrics::Report =
            serde_json::from_str(&output(&[arguments, &["--json"]].concat())).unwrap();
        assert_eq!(json.requests.total, total, "{arguments:?}");
        let filter = json.filter.unwrap();
        let text = output(arguments);
        assert_eq!(text.lines().nth(1).unwrap(), format!("of {filter}"));
    }
    std::fs::write(&file, "bob\n").unwrap();
    let output = report(
        &["-", "--by", "segment", "--segments", file.to_str().unwrap()],
        log,
    );
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && message.contains("line 1"),
        "{message}"
    );
}
