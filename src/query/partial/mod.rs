//! Partial reports: the sums over some of the visitors, which add up to the report over all of them.

#[cfg(feature = "snapshot")]
mod bytes;
#[cfg(feature = "snapshot")]
mod registry;

use chrono::{DateTime, Utc};

#[cfg(feature = "snapshot")]
pub use self::bytes::{PARTIAL_VERSION, PartialBytesError};
use super::all_families::AllFamilies;
use super::difference::Difference;
use super::{OptionError, OptionName, Query, Report, View};
use crate::error::shortened;
use crate::hash::{fnv1a, mixed};
use crate::ledger::Part;
use crate::metric::Family;
use crate::metrics::Tally;
use crate::sums::Additive;
use crate::time::{Instant, utc_text};

/// The sums of a report over some of the visitors: the contribution of one thread or machine to a
/// [report](Self::report) over all.
///
/// The visitor is the partition key of a log. The partial reports of ledgers that share no visitor add up to the report
/// of all of them, in any order and grouping, to the byte: unique visitors, lists cut at `top` and means included. All
/// parts must have the same query, `as_of` included. [`merge`](Self::merge) refuses others and names what differs.
///
/// Split a log by visitor, never by day or by line. If the log has `visitor_linked` events, first record all of them in
/// one ledger, and split the log by the names that its [`visitor_of`](crate::Ledger::visitor_of) returns. A visitor in two
/// parts counts twice, and `merge` cannot notice it. [Merge](crate::Ledger::merge) ledgers that share visitors before
/// their partial reports.
///
/// ```
/// use convometrics::event::WidgetEvent;
/// use convometrics::{Event, Ledger, Options, Period, Query, Zone};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let at = "2026-03-02T09:00:00Z".parse()?;
/// let seen = |visitor: &str| {
///     Event::new("1".parse()?, at, visitor.parse()?, WidgetEvent::Impression)
/// };
/// let (mut paris, mut lyon) = (Ledger::new(), Ledger::new());
/// paris.record_all([seen("ann")?, seen("ben")?])?;
/// lyon.record(&seen("cleo")?)?;
///
/// let day = "2026-03-02".parse()?;
/// let query = Query::new(Period::from_dates(day, day, &Zone::utc())?)
///     .with_options(Options::new().with_as_of("2026-03-02T20:00:00Z".parse()?)?);
/// let mut sum = paris.view(query.clone()).partial()?;
/// sum.merge(lyon.view(query.clone()).partial()?)?;
/// assert_eq!(sum.report().visitors.with_impression, 3);
///
/// // Lyon's visitors are to be forgotten:
/// sum.subtract(&lyon.view(query.clone()).partial()?)?;
/// assert_eq!(sum.report(), paris.view(query).report());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PartialReport {
    query: Query,
    tally: AllFamilies,
    /// The time from which no figure depends on "now", in microseconds; `None` without an event.
    settles_at: Option<i64>,
    /// The wrapping sum of a hash of each visitor's id.
    visitors: u64,
}

/// The error of an operation on a partial report. All partial reports are unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartialError {
    /// The partial reports have different queries.
    #[error("cannot combine partial reports: `{term}` is {found}, expected {expected}")]
    Mismatch {
        /// The term that differs: the name of an option, `start`, `end` or `zone` of the period, `filter`, `families`,
        /// `service_targets`, or `query` for any other difference.
        term: String,
        /// The value of the other partial report, cut after 60 characters; `none` if it has none.
        found: String,
        /// The value of this one.
        expected: String,
    },
    /// The sums to subtract were never added.
    #[error("cannot subtract a partial report that is not part of the sum")]
    NotAPart,
    /// A session is still open at one of the two times, so that figures could change between them.
    #[error("`as_of` is {found}; allowed: {settles_at} or later, when the last session is closed")]
    Unsettled {
        /// The time that is too early: the old "now" or the new one.
        found: String,
        /// The time from which no figure changes.
        settles_at: String,
    },
    /// The new "now" is not allowed.
    #[error(transparent)]
    Option(#[from] OptionError),
}

