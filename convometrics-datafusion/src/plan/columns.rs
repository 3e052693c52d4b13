//! A table's columns of events, as the engine is to have them.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, cast, ident};
use datafusion::prelude::DataFrame;

use crate::arrow::{Column, absent};
use crate::query::external;

/// The columns of events alone, each of a type that can be read.
///
/// # Errors
/// Where one cannot be read, or a required one is not there.
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
        columns.push(sent(name, data_type));
    }
    table.select(columns)
}

/// A dictionary of few keys is unpacked: put together from several batches it may have more, and the engine knows no
/// dictionaries of dictionaries.
fn sent(name: &str, data_type: &DataType) -> Expr {
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
