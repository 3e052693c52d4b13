//! A walk through the touches and conversions of one person, in order.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::model::{Candidate, CreditModel, Reach};
use super::rules::{LapsedTouch, Path, Rules};
use super::touch::{Touch, When};
use super::window::{Window, WindowEdge};

/// The touches of one person that are in scope, and the candidates for the current conversion.
///
/// The touches of each window that have not lapsed are in an ordered set. Each touch enters and leaves it once, so the walk
/// costs n log n, whatever the number of conversions.
pub(crate) struct Walk<'a, T: Touch> {
    edge: WindowEdge,
    lapsed: LapsedTouch,
    path: Path,
    touches: Vec<Standing<'a, T>>,
    /// The number of touches at or before the conversion.
    seen: usize,
    /// One group for each length of window.
    groups: Vec<Group<'a, T::Label>>,
}

struct Standing<'a, T: Touch> {
    touch: &'a T,
    /// The position among all touches given.
    place: usize,
    at: T::When,
    group: usize,
}

/// The touches of one length of window, by position in `Walk::touches`.
struct Group<'a, L> {
    window: Window,
    live: BTreeSet<usize>,
    /// The latest touch of each label, for [`Path::Last`] and, with several windows, [`LapsedTouch::Blocks`].
    latest: BTreeMap<&'a L, usize>,
    /// The touches before this position have been returned as fresh.
    returned: usize,
}

impl<'a, T: Touch> Walk<'a, T> {
    /// Creates a walk through the touches of one person, in order. `window` applies to channels without their own window.
    pub(crate) fn new(
        rules: &Rules<T::Label, T::Channel>,
        window: Window,
        touches: impl IntoIterator<Item = &'a T>,
    ) -> Self {
        let mut walk = Self {
            edge: rules.edge,
            lapsed: rules.lapsed,
            path: rules.path,
            touches: Vec::new(),
            seen: 0,
            groups: Vec::new(),
        };
        for (place, touch) in touches.into_iter().enumerate() {
            if rules.is_in_scope(touch.channel()) && !rules.excluded.contains(touch.label()) {
                let group = walk.group(rules.window_of(touch.channel(), window));
                walk.touches.push(Standing {
                    touch,
                    place,
                    at: touch.when(),
                    group,
                });
            }
        }
        walk
    }

    fn group(&mut self, window: Window) -> usize {
        let known = self.groups.iter().position(|group| group.window == window);
        known.unwrap_or_else(|| {
            self.groups.push(Group {
                window,
                live: BTreeSet::new(),
                latest: BTreeMap::new(),
                returned: 0,
            });
            self.groups.len() - 1
        })
    }

    /// Moves to a conversion, which is not before the current one.
    pub(crate) fn go_to(&mut self, when: T::When) -> Candidates<'_, 'a, T> {
        while let Some(next) = self.touches.get(self.seen)
            && next.at <= when
        {
            self.enter(self.seen);
            self.seen += 1;
        }
        for group in &mut self.groups {
            while let Some(oldest) = group.live.first().copied()
                && !group
                    .window
                    .contains(age(when, self.touches[oldest].at), self.edge)
            {
                group.live.remove(&oldest);
            }
        }
        Candidates {
            walk: self,
            at: when,
            all: OnceCell::new(),
        }
    }

    fn enter(&mut self, place: usize) {
        let touch = &self.touches[place];
        let (label, group) = (touch.touch.label(), touch.group);
        let alone = self.groups.len() == 1;
        let keeps_latest = self.path == Path::Last || self.blocks();
        // Only the latest touch of a label counts, even if its window is shorter than that of the touch before it.
        if self.path == Path::Last && self.blocks() {
            for group in &mut self.groups {
                if let Some(before) = group.latest.remove(label) {
                    group.live.remove(&before);
                }
            }
        }
        let group = &mut self.groups[group];
        let latest = keeps_latest.then(|| group.latest.insert(label, place));
        let superseded = match self.path {
            Path::Full => None,
            Path::Last => latest.flatten(),
            // If windows differ, a touch between two others can lapse before them, so runs are found in `places`.
            Path::Exposure => place
                .checked_sub(1)
                .filter(|before| alone && self.touches[*before].touch.label() == label),
        };
        if let Some(superseded) = superseded {
            group.live.remove(&superseded);
        }
        group.live.insert(place);
    }

    /// Returns whether a touch that has lapsed can block an earlier one, whose window is longer.
    fn blocks(&self) -> bool {
        self.lapsed == LapsedTouch::Blocks && self.groups.len() > 1
    }

    /// Returns whether the latest touch of a label has lapsed, so that none of its touches is a candidate.
    fn is_blocked(&self, label: &T::Label) -> bool {
        if !self.blocks() {
            return false;
        }
        let groups = self.groups.iter();
        let latest = groups.filter_map(|group| Some((*group.latest.get(label)?, group)));
        let latest = latest.max_by_key(|(place, _)| *place);
        latest.is_some_and(|(place, group)| !group.live.contains(&place))
    }

