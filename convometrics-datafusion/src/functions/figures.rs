//! The figures of a report as rows of a table.

use std::sync::Arc;

use convometrics::Report;
use convometrics::output::FigureRow;
use datafusion::arrow::array::{
    ArrayRef, AsArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, StructArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Field, Fields, Schema};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::arrow::is_text;
use crate::query::failed;

const NAME: &str = "convometrics_figures";

/// The digits of the exact columns.
const EXACT: DataType = DataType::Decimal128(38, 6);

/// Returns a report's figures as a table, with a row for each figure, and for each currency of money.
///
/// | column | type | holds |
/// | --- | --- | --- |
/// | `metric` | text | the id in the [catalogue](convometrics::catalogue) |
/// | `scope` | text | the kind of scope: `total`, `day`, `hour`, `agent`, `agent_day`, `page`, … |
/// | `key` | text | the agent, page, trigger or message; the hour, 0 to 23; the rating, 1 to 5 |
/// | `link` | text | the link that an automatic message carried |
/// | `date` | date | the local day |
/// | `value` | double | the figure, to draw; null without data |
/// | `exact` | decimal | the exact figure of counts and money |
/// | `numerator`, `denominator` | decimal, whole number | the terms of a ratio, or the sum (of minutes: in seconds) and the count of a mean, to add up and divide again |
/// | `unit` | text | the currency of money, or the metric's unit |
///
/// # Errors
/// An [`ArrowError`] if a sum has more than 32 digits.
pub fn figures(report: &Report) -> Result<RecordBatch, ArrowError> {
    let (fields, columns) = columns(&report.rows())?;
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

fn fields() -> Fields {
    let field = |name: &str, data_type, is_nullable| Field::new(name, data_type, is_nullable);
    Fields::from(vec![
        field("metric", DataType::Utf8, false),
        field("scope", DataType::Utf8, false),
        field("key", DataType::Utf8, true),
        field("link", DataType::Utf8, true),
        field("date", DataType::Date32, true),
        field("value", DataType::Float64, true),
        field("exact", EXACT, true),
        field("numerator", EXACT, true),
        field("denominator", DataType::Int64, true),
        field("unit", DataType::Utf8, false),
    ])
}

fn columns(rows: &[FigureRow]) -> Result<(Fields, Vec<ArrayRef>), ArrowError> {
    let each = || rows.iter();
    let texts = |texts: StringArray| -> ArrayRef { Arc::new(texts) };
    let values = each().map(|row| row.value.as_ref()?.parse::<f64>().ok());
    let days = each().map(|row| row.date.map(Date32Type::from_naive_date));
    // Counts have no numerator, money no denominator, and neither is a quotient.
    let exact = each().map(|row| match (&row.value, row.denominator) {
        (Some(value), None) => millionths(value).map(Some),
        _ => Ok(None),
    });
    let numerators = each().map(|row| row.numerator.as_deref().map(millionths).transpose());
    let denominators =
        each().map(|row| row.denominator.and_then(|count| i64::try_from(count).ok()));
    let columns: Vec<ArrayRef> = vec![
        texts(each().map(|row| Some(row.metric.id)).collect()),
        texts(each().map(|row| Some(row.scope.name())).collect()),
        texts(each().map(|row| row.key.as_deref()).collect()),
        texts(each().map(|row| row.link.as_deref()).collect()),
        Arc::new(days.collect::<Date32Array>()),
        Arc::new(values.collect::<Float64Array>()),
        decimals(exact)?,
        decimals(numerators)?,
        Arc::new(denominators.collect::<Int64Array>()),
        texts(each().map(|row| Some(row.unit)).collect()),
    ];
    Ok((fields(), columns))
}

fn decimals(
    numbers: impl Iterator<Item = Result<Option<i128>, ArrowError>>,
) -> Result<ArrayRef, ArrowError> {
    let column: Decimal128Array = numbers.collect::<Result<_, _>>()?;
    let column = column.with_data_type(EXACT);
    column.validate_decimal_precision(38)?;
    Ok(Arc::new(column))
}

/// Plain digits, with at most 6 after the point.
fn millionths(text: &str) -> Result<i128, ArrowError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<6}");
    digits
        .parse()
        .map_err(|_| ArrowError::ComputeError(format!("{text} has too many digits")))
}

/// `convometrics_figures`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct FiguresFunction {
    signature: Signature,
}

impl FiguresFunction {
    pub(super) fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for FiguresFunction {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        let row = Field::new_list_field(DataType::Struct(fields()), false);
        Ok(DataType::List(Arc::new(row)))
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [report] if is_text(report) => Ok(vec![DataType::Utf8]),
            _ => plan_err!("{NAME} takes one argument: reports in JSON"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [reports] = args.args.as_slice() else {
            return plan_err!("{NAME} takes one argument: reports in JSON");
        };
        let reports = cast(&reports.to_array(args.number_rows)?, &DataType::Utf8)?;
        let mut rows = Vec::new();
        let mut lengths = Vec::new();
        for report in reports.as_string::<i32>() {
            let before = rows.len();
            if let Some(report) = report {
                let report: Report =
                    serde_json::from_str(report).map_err(|error| failed(NAME, error))?;
                rows.extend(report.rows());
            }
            lengths.push(rows.len() - before);
        }
        let (fields, columns) = columns(&rows)?;
        let rows = StructArray::try_new(fields.clone(), columns, None)?;
        let row = Arc::new(Field::new_list_field(DataType::Struct(fields), false));
        let offsets = OffsetBuffer::from_lengths(lengths);
        let lists = ListArray::try_new(row, offsets, Arc::new(rows), None)?;
        Ok(ColumnarValue::Array(Arc::new(lists)))
    }
}
