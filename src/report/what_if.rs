//! What sales and credit would be under other windows and models.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Options, ReportOptions};
use crate::attribution::{Model, Window};
use crate::error::OptionError;
use crate::id::{AgentId, Trusted};
use crate::journey::Journey;
use crate::ledger::Ledger;
use crate::metrics::gmv::{GmvMetrics, GmvTally};
use crate::metrics::leaderboard::{CreditSum, CreditTally};
use crate::metrics::{Frame, Tally, credit};
use crate::time::{Instant, Period};

/// A table of windows × models: what each would make of the same orders; see [`Ledger::what_if`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WhatIf {
    /// The period.
    pub period: Period,
    /// "Now", as in a report.
    #[serde(with = "crate::time::utc::option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<DateTime<Utc>>"))]
    pub as_of: Option<DateTime<Utc>>,
    /// All other options; `window_seconds` and `model` are those of each cell.
    pub options: ReportOptions,
    /// By window, then by model, in the order in which they were given.
    pub cells: Vec<WhatIfCell>,
}

/// What a report under one window and one model says of sales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WhatIfCell {
    /// The window.
    pub window_seconds: u64,
    /// The model.
    pub model: Model,
    /// The report's `gmv`: which orders count depends on the window, not on the model.
    pub gmv: GmvMetrics,
    /// The agents that are credited with an order, by id.
    pub agents: Vec<AgentCredit>,
    /// Credit of conversations that had no agent.
    pub unassigned: CreditSum,
}

/// What one agent is credited with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AgentCredit {
    /// The agent.
    pub agent: AgentId,
    /// The agent's part of orders and sales, as on the leaderboard.
    #[serde(flatten)]
    pub credit: CreditSum,
}

impl WhatIf {
    /// The windows that are commonly compared, in seconds: 1, 3, 7, 14, 30 and 90 days.
    pub const WINDOWS_SECONDS: [u64; 6] =
        [86_400, 259_200, 604_800, 1_209_600, 2_592_000, 7_776_000];

    /// The cell of a window and a model; `None` where it was not asked for.
    #[must_use]
    pub fn cell(&self, window_seconds: u64, model: Model) -> Option<&WhatIfCell> {
        let mut cells = self.cells.iter();
        cells.find(|cell| cell.window_seconds == window_seconds && cell.model == model)
    }
}

/// The sums of one window.
struct Row<'a> {
    gmv: GmvTally,
    /// One for each model.
    credit: Vec<CreditTally<'a>>,
}

impl Ledger {
    /// What sales and credit would be under each of some windows and each of some models: for each pair, what a report
    /// with [`with_window_seconds`](Options::with_window_seconds) and [`with_model`](Options::with_model) says. Windows
    /// of a channel of its own stay as the options have them.
    ///
    /// One pass over the log: every visitor's story is read once, whatever the number of cells. Each cell credits every
    /// order anew, which takes as long as it does in a report: n × m steps for a visitor with n touches before each of m
    /// orders, under the models that credit every candidate.
    ///
    /// ```
    /// use convometrics::report::WhatIf;
    /// use convometrics::{Ledger, Model, Options, Period, Zone};
    ///
    /// let ledger = Ledger::new();
    /// let day = "2026-03-02".parse()?;
    /// let period = Period::from_dates(day, day, &Zone::utc())?;
    /// let table = ledger.what_if(&period, &Options::new(), &WhatIf::WINDOWS_SECONDS, &Model::ALL)?;
    /// assert_eq!(table.cells.len(), 30); // 6 windows × 5 models
    /// assert_eq!(table.cell(3 * 86_400, Model::Linear), Some(&table.cells[7]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] that names `window_seconds` above 36 600 days.
    pub fn what_if(
        &self,
        period: &Period,
        options: &Options,
        windows_seconds: &[u64],
        models: &[Model],
    ) -> Result<WhatIf, OptionError> {
        let windows: Vec<(u64, Window)> = windows_seconds
            .iter()
            .map(|seconds| {
                let options = options.clone().with_window_seconds(*seconds)?;
                Ok((*seconds, options.credit_rules().window))
            })
            .collect::<Result<_, OptionError>>()?;
        let all = self.all();
        let pass = all.pass(period, options);
        let frame = &pass.frame;
        let rows = pass.fold(
            || new_rows(frame, windows.len(), models.len()),
            |rows: &mut Vec<Row<'_>>, log, reader| {
                if let Some(journey) = pass.asked::<GmvTally>(log, reader, false) {
                    add_to_rows(rows, journey, &windows, models, frame);
                }
            },
            merge_rows,
        );
        let cells = rows
            .into_iter()
            .zip(&windows)
            .flat_map(|(row, (seconds, _))| {
                let gmv = row.gmv.finish(frame);
                let cells = row.credit.into_iter().zip(models);
                cells.map(move |(credit, model)| cell(*seconds, *model, gmv.clone(), credit))
            });
        Ok(WhatIf {
            period: period.clone(),
            as_of: pass.now.map(Instant::to_utc),
            options: options.settings().clone(),
            cells: cells.collect(),
        })
    }
}

fn add_to_rows<'a>(
    rows: &mut [Row<'a>],
    journey: &Journey<'a>,
    windows: &[(u64, Window)],
    models: &[Model],
    frame: &Frame,
) {
    for (row, (_, window)) in rows.iter_mut().zip(windows) {
        let orders = credit::credit(journey, &frame.credit, *window, models, &frame.calendar);
        row.gmv.add_credit(frame, journey, &orders);
        for order in &orders {
            for (tally, shares) in row.credit.iter_mut().zip(&order.shares) {
                tally.add(shares);
            }
        }
    }
}

fn new_rows<'a>(frame: &Frame, windows: usize, models: usize) -> Vec<Row<'a>> {
    let row = || Row {
        gmv: GmvTally::new(frame),
        credit: std::iter::repeat_with(CreditTally::default)
            .take(models)
            .collect(),
    };
    std::iter::repeat_with(row).take(windows).collect()
}

fn merge_rows<'a>(mine: &mut Vec<Row<'a>>, theirs: Vec<Row<'a>>) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        mine.gmv += theirs.gmv;
        for (mine, theirs) in mine.credit.iter_mut().zip(theirs.credit) {
            *mine += theirs;
        }
    }
}

fn cell(window_seconds: u64, model: Model, gmv: GmvMetrics, credit: CreditTally<'_>) -> WhatIfCell {
    let (unassigned, agents) = credit.finish();
    let agent = |(agent, credit): (Cow<'_, str>, CreditSum)| AgentCredit {
        agent: AgentId::trusted(&agent),
        credit,
    };
    WhatIfCell {
        window_seconds,
        model,
        gmv,
        agents: agents.into_iter().map(agent).collect(),
        unassigned,
    }
}