    /// Whether a touch represents its label under [`Path::Last`]: no group has a later live touch of the label.
    fn is_latest(&self, place: usize) -> bool {
        self.groups.iter().all(|group| {
            let latest = group.latest.get(self.label(place));
            latest.is_none_or(|latest| *latest <= place || !group.live.contains(latest))
        })
    }

    fn label(&self, place: usize) -> &'a T::Label {
        self.touches[place].touch.label()
    }
}

/// The candidates of one conversion.
pub(crate) struct Candidates<'w, 'a, T: Touch> {
    walk: &'w mut Walk<'a, T>,
    at: T::When,
    /// All candidates, computed once for several models.
    all: OnceCell<Vec<Candidate<'a, T>>>,
}

impl<'a, T: Touch> Candidates<'_, 'a, T> {
    pub(crate) fn is_empty(&self) -> bool {
        let mut live = self.walk.groups.iter().flat_map(|group| &group.live);
        live.all(|place| self.walk.is_blocked(self.walk.label(*place)))
    }

    /// Returns whether a touch that has lapsed blocks all touches of its label.
    pub(crate) fn is_blocked(&self, label: &T::Label) -> bool {
        self.walk.is_blocked(label)
    }

    /// All candidates, in order.
    pub(crate) fn all(&self) -> &[Candidate<'a, T>] {
        self.all.get_or_init(|| {
            let places = self.places().into_iter();
            places.map(|place| self.candidate(place)).collect()
        })
    }

    /// The labels of candidates that were not returned for an earlier conversion. A label can occur several times; over all
    /// conversions, each touch is returned at most once.
    pub(crate) fn fresh(&mut self) -> Vec<&'a T::Label> {
        let walk = &*self.walk;
        let fresh = walk
            .groups
            .iter()
            .flat_map(|group| group.live.range(group.returned..));
        let labels = fresh.map(|place| walk.label(*place));
        let labels = labels.filter(|label| !walk.is_blocked(label)).collect();
        let seen = self.walk.seen;
        for group in &mut self.walk.groups {
            group.returned = seen;
        }
        labels
    }

    /// The candidates that a model credits, with their weights, in order. Empty if all weights are 0.
    pub(crate) fn credited(
        &self,
        model: &(impl CreditModel<T> + ?Sized),
    ) -> Vec<(Candidate<'a, T>, u128)> {
        let end = match model.reach() {
            Reach::All => None,
            Reach::First => self.first(),
            Reach::Last => self.last(),
        };
        let candidates = match model.reach() {
            Reach::All => self.all(),
            Reach::First | Reach::Last => end.as_slice(),
        };
        let credited: Vec<(Candidate<'a, T>, u128)> = candidates
            .iter()
            .zip(model.weigh(candidates))
            .filter_map(|(candidate, weight)| Some((*candidate, weight.0?)))
            .collect();
        if credited.iter().all(|(_, weight)| *weight == 0) {
            return Vec::new();
        }
        credited
    }

    fn first(&self) -> Option<Candidate<'a, T>> {
        let one_window = self.walk.groups.len() == 1;
        let place = if one_window || (self.walk.path == Path::Full && !self.walk.blocks()) {
            let oldest = |group: &Group<'_, T::Label>| group.live.first().copied();
            self.walk.groups.iter().filter_map(oldest).min()
        } else {
            self.places().first().copied()
        };
        Some(self.candidate(place?))
    }

    /// The latest touch that has not lapsed and whose label is not blocked, which is a candidate on every path.
    fn last(&self) -> Option<Candidate<'a, T>> {
        if self.walk.blocks() && self.walk.path != Path::Last {
            let place = self.places().last().copied();
            return Some(self.candidate(place?));
        }
        let newest = |group: &Group<'_, T::Label>| group.live.last().copied();
        Some(self.candidate(self.walk.groups.iter().filter_map(newest).max()?))
    }

    fn places(&self) -> Vec<usize> {
        let walk = &*self.walk;
        let live = walk.groups.iter().flat_map(|group| &group.live).copied();
        let mut places: Vec<usize> = live.collect();
        if walk.groups.len() > 1 {
            places.sort_unstable();
            places.retain(|place| !walk.is_blocked(walk.label(*place)));
            match walk.path {
                Path::Full => {}
                Path::Last => places.retain(|place| walk.is_latest(*place)),
                Path::Exposure => {
                    // `dedup` keeps the first of each run, so the places are reversed to keep the latest.
                    places.reverse();
                    places.dedup_by_key(|place| walk.label(*place));
                    places.reverse();
                }
            }
        }
        places
    }

    fn candidate(&self, place: usize) -> Candidate<'a, T> {
        let standing = &self.walk.touches[place];
        Candidate {
            touch: standing.touch,
            place: standing.place,
            age: age(self.at, standing.at),
            window: self.walk.groups[standing.group].window,
        }
    }
}

/// Microseconds from a touch to a conversion at or after it.
pub(super) fn age<T: When>(conversion: T, touch: T) -> i64 {
    let age = conversion.unix_micros().saturating_sub(touch.unix_micros());
    age.max(0)
}
