//! The columns of a table of events, in types that the engine can process.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, cast, ident};
use datafusion::prelude::DataFrame;

use crate::arrow::{Column, absent};
use crate::query::external;

/// Selects the columns of events.
///
/// # Errors
/// If the type of a column cannot be read, or a required column is missing.
pub(crate) fn events(table: DataFrame) -> Result<DataFrame> {
    let mut columns = Vec::new();
    for column in Column::ALL {
        let name = column.name();
        if !table.schema().has_column_with_unqualified_name(name) {
            if column.is_required() {
                return Err(external(absent(column)));
            }
            continue;
        }
        let data_type = table
            .schema()
            .field_with_unqualified_name(name)?
            .data_type();
        column.check(data_type).map_err(external)?;
        columns.push(processable(name, data_type));
    }
    table.select(columns)
}

/// Returns the column in a type that the engine can process. Dictionaries of at most 16-bit keys become texts, because
/// the batches of several partitions can have more values together. Dictionaries of dictionaries become texts too.
fn processable(name: &str, data_type: &DataType) -> Expr {
    use DataType::{Dictionary, Int8, Int16, UInt8, UInt16};
    let column = ident(name);
    match data_type {
        Dictionary(keys, values)
            if matches!(**keys, Int8 | UInt8 | Int16 | UInt16)
                || matches!(**values, Dictionary(_, _)) =>
        {
            cast(column, DataType::Utf8).alias(name)
        }
        _ => column,
    }
}
