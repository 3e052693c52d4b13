//! Satisfaction.

use serde_json::json;

use super::{json_of, survey};
use crate::logs::Log;

#[test]
fn an_answer_keeps_the_last_rating_and_feedback_given_and_the_rest_of_its_last_event() {
    let mut log = Log::new().assigned("ann", "08:00", "c", "a-1");
    log = survey(log, "10:00", "q", json!({"rating": 2}));
    log = survey(
        log,
        "10:05",
        "q",
        json!({"feedback": "slow", "outcome": "closed"}),
    );
    log = log.assigned("ann", "10:06", "c", "a-2"); // after the answer: moves nothing
    log = survey(
        log,
        "11:00",
        "r",
        json!({"rating": 5, "conversation": "nobody"}),
    );
    log = survey(log, "11:30", "s", json!({"outcome": "closed"}));
    let csat = log.report().csat;
    // (2 + 5) / 2 = 3.5; the third has no rating.
    assert_eq!(
        json_of(&csat.average_rating),
        json!({"sum": "7", "count": 2, "value": 3.5})
    );
    assert_eq!(
        json_of(&csat.distribution),
        json!({"1": 0, "2": 1, "3": 0, "4": 0, "5": 1})
    );
    assert_eq!(
        json_of(&csat.details),
        json!([
            {"at": "2026-03-02T10:05:00Z", "visitor": "ann", "conversation": "c", "agent": "a-1", "rating": 2, "feedback": "slow", "outcome": "closed"},
            {"at": "2026-03-02T11:00:00Z", "visitor": "ann", "conversation": "nobody", "agent": null, "rating": 5, "feedback": null, "outcome": "submitted"},
            {"at": "2026-03-02T11:30:00Z", "visitor": "ann", "conversation": "c", "agent": "a-2", "rating": null, "feedback": null, "outcome": "closed"}
        ])
    );
}

#[test]
fn the_distribution_is_of_all_time_the_mean_of_the_period() {
    let mut log = Log::new();
    log = survey(log, "2026-02-01T10:00:00Z", "old", json!({"rating": 1}));
    log = survey(log, "10:00", "new", json!({"rating": 5}));
    let csat = log.report_of("2026-03-02", "2026-03-02", "UTC").csat;
    assert_eq!((csat.average_rating.sum, csat.average_rating.count), (5, 1));
    assert_eq!((csat.distribution.one, csat.distribution.five), (1, 1));
    assert_eq!(csat.details.len(), 1);
}
