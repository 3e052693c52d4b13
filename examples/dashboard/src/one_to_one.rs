//! The dashboards of the One-to-One glossary.

use convometrics::catalogue::{Family, Scope, Value};
use convometrics::event::{Rating, SurveyOutcome};
use convometrics::id::AgentId;
use convometrics::metrics::csat::CsatDetail;
use convometrics::metrics::gmv::GmvScope;
use convometrics::metrics::leaderboard::AgentRow;
use convometrics::metrics::request::RequestHour;
use convometrics::money::AverageAmount;
use convometrics::{Currency, Report};
use maud::{Markup, html};

use crate::card::cards;
use crate::chart::{Chart, Scale, Series, Table, table_of};
use crate::content::Content;
use crate::page::{ShownOption, options};
use crate::table::{Column, Figures, Name, Row, columns, cut};
use crate::text::{NONE, local, shown, written};

/// Of the answers of surveys, so many are shown.
const ANSWERS: usize = 100;
/// The currencies in which most orders were attributed have columns, so many of them.
const CURRENCIES: usize = 8;
/// So many agents have trends of their own.
const AGENTS: usize = 40;

pub(crate) fn one_to_one(content: &Content<'_>) -> Markup {
    html! {
        section #one-to-one {
            h2 { "One-to-One" }
            (conversations(content))
            (gmv(content))
            (visitors(content))
            (csat(content))
            (requests(content))
            (leaderboard(content))
        }
    }
}

fn conversations(content: &Content<'_>) -> Markup {
    let trend = &content.trend;
    html! {
        section #conversations {
            h3 { "Conversations" }
            (options(content, &[ShownOption::Zone]))
            (cards(content, Family::Conversations))
            div.charts {
                (trend.chart("Conversation breakdown trend", "conversations", Scale::Counts, vec![
                    trend.counts("Total", |report| report.conversations.total),
                    trend.counts("Video", |report| report.conversations.video),
                ]).lines())
            }
        }
    }
}

fn gmv(content: &Content<'_>) -> Markup {
    let scope = match content.report.options.gmv_scope() {
        GmvScope::Any => "orders after any conversation",
        _ => "orders after a video conversation",
    };
    html! {
        section #gmv {
            h3 { "GMV and purchases" }
            (options(content, &[ShownOption::Zone, ShownOption::Window, ShownOption::Model, ShownOption::GmvScope]))
            (cards(content, Family::Gmv))
            p.note { "Orders and sales count orders after any conversation, by text or video. GMV counts " (scope) "." }
        }
    }
}

fn visitors(content: &Content<'_>) -> Markup {
    let trend = &content.trend;
    let funnel = content.report.funnel.iter();
    let (steps, visitors): (Vec<_>, Vec<_>) = funnel
        .map(|row| (row.step.to_string(), row.visitors))
        .unzip();
    let funnel = Chart {
        title: "Visitors by how far they came".to_owned(),
        along: "step",
        unit: "visitors",
        scale: Scale::Counts,
        labels: steps,
        series: vec![Series::of_counts("Visitors", visitors)],
        table: Table::Own,
    };
    html! {
        section #visitors {
            h3 { "Visitors" }
            (options(content, &[ShownOption::Zone]))
            (cards(content, Family::Visitors))
            div.charts {
                (trend.chart("Widget CTR trend", "click-through rate, %", Scale::Percent, vec![
                    trend.figures("Widget CTR", |report| Value::Ratio(report.visitors.click_through_rate)),
                ]).lines())
                (funnel.bars())
            }
        }
    }
}

fn csat(content: &Content<'_>) -> Markup {
    let trend = &content.trend;
    let distribution = &content.report.csat.distribution;
    let answers = Rating::ALL.map(|rating| distribution.count(rating));
    let distribution = Chart {
        title: "CSAT rating distribution, all time".to_owned(),
        along: "stars",
        unit: "answers",
        scale: Scale::Counts,
        labels: Rating::ALL.map(|rating| rating.stars().to_string()).into(),
        series: vec![Series::of_counts("Answers", answers)],
        table: Table::Own,
    };
    html! {
        section #csat {
            h3 { "Customer satisfaction" }
            (options(content, &[ShownOption::Zone]))
            (cards(content, Family::Csat))
            div.charts {
                (trend.chart("Average rating trend", "stars", Scale::Stars, vec![
                    trend.figures("Average rating", |report| Value::Mean(report.csat.average_rating)),
                ]).lines())
                (distribution.bars())
            }
            (answers_table(content, &content.report.csat.details))
        }
    }
}

