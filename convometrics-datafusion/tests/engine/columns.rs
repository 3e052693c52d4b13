//! Events as columns and back, in all types of columns.

use std::sync::Arc;

use convometrics::event::EventType;
use convometrics::{Event, Ledger};
use convometrics_datafusion::arrow::{BatchError, BatchReader, batches, row_batch, schema};
use datafusion::arrow::array::{
    Array, ArrayRef, Decimal128Array, Int64Array, NullArray, RecordBatch, StringArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use serde_json::json;

use crate::event_json;
use crate::golden::Golden;
use crate::nasty::{case, ledger};

fn read(batch: &RecordBatch) -> Result<Ledger, BatchError> {
    let mut ledger = Ledger::new();
    BatchReader::new().read(&mut ledger, batch, Err)?;
    Ok(ledger)
}

fn counters(ledger: &Ledger) -> [u64; 3] {
    [ledger.duplicates(), ledger.conflicts(), ledger.superseded()]
}

fn same(one: &Ledger, other: &Ledger) -> bool {
    one.events().eq(other.events()) && counters(one) == counters(other)
}

/// A batch with some of its columns replaced.
pub(crate) fn with(
    batch: &RecordBatch,
    change: impl Fn(&str, &ArrayRef) -> Option<ArrayRef>,
) -> RecordBatch {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = columns
        .filter_map(|(field, column)| {
            let column = change(field.name(), column)?;
            Some((
                Field::new(field.name(), column.data_type().clone(), true),
                column,
            ))
        })
        .unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

pub(crate) fn dictionary(keys: DataType, values: DataType) -> DataType {
    DataType::Dictionary(Box::new(keys), Box::new(values))
}

proptest! {
    #[test]
    fn a_ledger_is_read_back_from_its_batches(case in case(), rows in 1..40_usize) {
        let from = ledger(&case.events);
        let mut back = Ledger::new();
        let mut reader = BatchReader::new();
        let mut new = 0;
        for batch in batches(&from, rows) {
            let batch = batch.unwrap();
            prop_assert_eq!(batch.schema(), schema());
            new += reader.read(&mut back, &batch, Err).unwrap().new;
        }
        prop_assert!(back.events().eq(from.events()));
        prop_assert_eq!(new, from.len() as u64);
    }

    #[test]
    fn all_types_of_columns_hold_the_same_arrivals(case in case()) {
        let expected = ledger(&case.events);
        let batch = row_batch(&case.events).unwrap();
        prop_assert!(same(&read(&batch).unwrap(), &expected));
        for texts in [
            DataType::LargeUtf8,
            DataType::Utf8View,
            dictionary(DataType::Int32, DataType::Utf8),
            dictionary(DataType::UInt16, DataType::LargeUtf8),
        ] {
            let other = with(&batch, |_, column| {
                let is_text = *column.data_type() == DataType::Utf8;
                Some(if is_text { cast(column, &texts).unwrap() } else { column.clone() })
            });
            prop_assert!(same(&read(&other).unwrap(), &expected), "{texts}");
        }
        let others = with(&batch, |name, column| Some(match name {
            "at" => cast(column, &DataType::Timestamp(TimeUnit::Nanosecond, Some("Asia/Tokyo".into()))).unwrap(),
            "seq" => cast(column, &DataType::Int64).unwrap(),
            "revision" => cast(column, &DataType::UInt32).unwrap(),
            "rating" => cast(column, &DataType::Int16).unwrap(),
            "subtotal" => cast(column, &DataType::Decimal128(38, 9)).unwrap(),
            _ => column.clone(),
        }));
        prop_assert!(same(&read(&others).unwrap(), &expected));
        // A column of nulls may be missing, or have the type of nulls.
        let none = |column: &ArrayRef| !column.is_empty() && column.null_count() == column.len();
        let fewer = with(&batch, |_, column| (!none(column)).then(|| column.clone()));
        prop_assert!(same(&read(&fewer).unwrap(), &expected));
        let nulls = with(&batch, |_, column| {
            let nothing = || Arc::new(NullArray::new(column.len())) as ArrayRef;
            Some(if none(column) { nothing() } else { column.clone() })
        });
        prop_assert!(same(&read(&nulls).unwrap(), &expected));
    }
}

/// Writes a batch as Parquet and reads it back.
fn through_parquet(batch: &RecordBatch) -> RecordBatch {
    let file = tempfile::tempfile().unwrap();
    let mut writer = ArrowWriter::try_new(file.try_clone().unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let mut batches = reader.with_batch_size(batch.num_rows()).build().unwrap();
    batches.next().unwrap().unwrap()
}

#[test]
fn every_event_type_is_read_back_from_batches_and_parquet() {
    for event_type in EventType::ALL {
        let event = event_json::with(event_type.name(), json!({"seq": 7, "revision": 3}));
        let event = Event::from_json(&event.to_string()).unwrap();
        let batch = row_batch(std::slice::from_ref(&event)).unwrap();
        for batch in [through_parquet(&batch), batch] {
            let back = read(&batch).unwrap();
            assert!(back.events().eq([event.clone()]), "{event_type}");
        }
    }
}

#[test]
fn golden_logs_are_read_back_from_parquet() {
    for golden in Golden::all() {
        let events = golden.events();
        if events.is_empty() {
            continue;
        }
        let back = read(&through_parquet(&row_batch(&events).unwrap())).unwrap();
        assert!(same(&back, &golden.ledger()), "{}", golden.name());
    }
}

#[test]
fn revision_is_a_whole_number_of_at_most_53_bits() {
    let order = order();
    let with_revision = |revision: i64| {
        let batch = with(&order, |name, column| {
            Some(if name == "revision" {
                Arc::new(Int64Array::from(vec![revision])) as ArrayRef
            } else {
                column.clone()
            })
        });
        read(&batch).map(|ledger| ledger.events().next().unwrap().revision())
    };
    for revision in [0, 1, (1 << 53) - 1] {
        assert_eq!(with_revision(revision).unwrap(), revision.unsigned_abs());
    }
    for revision in [-1, 1 << 53, i64::MAX] {
        let error = with_revision(revision).unwrap_err().to_string();
        let expected = format!("`revision` is {revision}; allowed: an integer from ");
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn retraction_without_a_revision_is_refused() {
    let retraction = one(
        r#"{"id":"e1","at":"2026-03-02T09:00:00Z","visitor":"ann","revision":1,"type":"retracted"}"#,
    );
    let without = with(&retraction, |name, column| {
        (name != "revision").then(|| column.clone())
    });
    let error = read(&without).unwrap_err().to_string();
    let expected = r#"row 1, event "e1" of visitor "ann": `revision` is missing"#;
    assert!(error.starts_with(expected), "{error}");
}

fn one(json: &str) -> RecordBatch {
    row_batch(&[Event::from_json(json).unwrap()]).unwrap()
}

fn order() -> RecordBatch {
    one(
        r#"{"id":"e1","at":"2026-03-02T09:00:00Z","visitor":"ann","type":"order_placed","order":"o","currency":"EUR","subtotal":"12.50"}"#,
    )
}

#[test]
fn error_names_a_column_that_cannot_be_read() {
    let order = order();
    let to = |name: &'static str, data_type: DataType| {
        with(&order, move |column, array| {
            Some(if column == name {
                cast(array, &data_type).unwrap()
            } else {
                array.clone()
            })
        })
    };
    let no_zone = DataType::Timestamp(TimeUnit::Microsecond, None);
    let cases = [
        (
            to("at", no_zone),
            "column `at` is Timestamp(µs); allowed: a Timestamp of any unit with a time zone, such as \"UTC\"",
        ),
        (
            to("subtotal", DataType::Float64),
            "column `subtotal` is Float64; allowed: Decimal128",
        ),
        (
            to("seq", DataType::UInt64),
            "column `seq` is UInt64; allowed: a whole number of up to 64 bits (no UInt64)",
        ),
        (
            to("visitor", DataType::Binary),
            "column `visitor` is Binary; allowed: Utf8, LargeUtf8, Utf8View, or a dictionary of these",
        ),
        (
            with(&order, |name, column| {
                (name != "visitor").then(|| column.clone())
            }),
            "column `visitor` is not there; allowed: Utf8, LargeUtf8, Utf8View, or a dictionary of these",
        ),
        (
            with(&order, |name, column| {
                (name != "at").then(|| column.clone())
            }),
            "column `at` is not there; allowed: a Timestamp of any unit with a time zone, such as \"UTC\"",
        ),
    ];
    for (batch, said) in cases {
        let mut ledger = Ledger::new();
        let error = BatchReader::new()
            .read(&mut ledger, &batch, Err)
            .unwrap_err();
        assert_eq!(error.to_string(), said);
        assert!(ledger.is_empty());
    }
}

#[test]
fn nanoseconds_are_cut_to_the_microsecond() {
    let at = |nanos: i64| {
        let batch = with(&order(), |name, column| {
            Some(if name == "at" {
                let at = datafusion::arrow::array::TimestampNanosecondArray::from(vec![nanos]);
                Arc::new(at.with_timezone("UTC")) as ArrayRef
            } else {
                column.clone()
            })
        });
        read(&batch)
            .unwrap()
            .events()
            .next()
            .unwrap()
            .at()
            .timestamp_micros()
    };
    assert_eq!((at(1_999), at(-1)), (1, -1));
}

#[test]
fn an_amount_is_the_same_at_any_scale() {
    let order = order();
    let written = |digits: i128, precision: u8, scale: i8| {
        let batch = with(&order, |name, column| {
            Some(if name == "subtotal" {
                let amount = Decimal128Array::from(vec![digits]);
                let amount = amount.with_precision_and_scale(precision, scale);
                Arc::new(amount.unwrap()) as ArrayRef
            } else {
                column.clone()
            })
        });
        read(&batch).map_err(|error| error.to_string())
    };
    let expected = written(1_200, 18, 0).unwrap();
    for (digits, precision, scale) in [
        (120_000, 18, 2),
        (12, 5, -2),
        (1_200 * 10_i128.pow(28), 38, 28),
        (1_200 * 10_i128.pow(33), 38, 33),
    ] {
        let found = written(digits, precision, scale).unwrap();
        assert!(found.events().eq(expected.events()), "{digits} at {scale}");
    }
    for (digits, precision, scale, said) in [
        (12_000_000_001, 38, 7, "1200.0000001"),
        (1, 5, -20, "100000000000000000000"),
        (1, 38, -38, "100000000000000000000000000000000000000"),
    ] {
        let error = written(digits, precision, scale).unwrap_err();
        let expected = format!("`subtotal` is {said}; allowed: a decimal from 0");
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn refused_rows_are_numbered_over_all_batches() {
    let order = order();
    let wrong = with(&order, |name, column| {
        Some(if name == "subtotal" {
            let amount = Decimal128Array::from(vec![10_i128.pow(30)]);
            Arc::new(amount.with_precision_and_scale(38, 2).unwrap()) as ArrayRef
        } else {
            column.clone()
        })
    });
    let mut ledger = Ledger::new();
    let mut reader = BatchReader::new();
    let mut refused = Vec::new();
    for batch in [&order, &wrong, &order, &wrong] {
        let result = reader.read(&mut ledger, batch, |row| {
            refused.push(row.to_string());
            Ok(())
        });
        result.unwrap();
    }
    assert_eq!((ledger.len(), ledger.duplicates()), (1, 1));
    let said = "event \"e1\" of visitor \"ann\": `subtotal` is 10000000000000000000000000000.00; allowed: a \
                decimal from 0 to below 1000000000000 with at most 6 decimal places";
    assert_eq!(
        refused,
        [format!("row 2, {said}"), format!("row 4, {said}")]
    );
    let error = BatchReader::new()
        .read(&mut ledger, &wrong, Err)
        .unwrap_err();
    assert_eq!(error.to_string(), format!("row 1, {said}"));
}

#[test]
fn error_names_the_event_or_the_visitor_of_a_refused_row() {
    for (missing, said) in [
        ("visitor", r#"row 1, event "e1": `visitor` is missing"#),
        ("id", r#"row 1 of visitor "ann": `id` is missing"#),
    ] {
        let batch = with(&order(), |name, column| {
            Some(if name == missing {
                Arc::new(StringArray::new_null(1)) as ArrayRef
            } else {
                column.clone()
            })
        });
        let error = read(&batch).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}
