//! The options of a report.
//!
//! A new option is a row of the [`table`], a setter and a getter here, and the code that uses it.

mod choice;
mod error;
pub(crate) mod page;
mod table;
mod value;

use std::time::Duration;

use chrono::{DateTime, Utc};

pub use self::choice::{GmvScope, PageGrouping};
pub use self::error::OptionError;
pub use self::table::{OptionName, Options};
use self::value::{Number, OptionValue as _, Percent, Seconds};
use crate::attribution::{LapsedTouch, Model, PositionEnds, WindowEdge};
use crate::channel::Channel;
use crate::time::{Instant, saturating_micros};

impl Options {
    /// Creates the default options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets "now". Digits finer than a microsecond are cut.
    ///
    /// [`Utc::now`](https://docs.rs/chrono/latest/chrono/struct.Utc.html#method.now) is in chrono's feature `clock`,
    /// which this crate does not enable: it reads no clock. Depend on chrono with that feature for the current time:
    ///
    /// ```toml
    /// chrono = { version = "0.4", features = ["clock"] }
    /// ```
    ///
    /// `chrono::Utc::now()` of that dependency is the type that this method takes. Without the feature, convert the
    /// standard library's clock with the re-exported [`chrono`](crate::chrono):
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use convometrics::chrono::{DateTime, Utc};
    /// use convometrics::Options;
    ///
    /// let options = Options::new().with_as_of(DateTime::<Utc>::from(SystemTime::now()))?;
    /// assert!(options.as_of().is_some());
    /// # Ok::<(), convometrics::OptionError>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] if the instant lies outside the years 0000 to 9999 of UTC or within a leap second.
    pub fn with_as_of(mut self, as_of: DateTime<Utc>) -> Result<Self, OptionError> {
        let allowed = "an instant within the years 0000 to 9999 of UTC, no leap second";
        let refused = || OptionError::new(OptionName::AsOf, format!("{as_of:?}"), allowed);
        self.as_of = Some(Instant::new(as_of).ok_or_else(refused)?);
        Ok(self)
    }

    /// Sets the gap that ends a session.
    ///
    /// # Errors
    /// An [`OptionError`] if the time is less than a second or not a whole number of seconds.
    pub fn with_session_timeout(mut self, timeout: Duration) -> Result<Self, OptionError> {
        self.session_timeout = seconds(OptionName::SessionTimeout, timeout)?;
        Ok(self)
    }

    /// Cuts a conversation where this time or more passes between two of its events, for sources that keep one id for
    /// each visitor forever. Each part is then a conversation. The events of one connected call stay together.
    ///
    /// # Errors
    /// An [`OptionError`] if the time is less than a second or not a whole number of seconds.
    pub fn with_conversation_timeout(mut self, timeout: Duration) -> Result<Self, OptionError> {
        self.conversation_timeout = Some(seconds(OptionName::ConversationTimeout, timeout)?);
        Ok(self)
    }

    /// Counts a call that the visitor cancelled as missed if the visitor had waited for this time or longer.
    ///
    /// # Errors
    /// An [`OptionError`] if the time is less than a second or not a whole number of seconds.
    pub fn with_cancelled_is_missed_after(mut self, wait: Duration) -> Result<Self, OptionError> {
        let wait = seconds(OptionName::CancelledIsMissedAfter, wait)?;
        self.cancelled_is_missed_after = Some(wait);
        Ok(self)
    }

    /// Sets the greatest number of answers in detail. The latest are kept. With 0, a report has no text of a visitor.
    #[must_use]
    pub fn with_csat_details(mut self, answers: usize) -> Self {
        let answers = Number::new(answers).expect("any number of answers is allowed");
        self.csat_details = Some(answers);
        self
    }

    /// Sets how pages are grouped.
    #[must_use]
    pub fn with_page_grouping(mut self, grouping: PageGrouping) -> Self {
        self.page_grouping = grouping;
        self
    }

    /// Sets the greatest number of rows in the lists of requests' pages, triggers and automatic messages.
    ///
    /// # Errors
    /// An [`OptionError`] if the number is 0.
    pub fn with_top(mut self, rows: usize) -> Result<Self, OptionError> {
        let refused = || OptionError::new(OptionName::Top, rows, OptionName::Top.allowed());
        self.top = Number::new(rows).ok_or_else(refused)?;
        Ok(self)
    }