fn answers_table(content: &Content<'_>, details: &[CsatDetail]) -> Markup {
    let zone = content.report.period.zone();
    html! {
        @if details.is_empty() {
            h4 { "CSAT feedback detail" }
            p.empty { "Nothing in this period" }
        } @else {
            div.scroll tabindex="0" {
                table #answers {
                    caption { "CSAT feedback detail, the latest first" }
                    thead {
                        tr {
                            @for column in ["Date", "Visitor", "Agent", "Rating", "Feedback", "Outcome"] {
                                th scope="col" { (column) }
                            }
                        }
                    }
                    tbody {
                        @for detail in details.iter().rev().take(ANSWERS) {
                            tr {
                                th scope="row" { time { (local(detail.at, zone)) } }
                                td { bdi { (shown(detail.visitor.as_str())) } }
                                td { @match &detail.agent { Some(agent) => bdi { (shown(agent.as_str())) }, None => (NONE) } }
                                td.number { @match detail.rating { Some(rating) => (rating.stars()), None => (NONE) } }
                                td.feedback { @match &detail.feedback { Some(feedback) => bdi { (written(feedback.as_str())) }, None => (NONE) } }
                                td { (outcome(detail.outcome)) }
                            }
                        }
                    }
                }
            }
            (cut(details.len(), ANSWERS))
        }
    }
}

fn outcome(outcome: SurveyOutcome) -> &'static str {
    match outcome {
        SurveyOutcome::Submitted => "submitted",
        SurveyOutcome::Closed => "closed",
        _ => NONE,
    }
}

fn requests(content: &Content<'_>) -> Markup {
    let trend = &content.trend;
    let requests = &content.report.requests;
    let hours = &requests.by_hour;
    let of_hours =
        |name, of: fn(&RequestHour) -> u64| Series::of_counts(name, hours.iter().map(of));
    let by_hour = Chart {
        title: "Call requests and text requests by hour of the day".to_owned(),
        along: "hour",
        unit: "requests",
        scale: Scale::Counts,
        labels: hours.iter().map(|row| row.hour.to_string()).collect(),
        series: vec![
            of_hours("Text", |row| row.text),
            of_hours("Video", |row| row.video),
        ],
        table: Table::Own,
    };
    let one = |title: &str, parts: [(&'static str, u64); 2]| Chart {
        title: title.to_owned(),
        along: "part",
        unit: "requests",
        scale: Scale::Counts,
        labels: vec!["Requests".to_owned()],
        series: parts
            .map(|(name, part)| Series::of_counts(name, [part]))
            .into(),
        table: Table::Own,
    };
    html! {
        section #requests {
            h3 { "Requests" }
            (options(content, &[ShownOption::Zone, ShownOption::Pages]))
            (cards(content, Family::Requests))
            div.charts {
                (one("Request breakdown", [("Text", requests.text), ("Video", requests.video)]).lying())
                (one("Total requests by who initiated them", [("Visitor", requests.by_visitor), ("Agent", requests.by_agent)]).lying())
                (trend.chart("Call request and text request daily trend", "requests", Scale::Counts, vec![
                    trend.counts("Text", |report| report.requests.text),
                    trend.counts("Video", |report| report.requests.video),
                ]).lines())
                (trend.chart("Request rate daily trend", "requests by visitors", Scale::Counts, vec![
                    trend.counts("By visitors", |report| report.requests.by_visitor),
                ]).lines())
                (trend.chart("Visitor request acceptance rate daily trend", "accepted, %", Scale::Percent, vec![
                    trend.figures("Acceptance rate", |report| Value::Ratio(report.requests.visitor_acceptance_rate)),
                ]).lines())
                (by_hour.bars())
            }
            (top_lists(content))
        }
    }
}

fn top_lists(content: &Content<'_>) -> Markup {
    let requests = &content.report.requests;
    let pages = requests.top_pages.iter().map(|row| Row {
        scope: Scope::Page(row.page.clone()),
        name: Name::Text(row.page.to_string()),
    });
    let triggers = requests.auto_message_triggers.iter().map(|row| Row {
        scope: Scope::Trigger(row.trigger.clone()),
        name: Name::Text(row.trigger.to_string()),
    });
    let messages = requests.auto_messages.iter().map(|row| Row {
        scope: Scope::AutoMessage(row.auto_message.clone(), row.url.clone()),
        name: Name::Parts(row.auto_message.to_string(), row.url.to_string()),
    });
    let list = |caption, of, heads: &[(&'static str, &'static str)], rows| {
        let figures = Figures {
            caption,
            of,
            columns: columns(heads),
            rows,
            last: None,
            can_be_sorted: false,
        };
        figures.show(content)
    };
    let page_heads = [
        ("requests.total", "Requests"),
        ("requests.text", "Text"),
        ("requests.video", "Video"),
    ];
    let trigger_heads = [("requests.auto_message_triggers", "Clicks")];
    let message_heads = [("requests.auto_messages", "Clicks")];
    html! {
        div.tables {
            (list("Top URLs by request", "Page", &page_heads, pages.collect()))
            (list("Most clicked auto message triggers", "Trigger", &trigger_heads, triggers.collect()))
            (list("Most clicked auto-triggered messages", "Message and link", &message_heads, messages.collect()))
        }
    }
}

