//! Nothing of a log runs, loads, breaks out, or hides.

use crate::browser::{DESKTOP, Opened, open};
use crate::made::{Made, made_of};

/// Each would set `window.broken` or ask for something, were it markup or script.
const HOSTILE: [&str; 14] = [
    "<script>window.broken=1</script>",
    "</style><script>window.broken=2</script>",
    "</script><script>window.broken=3</script>",
    "\"><img src=x onerror=window.broken=4>",
    "'><svg onload=window.broken=5>",
    "<iframe srcdoc='<script>parent.broken=6</script>'></iframe>",
    "javascript:window.broken=7",
    "<a href=\"javascript:window.broken=8\">go</a>",
    "-->]]><link rel=stylesheet href=//example.com/x.css>",
    "<base href=//example.com/><form action=//example.com/>",
    "&lt;b&gt; &amp;#60;b&amp;#62; &#60;b&#62;",
    "\u{202e}gnp.exe\u{202c} \u{2066}x\u{2069} \u{200f}",
    "a\u{0}b\u{7}c\u{1b}[31md\u{7f}e\u{85}f",
    "${window.broken=9} {{window.broken=10}} `onclick=window.broken=11`",
];

/// A log in which they are all that can be a text of outsiders, and a name without a blank that is as long as can be.
fn log() -> String {
    let mut lines = Vec::new();
    let long = "w".repeat(255);
    for (place, text) in HOSTILE.iter().chain([&long.as_str()]).enumerate() {
        let text = serde_json::to_string(text).unwrap();
        // So that an id is no other's.
        let own = |name: &str| serde_json::to_string(&format!("{name}{place}")).unwrap();
        let mut event = |minute: usize, kind: &str, fields: &str| {
            lines.push(format!(
                r#"{{"id":{},"at":"2026-03-02T09:{minute:02}:{place:02}Z","visitor":{text},"page":{text},"session":{text},"type":"{kind}"{fields}}}"#,
                own(&format!("{kind}-{minute}-"))
            ));
        };
        event(0, "widget_impression", "");
        event(1, "widget_clicked", "");
        event(
            2,
            "auto_message_clicked",
            &format!(r#","trigger":{text},"auto_message":{text},"url":{text}"#),
        );
        event(
            3,
            "message_sent",
            &format!(r#","conversation":{text},"by":{{"side":"visitor"}}"#),
        );
        event(
            4,
            "message_sent",
            &format!(r#","conversation":{text},"by":{{"side":"agent","agent":{text}}}"#),
        );
        event(
            5,
            "call_requested",
            &format!(
                r#","conversation":{text},"call":{text},"by":{{"side":"agent","agent":{text}}}"#
            ),
        );
        event(6, "call_accepted", &format!(r#","call":{text}"#));
        event(7, "call_connected", &format!(r#","call":{text}"#));
        event(
            8,
            "call_requested",
            &format!(
                r#","conversation":{text},"call":{},"by":{{"side":"visitor"}}"#,
                own("inbound")
            ),
        );
        event(
            9,
            "call_answered",
            &format!(r#","call":{},"agent":{text}"#, own("inbound")),
        );
        event(
            10,
            "order_placed",
            &format!(r#","order":{text},"currency":"EUR","subtotal":"10""#),
        );
        event(
            11,
            "survey_answered",
            &format!(
                r#","survey":{text},"conversation":{text},"rating":4,"feedback":{text},"outcome":"submitted""#
            ),
        );
    }
    lines.join("\n")
}

fn hostile() -> Made {
    made_of(&log(), &["--top", "50"])
}

/// All that can be unfolded is, and all that can be clicked.
fn use_everything(page: &Opened) {
    page.run(
        "for (const details of document.querySelectorAll('details')) details.open = true;
         for (const button of document.querySelectorAll('button')) { button.click(); button.click(); }
         for (const link of document.querySelectorAll('a')) link.click();",
    );
}

#[test]
fn nothing_of_a_log_runs_loads_or_becomes_markup() {
    let made = hostile();
    let page = open(&made.page, DESKTOP);
    use_everything(&page);
    let broken: Option<u32> = page.ask("window.broken ?? null");
    assert_eq!(broken, None);
    let heard = page.heard();
    assert_eq!(heard.complaints, [""; 0]);
    assert_eq!(heard.requests, [format!("file://{}", made.page.display())]);
    // Of what can run, load or send there is what the page brings, and nothing else.
    let counts: Vec<usize> = page.ask(
        "['script', 'style', 'img,image,iframe,object,embed,video,audio,link,base,form,input,foreignObject,use,animate,set', '[style]', 'b']
            .map((selector) => document.querySelectorAll(selector).length)",
    );
    assert_eq!(counts, [1, 1, 0, 0, 0]);
    let handlers: usize = page.ask(
        "[...document.querySelectorAll('*')].filter((element) => [...element.attributes].some((attribute) => attribute.name.startsWith('on'))).length",
    );
    assert_eq!(handlers, 0);
    let elsewhere: Vec<String> = page.ask(
        "[...document.querySelectorAll('a')].map((link) => link.getAttribute('href')).filter((href) => !href.startsWith('#'))",
    );
    assert_eq!(elsewhere, [""; 0]);
}

#[test]
fn what_a_log_says_is_seen_as_it_is_with_what_is_hidden_made_visible() {
    let made = hostile();
    let page = open(&made.page, DESKTOP);
    use_everything(&page);
    let rows: Vec<String> = page.ask(
        "[...document.querySelectorAll('#leaderboard tbody th a')].map((name) => name.textContent)",
    );
    let feedback: Vec<String> = page.ask(
        "[...document.querySelectorAll('#answers .feedback')].map((name) => name.textContent)",
    );
    let triggers: Vec<String> = page.ask("[...document.querySelectorAll('#requests .tables tbody th bdi')].map((name) => name.textContent)");
    for text in HOSTILE {
        let shown = match text {
            text if text.starts_with('\u{202e}') => {
                "\u{fffd}gnp.exe\u{fffd} \u{fffd}x\u{fffd} \u{fffd}"
            }
            text if text.contains('\0') => "a␀b␇c␛[31md␡e\u{fffd}f",
            text => text,
        };
        for shown_at in [&rows, &feedback, &triggers] {
            assert!(
                shown_at.iter().any(|found| found == shown),
                "{shown:?} in {shown_at:?}"
            );
        }
    }
}

#[test]
fn a_long_name_does_not_widen_the_page() {
    let made = hostile();
    for width in [360, 768, 1280] {
        let page = open(&made.page, crate::browser::Screen { width, ..DESKTOP });
        use_everything(&page);
        let widest: u32 = page.ask("document.documentElement.scrollWidth");
        assert!(widest <= width, "{widest} of {width}");
    }
}

/// Were there a way in after all, the policy would stop what came through it.
#[test]
fn the_policy_lets_no_script_style_image_or_request_in() {
    let made = made_of(&log(), &[]);
    let page = open(&made.page, DESKTOP);
    page.run(
        "window.refused = [];
         document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.effectiveDirective));
         const add = (name, set) => { const element = document.createElement(name); set(element); document.body.append(element); };
         add('script', (element) => element.textContent = 'window.broken = 1');
         add('style', (element) => element.textContent = 'body { color: red }');
         add('img', (element) => element.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=');
         add('iframe', (element) => element.src = 'data:text/html,x');
         add('div', (element) => element.setAttribute('style', 'color: red'));
         add('div', (element) => { element.setAttribute('onclick', 'window.broken = 2'); element.click(); });
         fetch('https://example.com/').catch(() => {});
         new Promise((done) => setTimeout(done, 200));",
    );
    let mut refused: Vec<String> = page.ask("window.refused");
    refused.sort();
    refused.dedup();
    assert_eq!(
        refused,
        [
            "connect-src",
            "frame-src",
            "img-src",
            "script-src-attr",
            "script-src-elem",
            "style-src-attr",
            "style-src-elem"
        ]
    );
    let broken: Option<u32> = page.ask("window.broken ?? null");
    assert_eq!(broken, None);
}
