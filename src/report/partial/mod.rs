//! Reports in parts: the sums over some of the visitors, to be added up elsewhere.

#[cfg(feature = "snapshot")]
mod bytes;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[cfg(feature = "snapshot")]
pub use self::bytes::{PARTIAL_VERSION, PartialBytesError};
use super::everything::Everything;
use super::options::Terms;
use super::selection::data_quality;
use super::{DataQuality, Options, Report, Selection};
use crate::error::OptionError;
use crate::hash::{fnv1a, mixed};
use crate::journey::Quality;
use crate::ledger::{Ledger, Shard};
use crate::metrics::{Frame, Tally};
use crate::sums::{Additive, add_up_by_field, add_up_sums};
use crate::time::{Calendar, Instant, Period, utc_text};

/// The sums of a report over some of the visitors: what one thread, machine or day contributes, to be added up with
/// others' and then [finished](Self::report).
///
/// The visitor is the partition key of a log. So the partials of ledgers that share no visitor add up to that of all,
/// in any order and grouping, to the byte: unique visitors, lists that are cut at `top`, and means among the rest.
/// (Of ledgers that do share one, first [merge](Ledger::merge) the ledgers.) All of them must be asked for the same
/// period and options, "now" among them, by the same rules of the zone: others are refused by the name of what differs.
///
/// ```
/// use convometrics::{Event, Ledger, Options, PartialReport, Period, WidgetEvent, Zone};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let now = "2026-03-02T20:00:00Z".parse()?;
/// let at = "2026-03-02T09:00:00Z".parse()?;
/// let seen = |visitor: &str| {
///     Event::new("1".parse()?, at, visitor.parse()?, WidgetEvent::Impression)
/// };
/// let (mut paris, mut lyon) = (Ledger::new(), Ledger::new());
/// paris.record_all([seen("ann")?, seen("ben")?])?;
/// lyon.record(&seen("cleo")?)?;
///
/// let day = "2026-03-02".parse()?;
/// let period = Period::from_dates(day, day, &Zone::utc())?;
/// let options = Options::new().with_as_of(now)?;
/// let mut sum = paris.partial(&period, &options)?;
/// sum.merge(lyon.partial(&period, &options)?)?;
/// assert_eq!(sum.report().visitors.with_impression, 3);
///
/// // Lyon's visitors are to be forgotten:
/// sum.subtract(&lyon.partial(&period, &options)?)?;
/// assert_eq!(sum.report(), paris.report(&period, &options));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PartialReport {
    period: Period,
    options: Options,
    filter: Option<String>,
    sums: Sums,
}

/// What is added up, and from when on it stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sums {
    tally: Everything<'static>,
    arrived: Arrived,
    settles_at: SettlesAt,
    who: Who,
}

add_up_sums!(Sums {
    tally,
    arrived,
    settles_at,
    who
});

/// Who the visitors are: the sum, round 2^64, of a hash of each one's id.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Who(u64);

impl Who {
    fn of(ledger: &Ledger) -> Self {
        let logs = ledger.shards().iter().flat_map(Shard::logs);
        let hashes = logs.map(|log| log.name().with_text(|id| mixed(fnv1a(id.bytes()))));
        Self(hashes.fold(0, u64::wrapping_add))
    }
}

impl std::ops::AddAssign for Who {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
    }
}

impl Additive for Who {
    fn without(&self, part: &Self) -> Option<Self> {
        Some(Self(self.0.wrapping_sub(part.0)))
    }

    fn is_nothing(&self) -> bool {
        self.0 == 0
    }
}

/// What arrived under ids on record.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Arrived {
    duplicates: u64,
    conflicts: u64,
}

add_up_by_field!(Arrived {
    duplicates,
    conflicts
});

/// When the last of the sessions is closed, in microseconds; `None` of no event.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct SettlesAt(Option<i64>);

impl std::ops::AddAssign for SettlesAt {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.max(other.0);
    }
}

/// Whose the last session was is not known: it stays.
impl Additive for SettlesAt {
    fn without(&self, _: &Self) -> Option<Self> {
        Some(*self)
    }

    fn is_nothing(&self) -> bool {
        self.0.is_none()
    }
}