impl View<'_> {
    /// Computes the sums of the report over the visitors of this ledger, to be added to those of other visitors.
    ///
    /// # Errors
    /// An [`OptionError`] if the options have no `as_of`: the parts of a report share one "now", which no part knows by
    /// itself.
    pub fn partial(&self) -> Result<PartialReport, OptionError> {
        require_now(&self.query)?;
        let scan = self.scan();
        let mut open = self.query.options().session_timeout_micros();
        if scan.context.families.contains(&Family::Responsiveness) {
            open = open.max(scan.service.longest_wait());
        }
        let latest = self.ledger.latest().map(Instant::micros);
        let logs = self.ledger.parts().into_iter().flat_map(Part::logs);
        let hashes = logs.map(|log| log.name().with_text(|id| mixed(fnv1a(id.bytes()))));
        Ok(PartialReport {
            query: self.query.clone(),
            tally: scan.tally(),
            settles_at: latest.map(|latest| latest.saturating_add(open)),
            visitors: hashes.fold(0, u64::wrapping_add),
        })
    }
}

impl PartialReport {
    /// Creates the sums over no visitor.
    ///
    /// # Errors
    /// An [`OptionError`] if the options have no `as_of`.
    pub fn new(query: Query) -> Result<Self, OptionError> {
        require_now(&query)?;
        Ok(Self {
            tally: AllFamilies::default(),
            query,
            settles_at: None,
            visitors: 0,
        })
    }

    /// Returns the query, `as_of` included.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Adds the sums over other visitors.
    ///
    /// # Errors
    /// [`PartialError::Mismatch`] if the queries differ.
    pub fn merge(&mut self, other: Self) -> Result<(), PartialError> {
        self.check(&other)?;
        self.tally += other.tally;
        self.settles_at = self.settles_at.max(other.settles_at);
        self.visitors = self.visitors.wrapping_add(other.visitors);
        Ok(())
    }

    /// Subtracts the sums over visitors who were added before, for example to erase a visitor or to replace the sums of
    /// a visitor with new events. Afterwards the sums are as if those visitors had never been added.
    /// [`settles_at`](Self::settles_at) is unchanged.
    ///
    /// # Errors
    /// [`PartialError::Mismatch`] if the queries differ, [`PartialError::NotAPart`] if `part` counts more of anything
    /// than this sum. (Sums over other visitors that count no more than this sum are not detected.)
    pub fn subtract(&mut self, part: &Self) -> Result<(), PartialError> {
        self.check(part)?;
        let left = self.tally.without(&part.tally);
        self.tally = left.ok_or(PartialError::NotAPart)?;
        self.visitors = self.visitors.wrapping_sub(part.visitors);
        Ok(())
    }

