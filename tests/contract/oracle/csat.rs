//! Satisfaction: one answer per survey.

use std::collections::BTreeSet;

use convometrics::event::{Rating, SurveyEvent, SurveyOutcome};
use convometrics::id::Feedback;
use convometrics::{Event, EventKind};
use serde_json::{Value, json};

use super::Context;
use super::clock::utc;
use super::events::{is, place};
use super::figures::{mean, ratio};
use super::journeys::Visitor;

pub(super) struct Answer<'a> {
    /// Its last event: conversation, outcome and time are those of this one.
    pub(super) last: &'a Event,
    /// The name of the merged visitor.
    visitor: &'a str,
    conversation: &'a str,
    outcome: SurveyOutcome,
    /// The conversation's agent at that event.
    pub(super) agent: Option<&'a str>,
    /// The last one given.
    pub(super) rating: Option<u8>,
    /// The last one given.
    feedback: Option<&'a str>,
}

struct Form<'a> {
    event: &'a Event,
    survey: &'a str,
    conversation: &'a str,
    rating: Option<u8>,
    feedback: Option<&'a str>,
    outcome: SurveyOutcome,
}

fn form(event: &Event) -> Option<Form<'_>> {
    let EventKind::Survey(SurveyEvent::Answered {
        survey,
        conversation,
        rating,
        feedback,
        outcome,
    }) = event.kind()
    else {
        return None;
    };
    Some(Form {
        event,
        survey: survey.as_str(),
        conversation: conversation.as_str(),
        rating: rating.map(Rating::stars),
        feedback: feedback.as_ref().map(Feedback::as_str),
        outcome: *outcome,
    })
}

pub(super) fn answers<'a>(visitor: &Visitor<'a>) -> Vec<Answer<'a>> {
    let forms = visitor.events.iter().filter_map(|event| form(event));
    let latest_first: Vec<Form<'a>> = forms.rev().collect();
    let surveys: BTreeSet<&str> = latest_first.iter().map(|form| form.survey).collect();
    let answer = |survey| {
        let of_survey = || latest_first.iter().filter(|form| form.survey == survey);
        let last = of_survey().next().unwrap();
        Answer {
            last: last.event,
            visitor: visitor.name,
            conversation: last.conversation,
            outcome: last.outcome,
            agent: visitor.agent_at(last.conversation, last.event),
            rating: of_survey().find_map(|form| form.rating),
            feedback: of_survey().find_map(|form| form.feedback),
        }
    };
    surveys.into_iter().map(answer).collect()
}

pub(super) fn metrics(context: &Context<'_>) -> Value {
    let all: Vec<Answer<'_>> = context.visitors.iter().flat_map(answers).collect();
    let stars = |rating| {
        all.iter()
            .filter(|answer| answer.rating == Some(rating))
            .count()
    };
    let mut of_period: Vec<&Answer<'_>> = all.iter().collect();
    of_period.retain(|answer| context.in_period(answer.last));
    // Canonical order, then the merged visitor, then the visitor id as sent.
    of_period.sort_by_key(|answer| {
        let (at, seq, rank, id, sent) = place(answer.last);
        (at, seq, rank, id, answer.visitor, sent)
    });
    let details: Vec<Value> = of_period.iter().map(|answer| detail(answer)).collect();
    let kept = context.options.csat_details().unwrap_or(details.len());
    // The latest of them.
    let details: Vec<Value> = details.iter().rev().take(kept).rev().cloned().collect();
    let average = |is: &dyn Fn(&Answer<'_>) -> bool| {
        let those = of_period.iter().filter(|answer| is(answer));
        let ratings: Vec<u8> = those.filter_map(|answer| answer.rating).collect();
        mean(&ratings)
    };
    let daily = context
        .daily(|day| json!({"average_rating": average(&|answer| day.holds(answer.last.at()))}));
    json!({
        "average_rating": average(&|_| true),
        "daily": daily,
        "distribution": {
            "1": stars(1), "2": stars(2), "3": stars(3), "4": stars(4), "5": stars(5),
        },
        "details": details,
        "response_rate": response_rate(context),
    })
}

/// Of the two-way conversations opened in the period, those with a visible answer that has a rating.
fn response_rate(context: &Context<'_>) -> Value {
    let (mut with_rating, mut all) = (0, 0);
    for visitor in &context.visitors {
        let mut rated: Vec<&Event> = Vec::new();
        for answer in answers(visitor) {
            let conversation = visitor.conversation_of_answer(answer.conversation, answer.last);
            if answer.rating.is_some() {
                rated.extend(conversation.map(|conversation| conversation.opening()));
            }
        }
        for conversation in visitor.two_way_conversations() {
            let opening = conversation.opening();
            if context.in_period(opening) {
                all += 1;
                with_rating += usize::from(rated.iter().any(|rated| is(rated, opening)));
            }
        }
    }
    ratio(with_rating, all)
}

fn detail(answer: &Answer<'_>) -> Value {
    let outcome = match answer.outcome {
        SurveyOutcome::Submitted => "submitted",
        SurveyOutcome::Closed => "closed",
        other => panic!("{other:?}"),
    };
    json!({
        "at": utc(answer.last.at()),
        "visitor": answer.visitor,
        "conversation": answer.conversation,
        "agent": answer.agent,
        "rating": answer.rating,
        "feedback": answer.feedback,
        "outcome": outcome,
    })
}
