//! Columns of texts, of any type that can be read.

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, LargeStringArray, StringArray, StringViewArray,
};
use datafusion::arrow::datatypes::DataType;

/// A borrowed column of texts.
pub(crate) enum Texts<'a> {
    None,
    Utf8(&'a StringArray),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    /// The place of each row's text among the values, the dictionary, and its values.
    Dictionary(Vec<usize>, &'a dyn Array, Box<Texts<'a>>),
}

impl<'a> Texts<'a> {
    /// Borrows a column, or returns `None` if its values are not texts.
    pub(crate) fn new(array: &'a ArrayRef) -> Option<Self> {
        match array.data_type() {
            DataType::Null => Some(Self::None),
            DataType::Utf8 => array.as_string_opt().map(Self::Utf8),
            DataType::LargeUtf8 => array.as_string_opt().map(Self::LargeUtf8),
            DataType::Utf8View => array.as_string_view_opt().map(Self::Utf8View),
            DataType::Dictionary(_, _) => {
                let dictionary = array.as_any_dictionary_opt()?;
                let values = Self::new(dictionary.values())?;
                let keys = match dictionary.values().len() {
                    0 => vec![0; array.len()],
                    _ => dictionary.normalized_keys(),
                };
                Some(Self::Dictionary(keys, array.as_ref(), Box::new(values)))
            }
            _ => None,
        }
    }

    pub(crate) fn at(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::None => None,
            Self::Utf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::LargeUtf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Utf8View(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Dictionary(keys, array, values) => {
                let key = *keys.get(row).filter(|_| array.is_valid(row))?;
                values.at(key)
            }
        }
    }
}

/// Returns whether values of a type are texts.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}
