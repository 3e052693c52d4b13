//! Rankings of agents by a figure, or by the lower bound of its interval.

use serde::Serialize;

use super::{Confidence, Estimate};
use crate::error::choices;
use crate::id::AgentId;
use crate::metrics::leaderboard::{AgentRow, LeaderboardMetrics};

choices! {
    "ranked_figure",
    /// The figure that agents are ranked by.
    pub enum RankedFigure {
        /// `acceptance_rate`.
        AcceptanceRate => "acceptance_rate",
        /// `average_rating`.
        AverageRating => "average_rating",
    }
}

choices! {
    "ranked_by",
    /// The property of the figure that agents are ranked by.
    pub enum RankedBy {
        /// The value: 1 of 1 comes before 90 of 100.
        Value => "value",
        /// The lower bound of the interval, the least value that the cases support: 90 of 100 comes before 1 of 1.
        LowerBound => "lower_bound",
    }
}

/// An agent in a ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RankedAgent {
    /// The place, from 1 for the best. Equal agents share a place, and the next place counts them: 1, 2, 2, 4. `None`
    /// if the figure has no interval.
    pub place: Option<u64>,
    /// The agent.
    pub agent: AgentId,
    /// The value of the figure; `None` if there are no cases.
    pub value: Option<f64>,
    /// The number of cases: requests or ratings.
    pub cases: u64,
    /// The interval of the value.
    pub estimate: Estimate,
}

impl LeaderboardMetrics {
    /// Ranks the agents by one of their figures, best first.
    ///
    /// Agents of equal rank are ordered by number of cases, most first, then by id. Agents whose figure has no
    /// interval, with no cases or fewer than the [minimum](Confidence::with_min_cases), come last in the same order and
    /// have no place. The interval of an average rating is that of [`Confidence::rating_interval`].
    ///
    /// Worked example, at 95 %: 1 of Ada's 1 requests was accepted, and 90 of Ben's 100. Wilson's lower bounds are 1 /
    /// (1 + 3.8415) = 0.2065 for Ada and (183.8415 − 12.3714) / 207.6829 = 0.8256 for Ben, so Ben comes before Ada.
    ///
    /// ```
    /// use convometrics::confidence::{RankedBy, RankedFigure};
    /// use convometrics::metrics::leaderboard::LeaderboardMetrics;
    /// use convometrics::confidence::Confidence;
    /// # fn row(agent: &str, accepted: u64, requests: u64) -> serde_json::Value {
    /// #     serde_json::json!({
    /// #         "agent": agent, "average_rating": {"sum": "0", "count": 0}, "requests": requests,
    /// #         "acceptance_rate": {"numerator": accepted, "denominator": requests}, "conversations": 0,
    /// #         "attributed_sales": {}, "attributed_orders": 0, "net_attributed_sales": {}, "daily": [],
    /// #     })
    /// # }
    ///
    /// # let board = serde_json::json!({
    /// #     "agents": [row("ada", 1, 1), row("ben", 90, 100), row("cy", 0, 0)],
    /// #     "unassigned": {"attributed_orders": 0, "attributed_sales": {}, "net_attributed_sales": {}},
    /// # });
    /// # let board: LeaderboardMetrics = serde_json::from_value(board)?;
    /// // `board` is `report.leaderboard`: Ada with 1 of 1, Ben with 90 of 100, Cy with no request.
    /// let places = |by| {
    ///     let rows = board.ranked(RankedFigure::AcceptanceRate, by, &Confidence::default()).into_iter();
    ///     rows.map(|row| (row.place, row.agent.to_string())).collect::<Vec<_>>()
    /// };
    /// let [ada, ben, cy] = ["ada", "ben", "cy"].map(str::to_owned);
    /// assert_eq!(places(RankedBy::LowerBound), [(Some(1), ben.clone()), (Some(2), ada.clone()), (None, cy.clone())]);
    /// assert_eq!(places(RankedBy::Value), [(Some(1), ada), (Some(2), ben), (None, cy)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn ranked(
        &self,
        figure: RankedFigure,
        by: RankedBy,
        confidence: &Confidence,
    ) -> Vec<RankedAgent> {
        let ranked = |row: &AgentRow| {
            let (rate, rating) = (row.acceptance_rate, row.average_rating);
            let (value, cases, estimate) = match figure {
                RankedFigure::AcceptanceRate => {
                    let estimate = confidence.ratio_interval(rate);
                    (rate.value(), rate.denominator, estimate)
                }
                RankedFigure::AverageRating => {
                    let estimate = confidence.rating_interval(rating);
                    (rating.value(), rating.count, estimate)
                }
            };
            let rank = estimate.low().and_then(|low| match by {
                RankedBy::Value => value,
                RankedBy::LowerBound => Some(low),
            });
            let agent = RankedAgent {
                place: None,
                agent: row.agent.clone(),
                value,
                cases,
                estimate,
            };
            (rank, agent)
        };
        let mut rows: Vec<_> = self.agents.iter().map(ranked).collect();
        // Greater values come first, and `None` comes last.
        rows.sort_by(|(rank, row), (other_rank, other)| {
            let other_order = (other_rank, other.cases, &row.agent);
            let order = other_order.partial_cmp(&(rank, row.cases, &other.agent));
            order.expect("values and bounds with an interval are finite")
        });
        let (mut last_rank, mut last_place) = (None, 0);
        for (place, (rank, row)) in (1..).zip(&mut rows) {
            if *rank != last_rank {
                (last_rank, last_place) = (*rank, place);
            }
            row.place = rank.map(|_| last_place);
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }
}
