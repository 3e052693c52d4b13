//! Conversations, counted at their opening. Most figures count two-way conversations alone.

use serde_json::{Value, json};

use super::Context;
use super::figures::mean_minutes;
use super::journeys::{Conversation, Visitor};

fn counts(conversations: &[&Conversation<'_>]) -> Value {
    let text = |conversation: &&&Conversation<'_>| conversation.text_two_way().is_some();
    let video = |conversation: &&&Conversation<'_>| conversation.video_two_way().is_some();
    let all = || conversations.iter();
    json!({
        "total": all().count(),
        "text": all().filter(text).count(),
        "video": all().filter(video).count(),
        "both": all().filter(text).filter(video).count(),
    })
}

pub(super) fn metrics(context: &Context<'_>) -> Value {
    let all: Vec<Conversation<'_>> = context
        .visitors
        .iter()
        .flat_map(Visitor::conversations)
        .filter(|conversation| context.in_period(conversation.opening()))
        .collect();
    let opened: Vec<&Conversation<'_>> = all
        .iter()
        .filter(|conversation| conversation.two_way().is_some())
        .collect();
    let spans: Vec<u64> = opened
        .iter()
        .map(|conversation| conversation.span())
        .collect();
    let mut metrics = counts(&opened);
    metrics["opened"] = json!(all.len());
    metrics["one_sided"] = json!(all.len() - opened.len());
    metrics["average_duration_minutes"] = mean_minutes(&spans);
    metrics["daily"] = context.daily(|day| {
        let mut of_day = opened.clone();
        of_day.retain(|conversation| day.holds(conversation.opening().at()));
        counts(&of_day)
    });
    metrics
}