    /// Sets the greatest age of a touch that can be credited with an order. Zero keeps only touches at the order's own
    /// time (with [`WindowEdge::Exclusive`], none).
    ///
    /// # Errors
    /// An [`OptionError`] if the window is longer than 36 600 days or not a whole number of seconds.
    pub fn with_window(mut self, window: Duration) -> Result<Self, OptionError> {
        self.window = seconds(OptionName::Window, window)?;
        Ok(self)
    }

    /// Sets the greatest age of a touch over one channel, in place of the [window](Self::with_window) of all channels.
    /// A visitor's message is a text touch; a call that connects or ends is a video touch. See
    /// [`definitions`](crate::definitions#touches).
    ///
    /// ```
    /// use std::time::Duration;
    /// use convometrics::{Channel, Options};
    ///
    /// // 30 days after video, 3 days after text.
    /// let days = |days: u64| Duration::from_secs(days * 86_400);
    /// let options = Options::new().with_channel_window(Channel::Text, days(3))?;
    /// assert_eq!(options.channel_window(Channel::Video), days(30));
    /// assert_eq!(options.channel_window(Channel::Text), days(3));
    /// # Ok::<(), convometrics::OptionError>(())
    /// ```
    ///
    /// # Errors
    /// An [`OptionError`] if the window is longer than 36 600 days or not a whole number of seconds.
    pub fn with_channel_window(
        mut self,
        channel: Channel,
        window: Duration,
    ) -> Result<Self, OptionError> {
        match channel {
            Channel::Text => self.text_window = Some(seconds(OptionName::TextWindow, window)?),
            Channel::Video => self.video_window = Some(seconds(OptionName::VideoWindow, window)?),
        }
        Ok(self)
    }

    /// Sets the greatest age of a touch for orders, sales, conversion and the leaderboard, which ask for a touch of any
    /// channel. It replaces the windows of the channels and [`lapsed_touch`](Self::with_lapsed_touch) there. GMV keeps
    /// the other windows.
    ///
    /// # Errors
    /// An [`OptionError`] if the window is longer than 36 600 days or not a whole number of seconds.
    pub fn with_orders_window(mut self, window: Duration) -> Result<Self, OptionError> {
        self.orders_window = Some(seconds(OptionName::OrdersWindow, window)?);
        Ok(self)
    }

    /// Sets whether a touch exactly a window old counts.
    #[must_use]
    pub fn with_window_edge(mut self, edge: WindowEdge) -> Self {
        self.window_edge = edge;
        self
    }

    /// Sets how credit for an order is shared.
    #[must_use]
    pub fn with_model(mut self, model: Model) -> Self {
        self.model = model;
        self
    }

    /// Sets the age at which a touch weighs half under [`Model::TimeDecay`].
    ///
    /// # Errors
    /// An [`OptionError`] if the time is less than a second or not a whole number of seconds.
    pub fn with_half_life(mut self, half_life: Duration) -> Result<Self, OptionError> {
        self.half_life = seconds(OptionName::HalfLife, half_life)?;
        Ok(self)
    }

    /// Sets the shares of the first and the last candidate under [`Model::PositionBased`].
    #[must_use]
    pub fn with_position_ends(mut self, ends: PositionEnds) -> Self {
        let percent = |share| Percent::new(share).expect("`PositionEnds` holds shares up to 100");
        self.position_first = percent(ends.first_percent());
        self.position_last = percent(ends.last_percent());
        self
    }

    /// Sets which orders count for attributed GMV.
    #[must_use]
    pub fn with_gmv_scope(mut self, scope: GmvScope) -> Self {
        self.gmv_scope = scope;
        self
    }

    /// Sets what happens if the latest touch of a conversation is older than its channel's window.
    #[must_use]
    pub fn with_lapsed_touch(mut self, lapsed: LapsedTouch) -> Self {
        self.lapsed_touch = lapsed;
        self
    }

