//! What the figures mean: the catalogue, at the end of the page.

use convometrics::catalogue::{METRICS, Metric};
use maud::{Markup, html};

/// The place of a metric's definition.
pub(crate) fn link(metric: &Metric) -> String {
    format!("#{}", place(metric))
}

fn place(metric: &Metric) -> String {
    format!("definition-{}", metric.id())
}

pub(crate) fn definitions() -> Markup {
    html! {
        section #definitions {
            h2 { "Definitions" }
            dl {
                @for metric in METRICS {
                    div.definition id=(place(metric)) tabindex="-1" {
                        dt { (metric.name()) " " code { (metric.id()) } }
                        dd {
                            p { (metric.definition()) }
                            @if let Some(formula) = metric.formula() { p { "= " code { (formula) } } }
                            p.note { (facts(metric)) }
                        }
                    }
                }
            }
        }
    }
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
        metric.unit(),
        metric.empty(),
        metric.cohort().name().replace('_', " "),
    )
}
