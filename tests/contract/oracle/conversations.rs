//! Conversations: two-way ones, counted at their opening.

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
    let all = context
        .visitors
        .iter()
        .flat_map(Visitor::two_way_conversations);
    let opened: Vec<_> = all
        .filter(|conversation| context.in_period(conversation.opening().unwrap()))
        .collect();
    let opened: Vec<&Conversation<'_>> = opened.iter().collect();
    let spans: Vec<u64> = opened
        .iter()
        .map(|conversation| conversation.span())
        .collect();
    let mut metrics = counts(&opened);
    metrics["average_duration_minutes"] = mean_minutes(&spans);
    metrics["daily"] = context.daily(|day| {
        let mut of_day = opened.clone();
        of_day.retain(|conversation| day.holds(conversation.opening().unwrap().at()));
        counts(&of_day)
    });
    metrics
}
