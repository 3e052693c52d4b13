//! Sales and credit under other windows and models.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attribution::Model;
use crate::id::AgentId;
use crate::journey::reader::Reader;
use crate::ledger::VisitorLog;
use crate::metrics::cells::Cells;
use crate::metrics::credit::{self, CreditRules, OrderCredit};
use crate::metrics::family::Family;
use crate::metrics::gmv::{Gmv, GmvMetrics};
use crate::metrics::leaderboard::{CreditSum, CreditTally};
use crate::metrics::{Activity, Tally, VisitorView};
use crate::query::{OptionError, Options, View};
use crate::time::{Instant, Period};

/// A table of windows × models: the credit of the same orders under each; see [`View::what_if`].
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
    /// The other options, without `as_of`; each cell has its own `window_seconds` and `model`.
    pub options: Options,
    /// The conditions of the filter in words; `None`, and no field in JSON, without conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The cells by window, then by model, in the given order.
    pub cells: Vec<WhatIfCell>,
}

/// The sales of a report under one window and one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WhatIfCell {
    /// The window.
    pub window_seconds: u64,
    /// The model.
    pub model: Model,
    /// The report's `gmv`. Without a filter it depends on the window, not on the model.
    pub gmv: GmvMetrics,
    /// The agents that are credited with an order, by id.
    pub agents: Vec<AgentCredit>,
    /// Credit of conversations that had no agent.
    pub unassigned: CreditSum,
}

/// The credit of one agent.
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
    /// The windows that are commonly compared: 1, 3, 7, 14, 30 and 90 days.
    pub const WINDOWS: [Duration; 6] = [days(1), days(3), days(7), days(14), days(30), days(90)];

    /// Returns the cell of a window and a model, or `None` if the table has no such cell.
    #[must_use]
    pub fn cell(&self, window: Duration, model: Model) -> Option<&WhatIfCell> {
        let mut cells = self.cells.iter();
        cells.find(|cell| Duration::from_secs(cell.window_seconds) == window && cell.model == model)
    }
}

const fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

/// The sums of one cell: sales, and the credit of each agent.
type Sums = (Cells<Gmv>, CreditTally);

impl<'a> View<'a> {
    /// Computes sales and credit under each given window and model. Each cell equals the report with this
    /// [`with_window`](Options::with_window) and [`with_model`](Options::with_model). Windows of a single channel and
    /// `orders_window` stay as the options set them. The filter applies as it does in a report.
    ///
    /// One scan reads each visitor once, whatever the number of cells. Each cell credits every order, which takes as
    /// long as in a report: n × m steps for a visitor with n touches before each of m orders, under the models that
    /// credit every candidate.
    ///
    /// ```
    /// use std::time::Duration;
    /// use convometrics::explain::WhatIf;
    /// use convometrics::{Ledger, Model, Period, Query, Zone};
    ///
    /// let day = "2026-03-02".parse()?;
    /// let ledger = Ledger::new();
    /// let view = ledger.view(Query::new(Period::from_dates(day, day, &Zone::utc())?));
    /// let table = view.what_if(&WhatIf::WINDOWS, &Model::ALL)?;
    /// assert_eq!(table.cells.len(), 30); // 6 windows × 5 models
    /// let three_days = Duration::from_secs(3 * 86_400);
    /// assert_eq!(table.cell(three_days, Model::Linear), Some(&table.cells[7]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] if a window is longer than 36 600 days or not a whole number of seconds.
    pub fn what_if(&self, windows: &[Duration], models: &[Model]) -> Result<WhatIf, OptionError> {
        let options = self.query.options();
        let mut rules = Vec::with_capacity(windows.len() * models.len());
        for window in windows {
            let of_window = CreditRules::new(&options.clone().with_window(*window)?);
            let of_window = (of_window.sales.window, of_window.gmv.window);
            rules.extend(models.iter().map(|model| (*window, of_window, *model)));
        }
        let scan = self.scan();
        let context = &scan.context;
        let new = || {
            let cell = |_| (Cells::default(), CreditTally::default());
            rules.iter().map(cell).collect()
        };
        let add = |cells: &mut Vec<Sums>, log: VisitorLog<'a>, reader: &mut Reader<'a>| {
            let Some(journey) = scan.journey(&Gmv::READS, log, reader, false) else {
                return;
            };
            // All cells are credited before the filter removes records.
            let credited = rules.iter().map(|(_, windows, model)| {
                let (rules, calendar) = (&context.credit, &context.calendar);
                let mut orders = credit::credit(journey, rules, *windows, *model, calendar);
                credit::keep(&mut orders, journey, &scan.filter);
                orders
            });
            let credited: Vec<Vec<OrderCredit<'_>>> = credited.collect();
            scan.keep(log, journey);
            for ((gmv, by_agent), orders) in cells.iter_mut().zip(&credited) {
                for order in orders {
                    by_agent.add_shares(order.credited());
                }
                let visitor = VisitorView {
                    journey,
                    credit: orders.into(),
                    activity: Activity::default(),
                    service: scan.service,
                };
                gmv.add(context, &visitor);
            }
        };
        let merge = |mine: &mut Vec<Sums>, theirs: Vec<Sums>| {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.0 += theirs.0;
                mine.1 += theirs.1;
            }
        };
        let sums = scan.fold(new, add, merge);
        let cells = rules.iter().zip(sums).map(|(rules, (gmv, by_agent))| {
            let (unassigned, agents) = by_agent.credit(context);
            let agent = |(agent, credit)| AgentCredit { agent, credit };
            WhatIfCell {
                window_seconds: rules.0.as_secs(),
                model: rules.2,
                gmv: gmv.finish(context),
                agents: agents.map(agent).collect(),
                unassigned,
            }
        });
        Ok(WhatIf {
            period: self.query.period().clone(),
            as_of: scan.now.map(Instant::to_utc),
            options: options.clone().at(None),
            filter: self.query.filter_text(),
            cells: cells.collect(),
        })
    }
}