/// Why partials could not be put together. They are as they were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartialError {
    /// They were not asked for the same.
    #[error(
        "the partial's `{term}` is {found}; allowed: {allowed}, as of the one that it is put together with"
    )]
    Mismatch {
        /// What differs: an option's name, or `period.from`, `period.to`, `period.zone`, `filter`, or `period.days`,
        /// which are how many days there are and (as a hash) where each starts, by the rules of the zone.
        term: String,
        /// What it is of the one that was given; `none` where it has none.
        found: String,
        /// What it is of the other.
        allowed: String,
    },
    /// What was to be taken out was never added.
    #[error(
        "the partial holds something that is not in the sum that it is to be taken out of; allowed: a part of it"
    )]
    NotAPart,
    /// With another "now" the figures may be others.
    #[error(
        "option `as_of` is {found}; allowed: {settles_at} or later: the last session is closed then"
    )]
    Unsettled {
        /// The "now" of the partial, or the one asked for, which is too early.
        found: String,
        /// From when on the figures stay as they are.
        settles_at: String,
    },
    /// The new "now" is none.
    #[error(transparent)]
    Option(#[from] OptionError),
}

impl Ledger {
    /// The sums of a report over the visitors of this ledger, to be added to those of other visitors.
    ///
    /// # Errors
    /// An [`OptionError`] that names `as_of` where the options have none: the parts of a log share one "now", which none
    /// of them can tell by itself.
    pub fn partial(
        &self,
        period: &Period,
        options: &Options,
    ) -> Result<PartialReport, OptionError> {
        self.all().partial(period, options)
    }
}

impl Selection<'_> {
    /// The sums of a report of what passes, as [`Ledger::partial`]. Filters are told apart by their words alone.
    ///
    /// # Errors
    /// As for [`Ledger::partial`].
    pub fn partial(
        &self,
        period: &Period,
        options: &Options,
    ) -> Result<PartialReport, OptionError> {
        let mut partial = PartialReport::new(period, options)?;
        partial.filter = self.words();
        let pass = self.pass(period, options);
        let arrived = self.with_arrivals(Quality::default());
        let latest = self.ledger.bounds(None).map(|(_, latest)| latest.micros());
        partial.sums = Sums {
            tally: pass.tally::<Everything<'_>>().into_owned(),
            arrived: Arrived {
                duplicates: arrived.duplicates,
                conflicts: arrived.conflicts,
            },
            settles_at: SettlesAt(
                latest.map(|latest| latest.saturating_add(options.session_timeout())),
            ),
            who: Who::of(self.ledger),
        };
        Ok(partial)
    }
}

impl PartialReport {
    /// The sums over no visitor.
    ///
    /// # Errors
    /// An [`OptionError`] that names `as_of` where the options have none.
    pub fn new(period: &Period, options: &Options) -> Result<Self, OptionError> {
        if options.as_of().is_none() {
            return Err(OptionError::new(
                "as_of",
                "none",
                "an instant: the parts of a report share one",
            ));
        }
        Ok(Self {
            period: period.clone(),
            options: options.clone(),
            filter: None,
            sums: Sums {
                tally: Everything::new(&frame(period, options)),
                arrived: Arrived::default(),
                settles_at: SettlesAt::default(),
                who: Who::default(),
            },
        })
    }

    /// The period that it was asked for.
    #[must_use]
    pub fn period(&self) -> &Period {
        &self.period
    }

    /// The options that it was asked with, "now" among them.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Adds the sums over other visitors.
    ///
    /// # Errors
    /// [`PartialError::Mismatch`] where they were asked for something else.
    pub fn merge(&mut self, other: Self) -> Result<(), PartialError> {
        self.check(&other)?;
        self.sums += other.sums;
        Ok(())
    }

    /// Takes out the sums over visitors who are in it: of one who is to be forgotten, or who came back and is read
    /// anew. It is then what it would be had they never been added, but for [`settles_at`](Self::settles_at), which
    /// stays.
    ///
    /// # Errors
    /// [`PartialError::Mismatch`] where they were asked for something else, [`PartialError::NotAPart`] where they count
    /// more of anything than there is. (What counts less than there is, but is none of these visitors', cannot be told
    /// from a part.)
    pub fn subtract(&mut self, part: &Self) -> Result<(), PartialError> {
        self.check(part)?;
        let left = self.sums.without(&part.sums);
        self.sums = left.ok_or(PartialError::NotAPart)?;
        Ok(())
    }

    /// From when on no figure depends on "now", as long as nothing more arrives: when the last of the sessions is
    /// closed, a [session timeout](Options::with_session_timeout_seconds) after the last event. `None` where there is
    /// no event.
    #[must_use]
    pub fn settles_at(&self) -> Option<DateTime<Utc>> {
        let settles_at = self.sums.settles_at.0?;
        Some(Instant::from_micros(settles_at).to_utc())
    }