    /// Returns the time from which no figure depends on "now" until another event arrives. The last session is then
    /// closed, a [session timeout](super::Options::with_session_timeout) after the last event. With
    /// [`responsiveness`](crate::metrics::responsiveness), every answer is then due, too, by the [targets of its service
    /// levels](Query::with_service_targets). It is `None` without an event, and [`DateTime::MAX_UTC`] if a timeout or a
    /// target reaches past it.
    #[must_use]
    pub fn settles_at(&self) -> Option<DateTime<Utc>> {
        let settles_at = DateTime::from_timestamp_micros(self.settles_at?);
        Some(settles_at.unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    /// Moves "now" if no figure changes, that is, if both times are at or after [`settles_at`](Self::settles_at). So
    /// yesterday's sums over visitors whose sessions are closed can be added to today's.
    ///
    /// ```
    /// # use convometrics::event::WidgetEvent;
    /// # use convometrics::{Event, Ledger, Options, Period, Query, Zone};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut ledger = Ledger::new();
    /// # let at = "2026-03-02T09:00:00Z".parse()?;
    /// # ledger.record(&Event::new("1".parse()?, at, "ann".parse()?, WidgetEvent::Impression)?)?;
    /// # let day = "2026-03-02".parse()?;
    /// # let period = Period::from_dates(day, day, &Zone::utc())?;
    /// // One visitor, last seen on 2 March at 9:00.
    /// let query = Query::new(period.clone()).with_options(Options::new().with_as_of("2026-03-02T09:30:00Z".parse()?)?);
    /// let mut partial = ledger.view(query).partial()?;
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
    /// [`PartialError::Unsettled`] if either time is before `settles_at`, [`PartialError::Option`] if the new one lies
    /// outside the years 0000 to 9999.
    pub fn advance_to(&mut self, as_of: DateTime<Utc>) -> Result<(), PartialError> {
        let options = self.query.options().clone().with_as_of(as_of)?;
        if let Some(settles_at) = self.settles_at() {
            let both = [self.query.options().as_of(), options.as_of()];
            if let Some(early) = both.into_iter().flatten().find(|now| *now < settles_at) {
                return Err(PartialError::Unsettled {
                    found: utc_text(early),
                    settles_at: utc_text(settles_at),
                });
            }
        }
        self.query = self.query.clone().with_options(options);
        Ok(())
    }

    /// Returns a hash of the visitors' ids, the same on every machine; 0 without visitors. The fingerprint of a sum is
    /// the wrapping sum of the fingerprints of its parts.
    ///
    /// A worker that was considered lost can deliver its part twice. Two parts with the same fingerprint other than 0
    /// have the same visitors, and merging both would count these visitors twice.
    ///
    /// ```
    /// # use convometrics::event::WidgetEvent;
    /// # use convometrics::{Event, Ledger, Options, Period, Query, Zone};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let at = "2026-03-02T09:00:00Z".parse()?;
    /// # let day = "2026-03-02".parse()?;
    /// # let query = Query::new(Period::from_dates(day, day, &Zone::utc())?)
    /// #     .with_options(Options::new().with_as_of("2026-03-03T00:00:00Z".parse()?)?);
    /// # let partial = |visitors: &[&str]| {
    /// #     let mut ledger = Ledger::new();
    /// #     for visitor in visitors {
    /// #         ledger.record(&Event::new("1".parse()?, at, visitor.parse()?, WidgetEvent::Impression)?)?;
    /// #     }
    /// #     Ok::<_, Box<dyn std::error::Error>>(ledger.view(query.clone()).partial()?)
    /// # };
    /// let (ann, ben, both) = (partial(&["ann"])?, partial(&["ben"])?, partial(&["ann", "ben"])?);
    /// assert_ne!(ann.visitor_fingerprint(), ben.visitor_fingerprint());
    /// assert_eq!(ann.visitor_fingerprint().wrapping_add(ben.visitor_fingerprint()), both.visitor_fingerprint());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn visitor_fingerprint(&self) -> u64 {
        self.visitors
    }

    /// Returns the approximate number of bytes of heap memory that the sums take.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.tally.heap_bytes()
    }

    /// Returns the report over all visitors that were added. It equals the report of their ledger.
    #[must_use]
    pub fn report(&self) -> Report {
        let context = self.query.context(self.query.period());
        let metrics = self.tally.clone().finish(&context);
        let now = self.query.options().as_of_instant();
        Report::new(&self.query, now, metrics)
    }

    /// Checks that another partial report has the same query.
    fn check(&self, other: &Self) -> Result<(), PartialError> {
        if self.query == other.query {
            return Ok(());
        }
        let difference = Difference::of(&self.query, &other.query);
        let Difference { term, here, there } =
            difference.expect("the term `query` shows every field of a query");
        Err(PartialError::Mismatch {
            term: term.to_owned(),
            found: shortened(&there),
            expected: shortened(&here),
        })
    }
}

/// Checks that the options of a query have an `as_of`.
fn require_now(query: &Query) -> Result<(), OptionError> {
    if query.options().as_of().is_some() {
        return Ok(());
    }
    Err(OptionError::new(
        OptionName::AsOf,
        "not set",
        "an instant, because all parts of a report need the same \"now\"",
    ))
}
