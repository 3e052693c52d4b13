//! The attribution engine over any touches, conversions and rules: credit sums to the amount, wherever it is asked for.

use arbitrary::{Result, Unstructured};
use chrono::{DateTime, TimeDelta, Utc};
use convometrics::attribution::LapsedTouch;
use convometrics::attribution::{
    Attributed, Candidate, CreditByLabel, CreditModel, HalfLife, Path, PositionEnds, Rules, Touch,
    Weight, Window, WindowEdge,
};
use convometrics::money::ExactSum;
use convometrics::{Model, Money};

/// Who, when with an order among those of one instant, the label, the channel.
type AnyTouch = (u8, (DateTime<Utc>, u8), u8, u8);
type AnyConversion = (u8, (DateTime<Utc>, u8), Money);

const AMOUNTS: [&str; 6] = [
    "0",
    "0.000001",
    "0.01",
    "100",
    "35.1",
    "999999999999.999999",
];

/// An instant near another, anywhere, at an end of what chrono holds, or within a leap second.
fn instant(u: &mut Unstructured<'_>) -> Result<DateTime<Utc>> {
    let seconds = match u.int_in_range(0..=7_u8)? {
        0 => u.arbitrary()?,
        1 => i64::MIN,
        _ => i64::from(u.arbitrary::<i8>()?) * 86_400,
    };
    let nanos = *u.choose(&[0, 0, 0, 1, 1_000, 999_999_999, 1_500_000_000])?;
    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    let or = *u.choose(&ends)?;
    Ok(DateTime::from_timestamp(seconds, nanos).unwrap_or(or))
}

fn touch(u: &mut Unstructured<'_>) -> Result<AnyTouch> {
    let (who, order) = (u.int_in_range(0..=2)?, u.int_in_range(0..=1)?);
    let (label, channel) = (u.int_in_range(0..=3)?, u.int_in_range(0..=2)?);
    Ok((who, (instant(u)?, order), label, channel))
}

fn conversion(u: &mut Unstructured<'_>) -> Result<AnyConversion> {
    let (who, order) = (u.int_in_range(0..=2)?, u.int_in_range(0..=1)?);
    let currency = u.choose(&["EUR", "JPY", "CLF"])?.parse().unwrap();
    let money = Money::new(u.choose(&AMOUNTS)?.parse().unwrap(), currency);
    Ok((who, (instant(u)?, order), money))
}

fn window(u: &mut Unstructured<'_>) -> Result<Window> {
    Ok(match u.int_in_range(0..=4_u8)? {
        0 => Window::ZERO,
        1 => Window::UNLIMITED,
        2 => Window::days(u.arbitrary()?),
        3 => Window::days(u.arbitrary::<u8>()?.into()),
        _ => match Window::new(TimeDelta::microseconds(u.arbitrary()?)) {
            Ok(window) => window,
            Err(error) => {
                assert_eq!(error.rule(), "window");
                Window::new(TimeDelta::MAX).unwrap()
            }
        },
    })
}

fn rules(u: &mut Unstructured<'_>) -> Result<Rules<u8, u8>> {
    let (first, last) = *u.choose(&[(40, 40), (0, 100), (100, 0), (50, 50), (1, 0)])?;
    let micros = TimeDelta::microseconds(u.arbitrary()?);
    let half_life = HalfLife::new(micros).unwrap_or(*u.choose(&[
        HalfLife::BY_WINDOW,
        HalfLife::new(TimeDelta::microseconds(1)).unwrap(),
        HalfLife::new(TimeDelta::MAX).unwrap(),
    ])?);
    let mut rules = Rules::new()
        .with_window(window(u)?)
        .with_window_edge(*u.choose(&WindowEdge::ALL)?)
        .with_lapsed_touch(*u.choose(&LapsedTouch::ALL)?)
        .with_path(*u.choose(&Path::ALL)?)
        .with_model(*u.choose(&Model::ALL)?)
        .with_position_ends(PositionEnds::new(first, last).unwrap())
        .with_half_life(half_life);
    if u.arbitrary()? {
        rules = rules.with_channel_window(0, window(u)?);
    }
    if u.ratio(1_u8, 4)? {
        rules = rules.only_channels([0, 1]);
    }
    if u.ratio(1_u8, 4)? {
        rules = rules.excluding([0]);
    }
    Ok(rules)
}