fn leaderboard(content: &Content<'_>) -> Markup {
    let mut agents: Vec<&AgentRow> = content.report.leaderboard.agents.iter().collect();
    agents.sort_by_key(|row| std::cmp::Reverse(row.conversations));
    let row = |(place, row): (usize, &&AgentRow)| {
        let agent = row.agent.to_string();
        Row {
            scope: Scope::Agent(row.agent.clone()),
            name: match place {
                ..AGENTS => Name::Linked(agent, agent_place(place)),
                _ => Name::Text(agent),
            },
        }
    };
    let mut heads = columns(&[
        ("leaderboard.conversations", "Conversations"),
        ("leaderboard.average_rating", "Average rating"),
        ("leaderboard.requests", "Initiated requests"),
        ("leaderboard.acceptance_rate", "Acceptance rate"),
        ("leaderboard.attributed_orders", "Attributed orders"),
    ]);
    let orders = &content.report.gmv.average_order_value;
    let mut currencies: Vec<(Currency, AverageAmount)> = orders.iter().collect();
    currencies.sort_by_key(|(_, orders)| std::cmp::Reverse(orders.count));
    for (currency, _) in currencies.iter().copied().take(CURRENCIES) {
        for (id, head) in [
            ("leaderboard.attributed_sales", "Attributed sales"),
            ("leaderboard.net_attributed_sales", "Net"),
        ] {
            heads.push(Column {
                id,
                head,
                currency: Some(currency),
            });
        }
    }
    let figures = Figures {
        caption: "Agents, most conversations first",
        of: "Agent",
        columns: heads,
        rows: agents.iter().enumerate().map(row).collect(),
        last: Some(Row {
            scope: Scope::Unassigned,
            name: Name::Own("no agent"),
        }),
        can_be_sorted: true,
    };
    html! {
        section #leaderboard {
            h3 { "Agent leaderboard" }
            (options(content, &[ShownOption::Zone, ShownOption::Window, ShownOption::Model]))
            (figures.show(content))
            p.note {
                "Net is after refunds and cancellations. No agent: credit of conversations that had no agent when the order was placed."
            }
            @if currencies.len() > CURRENCIES {
                p.note { "Sales in the " (CURRENCIES) " currencies of most orders, of " (currencies.len()) "." }
            }
            @if !agents.is_empty() {
                h4 { "Performance trends" }
                @for (place, row) in agents.iter().take(AGENTS).enumerate() {
                    (performance(content, place, &row.agent))
                }
                (cut(agents.len(), AGENTS))
            }
        }
    }
}

fn agent_place(place: usize) -> String {
    format!("agent-{}", place + 1)
}

/// An agent's trends, folded.
fn performance<'a>(content: &'a Content<'_>, place: usize, agent: &AgentId) -> Markup {
    let trend = content.trend_of_agents();
    let row = |report: &'a Report| {
        let agents = &report.leaderboard.agents;
        let found = agents.binary_search_by(|row| row.agent.cmp(agent)).ok();
        found.and_then(|found| agents.get(found))
    };
    let rows: Vec<Option<&AgentRow>> = trend.reports.iter().map(row).collect();
    let counts = |name, of: fn(&AgentRow) -> u64| {
        Series::of_counts(name, rows.iter().map(|row| row.map_or(0, of)))
    };
    let ratings = rows.iter().map(|row| row.map(|row| row.average_rating));
    let ratings = ratings.map(|mean| Value::Mean(mean.unwrap_or_default()));
    let rates = rows.iter().map(|row| row.map(|row| row.acceptance_rate));
    let rates = rates.map(|ratio| Value::Ratio(ratio.unwrap_or_default()));
    let chart = |title, unit, scale, series| Chart {
        table: Table::OfAll,
        ..trend.chart(title, unit, scale, vec![series])
    };
    let charts = [
        chart(
            "Total conversation trend",
            "conversations",
            Scale::Counts,
            counts("Conversations", |row| row.conversations),
        ),
        chart(
            "Average rating trend",
            "stars",
            Scale::Stars,
            Series::of("Average rating", ratings),
        ),
        chart(
            "Agent initiated request trend",
            "requests",
            Scale::Counts,
            counts("Requests", |row| row.requests),
        ),
        chart(
            "Agent initiated request acceptance rate trend",
            "accepted, %",
            Scale::Percent,
            Series::of("Acceptance rate", rates),
        ),
    ];
    let series: Vec<&Series> = charts.iter().flat_map(|chart| &chart.series).collect();
    html! {
        details.agent {
            summary { bdi { (shown(agent.as_str())) } }
            div id=(agent_place(place)) tabindex="-1" {
                div.charts { @for chart in &charts { (chart.lines()) } }
                details {
                    summary { "Table" }
                    (table_of("Performance trends", trend.step, &trend.labels(), &series))
                }
            }
        }
    }
}
