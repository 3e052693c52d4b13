//! The dashboards of the Engage glossary: live website calls and live chats, as funnels.

use convometrics::Report;
use convometrics::catalogue::{Scope, ScopeKind, metric};
use convometrics::metrics::engage::calls::CallFigures;
use convometrics::metrics::engage::chats::ChatFigures;
use convometrics::metrics::engage::{AgentFigures, PageFigures};
use maud::{Markup, html};

use crate::card::cards;
use crate::chart::{Chart, Scale, Series, Table};
use crate::content::Content;
use crate::page::{ShownOption, options};
use crate::table::{Column, Figures, Name, Row};

pub(crate) fn engage(content: &Content<'_>) -> Markup {
    let engage = &content.report.engage;
    let calls = Dashboard {
        id: "calls",
        title: "Live website calls",
        unit: "calls",
        stages: |report| of_calls(&report.engage.calls.organization),
        held: ["Proactive attempted", "Inbound answered"],
        ids: &[
            "engage.calls.attempted",
            "engage.calls.accepted",
            "engage.calls.requested",
            "engage.calls.answered",
            "engage.calls.missed",
            "engage.calls.cancelled",
            "engage.calls.pending",
            "engage.calls.held",
            "engage.calls.connected",
        ],
        agents: reps(&engage.calls.agents, |figures| figures.held),
        pages: pages(&engage.calls.pages, |figures| figures.held),
    };
    let chats = Dashboard {
        id: "chats",
        title: "Live chat conversations",
        unit: "sessions",
        stages: |report| of_chats(&report.engage.chats.organization),
        held: ["Proactive accepted", "Inbound answered"],
        ids: &[
            "engage.chats.attempted",
            "engage.chats.accepted",
            "engage.chats.requested",
            "engage.chats.answered",
            "engage.chats.missed",
            "engage.chats.pending",
            "engage.chats.held",
        ],
        agents: reps(&engage.chats.agents, |figures| figures.held),
        pages: pages(&engage.chats.pages, |figures| figures.held),
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
    /// The metrics, for the organization and each page; reps have those of them that exist for agents.
    ids: &'static [&'static str],
    agents: Vec<Row>,
    pages: Vec<Row>,
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
                (cards(content, self.ids))
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
                (rows("By rep", "Rep", heads(self.ids, ScopeKind::Agent), self.agents).show(content))
                (rows("By page", "Page", heads(self.ids, ScopeKind::Page), self.pages).show(content))
            }
        }
    }
}

/// The columns of the metrics that exist for a kind of scope, Held first, each under the last word of its id.
fn heads(ids: &[&'static str], kind: ScopeKind) -> Vec<Column> {
    let column = |id: &&'static str| {
        let metric = metric(id).filter(|metric| metric.has(kind))?;
        let (_, head) = metric.id().rsplit_once('.')?;
        Some(Column {
            id: metric.id(),
            head,
            currency: None,
        })
    };
    let mut columns: Vec<Column> = ids.iter().filter_map(column).collect();
    columns.sort_by_key(|column| column.head != "held");
    columns
}

fn rows(caption: &'static str, of: &'static str, columns: Vec<Column>, rows: Vec<Row>) -> Figures {
    Figures {
        caption,
        of,
        columns,
        rows,
        last: None,
        can_be_sorted: true,
    }
}

fn reps<T>(agents: &[AgentFigures<T>], held: impl Fn(&T) -> u64) -> Vec<Row> {
    let row = |row: &AgentFigures<T>| {
        let name = Name::Text(row.agent.to_string());
        (held(&row.figures), Scope::Agent(row.agent.clone()), name)
    };
    most_held_first(agents.iter().map(row).collect())
}

fn pages<T>(pages: &[PageFigures<T>], held: impl Fn(&T) -> u64) -> Vec<Row> {
    let row = |row: &PageFigures<T>| {
        let name = Name::Text(row.page.to_string());
        (held(&row.figures), Scope::Page(row.page.clone()), name)
    };
    most_held_first(pages.iter().map(row).collect())
}

fn most_held_first(mut rows: Vec<(u64, Scope, Name)>) -> Vec<Row> {
    rows.sort_by_key(|(held, _, _)| std::cmp::Reverse(*held));
    let row = |(_, scope, name)| Row { scope, name };
    rows.into_iter().map(row).collect()
}
