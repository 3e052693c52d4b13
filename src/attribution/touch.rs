//! What is attributed to what: touches and conversions of any types.

use std::hash::Hash;

use chrono::{DateTime, TimeZone};

use crate::money::Money;

/// When a touch or a conversion happened: an instant, and an order among those of one instant.
///
/// A [`DateTime`] is one, and so is a pair of it with anything that can be ordered, such as a sequence number: then
/// of one instant the lower number stands first. Implement it for a type of your own where the pair does not serve; its
/// order must be that of its instants, so that of two the later one is never the lesser.
///
/// ```
/// use convometrics::chrono::{DateTime, Utc};
/// use convometrics::attribution::When;
///
/// let noon: DateTime<Utc> = "2026-03-02T12:00:00Z".parse()?;
/// assert_eq!(noon.unix_micros(), 1_772_452_800_000_000);
/// assert!((noon, 1) < (noon, 2)); // two touches of one instant, in order
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub trait When: Ord + Copy {
    /// Microseconds since 1970-01-01T00:00:00Z, finer digits cut: what ages are measured with.
    fn unix_micros(self) -> i64;
}

impl<Z: TimeZone> When for DateTime<Z>
where
    Z::Offset: Copy,
{
    fn unix_micros(self) -> i64 {
        // A leap second is its minute's last microsecond, so that nothing that comes after it stands before it.
        let last = self.timestamp() * 1_000_000 + 999_999;
        self.timestamp_micros().min(last)
    }
}

impl<W: When, S: Ord + Copy> When for (W, S) {
    fn unix_micros(self) -> i64 {
        self.0.unix_micros()
    }
}

/// Something that may have led to a conversion: who was touched, when, by what (the label, which gets the credit), and
/// over which channel.
///
/// A tuple `(who, when, label, channel)` is one. Where there are no channels, `()` serves. A type of your own tells
/// where it keeps them:
///
/// ```
/// use convometrics::chrono::{DateTime, Utc};
/// use convometrics::Money;
/// use convometrics::attribution::{Conversion, Rules, Touch};
///
/// struct Visit { customer: u64, at: DateTime<Utc>, campaign: String }
/// struct Sale { customer: u64, at: DateTime<Utc>, total: Money }
///
/// impl Touch for Visit {
///     type Who = u64;
///     type When = DateTime<Utc>;
///     type Label = String;
///     type Channel = ();
///     fn who(&self) -> &u64 { &self.customer }
///     fn when(&self) -> DateTime<Utc> { self.at }
///     fn label(&self) -> &String { &self.campaign }
///     fn channel(&self) -> &() { &() }
/// }
///
/// impl Conversion for Sale {
///     type Who = u64;
///     type When = DateTime<Utc>;
///     fn who(&self) -> &u64 { &self.customer }
///     fn when(&self) -> DateTime<Utc> { self.at }
///     fn amount(&self) -> Money { self.total }
/// }
///
/// let visits = [Visit { customer: 7, at: "2026-03-01T12:00:00Z".parse()?, campaign: "spring".into() }];
/// let total = Money::new("35.10".parse()?, "EUR".parse()?);
/// let sales = [Sale { customer: 7, at: "2026-03-02T12:00:00Z".parse()?, total }];
/// let credit = Rules::new().credit_by_label(&visits, &sales);
/// assert_eq!(credit.labels["spring"].amount.to_string(), "35.10 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Touch {
    /// Whose touch it is: credited for that one's conversions alone.
    type Who: Ord + Hash;
    /// Its instant.
    type When: When;
    /// What gets the credit: a campaign, a conversation, an agent.
    type Label: Ord;
    /// What windows may depend on.
    type Channel: Ord;

    /// Who was touched.
    fn who(&self) -> &Self::Who;
    /// When.
    fn when(&self) -> Self::When;
    /// By what.
    fn label(&self) -> &Self::Label;
    /// Over which channel.
    fn channel(&self) -> &Self::Channel;
}

impl<W: Ord + Hash, T: When, L: Ord, C: Ord> Touch for (W, T, L, C) {
    type Who = W;
    type When = T;
    type Label = L;
    type Channel = C;

    fn who(&self) -> &W {
        &self.0
    }

    fn when(&self) -> T {
        self.1
    }

    fn label(&self) -> &L {
        &self.2
    }

    fn channel(&self) -> &C {
        &self.3
    }
}

/// A touch by reference, so that some of many can be chosen without a copy.
impl<T: Touch> Touch for &T {
    type Who = T::Who;
    type When = T::When;
    type Label = T::Label;
    type Channel = T::Channel;

    fn who(&self) -> &T::Who {
        (*self).who()
    }

    fn when(&self) -> T::When {
        (*self).when()
    }

    fn label(&self) -> &T::Label {
        (*self).label()
    }

    fn channel(&self) -> &T::Channel {
        (*self).channel()
    }
}

/// Something that touches are credited with: who converted, when, and what it was worth.
///
/// A tuple `(who, when, amount)` is one.
pub trait Conversion {
    /// Who converted.
    type Who: Ord + Hash;
    /// Its instant.
    type When: When;

    /// Who converted.
    fn who(&self) -> &Self::Who;
    /// When.
    fn when(&self) -> Self::When;
    /// What it was worth; 0 is a worth too, and is credited.
    fn amount(&self) -> Money;
}

impl<W: Ord + Hash, T: When> Conversion for (W, T, Money) {
    type Who = W;
    type When = T;

    fn who(&self) -> &W {
        &self.0
    }

    fn when(&self) -> T {
        self.1
    }

    fn amount(&self) -> Money {
        self.2
    }
}

impl<K: Conversion> Conversion for &K {
    type Who = K::Who;
    type When = K::When;

    fn who(&self) -> &K::Who {
        (*self).who()
    }

    fn when(&self) -> K::When {
        (*self).when()
    }

    fn amount(&self) -> Money {
        (*self).amount()
    }
}
