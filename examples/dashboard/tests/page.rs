//! The page as text. `.ci/dashboard` opens it in a browser.

#![allow(clippy::too_many_lines, reason = "expectations are long")]

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::thread;

/// Runs the program with these arguments and this standard input.
fn dashboard(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_convometrics-dashboard"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            // A program that stops at the first bad line reads no further.
            let _ = stdin.write_all(input.as_bytes());
        });
        child.wait_with_output().unwrap()
    })
}

/// The page of a log.
fn page(log: &str, arguments: &[&str]) -> String {
    let output = dashboard(&[&["-", "--output", "-"], arguments].concat(), log);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {message}");
    String::from_utf8(output.stdout).unwrap()
}

const LOOK: &str =
    r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}"#;

/// Messages of so many agents, each to a visitor of their own.
fn agents(number: usize) -> String {
    let line = |agent: usize| {
        format!(
            r#"{{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"v{agent}","page":"/p{agent}","type":"message_sent","conversation":"c","by":{{"side":"agent","agent":"a{agent:03}"}}}}"#
        )
    };
    (0..number).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_page_is_written_to_the_output_path_which_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("march.html");
    fs::write(&file, "what was there before, which is longer than nothing").unwrap();
    let output = dashboard(&["-", "--output", file.to_str().unwrap()], LOOK);
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let path = file.canonicalize().unwrap();
    assert_eq!(printed, format!("{}\n", path.display()));
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    assert!(written.ends_with("</html>"));
    // The same on standard output, and whenever it is made.
    assert_eq!(written, page(LOOK, &[]));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nowhere").join("page.html");
    let output = dashboard(&["-", "--output", file.to_str().unwrap()], LOOK);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    let named = format!("error: {}: ", file.display());
    assert!(message.starts_with(&named), "{message}");
}

#[test]
fn an_invalid_log_writes_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let output = dashboard(&["-", "--output", file.to_str().unwrap()], "{}");
    assert_eq!(output.status.code(), Some(1));
    assert!(!file.exists());
}

/// Everything that a page could ask for begins with one of these.
#[test]
fn the_page_requests_nothing() {
    // The name of a vocabulary, not an address.
    let page = page(LOOK, &[]).replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for asking in [
        "http:", "https:", "src=", "url(", "@import", "import(", "fetch(",
    ] {
        assert!(!page.contains(asking), "{asking}");
    }
    let policy = page.find(
        "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-",
    );
    let style = page.find("<style>");
    assert!(
        policy.is_some() && policy < style,
        "the policy is before what it is for"
    );
    assert!(!page.contains("unsafe-"));
}

#[test]
fn texts_of_a_log_are_never_markup() {
    let hostile = "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;";
    let json = serde_json::to_string(hostile).unwrap();
    let log = [
        format!(
            r#"{{"id":"1","at":"2026-03-02T09:00:00Z","visitor":{json},"page":{json},"session":{json},"type":"message_sent","conversation":{json},"by":{{"side":"visitor"}}}}"#
        ),
        format!(
            r#"{{"id":"2","at":"2026-03-02T09:01:00Z","visitor":{json},"type":"message_sent","conversation":{json},"by":{{"side":"agent","agent":{json}}}}}"#
        ),
        format!(
            r#"{{"id":"3","at":"2026-03-02T09:02:00Z","visitor":{json},"type":"survey_answered","survey":{json},"conversation":{json},"rating":1,"feedback":{json},"outcome":"closed"}}"#
        ),
        format!(
            r#"{{"id":"4","at":"2026-03-02T09:03:00Z","visitor":{json},"type":"auto_message_clicked","trigger":{json},"auto_message":{json},"url":{json}}}"#
        ),
    ];
    let page = page(&log.join("\n"), &[]);
    assert!(!page.contains(hostile));
    for (tag, times) in [
        ("<script", 1),
        ("</script", 1),
        ("<style", 1),
        ("</style", 1),
        ("<img", 0),
    ] {
        assert_eq!(page.matches(tag).count(), times, "{tag}");
    }
    // It is shown as it is: as agent four times (leaderboard, trends, answer, chats), as page twice (requests, chats), as
    // visitor and feedback of the answer, as trigger, as message and as its link. Records cut it all.
    let escaped = hostile
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    assert_eq!(page.matches(&escaped).count(), 11);
}

