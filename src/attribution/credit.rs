//! Credit for the conversions of any number of persons.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

use chrono::TimeDelta;
use hashbrown::DefaultHashBuilder;

use super::fraction::Fraction;
#[cfg(doc)]
use super::model::HalfLife;
use super::model::{Candidate, CreditModel, Model};
use super::rules::Rules;
use super::split::split;
use super::touch::{Conversion, Touch};
use super::walk::{Candidates, Walk};
use super::window::Window;
use crate::money::{Amount, Money, MoneyByCurrency};

/// A conversion and the touches credited with it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Attributed<'a, T, K> {
    /// The caller's conversion.
    pub conversion: &'a K,
    /// The credits in the order of the touches. The amounts sum to that of the conversion. Empty if it is unattributed.
    pub credits: Vec<Credit<'a, T>>,
}

impl<T, K> Attributed<'_, T, K> {
    /// Whether a touch is credited with it.
    #[must_use]
    pub fn is_attributed(&self) -> bool {
        !self.credits.is_empty()
    }
}

/// The credit of a touch for a conversion.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Credit<'a, T> {
    /// The caller's touch.
    pub touch: &'a T,
    /// The time from the touch to the conversion.
    pub age: TimeDelta,
    /// The touch's share of the conversion's amount.
    pub amount: Money,
    weight: u128,
    all_weights: u128,
}

impl<T> Credit<'_, T> {
    /// The touch's exact share of the conversion. The amount is this share rounded to units of money.
    #[must_use]
    pub fn weight(&self) -> Fraction {
        Fraction::of(self.weight, self.all_weights)
    }
}

/// The credit for many conversions by label.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreditByLabel<L> {
    /// For each label, the conversions that it is credited with, each counted once, and its shares of their amounts.
    pub labels: BTreeMap<L, ConversionSum>,
    /// The attributed conversions.
    pub attributed: ConversionSum,
    /// The unattributed conversions.
    pub unattributed: ConversionSum,
}

impl<L> Default for CreditByLabel<L> {
    fn default() -> Self {
        Self {
            labels: BTreeMap::new(),
            attributed: ConversionSum::default(),
            unattributed: ConversionSum::default(),
        }
    }
}

/// A number of conversions and an amount in each currency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ConversionSum {
    /// The number of conversions.
    pub conversions: u64,
    /// The amounts of the conversions, or shares of them.
    pub amount: MoneyByCurrency,
}

impl<L: Ord + Clone> CreditByLabel<L> {
    /// Adds a conversion, for example one attributed by a model of your own.
    pub fn add<T: Touch<Label = L>, K: Conversion>(&mut self, found: &Attributed<'_, T, K>) {
        self.add_credits(found.conversion.amount(), &found.credits);
    }

    fn add_credits<T: Touch<Label = L>>(&mut self, money: Money, credits: &[Credit<'_, T>]) {
        let sum = if credits.is_empty() {
            &mut self.unattributed
        } else {
            &mut self.attributed
        };
        sum.conversions += 1;
        sum.amount += money;
        let mut counted = BTreeSet::new();
        for credit in credits {
            let label = credit.touch.label();
            // The label is cloned only if it is new.
            let sum = match self.labels.get_mut(label) {
                Some(sum) => sum,
                None => self.labels.entry(label.clone()).or_default(),
            };
            sum.conversions += u64::from(counted.insert(label));
            sum.amount += credit.amount;
        }
    }
}

/// The credit under one window and one model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WhatIfCredit<L> {
    /// The window of channels without their own window.
    pub window: Window,
    /// The model.
    pub model: Model,
    /// The credit.
    pub credit: CreditByLabel<L>,
}

