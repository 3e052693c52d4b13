//! What a touch must be to be credited, and how credit is shared.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{HalfLife, Model, PositionEnds, Weigher};
use super::window::{Window, WindowEdge};
use crate::error::choices;

choices! {
    "path",
    /// Which of the touches in their windows stand on the path to a conversion.
    #[derive(Default)]
    pub enum Path {
        /// All of them: `A A B A` stays `A A B A`.
        #[default]
        Full => "full",
        /// The *exposure path*: of adjacent touches of one label the latest stands for all: `A A B A` is `A B A`. What
        /// is excluded, out of scope or out of its window does not keep two touches apart.
        Exposure => "exposure",
        /// Each label once, by its latest touch: `A A B A` is `B A`.
        Last => "last",
    }
}

choices! {
    "lapsed_touch",
    /// What it means that the latest touch of a label before a conversion is older than its window (option
    /// `lapsed_touch`).
    ///
    /// It matters only if channels have windows of their own: with one window for all, no touch older than the latest
    /// can be in it. [`Blocks`](Self::Blocks) asks only the latest touch of a label whether the conversion still belongs
    /// to the label, as an as-of join with a tolerance does. Then a channel with a short window can cost one with a long
    /// window its credit. [`PassedOver`](Self::PassedOver) judges each touch by the window of its own channel.
    #[derive(Default)]
    pub enum LapsedTouch {
        /// The label is not credited, not even for an earlier touch within its window.
        #[default]
        Blocks => "blocks",
        /// It is passed over: the next older touch of the label is tried.
        PassedOver => "passed_over",
    }
}

/// The rules of attribution: windows, scope, path and model, over labels `L` and channels `C`.
///
/// | rule | default | set with |
/// | --- | --- | --- |
/// | lookback window | 30 days | [`with_window`](Self::with_window), of one channel [`with_channel_window`](Self::with_channel_window) |
/// | its edge | inclusive | [`with_window_edge`](Self::with_window_edge) |
/// | a label whose latest touch has lapsed | is not credited | [`with_lapsed_touch`](Self::with_lapsed_touch) |
/// | channels in scope | all | [`only_channels`](Self::only_channels) |
/// | labels excluded | none | [`excluding`](Self::excluding) |
/// | path | full | [`with_path`](Self::with_path) |
/// | model | last touch | [`with_model`](Self::with_model) |
/// | ends of `position_based` | 40 % and 40 % | [`with_position_ends`](Self::with_position_ends) |
/// | half-life of `time_decay` | by the window | [`with_half_life`](Self::with_half_life) |
///
/// See [the module](crate::attribution) for what they mean together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules<L, C> {
    pub(crate) window: Window,
    pub(super) channel_windows: BTreeMap<C, Window>,
    pub(super) edge: WindowEdge,
    pub(super) lapsed: LapsedTouch,
    pub(super) channels: Option<BTreeSet<C>>,
    pub(super) excluded: BTreeSet<L>,
    pub(super) path: Path,
    pub(crate) weigher: Weigher,
}

impl<L, C> Default for Rules<L, C> {
    fn default() -> Self {
        Self {
            window: Window::default(),
            channel_windows: BTreeMap::new(),
            edge: WindowEdge::default(),
            lapsed: LapsedTouch::default(),
            channels: None,
            excluded: BTreeSet::new(),
            path: Path::default(),
            weigher: Weigher::default(),
        }
    }
}

impl<L: Ord, C: Ord> Rules<L, C> {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the window of all channels that have none of their own.
    #[must_use]
    pub fn with_window(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// Sets the window of one channel.
    #[must_use]
    pub fn with_channel_window(mut self, channel: C, window: Window) -> Self {
        self.channel_windows.insert(channel, window);
        self
    }

    /// Sets whether a touch exactly a window old counts.
    #[must_use]
    pub fn with_window_edge(mut self, edge: WindowEdge) -> Self {
        self.edge = edge;
        self
    }

    /// Sets what it means that the latest touch of a label is out of its window.
    #[must_use]
    pub fn with_lapsed_touch(mut self, lapsed: LapsedTouch) -> Self {
        self.lapsed = lapsed;
        self
    }

    /// Keeps only touches of these channels; the others are as if they had not been.
    #[must_use]
    pub fn only_channels(mut self, channels: impl IntoIterator<Item = C>) -> Self {
        self.channels = Some(channels.into_iter().collect());
        self
    }

    /// Leaves out touches of these labels, before anything is weighed: as if they had not been.
    #[must_use]
    pub fn excluding(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.excluded.extend(labels);
        self
    }

    /// Sets which touches stand on the path.
    #[must_use]
    pub fn with_path(mut self, path: Path) -> Self {
        self.path = path;
        self
    }

    /// Sets how credit is shared.
    #[must_use]
    pub fn with_model(mut self, model: Model) -> Self {
        self.weigher.model = model;
        self
    }

    /// Sets the shares of the ends under [`Model::PositionBased`].
    #[must_use]
    pub fn with_position_ends(mut self, ends: PositionEnds) -> Self {
        self.weigher.ends = ends;
        self
    }

    /// Sets the half-life of [`Model::TimeDecay`].
    #[must_use]
    pub fn with_half_life(mut self, half_life: HalfLife) -> Self {
        self.weigher.half_life = half_life;
        self
    }

    pub(super) fn is_in_scope(&self, channel: &C) -> bool {
        let channels = self.channels.as_ref();
        channels.is_none_or(|channels| channels.contains(channel))
    }

    /// The window of a channel, where `window` is that of channels without one of their own.
    pub(super) fn window_of(&self, channel: &C, window: Window) -> Window {
        self.channel_windows.get(channel).copied().unwrap_or(window)
    }

    /// A model with the parameters of these rules.
    pub(crate) fn weigher(&self, model: Model) -> Weigher {
        Weigher {
            model,
            ..self.weigher
        }
    }
}
