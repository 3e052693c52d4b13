//! Customer satisfaction: ratings of 1 to 5 stars, and written feedback.
//!
//! A period is `[from, to)`, and an answer counts at its own time. All events of one survey make **one answer**: its
//! rating is the last rating given, and its feedback the last feedback given (closing the form clears neither). Its
//! conversation, outcome and time are those of its last event. The glossary says *Net Promoter Survey*, but its scale
//! is 1 to 5 and the figure is a mean.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (One-to-One) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `average_rating` | Avg rating | stars | Mean over the answers in the period that have a rating, submitted or closed. | total, day (*Avg Rating Trend*) | `null` |
//! | `response_rate` | – | ratio | Two-way conversations that opened in the period with a visible answer that has a rating / two-way conversations that opened in the period. | total | `null` |
//! | `distribution` | CSATS rating distribution | answers | Answers of the rating, over **all** visible ones, whatever the period. | rating | `0` |
//! | `details` | CSAT feedback Detail | answers | The answers in the period, in order of their last events, then by visitor. If there are more than the option `csat_details`, only the latest. | total | `[]` |
//!
//! <!-- end of catalogue -->
//!
//! Worked example: survey q gets 2 stars at 10:00 and is closed at 10:05 with the words "slow". This is one answer at
//! 10:05: 2 stars, "slow", closed. Survey r gets 5 stars. `average_rating` is 7 / 2 = 3.5; `distribution` has one
//! answer of 2 and one of 5. A report of the next day alone has no average, no rows in `details`, and the same
//! `distribution`. The row of q in `details` is at 10:05. Its `agent` is the conversation's agent at 10:05: that of the
//! latest assignment until then, otherwise of the latest agent act until then, otherwise null. If four two-way
//! conversations opened in the period and q and r are about two of them, `response_rate` is 2/4. With the option
//! `csat_details` 1, `details` has only the later of the two answers, and no other figure changes; with 0 it has no
//! text that a visitor wrote.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::cells::{AddFigure, Cell, Cells, Part};
use super::family::{Excluded, Family, Reads, Sink, Unit};
use super::multiset::{Element, Multiset};
use super::registry::family;
use super::sums::Ratings;
use super::{AllTimeFigures, ReportContext, TALKS, VisitorView};
use crate::event::EventType;
use crate::event::{Rating, SurveyOutcome};
use crate::id::{AgentId, ConversationId, EventId, Feedback, Trusted, VisitorId};
use crate::journey::commerce::Answer;
use crate::ledger::Types;
use crate::metric::{Kind, Records, Scope, ScopeKind};
use crate::ratio::{Mean, Ratio};
use crate::sums::{add_up_sums, counts};

/// The number of answers per rating: `{"1": 0, "2": 0, "3": 1, "4": 0, "5": 9}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RatingDistribution {
    /// Answers with one star.
    #[serde(rename = "1")]
    pub one: u64,
    /// Answers with two stars.
    #[serde(rename = "2")]
    pub two: u64,
    /// Answers with three stars.
    #[serde(rename = "3")]
    pub three: u64,
    /// Answers with four stars.
    #[serde(rename = "4")]
    pub four: u64,
    /// Answers with five stars.
    #[serde(rename = "5")]
    pub five: u64,
}

