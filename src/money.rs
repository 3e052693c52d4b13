//! Money: exact decimals, never summed across currencies.
//!
//! An [`Amount`] is what one event may carry: 0 or more, below 10^12, at most 6 decimal places. A [`Sum`] is what a report
//! adds up: an exact integer of millionths, so that addition is associative and no order of events can show in it. Both
//! are plain numbers; [`Money`] is an amount with its [`Currency`], [`MoneyByCurrency`] a sum per currency.
//!
//! **Digits.** Money is written with as many digits as it needs, at least the currency's minor unit: 120 EUR is `120.00`,
//! 700 JPY is `700`, 0.125 USD is `0.125`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{FieldError, quoted};

/// Decimal places that an amount may have.
pub(crate) const PLACES: u32 = 6;
/// Millionths in 1.
pub(crate) const MILLIONTHS: i64 = 1_000_000;
/// Amounts are below this many millionths: 10^12.
const LIMIT: i64 = 1_000_000_000_000 * MILLIONTHS;

pub(crate) const AMOUNT_ALLOWED: &str = "a decimal from 0 to below 1000000000000 with at most 6 decimal places, \
     plain digits in a string (\"35.10\") or a JSON number of at most 15 significant digits";

/// A currency of ISO 4217, such as `EUR`: three capitals, one byte in memory.
///
/// Ordered by code.
///
/// ```
/// use convometrics::Currency;
///
/// let yen: Currency = "JPY".parse()?;
/// assert_eq!((yen.code(), yen.minor_unit()), ("JPY", 0));
/// assert!("jpy".parse::<Currency>().is_err());
/// # Ok::<(), convometrics::FieldError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimal places of the minor unit by ISO 4217: USD 2, JPY 0, KWD 3, CLF 4; 2 for a code that has none, such as XAU.
    #[must_use]
    pub fn minor_unit(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

impl Default for Currency {
    /// `XXX`, ISO 4217's "no currency".
    fn default() -> Self {
        Self(iso_currency::Currency::XXX)
    }
}

impl FromStr for Currency {
    type Err = FieldError;

    fn from_str(code: &str) -> Result<Self, FieldError> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or_else(|| {
                FieldError::new(
                    "currency",
                    quoted(code),
                    "an ISO 4217 code in capitals, such as \"EUR\"",
                )
            })
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A money field of one event: a decimal from 0 to below 10^12 with at most 6 decimal places, exact.
///
/// ```
/// use convometrics::Amount;
///
/// assert_eq!("35.10".parse::<Amount>()?, "35.1".parse()?); // by value
/// assert!("0.0000001".parse::<Amount>().is_err()); // a seventh decimal
/// assert!("-1".parse::<Amount>().is_err());
/// assert!("1e3".parse::<Amount>().is_err()); // plain digits only
/// # Ok::<(), convometrics::FieldError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Takes a decimal that fits.
    ///
    /// # Errors
    /// A [`FieldError`] when it is negative, 10^12 or more, or finer than a millionth.
    pub fn new(decimal: Decimal) -> Result<Self, FieldError> {
        let refused = || FieldError::new("amount", decimal, AMOUNT_ALLOWED);
        let exact = decimal.normalize();
        if exact.is_sign_negative() && !exact.is_zero() {
            return Err(refused());
        }
        let scale = exact.scale();
        let fine = PLACES.checked_sub(scale).ok_or_else(refused)?;
        let millionths = exact
            .mantissa()
            .checked_mul(10_i128.pow(fine))
            .filter(|millionths| *millionths < i128::from(LIMIT))
            .ok_or_else(refused)?;
        i64::try_from(millionths).map(Self).map_err(|_| refused())
    }

    /// As a decimal of at most 6 places, without final zeros.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, PLACES).normalize()
    }

    pub(crate) const fn millionths(self) -> i64 {
        self.0
    }

    /// For parts and remainders of an amount, which are amounts themselves.
    pub(crate) const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// Whether this is 0.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Decimal places needed to write it: 35.1 needs 1, 120 needs 0.
    pub(crate) fn places(self) -> u32 {
        places(i128::from(self.0))
    }
}

impl FromStr for Amount {
    type Err = FieldError;

