//! A report as rows.

use convometrics::{Ledger, Options};
use convometrics_datafusion::figures;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Decimal128Type, Float64Type, Int64Type};
use proptest::prelude::*;

use crate::exact::{context, run};
use crate::nasty::{case, json};

/// The first row of a query.
fn first(batches: &[RecordBatch]) -> RecordBatch {
    batches
        .iter()
        .find(|batch| batch.num_rows() > 0)
        .unwrap()
        .slice(0, 1)
}

fn select(report: &str, what: &str) -> Vec<RecordBatch> {
    let report = report.replace('\'', "''");
    run(async {
        let context = context(2, 8192);
        let sql = format!(
            "SELECT {what} FROM (SELECT unnest(figure) FROM (SELECT unnest(convometrics_figures('{report}')) AS figure))
             AS figures (metric, scope, key, link, date, value, exact, numerator, denominator, unit)"
        );
        context.sql(&sql).await.unwrap().collect().await.unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_are_the_figures_and_exact_ones_are_exact(case in case()) {
        let report = case.report();
        let rows = report.rows();
        let table = figures(&report).unwrap();
        prop_assert_eq!(table.num_rows(), rows.len());
        let [value, exact, numerator, denominator] =
            ["value", "exact", "numerator", "denominator"].map(|name| table.column_by_name(name).unwrap());
        for (place, row) in rows.iter().enumerate() {
            let double = value.as_primitive::<Float64Type>();
            let double = double.is_valid(place).then(|| double.value(place));
            prop_assert_eq!(double, row.value.as_ref().map(|text| text.parse().unwrap()));
            let decimal = |column: &dyn Array| {
                let column = column.as_primitive::<Decimal128Type>();
                column.is_valid(place).then(|| column.value_as_string(place))
            };
            let same = |decimal: Option<String>, text: Option<&String>| match (decimal, text) {
                (Some(decimal), Some(text)) => {
                    let text = if text.contains('.') { text.clone() } else { format!("{text}.") };
                    decimal.trim_end_matches('0') == text.trim_end_matches('0')
                }
                (decimal, text) => decimal.is_none() && text.is_none(),
            };
            prop_assert!(same(decimal(numerator), row.numerator.as_ref()));
            let is_exact = row.denominator.is_none();
            prop_assert!(same(decimal(exact), row.value.as_ref().filter(|_| is_exact)));
            let count = denominator.as_primitive::<Int64Type>();
            let count = count.is_valid(place).then(|| count.value(place));
            prop_assert_eq!(count, row.denominator.map(u64::cast_signed));
        }
        // SQL has the same.
        let counted = first(&select(&json(&report), "count(*)"));
        let counted = counted.column(0).as_primitive::<Int64Type>().value(0);
        prop_assert_eq!(counted, i64::try_from(rows.len()).unwrap());
    }
}

#[test]
fn sql_joins_and_adds_up_figures() {
    let day = |day: &str| day.parse().unwrap();
    let zone = "Europe/Paris".parse().unwrap();
    let period =
        convometrics::Period::from_dates(day("2026-03-01"), day("2026-03-31"), &zone).unwrap();
    let report = Ledger::new().report(&period, &Options::new());
    let found = first(&select(
        &json(&report),
        "count(*) FILTER (WHERE scope = 'day' AND metric = 'conversations.total'), sum(denominator), max(date)",
    ));
    assert_eq!(found.column(0).as_primitive::<Int64Type>().value(0), 31);
    assert_eq!(found.column(1).as_primitive::<Int64Type>().value(0), 0);
}
