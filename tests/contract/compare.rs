//! Comparing reports as JSON: numbers as numbers, instants as instants, money to the digit.

use std::collections::BTreeMap;

use chrono::DateTime;
use rust_decimal::Decimal;
use serde_json::Value;

/// Where a report differs from what is expected; further fields are allowed, a further currency is not.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare(expected, found, "", &mut differences);
    differences
}

fn compare(expected: &Value, found: &Value, path: &str, differences: &mut Vec<String>) {
    let mut differ = || differences.push(format!("{path}: expected {expected}, found {found}"));
    match (expected, found) {
        (Value::Object(wanted), Value::Object(fields)) => {
            for (name, value) in wanted {
                let field = fields.get(name).unwrap_or(&Value::Null);
                if fields.contains_key(name) {
                    compare(value, field, &format!("{path}.{name}"), differences);
                } else {
                    differences.push(format!("{path}.{name}: missing"));
                }
            }
            for name in fields.keys().filter(|name| is_currency(name)) {
                if !wanted.contains_key(name) {
                    differences.push(format!("{path}.{name}: a further currency"));
                }
            }
        }
        (Value::Array(wanted), Value::Array(rows)) => {
            if wanted.len() != rows.len() {
                differences.push(format!(
                    "{path}: expected {} rows, found {}",
                    wanted.len(),
                    rows.len()
                ));
            }
            for (index, (value, row)) in wanted.iter().zip(rows).enumerate() {
                compare(value, row, &format!("{path}[{index}]"), differences);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else {
                return differ();
            };
            if (a - b).abs() > 1e-12 * a.abs() {
                differ();
            }
        }
        (Value::String(a), Value::String(b)) if a != b => {
            let instants = DateTime::parse_from_rfc3339(a)
                .ok()
                .zip(DateTime::parse_from_rfc3339(b).ok());
            if instants.is_none_or(|(a, b)| a != b) {
                differ();
            }
        }
        (a, b) if a != b => differ(),
        _ => {}
    }
}

fn is_currency(name: &str) -> bool {
    name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Every figure of a report that adds up, by path; rows of lists are named by their key, not by their place, so that the
/// figures of two reports can be added. Values that follow from others are left out, and so are rows without a figure.
pub(crate) fn sums(report: &Value) -> BTreeMap<String, Decimal> {
    let mut sums = BTreeMap::new();
    for family in [
        "conversations",
        "requests",
        "visitors",
        "gmv",
        "csat",
        "leaderboard",
        "engage",
        "data_quality",
    ] {
        collect(&report[family], family, &mut sums);
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums
}

fn collect(value: &Value, path: &str, sums: &mut BTreeMap<String, Decimal>) {
    const KEYS: [&str; 8] = [
        "date",
        "hour",
        "agent",
        "page",
        "trigger",
        "auto_message",
        "url",
        "visitor",
    ];
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name != "value" && !KEYS.contains(&name.as_str()) {
                    collect(value, &format!("{path}.{name}"), sums);
                }
            }
        }
        Value::Array(rows) if path.ends_with("details") => {
            for row in rows {
                *sums.entry(format!("{path} {row}")).or_default() += Decimal::ONE;
            }
        }
        Value::Array(rows) => {
            for row in rows {
                let key: Vec<String> = KEYS
                    .iter()
                    .filter_map(|key| row.get(key))
                    .map(Value::to_string)
                    .collect();
                collect(row, &format!("{path}[{}]", key.join(", ")), sums);
            }
        }
        // Quotients are not whole numbers, and names are no numbers. Neither adds up.
        Value::Number(number) => {
            if let Some(count) = number.as_u64() {
                *sums.entry(path.to_owned()).or_default() += Decimal::from(count);
            }
        }
        Value::String(text) => {
            if let Ok(amount) = text.parse::<Decimal>() {
                *sums.entry(path.to_owned()).or_default() += amount;
            }
        }
        _ => {}
    }
}

/// Adds sums, path by path.
pub(crate) fn plus(
    mut a: BTreeMap<String, Decimal>,
    b: BTreeMap<String, Decimal>,
) -> BTreeMap<String, Decimal> {
    for (path, sum) in b {
        *a.entry(path).or_default() += sum;
    }
    a
}