    /// Returns "now" if it is set. The default is the time of the latest event that is not
    /// `retracted`.
    #[must_use]
    pub fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of.map(Instant::to_utc)
    }

    /// Returns the gap that ends a session.
    #[must_use]
    pub fn session_timeout(&self) -> Duration {
        Duration::from_secs(self.session_timeout.get())
    }

    /// Returns the gap that cuts a conversation, if there is one.
    #[must_use]
    pub fn conversation_timeout(&self) -> Option<Duration> {
        self.conversation_timeout
            .map(|it| Duration::from_secs(it.get()))
    }

    /// Returns the wait after which a cancelled call counts as missed, if there is one.
    #[must_use]
    pub fn cancelled_is_missed_after(&self) -> Option<Duration> {
        let wait = self.cancelled_is_missed_after;
        wait.map(|it| Duration::from_secs(it.get()))
    }

    /// Returns the greatest number of answers in detail, or `None` for all.
    #[must_use]
    pub fn csat_details(&self) -> Option<usize> {
        self.csat_details.map(Number::get)
    }

    /// Returns the window of orders, or `None` if they have the other windows.
    #[must_use]
    pub fn orders_window(&self) -> Option<Duration> {
        self.orders_window.map(|it| Duration::from_secs(it.get()))
    }

    /// Returns how pages are grouped.
    #[must_use]
    pub fn page_grouping(&self) -> PageGrouping {
        self.page_grouping
    }

    /// Returns the greatest number of rows in the lists of requests' pages, triggers and automatic messages.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// Returns the greatest age of a touch, over channels without a window of their own.
    #[must_use]
    pub fn window(&self) -> Duration {
        Duration::from_secs(self.window.get())
    }

    /// Returns the greatest age of a touch over one channel: the channel's window, or that of all channels.
    #[must_use]
    pub fn channel_window(&self, channel: Channel) -> Duration {
        self.own_window(channel).unwrap_or_else(|| self.window())
    }

    /// Returns the window of one channel, or `None` if it has that of all channels.
    pub(crate) fn own_window(&self, channel: Channel) -> Option<Duration> {
        let window = match channel {
            Channel::Text => self.text_window,
            Channel::Video => self.video_window,
        };
        window.map(|window| Duration::from_secs(window.get()))
    }

    /// Returns whether a touch exactly a window old counts.
    #[must_use]
    pub fn window_edge(&self) -> WindowEdge {
        self.window_edge
    }

    /// Returns how credit for an order is shared.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    /// Returns the age at which a touch weighs half under [`Model::TimeDecay`].
    #[must_use]
    pub fn half_life(&self) -> Duration {
        Duration::from_secs(self.half_life.get())
    }

    /// Returns the shares of the first and the last candidate under [`Model::PositionBased`].
    #[must_use]
    pub fn position_ends(&self) -> PositionEnds {
        PositionEnds::new(self.position_first.get(), self.position_last.get())
            .expect("both shares are checked together wherever one is set")
    }

    /// Returns which orders count for attributed GMV.
    #[must_use]
    pub fn gmv_scope(&self) -> GmvScope {
        self.gmv_scope
    }

    /// Returns what happens if the latest touch of a conversation is older than its channel's window.
    #[must_use]
    pub fn lapsed_touch(&self) -> LapsedTouch {
        self.lapsed_touch
    }

    /// Returns the value in force as text: that of the option, or that of the option that replaces it if it is not set.
    /// `None` for an `as_of` that is not set.
    #[must_use]
    pub fn in_force(&self, option: OptionName) -> Option<String> {
        self.get(option).or_else(|| match option {
            OptionName::TextWindow | OptionName::VideoWindow => self.get(OptionName::Window),
            _ => None,
        })
    }

    /// Sets or removes "now".
    pub(crate) fn at(self, now: Option<Instant>) -> Self {
        Self { as_of: now, ..self }
    }

    pub(crate) fn as_of_instant(&self) -> Option<Instant> {
        self.as_of
    }

    pub(crate) fn conversation_timeout_micros(&self) -> Option<i64> {
        self.conversation_timeout().map(saturating_micros)
    }

    pub(crate) fn cancelled_is_missed_after_micros(&self) -> Option<i64> {
        self.cancelled_is_missed_after().map(saturating_micros)
    }

    pub(crate) fn session_timeout_micros(&self) -> i64 {
        saturating_micros(self.session_timeout())
    }
}

fn seconds<const MIN: u64, const MAX: u64>(
    option: OptionName,
    time: Duration,
) -> Result<Seconds<MIN, MAX>, OptionError> {
    if time.subsec_nanos() != 0 {
        let found = format!("{time:?}");
        return Err(OptionError::new(option, found, "a whole number of seconds"));
    }
    let refused = || OptionError::new(option, time.as_secs(), Seconds::<MIN, MAX>::allowed());
    Seconds::new(time.as_secs()).ok_or_else(refused)
}
