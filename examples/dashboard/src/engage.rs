//! The dashboards of the Engage glossary: live website calls and live chats, as funnels.

use convometrics::Report;
use convometrics::catalogue::{Family, METRICS, Metric, Scope, ScopeKind, Value};
use convometrics::metrics::engage::calls::CallFigures;
use convometrics::metrics::engage::chats::ChatFigures;
use maud::{Markup, html};

use crate::card::cards;
use crate::chart::{Chart, Scale, Series, Table};
use crate::content::Content;
use crate::page::{ShownOption, options};
use crate::table::{Column, Figures, Name, Row};

/// The name of the metric by which agents and pages are sorted.
const HELD: &str = "held";

pub(crate) fn engage(content: &Content<'_>) -> Markup {
    let calls = Dashboard {
        id: "calls",
        title: "Live website calls",
        unit: "calls",
        stages: |report| of_calls(&report.engage.calls.organization),
        held: ["Proactive attempted", "Inbound answered"],
        family: Family::Calls,
    };
    let chats = Dashboard {
        id: "chats",
        title: "Live chat conversations",
        unit: "sessions",
        stages: |report| of_chats(&report.engage.chats.organization),
        held: ["Proactive accepted", "Inbound answered"],
        family: Family::Chats,
    };
    html! {
        section #engage {
            h2 { "Engage" }
            (calls.show(content))
            (chats.show(content))
        }
    }
}

/// What both dashboards draw.
struct Stages {
    proactive: [u64; 2],
    inbound: [u64; 2],
    /// The parts that are held, and what is.
    held: ([u64; 2], u64),
}

fn of_calls(figures: &CallFigures) -> Stages {
    Stages {
        proactive: [figures.attempted, figures.accepted],
        inbound: [figures.requested, figures.answered],
        held: ([figures.attempted, figures.answered], figures.held),
    }
}

fn of_chats(figures: &ChatFigures) -> Stages {
    Stages {
        proactive: [figures.attempted, figures.accepted],
        inbound: [figures.requested, figures.answered],
        held: ([figures.accepted, figures.answered], figures.held),
    }
}

struct Dashboard {
    id: &'static str,
    title: &'static str,
    unit: &'static str,
    stages: fn(&Report) -> Stages,
    /// What the parts of Held are.
    held: [&'static str; 2],
    family: Family,
}

impl Dashboard {
    fn show(self, content: &Content<'_>) -> Markup {
        let Stages {
            proactive,
            inbound,
            held: (parts, _),
        } = (self.stages)(&content.report);
        let funnel = |title: &str, stages: [&str; 2], counts: [u64; 2]| Chart {
            title: title.to_owned(),
            along: "stage",
            unit: self.unit,
            scale: Scale::Counts,
            labels: stages.map(str::to_owned).to_vec(),
            series: vec![Series::of_counts("Organization", counts)],
            table: Table::Own,
        };
        let [first, second] = self.held;
        let held = Chart {
            title: format!("Held = {first} + {}", second.to_lowercase()),
            along: "part",
            unit: self.unit,
            scale: Scale::Counts,
            labels: vec!["Held".to_owned()],
            series: vec![
                Series::of_counts(first, [parts[0]]),
                Series::of_counts(second, [parts[1]]),
            ],
            table: Table::Own,
        };
        let trend = &content.trend;
        let of =
            |name, of: fn(&Stages) -> u64| trend.counts(name, |report| of(&(self.stages)(report)));
        html! {
            section id=(self.id) {
                h3 { (self.title) }
                (options(content, &[ShownOption::Zone, ShownOption::Sessions, ShownOption::Pages]))
                (cards(content, self.family))
                div.charts {
                    (funnel("Proactive (rep to visitor)", ["Attempted", "Accepted"], proactive).funnel())
                    (funnel("Inbound (visitor to rep)", ["Requested", "Answered"], inbound).funnel())
                    (held.lying())
                    (trend.chart("Held trend", self.unit, Scale::Counts, vec![
                        of("Held", |stages| stages.held.1),
                        of(first, |stages| stages.held.0[0]),
                        of(second, |stages| stages.held.0[1]),
                    ]).lines())
                }
                (rows("By rep", "Rep", self.family, ScopeKind::Agent, content))
                (rows("By page", "Page", self.family, ScopeKind::Page, content))
            }
        }
    }
}

/// The columns of a family's metrics that exist for a kind of scope, Held first, each under the last word of its id.
fn heads(family: Family, kind: ScopeKind) -> Vec<Column> {
    let metrics = METRICS.iter().filter(|metric| metric.family == family);
    let column = |metric: &'static Metric| {
        let (_, head) = metric.id.rsplit_once('.')?;
        Some(Column {
            id: metric.id,
            head,
            currency: None,
        })
    };
    let metrics = metrics.filter(|metric| metric.has(kind));
    let mut columns: Vec<Column> = metrics.filter_map(column).collect();
    columns.sort_by_key(|column| column.head != HELD);
    columns
}

/// A table with a row for each agent or page, most held first.
fn rows(
    caption: &'static str,
    of: &'static str,
    family: Family,
    kind: ScopeKind,
    content: &Content<'_>,
) -> Markup {
    let columns = heads(family, kind);
    let held = columns.first().map(|column| column.id);
    let figures = content.report.figures().into_iter();
    let figures = figures.filter(|figure| Some(figure.metric.id) == held);
    let mut rows: Vec<(u64, Row)> = figures
        .filter_map(|figure| {
            let name = match &figure.scope {
                Scope::Agent(agent) if kind == ScopeKind::Agent => agent.to_string(),
                Scope::Page(page) if kind == ScopeKind::Page => page.to_string(),
                _ => return None,
            };
            let Value::Count(held) = figure.value else {
                return None;
            };
            let (scope, name) = (figure.scope, Name::Text(name));
            Some((held, Row { scope, name }))
        })
        .collect();
    rows.sort_by_key(|(held, _)| std::cmp::Reverse(*held));
    let figures = Figures {
        caption,
        of,
        columns,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        last: None,
        can_be_sorted: true,
    };
    figures.show(content)
}