/// A model of one's own: any weights, the greatest there are too.
struct Own(Vec<u64>);

impl<T: ?Sized> CreditModel<T> for Own {
    fn weigh(&self, candidates: &[Candidate<'_, T>]) -> Vec<Weight> {
        let weights = self.0.iter().cycle().take(candidates.len());
        let weight = |weight: &u64| match weight {
            7 => Weight::NONE,
            weight => Weight::from(*weight),
        };
        weights.map(weight).collect()
    }
}

fn assert_shares(found: &[Attributed<'_, AnyTouch, AnyConversion>], conversions: &[AnyConversion]) {
    assert_eq!(found.len(), conversions.len());
    for (found, conversion) in found.iter().zip(conversions) {
        assert_eq!(found.conversion, conversion);
        if !found.is_attributed() {
            continue;
        }
        let (who, when, money) = conversion;
        let mut shares = ExactSum::ZERO;
        let mut parts = 0.0;
        for credit in &found.credits {
            shares += credit.amount.amount.into();
            parts += credit.weight().to_f64();
            assert_eq!(credit.amount.currency, money.currency);
            assert!(credit.touch.0 == *who && credit.touch.1 <= *when);
            assert!(credit.age >= TimeDelta::zero());
        }
        assert_eq!(shares, money.amount.into());
        assert!((parts - 1.0).abs() < 1e-9);
        let touches = found.credits.iter().map(|credit| credit.touch);
        assert!(touches.is_sorted_by_key(Touch::when));
    }
}

fn read(u: &mut Unstructured<'_>) -> Result<()> {
    let rules = rules(u)?;
    let own = Own(vec![u.arbitrary()?, 7, u64::MAX, u.arbitrary()?, 0]);
    let (mut touches, mut conversions) = (Vec::new(), Vec::new());
    while !u.is_empty() && touches.len() + conversions.len() < 80 {
        if u.ratio(1_u8, 4)? {
            conversions.push(conversion(u)?);
        } else {
            touches.push(touch(u)?);
        }
    }

    let found = rules.attribute(&touches, &conversions);
    assert_shares(&found, &conversions);
    assert_shares(
        &rules.attribute_by(&own, &touches, &conversions),
        &conversions,
    );

    // Added up here, added up there, and as a cell of a table.
    let mut sums = CreditByLabel::default();
    for conversion in &found {
        sums.add(conversion);
    }
    assert_eq!(rules.credit_by_label(&touches, &conversions), sums);
    let windows = [Window::ZERO, Window::UNLIMITED];
    let table = rules.what_if(&touches, &conversions, &windows, &Model::ALL);
    assert_eq!(table.len(), 2 * Model::ALL.len());
    for cell in table {
        let rules = rules
            .clone()
            .with_window(cell.window)
            .with_model(cell.model);
        assert_eq!(cell.credit, rules.credit_by_label(&touches, &conversions));
    }

    // Each by itself, with the reasons.
    for found in &found {
        let why = rules.explain(&touches, found.conversion);
        assert_eq!(why.is_attributed(), found.is_attributed());
        let credited = why
            .candidates()
            .filter(|(_, credit)| credit.weight.is_some());
        let credited = credited.map(|(touch, credit)| (touch, credit.amount, credit.weight));
        let expected = found.credits.iter();
        let expected = expected.map(|credit| (credit.touch, credit.amount, Some(credit.weight())));
        assert!(credited.eq(expected));
        let own = touches.iter().filter(|touch| touch.0 == found.conversion.0);
        assert_eq!(why.touches.len(), own.count());
    }

    // In another order the same touches get the same.
    let backwards: Vec<AnyTouch> = touches.iter().rev().copied().collect();
    for (found, again) in found.iter().zip(rules.attribute(&backwards, &conversions)) {
        let credits = found.credits.iter();
        let again = again.credits.iter();
        assert!(
            credits
                .map(|credit| (*credit.touch, credit.amount))
                .eq(again.map(|credit| (*credit.touch, credit.amount)))
        );
    }
    Ok(())
}

pub(crate) fn body(data: &[u8]) {
    // Bytes that do not suffice for all are no finding.
    let _ = read(&mut Unstructured::new(data));
}