    /// Moves "now", where that changes no figure: both the one before and the new one are at or after
    /// [`settles_at`](Self::settles_at). So what was added up yesterday of visitors who have left goes into today's sum.
    ///
    /// ```
    /// # use convometrics::{Event, Ledger, Options, Period, WidgetEvent, Zone};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut ledger = Ledger::new();
    /// # let at = "2026-03-02T09:00:00Z".parse()?;
    /// # ledger.record(&Event::new("1".parse()?, at, "ann".parse()?, WidgetEvent::Impression)?)?;
    /// # let day = "2026-03-02".parse()?;
    /// # let period = Period::from_dates(day, day, &Zone::utc())?;
    /// // One visitor, last seen on 2 March at 9:00.
    /// let mut partial = ledger.partial(&period, &Options::new().with_as_of("2026-03-02T09:30:00Z".parse()?)?)?;
    /// assert_eq!(partial.settles_at(), Some("2026-03-02T09:30:00Z".parse()?));
    /// let tomorrow = "2026-03-03T00:00:00Z".parse()?;
    /// partial.advance_to(tomorrow)?;
    /// assert_eq!(partial.report(), ledger.report(&period, &Options::new().with_as_of(tomorrow)?));
    /// // A minute earlier the session was open.
    /// assert!(partial.advance_to("2026-03-02T09:29:00Z".parse()?).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`PartialError::Unsettled`] where one of them is before it, [`PartialError::Option`] where the new one lies
    /// outside the years 0000 to 9999.
    pub fn advance_to(&mut self, as_of: DateTime<Utc>) -> Result<(), PartialError> {
        let options = self.options.clone().with_as_of(as_of)?;
        if let Some(settles_at) = self.settles_at() {
            let both = [self.options.as_of(), options.as_of()];
            if let Some(early) = both.into_iter().flatten().find(|now| *now < settles_at) {
                return Err(PartialError::Unsettled {
                    found: utc_text(early),
                    settles_at: utc_text(settles_at),
                });
            }
        }
        self.options = options;
        Ok(())
    }

    /// A hash of who its visitors are, the same everywhere; 0 of none. That of a sum is the sum of theirs, round 2^64.
    ///
    /// So whoever adds up partials that may come twice, from workers that were thought lost, can tell: two of the same
    /// hash, which is not 0, are of the same visitors, and both together would count them twice.
    ///
    /// ```
    /// # use convometrics::{Event, Ledger, Options, Period, WidgetEvent, Zone};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let at = "2026-03-02T09:00:00Z".parse()?;
    /// # let day = "2026-03-02".parse()?;
    /// # let period = Period::from_dates(day, day, &Zone::utc())?;
    /// # let options = Options::new().with_as_of("2026-03-03T00:00:00Z".parse()?)?;
    /// # let partial = |visitors: &[&str]| {
    /// #     let mut ledger = Ledger::new();
    /// #     for visitor in visitors {
    /// #         ledger.record(&Event::new("1".parse()?, at, visitor.parse()?, WidgetEvent::Impression)?)?;
    /// #     }
    /// #     Ok::<_, Box<dyn std::error::Error>>(ledger.partial(&period, &options)?)
    /// # };
    /// let (ann, ben, both) = (partial(&["ann"])?, partial(&["ben"])?, partial(&["ann", "ben"])?);
    /// assert_ne!(ann.visitor_fingerprint(), ben.visitor_fingerprint());
    /// assert_eq!(ann.visitor_fingerprint().wrapping_add(ben.visitor_fingerprint()), both.visitor_fingerprint());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn visitor_fingerprint(&self) -> u64 {
        self.sums.who.0
    }

    /// How many bytes of memory it takes beside its own, some more or less: for those who have to share out memory.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.sums.heap_bytes()
    }

    /// The report over all visitors that were added: the same as [`Ledger::report`] of their ledger.
    #[must_use]
    pub fn report(&self) -> Report {
        let frame = frame(&self.period, &self.options);
        let families = self.sums.tally.clone().finish(&frame);
        let data_quality = DataQuality {
            duplicates: self.sums.arrived.duplicates,
            conflicts: self.sums.arrived.conflicts,
            ..data_quality(families.quality, [])
        };
        let now = self.options.as_of_instant();
        let filter = self.filter.clone();
        Report::assembled(
            &self.period,
            &self.options,
            filter,
            now,
            families,
            data_quality,
        )
    }

    fn terms(&self) -> Terms {
        Terms::new(&self.period, &self.options, self.filter.as_deref())
    }

    /// Whether another was asked for the same.
    fn check(&self, other: &Self) -> Result<(), PartialError> {
        let mine = (&self.period, &self.options, &self.filter);
        if mine == (&other.period, &other.options, &other.filter) {
            return Ok(());
        }
        let difference = other.terms().difference(&self.terms());
        // What is written in the same way means the same.
        let Some((term, found, allowed)) = difference else {
            return Ok(());
        };
        Err(PartialError::Mismatch {
            term,
            found,
            allowed,
        })
    }
}

fn frame(period: &Period, options: &Options) -> Frame {
    Frame::new(Calendar::new(period), options)
}