    /// Reads plain digits with an optional `-` and fraction; final zeros of the fraction are free.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let refused = || FieldError::new("amount", quoted(text), AMOUNT_ALLOWED);
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(refused()),
            Some(parts) => parts,
            None => (digits, ""),
        };
        if whole.is_empty()
            || !whole
                .bytes()
                .chain(fraction.bytes())
                .all(|b| b.is_ascii_digit())
        {
            return Err(refused());
        }
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        if whole.len() > 12 || fraction.len() > PLACES as usize {
            return Err(refused());
        }
        let padding = PLACES as usize - fraction.len();
        let millionths = whole
            .bytes()
            .chain(fraction.bytes())
            .chain(std::iter::repeat_n(b'0', padding))
            .fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        if negative && millionths != 0 {
            return Err(refused());
        }
        Ok(Self(millionths))
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = FieldError;

    fn try_from(decimal: Decimal) -> Result<Self, FieldError> {
        Self::new(decimal)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal_text(i128::from(self.0), 0))
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

/// An exact sum of amounts, in one currency or of no unit.
///
/// An integer of millionths inside: adding is exact, and the same in any order. 10^19 events of the greatest amount would
/// be needed to leave its range, more than a counter of events holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sum(i128);

impl Sum {
    /// Nothing added yet.
    pub const ZERO: Self = Self(0);

    pub(crate) const fn from_millionths(millionths: i128) -> Self {
        Self(millionths)
    }

    pub(crate) const fn millionths(self) -> i128 {
        self.0
    }

    pub(crate) fn add(&mut self, amount: Amount) {
        self.0 = self.0.saturating_add(i128::from(amount.0));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// As a [`Decimal`], without final zeros; `None` beyond its 28 digits.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.0, PLACES)
            .ok()
            .map(|decimal| decimal.normalize())
    }

    /// Written with as many digits as it needs, at least `places` decimal places.
    ///
    /// ```
    /// use convometrics::{Amount, Sum};
    ///
    /// let sum = Sum::from("120".parse::<Amount>()?);
    /// assert_eq!(sum.to_text(2), "120.00");
    /// # Ok::<(), convometrics::FieldError>(())
    /// ```
    #[must_use]
    pub fn to_text(self, places: u32) -> String {
        decimal_text(self.0, places)
    }
}

impl From<Amount> for Sum {
    fn from(amount: Amount) -> Self {
        Self(i128::from(amount.0))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal_text(self.0, 0))
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sum({self})")
    }
}

impl FromStr for Sum {
    type Err = FieldError;

    /// Reads plain digits with an optional `-` and a fraction of at most 6 places.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let refused = || {
            FieldError::new(
                "sum",
                quoted(text),
                "plain digits, at most 6 decimal places",
            )
        };
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        if whole.is_empty()
            || fraction.len() > PLACES as usize
            || !whole
                .bytes()
                .chain(fraction.bytes())
                .all(|b| b.is_ascii_digit())
        {
            return Err(refused());
        }
        let padded = format!("{whole}{fraction:0<6}");
        let millionths: i128 = padded.parse().map_err(|_| refused())?;
        Ok(Self(if digits.len() < text.len() {
            -millionths
        } else {
            millionths
        }))
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// An amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Money {
    /// The currency; money of two currencies is never added.
    pub currency: Currency,
    /// How much of it.
    pub amount: Amount,
}

impl Money {
    /// An amount in a currency.
    #[must_use]
    pub const fn new(amount: Amount, currency: Currency) -> Self {
        Self { currency, amount }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = decimal_text(i128::from(self.amount.0), self.currency.minor_unit());
        write!(f, "{text} {}", self.currency)
    }
}

/// A sum per currency, by code: the JSON object `{"EUR": "120.00", "JPY": "700"}`.
///
/// A currency is there when an order that was counted has it, be its sum 0; empty where nothing was counted.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct MoneyByCurrency(BTreeMap<Currency, Sum>);

impl MoneyByCurrency {
    /// The sum in a currency; `None` where no counted order has it.
    #[must_use]
    pub fn get(&self, currency: Currency) -> Option<Sum> {
        self.0.get(&currency).copied()
    }

    /// The currencies and their sums, by code.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, Sum)> + '_ {
        self.0.iter().map(|(currency, sum)| (*currency, *sum))
    }

    /// How many currencies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, money: Money) {
        self.0.entry(money.currency).or_default().add(money.amount);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (currency, sum) in other.0 {
            self.0.entry(currency).or_default().merge(sum);
        }
    }

    /// What is left of these sums after `other`, currency by currency.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        Self(
            self.iter()
                .map(|(currency, sum)| {
                    (currency, sum.minus(other.get(currency).unwrap_or_default()))
                })
                .collect(),
        )
    }
}