impl<L: Ord, C: Ord> Rules<L, C> {
    /// Attributes every conversion by the model of these rules. There is one result for each conversion, in the given order,
    /// also for unattributed ones.
    ///
    /// The cost is n log n over touches and conversions, plus the size of the result.
    ///
    /// ```
    /// use convometrics::chrono::{DateTime, Utc};
    /// use convometrics::attribution::Rules;
    /// use convometrics::{Model, Money};
    ///
    /// let at = |text: &str| text.parse::<DateTime<Utc>>();
    /// let touches = [
    ///     ("ann", at("2026-03-01T12:00:00Z")?, "newsletter", ()),
    ///     ("ann", at("2026-03-08T12:00:00Z")?, "search", ()),
    ///     ("ann", at("2026-03-15T12:00:00Z")?, "chat", ()),
    /// ];
    /// let orders = [
    ///     ("ann", at("2026-03-15T12:00:00Z")?, Money::new("140".parse()?, "EUR".parse()?)),
    ///     ("bob", at("2026-03-15T12:00:00Z")?, Money::new("10".parse()?, "EUR".parse()?)),
    /// ];
    /// let found = Rules::new().with_model(Model::Linear).attribute(&touches, &orders);
    ///
    /// // Thirds of 140.00: the remaining cents go to the first of equal remainders.
    /// let ann: Vec<String> = found[0].credits.iter().map(|credit| credit.amount.to_string()).collect();
    /// assert_eq!(ann, ["46.67 EUR", "46.67 EUR", "46.66 EUR"]);
    /// assert_eq!(found[0].credits[0].weight().to_string(), "1/3");
    /// assert!(!found[1].is_attributed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn attribute<'a, T, K>(
        &self,
        touches: &'a [T],
        conversions: &'a [K],
    ) -> Vec<Attributed<'a, T, K>>
    where
        L: 'a,
        T: Touch<Label = L, Channel = C>,
        K: Conversion<Who = T::Who, When = T::When>,
    {
        self.attribute_by(&self.weigher(self.model), touches, conversions)
    }

    /// Like [`attribute`](Self::attribute), by a model of your own instead of the rules' model.
    #[must_use]
    pub fn attribute_by<'a, T, K>(
        &self,
        model: &(impl CreditModel<T> + ?Sized),
        touches: &'a [T],
        conversions: &'a [K],
    ) -> Vec<Attributed<'a, T, K>>
    where
        L: 'a,
        T: Touch<Label = L, Channel = C>,
        K: Conversion<Who = T::Who, When = T::When>,
    {
        let mut found: Vec<Option<Attributed<'a, T, K>>> = Vec::new();
        found.resize_with(conversions.len(), || None);
        for_each_who(touches, conversions, |touches, conversions| {
            let touches = touches.iter().map(|touch| touch.item);
            let mut walk = Walk::new(self, self.window, touches);
            for conversion in conversions {
                let candidates = walk.go_to(conversion.when);
                found[conversion.place] = Some(Attributed {
                    conversion: conversion.item,
                    credits: credits(conversion.item.amount(), &candidates, model),
                });
            }
        });
        found
            .into_iter()
            .map(|found| found.expect("`for_each_who` passes every conversion"))
            .collect()
    }

    /// Attributes every conversion and returns the credit by label.
    ///
    /// ```
    /// # use convometrics::chrono::{DateTime, Utc};
    /// # use convometrics::attribution::Rules;
    /// # use convometrics::Money;
    /// # let at = |text: &str| text.parse::<DateTime<Utc>>();
    /// let touches = [("ann", at("2026-03-01T12:00:00Z")?, "chat", ())];
    /// let orders = [
    ///     ("ann", at("2026-03-02T12:00:00Z")?, Money::new("35.10".parse()?, "EUR".parse()?)),
    ///     ("bob", at("2026-03-02T12:00:00Z")?, Money::new("10".parse()?, "EUR".parse()?)),
    /// ];
    /// let credit = Rules::new().credit_by_label(&touches, &orders);
    /// assert_eq!(credit.labels["chat"].amount.to_string(), "35.10 EUR");
    /// assert_eq!(credit.unattributed.conversions, 1); // Bob's
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn credit_by_label<T, K>(&self, touches: &[T], conversions: &[K]) -> CreditByLabel<L>
    where
        L: Clone,
        T: Touch<Label = L, Channel = C>,
        K: Conversion<Who = T::Who, When = T::When>,
    {
        let cells = self.what_if(touches, conversions, &[self.window], &[self.model]);
        let cell = cells.into_iter().next();
        cell.expect("one window and one model make one cell").credit
    }

    /// Returns the credit under each pair of a window and a model, by window and then by model in the given order. The data
    /// is read once. Everything else is by these rules: channels with their own window keep it, and so does a given
    /// half-life. A half-life [by the window](HalfLife::BY_WINDOW) follows each window.
    ///
    /// ```
    /// # use convometrics::chrono::{DateTime, Utc};
    /// # use convometrics::attribution::{Rules, Window};
    /// # use convometrics::{Model, Money};
    /// # let at = |text: &str| text.parse::<DateTime<Utc>>();
    /// let touches = [
    ///     ("ann", at("2026-03-01T12:00:00Z")?, "chat", ()),
    ///     ("ann", at("2026-03-08T12:00:00Z")?, "call", ()),
    /// ];
    /// let orders = [("ann", at("2026-03-10T12:00:00Z")?, Money::new("100".parse()?, "EUR".parse()?))];
    /// let windows = [1, 7, 30].map(Window::days);
    /// let table = Rules::new().what_if(&touches, &orders, &windows, &[Model::FirstTouch, Model::Linear]);
    ///
    /// assert_eq!(table.len(), 6);
    /// let chat = |cell: usize| table[cell].credit.labels.get("chat").map(|sum| sum.amount.to_string());
    /// assert_eq!(table[0].credit.unattributed.conversions, 1); // 1 day: both are too old
    /// assert_eq!(chat(2), None); // 7 days: the call alone
    /// assert_eq!((chat(4).as_deref(), chat(5).as_deref()), (Some("100.00 EUR"), Some("50.00 EUR"))); // 30 days
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn what_if<T, K>(
        &self,
        touches: &[T],
        conversions: &[K],
        windows: &[Window],
        models: &[Model],
    ) -> Vec<WhatIfCredit<L>>
    where
        L: Clone,
        T: Touch<Label = L, Channel = C>,
        K: Conversion<Who = T::Who, When = T::When>,
    {
        let cell = |window: &Window, model: &Model| WhatIfCredit {
            window: *window,
            model: *model,
            credit: CreditByLabel::default(),
        };
        let cells = windows
            .iter()
            .flat_map(|window| models.iter().map(move |model| cell(window, model)));
        let mut table: Vec<WhatIfCredit<L>> = cells.collect();
        for_each_who(touches, conversions, |touches, conversions| {
            let rows = table.chunks_mut(models.len().max(1));
            for (row, window) in rows.zip(windows) {
                let touches = touches.iter().map(|touch| touch.item);
                let mut walk = Walk::new(self, *window, touches);
                for conversion in conversions {
                    let candidates = walk.go_to(conversion.when);
                    let money = conversion.item.amount();
                    for cell in &mut *row {
                        let model = self.weigher(cell.model);
                        let credits = credits(money, &candidates, &model);
                        cell.credit.add_credits(money, &credits);
                    }
                }
            }
        });
        table
    }
}

