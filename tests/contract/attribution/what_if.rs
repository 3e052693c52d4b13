//! Tables of windows and models: each cell is the report's.

use std::time::Duration;

use crate::queries::{query, seconds};
use convometrics::explain::WhatIf;
use convometrics::query::OptionName;
use convometrics::{Channel, Ledger, Model, Options, Report};
use proptest::prelude::*;
use proptest::sample::select;

use crate::golden::Golden;
use crate::nasty::case;

/// Each cell of a table against a report with its window and its model.
pub(crate) fn check(
    ledger: &Ledger,
    report: &Report,
    windows: &[Duration],
    models: &[Model],
) -> Result<(), TestCaseError> {
    let options = Options::of(report);
    let table = ledger
        .view(query(&report.period, &options))
        .what_if(windows, models)
        .unwrap();
    prop_assert_eq!(
        (&table.period, table.as_of, &table.options),
        (&report.period, report.as_of, &report.options)
    );
    prop_assert_eq!(table.cells.len(), windows.len() * models.len());
    let text = serde_json::to_string(&table).unwrap();
    prop_assert_eq!(&serde_json::from_str::<WhatIf>(&text).unwrap(), &table);
    let mut cells = table.cells.iter();
    for window in windows {
        for model in models {
            let cell = cells.next().unwrap();
            prop_assert_eq!(
                (cell.window_seconds, cell.model),
                (window.as_secs(), *model)
            );
            prop_assert_eq!(table.cell(*window, *model), Some(cell));
            let options = options
                .clone()
                .with_window(*window)
                .unwrap()
                .with_model(*model);
            let report = ledger.report(&report.period, &options);
            prop_assert_eq!(&cell.gmv, &report.gmv);
            prop_assert_eq!(&cell.unassigned, &report.leaderboard.unassigned);
            let rows = report
                .leaderboard
                .agents
                .iter()
                .filter(|row| row.attributed_orders > 0)
                .map(|row| {
                    let sales = (
                        row.attributed_sales.clone(),
                        row.net_attributed_sales.clone(),
                    );
                    (row.agent.clone(), row.attributed_orders, sales)
                });
            let found = cell.agents.iter().map(|row| {
                let sales = (
                    row.credit.attributed_sales.clone(),
                    row.credit.net_attributed_sales.clone(),
                );
                (row.agent.clone(), row.credit.attributed_orders, sales)
            });
            prop_assert_eq!(found.collect::<Vec<_>>(), rows.collect::<Vec<_>>());
        }
    }
    Ok(())
}

#[test]
fn each_cell_of_a_golden_logs_table_is_the_reports() {
    for golden in Golden::all() {
        let ledger = golden.ledger();
        let report = golden.report(&ledger);
        check(&ledger, &report, &WhatIf::WINDOWS, &Model::ALL).unwrap();
        let options = Options::of(&report)
            .with_channel_window(Channel::Text, seconds(3_600))
            .unwrap();
        let report = ledger.report(&report.period, &options);
        check(
            &ledger,
            &report,
            &[seconds(60), seconds(86_400)],
            &[Model::Linear],
        )
        .unwrap();
    }
}

proptest! {
    #[test]
    fn each_cell_of_a_table_is_the_reports(
        case in case(),
        windows in proptest::collection::vec(select(vec![0_u64, 900, 86_400]), 0..3),
        models in proptest::collection::vec(select(Model::ALL.to_vec()), 0..3),
    ) {
        let windows: Vec<Duration> = windows.into_iter().map(seconds).collect();
        check(&case.ledger(), &case.report(), &windows, &models)?;
    }
}

#[test]
fn a_cell_outside_the_table_is_none() {
    let period = crate::logs::days("2026-03-01", "2026-03-01", "UTC");
    let table = Ledger::new()
        .view(query(&period, &Options::new()))
        .what_if(
            &[seconds(60), seconds(900)],
            &[Model::Linear, Model::FirstTouch],
        )
        .unwrap();
    let found = |window, model| {
        let cell = table.cell(seconds(window), model);
        cell.map(|cell| (cell.window_seconds, cell.model))
    };
    assert_eq!(found(60, Model::Linear), Some((60, Model::Linear)));
    assert_eq!(
        found(900, Model::FirstTouch),
        Some((900, Model::FirstTouch))
    );
    assert_eq!(found(61, Model::Linear), None);
    assert_eq!(found(60, Model::LastTouch), None);
}

#[test]
fn a_window_beyond_what_is_allowed_is_refused() {
    let ledger = Ledger::new();
    let period = crate::logs::days("2026-03-01", "2026-03-01", "UTC");
    let table = |window| {
        ledger
            .view(query(&period, &Options::new()))
            .what_if(&[seconds(86_400), seconds(window)], &[Model::Linear])
    };
    assert!(table(36_600 * 86_400).is_ok());
    let error = table(36_600 * 86_400 + 1).unwrap_err();
    assert_eq!(error.option(), OptionName::Window);
}

#[test]
fn the_usual_windows_are_1_to_90_days() {
    let days = [1, 3, 7, 14, 30, 90].map(|days| days * 24 * 3_600);
    assert_eq!(WhatIf::WINDOWS.map(|window| window.as_secs()), days);
}
