//! Series: one number of a run over its steps, in a bounded number of places.

use serde::{Deserialize, Serialize};

use super::Point;

/// The most places that are kept: a chart has no use for more.
const PLACES: usize = 512;

/// One number of a run. When it is full, neighbours are merged and each place covers twice the
/// points, so a run of any length fits; the files hold every point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    points_per_place: u64,
    places: Vec<Place>,
    last: f64,
    least: f64,
    largest: f64,
}

/// Some neighbouring points as one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesPoint {
    /// The step of the last of them.
    pub step: u64,
    /// The episodes that had ended at the last of them.
    pub episode: u64,
    /// Wall time of the last of them, in seconds since 1970 began.
    pub wall_seconds: f64,
    /// Their mean.
    pub value: f64,
    /// How many they are.
    pub points: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    step: u64,
    episode: u64,
    wall_seconds: f64,
    mean: f64,
    points: u64,
}

impl Place {
    fn of(point: &Point<'_>) -> Self {
        Self {
            step: point.step,
            episode: point.episode,
            wall_seconds: point.wall_seconds,
            mean: point.value,
            points: 1,
        }
    }

    /// The two as one, where the other came later. Weighted means, not sums: those could overflow.
    fn with(self, later: Self) -> Self {
        let points = self.points.saturating_add(later.points);
        let share = |place: Self| place.mean * (place.points as f64 / points as f64);
        Self { mean: share(self) + share(later), points, ..later }
    }
}

impl Series {
    pub(super) fn beginning_with(point: &Point<'_>) -> Self {
        Self {
            points_per_place: 1,
            places: vec![Place::of(point)],
            last: point.value,
            least: point.value,
            largest: point.value,
        }
    }

    pub(super) fn push(&mut self, point: &Point<'_>) {
        self.last = point.value;
        self.least = self.least.min(point.value);
        self.largest = self.largest.max(point.value);
        let place = Place::of(point);
        let room = self.points_per_place;
        if let Some(last) = self.places.last_mut().filter(|last| last.points < room) {
            *last = last.with(place);
            return;
        }
        if self.places.len() >= PLACES {
            self.places = self.places.chunks(2).filter_map(merged).collect();
            self.points_per_place = self.points_per_place.saturating_mul(2);
        }
        self.places.push(place);
    }

    /// Its points in the order of steps, neighbours merged where there were too many.
    pub fn points(&self) -> impl ExactSizeIterator<Item = SeriesPoint> {
        self.places.iter().map(|place| SeriesPoint {
            step: place.step,
            episode: place.episode,
            wall_seconds: place.wall_seconds,
            value: place.mean,
            points: place.points,
        })
    }

    /// The value that came last, unmerged.
    pub fn last(&self) -> f64 {
        self.last
    }

    /// The least value that ever came, unmerged.
    pub fn least(&self) -> f64 {
        self.least
    }

    /// The largest value that ever came, unmerged.
    pub fn largest(&self) -> f64 {
        self.largest
    }
}

fn merged(pair: &[Place]) -> Option<Place> {
    pair.iter().copied().reduce(Place::with)
}
