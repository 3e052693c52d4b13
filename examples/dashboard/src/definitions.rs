//! What the figures mean: the catalogue, at the end of the page.

use convometrics::catalogue::{METRICS, Metric};
use maud::{Markup, PreEscaped, html};

/// The place of a metric's definition.
pub(crate) fn link(metric: &Metric) -> String {
    format!("#{}", place(metric))
}

fn place(metric: &Metric) -> String {
    format!("definition-{}", metric.id)
}

pub(crate) fn definitions() -> Markup {
    html! {
        section #definitions {
            h2 { "Definitions" }
            p.note {
                "A conversation is two-way when both sides responded, by text or in a connected video call. A touch of an order is the
                latest engagement of a two-way conversation before it: the response that made it two-way, a later message of the visitor, a
                call connected or ended. Touches within the window are candidates for credit; an agent's message alone renews none. What is
                counted at its opening counts on the day, hour and page on which it began, whatever became of it later. Survivors are events
                less duplicates and conflicts."
            }
            dl {
                @for metric in METRICS {
                    div.definition id=(place(metric)) tabindex="-1" {
                        dt { (metric.name) " " code { (metric.id) } }
                        dd {
                            (markdown(metric.definition))
                            @if let Some(formula) = metric.formula { p { "= " code { (formula) } } }
                            p.note { (facts(metric)) }
                        }
                    }
                }
            }
        }
    }
}

/// Renders a text of the catalogue, which is Markdown.
fn markdown(text: &str) -> Markup {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(text));
    PreEscaped(html)
}

/// The glossary's names, the unit, what it is over nothing.
fn facts(metric: &Metric) -> String {
    let mut terms: Vec<&str> = metric
        .scopes()
        .filter_map(|scope| metric.term(scope))
        .collect();
    terms.dedup();
    let named = match terms.as_slice() {
        [] => "in no glossary".to_owned(),
        terms => format!("in the glossary: {}", terms.join(", ")),
    };
    format!(
        "{named}; unit: {}; over nothing: {}; counts at: {}",
        metric.unit,
        metric.empty,
        metric.counted_at.name().replace('_', " "),
    )
}