#[test]
fn long_tables_are_cut_with_a_note() {
    let of_100 = page(&agents(100), &[]);
    assert!(!of_100.contains("those with the most"));
    assert!(of_100.contains("The first 40 of 100."));
    let of_101 = page(&agents(101), &[]);
    // The leaderboard, and of live chats the reps and the pages.
    let note = "100 of 101: those with the most in each column, then as they come.";
    assert_eq!(of_101.matches(note).count(), 3);
    assert_eq!(of_101.matches("class=\"agent\"").count(), 40);
    let of_40 = page(&agents(40), &[]);
    assert!(!of_40.contains("The first 40 of"));
    // Behind a card at most eight records, and how to have all.
    assert!(
        of_101
            .contains("cargo run --release --example report -- - --explain engage.chats.attempted")
    );
    assert_eq!(of_101.matches("<li>session opened by ").count(), 8);
}

#[test]
fn more_than_400_days_are_shown_by_month() {
    let days = page(LOOK, &["--from", "2026-03-02", "--through", "2027-04-05"]);
    assert!(days.contains("2026-03-02 to 2027-04-05 (400 days, UTC)"));
    assert!(days.contains("<figcaption>Widget CTR trend</figcaption>"));
    assert!(days.contains("<th scope=\"row\">2027-04-05</th>"));
    let months = page(LOOK, &["--from", "2026-03-01", "--through", "2027-04-05"]);
    assert!(months.contains("<figcaption>Widget CTR trend, by month</figcaption>"));
    assert!(!months.contains("<th scope=\"row\">2027-04-05</th>"));
    assert!(months.contains("<th scope=\"row\">2027-04 (part)</th>"));
    // Nobody clicked, of one who saw the widget in March; in the other months nobody saw it.
    assert!(months.contains("<tr><th scope=\"row\">2026-03</th><td>0.0 % (0 of 1)</td></tr><tr><th scope=\"row\">2026-04</th><td>– (0 of 0)</td></tr>"));
}

#[test]
fn agents_of_more_than_62_days_are_shown_by_month() {
    let of_62 = page(
        &agents(1),
        &["--from", "2026-03-01", "--through", "2026-05-01"],
    );
    assert!(of_62.contains("<figcaption>Total conversation trend</figcaption>"));
    let of_63 = page(
        &agents(1),
        &["--from", "2026-03-01", "--through", "2026-05-02"],
    );
    assert!(of_63.contains("<figcaption>Total conversation trend, by month</figcaption>"));
    // The organization's are by day all the same.
    assert!(of_63.contains("<figcaption>Conversation breakdown trend</figcaption>"));
}

