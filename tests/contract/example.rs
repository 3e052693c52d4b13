//! The example programs, as a user would run them.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Runs the `report` example with these arguments and this standard input.
pub(crate) fn report(arguments: &[&str], input: &str) -> Output {
    use std::io::Write;

    let mut child = Command::new(path())
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

/// Where cargo put the example; built here where the test run did not.
fn path() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.parent().unwrap().parent().unwrap();
        let path = profile
            .join("examples")
            .join(format!("report{}", std::env::consts::EXE_SUFFIX));
        if !path.exists() {
            let built = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--example", "report"])
                .status();
            assert!(built.unwrap().success());
        }
        path
    })
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
