//! What a person does with it.

use crate::browser::{DESKTOP, Opened, open};
use crate::made::{made, made_of, run};

fn column(page: &Opened, place: usize) -> Vec<String> {
    page.ask(&format!(
        "[...document.querySelector('#leaderboard table').tBodies[0].rows].map((row) => row.cells[{place}].innerText)"
    ))
}

fn sorted(page: &Opened, place: usize) -> Option<String> {
    page.ask(&format!(
        "document.querySelector('#leaderboard table').tHead.rows[0].cells[{place}].getAttribute('aria-sort')"
    ))
}

/// By hand, of the sample: ada 49, ben 31, chloe 15, dev 11, emma 9, farid 6 conversations; initiated requests 28, 21, 5, 5,
/// 11, 2; sales in GBP 2,214, 2,058, 1,373, 528, 346 and none.
#[test]
fn the_leaderboard_is_sorted_by_mouse_and_keyboard() {
    let made = made(&["--zone", "Europe/Paris"]);
    let page = open(&made.page, DESKTOP);
    assert_eq!(
        column(&page, 0),
        ["ada", "ben", "chloe", "dev", "emma", "farid"]
    );
    let head = |place: usize| format!("#leaderboard thead th:nth-child({}) button", place + 1);

    // The requests: the most first, then the fewest.
    page.click(&head(3));
    assert_eq!(column(&page, 3), ["28", "21", "11", "5", "5", "2"]);
    assert_eq!(
        column(&page, 0),
        ["ada", "ben", "emma", "chloe", "dev", "farid"]
    );
    assert_eq!(sorted(&page, 3).as_deref(), Some("descending"));
    page.press("Enter");
    assert_eq!(column(&page, 3), ["2", "5", "5", "11", "21", "28"]);
    assert_eq!(sorted(&page, 3).as_deref(), Some("ascending"));

    // Names: from A on, then back.
    page.click(&head(0));
    assert_eq!(
        column(&page, 0),
        ["ada", "ben", "chloe", "dev", "emma", "farid"]
    );
    assert_eq!(
        (sorted(&page, 0).as_deref(), sorted(&page, 3)),
        (Some("ascending"), None)
    );
    page.press("Enter");
    assert_eq!(
        column(&page, 0),
        ["farid", "emma", "dev", "chloe", "ben", "ada"]
    );

    // Amounts by their value, not as texts; who has none is last either way.
    let heads: Vec<String> = page.ask(
        "[...document.querySelectorAll('#leaderboard thead th')].map((head) => head.innerText)",
    );
    let pounds = heads
        .iter()
        .position(|head| head.starts_with("Attributed sales, GBP"))
        .unwrap();
    page.click(&head(pounds));
    assert_eq!(
        column(&page, pounds),
        ["2,214.00", "2,058.00", "1,373.00", "528.00", "346.00", "–"]
    );
    page.press("Enter");
    assert_eq!(
        column(&page, pounds),
        ["346.00", "528.00", "1,373.00", "2,058.00", "2,214.00", "–"]
    );
    // What is nobody's stays beneath.
    let last: String = page.ask("document.querySelector('#leaderboard tfoot th').innerText");
    assert_eq!(last, "no agent");
    assert_eq!(page.heard().complaints, [""; 0]);
}

#[test]
fn every_card_leads_to_its_definition_and_the_records_behind_it() {
    let made = made(&["--zone", "Europe/Paris"]);
    let page = open(&made.page, DESKTOP);
    let leads: Vec<(String, bool, bool)> = page.ask(
        "[...document.querySelectorAll('.card')].map((card) => {
            const place = document.getElementById(card.querySelector('h4 a').getAttribute('href').slice(1));
            return [card.dataset.metric, place.textContent.includes(card.dataset.metric), card.querySelector('details').open];
        })",
    );
    assert!(leads.len() > 50, "{}", leads.len());
    for (metric, is_defined, is_open) in &leads {
        assert!(*is_defined && !is_open, "{metric}");
    }
    // The report's other tool names the same records.
    for metric in [
        "gmv.gmv_orders",
        "engage.calls.missed",
        "visitors.clicked_without_impression",
    ] {
        let shown: Vec<Vec<String>> = page.ask(&format!(
            "[...document.querySelectorAll('[data-metric=\"{metric}\"] .records li')].map((record) => [...record.querySelectorAll('.id')].map((id) => id.textContent))"
        ));
        let told = run(
            "report",
            &["--zone", "Europe/Paris", "--explain", metric, "--json"],
        );
        let counted = told
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|record| record["verdict"].get("counted").is_some());
        let expected: Vec<Vec<String>> = counted
            .take(8)
            .map(|record| {
                let id = record["record"]
                    .as_object()
                    .and_then(|record| record.values().next()?.as_str());
                let visitor = record["visitor"].as_str();
                id.into_iter().chain(visitor).map(str::to_owned).collect()
            })
            .collect();
        assert!(!expected.is_empty(), "{metric}");
        assert_eq!(shown, expected, "{metric}");
    }
}

#[test]
fn an_agents_name_unfolds_their_trends() {
    let made = made(&["--zone", "Europe/Paris"]);
    let page = open(&made.page, DESKTOP);
    let is_open =
        || -> bool { page.ask("document.getElementById('agent-2').closest('details').open") };
    assert!(!is_open());
    page.click("#leaderboard tbody tr:nth-child(2) a");
    page.run("new Promise((done) => setTimeout(done, 100))");
    assert!(is_open());
    let charts: usize = page.ask("document.querySelectorAll('#agent-2 .chart').length");
    assert_eq!(charts, 4);
}

#[test]
fn options_in_force_stand_beside_the_figures() {
    let made = made(&[
        "--zone",
        "Europe/Paris",
        "--window-seconds",
        "1209600",
        "--window-edge",
        "exclusive",
        "--model",
        "position_based",
        "--gmv-scope",
        "any",
        "--session-timeout-seconds",
        "2700",
        "--exact-pages",
    ]);
    let page = open(&made.page, DESKTOP);
    let beside = |section: &str| -> String {
        page.ask(&format!(
            "document.querySelector('#{section} .options').innerText"
        ))
    };
    assert_eq!(
        beside("gmv"),
        "days and hours in Europe/Paris · window 14 days, exclusive · position based model · GMV of any touches"
    );
    assert_eq!(
        beside("leaderboard"),
        "days and hours in Europe/Paris · window 14 days, exclusive · position based model"
    );
    assert_eq!(
        beside("calls"),
        "days and hours in Europe/Paris · sessions end after 45 minutes · pages by exact"
    );
}

#[test]
fn what_is_not_there_is_said() {
    let log =
        r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"widget_impression"}"#;
    let made = made_of(log, &[]);
    let page = open(&made.page, DESKTOP);
    let charts: usize = page.ask("document.querySelectorAll('.chart').length");
    let empty: usize = page.ask("document.querySelectorAll('.chart .empty').length");
    let pictures: usize = page.ask("document.querySelectorAll('.chart svg').length");
    // Two charts have something to show: the click-through rate and the funnel of the one visitor, who saw the widget.
    assert_eq!((pictures, empty), (2, charts - 2));
    let rate: String = page
        .ask("document.querySelector('[data-metric=\"gmv.conversion_rate\"] .value').innerText");
    assert_eq!(rate, "–");
    assert_eq!(page.heard().complaints, [""; 0]);
}
