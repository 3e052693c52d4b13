//! The engine against the slow one of [`naive`], and the laws of exact credit.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::attribution::{
    Candidate, CreditByLabel, CreditModel, HalfLife, PositionEnds, Reason, Rules, Touch as _,
    Weight, Window,
};
use convometrics::{Currency, Model, Money};
use proptest::prelude::*;
use proptest::sample::select;

use super::naive;

type Touch = (u8, (DateTime<Utc>, u8), char, u8);
type Conversion = (u8, (DateTime<Utc>, u8), Money);

fn at(micros: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::microseconds(micros)
}

fn touch(touch: &naive::Touch) -> Touch {
    (
        touch.who,
        (at(touch.when.0), touch.when.1),
        touch.label,
        touch.channel,
    )
}

fn conversion(conversion: &naive::Conversion, money: Money) -> Conversion {
    let (micros, place) = conversion.when;
    (conversion.who, (at(micros), place), money)
}

fn window(micros: Option<i64>) -> Window {
    match micros {
        Some(micros) => Window::new(TimeDelta::microseconds(micros)).unwrap(),
        None => Window::UNLIMITED,
    }
}

fn rules(naive: &naive::Rules) -> Rules<char, u8> {
    let mut rules = Rules::new()
        .with_window(window(naive.window))
        .with_window_edge(naive.edge)
        .with_lapsed_touch(naive.lapsed)
        .with_path(naive.path)
        .excluding(naive.excluded.iter().copied());
    for (channel, own) in &naive.channel_windows {
        rules = rules.with_channel_window(*channel, window(*own));
    }
    match &naive.channels {
        Some(channels) => rules.only_channels(channels.iter().copied()),
        None => rules,
    }
}

fn eur(amount: &str) -> Money {
    Money::new(amount.parse().unwrap(), "EUR".parse().unwrap())
}

/// The labels that a model credits of so many candidates, with weights, for models whose weights are plain numbers.
fn weights(model: Model, ends: (u8, u8), candidates: usize) -> Vec<(usize, u64)> {
    let all = (0..candidates).map(|place| (place, 1));
    match model {
        Model::LastTouch => all.skip(candidates.saturating_sub(1)).collect(),
        Model::FirstTouch => all.take(1).collect(),
        Model::Linear => all.collect(),
        Model::PositionBased => {
            let (first, last) = (u64::from(ends.0), u64::from(ends.1));
            let between = 100 - first - last;
            let weight = |place| match (candidates, place) {
                (1, _) => 1,
                (2, 0) => first,
                (2, _) => last,
                (n, 0) => first * (n as u64 - 2),
                (n, place) if place == n - 1 => last * (n as u64 - 2),
                _ => between,
            };
            all.map(|(place, _)| (place, weight(place)))
                .filter(|(_, weight)| *weight > 0)
                .collect()
        }
        other => panic!("{other}"),
    }
}

