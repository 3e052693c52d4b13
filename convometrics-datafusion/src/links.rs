//! The linked visitors of a log, as an argument of the functions.

use std::collections::BTreeSet;
use std::sync::Arc;

use convometrics::event::VisitorEvent;
use convometrics::ledger::LedgerFull;
use convometrics::{Event, Ledger};
use datafusion::arrow::array::{Array, LargeListArray, LargeStringArray, StructArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::logical_expr::{Expr, ident, lit};
use datafusion::prelude::coalesce;
use datafusion::scalar::ScalarValue;

use crate::arrow::Column;
use crate::functions::visitor_function;

/// The visitor ids that links connect with another id, each with the name of its visitor.
///
/// [`plan::links`](crate::plan::links) resolves the links of a table of events, [`of`](Self::of) those of a ledger.
/// The events of linked visitors must be in one group: see [`to_scalar`](Self::to_scalar) for SQL.
///
/// They are part of each plan, and sent with each task of a cluster. So some hundred thousand linked ids are fine, and
/// many millions are not.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    /// Sorted by id.
    ids: LargeStringArray,
    names: LargeStringArray,
}

impl Links {
    /// Creates the links of a log that has none.
    #[must_use]
    pub fn none() -> Self {
        Self::of(&Ledger::new())
    }

    /// Resolves the links of a ledger.
    ///
    /// ```
    /// use convometrics::Ledger;
    /// use convometrics_datafusion::plan::Links;
    ///
    /// let log = r#"{"id":"1","at":"2026-03-02T09:00:00Z","visitor":"cookie-7","type":"visitor_linked","to":"ann"}"#;
    /// let mut ledger = Ledger::new();
    /// ledger.read_ndjson(log.as_bytes())?;
    /// let links = Links::of(&ledger);
    /// assert!(links.iter().eq([("ann", "ann"), ("cookie-7", "ann")]));
    /// # Ok::<(), convometrics::ledger::LoadError>(())
    /// ```
    #[must_use]
    pub fn of(ledger: &Ledger) -> Self {
        let ids = ledger.linked_ids().map(|(id, _)| Some(id.as_str()));
        let names = ledger.linked_ids().map(|(_, name)| Some(name.as_str()));
        Self {
            ids: ids.collect(),
            names: names.collect(),
        }
    }

    /// Creates links of each text to itself, whose names are the texts of a set.
    fn set(texts: &BTreeSet<String>) -> Self {
        let texts: LargeStringArray = texts.iter().map(Some).collect();
        Self {
            ids: texts.clone(),
            names: texts,
        }
    }

    /// Returns whether no visitor is linked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Returns each linked id with the name of its visitor, in byte order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.ids.len()).map(|place| (self.ids.value(place), self.names.value(place)))
    }

    /// Returns the links as a value for the argument `links` of `convometrics_visitor`, to be bound to a parameter of
    /// a SQL query.
    #[must_use]
    pub fn to_scalar(&self) -> ScalarValue {
        let columns: [Arc<dyn Array>; 2] =
            [Arc::new(self.ids.clone()), Arc::new(self.names.clone())];
        let pairs = StructArray::new(pair_fields(), columns.into(), None);
        let one = OffsetBuffer::from_lengths([pairs.len()]);
        let list = LargeListArray::new(Arc::new(pair_field()), one, Arc::new(pairs), None);
        ScalarValue::LargeList(Arc::new(list))
    }

    /// Reads a value of [`to_scalar`](Self::to_scalar). Null stands for no links. Returns `None` for any other value.
    pub(crate) fn from_scalar(value: &ScalarValue) -> Option<Self> {
        let ScalarValue::LargeList(list) = value else {
            return value.is_null().then(Self::none);
        };
        if list.len() != 1 || list.is_null(0) {
            return Some(Self::none());
        }
        let pairs = list.value(0);
        let pairs = pairs.as_any().downcast_ref::<StructArray>()?;
        let [ids, names] = pairs.columns() else {
            return None;
        };
        let texts = |column: &Arc<dyn Array>| {
            let texts = column.as_any().downcast_ref::<LargeStringArray>();
            texts.cloned()
        };
        Some(Self {
            ids: texts(ids)?,
            names: texts(names)?,
        })
    }

    /// Returns the name of a linked visitor, or `None` for an id that is not linked.
    pub(crate) fn name_of(&self, id: &str) -> Option<&str> {
        let (mut low, mut high) = (0, self.ids.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.ids.value(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(self.names.value(middle)),
            }
        }
        None
    }

    /// Returns links that connect all ids that these or other links connect.
    pub(crate) fn united(&self, other: &Self) -> Result<Self, LedgerFull> {
        let mut ledger = Ledger::new();
        for (number, (id, name)) in self.iter().chain(other.iter()).enumerate() {
            let link = VisitorEvent::Linked {
                to: name.parse().expect("names are visitor ids"),
            };
            let id_of_event = number.to_string().parse().expect("digits are an id");
            let visitor = id.parse().expect("linked ids are visitor ids");
            let at = convometrics::chrono::DateTime::UNIX_EPOCH;
            let event = Event::new(id_of_event, at, visitor, link).expect("the instant is valid");
            ledger.record(&event)?;
        }
        Ok(Self::of(&ledger))
    }

    /// Returns the expression of the name of a row's visitor, or of null if it is not linked.
    pub(crate) fn linked_name(&self) -> Expr {
        if self.is_empty() {
            return lit(ScalarValue::Null);
        }
        visitor_function().call(vec![ident(Column::Visitor.name()), lit(self.to_scalar())])
    }

    /// Returns the expression of the name of a row's visitor.
    pub(crate) fn name(&self) -> Expr {
        let visitor = ident(Column::Visitor.name());
        if self.is_empty() {
            return visitor;
        }
        coalesce(vec![self.linked_name(), visitor])
    }
}

/// Returns the expression of whether the value of a text column is one of these. Unlike a list of literals it is one
/// expression, however many there are.
pub(crate) fn is_one_of(column: Column, texts: &BTreeSet<String>) -> Expr {
    let set = lit(Links::set(texts).to_scalar());
    let found = visitor_function().call(vec![ident(column.name()), set]);
    found.is_not_null()
}

fn pair_fields() -> Fields {
    let text = |name| Field::new(name, DataType::LargeUtf8, true);
    Fields::from(vec![text("linked_id"), text("visitor_name")])
}

fn pair_field() -> Field {
    Field::new("item", DataType::Struct(pair_fields()), true)
}

/// The type of [`Links::to_scalar`].
pub(crate) fn links_type() -> DataType {
    DataType::LargeList(Arc::new(pair_field()))
}