impl Serialize for MoneyByCurrency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (currency, sum) in self.iter() {
            map.serialize_entry(&currency, &sum.to_text(currency.minor_unit()))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for MoneyByCurrency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

/// Decimal places that a number of millionths needs.
fn places(millionths: i128) -> u32 {
    let mut places = PLACES;
    let mut rest = millionths;
    while places > 0 && rest % 10 == 0 {
        rest /= 10;
        places -= 1;
    }
    places
}

/// Millionths as plain digits: as many places as needed, at least `at_least` (at most 6).
fn decimal_text(millionths: i128, at_least: u32) -> String {
    let shown = places(millionths).max(at_least.min(PLACES));
    let unit = 10_u128.pow(shown);
    let units = millionths.unsigned_abs() / 10_u128.pow(PLACES - shown);
    let sign = if millionths < 0 { "-" } else { "" };
    if shown == 0 {
        return format!("{sign}{units}");
    }
    let width = shown as usize;
    format!("{sign}{}.{:0width$}", units / unit, units % unit)
}

/// `sum / count` per currency, as the report gives the average order value: with the digits of the sum, half to even.
///
/// ```
/// use convometrics::{Amount, AverageAmount, Currency};
///
/// let eur: Currency = "EUR".parse()?;
/// // 100.01 / 2 = 50.005, which lies midway between 50.00 and 50.01: the even one is 50.00.
/// let average = AverageAmount::new("100.01".parse::<Amount>()?.into(), 2);
/// assert_eq!(average.value_text(eur).as_deref(), Some("50.00"));
/// # Ok::<(), convometrics::FieldError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct AverageAmount {
    /// The sum of the amounts.
    pub sum: Sum,
    /// How many there are.
    pub count: u64,
}

impl AverageAmount {
    /// A sum over a count.
    #[must_use]
    pub const fn new(sum: Sum, count: u64) -> Self {
        Self { sum, count }
    }

    /// The average in plain digits, as many as the sum has in that currency, half to even; `None` over nothing.
    #[must_use]
    pub fn value_text(self, currency: Currency) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let shown = places(self.sum.0).max(currency.minor_unit().min(PLACES));
        let unit = 10_i128.pow(PLACES - shown);
        let rounded = half_to_even(self.sum.0 / unit, i128::from(self.count));
        Some(decimal_text(rounded.saturating_mul(unit), shown))
    }
}

/// An average per currency, by code: `{"EUR": {"sum": "120.00", "count": 3, "value": "40.00"}}`.
///
/// A currency is there when an order that was counted has it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AverageByCurrency(BTreeMap<Currency, AverageAmount>);

impl AverageByCurrency {
    /// The average in a currency; `None` where no counted order has it.
    #[must_use]
    pub fn get(&self, currency: Currency) -> Option<AverageAmount> {
        self.0.get(&currency).copied()
    }

    /// The currencies and their averages, by code.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, AverageAmount)> + '_ {
        self.0
            .iter()
            .map(|(currency, average)| (*currency, *average))
    }

    /// The sums alone.
    #[must_use]
    pub fn sums(&self) -> MoneyByCurrency {
        MoneyByCurrency(
            self.iter()
                .map(|(currency, average)| (currency, average.sum))
                .collect(),
        )
    }

    pub(crate) fn add(&mut self, money: Money) {
        let average = self.0.entry(money.currency).or_default();
        average.sum.add(money.amount);
        average.count += 1;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (currency, theirs) in other.0 {
            let average = self.0.entry(currency).or_default();
            average.sum.merge(theirs.sum);
            average.count += theirs.count;
        }
    }
}

impl Serialize for AverageByCurrency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row {
            sum: String,
            count: u64,
            value: Option<String>,
        }
        serializer.collect_map(self.iter().map(|(currency, average)| {
            let row = Row {
                sum: average.sum.to_text(currency.minor_unit()),
                count: average.count,
                value: average.value_text(currency),
            };
            (currency, row)
        }))
    }
}

impl<'de> Deserialize<'de> for AverageByCurrency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// The value follows from the other two.
        #[derive(Deserialize)]
        struct Row {
            sum: Sum,
            count: u64,
        }
        let rows: BTreeMap<Currency, Row> = BTreeMap::deserialize(deserializer)?;
        let averages = rows
            .into_iter()
            .map(|(currency, row)| (currency, AverageAmount::new(row.sum, row.count)));
        Ok(Self(averages.collect()))
    }
}

