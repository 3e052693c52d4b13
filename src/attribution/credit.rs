//! Credit for the conversions of any number of persons.

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
        let sum = if found.is_attributed() {
            &mut self.attributed
        } else {
            &mut self.unattributed
        };
        sum.conversions += 1;
        sum.amount += found.conversion.amount();
        let mut counted = BTreeSet::new();
        for credit in &found.credits {
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
        self.attribute_by(&self.weigher, touches, conversions)
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
        let uncredited = |conversion| Attributed {
            conversion,
            credits: Vec::new(),
        };
        let mut found: Vec<_> = conversions.iter().map(uncredited).collect();
        let windows = [self.window];
        self.for_each_conversion(&windows, touches, conversions, |_, place, candidates| {
            let credits = credits(conversions[place].amount(), &candidates, model);
            found[place].credits = credits.map(|(_, credit)| credit).collect();
        });
        found
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
        let cells = self.what_if(touches, conversions, &[self.window], &[self.weigher.model]);
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
        self.for_each_conversion(windows, touches, conversions, |row, place, candidates| {
            let conversion = &conversions[place];
            for cell in &mut table[row * models.len()..][..models.len()] {
                let model = self.weigher(cell.model);
                let credits = credits(conversion.amount(), &candidates, &model);
                let credits = credits.map(|(_, credit)| credit).collect();
                cell.credit.add(&Attributed {
                    conversion,
                    credits,
                });
            }
        });
        table
    }

    /// Calls `each` once for each conversion and window, with the index of the window, the place of the conversion, and
    /// its candidates. The conversions of one person are in order.
    fn for_each_conversion<'a, T, K>(
        &self,
        windows: &[Window],
        touches: &'a [T],
        conversions: &'a [K],
        mut each: impl FnMut(usize, usize, Candidates<'_, 'a, T>),
    ) where
        L: 'a,
        T: Touch<Label = L, Channel = C>,
        K: Conversion<Who = T::Who, When = T::When>,
    {
        let hasher = DefaultHashBuilder::default();
        let key = |who: &'a T::Who| (hasher.hash_one(who), who);
        let keyed_touches = keyed(touches, |touch| (key(touch.who()), order(touch)));
        let conversions = keyed(conversions, |conversion| {
            (key(conversion.who()), conversion.when())
        });
        let mut by_who = keyed_touches.chunk_by(|a, b| a.who == b.who).peekable();
        for conversions in conversions.chunk_by(|a, b| a.who == b.who) {
            let who = conversions[0].who; // chunks are not empty
            while by_who.next_if(|own| own[0].who < who).is_some() {}
            let own = by_who.next_if(|own| own[0].who == who).unwrap_or(&[]);
            for (row, window) in windows.iter().enumerate() {
                let own = own.iter().map(|touch| &touches[touch.place]);
                let mut walk = Walk::new(self, *window, own);
                for conversion in conversions {
                    each(row, conversion.place, walk.go_to(conversion.order));
                }
            }
        }
    }
}

/// A person with their hash, the order of an item among the person's, and its place among all. Persons are only compared
/// if their hashes are equal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Keyed<'a, W, O> {
    who: (u64, &'a W),
    order: O,
    place: usize,
}

/// Returns the keys of all items in order.
fn keyed<'a, X, W: Ord, O: Ord>(
    items: &'a [X],
    key: impl Fn(&'a X) -> ((u64, &'a W), O),
) -> Vec<Keyed<'a, W, O>> {
    let keys = items.iter().map(key).zip(0..);
    let mut keyed: Vec<_> = keys
        .map(|((who, order), place)| Keyed { who, order, place })
        .collect();
    keyed.sort_unstable();
    keyed
}

/// The order of one person's touches: by instant, label and channel. Equal touches are in the given order.
type Order<'a, T> = (
    <T as Touch>::When,
    &'a <T as Touch>::Label,
    &'a <T as Touch>::Channel,
);

pub(super) fn order<T: Touch>(touch: &T) -> Order<'_, T> {
    (touch.when(), touch.label(), touch.channel())
}

/// Returns the credits of a conversion, each with the place of its touch in the walk.
pub(super) fn credits<'a, T: Touch>(
    money: Money,
    candidates: &Candidates<'_, 'a, T>,
    model: &(impl CreditModel<T> + ?Sized),
) -> impl Iterator<Item = (usize, Credit<'a, T>)> {
    let credited = candidates.credited(model);
    let weights: Vec<u128> = credited.iter().map(|(_, weight)| *weight).collect();
    let all_weights = weights.iter().sum();
    let amounts = split(money, &weights);
    let credit = move |((candidate, weight), amount): ((Candidate<'a, T>, u128), Amount)| {
        let credit = Credit {
            touch: candidate.touch,
            age: candidate.age(),
            amount: Money::new(amount, money.currency),
            weight,
            all_weights,
        };
        (candidate.place, credit)
    };
    credited.into_iter().zip(amounts).map(credit)
}