proptest! {
    #[test]
    fn credit_is_that_of_a_look_at_every_touch(
        (touches, conversions, naive_rules) in naive::case(),
        model in select(vec![Model::LastTouch, Model::FirstTouch, Model::Linear, Model::PositionBased]),
        ends in select(vec![(40, 40), (30, 60), (0, 50), (100, 0), (50, 50)]),
        cents in 0..100_000_u64,
    ) {
        let money = eur(&format!("{}.{:02}", cents / 100, cents % 100));
        let found_touches: Vec<Touch> = touches.iter().map(touch).collect();
        let found_conversions: Vec<Conversion> = conversions.iter().map(|one| conversion(one, money)).collect();
        let position_ends = PositionEnds::new(ends.0, ends.1).unwrap();
        let rules = rules(&naive_rules).with_model(model).with_position_ends(position_ends);
        let found = rules.attribute(&found_touches, &found_conversions);
        prop_assert_eq!(found.len(), conversions.len());
        for ((found, conversion), given) in found.iter().zip(&conversions).zip(&found_conversions) {
            prop_assert!(std::ptr::eq(found.conversion, given));
            let candidates = naive_rules.candidates(&touches, conversion);
            let credited = weights(model, ends, candidates.len());
            let shares = naive::split(cents, &credited.iter().map(|(_, weight)| *weight).collect::<Vec<_>>());
            let all: u64 = credited.iter().map(|(_, weight)| *weight).sum();
            let expected: Vec<_> = credited
                .iter()
                .zip(shares)
                .map(|((place, weight), share)| {
                    let touch = &touches[candidates[*place]];
                    let age = TimeDelta::microseconds(conversion.when.0 - touch.when.0);
                    (super::laws::touch(touch), age, (u128::from(*weight), u128::from(all)), share)
                })
                .collect();
            let found: Vec<_> = found
                .credits
                .iter()
                .map(|credit| {
                    let cents: u64 = (credit.amount.amount.to_decimal() * rust_decimal::Decimal::ONE_HUNDRED).try_into().unwrap();
                    (*credit.touch, credit.age, credit.weight(), cents)
                })
                .collect();
            prop_assert_eq!(found.len(), expected.len());
            for (found, (touch, age, (part, whole), cents)) in found.into_iter().zip(expected) {
                let weight = found.2;
                prop_assert_eq!((found.0, found.1, found.3), (touch, age, cents));
                prop_assert_eq!(weight.numerator() * whole, part * weight.denominator());
            }
        }
    }

    #[test]
    fn an_explanation_lists_every_touch_and_its_shares_are_the_credit(
        (touches, conversions, naive_rules) in naive::case(),
        model in select(Model::ALL.to_vec()),
    ) {
        let all: Vec<Touch> = touches.iter().map(touch).collect();
        let conversions: Vec<(Conversion, &naive::Conversion)> =
            conversions.iter().map(|one| (conversion(one, eur("10.01")), one)).collect();
        let rules = rules(&naive_rules).with_model(model);
        for (given, naive) in &conversions {
            let why = rules.explain(&all, given);
            let own: Vec<usize> = (0..touches.len()).filter(|place| touches[*place].who == naive.who).collect();
            prop_assert_eq!(why.touches.len(), own.len());
            prop_assert!(why.touches.is_sorted_by_key(|one| (one.touch.1, one.touch.2, one.touch.3)));
            let candidates: Vec<Touch> = why.candidates().map(|(touch, _)| *touch).collect();
            let expected = naive_rules.candidates(&touches, naive).into_iter().map(|place| all[place]);
            prop_assert_eq!(candidates, expected.collect::<Vec<_>>());
            for (touch, reason) in why.others() {
                let place = all.iter().position(|one| std::ptr::eq(one, touch)).unwrap();
                prop_assert_eq!(reason, expected_reason(&naive_rules, &touches, place, naive));
            }
            let credited: Vec<_> = why
                .candidates()
                .filter_map(|(touch, credit)| Some((std::ptr::from_ref(touch), credit.age, credit.weight?, credit.amount)))
                .collect();
            let attributed = rules.attribute(&all, std::slice::from_ref(given));
            let expected: Vec<_> = attributed[0]
                .credits
                .iter()
                .map(|credit| (std::ptr::from_ref(credit.touch), credit.age, credit.weight(), credit.amount))
                .collect();
            prop_assert_eq!(credited, expected);
        }
    }

    #[test]
    fn each_cell_of_a_table_is_what_its_rules_credit(
        (touches, conversions, naive_rules) in naive::case(),
        windows in proptest::collection::vec(select(vec![0, 1, 3, 30]), 0..4),
    ) {
        let touches: Vec<Touch> = touches.iter().map(touch).collect();
        let money = |place: usize| Money::new("7.77".parse().unwrap(), ["EUR", "JPY"][place % 2].parse().unwrap());
        let conversions: Vec<Conversion> =
            conversions.iter().enumerate().map(|(place, one)| conversion(one, money(place))).collect();
        let rules = rules(&naive_rules);
        let windows: Vec<Window> = windows.into_iter().map(Window::days).collect();
        let table = rules.what_if(&touches, &conversions, &windows, &Model::ALL);
        prop_assert_eq!(table.len(), windows.len() * 5);
        for (place, cell) in table.iter().enumerate() {
            let (window, model) = (windows[place / 5], Model::ALL[place % 5]);
            prop_assert_eq!((cell.window, cell.model), (window, model));
            let rules = rules.clone().with_window(window).with_model(model);
            prop_assert_eq!(&cell.credit, &rules.credit_by_label(&touches, &conversions));
            // And that is the sum of what each conversion is credited with.
            let mut added = CreditByLabel::default();
            for found in rules.attribute(&touches, &conversions) {
                added.add(&found);
            }
            prop_assert_eq!(&cell.credit, &added);
            let mut labels: BTreeMap<char, (u64, rust_decimal::Decimal)> = BTreeMap::new();
            for found in rules.attribute(&touches, &conversions) {
                let mut credited: Vec<char> = found.credits.iter().map(|credit| *credit.touch.label()).collect();
                for credit in &found.credits {
                    labels.entry(*credit.touch.label()).or_default().1 += credit.amount.amount.to_decimal();
                }
                credited.sort_unstable();
                credited.dedup();
                for label in credited {
                    labels.entry(label).or_default().0 += 1;
                }
            }
            let found = cell.credit.labels.iter().map(|(label, sum)| {
                let amount = sum.amount.iter().map(|(_, sum)| sum.to_decimal().unwrap()).sum();
                (*label, (sum.conversions, amount))
            });
            prop_assert_eq!(found.collect::<BTreeMap<_, _>>(), labels);
            let (attributed, unattributed) = (&cell.credit.attributed, &cell.credit.unattributed);
            prop_assert_eq!(attributed.conversions + unattributed.conversions, conversions.len() as u64);
        }
    }

    #[test]
    fn the_order_of_input_never_shows_in_a_labels_credit(
        (touches, conversions, naive_rules) in naive::case().prop_flat_map(|(touches, conversions, rules)| {
            (Just(touches.clone()).prop_shuffle().prop_map(move |shuffled| (touches.clone(), shuffled)), Just(conversions), Just(rules))
        }),
        model in select(Model::ALL.to_vec()),
    ) {
        let rules = rules(&naive_rules).with_model(model);
        let (touches, shuffled): (Vec<Touch>, Vec<Touch>) =
            (touches.0.iter().map(touch).collect(), touches.1.iter().map(touch).collect());
        let mut conversions: Vec<Conversion> = conversions.iter().map(|one| conversion(one, eur("9.99"))).collect();
        let expected = rules.credit_by_label(&touches, &conversions);
        conversions.reverse();
        prop_assert_eq!(rules.credit_by_label(&shuffled, &conversions), expected);
    }

    /// Over every model, up to 200 touches, every minor unit and amounts up to the limit.
    #[test]
    fn shares_sum_to_the_amount(
        ages in proptest::collection::vec(0..400 * 86_400_000_000_i64, 1..=200),
        model in select(Model::ALL.to_vec()),
        half_life in select(vec![HalfLife::BY_WINDOW, HalfLife::new(TimeDelta::microseconds(1)).unwrap(), HalfLife::new(TimeDelta::days(7)).unwrap()]),
        window in select(vec![Window::days(30), Window::UNLIMITED]),
        (first, last) in (0..=100_u8).prop_flat_map(|first| (Just(first), u8::from(first == 0)..=100 - first)),
        currency in select(vec!["JPY", "EUR", "KWD", "CLF"]),
        millionths in prop_oneof![
            2 => 0..1_000_000_000_000_000_000_u64,
            1 => Just(999_999_999_999_999_999),
            1 => (0..100_000_u64).prop_map(|cents| cents * 10_000),
            1 => 0..10_u64,
        ],
    ) {
        let amount = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
        let money = Money::new(amount.parse().unwrap(), currency.parse().unwrap());
        let touches: Vec<_> = ages.iter().enumerate().map(|(label, age)| ("ann", at(-age), label, ())).collect();
        let conversion = [("ann", at(0), money)];
        let rules = Rules::new()
            .with_window(window)
            .with_model(model)
            .with_half_life(half_life)
            .with_position_ends(PositionEnds::new(first, last).unwrap());
        let found = rules.attribute(&touches, &conversion);
        let credits = &found[0].credits;
        prop_assert_eq!(credits.is_empty(), ages.iter().all(|age| window != Window::UNLIMITED && *age > 30 * 86_400_000_000));
        if !credits.is_empty() {
            let sum: rust_decimal::Decimal = credits.iter().map(|credit| credit.amount.amount.to_decimal()).sum();
            prop_assert_eq!(sum, money.amount.to_decimal());
            // No share is a whole unit away from its exact part: the difference times the denominator, in whole numbers.
            let unit = unit(millionths, money.currency);
            for credit in credits {
                let share = u128::try_from(credit.amount.amount.to_decimal() * rust_decimal::Decimal::from(1_000_000)).unwrap() / u128::from(unit);
                let weight = credit.weight();
                let (whole, rest) = (u128::from(millionths / unit) * weight.numerator(), weight.denominator());
                prop_assert!(whole.abs_diff(share * rest) < rest, "{} of {amount}: {share}", weight);
            }
            let parts: f64 = credits.iter().map(|credit| credit.weight().to_f64()).sum();
            prop_assert!((parts - 1.0).abs() < 1e-9, "{parts}");
        }
    }

    #[test]
    fn a_model_of_ones_own_is_split_as_exactly_and_may_say_anything(
        weights in proptest::collection::vec(proptest::option::weighted(0.8, prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)]), 0..12),
        touches in 0..10_usize,
        units in 0..1_000_000_u64,
    ) {
        struct Own(Vec<Option<u64>>);

        impl<T> CreditModel<T> for Own {
            fn weigh(&self, _: &[Candidate<'_, T>]) -> Vec<Weight> {
                self.0.iter().map(|weight| weight.map_or(Weight::NONE, Weight::from)).collect()
            }
        }

        let touches: Vec<_> = (0..touches).map(|place| ("ann", at(i64::try_from(place).unwrap()), place, ())).collect();
        let money = Money::new(units.to_string().parse().unwrap(), "JPY".parse().unwrap());
        let conversion = [("ann", at(100), money)];
        let found = Rules::new().attribute_by(&Own(weights.clone()), &touches, &conversion);
        let credited: Vec<(usize, u64)> = weights
            .iter()
            .take(touches.len())
            .enumerate()
            .filter_map(|(place, weight)| Some((place, (*weight)?)))
            .collect();
        let found: Vec<(usize, u64)> = found[0]
            .credits
            .iter()
            .map(|credit| (credit.touch.2, u64::try_from(credit.amount.amount.to_decimal()).unwrap()))
            .collect();
        if credited.iter().all(|(_, weight)| *weight == 0) {
            prop_assert!(found.is_empty());
        } else {
            let (places, weights): (Vec<usize>, Vec<u64>) = credited.into_iter().unzip();
            let expected: Vec<_> = places.into_iter().zip(naive::split(units, &weights)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

/// The millionths that shares are whole numbers of: the currency's minor unit, or finer where the amount is.
fn unit(millionths: u64, currency: Currency) -> u64 {
    let minor = 10_u64.pow(6 - currency.minor_unit());
    (0..=6)
        .map(|digits| 10_u64.pow(6 - digits))
        .find(|unit| *unit <= minor && millionths.is_multiple_of(*unit))
        .unwrap()
}

/// Whether no touch of a touch's label is a candidate, under rules that may block a label.
fn touches_of_label_are_blocked(
    rules: &naive::Rules,
    touches: &[naive::Touch],
    place: usize,
    conversion: &naive::Conversion,
) -> bool {
    let candidates = rules.candidates(touches, conversion);
    let label = touches[place].label;
    candidates
        .iter()
        .all(|other| touches[*other].label != label)
}

/// The first reason that holds, of a touch that is no candidate.
fn expected_reason(
    rules: &naive::Rules,
    touches: &[naive::Touch],
    place: usize,
    conversion: &naive::Conversion,
) -> Reason {
    let touch = &touches[place];
    // Alone, and under rules with no more than one of their parts.
    let alone = |rules: &naive::Rules| {
        !rules
            .candidates(std::slice::from_ref(touch), conversion)
            .is_empty()
    };
    let free = naive::Rules {
        window: None,
        channel_windows: BTreeMap::new(),
        channels: None,
        excluded: [].into(),
        ..rules.clone()
    };
    let scoped = naive::Rules {
        channels: rules.channels.clone(),
        ..free.clone()
    };
    let included = naive::Rules {
        excluded: rules.excluded.clone(),
        ..free.clone()
    };
    if !alone(&free) {
        Reason::AfterConversion
    } else if !alone(&scoped) {
        Reason::ChannelOutOfScope
    } else if !alone(&included) {
        Reason::LabelExcluded
    } else if !alone(rules) {
        Reason::OutOfWindow
    } else if touches_of_label_are_blocked(rules, touches, place, conversion) {
        Reason::LatestLapsed
    } else {
        Reason::Repeat
    }
}
