//! Ratings that are asked for more than once.

use serde_json::{Value, json};

use super::{expect, log, report_of_day, text};

fn rated(survey: &str, rating: Option<u8>, outcome: &str) -> Value {
    json!({"survey": survey, "conversation": "c", "rating": rating, "outcome": outcome})
}

/// A survey each time that the same conversation ends. The second answer is changed from 5 to 4, then the form is closed.
#[test]
fn a_survey_that_is_asked_again_is_another_answer_and_a_change_is_not() {
    let log = log([
        (
            "u",
            "2026-03-02T09:00:00Z",
            "message_sent",
            text("c", "visitor"),
        ),
        (
            "u",
            "2026-03-02T09:01:00Z",
            "message_sent",
            text("c", "ada"),
        ),
        (
            "u",
            "2026-03-02T10:00:00Z",
            "survey_answered",
            rated("s1", Some(2), "submitted"),
        ),
        (
            "u",
            "2026-03-09T10:00:00Z",
            "survey_answered",
            rated("s2", Some(5), "submitted"),
        ),
        (
            "u",
            "2026-03-10T10:00:00Z",
            "survey_answered",
            rated("s2", Some(4), "submitted"),
        ),
        (
            "u",
            "2026-03-10T10:01:00Z",
            "survey_answered",
            rated("s2", None, "closed"),
        ),
    ]);
    expect(
        &log.report_of("2026-03-02", "2026-03-11", "UTC"),
        &[
            ("csat.average_rating", "total", "6/2"),
            ("csat.distribution", "rating:5", "0"),
            ("csat.distribution", "rating:4", "1"),
            ("csat.distribution", "rating:2", "1"),
            ("csat.details", "total", "2"),
            ("csat.average_rating", "day:2026-03-09", "0/0"),
            ("csat.average_rating", "day:2026-03-10", "4/1"),
            ("leaderboard.average_rating", "agent:ada", "6/2"),
            ("csat.response_rate", "total", "1/1"),
        ],
    );
}

/// A survey of three questions is three surveys.
#[test]
fn several_questions_are_several_answers() {
    let log = log([
        (
            "u",
            "09:00",
            "survey_answered",
            rated("knowledge", Some(5), "submitted"),
        ),
        (
            "u",
            "09:00",
            "survey_answered",
            rated("speed", Some(2), "submitted"),
        ),
        (
            "u",
            "09:00",
            "survey_answered",
            rated("overall", Some(4), "submitted"),
        ),
        (
            "w",
            "09:00",
            "survey_answered",
            rated("overall", Some(1), "submitted"),
        ),
    ]);
    expect(
        &report_of_day(&log),
        &[("csat.average_rating", "total", "12/4")],
    );
}