impl RatingDistribution {
    /// Returns the number of answers with a rating.
    #[must_use]
    pub fn count(&self, rating: Rating) -> u64 {
        let counts = [self.one, self.two, self.three, self.four, self.five];
        counts[usize::from(rating.stars()) - 1]
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CsatDetail {
    /// The time of its last event.
    #[serde(with = "crate::time::utc")]
    #[cfg_attr(feature = "schema", schemars(with = "DateTime<Utc>"))]
    pub at: DateTime<Utc>,
    /// The visitor who answered.
    pub visitor: VisitorId,
    /// The conversation that it is about.
    pub conversation: ConversationId,
    /// The conversation's agent at the answer: the latest assigned, otherwise the latest to act, otherwise none.
    pub agent: Option<AgentId>,
    /// The last rating given.
    pub rating: Option<Rating>,
    /// The last feedback given.
    pub feedback: Option<Feedback>,
    /// How the visitor left the form.
    pub outcome: SurveyOutcome,
}

impl Part for RatingDistribution {
    type Family = Csat;

    fn read(cells: &mut Cells<Csat>, _: &ReportContext) -> Self {
        let answers = |slot| cells.ratings.read(slot, |state| state.ratings.answers());
        let [one, two, three, four, five] = std::array::from_fn(answers);
        Self {
            one,
            two,
            three,
            four,
            five,
        }
    }

    fn list(&self, _: &Scope, add: &mut AddFigure<'_>) {
        let mut metrics = METRICS.iter();
        let distribution = metrics.find(|metric| metric.has(ScopeKind::Rating));
        let distribution = distribution.expect("`distribution` has the scope `Rating`");
        for rating in Rating::ALL {
            let count = self.count(rating).into();
            add(distribution, &Scope::Rating(rating), count);
        }
    }
}

/// The figure of a list of answers is their number.
impl Part for Vec<CsatDetail> {
    type Family = Csat;

    fn read(cells: &mut Cells<Csat>, context: &ReportContext) -> Self {
        let details = std::mem::take(&mut cells.total.details).into_sorted();
        let kept = context.options.csat_details().unwrap_or(usize::MAX);
        let older = details.len().saturating_sub(kept);
        let latest = details.into_iter().skip(older);
        latest.map(|detail| detail.row).collect()
    }

    fn list(&self, outer: &Scope, add: &mut AddFigure<'_>) {
        let mut metrics = METRICS.iter();
        let details = metrics.find(|metric| metric.kind == Kind::Records);
        let details = details.expect("`details` is a list of records");
        add(details, outer, (self.len() as u64).into());
    }
}

/// One answer, with its sort key among those of all visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Detail {
    seq: u32,
    event: EventId,
    /// The visitor id of the last event as sent, if it is not the visitor's name.
    sender: Option<VisitorId>,
    row: CsatDetail,
}

impl Detail {
    fn of(answer: &Answer<'_>) -> Self {
        Self {
            seq: answer.seq,
            event: answer.id.with_text(EventId::trusted),
            sender: (answer.sender != answer.visitor)
                .then(|| answer.sender.with_text(VisitorId::trusted)),
            row: CsatDetail {
                at: answer.at.to_utc(),
                visitor: answer.visitor.with_text(VisitorId::trusted),
                conversation: answer.conversation.with_text(ConversationId::trusted),
                agent: answer.agent.map(AgentId::trusted),
                rating: answer.rating,
                feedback: answer.feedback.map(Feedback::trusted),
                outcome: answer.outcome,
            },
        }
    }
}

impl Element for Detail {
    /// The canonical order of the last events, then the visitor, then the visitor id as sent.
    fn place(&self) -> impl Ord {
        let visitor = &self.row.visitor;
        let sender = self.sender.as_ref().unwrap_or(visitor);
        (self.row.at, self.seq, &self.event, visitor, sender)
    }

    fn heap_bytes(&self) -> usize {
        let row = &self.row;
        let agent = row.agent.as_ref().map_or(0, |agent| agent.as_str().len());
        let sender = self.sender.as_ref().map_or(0, |id| id.as_str().len());
        let feedback = row.feedback.as_ref().map_or(0, |text| text.as_str().len());
        let ids = [
            self.event.as_str(),
            row.visitor.as_str(),
            row.conversation.as_str(),
        ];
        ids.map(str::len).iter().sum::<usize>() + agent + sender + feedback
    }
}

/// The answers of one cell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CsatState {
    ratings: Ratings,
    responses: Responses,
    details: Multiset<Detail>,
}

add_up_sums!(CsatState {
    ratings,
    responses,
    details
});

counts! {
    /// Two-way conversations, and those of them with a rating.
    struct Responses { conversations, rated }
}

