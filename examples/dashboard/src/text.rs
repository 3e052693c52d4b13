//! Figures and outsiders' text as people read them.

use convometrics::catalogue::Value;
use convometrics::chrono::{DateTime, Utc};
use convometrics::money::{AverageByCurrency, MoneyByCurrency};
use convometrics::ratio::MeanMinutes;
use convometrics::rust_decimal::{Decimal, RoundingStrategy};
use convometrics::{Mean, Ratio, Zone};

/// What stands where there is no value: nothing is not zero.
pub(crate) const NONE: &str = "–";

/// A figure, its parts or currencies one by one.
pub(crate) fn value(value: &Value) -> Vec<String> {
    let or_none = |lines: Vec<String>| {
        if lines.is_empty() {
            vec![NONE.to_owned()]
        } else {
            lines
        }
    };
    match value {
        Value::Count(number) => vec![count(*number)],
        Value::Ratio(ratio) => vec![percent(*ratio)],
        Value::Mean(mean) => vec![stars(*mean)],
        Value::Minutes(mean) => vec![minutes(*mean)],
        Value::Money(sums) => or_none(money(sums)),
        Value::Average(averages) => or_none(average(averages)),
        _ => vec![NONE.to_owned()],
    }
}

/// What a ratio or a mean is made of; `None` of what is no quotient.
pub(crate) fn parts(value: &Value) -> Option<String> {
    match value {
        Value::Ratio(ratio) => Some(format!(
            "{} of {}",
            count(ratio.numerator),
            count(ratio.denominator)
        )),
        Value::Mean(mean) => Some(format!("of {}", some(mean.count, "answer"))),
        Value::Minutes(mean) => Some(format!("of {}", some(mean.count, "conversation"))),
        Value::Average(averages) => {
            let orders: Vec<u64> = averages.iter().map(|(_, average)| average.count).collect();
            match orders.as_slice() {
                [] => None,
                [one] => Some(format!("of {}", some(*one, "order"))),
                several => {
                    let several: Vec<String> =
                        several.iter().map(|orders| count(*orders)).collect();
                    Some(format!("of {} orders", several.join(", ")))
                }
            }
        }
        _ => None,
    }
}

/// A figure on one line, with what it is made of: `37.5 % (3 of 8)`.
pub(crate) fn with_parts(figure: &Value) -> String {
    let lines = value(figure).join(", ");
    match parts(figure) {
        Some(parts) => format!("{lines} ({parts})"),
        None => lines,
    }
}

/// By what a figure is sorted; `None` where it has no value, or one for each currency.
pub(crate) fn sorts_by(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "an order of rows")]
        Value::Count(number) => Some(*number as f64),
        Value::Ratio(ratio) => ratio.value(),
        Value::Mean(mean) => mean.value(),
        Value::Minutes(mean) => mean.value(),
        _ => None,
    }
}

/// `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// `1 order`, `1,234 orders`.
pub(crate) fn some(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", count(number))
}

/// `37.5 %`.
fn percent(ratio: Ratio) -> String {
    let hundred = Decimal::from(ratio.numerator) * Decimal::ONE_HUNDRED;
    quotient(Some(hundred), ratio.denominator, 1).map_or(NONE.to_owned(), |text| text + " %")
}

/// `4.33`, of 5 stars.
fn stars(mean: Mean) -> String {
    quotient(Some(mean.sum.into()), mean.count, 2).unwrap_or(NONE.to_owned())
}

/// `4.3 min`.
fn minutes(mean: MeanMinutes) -> String {
    let minutes = mean.sum_seconds.to_decimal();
    let minutes = minutes.and_then(|seconds| seconds.checked_div(Decimal::from(60)));
    quotient(minutes, mean.count, 1).map_or(NONE.to_owned(), |text| text + " min")
}

/// `1,234.50 EUR`, a text for each currency.
fn money(sums: &MoneyByCurrency) -> Vec<String> {
    let texts = sums.iter().map(|(currency, sum)| {
        let text = sum.to_text(currency.minor_unit());
        format!("{} {currency}", grouped(&text))
    });
    texts.collect()
}

fn average(averages: &AverageByCurrency) -> Vec<String> {
    let texts = averages.iter().filter_map(|(currency, average)| {
        let text = average.value_text(currency)?;
        Some(format!("{} {currency}", grouped(&text)))
    });
    texts.collect()
}

/// A quotient to so many places, half up; `None` over nothing.
fn quotient(dividend: Option<Decimal>, divisor: u64, places: u32) -> Option<String> {
    let exact = dividend?.checked_div(Decimal::from(divisor))?;
    let rounded = exact.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let places = usize::try_from(places).unwrap_or_default();
    Some(grouped(&format!("{rounded:.places$}")))
}

/// Thousands apart.
pub(crate) fn grouped(number: &str) -> String {
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => ("−", number),
        None => ("", number),
    };
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut grouped = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

/// An instant by the zone's clocks, to the second: `2026-03-29 03:30:00 +02:00`.
pub(crate) fn local(at: DateTime<Utc>, zone: &Zone) -> String {
    zone.local(at).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// Of a name that outsiders gave, so many characters are shown.
const NAME: usize = 120;

/// A name that outsiders gave, [cut short](cut_short): what is not seen in it is shown, blanks at its ends, of which there
/// are several, and lines too.
pub(crate) fn shown(name: &str) -> String {
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    let mut all = String::new();
    while let Some(character) = characters.next() {
        let is_lone = before != ' ' && characters.peek().is_some_and(|next| *next != ' ');
        all.push(match character {
            ' ' if !is_lone => '␣',
            '\n' => '␊',
            hidden if is_ignorable(hidden) => '\u{fffd}',
            other => other,
        });
        before = character;
    }
    cut_short(&all, NAME)
}

/// Whether nothing is drawn for a character, by Unicode's list of those that may be ignored, or a blank that is none of ours.
fn is_ignorable(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || (character.is_whitespace() && !matches!(character, ' ' | '\n' | '\t'..='\r'))
}

/// What a visitor wrote, [cut short](cut_short).
pub(crate) fn written(text: &str) -> String {
    if text.trim().is_empty() {
        shown(text)
    } else {
        cut_short(text, WRITTEN)
    }
}

/// Of what a visitor wrote, so many characters are shown.
const WRITTEN: usize = 500;

/// The first characters of outsiders' text; control characters and marks of direction, which change how the rest is seen,
/// as a character that is. Lines stay lines.
pub(crate) fn cut_short(text: &str, most: usize) -> String {
    let shown = |character: char| match character {
        '\n' => '\n',
        '\u{7f}' => '␡',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => '\u{fffd}',
        other => other,
    };
    let mut characters = text.chars().map(shown);
    let mut first: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        first.push('…');
    }
    first
}
