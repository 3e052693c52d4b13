//! The shard of a visitor.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::arrow::{Column, Texts};
use crate::query::external;

const NAME: &str = "convometrics_shard";

/// Returns the shard of a visitor, from 0: the same on every machine and in every release. (The parts of a ledger are
/// others.)
///
/// ```
/// use convometrics_datafusion::shard_of;
///
/// assert_eq!(shard_of("ann", 64), shard_of("ann", 64));
/// assert!(shard_of("ben", 64) < 64);
/// assert_eq!(shard_of("ben", 1), 0);
/// ```
#[must_use]
pub fn shard_of(visitor: &str, shards: u32) -> u32 {
    // FNV-1a with the final mix of MurmurHash3, so that ids that differ in the last characters are distributed evenly.
    let hash = visitor
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    let hash = hash ^ (hash >> 33);
    // The shard is to the number of shards as the hash is to 2^64.
    let shard = (u128::from(hash) * u128::from(shards)) >> 64;
    u32::try_from(shard)
        .expect("the hash is below 2^64, so the shard is below the number of shards")
}

/// `convometrics_shard`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ShardFunction {
    signature: Signature,
}

impl ShardFunction {
    pub(super) fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for ShardFunction {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt32)
    }

    /// Checks a literal number of shards before anything runs.
    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        if let [_, Some(shards)] = args.scalar_arguments {
            number_of_shards(shards)?;
        }
        Ok(Arc::new(Field::new(NAME, DataType::UInt32, true)))
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [visitor, shards] = types else {
            return plan_err!("{NAME} takes a visitor and a number of shards");
        };
        Column::Visitor.check(visitor).map_err(external)?;
        if !shards.is_integer() && !shards.is_null() {
            return plan_err!("{NAME}: `shards` is {shards}; allowed: a whole number");
        }
        Ok(vec![visitor.clone(), DataType::Int64])
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [visitors, shards] = args.args.as_slice() else {
            return plan_err!("{NAME} takes a visitor and a number of shards");
        };
        let shards = match shards {
            ColumnarValue::Scalar(shards) => number_of_shards(shards)?,
            ColumnarValue::Array(_) => return no_number_of_shards("a column"),
        };
        let visitors = visitors.to_array(args.number_rows)?;
        Ok(ColumnarValue::Array(numbers(&visitors, shards)?))
    }
}

fn number_of_shards(shards: &ScalarValue) -> Result<u32> {
    let number = match shards.cast_to(&DataType::Int64)? {
        ScalarValue::Int64(number) => number.and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    match number.filter(|number| *number > 0) {
        Some(number) => Ok(number),
        None => no_number_of_shards(&shards.to_string()),
    }
}

fn no_number_of_shards<T>(found: &str) -> Result<T> {
    plan_err!("{NAME}: `shards` is {found}; allowed: a literal from 1 to 4294967295")
}

fn numbers(visitors: &ArrayRef, shards: u32) -> Result<ArrayRef> {
    let Some(texts) = Texts::new(visitors) else {
        return plan_err!(
            "{NAME}: `visitor` is {}; allowed: text",
            visitors.data_type()
        );
    };
    let of = |row| texts.at(row).map(|visitor| shard_of(visitor, shards));
    Ok(Arc::new(
        (0..visitors.len()).map(of).collect::<UInt32Array>(),
    ))
}