/// Calls `each` once for each person with conversions, with that person's touches and conversions in order.
fn for_each_who<'a, 'k, T, K>(
    touches: &'a [T],
    conversions: &'k [K],
    mut each: impl FnMut(&[Placed<'a, T, T::When>], &[Placed<'k, K, T::When>]),
) where
    T: Touch,
    K: Conversion<Who = T::Who, When = T::When>,
{
    let hasher = DefaultHashBuilder::default();
    let mut touches = placed(touches, |touch| {
        (hasher.hash_one(touch.who()), touch.when())
    });
    let mut conversions = placed(conversions, |conversion| {
        (hasher.hash_one(conversion.who()), conversion.when())
    });
    touches.sort_unstable_by(|a, b| {
        let by_hash = a.hash.cmp(&b.hash);
        by_hash
            .then_with(|| a.item.who().cmp(b.item.who()))
            .then_with(|| total_order((a.when, a.item, a.place), (b.when, b.item, b.place)))
    });
    conversions.sort_unstable_by(|a, b| {
        let by_hash = a.hash.cmp(&b.hash);
        by_hash
            .then_with(|| a.item.who().cmp(b.item.who()))
            .then_with(|| (a.when, a.place).cmp(&(b.when, b.place)))
    });
    let mut rest = touches.as_slice();
    let same_who = |a: &Placed<'k, K, _>, b: &Placed<'k, K, _>| {
        a.hash == b.hash && a.item.who() == b.item.who()
    };
    for conversions in conversions.chunk_by(same_who) {
        let first = &conversions[0]; // chunks are not empty
        let who = (first.hash, first.item.who());
        // A linear search: over all persons, each touch is passed once.
        let passed = |touch: &&Placed<'a, T, _>| (touch.hash, touch.item.who()) < who;
        let before = rest.iter().take_while(passed).count();
        let from = &rest[before..];
        let theirs = |touch: &&Placed<'a, T, _>| (touch.hash, touch.item.who()) == who;
        let own = from.iter().take_while(theirs).count();
        let (touches, after) = from.split_at(own);
        each(touches, conversions);
        rest = after;
    }
}

/// A touch or a conversion with the values that are compared most.
struct Placed<'a, X, W> {
    /// The hash of the person. Persons are only compared if their hashes are equal.
    hash: u64,
    when: W,
    /// The position among all touches or conversions given.
    place: usize,
    item: &'a X,
}

fn placed<X, W>(items: &[X], key: impl Fn(&X) -> (u64, W)) -> Vec<Placed<'_, X, W>> {
    let placed = |(place, item)| {
        let (hash, when) = key(item);
        Placed {
            hash,
            when,
            place,
            item,
        }
    };
    items.iter().enumerate().map(placed).collect()
}

/// The total order of one person's touches: by instant, label, channel and given order.
pub(super) fn total_order<T: Touch>(
    (when, touch, place): (T::When, &T, usize),
    (other_when, other, other_place): (T::When, &T, usize),
) -> Ordering {
    when.cmp(&other_when)
        .then_with(|| touch.label().cmp(other.label()))
        .then_with(|| touch.channel().cmp(other.channel()))
        .then_with(|| place.cmp(&other_place))
}

fn credits<'a, T: Touch>(
    money: Money,
    candidates: &Candidates<'_, 'a, T>,
    model: &(impl CreditModel<T> + ?Sized),
) -> Vec<Credit<'a, T>> {
    let credited = candidates.credited(model);
    let weights: Vec<u128> = credited.iter().map(|(_, weight)| *weight).collect();
    let all_weights = weights.iter().sum();
    let credit = |((candidate, weight), amount): ((Candidate<'a, T>, u128), Amount)| Credit {
        touch: candidate.touch,
        age: candidate.age(),
        amount: Money::new(amount, money.currency),
        weight,
        all_weights,
    };
    let amounts = split(money, &weights);
    credited.into_iter().zip(amounts).map(credit).collect()
}
