//! The example `dashboard`, as far as its page can be read without a browser; `.ci/dashboard` opens it in one.

use std::fs;

use crate::example::dashboard;

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
fn the_page_is_written_where_it_is_told_and_its_path_is_printed() {
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
fn nothing_is_written_of_a_log_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let output = dashboard(&["-", "--output", file.to_str().unwrap()], "{}");
    assert_eq!(output.status.code(), Some(1));
    assert!(!file.exists());
}

/// Everything that a page could ask for begins with one of these.
#[test]
fn the_page_asks_for_nothing() {
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
    let hostile =
        "</title></style></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;";
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
    // As a page shows it, where the agent, the page, the feedback, the trigger and the visitor stand.
    let escaped = hostile
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    assert!(page.matches(&escaped).count() > 10);
}

#[test]
fn long_tables_are_cut_with_a_note() {
    let of_200 = page(&agents(200), &[]);
    assert!(!of_200.contains("The first 200 of"));
    assert!(of_200.contains("The first 40 of 200."));
    let of_201 = page(&agents(201), &[]);
    // The leaderboard, and of live chats the reps and the pages.
    assert_eq!(of_201.matches("The first 200 of 201.").count(), 3);
    assert_eq!(of_201.matches("class=\"agent\"").count(), 40);
    let of_40 = page(&agents(40), &[]);
    assert!(!of_40.contains("The first 40 of"));
    // Behind a card at most eight records, and how to have all.
    assert!(
        of_201.contains(
            "cargo run --release --example report -- FILE --explain engage.chats.attempted"
        )
    );
    assert_eq!(of_201.matches("<li>session from message ").count(), 8);
}

#[test]
fn more_than_400_days_are_shown_by_month() {
    let days = page(LOOK, &["--from", "2026-03-02", "--through", "2027-04-05"]);
    assert!(days.contains("2026-03-02 to 2027-04-05 (400 days, UTC)"));
    assert!(days.contains("<figcaption>Widget CTR trend</figcaption>"));
    assert!(days.contains("<th scope=\"row\">2027-04-05</th>"));
    let months = page(LOOK, &["--from", "2026-03-01", "--through", "2027-04-05"]);
    assert!(months.contains("<figcaption>Widget CTR trend, by month</figcaption>"));
    assert!(months.contains("<th scope=\"row\">2027-04</th>"));
    assert!(!months.contains("<th scope=\"row\">2027-04-05</th>"));
    // Nobody clicked, of one who saw the widget in March; in the other months nobody saw it.
    assert!(months.contains("<tr><th scope=\"row\">2026-03</th><td>0.0 % (0 of 1)</td></tr><tr><th scope=\"row\">2026-04</th><td>– (0 of 0)</td></tr>"));
}