/// The longest of everything: names of 255 bytes that are escaped, pages of a thousand, feedback of ten thousand; 400
/// agents and pages, 20 currencies, 400 days.
#[test]
fn the_page_stays_small_however_much_there_is() {
    let currencies = [
        "EUR", "USD", "GBP", "JPY", "KWD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON",
        "TRY", "INR", "CNY", "KRW", "BRL", "MXN", "AUD",
    ];
    let days = |day: usize| {
        let first: chrono::NaiveDate = "2026-03-01".parse().unwrap();
        first + chrono::Days::new(u64::try_from(day).unwrap())
    };
    let line = |number: usize, fields: &str| {
        let name = "&".repeat(250);
        let (day, page) = (days(number), "<".repeat(1_000));
        format!(
            r#"{{"id":"{number}-{}","visitor":"{name}{number:03}","page":"{page}{number}","at":"{day}T09:{fields}}}"#,
            fields.len()
        )
    };
    let mut log = Vec::new();
    for (number, currency) in (0..400).zip(currencies.iter().cycle()) {
        let agent = format!("{}{number:03}", "\\\"".repeat(250));
        let by_agent = format!(r#""by":{{"side":"agent","agent":"{agent}"}}"#);
        log.push(line(
            number,
            &format!(r#"00:00Z","type":"message_sent","conversation":"c",{by_agent}"#),
        ));
        log.push(line(
            number,
            r#"01:00Z","type":"message_sent","conversation":"c","by":{"side":"visitor"}"#,
        ));
        log.push(line(
            number,
            &format!(r#"02:00Z","type":"call_requested","conversation":"c","call":"k",{by_agent}"#),
        ));
        log.push(line(
            number,
            r#"03:00Z","type":"call_connected","call":"k""#,
        ));
        log.push(line(number, &format!(r#"04:00Z","type":"order_placed","order":"o","currency":"{currency}","subtotal":"999999999999""#)));
        log.push(line(number, &format!(r#"05:00Z","type":"survey_answered","survey":"s","conversation":"c","rating":5,"feedback":"{}","outcome":"closed""#, "'".repeat(10_000))));
    }
    let log = log.join("\n");
    let page = page(&log, &["--top", "1000"]);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.contains("Sales in the 8 currencies of most orders, of 20."));
    // What is cut says so: of a page 120 characters, of feedback 500.
    let cut = format!("{}…<", "&lt;".repeat(120));
    assert!(page.contains(&cut));
    let cut = format!("{}…<", "'".repeat(500));
    assert!(page.contains(&cut));
}

/// Of 150 pages each has one call that was answered, and one that is the last by name has 30 that were missed.
#[test]
fn a_table_that_is_cut_has_the_greatest_of_each_column() {
    let call = |visitor: &str, page: &str, call: usize, end: &str| {
        let at = format!(r#""visitor":"{visitor}","at":"2026-03-02T09:{call:02}"#);
        format!(
            r#"{{"id":"r{call}",{at}:00Z","page":"{page}","type":"call_requested","conversation":"c","call":"k{call}","by":{{"side":"visitor"}}}}
{{"id":"e{call}",{at}:30Z","call":"k{call}",{end}}}"#
        )
    };
    let answered = r#""type":"call_answered","agent":"ada""#;
    let mut log: Vec<String> = (0..150)
        .map(|number| call(&format!("v{number}"), &format!("/{number:03}"), 0, answered))
        .collect();
    log.extend((0..30).map(|number| call("z", "/z", number, r#""type":"call_missed""#)));
    let page = page(&log.join("\n"), &[]);
    assert!(page.contains("100 of 151: those with the most in each column"));
    let row = "<th scope=\"row\"><bdi>/z</bdi></th><td data-sort=\"0\">0</td><td data-sort=\"0\">0</td><td data-sort=\"0\">0</td><td data-sort=\"30\">30</td>";
    assert!(page.contains(row));
}

#[test]
fn invisible_characters_of_a_name_are_shown() {
    let names = [
        "ada",
        " ada",
        "ada ",
        "ada  x",
        "ada x",
        "ad\u{ad}a",
        "ada\u{fe0f}",
        "ada\u{200b}",
        "ada\u{3164}",
        "ad\u{a0}a",
        "ada\n",
        " ",
        "\n",
        "\u{2800}",
        "a\tda",
    ];
    let line = |(number, name): (usize, &&str)| {
        let agent = serde_json::to_string(name).unwrap();
        format!(
            r#"{{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"v{number}","type":"message_sent","conversation":"c","by":{{"side":"agent","agent":{agent}}}}}"#
        )
    };
    let log: Vec<String> = names.iter().enumerate().map(line).collect();
    let page = page(&log.join("\n"), &[]);
    for shown in [
        "ada",
        "␣ada",
        "ada␣",
        "ada␣␣x",
        "ada x",
        "ad\u{fffd}a",
        "ada\u{fffd}",
        "ada␊",
        "␣",
        "␊",
        "\u{fffd}",
        "a␉da",
    ] {
        let summary = format!("<summary><bdi>{shown}</bdi></summary>");
        assert!(page.contains(&summary), "{shown:?}");
    }
    assert_eq!(page.matches("<summary><bdi>ada</bdi></summary>").count(), 1);
}

#[test]
fn the_log_is_not_replaced_by_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.ndjson");
    fs::write(&file, LOOK).unwrap();
    let file = file.to_str().unwrap();
    let output = dashboard(&[file, "--output", file], "");
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        message,
        format!("error: {file}: this is the log; the page would replace it\n")
    );
    assert_eq!(fs::read_to_string(file).unwrap(), LOOK);
}

/// What is behind a card is asked of the same log, period and options.
#[test]
fn the_command_for_all_records_is_that_of_the_page() {
    let looks: Vec<String> = (0..9)
        .map(|number| LOOK.replace("ann", &format!("v{number}")))
        .collect();
    let page = page(
        &looks.join("\n"),
        &[
            "--zone",
            "America/New_York",
            "--from",
            "2026-03-01",
            "--through=2026-03-03",
        ],
    );
    let command = "cargo run --release --example report -- - --zone America/New_York --from 2026-03-01 --through=2026-03-03 --explain visitors.with_impression";
    assert!(page.contains(command));
}