/// The integer nearest to `numerator / denominator`, of two equally near the even one; both are 0 or more.
fn half_to_even(numerator: i128, denominator: i128) -> i128 {
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    match (rest * 2).cmp(&denominator) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient % 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn amounts_are_read_exactly_or_refused() {
        for (text, millionths) in [
            ("0", 0),
            ("-0.00", 0),
            ("0.000001", 1),
            ("35.10", 35_100_000),
            ("007.5", 7_500_000),
            ("1.0000000000", 1_000_000),
            ("999999999999.999999", 999_999_999_999_999_999),
        ] {
            assert_eq!(amount(text).millionths(), millionths, "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            ".5",
            "5.",
            "+5",
            " 5",
            "5 ",
            "1e3",
            "1_000",
            "1,5",
            "0x1",
            "٣",
            "NaN",
            "-0.01",
            "1000000000000",
            "0.0000001",
            "--5",
            "5.5.5",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_decimal_that_fits_is_taken_as_it_is() {
        assert_eq!(Amount::new(Decimal::new(3510, 2)).unwrap(), amount("35.1"));
        assert_eq!(Amount::new(Decimal::new(-0, 2)).unwrap(), Amount::ZERO);
        assert_eq!(amount("35.10").to_decimal(), Decimal::new(351, 1));
        assert!(Amount::new(Decimal::new(-1, 6)).is_err());
        assert!(Amount::new(Decimal::new(1, 7)).is_err());
        assert!(Amount::new(Decimal::new(10, 7)).is_ok()); // 0.0000010, final zeros aside
        assert!(Amount::new(Decimal::MAX).is_err());
        assert!(Amount::new(Decimal::from(1_000_000_000_000_i64)).is_err());
        assert_eq!(Amount::new("0.1".parse().unwrap()).unwrap(), amount("0.1"));
    }

    #[test]
    fn minor_units_are_those_of_iso_4217() {
        for (code, places) in [
            ("USD", 2),
            ("JPY", 0),
            ("KWD", 3),
            ("CLF", 4),
            ("XAU", 2),
            ("XXX", 2),
        ] {
            assert_eq!(currency(code).minor_unit(), places, "{code}");
        }
        for code in ["eur", "EU", "EURO", "ZZZ", ""] {
            assert!(code.parse::<Currency>().is_err(), "{code}");
        }
    }

    #[test]
    fn money_is_written_with_the_digits_it_needs() {
        for (text, code, written) in [
            ("120", "EUR", "120.00 EUR"),
            ("700", "JPY", "700 JPY"),
            ("0.5", "JPY", "0.5 JPY"),
            ("0.125", "USD", "0.125 USD"),
            ("1.5", "KWD", "1.500 KWD"),
            ("0", "EUR", "0.00 EUR"),
        ] {
            assert_eq!(
                Money::new(amount(text), currency(code)).to_string(),
                written
            );
        }
    }

    #[test]
    fn sums_beyond_an_amount_stay_exact() {
        let mut sum = Sum::ZERO;
        for _ in 0..3 {
            sum.add(amount("999999999999.999999"));
        }
        assert_eq!(sum.to_text(2), "2999999999999.999997");
        assert_eq!(sum.to_string().parse::<Sum>().unwrap(), sum);
        assert_eq!("-1.5".parse::<Sum>().unwrap().millionths(), -1_500_000);
    }

    #[test]
    fn an_average_has_the_digits_of_its_sum_half_to_even() {
        for (sum, count, code, value) in [
            ("120.00", 3, "EUR", "40.00"),
            ("100.00", 3, "EUR", "33.33"),
            ("0.05", 2, "EUR", "0.02"),   // 0.025 → the even cent, 0.02
            ("0.15", 2, "EUR", "0.08"),   // 0.075 → 0.08
            ("100", 3, "JPY", "33"),      // yen have no decimals
            ("5", 2, "JPY", "2"),         // 2.5 → 2
            ("0.125", 2, "USD", "0.062"), // 0.0625 → 0.062: three digits, as the sum
        ] {
            let average = AverageAmount::new(amount(sum).into(), count);
            assert_eq!(
                average.value_text(currency(code)).as_deref(),
                Some(value),
                "{sum}/{count}"
            );
        }
        assert_eq!(AverageAmount::default().value_text(currency("EUR")), None);
    }
}