family! {
    /// The family of satisfaction.
    Csat "csat" from CsatState => CsatMetrics;
    rows {
        /// The figures of satisfaction; see [the module](self) for their definitions.
        Total => CsatMetrics {
            /// Every local day of the period.
            daily: Vec<CsatDay>,
            /// The answers of each rating, whatever the period.
            distribution: RatingDistribution,
            /// The answers in the period, in order of their last events, then by visitor.
            details: Vec<CsatDetail>,
        }
        /// The ratings of one local day.
        Day => CsatDay {}
    }
    metrics {
        /// Mean over the answers in the period that have a rating, submitted or closed.
        average_rating: Mean = |state| state.ratings.mean(), "Average rating", Stars of Answers at Answer,
        for [Total: "Avg rating", Day: "Avg Rating Trend"] over [Days, Visitors];

        /// Two-way conversations that opened in the period with a visible answer that has a rating / two-way
        /// conversations that opened in the period.
        response_rate: Ratio = |state| Ratio::new(state.responses.rated, state.responses.conversations),
        "Response rate of surveys", Share of Conversations at Opening,
        for [Total] over [Days, Visitors];

        /// Answers of the rating, over **all** visible ones, whatever the period.
        rows of distribution: u64 = |state| state.ratings.answers(), "Distribution of ratings", Answers at Always,
        for [Rating: "CSATS rating distribution"] over [Visitors];

        /// The answers in the period, in order of their last events, then by visitor. If there are more than the option
        /// `csat_details`, only the latest.
        rows of details: Records = |state| Records(state.details.len() as u64),
        "Answers in detail", Answers at Answer,
        for [Total: "CSAT feedback Detail"] over [Days, Visitors];
    }
}

const SURVEYS: Types = Types::of([EventType::SurveyAnswered]);

impl Family for Csat {
    const READS: Reads = Reads {
        types: SURVEYS.or(TALKS),
        ..Reads::always(SURVEYS)
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        for answer in &visitor.journey.answers {
            sink.record(Unit::Answer(answer));
            let day = sink.day(answer.at);
            if let Some(rating) = answer.rating {
                let add = |state: &mut CsatState| state.ratings += Ratings::of(rating);
                sink.change(Cell::Rating(rating), add);
                if let Some(day) = day {
                    sink.change(Cell::Total, add);
                    sink.change(Cell::Day(day), add);
                }
            }
            if day.is_some() {
                sink.change(Cell::Total, |state| {
                    state.details.add(Detail::of(answer));
                });
            }
        }
        for conversation in &visitor.journey.conversations {
            sink.record(Unit::Conversation(conversation));
            let add = |state: &mut CsatState| {
                state.responses.conversations += 1;
                state.responses.rated += u64::from(conversation.is_rated);
            };
            match (conversation.opening, conversation.two_way()) {
                (None, _) => sink.exclude(Excluded::NoOpening, add),
                (Some(_), None) => sink.exclude(Excluded::OneSided, add),
                (Some(opening), Some(_)) => {
                    if sink.day(opening.at()).is_some() {
                        sink.change(Cell::Total, add);
                    }
                }
            }
        }
    }

    fn all_time(cells: &Cells<Csat>, all_time: &mut AllTimeFigures) {
        let ratings = |slot| cells.ratings.read(slot, |state| state.ratings);
        all_time.ratings = std::array::from_fn(ratings);
    }

    fn set_all_time(cells: &mut Cells<Csat>, known: &AllTimeFigures) {
        for (slot, ratings) in known.ratings.into_iter().enumerate() {
            cells.ratings.at(slot).ratings = ratings;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_its_ids_and_its_text() {
        let detail = |sender: Option<&str>, agent: Option<&str>, feedback: Option<&str>| Detail {
            seq: 0,
            event: EventId::trusted("e1"),
            sender: sender.map(VisitorId::trusted),
            row: CsatDetail {
                at: DateTime::UNIX_EPOCH,
                visitor: VisitorId::trusted("ann"),
                conversation: ConversationId::trusted("chat"),
                agent: agent.map(AgentId::trusted),
                rating: None,
                feedback: feedback.map(Feedback::trusted),
                outcome: SurveyOutcome::Closed,
            },
        };
        assert_eq!(detail(None, None, None).heap_bytes(), 2 + 3 + 4);
        assert_eq!(
            detail(Some("cookie"), Some("adele"), Some("too slow")).heap_bytes(),
            9 + 6 + 5 + 8
        );
    }
}
