//! The dashboards of the Engage glossary: live website calls and live chats, as funnels.

use convometrics::Report;
use convometrics::catalogue::Scope;
use convometrics::metrics::engage::calls::CallFigures;
use convometrics::metrics::engage::chats::ChatFigures;
use convometrics::metrics::engage::{AgentFigures, PageFigures};
use maud::{Markup, html};

use crate::card::cards;
use crate::chart::{Chart, Scale, Series, Table};
use crate::content::Content;
use crate::one_to_one::trend;
use crate::page::{Told, options};
use crate::table::{Figures, Name, Row, columns};

pub(crate) fn engage(content: &Content<'_>) -> Markup {
    let engage = &content.report.engage;
    let calls = Dashboard {
        id: "calls",
        title: "Live website calls",
        unit: "calls",
        stages: |report| of_calls(&report.engage.calls.organization),
        held: ["Proactive attempted", "Inbound answered"],
        organization: &[
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
        agent: &[
            ("engage.calls.held", "Held"),
            ("engage.calls.attempted", "Attempted"),
            ("engage.calls.accepted", "Accepted"),
            ("engage.calls.answered", "Answered"),
            ("engage.calls.connected", "Connected"),
        ],
        page: &[
            ("engage.calls.held", "Held"),
            ("engage.calls.attempted", "Attempted"),
            ("engage.calls.accepted", "Accepted"),
            ("engage.calls.requested", "Requested"),
            ("engage.calls.answered", "Answered"),
            ("engage.calls.missed", "Missed"),
            ("engage.calls.cancelled", "Cancelled"),
            ("engage.calls.pending", "Pending"),
            ("engage.calls.connected", "Connected"),
        ],
        agents: agents(&engage.calls.agents, |figures| figures.held),
        pages: pages(&engage.calls.pages, |figures| figures.held),
    };
    let chats = Dashboard {
        id: "chats",
        title: "Live chat conversations",
        unit: "sessions",
        stages: |report| of_chats(&report.engage.chats.organization),
        held: ["Proactive accepted", "Inbound answered"],
        organization: &[
            "engage.chats.attempted",
            "engage.chats.accepted",
            "engage.chats.requested",
            "engage.chats.answered",
            "engage.chats.missed",
            "engage.chats.pending",
            "engage.chats.held",
        ],
        agent: &[
            ("engage.chats.held", "Held"),
            ("engage.chats.attempted", "Attempted"),
            ("engage.chats.accepted", "Accepted"),
            ("engage.chats.answered", "Answered"),
        ],
        page: &[
            ("engage.chats.held", "Held"),
            ("engage.chats.attempted", "Attempted"),
            ("engage.chats.accepted", "Accepted"),
            ("engage.chats.requested", "Requested"),
            ("engage.chats.answered", "Answered"),
            ("engage.chats.missed", "Missed"),
            ("engage.chats.pending", "Pending"),
        ],
        agents: agents(&engage.chats.agents, |figures| figures.held),
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
    organization: &'static [&'static str],
    /// What reps have, and what stands above it.
    agent: &'static [(&'static str, &'static str)],
    page: &'static [(&'static str, &'static str)],
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
            series: vec![Series::of_counts("Organization", counts.to_vec())],
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
                Series::of_counts(first, vec![parts[0]]),
                Series::of_counts(second, vec![parts[1]]),
            ],
            table: Table::Own,
        };
        let stages = content.trend.values(self.stages);
        let of =
            |name, of: fn(&Stages) -> u64| Series::of_counts(name, stages.iter().map(of).collect());
        html! {
            section id=(self.id) {
                h3 { (self.title) }
                (options(content, &[Told::Zone, Told::Sessions, Told::Pages]))
                (cards(content, self.organization))
                div.charts {
                    (funnel("Proactive (rep to visitor)", ["Attempted", "Accepted"], proactive).funnel())
                    (funnel("Inbound (visitor to rep)", ["Requested", "Answered"], inbound).funnel())
                    (held.lying())
                    (trend(&content.trend, "Held trend", self.unit, Scale::Counts, vec![
                        of("Held", |stages| stages.held.1),
                        of(first, |stages| stages.held.0[0]),
                        of(second, |stages| stages.held.0[1]),
                    ]).lines())
                }
                (rows("By rep", "Rep", self.agent, self.agents).show(content))
                (rows("By page", "Page", self.page, self.pages).show(content))
            }
        }
    }
}

fn rows(
    caption: &'static str,
    of: &'static str,
    heads: &[(&'static str, &'static str)],
    rows: Vec<Row>,
) -> Figures {
    Figures {
        caption,
        of,
        columns: columns(heads),
        rows,
        last: None,
        can_be_sorted: true,
    }
}

/// Reps, who held most first.
fn agents<T>(agents: &[AgentFigures<T>], held: impl Fn(&T) -> u64) -> Vec<Row> {
    let mut agents: Vec<&AgentFigures<T>> = agents.iter().collect();
    agents.sort_by_key(|row| std::cmp::Reverse(held(&row.figures)));
    let row = |row: &AgentFigures<T>| Row {
        scope: Scope::Agent(row.agent.clone()),
        name: Name::Told(row.agent.to_string()),
    };
    agents.into_iter().map(row).collect()
}

/// Pages, on which most were held first.
fn pages<T>(pages: &[PageFigures<T>], held: impl Fn(&T) -> u64) -> Vec<Row> {
    let mut pages: Vec<&PageFigures<T>> = pages.iter().collect();
    pages.sort_by_key(|row| std::cmp::Reverse(held(&row.figures)));
    let row = |row: &PageFigures<T>| Row {
        scope: Scope::Page(row.page.clone()),
        name: Name::Told(row.page.to_string()),
    };
    pages.into_iter().map(row).collect()
}
