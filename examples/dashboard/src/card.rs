//! Cards: a figure of the whole period, what it means, and the records behind it.

use convometrics::catalogue::{Family, METRICS, Metric, Scope, ScopeKind, Value};
use convometrics::explain::{Contribution, Record};
use maud::{Markup, html};

use crate::content::{Content, RECORDS};
use crate::definitions;
use crate::text::{self, NONE, cut_short, local, shown};

/// Of an id so many characters are shown: more than of a UUID.
const ID: usize = 40;

/// A name of so many letters is short.
const SHORT: usize = 10;

/// A row of cards: a family's figures of the whole period.
pub(crate) fn cards(content: &Content<'_>, family: Family) -> Markup {
    let metrics = METRICS.iter().filter(|metric| metric.family == family);
    html! {
        div.cards {
            @for metric in metrics.filter(|metric| metric.has(ScopeKind::Total)) { (card(content, metric)) }
        }
    }
}

fn card(content: &Content<'_>, metric: &'static Metric) -> Markup {
    let value = content.figure(metric.id, Scope::Total);
    let lines = value.map_or_else(|| vec![NONE.to_owned()], text::value);
    // The glossary's own name, or else ours.
    let title = metric.term(ScopeKind::Total).unwrap_or(metric.name);
    let is_money = matches!(value, Some(Value::Money(_) | Value::Average(_)));
    // Said in more words where that name is short, or another's too.
    let is_shared = METRICS
        .iter()
        .any(|other| other.id != metric.id && other.term(ScopeKind::Total) == Some(title));
    let is_short = title != metric.name && (title.len() <= SHORT || is_shared);
    html! {
        article.card data-metric=(metric.id) {
            h4 { a href=(definitions::link(metric)) title="Definition" { (title) } }
            @if is_short { p.parts { (metric.name) } }
            p.value.money[is_money] { @for line in &lines { span { (line) } } }
            @if let Some(parts) = value.and_then(text::parts) { p.parts { (parts) } }
            (records(content, metric))
        }
    }
}

/// The first records that count, folded.
fn records(content: &Content<'_>, metric: &Metric) -> Markup {
    let (records, has_more) = match content.records(metric.id) {
        Ok(records) => records,
        Err(error) => return html! { p.empty { "No records: " (error) } },
    };
    html! {
        details {
            summary { "Records" }
            @if records.is_empty() {
                p.empty { "None" }
            } @else {
                ul.records { @for record in &records { li { (record_item(record, content)) } } }
            }
            @if has_more {
                p.note {
                    "The first " (RECORDS) ". All: " code { "cargo run --release --example report -- " (content.arguments) "--explain " (metric.id) }
                }
            }
        }
    }
}

/// A record: what it is, whose, when, and what it adds.
fn record_item(evidence: &Contribution, content: &Content<'_>) -> Markup {
    let (kind, id) = match &evidence.record {
        Record::Visitor => ("visitor", None),
        Record::Conversation(id) => ("conversation", Some(id.as_str())),
        Record::TextRequest(id) => ("text request of conversation", Some(id.as_str())),
        Record::VideoRequest(id) => ("request of call", Some(id.as_str())),
        Record::Call(id) => ("call", Some(id.as_str())),
        Record::Session {
            session: Some(id), ..
        } => ("session", Some(id.as_str())),
        Record::Session { opening, .. } => ("session opened by", Some(opening.as_str())),
        Record::Order(id) => ("order", Some(id.as_str())),
        Record::Answer(id) => ("survey", Some(id.as_str())),
        Record::Event { id, .. } => ("event", Some(id.as_str())),
        _ => ("record", None),
    };
    let visitor = id_shown(evidence.visitor.as_str());
    let adds = match evidence.counted() {
        Some(Value::Count(1)) | None => None,
        Some(value) => Some(text::with_parts(value)),
    };
    html! {
        (kind) " "
        @if let Some(id) = id { bdi.id { (id_shown(id)) } ", visitor " }
        bdi.id { (visitor) }
        @if let Some(at) = evidence.at {
            ", " time { (local(at, content.report.period.zone())) }
        }
        @if let Some(adds) = adds { ": " (adds) }
    }
}

fn id_shown(id: &str) -> String {
    cut_short(&shown(id), ID)
}
